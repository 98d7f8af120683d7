"""Working days in Germany: all but Saturdays, Sundays and the public holidays that every Land has.

A holiday of a few Länder alone (Epiphany, Corpus Christi, Reformation Day …) counts as a working day: the portal does not know
where somebody works.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import cache

from django.utils import timezone

_SATURDAY = 5
_DAY = timedelta(days=1)
_FIXED = ((1, 1), (5, 1), (10, 3), (12, 25), (12, 26))
"""New Year, 1 May, German Unity, both days of Christmas, as month and day."""
_FROM_EASTER = (-2, 1, 39, 50)
"""Good Friday, Easter Monday, Ascension, Whit Monday, as days from Easter Sunday."""


def easter(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar.

    Source: the algorithm of Meeus, Jones and Butcher (J. Meeus, Astronomical Algorithms, 2nd ed. 1998, chapter 8).
    """
    golden = year % 19
    century, rest = divmod(year, 100)
    leap_centuries, centuries_after = divmod(century, 4)
    moon = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - moon + 15) % 30
    leap_years, years_after = divmod(rest, 4)
    weekday = (32 + 2 * centuries_after + 2 * leap_years - epact - years_after) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


@cache
def holidays(year: int) -> frozenset[date]:
    """Return the public holidays of a year that all Länder have.

    Source: the laws on Sundays and holidays of the sixteen Länder, which have these nine in common; German Unity stands in article
    2 (2) of the Unification Treaty.
    """
    sunday = easter(year)
    return frozenset([*(date(year, *day) for day in _FIXED), *(sunday + number * _DAY for number in _FROM_EASTER)])


def is_working_day(day: date) -> bool:
    """Return whether people work on a day."""
    return day.weekday() < _SATURDAY and day not in holidays(day.year)


def working_days_before(moment: datetime, days: int) -> datetime:
    """Return the moment that lies so many working days before another, at the same time of day by the clock.

    On a day on which nobody works nothing goes on: what is asked then is answered as at its first moment, or that of the free days
    before it.
    """
    local = timezone.localtime(moment).replace(tzinfo=None)
    if not is_working_day(local.date()):
        first = local.date()
        while not is_working_day(first - _DAY):
            first -= _DAY
        local = datetime.combine(first, time.min)
    for _ in range(days):
        local -= _DAY
        while not is_working_day(local.date()):
            local -= _DAY
    return timezone.make_aware(local)
