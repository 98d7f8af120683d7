"""A project is made in the admin, previewed, published, translated, found, and has ended once its time has passed, on the served portal."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests import support

from .test_editing import DESK, choose, opened_preview, page_id, publish_translation, sign_in, translate_segment

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("editing"), pytest.mark.usefixtures("taken_back")]

MAKE = """
from home.models import OurWorkPage
from work.models import ProjectIndexPage, ThemePage
section = OurWorkPage.objects.get(locale__language_code='de')
index = ProjectIndexPage.objects.filter(locale__language_code='de').first()
for page in [ThemePage(title='Quittenthema'), *([] if index else [ProjectIndexPage(title='Alle Projekte')])]:
    section = OurWorkPage.objects.get(pk=section.pk)
    section.add_child(instance=page)
    page.save_revision().publish()
print('ADDRESS', ProjectIndexPage.objects.get(locale__language_code='de').url)
"""
REINDEX = "from search import indexing; from work.models import ProjectPage; indexing.update(ProjectPage.objects.all())"
LET_PASS = """
import datetime
from django.db.models import F
from portal.models import ListRow
from work.models import ProjectPage
days = datetime.timedelta(days=60)
for page in ProjectPage.objects.filter(title__in=['Quittenprojekt', 'مشروع السفرجل']):
    ProjectPage.objects.filter(pk=page.pk).update(starts_on=page.starts_on - days, ends_on=page.ends_on - days)
    ListRow.objects.filter(page=page).update(start=F('start') - days, end=F('end') - days)
"""
NAMES = ("Quittenprojekt", "مشروع السفرجل")


def titles_in(page: Page, address: str) -> list[str]:
    """Return the titles of a list of results or entries that name the project of this test."""
    page.goto(address)
    found = [title.replace("\xad", "") for title in page.locator("main :is(h2, h3) a").all_inner_texts()]
    return [title for title in found if title in NAMES]


def write_and_preview(editor: Page, theme: int) -> None:
    """Write a project that runs, look at its preview and hand it in."""
    editor.goto(f"/admin/pages/add/work/projectpage/{theme}/")
    today = datetime.date.today()
    editor.fill("input[name=title]", "Quittenprojekt")
    editor.fill("textarea[name=lead]", "Rat rund um die Quitte.")
    for name, days in (("starts_on", -10), ("ends_on", 30)):
        editor.fill(f"input[name={name}]", (today + datetime.timedelta(days=days)).strftime("%d.%m.%Y"))
        editor.keyboard.press("Escape")
    editor.fill("textarea[name=funders]", "Quittenfonds\nAuswärtiges Amt")
    preview = opened_preview(editor)
    expect(preview.locator(".facts .badge")).to_have_text(["Laufend"])
    expect(preview.locator(".facts dd").filter(has_text="Quittenfonds")).to_have_count(1)
    preview.close()
    choose(editor, "button[name='action-submit']")
    editor.wait_for_url(re.compile(rf"/admin/pages/{theme}/"))


def translate_into_arabic(live_portal: support.Portal, translator: Page, project: int) -> None:
    """Submit the project, translate all of it and publish the translation."""
    translator.goto(f"/admin/localize/submit/page/{project}/")
    translator.locator("input[name=locales]").check()
    translator.locator("input[type=submit]").last.click()
    translator.wait_for_url(re.compile(r"/admin/pages/\d+/edit/"))
    arabic = page_id(
        live_portal, f"Page.objects.get(translation_key=Page.objects.get(pk={project}).translation_key, locale__language_code='ar').pk"
    )
    translator.goto(f"/admin/pages/{arabic}/edit/")
    for german, text in (
        ("Quittenprojekt", "مشروع السفرجل"),
        ("Rat rund um die Quitte.", "مشورة حول السفرجل."),
        ("Quittenfonds", "صندوق السفرجل"),
    ):
        translate_segment(translator, german, text)
    publish_translation(translator)


def test_a_project_is_made_previewed_published_translated_found_and_ends(
    live_portal: support.Portal, open_page: Callable[..., Page]
) -> None:
    address = re.search(r"ADDRESS (?:https?://[^/]+)?(/de/\S+)", live_portal.manage("shell", "-c", MAKE))[1]
    theme = page_id(live_portal, "Page.objects.get(title='Quittenthema', locale__language_code='de').pk")
    write_and_preview(sign_in(open_page("/admin/login/", **DESK), "redaktion"), theme)
    project = page_id(live_portal, "Page.objects.get(title='Quittenprojekt', locale__language_code='de').pk")
    visitor = open_page(address)
    assert titles_in(visitor, f"{address}?status=running&funder=Quittenfonds") == []

    moderator = sign_in(open_page("/admin/login/", **DESK), "freigabe")
    moderator.goto(f"/admin/pages/{project}/edit/")
    moderator.wait_for_load_state("networkidle")
    choose(moderator, "button[data-workflow-action-name='approve']:not([data-workflow-action-modal-url])")
    moderator.wait_for_url(re.compile(rf"/admin/pages/{theme}/"))
    expect(open_page("/de/unsere-arbeit/quittenthema/quittenprojekt/").locator(".facts .badge")).to_have_text(["Laufend"])
    translate_into_arabic(live_portal, sign_in(open_page("/admin/login/", **DESK), "uebersetzung-ar"), project)
    live_portal.manage("shell", "-c", REINDEX)

    visitor.goto("/ar/")
    arabic_search = visitor.locator("form[role=search]").first.get_attribute("action")
    searches = (("/de/suche/?q=Quittenprojekt&type=project", "Quittenprojekt"), (f"{arabic_search}?q=السفرجل&type=project", NAMES[1]))
    assert titles_in(visitor, f"{address}?status=running&funder=Quittenfonds") == ["Quittenprojekt"]
    for words, passes in ((("Laufend", "جارٍ"), False), (("Abgeschlossen", "منتهٍ"), True)):
        if passes:
            # The index of the search keeps the dates, and not what follows from them.
            live_portal.manage("shell", "-c", LET_PASS)
            live_portal.manage("shell", "-c", REINDEX)
        for (search, title), word in zip(searches, words, strict=True):
            assert titles_in(visitor, search) == [title]
            expect(visitor.locator("main .metaline .badge").filter(has_text=word).first).to_be_visible()
            visitor.get_by_role("link", name=title).first.click()
            expect(visitor.locator(".facts .badge")).to_have_text([word])
            expect(visitor.locator("main .notice")).to_have_count(int(passes))
    visitor.goto(f"{address}?status=ended&funder=Quittenfonds")
    expect(visitor.locator("select[name=status]")).to_have_value("ended")
    assert titles_in(visitor, f"{address}?status=ended&funder=Quittenfonds") == ["Quittenprojekt"]
    moderator.goto(f"/admin/pages/{project}/unpublish/")
    with moderator.expect_navigation():
        moderator.locator("main form [type=submit]").last.click()
    assert titles_in(visitor, f"{address}?funder=Quittenfonds") == []
