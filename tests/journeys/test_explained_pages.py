"""A theme, a page of questions and a page for the press: made, previewed, published, translated, found and taken offline, in one portal."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

import pytest
from playwright.sync_api import Page, expect

from tests import support

from .test_editing import DESK, choose, opened_preview, page_id, publish_translation, sign_in, translate_segment

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("editing"), pytest.mark.usefixtures("taken_back")]


class Kind(NamedTuple):
    """A kind of page: its type, below which page of the journey it is made, its titles."""

    model: str
    parent: str
    german: str
    arabic: str


KINDS = (
    Kind("work.ThemePage", "section", "Quittenfeld", "حقل السفرجل"),
    Kind("home.ContentPage", "page", "Quittenfragen", "أسئلة السفرجل"),
    # One may lie below a page: a second one that a draft made would be refused.
    Kind("about.PressPage", "page", "Quittenpresse", "صحافة السفرجل"),
)
TEXTS = {
    "Rund um die Quitte.": "كل شيء عن السفرجل.",
    "Was kostet der Quittenrat?": "كم تكلف مشورة السفرجل؟",
    "Der Quittenrat kostet nichts.": "مشورة السفرجل مجانية.",
}
LEAD, QUESTION, ANSWER = TEXTS

MAKE = """
from home.models import ContentPage, OurWorkPage, WhoWeArePage
page = ContentPage(title='Quittenseite')
WhoWeArePage.objects.get(locale__language_code='de').add_child(instance=page)
page.save_revision().publish()
print('PARENTS', OurWorkPage.objects.get(locale__language_code='de').pk, page.pk)
"""
REINDEX = """
from django.apps import apps
from search import indexing
for name in {models}:
    indexing.update(apps.get_model(name).objects.filter(title__in={titles}))
"""


def titles_in(page: Page, address: str) -> list[str]:
    """Return the titles of this test among the results of a search."""
    page.goto(address)
    found = [title.replace("\xad", "") for title in page.locator("main :is(h2, h3) a").all_inner_texts()]
    return sorted(title for title in found if any(title in (kind.german, kind.arabic) for kind in KINDS))


def write_and_preview(editor: Page, kind: Kind, parent: int) -> None:
    """Write a page with a question and its answer, look at its preview and hand it in."""
    editor.goto(f"/admin/pages/add/{kind.model.lower().replace('.', '/')}/{parent}/")
    editor.fill("input[name=title]", kind.german)
    editor.fill("textarea[name=lead]", LEAD)
    editor.wait_for_load_state("networkidle")
    editor.evaluate(
        """() => {
          const roots = [...document.querySelectorAll('*')].map((each) => each.rootBlock).filter(Boolean);
          const body = roots.find((root) => root.prefix === 'body' || root.blockDef.name === 'body');
          body.insert({ type: 'accordion', value: body.blockDef.initialChildStates.accordion, id: crypto.randomUUID() }, 0);
        }"""
    )
    editor.locator("[name^='body-0-'][name$='-question']").fill(QUESTION)
    editor.locator("[data-contentpath=body] .Draftail-Editor [contenteditable=true]").first.click()
    editor.keyboard.type(ANSWER)
    # The text editor hands its text to the form a moment later.
    expect(editor.locator("input[name^='body-0-'][name$='-answer']")).to_have_value(re.compile("kostet nichts"))
    preview = opened_preview(editor)
    expect(preview.locator("h1")).to_have_text(kind.german)
    expect(preview.locator("main summary")).to_have_text([QUESTION])
    preview.close()
    choose(editor, "button[name='action-submit']")
    editor.wait_for_url(re.compile(rf"/admin/pages/{parent}/"))


def approve(moderator: Page, page: int, parent: int) -> None:
    """Publish what an editor has handed in."""
    moderator.goto(f"/admin/pages/{page}/edit/")
    moderator.wait_for_load_state("networkidle")
    choose(moderator, "button[data-workflow-action-name='approve']:not([data-workflow-action-modal-url])")
    moderator.wait_for_url(re.compile(rf"/admin/pages/{parent}/"))


def translate_into_arabic(live_portal: support.Portal, translator: Page, kind: Kind, page: int) -> None:
    """Submit a page, translate all of it and publish the translation."""
    translator.goto(f"/admin/localize/submit/page/{page}/")
    translator.locator("input[name=locales]").check()
    translator.locator("input[type=submit]").last.click()
    translator.wait_for_url(re.compile(r"/admin/pages/\d+/edit/"))
    key = f"translation_key=Page.objects.get(pk={page}).translation_key"
    arabic = page_id(live_portal, f"Page.objects.get({key}, locale__language_code='ar').pk")
    translator.goto(f"/admin/pages/{arabic}/edit/")
    for german, text in {kind.german: kind.arabic, **TEXTS}.items():
        translate_segment(translator, german, text)
    publish_translation(translator)


def read(visitor: Page, title: str, code: str) -> None:
    """Follow a result to the page; its question opens to show the answer."""
    visitor.get_by_role("link", name=title, exact=True).first.click()
    expect(visitor.locator("h1")).to_have_text(title)
    question, answer = (QUESTION, ANSWER) if code == "de" else (TEXTS[QUESTION], TEXTS[ANSWER])
    visitor.locator("summary", has_text=question).click()
    expect(visitor.get_by_text(answer)).to_be_visible()


def test_they_are_made_previewed_published_translated_found_and_taken_offline(
    live_portal: support.Portal, open_page: Callable[..., Page]
) -> None:
    section, below = map(int, re.search(r"PARENTS (\d+) (\d+)", live_portal.manage("shell", "-c", MAKE)).groups())
    parents = {"section": section, "page": below}
    for kind in KINDS:
        # Each in a browser of its own: an open panel is remembered, and its button would close it.
        write_and_preview(sign_in(open_page("/admin/login/", **DESK), "redaktion"), kind, parents[kind.parent])
    pages = {kind: page_id(live_portal, f"Page.objects.get(title='{kind.german}', locale__language_code='de').pk") for kind in KINDS}

    moderator = sign_in(open_page("/admin/login/", **DESK), "freigabe")
    translator = sign_in(open_page("/admin/login/", **DESK), "uebersetzung-ar")
    for kind, page in pages.items():
        approve(moderator, page, parents[kind.parent])
        translate_into_arabic(live_portal, translator, kind, page)
    titles = [title for kind in KINDS for title in (kind.german, kind.arabic)]
    reindex = REINDEX.format(models=[kind.model for kind in KINDS], titles=titles)
    live_portal.manage("shell", "-c", reindex)

    visitor = open_page("/ar/")
    action = visitor.locator("form[role=search]").first.get_attribute("action")
    searches = {"de": "/de/suche/?q=Quittenrat", "ar": f"{action}?q=السفرجل"}
    for code, address in searches.items():
        own = [kind.german if code == "de" else kind.arabic for kind in KINDS]
        assert titles_in(visitor, address) == sorted(own)
        for title in own:
            visitor.goto(address)
            read(visitor, title, code)
    assert titles_in(visitor, f"{searches['de']}&type=theme") == ["Quittenfeld"]

    for page in pages.values():
        moderator.goto(f"/admin/pages/{page}/unpublish/")
        with moderator.expect_navigation():
            moderator.locator("main form [type=submit]").last.click()
    assert [titles_in(visitor, address) for address in searches.values()] == [[], []]
