"""The geometry of charts: numbers to places in a drawing. Pure; words and colours are the templates' business.

A line is drawn between neighbours alone: two moments that follow each other at the series' own step, counted on the same basis. Where a
moment is missing there is a gap, where the basis changes a break, marked by a dashed line across the chart.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import pairwise

INTERVALS = 4
"""Of the value axis, about."""

_STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))
_CHARACTER = 8.5
"""Width of a digit in the units of the drawing, at the size of its texts."""

_NEAR = (46.0, 20.0)
"""Two texts closer than this on both axes would lie on each other."""


@dataclass(frozen=True)
class Moment:
    """One row of a series: its key (an ISO date as far as it is known), its number or a gap, on what it stands."""

    key: str
    number: Decimal | None
    basis: tuple[str, ...] = ()

    @cached_property
    def years(self) -> float:
        """Return the moment as a number of years."""
        year, month, day = (*map(int, self.key.split("-")), 1, 1)[:3]
        return year + (datetime.date(year, month, day).timetuple().tm_yday - 1) / 366


@dataclass(frozen=True)
class Size:
    """The form of a drawing: its width and height, and how many moments are named below it."""

    width: int
    height: int
    most_names: int


WIDE, NARROW = Size(760, 340, 12), Size(420, 320, 5)


@dataclass(frozen=True)
class Text:
    """A text in the drawing: where, what, and which end of it lies there (`start`, `middle`, `end`)."""

    x: float
    y: float
    key: str
    anchor: str = "middle"


@dataclass(frozen=True)
class LineChart:
    """A drawn series. `grid` are the heights of the value axis, `ticks` their numbers; `names` and `labels` are named by keys."""

    size: Size
    left: float
    right: float
    grid: tuple[tuple[float, Decimal], ...]
    lines: tuple[str, ...]
    areas: tuple[str, ...]
    points: tuple[tuple[float, float], ...]
    breaks: tuple[float, ...]
    names: tuple[Text, ...]
    labels: tuple[Text, ...]
    axis_text: Text


def scale(numbers: Sequence[Decimal]) -> list[Decimal]:
    """Return the numbers of a value axis that begins at zero, or below it, and holds all of some numbers."""
    low, high = min(Decimal(0), *numbers), max(Decimal(0), *numbers)
    rough = (high - low) / INTERVALS or Decimal(1)
    power = Decimal(10) ** math.floor(rough.log10())
    step = next(step * power for step in _STEPS if step * power >= rough)
    first = math.floor(low / step)
    return [step * number for number in range(first, max(math.ceil(high / step), first + 1) + 1)]


def usual_step(moments: Sequence[Moment]) -> float:
    """Return the smallest distance between two moments of a series, in years."""
    return min((later.years - earlier.years for earlier, later in pairwise(moments)), default=0.0)


def are_neighbours(earlier: Moment, later: Moment, step: float) -> bool:
    """Return whether nothing is missing between two moments of a series; months and years differ in length by a few days."""
    return earlier.number is not None and later.number is not None and later.years - earlier.years <= step * 1.25


def parts(moments: Sequence[Moment]) -> list[list[Moment]]:
    """Return the pieces of a series between its gaps and breaks."""
    step = usual_step(moments)
    found: list[list[Moment]] = []
    for earlier, later in zip((None, *moments), moments, strict=False):
        if later.number is None:
            continue
        if earlier is None or not are_neighbours(earlier, later, step) or earlier.basis != later.basis:
            found.append([])
        found[-1].append(later)
    return found


def broken_after(moments: Sequence[Moment]) -> list[tuple[Moment, Moment]]:
    """Return the pairs of moments between which the basis changes."""
    known = [moment for moment in moments if moment.number is not None]
    return [(earlier, later) for earlier, later in pairwise(known) if earlier.basis != later.basis]


def missing_years(moments: Sequence[Moment]) -> list[int]:
    """Return the years of a series by years that have no number."""
    if not moments or any(len(moment.key) != 4 for moment in moments) or round(usual_step(moments)) != 1:
        return []
    known = {int(moment.key) for moment in moments if moment.number is not None}
    return [year for year in range(min(known, default=1), max(known, default=0)) if year not in known]


def line(moments: Sequence[Moment], size: Size, widest: int, *, is_rtl: bool = False) -> LineChart | None:
    """Return the drawing of a series, in order of time; None where fewer than two moments have a number.

    `widest` is how many characters the longest number of the value axis has. Time runs as the reader's language does.
    """
    moments = sorted(moments, key=lambda moment: moment.years)
    known = [moment for moment in moments if moment.number is not None]
    if len(known) < 2:
        return None
    ticks = scale([moment.number for moment in known if moment.number is not None])
    near, far = 18 + widest * _CHARACTER, size.width - 34.0
    top, bottom = 30.0, size.height - 40.0
    first, last = moments[0].years, moments[-1].years

    def across(years: float) -> float:
        x = near + (far - near) * (years - first) / (last - first)
        return round(size.width - x if is_rtl else x, 1)

    def down(number: Decimal) -> float:
        return round(bottom - (bottom - top) * float((number - ticks[0]) / (ticks[-1] - ticks[0])), 1)

    def at(moment: Moment) -> tuple[float, float]:
        return across(moment.years), down(moment.number or Decimal(0))

    pieces = [[at(moment) for moment in part] for part in parts(moments)]
    drawn = [piece for piece in pieces if len(piece) > 1]
    paths = tuple("M" + "L".join(f"{x} {y}" for x, y in piece) for piece in drawn)
    zero = down(Decimal(0))
    return LineChart(
        size=size,
        left=size.width - far if is_rtl else near,
        right=size.width - near if is_rtl else far,
        grid=tuple((down(number), number) for number in ticks),
        lines=paths,
        areas=tuple(f"{path}L{piece[-1][0]} {zero}L{piece[0][0]} {zero}z" for path, piece in zip(paths, drawn, strict=True)),
        points=tuple(at(moment) for moment in known),
        breaks=tuple(across((earlier.years + later.years) / 2) for earlier, later in broken_after(moments)),
        names=tuple(_names(moments, size, across, bottom + 28)),
        labels=tuple(_labels(known, at, bottom)),
        axis_text=Text(size.width - near + 10 if is_rtl else near - 10, 0, "", "start" if is_rtl else "end"),
    )


def _names(moments: Sequence[Moment], size: Size, across: Callable[[float], float], y: float) -> list[Text]:
    """Return the names below the axis: the last one, and back from it as many as have room."""
    every = math.ceil(len(moments) / size.most_names)
    room = size.width / (size.most_names + 1)
    found: list[Text] = []
    for moment in list(reversed(moments))[::every]:
        x = across(moment.years)
        if not found or abs(found[-1].x - x) >= min(room, _NEAR[0]):
            found.append(Text(x, y, moment.key, "middle"))
    return found[::-1]


def _labels(known: Sequence[Moment], at: Callable[[Moment], tuple[float, float]], bottom: float) -> list[Text]:
    """Return where numbers stand: at the last, the highest, the lowest and the first, as far as none lies on another.

    Above the point; below it, where there is room, if the line rises from it to every side. The first one stands a little inwards: the
    numbers of the axis are beside it.
    """
    numbers = [moment.number or Decimal(0) for moment in known]
    found: list[Text] = []
    for place_of in (len(known) - 1, numbers.index(max(numbers)), numbers.index(min(numbers)), 0):
        moment = known[place_of]
        x, y = at(moment)
        if place_of == 0 and len(known) > 1:
            x += math.copysign(_NEAR[0] / 2, at(known[1])[0] - x)
        beside = [*numbers[max(0, place_of - 1) : place_of], *numbers[place_of + 1 : place_of + 2]]
        is_below = bool(beside) and min(beside) > numbers[place_of] and y + 24 < bottom
        place = Text(x, round(y + 24 if is_below else y - 14, 1), moment.key, "middle")
        if all(abs(place.x - other.x) >= _NEAR[0] or abs(place.y - other.y) >= _NEAR[1] for other in found):
            found.append(place)
    return found


def share(number: Decimal | None, highest: Decimal) -> str:
    """Return the length of a bar in per cent of the longest; nothing for a gap."""
    return f"{max(Decimal(0), number) / highest * 100:.1f}%" if number is not None and highest > 0 else ""
