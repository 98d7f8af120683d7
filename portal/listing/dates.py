"""When a page is, in no language yet: what its kind declares, as it can be kept, and as a language writes it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext

from portal.language.dates import DatePrecision, KnownDate, format_date, machine_date, span
from portal.language.zones import TimeZone

_CLOSES = "closes"


@dataclass(frozen=True)
class Dates:
    """From when to when something is, days or moments, with how much of the beginning is known.

    `zone` is the time zone in which visitors read moments; without one they read German time. A deadline has no end.
    """

    start: datetime.date
    precision: str = DatePrecision.DAY
    end: datetime.date | None = None
    zone: TimeZone | None = None
    is_deadline: bool = False

    @classmethod
    def read(cls, stored: list[str]) -> Dates | None:
        """Return what `stored` returned; None where that is empty.

        Raises:
            ValueError: it is nothing that `stored` returns.
        """
        if not stored:
            return None
        start, precision, end, zone, closes = [*stored, "", "", ""][:5]
        return cls(_moment(start), precision, _moment(end) if end else None, TimeZone(zone) if zone else None, closes == _CLOSES)

    @property
    def stored(self) -> list[str]:
        """Return all of it as JSON has it; what is empty at its end is left out."""
        last = [self.end.isoformat() if self.end else "", str(self.zone or ""), _CLOSES if self.is_deadline else ""]
        while last and not last[-1]:
            last.pop()
        return [self.start.isoformat(), str(self.precision), *last]

    @property
    def is_over(self) -> bool:
        """Return whether that has passed: a day has when it ends."""
        over = moment(self.end if self.end is not None else self.start, is_end=True)
        return over is not None and over < timezone.now()

    @property
    def known(self) -> KnownDate:
        """Return it as the active language writes it, and that it is a deadline."""
        if not self.is_deadline:
            return self.plain()
        found = self.plain()
        text = gettext("closed since %(moment)s") if self.is_over else gettext("until %(moment)s")
        return KnownDate(text % {"moment": found.text}, found.machine)

    def plain(self, zone: TimeZone | None = None) -> KnownDate:
        """Return the dates alone as the active language writes them, in a time zone, else in that of their own."""
        if isinstance(self.start, datetime.datetime):
            zone = zone or self.zone
            text = span(self.start, self.end if isinstance(self.end, datetime.datetime) else None, zone)
            return KnownDate(text, timezone.localtime(self.start, zone.zone if zone else None).isoformat(timespec="minutes"))
        text = format_date(self.start, self.precision)
        if self.end is not None and self.end != self.start:
            text = gettext("%(start)s to %(end)s") % {"start": text, "end": format_date(self.end, self.precision)}
        return KnownDate(text, machine_date(self.start, self.precision))


def _moment(text: str) -> datetime.date:
    return datetime.datetime.fromisoformat(text) if "T" in text else datetime.date.fromisoformat(text)


def moment(known: object, *, is_end: bool = False) -> datetime.datetime | None:
    """Return a date or a time as a moment: a date is its first one, or its last where it `is_end`."""
    if isinstance(known, datetime.datetime):
        return known
    if isinstance(known, datetime.date):
        return timezone.make_aware(datetime.datetime.combine(known, datetime.time.max if is_end else datetime.time()))
    return None
