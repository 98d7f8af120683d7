"""Files come into the media folder whole or not at all, and a full disk is told before anything is saved."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from django.core.files import File
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler

_ASIDE = ".incoming-"


class WholeFileStorage(FileSystemStorage):
    """Django's storage on this machine's disk, but a file is written aside first: a name stands for a whole file or for none."""

    def _save(self, name: str, content: File) -> str:
        """Store a file and return the name that it got.

        Raises:
            OSError: it cannot be stored, and nothing of it was.
        """
        folder = Path(self.location)
        folder.mkdir(parents=True, exist_ok=True)
        descriptor, aside = tempfile.mkstemp(dir=folder, prefix=_ASIDE)
        try:
            with os.fdopen(descriptor, "wb") as out:
                for chunk in content.chunks():
                    out.write(chunk)
            return super()._save(name, _Written(aside))
        finally:
            Path(aside).unlink(missing_ok=True)

    def check_room(self, size: int) -> None:
        """Find out whether the media folder takes a file of some bytes more.

        Raises:
            OSError: it does not.
        """
        Path(self.location).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=self.location, prefix=_ASIDE) as file:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, max(size, 1))


class _Written(File):
    """A file that lies on the disk already: it is moved."""

    def __init__(self, path: str) -> None:
        super().__init__(None, name=path)
        self._path = path

    def temporary_file_path(self) -> str:
        """Return where it lies."""
        return self._path


def check_room(size: int) -> None:
    """Find out whether a file of some bytes more can be stored, where the storage knows.

    Raises:
        OSError: it cannot.
    """
    if check := getattr(default_storage, "check_room", None):
        check(size)


class UploadHandler(TemporaryFileUploadHandler):
    """Django's way of taking large uploads; where the disk cannot hold one, the form finds no file instead of failing."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write a piece.

        Raises:
            StopUpload: it cannot be written.
        """
        try:
            super().receive_data_chunk(raw_data, start)
            self.file.flush()
        except OSError as error:
            with suppress(OSError):
                self.file.close()
            raise StopUpload(connection_reset=False) from error
