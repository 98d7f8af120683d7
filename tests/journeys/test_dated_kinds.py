"""An event, a vacancy and a tender are made, previewed, published, translated, found, and over in time, on the served portal."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from typing import NamedTuple

import pytest
from icalendar import Calendar
from playwright.sync_api import Page, expect

from tests import support

from .test_editing import DESK, choose, opened_preview, page_id, publish_translation, sign_in, translate_segment

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("editing"), pytest.mark.usefixtures("taken_back")]

DAY = datetime.timedelta(days=1)


class Kind(NamedTuple):
    """A kind with the field of its date and what is typed beside it."""

    name: str
    field: str
    texts: dict[str, str]
    title: str
    over: str
    arabic: dict[str, str]
    arabic_over: str


KINDS = [
    Kind("Event", "starts_at", {"place": "Quittenhaus, Berlin"}, "Quittenfest", "Diese Veranstaltung hat stattgefunden.",
         {"Quittenfest": "مهرجان السفرجل", "Quittenhaus, Berlin": "دار السفرجل، برلين"}, "انتهت هذه الفعالية."),
    Kind("Vacancy", "closes_at", {"reference": "Q-1", "place": "Berlin", "answer_url": "https://example.org/a"}, "Quittenpflege",
         "Diese Stelle ist geschlossen. Bewerbungen werden nicht mehr angenommen.",
         {"Quittenpflege": "رعاية السفرجل", "Berlin": "برلين"}, "أُغلقت هذه الوظيفة. لم تعد طلبات التوظيف تُقبل."),
    Kind("Tender", "closes_at", {"reference": "Q-2", "answer_url": "https://example.org/a"}, "Quittenlieferung",
         "Diese Ausschreibung ist geschlossen. Angebote werden nicht mehr angenommen.",
         {"Quittenlieferung": "توريد السفرجل"}, "أُغلقت هذه المناقصة. لم تعد العروض تُقبل."),
]  # fmt: skip

MAKE = """
from home.models import TakePartPage
from participate.models import {name}IndexPage as Index
if not Index.objects.filter(locale__language_code='de').exists():
    page = Index(title='Liste {name}')
    TakePartPage.objects.get(locale__language_code='de').add_child(instance=page)
    page.save_revision().publish()
"""
REINDEX = "from search import indexing; from participate.models import {name}Page; indexing.update({name}Page.objects.all())"
LATER = """
import datetime
from participate.models import {name}Page
from portal import changes
from portal.listing import rows
german = {name}Page.objects.get(title='{title}', locale__language_code='de')
found = {name}Page.objects.filter(translation_key=german.translation_key)
found.update({field}=german.{field} - datetime.timedelta(days=3))
rows.write_pages(list(found))
changes.announce(changes.EVERYTHING)
"""


def titles_in(page: Page, address: str, title: str, within: str = "main") -> list[str]:
    """Return the titles in a list of entries or results that name the page of this test."""
    page.goto(address)
    found = [text.replace("\xad", "") for text in page.locator(f"{within} :is(h2, h3) a").all_inner_texts()]
    return [text for text in found if text == title]


def write_and_preview(editor: Page, kind: Kind, index: int) -> None:
    """Write a page of a kind, look at its preview and hand it in."""
    editor.goto(f"/admin/pages/add/participate/{kind.name.lower()}page/{index}/")
    editor.fill("input[name=title]", kind.title)
    editor.fill("textarea[name=lead]", "Alles um die Quitte.")
    for name, text in kind.texts.items():
        editor.fill(f"[name={name}]", text)
    editor.fill(f"input[name={kind.field}]", f"{datetime.datetime.now() + 2 * DAY:%d.%m.%Y} 18:00")
    editor.locator("textarea[name=lead]").click()
    preview = opened_preview(editor)
    expect(preview.locator("h1")).to_have_text(kind.title)
    expect(preview.locator(".facts time").first).to_contain_text("(deutsche Zeit)")
    preview.close()
    choose(editor, "button[name='action-submit']")
    editor.wait_for_url(re.compile(rf"/admin/pages/{index}/"))


def translate_into_arabic(live_portal: support.Portal, translator: Page, kind: Kind, made: int) -> None:
    """Submit the page, translate all of it and publish the translation."""
    translator.goto(f"/admin/localize/submit/page/{made}/")
    translator.locator("input[name=locales]").check()
    translator.locator("input[type=submit]").last.click()
    translator.wait_for_url(re.compile(r"/admin/pages/\d+/edit/"))
    arabic = page_id(
        live_portal, f"Page.objects.get(translation_key=Page.objects.get(pk={made}).translation_key, locale__language_code='ar').pk"
    )
    translator.goto(f"/admin/pages/{arabic}/edit/")
    for german, text in {**kind.arabic, "Alles um die Quitte.": "كل شيء عن السفرجل."}.items():
        translate_segment(translator, german, text)
    publish_translation(translator)


@pytest.mark.parametrize("kind", KINDS, ids=[kind.name.lower() for kind in KINDS])
def test_it_is_made_previewed_published_translated_found_and_over_in_time(
    live_portal: support.Portal, open_page: Callable[..., Page], kind: Kind
) -> None:
    names = kind._asdict()
    live_portal.manage("shell", "-c", MAKE.format(**names))
    index = page_id(live_portal, f"Page.objects.get(content_type__model='{kind.name.lower()}indexpage', locale__language_code='de').pk")
    write_and_preview(sign_in(open_page("/admin/login/", **DESK), "redaktion"), kind, index)
    made = page_id(live_portal, f"Page.objects.get(title='{kind.title}', locale__language_code='de').pk")

    moderator = sign_in(open_page("/admin/login/", **DESK), "freigabe")
    moderator.goto(f"/admin/pages/{made}/edit/")
    moderator.wait_for_load_state("networkidle")
    choose(moderator, "button[data-workflow-action-name='approve']:not([data-workflow-action-modal-url])")
    moderator.wait_for_url(re.compile(rf"/admin/pages/{index}/"))
    translate_into_arabic(live_portal, sign_in(open_page("/admin/login/", **DESK), "uebersetzung-ar"), kind, made)
    live_portal.manage("shell", "-c", REINDEX.format(**names))

    address = re.search(
        r"(/de/\S+)", live_portal.manage("shell", "-c", f"from wagtail.models import Page; print(Page.objects.get(pk={index}).url)")
    )[1]
    search = f"/de/suche/?q={kind.title}&type={kind.name.lower()}"
    visitor = open_page(address)
    assert titles_in(visitor, address, kind.title, ".sec--flush") == [kind.title]
    assert titles_in(visitor, search, kind.title) == [kind.title]
    expect(visitor.locator(".result .badge--off")).to_have_count(0)
    visitor.get_by_role("link", name=kind.title).first.click()
    expect(visitor.locator(".notice h2")).to_have_count(0)
    if kind.name == "Event":
        with visitor.expect_download() as started:
            visitor.get_by_role("link", name="In den Kalender eintragen").click()
        (event,) = Calendar.from_ical(started.value.path().read_bytes()).walk("VEVENT")
        assert (str(event["SUMMARY"]), str(event["LOCATION"])) == (kind.title, "Quittenhaus, Berlin")
    else:
        assert visitor.locator(".callout a.btn").get_attribute("href") == "https://example.org/a"

    arabic = open_page("/ar/")
    arabic_title = kind.arabic[kind.title]
    arabic_search = f"{arabic.locator('form[role=search]').first.get_attribute('action')}?q=السفرجل&type={kind.name.lower()}"
    assert titles_in(arabic, arabic_search, arabic_title) == [arabic_title]
    arabic.get_by_role("link", name=arabic_title).first.click()
    expect(arabic.locator("h1")).to_have_text(arabic_title)
    expect(arabic.locator(".notice h2")).to_have_count(0)

    live_portal.manage("shell", "-c", LATER.format(**names))
    for page, over in ((visitor, kind.over), (arabic, kind.arabic_over)):
        page.reload()
        expect(page.locator(".notice h2")).to_have_text(over)
    expect(visitor.locator(".callout, .aside .btns")).to_have_count(0)
    assert titles_in(visitor, address, kind.title, ".sec--flush") == []
    assert titles_in(visitor, address, kind.title, "section[aria-labelledby=past]") == ([kind.title] if kind.name == "Event" else [])
    live_portal.manage("shell", "-c", REINDEX.format(**names))
    assert titles_in(visitor, search, kind.title) == [kind.title]
    expect(visitor.locator(".result .badge--off")).to_have_count(1)
