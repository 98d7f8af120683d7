"""When a page is, in no language yet: what its kind declares, as it can be kept, and as a language writes it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.utils import formats, timezone
from django.utils.translation import gettext

from portal.language.dates import DatePrecision, KnownDate, date_text, format_date, machine_date


@dataclass(frozen=True)
class Dates:
    """From when to when something is, days or moments, with how much of the beginning is known."""

    start: datetime.date
    precision: str = DatePrecision.DAY
    end: datetime.date | None = None

    @classmethod
    def read(cls, stored: list[str]) -> Dates | None:
        """Return what `stored` returned; None where that is empty.

        Raises:
            ValueError: it is nothing that `stored` returns.
        """
        if not stored:
            return None
        start, precision, *end = stored
        return cls(_moment(start), precision, _moment(end[0]) if end else None)

    @property
    def stored(self) -> list[str]:
        """Return all of it as JSON has it."""
        return [self.start.isoformat(), str(self.precision), *([self.end.isoformat()] if self.end else [])]

    @property
    def known(self) -> KnownDate:
        """Return it as the active language writes it."""
        if isinstance(self.start, datetime.datetime):
            text = _span(self.start, self.end if isinstance(self.end, datetime.datetime) else None)
            return KnownDate(text, timezone.localtime(self.start).isoformat(timespec="minutes"))
        text = format_date(self.start, self.precision)
        if self.end is not None and self.end != self.start:
            text = gettext("%(start)s to %(end)s") % {"start": text, "end": format_date(self.end, self.precision)}
        return KnownDate(text, machine_date(self.start, self.precision))


def _moment(text: str) -> datetime.date:
    return datetime.datetime.fromisoformat(text) if "T" in text else datetime.date.fromisoformat(text)


def _span(start: datetime.datetime, end: datetime.datetime | None) -> str:
    """Return from when to when something lasts; the day once, where it is one."""
    start = timezone.localtime(start)
    texts = {"date": date_text(start.date()), "time": formats.time_format(start.time(), "TIME_FORMAT")}
    if end is None:
        return gettext("%(date)s, %(time)s") % texts
    end = timezone.localtime(end)
    texts |= {"end": formats.time_format(end.time(), "TIME_FORMAT"), "end_date": date_text(end.date())}
    if end.date() == start.date():
        return gettext("%(date)s, %(time)s to %(end)s") % texts
    return gettext("%(date)s, %(time)s to %(end_date)s, %(end)s") % texts
