"""When a page is: the same after it was kept, and over when its last moment has passed."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

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
