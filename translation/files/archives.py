"""What somebody sends: one file, or many in a zip; and many that are handed out as one."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterable

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import pgettext
from wagtail_localize.models import Translation

from translation.files import po, xliff, xliff_reading
from translation.files.units import FORMATS, Content, UnusableFileError, name_of_file, units_of

MAX_SIZE = 5 * 1024 * 1024
"""Of one file, in bytes: a page of 500 texts has about a tenth of it."""
MAX_ARCHIVE = 20 * 1024 * 1024
MAX_UNPACKED = 50 * 1024 * 1024
MAX_FILES = 1000

MIME_TYPES = {"po": "text/x-gettext-translation", "xliff": "application/xliff+xml", "xliff-1.2": "application/xliff+xml"}


def write(translation: Translation, file_format: str, notes: Iterable[str] = ()) -> bytes:
    """Return a translation as a file of one of `FORMATS`."""
    writers = {"po": po.write, "xliff": xliff.write_2, "xliff-1.2": xliff.write_1}
    return writers[file_format](translation, units_of(translation, describes=True), list(notes))


def write_many(translations: Iterable[Translation], file_format: str, notes: Iterable[str] = ()) -> bytes:
    """Return translations as a zip with one file each."""
    stream = io.BytesIO()
    names: set[str] = set()
    notes = list(notes)
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for translation in translations:
            name = name_of_file(translation, FORMATS[file_format], names)
            names.add(name)
            archive.writestr(name, write(translation, file_format, notes))
    return stream.getvalue()


def unpack(upload: UploadedFile | None) -> list[tuple[str, bytes]]:
    """Return the names and contents of what was sent.

    Raises:
        UnusableFileError: there is none, or it is too large, a broken zip, or one with nothing in it.
    """
    if upload is None:
        raise UnusableFileError(pgettext("admin", "Please choose a file."))
    start = upload.read(4)
    upload.seek(0)
    if not start.startswith(b"PK\x03\x04"):
        if (upload.size or 0) > MAX_SIZE:
            raise UnusableFileError(_too_large())
        return [(upload.name or "", upload.read())]
    if (upload.size or 0) > MAX_ARCHIVE:
        raise UnusableFileError(_too_large())
    try:
        with zipfile.ZipFile(upload) as archive:
            return _members(archive)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise UnusableFileError(pgettext("admin", "The zip file is broken, or needs a password.")) from error


def _members(archive: zipfile.ZipFile) -> list[tuple[str, bytes]]:
    members = [one for one in archive.infolist() if not one.is_dir() and not one.filename.startswith("__MACOSX/")]
    if len(members) > MAX_FILES:
        raise UnusableFileError(pgettext("admin", "The zip file holds too many files."))
    found, size = [], 0
    for one in members:
        with archive.open(one) as file:
            # What a zip says of the size of its files may be a lie.
            data = file.read(MAX_SIZE + 1)
        size += len(data)
        if len(data) > MAX_SIZE or size > MAX_UNPACKED:
            raise UnusableFileError(_too_large())
        found.append((one.filename, data))
    if not found:
        raise UnusableFileError(pgettext("admin", "The zip file is empty."))
    return found


def _too_large() -> str:
    return pgettext("admin", "The file is too large. At most %(size)d MB are possible for one file of texts.") % {
        "size": MAX_SIZE // 1024 // 1024
    }


def read(data: bytes) -> tuple[list[Content], str]:
    """Return what a file says, and the name of its format.

    Raises:
        UnusableFileError: it is neither PO nor XLIFF, or broken.
    """
    if not data.strip():
        raise UnusableFileError(pgettext("admin", "The file is empty."))
    if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<" or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return xliff_reading.read(data), "XLIFF"
    return po.read(data), "PO File"
