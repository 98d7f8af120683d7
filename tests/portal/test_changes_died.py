"""Processes that die between a commit and its announcement, and those that end in order; which numbers a machine reads."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import transaction

from portal import changes
from portal.counters import Counters, SharedCounters
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


def test_who_watches_makes_good_while_others_answer(heard: list) -> None:
    with changes.watching(0.01):
        end_in_a_child(announce_and_die)
        support.wait_for(lambda: heard, "The announcement")
    assert heard == [frozenset({changes.EVERYTHING})]
    end_in_a_child(announce_and_die)
    assert len(heard) == 1


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
