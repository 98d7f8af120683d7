"""Processes that die between a commit and its announcement, and those that end in order; which numbers a machine reads."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings, settings
from django.db import DatabaseError, connection, transaction

from portal import changes
from portal.counters import Counters, SharedCounters
from portal.serving.watching import watching
from tests import support

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[list[frozenset[changes.Tag]]]:
    """Return what is announced, in a list that grows; the numbers are those of this test alone."""
    told: list[frozenset[changes.Tag]] = []
    monkeypatch.setattr(changes, "_counters", Counters(tmp_path / "changes"))
    monkeypatch.setattr(changes, "_listeners", [(changes.Order.LISTS, told.append)])
    yield told
    changes.settle()


def end_in_a_child(work: Callable[[], object]) -> None:
    """Do something in another process, which ends at once after it, without a word."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
        finally:
            os._exit(0)
    os.waitpid(pid, 0)


def announce_and_die() -> None:
    with transaction.atomic():
        changes.announce(changes.TERMS)
        os._exit(0)


def announce_and_settle() -> None:
    with transaction.atomic():
        changes.announce(changes.TERMS)
    changes.settle()


def intend_and_settle() -> None:
    changes.intend()
    changes.settle()


def test_what_a_dead_process_did_not_tell_is_made_good_once(heard: list) -> None:
    for work in (announce_and_settle, intend_and_settle):
        end_in_a_child(work)
        changes.make_good()
        assert (work.__name__, heard) == (work.__name__, [])
    for work in (announce_and_die, changes.intend):
        heard.clear()
        before = changes.counters().read([0])
        end_in_a_child(work)
        changes.make_good()
        changes.make_good()
        assert (work.__name__, heard) == (work.__name__, [frozenset({changes.EVERYTHING})])
        assert changes.counters().read([0]) != before


def test_a_command_that_ends_in_order_leaves_nothing_to_make_good(tmp_path: Path) -> None:
    lines = "import django; django.setup(); from portal import changes; changes.intend()"
    subprocess.run([sys.executable, "-c", lines], env=support.environment(tmp_path), cwd=settings.BASE_DIR, check=True)  # noqa: S603
    assert (tmp_path / "changes").exists()
    assert not Counters(tmp_path / "changes").make_good()


def test_who_watches_makes_good_while_others_answer(heard: list) -> None:
    with watching(0.01):
        end_in_a_child(announce_and_die)
        support.wait_for(lambda: heard, "The announcement")
    assert heard == [frozenset({changes.EVERYTHING})]
    end_in_a_child(announce_and_die)
    assert len(heard) == 1


def test_who_watches_goes_on_after_an_error_and_says_so(
    heard: list, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    make_good, errors = changes.counters().make_good, iter([OSError("no room"), DatabaseError("away")])

    def fail_twice() -> bool:
        for error in errors:
            raise error
        return make_good()

    monkeypatch.setattr(changes.counters(), "make_good", fail_twice)
    with watching(0.01):
        end_in_a_child(announce_and_die)
        support.wait_for(lambda: heard, "The announcement")
    assert heard == [frozenset({changes.EVERYTHING})]
    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [OSError, DatabaseError]


@pytest.mark.django_db(transaction=True)
def test_who_forks_shares_neither_the_thread_that_watches_nor_its_connection(heard: list, monkeypatch: pytest.MonkeyPatch) -> None:
    left_open: list[bool] = []
    ends = threading.Event()

    def look() -> bool:
        left_open.append(connection.connection is not None)
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if len(left_open) > 1:
            # The block ends while somebody looks.
            ends.set()
            threading.Event().wait(0.3)
        return False

    monkeypatch.setattr(changes.counters(), "make_good", look)
    with watching(0.01):
        ends.wait()
    assert [thread for thread in threading.enumerate() if thread.name == "changes"] == []
    assert left_open == [False, False]


def test_what_was_rolled_back_after_others_could_read_it_is_told_before_the_next_change(heard: list) -> None:
    """A callback that fails after the commit keeps others from telling: the numbers rise with the thread's next change."""
    slot = changes._slot(changes.TERMS)
    changes._thread.announcement = changes._Announcement({changes.TERMS})
    before = changes.counters().read([slot])
    with transaction.atomic():
        changes.announce(changes.FILES)
        assert changes.counters().read([slot]) != before
    before = changes.counters().read([slot])
    changes._thread.announcement = changes._Announcement({changes.TERMS})
    changes.settle()
    assert changes.counters().read([slot]) != before
    assert heard == [frozenset({changes.FILES})]


@pytest.mark.parametrize(("machines", "kind"), [(1, Counters), (2, SharedCounters)])
def test_one_machine_reads_a_file_and_several_hear_of_each_other(
    monkeypatch: pytest.MonkeyPatch, settings: LazySettings, tmp_path: Path, machines: int, kind: type
) -> None:
    settings.MACHINES, settings.VAR_DIR = machines, tmp_path
    monkeypatch.setattr(changes, "_counters", None)
    assert type(changes.counters()) is kind
    assert changes.counters() is changes.counters()
