"""Dates as each language writes them, no more precise than what is known."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from django.utils import formats, timezone
from django.utils.dateformat import DateFormat
from django.utils.translation import gettext, pgettext_lazy

from portal.language.choices import TextChoices
from portal.language.languages import current_language
from portal.language.zones import TimeZone

# Arabic has two sets of month names, each at home in other countries; the United Nations write both.
_ARABIC_MONTHS = (
    "كانون الثاني/يناير",
    "شباط/فبراير",
    "آذار/مارس",
    "نيسان/أبريل",
    "أيار/مايو",
    "حزيران/يونيو",
    "تموز/يوليو",
    "آب/أغسطس",
    "أيلول/سبتمبر",
    "تشرين الأول/أكتوبر",
    "تشرين الثاني/نوفمبر",
    "كانون الأول/ديسمبر",
)


class _ArabicDateFormat(DateFormat):
    """Writes months with both names."""

    def F(self) -> str:  # noqa: N802 (the letter of the format)
        """Return the month's names."""
        if isinstance(self.data, datetime.time):
            raise TypeError("a time has no month")
        return _ARABIC_MONTHS[self.data.month - 1]


class _UkrainianDateFormat(DateFormat):
    """Writes months small, as they stand within a sentence."""

    def F(self) -> str:  # noqa: N802 (the letter of the format)
        """Return the month's name."""
        return super().F().lower()


_WRITERS = {"ar": _ArabicDateFormat, "uk": _UkrainianDateFormat}


class DatePrecision(TextChoices):
    """How much of a date is known."""

    DAY = "day", pgettext_lazy("admin", "day, month and year")
    MONTH = "month", pgettext_lazy("admin", "month and year")
    YEAR = "year", pgettext_lazy("admin", "year only")


@dataclass(frozen=True)
class KnownDate:
    """A date as far as it is known: `text` as the active language writes it, `machine` for the attribute `datetime`."""

    text: str
    machine: str

    @classmethod
    def of(cls, date: datetime.date, precision: str) -> KnownDate:
        """Return a date of which no more is known than the precision says."""
        return cls(format_date(date, precision), machine_date(date, precision))

    @classmethod
    def read(cls, text: str) -> KnownDate | None:
        """Return the date that a text such as `2022-03` says; None where there is none.

        Raises:
            ValueError: the text is no such date.
        """
        return cls.of(*parse_partial(text)) if text else None


_FORMAT = {DatePrecision.DAY: "DATE_FORMAT", DatePrecision.MONTH: "YEAR_MONTH_FORMAT", DatePrecision.YEAR: "Y"}
_ISO_LENGTH = {DatePrecision.DAY: 10, DatePrecision.MONTH: 7, DatePrecision.YEAR: 4}
_PARTIAL = re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2}))?)?", re.ASCII)
_GERMAN = re.compile(r"(?:(?:(?P<day>\d{1,2})\.\s*)?(?P<month>\d{1,2})\.\s*)?(?P<year>\d{4})", re.ASCII)


def parse_partial(text: str) -> tuple[datetime.date, DatePrecision]:
    """Return a date and its precision from `2022-03-25`, `2022-03` or `2022`; `25.03.2022` and `03.2022` are read too.

    Raises:
        ValueError: the text is no such date.
    """
    found = _PARTIAL.fullmatch(text.strip()) or _GERMAN.fullmatch(text.strip())
    if found is None:
        raise ValueError(text)
    year, month, day = (int(found[name] or 0) for name in ("year", "month", "day"))
    precision = DatePrecision.DAY if day else DatePrecision.MONTH if month else DatePrecision.YEAR
    return datetime.date(year, month or 1, day or 1), precision


def format_date(date: datetime.date, precision: str) -> str:
    """Return a date as text in the active language, with what is known of it."""
    return date_text(date, _FORMAT[DatePrecision(precision)])


def machine_date(date: datetime.date, precision: str) -> str:
    """Return a date for the `datetime` attribute: `2022-03-25`, `2022-03` or `2022`."""
    return date.isoformat()[: _ISO_LENGTH[DatePrecision(precision)]]


def date_text(date: datetime.date, format_name: str = "DATE_FORMAT") -> str:
    """Return a date as text in the active language; `format_name` is one of Django's formats, or a pattern of its own."""
    writer = _WRITERS.get(current_language().code)
    return writer(date).format(formats.get_format(format_name) or format_name) if writer else formats.date_format(date, format_name)


def span(start: datetime.datetime, end: datetime.datetime | None = None, zone: TimeZone | None = None) -> str:
    """Return from when to when something lasts, the day once where it is one; in a time zone, which is named, else in German time."""
    start = timezone.localtime(start, zone.zone if zone else None)
    texts = {"date": date_text(start.date()), "time": formats.time_format(start.time(), "TIME_FORMAT")}
    if end is None:
        text = gettext("%(date)s, %(time)s") % texts
    else:
        end = timezone.localtime(end, zone.zone if zone else None)
        texts |= {"end": formats.time_format(end.time(), "TIME_FORMAT"), "end_date": date_text(end.date())}
        is_one_day = end.date() == start.date()
        text = (gettext("%(date)s, %(time)s to %(end)s") if is_one_day else gettext("%(date)s, %(time)s to %(end_date)s, %(end)s")) % texts
    return gettext("%(moment)s (%(zone)s)") % {"moment": text, "zone": zone.label} if zone else text
