"""The text of uploaded files, so that a page is found by what the files say that it offers.

Files come from people: whatever is wrong with one, it is saved all the same, and is found by its title. What it says is read by a process
of its own with limits (`reading.py`), never while somebody waits for an answer.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.core.files import File
from django.db import transaction
from django.db.models import F
from django.utils.translation import pgettext
from django_tasks import task
from wagtail.documents.models import AbstractDocument
from wagtail.models import Collection, Page
from wagtail.search.index import insert_or_update_object
from wagtail.utils.file import hash_filelike

from portal import changes
from portal.models import PortalDocument, PortalImage
from portal.uploads.access import referring_pages

from . import indexing, reading
from .analysis.tokens import clean
from .models import FileText, OfferedFile

logger = logging.getLogger(__name__)

MAX_BYTES = 100 * 1024 * 1024
"""Larger files are not read."""

CPU_SECONDS = 10
MEMORY = 256 * 1024 * 1024
"""So much of the processor's time, and so many bytes of addresses (an interpreter begins with about 40 MB), one file may take."""

MAX_SECONDS = 60
"""So long it is waited for a reader, which may get little of a busy machine's time."""

Problem = FileText.Problem


@dataclass(frozen=True)
class Found:
    """What a file says: its text, what kept it from being read (a `FileText.Problem`, or nothing), of a PDF its pages and its tags."""

    text: str = ""
    problem: str = ""
    pages: int | None = None
    is_tagged: bool | None = None


def extract(file: BinaryIO, extension: str) -> Found:
    """Return what a file says.

    Args:
        file: a real file, open; it is read from its beginning.
        extension: one of `reading.READERS`.
    """
    os.lseek(file.fileno(), 0, os.SEEK_SET)
    # `-I`: neither the environment nor the folder that this runs in has a say.
    command = [sys.executable, "-I", str(Path(reading.__file__).resolve()), extension, str(CPU_SECONDS), str(MEMORY)]
    try:
        done = subprocess.run(  # noqa: S603
            command,
            stdin=file,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=MAX_SECONDS,
            check=False,
            env={},
        )
        answer = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        return Found(problem=Problem.TIME)
    except ValueError:
        # It was ended: by the clock of the processor (24, or 9 a second later), or because it could not even say what was wrong.
        return Found(problem=Problem.TIME if done.returncode in {-24, -9} else Problem.MEMORY)
    lines = (clean(line).strip() for line in answer["text"].split("\n"))
    return Found("\n".join(line for line in lines if line), answer["problem"], answer["pages"], answer["tagged"])


def _extract_stored(stored: File, extension: str) -> Found:
    try:
        stored.fileno()
    except (OSError, AttributeError):
        # A storage elsewhere: the reader takes files of this machine.
        with tempfile.TemporaryFile() as file:
            stored.seek(0)
            shutil.copyfileobj(stored, file)
            file.flush()
            return extract(file, extension)
    return extract(stored, extension)


def read(document: AbstractDocument) -> bool:
    """Keep the text of an uploaded file, unless that of this very file is kept already; return whether it changed."""
    found = Found()
    try:
        with document.open_file() as stored:
            file_hash = hash_filelike(stored)
            if FileText.objects.filter(document_id=document.pk, file_hash=file_hash).exists():
                return False
            extension = document.file_extension.lower()
            if extension not in reading.READERS:
                found = Found(problem=Problem.KIND)
            elif document.file.size > MAX_BYTES:
                found = Found(problem=Problem.SIZE)
            else:
                found = _extract_stored(stored, extension)
    except OSError as error:
        logger.warning("The file %s could not be opened: %s", document.pk, error)
        file_hash, found = document.file_hash, Found(problem=Problem.LOST)
    if found.problem and found.problem != Problem.KIND:
        logger.warning("The text of the file %s is not searched: %s", document.pk, found.problem)
    with transaction.atomic():
        FileText.objects.update_or_create(
            document_id=document.pk, defaults={"file_hash": file_hash, "text": found.text, "problem": found.problem}
        )
        if (document.page_count, document.is_tagged) != (found.pages, found.is_tagged):
            PortalDocument.objects.filter(pk=document.pk).update(page_count=found.pages, is_tagged=found.is_tagged)
            changes.announce(changes.FILES)
    return True


def notes(documents: Iterable[AbstractDocument]) -> dict[int, str]:
    """Return for each of some files whether its text is searched, or why it is not. One query."""
    documents = list(documents)
    found = FileText.objects.defer("text").in_bulk([document.pk for document in documents])
    return {document.pk: _note(document, found.get(document.pk)) for document in documents}


def _note(document: AbstractDocument, known: FileText | None) -> str:
    if known is None or (document.file_hash and known.file_hash != document.file_hash):
        return pgettext("admin", "Its text will be read shortly.")
    if not known.problem:
        return pgettext("admin", "Its text is searched.")
    return pgettext("admin", "%(problem)s It is found by its title.") % {"problem": known.get_problem_display()}


def pages_that_offer(*document_ids: int) -> list[Page]:
    """Return the pages that refer to files, and those that are found by them as far as the search knows."""
    found = OfferedFile.objects.filter(file_id__in=document_ids).values_list("document_id", flat=True)
    return list(Page.objects.filter(pk__in=referring_pages(document_ids).union(found)))


def privacy_changed(collection: Collection) -> None:
    """Bring pages up to date that offer files of a collection or of one below it, or show pictures: who may see them has changed."""
    below = {"collection__path__startswith": collection.path}
    documents = PortalDocument.objects.filter(**below).values_list("pk", flat=True)
    pictures = PortalImage.objects.filter(**below).values_list("pk", flat=True)
    indexing.pages_changed(pages_that_offer(*documents))
    pictures_changed(*pictures)


def pictures_changed(*picture_ids: int) -> None:
    """Bring pages up to date that show pictures: readers see these no more, or again. Wagtail's index holds the captions too."""
    pages = list(Page.objects.filter(pk__in=referring_pages(picture_ids, PortalImage)).specific()) if picture_ids else []
    indexing.pages_changed(pages)
    for page in pages:
        insert_or_update_object(page)


@task(backend="jobs")
def read_file(document_id: int) -> None:
    """Read a file that was saved, and index the pages anew that offer it, if it says something else than before."""
    document = PortalDocument.objects.filter(pk=document_id).first()
    if document is not None and read(document):
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
