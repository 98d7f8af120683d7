"""Figures of the sixteen Länder as a map of tiles: a table whose rows lie about where the Länder do."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext

from portal.blocks.laender import LAENDER, code_of

from .datasets import Table
from .shown import Word, Words, decimals, is_of_laender, number_text

LEVELS = 3
"""So many shades are told apart."""


@dataclass(frozen=True)
class Tile:
    """One of the Länder: its code, its name, its number, and how dark it is: 1 to `LEVELS`, 0 where there is no number."""

    code: str
    name: Word
    number: str
    level: int

    @property
    def column(self) -> int:
        """Return in which column of the map it lies, from the west."""
        return LAENDER[self.code].column

    @property
    def row(self) -> int:
        """Return in which row of the map it lies, from the north."""
        return LAENDER[self.code].row


@dataclass(frozen=True)
class Shade:
    """A shade, 1 to `LEVELS`, and the numbers that it stands for."""

    level: int
    text: str


@dataclass(frozen=True)
class LandMap:
    """A table that is a map: the heading of its rows, what is measured, what the shades mean; in the order of the map."""

    heading: Word
    measure: Word
    tiles: list[Tile]
    legend: list[Shade]


def bounds(numbers: list[Decimal]) -> list[Decimal]:
    """Return the highest number of each shade but the darkest: each shade holds about as many Länder, equal numbers are of one shade."""
    ordered = sorted(numbers)
    found = [ordered[-(-len(ordered) * level // LEVELS) - 1] for level in range(1, LEVELS)]
    return [bound for bound in dict.fromkeys(found) if bound < ordered[-1]]


def land_map(source: Table, measure: str, words: Words) -> LandMap | None:
    """Return a column as a map; None of a table that is of other things than Länder, or has no number in this column."""
    numbers = {code_of(row.key): source.number(row.key, measure) for row in source.rows}
    known = [number for number in numbers.values() if number is not None]
    if not is_of_laender(source) or not known:
        return None
    rows = {code_of(row.key): row for row in source.rows}
    places, limits = decimals(source, measure), bounds(known)
    darkest = LEVELS - len(limits)
    tiles = []
    for code, land in LAENDER.items():
        number = numbers.get(code)
        name = words.row(source, rows[code]) if code in rows else Word(str(land.name))
        level = 0 if number is None else darkest + sum(number > limit for limit in limits)
        tiles.append(Tile(code, name, number_text(number, places), level))
    return LandMap(words.label(source.names[0]), words.label(measure), tiles, _legend(sorted(known), limits, places))


def _legend(numbers: list[Decimal], limits: list[Decimal], places: int) -> list[Shade]:
    """Return what the shades stand for, the darkest last: the lowest and the highest number that each holds."""
    found = []
    for level, limit in enumerate((*limits, numbers[-1]), LEVELS - len(limits)):
        held = [number for number in numbers if number <= limit]
        numbers = numbers[len(held) :]
        low, high = number_text(held[0], places), number_text(held[-1], places)
        found.append(Shade(level, low if low == high else gettext("%(first)s to %(last)s") % {"first": low, "last": high}))
    return found
