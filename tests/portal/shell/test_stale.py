"""With the database really stopped: the last good page, marked; what was withdrawn straight before is not shown; entries end by time."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest

from tests import support
from tests.portal.serving.test_status import set_database
from tests.portal.shell.clients import ask

pytestmark = [pytest.mark.content, pytest.mark.faults]

PROCESSES, SURELY = 8, 32
"""So often each address is asked, on connections of their own: it comes to both processes; where both must have it, surely."""


@pytest.fixture(scope="module")
def portal(portal_state: support.State, tmp_path_factory: pytest.TempPathFactory) -> Iterator[support.Portal]:
    """Serve a portal whose database may be stopped, and that has no mirror to answer from."""
    if not (database := portal_state.database and f"{support.run_name()}_stale_{support.worker_name()}"):
        pytest.skip("needs PostgreSQL: whoever has opened a file keeps it")
    with support.served(portal_state, tmp_path_factory.mktemp("stale"), database, PORTAL_MIRROR="") as portal:
        portal.environment["DATABASE"] = database
        yield portal


BEGIN = """
import datetime, json
from django.utils import timezone
from home.models import ContentPage
from tests.builders import make_content_page, translate
from wagtail.models import Page, PageViewRestriction
section = Page.objects.get(slug="unsere-arbeit", depth=3, locale__language_code="de").specific
page = ContentPage.objects.filter(title="Zurückgezogen", locale=section.locale).first()
"""
MAKE = """
page = make_content_page(section, "Zurückgezogen")
print("AT", json.dumps([page.get_url(), translate(page, "en").get_url(), section.get_url()]))
"""
WITHDRAWN = {
    "unpublished": "page.unpublish()",
    "deleted": "page.delete()",
    "private": 'PageViewRestriction.objects.create(page=page, restriction_type="login")',
    "restricted by its section": 'PageViewRestriction.objects.create(page=section, restriction_type="login")',
    "moved": 'page.move(Page.objects.get(slug="mitmachen", depth=3, locale__language_code="de"), pos="last-child")',
    "wrong in other languages": (
        "from translation.desk.models import ChangeEffect\npage.lead = \"Anders\"\nrevision = page.save_revision()\n"
        'ChangeEffect.objects.create(revision=revision, effect="wrong")\nrevision.publish()'
    ),
    # What the runner does in its time.
    "expired": (
        "from portal.jobs import publication\n"
        "page.expire_at = timezone.now() + timezone.timedelta(seconds=0.2)\npage.save_revision(clean=False).publish()\n"
        "import time; time.sleep(0.5); publication.run()"
    ),
}
CLEAN = 'PageViewRestriction.objects.filter(page=section).delete()\nif page: page.delete()'


def run(portal: support.Portal, code: str) -> str:
    return portal.manage("shell", "-v0", "-c", BEGIN + code)


def made(portal: support.Portal) -> list[str]:
    """Make a page, and return where it lies in German and English, and its section."""
    said = run(portal, MAKE)
    return json.loads(next(line for line in said.splitlines() if line.startswith("AT")).removeprefix("AT"))


def answers(portal: support.Portal, address: str, times: int = PROCESSES) -> set[tuple[int, str]]:
    """Return status and mark of what both processes answer."""
    found = [ask(portal, address) for _ in range(times)]
    return {(status, headers.get("cache-status", "")) for status, headers, _body in found}


STALE = {(200, "portal; hit; detail=stale")}
NOTHING = {(503, "")}


def test_the_last_good_page_is_shown_and_marked_and_nothing_that_was_withdrawn_before(portal: support.Portal) -> None:
    seen = {}
    for name, withdraw in WITHDRAWN.items():
        addresses = made(portal)
        kept = [ask(portal, address)[2] for address in addresses]
        assert {address: answers(portal, address, SURELY) for address in addresses} == {address: {(200, "")} for address in addresses}
        # Somebody else published something: what is kept is older than that, and good.
        run(portal, 'section.search_description = "Anders"\nsection.save_revision().publish()')
        set_database(portal, there=False)
        try:
            stale = {address: answers(portal, address) for address in addresses[:2]}
            bodies = [ask(portal, address)[2] for address in addresses[:2]]
        finally:
            set_database(portal, there=True)
        for address in addresses:
            answers(portal, address)
        run(portal, withdraw)
        # Straight afterwards.
        set_database(portal, there=False)
        try:
            after = {address: answers(portal, address) for address in addresses[:2]}
        finally:
            set_database(portal, there=True)
            run(portal, CLEAN)
        seen[name] = (stale, bodies == kept[:2], after)
    expected = (dict.fromkeys(addresses[:2], STALE), True, dict.fromkeys(addresses[:2], NOTHING))
    assert seen == dict.fromkeys(WITHDRAWN, expected)


def test_an_entry_ends_at_its_moment_whatever_has_failed(portal: support.Portal) -> None:
    """A page that goes offline while nobody can take it offline."""
    german, english, _section = made(portal)
    for seconds in (15, 60, 240):
        code = f"page.expire_at = timezone.now() + timezone.timedelta(seconds={seconds})\npage.save_revision(clean=False).publish()\n"
        said = run(portal, f'{code}print("END", page.expire_at.timestamp())')
        end = float(next(line.split()[1] for line in said.splitlines() if line.startswith("END")))
        kept = [answers(portal, address, SURELY) for address in (german, english)]
        if time.time() < end:
            break
        # A busy machine needs longer until both processes have it.
    assert kept == [{(200, "")}] * 2
    set_database(portal, there=False)
    try:
        found = [answers(portal, address) for address in (german, english)]
        if time.time() < end:
            # On a machine that took longer there is nothing to see.
            assert found == [{(200, "")}] * 2
        support.wait_for(lambda: time.time() > end, "The moment")
        assert [answers(portal, address) for address in (german, english)] == [NOTHING] * 2
    finally:
        set_database(portal, there=True)
        run(portal, CLEAN)
