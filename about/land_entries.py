"""Offices Land by Land: the list that says in words all that the map shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from portal.blocks.laender import LAENDER
from portal.pages.cards import Card

if TYPE_CHECKING:
    from .models.offices import OfficePage


@dataclass(frozen=True)
class LandEntry:
    """One of the Länder: the offices that lie there, and those elsewhere that serve it too."""

    code: str
    name: str
    offices: list[Card] = field(default_factory=list)
    serving: list[Card] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        """Return where the map leads: the same in every language."""
        return f"land-{self.code.lower()}"


def by_land(offices: Iterable[OfficePage], cards: Iterable[Card]) -> list[LandEntry]:
    """Return the Länder that have an office or are served by one, by name in the reader's language; `cards` are those of the offices."""
    there: dict[str, list[Card]] = defaultdict(list)
    serving: dict[str, list[Card]] = defaultdict(list)
    for office, card in zip(offices, cards, strict=True):
        there[office.state].append(card)
        for code in office.states:
            if code != office.state:
                serving[code].append(card)
    found = [
        LandEntry(code, str(LAENDER[code].name), there.get(code, []), serving.get(code, []))
        for code in {*there, *serving}
        if code in LAENDER
    ]
    return sorted(found, key=lambda entry: (entry.name, entry.code))
