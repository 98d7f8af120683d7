"""A service is made in the admin, previewed, published, translated, found and taken offline, on the served portal."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests import support

from .test_editing import DESK, choose, opened_preview, page_id, publish_translation, sign_in, translate_segment

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("editing"), pytest.mark.usefixtures("taken_back")]

MAKE = """
from home.models import OurWorkPage
from work.models import ServiceIndexPage, ThemePage
section = OurWorkPage.objects.get(locale__language_code='de')
index = ServiceIndexPage.objects.filter(locale__language_code='de').first()
pages = [ThemePage(title='Prüfthema'), *([] if index else [ServiceIndexPage(title='Alle Angebote')])]
for page in pages:
    section = OurWorkPage.objects.get(pk=section.pk)
    section.add_child(instance=page)
    page.save_revision().publish()
"""
REINDEX = "from search import indexing; from work.models import ServicePage; indexing.update(ServicePage.objects.all())"
ADDRESS = "from work.models import ServiceIndexPage; print(ServiceIndexPage.objects.get(locale__language_code='de').url)"
QUESTION = "Was kostet es?"
CHANGED = "Beratung jetzt ohne Termin."
CHANGED_ARABIC = "المشورة الآن من دون موعد."


def titles_in(page: Page, address: str) -> list[str]:
    """Return the titles of a list of results or entries that name the service of this test."""
    page.goto(address)
    found = [title.replace("\xad", "") for title in page.locator("main :is(h2, h3) a").all_inner_texts()]
    return [title for title in found if title in ("Quittenberatung", "مشورة السفرجل")]


def write_and_preview(editor: Page, theme: int) -> None:
    """Write a service with one answer, look at its preview and hand it in."""
    editor.goto(f"/admin/pages/add/work/servicepage/{theme}/")
    editor.fill("input[name=title]", "Quittenberatung")
    editor.fill("textarea[name=lead]", "Rat rund um die Quitte.")
    editor.select_option("select[name=audience]", "families")
    editor.wait_for_load_state("networkidle")
    editor.evaluate(
        """() => {
          const roots = [...document.querySelectorAll('*')].map((each) => each.rootBlock).filter(Boolean);
          const costs = roots.find((root) => root.prefix === 'costs' || root.blockDef.name === 'costs');
          if (!costs) throw new Error(JSON.stringify(roots.map((root) => [root.prefix, root.blockDef.name])));
          costs.insert({ type: 'text', value: costs.blockDef.initialChildStates.text, id: crypto.randomUUID() }, 0);
        }"""
    )
    editor.locator(".Draftail-Editor [contenteditable=true]").first.click()
    editor.keyboard.type("Der Quittenrat ist kostenlos.")
    # The text editor hands its text to the form a moment later.
    expect(editor.locator("input[name^='costs-'][name$='-value']")).to_have_value(re.compile("kostenlos"))
    preview = opened_preview(editor)
    expect(preview.locator(".answer h2")).to_have_text([QUESTION])
    expect(preview.locator("#costs")).to_have_text(QUESTION)
    preview.close()
    choose(editor, "button[name='action-submit']")
    editor.wait_for_url(re.compile(rf"/admin/pages/{theme}/"))


def translate_into_arabic(live_portal: support.Portal, translator: Page, service: int) -> None:
    """Submit the service, translate all of it and publish the translation."""
    translator.goto(f"/admin/localize/submit/page/{service}/")
    translator.locator("input[name=locales]").check()
    translator.locator("input[type=submit]").last.click()
    translator.wait_for_url(re.compile(r"/admin/pages/\d+/edit/"))
    arabic = page_id(
        live_portal, f"Page.objects.get(translation_key=Page.objects.get(pk={service}).translation_key, locale__language_code='ar').pk"
    )
    translator.goto(f"/admin/pages/{arabic}/edit/")
    for german, text in (
        ("Quittenberatung", "مشورة السفرجل"),
        ("Rat rund um die Quitte.", "مشورة حول السفرجل."),
        ("Der Quittenrat ist kostenlos.", "مشورة السفرجل مجانية."),
        (CHANGED, CHANGED_ARABIC),
    ):
        translate_segment(translator, german, text)
    publish_translation(translator)


def approve(moderator: Page, service: int, theme: int) -> None:
    """Publish what an editor has handed in."""
    moderator.goto(f"/admin/pages/{service}/edit/")
    moderator.wait_for_load_state("networkidle")
    choose(moderator, "button[data-workflow-action-name='approve']:not([data-workflow-action-modal-url])")
    moderator.wait_for_url(re.compile(rf"/admin/pages/{theme}/"))


def change(editor: Page, service: int, theme: int) -> None:
    """Say what changes for readers, and hand the page in once more."""
    editor.goto(f"/admin/pages/{service}/edit/")
    editor.wait_for_load_state("networkidle")
    editor.get_by_role("textbox", name="Was ändert sich für Leserinnen und Leser?").fill(CHANGED)
    choose(editor, "button[name='action-submit']")
    editor.wait_for_url(re.compile(rf"/admin/pages/{theme}/"))


def told(page: Page, code: str) -> tuple[list[str], list[str]]:
    """Return what a language's list and its feed say of the changes of this test."""
    page.goto(f"/{code}/updates/")
    texts = page.locator("main .items > li p").all_inner_texts()
    feed = page.request.get(f"/{code}/updates.rss").text()
    known = (CHANGED, CHANGED_ARABIC)
    plain = [text.replace("\xa0", " ").replace("\xad", "").strip() for text in texts]
    return [text for text in plain if text in known], [text for text in known if f"<description>{text}</description>" in feed]


def test_a_service_is_made_previewed_published_translated_found_and_taken_offline(
    live_portal: support.Portal, open_page: Callable[..., Page]
) -> None:
    live_portal.manage("shell", "-c", MAKE)
    section = page_id(live_portal, "Page.objects.get(slug='unsere-arbeit', locale__language_code='de').pk")
    theme = page_id(live_portal, "Page.objects.get(title='Prüfthema', locale__language_code='de').pk")

    editor = sign_in(open_page("/admin/login/", **DESK), "redaktion")
    offered = {}
    for parent in (section, theme):
        editor.goto(f"/admin/pages/{parent}/add_subpage/")
        offered[parent] = [href.split("/")[-3] for href in editor.eval_on_selector_all(
            "main a[href*='/admin/pages/add/']", "links => links.map(link => link.getAttribute('href'))"
        )]  # fmt: skip
    assert ("themepage" in offered[section], "servicepage" in offered[section]) == (True, False)
    assert sorted(offered[theme]) == ["contentpage", "projectpage", "servicepage"]

    write_and_preview(editor, theme)
    service = page_id(live_portal, "Page.objects.get(title='Quittenberatung', locale__language_code='de').pk")

    moderator = sign_in(open_page("/admin/login/", **DESK), "freigabe")
    approve(moderator, service, theme)
    address = "/de/unsere-arbeit/pruefthema/quittenberatung/"
    visitor = open_page(address)
    expect(visitor.locator(".answer h2")).to_have_text([QUESTION])
    # Nobody said that anything changes.
    expect(visitor.locator(".changes")).to_have_count(0)
    assert told(visitor, "de") == ([], [])
    change(editor, service, theme)
    assert told(visitor, "de") == ([], [])
    approve(moderator, service, theme)
    visitor.goto(address)
    expect(visitor.locator(".changes li")).to_contain_text([CHANGED])
    assert [told(visitor, code) for code in ("de", "ar")] == [([CHANGED], [CHANGED]), ([], [])]

    translate_into_arabic(live_portal, sign_in(open_page("/admin/login/", **DESK), "uebersetzung-ar"), service)
    live_portal.manage("shell", "-c", REINDEX)
    index = live_portal.manage("shell", "-c", ADDRESS)
    address = re.search(r"/de/\S+", index)[0]
    assert titles_in(visitor, f"{address}?audience=families") == ["Quittenberatung"]
    assert titles_in(visitor, "/de/suche/?q=Quittenrat&type=service") == ["Quittenberatung"]
    visitor.goto("/ar/")
    arabic_search = visitor.locator("form[role=search]").first.get_attribute("action")
    assert titles_in(visitor, f"{arabic_search}?q=السفرجل&type=service") == ["مشورة السفرجل"]
    visitor.get_by_role("link", name="مشورة السفرجل").first.click()
    expect(visitor.locator("#costs")).to_have_text("كم يكلّف ذلك؟")
    expect(visitor.locator(".changes li")).to_contain_text([CHANGED_ARABIC])
    assert [told(visitor, code) for code in ("de", "ar")] == [([CHANGED], [CHANGED]), ([CHANGED_ARABIC], [CHANGED_ARABIC])]

    moderator.goto(f"/admin/pages/{service}/unpublish/")
    with moderator.expect_navigation():
        moderator.locator("main form [type=submit]").last.click()
    assert titles_in(visitor, f"{address}?audience=families") == []
    assert titles_in(visitor, "/de/suche/?q=Quittenrat&type=service") == []
    assert titles_in(visitor, f"{arabic_search}?q=السفرجل&type=service") == []
