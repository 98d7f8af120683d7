"""The path of changes on the served portal: processes that die, and many that read while one writes."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import support

pytestmark = pytest.mark.content

_PUBLISH = """
import os, signal
from django.db import transaction
from wagtail.models import Page
from portal import changes, navigation

navigation.menu()
if {dies}:
    # What is committed is told after this: here the process is not there any more.
    changes._deliver = lambda tags: os.kill(os.getpid(), signal.SIGKILL)
page = Page.objects.get(slug={slug!r}, locale__language_code="de", depth=3).specific
page.menu_title = {title!r}
with transaction.atomic():
    page.save_revision().publish()
"""


def run(portal: support.Portal, code: str) -> int:
    """Run code in a process of its own on the portal's state and return how it ended."""
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-c", code],
        cwd=support.BASE_DIR, env=portal.environment, stdin=subprocess.DEVNULL, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode in {0, -signal.SIGKILL}, done.stderr.decode()
    return done.returncode


def home(portal: support.Portal) -> str:
    with urllib.request.urlopen(f"{portal.url}/de/", timeout=support.PATIENCE) as answer:
        return answer.read().decode()


def test_a_process_killed_between_commit_and_announcement_is_made_good(live_portal: support.Portal) -> None:
    slug = "unsere-arbeit"
    for _ in range(4):
        # All processes that answer have the menu.
        assert "Tot und doch da" not in home(live_portal)
    try:
        assert run(live_portal, _PUBLISH.format(dies=True, slug=slug, title="Tot und doch da")) == -signal.SIGKILL
        support.wait_for(lambda: "Tot und doch da" in home(live_portal), "The menu")
        assert all("Tot und doch da" in home(live_portal) for _ in range(8))
    finally:
        run(live_portal, _PUBLISH.format(dies=False, slug=slug, title=""))
    assert all("Tot und doch da" not in home(live_portal) for _ in range(8))


_VALUES = """
from portal import changes
from portal.language.languages import LANGUAGES
from portal.navigation import breadcrumbs, footer, homes, language_links, menu, site_map
from portal.pages import readers, restrictions
from django.utils import translation
from wagtail.models import Page

def values():
    found = [sorted(restrictions.restricted_paths()), homes()]
    for language in LANGUAGES:
        with translation.override(language.code), readers.answering(readers.Reader(language)):
            found += [menu(), footer(), site_map()]
            page = Page.objects.filter(slug="unsere-arbeit", depth=3, locale__language_code="de").first()
            found.append([(entry.address, entry.mark) for entry in language_links(readers.current().showing(page.specific))])
    return found
"""

_READ = (
    _VALUES
    + """
import json, os, sys, threading, time
from django.db import connection

stop, reads, faults = threading.Event(), [], []
def read():
    while not stop.is_set():
        try:
            values()
            reads.append(1)
            time.sleep(0.15)
        except Exception as error:
            faults.append(repr(error))
    connection.close()
threads = [threading.Thread(target=read) for _ in range(4)]
for thread in threads: thread.start()
print("ready", flush=True)
sys.stdin.readline()
stop.set()
for thread in threads: thread.join()
kept = values()
changes.announce(changes.EVERYTHING)
fresh = values()
print(json.dumps([kept == fresh, len(reads), faults[:3], [(a, b) for a, b in zip(kept, fresh) if a != b][:1]], default=str), flush=True)
"""
)

_WRITE = """
from django.db import transaction
from wagtail.models import Page, PageViewRestriction

def german(**fields):
    return Page.objects.filter(locale__language_code="de", **fields)
sections = list(german(depth=3, slug__in=["unsere-arbeit", "mitmachen"]))
child = sections[0].get_children().filter(show_in_menus=True).first()
for number in range(200):
    match number % 4:
        case 0 | 2:
            page = Page.objects.get(pk=sections[0].pk).specific
            page.menu_title = f"Arbeit {number}" if number < 196 else ""
            page.save_revision().publish()
        case 1:
            parent = Page.objects.get(pk=sections[(number // 4 + 1) % 2].pk)
            Page.objects.get(pk=child.pk).move(parent, pos="first-child")
        case 3:
            known = PageViewRestriction.objects.filter(page=child)
            known.delete() if known else PageViewRestriction.objects.create(page=child, restriction_type="login")
"""


@pytest.fixture
def copied(portal_state: support.State, tmp_path: Path) -> Iterator[support.Portal]:
    """Return a copy of the content that nobody serves."""
    database = f"{support.run_name()}_changes_{support.worker_name()}" if portal_state.database else ""
    shutil.copytree(portal_state.folder, tmp_path / "portal")
    if database:
        support.create_database(database, portal_state.database)
    yield support.Portal("", tmp_path / "portal", support.environment(tmp_path / "portal", database))
    if database:
        support.drop_database(database)


def test_two_hundred_changes_under_eight_readers_leave_nothing_old(copied: support.Portal) -> None:
    readers = [
        subprocess.Popen(
            [sys.executable, "manage.py", "shell", "-c", _READ],
            cwd=support.BASE_DIR, env=copied.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    try:
        for reader in readers:
            assert any(line == "ready\n" for line in iter(reader.stdout.readline, ""))
        assert run(copied, _WRITE) == 0
        for reader in readers:
            reader.stdin.write("\n")
            reader.stdin.flush()
        for reader in readers:
            is_fresh, reads, faults, stale = json.loads(reader.stdout.readlines()[-1])
            assert (is_fresh, faults) == (True, []), stale
            assert reads > 4
    finally:
        for reader in readers:
            reader.kill()
            reader.wait()
