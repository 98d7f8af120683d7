"""When a page is, in no language yet: what its kind declares, as it can be kept, as a language writes it, what follows from the time."""

from __future__ import annotations

import calendar
import datetime
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy

from portal.language.choices import TextChoices
from portal.language.dates import DatePrecision, KnownDate, format_date, machine_date, span
from portal.language.zones import TimeZone

_CLOSES = "closes"

OPEN, CLOSED = "open", "closed"
"""How it is stored whether something goes on that has no end."""


class Status(TextChoices):
    """Where something that lasts stands in time."""

    PLANNED = "planned", pgettext_lazy("status", "Planned")
    RUNNING = "running", pgettext_lazy("status", "Running")
    ENDED = "ended", pgettext_lazy("status", "Ended")


@dataclass(frozen=True)
class Dates:
    """From when to when something is, days or moments, with how much of both is known; one of them is there.

    `zone` is the time zone in which visitors read moments; without one they read German time. A deadline has no end.

    Without `end_precision` as much is known of the end as of the beginning. `goes_on` says of what lasts whether it does so while there
    is no end; it is None of what does not last, and has no status.
    """

    start: datetime.date | None
    precision: str = DatePrecision.DAY
    end: datetime.date | None = None
    zone: TimeZone | None = None
    is_deadline: bool = False
    end_precision: str = ""
    goes_on: bool | None = None

    @classmethod
    def read(cls, stored: list[str]) -> Dates | None:
        """Return what `stored` returned; None where that is empty.

        Raises:
            ValueError: it is nothing that `stored` returns.
        """
        if not stored:
            return None
        start, precision, end, zone, closes, end_precision, lasts = [*stored, *[""] * 7][:7]
        goes_on = {OPEN: True, CLOSED: False}.get(lasts)
        return cls(
            _moment(start), precision, _moment(end), TimeZone(zone) if zone else None, closes == _CLOSES, end_precision, goes_on
        )

    @property
    def stored(self) -> list[str]:
        """Return all of it as JSON has it; what is empty at its end is left out."""
        last = [
            self.end.isoformat() if self.end else "",
            str(self.zone or ""),
            _CLOSES if self.is_deadline else "",
            str(self.end_precision),
            "" if self.goes_on is None else OPEN if self.goes_on else CLOSED,
        ]
        while last and not last[-1]:
            last.pop()
        return [self.start.isoformat() if self.start else "", str(self.precision), *last]

    @property
    def is_over_at(self) -> datetime.datetime | None:
        """Return the last moment: of what is known of the end, else of the beginning; None where it goes on."""
        if self.end is None and self.goes_on:
            return None
        return moment(self.end or self.start, is_end=True, precision=(self.end and self.end_precision) or self.precision)

    @property
    def is_over(self) -> bool:
        """Return whether that has passed: a day has when it ends."""
        over = self.is_over_at
        return over is not None and over < timezone.now()

    @property
    def status(self) -> Status | None:
        """Return where something that lasts stands now."""
        if self.goes_on is None:
            return None
        begins_at = moment(self.start)
        if begins_at is not None and begins_at > timezone.now():
            return Status.PLANNED
        return Status.ENDED if self.is_over else Status.RUNNING

    @property
    def known(self) -> KnownDate:
        """Return it as the active language writes it, and that it is a deadline."""
        if not self.is_deadline:
            return self.plain()
        found = self.plain()
        text = gettext("closed since %(moment)s") if self.is_over else gettext("until %(moment)s")
        return KnownDate(text % {"moment": found.text}, found.machine)

    def plain(self, zone: TimeZone | None = None) -> KnownDate:
        """Return the dates alone as the active language writes them, in a time zone, else in that of their own; once if both are one."""
        if isinstance(self.start, datetime.datetime):
            zone = zone or self.zone
            text = span(self.start, self.end if isinstance(self.end, datetime.datetime) else None, zone)
            return KnownDate(text, timezone.localtime(self.start, zone.zone if zone else None).isoformat(timespec="minutes"))
        end_precision = self.end_precision or self.precision
        end = format_date(self.end, end_precision) if self.end is not None else ""
        if self.start is None:
            machine = machine_date(self.end, end_precision) if self.end is not None else ""
            return KnownDate(gettext("until %(moment)s") % {"moment": end}, machine)
        text = start = format_date(self.start, self.precision)
        if end and end != start:
            text = gettext("%(start)s to %(end)s") % {"start": start, "end": end}
        elif not end and self.goes_on is not None:
            texts = {"start": start}
            text = gettext("since %(start)s") % texts if self.status == Status.RUNNING else gettext("from %(start)s") % texts
        return KnownDate(text, machine_date(self.start, self.precision))


def moment(known: object, *, is_end: bool = False, precision: str = "") -> datetime.datetime | None:
    """Return a date or a time as a moment: a date is its first one, or where it `is_end` the last of what is known of it."""
    if isinstance(known, datetime.datetime):
        return known
    if not isinstance(known, datetime.date):
        return None
    if not is_end:
        return timezone.make_aware(datetime.datetime.combine(known, datetime.time()))
    if precision == DatePrecision.YEAR:
        known = known.replace(month=12, day=31)
    elif precision == DatePrecision.MONTH:
        known = known.replace(day=calendar.monthrange(known.year, known.month)[1])
    return timezone.make_aware(datetime.datetime.combine(known, datetime.time.max))


def _moment(text: str) -> datetime.date | None:
    if not text:
        return None
    return datetime.datetime.fromisoformat(text) if "T" in text else datetime.date.fromisoformat(text)
