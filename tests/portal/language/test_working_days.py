"""Working days in Germany: weekends, the holidays of all Länder, the change of summer time."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from django.utils import timezone

from portal.language.working_days import easter, holidays, working_days_before


def moment(text: str) -> datetime:
    return timezone.make_aware(datetime.fromisoformat(text))


@pytest.mark.parametrize(
    ("now", "before"),
    [
        ("2026-12-03 15:00", "2026-12-01 15:00"),  # Thursday
        ("2026-12-01 15:00", "2026-11-27 15:00"),  # Tuesday: a weekend lies between
        ("2026-11-30 09:00", "2026-11-26 09:00"),  # Monday
        ("2026-11-28 12:00", "2026-11-26 00:00"),  # on Saturday and Sunday nothing goes on
        ("2026-11-29 23:59", "2026-11-26 00:00"),
        ("2026-04-08 10:00", "2026-04-02 10:00"),  # Wednesday after Easter: Tuesday, Thursday before Good Friday
        ("2026-04-03 10:00", "2026-04-01 00:00"),  # Good Friday
        ("2026-04-06 10:00", "2026-04-01 00:00"),  # Easter Monday, as since Good Friday
        ("2026-12-28 08:00", "2026-12-23 08:00"),  # Monday after Christmas, whose second day is a Saturday
        ("2025-12-29 08:00", "2025-12-23 08:00"),  # Christmas on Thursday and Friday, then a weekend
        ("2027-01-04 08:00", "2026-12-30 08:00"),  # over New Year, into the year before
        ("2028-10-04 12:00", "2028-09-29 12:00"),  # 3 October on a Tuesday
        ("2026-10-05 12:00", "2026-10-01 12:00"),  # 3 October on a Saturday takes nothing
        ("2026-05-15 09:00", "2026-05-12 09:00"),  # the day after Ascension
        ("2026-03-31 02:30", "2026-03-27 02:30"),  # over the change to summer time
        ("2026-10-27 02:30", "2026-10-23 02:30"),  # and back
    ],
)
def test_two_working_days_before(now: str, before: str) -> None:
    assert working_days_before(moment(now), 2) == moment(before)


def test_a_moment_that_begins_in_utc_is_one_of_germany() -> None:
    # 23:30 in UTC is Saturday in Germany: the weekend has begun.
    found = working_days_before(datetime.fromisoformat("2026-11-27T23:30:00+00:00"), 2)
    assert found == moment("2026-11-26 00:00")


def test_easter() -> None:
    """Years of the tables of the Physikalisch-Technische Bundesanstalt, the earliest and the latest Easter among them."""
    known = {
        1818: (3, 22), 1943: (4, 25), 1954: (4, 18), 1981: (4, 19), 2000: (4, 23), 2008: (3, 23), 2024: (3, 31), 2025: (4, 20),
        2026: (4, 5), 2027: (3, 28), 2028: (4, 16), 2038: (4, 25), 2049: (4, 18), 2076: (4, 19),
    }  # fmt: skip
    assert {year: easter(year) for year in known} == {year: date(year, *day) for year, day in known.items()}


def test_the_nine_holidays_of_2026() -> None:
    assert sorted(f"{day:%d.%m.}" for day in holidays(2026)) == sorted(
        ["01.01.", "03.04.", "06.04.", "01.05.", "14.05.", "25.05.", "03.10.", "25.12.", "26.12."]
    )
