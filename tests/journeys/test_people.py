"""Four people who come for something: with the keyboard alone and without JavaScript, each in their own language, to where they wanted."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Places

pytestmark = [pytest.mark.browser, pytest.mark.content, pytest.mark.xdist_group("browser")]

WITHOUT_SCRIPT = {"java_script_enabled": False, "viewport": {"width": 390, "height": 800}}
MOST_STEPS = 250
OUR_WORK = "/de/unsere-arbeit/"
FAMILY = f"{OUR_WORK}unterstuetzungsprogramm-familiennachzug-fap/"
VISA = f"{FAMILY}hilfe-beim-visum-fuer-die-familie-fap/"
ADVICE = f"{OUR_WORK}unterstuetzte-rueckkehr-und-reintegration/virtuelle-rueckkehrberatung/"


def focused(page: Page) -> tuple[str, str]:
    """Return the address and the name of the link that has the focus."""
    link = page.locator(":focus")
    return (link.get_attribute("href") or "", " ".join(link.inner_text().split())) if link.count() else ("", "")


def follow(page: Page, address: str) -> None:
    """Press the tabulator until the link to an address has the focus, then Enter."""
    for _ in range(MOST_STEPS):
        page.keyboard.press("Tab")
        if focused(page)[0] == address:
            with page.expect_navigation():
                page.keyboard.press("Enter")
            assert page.url.endswith(address)
            return
    raise AssertionError(f"no way to {address} from {page.url}")


def open_answer(page: Page, words: str) -> None:
    """Press the tabulator until the question with these words has the focus, then Enter: its answer can be read."""
    for _ in range(MOST_STEPS):
        page.keyboard.press("Tab")
        if page.locator("summary:focus", has_text=words).count():
            page.keyboard.press("Enter")
            expect(page.locator("details[open]")).to_have_count(1)
            return
    raise AssertionError(f"no way to a question with {words} on {page.url}")


def headings(page: Page) -> list[str]:
    return [" ".join(text.replace("\xad", "").split()) for text in page.locator("main :is(h1, h2)").all_inner_texts()]


def is_in(page: Page, code: str) -> bool:
    """Return whether the page stands in one language alone: its own, with no notice that German follows."""
    return page.locator("html").get_attribute("lang") == code and page.locator("main > div[lang]").count() == 0


def test_a_wife_in_ukraine_learns_how_she_can_join_her_husband(places: Places, open_page: Callable[..., Page]) -> None:
    page = open_page("/uk/", **WITHOUT_SCRIPT)
    follow(page, places.at(FAMILY, "uk").url)
    assert is_in(page, "uk")
    follow(page, places.at(VISA, "uk").url)
    assert is_in(page, "uk")
    expect(page.locator("h1")).to_have_text(places.at(VISA, "uk").title)
    told = headings(page)
    # In this order: is it for me, what do I get, what does it cost, what next; each in Ukrainian.
    asked = ["Чи це для мене?", "Що я отримаю?", "Скільки це коштує?", "Що робити далі?"]
    assert [name for name in told if name in asked] == asked
    follow(page, places.at("/de/kontakt/", "uk").url)
    assert is_in(page, "uk")
    # His way where it is she who lives in Germany, with temporary protection: the answer leads to what that means.
    page.goto(places.at(FAMILY, "uk").url)
    open_answer(page, "§ 24")
    follow(page, places.at(f"{OUR_WORK}ankommen-was-sie-wissen-sollten/", "uk").url)
    assert is_in(page, "uk")
    assert (page.context.cookies(), page.outside, page.errors) == ([], [], [])


def test_somebody_who_speaks_arabic_finds_advice_on_return(places: Places, open_page: Callable[..., Page]) -> None:
    page = open_page("/ar/", **WITHOUT_SCRIPT)
    for _ in range(MOST_STEPS):
        page.keyboard.press("Tab")
        if page.locator("main input[name=q]:focus").count():
            break
    page.keyboard.type("مشورة العودة")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    follow(page, places.at(ADVICE, "ar").url)
    assert is_in(page, "ar")
    assert page.locator("html").get_attribute("dir") == "rtl"
    expect(page.locator("h1")).to_have_text(places.at(ADVICE, "ar").title)
    assert len(headings(page)) >= 4
    assert (page.context.cookies(), page.outside, page.errors) == ([], [], [])


def test_a_counsellor_prints_two_languages_on_one_sheet(places: Places, open_page: Callable[..., Page]) -> None:
    page = open_page(VISA, **WITHOUT_SCRIPT)
    follow(page, f"{VISA}?neben=ar")
    page.emulate_media(media="print")
    texts = [" ".join(text.replace("\xad", "").split()) for text in page.locator(".beside__row").all_inner_texts()]
    both = next(text for text in texts if places.at(VISA, "de").title in text)
    assert places.at(VISA, "ar").title in both
    cells = page.locator("main [dir=rtl][lang=ar]")
    assert cells.count() > 10
    # The sheet says where it was read, and leaves the ways on out.
    expect(page.locator(".main-nav")).to_be_hidden()
    expect(page.locator(".qr bdi")).to_be_visible()


@pytest.mark.parametrize("code", ["de", "ar"])
def test_a_page_loads_the_code_of_its_address_when_it_is_printed(code: str, places: Places, open_page: Callable[..., Page]) -> None:
    page, asked = open_page("about:blank"), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(places.at(VISA, code).url, wait_until="networkidle")
    address = re.sub(r"^https?://[^/]+", "", page.url)
    page.mouse.wheel(0, 100_000)
    page.wait_for_load_state("networkidle")
    assert [url for url in asked if "/qr.svg" in url] == []
    page.pdf()
    assert [url.split("?")[1] for url in asked if "/qr.svg" in url] == [f"path={quote(address, safe='')}"]


def test_a_student_finds_an_internship(places: Places, open_page: Callable[..., Page]) -> None:
    page = open_page("/de/", **WITHOUT_SCRIPT)
    follow(page, "/de/mitmachen/")
    internship = next(address for address in places.pages if "praktik" in address)
    follow(page, internship)
    expect(page.locator("h1")).to_have_text(places.at(internship, "de").title)
    links = [link.get_attribute("href") for link in page.locator("main a[href^='https://']").all()]
    assert any("iom.int" in link for link in links if link)
    follow(page, "/de/kontakt/")
