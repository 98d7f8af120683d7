"""A program of its own that reads the text of one file, with limits: `python -I search/reading.py pdf 10 268435456 < file`.

Files come from people, and libraries that read them can be led to take minutes and gigabytes. So each is read in a fresh interpreter that
knows neither settings nor database, and that the system ends when it takes too much. Answers with JSON: `text`, `problem` where there
is one (`broken`, `memory`, `partly`), of a PDF how many `pages` it has and whether it is `tagged`; a process that took too long does not
answer.
"""

from __future__ import annotations

import codecs
import contextlib
import json
import os
import re
import resource
import sys
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import BinaryIO

from defusedxml.ElementTree import iterparse

MAX_UNPACKED = 50 * 1024 * 1024
"""So many bytes of a packed text are unpacked; what is longer is not read."""

MAX_CHARACTERS = 200_000
"""So much of a text is kept: about eighty pages."""

_SPACE = re.compile(r"[^\S\n]+")
_BREAKS = re.compile(r"\s*\n\s*")
# A word at the end of a line is taken for one that goes on where a small letter follows.
_DIVIDED = re.compile(r"(?<=[^\W\d_])[-\u00ad\u2010]\n(?=[^\W\d_A-ZÄÖÜ])")

_WORD_TEXT = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_OPEN_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_OPEN_SPACES = {f"{_OPEN_TEXT}s", f"{_OPEN_TEXT}tab", f"{_OPEN_TEXT}line-break"}


def _pdf(file: BinaryIO) -> Iterator[str]:
    from pypdf import PdfReader

    for page in PdfReader(file).pages:
        yield page.extract_text() + "\n"


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


def pdf_facts(file: BinaryIO) -> tuple[int, bool]:
    """Return how many pages a PDF has, and whether it is tagged: it says so (`/Marked`), and has a tree of its structure."""
    from pypdf import PdfReader

    reader = PdfReader(file)
    root = reader.root_object
    # Whatever stands there: `null` is as good as nothing. A reference is followed by the brackets alone.
    mark = root["/MarkInfo"] if "/MarkInfo" in root else None  # noqa: SIM401
    # Compared, since pypdf's `false` is an object, and as such true.
    is_marked = isinstance(mark, dict) and "/Marked" in mark and mark["/Marked"] == True  # noqa: E712
    return len(reader.pages), is_marked and "/StructTreeRoot" in root


READERS: dict[str, Callable[[BinaryIO], Iterator[str]]] = {"pdf": _pdf, "docx": _docx, "odt": _odt, "txt": _txt}
"""What reads files by their extension."""


def extract(file: BinaryIO, extension: str, seconds: float) -> tuple[str, bool]:
    """Return the text of a file, its lines divided by line breaks, no more than `MAX_CHARACTERS`; and whether time was up before its end.

    Args:
        file: the file, open.
        extension: one of `READERS`.
        seconds: of the processor's time in this process, from its beginning.

    Raises:
        Exception: whatever a broken file makes the libraries raise.
    """
    found: list[str] = []
    length, is_partly = 0, False
    for piece in READERS[extension](file):
        found.append(piece)
        length += len(piece)
        if length > MAX_CHARACTERS:
            break
        if is_partly := time.process_time() > seconds:
            break
    text = _DIVIDED.sub("", "".join(found)[:MAX_CHARACTERS])
    return _BREAKS.sub("\n", _SPACE.sub(" ", text)).strip(), is_partly


def limit(seconds: int, memory: int) -> None:
    """Let the system end this process when it takes too much; it may write no file, and leaves no image of its memory behind."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    # Not all systems know it: macOS ends nothing for its memory.
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    os.nice(10)


def main(extension: str, seconds: str, memory: str) -> None:
    """Read the file at standard input, within seconds of the processor's time and bytes of memory."""
    limit(int(seconds), int(memory))
    answer: dict[str, str | int | bool | None] = {"text": "", "problem": "", "pages": None, "tagged": None}
    try:
        # Libraries say on their way what they dislike.
        with contextlib.redirect_stdout(None):
            if extension == "pdf":
                with suppress(Exception):
                    answer["pages"], answer["tagged"] = pdf_facts(sys.stdin.buffer)
                sys.stdin.buffer.seek(0)
            answer["text"], is_partly = extract(sys.stdin.buffer, extension, 0.8 * int(seconds))
        answer["problem"] = "partly" if is_partly else ""
    except MemoryError:
        answer["problem"] = "memory"
    except Exception:
        answer["problem"] = "broken"
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
