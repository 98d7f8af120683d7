"""A translated table that an editor changes in the browser: translators are asked for what is new, readers lose nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests import support
from tests.journeys.test_editing import DESK, choose, header_action, publish_translation, sign_in, translate_segment

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("editing"), pytest.mark.usefixtures("taken_back")]

TABLE = {
    "caption": "Aufgenommene Personen",
    "columns": [{"type": "cell", "heading": "Land"}, {"type": "cell", "heading": "Zahl"}],
    "rows": [{"values": ["Berlin", "95"]}, {"values": ["Hessen", "40"]}, {"values": ["Bayern", "95"]}],
}
TITLE = "Tabelle der Länder"
WORDS = {
    "en": {
        TITLE: "Table of the states", "Aufgenommene Personen": "People admitted", "Land": "State", "Zahl": "Number",
        "Berlin": "Berlin (EN)", "Hessen": "Hesse", "Bayern": "Bavaria", "95": "95 people", "40": "40 people",
    },
    "ar": {
        TITLE: "جدول الولايات", "Aufgenommene Personen": "من تم قبولهم", "Land": "الولاية", "Zahl": "العدد",
        "Berlin": "برلين", "Hessen": "هيسن", "Bayern": "بافاريا", "95": "خمسة وتسعون", "40": "أربعون",
    },
}  # fmt: skip

_PREPARE = """
import json
from wagtail.models import Page
from home.models import ContentPage
from tests.builders import make_content_page, translate
body = ContentPage._meta.get_field("body").stream_block.to_python([{{"type": "table", "value": json.loads({table!r})}}])
section = Page.objects.get(slug="unsere-arbeit", locale__language_code="de").specific
page = make_content_page(section, {title!r}, body=body)
versions = {{"de": page, **{{code: translate(page, code, words=words) for code, words in json.loads({words!r}).items()}}}}
print("PAGES" + json.dumps({{code: [version.pk, version.get_url()] for code, version in versions.items()}}))
"""


def prepare(portal: support.Portal) -> dict[str, tuple[int, str]]:
    """Make a page with a table and its finished translations; return id and address of each by language."""
    code = _PREPARE.format(table=json.dumps(TABLE), title=TITLE, words=json.dumps(WORDS))
    line = next(line for line in portal.manage("shell", "-c", code).splitlines() if line.startswith("PAGES"))
    return {code: (pk, url) for code, (pk, url) in json.loads(line.removeprefix("PAGES")).items()}


def cells(visitor: Page, url: str) -> list[list[str]]:
    """Return the texts of the rows that readers see, headings first."""
    visitor.goto(url)
    rows = visitor.locator("main table tr")
    return [row.locator("th, td").all_inner_texts() for row in rows.all()]


def table_of(code: str, *rows: tuple[str, str]) -> list[list[str]]:
    """Return the rows in a language, with the headings; what has no translation is as it is."""
    words = WORDS.get(code, {})
    return [[words.get(text, text) for text in row] for row in (("Land", "Zahl"), *rows)]


BEFORE = [("Berlin", "95"), ("Hessen", "40"), ("Bayern", "95")]
AFTER = [("Bremen", "120"), ("Bayern", "95"), ("Berlin", "95")]


def test_only_what_is_new_in_a_table_is_missing(live_portal: support.Portal, open_page: Callable[..., Page]) -> None:
    pages = prepare(live_portal)
    visitor = open_page("/de/")
    assert {code: cells(visitor, url) for code, (_, url) in pages.items()} == {code: table_of(code, *BEFORE) for code in pages}

    editor = sign_in(open_page("/admin/login/", **DESK), "freigabe")
    editor.goto(f"/admin/pages/{pages['de'][0]}/edit/")
    editor.wait_for_load_state("networkidle")
    rows = editor.locator(".typed-table-block tbody tr")
    # A row above the others, one deleted, and the first one put last: deleted and typed again.
    rows.nth(0).locator("button.prepend-row").click()
    for index, text in enumerate(AFTER[0]):
        rows.nth(0).locator("input[type=text]").nth(index).fill(text)
    rows.nth(2).locator("button.delete-row").click()
    rows.nth(1).locator("button.delete-row").click()
    editor.locator(".typed-table-block tfoot button[data-add-row]").click()
    for index, text in enumerate(AFTER[2]):
        rows.nth(2).locator("input[type=text]").nth(index).fill(text)
    choose(editor, "button[name='action-publish']")
    editor.wait_for_url(re.compile(r"/admin/pages/\d+/$"))
    assert cells(visitor, pages["de"][1]) == table_of("de", *AFTER)

    editor.goto(f"/admin/pages/{pages['de'][0]}/edit/")
    header_action(editor, "Synchronisiere übersetzte Seiten")
    with editor.expect_navigation():
        editor.locator("main form [type=submit]").last.click()

    for code in ("en", "ar"):
        translator = sign_in(open_page("/admin/login/", **DESK), f"uebersetzung-{code}")
        translator.goto(f"/admin/pages/{pages[code][0]}/edit/")
        expect(translator.locator("li.incomplete")).to_contain_text(list(AFTER[0]))
        # Readers keep what was published until somebody has translated it.
        assert cells(visitor, pages[code][1]) == table_of(code, *BEFORE)
        for text in AFTER[0]:
            translate_segment(translator, text, f"{code} {text}")
        publish_translation(translator)
        new = tuple(f"{code} {text}" for text in AFTER[0])
        assert cells(visitor, pages[code][1]) == table_of(code, new, *AFTER[1:])
