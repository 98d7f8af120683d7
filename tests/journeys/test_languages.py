"""Visitors in every language: they search, read, meet pages that are not translated, get lost and switch the language."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

import pytest
from django.utils.translation import gettext, override
from playwright.sync_api import Locator, Page, expect

from portal.language.languages import LANGUAGES, languages_by_code
from tests import support
from tests.journeys.conftest import ALL_CODES, ARTICLE, HOME, NEWS, SECTION, Places, search_address

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

TRANSLATED = ["uk", "ar"]

# A page that both languages have, and the word of its title that is searched for: the longest of letters only.
SEARCHED_RECORD = "integration"
SEARCHED_PAGE = "/de/unsere-arbeit/integration/"
ABOUT_US = "/de/wer-wir-sind/ueber-uns/"


def says(code: str, text: str) -> str:
    """Return a text of the interface as a language's catalog has it."""
    with override(code):
        return gettext(text)


def word_of_title(code: str) -> str:
    """Return the longest word of the searched page's title, from the content."""
    record = json.loads((support.BASE_DIR / "content" / code / f"{SEARCHED_RECORD}.json").read_text(encoding="utf-8"))
    return max(re.findall(r"[^\W\d_]+", record["title"]), key=len)


def entries(page: Page) -> Locator:
    """Return the entries of the language switch."""
    return page.locator("details.lang li")


def entry(page: Page, code: str) -> Locator:
    """Return one language's entry of the switch; Leichte Sprache has no `hreflang`, but every name says its language."""
    return entries(page).filter(has=page.locator(f'[lang="{code}"]'))


def switch_to(page: Page, code: str) -> None:
    """Change the language as visitors do."""
    page.locator("details.lang summary").click()
    entry(page, code).locator("a").click()


def path_of(page: Page) -> str:
    """Return the address that the browser shows, without the host, readable."""
    parts = urlsplit(page.url)
    return unquote(parts.path + (f"?{parts.query}" if parts.query else ""))


def expect_language(page: Page, code: str) -> None:
    """The page says which language it is in, and which way that is written."""
    expect(page.locator("html")).to_have_attribute("lang", code)
    expect(page.locator("html")).to_have_attribute("dir", languages_by_code()[code].direction)


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_visitor_searches_reads_and_changes_the_language_and_back(
    code: str, places: Places, open_page: Callable[..., Page]
) -> None:
    wanted, english = places.at(SEARCHED_PAGE, code), places.at(SEARCHED_PAGE, "en")
    assert wanted.is_real
    page = open_page(places.at(HOME, code).url)
    expect_language(page, code)

    page.locator("main form[role=search] input").fill(word_of_title(code))
    page.keyboard.press("Enter")
    page.locator("li.search-result a").get_by_text(wanted.title, exact=True).click()
    expect_language(page, code)
    expect(page.locator("h1")).to_have_text(wanted.title)
    assert path_of(page) == unquote(wanted.url)

    switch_to(page, "en")
    expect(page.locator("h1")).to_have_text(english.title)
    expect_language(page, "en")
    assert path_of(page) == english.url

    switch_to(page, code)
    expect(page.locator("h1")).to_have_text(wanted.title)
    expect_language(page, code)
    assert path_of(page) == unquote(wanted.url)


def follow_marked_link_of_the_menu(page: Page, mark: str) -> None:
    """Open the first part of the menu that holds a page in German, and follow it."""
    part = page.locator(".main-nav li:has(> details)").filter(has=page.locator(".mega__list .mark-lang")).first
    part.locator("summary").click()
    link = part.locator(".mega__list a:has(.mark-lang)").first
    expect(link.locator(".mark-lang")).to_have_text(mark)
    expect(link).to_have_attribute("hreflang", "de")
    # The name is still German there, and says so to screen readers.
    expect(link.locator("span").first).to_have_attribute("lang", "de")
    expect(link.locator("span").first).to_have_attribute("dir", "ltr")
    link.click()


def follow_marked_card(page: Page, mark: str) -> None:
    """Follow the first card that leads to a page in German."""
    card = page.locator("main :is(.card, .items > li):has(:is(h2, h3) a[lang=de])").first
    expect(card.locator(".badge--off", has_text=mark)).to_have_count(1)
    link = card.locator("h2 a, h3 a")
    expect(link).to_have_attribute("dir", "ltr")
    link.click()


@pytest.mark.parametrize(
    ("start", "follow"), [(HOME, follow_marked_link_of_the_menu), (ABOUT_US, follow_marked_card)], ids=["menu", "card"]
)
@pytest.mark.parametrize("code", TRANSLATED)
def test_a_visitor_opens_a_page_that_is_not_translated_and_comes_back(
    code: str, start: str, follow: Callable[[Page, str], None], places: Places, open_page: Callable[..., Page]
) -> None:
    page = open_page(places.at(start, code).url)
    follow(page, says(code, "in German"))
    page.wait_for_url(lambda url: urlsplit(url).path != places.at(start, code).url)
    fallback = urlsplit(page.url).path
    german, versions = next((german, found) for german, found in places.pages.items() if code in found and found[code].url == fallback)
    assert not versions[code].is_real

    # The frame stays the visitor's; the text is German and says so.
    expect_language(page, code)
    content = page.locator('main > [lang="de"]')
    expect(content).to_have_attribute("dir", "ltr")
    expect(content.locator("h1")).to_have_text(versions["de"].title)

    notice = page.locator("main section.fallback")
    with override(code):
        expect(notice.get_by_role("heading")).to_have_text(gettext("This page has not been translated yet"))
        expect(notice).to_contain_text(gettext("You are reading the German text. This page exists in:"))
    assert notice.evaluate("notice => notice.closest('main > [lang]') === null")
    assert notice.bounding_box()["y"] + notice.bounding_box()["height"] <= content.bounding_box()["y"]
    named = {link.get_attribute("lang"): link.get_attribute("href") for link in notice.locator("a").all()}
    assert named == {other: found.url for other, found in versions.items() if found.is_real}

    notice.locator("a[lang=de]").click()
    expect(page.locator("h1")).to_have_text(versions["de"].title)
    expect_language(page, "de")
    expect(page.locator("section.fallback")).to_have_count(0)
    assert path_of(page) == german

    # The switch does not promise a translation: it says what waits there.
    expect(entry(page, code).locator("small")).to_have_text(says("de", "in German"))
    expect(entry(page, "en").locator("small")).to_have_count(0 if versions["en"].is_real else 1)
    switch_to(page, code)
    expect_language(page, code)
    assert path_of(page) == unquote(fallback)


@pytest.mark.parametrize("code", TRANSLATED)
def test_who_gets_lost_is_led_to_the_page_in_another_language(code: str, places: Places, open_page: Callable[..., Page]) -> None:
    english = places.at(ARTICLE, "en").url
    page = open_page("about:blank")
    answer = page.goto(f"/{code}/{english.removeprefix('/en/')}")
    assert answer.status == 404
    expect_language(page, code)
    expect(page.locator("h1")).to_have_text(says(code, "This page does not exist"))
    expect(page.get_by_role("heading", name=says(code, "This page exists in other languages"))).to_be_visible()
    suggested = {chip.locator("[lang]").get_attribute("lang"): chip.get_attribute("href") for chip in page.locator(".lost a.chip").all()}
    assert suggested == {other: found.url for other, found in places.pages[ARTICLE].items() if found.is_real}
    page.locator(f".lost a.chip[hreflang={code}]").click()
    expect(page.locator("h1")).to_have_text(places.at(ARTICLE, code).title)
    expect_language(page, code)

    page.goto(f"/{code}/nirgends/")
    expect(page.locator("h1")).to_have_text(says(code, "This page does not exist"))
    expect(page.locator(".lost a.chip")).to_have_count(0)


def switch_of(page: Page) -> dict[str, dict[str, object]]:
    """Return what the open switch shows, by language code; the address of the page's own language is the page's."""
    found = entries(page).evaluate_all(
        """items => items.map(item => {
            const name = item.querySelector("[lang]"), link = item.querySelector("a"), mark = item.querySelector("small");
            return {
                code: name.lang,
                name: name.textContent,
                url: link ? link.getAttribute("href") : null,
                mark: mark ? mark.textContent : "",
                isCurrent: item.querySelector("[aria-current=true]") !== null,
                isVisible: item.checkVisibility(),
            };
        })"""
    )
    here = path_of(page)
    return {item.pop("code"): {**item, "url": unquote(item["url"] or here)} for item in found}


@pytest.mark.parametrize("code", ALL_CODES)
def test_the_switch_lists_all_languages_in_every_view(code: str, places: Places, open_page: Callable[..., Page]) -> None:
    """Where the page is in a language (or its fallback), the entry leads there; else to the home page, and says so."""
    page = open_page("about:blank")
    homes = {other: places.at(HOME, other).url for other in ALL_CODES}
    topic = "?topic=resettlement"
    searches = {language.code: unquote(search_address(language, "Resettlement")) for language in LANGUAGES}
    lists = {other: found.url + topic for other, found in places.pages[NEWS].items()}
    expected = {
        homes[code]: homes,
        places.at(ARTICLE, code).url: {other: found.url for other, found in places.pages[ARTICLE].items()},
        places.at(SECTION, code).url: {other: found.url for other, found in places.pages[SECTION].items()},
        searches[code]: searches,
        f"/{code}/nirgends/": {code: f"/{code}/nirgends/"},
    }
    if code in lists:
        expected[lists[code]] = lists
    home_only = says(code, "home page only")
    for address, targets in expected.items():
        page.goto(address)
        # A closed list is not rendered, so that its fonts need not be fetched.
        page.locator("details.lang summary").click()
        shown = switch_of(page)
        assert list(shown) == ALL_CODES, address
        for other, item in shown.items():
            assert item["url"] == unquote(targets.get(other, homes[other])), (address, other)
            assert item["name"] == languages_by_code()[other].name
            assert item["isVisible"], (address, other)
            assert item["isCurrent"] is (other == code), (address, other)
            assert (item["mark"] == home_only) is (other not in targets), (address, other, item["mark"])


def test_the_switch_works_without_javascript(places: Places, open_page: Callable[..., Page]) -> None:
    """Once around all languages, each one left and entered by the switch."""
    article = places.pages[ARTICLE]
    page = open_page(article["de"].url, java_script_enabled=False)
    expect(entries(page).first).to_be_hidden()
    for code in [*ALL_CODES[1:], "de"]:
        switch_to(page, code)
        expect(page.locator("h1")).to_have_text(article[code].title)
        expect_language(page, code)
        assert path_of(page) == unquote(article[code].url)


@pytest.mark.parametrize("code", [language.code for language in LANGUAGES if language.follows_source])
def test_a_filter_stays_when_the_language_changes(code: str, places: Places, open_page: Callable[..., Page]) -> None:
    other = "en" if code != "en" else "de"
    page = open_page(places.at(NEWS, code).url)
    page.locator("select[name=topic]").select_option("resettlement")
    page.locator("form.filter [type=submit]").click()
    page.wait_for_url(re.compile("topic=resettlement"))
    switch_to(page, other)
    page.wait_for_url(lambda url: urlsplit(url).path == places.at(NEWS, other).url)
    expect(page.locator("select[name=topic]")).to_have_value("resettlement")
