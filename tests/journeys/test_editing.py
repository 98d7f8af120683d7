"""An editor, a moderator and a translator in the browser, on the served portal."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests import support

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("editing"), pytest.mark.usefixtures("taken_back")]

DESK = {"viewport": {"width": 1400, "height": 1000}}
CHRISTMAS = 4953769200
"""24 December 2126, 7 o'clock UTC: 8 o'clock in Germany."""


def sign_in(page: Page, name: str) -> Page:
    """Sign in to the admin with a demo account."""
    page.goto("/admin/login/")
    page.fill("input[name=username]", name)
    page.fill("input[name=password]", support.DEMO_PASSWORD)
    page.locator("button[type=submit], input[type=submit]").first.click()
    page.wait_for_url(re.compile(r"/admin/$"))
    return page


def choose(page: Page, selector: str) -> None:
    """Use an action of the page editor's menu, opening the menu if the action is not in sight."""
    button = page.locator(selector).first
    if not button.is_visible():
        page.locator("footer [data-w-dropdown-target='toggle'], footer .w-dropdown__toggle").first.click()
    button.click()


def opened_preview(editor: Page) -> Page:
    """Open what was typed so far as a page of its own: the link hands it over before it opens."""
    with editor.context.expect_page() as opened:
        editor.locator("[data-side-panel-toggle=preview], [aria-label*='Vorschau']").first.click()
        editor.get_by_role("link", name=re.compile("Vorschau.*neue", re.IGNORECASE)).first.click()
    return opened.value


def header_action(page: Page, name: str) -> None:
    """Follow a link of the menu of actions in the head of a page's screens."""
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="Aktionen", exact=True).first.click()
    page.get_by_role("link", name=name).last.click()
    page.wait_for_load_state("networkidle")


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
    choose(editor, "button[name='action-submit']")
    editor.wait_for_url(re.compile(rf"/admin/pages/{section}/"))
    page = page_id(live_portal, "Page.objects.get(title='Beratung für Migrant:innen', locale__language_code='de').pk")
    assert editor.goto("/de/unsere-arbeit/beratung-fuer-migrant-innen/").status == 404

    moderator = sign_in(open_page("/admin/login/", **DESK), "freigabe")
    moderator.goto(f"/admin/pages/{page}/edit/")
    moderator.wait_for_load_state("networkidle")
    choose(moderator, "button[data-workflow-action-name='approve']:not([data-workflow-action-modal-url])")
    moderator.wait_for_url(re.compile(rf"/admin/pages/{section}/"))
    answer = moderator.goto("/de/unsere-arbeit/beratung-fuer-migrant-innen/")
    assert answer.status == 200
    expect(moderator.locator("h1")).to_have_text("Beratung für Migrant:innen")

    translator = sign_in(open_page("/admin/login/", **DESK), "uebersetzung-en")
    translator.goto(f"/admin/localize/submit/page/{page}/")
    translator.locator("input[name=locales]").check()
    translator.locator("input[type=submit]").last.click()
    translator.wait_for_url(re.compile(r"/admin/pages/\d+/edit/"))
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
    page.locator("li.incomplete").filter(has_text=source).get_by_role("button", name="Übersetzen").click()
    # Only the segment that is being edited has a field.
    page.locator("li textarea, li input[type=text]").last.fill(text)
    with page.expect_response(lambda response: response.request.method == "PUT") as saved:
        page.get_by_role("button", name="Speichern").last.click()
    assert saved.value.ok


def publish_translation(page: Page) -> None:
    """Publish the translation."""
    page.reload()
    choose(page, "button[name='action'][value='publish'], button[name='action-publish']")
    page.wait_for_load_state("networkidle")


# What Chromium puts on the clipboard from Word (lists are paragraphs with marks) and LibreOffice (real lists, fonts).
WORD = """<html><body><!--StartFragment--><h1>Aufnahme</h1><p class=MsoNormal>Ein <b>Satz</b>
mit <a href="https://www.iom.int/">Verweis</a>.</p>
<h2>Zahlen</h2><p class=MsoListParagraphCxSpFirst style='mso-list:l0 level1 lfo1'><![if
!supportLists]><span style='mso-list:Ignore'>1.<span>&nbsp;</span></span><![endif]>Eins</p><p
class=MsoListParagraphCxSpLast style='mso-list:l0 level2 lfo1'><![if !supportLists]><span
style='mso-list:Ignore'>·<span>&nbsp;</span></span><![endif]>Zwei</p><table><tr><td><p>Land</p></td><td><p>Personen</p></td></tr><tr><td>Berlin
</td><td>95</td></tr></table><p>Danach.</p><!--EndFragment--></body></html>"""
OFFICE = """<h1 class="western">Aufnahme</h1><p><font face="Liberation Serif">Ein <b>Satz</b>
mit <a href="https://www.iom.int/">Verweis</a>.
</font></p><h2 class="western">Zahlen</h2><ol><li><p>Eins</p><ul><li><p>Zwei</p></li></ul></li></ol><table width="100%"><thead><tr>
<th><p>Land
</p></th><th>Personen</th></tr></thead><tbody><tr><td>Berlin</td><td><p>95</p></td></tr></tbody></table><p>Danach.</p>"""


@pytest.mark.parametrize("html", [WORD, OFFICE], ids=["word", "libreoffice"])
def test_pasted_text_keeps_headings_lists_links_and_tables(
    live_portal: support.Portal, open_page: Callable[..., Page], html: str
) -> None:
    section = page_id(live_portal, "Page.objects.get(slug='unsere-arbeit', locale__language_code='de').pk")
    editor = sign_in(open_page("/admin/login/", **DESK), "redaktion")
    editor.goto(f"/admin/pages/add/home/contentpage/{section}/")
    editor.wait_for_load_state("networkidle")
    editor.evaluate(
        """() => {
          const body = document.getElementById('body-root')?.rootBlock
            ?? [...document.querySelectorAll('*')].find((each) => each.rootBlock?.blockDef.name === 'body').rootBlock;
          body.insert({ type: 'text', value: body.blockDef.initialChildStates.text, id: crypto.randomUUID() }, 0);
        }"""
    )
    editor.locator(".Draftail-Editor [contenteditable=true]").first.click()
    editor.evaluate(
        """(html) => {
          const clipboardData = new DataTransfer();
          clipboardData.setData('text/html', html);
          document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
        }""",
        html,
    )
    editor.wait_for_function("() => /Danach/.test(document.querySelector('[name=body-2-value]')?.value)")
    sent = editor.evaluate("() => Object.fromEntries(new FormData(document.getElementById('page-edit-form')))")
    assert [sent[f"body-{i}-type"] for i in range(int(sent["body-count"]))] == ["text", "table", "text"]
    before, after = (json.loads(sent[f"body-{i}-value"]) for i in (0, 2))
    assert [(block["text"].strip(), block["type"], block["depth"]) for block in before["blocks"]] == [
        ("Aufnahme", "header-three", 0),
        ("Ein Satz mit Verweis.", "unstyled", 0),
        ("Zahlen", "header-four", 0),
        ("Eins", "ordered-list-item", 0),
        ("Zwei", "unordered-list-item", 1),
    ]
    assert [entity["data"]["url"] for entity in before["entityMap"].values()] == ["https://www.iom.int/"]
    assert [block["text"] for block in after["blocks"]] == ["Danach."]
    table = [sent[f"body-1-value-{key}"] for key in ("column-0-heading", "column-1-heading", "cell-0-0", "cell-0-1")]
    assert table == ["Land", "Personen", "Berlin", "95"]
    assert editor.errors == []


def test_a_time_is_typed_as_in_german_and_nonsense_is_an_error(live_portal: support.Portal, open_page: Callable[..., Page]) -> None:
    make = (
        "(lambda parent: parent.add_child(instance=ContentPage(title='Sperrfrist', slug='sperrfrist', lead='Ein Satz.', live=False,"
        " locale=parent.locale)).pk)(Page.objects.get(slug='unsere-arbeit', locale__language_code='de'))"
    )
    pk = page_id(live_portal, make.replace("ContentPage(", "__import__('home.models').models.ContentPage("))
    page = sign_in(open_page("/admin/login/", **DESK), "redaktion")

    def save(text: str) -> None:
        page.goto(f"/admin/pages/{pk}/edit/")
        page.wait_for_load_state("networkidle")
        # In the side panel, which remembers whether it is open.
        page.locator("[data-a11y-dialog-show='schedule-publishing-dialog']").first.evaluate("button => button.click()")
        field = page.locator("input[name=go_live_at]")
        field.fill("")
        field.press_sequentially(text)
        field.press("Tab")
        assert field.input_value() == text
        # The calendar of the next field may lie above the button.
        with page.expect_navigation():
            page.locator("#schedule-publishing-dialog button[type=submit]").evaluate("button => button.click()")

    save("24.12.2126 08:00")
    page.goto(f"/admin/pages/{pk}/edit/")
    expect(page.locator("input[name=go_live_at]")).to_have_value("24.12.2126 08:00")
    stored = f"int(Page.objects.get(pk={pk}).get_latest_revision_as_object().go_live_at.timestamp())"
    assert page_id(live_portal, stored) == CHRISTMAS

    save("Heiligabend um acht")
    expect(page.locator("input[name=go_live_at]")).to_have_value("Heiligabend um acht")
    assert page_id(live_portal, stored) == CHRISTMAS
