"""What the addresses of private pages answer to those who read and to what caches in between."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.test import Client
from wagtail.models import Page, PageViewRestriction

from tests.builders import make_alias, make_content_page, make_home, publish, translate

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


def test_an_old_address_does_not_tell_where_a_private_page_is_now(
    client: Client, django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]]
) -> None:
    """Its new address may say what it is about: who may read the page is led there, all others find nothing."""
    page = make_content_page(make_home(), "Rückkehr")
    translate(page, "en", title="Return")
    old, now = {}, {}
    for version in Page.objects.filter(translation_key=page.translation_key).specific():
        code = version.locale.language_code
        old[code], version.slug = version.get_url(), f"geheim-{code}"
        with django_capture_on_commit_callbacks(execute=True):
            publish(version)
        now[code] = Page.objects.get(pk=version.pk).get_url()
    assert {code: client.get(address).headers["Location"] for code, address in old.items()} == now
    restriction = restrict(page)
    for address in old.values():
        answer = client.get(address)
        assert (answer.status_code, "geheim" in answer.content.decode(), "Location" in answer.headers) == (404, False, False)
    data = {"password": "sesam", "return_url": now["de"]}
    client.post(f"/de/_util/authenticate_with_password/{restriction.pk}/{page.pk}/", data)
    answers = {code: client.get(address) for code, address in old.items()}
    assert {code: (answer.status_code, answer.headers["Location"]) for code, answer in answers.items()} == {
        code: (302, address) for code, address in now.items()
    }
    assert {answer.headers["Cache-Control"] for answer in answers.values()} == {"private, no-store"}
