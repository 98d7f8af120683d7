"""A page is made private in the admin, and is so in all five languages, on the served portal, until that is lifted."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from functools import cache
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import APIRequestContext, Page, expect

from portal.language.languages import languages_by_code
from tests import support
from tests.journeys.conftest import ALL_CODES, HOME, Places, search_address
from tests.journeys.test_editing import DESK, page_id, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("editing")]

PAGE = "/de/unsere-arbeit/unterstuetzungsprogramm-familiennachzug-fap/"
NEWS_ITEM = "/de/aktuelles/menschenhandel-beratung-per-chat-und-e-mail-ohne-namen/"
PAGES = {PAGE: ALL_CODES, NEWS_ITEM: [code for code in ALL_CODES if code != "de-simple"]}
"""In which languages each stands; the home pages, or the menu on them, lead to both."""

PASSWORD = "Apfelbaum am Zaun"  # noqa: S105


def set_privacy(admin: Page, page: int, choice: str) -> None:
    """Choose in the dialog of the page form who may see a page."""
    admin.goto(f"/admin/pages/{page}/edit/")
    admin.wait_for_load_state("networkidle")
    # In the side panel, which remembers whether it is open.
    admin.locator("[data-a11y-dialog-show='set-privacy']").first.evaluate("button => button.click()")
    dialog = admin.locator("#set-privacy")
    dialog.locator(f"input[name=restriction_type][value={choice}]").check()
    if choice == "password":
        dialog.locator("input[name=password]").fill(PASSWORD)
    with admin.expect_response(lambda answer: "/privacy/" in answer.url and answer.request.method == "POST") as saved:
        dialog.locator("button[type=submit], input[type=submit]").click()
    assert saved.value.ok
    expect(dialog).to_be_hidden()


def states(visitor: APIRequestContext, places: Places) -> dict[tuple[str, str, str], bool]:
    """Return where the pages are found, by page, language and way: at their address, by the search, in feed, sitemap and menu."""

    @cache
    def said(address: str) -> str:
        answer = visitor.get(address)
        assert answer.status in (200, 404), address
        # As typed: without what the typography sets.
        return html.unescape(answer.text()).replace("\u00ad", "").replace("\u00a0", " ").replace("\u202f", " ")

    found = {}
    for german, code in [(german, code) for german, codes in PAGES.items() for code in codes]:
        place = places.at(german, code)
        text = said(place.url)
        asks = "authenticate_with_password" in text
        assert asks != (place.title in text), place.url
        found[german, code, "page"] = not asks
        query = f"{search_address(languages_by_code()[code], place.title)}&format=json"
        hits = {urlsplit(hit["url"]).path for hit in json.loads(said(query))["results"]}
        found[german, code, "search"] = place.url in hits
        found[german, code, "menu"] = f'href="{place.url}"' in said(places.at(HOME, code).url)
        for way, address in (("feed", f"/{code}/feed.rss"), ("sitemap", f"/sitemap-{code}.xml")):
            found[german, code, way] = place.url in said(address)
    return found


def test_pages_made_private_are_so_in_every_language_until_that_is_lifted(
    live_portal: support.Portal, open_page: Callable[..., Page], places: Places
) -> None:
    admin = sign_in(open_page("/admin/login/", **DESK), "freigabe")
    slugs = [german.rstrip("/").rsplit("/", 1)[-1] for german in PAGES]
    pages = [page_id(live_portal, f"Page.objects.get(slug='{slug}', locale__language_code='de').pk") for slug in slugs]
    visitor = open_page(HOME).request
    before = states(visitor, places)
    # All are found in every way, but that not every feed leads to a page that is no news.
    assert {(german, way) for (german, _code, way), is_there in before.items() if not is_there} <= {(PAGE, "feed")}
    for page in pages:
        set_privacy(admin, page, "password")
    try:
        assert states(visitor, places) == dict.fromkeys(before, False)
        # One password opens all versions.
        reader = open_page(PAGE)
        reader.fill("input[name=password]", PASSWORD)
        reader.locator("main button[type=submit], main input[type=submit]").first.click()
        reader.wait_for_url(urljoin(live_portal.url, PAGE))
        for code in PAGES[PAGE]:
            reader.goto(places.at(PAGE, code).url)
            expect(reader.locator("h1")).to_be_visible()
            expect(reader.locator("input[name=password]")).to_have_count(0)
    finally:
        for page in pages:
            set_privacy(admin, page, "none")
    assert states(visitor, places) == before
