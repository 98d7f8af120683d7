"""From when to when something lasts, as each language writes it, and what follows for it from the time that it is now."""

from __future__ import annotations

import calendar
import datetime

from django.utils import formats, timezone
from django.utils.translation import gettext, pgettext_lazy

from portal.language.choices import TextChoices
from portal.language.dates import DatePrecision, KnownDate, date_text, format_date, machine_date


class Status(TextChoices):
    """Where something that lasts stands in time."""

    PLANNED = "planned", pgettext_lazy("status", "Planned")
    RUNNING = "running", pgettext_lazy("status", "Running")
    ENDED = "ended", pgettext_lazy("status", "Ended")


def status(start: datetime.datetime | None, end: datetime.datetime | None) -> Status:
    """Return where something stands now that begins at `start` and is over at `end`; without them it began long ago, or goes on."""
    now = timezone.now()
    if start is not None and start > now:
        return Status.PLANNED
    return Status.ENDED if end is not None and end < now else Status.RUNNING


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


def span(start: datetime.datetime, end: datetime.datetime | None) -> KnownDate:
    """Return from when to when something lasts; the day once, where it is one."""
    start = timezone.localtime(start)
    machine = start.isoformat(timespec="minutes")
    texts = {"date": date_text(start.date()), "time": formats.time_format(start.time(), "TIME_FORMAT")}
    if end is None:
        return KnownDate(gettext("%(date)s, %(time)s") % texts, machine)
    end = timezone.localtime(end)
    texts |= {"end": formats.time_format(end.time(), "TIME_FORMAT"), "end_date": date_text(end.date())}
    if end.date() == start.date():
        return KnownDate(gettext("%(date)s, %(time)s to %(end)s") % texts, machine)
    return KnownDate(gettext("%(date)s, %(time)s to %(end_date)s, %(end)s") % texts, machine)


def days(start: datetime.date, precision: str, end: datetime.date | None, end_precision: str) -> KnownDate:
    """Return from which day to which something lasts, no more precise than is known; once, where both read alike."""
    text, machine = format_date(start, precision), machine_date(start, precision)
    last = format_date(end, end_precision) if end is not None else text
    return KnownDate(text if last == text else gettext("%(start)s to %(end)s") % {"start": text, "end": last}, machine)


def open_days(start: datetime.date, precision: str, lasts: bool) -> KnownDate:
    """Return since when something goes on, or from when on it went or will go."""
    texts = {"start": format_date(start, precision)}
    began = moment(start)
    goes_on = lasts and began is not None and began <= timezone.now()
    return KnownDate((gettext("since %(start)s") if goes_on else gettext("from %(start)s")) % texts, machine_date(start, precision))


def days_until(end: datetime.date, precision: str) -> KnownDate:
    """Return until when something lasts whose beginning is not known."""
    return KnownDate(gettext("until %(end)s") % {"end": format_date(end, precision)}, machine_date(end, precision))
