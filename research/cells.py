"""Single cells of a table: what other pages show of a data set. Pure."""

from __future__ import annotations

from django.utils.translation import pgettext

from portal.facts.figures import Cell

from .datasets import Row, Table


def column_of(table: Table, column: str) -> str:
    """Return the column that is meant: without a name the first one with numbers; nothing where there is no such column of numbers."""
    return column if column in table.measures else ("" if column else table.measures[0])


def cell(table: Table | None, row: str, column: str) -> Cell | None:
    """Return a cell with a number; without a row the newest one of a series. None where there is none."""
    if table is None or not (name := column_of(table, column)):
        return None
    place = table.measures.index(name)
    rows = [table.by_key[row]] if row in table.by_key else [] if row else _newest_first(table)
    known = ((one, one.numbers[place]) for one in rows)
    return next((Cell(number, one.key, one.key if table.is_series else "") for one, number in known if number is not None), None)


def _newest_first(table: Table) -> list[Row]:
    return sorted(table.rows, key=lambda row: row.key, reverse=True) if table.is_series else []


def problem(table: Table | None, row: str, column: str) -> dict[str, str]:
    """Return why a cell cannot be shown elsewhere, by `row` or `column`; nothing where it can."""
    if table is None:
        return {"dataset": pgettext("admin", "This page has no table yet.")}
    if not column_of(table, column):
        text = pgettext("admin", "The table has no column of numbers “%(name)s”. It has: %(known)s.")
        return {"column": text % {"name": column, "known": ", ".join(table.measures)}}
    if not row and not table.is_series:
        return {"row": pgettext("admin", "The rows of this table follow no time: which one is meant?")}
    if row and row not in table.by_key:
        text = pgettext("admin", "The table has no row “%(name)s”. It has: %(known)s.")
        return {"row": text % {"name": row, "known": ", ".join(list(table.by_key)[-30:])}}
    if cell(table, row, column) is None:
        return {"row": pgettext("admin", "There is no number in this cell.")}
    return {}
