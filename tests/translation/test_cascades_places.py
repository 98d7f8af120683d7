"""Where versions are put, what they are called there, and what is said of that."""

from __future__ import annotations

import pytest

from tests.builders import make_content_page, make_section
from tests.translation.test_cascades import CODES, Trees, build, fresh
from translation import cascades

pytestmark = pytest.mark.django_db


@pytest.fixture
def trees() -> Trees:
    return build()


@pytest.mark.parametrize("code", CODES)
def test_a_destination_that_lies_deep_without_a_version(trees: Trees, code: str) -> None:
    third = make_section(trees.home, "Mitmachen")
    fourth = make_content_page(third, "Ehrenamt")
    fresh(trees.page).move(fourth, "last-child")
    assert (trees.titles(third, code), trees.titles(fourth, code)) == (["Ehrenamt"], ["Rückkehr"])
    assert trees.of(fourth, code).alias_of_id == fourth.pk


@pytest.mark.parametrize("code", CODES)
def test_what_stands_in_its_place_is_left_and_what_does_not_is_moved(trees: Trees, code: str) -> None:
    pages = (trees.page, trees.begun, trees.other)
    assert [cascades.place(trees.of(page, code), fresh(page)) for page in pages] == [False] * 3
    trees.of(trees.other, code).move(trees.of(trees.page, code), "left")
    assert trees.titles(trees.first, code) == ["Zahlen", "Rückkehr", "Schutz"]
    assert [cascades.place(trees.of(page, code), fresh(page)) for page in reversed(pages)] == [True, False, False]
    assert trees.titles(trees.first, code) == ["Rückkehr", "Schutz", "Zahlen"]
    # Home pages stand side by side.
    assert cascades.place(trees.of(trees.home, code), fresh(trees.home)) is False


@pytest.mark.parametrize("code", CODES)
def test_a_slug_is_taken_where_it_is_another(trees: Trees, code: str) -> None:
    page = trees.of(trees.other, code)
    assert [cascades.take_slug(page, slug) for slug in ("zahlen", "fakten", "fakten", "schutz")] == [False, True, False, True]
    assert trees.of(trees.other, code).slug == "schutz-1"
