"""The states of the desk where pages are listed and edited."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Page

from tests.builders import make_alias, make_content_page, translate
from tests.portal.admin.test_start import start
from tests.translation.desk.test_desk import CODES, change, page, shared_page, sign_in, version  # noqa: F401 (fixtures)
from translation.desk import withdrawing

pytestmark = pytest.mark.django_db


def listed(client: Client, parent: Page, **query: str) -> dict[str, list[str]]:
    """Return what the explorer says of each page below another one, by its title."""
    soup = BeautifulSoup(client.get(reverse("wagtailadmin_explore", args=[parent.pk]), query).content, "html.parser")
    found = {}
    for row in soup.select("table.listing tbody tr"):
        title = row.select_one("td.title .title-wrapper a").get_text(strip=True)
        found[title] = [cell.get_text(" ", strip=True) for cell in row.select(".portal-cell")]
    return found


def test_the_explorer_says_what_the_matrix_says(page: Page) -> None:  # noqa: F811
    change(page, lead="Ein anderer Satz.")
    parent, editor = page.get_parent(), sign_in("redaktion")
    assert listed(editor, parent) == {
        "Rückkehr": ["EN veraltet", "UK fehlt", "AR veraltet", "LS fehlt"],
        "Asyl": ["EN nicht übersetzt", "UK fehlt", "AR nicht übersetzt", "LS fehlt"],
    }
    # Of a version its own.
    arabic = version(parent, "ar")
    assert sorted(listed(sign_in("uebersetzung-ar"), arabic).values()) == [["nicht übersetzt"], ["veraltet"]]


def test_the_explorer_finds_what_is_missing_or_out_of_date_in_a_language(page: Page) -> None:  # noqa: F811
    parent, editor = page.get_parent(), sign_in("redaktion")
    change(page, lead="Ein anderer Satz.")
    translate(page, "en")
    withdrawing.withdraw([version(page, "ar")])
    assert [*listed(editor, parent, missing_in="en")] == ["Asyl"]
    assert [*listed(editor, parent, missing_in="uk")] == ["Rückkehr", "Asyl"]
    assert [*listed(editor, parent, outdated_in="en")] == []
    assert [*listed(editor, parent, outdated_in="ar")] == ["Rückkehr"]
    assert [*listed(editor, parent, missing_in="en", q="Asyl")] == ["Asyl"]
    assert [*listed(editor, parent, missing_in="en", q="Rückkehr")] == []


def test_the_explorer_asks_as_little_for_twenty_pages_as_for_two(page: Page) -> None:  # noqa: F811
    editor, parent = sign_in("redaktion"), page.get_parent()
    address = reverse("wagtailadmin_explore", args=[parent.pk])

    def asked() -> int:
        editor.get(address)
        with CaptureQueriesContext(connection) as found:
            editor.get(address)
        # What the desk asks beside Wagtail and wagtail-localize, whose buttons ask for each page.
        return len([query for query in found if "withdrawn_at" in query["sql"] or "wagtail_localize_stringsegment" in query["sql"]])

    few = asked()
    for number in range(18):
        for code in CODES:
            make_alias(make_content_page(parent.specific, f"Seite {number} {code}"), code)
    assert (few, asked()) == (4, 4)


def test_beside_the_form_stands_what_the_page_is_in_each_language(page: Page) -> None:  # noqa: F811
    change(page, lead="Ein anderer Satz.")
    withdrawing.withdraw([version(page, "ar")])
    soup = BeautifulSoup(sign_in("redaktion").get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content, "html.parser")
    panel = soup.select_one("[data-side-panel=translations]")
    names = [name.get_text() for name in panel.select("dt")]
    assert names == ["English", "Українська", "العربية", "Leichte Sprache"]
    assert [cell.get_text() for cell in panel.select(".portal-cell")] == ["veraltet", "fehlt", "zurückgezogen", "fehlt"]
    assert panel.select_one("a")["href"] == reverse("translation_desk_page", args=[page.pk])


def test_the_userbar_says_it_to_those_who_work_on_it(page: Page) -> None:  # noqa: F811
    change(page, lead="Ein anderer Satz.")
    address = reverse("translation_desk_page", args=[page.pk])

    def said(client: Client, code: str) -> list[str]:
        text = client.get(version(page, code).get_url()).text
        entry = text.partition(f'{address}" target="_parent"')[2].partition("</a>")[0]
        return [" ".join(line.get_text().split()) for line in BeautifulSoup(entry, "html.parser").select("small")]

    assert said(sign_in("redaktion"), "de") == ["English: veraltet", "Українська: fehlt", "العربية: veraltet", "Leichte Sprache: fehlt"]
    assert said(sign_in("uebersetzung-en"), "en") == ["English: veraltet"]
    assert (said(sign_in("anfragen"), "de"), said(Client(), "de")) == ([], [])


def test_the_start_page_names_what_is_out_of_date_in_the_own_languages(page: Page) -> None:  # noqa: F811
    def box(name: str) -> tuple[int, list[tuple[str, ...]]]:
        return start(sign_in(name)).get("Die deutsche Seite wurde geändert", (0, []))

    assert box("uebersetzung-ar") == (0, [])
    change(page, lead="Ein anderer Satz.")
    withdrawing.withdraw([version(page, "ar")])
    for name, expected in {"uebersetzung-ar": ["zurückgezogen"], "uebersetzung-en": ["veraltet"]}.items():
        number, lines = box(name)
        assert (number, [line[-1].split(" · ")[-1] for line in lines]) == (len(expected), expected)
