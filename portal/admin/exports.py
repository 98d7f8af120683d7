"""Spreadsheets that the admin hands out are safe to open: whatever visitors and editors typed stays text."""

from __future__ import annotations

import contextvars
import csv
import re
from collections.abc import Callable, Iterator
from functools import partial

from django.db.models import QuerySet
from wagtail.admin.views.mixins import Echo, SpreadsheetExportMixin

# A cell that begins so is taken for a formula: https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = re.compile("[=+\\-@\t\r\n＝＋－＠]")
# What a file in the format of Excel cannot hold.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")

BYTE_ORDER_MARK = "\ufeff"


def safe(value: object, export_format: str) -> object:
    """Return a value of a cell: text that looks like a formula comes with an apostrophe before it, in CSV.

    Cells of XLSX say that they are text; Wagtail sees to that.
    """
    if not isinstance(value, str):
        return value
    if export_format == SpreadsheetExportMixin.FORMAT_XLSX:
        return _CONTROLS.sub("", value)
    return f"'{value}" if _FORMULA.match(value) else value


def _for_whoever_asked(rows: Iterator[bytes]) -> Iterator[bytes]:
    """Return rows that are made while they are sent, for whom and in which language they were asked for: the request is over by then."""
    return iter(partial(contextvars.copy_context().run, next, rows, None), None)  # type: ignore[arg-type]


def apply() -> None:
    """Make every export of Wagtail's admin safe, those of reports, listings and apps alike.

    Wagtail 8 writes what was typed into CSV as it is, and without the mark by which Excel knows UTF-8. Its views share one mixin and no
    other point. This can go when Wagtail does it (its XLSX holds no formulas already).
    """
    preprocess: Callable[..., object] = SpreadsheetExportMixin.preprocess_field_value

    def preprocess_field_value(self: SpreadsheetExportMixin, field: str, value: object, export_format: str) -> object:
        return safe(preprocess(self, field, value, export_format), export_format)

    def stream_csv(self: SpreadsheetExportMixin, queryset: QuerySet) -> Iterator[bytes]:
        return _for_whoever_asked(rows(self, queryset))

    def rows(self: SpreadsheetExportMixin, queryset: QuerySet) -> Iterator[bytes]:
        writer = csv.DictWriter(Echo(), fieldnames=self.list_export)
        headings = {field: safe(self.get_heading(queryset, field), self.FORMAT_CSV) for field in self.list_export}
        yield BYTE_ORDER_MARK.encode() + writer.writerow(headings)
        for item in queryset:
            yield self.write_csv_row(writer, self.to_row_dict(item))

    SpreadsheetExportMixin.preprocess_field_value = preprocess_field_value
    SpreadsheetExportMixin.stream_csv = stream_csv
