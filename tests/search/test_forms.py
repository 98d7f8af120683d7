"""Any query is made harmless, none is refused."""

from __future__ import annotations

import pytest
from django.http import QueryDict

from search.forms import SearchForm
from search.query import MAX_LENGTH, clean


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("  Familien  nachzug ", "Familien nachzug"),
        ("a\x00b", "a b"),
        ("\ud800x", "x"),
        ("\n\t", ""),
        ('"', '"'),
        ("kind:news", "kind:news"),
    ],
)
def test_clean_query(typed: str, query: str) -> None:
    assert clean(typed) == query


def test_a_long_query_is_cut() -> None:
    assert len(clean("x" * 10_000)) == MAX_LENGTH


@pytest.mark.parametrize(
    "address",
    [
        "",
        "q=",
        "q=%00&page=%00&sort=%00&type=%00",
        "page=-1",
        "page=1e9",
        "page=٣",
        "type=" + "x" * 10_000,
        "&".join(f"type={number}" for number in range(500)),
        "%ff%fe=%ff",
    ],
)
def test_any_address_is_read(address: str) -> None:
    form = SearchForm(QueryDict(address), "de")
    assert form.page >= 1
    assert len(form.filters) <= 20
    assert SearchForm(QueryDict(form.address()[1:]), "de").filters == form.filters


def test_an_address_without_one_filter() -> None:
    form = SearchForm(QueryDict("q=Hilfe&year=2023&type=story&year=2024&sort=date&page=3&unknown=1"), "de")
    assert form.filters == [("type", "story"), ("year", "2023"), ("year", "2024")]
    assert form.without(form.choices[1]) == "?q=Hilfe&type=story&year=2024&sort=date"
