"""An office is made in the admin, previewed, published, translated, found on the map with the keyboard and taken offline."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests import support

from .test_editing import DESK, choose, opened_preview, page_id, publish_translation, sign_in, translate_segment

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("editing"), pytest.mark.usefixtures("taken_back")]

MAKE = """
from about.models import OfficeIndexPage
from home.models import WhoWeArePage
section = WhoWeArePage.objects.get(locale__language_code='de')
page = OfficeIndexPage(title='Prüfstandorte')
section.add_child(instance=page)
page.save_revision().publish()
"""
REINDEX = "from search import indexing; from about.models import OfficePage; indexing.update(OfficePage.objects.all())"
ADDRESS = "from about.models import OfficeIndexPage; print(OfficeIndexPage.objects.get(title='Prüfstandorte', alias_of=None).url)"


def titles_in(page: Page, address: str) -> list[str]:
    """Return the titles of a list of results or entries that name the office of this test."""
    page.goto(address)
    found = [title.replace("\xad", "") for title in page.locator("main :is(h2, h3) a").all_inner_texts()]
    return [title for title in found if title in ("Quittenhof", "ساحة السفرجل")]


def write_and_preview(editor: Page, index: int) -> None:
    """Write an office with its Land, a language and its access, look at its preview and hand it in."""
    editor.goto(f"/admin/pages/add/about/officepage/{index}/")
    editor.fill("input[name=title]", "Quittenhof")
    editor.fill("textarea[name=lead]", "Rat rund um die Quitte.")
    editor.select_option("select[name=state]", "TH")
    editor.check("input[name=languages][value=ar]")
    editor.check("input[name=access][value=lift]")
    editor.fill("textarea[name=access_note]", "Bitte im Hof klingeln.")
    preview = opened_preview(editor)
    expect(preview.locator("section[aria-labelledby=office-access] li")).to_have_text(["Aufzug"])
    expect(preview.locator(".facts .chip")).to_have_text(["Arabisch"])
    preview.close()
    choose(editor, "button[name='action-submit']")
    editor.wait_for_url(re.compile(rf"/admin/pages/{index}/"))


def translate_into_arabic(live_portal: support.Portal, translator: Page, office: int) -> None:
    """Submit the office, translate all of it and publish the translation."""
    translator.goto(f"/admin/localize/submit/page/{office}/")
    translator.locator("input[name=locales]").check()
    translator.locator("input[type=submit]").last.click()
    translator.wait_for_url(re.compile(r"/admin/pages/\d+/edit/"))
    arabic = page_id(
        live_portal, f"Page.objects.get(translation_key=Page.objects.get(pk={office}).translation_key, locale__language_code='ar').pk"
    )
    translator.goto(f"/admin/pages/{arabic}/edit/")
    for german, text in (
        ("Quittenhof", "ساحة السفرجل"),
        ("Rat rund um die Quitte.", "مشورة حول السفرجل."),
        ("Bitte im Hof klingeln.", "يُرجى قرع الجرس في الساحة."),
    ):
        translate_segment(translator, german, text)
    publish_translation(translator)


def test_an_office_is_made_previewed_published_translated_found_and_taken_offline(
    live_portal: support.Portal, open_page: Callable[..., Page]
) -> None:
    live_portal.manage("shell", "-c", MAKE)
    index = page_id(live_portal, "Page.objects.get(title='Prüfstandorte', locale__language_code='de').pk")
    editor = sign_in(open_page("/admin/login/", **DESK), "redaktion")
    write_and_preview(editor, index)
    office = page_id(live_portal, "Page.objects.get(title='Quittenhof', locale__language_code='de').pk")

    moderator = sign_in(open_page("/admin/login/", **DESK), "freigabe")
    moderator.goto(f"/admin/pages/{office}/edit/")
    moderator.wait_for_load_state("networkidle")
    choose(moderator, "button[data-workflow-action-name='approve']:not([data-workflow-action-modal-url])")
    moderator.wait_for_url(re.compile(rf"/admin/pages/{index}/"))

    # The map with the keyboard alone, without JavaScript: from the Land to its entry, from there to the office.
    address = re.search(r"/de/\S+", live_portal.manage("shell", "-c", ADDRESS))[0]
    visitor = open_page(address, java_script_enabled=False)
    expect(visitor.get_by_role("link", name="Thüringen")).to_have_count(1)
    visitor.locator("svg.tiles a").focus()
    visitor.keyboard.press("Enter")
    expect(visitor).to_have_url(re.compile(r"#land-th$"))
    visitor.keyboard.press("Tab")
    visitor.keyboard.press("Enter")
    expect(visitor.locator("h1")).to_have_text("Quittenhof")

    translate_into_arabic(live_portal, sign_in(open_page("/admin/login/", **DESK), "uebersetzung-ar"), office)
    live_portal.manage("shell", "-c", REINDEX)
    visitor = open_page("/ar/")
    assert titles_in(visitor, f"{address}?language=ar") == ["Quittenhof"]
    assert titles_in(visitor, "/de/suche/?q=Quittenhof&type=office") == ["Quittenhof"]
    visitor.goto("/ar/")
    arabic_search = visitor.locator("form[role=search]").first.get_attribute("action")
    assert titles_in(visitor, f"{arabic_search}?q=السفرجل&type=office") == ["ساحة السفرجل"]
    visitor.get_by_role("link", name="ساحة السفرجل").first.click()
    expect(visitor.locator("section[aria-labelledby=office-access] li")).to_have_text(["مصعد"])

    moderator.goto(f"/admin/pages/{office}/unpublish/")
    with moderator.expect_navigation():
        moderator.locator("main form [type=submit]").last.click()
    assert titles_in(visitor, address) == []
    assert visitor.locator("svg.tiles").count() == 0
    assert titles_in(visitor, f"{arabic_search}?q=السفرجل&type=office") == []
