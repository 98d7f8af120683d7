"""Dates that are no more precise than what is known."""

from __future__ import annotations

import datetime

from django.db import models
from django.utils.translation import pgettext_lazy

from portal.dates import date_text


class DatePrecision(models.TextChoices):
    """How much of a date is known."""

    DAY = "day", pgettext_lazy("admin", "day, month and year")
    MONTH = "month", pgettext_lazy("admin", "month and year")
    YEAR = "year", pgettext_lazy("admin", "year only")


_ISO = {DatePrecision.DAY: "%Y-%m-%d", DatePrecision.MONTH: "%Y-%m", DatePrecision.YEAR: "%Y"}
_FORMAT = {DatePrecision.DAY: "DATE_FORMAT", DatePrecision.MONTH: "YEAR_MONTH_FORMAT", DatePrecision.YEAR: "Y"}


def format_date(date: datetime.date, precision: str) -> str:
    """Return a date as text in the active language, with what is known of it."""
    return date_text(date, _FORMAT[DatePrecision(precision)])


def machine_date(date: datetime.date, precision: str) -> str:
    """Return a date for the `datetime` attribute: `2022-03-25`, `2022-03` or `2022`."""
    return date.strftime(_ISO[DatePrecision(precision)])
