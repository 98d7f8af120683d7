"""Visitors who search: they type, follow a suggestion, narrow down, are corrected, change the language; also without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from portal.language.languages import languages_by_code
from tests import looks
from tests.journeys.conftest import ALL_CODES, SEARCHED, search_address
from tests.journeys.test_languages import expect_language, says, switch_to

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PHONE = {"viewport": {"width": 390, "height": 844}}
DESK = {"viewport": {"width": 1280, "height": 900}}

# The beginning of a word that pages of the language have, and a word of theirs with a mistake.
TYPED = {"de": "Famil", "en": "Resett", "uk": "пересел", "ar": "هجر", "de-simple": "Hilf"}
MISSPELT = {
    "de": "Resetlement Deutschland",
    "en": "resetlement Germany",
    "uk": "перселення сімей",
    "ar": "العودد الطوعية",
}


def asked(page: Page) -> dict[str, list[str]]:
    """Return the values that the address asks for."""
    return parse_qs(urlsplit(page.url).query)


def field(page: Page) -> Locator:
    """Return the search field of the page."""
    return page.locator("main form[role=search] input[type=search]")


def results(page: Page) -> Locator:
    """Return the results in the language of the page."""
    return page.locator("[data-click-url] li.search-result")


def number_found(page: Page) -> int:
    """Return the number that the page says it has found."""
    return int(re.search(r"\d+", page.locator(".result-head h2").inner_text())[0])


def options(page: Page) -> Locator:
    """Return the suggestions that are shown."""
    return page.locator("main [role=listbox] [role=option]")


def search_page(code: str, query: str = "") -> str:
    """Return the address of a language's search."""
    return search_address(languages_by_code()[code], query)


@pytest.mark.parametrize("code", ["de", "ar"])
def test_a_visitor_types_follows_a_suggestion_filters_and_takes_the_filter_back(
    code: str, open_page: Callable[..., Page]
) -> None:
    page = open_page(search_page(code), **DESK)
    field(page).press_sequentially(TYPED[code], delay=20)
    expect(options(page).first).to_be_visible()
    expect(field(page)).to_have_attribute("aria-expanded", "true")
    assert 1 <= options(page).count() <= 8
    # The second by the keyboard: what is typed stays until it is chosen.
    field(page).press("ArrowDown")
    field(page).press("ArrowDown")
    chosen = options(page).nth(1)
    expect(chosen).to_have_attribute("aria-selected", "true")
    expect(field(page)).to_have_attribute("aria-activedescendant", chosen.get_attribute("id"))
    expect(field(page)).to_have_value(TYPED[code])
    field(page).press("Escape")
    expect(page.locator("main [role=listbox]")).to_be_hidden()
    expect(field(page)).to_have_attribute("aria-expanded", "false")

    # One that is no page, by the mouse: it is searched for.
    field(page).press("ArrowDown")
    word = options(page).filter(has_not=page.locator("small")).first
    text = word.inner_text()
    word.click()
    page.wait_for_url(re.compile(r"\?q="))
    assert asked(page)["q"] == [text]
    expect(field(page)).to_have_value(text)
    expect_language(page, code)
    expect(results(page).first).to_be_visible()
    expect(results(page).locator("mark").first).to_be_visible()

    everything = number_found(page)
    box = page.locator(".facets .choice", has=page.locator("input[name=type]")).last
    number = int(box.locator(".count").inner_text())
    assert number < everything
    box.locator("input").check()
    page.locator(".facets button").click()
    expect(page.locator(".chips .chip")).to_have_count(1)
    assert number_found(page) == number
    assert asked(page)["q"] == [text]
    page.locator(".chips .chip").click()
    expect(page.locator(".chips .chip")).to_have_count(0)
    assert number_found(page) == everything
    assert page.errors == []


def test_a_suggested_page_opens_at_once(open_page: Callable[..., Page]) -> None:
    page = open_page("/de/", **PHONE)
    page.locator("main form[role=search] input").fill("Familiennachz")
    suggestion = page.locator("main [role=option]", has=page.locator("small")).first
    title = suggestion.locator("span").inner_text()
    suggestion.click()
    expect(page.locator("h1")).to_have_text(title)


@pytest.mark.parametrize("code", MISSPELT)
def test_a_typing_error_is_corrected_and_said(code: str, open_page: Callable[..., Page]) -> None:
    page = open_page(search_page(code), **PHONE)
    field(page).fill(MISSPELT[code])
    field(page).press("Enter")
    said = page.locator(".result-head p").first
    expect(said.locator("q").first).to_have_text(MISSPELT[code])
    expect(said.locator("q").last).not_to_have_text(MISSPELT[code])
    expect(results(page).first).to_be_visible()
    # Who meant it that way can say so.
    page.locator(".result-head .small a").click()
    assert "exact" in asked(page)
    expect(page.locator(".result-head .small a")).to_have_count(0)
    expect_language(page, code)


# Right words, some on our pages and some not, each with a word beside it that was once shown in its place.
RIGHT = [
    ("de", "Rückführung", "Rückkehr"), ("de", "Heirat", "Heimat"), ("de", "Duldung", "Meldung"), ("de", "Haft", "Halt"),
    ("en", "deportation", "report"), ("en", "prison", "person"),
    ("uk", "депортація", "репатріація"), ("uk", "притулок", "приток"), ("ar", "ترحيل", "تحيل"), ("ar", "لجوء", "لجنة"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "word", "other"), RIGHT)
def test_a_right_word_stays_itself(code: str, word: str, other: str, open_page: Callable[..., Page]) -> None:
    page = open_page(search_page(code), **DESK)
    with page.expect_response(lambda response: "/suggestions/" in response.url and response.request.url.endswith(quote(word))) as asked_for:
        field(page).press_sequentially(word, delay=20)
    offered = [suggestion["text"].casefold() for suggestion in asked_for.value.json()["suggestions"]]
    assert [text for text in offered if word.casefold() not in text] == []
    field(page).press("Enter")
    page.wait_for_url(re.compile(r"\?q="))
    assert asked(page) == {"q": [word]}
    expect(field(page)).to_have_value(word)
    # What the page says of the query is about this word alone; other words are links at most, never what is shown.
    assert set(page.locator(".result-head [role=status] q").all_inner_texts()) <= {word}
    if not results(page).count():
        expect(page.locator(".result-head h2 q")).to_have_text(word)
    marked = " ".join(page.locator("[data-click-url] mark").all_inner_texts()).casefold().split()
    assert bool(marked) == bool(results(page).count())
    assert other.casefold() not in marked


def test_the_language_is_changed_with_the_query(open_page: Callable[..., Page]) -> None:
    page = open_page(search_page("de", "Resettlement"), **DESK)
    found = number_found(page)
    switch_to(page, "en")
    expect_language(page, "en")
    assert asked(page)["q"] == ["Resettlement"]
    expect(field(page)).to_have_value("Resettlement")
    expect(results(page).first).to_be_visible()
    switch_to(page, "uk")
    expect_language(page, "uk")
    expect(field(page)).to_have_value("Resettlement")
    switch_to(page, "de")
    assert number_found(page) == found


def test_what_other_languages_have_is_labelled(open_page: Callable[..., Page]) -> None:
    page = open_page(search_page("uk", "Familienzusammenführung"), **DESK)
    group = page.locator(".foreign-results[lang=de]")
    expect(group.locator("li.search-result .badge").first).to_have_text("Deutsch")
    link = group.locator("h3 a").first
    link.click()
    expect_language(page, "de")


@pytest.mark.parametrize("code", ALL_CODES)
def test_nothing_found_helps(code: str, open_page: Callable[..., Page]) -> None:
    page = open_page(search_page(code, "qqqxyz"), **PHONE)
    expect(page.locator("main")).to_contain_text(says(code, "This often helps:"))
    assert page.locator("main .chips a").count() >= 2
    page.locator("main .chips a").first.click()
    expect(page.locator("h1")).to_be_visible()


def test_everything_works_without_javascript(open_page: Callable[..., Page]) -> None:
    page = open_page(search_page("de"), java_script_enabled=False, **PHONE)
    expect(field(page)).not_to_have_attribute("role", "combobox")
    field(page).fill("Hilfe")
    page.locator("main form[role=search] button").click()
    expect(results(page)).to_have_count(10)
    page.locator("details.facet-box summary").click()
    page.locator(".facets input[name=type]").first.check()
    page.locator(".facets button").click()
    expect(page.locator(".chips .chip")).to_have_count(1)
    page.locator(".chips .chip").click()
    page.locator(".sorting a").click()
    assert asked(page)["sort"] == ["date"]
    page.locator(".pager a[rel=next]").click()
    assert asked(page)["sort"] == ["date"]
    expect(results(page).first).to_be_visible()


@pytest.mark.parametrize("look", [PHONE, {**DESK, "color_scheme": "dark"}], ids=["phone", "dark"])
@pytest.mark.parametrize("code", ALL_CODES)
def test_axe_finds_nothing_while_suggestions_are_shown(code: str, look: dict, open_page: Callable[..., Page]) -> None:
    page = open_page("about:blank", bypass_csp=True, **look)
    page.goto(search_page(code, SEARCHED[code]))
    field(page).fill(TYPED[code])
    expect(options(page).first).to_be_visible()
    field(page).press("ArrowDown")
    assert looks.axe_violations(page) == []
    assert looks.overflow(page) == 0
