"""In the browser: an editor submits and is told the truth; what was taken offline or translated comes back, or is taken back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests import support
from tests.journeys.public import fetch
from tests.journeys.test_editing import DESK, choose, header_action, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("editing"), pytest.mark.usefixtures("taken_back")]

GERMAN = "Nimmzurückseite"
TITLES = {"en": "Takebackpage", "uk": "Сторінкаповернення"}

_PREPARE = """
import json
from wagtail.models import Page
from tests.builders import make_content_page, translate
from translation import cascades
section = Page.objects.get(slug="unsere-arbeit", locale__language_code="de").specific
page = make_content_page(section, {title!r})
cascades.make_followers(page)
for code, title in json.loads({titles!r}).items():
    translate(page, code, title=title)
versions = Page.objects.filter(translation_key=page.translation_key).select_related("locale")
pages = {{version.locale.language_code: [version.pk, version.get_url()] for version in versions}}
print("PAGES" + json.dumps([section.pk, pages]))
"""


def prepare(portal: support.Portal, title: str, titles: dict[str, str]) -> tuple[int, dict[str, tuple[int, str]]]:
    """Make a German page with finished translations and else aliases; return its section's id, and id and address by language."""
    code = _PREPARE.format(title=title, titles=json.dumps(titles))
    line = next(line for line in portal.manage("shell", "-c", code).splitlines() if line.startswith("PAGES"))
    section, pages = json.loads(line.removeprefix("PAGES"))
    return section, {code: (pk, url) for code, (pk, url) in pages.items()}


def headings(portal: support.Portal, addresses: dict[str, str]) -> dict[str, str]:
    """Return the heading that readers see at each address; nothing where there is no page."""
    answers = {code: fetch(portal, url) for code, url in addresses.items()}
    found = {code: re.search(r"<h1[^>]*>(.*?)</h1>", text, re.DOTALL) for code, (status, text) in answers.items() if status == 200}
    return {code: re.sub(r"<[^>]+>|\xad|&shy;", "", match[1]).strip() for code, match in found.items()}


def messages(page: Page) -> list[str]:
    """Return the messages that the admin shows."""
    return [" ".join(text.split()) for text in page.locator(".messages li").all_inner_texts()]


def test_an_editor_who_submits_ends_where_she_may_be(live_portal: support.Portal, open_page: Callable[..., Page]) -> None:
    section, pages = prepare(live_portal, "Übergabeseite", {})
    editor = sign_in(open_page("/admin/login/", **DESK), "redaktion")
    editor.goto(f"/admin/pages/{pages['de'][0]}/edit/")
    header_action(editor, "Diese Seite übersetzen")
    for name in ("English", "Українська"):
        editor.get_by_role("checkbox", name=name).check()
    with editor.expect_navigation() as navigation:
        editor.locator("main form [type=submit]").last.click()
    assert (navigation.value.status, editor.url) == (200, f"{live_portal.url}/admin/pages/{section}/")
    assert messages(editor) == ["„Übergabeseite“ ist zum Übersetzen übergeben: English, Українська."]
    # One language alone, which is not hers to write, ends there too.
    editor.goto(f"/admin/pages/{pages['de'][0]}/edit/")
    header_action(editor, "Diese Seite übersetzen")
    editor.get_by_role("checkbox", name="العربية").check()
    with editor.expect_navigation() as navigation:
        editor.locator("main form [type=submit]").last.click()
    assert (navigation.value.status, editor.url) == (200, f"{live_portal.url}/admin/pages/{section}/")
    assert messages(editor) == ["„Übergabeseite“ ist zum Übersetzen übergeben: العربية."]

    for code in ("en", "uk", "ar"):
        translator = sign_in(open_page("/admin/login/", **DESK), f"uebersetzung-{code}")
        translator.goto(f"/admin/pages/{pages[code][0]}/edit/")
        expect(translator.locator("li.incomplete")).to_contain_text(["Übergabeseite"])


def test_what_was_taken_off_comes_back_and_what_was_translated_is_taken_back(
    live_portal: support.Portal, open_page: Callable[..., Page]
) -> None:
    section, pages = prepare(live_portal, GERMAN, TITLES)
    addresses = {code: url for code, (_, url) in pages.items()}
    online = {"de": GERMAN, **TITLES, "ar": GERMAN}
    assert headings(live_portal, addresses) == online

    editor = sign_in(open_page("/admin/login/", **DESK), "freigabe")
    editor.goto(f"/admin/pages/{pages['de'][0]}/unpublish/")
    with editor.expect_navigation():
        editor.locator("main form [type=submit]").last.click()
    assert headings(live_portal, addresses) == {}

    editor.goto(f"/admin/pages/{pages['de'][0]}/edit/")
    editor.wait_for_load_state("networkidle")
    choose(editor, "button[name='action-publish']")
    editor.wait_for_url(re.compile(rf"/admin/pages/{section}/"))
    assert headings(live_portal, addresses) == online
    said = messages(editor)
    assert [any(f"{title} (" in text for text in said) for title in TITLES.values()] == [True, True]

    translator = sign_in(open_page("/admin/login/", **DESK), "uebersetzung-en")
    translator.goto(f"/admin/pages/{pages['en'][0]}/edit/")
    translator.goto(f"/admin/pages/{pages['en'][0]}/delete/")
    translator.get_by_role("button", name="Zurücknehmen").click()
    translator.wait_for_load_state("networkidle")
    # The old address leads to the German text; the Ukrainian version is what it was.
    assert headings(live_portal, addresses) == {**online, "en": GERMAN}
    visitor = open_page(addresses["en"])
    assert visitor.url == f"{live_portal.url}{addresses['en'].rsplit('/', 2)[0]}/{addresses['de'].rsplit('/', 2)[1]}/"
    expect(visitor.locator("main [lang=de] h1, main h1[lang=de]")).to_have_text(GERMAN)
    # Submitted once more, nothing is to be translated again.
    editor.goto(f"/admin/pages/{pages['de'][0]}/edit/")
    header_action(editor, "Diese Seite übersetzen")
    editor.get_by_role("checkbox", name="English").check()
    with editor.expect_navigation():
        editor.locator("main form [type=submit]").last.click()
    translator.goto(f"/admin/pages/{pages['en'][0]}/edit/")
    translator.wait_for_load_state("networkidle")
    expect(translator.locator("li.incomplete")).to_have_count(0)
    expect(translator.get_by_text(TITLES["en"]).first).to_be_visible()
