"""The states of the desk where pages are listed and edited."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Page

from home.models import ContentPage
from tests.builders import make_alias, make_content_page, submit, translate, translate_texts
from tests.portal.admin.test_start import start
from tests.translation.desk.test_desk import CODES, change, page, shared_page, sign_in, state, version  # noqa: F401 (fixtures)
from translation.desk import withdrawing
from translation.desk.states import State

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


@pytest.mark.once
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


def submitted(page: Page, code: str) -> None:  # noqa: F811
    """Translate what changed and give it to the review."""
    translator = sign_in(f"uebersetzung-{code}")
    translation = submit(ContentPage.objects.get(pk=page.pk), code)
    translate_texts(translation)
    translator.post(reverse("translation_review", args=[page.pk, code]), {"do": "submit"})
    assert state(page, code) in (State.IN_REVIEW, State.WITHDRAWN)


def test_what_waits_for_a_review_says_so_everywhere_and_what_is_withdrawn_says_both(page: Page) -> None:  # noqa: F811
    change(page, lead="Ein anderer Satz.")
    withdrawing.withdraw([version(page, "ar")])
    for code in CODES:
        submitted(page, code)
    editor, both = sign_in("redaktion"), "zurückgezogen · in Prüfung"
    assert listed(editor, page.get_parent())["Rückkehr"] == ["EN in Prüfung", "UK fehlt", f"AR {both}", "LS fehlt"]
    soup = BeautifulSoup(editor.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content, "html.parser")
    panel = [cell.get_text() for cell in soup.select("[data-side-panel=translations] .portal-cell")]
    assert panel == ["in Prüfung", "fehlt", both, "fehlt"]
    soup = BeautifulSoup(editor.get(reverse("translation_desk"), {"q": "Rückkehr"}).content, "html.parser")
    assert [cell.get_text() for cell in soup.select("table.listing .portal-cell")] == panel
    soup = BeautifulSoup(editor.get(reverse("translation_desk_page", args=[page.pk])).content, "html.parser")
    assert [cell.get_text() for cell in soup.select("h2 .portal-cell")] == panel
    number, lines = start(sign_in("uebersetzung-ar"))["Die deutsche Seite wurde geändert"]
    assert (number, [line[-1] for line in lines]) == (1, [f"العربية · {both}"])
    # Whoever looks for the one or the other finds it, and it is counted as both.
    for name in ("in_review", "withdrawn"):
        soup = BeautifulSoup(editor.get(reverse("translation_desk"), {"language": "ar", "state": name}).content, "html.parser")
        assert [one.get_text() for one in soup.select("table.listing a bdi")] == ["Rückkehr"]
    totals = editor.get(reverse("translation_desk")).context["totals"]
    english, _ukrainian, arabic, _easy = ({one["state"]: one["number"] for one in total["states"]} for total in totals)
    assert (arabic[State.WITHDRAWN], arabic[State.IN_REVIEW], sum(arabic.values())) == (1, 1, sum(english.values()) + 1)


def chosen_from(client: Client, address: str) -> dict[str, list[str]]:
    """Return what the page chooser says of each page, by its title."""
    answer = client.get(address)
    html = answer.json()["html"] if answer["Content-Type"].startswith("application/json") else answer.text
    rows = BeautifulSoup(html, "html.parser").select("table.listing tbody tr")
    found = {row.select_one("td.title").get_text(" ", strip=True).split(" ")[0]: row for row in rows}
    return {title: [cell.get_text(" ", strip=True) for cell in row.select(".portal-cell")] for title, row in found.items()}


def test_the_page_chooser_says_the_same_with_one_query_more(page: Page) -> None:  # noqa: F811
    change(page, lead="Ein anderer Satz.")
    parent, editor = page.get_parent(), sign_in("redaktion")
    browse = reverse("wagtailadmin_choose_page_child", args=[parent.pk])
    expected = listed(editor, parent)
    found = chosen_from(editor, browse)
    assert {title: found[title] for title in expected} == expected
    arabic = version(parent, "ar")
    shown = chosen_from(sign_in("uebersetzung-ar"), reverse("wagtailadmin_choose_page_child", args=[arabic.pk]))
    assert ["veraltet"] in shown.values()
    search = f"{reverse('wagtailadmin_choose_page_search')}?q=R%C3%BCckkehr&locale=de"
    assert chosen_from(editor, search) == {"Rückkehr": expected["Rückkehr"]}
    with CaptureQueriesContext(connection) as queries:
        editor.get(browse)
    assert len([query for query in queries if "CASE WHEN" in query["sql"] and "withdrawn_at" in query["sql"]]) == 1
    # Whoever works in no language finds what Wagtail shows.
    assert set(map(tuple, chosen_from(sign_in("anfragen"), browse).values())) <= {()}
