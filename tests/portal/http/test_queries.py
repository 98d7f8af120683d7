"""What visitors read asks few queries of the database once what is kept is there: no page cache answers here."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

MOST = {
    "/de/": 8, "/ar/": 8,
    "/de/aktuelles/libyen-massengrab-mit-65-toten-entdeckt/": 6,
    "/de/aktuelles/": 7, "/en/news/": 7, "/de/aktuelles/?page=2": 7,
    "/de/suche/?q=Resettlement": 8, "/en/search/?q=resettlement": 8,
    "/de/feed.rss": 6, "/en/feed.atom": 6,
}  # fmt: skip


@pytest.mark.once
def test_pages_ask_few_queries(content: None, client: Client) -> None:
    """However many items there are: `tests/portal/blocks/test_rendering.py` and the tests of each kind compare one with twenty."""
    needed: dict[str, int] = {}
    for address in MOST:
        for _ in range(2):
            assert client.get(address).status_code == 200, address
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        needed[address] = len(captured)
    assert {address: number for address, number in needed.items() if number > MOST[address]} == {}
