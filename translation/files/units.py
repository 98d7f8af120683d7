"""What is handed out: the texts of translations, each with its translation, its place and how long it may be."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.text import capfirst
from wagtail import blocks
from wagtail.fields import StreamField
from wagtail_localize.models import StringSegment, StringTranslation, Translation

from translation.files import inline
from translation.files.inline import Parts

_POSITION_IN_TABLE = re.compile(r"\.(?:(rows)\.\d+\.\d+|columns\.\d+)$")

FORMATS = {"po": "po", "xliff": "xlf", "xliff-1.2": "xlf"}
"""The formats by the name in their addresses, with the ends of their files' names."""


class UnusableFileError(Exception):
    """A file cannot be imported; its text says why, for the person who sent it."""


@dataclass(frozen=True)
class Unit:
    """One text of a translation.

    Args:
        context_id, string_id: of wagtail-localize; together they are one text, however often it stands there.
        data: the translation as it is stored; empty where there is none.
        note: where it stands, in words.
        max_length: in characters; `None` where there is no limit.
    """

    context_id: int
    string_id: int
    path: str
    source: Parts
    source_html: str
    data: str
    updated_at: datetime.datetime | None
    note: str = ""
    max_length: int | None = None

    @property
    def key(self) -> str:
        """Return the name of the text in files."""
        return f"t{self.context_id}-{self.string_id}"

    @property
    def target(self) -> Parts:
        """Return the translation in parts."""
        return inline.from_html(self.data, self.source)


@dataclass(frozen=True)
class Entry:
    """What a file says of one text.

    Args:
        key: the unit's name, as far as the format has one; empty otherwise.
        is_finished: the file does not say that somebody has still to work on it.
    """

    key: str
    path: str
    source: Parts
    target: Parts
    is_finished: bool = True


@dataclass(frozen=True)
class Content:
    """What a file holds of one translation.

    Args:
        reference: which translation it belongs to: the `uuid` of wagtail-localize.
        language: into which it translates, as it says itself; empty where it does not.
        handed_out: when it was made; `None` where it does not say that.
    """

    reference: str
    language: str
    handed_out: datetime.datetime | None
    entries: list[Entry] = field(default_factory=list)


def reference_of(translation: Translation, moment: datetime.datetime | None = None) -> str:
    """Return by what a file says which translation it belongs to and when it was handed out."""
    return f"{translation.uuid}/{(moment or timezone.now()).astimezone(datetime.UTC).isoformat(timespec='microseconds')}"


def parse_reference(text: str) -> tuple[str, datetime.datetime | None]:
    """Return translation and moment of what `reference_of` made; of anything else the text itself."""
    uuid, _slash, moment = text.partition("/")
    try:
        found = datetime.datetime.fromisoformat(moment)
    except ValueError:
        return uuid, None
    return uuid, found if found.tzinfo is not None else None


def units_of(translation: Translation, *, describes: bool = False) -> list[Unit]:
    """Return the texts of a translation in the order of the page; what stands twice at a place is one text.

    Args:
        describes: with what only those need who work on a file: where a text stands, in words.
    """
    segments = StringSegment.objects.filter(source=translation.source_id).select_related("string", "context").order_by("order", "pk")
    segments = list({(one.context_id, one.string_id): one for one in reversed(segments)}.values())[::-1]
    rows = StringTranslation.objects.filter(locale=translation.target_locale_id, context__object_id=translation.source.object_id)
    rows = rows.filter(translation_of__in=[one.string_id for one in segments])
    stored = {(row.context_id, row.translation_of_id): row for row in rows}
    places = _Places(translation)
    found = []
    for one in segments:
        row = stored.get((one.context_id, one.string_id))
        note, max_length = places.describe(one.context.path, with_words=describes)
        found.append(
            Unit(
                one.context_id, one.string_id, one.context.path, inline.from_html(one.string.data), one.string.data,
                row.data if row is not None else "", row.updated_at if row is not None else None, note, max_length,
            )
        )  # fmt: skip
    return found


class _Places:
    """Where texts of a source stand: names of fields and blocks, and how long a text may be there."""

    def __init__(self, translation: Translation) -> None:
        self._source = translation.source
        self._instance: models.Model | None = None

    def describe(self, path: str, *, with_words: bool) -> tuple[str, int | None]:
        """Return the place in words, and the limit."""
        name, *rest = path.split(".")
        model = self._source.specific_content_type.model_class()
        try:
            one = model._meta.get_field(name)
        except (AttributeError, models.FieldDoesNotExist):
            return "", None
        if isinstance(one, StreamField):
            if self._instance is None:
                self._instance = self._source.as_instance()
            words, limit = _in_stream(one.value_from_object(self._instance), rest)
            return " – ".join(words) if with_words else "", limit
        return capfirst(str(getattr(one, "verbose_name", name))) if with_words else "", _limit_of(one) if not rest else None


def _limit_of(one: Any) -> int | None:
    return one.max_length if isinstance(one, models.CharField) else None


def _in_stream(value: Any, path: Sequence[str]) -> tuple[list[str], int | None]:
    """Follow a path into a StreamField; what a block cuts by itself, as a table does, ends it."""
    words: list[str] = []
    block: Any = None
    for name in path:
        if isinstance(value, (blocks.StreamValue, blocks.list_block.ListValue)):
            bound = value if isinstance(value, blocks.StreamValue) else value.bound_blocks
            child = next((one for one in bound if one.id == name), None)
            if child is None:
                return words, None
            block, value = child.block, child.value
        elif isinstance(value, blocks.StructValue) and name in value:
            block, value = value.block.child_blocks[name], value[name]
        else:
            return words, None
        if label := str(block.label or ""):
            words.append(label)
    return words, getattr(getattr(block, "field", None), "max_length", None)


def current_path(path: str) -> str:
    """Return the content path of a text now; files may still name cells of tables by row and column."""
    return _POSITION_IN_TABLE.sub(lambda match: ".cells" if match[1] else ".columns", path)


def name_of_file(translation: Translation, suffix: str, known: Iterable[str] = ()) -> str:
    """Return a name for a file that tells pages apart: what it is about, the language, and a number where that is not enough."""
    slug = re.sub(r"[^\w-]+", "-", translation.source.object_repr, flags=re.ASCII).strip("-")[:60] or "page"
    name = f"{slug}-{translation.target_locale.language_code}"
    known = set(known)
    number, found = 1, f"{name}.{suffix}"
    while found in known:
        number += 1
        found = f"{name}-{number}.{suffix}"
    return found
