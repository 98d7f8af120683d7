"""Numbers in running text, as each language writes them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from portal.facts.figures import Unit

_UNITS = (
    (Unit.MILLIONS, r"Mio\.|Millionen|million|млн|мільйон|مليون|ملايين"),
    (Unit.BILLIONS, r"Mrd\.|Milliarden|billion|млрд|мільярд|مليار"),
    (Unit.PERCENT, r"%|Prozent|per ?cent|відсот|في المئة"),
)
_BY_LANGUAGE = {"en": (",", r"\."), "ar": (",", r"\."), "uk": ("[ \u00a0\u202f]", ",")}
_COMMA = (r"[.\u00a0\u202f]", ",")


def _pattern(language: str) -> re.Pattern[str]:
    thousands, mark = _BY_LANGUAGE.get(language, _COMMA)
    units = "|".join(f"(?P<{unit.name}>{words})" for unit, words in _UNITS)
    return re.compile(rf"(?<![\d.,])(?P<whole>\d{{1,3}}(?:{thousands}\d{{3}})+|\d+)(?:{mark}(?P<part>\d+))?(?!\d)(?:\s*(?:{units}))?")


def numbers(text: str, language: str) -> Iterator[tuple[str, Decimal, str]]:
    """Yield the numbers of a text, as they stand there, as numbers, with their units. Years are none."""
    for match in _pattern(language).finditer(text):
        unit = next((unit.value for unit, _words in _UNITS if match[unit.name]), "")
        whole = re.sub(r"\D", "", match["whole"])
        is_year = match["whole"] == whole and not match["part"] and not unit and 1900 <= int(whole) <= 2100
        if not is_year:
            yield match[0].strip(), Decimal(f"{whole}.{match['part'] or 0}"), unit
