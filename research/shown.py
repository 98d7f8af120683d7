"""Tables of figures as readers get them: numbers and words of the reader's language, charts with what they say in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from django.utils.formats import get_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext, pgettext

from portal.blocks.laender import LAENDER, code_of
from portal.language.dates import KnownDate
from portal.language.languages import SOURCE_LANGUAGE, current_language
from portal.templatetags.portal_tags import in_language

from . import charts
from .charts import NARROW, WIDE, LineChart, Moment, Text
from .datasets import Row, Table, is_total

if TYPE_CHECKING:
    from .models import DataPage


@dataclass(frozen=True)
class Word:
    """A text; `language` is set where it is in another one than what is around it."""

    text: str
    language: str = ""


@dataclass(frozen=True)
class Words:
    """What columns, rows and words of a table are called in a language."""

    labels: Mapping[str, Word]
    language: str

    def label(self, name: str) -> Word:
        """Return what a column or a word of the file is called."""
        return self.labels.get(name) or Word(name)

    def row(self, table: Table, row: Row) -> Word:
        """Return what a row is called: as somebody wrote it, as the file has it, as a date; else as the source's language has it."""
        if row.key in self.labels:
            return self.labels[row.key]
        code = self.language.partition("-")[0]
        if name := table.name_of(row, code):
            return Word(name)
        if table.is_series and (date := KnownDate.read(row.key)) is not None:
            return Word(date.text)
        if is_of_laender(table):
            return Word(str(LAENDER[code_of(row.key)].name))
        return Word(row.key, SOURCE_LANGUAGE if len(table.names) > 1 and code != SOURCE_LANGUAGE else "")


def is_of_laender(table: Table) -> bool:
    """Return whether each row of a table is of one of the Länder, and none of the same as another."""
    if len(table.rows) > len(LAENDER):
        return False
    codes = {code_of(row.key) for row in table.rows}
    return "" not in codes and len(codes) == len(table.rows)


def decimals(table: Table, measure: str) -> int:
    """Return how many decimals the numbers of a column have, those of all alike."""
    place = table.measures.index(measure)
    exponents = [number.as_tuple().exponent for row in table.rows if (number := row.numbers[place]) is not None]
    return max((-exponent for exponent in exponents if isinstance(exponent, int)), default=0)


def _marks() -> dict[int, str]:
    """Return what the active language writes in place of the comma and the point of English numbers."""
    return {ord(","): get_format("THOUSAND_SEPARATOR"), ord("."): get_format("DECIMAL_SEPARATOR")}


def number_text(number: Decimal | None, places: int, marks: dict[int, str] | None = None) -> str:
    """Return a number as the active language writes it; a dash for a gap.

    As `number_format` writes it, in a tenth of its time, where the `marks` of the language are known: a table has thousands.
    """
    return "–" if number is None else f"{number:,.{max(places, 0)}f}".translate(marks or _marks())


# --- table and bars -----------------------------------------------------------------------------------------------------------


class Cell(NamedTuple):
    """A cell: its words, in which language, whether it is a number; `is_gap` where there is none."""

    text: str
    language: str = ""
    is_number: bool = False
    is_gap: bool = False


@dataclass(frozen=True)
class Figures:
    """A table: its caption, its columns, its rows, each of which begins with what it is of."""

    caption: str
    columns: list[Cell]
    rows: list[list[Cell]]
    has_gaps: bool

    @property
    def body(self) -> SafeString:
        """Return the rows as HTML: a template takes twenty times as long for thousands of cells."""
        gap = format_html('<td class="num"><span aria-hidden="true">–</span><span class="vh">{}</span></td>', gettext("no value"))
        lines = []
        for name, *cells in self.rows:
            lines.append(format_html('\n<tr><th scope="row"{}>{}</th>', in_language(name.language), name.text))
            # A number holds no sign that HTML knows.
            lines += [gap if cell.is_gap else f'<td class="num">{cell.text}</td>' if cell.is_number else _words(cell) for cell in cells]
            lines.append("</tr>")
        return mark_safe("".join(lines))  # noqa: S308 (made of safe parts)


def _words(cell: Cell) -> SafeString:
    return format_html("<td{}>{}</td>", in_language(cell.language), cell.text)


def _shown_columns(table: Table) -> list[str]:
    return [table.names[0], *(name for name in table.header if name not in table.names)]


def table(source: Table, words: Words, caption: str) -> Figures:
    """Return a table as it is read."""
    names, marks = _shown_columns(source), _marks()
    places = {name: decimals(source, name) for name in source.measures}
    at = {name: place for part in (source.measures, source.notes) for place, name in enumerate(part)}
    columns = [Cell(words.label(name).text, words.label(name).language, name in places) for name in names]
    rows = []
    for row in source.rows:
        name = words.row(source, row)
        cells = [Cell(name.text, name.language)]
        for column in names[1:]:
            if column in places:
                number = row.numbers[at[column]]
                cells.append(Cell(number_text(number, places[column], marks), "", True, number is None))
            else:
                word = words.label(row.notes[at[column]])
                cells.append(Cell(word.text, word.language))
        rows.append(cells)
    return Figures(caption, columns, rows, any(number is None for row in source.rows for number in row.numbers))


def is_all(source: Table) -> bool:
    """Return whether one column with numbers is all that a table holds."""
    return len(source.measures) == 1 and not source.notes


@dataclass(frozen=True)
class Bar:
    """A row of a chart of bars: what it is of, its length in per cent, its number; the highest are marked, among which no total counts."""

    name: Word
    length: str
    number: str
    is_highest: bool


@dataclass(frozen=True)
class BarChart:
    """A table that is a chart: the heading of its rows, what is measured."""

    heading: Word
    measure: Word
    bars: list[Bar]


def bars(source: Table, measure: str, words: Words) -> BarChart:
    """Return a column as bars, in the order of the file."""
    numbers = [source.number(row.key, measure) for row in source.rows]
    longest = max((number for number in numbers if number is not None), default=Decimal(0))
    parts = [None if is_total(row) else number for row, number in zip(source.rows, numbers, strict=True)]
    highest = max((number for number in parts if number is not None), default=None)
    places, marks = decimals(source, measure), _marks()
    found = [
        Bar(words.row(source, row), charts.share(number, longest), number_text(number, places, marks), part == highest is not None)
        for row, number, part in zip(source.rows, numbers, parts, strict=True)
    ]
    return BarChart(words.label(source.names[0]), words.label(measure), found)


# --- line ---------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Placed:
    """A text in a drawing."""

    x: float
    y: float
    text: str
    anchor: str


@dataclass(frozen=True)
class Drawing:
    """One form of a line chart, with its texts."""

    chart: LineChart
    ticks: list[Placed]
    names: list[Placed]
    labels: list[Placed]

    @property
    def heights(self) -> list[float]:
        """Return the heights of the lines of the grid."""
        return [height for height, _number in self.chart.grid]


@dataclass(frozen=True)
class Line:
    """A line chart in both forms; `summary` says what it shows to those who do not see it, `remarks` what its gaps and breaks mean."""

    title: str
    measure: Word
    summary: str
    remarks: list[str]
    wide: Drawing
    narrow: Drawing
    suffix: str = ""


def moments(source: Table, measure: str) -> list[Moment]:
    """Return a column as a series, in order of time."""
    found = [Moment(row.key, source.number(row.key, measure), source.basis_of(row)) for row in source.rows]
    return sorted(found, key=lambda moment: moment.years)


def line(source: Table, measure: str, words: Words, title: str, suffix: str = "") -> Line | None:
    """Return a column as a line over time; None where there are not two numbers. `suffix` tells its ids from those of other lines."""
    series, places = moments(source, measure), decimals(source, measure)
    known = [moment.number for moment in series if moment.number is not None]
    if len(known) < 2:
        return None
    names = {row.key: words.row(source, row).text for row in source.rows}
    ticks = charts.scale(known)
    tick_places = max(-int(tick.normalize().as_tuple().exponent) for tick in ticks)
    widest = max(len(number_text(tick, tick_places)) for tick in ticks)
    is_rtl = current_language().direction == "rtl"
    numbers = {moment.key: number_text(moment.number, places) for moment in series}

    def drawing(size: charts.Size) -> Drawing:
        chart = charts.line(series, size, widest, is_rtl=is_rtl)
        assert chart is not None  # noqa: S101 (there are two numbers)
        axis = chart.axis_text
        return Drawing(
            chart,
            [Placed(axis.x, y + 5, number_text(number, tick_places), axis.anchor) for y, number in chart.grid],
            [_placed(text, names) for text in chart.names],
            [_placed(text, numbers) for text in chart.labels],
        )

    said = summary(series, names, numbers), remarks(series)
    return Line(title, words.label(measure), *said, drawing(WIDE), drawing(NARROW), suffix)


def _placed(text: Text, texts: Mapping[str, str]) -> Placed:
    return Placed(text.x, text.y, texts[text.key], text.anchor)


def summary(series: list[Moment], names: Mapping[str, str], numbers: Mapping[str, str]) -> str:
    """Return what a line shows, made from its numbers."""
    known = [(moment.number, moment.key) for moment in series if moment.number is not None]
    low, high = min(known, key=lambda one: one[0])[1], max(known, key=lambda one: one[0])[1]
    last = known[-1][1]
    count = len(known)
    text = ngettext(
        "Line chart with %(count)d value, from %(first)s to %(last)s. Lowest: %(low)s (%(low_when)s). Highest: %(high)s (%(high_when)s). "
        "Most recent: %(now)s (%(last)s).",
        "Line chart with %(count)d values, from %(first)s to %(last)s. Lowest: %(low)s (%(low_when)s). Highest: %(high)s (%(high_when)s). "
        "Most recent: %(now)s (%(last)s).",
        count,
    )
    values = {
        "count": count,
        "first": names[known[0][1]],
        "last": names[last],
        "low": numbers[low],
        "low_when": names[low],
        "high": numbers[high],
        "high_when": names[high],
        "now": numbers[last],
    }
    return " ".join([text % values, *remarks(series)])


def remarks(series: list[Moment]) -> list[str]:
    """Return in sentences what the gaps and breaks of a line mean."""
    found = []
    if years := charts.missing_years(series):
        listed = pgettext("between the entries of a list", ", ").join(map(str, years))
        found.append(gettext("Gap in the line: there is no value for %(years)s.") % {"years": listed})
    elif len(charts.parts(series)) > len(charts.broken_after(series)) + 1:
        found.append(gettext("Gap in the line: there are no values in between."))
    if charts.broken_after(series):
        found.append(gettext("Dashed line: the values before and after it come from different sources or editions."))
    return found


# --- words about it -----------------------------------------------------------------------------------------------------------


def period(source: Table) -> str:
    """Return from when to when a series is; the one moment, where it has one; nothing of what is no series."""
    if not source.is_series:
        return ""
    keys = sorted(row.key for row in source.rows)
    first, last = (KnownDate.read(key) for key in (keys[0], keys[-1]))
    if first is None or last is None or first == last:
        return first.text if first else ""
    return gettext("%(first)s to %(last)s") % {"first": first.text, "last": last.text}


def citation(page: DataPage, url: str) -> str:
    """Return how the data set is cited: sources with their own dates, title, edition, portal, address, licence."""
    sources = []
    for source in page.source_list:
        who = f"{source.authority}: {source.title}" if source.authority else source.title
        date = source.date.text if source.date else pgettext("a source", "undated")
        sources.append(gettext("%(source)s (%(date)s)") % {"source": who, "date": date})
    values = {"sources": pgettext("between sources", "; ").join(sources), "title": page.title, "url": url}
    text = gettext("%(sources)s. Data set “%(title)s”, IOM Germany, %(url)s") % values
    return f"{text} ({page.get_licence_display()})" if page.licence else text
