"""The chart of a data set as a picture for articles: title, chart, what is counted, sources. In the reader's language and direction.

It is drawn as SVG by a template and made a PNG by `portal.discovery.lettering`, so that it needs nothing of the machine. What is made once
is kept by all that it shows.
"""

from __future__ import annotations

import hashlib
import html
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.template.loader import render_to_string
from django.utils.html import strip_tags
from django.utils.translation import gettext
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from portal.discovery.head import absolute
from portal.discovery.lettering import clipped, isolated, plain, png, width, wrap
from portal.language.languages import current_language

from .datasets import is_total
from .laender import LandMap
from .shown import BarChart, Line

if TYPE_CHECKING:
    from .models import DataPage

NAME, MEDIA_TYPE = "png", "image/png"
MOST_BARS = 60
"""A table with more rows is no picture for an article."""

_WIDTH, _MARGIN = 1200, 56
_ROOM = _WIDTH - 2 * _MARGIN
_KEPT = 30 * 24 * 60 * 60
_HEAD, _GREY = "#04123a", "#4a5365"
_BAR, _GAP = 30, 16
_TILE = (208, 104)


@dataclass(frozen=True)
class Text:
    """A line of text, from the reader's side unless it stands elsewhere."""

    x: float
    y: float
    text: str
    size: int
    fill: str = _GREY
    anchor: str = "start"


class _Sheet:
    """A picture that grows downwards."""

    def __init__(self, *, is_rtl: bool) -> None:
        self.is_rtl = is_rtl
        self.y = 40.0
        self.texts: list[Text] = []

    def x(self, from_start: float) -> float:
        """Return a place that is so far from the side where reading begins."""
        return _WIDTH - from_start if self.is_rtl else from_start

    def place(self, from_start: float, y: float, text: str, size: int, fill: str = _GREY, *, ends: bool = False) -> None:
        """Write a text that begins, or ends, at a place."""
        anchor = "end" if ends != self.is_rtl else "start"
        self.texts.append(Text(self.x(from_start), y, isolated(text, self.is_rtl), size, fill, anchor))

    def center(self, x: float, y: float, text: str, size: int, fill: str) -> None:
        """Write a text around a place."""
        self.texts.append(Text(x, y, isolated(text, self.is_rtl), size, fill, "middle"))

    def paragraph(self, text: str, size: int, fill: str = _GREY, *, is_address: bool = False) -> None:
        """Write lines below what is there; those of an address run from left to right in every language."""
        for line in wrap(plain(text), size, _ROOM):
            self.y += size * 1.3
            self.place(_MARGIN, round(self.y), f"\u2066{line}\u2069" if is_address else line, size, fill)
        self.y += size * 0.35


@dataclass(frozen=True)
class Rect:
    """A bar or a tile."""

    x: float
    y: float
    width: float
    height: float
    fill: str
    is_gap: bool = False


def alt(page: DataPage, drawn: Mapping[str, object]) -> str:
    """Return what the picture of a chart shows to those who do not see it, made from its numbers; nothing where there is none."""
    if isinstance(line := drawn.get("line"), Line):
        return f"{line.title}. {line.measure.text}. {line.summary}"
    if page.table is None or not fits(drawn):
        return ""
    # What the others hold together is not the highest of them.
    rows = [row for row in page.table.rows if not is_total(row)] or page.table.rows
    numbers = [(number, row) for row in rows if (number := page.table.number(row.key, page.measure)) is not None]
    if not numbers:
        return ""
    (_low, low), (_high, high) = min(numbers, key=lambda one: one[0]), max(numbers, key=lambda one: one[0])
    values = {
        "title": page.finding or page.title,
        "measure": page.words.label(page.measure).text,
        "low": page.number_text(low.key),
        "low_name": page.words.row(page.table, low).text,
        "high": page.number_text(high.key),
        "high_name": page.words.row(page.table, high).text,
    }
    text = gettext("%(title)s. Chart: %(measure)s. Highest value: %(high_name)s, %(high)s. Lowest value: %(low_name)s, %(low)s.")
    return text % values


def fits(drawn: Mapping[str, object]) -> bool:
    """Return whether there is a chart, and it fits on a picture."""
    bars = drawn.get("bars")
    return bool(drawn) and not (isinstance(bars, BarChart) and len(bars.bars) > MOST_BARS)


def svg(page: DataPage, drawn: Mapping[str, object]) -> str:
    """Return the picture of a chart as SVG, in the active language."""
    sheet = _Sheet(is_rtl=current_language().direction == "rtl")
    sheet.paragraph(page.finding or page.title, 42, _HEAD)
    sheet.paragraph(page.counted, 24)
    values: dict[str, object] = {}
    sheet.y += 22
    if isinstance(line := drawn.get("line"), Line):
        sheet.paragraph(line.measure.text, 22)
        scale = _ROOM / line.wide.chart.size.width
        values = {"drawing": line.wide, "scale": scale, "top": sheet.y}
        sheet.y += line.wide.chart.size.height * scale
        for remark in line.remarks:
            sheet.paragraph(remark, 20)
    elif isinstance(bars := drawn.get("bars"), BarChart):
        sheet.paragraph(bars.measure.text, 22)
        values = {"rects": list(_bars(sheet, page, bars))}
    elif isinstance(land_map := drawn.get("map"), LandMap):
        sheet.paragraph(land_map.measure.text, 22)
        values = {"rects": list(_tiles(sheet, land_map))}
    sheet.y += 18
    rule = round(sheet.y)
    sheet.y += 6
    if page.source_list:
        sources = render_to_string("components/chart_sources.html", {"sources": page.source_list})
        sheet.paragraph(html.unescape(strip_tags(sources)), 20)
    sheet.paragraph(" · ".join(filter(None, [gettext("IOM Germany"), page.get_licence_display() if page.licence else ""])), 20)
    sheet.paragraph(absolute(page.address), 18, is_address=True)
    context = {"width": _WIDTH, "height": round(sheet.y) + 30, "texts": sheet.texts, "rule": rule, "margin": _MARGIN}
    # Labels are as somebody pasted them, also with what no XML takes.
    return plain(render_to_string("chart_picture.svg", {**context, **values, "is_rtl": sheet.is_rtl}))


def _bars(sheet: _Sheet, page: DataPage, chart: BarChart) -> list[Rect]:
    names = min(max(width(bar.name.text, 22) for bar in chart.bars) + 20, _ROOM * 0.4)
    numbers = max(width(bar.number, 22) for bar in chart.bars) + 16
    room = _ROOM - names - numbers
    found = []
    for bar in chart.bars:
        sheet.y += _GAP
        base = round(sheet.y + _BAR * 0.72)
        sheet.place(_MARGIN, base, clipped(plain(bar.name.text), 22, names - 16), 22, _HEAD)
        if bar.length:
            length = round(room * float(bar.length.rstrip("%")) / 100, 1)
            start = sheet.x(_MARGIN + names)
            fill = "#b3480c" if bar.is_highest else "#0033a0"
            found.append(Rect(start - length if sheet.is_rtl else start, sheet.y, length, _BAR, fill))
        sheet.place(_WIDTH - _MARGIN, base, bar.number, 22, _HEAD, ends=True)
        sheet.y += _BAR
    sheet.y += _GAP
    return found


_SHADES = ("#ffffff", "#c9d8ff", "#7fa0ec", "#0033a0")


def _tiles(sheet: _Sheet, chart: LandMap) -> list[Rect]:
    wide, high = _TILE
    left, top = (_WIDTH - 5 * (wide + 8) + 8) / 2, sheet.y + _GAP
    found = []
    for tile in chart.tiles:
        x, y = left + tile.column * (wide + 8), top + tile.row * (high + 8)
        found.append(Rect(x, y, wide, high, _SHADES[tile.level], tile.level == 0))
        fill = "#ffffff" if tile.level == 3 else _HEAD
        lines = [line.replace("- ", "-") for line in wrap(tile.name.text.replace("-", "- "), 19, wide - 12)][:2]
        for number, line in enumerate(lines):
            sheet.center(x + wide / 2, y + (40 if len(lines) == 1 else 30) + number * 23, line, 19, fill)
        sheet.center(x + wide / 2, y + high - 16, tile.number, 24, fill)
    sheet.y = top + 5 * (high + 8) + 12
    from_start = float(_MARGIN)
    for shade in chart.legend:
        x = sheet.x(from_start) - (24 if sheet.is_rtl else 0)
        found.append(Rect(x, sheet.y, 24, 24, _SHADES[shade.level]))
        sheet.place(from_start + 34, round(sheet.y + 19), shade.text, 20)
        from_start += 34 + width(shade.text, 20) + 36
    sheet.y += 34
    return found


def picture(page: DataPage) -> bytes | None:
    """Return the picture as PNG, None where there is none; in the file stand its title, what it shows, source and licence."""
    drawn = page.drawn()
    if not fits(drawn):
        return None
    drawing, shown = svg(page, drawn), alt(page, drawn)
    digest = hashlib.sha256(f"{drawing}\0{shown}".encode()).hexdigest()[:32]
    return bytes(cache.get_or_set(f"portal:chart:{digest}", lambda: _described(png(drawing), page, shown), timeout=_KEPT) or b"")


def _described(image: bytes, page: DataPage, shown: str) -> bytes:
    info = PngInfo()
    said = {"Title": page.finding or page.title, "Description": shown, "Source": absolute(page.address)}
    if page.licence:
        said["Copyright"] = page.get_licence_display()
    for name, text in said.items():
        info.add_itxt(name, text, page.language_code)
    target = io.BytesIO()
    with Image.open(io.BytesIO(image)) as opened:
        # Flat colours: a palette holds them, and the file is a third as large.
        opened.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(target, "PNG", pnginfo=info, optimize=True)
    return target.getvalue()
