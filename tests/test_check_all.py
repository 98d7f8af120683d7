"""axe on every page of the initial content: `make check-all`."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests import looks, support

pytestmark = [pytest.mark.check_all, pytest.mark.browser]

# The pages are dealt out so that the workers share them.
PARTS = 4
LOOKS = {
    "light, 1280 px": {"viewport": {"width": 1280, "height": 900}},
    "light, 320 px": {"viewport": {"width": 320, "height": 640}},
    "dark, 1280 px": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
}


@pytest.fixture(scope="session")
def addresses(live_portal: support.Portal) -> list[str]:
    return support.public_addresses(live_portal)


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("look", LOOKS)
def test_every_page(look: str, part: int, addresses: list[str], open_page: Callable[..., Page]) -> None:
    """No violation, nothing wider than the window, no request to another host, no complaint."""
    found = []
    page = open_page("about:blank", bypass_csp=True, **LOOKS[look])
    for address in addresses[part::PARTS]:
        page.goto(address)
        found += [f"{address}: {violation}" for violation in looks.axe_violations(page)]
        if width := looks.overflow(page):
            found.append(f"{address}: {width} px too wide")
    found += page.outside + page.errors
    assert not found, "\n".join(found)
