"""Jobs for tests: they write into a file when they begin and end."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from django_tasks import task


def _note(path: str, line: str) -> None:
    with Path(path).open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")


@task(backend="jobs")
def note(path: str, name: str = "job", seconds: float = 0) -> None:
    """Take so many seconds; the process stands in a file beside the notes."""
    Path(f"{path}.pid").write_text(str(os.getpid()), encoding="ascii")
    _note(path, f"begin {name}")
    time.sleep(seconds)
    _note(path, f"end {name}")


@task(backend="jobs")
def note_until(path: str, name: str, other: str) -> None:
    """Take until another file is there."""
    _note(path, f"begin {name}")
    while not Path(other).exists():
        time.sleep(0.1)
    _note(path, f"end {name}")


@task(backend="once")
def note_once(path: str, name: str = "job", seconds: float = 0) -> None:
    """The same, never begun a second time."""
    note.call(path, name, seconds)


@task(backend="jobs")
def fail(path: str) -> None:
    """Fail."""
    _note(path, "begin fail")
    raise RuntimeError("no luck today")


@task(backend="jobs")
def die(path: str) -> None:
    """End the process without a word, as a lack of memory does."""
    _note(path, "begin die")
    os.kill(os.getpid(), signal.SIGKILL)
