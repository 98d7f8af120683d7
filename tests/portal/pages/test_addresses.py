"""Addresses of pages are those that Wagtail gives them."""

from __future__ import annotations

import pytest
from django.db import connection
from wagtail.models import Page, Site

from portal.pages.addresses import address_of, ensure_indexes, roots
from tests.builders import make_content_page, make_home, make_section, translate

pytestmark = pytest.mark.django_db


@pytest.fixture
def pages() -> list[Page]:
    """Return pages in two languages, at home and below, one with letters that an address does not have, and one that lies nowhere."""
    home = make_home()
    section = make_section(home)
    page = make_content_page(section, title="Resettlement")
    for source in (home, section, page):
        translate(source, "ar")
    Page.objects.filter(pk=page.pk).update(url_path=f"{section.url_path}über-uns/")
    return list(Page.objects.order_by("path"))


def test_addresses_are_what_wagtail_says(pages: list[Page]) -> None:
    assert [address_of(page) for page in pages] == [page.get_url() or "" for page in pages]
    assert {address_of(page)[:4] for page in pages} == {"", "/de/", "/ar/"}
    homes = {page.locale.language_code: page.url_path for page in pages if page.depth == 2}
    assert set(roots()) == {(homes["de"], "/de/"), (homes["ar"], "/ar/")}


def test_of_several_sites_too(pages: list[Page]) -> None:
    other = pages[0].add_child(instance=Page(title="Andere", slug="andere", locale=pages[1].locale))
    below = other.add_child(instance=Page(title="Darunter", slug="darunter", locale=pages[1].locale))
    Site.objects.create(hostname="other.example", root_page=other)
    # Who answers where is for Wagtail to say then.
    assert {address for _path, address in roots()} == {""}
    assert address_of(below) == below.get_url() == "http://other.example/de/darunter/"
    assert [address_of(page) for page in pages] == [page.get_url() or "" for page in pages]


def test_the_index_of_addresses_is_made_anew_where_it_was_lost(db: None) -> None:
    """A migration of Wagtail that makes its table anew takes our indexes along."""

    def names() -> set[str]:
        with connection.cursor() as cursor:
            found = connection.introspection.get_constraints(cursor, Page._meta.db_table)
        return {name for name in found if name.startswith("portal_page_")}

    before = names()
    with connection.cursor() as cursor:
        for name in before:
            cursor.execute(f"DROP INDEX {name}")
    assert names() == set()
    for _time in range(2):
        ensure_indexes("default")
        assert names() == before != set()
