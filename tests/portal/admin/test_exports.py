"""What the admin writes as CSV or XLSX is safe to open: every address that exports anything is asked."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from openpyxl import load_workbook
from wagtail.admin.views.mixins import SpreadsheetExportMixin
from wagtail.contrib.redirects.models import Redirect
from wagtail.log_actions import log

from portal.admin import exports
from search.models import AskedQuery, Synonyms
from tests.builders import make_content_page, make_home, make_topic, translate

pytestmark = pytest.mark.django_db

FORMULA = '=hyperlink("http://example.org";"x")'


def exporting(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[tuple[str, type]]:
    """Yield the addresses of all views that write spreadsheets, those with parameters too."""
    for pattern in patterns:
        address = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from exporting(pattern.url_patterns, address)
        else:
            view = getattr(pattern.callback, "view_class", None)
            initial = getattr(pattern.callback, "view_initkwargs", {})
            if view and issubclass(view, SpreadsheetExportMixin) and (initial.get("list_export") or view.list_export):
                yield address, view


@pytest.fixture
def data() -> None:
    home = make_home()
    page = make_content_page(home, title=FORMULA, slug="formel")
    page.locked = True
    page.save()
    translate(page, title=FORMULA)
    make_topic(FORMULA)
    log(page, "wagtail.edit")
    for query in (FORMULA, "+49 30", "@x", "-1", "\t=1"):
        AskedQuery.objects.create(day=datetime.date(2026, 1, 1), language="de", query=query, searches=1, results=1)
    Synonyms.objects.create(locale=home.locale, expressions=f"{FORMULA}\nx")
    Redirect.objects.create(old_path="/alt", redirect_link=FORMULA)


def test_every_export_is_text(admin_client: Client, data: None) -> None:
    found = dict(exporting(get_resolver().url_patterns))
    addresses = [f"/{address}" for address in found if "<" not in address and "(?P" not in address]
    assert {"/admin/reports/website-search/", "/admin/redirects/"} <= set(addresses)
    assert any(address.endswith("reports/translations/") for address in addresses), addresses
    held = 0
    for address in addresses:
        response = admin_client.get(address, {"export": "csv"})
        assert (address, response.status_code, response["Content-Type"]) == (address, 200, "text/csv")
        text = response.getvalue().decode()
        assert text.startswith(exports.BYTE_ORDER_MARK), address
        cells = [cell for row in csv.reader(io.StringIO(text[1:])) for cell in row]
        assert [cell for cell in cells if cell[:1] in "=+-@\t\r" and cell] == [], address
        held += f"'{FORMULA}" in cells
        workbook = load_workbook(io.BytesIO(admin_client.get(address, {"export": "xlsx"}).getvalue()))
        kinds = {cell.data_type for row in workbook.active.iter_rows() for cell in row}
        assert "f" not in kinds, address
    assert held >= 3


@pytest.mark.parametrize(
    ("value", "expected"),
    [("=1", "'=1"), ("+1", "'+1"), ("-1", "'-1"), ("@a", "'@a"), ("\ta", "'\ta"), ("\ra", "'\ra"), ("a=1", "a=1"), (-1, -1), ("", "")],
)
def test_what_looks_like_a_formula_is_quoted(value: object, expected: object) -> None:
    assert exports.safe(value, "csv") == expected


def test_views_with_parameters_share_the_same_code() -> None:
    for address, view in exporting(get_resolver().url_patterns):
        assert view.preprocess_field_value is SpreadsheetExportMixin.preprocess_field_value, address
        assert view.stream_csv is SpreadsheetExportMixin.stream_csv, address
