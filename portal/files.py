"""Files that are whole or not there: written aside, then renamed, so that no kill and no full disk leaves half of one."""

from __future__ import annotations

import ctypes
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # not on Windows
    fcntl = None  # type: ignore[assignment]


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give the path of a file beside `path` to write into; it takes the place of `path` when the block ends without an error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    os.close(handle)
    try:
        yield Path(name)
        with Path(name).open("rb") as written:
            os.fsync(written.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def write_whole(path: Path, text: str) -> None:
    """Write a text file that its owner alone may read."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def swap(one: Path, other: Path) -> bool:
    """Let two paths take each other's place, with no moment at which one is missing (Linux); return false where that cannot be done."""
    here, exchange = -100, 2  # AT_FDCWD and RENAME_EXCHANGE, renameat2(2)
    renameat2 = getattr(ctypes.CDLL(None), "renameat2", None) if sys.platform == "linux" else None
    return renameat2 is not None and not renameat2(here, os.fsencode(one), here, os.fsencode(other), exchange)


_held: set[int] = set()
"""The locks that threads of this process hold, as file descriptors."""


def _close_inherited() -> None:
    """A lock is held until the last process has closed it: a child that was forked meanwhile would hold what its parent let go of."""
    for descriptor in _held:
        os.close(descriptor)
    _held.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_close_inherited)


@contextmanager
def only_one(path: Path, wait: Callable[[], None]) -> Iterator[None]:
    """Hold a lock that all processes of the machine see; whoever must wait for it calls `wait` once before.

    The system lets go of it when the process ends, however it ends.
    """
    # Not a file object: one that is left in a forked child would close what has its number by then.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o666)
    _held.add(descriptor)
    try:
        if fcntl is not None:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                wait()
                fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        if descriptor in _held:
            # Taken back, not only closed: a child that is being forked in this moment has it too.
            if fcntl is not None:
                fcntl.flock(descriptor, fcntl.LOCK_UN)
            _held.discard(descriptor)
            os.close(descriptor)


def remove_leftovers(folder: Path) -> None:
    """Remove what an interrupted `replacing` left in a folder. Only under a lock: others may be writing."""
    for left in folder.glob(".*-????????"):
        with suppress(OSError):
            left.unlink()
