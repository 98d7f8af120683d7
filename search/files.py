"""The text of uploaded files, so that a page is found by what the files say that it offers.

Files come from people: whatever is wrong with one, it is saved all the same, and is found by its title. Sizes are limited, because a small
file can unpack to one that fills the memory.
"""

from __future__ import annotations

import codecs
import logging
import re
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import BinaryIO

from defusedxml.ElementTree import iterparse
from django.db.models import F
from django_tasks import task
from wagtail.documents.models import AbstractDocument
from wagtail.models import Collection, Page
from wagtail.utils.file import hash_filelike

from portal.models import PortalDocument
from portal.uploads.access import referring_pages

from . import indexing
from .analysis.tokens import clean
from .models import FileText, OfferedFile

logger = logging.getLogger(__name__)

MAX_BYTES = 100 * 1024 * 1024
"""Larger files are not read."""

MAX_UNPACKED = 50 * 1024 * 1024
"""So many bytes of a packed text are unpacked; what is longer is not read."""

MAX_CHARACTERS = 200_000
"""So much of a text is kept: about eighty pages."""

MAX_SECONDS = 20.0
"""So long a PDF is read; what was read until then is kept."""

_SPACE = re.compile(r"[^\S\n]+")
_BREAKS = re.compile(r"\s*\n\s*")
# A word at the end of a line is taken for one that goes on where a small letter follows.
_DIVIDED = re.compile(r"(?<=[^\W\d_])[-\u00ad\u2010]\n(?=[^\W\d_A-ZÄÖÜ])")

_WORD_TEXT = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_OPEN_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_OPEN_SPACES = {f"{_OPEN_TEXT}s", f"{_OPEN_TEXT}tab", f"{_OPEN_TEXT}line-break"}


def _pdf(file: BinaryIO) -> Iterator[str]:
    # It needs memory in each process, and almost none reads a file.
    from pypdf import PdfReader

    until = time.monotonic() + MAX_SECONDS
    for page in PdfReader(file).pages:
        yield page.extract_text() + "\n"
        if time.monotonic() > until:
            return


def _packed(file: BinaryIO, names: Iterable[str]) -> Iterator[BinaryIO]:
    with zipfile.ZipFile(file) as archive:
        present = set(archive.namelist())
        for name in names:
            if name in present:
                if archive.getinfo(name).file_size > MAX_UNPACKED:
                    raise ValueError(f"{name} is too large")
                with archive.open(name) as part:
                    yield part


def _docx(file: BinaryIO) -> Iterator[str]:
    for part in _packed(file, ("word/document.xml", "word/footnotes.xml")):
        for _event, element in iterparse(part):
            if element.tag == f"{_WORD_TEXT}t":
                yield element.text or ""
            elif element.tag in {f"{_WORD_TEXT}p", f"{_WORD_TEXT}br"}:
                yield "\n"
            elif element.tag in {f"{_WORD_TEXT}tab", f"{_WORD_TEXT}tc"}:
                yield " "
            element.clear()


def _odt(file: BinaryIO) -> Iterator[str]:
    for part in _packed(file, ("content.xml",)):
        # Text stands before and after the elements inside a paragraph: a paragraph is read when it ends.
        depth = 0
        for event, element in iterparse(part, events=("start", "end")):
            if element.tag not in {f"{_OPEN_TEXT}p", f"{_OPEN_TEXT}h"}:
                continue
            depth += 1 if event == "start" else -1
            if depth == 0:
                for inner in element.iter():
                    if inner.tag in _OPEN_SPACES:
                        inner.text = " "
                yield "".join(element.itertext()) + "\n"
                element.clear()


def _txt(file: BinaryIO) -> Iterator[str]:
    raw = file.read(4 * MAX_CHARACTERS)
    for encoding in ("utf-16",) if raw[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE} else ("utf-8-sig", "cp1252"):
        with suppress(UnicodeDecodeError):
            # Incrementally: the last letter may be cut off in its middle.
            yield codecs.getincrementaldecoder(encoding)().decode(raw)
            return
    yield raw.decode("latin-1")


READERS: dict[str, Callable[[BinaryIO], Iterator[str]]] = {"pdf": _pdf, "docx": _docx, "odt": _odt, "txt": _txt}
"""What reads files by their extension."""


def extract(file: BinaryIO, extension: str) -> str:
    """Return the text of a file, its lines divided by line breaks; no more than `MAX_CHARACTERS`.

    Raises:
        Exception: whatever a broken file makes the libraries raise.
    """
    found: list[str] = []
    length = 0
    for piece in READERS[extension](file):
        found.append(piece)
        length += len(piece)
        if length > MAX_CHARACTERS:
            break
    text = _DIVIDED.sub("", "".join(found)[:MAX_CHARACTERS])
    return "\n".join(clean(line).strip() for line in _BREAKS.sub("\n", _SPACE.sub(" ", text)).split("\n")).strip()


def read(document: AbstractDocument) -> bool:
    """Keep the text of an uploaded file, unless that of this very file is kept already; return whether it changed."""
    try:
        with document.open_file() as file:
            file_hash = hash_filelike(file)
            if FileText.objects.filter(document_id=document.pk, file_hash=file_hash).exists():
                return False
            file.seek(0)
            extension = document.file_extension.lower()
            is_read = extension in READERS and document.file.size <= MAX_BYTES
            text = extract(file, extension) if is_read else ""
    except Exception as error:
        # No file is worth an error in the editor's face: it is found by its title.
        logger.warning("The text of the file %s could not be read: %s", document.pk, error)
        file_hash, text = document.file_hash, ""
    FileText.objects.update_or_create(document_id=document.pk, defaults={"file_hash": file_hash, "text": text})
    return True


def pages_that_offer(*document_ids: int) -> list[Page]:
    """Return the pages that refer to files, and those that are found by them as far as the search knows."""
    found = OfferedFile.objects.filter(file_id__in=document_ids).values_list("document_id", flat=True)
    return list(Page.objects.filter(pk__in=referring_pages(document_ids).union(found)))


def privacy_changed(collection: Collection) -> None:
    """Bring the pages up to date that offer files of a collection, or of one below it: who may read them has changed."""
    ids = PortalDocument.objects.filter(collection__path__startswith=collection.path).values_list("pk", flat=True)
    indexing.pages_changed(pages_that_offer(*ids))


@task()
def read_file(document_id: int) -> None:
    """Read a file that was saved, and index the pages anew that offer it: its title or language may have changed too."""
    document = PortalDocument.objects.filter(pk=document_id).first()
    if document is not None:
        read(document)
        indexing.pages_changed(pages_that_offer(document_id))


def read_new() -> int:
    """Read all files that have not been read yet, or have changed since; return how many were."""
    unread = PortalDocument.objects.exclude(file_text__file_hash=F("file_hash"), file_hash__gt="")
    number = 0
    for document in unread.iterator():
        if read(document):
            indexing.pages_changed(pages_that_offer(document.pk))
            number += 1
    return number
