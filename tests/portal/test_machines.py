"""Two machines, each with a state folder of its own, that serve one database: what one announces, the other hears."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator

import pytest
from django.db import connection

from tests import support
from tests.portal.test_changes_served import PUBLISH

pytestmark = [pytest.mark.content, pytest.mark.postgresql]

SLUG = "unsere-arbeit"
HEARD = 0.25
"""Seconds after which every other machine has heard of a change."""


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Start a Redis of their own, which can go away."""
    if shutil.which("redis-server") is None:
        pytest.skip("needs redis-server (make services)")
    port = support.free_port()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path_factory.mktemp("redis"))]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    yield f"redis://127.0.0.1:{port}/0", process
    process.kill()
    process.wait()


@pytest.fixture(scope="module")
def machines(
    portal_state: support.State, redis: tuple[str, subprocess.Popen[bytes]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[support.Portal]]:
    """Serve one database from two folders."""
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: a file is of one machine")
    database = f"{support.run_name()}_machines_{support.worker_name()}"
    shared = {"PORTAL_MACHINES": "2", "CACHE_URL": redis[0], "WEB_WORKERS": "2"}
    address = {"DATABASE_URL": support.database_url(database)}
    with (
        support.served(portal_state, tmp_path_factory.mktemp("one"), database, **shared) as one,
        support.served(support.State(portal_state.folder), tmp_path_factory.mktemp("two"), **address, **shared) as other,
    ):
        yield [one, other]


def home(portal: support.Portal) -> str:
    with urllib.request.urlopen(f"{portal.url}/de/", timeout=support.PATIENCE) as answer:
        return answer.read().decode()


def shown(portal: support.Portal, title: str) -> list[bool]:
    """Return whether the menu says a title, in several answers: more than one process gives them."""
    return [title in home(portal) for _ in range(6)]


def publish(portal: support.Portal, title: str, *, dies: bool = False) -> None:
    portal.manage("shell", "-c", PUBLISH.format(dies=dies, slug=SLUG, title=title), code=-signal.SIGKILL if dies else 0)


def test_what_is_published_on_one_is_read_on_the_other(machines: list[support.Portal]) -> None:
    for number, (here, there) in enumerate([machines, machines[::-1]]):
        title = f"Von Maschine {number}"
        assert shown(there, title) == [False] * 6
        publish(here, title)
        assert shown(here, title) == [True] * 6
        time.sleep(HEARD)
        assert shown(there, title) == [True] * 6


def test_what_a_killed_process_did_not_tell_is_made_good_on_both(machines: list[support.Portal]) -> None:
    here, there = machines
    title = "Tot auf zwei Maschinen"
    assert shown(here, title) + shown(there, title) == [False] * 12
    publish(here, title, dies=True)
    for portal in machines:
        until = time.monotonic() + support.PATIENCE
        while title not in home(portal):
            assert time.monotonic() < until, "The menu is as old as it was."
            time.sleep(0.05)
    time.sleep(HEARD)
    assert shown(here, title) + shown(there, title) == [True] * 12


def test_without_redis_they_answer_and_hear(machines: list[support.Portal], redis: tuple[str, subprocess.Popen[bytes]]) -> None:
    here, there = machines
    redis[1].kill()
    redis[1].wait()
    title = "Ohne Redis"
    assert shown(here, title) + shown(there, title) == [False] * 12
    publish(here, title)
    time.sleep(HEARD)
    assert shown(here, title) + shown(there, title) == [True] * 12
