"""PO files: wagtail-localize's own, with what stands where and how long it may be as comments for the translator."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

import polib
from django.utils.dateparse import parse_datetime
from django.utils.translation import pgettext
from wagtail_localize.models import Translation

from portal.language.texts import plain_html
from translation.files import inline
from translation.files.units import Content, Entry, Unit, UnusableFileError, current_path

ID_FIELD = "X-WagtailLocalize-TranslationID"
DATE_FIELD = "POT-Creation-Date"
_UNUSABLE = re.compile("[\0\ud800-\udfff]")
"""What no database takes, and halves of characters, which some encodings that a file may name can hold."""


def write(translation: Translation, units: Iterable[Unit], notes: Iterable[str] = ()) -> bytes:
    """Return a translation as a PO file."""
    # What was translated once and stands there no more stays at its end, as wagtail-localize has it.
    po = translation.export_po()
    po.metadata["Language"] = translation.target_locale.language_code
    po.header = "\n".join(note for note in notes if note)
    known = {(unit.path, unit.source_html): unit for unit in units}
    seen = set()
    for entry in list(po):
        unit = known.get((entry.msgctxt, entry.msgid))
        if entry.obsolete or unit is None:
            continue
        if unit.key in seen:
            po.remove(entry)
            continue
        seen.add(unit.key)
        entry.comment = unit.note
        if unit.max_length:
            limit = pgettext("admin", "At most %(number)d characters") % {"number": unit.max_length}
            entry.comment = f"{entry.comment}\n{limit}".strip()
    return str(po).encode()


def read(data: bytes) -> list[Content]:
    """Return what a PO file says.

    Raises:
        UnusableFileError: it is no PO file, or does not say which translation it belongs to.
    """
    with TemporaryDirectory() as folder:
        # polib takes a path or a text. Given the text, it would open the file that the text names.
        path = Path(folder) / "upload.po"
        path.write_bytes(data)
        try:
            po = polib.pofile(str(path))
        except (OSError, ValueError, LookupError) as error:
            raise UnusableFileError(pgettext("admin", "Please upload a valid PO file.")) from error
    if any(_UNUSABLE.search(text) for entry in po for text in (entry.msgid, entry.msgstr, entry.msgctxt or "")):
        raise UnusableFileError(pgettext("admin", "Please upload a valid PO file."))
    if ID_FIELD not in po.metadata:
        text = pgettext(
            "admin", "The file does not say which translation it belongs to (%(field)s). Please download the PO file anew."
        )
        raise UnusableFileError(text % {"field": ID_FIELD})
    content = Content(po.metadata[ID_FIELD], po.metadata.get("Language", ""), _moment(po.metadata.get(DATE_FIELD, "")))
    for entry in po:
        if entry.obsolete:
            continue
        # Files that were handed out before texts were stored in one form, or that a tool wrote in another, still fit.
        source = inline.from_html(plain_html(entry.msgid))
        target = inline.from_html(plain_html(entry.msgstr), source)
        content.entries.append(Entry("", current_path(entry.msgctxt or ""), source, target, not entry.fuzzy))
    return [content]


def _moment(text: str) -> datetime.datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None
