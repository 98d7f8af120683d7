"""Somebody leaves a page quickly: by mouse, keyboard, without JavaScript; nothing on the screen or in the history tells of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from tests import looks
from tests.journeys.conftest import ALL_CODES, Places

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PROTECTION = "/de/unsere-arbeit/schutz-und-unterstuetzung/"


def without_the_outside(page: Page) -> Page:
    """Answer the weather page here."""
    page.route(settings.QUICK_EXIT_URL, lambda route: route.fulfill(body="<title>Wetter</title>", content_type="text/html"))
    return page


def leave(page: Page, by: Callable[[Page], None]) -> None:
    """Come from the home page, leave by some way, and be where nothing leads back to the page."""
    without_the_outside(page).goto(PROTECTION)
    by(page)
    expect(page).to_have_title("Wetter")
    page.go_back()
    assert page.url.endswith("/de/")


def test_it_leads_away_at_once_and_nothing_leads_back(open_page: Callable[..., Page]) -> None:
    leave(open_page("/de/"), lambda page: page.locator("[data-quick-exit]").click())


def test_it_is_reached_and_pressed_by_keyboard(open_page: Callable[..., Page]) -> None:
    def by_tab(page: Page) -> None:
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")

    leave(open_page("/de/"), by_tab)


def test_escape_twice_does_the_same_and_once_nothing(open_page: Callable[..., Page]) -> None:
    def by_escape(page: Page) -> None:
        page.keyboard.press("Escape")
        assert page.url.endswith(PROTECTION)
        page.keyboard.press("Escape")

    leave(open_page("/de/"), by_escape)


def test_without_javascript_it_is_a_link(open_page: Callable[..., Page]) -> None:
    page = without_the_outside(open_page(PROTECTION, java_script_enabled=False))
    assert not page.get_by_text("oder zweimal Esc drücken").is_visible()
    page.get_by_role("link", name="Seite schnell verlassen").click()
    expect(page).to_have_title("Wetter")


@pytest.mark.parametrize(("code", "width"), [*((code, 390) for code in ALL_CODES), ("de", 1280), ("ar", 1280)])
def test_it_stays_in_sight_covers_nothing_focused_and_axe_agrees(
    code: str, width: int, open_page: Callable[..., Page], places: Places
) -> None:
    page = open_page(places.at(PROTECTION, code).url, viewport={"width": width, "height": 700}, bypass_csp=True)
    page.evaluate("scrollTo(0, document.body.scrollHeight / 2)")
    button = page.locator("[data-quick-exit]")
    expect(button).to_be_in_viewport(ratio=1)
    box = button.bounding_box()
    assert box["height"] >= 44
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("main a").nth(3).focus()
    page.keyboard.press("Shift+Tab")
    bottom = page.evaluate("document.querySelector('.quick-exit').getBoundingClientRect().bottom")
    assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= bottom
    assert looks.axe_violations(page) == []
