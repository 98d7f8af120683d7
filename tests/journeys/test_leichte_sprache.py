"""Leichte Sprache in the browser: its own tree, written by hand, each page beside a German one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from django.utils.translation import override, pgettext
from playwright.sync_api import Page, expect

from tests import support
from tests.journeys.conftest import ARTICLE, HOME, SECTION, Places
from tests.journeys.test_editing import DESK, choose, page_id, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("editing"), pytest.mark.usefixtures("taken_back")]

CODE = "de-simple"

# German pages without a version in Leichte Sprache.
LINKED = "/de/unsere-arbeit/integration/"
BEGUN = "/de/unsere-arbeit/diaspora-engagement/"

TITLE = "Gut leben in Deutsch-Land"
REFUSED = "Diese Seite soll es nicht geben"

_IN_LEICHTE_SPRACHE = f"from wagtail.models import Page; pages = Page.objects.filter(locale__language_code={CODE!r})"


def admin_says(text: str, **values: str) -> str:
    """Return a text of the administration in German."""
    with override("de"):
        return pgettext("admin", text) % values


def id_of(live_portal: support.Portal, url: str) -> int:
    """Return the id of the page at an address."""
    pages = f"Page.objects.filter(locale__language_code={url.split('/')[1]!r}, depth__gt=1)"
    return page_id(live_portal, f"next(page.pk for page in {pages} if page.get_url() == {url!r})")


def new_page(page: Page, parent: int, title: str) -> None:
    """Begin a page below another in the administration, with a title and a first sentence."""
    page.goto(f"/admin/pages/add/home/contentpage/{parent}/")
    page.fill("input[name=title]", title)
    page.fill("textarea[name=lead]", "Wir helfen Ihnen.")


def choose_german_page(page: Page, chosen: int, title: str) -> None:
    """Choose the page under “German page” by searching for it."""
    page.get_by_role("tab").nth(1).click()
    field = page.locator("[data-contentpath=counterpart]")
    expect(page.get_by_text(admin_says("German page"), exact=True).last).to_be_visible()
    field.locator("[data-chooser-action-choose]").click()
    page.locator(".modal-content input[name=q]").fill(title)
    page.locator(f'.modal-content a.choose-page[href="#{chosen}"]').click()
    expect(field.locator("[data-chooser-title]")).to_contain_text(title)
    expect(page.locator("input[name=counterpart]")).to_have_value(str(chosen))


def switch_to(page: Page, code: str) -> None:
    """Change the language as visitors do."""
    page.locator("details.lang summary").click()
    page.locator("details.lang li").filter(has=page.locator(f'[lang="{code}"]')).locator("a").click()


def test_who_writes_leichte_sprache_links_a_german_page_and_readers_change_between_the_two(
    live_portal: support.Portal, places: Places, open_page: Callable[..., Page]
) -> None:
    assert not places.has(LINKED, CODE)
    visitor = open_page(LINKED)
    german = visitor.locator("h1").inner_text()

    author = sign_in(open_page("/admin/login/", **DESK), "leichte-sprache")
    home = id_of(live_portal, places.at(HOME, CODE).url)
    new_page(author, home, TITLE)
    choose_german_page(author, id_of(live_portal, LINKED), german)
    choose(author, "button[name='action-publish']")
    author.wait_for_url(re.compile(rf"/admin/pages/{home}/"))

    visitor.reload()
    switch_to(visitor, CODE)
    expect(visitor.locator("h1")).to_have_text(TITLE)
    expect(visitor.locator("html")).to_have_attribute("lang", CODE)
    expect(visitor).to_have_url(re.compile(r"/de-simple/gut-leben-in-deutsch-land/$"))
    switch_to(visitor, "de")
    expect(visitor.locator("h1")).to_have_text(german)
    expect(visitor).to_have_url(re.compile(rf"{LINKED}$"))


def test_an_editor_begins_a_draft_in_leichte_sprache_from_the_german_page(
    live_portal: support.Portal, places: Places, open_page: Callable[..., Page]
) -> None:
    assert not places.has(BEGUN, CODE)
    german = places.at(BEGUN, "de")
    editor = sign_in(open_page("/admin/login/", **DESK), "redaktion")
    editor.goto(f"/admin/pages/{id_of(live_portal, BEGUN)}/edit/")
    button = editor.get_by_role("link", name=admin_says("Create page in %(language)s", language="Leichter Sprache"))
    if not button.first.is_visible():
        editor.locator(".w-slim-header [data-w-dropdown-target='toggle'], .w-header-button[data-w-dropdown-target='toggle']").first.click()
    button.first.click()
    editor.wait_for_url(re.compile(r"/add/\d+/"))
    # Asking alone makes no page.
    assert versions_in_leichte_sprache(live_portal, german.title) == []
    editor.get_by_role("button", name=admin_says("Create draft")).click()
    editor.wait_for_url(re.compile(r"/admin/pages/\d+/edit/"))
    expect(editor.locator("input[name=title]")).to_have_value(german.title)

    [(parent, live)] = versions_in_leichte_sprache(live_portal, german.title)
    assert parent == places.at(SECTION, CODE).title
    assert not live
    # Readers see nothing of it: the switch leads to the home page of Leichte Sprache still.
    visitor = open_page(BEGUN)
    entry = visitor.locator("details.lang li").filter(has=visitor.locator(f'[lang="{CODE}"]'))
    assert entry.locator("a").get_attribute("href") == places.at(HOME, CODE).url


def versions_in_leichte_sprache(live_portal: support.Portal, title: str) -> list[list]:
    """Return the pages of a title in Leichte Sprache: the title of the page above, and whether it is live."""
    output = live_portal.manage(
        "shell",
        "-c",
        f"import json; {_IN_LEICHTE_SPRACHE}; "
        f"print('FOUND', json.dumps([[page.get_parent().title, page.live] for page in pages.filter(title={title!r})]))",
    )
    return json.loads(re.search(r"FOUND (\[.*\])", output)[1])


def test_a_german_page_that_has_its_version_is_refused_at_the_field(
    live_portal: support.Portal, places: Places, open_page: Callable[..., Page]
) -> None:
    taken = places.at(ARTICLE, CODE)
    assert taken.is_real
    author = sign_in(open_page("/admin/login/", **DESK), "leichte-sprache")
    new_page(author, id_of(live_portal, places.at(HOME, CODE).url), REFUSED)
    choose_german_page(author, id_of(live_portal, ARTICLE), places.at(ARTICLE, "de").title)
    choose(author, "button[name='action-publish']")
    # The tab says that there is an error in it, the field says which.
    tab = author.get_by_role("tab").nth(1)
    expect(tab).to_have_accessible_name(re.compile(r"\b1\b"))
    tab.click()
    error = author.locator("[data-contentpath=counterpart] [data-field-errors]")
    expect(error).to_contain_text(admin_says("“%(page)s” belongs to this German page already.", page=taken.title))
    expect(error).to_be_visible()

    # What the administration may have saved by itself meanwhile is a draft; the German page keeps the version that it has.
    assert not any(live for _parent, live in versions_in_leichte_sprache(live_portal, REFUSED))
    visitor = open_page(ARTICLE)
    switch_to(visitor, CODE)
    expect(visitor.locator("h1")).to_have_text(taken.title)
