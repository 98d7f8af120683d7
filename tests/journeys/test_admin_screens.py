"""Every screen of the admin in a browser: no complaint of a script, nothing that cannot be loaded, no English words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import Error, Page, Response, expect

from tests import support
from tests.admin_crawl import kind_of, visible
from tests.journeys.test_editing import DESK, sign_in
from tests.test_admin_language import in_english, upstream_texts

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("editing"), pytest.mark.usefixtures("taken_back")]

LINKS = "Array.from(document.querySelectorAll('a[href]'), link => link.getAttribute('href'))"


def addresses(page: Page) -> Iterator[str]:
    """Open one screen of each kind, beginning with the first page, and yield its address once it stands in the browser."""
    waiting, kinds = ["/admin/"], set()
    while waiting:
        address = waiting.pop(0)
        kind = kind_of(address)
        # What is done to many things at once has no screen before somebody has ticked them.
        if kind is None or kind in kinds or "?" in address or "/results/" in address or "/bulk/" in address:
            continue
        kinds.add(kind)
        try:
            page.goto(address, wait_until="load")
        except Error as error:
            if "Download is starting" in error.message:
                continue
            raise
        yield address
        waiting.extend(urlsplit(urljoin(address, link))._replace(fragment="").geturl() for link in page.evaluate(LINKS))


def test_no_screen_complains_or_speaks_english(live_portal: support.Portal, open_page: Callable[..., Page]) -> None:
    """As the administrator, in German: all screens that links lead to, one of a kind."""
    page = sign_in(open_page("/admin/login/", **DESK), "admin")
    failed: list[str] = []

    def note(response: Response) -> None:
        if response.status >= 400:
            failed.append(f"{response.status} {response.url.removeprefix(live_portal.url)}")

    page.on("response", note)
    english = upstream_texts()
    wrong: dict[str, list[str]] = {}
    count = 0
    for address in addresses(page):
        count += 1
        found = [*page.errors, *failed, *in_english(visible(page.content()), english, "")]
        page.errors.clear()
        failed.clear()
        if found:
            wrong[address] = found
    assert wrong == {}
    assert count > 80


def test_widgets_are_built_though_no_script_stands_in_the_page(live_portal: support.Portal, open_page: Callable[..., Page]) -> None:
    """A date of a filter, a page in a form that is added, and one that stood there."""
    page = sign_in(open_page("/admin/login/", **DESK), "admin")
    page.goto("/admin/reports/website-search/")
    expect(page.locator("template[data-controller=portal-widget]")).to_have_count(0)
    expect(page.locator(".xdsoft_datetimepicker")).to_have_count(2)
    page.goto("/admin/groups/new/")
    page.locator("#id_page_permissions-ADD").click()
    page.locator("#id_page_permissions-0-page-chooser [data-chooser-action-choose]:visible").click()
    expect(page.locator(".modal-dialog h1")).to_have_count(1)
    assert page.errors == []
