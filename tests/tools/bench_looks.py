"""What is measured of a screen or a question of the desk, as data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Look:
    """Something that a person opens or asks for.

    Args:
        why: what people do by it.
        entry: the address or function.
        work: how much stands in the answer: texts, findings, rows; less is too little.
        most_queries: what it may take of the database; None where nothing is promised, as of the following.
        most_ms: milliseconds of the processor, this one's and the database's.
    """

    name: str
    why: str
    entry: str
    work: int
    most_queries: int | None = None
    most_ms: int | None = None


@dataclass(frozen=True)
class Seen:
    """What a look took: queries, milliseconds of this process and of the database; how much stood in the answer."""

    name: str
    who: str
    queries: int
    python_ms: float
    database_ms: float
    work: int

    @property
    def ms(self) -> float:
        """Return the milliseconds of both."""
        return self.python_ms + self.database_ms


def show(title: str, looks: Iterable[Look], rows: Iterable[Seen]) -> list[str]:
    """Print a table; return what costs more than it may, or holds less than it should."""
    by_name, bad = {look.name: look for look in looks}, []
    print(f"\n| {title} | side | queries | at most | CPU ms, Python + database | at most | in the answer |\n|---|---|---|---|---|---|---|")
    for row in rows:
        look = by_name[row.name]
        time = f"{row.python_ms:.0f} + {row.database_ms:.0f}"
        print(f"| {row.name} | {row.who} | {row.queries} | {look.most_queries or ''} | {time} | {look.most_ms or ''} | {row.work} |")
        # Of wagtail-localize nothing is promised.
        if row.who == STOCK:
            continue
        if row.work < look.work:
            bad.append(f"{row.name}, {row.who}: {row.work} in the answer, expected {look.work}")
        if (look.most_queries or row.queries) < row.queries or (look.most_ms or row.ms) < row.ms:
            bad.append(f"{row.name}, {row.who}: {row.queries} queries, {row.ms:.0f} ms; at most {look.most_queries}, {look.most_ms}")
    return bad


OURS, STOCK = "ours", "wagtail-localize"
