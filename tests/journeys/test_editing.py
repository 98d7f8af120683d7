"""An editor, a moderator and a translator in the browser, on the served portal."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests import support

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("editing")]

DESK = {"viewport": {"width": 1400, "height": 1000}}


def sign_in(page: Page, name: str) -> Page:
    """Sign in to the admin with a demo account."""
    page.goto("/admin/login/")
    page.fill("input[name=username]", name)
    page.fill("input[name=password]", support.DEMO_PASSWORD)
    page.locator("button[type=submit], input[type=submit]").first.click()
    page.wait_for_url(re.compile(r"/admin/$"))
    return page


def choose_action(page: Page, name: str) -> None:
    """Use an action of the page editor's menu, opening the menu if it is not the first one."""
    button = page.locator(f"button[name='{name}']").first
    if not button.is_visible():
        page.locator("footer [data-w-dropdown-target='toggle'], footer .w-dropdown__toggle").first.click()
    button.click()


def page_id(live_portal: support.Portal, expression: str) -> int:
    """Return a page's id by a Python expression."""
    output = live_portal.manage("shell", "-c", f"from wagtail.models import Page; print('ID', {expression})")
    return int(re.search(r"ID (\d+)", output)[1])


def test_an_editor_writes_a_moderator_publishes_a_translator_translates(
    live_portal: support.Portal, open_page: Callable[..., Page]
) -> None:
    section = page_id(live_portal, "Page.objects.get(slug='unsere-arbeit', locale__language_code='de').pk")

    editor = sign_in(open_page("/admin/login/", **DESK), "redaktion")
    editor.goto(f"/admin/pages/add/home/contentpage/{section}/")
    editor.fill("input[name=title]", "Beratung für Migrant:innen")
    editor.fill("textarea[name=lead]", "Ein Satz über die Beratung.")
    choose_action(editor, "action-submit")
    editor.wait_for_url(re.compile(rf"/admin/pages/{section}/"))
    page = page_id(live_portal, "Page.objects.get(title='Beratung für Migrant:innen', locale__language_code='de').pk")
    assert editor.goto("/de/unsere-arbeit/beratung-fuer-migrant-innen/").status == 404

    moderator = sign_in(open_page("/admin/login/", **DESK), "freigabe")
    moderator.goto(f"/admin/pages/{page}/edit/")
    choose_action(moderator, "action-publish") if moderator.locator("button[name='action-publish']").count() else moderator.locator(
        "[data-workflow-action-name='approve']"
    ).first.click()
    moderator.wait_for_load_state("networkidle")
    answer = moderator.goto("/de/unsere-arbeit/beratung-fuer-migrant-innen/")
    assert answer.status == 200
    expect(moderator.locator("h1")).to_have_text("Beratung für Migrant:innen")

    translator = sign_in(open_page("/admin/login/", **DESK), "uebersetzung-en")
    translator.goto(f"/admin/localize/submit/page/{page}/")
    for box in translator.locator("input[name=locales][type=checkbox]").all():
        if not box.is_checked():
            box.check(force=True)
    translator.locator("form button[type=submit], form input[type=submit]").last.click()
    translator.wait_for_load_state("networkidle")
    english = page_id(
        live_portal, f"Page.objects.get(translation_key=Page.objects.get(pk={page}).translation_key, locale__language_code='en').pk"
    )
    translator.goto(f"/admin/pages/{english}/edit/")
    for german, text in (
        ("Beratung für Migrant:innen", "Advice for migrants"),
        ("Ein Satz über die Beratung.", "A sentence about advice."),
    ):
        translate_segment(translator, german, text)
    assert open_page("/en/our-work/advice-for-migrants/").locator("h1").inner_text() != "Advice for migrants"
    publish_translation(translator)
    visitor = open_page("/en/our-work/advice-for-migrants/")
    expect(visitor.locator("h1")).to_have_text("Advice for migrants")
    expect(visitor.locator("main")).to_contain_text("A sentence about advice.")


def translate_segment(page: Page, source: str, text: str) -> None:
    """Translate one segment in the editor of wagtail-localize."""
    segment = page.locator("li").filter(has_text=source).filter(has=page.get_by_role("button", name=re.compile("Übersetzen|Translate|Bearbeiten|Edit"))).last
    segment.get_by_role("button", name=re.compile("Übersetzen|Translate|Bearbeiten|Edit")).first.click()
    box = segment.locator("textarea, input[type=text]").first
    box.fill(text)
    with page.expect_response(lambda response: response.request.method == "PUT") as saved:
        segment.get_by_role("button", name=re.compile("Speichern|Save")).first.click()
    assert saved.value.ok


def publish_translation(page: Page) -> None:
    """Publish the translation."""
    page.reload()
    button = page.locator("button[name='action'][value='publish'], button[name='action-publish']").first
    if not button.is_visible():
        page.locator("footer [data-w-dropdown-target='toggle'], footer .w-dropdown__toggle").first.click()
    button.click()
    page.wait_for_load_state("networkidle")
