"""Uploaded files, of the media folder or of a bucket, in a store that all backups share: each content is kept once, under its checksum."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, NamedTuple

from django.apps import apps
from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db.models import FileField

_PIECE = 1024 * 1024


class Entry(NamedTuple):
    """An uploaded file as it was: the SHA-256 of its content, its bytes, when it was written (nanoseconds)."""

    checksum: str
    size: int
    written: int


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_inside(name: str) -> bool:
    """Return whether a name is one that `files` yields: it leads to a file below the folder, and to no other place."""
    parts = name.split("/")
    return "\0" not in name and "\\" not in name and not any(part == "" or part.startswith(".") for part in parts)


def files() -> Iterator[tuple[str, int, int]]:
    """Yield the uploaded files: name, bytes, when it was written (nanoseconds); not what is being written: a dot is before its name.

    Raises:
        OSError: they lie in a bucket that does not answer.
    """
    if settings.S3:
        yield from (found for found in default_storage.files() if is_inside(found[0]))
        return
    root = Path(settings.MEDIA_ROOT)
    for path in sorted(root.rglob("*")):
        # What vanishes meanwhile was deleted.
        with suppress(FileNotFoundError):
            name = path.relative_to(root).as_posix()
            if is_inside(name) and path.is_file():
                stat = path.stat()
                yield name, stat.st_size, stat.st_mtime_ns


def _opened(name: str) -> IO[bytes] | File:
    return default_storage.open(name) if settings.S3 else (Path(settings.MEDIA_ROOT) / name).open("rb")


class Store:
    """The contents that the backups of a folder refer to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "media"

    def path(self, name: str) -> Path:
        """Return where the content with a checksum lies."""
        return self.folder / name[:2] / name

    def _add(self, uploaded: str) -> str:
        """Keep the content of a file and return its checksum: read once, and known under its name only when it is whole."""
        self.folder.mkdir(parents=True, exist_ok=True)
        descriptor, aside = tempfile.mkstemp(dir=self.folder, prefix=".incoming-")
        try:
            found = hashlib.sha256()
            with _opened(uploaded) as source, os.fdopen(descriptor, "wb") as out:
                while piece := source.read(_PIECE):
                    found.update(piece)
                    out.write(piece)
                out.flush()
                os.fsync(out.fileno())
            name = found.hexdigest()
            self.path(name).parent.mkdir(exist_ok=True)
            Path(aside).replace(self.path(name))
        finally:
            Path(aside).unlink(missing_ok=True)
        return name

    def add_all(self, known: Mapping[str, Entry]) -> dict[str, Entry]:
        """Keep what was uploaded until now and return it; what is `known` and was not written since is not read again."""
        found = {}
        for name, size, written in files():
            before = known.get(name)
            if before and before[1:] == (size, written) and self.path(before.checksum).exists():
                found[name] = before
                continue
            with suppress(FileNotFoundError):
                found[name] = Entry(self._add(name), size, written)
        return found

    def faults(self, entries: Mapping[str, Entry]) -> list[str]:
        """Return what is wrong with the contents of files: not there, or not what it was."""
        wrong, seen = [], {}
        for name, entry in entries.items():
            if entry.checksum not in seen:
                path = self.path(entry.checksum)
                seen[entry.checksum] = path.is_file() and path.stat().st_size == entry.size and checksum(path) == entry.checksum
            if not seen[entry.checksum]:
                wrong.append(f"the file {name} is damaged or not there")
        return wrong

    def bring_back(self, entries: Mapping[str, Entry], folder: Path) -> None:
        """Write files into an empty folder, each with the time at which it was written.

        Raises:
            OSError: there is no room.
        """
        for name, entry in entries.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self.path(entry.checksum), path)
            os.utime(path, ns=(entry.written, entry.written))

    def bring_into_bucket(self, entries: Mapping[str, Entry]) -> None:
        """Let the bucket hold these files and no others; those that are what they were are not written again.

        Raises:
            OSError: the bucket does not answer; it can be repeated.
        """
        there = {name: (size, written) for name, size, written in files()}
        for name, entry in entries.items():
            if there.pop(name, None) != (entry.size, entry.written):
                with self.path(entry.checksum).open("rb") as file:
                    default_storage.replace(name, File(file))
        for name in there:
            default_storage.delete(name)

    def forget_all_but(self, used: Iterable[str]) -> None:
        """Delete the contents that no backup refers to."""
        names = set(used)
        for path in self.folder.glob("*/*"):
            if path.name not in names:
                path.unlink()


def referenced(ask: Callable[[str], list[tuple]], columns: Mapping[str, set[str]]) -> dict[str, str]:
    """Return the files that a database refers to, each with the SHA-1 that it knows of it, or nothing.

    Args:
        ask: puts a query to the state of the database that is meant.
        columns: the columns of its tables; an older database lacks some of those that the code knows.
    """
    found: dict[str, str] = {}
    for model in apps.get_models(include_auto_created=True):
        table = columns.get(model._meta.db_table, set())
        for field in model._meta.local_fields:
            if not isinstance(field, FileField) or field.column not in table:
                continue
            known = '"file_hash"' if "file_hash" in table and field.column == "file" else "''"
            query = f'SELECT "{field.column}", {known} FROM "{model._meta.db_table}" WHERE "{field.column}" <> \'\''  # noqa: S608
            found |= dict(ask(query))
    return found
