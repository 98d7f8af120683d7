"""A fact in the browser, on the served portal: inserted without a value, shown once there is one, in two languages."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests import support
from tests.journeys.conftest import Places
from tests.journeys.test_editing import DESK, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.content, pytest.mark.xdist_group("editing"), pytest.mark.usefixtures("taken_back")]

FACT = "Telefon, Presse"


def boxes(page: Page, address: str) -> list[list[str]]:
    """Return the boxes of contacts on a page, line by line."""
    page.goto(address)
    return [box.split("\n") for box in page.locator(".contact").all_inner_texts()]


def give(page: Page, value: str) -> None:
    """Give the fact a value in the admin, or take it away."""
    page.goto("/admin/snippets/portal/fact/?q=Presse")
    page.get_by_role("link", name=FACT, exact=True).first.click()
    page.fill("input[name=value]", value)
    page.get_by_role("button", name="Speichern").first.click()
    page.wait_for_load_state("networkidle")


def test_a_fact_is_inserted_without_a_value_and_shows_once_it_has_one(
    live_portal: support.Portal, places: Places, open_page: Callable[..., Page]
) -> None:
    editor = sign_in(open_page("/admin/login/", **DESK), "admin")
    reader = open_page("/de/")
    german, arabic = (places.at("/de/kontakt/", code) for code in ("de", "ar"))
    before = {address.url: boxes(reader, address.url) for address in (german, arabic)}
    assert [box[0] for box in before[german.url]] == [
        "Familiennachzug: Beratung in Deutschland", "Härtefälle bei subsidiärem Schutz", "Fragen zur Rückkehr", "Zentrale der IOM in Genf",
    ]  # fmt: skip

    editor.goto("/admin/reports/missing-facts/")
    expect(editor.locator("tr", has_text=FACT)).to_contain_text("Kontakt (Deutsch)")
    editor.goto("/admin/pages/search/?q=Ankommen")
    editor.locator("a[href$='/edit/']").first.click()
    text = editor.locator(".Draftail-Editor").first
    text.locator(".public-DraftEditor-content").click()
    editor.keyboard.press("Control+End")
    editor.keyboard.type(" Presse: /Angabe")
    editor.get_by_role("option", name=re.compile("Angabe")).first.click()
    editor.locator(".modal-body").get_by_role("link", name=FACT).click()
    expect(text.locator(".portal-fact--missing")).to_have_attribute("data-value", re.compile("noch kein Wert"))

    give(editor, "+49 30 5550100")
    for address, name in ((german, "Presse"), (arabic, "الصحافة")):
        assert boxes(reader, address.url) == [*before[address.url], [name, "+49 30 5550100"]]
        expect(reader.locator("a[href='tel:+49305550100'] bdi")).to_have_attribute("dir", "ltr")
    give(editor, "")
    for address in (german, arabic):
        assert boxes(reader, address.url) == before[address.url]
