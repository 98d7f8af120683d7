"""What one answer holds to, and which pages lie below many paths."""

from __future__ import annotations

import pytest
from wagtail.models import Page, PageViewRestriction

from home.models import HomePage
from portal.pages import restrictions
from tests.builders import make_content_page

pytestmark = pytest.mark.django_db


def public(page: Page) -> bool:
    return restrictions.public(Page.objects.filter(pk=page.pk)).exists()


def test_one_answer_holds_to_what_was_private_when_it_began(home: HomePage) -> None:
    """And the next one knows better, whether another block was opened inside the first or not."""
    page = make_content_page(home, "Geheim")
    with restrictions.remembered():
        assert not restrictions.is_restricted(page)
        PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
        with restrictions.remembered():
            assert not restrictions.is_restricted(page)
        assert public(page)
    assert restrictions.is_restricted(page)
    with restrictions.remembered():
        assert not public(page)


@pytest.mark.parametrize("count", [1, 49, 50, 51, 52])
def test_private_are_a_page_and_what_stands_below_however_many_are(home: HomePage, count: int) -> None:
    """Neither its neighbours nor what stands above, whether few paths are asked for or many."""
    page = make_content_page(home, "Geheim")
    below = make_content_page(page, "Darunter")
    make_content_page(home, "Daneben")
    paths = {page.path, *(f"{number:04d}" for number in range(9000, 9000 + count - 1))}
    assert len(paths) == count
    assert set(Page.objects.filter(restrictions.at_or_below(paths)).values_list("pk", flat=True)) == {page.pk, below.pk}
