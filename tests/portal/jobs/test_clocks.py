"""Publication by clocks that are changed: by an hour twice a year, or by somebody."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from django.utils import timezone

from home.models import HomePage
from portal.jobs import publication
from tests.builders import make_alias, make_content_page, make_home, translate
from tests.portal.jobs.test_publication import fresh, online, schedule

pytestmark = pytest.mark.django_db

Clock = Callable[[str], datetime.datetime]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Return what sets the clock that everything of the portal reads, and returns what it says."""

    def set_to(moment: str) -> datetime.datetime:
        found = datetime.datetime.fromisoformat(moment).astimezone(datetime.UTC)
        monkeypatch.setattr("django.utils.timezone.now", lambda: found)
        return found

    return set_to


@pytest.fixture
def home(clock: Clock) -> HomePage:
    """Return a home page in German and English, made before everything that the tests tell of."""
    clock("2026-01-01T12:00+01:00")
    home = make_home()
    translate(home, "en")
    make_alias(home, "uk")
    return home


@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        # Summer time begins: at two it is three.
        ("2026-03-29T01:59:59+01:00", "2026-03-29T03:00:00+02:00"),
        # It ends: the hour after two comes twice.
        ("2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"),
    ],
)
def test_a_page_is_online_from_its_moment_to_its_end_over_the_change_of_the_hour(
    home: HomePage, clock: Clock, begins: str, ends: str
) -> None:
    start, end = (datetime.datetime.fromisoformat(moment) for moment in (begins, ends))
    page = make_content_page(home, "Stunde", live=False)
    make_alias(page, "uk")
    schedule(page, start, end)
    second = datetime.timedelta(seconds=1)
    for moment, is_online in ((start - second, False), (start, True), (end - second, True), (end, False)):
        clock(moment.isoformat())
        publication.run()
        assert (moment, online(page)) == (moment, {"de": is_online, "uk": is_online})
    assert timezone.localtime(fresh(page).expire_at).isoformat() == ends


def test_what_a_clock_that_was_ahead_put_online_stays_and_the_rest_waits(home: HomePage, clock: Clock) -> None:
    """A day ahead and back again, as a machine does that lost its time."""
    page, later, leaving = (make_content_page(home, title, live=title == "Geht") for title in ("Heute", "Übermorgen", "Geht"))
    now = clock("2026-06-01T12:00+02:00")
    hour = datetime.timedelta(hours=1)
    schedule(page, now + hour)
    schedule(later, now + 48 * hour)
    schedule(leaving, expire_at=now + 2 * hour)
    clock("2026-06-02T12:00+02:00")
    publication.run()
    found = [online(item)["de"] for item in (page, later, leaving)]
    assert found == [True, False, False]
    for moment in ("2026-06-01T12:00+02:00", "2026-06-01T13:30+02:00", "2026-06-02T13:00+02:00"):
        clock(moment)
        publication.run()
        assert [online(item)["de"] for item in (page, later, leaving)] == found
    # Nobody is kept from bringing back what went too early.
    clock("2026-06-01T12:00+02:00")
    schedule(leaving, expire_at=now + 2 * hour)
    assert online(leaving)["de"]
    clock("2026-06-03T12:00:01+02:00")
    publication.run()
    assert [online(item)["de"] for item in (page, later, leaving)] == [True, True, False]
