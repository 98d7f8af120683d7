"""What people see and do in a browser: visitors on a phone, without JavaScript, in the dark."""

from __future__ import annotations

import contextlib
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from io import BytesIO

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests import looks, support

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PHONE = {"viewport": {"width": 320, "height": 640}}
DESK = {"viewport": {"width": 1280, "height": 900}}
DARK = {**DESK, "color_scheme": "dark"}

# One page of each type, in both languages, and the views that are no pages.
ADDRESSES = {
    "de": [
        "/de/",
        "/de/wer-wir-sind/",
        "/de/unsere-arbeit/",
        "/de/daten-und-forschung/",
        "/de/mitmachen/",
        "/de/2030-agenda/",
        "/de/unsere-arbeit/resettlement-und-humanitaere-aufnahme/",
        "/de/aktuelles/",
        "/de/aktuelles/statement-zur-situation-in-ukraine-iom-generaldirektor-antonio-vitorino/",
        "/de/suche/?q=Resettlement",
        "/de/suche/?q=zzzz",
        "/de/nirgends/",
        "/de/seitenuebersicht/",
    ],
    "en": [
        "/en/",
        "/en/who-we-are/",
        "/en/our-work/",
        "/en/data-and-research/",
        "/en/take-part/",
        "/en/2030-agenda/",
        "/en/our-work/resettlement-and-humanitarian-admission/",
        "/en/news/",
        "/en/news/statement-on-the-situation-in-ukraine-iom-director-general-antonio-vitorino/",
        "/en/search/?q=Resettlement",
        "/en/nowhere/",
    ],
}
ALL = ADDRESSES["de"] + ADDRESSES["en"]


@pytest.fixture(scope="module")
def component_page(live_portal: support.Portal) -> Iterator[str]:
    """Serve the portal with the development settings, which alone have the component page, and return its address."""
    port = support.free_port()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "runserver", f"127.0.0.1:{port}", "--noreload"],
        cwd=support.BASE_DIR,
        env={**live_portal.environment, "DJANGO_SETTINGS_MODULE": "portal.settings.dev"},
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    deadline = time.monotonic() + support.PATIENCE
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            break
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.2)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(support.PATIENCE)


@pytest.mark.parametrize("look", [PHONE, DESK, DARK], ids=["320 px", "1280 px", "dark"])
def test_axe_finds_nothing_on_the_components(look: dict, component_page: str, open_page: Callable[..., Page]) -> None:
    page = open_page("about:blank", bypass_csp=True, **look)
    for language in ("de", "en"):
        answer = page.goto(f"{component_page}/{language}/komponenten/")
        assert answer.status == 200
        assert looks.axe_violations(page) == []
        assert looks.overflow(page) == 0


def test_no_page_scrolls_sideways_on_a_phone(live_portal: support.Portal, open_page: Callable[..., Page]) -> None:
    page = open_page("about:blank", **PHONE)
    too_wide = []
    for address in support.public_addresses(live_portal):
        page.goto(address, wait_until="domcontentloaded")
        if width := looks.overflow(page):
            too_wide.append((address, width))
    assert not too_wide


TOUCHING = """() => [...document.querySelectorAll('.task')].filter(task => {
    const arrow = task.querySelector(':scope > .icon')?.getBoundingClientRect();
    const text = document.createRange();
    text.selectNodeContents(task.querySelector('.card__body'));
    return arrow && [...text.getClientRects()].some(line => line.left < arrow.right && line.right > arrow.left
        && line.top < arrow.bottom && line.bottom > arrow.top);
}).map(task => task.innerText)"""


@pytest.mark.parametrize("address", ["/de/", "/ar/", "/de-simple/"])
def test_the_arrow_of_a_task_lies_on_no_text(address: str, open_page: Callable[..., Page]) -> None:
    page = open_page(address)
    for width in (320, 390, 600, 768, 1024, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.locator(".task > .icon").count() > 2
        assert page.evaluate(TOUCHING) == [], width


def test_an_editor_sees_the_userbar_within_the_policy(open_page: Callable[..., Page]) -> None:
    page = open_page("/admin/login/", **DESK)
    page.fill("input[name=username]", "redaktion")
    page.fill("input[name=password]", support.DEMO_PASSWORD)
    page.locator("button[type=submit]").first.click()
    page.wait_for_url(re.compile(r"/admin/$"))
    page.errors.clear()
    page.goto("/de/unsere-arbeit/")
    expect(page.locator("wagtail-userbar")).to_be_attached()
    assert page.errors == []
    assert page.outside == []


def test_no_page_asks_another_host_or_breaks_the_policy(open_page: Callable[..., Page]) -> None:
    page = open_page()
    for address in ALL:
        page.goto(address)
        assert not page.outside, address
        assert not page.errors, address
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_the_menu_opens_with_the_keyboard_and_escape_closes_it(open_page: Callable[..., Page]) -> None:
    page = open_page("/de/", **DESK)
    summary = page.locator(".main-nav summary").first
    summary.focus()
    page.keyboard.press("Enter")
    panel = page.locator(".mega").first
    expect(panel).to_be_visible()
    expect(panel).to_contain_text("175 Mitgliedsstaaten")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(summary).to_be_focused()


def test_the_menu_closes_when_the_focus_leaves_it_and_on_a_phone_with_escape(open_page: Callable[..., Page]) -> None:
    page = open_page("/de/", **DESK)
    summaries = page.locator(".main-nav summary")
    summaries.first.focus()
    page.keyboard.press("Enter")
    panel = page.locator(".mega").first
    for _ in range(panel.locator("a").count()):
        page.keyboard.press("Tab")
        expect(panel).to_be_visible()
    page.keyboard.press("Tab")
    expect(summaries.nth(1)).to_be_focused()
    expect(panel).to_be_hidden()

    page = open_page("/ar/", **PHONE)
    button, nav = page.locator(".menu-btn"), page.locator("#nav")
    button.focus()
    page.keyboard.press("Enter")
    expect(nav).to_be_visible()
    expect(page.locator(".main-nav__close")).to_be_hidden()
    page.keyboard.press("Tab")
    expect(nav.locator("summary").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(nav).to_be_hidden()
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    for _ in range(nav.locator("summary").count()):
        page.keyboard.press("Tab")
        expect(nav).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator(".site-head .icon-btn").last).to_be_focused()
    expect(nav).to_be_hidden()
    expect(button).to_have_attribute("aria-expanded", "false")


def test_the_menu_works_on_a_phone_without_javascript(open_page: Callable[..., Page]) -> None:
    page = open_page("/de/", java_script_enabled=False, **PHONE)
    nav = page.locator("#nav")
    expect(nav).to_be_hidden()
    page.locator(".menu-btn").click()
    expect(nav).to_be_visible()
    nav.locator("summary").nth(1).click()
    # The links come first: on a phone there is no introduction above them.
    expect(nav.locator(".mega p:visible")).to_have_count(0)
    nav.get_by_role("link", name="Menü schließen").click()
    expect(nav).to_be_hidden()
    page.locator(".menu-btn").click()
    nav.get_by_role("link", name=re.compile("Resettlement")).first.click()
    expect(page.locator("h1")).to_contain_text("Resettlement")


def test_a_visitor_switches_the_language_and_stays_on_the_page(open_page: Callable[..., Page]) -> None:
    page = open_page("/de/unsere-arbeit/resettlement-und-humanitaere-aufnahme/", **DESK)
    page.locator("details.lang summary").click()
    page.locator("details.lang a[hreflang=en]").click()
    expect(page).to_have_url(re.compile("/en/our-work/resettlement-and-humanitarian-admission/$"))
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_a_visitor_searches_and_follows_a_result(open_page: Callable[..., Page]) -> None:
    page = open_page("/de/", **DESK)
    page.locator("main form[role=search] input").fill("Familiennachzug")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/de/suche/\?q=Familiennachzug"))
    page.locator("li.search-result a").first.click()
    expect(page.locator("main")).to_contain_text("Familiennachzug")


def test_a_visitor_filters_the_news(open_page: Callable[..., Page]) -> None:
    page = open_page("/de/aktuelles/", **PHONE)
    page.locator("select[name=kind]").select_option("statement")
    page.locator("form.filter button, form.filter [type=submit]").first.click()
    expect(page).to_have_url(re.compile("kind=statement"))
    expect(page.locator("main")).to_contain_text("Statement zur Situation in Ukraine")


def test_text_can_be_spaced_out(open_page: Callable[..., Page]) -> None:
    """WCAG 1.4.12: nothing is cut off or overflows with wider spacing."""
    page = open_page("/de/", bypass_csp=True, **PHONE)
    for address in ADDRESSES["de"][:9]:
        page.goto(address)
        page.add_style_tag(
            content="*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}p{margin-block-end:2em!important}"
        )
        assert looks.overflow(page) == 0, address


def test_forced_colours_and_print(open_page: Callable[..., Page]) -> None:
    page = open_page("/de/", forced_colors="active", **DESK)
    expect(page.locator("h1")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator(".main-nav")).to_be_hidden()


def on_paper(page: Page) -> str:
    """Return the text of a page as it is printed, without the breaks of its lines."""
    reader = PdfReader(BytesIO(page.pdf(format="A4")))
    return "".join("".join(sheet.extract_text() for sheet in reader.pages).split())


@pytest.mark.parametrize("has_scripts", [True, False])
def test_on_paper_closed_answers_are_open_and_links_say_where_they_lead(
    open_page: Callable[..., Page], live_portal: support.Portal, has_scripts: bool
) -> None:
    page = open_page("/de/unsere-arbeit/was-wir-machen/", java_script_enabled=has_scripts, **DESK)
    answers = page.locator("main details")
    closed = [index for index in range(answers.count()) if answers.nth(index).get_attribute("open") is None]
    texts = ["".join(answers.nth(index).locator("p").first.text_content().split())[:30] for index in closed]
    assert len(texts) > 2
    paper = on_paper(page)
    assert [text for text in texts if text not in paper] == []
    assert "(https://germany.iom.int/" in paper
    assert (f"({live_portal.url}/de/unsere-arbeit/" in paper) is has_scripts
    assert "110(110)" not in paper
    # The screen is as it was.
    assert [answers.nth(index).get_attribute("open") for index in closed] == [None] * len(closed)


def test_on_paper_it_is_light_and_addresses_keep_their_direction(open_page: Callable[..., Page]) -> None:
    """Whoever reads in the dark prints on white; an address from left to right stays whole between Arabic words."""
    found = {}
    for scheme in ("light", "dark"):
        page = open_page("/ar/asilh-wajwbh/", color_scheme=scheme, java_script_enabled=False, **DESK)
        page.emulate_media(media="print", color_scheme=scheme)
        found[scheme] = page.evaluate(
            """() => {
              const look = (each, part) => getComputedStyle(each, part);
              const links = [...document.querySelectorAll("main :is(.prose, .sources) a[href^='http']")].map(each => look(each, "::after"));
              return {
                addresses: [...new Set(links.map(each => `${each.content.includes("http")} ${each.direction} ${each.unicodeBidi}`))],
                colours: ["body", "main a", ".notice", ".site-head"].map(name => look(document.querySelector(name))).map(
                  each => `${each.color} ${each.backgroundColor}`),
              };
            }"""
        )
    assert found["light"]["addresses"] == ["true ltr isolate"]
    assert found["dark"] == found["light"]
