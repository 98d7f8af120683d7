"""What the addresses of private pages answer to those who read and to what caches in between."""

from __future__ import annotations

import pytest
from django.test import Client
from wagtail.models import Page, PageViewRestriction

from tests.builders import make_alias, make_content_page, make_home, translate

pytestmark = pytest.mark.django_db


def restrict(page: Page) -> PageViewRestriction:
    return PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.PASSWORD, password="sesam")  # noqa: S106


def test_a_private_home_page_asks_for_its_password(client: Client) -> None:
    home = make_home(title="Verschlossene Startseite")
    translate(home, "en", title="Closed home page")
    translate(make_content_page(home, "Rückkehr"), "en", title="Return")
    restriction = restrict(home)
    addresses = {"/de/": "Verschlossene", "/en/": "Closed", "/uk/": "Verschlossene", "/de/rueckkehr/": "Rückkehr", "/en/return/": "Return"}
    make_alias(home, "uk")
    for address, text in addresses.items():
        response = client.get(address)
        assert response.status_code == 200, address
        said = response.content.decode()
        assert f"authenticate_with_password/{restriction.pk}/" in said, address
        assert text not in said, address
    assert client.get("/de/nirgends/").status_code == 404
    # Where there is no such page nobody is asked for anything.
    assert client.get("/de-simple/").status_code == 404
    data = {"password": "sesam", "return_url": "/de/"}
    assert client.post(f"/de/_util/authenticate_with_password/{restriction.pk}/{home.pk}/", data).status_code == 302
    for address, text in addresses.items():
        assert text in client.get(address).content.decode(), address


def test_what_became_private_is_kept_by_no_cache_in_between(client: Client) -> None:
    home = make_home()
    translate(make_content_page(home, "Rückkehr"), "en", title="Return")
    for code, page in (("de", "rueckkehr"), ("en", "return")):
        first = client.get(f"/sitemap-{code}.xml")
        assert f"/{code}/{page}/" in first.content.decode()
        assert first["Cache-Control"] == "no-cache, public"
        known = {"HTTP_IF_NONE_MATCH": first["ETag"]}
        assert client.get(f"/sitemap-{code}.xml", **known).status_code == 304
        restriction = restrict(Page.objects.get(slug="rueckkehr", locale__language_code="de"))
        later = client.get(f"/sitemap-{code}.xml", **known)
        assert later.status_code == 200
        assert f"/{code}/{page}/" not in later.content.decode()
        restriction.delete()
