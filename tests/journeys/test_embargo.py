"""An embargo, from the time that an editor types to the end: no word of it anywhere before, all of it everywhere after."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests import support
from tests.journeys.public import ways_to
from tests.journeys.test_editing import DESK, choose, page_id, publish_translation, sign_in, translate_segment

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("editing"), pytest.mark.usefixtures("taken_back")]

GERMAN, ENGLISH = "Sperrfristzwetschge", "Embargodamson"
"""Each stands in the title of its version and nowhere else."""

LISTS = {"de": "/de/aktuelles/", "en": "/en/news/", "uk": "/uk/novyny/", "ar": "/ar/alakhbar/"}
"""The lists of news; Leichte Sprache has none."""


def expected() -> dict[str, dict[str, list[str]]]:
    """Return by which ways the German and the English word reach readers while the item is online, by language."""
    lists = ["api", "atom", "home", "rss", "search", "sitemap", "suggestions"]
    pages = {code: f"{address}{GERMAN.lower()}/" for code, address in LISTS.items()} | {"en": f"/en/news/{ENGLISH.lower()}/"}
    # The versions name each other; who has no version of their own reads the German one and is led to the others by the search.
    others = {code: [pages[code], "search"] for code in ("uk", "ar")} | {"de-simple": ["search"]}
    named = ["api", "search", "sitemap"]
    return {
        GERMAN: {"de": sorted([LISTS["de"], pages["de"], *lists]), "en": [pages["en"], *named], **others},
        ENGLISH: {"de": [pages["de"], *named], "en": sorted([LISTS["en"], pages["en"], *lists]), **others},
    }


def noon(days: int) -> str:
    """Return noon in Germany in so many days, as an editor types it."""
    day = datetime.datetime.now(ZoneInfo("Europe/Berlin")).date() + datetime.timedelta(days=days)
    return f"{day:%d.%m.%Y} 12:00"


def set_times(page: Page, **times: str) -> None:
    """Type the times into the dialog of the editor and save them."""
    page.locator("[data-a11y-dialog-show='schedule-publishing-dialog']").first.evaluate("button => button.click()")
    for name, text in times.items():
        field = page.locator(f"input[name={name}]")
        field.fill("")
        field.press_sequentially(text)
        field.press("Tab")
    with page.expect_navigation():
        page.locator("#schedule-publishing-dialog button[type=submit]").evaluate("button => button.click()")


def found_by_readers(portal: support.Portal) -> dict[str, dict[str, list[str]]]:
    """Return by which ways each word reaches readers now."""
    paths = [address + name for address in LISTS.values() for name in ("", f"{GERMAN.lower()}/", f"{ENGLISH.lower()}/")]
    return ways_to(portal, [GERMAN, ENGLISH], *paths)


LET_PASS = """
import datetime, time
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from portal.jobs.publication import JOB
from portal.models import Job
from tests.builders import let_pass
with transaction.atomic():
    let_pass(days={days})
moved = timezone.now()
while not Job.objects.filter(key=JOB, started_at__gte=moved, finished_at__gte=F("started_at")).exists():
    time.sleep(0.1)
"""


def let_pass(portal: support.Portal, days: int) -> None:
    """Let days pass for all that the portal has stored, until the first run of the runner that knows of it has ended.

    Whatever is due is done within that one run, so a single look shows whether it was done in all languages together.
    """
    portal.manage("shell", "-c", LET_PASS.format(days=days))


def test_an_embargo_in_every_language_until_it_ends_everywhere(
    live_portal: support.Portal, open_page: Callable[..., Page]
) -> None:
    index = page_id(live_portal, "Page.objects.get(slug='aktuelles', locale__language_code='de').pk")
    editor = sign_in(open_page("/admin/login/", **DESK), "redaktion")
    editor.goto(f"/admin/pages/add/news/newspage/{index}/")
    editor.fill("input[name=title]", GERMAN)
    editor.fill("input[name=date]", noon(0).split()[0])
    editor.fill("textarea[name=lead]", "Ein Satz, der noch nicht bekannt sein darf.")
    with editor.expect_navigation():
        editor.locator("footer button.action-save, footer button[type=submit]").first.click()
    page = int(re.search(r"/pages/(\d+)/edit/", editor.url)[1])
    set_times(editor, go_live_at=noon(1), expire_at=noon(5))
    expect(editor.locator("input[name=go_live_at]")).to_have_value(noon(1))
    choose(editor, "button[name='action-submit']")
    editor.wait_for_url(re.compile(rf"/admin/pages/{index}/"))

    moderator = sign_in(open_page("/admin/login/", **DESK), "freigabe")
    moderator.goto(f"/admin/pages/{page}/edit/")
    moderator.wait_for_load_state("networkidle")
    choose(moderator, "button[data-workflow-action-name='approve']:not([data-workflow-action-modal-url])")
    moderator.wait_for_url(re.compile(rf"/admin/pages/{index}/"))

    editor.goto(f"/admin/localize/submit/page/{page}/")
    editor.get_by_role("checkbox", name="English").check()
    with editor.expect_navigation():
        editor.locator("input[type=submit]").last.click()
    key = f"Page.objects.get(pk={page}).translation_key"
    english = page_id(live_portal, f"Page.objects.get(translation_key={key}, locale__language_code='en').pk")
    translator = sign_in(open_page("/admin/login/", **DESK), "uebersetzung-en")
    translator.goto(f"/admin/pages/{english}/edit/")
    translate_segment(translator, GERMAN, ENGLISH)
    translate_segment(translator, "Ein Satz, der noch nicht", "A sentence that nobody may know yet.")
    publish_translation(translator)

    assert found_by_readers(live_portal) == {}
    let_pass(live_portal, 2)
    assert found_by_readers(live_portal) == expected()
    expect(open_page(f"/de/aktuelles/{GERMAN.lower()}/").locator("h1")).to_have_text(GERMAN)
    expect(open_page(f"/en/news/{ENGLISH.lower()}/").locator("h1")).to_have_text(ENGLISH)
    let_pass(live_portal, 4)
    assert found_by_readers(live_portal) == {}
