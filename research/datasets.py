"""Tables of figures from CSV: read strictly, compared, written. Pure: neither database nor files.

The form of a file is that of RFC 4180, with `;`, `,` or a tab between the cells, in UTF-8:

- The first row names the columns.
- The first column says of what each row is: a year, a date (ISO 8601: `2025`, `2025-03`, `2025-03-31`) or a name. It is one of time if its
  name begins with one of `TIME_NAMES`. Several columns with one name and the codes of languages behind it (`region_de`, `region_en`)
  name the rows in these languages.
- Columns named in `NOTE_NAMES` hold words about a row. Where one of `BREAK_NAMES` changes from one row to the next, the series breaks:
  what stands before and after was not counted in the same way.
- All other columns hold numbers; an empty cell is a gap.
- A row named as one of `TOTAL_NAMES`, a remark in brackets aside (`Welt (2024)`), is a total: it is no bar among others that could be the
  highest. `World Bank` is none.

Sheets run formulas that somebody else wrote when they open a file (CWE-1236): none comes in here, so none goes out.
"""

from __future__ import annotations

import csv
import datetime
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.utils.translation import pgettext

MOST_BYTES = 1024 * 1024
MOST_ROWS = 2000
MOST_COLUMNS = 60
MOST_LETTERS = 300
MOST_DIGITS = 15
"""Of a number, without its sign and its decimal mark: with more no chart, no sheet and no program holds it exactly."""
MOST_PROBLEMS = 20
"""So many are told at once."""

TIME_NAMES = ("year", "date", "month", "jahr", "datum", "monat")
BREAK_NAMES = ("basis", "edition")
NOTE_NAMES = (*BREAK_NAMES, "state", "note")
LANGUAGE_CODES = ("de", "en", "uk", "ar")
TOTAL_NAMES = (
    "gesamt", "insgesamt", "zusammen", "summe", "alle", "welt", "weltweit", "welt insgesamt",
    "total", "in total", "sum", "all", "in all", "overall", "world", "worldwide", "world total",
)  # fmt: skip
"""A row with one of these names in a language holds what the others hold together."""

_SEPARATORS = (";", "\t", ",")
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?", re.ASCII)
_PERHAPS_THOUSANDS = re.compile(r"-?[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
_REMARK = re.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\])$")
_TIME = re.compile(r"[1-9]\d{3}(?:-\d\d(?:-\d\d)?)?", re.ASCII)
_NAME_BY_LANGUAGE = re.compile(rf"(.+)_({'|'.join(LANGUAGE_CODES)})")
_INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_ALLOWED = "\t\u200c\u200d"
"""Persian and Arabic join letters by these."""
_NOTHING = {"-", "–", "—", "n/a", "n.a.", "k. a.", "k.a.", "..", "...", "x"}  # noqa: RUF001


@dataclass(frozen=True)
class Problem:
    """What is wrong, and where: the line of the file, the column of the table (both from 1; 0 where it is the whole line or file)."""

    line: int
    column: int
    reason: str

    def __str__(self) -> str:
        """Return it as an editor reads it."""
        values = {"line": self.line, "column": self.column, "reason": self.reason}
        if self.column:
            return pgettext("admin", "Line %(line)d, column %(column)d: %(reason)s") % values
        return pgettext("admin", "Line %(line)d: %(reason)s") % values if self.line else self.reason


class BrokenCSV(ValueError):
    """A file that is no table of figures; `problems` says why, in the active language."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems[:MOST_PROBLEMS])
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True)
class Row:
    """A row: what it is of, a number or a gap for each measure, words for each note."""

    names: tuple[str, ...]
    numbers: tuple[Decimal | None, ...]
    notes: tuple[str, ...]

    @property
    def key(self) -> str:
        """Return by what the row is known: its first cell."""
        return self.names[0]


@dataclass(frozen=True)
class Table:
    """A table of figures. `names` are the columns that say of what a row is; `measures` those with numbers, `notes` those with words."""

    names: tuple[str, ...]
    measures: tuple[str, ...]
    notes: tuple[str, ...]
    rows: tuple[Row, ...]
    header: tuple[str, ...]

    @property
    def is_series(self) -> bool:
        """Return whether the rows are moments in time."""
        return is_of_time(self.names[0])

    @cached_property
    def by_key(self) -> dict[str, Row]:
        """Return the rows by their first cells."""
        return {row.key: row for row in self.rows}

    def number(self, key: str, measure: str) -> Decimal | None:
        """Return one number; None for a gap, and for a cell that is not there."""
        row = self.by_key.get(key)
        return row.numbers[self.measures.index(measure)] if row is not None and measure in self.measures else None

    def name_of(self, row: Row, language: str) -> str:
        """Return what a row is called in a language, as far as the file says; else nothing."""
        for column, name in zip(self.names, row.names, strict=True):
            if len(self.names) > 1 and (match := _NAME_BY_LANGUAGE.fullmatch(column)) and match[2] == language:
                return name
        return ""

    def basis_of(self, row: Row) -> tuple[str, ...]:
        """Return on what the numbers of a row stand; where it differs, they must not be compared without saying so."""
        return tuple(words for name, words in zip(self.notes, row.notes, strict=True) if name.lower() in BREAK_NAMES)

    def cells(self, row: Row) -> list[str | Decimal | None]:
        """Return the cells of a row in the order of the file."""
        found: dict[str, str | Decimal | None] = dict(zip(self.names, row.names, strict=True))
        found |= dict(zip(self.measures, row.numbers, strict=True))
        found |= dict(zip(self.notes, row.notes, strict=True))
        return [found[name] for name in self.header]


def is_total(row: Row) -> bool:
    """Return whether a row says what the others hold together."""
    return any(_REMARK.sub("", name).lower() in TOTAL_NAMES for name in row.names)


def is_of_time(name: str) -> bool:
    """Return whether a column of this name holds years or dates."""
    return name.lower().startswith(TIME_NAMES)


# --- reading -----------------------------------------------------------------------------------------------------------------


def decoded(data: bytes) -> str:
    """Return the text of a file.

    Raises:
        BrokenCSV: it is too large or not UTF-8.
    """
    if len(data) > MOST_BYTES:
        raise BrokenCSV([Problem(0, 0, too_large(len(data)))])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        reason = pgettext("admin", "The file is not in UTF-8. Please save it as “CSV UTF-8”, not as “CSV” or “Latin-1”.")
        raise BrokenCSV([Problem(line, 0, reason)]) from error


def too_large(size: int) -> str:
    """Return why a file of a size in bytes is refused."""
    text = pgettext("admin", "The file has %(size).1f MB; at most %(most)d MB are read. Please upload the table alone.")
    return text % {"size": size / 1024 / 1024, "most": MOST_BYTES // 1024 // 1024}


def read(source: bytes | str) -> Table:
    """Return the table in a file.

    Raises:
        BrokenCSV: with all that is wrong, up to `MOST_PROBLEMS`.
    """
    text = decoded(source) if isinstance(source, bytes) else source.removeprefix("\ufeff")
    lines = _lines(text)
    (first, header), body = lines[0], lines[1:]
    problems = [*_problems_of_header(first, header)]
    if problems:
        raise BrokenCSV(problems)
    names = _names(header)
    notes = tuple(name for name in header if name.lower() in NOTE_NAMES)
    measures = tuple(name for name in header if name not in {*names, *notes})
    if not measures:
        raise BrokenCSV([Problem(first, 0, pgettext("admin", "No column holds numbers."))])
    if not body:
        raise BrokenCSV([Problem(first, 0, pgettext("admin", "There is no row below the names of the columns."))])
    rows = []
    for line, cells in body:
        problems += _problems_of_row(line, cells, header, names, measures)
        if not problems:
            found = dict(zip(header, cells, strict=True))
            numbers = tuple(_number(found[name]) for name in measures)
            rows.append(Row(tuple(found[name] for name in names), numbers, tuple(found[name] for name in notes)))
    problems += _doubled(body, is_series=is_of_time(names[0]))
    if problems:
        raise BrokenCSV(sorted(problems, key=lambda problem: (problem.line, problem.column)))
    return Table(names, measures, notes, tuple(rows), tuple(header))


def _lines(text: str) -> list[tuple[int, list[str]]]:
    """Return the rows that are not blank, each with its line."""
    if not text.strip():
        raise BrokenCSV([Problem(0, 0, pgettext("admin", "The table is empty."))])
    contents = re.split("\r\n|\r|\n", text)
    for line, content in enumerate(contents, start=1):
        if any(unicodedata.category(character) in _INVISIBLE and character not in _ALLOWED for character in content):
            raise BrokenCSV([Problem(line, 0, pgettext("admin", "An invisible control character stands here."))])
    first, head = next((line, content) for line, content in enumerate(contents, start=1) if content.strip())
    separator = next((mark for mark in _SEPARATORS if mark in head), None)
    if separator is None:
        reason = pgettext("admin", "Nothing separates the columns. Between them stands a semicolon, a comma or a tab.")
        raise BrokenCSV([Problem(first, 0, reason)])
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    found: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            if any("\n" in cell or "\r" in cell for cell in cells):
                reason = pgettext("admin", "A cell holds a line break, or a quotation mark stays open.")
                raise BrokenCSV([Problem(reader.line_num, 0, reason)])
            if cells:
                found.append((reader.line_num, [cell.strip() for cell in cells]))
    except csv.Error as error:
        reason = pgettext("admin", "A quotation mark stays open, or stands inside a cell without being doubled.")
        raise BrokenCSV([Problem(reader.line_num, 0, reason)]) from error
    if len(found) > MOST_ROWS + 1:
        reason = pgettext("admin", "The table has more than %(most)d rows.") % {"most": MOST_ROWS}
        raise BrokenCSV([Problem(found[MOST_ROWS + 1][0], 0, reason)])
    return found


def _names(header: list[str]) -> tuple[str, ...]:
    """Return the columns that say of what a row is: the first, and those that say it in other languages."""
    match = _NAME_BY_LANGUAGE.fullmatch(header[0])
    if match is None:
        return (header[0],)
    same = (_NAME_BY_LANGUAGE.fullmatch(name) for name in header)
    return tuple(found[0] for found in same if found is not None and found[1] == match[1])


def _problems_of_header(line: int, header: list[str]) -> Iterator[Problem]:
    if len(header) > MOST_COLUMNS:
        yield Problem(line, 0, pgettext("admin", "The table has more than %(most)d columns.") % {"most": MOST_COLUMNS})
    for column, name in enumerate(header, start=1):
        if not name:
            yield Problem(line, column, pgettext("admin", "The column has no name."))
        elif _is_formula(name):
            yield Problem(line, column, _formula())
        elif len(name) > MOST_LETTERS:
            yield Problem(line, column, _too_long(name))
        elif name in header[: column - 1]:
            yield Problem(line, column, pgettext("admin", "Two columns have the name “%(name)s”.") % {"name": name})


def _problems_of_row(
    line: int, cells: list[str], header: list[str], names: tuple[str, ...], measures: tuple[str, ...]
) -> Iterator[Problem]:
    if len(cells) != len(header):
        text = pgettext("admin", "The line has %(found)d cells, the first line has %(wanted)d. Is there a separator too many or too few?")
        yield Problem(line, 0, text % {"found": len(cells), "wanted": len(header)})
        return
    for column, (name, cell) in enumerate(zip(header, cells, strict=True), start=1):
        reason = _problem_of_number(cell) if name in measures else _problem_of_text(name, cell, is_name=name == names[0])
        if reason:
            yield Problem(line, column, reason)


def _problem_of_text(column: str, cell: str, *, is_name: bool) -> str:
    """Return what is wrong with words; nothing where all is well."""
    if _is_formula(cell):
        return _formula()
    if len(cell) > MOST_LETTERS:
        return _too_long(cell)
    if is_name and not cell:
        return pgettext("admin", "The first cell is empty: what is this line of?")
    if is_name and is_of_time(column) and not _is_time(cell):
        text = pgettext("admin", "“%(cell)s” is no year and no date. Please write 2025, 2025-03 or 2025-03-31.")
        return text % {"cell": cell[:40]}
    return ""


def _is_time(cell: str) -> bool:
    if not _TIME.fullmatch(cell):
        return False
    try:
        datetime.date.fromisoformat(f"{cell}-01-01"[:10] if len(cell) < 10 else cell)
    except ValueError:
        return False
    return True


def _problem_of_number(cell: str) -> str:
    """Return what is wrong with a number; nothing where all is well. An empty cell is a gap."""
    if _NUMBER.fullmatch(cell) and sum(map(str.isdigit, cell)) > MOST_DIGITS:
        text = pgettext("admin", "“%(cell)s” has more than %(most)d digits.")
        return text % {"cell": cell[:40], "most": MOST_DIGITS}
    if not cell or (_NUMBER.fullmatch(cell) and not _PERHAPS_THOUSANDS.fullmatch(cell)):
        return ""
    if cell.lower() in _NOTHING:
        return pgettext("admin", "Where there is no value the cell stays empty, without “%(cell)s”.") % {"cell": cell}
    if _PERHAPS_THOUSANDS.fullmatch(cell):
        whole = re.sub("[.,]", "", cell)
        text = pgettext("admin", "“%(cell)s” can be read in two ways. Please write %(whole)s, or %(cell)s0 for three decimals.")
        return text % {"cell": cell, "whole": whole}
    if _is_formula(cell):
        return _formula()
    text = pgettext("admin", "“%(cell)s” is no number. Please write digits only, without unit and without separators of thousands.")
    return text % {"cell": cell[:40]}


def _is_formula(cell: str) -> bool:
    return cell.startswith(("=", "+", "-", "@"))


def _too_long(cell: str) -> str:
    text = pgettext("admin", "The cell has %(found)d characters; at most %(most)d can be shown.")
    return text % {"found": len(cell), "most": MOST_LETTERS}


def _formula() -> str:
    return pgettext("admin", "The cell begins like a formula (=, +, -, @). Please enter the value itself.")


def _number(cell: str) -> Decimal | None:
    return Decimal(cell.replace(",", ".")) if cell else None


def _doubled(body: list[tuple[int, list[str]]], *, is_series: bool) -> Iterator[Problem]:
    """Yield the rows that are there twice, and those of a series that are of another length: years among days."""
    seen: dict[str, int] = {}
    for line, cells in body:
        if is_series and _is_time(cells[0]) and len(cells[0]) != len(body[0][1][0]):
            yield Problem(line, 1, pgettext("admin", "Years, months and days do not stand in one column."))
        if cells[0] and (first := seen.setdefault(cells[0], line)) != line:
            text = pgettext("admin", "“%(name)s” stands in line %(first)d already.")
            yield Problem(line, 1, text % {"name": cells[0][:40], "first": first})


# --- comparing ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Difference:
    """One thing that an update changes: a cell, or with no `column` a whole row; with no `key` a whole column.

    `old` and `new` are as the file has them; of rows and columns, one of them says `+`: what is new, or gone.
    """

    key: str
    column: str
    old: str
    new: str


def compared(old: Table | None, new: Table) -> list[Difference]:
    """Return what is different, in the order of the new file; what is gone comes last."""
    if old is None:
        return []
    found = [Difference("", name, "", "+") for name in new.header if name not in old.header]
    shared = [name for name in new.header if name in old.header]
    for row in new.rows:
        before = old.by_key.get(row.key)
        if before is None:
            found.append(Difference(row.key, "", "", "+"))
            continue
        was, now = (dict(zip(table.header, table.cells(one), strict=True)) for table, one in ((old, before), (new, row)))
        found += [Difference(row.key, name, plain(was[name]), plain(now[name])) for name in shared if was[name] != now[name]]
    found += [Difference(row.key, "", "+", "") for row in old.rows if row.key not in new.by_key]
    return [*found, *(Difference("", name, "+", "") for name in old.header if name not in new.header)]


# --- writing ------------------------------------------------------------------------------------------------------------------


def plain(cell: str | Decimal | None, decimal_mark: str = ".") -> str:
    """Return a cell as a file has it: no separators of thousands, as many decimals as were read."""
    if isinstance(cell, Decimal):
        return f"{cell:f}".replace(".", decimal_mark)
    return cell or ""


def written(header: Sequence[str], rows: Sequence[Sequence[str | Decimal | None]], separator: str = ";", decimal_mark: str = ".") -> str:
    """Return rows as CSV with the line ends of RFC 4180."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=separator, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([[plain(cell, decimal_mark) for cell in row] for row in rows])
    return out.getvalue()
