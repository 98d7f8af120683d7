"""When a page is: the same after it was kept, and over when its last moment has passed."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone, translation

from portal.language.dates import DatePrecision
from portal.language.zones import TimeZone
from portal.listing.dates import Dates, Status

TODAY = timezone.localdate()
YESTERDAY, TOMORROW = (TODAY + datetime.timedelta(days=days) for days in (-1, 1))
NOON = datetime.datetime(2024, 5, 1, 12, tzinfo=datetime.UTC)
OTHER_ZONE = next(zone for zone in TimeZone if zone != TimeZone.BERLIN)


@pytest.mark.parametrize(
    "dates",
    [
        Dates(TODAY),
        Dates(TODAY, DatePrecision.YEAR),
        Dates(TODAY, DatePrecision.DAY, TOMORROW, end_precision=DatePrecision.MONTH),
        Dates(NOON, end=NOON + datetime.timedelta(hours=2), zone=OTHER_ZONE),
        Dates(NOON, zone=TimeZone.BERLIN, is_deadline=True),
        Dates(None, end=TODAY),
        Dates(TODAY, goes_on=True),
        Dates(TODAY, goes_on=False),
    ],
)
def test_what_is_kept_comes_back_the_same(dates: Dates) -> None:
    assert Dates.read(dates.stored) == dates
    assert dates.stored[-1] != ""


def test_nothing_is_none() -> None:
    assert Dates.read([]) is None


@pytest.mark.parametrize(
    ("dates", "is_over", "status"),
    [
        (Dates(YESTERDAY), True, None),
        (Dates(TODAY), False, None),
        (Dates(YESTERDAY, end=TODAY), False, None),
        (Dates(YESTERDAY, goes_on=True), False, Status.RUNNING),
        (Dates(YESTERDAY, goes_on=False), True, Status.ENDED),
        # An end that is known holds, whatever was said of one that is not.
        (Dates(YESTERDAY, end=YESTERDAY, goes_on=True), True, Status.ENDED),
        (Dates(YESTERDAY, end=TOMORROW, goes_on=False), False, Status.RUNNING),
        (Dates(TOMORROW, goes_on=True), False, Status.PLANNED),
    ],
)
def test_it_is_over_when_its_last_moment_has_passed(dates: Dates, is_over: bool, status: Status | None) -> None:
    assert (dates.is_over, dates.status) == (is_over, status)


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("dates", "german", "arabic", "machine"),
    [
        # What lasts and has no end goes on, was begun, or will begin; what does not last is dated and no more.
        (Dates(day("2016-03-01"), "month", goes_on=True), "seit März 2016", "منذ آذار/مارس 2016", "2016-03"),
        (Dates(day("2020-04-01"), "month", goes_on=False), "ab April 2020", "من نيسان/أبريل 2020", "2020-04"),
        (Dates(day("2100-01-01"), "year", goes_on=True), "ab 2100", "من 2100", "2100"),
        (Dates(day("2016-03-01"), "month"), "März 2016", "آذار/مارس 2016", "2016-03"),
        # Of each end no more is said than is known of it, and of both together nothing twice.
        (Dates(day("2021-01-01"), "year", day("2022-08-01"), end_precision="month"), "2021 bis August 2022", "من 2021 إلى آب/أغسطس 2022",
         "2021"),
        (Dates(day("2021-01-01"), "year", day("2022-08-01"), goes_on=False), "2021 bis 2022", "من 2021 إلى 2022", "2021"),
        (Dates(day("2021-01-01"), "year", day("2021-06-01")), "2021", "2021", "2021"),
        (Dates(None, end=day("2023-12-31")), "bis 31. Dezember 2023", "حتى 31 كانون الأول/ديسمبر 2023", "2023-12-31"),
        (Dates(None, "year", day("2023-12-31")), "bis 2023", "حتى 2023", "2023"),
    ],
)  # fmt: skip
def test_no_more_is_written_than_is_known(dates: Dates, german: str, arabic: str, machine: str) -> None:
    for code, text in (("de", german), ("ar", arabic)):
        with translation.override(code):
            assert (code, dates.plain().text, dates.plain().machine) == (code, text, machine)


def test_moments_are_written_in_their_time_zone_or_in_the_one_that_is_asked_for() -> None:
    dates = Dates(NOON, end=NOON + datetime.timedelta(hours=2), zone=TimeZone("America/New_York"))
    german = ("1. Mai 2024, 14:00 bis 16:00 Uhr (deutsche Zeit)", "2024-05-01T14:00+02:00")
    with translation.override("de"):
        found = [(known.text.replace("\xa0", " "), known.machine) for known in (dates.plain(), dates.plain(TimeZone.BERLIN))]
    assert found == [("1. Mai 2024, 08:00 bis 10:00 Uhr (New Yorker Zeit)", "2024-05-01T08:00-04:00"), german]
