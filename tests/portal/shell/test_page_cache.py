"""The page cache on the served portal: after a change nobody answers older, in any process, language, list, feed or menu."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator

import pytest

from tests import support
from tests.portal.shell.clients import ask

pytestmark = pytest.mark.content

PROCESSES = 4
"""So often each address is asked, on connections of their own: it comes to both processes."""
BEGIN = """
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, PageViewRestriction
from portal import changes
from portal.discovery import release
from portal.models import Alert, Fact, OfficeSettings, PortalImage
from participate.models import EventPage
section = Page.objects.get(slug="unsere-arbeit", locale__language_code="de", depth=3).specific
of_news = Page.objects.filter(locale__language_code="de", content_type__model="newspage", live=True)
news = of_news.order_by("-first_published_at", "pk")[0].specific
articles = Page.objects.filter(locale__language_code="de", depth=4, content_type__model="contentpage", live=True)
article = articles.order_by("path")[0].specific
events = Page.objects.filter(locale__language_code="de", content_type__model="eventindexpage", live=True)[0].specific
fact = next(fact for fact in Fact.objects.filter(locale__language_code="de").order_by("pk") if fact.pages_that_use() and fact.text)
of_fact = [page for page in fact.pages_that_use() if page.live and page.locale.language_code == "de"][0]
"""
ANNOUNCE = "changes.announce(changes.EVERYTHING)"


@pytest.fixture(scope="module")
def addresses(live_portal: support.Portal) -> list[str]:
    """Return home pages, sections, lists, feeds, site maps and a news item in two languages."""
    code = """
found = [*news.get_translations(inclusive=True).live(), article, of_fact, events]
print("NEWS", *[page.get_url() for page in found])
"""
    *pages, events = run(live_portal, code).split("NEWS", 1)[1].split()
    news = [address for address in pages if address[:4] in {"/de/", "/ar/"}]
    lists = [news[0].rstrip("/").rpartition("/")[0] + "/", f"{events}?past=yes"]
    return ["/de/", "/ar/", "/de/unsere-arbeit/", "/de/feed.rss", "/sitemap-de.xml", *lists, *news]


def run(portal: support.Portal, code: str) -> str:
    """Run code in a process of its own that answers nobody."""
    return portal.manage("shell", "-c", BEGIN + code)


def answers(portal: support.Portal, addresses: list[str]) -> dict[str, set[tuple[int, str]]]:
    """Return what both processes answer at addresses."""
    found = {}
    for address in addresses:
        found[address] = set()
        for _ in range(PROCESSES):
            status, headers, body = ask(portal, address)
            said = headers.get("location", "") + headers.get("x-robots-tag", "")
            found[address].add((status, said + re.sub(r'csrfmiddlewaretoken" value="\w+"', "", body.decode())))
    return found


PICTURE = """
from wagtail.images.tests.utils import get_test_image_file
section.image = PortalImage.objects.create(title="Bild der Probe", file=get_test_image_file())
section.save_revision().publish()
"""
CHANGES = {
    "published": 'news.title = "Neu betitelt"; news.save_revision().publish()',
    "in the menu": 'section.menu_title = "Neu im Menü"; section.save_revision().publish()',
    "a picture": PICTURE,
    "the picture withdrawn": 'image = PortalImage.objects.get(title="Bild der Probe"); image.is_withdrawn = True; image.save()',
    "an event that is over": (
        'over = timezone.now() - timezone.timedelta(seconds=1)\n'
        'event = EventPage(title="Probe vorbei", lead="Satz.", place="Ort", starts_at=over - timezone.timedelta(hours=1), ends_at=over)\n'
        "events.add_child(instance=event)\nevent.save_revision().publish()"
    ),
    "the event deleted": 'Page.objects.get(title="Probe vorbei").delete()',
    "a fact": 'fact.text += " Neu"\nfact.save()',
    "the fact as it was": 'fact.text = fact.text.removesuffix(" Neu")\nfact.save()',
    "renamed": 'article.slug += "-neu"; article.save_revision().publish()',
    "named as before": 'article.slug = article.slug.removesuffix("-neu"); article.save_revision().publish()',
    "moved": 'article.move(next(page for page in (section, events.get_parent()) if not article.is_child_of(page)), pos="last-child")',
    "moved back": 'moved = Page.objects.get(pk=ARTICLE)\nmoved.move(Page.objects.get(pk=PARENT), pos="first-child")',
    "a preview": "release.set_released(False)",
    "released": "release.set_released(True)",
    "unpublished": "news.unpublish()",
    "private above": 'PageViewRestriction.objects.create(page=section, restriction_type="login")',
    "an alert": 'Alert(heading="Achtung Sturm", text="<p>Sturm</p>", is_published=True, locale=section.locale).save()',
    "the alert deleted": 'Alert.objects.filter(heading="Achtung Sturm")[0].delete()',
}
BACK = """
PageViewRestriction.objects.filter(page=section).delete()
Alert.objects.filter(heading="Achtung Sturm").delete()
section.menu_title, section.image = "", None
section.save_revision().publish()
news = Page.objects.get(pk={news}).specific
news.title = {title!r}
news.save_revision().publish()
PortalImage.objects.filter(title="Bild der Probe").delete()
# From the addresses that pages had meanwhile.
Redirect.objects.filter(pk__gt={redirect}).delete()
"""


def test_after_a_change_no_process_answers_older(live_portal: support.Portal, addresses: list[str]) -> None:
    """What is answered after each change is what is answered after all was built anew, and it is not what was answered before."""
    said = run(live_portal, 'print("NEWS", article.pk, article.get_parent().pk, Redirect.objects.latest("pk").pk, news.pk, news.title)')
    article, parent, redirect, news, title = said.split("NEWS ", 1)[1].strip().split(" ", 4)
    fresh = answers(live_portal, addresses)
    seen = {}
    try:
        for name, change in CHANGES.items():
            before = fresh
            run(live_portal, change.replace("ARTICLE", article).replace("PARENT", parent))
            after = answers(live_portal, addresses)
            run(live_portal, ANNOUNCE)
            fresh = answers(live_portal, addresses)
            seen[name] = (after == fresh, after != before, {len(found) for found in after.values()})
    finally:
        run(live_portal, BACK.format(redirect=redirect, news=news, title=title) + ANNOUNCE)
    assert seen == dict.fromkeys(CHANGES, (True, True, {1}))


def test_pages_are_kept_and_for_nobody_in_particular(live_portal: support.Portal) -> None:
    """What is written past the portal is seen by those alone whose answers are made for them."""
    run(live_portal, ANNOUNCE)
    address = "/de/unsere-arbeit/"
    for _ in range(4):
        # Both processes have it, whoever the system hands a connection to.
        anonymous = answers(live_portal, [address])
    run(live_portal, 'Page.objects.filter(pk=section.pk).update(title="Am Portal vorbei")')
    try:
        assert answers(live_portal, [address]) == anonymous
        for own in ({"Cookie": "sessionid=geraten"}, {"Authorization": "Basic eA=="}):
            assert {b"Am Portal vorbei" in ask(live_portal, address, **own)[2] for _ in range(PROCESSES)} == {True}
        assert b"Am Portal vorbei" in ask(live_portal, f"{address}?utm_source=x")[2]
        poisons = {
            "X_Forwarded_Host": "evil.example", "Accept_Language": "ar", "X_Forwarded_Proto": "https", "X_Forwarded_For": "6.6.6.6",
            "Referer": "http://evil.example/", "Cookie": "evil=1", "User_Agent": "evil",
        }  # fmt: skip
        for _ in range(PROCESSES):
            assert {(200, ask(live_portal, address, **{name: value})[2].decode()) for name, value in poisons.items()} == anonymous[address]
    finally:
        run(live_portal, f'Page.objects.filter(pk=section.pk).update(title=section.draft_title)\n{ANNOUNCE}')
    assert ask(live_portal, address, Host="evil.example")[0] == 400
    assert answers(live_portal, [address]) == anonymous
    for poison, value in poisons.items():
        run(live_portal, ANNOUNCE)
        assert {(200, ask(live_portal, address, **{poison: value})[2].decode()) for _ in range(PROCESSES)} == anonymous[address]


def test_an_alert_begins_and_ends_by_time_alone(live_portal: support.Portal) -> None:
    alert = """
now = timezone.now()
alert = Alert(heading="Nur kurz da", text="<p>Kurz</p>", is_published=True, locale=section.locale)
alert.starts_at, alert.ends_at = now + timezone.timedelta(seconds=SECONDS), now + timezone.timedelta(seconds=2 * SECONDS)
alert.save()
print("TIMES", alert.starts_at.timestamp(), alert.ends_at.timestamp())
"""
    everything, seen = {("/de/", True), ("/de/", False), ("/ar/", True), ("/ar/", False)}, set()
    # A busy machine may have seen too little before it was over.
    for seconds in (2, 15, 120):
        if seen != everything:
            seen = seen_while_it_is_due(live_portal, alert.replace("SECONDS", str(seconds)))
    assert seen == everything


def seen_while_it_is_due(portal: support.Portal, alert: str) -> set[tuple[str, bool]]:
    """Make an alert and return where it was there, and where it was not, until it is over; never a moment too early or late."""
    starts, ends = map(float, run(portal, alert).split("TIMES", 1)[1].split())
    try:
        seen = set()
        while (asked := time.time()) < ends + 1:
            for address in ("/de/", "/ar/"):
                asked, found, answered = time.time(), b"Nur kurz da" in ask(portal, address)[2], time.time()
                if answered < starts or asked > ends:
                    assert not found
                elif asked > starts and answered < ends:
                    assert found
                seen.add((address, found))
        return seen
    finally:
        run(portal, 'Alert.objects.filter(heading="Nur kurz da").delete()')


@pytest.fixture
def readers(live_portal: support.Portal) -> Iterator[list[int]]:
    """Read without a pause on four connections, as long as the test lasts."""
    stop, statuses = threading.Event(), []

    def read() -> None:
        while not stop.is_set():
            statuses.append(ask(live_portal, "/de/")[0])

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    yield statuses
    stop.set()
    for thread in threads:
        thread.join()


def test_beside_many_readers_each_change_is_seen_at_once(live_portal: support.Portal, readers: list[int]) -> None:
    try:
        for number in range(6):
            run(live_portal, f'section.menu_title = "Arbeit {number:02}"; section.save_revision().publish()')
            found = {bool(re.search(f"Arbeit {number:02}", ask(live_portal, path)[2].decode())) for path in ("/de/", "/de/") * 3}
            assert found == {True}
    finally:
        run(live_portal, 'section.menu_title = ""; section.save_revision().publish()')
    assert set(readers) == {200}
