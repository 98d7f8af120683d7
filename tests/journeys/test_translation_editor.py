"""A translator and a reviewer in the editor of a translation: keys alone, autosave, two people at one text, the preview."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests import support
from tests.journeys.test_editing import sign_in
from tests.looks import axe_violations

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("editing")]

MAKE = """
from home.models import ContentPage
from translation import cascades
from translation.upstream import bulk
from wagtail.models import Locale, Page
from wagtail_localize.models import Translation
section = Page.objects.get(slug='unsere-arbeit', locale__language_code='de')
page = ContentPage(title={title!r}, lead='Zuerst der Vorspann.', locale=section.locale, live=False)
text = '<p>Fragen Sie <a href="https://example.org/">das Amt</a>.</p>'
page.body = ContentPage._meta.get_field('body').to_python([{{'type': 'text', 'value': text}}])
section.add_child(instance=page)
page.save_revision().publish()
cascades.make_followers(page)
source = bulk.write_sources([page])[page.translation_key].source
uk = Locale.objects.get(language_code='uk')
bulk.open_translations([(source, uk.pk)])
print('ID', Translation.objects.get(source=source, target_locale=uk).pk)
"""
DELETE = "from wagtail.models import Page; Page.objects.get(title={title!r}, locale__language_code='de').specific.delete()"


def stored(page: Page) -> None:
    expect(page.locator("[data-status]")).to_have_text("Gespeichert")


def text_of(page: Page, number: int) -> Locator:
    return page.locator(".portal-segment__editor").nth(number)


def test_a_page_is_translated_with_keys_and_nobody_overwrites_anybody(live_portal: support.Portal, open_page: Callable[..., Page]) -> None:
    title = f"Tastatur {uuid.uuid4().hex[:8]}"
    output = live_portal.manage("shell", "-c", MAKE.format(title=title))
    address = f"/admin/translations/edit/{output.split('ID ')[1].split()[0]}/"
    translator = sign_in(open_page("/admin/login/", bypass_csp=True), "uebersetzung-uk")
    reviewer = sign_in(open_page("/admin/login/"), "freigabe")
    translator.goto(f"{address}#next")
    reviewer.goto(address)
    keys = translator.keyboard

    # The first text that is open has the focus; each is stored by the key that leads on.
    expect(text_of(translator, 0)).to_be_focused()
    keys.type("Клавіатура")
    keys.press("Control+Enter")
    expect(text_of(translator, 1)).to_be_focused()
    keys.type("Спершу вступ.")
    stored(translator)
    keys.press("Alt+n")
    expect(text_of(translator, 2)).to_be_focused()
    keys.press("Alt+c")
    expect(text_of(translator, 2).locator(".portal-chip")).to_have_text(["1▸", "◂1"])
    keys.press("Control+a")
    keys.press("Delete")
    keys.type("Запитайте у відомстві.")
    expect(translator.locator(".portal-findings-list .is-blocking")).to_have_count(1)
    # A link is put around what is selected, by its number.
    keys.press("Home")
    for _letter in range(len("Запитайте")):
        keys.press("Shift+ArrowRight")
    keys.press("Alt+1")
    expect(translator.locator(".portal-findings-list .is-blocking")).to_have_count(0)
    expect(translator.locator("[data-progress]")).to_have_text("3 von 3 Texten")
    translator.reload()
    fields = translator.locator(".portal-segment textarea")
    assert [field.input_value() for field in fields.all()] == ["Клавіатура", "Спершу вступ.", "⟦a1⟧Запитайте⟦/a1⟧ у відомстві."]

    # Whoever had opened the page before sees what was written meanwhile, loses nothing of their own, and chooses.
    text_of(reviewer, 1).fill("Передмова.")
    conflict = reviewer.locator(".portal-segment__conflict")
    expect(conflict.locator(".portal-text")).to_have_text("Спершу вступ.")
    expect(text_of(reviewer, 1)).to_have_text("Передмова.")
    conflict.get_by_role("button", name="Meine behalten").click()
    stored(reviewer)
    translator.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(text_of(translator, 1)).to_have_text("Передмова.")

    text_of(translator, 1).focus()
    translator.keyboard.press("Alt+v")
    shown = translator.frame_locator("[data-preview] iframe")
    expect(shown.locator("[data-lit]")).to_have_text("Передмова.")
    translator.keyboard.press("Alt+v")
    for width in (1280, 768):
        translator.set_viewport_size({"width": width, "height": 900})
        assert axe_violations(translator) == []
    assert (translator.errors, reviewer.errors) == ([], [])
    live_portal.manage("shell", "-c", DELETE.format(title=title))
