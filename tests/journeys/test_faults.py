"""Processes that die, many who publish at once: nothing acknowledged is lost, no half page is public, readers keep reading."""

from __future__ import annotations

import http.client
import json
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests import support
from tests.journeys import faults
from tests.journeys.faults import BOTH, EditedPage, Editor, edited_pages, reading, shows, wait_until_answered

pytestmark = [pytest.mark.content, pytest.mark.faults]


@pytest.fixture(scope="module")
def portal(portal_state: support.State, tmp_path_factory: pytest.TempPathFactory) -> Iterator[support.Portal]:
    """Serve a portal whose processes may be killed."""
    database = f"{support.run_name()}_faults_{support.worker_name()}" if portal_state.database else ""
    with support.served(portal_state, tmp_path_factory.mktemp("faults"), database) as portal:
        yield portal


def places(portal: support.Portal, page: EditedPage, title: str) -> list[bool]:
    """Return where a title is shown: on the page, on that above it, in the site map, in the search."""
    shown = [shows(portal, path, title) for path in (page.url, "/de/unsere-arbeit/", "/de/seitenuebersicht/")]
    return [*shown, shows(portal, faults.search(title), f'<h3><a href="{page.url}"')]


def test_who_is_killed_while_publishing_has_published_all_or_nothing(portal: support.Portal) -> None:
    """At moments that nobody chose, from the first byte to after the answer."""
    (page,) = edited_pages(portal, 1, "Getötet")
    editor, title, before = Editor(portal), page.title, page.title
    for word, moment in (("Zwetschgenmus", 0.05), ("Xylophon", 0.25), ("Quarzuhr", 0.6)):
        before, title = title, word
        found: list[int] = []

        def publish(title: str = title, found: list[int] = found) -> None:
            try:
                found.append(editor.publish(page, title))
            except (OSError, http.client.HTTPException):
                found.append(0)

        with reading(portal, *BOTH) as readers:
            thread = threading.Thread(target=publish)
            thread.start()
            time.sleep(moment)
            faults.kill(portal)
            thread.join()
            wait_until_answered(portal, *BOTH)
        assert readers.odd == []
        after = places(portal, page, title)
        assert after == [found == [302]] * 4 or (found == [0] and after == [True] * 4), (word, found, after)
        title = title if after[0] else before
        assert places(portal, page, title)[0]
    # Nothing holds a lock that somebody died with.
    assert editor.publish(page, "Danach geht es weiter") == 302
    assert places(portal, page, "Danach geht es weiter") == [True] * 4


_DIE = """
import os, signal
from django.db import transaction
from home.models import ContentPage
page = ContentPage.objects.get(pk={pk})
page.title = "Mitten darin"
with transaction.atomic():
    page.save_revision().publish()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_who_is_killed_inside_a_commit_has_published_nothing(portal: support.Portal) -> None:
    (page,) = edited_pages(portal, 1, "Im Kommen")
    portal.manage("shell", "-c", _DIE.format(pk=page.id), code=-signal.SIGKILL)
    assert places(portal, page, "Mitten darin") == [False] * 4
    assert places(portal, page, page.title) == [True] * 4
    assert Editor(portal).publish(page, "Im zweiten Anlauf") == 302
    assert places(portal, page, "Im zweiten Anlauf") == [True] * 4


def publish_at_once(portal: support.Portal, count: int) -> None:
    pages = edited_pages(portal, count, "Gleichzeitig", drafts=True)
    editor = Editor(portal)
    with reading(portal, *BOTH, pause=0.2) as readers, ThreadPoolExecutor(count) as pool:
        # From several addresses: one alone may not ask for so much at once.
        sources = [f"127.0.0.{2 + number % 2}" for number in range(count)]
        statuses = list(pool.map(lambda pair: editor.publish(pair[0], pair[0].title, pair[1]), zip(pages, sources, strict=True)))
    assert statuses == [302] * count
    assert (readers.odd, readers.broken, set(readers.statuses)) == ([], [], {200})
    assert [shows(portal, page.url, page.title) for page in pages] == [True] * count


@pytest.mark.long
def test_twelve_publications_at_once(portal: support.Portal) -> None:
    publish_at_once(portal, 12)


@pytest.mark.long
def test_a_hundred_publications_at_once(portal: support.Portal) -> None:
    publish_at_once(portal, 100)


_TITLES = """
import json
from wagtail.models import Page
page = Page.objects.get(pk={pk})
print(json.dumps([page.title, page.live_revision.content["title"], page.latest_revision.content["title"]]))
"""


def test_a_form_that_is_sent_twice_at_once_publishes_once(portal: support.Portal) -> None:
    (page,) = edited_pages(portal, 1, "Doppelt")
    editor = Editor(portal)
    with ThreadPoolExecutor(2) as pool:
        statuses = list(pool.map(lambda _number: editor.publish(page, "Zweimal gedrückt"), range(2)))
    # Whoever comes second is told that somebody was there before.
    assert 302 in statuses and set(statuses) <= {200, 302, 409}, statuses
    assert places(portal, page, "Zweimal gedrückt") == [True] * 4
    said = portal.manage("shell", "-v0", "-c", _TITLES.format(pk=page.id))
    assert json.loads(said.splitlines()[-1]) == ["Zweimal gedrückt", "Zweimal gedrückt", "Zweimal gedrückt"]
