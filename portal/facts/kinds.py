"""The kinds of facts: how a value is typed and stored, and how the active language writes it."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import dates as weekdays
from django.utils import formats
from django.utils.translation import pgettext, pgettext_lazy

from portal.language.choices import TextChoices
from portal.language.dates import KnownDate, machine_date, parse_partial
from portal.language.languages import current_language


class FactKind(TextChoices):
    """What a fact is."""

    PHONE = "phone", pgettext_lazy("admin", "phone number")
    EMAIL = "email", pgettext_lazy("admin", "mail address")
    ADDRESS = "address", pgettext_lazy("admin", "postal address")
    HOURS = "hours", pgettext_lazy("admin", "opening or telephone hours")
    FEE = "fee", pgettext_lazy("admin", "fee or amount")
    DEADLINE = "deadline", pgettext_lazy("admin", "deadline or day")
    TEXT = "text", pgettext_lazy("admin", "other short text")
    FIGURE = "figure", pgettext_lazy("admin", "figure of a data set")


TEXT_KINDS = frozenset({FactKind.ADDRESS, FactKind.TEXT})
"""Kinds that are text, and translated; the others are a value that each language writes by its own rules."""

SOURCED_KINDS = frozenset({FactKind.FEE, FactKind.DEADLINE})
"""Kinds that concern money and rights: visitors read where they come from, and of what day that is."""

_PHONE = re.compile(r"\+?[\d][\d ()/-]{1,30}\d", re.ASCII)
_AMOUNT = re.compile(
    r"(?P<whole>\d{1,3}(?:[. ]\d{3})+|\d+)(?:[.,](?P<cents>\d{1,2}))?\s*(?P<currency>€|EUR|Euro|USD|US-Dollar|CHF)", re.ASCII
)
_CURRENCIES = {"€": "EUR", "EUR": "EUR", "Euro": "EUR", "USD": "USD", "US-Dollar": "USD", "CHF": "CHF"}
_DAYS = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")
_SPAN = re.compile(
    r"(?P<first>Mo|Di|Mi|Do|Fr|Sa|So)(?:\s*[-–]\s*(?P<last>Mo|Di|Mi|Do|Fr|Sa|So))?[\s,]+"
    r"(?P<opens>\d{1,2}(?:[:.]\d\d)?)\s*[-–]\s*(?P<closes>\d{1,2}(?:[:.]\d\d)?)(?:\s*Uhr)?",
    re.ASCII,
)
_ALWAYS = "Mo-So 00:00-24:00"


def _phone(text: str) -> str:
    if not _PHONE.fullmatch(text):
        raise ValidationError(pgettext("admin", "Please write a phone number in digits, with the country code: +49 30 123456."))
    return text


def _email(text: str) -> str:
    validate_email(text)
    return text


def _time(text: str) -> str:
    hours, _colon, minutes = text.replace(".", ":").partition(":")
    return f"{int(hours):02}:{int(minutes or 0):02}"


def spans(text: str) -> list[tuple[int, int, str, str]]:
    """Return hours as first and last day (0 is Monday), and when it opens and closes.

    Raises:
        ValueError: the text is none of hours.
    """
    found = []
    for part in re.split(r"\s*;\s*", text.strip()):
        if not (match := _SPAN.fullmatch(part)):
            raise ValueError(part)
        opens, closes = _time(match["opens"]), _time(match["closes"])
        if not opens < closes <= "24:00" or opens[3:] > "59" or closes[3:] > "59":
            raise ValueError(part)
        first = _DAYS.index(match["first"])
        last = _DAYS.index(match["last"] or match["first"])
        if last < first:
            raise ValueError(part)
        found.append((first, last, opens, closes))
    return found


def _hours(text: str) -> str:
    try:
        found = spans(text)
    except ValueError as error:
        reason = pgettext("admin", "Please write hours as Mo–Do 10–16 Uhr; several with a semicolon between them.")
        raise ValidationError(reason) from error
    return "; ".join(
        f"{_DAYS[first]}{f'-{_DAYS[last]}' if last != first else ''} {opens}-{closes}" for first, last, opens, closes in found
    )


def _fee(text: str) -> str:
    if not (match := _AMOUNT.fullmatch(text)):
        raise ValidationError(pgettext("admin", "Please write an amount with its currency: 1.000 €, 75,50 € or 100 USD."))
    cents = f".{match['cents']:0<2}" if match["cents"] else ""
    return f"{re.sub(r'[. ]', '', match['whole'])}{cents} {_CURRENCIES[match['currency']]}"


def _deadline(text: str) -> str:
    try:
        return machine_date(*parse_partial(text))
    except ValueError as error:
        raise ValidationError(pgettext("admin", "Please write the date as 16.10.2024, 10.2024 or 2024.")) from error


_NORMALISED: dict[str, Callable[[str], str]] = {
    FactKind.PHONE: _phone,
    FactKind.EMAIL: _email,
    FactKind.HOURS: _hours,
    FactKind.FEE: _fee,
    FactKind.DEADLINE: _deadline,
}


def normalised(kind: str, text: str) -> str:
    """Return a value as it is stored, from what an editor types: `Mo-Do 10:00-16:00`, `1000 EUR`, `2027-07-23`.

    Raises:
        ValidationError: it is no such value; the message shows how it is written.
    """
    text = " ".join(text.split())
    return _NORMALISED[kind](text) if text else ""


def dialled(number: str) -> str:
    """Return a telephone number as a `tel:` address takes it (RFC 3966), in digits that every device knows.

    A zero in brackets behind a country code is what nobody dials with it: +49 (0)30 is +4930.
    """
    plain = re.sub(r"(?<=\d)\s*\(\s*0\s*\)", "", number)
    return "".join(str(int(letter)) if letter.isdecimal() else letter for letter in plain if letter.isdecimal() or letter == "+")


# --- as the active language writes it --------------------------------------------------------------------------------------


def _clock(text: str) -> str:
    if text == "24:00":
        text = "00:00"
    # “10 a.m.” in English; elsewhere the day has 24 hours.
    return formats.time_format(datetime.time.fromisoformat(text), "P" if current_language().code == "en" else "G:i")


def _weekday(number: int) -> str:
    name = str(weekdays.WEEKDAYS[number])  # type: ignore[index]
    # Django writes Ukrainian days as at the beginning of a sentence, and with a typewriter's apostrophe.
    return name.lower().replace("'", "’") if current_language().code == "uk" else name


def _written_hours(value: str) -> str:
    if value == _ALWAYS:
        return pgettext("opening hours", "day and night")
    written = []
    for first, last, opens, closes in spans(value):
        parts = {
            "first": _weekday(first),
            "last": _weekday(last),
            "opens": _clock(opens),
            "closes": _clock(closes),
        }
        if first == last:
            written.append(pgettext("opening hours", "%(first)s, %(opens)s to %(closes)s") % parts)
        else:
            written.append(pgettext("opening hours", "%(first)s to %(last)s, %(opens)s to %(closes)s") % parts)
    return pgettext("between opening hours", "; ").join(written)


def _written_fee(value: str) -> str:
    amount, currency = value.split(" ")
    places = 2 if "." in amount else 0
    number = {"number": formats.number_format(Decimal(amount), places, force_grouping=True)}
    match currency:
        case "EUR":
            return pgettext("amount of money", "€%(number)s") % number
        case "USD":
            return pgettext("amount of money", "US$%(number)s") % number
    return pgettext("amount of money", "CHF %(number)s") % number


def _written_deadline(value: str) -> str:
    date = KnownDate.read(value)
    return date.text if date else ""


_WRITTEN: dict[str, Callable[[str], str]] = {
    FactKind.HOURS: _written_hours,
    FactKind.FEE: _written_fee,
    FactKind.DEADLINE: _written_deadline,
}


def written(kind: str, value: str) -> str:
    """Return a stored value as the active language writes it."""
    return _WRITTEN.get(kind, str)(value) if value else ""
