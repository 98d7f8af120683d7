"""Files in a bucket that speaks S3: Django's storage for `S3_URL`.

Nobody is ever given an address in the bucket: `url` is the portal's own, and what lies behind it goes through the views that ask first.
"""

from __future__ import annotations

import io
import logging
import mimetypes
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.utils.encoding import filepath_to_uri

from portal import buckets

logger = logging.getLogger(__name__)

_PIECE = 1024 * 1024
"""Bytes that are asked for at once: a picture is one question, a film many, and none holds more of it in memory."""


class _Object(io.RawIOBase):
    """A file in a bucket, read in pieces of this very version of it."""

    def __init__(self, storage: BucketStorage, name: str) -> None:
        self._storage, self._name, self._at = storage, name, 0
        head = storage.head(name)
        self.size, self.etag, self.modified = head["ContentLength"], head["ETag"], head["LastModified"]

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer with what comes next.

        Raises:
            OSError: the bucket is away, or the file is another one by now.
        """
        end = min(self._at + len(buffer), self.size)
        if self._at >= end:
            return 0
        data = self._storage.part(self._name, self._at, end, self.etag)
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


class StoredFile(File):
    """A file of the bucket that is open for reading; `etag` and `modified` are the server's."""

    def __init__(self, storage: BucketStorage, name: str) -> None:
        found = _Object(storage, name)
        self.etag, self.modified = found.etag, found.modified
        super().__init__(io.BufferedReader(found, _PIECE), name)
        self._size = found.size

    @property
    def size(self) -> int:
        """Return its bytes."""
        return self._size


class BucketStorage(Storage):
    """Django's storage in the bucket of the settings. A name stands for a whole file or for none: it is written with one request."""

    @property
    def _place(self) -> dict[str, str]:
        return {"Bucket": settings.S3.name}

    @property
    def _client(self) -> Any:
        return buckets.client(settings.S3)

    def head(self, name: str) -> dict[str, Any]:
        """Return what the server says of a file.

        Raises:
            OSError: it is not there, or the bucket is away.
        """
        with buckets.asking():
            return self._client.head_object(**self._place, Key=name)

    def part(self, name: str, start: int, end: int, etag: str) -> bytes:
        """Return a part of a file, from `start` to before `end`, of the version that has a tag.

        Raises:
            OSError: it is not there any more, or the bucket is away.
        """
        with buckets.asking():
            found = self._client.get_object(**self._place, Key=name, Range=f"bytes={start}-{end - 1}", IfMatch=etag)
            data = found["Body"].read()
        if len(data) != end - start:
            raise buckets.Away(f"{len(data)} bytes instead of {end - start}")
        return data

    def _open(self, name: str, mode: str = "rb") -> StoredFile:
        if mode != "rb":
            raise ValueError("Files in a bucket are read, or saved as a whole.")
        if name.startswith("/"):
            # A file whose name is a path of this machine would be sent from there.
            raise SuspiciousFileOperation(f"{name} is no name of an uploaded file.")
        return StoredFile(self, name)

    def _put(self, name: str, content: File, **conditions: str) -> None:
        content.seek(0)
        if isinstance(content.file, io.StringIO):
            content = ContentFile(content.read().encode())
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        with buckets.asking():
            self._client.put_object(**self._place, Key=name, Body=content, ContentType=kind, **conditions)

    def _save(self, name: str, content: File) -> str:
        """Store a file and return the name that it got: never that of another one, even if both come at once.

        Raises:
            OSError: the bucket is away, and nothing was stored.
        """
        while True:
            try:
                self._put(name, content, IfNoneMatch="*")
            except FileExistsError:
                name = self.get_available_name(name)
            else:
                return name

    def replace(self, name: str, content: File) -> None:
        """Put another content in the place of a file, at once and as a whole.

        Raises:
            OSError: the bucket is away; the file is what it was.
        """
        self._put(name, content)

    def delete(self, name: str) -> None:
        """Delete a file; where the bucket is away it stays, and no address leads to it once its row is gone."""
        try:
            with buckets.asking():
                self._client.delete_object(**self._place, Key=name)
        except buckets.Away as error:
            logger.warning("The file %s stays in the bucket, which does not answer: %s", name, error)

    def exists(self, name: str) -> bool:
        """Return whether there is a file.

        Raises:
            OSError: the bucket is away.
        """
        try:
            self.head(name)
        except FileNotFoundError:
            return False
        return True

    def size(self, name: str) -> int:
        """Return the bytes of a file."""
        return self.head(name)["ContentLength"]

    def get_modified_time(self, name: str) -> datetime:
        """Return when a file was written."""
        return self.head(name)["LastModified"]

    def url(self, name: str | None) -> str:
        """Return the portal's own address of a file."""
        return settings.MEDIA_URL + filepath_to_uri(name or "").lstrip("/")

    def check_room(self, size: int) -> None:
        """Find out whether the bucket answers; how much it takes nobody can tell.

        Raises:
            OSError: it does not.
        """
        with buckets.asking():
            self._client.head_bucket(**self._place)

    def files(self) -> Iterator[tuple[str, int, int]]:
        """Yield all files in the order of their names: name, bytes, when it was written (nanoseconds since 1970).

        Raises:
            OSError: the bucket is away.
        """
        more: dict[str, str] = {}
        while True:
            with buckets.asking():
                found = self._client.list_objects_v2(**self._place, **more)
            for one in found.get("Contents", ()):
                yield one["Key"], one["Size"], round(one["LastModified"].timestamp() * 1000) * 1_000_000
            if not found.get("IsTruncated"):
                return
            more = {"ContinuationToken": found["NextContinuationToken"]}
