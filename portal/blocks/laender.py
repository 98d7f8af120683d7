"""The sixteen Länder: their names in the reader's language, and a map of tiles, which needs no borders."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class Land(NamedTuple):
    """One of the Länder: its name, and column and row of its tile, roughly where it lies."""

    name: str | Promise
    column: int
    row: int


LAENDER: dict[str, Land] = {
    "SH": Land(_("Schleswig-Holstein"), 2, 0),
    "MV": Land(_("Mecklenburg-Western Pomerania"), 3, 0),
    "HB": Land(_("Bremen"), 1, 1),
    "HH": Land(_("Hamburg"), 2, 1),
    "BE": Land(_("Berlin"), 3, 1),
    "BB": Land(_("Brandenburg"), 4, 1),
    "NW": Land(_("North Rhine-Westphalia"), 0, 2),
    "NI": Land(_("Lower Saxony"), 1, 2),
    "ST": Land(_("Saxony-Anhalt"), 2, 2),
    "TH": Land(_("Thuringia"), 3, 2),
    "SN": Land(_("Saxony"), 4, 2),
    "RP": Land(_("Rhineland-Palatinate"), 0, 3),
    "HE": Land(_("Hesse"), 1, 3),
    "SL": Land(_("Saarland"), 0, 4),
    "BW": Land(_("Baden-Württemberg"), 1, 4),
    "BY": Land(_("Bavaria"), 2, 4),
}
"""The Länder by the code that ISO 3166-2 has for each behind `DE-`."""

_NAMES = {
    "Schleswig-Holstein": "SH", "Mecklenburg-Vorpommern": "MV", "Bremen": "HB", "Hamburg": "HH", "Berlin": "BE", "Brandenburg": "BB",
    "Nordrhein-Westfalen": "NW", "Niedersachsen": "NI", "Sachsen-Anhalt": "ST", "Thüringen": "TH", "Sachsen": "SN",
    "Rheinland-Pfalz": "RP", "Hessen": "HE", "Saarland": "SL", "Baden-Württemberg": "BW", "Bayern": "BY",
}  # fmt: skip

_TILE = 64
"""Width of a tile with its gap, in units of the drawing."""


def code_of(name: str) -> str:
    """Return the code of a Land by its German name or its code, as ISO 3166-2 has it with `DE-` or without; nothing of anything else."""
    code = _NAMES.get(name) or name.removeprefix("DE-")
    return code if code in LAENDER else ""


def land_choices() -> list[tuple[str, str | Promise]]:
    """Return codes with names, by name in the source language; Django keeps the name of this function in migrations."""
    return sorted(((code, land.name) for code, land in LAENDER.items()), key=lambda choice: str(choice[1]))


@dataclass(frozen=True)
class Tile:
    """One of the Länder on the map. With an address it is a link there; `label` is what is read of it."""

    code: str
    label: str
    x: int
    y: int
    is_marked: bool = False
    address: str = ""


def tiles(marked: Collection[str], addresses: Mapping[str, str] | None = None) -> list[Tile]:
    """Return the map: Länder with an office are marked, those with an address lead there."""
    addresses = addresses or {}
    return [
        Tile(
            code=code,
            label=str(land.name) if code in marked else gettext("%(land)s: no office") % {"land": land.name},
            x=2 + land.column * _TILE,
            y=2 + land.row * _TILE,
            is_marked=code in marked,
            address=addresses.get(code, ""),
        )
        for code, land in LAENDER.items()
    ]


def names(codes: Collection[str]) -> list[str]:
    """Return the names of some Länder in the reader's language, in the order of the map."""
    return [str(land.name) for code, land in LAENDER.items() if code in codes]
