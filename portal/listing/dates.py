"""When a page is, in no language yet: what its kind declares, as it can be kept, as a language writes it, what follows from the time."""

from __future__ import annotations

import calendar
import datetime
from dataclasses import dataclass

from django.utils import formats, timezone
from django.utils.translation import gettext, pgettext_lazy

from portal.language.choices import TextChoices
from portal.language.dates import DatePrecision, KnownDate, date_text, format_date, machine_date

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

    Without `end_precision` as much is known of the end as of the beginning. `goes_on` says of what lasts whether it does so while there
    is no end; it is None of what does not last, and has no status.
    """

    start: datetime.date | None
    precision: str = DatePrecision.DAY
    end: datetime.date | None = None
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
        start, precision, end, end_precision, lasts = [*stored, *[""] * (5 - len(stored))]
        return cls(_moment(start), precision, _moment(end), end_precision, {OPEN: True, CLOSED: False}.get(lasts))

    @property
    def stored(self) -> list[str]:
        """Return all of it as JSON has it."""
        found = [
            self.start.isoformat() if self.start else "",
            str(self.precision),
            self.end.isoformat() if self.end else "",
            str(self.end_precision),
            "" if self.goes_on is None else OPEN if self.goes_on else CLOSED,
        ]
        while not found[-1]:
            found.pop()
        return found

    @property
    def begins_at(self) -> datetime.datetime | None:
        """Return the first moment of what is known of the beginning."""
        return moment(self.start)

    @property
    def is_over_at(self) -> datetime.datetime | None:
        """Return the last moment: of what is known of the end, else of the beginning; None where it goes on."""
        if self.end is None and self.goes_on:
            return None
        return moment(self.end or self.start, is_end=True, precision=(self.end and self.end_precision) or self.precision)

    @property
    def status(self) -> Status | None:
        """Return where something that lasts stands now."""
        if self.goes_on is None:
            return None
        now, begins_at, is_over_at = timezone.now(), self.begins_at, self.is_over_at
        if begins_at is not None and begins_at > now:
            return Status.PLANNED
        return Status.ENDED if is_over_at is not None and is_over_at < now else Status.RUNNING

    @property
    def known(self) -> KnownDate:
        """Return it as the active language writes it, no more precise than is known; the day once, where both read alike."""
        if isinstance(self.start, datetime.datetime):
            text = _span(self.start, self.end if isinstance(self.end, datetime.datetime) else None)
            return KnownDate(text, timezone.localtime(self.start).isoformat(timespec="minutes"))
        end = format_date(self.end, self.end_precision or self.precision) if self.end is not None else ""
        if self.start is None:
            machine = machine_date(self.end, self.end_precision or self.precision) if self.end is not None else ""
            return KnownDate(gettext("until %(end)s") % {"end": end}, machine)
        start = format_date(self.start, self.precision)
        if end and end != start:
            text = gettext("%(start)s to %(end)s") % {"start": start, "end": end}
        elif end or self.goes_on is None:
            text = start
        elif self.status == Status.RUNNING:
            text = gettext("since %(start)s") % {"start": start}
        else:
            text = gettext("from %(start)s") % {"start": start}
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
