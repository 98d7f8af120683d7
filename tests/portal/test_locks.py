"""Locks between processes, where one is forked while a thread of its parent holds one."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.files import only_one


def is_free(path: Path) -> bool:
    """Return whether somebody else could take a lock now."""
    descriptor = os.open(path, os.O_WRONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        return True
    finally:
        os.close(descriptor)


@pytest.fixture
def child_of_a_holder(tmp_path: Path) -> Iterator[tuple[Path, threading.Event, threading.Thread]]:
    """Fork while another thread holds the lock; the child lives until its pipe is closed."""
    path, taken, done = tmp_path / "lock", threading.Event(), threading.Event()

    def hold() -> None:
        with only_one(path, lambda: None):
            taken.set()
            done.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    taken.wait()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(writing)
        os.read(reading, 1)
        os._exit(0)
    os.close(reading)
    yield path, done, thread
    done.set()
    thread.join()
    os.close(writing)
    os.waitpid(child, 0)


def test_a_forked_child_does_not_hold_what_its_parent_let_go_of(
    child_of_a_holder: tuple[Path, threading.Event, threading.Thread],
) -> None:
    path, done, thread = child_of_a_holder
    assert not is_free(path)
    done.set()
    thread.join()
    assert is_free(path)


def test_a_forked_child_does_not_let_go_of_what_its_parent_holds(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with only_one(path, lambda: None):
        child = os.fork()
        if child == 0:
            os._exit(0)
        os.waitpid(child, 0)
        assert not is_free(path)
    assert is_free(path)
