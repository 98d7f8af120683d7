"""What the dates of a kind mean, and what its filters and facts are called, in two languages."""

from __future__ import annotations

import dataclasses
import datetime
from types import SimpleNamespace

import pytest
from django.utils import timezone, translation

from news.models import NewsPage
from portal.listing import facts
from portal.listing.declarations import Listing, When, label
from tests.builders import make_home, make_news, make_news_index

BERLIN = timezone.get_default_timezone()
DAY, LAST = datetime.date(2031, 5, 1), datetime.date(2031, 5, 3)
BEGINS = datetime.datetime(2031, 5, 1, 18, tzinfo=BERLIN)
ENDS = BEGINS + datetime.timedelta(hours=2)
MIDNIGHT = datetime.datetime(2031, 5, 1, tzinfo=BERLIN)


def last_moment(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time.max, BERLIN)


def page(**values: object) -> SimpleNamespace:
    """Return what has the fields of a page that a declaration names."""
    return SimpleNamespace(**{"begins": None, "ends": None, "closes": None, "known": "", **values})


WHEN = When(start="begins", end="ends", closes="closes", precision="known")


@pytest.mark.parametrize(
    ("when", "values", "start", "end"),
    [
        (WHEN, {}, None, None),
        (WHEN, {"begins": BEGINS}, BEGINS, BEGINS),
        (WHEN, {"begins": BEGINS, "ends": ENDS}, BEGINS, ENDS),
        # Whoever may answer until then is told that it is over then, whenever it ends.
        (WHEN, {"begins": BEGINS, "ends": ENDS, "closes": DAY}, BEGINS, last_moment(DAY)),
        # A day begins with its first moment and is over with its last.
        (WHEN, {"begins": DAY}, MIDNIGHT, last_moment(DAY)),
        (WHEN, {"begins": DAY, "ends": LAST}, MIDNIGHT, last_moment(LAST)),
        (WHEN, {"closes": LAST}, None, last_moment(LAST)),
        # What ages is never over, and what declares nothing knows nothing.
        (dataclasses.replace(WHEN, ages=True), {"begins": DAY, "ends": LAST, "closes": LAST}, MIDNIGHT, None),
        (When(), {"begins": DAY, "ends": LAST}, None, None),
        (When(start="nowhere"), {"begins": DAY}, None, None),
    ],
)
def test_when_it_begins_and_when_it_is_over(
    when: When, values: dict, start: datetime.datetime | None, end: datetime.datetime | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    listing = Listing(kind="x", label="X", when=when)
    assert (listing.start(page(**values)), listing.end(page(**values))) == (start, end)
    for seconds, is_over in ((-1, False), (1, end is not None)):
        now = (end or BEGINS) + datetime.timedelta(seconds=seconds)
        monkeypatch.setattr(timezone, "now", lambda now=now: now)
        assert listing.is_over(page(**values)) is is_over


@pytest.mark.parametrize(
    ("values", "german", "english", "machine"),
    [
        ({"begins": DAY}, "1. Mai 2031", "1 May 2031", "2031-05-01"),
        ({"begins": DAY, "known": "month"}, "Mai 2031", "May 2031", "2031-05"),
        ({"begins": DAY, "known": "year"}, "2031", "2031", "2031"),
        ({"begins": DAY, "ends": DAY}, "1. Mai 2031", "1 May 2031", "2031-05-01"),
        ({"begins": DAY, "ends": LAST}, "1. Mai 2031 bis 3. Mai 2031", "1 May 2031 to 3 May 2031", "2031-05-01"),
        ({"closes": LAST}, "bis 3. Mai 2031", "until 3 May 2031", "2031-05-03"),
        ({"closes": LAST, "ends": DAY}, "bis 3. Mai 2031", "until 3 May 2031", "2031-05-03"),
        ({"begins": BEGINS}, "1. Mai 2031, 18:00 Uhr", "1 May 2031, 6 p.m.", "2031-05-01T18:00+02:00"),
        ({"begins": BEGINS, "ends": LAST}, "1. Mai 2031, 18:00 Uhr", "1 May 2031, 6 p.m.", "2031-05-01T18:00+02:00"),
        ({"begins": BEGINS, "ends": ENDS}, "1. Mai 2031, 18:00 bis 20:00 Uhr", "1 May 2031, 6 p.m. to 8 p.m.", "2031-05-01T18:00+02:00"),
        (
            {"begins": BEGINS, "ends": ENDS + datetime.timedelta(days=2)},
            "1. Mai 2031, 18:00 Uhr bis 3. Mai 2031, 20:00 Uhr", "1 May 2031, 6 p.m. to 3 May 2031, 8 p.m.", "2031-05-01T18:00+02:00",
        ),
        ({}, None, None, None),
    ],
)  # fmt: skip
def test_the_date_that_is_shown(
    values: dict, german: str | None, english: str | None, machine: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timezone, "now", lambda: MIDNIGHT)
    listing = Listing(kind="x", label="X", when=WHEN)
    for code, text in (("de", german), ("en", english)):
        with translation.override(code):
            shown = listing.known_date(page(**values))
            assert (shown and (shown.text, shown.machine)) == (text and (text, machine))


def test_a_deadline_is_called_one_until_its_last_moment_and_after(monkeypatch: pytest.MonkeyPatch) -> None:
    listing = Listing(kind="x", label="X", when=WHEN)
    for seconds, is_closed, german, english in (
        (-1, False, "bis 3. Mai 2031", "until 3 May 2031"),
        (1, True, "geschlossen seit 3. Mai 2031", "closed since 3 May 2031"),
    ):
        now = last_moment(LAST) + datetime.timedelta(seconds=seconds)
        monkeypatch.setattr(timezone, "now", lambda now=now: now)
        assert listing.is_closed(page(closes=LAST)) is is_closed
        for code, text in (("de", german), ("en", english)):
            with translation.override(code):
                assert listing.known_date(page(closes=LAST)).text == text
        # What is over without a deadline is not closed, and is called by its date.
        over = Listing(kind="x", label="X", when=When(start="begins"))
        assert (over.is_over(page(begins=LAST)), over.is_closed(page(begins=LAST))) == (is_closed, False)


def test_filters_and_facts_are_called_as_visitors_read_them() -> None:
    names = ("kind", "topics", "when.year", "date_precision")
    for code, at_filters, at_facts in (
        ("de", ["Art", "Thema", "Jahr"], ["Art", "Themen", "Jahr"]),
        ("en", ["Kind", "Topic", "Year"], ["Kind", "Topics", "Year"]),
    ):
        with translation.override(code):
            assert [str(label(NewsPage.listing, NewsPage, name)) for name in names[:3]] == at_filters
            assert [str(label(NewsPage.listing, NewsPage, name, is_fact=True)) for name in names[:3]] == at_facts
            own = dataclasses.replace(NewsPage.listing, labels={"kind": "Own"})
            assert [str(label(own, NewsPage, "kind", is_fact=is_fact)) for is_fact in (True, False)] == ["Own", "Own"]
            verbose = str(NewsPage._meta.get_field("date_precision").verbose_name)
            assert str(label(NewsPage.listing, NewsPage, "date_precision")) == verbose[0].upper() + verbose[1:]
            assert str(label(NewsPage.listing, NewsPage, "nowhere")) == "Nowhere"


@pytest.mark.django_db
def test_the_date_is_a_fact_where_a_kind_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    item = make_news(make_news_index(make_home()), date=DAY, date_precision="month")
    monkeypatch.setattr(NewsPage, "listing", dataclasses.replace(NewsPage.listing, facts=("when", "place")))
    for code, term, text in (("de", "Wann", "Mai 2031"), ("en", "When", "May 2031")):
        with translation.override(code):
            found = facts.of_page(item, "/de/aktuelles/")
            assert [(str(fact.term), [(value.text, value.machine_date, value.url) for value in fact.values]) for fact in found] == [
                (term, [(text, "2031-05", "")])
            ]
