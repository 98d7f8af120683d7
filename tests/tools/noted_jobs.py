"""Jobs for tests: they write into a file when they begin and end."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from django.db import connection
from django_tasks import task


def _note(path: str, line: str) -> None:
    with Path(path).open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")


@task(backend="jobs")
def note(path: str, name: str = "job", seconds: float = 0, until: str = "") -> None:
    """Take so many seconds, and until a file is there where one is named; the process stands in a file beside the notes."""
    Path(f"{path}.pid").write_text(str(os.getpid()), encoding="ascii")
    _note(path, f"begin {name}")
    time.sleep(seconds)
    while until and not Path(until).exists():
        time.sleep(0.05)
    _note(path, f"end {name}")


@task(backend="once")
def note_once(path: str, name: str = "job", until: str = "") -> None:
    """The same, never begun a second time."""
    note.call(path, name, until=until)


@task(backend="once")
def note_without_waiting(path: str, until: str) -> None:
    """The same in a process that the database refuses at once what it would have to wait for."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 0" if connection.vendor == "sqlite" else "SET lock_timeout = '50ms'")
    note.call(path, until=until)


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
