"""Dates as each language writes them."""

from __future__ import annotations

import datetime

from django.utils import formats
from django.utils.dateformat import DateFormat

from portal.languages import current_language

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
        return _ARABIC_MONTHS[self.data.month - 1]


def date_text(date: datetime.date, format_name: str = "DATE_FORMAT") -> str:
    """Return a date as text in the active language; `format_name` is one of Django's formats, or a pattern of its own."""
    if current_language().code != "ar":
        return formats.date_format(date, format_name)
    return _ArabicDateFormat(date).format(formats.get_format(format_name) or format_name)
