"""What travels to a telephone stays below its limits: one address of each kind in each language; `make bench-wire` looks at all."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests import support
from tests.tools import bench_wire

LOOKED_AT = {("home", "uk"), ("home", "ar"), ("section", "de"), ("article", "de-simple"), ("article in German", "ar"), ("404", "uk")}
"""What the browser fetches: each font, the pages with most files, a fallback, a view that no page stands behind."""


@pytest.fixture(scope="module")
def addresses(live_portal: support.Portal) -> list[bench_wire.Address]:
    return list(bench_wire.one_of_each(bench_wire.addresses(live_portal)))


@pytest.mark.once
def test_html_is_small(live_portal: support.Portal, addresses: list[bench_wire.Address]) -> None:
    sizes = {address: bench_wire.html(live_portal, address) for address in addresses}
    assert {address.kind for address in addresses} >= {"home", "section", "list", "article", "article in German", "search", "404"}
    assert {address.path: size for address, size in sizes.items() if size[0] > size[1]} == {}


@pytest.mark.browser
def test_the_first_view_is_small_and_stands_still(
    live_portal: support.Portal, browser: Browser, addresses: list[bench_wire.Address]
) -> None:
    looked_at = [address for address in addresses if (address.kind, address.code) in LOOKED_AT]
    assert len(looked_at) == len(LOOKED_AT)
    views = {address.path: bench_wire.first_view(browser, live_portal, address) for address in looked_at}
    assert {path: view.faults for path, view in views.items() if view.faults} == {}
    assert all(view.requests > 3 and view.size > bench_wire.VIEW_BYTES / 4 for view in views.values())
