"""Numbers and dates: the same in each language, however it writes them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from . import marked
from .rules import Finding, Pair, Rule, listed

DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
_NUMBER = re.compile(r"(?:\d{1,3}(?:[.,'’٬\u00a0\u202f ]\d{3}(?!\d))+|\d+)(?:[.,٫:]\d+)?")
CLOCK = re.compile(r"(?<![\d.,])(\d{1,2})(?:[:.](\d{2}))?(?: ?([ap])\.? ?m\.?(?!\w)| Uhr\b|(?<=:\d\d)(?![\d:]))", re.IGNORECASE)
MONTHS = {
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "en": "January February March April May June July August September October November December",
    "uk": "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
    "ar": "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
}
_MONTH_NUMBERS = {name.casefold(): place % 12 + 1 for names in MONTHS.values() for place, name in enumerate(names.split())}
LEVANTINE_MONTHS = (
    "كانون الثاني", "شباط", "آذار", "نيسان", "أيار", "حزيران", "تموز", "آب", "أيلول", "تشرين الأول", "تشرين الثاني", "كانون الأول",
)  # fmt: skip
"""As calendars of the Levant call them."""
_MONTH_NUMBERS |= {name: place for place, name in enumerate(LEVANTINE_MONTHS, 1)}
_NAMES = "|".join(sorted(map(re.escape, _MONTH_NUMBERS), key=len, reverse=True))
_DAY_FIRST = re.compile(rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th)?\.? ?({_NAMES}),?(?: ?/ ?[\w ]+?)? (\d{{4}})", re.IGNORECASE)
_MONTH_FIRST = re.compile(rf"\b({_NAMES}) (\d{{1,2}})(?:st|nd|rd|th)?,? (\d{{4}})", re.IGNORECASE)
_PLAIN = re.compile(r"(?<!\d)(\d{1,2})[./](\d{1,2})[./](\d{4})\b")
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")

Date = tuple[int, int, int]


def check(pair: Pair) -> Iterator[Finding]:
    """Yield the dates and numbers that stand in one of two texts alone."""
    (dates_before, before), (dates_after, after) = (_read(marked.words(text)) for text in (pair.source, pair.target))
    if dates := (dates_before - dates_after) + (dates_after - dates_before):
        yield Finding(Rule.DATES, listed(f"{day}.{month}.{year}" for year, month, day in sorted(dates)))
    if numbers := (before - after) + (after - before):
        yield Finding(Rule.NUMBERS, listed(sorted(numbers)))


def _read(text: str) -> tuple[Counter[Date], Counter[str]]:
    """Return the dates of a text, as year, month and day, and the digits of its other numbers."""
    text = text.translate(DIGITS)
    dates: Counter[Date] = Counter()

    def take(match: re.Match[str], year: int, month: int, day: int) -> str:
        name = match[month]
        number = int(name) if name.isdecimal() else _MONTH_NUMBERS.get(name.casefold())
        if number is None:
            # A letter that regular expressions take for another one, whatever its case: “Aprıl”.
            return match[0]
        dates[int(match[year]), number, int(match[day])] += 1
        return " "

    text = _DAY_FIRST.sub(lambda match: take(match, 3, 2, 1), text)
    text = _MONTH_FIRST.sub(lambda match: take(match, 3, 1, 2), text)
    text = _PLAIN.sub(lambda match: take(match, 3, 2, 1), text)
    text = _ISO.sub(lambda match: take(match, 1, 2, 3), text)
    # “15:00 Uhr” is “3 p.m.”, and “12 Uhr” is “12:00”.
    text = CLOCK.sub(_as_24_hours, text)
    text = re.sub(r"(\d):00\b", r"\1", text)
    return dates, Counter(re.sub(r"\D", "", number).lstrip("0") or "0" for number in _NUMBER.findall(text))


def _as_24_hours(match: re.Match[str]) -> str:
    hour, minutes, half = match.groups()
    return f" {int(hour) % (12 if half else 24) + 12 * (half in ('p', 'P'))}:{minutes or '00'} "
