"""Files in restricted collections: no answer of the search knows them, from the moment at which something makes them private."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import Collection, CollectionViewRestriction

from home.models import ContentPage
from portal.models import PortalDocument
from tests.builders import translate
from tests.search.test_admin import sign_in
from tests.search.test_files import committed, offering, upload  # noqa: F401 (a fixture)

pytestmark = pytest.mark.django_db

WORD, TITLE = "Quastenflosser", "Zwergbartvogel"


@pytest.fixture
def places() -> dict[str, Collection]:
    """Collections: one restricted, one below it, one open."""
    root = Collection.get_first_root_node()
    restricted = root.add_child(name="Intern")
    CollectionViewRestriction.objects.create(collection=restricted, restriction_type="login")
    root.refresh_from_db()
    return {
        "restricted": restricted,
        "below": restricted.add_child(name="Protokolle"),
        "open": root.add_child(name="Presse"),
    }


@pytest.fixture
def document(places: dict[str, Collection], committed: Callable) -> PortalDocument:  # noqa: F811
    with committed():
        document = upload(f"Der {WORD} lebt tief im Meer.".encode(), "a.txt", TITLE)
        document.collection = places["open"]
        document.save()
    return document


@pytest.fixture
def pages(document: PortalDocument) -> list[ContentPage]:
    german = offering(document, "Tiefsee")
    return [german, translate(german, "en", title="Deep sea")]


def places_where_it_is_found(client: Client) -> list[str]:
    """Return the public answers that know the file, by any of its words, in two languages."""
    found = []
    for code, route in (("de", "suche"), ("en", "search"), ("ar", "bahth")):
        for word in (WORD, TITLE, WORD[:7], TITLE[:7], f"{WORD} Tiefsee Deep"):
            addresses = {
                "page": client.get(f"/{code}/{route}/", {"q": word}),
                "json": client.get(f"/{code}/{route}/", {"q": word, "format": "json"}),
                "suggestions": client.get(f"/{code}/{route}/suggestions/", {"q": word}),
                "api": client.get("/api/v2/pages/", {"search": word, "fields": "*"}),
            }
            for name, response in addresses.items():
                # What was asked is said again.
                said = response.content.decode().lower()
                for part in word.lower().split():
                    said = said.replace(part, "")
                hits = response.json()["total"] if name == "json" and " " not in word else 0
                if hits or "lebt tief" in said or "bartvogel" in said or "flosser" in said:
                    found.append(f"{name} {code} {word}")
    return found


def move_document(document: PortalDocument, place: Collection, client: Client) -> None:
    PortalDocument.objects.get(pk=document.pk)
    document.collection = place
    document.save()


def move_in_bulk(document: PortalDocument, place: Collection, client: Client) -> None:
    url = reverse("wagtail_bulk_action", args=["portal", "portaldocument", "add_to_collection"])
    sign_in(client).post(f"{url}?id={document.pk}", {"collection": place.pk})
    client.logout()


def move_collection(document: PortalDocument, place: Collection, client: Client) -> None:
    url = reverse("wagtailadmin_collections:edit", args=[document.collection_id])
    sign_in(client).post(url, {"name": "Presse", "parent": place.pk})
    client.logout()


def restrict_collection(document: PortalDocument, place: Collection, client: Client) -> None:
    url = reverse("wagtailadmin_collections:set_privacy", args=[document.collection_id])
    sign_in(client).post(url, {"restriction_type": "login"})
    client.logout()


@pytest.mark.parametrize("place", ["restricted", "below"])
@pytest.mark.parametrize("make_private", [move_document, move_in_bulk, move_collection, restrict_collection])
def test_what_becomes_private_is_found_nowhere_at_once(
    client: Client,
    document: PortalDocument,
    pages: list[ContentPage],
    places: dict[str, Collection],
    committed: Callable,  # noqa: F811
    make_private: Callable,
    place: str,
) -> None:
    before = places_where_it_is_found(client)
    assert {"json de Quastenflosser", "json de Zwergbartvogel", "json en Zwergbartvogel"} <= set(before)
    with committed():
        make_private(document, places[place], client)
    assert places_where_it_is_found(client) == []
    # And back again, without a word to the pages.
    with committed():
        CollectionViewRestriction.objects.all().delete()
    assert places_where_it_is_found(client) == before
