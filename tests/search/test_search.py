"""Search finds real pages of the reader's language, whatever is typed."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from search.service import Request, search
from tests.builders import make_alias, make_content_page, make_home, translate

pytestmark = pytest.mark.django_db

ODD_QUERIES = [
    '"',
    '""',
    "'",
    '"offen',
    "a:b",
    "kind:news",
    "\x00",
    "a\x00b",
    "\ud800",
    "x" * 10_000,
    "AND OR NOT",
    "(((",
    "*",
    "a*",
    "-",
    "--",
    "🙂",
    "\u202e",
    "%",
    "\\",
    "NEAR(",
    "^",
    " ",
    "😀" * 300,
]


@pytest.mark.parametrize("query", ODD_QUERIES)
@pytest.mark.parametrize("address", ["/de/suche/", "/en/search/"])
def test_any_input_is_answered(client: Client, query: str, address: str) -> None:
    make_home()
    response = client.get(address, {"q": query.encode("utf-8", "surrogatepass")})
    assert response.status_code == 200


@pytest.mark.parametrize("page", ["-1", "0", "abc", "1" + "0" * 30, "\x00", ""])
def test_any_page_number_is_answered(client: Client, page: str) -> None:
    make_content_page(make_home(), title="Resettlement")
    assert client.get("/de/suche/", {"q": "Resettlement", "page": page}).status_code == 200


def titles(query: str, language: str) -> list[str]:
    """Return the titles of the pages that a query finds, in their order."""
    return [hit.page.title for hit in search(Request(query, language)).hits]


def test_only_real_pages_of_the_language_are_found() -> None:
    home = make_home()
    page = make_content_page(home, title="Resettlement", lead="Aufnahme")
    make_content_page(home, title="Resettlement Entwurf", live=False)
    alias = make_content_page(home, title="Resettlement nur deutsch")
    make_alias(alias)
    translate(page, title="Resettlement in English")

    assert {*titles("Resettlement", "de")} == {"Resettlement", "Resettlement nur deutsch"}
    assert titles("Resettlement", "en") == ["Resettlement in English"]
    assert titles("Aufnahme resettlement", "de")[0] == "Resettlement"


def test_each_hit_is_a_list_item_whose_first_link_is_the_page(client: Client) -> None:
    make_content_page(make_home(), title="Resettlement", lead="Ein Satz.")
    soup = BeautifulSoup(client.get("/de/suche/", {"q": "resettlement"}).content, "html.parser")
    assert [item.a["href"] for item in soup.select("li.search-result")] == ["/de/resettlement/"]


@pytest.mark.once
def test_twenty_hits_cost_as_many_queries_as_ten(client: Client, django_assert_num_queries: object) -> None:
    home = make_home()
    # From ten on, other languages are not searched.
    for page in range(10):
        make_content_page(home, title=f"Resettlement {page}", show_in_menus=False)
    client.get("/de/suche/", {"q": "Resettlement"})
    with CaptureQueriesContext(connection) as ten:
        client.get("/de/suche/", {"q": "Resettlement"})
    number = len(ten)
    for page in range(10):
        make_content_page(home, title=f"Resettlement weiter {page}", show_in_menus=False)
    client.get("/de/suche/", {"q": "Resettlement"})
    with django_assert_num_queries(number):
        client.get("/de/suche/", {"q": "Resettlement"})
