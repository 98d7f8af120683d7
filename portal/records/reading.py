"""Files to records: JSON and JSON Lines, every key checked."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from portal.language.languages import languages_by_code
from portal.language.texts import plain_value
from portal.listing.declarations import record_keys, translated_record_keys
from portal.models import LoadedRecord

from .errors import LoadError, Place, RecordError
from .language import written_in

# Key → accepted Python types. A key that is not here is an error.
KEYS: dict[str, tuple[type, ...]] = {
    "id": (str,),
    "type": (str,),
    "lang": (str,),
    "title": (str,),
    "slug": (str,),
    "parent": (str,),
    "order": (int, float),
    "date": (str,),
    "date_precision": (str,),
    "original": (dict,),
    "lead": (str,),
    "body": (str, list),
    "topics": (list,),
    "regions": (list,),
    "images": (list,),
    "files": (list,),
    "sources": (list,),
    "live": (bool,),
    "menu": (dict,),
    "translation_of": (str,),
    "redirect_from": (list,),
    "fields": (dict,),
}
REQUIRED_KEYS = ("id", "type", "lang", "title")

# What a translation takes from its source and must not say again.
SOURCE_ONLY_KEYS = frozenset(
    {"parent", "order", "date", "date_precision", "original", "topics", "regions", "images", "files", "live"}
)
IMAGE_KEYS = frozenset({"id", "file", "title", "alt", "caption", "credit", "lead"})
FILE_KEYS = frozenset({"id", "file", "title"})
ORIGINAL_KEYS = frozenset({"title", "url", "date", "language"})
MENU_KEYS = frozenset({"show", "title", "intro"})

LONGEST_ID: Any = LoadedRecord._meta.get_field("record_id").max_length
_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")

_REVIEWED = "that IOM reviewed a page is said by a person in the admin alone; no record may say it"


@dataclass(frozen=True)
class Record:
    """One page or snippet in one language, as its file gives it."""

    data: dict[str, Any]
    place: Place
    digest: str = field(compare=False)

    @property
    def id(self) -> str:
        """Return the record's stable name."""
        return self.data["id"]

    @property
    def lang(self) -> str:
        """Return the record's language code."""
        return self.data["lang"]

    @property
    def is_translation(self) -> bool:
        """Return whether the record is a translation of another, text by text."""
        return "translation_of" in self.data and not self.is_written_by_hand

    @property
    def is_written_by_hand(self) -> bool:
        """Return whether the record's language has a tree of its own; `translation_of` then only says what it stands beside."""
        return not languages_by_code()[self.lang].follows_source

    @property
    def source_id(self) -> str:
        """Return the name of the record whose structure this one has: its source's, else its own."""
        return self.data["translation_of"] if self.is_translation else self.id

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value of a key."""
        return self.data.get(key, default)

    def error(self, reason: str) -> RecordError:
        """Return an error that names this record's place."""
        return RecordError(self.place, reason)


def _digest(data: dict[str, Any], place: Place) -> str:
    """Return the SHA-256 of a record and of the files that it brings."""
    digest = hashlib.sha256(json.dumps(data, sort_keys=True, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    for key in ("images", "files"):
        for item in data.get(key) or []:
            path = place.path.parent / item["file"]
            if path.is_file():
                digest.update(path.read_bytes())
    return digest.hexdigest()


def _check_items(record: Record, key: str, known: frozenset[str], required: tuple[str, ...]) -> None:
    for item in record.get(key) or []:
        if not isinstance(item, dict):
            raise record.error(f"“{key}” holds something that is no object: {item!r}")
        if unknown := sorted(set(item) - known):
            raise record.error(f"unknown key in “{key}”: {', '.join(unknown)}")
        if wrong := [name for name, value in item.items() if not isinstance(value, (str, bool))]:
            raise record.error(f"“{key}.{wrong[0]}” is no text: {item[wrong[0]]!r}")
        if missing := [name for name in required if not item.get(name)]:
            raise record.error(f"an entry of “{key}” lacks {', '.join(missing)}")


def _check_values(record: Record, key: str, kinds: type | tuple[type, ...]) -> None:
    for name, value in record.get(key, {}).items():
        if not isinstance(value, kinds):
            raise record.error(f"“{key}.{name}” is no text: {value!r}")


def _unstorable(value: Any, where: str = "") -> str | None:
    """Return where a value holds a control character or half a character, which no database and no page takes; None if nowhere."""
    if isinstance(value, str):
        return where if _NO_TEXT.search(value) else None
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, entry in entries:
        here = f"{where}.{key}" if where else str(key)
        if _NO_TEXT.search(str(key)):
            return repr(here)
        if found := _unstorable(entry, here):
            return found
    return None


def _check(record: Record) -> None:
    """Check keys, types and the language of a record.

    Raises:
        RecordError: naming the first thing that is wrong.
    """
    data = record.data
    if "reviewed" in data:
        raise record.error(_REVIEWED)
    if where := _unstorable(data):
        raise record.error(f"“{where}” holds a character that no text holds")
    of_kind = set(record_keys(data.get("type")))
    if unknown := sorted(set(data) - set(KEYS) - of_kind):
        raise record.error(f"unknown key: {', '.join(unknown)}")
    for key in REQUIRED_KEYS:
        if not data.get(key):
            raise record.error(f"“{key}” is missing")
    for key, value in data.items():
        accepted = KEYS.get(key, (str, int, float, bool, list))
        if not isinstance(value, accepted) or (isinstance(value, bool) and bool not in accepted):
            raise record.error(
                f"“{key}” must be {' or '.join(kind.__name__ for kind in accepted)}, not {value!r}"[:300]
            )
    if len(data["id"]) > LONGEST_ID:
        raise record.error(f"“id” has {len(data['id'])} characters; {LONGEST_ID} fit")
    if "reviewed_on" in record.get("fields", {}):
        raise record.error(_REVIEWED)
    if data["lang"] not in languages_by_code():
        raise record.error(f"the portal has no language “{data['lang']}”")
    if record.is_translation and (given := sorted((SOURCE_ONLY_KEYS | of_kind - translated_record_keys(data["type"])) & set(data))):
        raise record.error(f"a translation takes {', '.join(given)} from its source and must not give it again")
    if unknown := sorted(set(record.get("menu") or {}) - MENU_KEYS):
        raise record.error(f"unknown key in “menu”: {', '.join(unknown)}")
    if record.is_translation and "show" in (record.get("menu") or {}):
        raise record.error("a translation takes “show” in “menu” from its source and must not give it again")
    if unknown := sorted(set(record.get("original") or {}) - ORIGINAL_KEYS):
        raise record.error(f"unknown key in “original”: {', '.join(unknown)}")
    _check_values(record, "original", str)
    _check_values(record, "menu", (str, bool))
    for key in ("topics", "regions", "redirect_from"):
        if wrong := [value for value in record.get(key) or [] if not isinstance(value, str)]:
            raise record.error(f"“{key}” holds something that is no text: {wrong[0]!r}")
    written = written_in(data)
    if written and written != data["lang"].partition("-")[0]:
        raise record.error(f"“lead” and “body” are written in “{written}”, but “lang” says “{data['lang']}”")
    _check_items(record, "images", IMAGE_KEYS, ("id", "file", "title"))
    _check_items(record, "files", FILE_KEYS, ("id", "file", "title"))
    _check_items(record, "sources", frozenset({"title", "url", "date", "authority"}), ("title",))


def _parse(text: str, place: Place) -> Record:
    try:
        data = json.loads(text, object_pairs_hook=_no_duplicates)
    except json.JSONDecodeError as error:
        place = Place(place.path, place.line + error.lineno - 1)
        raise RecordError(place, f"no valid JSON: {error.msg}, column {error.colno}") from error
    except ValueError as error:
        raise RecordError(place, str(error)) from error
    except RecursionError as error:
        raise RecordError(place, "no record: lists or objects lie too deep in each other") from error
    if not isinstance(data, dict):
        raise RecordError(place, "a record is a JSON object")
    plain: Any = plain_value(data)
    record = Record(plain, place, "")
    _check(record)
    return replace(record, digest=_digest(data, place))


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) != len(pairs):
        names = [name for name, _value in pairs]
        raise ValueError(f"key given twice: {next(name for name in names if names.count(name) > 1)}")
    return data


def _texts(path: Path) -> list[tuple[str, Place]]:
    """Return the text of each record of a file with its place."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise RecordError(Place(path), f"the file is not UTF-8: {error.reason} at byte {error.start}") from error
    except OSError as error:
        raise RecordError(Place(path), f"the file cannot be read: {error.strerror}") from error
    if path.suffix == ".json":
        return [(text, Place(path))]
    return [(line, Place(path, number)) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]


def read(path: Path) -> list[Record]:
    """Return all records of a folder (with its subfolders) or of one `.json` or `.jsonl` file.

    Raises:
        LoadError: the path is not there, or records are wrong; it lists every wrong record.
    """
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.suffix in {".json", ".jsonl"} and file.is_file())
    elif path.is_file():
        files = [path]
    else:
        raise LoadError([RecordError(Place(path), "there is no such folder or file")])
    records: list[Record] = []
    errors: list[RecordError] = []
    for file in files:
        try:
            texts = _texts(file)
        except RecordError as error:
            errors.append(error)
            continue
        for text, place in texts:
            try:
                records.append(_parse(text, place))
            except RecordError as error:
                errors.append(error)
    by_id: dict[str, Record] = {}
    for record in records:
        if record.id in by_id:
            errors.append(record.error(f"the id “{record.id}” stands in {by_id[record.id].place} already"))
        by_id[record.id] = record
    if not files:
        errors.append(RecordError(Place(path), "there are no .json or .jsonl files"))
    if errors:
        raise LoadError(errors)
    return records
