"""Tables of figures from CSV: what is read, what is refused and where, what is compared, what is written."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from research import datasets
from research.datasets import BrokenCSV, Difference, Row, compared, read, written

DEATHS = "year;dead_and_missing;basis\n2014;5550;database 2024-12-20\n2023;8640;database 2024-12-20\n2024;8938;IOM 2025-03-21\n"
REGIONS = "region_de;region_en;millions\nEuropa;Europe;87\nAsien;Asia;86.5\n"


def refused(source: bytes | str, language: str = "en") -> list[tuple[int, int, str]]:
    """Return the problems of a file as line, column and reason."""
    with translation.override(language), pytest.raises(BrokenCSV) as caught:
        read(source)
    return [(problem.line, problem.column, problem.reason) for problem in caught.value.problems]


def test_a_series_is_read_with_its_basis() -> None:
    table = read(DEATHS)
    assert (table.names, table.measures, table.notes, table.is_series) == (("year",), ("dead_and_missing",), ("basis",), True)
    assert table.rows[0] == Row(("2014",), (Decimal(5550),), ("database 2024-12-20",))
    assert [table.basis_of(row) for row in table.rows] == [("database 2024-12-20",)] * 2 + [("IOM 2025-03-21",)]
    assert table.number("2024", "dead_and_missing") == 8938
    assert table.number("2025", "dead_and_missing") is None
    assert table.number("2024", "basis") is None


def test_rows_are_named_in_the_languages_of_the_file() -> None:
    table = read(REGIONS)
    assert (table.names, table.is_series) == (("region_de", "region_en"), False)
    assert [table.name_of(table.rows[1], code) for code in ("de", "en", "uk")] == ["Asien", "Asia", ""]
    assert table.rows[1].numbers == (Decimal("86.5"),)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        *((name, True) for name in ("Gesamt", "Insgesamt (2024)", "WELT", "In all", "World total", "Total [rounded]", "Alle")),
        *((name, False) for name in ("Alle übrigen Länder", "World Bank", "Welt-Ernährungsprogramm", "Total SE", "(Welt)", "")),
    ],
)
def test_a_total_is_known_by_its_whole_name(name: str, expected: bool) -> None:
    assert datasets.is_total(Row(("A", name), (), ())) is expected


@pytest.mark.parametrize(
    "source",
    [
        REGIONS.encode(),
        REGIONS.encode("utf-8-sig"),
        "\ufeff" + REGIONS,
        REGIONS.replace("\n", "\r\n"),
        REGIONS.replace("\n", "\r"),
        REGIONS.replace(";", "\t"),
        REGIONS.replace(";", ","),
        REGIONS.replace("86.5", "86,5"),
        REGIONS.replace("Asien", '"Asien"').replace("86.5", " 86.5 "),
        "\n\n" + REGIONS + "\n\n",
    ],
)
def test_sheets_write_the_same_table_in_many_ways(source: bytes | str) -> None:
    assert read(source) == read(REGIONS)


def test_an_empty_cell_is_a_gap() -> None:
    table = read("year_end;all;disasters\n2022;71.1;\n2023;75.9;7.7\n")
    assert [row.numbers for row in table.rows] == [(Decimal("71.1"), None), (Decimal("75.9"), Decimal("7.7"))]


def test_all_faults_of_a_file_are_told_at_once_with_line_and_column() -> None:
    rows = ["2019;13105;=A1", "2019;many;final", "20x1;5 000;", ";7;final", "2023;1.234;-1", "2024;–;final", "2025;1;2;3"]
    found = [(line, column) for line, column, _reason in refused("\n".join(["year;persons;state", *rows]))]
    assert found == [(2, 3), (3, 1), (3, 2), (4, 1), (4, 2), (5, 1), (6, 2), (6, 3), (7, 2), (8, 0)]


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("", (0, 0, "The table is empty.")),
        ("year;a\n", (1, 0, "There is no row below the names of the columns.")),
        ("\nyear persons\n2020 5\n", (2, 0, "Nothing separates the columns. Between them stands a semicolon, a comma or a tab.")),
        ("year;basis\n2020;x\n", (1, 0, "No column holds numbers.")),
        ("year;;b\n2020;1;2\n", (1, 2, "The column has no name.")),
        ("year;a;a\n2020;1;2\n", (1, 3, "Two columns have the name “a”.")),
        ("year;=a\n2020;1\n", (1, 2, "The cell begins like a formula (=, +, -, @). Please enter the value itself.")),
        ("year;a\n2020;1\n2020;2\n", (3, 1, "“2020” stands in line 2 already.")),
        ("year;a\n2020;1\n2020-05;2\n", (3, 1, "Years, months and days do not stand in one column.")),
        ("date;a\n2023-02-30;1\n", (2, 1, "“2023-02-30” is no year and no date. Please write 2025, 2025-03 or 2025-03-31.")),
        ("year;a\n2020;1;9\n", (2, 0, "The line has 3 cells, the first line has 2. Is there a separator too many or too few?")),
        ("year;a\n2020;12 %\n", (2, 2, "“12 %” is no number. Please write digits only, without unit and without separators of thousands.")),
        ("year;a\n2020;١٢\n", (2, 2, "“١٢” is no number. Please write digits only, without unit and without separators of thousands.")),
        ("year;a\n2020;1e5\n", (2, 2, "“1e5” is no number. Please write digits only, without unit and without separators of thousands.")),
        (f"year;a\n2020;{'9' * 16}\n", (2, 2, "“9999999999999999” has more than 15 digits.")),
        (f"year;a\n2020;-0.{'0' * 14}1\n", (2, 2, "“-0.000000000000001” has more than 15 digits.")),
        (f"name;a\n{'x' * 301};1\n", (2, 1, "The cell has 301 characters; at most 300 can be shown.")),
        (f"name;{'x' * 301}\nx;1\n", (1, 2, "The cell has 301 characters; at most 300 can be shown.")),
        ("year;a\n2020;+5\n", (2, 2, "The cell begins like a formula (=, +, -, @). Please enter the value itself.")),
        ("year;a\n2020;1.234\n", (2, 2, "“1.234” can be read in two ways. Please write 1234, or 1.2340 for three decimals.")),
        ("year;a\n2020;k.A.\n", (2, 2, "Where there is no value the cell stays empty, without “k.A.”.")),
        ('year;a\n2020;"1\n2021;2\n', (3, 0, "A quotation mark stays open, or stands inside a cell without being doubled.")),
        ('year;a;note\n2020;1;"x\ny"\n', (3, 0, "A cell holds a line break, or a quotation mark stays open.")),
        ("year;a\n2020;1\x00\n", (2, 0, "An invisible control character stands here.")),
        ("year;a\n2020;\u202e1\n", (2, 0, "An invisible control character stands here.")),
    ],
)  # fmt: skip
def test_a_broken_file_is_refused_with_its_reason(source: str, problem: tuple[int, int, str]) -> None:
    assert refused(source) == [problem]


def test_latin_1_is_refused_at_its_line_and_so_is_utf_16() -> None:
    reason = "The file is not in UTF-8. Please save it as “CSV UTF-8”, not as “CSV” or “Latin-1”."
    assert refused("name;a\nAsien;1\nTürkei;2\n".encode("latin-1")) == [(3, 0, reason)]
    assert refused("name;a\nAsien;1\n".encode("utf-16")) == [(1, 0, reason)]


def test_size_rows_and_columns_have_a_limit() -> None:
    reason = "The file has 1.3 MB; at most 1 MB are read. Please upload the table alone."
    assert refused(b"year;a\n" + b"2020;1\n" * 200_000) == [(0, 0, reason)]
    rows = "".join(f"n{number};1\n" for number in range(datasets.MOST_ROWS + 1))
    assert refused(f"name;a\n{rows}") == [(2002, 0, "The table has more than 2000 rows.")]
    wide = ";".join(f"c{number}" for number in range(61))
    assert refused(f"{wide}\n") == [(1, 0, "The table has more than 60 columns.")]


def test_what_is_wrong_is_said_in_the_language_of_whoever_uploads() -> None:
    with translation.override("de"), pytest.raises(BrokenCSV) as caught:
        read("year;a\n2020;viel\n")
    assert str(caught.value) == (
        "Zeile 2, Spalte 2: „viel“ ist keine Zahl. Bitte nur Ziffern schreiben, ohne Einheit und ohne Tausendertrennzeichen."
    )


def test_an_update_says_what_it_changes() -> None:
    new = read("year;dead_and_missing;state\n2014;5550;final\n2024;9200;final\n2025;7667;final\n")
    assert compared(read(DEATHS), new) == [
        Difference("", "state", "", "+"),
        Difference("2024", "dead_and_missing", "8938", "9200"),
        Difference("2025", "", "", "+"),
        Difference("2023", "", "+", ""),
        Difference("", "basis", "+", ""),
    ]
    assert compared(read(DEATHS), read(DEATHS.replace("5550", "5550.0"))) == []
    assert compared(None, new) == []


_words = st.text(
    st.characters(blacklist_categories=("Cc", "Cf", "Cs", "Zl", "Zp"), max_codepoint=0xFFFF), min_size=1, max_size=12
).map(lambda text: text.strip().lstrip("=+-@")).map(str.strip).filter(bool)  # fmt: skip
_numbers = st.none() | st.decimals(-(10**9), 10**9, places=2) | st.integers(-(10**12), 10**12).map(Decimal)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[str | Decimal | None]]]:
    """Return a header and rows, as a file may hold them."""
    reserved = {*datasets.NOTE_NAMES}
    name = _words.filter(lambda text: text.lower() not in reserved and not datasets.is_of_time(text))
    names = draw(st.lists(name.filter(lambda text: not datasets._NAME_BY_LANGUAGE.fullmatch(text)), min_size=2, max_size=4, unique=True))
    keys = draw(st.lists(_words, min_size=1, max_size=6, unique=True))
    width = len(names) - 1
    rows = [[key, *draw(st.lists(_numbers, min_size=width, max_size=width)), draw(_words | st.just(""))] for key in keys]
    return [*names, "note"], rows


@given(tables(), st.sampled_from([(";", "."), (";", ","), (",", "."), ("\t", ",")]))
def test_what_is_written_is_read_again_as_it_was(table: tuple[list[str], list[list[str | Decimal | None]]], marks: tuple[str, str]) -> None:
    header, rows = table
    # What stands in the first line decides what separates: a name holds none of the marks that could.
    header = [name.translate({ord(mark): "_" for mark in ";,\t"}).strip() for name in header]
    if len(set(header)) < len(header):
        return
    found = read(written(header, rows, *marks))
    assert list(found.header) == header
    assert [found.cells(row) for row in found.rows] == rows


@given(st.text(max_size=200) | st.binary(max_size=200))
def test_whatever_is_uploaded_is_read_or_refused(source: str | bytes) -> None:
    with suppress(BrokenCSV):
        assert read(source).rows
