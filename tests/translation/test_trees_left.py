"""What the check of the page trees mends without a trace, and what it leaves."""

from __future__ import annotations

import pytest
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, PageLogEntry

from tests.builders import make_content_page
from tests.translation.test_trees import Portal, check, restrict, store
from translation.trees import find_problems

pytestmark = pytest.mark.django_db


@pytest.fixture
def portal() -> Portal:
    return Portal()


def test_a_copy_that_is_an_alias_leads_to_the_page_and_is_left_where_something_stands_below(portal: Portal) -> None:
    """In German and English alike; none is offered any more (`tests/portal/admin/test_editing.py`)."""
    made = [page.create_alias(update_slug="copy") for page in (portal.other, portal.of(portal.page, "en").specific)]
    assert {problem.page_id for problem in find_problems()} == {page.pk for page in made}
    below = make_content_page(made[0], "Darunter")
    assert not check("--repair")[0]
    assert Page.objects.filter(pk__in=[below.pk, made[0].pk]).count() == 2
    assert not Page.objects.filter(pk=made[1].pk).exists()
    redirect = Redirect.objects.get(old_path__endswith="/copy")
    assert redirect.redirect_page_id == portal.of(portal.page, "en").pk


def test_a_restriction_of_the_root_is_no_problem(portal: Portal) -> None:
    """Nothing stands above it; everything below is private."""
    restrict(Page.get_first_root_node(), "eins")
    assert check() == (True, "")


def test_what_is_taken_off_with_its_source_is_nobodys_doing(portal: Portal) -> None:
    alias = portal.of(portal.draft)
    store(alias, live=True)
    before = PageLogEntry.objects.count()
    assert check("--repair")[0]
    assert (portal.of(portal.draft).live, PageLogEntry.objects.count()) == (False, before)
