"""Somebody writes to the office: with the keyboard alone, without JavaScript, in German and Arabic; a reader marks it as done."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from participate import tokens
from tests import looks, support

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

MAKE = """
from django.contrib.auth.models import Group, User
from wagtail.models import Locale, Page
from participate.models import ContactPage, ContactTopic
from tests.builders import add, translate
home = Page.objects.get(url_path__endswith="/", depth=2, locale__language_code="de").specific
group = Group.objects.get(name="Anfragen")
user, _ = User.objects.get_or_create(username="leserin-der-reise", email="leserin@example.com")
user.groups.add(group)
for name in ("Reise nach Hause", "Reise der Presse"):
    ContactTopic.objects.create(name=name, locale=Locale.objects.get(language_code="de"))
page = add(home, ContactPage(title="Reise schreiben"))
translate(page, "ar", title="رحلة الكتابة")
"""
UNDO = """
from django.contrib.auth.models import User
from wagtail.models import Page
from participate.models import ContactPage, ContactTopic, Message
Message.objects.filter(text__contains="Reisefrage").delete()
key = ContactPage.objects.get(title="Reise schreiben").translation_key
# Pages that follow the German one go with it.
while page := Page.objects.filter(translation_key=key).first():
    page.delete()
ContactTopic.objects.filter(name__in=("Reise nach Hause", "Reise der Presse")).delete()
User.objects.filter(username="leserin-der-reise").delete()
"""
WHERE = "from participate.models import ContactPage; print('AT ' + ContactPage.objects.get(title='رحلة الكتابة').url)"
GERMAN = "/de/reise-schreiben/"


@pytest.fixture(scope="module")
def arabic(live_portal: support.Portal) -> Iterator[str]:
    """Return the address of a form in Arabic that somebody reads."""
    live_portal.manage("shell", "-c", MAKE)
    output = live_portal.manage("shell", "-c", WHERE)
    yield next(line.removeprefix("AT ") for line in output.splitlines() if line.startswith("AT "))
    live_portal.manage("shell", "-c", UNDO)


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.id")


def tab_to(page: Page, anchor: str) -> None:
    """Press the tabulator until an element has the focus; what programs alone fill in never gets it."""
    for _ in range(60):
        page.keyboard.press("Tab")
        assert focused(page) != "form-website"
        if focused(page) == anchor:
            return
    raise AssertionError(anchor)


def test_by_keyboard_alone_and_without_javascript(open_page: Callable[..., Page], arabic: str) -> None:
    page = open_page(GERMAN, java_script_enabled=False)
    tab_to(page, "form-topic")
    tab_to(page, "form-send")
    page.keyboard.press("Enter")
    expect(page).to_have_title("Fehler: Reise schreiben – IOM Deutschland")
    # The list of errors has the focus; its first link leads to the field.
    expect(page.locator(".error-summary")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#form-topic")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("Eine Reisefrage: z. B. zu § 24")
    tab_to(page, "form-send")
    page.wait_for_timeout(tokens.FASTEST * 1000)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Ihre Nachricht ist angekommen")).to_be_visible()
    assert (page.context.cookies(), page.outside, page.errors) == ([], [], [])
    # Loaded anew it stays one message: the confirmation is an address of its own.
    page.reload()
    expect(page.get_by_role("heading", name="Ihre Nachricht ist angekommen")).to_be_visible()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_in_any_state(dark: bool, open_page: Callable[..., Page], arabic: str) -> None:
    scheme = "dark" if dark else "light"
    for address in (GERMAN, arabic):
        page = open_page(address, bypass_csp=True, viewport={"width": 390, "height": 800}, color_scheme=scheme)
        found = looks.axe_violations(page)
        page.locator("#form-send").click()
        expect(page.locator(".error-summary")).to_be_focused()
        found += looks.axe_violations(page)
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        page.locator("#form-topic").select_option(index=1)
        page.locator("#form-text").fill("Reisefrage")
        page.wait_for_timeout(tokens.FASTEST * 1000)
        page.locator("#form-send").click()
        expect(page.locator(".notice--success")).to_be_visible()
        assert found + looks.axe_violations(page) == []
