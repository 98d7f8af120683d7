"""The files of a data set: as CSV for the reader's sheets, as CSV as it was uploaded, as JSON; and the tables that it had before."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import translation
from django.utils.formats import get_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.discovery.head import absolute
from portal.language.languages import SOURCE_LANGUAGE

from . import history
from . import pictures as chart_pictures
from .datasets import Table, written

if TYPE_CHECKING:
    from .models import DataPage

BYTE_ORDER_MARK = "\ufeff"
"""By it sheets know that a file is in UTF-8."""

FORMATS: dict[str, tuple[str | Promise, str]] = {
    "csv": (_("CSV for spreadsheets"), "text/csv"),
    "original.csv": (_("Original CSV"), "text/csv"),
    "json": (_("JSON"), "application/json"),
}
"""The files by the end of their names: what each is called, its type."""


@dataclass(frozen=True)
class File:
    """A file to take along."""

    title: str | Promise
    url: str
    media_type: str


@dataclass(frozen=True)
class EarlierFile:
    """A table that stood here from one day to another."""

    since: datetime.date
    until: datetime.date
    url: str


def downloads(page: DataPage) -> list[File]:
    """Return the files of a data set in the language of its page."""
    with translation.override(page.language_code):
        return [
            File(title, reverse("data_file", kwargs={"key": page.translation_key, "name": name}), media_type)
            for name, (title, media_type) in FORMATS.items()
        ]


def pictures(page: DataPage, drawn: Mapping[str, object]) -> list[File]:
    """Return the picture of the chart, where there is one."""
    if not chart_pictures.fits(drawn):
        return []
    with translation.override(page.language_code):
        url = reverse("data_file", kwargs={"key": page.translation_key, "name": chart_pictures.NAME})
    return [File(_("Picture of the chart (PNG)"), url, chart_pictures.MEDIA_TYPE)]


def earlier(page: DataPage) -> list[EarlierFile]:
    """Return the tables that a data set had before, newest first."""
    with translation.override(page.language_code):
        return [
            EarlierFile(one.since, one.until, reverse("data_version", kwargs={"key": page.translation_key, "version": one.key}))
            for one in history.earlier(page.translation_key)
        ]


def original(csv: str) -> str:
    """Return a table as it was uploaded, with the line ends of RFC 4180."""
    return f"{csv.strip(chr(10))}\n".replace("\n", "\r\n")


def for_sheets(page: DataPage, table: Table) -> str:
    """Return a table in words and numbers of the active language; where decimals have a comma, semicolons stand between the cells."""
    mark = str(get_format("DECIMAL_SEPARATOR"))
    columns = [table.names[0], *(name for name in table.header if name not in table.names)]
    rows: list[list[str | Decimal | None]] = []
    for row in table.rows:
        cells = dict(zip(table.header, table.cells(row), strict=True))
        words = [page.words.label(cell).text if name in table.notes and isinstance(cell, str) else cell for name, cell in cells.items()]
        known = dict(zip(cells, words, strict=True))
        name = row.key if table.is_series else page.words.row(table, row).text
        rows.append([name, *(known[column] for column in columns[1:])])
    header = [page.words.label(name).text for name in columns]
    return BYTE_ORDER_MARK + written(header, rows, ";" if mark == "," else ",", mark)


def as_json(page: DataPage, table: Table) -> str:
    """Return a data set for programs: what it is, its columns, its rows; a gap is `null`."""
    sources = [
        {"title": source.title, "url": source.url, "authority": source.authority, "date": source.date.machine if source.date else ""}
        for source in page.source_list
    ]
    columns = [
        {"name": name, "title": page.words.label(name).text, "type": "number" if name in table.measures else "string"}
        for name in table.header
    ]
    rows = [dict(zip(table.header, map(_plain, table.cells(row)), strict=True)) for row in table.rows]
    data = {
        "title": page.title,
        "language": page.language_code,
        "url": absolute(page.address),
        "counted": page.counted,
        "notes": page.notes,
        "edition": page.edition,
        "licence": page.licence_url or None,
        "sources": [{key: value for key, value in source.items() if value} for source in sources],
        "columns": columns,
        "rows": rows,
    }
    return json.dumps(data, ensure_ascii=False, indent=1)


def _plain(cell: str | Decimal | None) -> str | int | float | None:
    if isinstance(cell, Decimal):
        return int(cell) if cell == cell.to_integral_value() else float(cell)
    return cell


def content(page: DataPage, table: Table, name: str) -> str:
    """Return one of the files."""
    if name == "csv":
        return for_sheets(page, table)
    if name == "json":
        return as_json(page, table)
    csv = page.csv if page.language_code == SOURCE_LANGUAGE else history.published_csv(page.translation_key)
    return original(csv or page.csv)
