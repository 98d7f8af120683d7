"""Figures of a text (numbers, dates, times of day, telephone numbers, addresses), and how a translation takes over a change of them alone.

Nothing is guessed: a figure is written anew only where the old one stands exactly once, whatever its digits and separators. Where it
stands in words it is not found, and nothing is proposed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from django.utils import translation
from django.utils.formats import get_format, number_format

from portal.language.languages import SOURCE_LANGUAGE as SOURCE

from . import blocking, marked, numbers
from .rules import Pair

EASTERN = "٠١٢٣٤٥٦٧٨٩"
# Each sign becomes one sign: where a figure stands is where it stands in the text.
_PLAIN = {**numbers.DIGITS, **dict.fromkeys((0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F), " ")}


class Kind(Enum):
    """What a figure says."""

    ADDRESS = "address"
    DATE = "date"
    CLOCK = "clock"
    PHONE = "phone"
    NUMBER = "number"
    DIGITS = "digits"
    """Digits whose value is none: a postal code, the number of a paragraph."""


@dataclass(frozen=True)
class Figure:
    """A figure, and where it stands in its text.

    Args:
        values: what it says; of a number all that it could say, as “1.234” is two numbers.
        match: of a date or time the parts in which it is written.
    """

    kind: Kind
    values: frozenset[object]
    start: int
    end: int
    match: re.Match[str] | None = None

    def says(self, other: Figure) -> bool:
        """Return whether two figures may say the same."""
        return self.kind == other.kind and bool(self.values & other.values)


@dataclass(frozen=True)
class Taken:
    """A translation with the new figures.

    Args:
        is_sure: no word behind a figure takes another form with it (“1 day”, “2 days”).
    """

    text: str
    is_sure: bool


_FAMILIES = (*(tuple(names.split()) for names in numbers.MONTHS.values()), numbers.LEVANTINE_MONTHS)
_PLACES = {name: (family, place) for family in _FAMILIES for place, name in enumerate(family, 1)}
_MONTH = "|".join(sorted(map(re.escape, _PLACES), key=len, reverse=True))
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s⟦⟧<>]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_DATES = (
    re.compile(
        rf"(?<![\d.])(?P<day>\d{{1,2}})(?P<nth>st|nd|rd|th)?\.? ?(?P<month>{_MONTH})(?: ?/ ?(?P<also>{_MONTH}))?\b"
        r"(?:,? (?P<year>\d{4})\b)?"
    ),
    re.compile(rf"\b(?P<month>{_MONTH}) (?P<day>\d{{1,2}})(?P<nth>st|nd|rd|th)?\b(?:,? (?P<year>\d{{4}})\b)?"),
    re.compile(rf"\b(?P<month>{_MONTH})(?: ?/ ?(?P<also>{_MONTH}))? (?P<year>\d{{4}})\b"),
    re.compile(r"(?<![\d.])(?P<day>\d{1,2})[./](?P<month>\d{1,2})[./](?P<year>\d{4})\b"),
    re.compile(r"\b(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})\b"),
)
_HOURS = re.compile(r"(?<![\d.,:])(\d{1,2})(?:[:.](\d{2}))?(?=(?: ?[–-] ?| bis | und )\d{1,2}(?:[:.]\d\d)? Uhr\b)()")
"""The first of two times that share one “Uhr”."""
_PHONE = re.compile(r"(?<![\d.,])(?:\+|0)\d?(?:[ /().–-]{0,2}\d){6,16}")
_NUMBER = re.compile(r"\d{1,3}(?:(?P<group>[.,'’٬ ])\d{3})(?:(?P=group)\d{3})*(?!\d)(?:[.,٫]\d+)?|\d+(?:[.,٫]\d+)*")
_END = ".,;:!?)]}»“”\"'…"


def read(text: str, code: str) -> list[Figure]:
    """Return the figures of a text, as translators see it, in their order.

    Args:
        code: the language of the text.
    """
    found: list[Figure] = []
    # What was read is no other figure; what stands for tags (“⟦a1⟧”) is none.
    left = marked.TOKEN.sub(lambda match: "⟦" * len(match[0]), text.translate(_PLAIN))
    for one in _readers(code):
        for figure in one(left):
            found.append(figure)
            left = left[: figure.start] + "⟦" * (figure.end - figure.start) + left[figure.end :]
    return sorted(found, key=lambda figure: figure.start)


def _readers(code: str) -> Iterator:
    """Yield what finds figures, the longer ones before those that are parts of them."""
    yield _addresses
    for pattern in _DATES:
        yield lambda text, pattern=pattern: _dates(text, pattern)
    for pattern in ((_HOURS, numbers.CLOCK) if code == SOURCE else (numbers.CLOCK,)):
        yield lambda text, pattern=pattern: _clocks(text, pattern)
    yield _phones
    yield lambda text: _numbers(text, code)


def _addresses(text: str) -> list[Figure]:
    found = [(match.start(), match[0].rstrip(_END)) for match in _ADDRESS.finditer(text)]
    return [Figure(Kind.ADDRESS, frozenset({address}), start, start + len(address)) for start, address in found]


def _dates(text: str, pattern: re.Pattern[str]) -> list[Figure]:
    found = []
    for match in pattern.finditer(text):
        parts = match.groupdict()
        name = parts["month"]
        month = int(name) if name.isdecimal() else _PLACES[name][1]
        also = parts.get("also")
        day, year = (int(parts[part]) if parts.get(part) else None for part in ("day", "year"))
        if month in range(1, 13) and (day is None or day in range(1, 32)) and (also is None or _PLACES[also][1] == month):
            found.append(Figure(Kind.DATE, frozenset({(year, month, day)}), match.start(), match.end(), match))
    return found


def _clocks(text: str, pattern: re.Pattern[str]) -> list[Figure]:
    found = []
    for match in pattern.finditer(text):
        hour, minutes, half = match.groups()
        hours = int(hour) % 12 + 12 * (half in ("p", "P")) if half else int(hour)
        if hours <= 24 and int(minutes or 0) < 60:
            found.append(Figure(Kind.CLOCK, frozenset({(hours, int(minutes or 0))}), match.start(), match.end(), match))
    return found


def _phones(text: str) -> list[Figure]:
    return [
        Figure(Kind.PHONE, frozenset({re.sub(r"[^\d+]", "", match[0])}), match.start(), match.end()) for match in _PHONE.finditer(text)
    ]


def _numbers(text: str, code: str) -> list[Figure]:
    found = []
    for match in _NUMBER.finditer(text):
        codes = (SOURCE,) if code == SOURCE else (code, SOURCE, "en")
        values = {value for value in (_value(match[0], *_separators(one)) for one in codes) if value is not None}
        kind = Kind.NUMBER if values else Kind.DIGITS
        found.append(Figure(kind, frozenset(values or {match[0]}), match.start(), match.end(), match))
    return found


def _separators(code: str) -> tuple[str, str]:
    """Return the signs between thousands and before decimals."""
    return get_format("THOUSAND_SEPARATOR", code), get_format("DECIMAL_SEPARATOR", code)


def _value(text: str, group: str, decimal: str) -> Decimal | None:
    """Return the value of a number in a language that writes it with these signs; None where it is none there.

    Texts are stored with plain spaces; Eastern Arabic digits bring their own signs.
    """
    groups = {group, "٬", "’", "'"} | ({" "} if not group.strip() else set())
    whole, sign, part = text, "", ""
    if cut := re.search(rf"[{re.escape(decimal)}٫](\d+)$", text):
        whole, sign, part = text[: cut.start()], ".", cut[1]
    signs = "".join(re.escape(one) for one in groups)
    if len(whole) > 1 and whole[0] == "0" or not re.fullmatch(rf"\d+|\d{{1,3}}(?:[{signs}]\d{{3}})+", whole):
        return None
    return Decimal(re.sub(r"\D", "", whole) + sign + part)


def changes(before: str, after: str) -> list[tuple[Figure, Figure]] | None:
    """Return the figures of a text of the source that became others, where nothing else of it did; None where something did."""
    old, new = read(before, SOURCE), read(after, SOURCE)
    if [figure.kind for figure in old] != [figure.kind for figure in new] or _around(before, old) != _around(after, new):
        return None
    return [pair for pair in zip(old, new, strict=True) if pair[0].values != pair[1].values] or None


def _around(text: str, figures: list[Figure]) -> list[str]:
    ends = [0, *(figure.end for figure in figures)]
    return [text[start:end] for start, end in zip(ends, [*(figure.start for figure in figures), len(text)], strict=True)]


def take_over(pair: Pair, after: str) -> Taken | None:
    """Return a translation with the figures that a text of the source has by now; None where somebody has to translate it.

    Args:
        pair: the text of the source as it was, and its translation.
        after: the text of the source as it is.
    """
    if not pair.target or not (changed := changes(pair.source, after)):
        return None
    source, target = read(pair.source, SOURCE), read(pair.target, pair.code)
    written: list[tuple[Figure, str]] = []
    is_sure = True
    for old, new in changed:
        found = [figure for figure in target if figure.says(old)]
        if len(found) != 1 or sum(figure.says(old) for figure in source) != 1:
            return None
        text = _written(pair, found[0], new, after[new.start : new.end])
        if text is None:
            return None
        is_sure = is_sure and _same_form(pair, found[0], old, new)
        written.append((found[0], text))
    text = pair.target
    for figure, new_text in sorted(written, key=lambda one: -one[0].start):
        text = text[: figure.start] + new_text + text[figure.end :]
    taken = Pair(after, text, pair.code, pair.limit, pair.is_rich)
    if any(blocking.check(taken)) or Counter(numbers.check(taken)) - Counter(numbers.check(pair)):
        return None
    return Taken(text, is_sure)


def _written(pair: Pair, place: Figure, new: Figure, text: str) -> str | None:
    """Return a new figure as it is written in the place of an old one; None where that takes more than its signs."""
    before = pair.target[place.start : place.end]
    if re.match(r"[^\W\d_]|-[^\W\d_]", pair.target[place.end :]) and place.kind != Kind.ADDRESS:
        # “3rd”, “20-го”: the letters belong to the figure.
        return None
    (value,) = new.values
    match place.kind, value:
        case Kind.DATE, (year, month, day):
            written = _date(place.match, year, month, day)
        case Kind.CLOCK, (hours, minutes):
            written = _clock(place.match, hours, minutes)
        case Kind.NUMBER, Decimal():
            written = _number(pair.code, before, value, text)
        case _:
            written = text
    if written is not None and any(digit in before for digit in EASTERN) and place.kind != Kind.ADDRESS:
        return written.translate(str.maketrans("0123456789", EASTERN))
    return written


def _date(match: re.Match[str] | None, year: int | None, month: int, day: int | None) -> str | None:
    """Return a date as another one is written: with its order, its signs, its names of months."""
    if match is None:
        return None
    parts = match.groupdict()
    if any((parts.get(name) is None) != (value is None) for name, value in (("year", year), ("day", day))):
        return None
    is_padded = any(parts.get(name, "")[:1] == "0" for name in ("day", "month") if parts.get(name))
    texts = {"year": str(year), "day": f"{day:02}" if is_padded and day is not None else str(day), "month": str(month)}
    if parts["month"].isdecimal():
        texts["month"] = f"{month:02}" if is_padded or parts["month"] >= "10" else str(month)
    for name in ("month", "also"):
        if parts.get(name) and not parts[name].isdecimal():
            texts[name] = _PLACES[parts[name]][0][month - 1]
    if parts.get("nth"):
        tens, ones = divmod(day or 0, 10)
        texts["nth"] = {1: "st", 2: "nd", 3: "rd"}.get(ones, "th") if tens != 1 else "th"
    text = match[0]
    for name in sorted((name for name in texts if parts.get(name)), key=match.start, reverse=True):
        start, end = (place - match.start() for place in match.span(name))
        text = text[:start] + texts[name] + text[end:]
    return text


def _clock(match: re.Match[str] | None, hours: int, minutes: int) -> str | None:
    """Return a time of day as another one is written: of 12 hours or of 24."""
    if match is None:
        return None
    hour, shown, half = match.groups()
    rest = match[0][(match.end(2) if shown else match.end(1)) - match.start() :]
    sign = match[0][len(hour)] if shown else ":"
    if half:
        place = match.start(3) - (match.end(2) if shown else match.end(1))
        letter = "p" if hours % 24 >= 12 else "a"
        rest = rest[:place] + (letter.upper() if half.isupper() else letter) + rest[place + 1 :]
        hours = hours % 12 or 12
    text = f"{hours:02}" if hour[0] == "0" else str(hours)
    return text + (f"{sign}{minutes:02}" if shown or minutes else "") + rest


def _number(code: str, before: str, value: Decimal, text: str) -> str:
    """Return a number by the rules of a language; thousands are set apart where the source does, and the translation did.

    Args:
        before: the old number as it stands in the translation.
        text: the new one as it stands in the source.
    """
    group, decimal = _separators(SOURCE)
    places = len(text.rpartition(decimal)[2]) if decimal in text else 0
    was_grouped = bool(re.search(r"\d[^\d]\d{3}(?!\d)", before))
    is_longer = value.adjusted() + 1 > len(re.sub(r"\D", "", before))
    with translation.override(code):
        found = number_format(value, places, use_l10n=True, force_grouping=group in text and (was_grouped or is_longer))
    if any(digit in before for digit in EASTERN):
        group, decimal = _separators(code)
        return found.translate({ord(group): "٬", ord(decimal): "٫"})
    return found.replace("\xa0", " ")


def _same_form(pair: Pair, place: Figure, old: Figure, new: Figure) -> bool:
    """Return whether the word behind a number keeps its form; behind a year, a sign or nothing there is none that could change."""
    if place.kind != Kind.NUMBER:
        return True
    behind = re.match(r"(?:⟦/?\w+⟧)* ?(?:⟦/?\w+⟧)*[^\W\d_]", pair.target[place.end :])
    (before,), (after,) = old.values, new.values
    if behind is None or all(1900 <= value <= 2100 for value in (before, after)):  # type: ignore[operator]  # of a number Decimals
        return True
    return _form(pair.code, before) == _form(pair.code, after)  # type: ignore[arg-type]


def _form(code: str, value: Decimal) -> str:
    """Return which form of a word stands behind a number: the cardinal plural categories of CLDR 45 (“Language Plural Rules”)."""
    if value != value.to_integral_value():
        return "other"
    ones, rest = int(value) % 10, int(value) % 100
    if code == "uk":
        if ones == 1 and rest != 11:
            return "one"
        return "few" if ones in (2, 3, 4) and rest not in (12, 13, 14) else "many"
    if code == "ar":
        if value in (0, 1, 2):
            return str(value)
        return "few" if 3 <= rest <= 10 else "many" if rest >= 11 else "other"
    return "one" if value == 1 else "other"
