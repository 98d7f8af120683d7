"""The path of changes on the served portal: processes that die, and many that read while one writes."""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.language.languages import LANGUAGES
from tests import support

pytestmark = pytest.mark.content

PUBLISH = """
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


def home(portal: support.Portal) -> str:
    with urllib.request.urlopen(f"{portal.url}/de/", timeout=support.PATIENCE) as answer:
        return answer.read().decode()


def test_a_process_killed_between_commit_and_announcement_is_made_good(live_portal: support.Portal) -> None:
    slug = "unsere-arbeit"
    for _ in range(4):
        # All processes that answer have the menu.
        assert "Tot und doch da" not in home(live_portal)
    try:
        live_portal.manage("shell", "-c", PUBLISH.format(dies=True, slug=slug, title="Tot und doch da"), code=-signal.SIGKILL)
        support.wait_for(lambda: "Tot und doch da" in home(live_portal), "The menu")
        assert all("Tot und doch da" in home(live_portal) for _ in range(8))
    finally:
        live_portal.manage("shell", "-c", PUBLISH.format(dies=False, slug=slug, title=""))
    assert all("Tot und doch da" not in home(live_portal) for _ in range(8))


_READ = """
import json, os, sys, threading, time
from itertools import count
from django.db import connection, connections
from django.utils import translation
from wagtail.models import Page
from portal import changes
from portal.language.languages import LANGUAGES
from portal.navigation import breadcrumbs, footer, homes, language_links, menu, site_map
from portal.pages import readers, restrictions

def values(language):
    found = [sorted(restrictions.restricted_paths()), homes()]
    with translation.override(language.code), readers.answering(readers.Reader(language)):
        found += [menu(), footer(), site_map()]
        page = Page.objects.filter(slug="unsere-arbeit", depth=3, locale__language_code="de").first()
        found.append([(entry.address, entry.mark) for entry in language_links(readers.current().showing(page.specific))])
    return found

def read(first, stop, reads, faults):
    # In turn: whatever is kept of a language is asked for by somebody between two changes.
    for number in count(first):
        if stop.is_set():
            break
        try:
            language = LANGUAGES[number % len(LANGUAGES)]
            values(language)
            reads.append(language.code)
            time.sleep(0.15)
        except Exception as error:
            faults.append(repr(error))
    connection.close()

def answer(told, said):
    stop, reads, faults = threading.Event(), [], []
    threads = [threading.Thread(target=read, args=(first, stop, reads, faults)) for first in range(4)]
    for thread in threads: thread.start()
    said.write("ready\\n")
    told.readline()
    stop.set()
    for thread in threads: thread.join()
    kept = [values(language) for language in LANGUAGES]
    changes.announce(changes.EVERYTHING)
    fresh = [values(language) for language in LANGUAGES]
    stale = [(a, b) for one, other in zip(kept, fresh) for a, b in zip(one, other) if a != b][:1]
    said.write(json.dumps([kept == fresh, sorted(set(reads)), len(reads), faults[:3], stale], default=str) + "\\n")

def start():
    # A process of its own, as the server makes them: Django is loaded once.
    (told, tell), (hear, say) = os.pipe(), os.pipe()
    if os.fork() == 0:
        try:
            # It ends with the one who writes, however that ends.
            os.close(tell), os.close(hear)
            answer(open(told), open(say, "w", buffering=1))
        finally:
            os._exit(0)
    os.close(told), os.close(say)
    return open(tell, "w", buffering=1), open(hear)

connections.close_all()
processes = [start() for _ in range(2)]
for _tell, hear in processes:
    assert hear.readline() == "ready\\n"
"""

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
changes.settle()
for tell, hear in processes:
    tell.write("stop\\n")
    print(hear.readline(), end="", flush=True)
"""


@pytest.fixture
def copied(portal_state: support.State, tmp_path: Path) -> Iterator[support.Portal]:
    """Return a copy of the content that nobody serves."""
    database = f"{support.run_name()}_changes_{support.worker_name()}" if portal_state.database else ""
    shutil.copytree(portal_state.folder, tmp_path / "portal")
    if database:
        support.create_database(database, portal_state.database)
    portal = support.Portal("", tmp_path / "portal", support.environment(tmp_path / "portal", database))
    with contextlib.closing(portal):
        yield portal
    if database:
        support.drop_database(database)


def test_two_hundred_changes_under_eight_readers_leave_nothing_old(copied: support.Portal) -> None:
    said = copied.manage("shell", "-c", _READ + _WRITE)
    # The shell says first what it imports.
    answers = [json.loads(line) for line in said.splitlines() if line.startswith("[")]
    assert len(answers) == 2
    for is_fresh, read, number, faults, stale in answers:
        assert (is_fresh, faults) == (True, []), stale
        assert (read, number > 20) == (sorted(language.code for language in LANGUAGES), True)
