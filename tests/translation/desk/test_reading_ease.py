"""How hard the German text is to read, shown where it is ordered and where it is written: a hint, no gate."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Page

from home.models import ContentPage
from tests.builders import make_content_page, publish
from tests.translation.desk.test_orders import order, other, page, shared_section, sign_in  # noqa: F401 (fixtures)

pytestmark = pytest.mark.django_db

HARD = "Die Inanspruchnahme der Rückkehrberatung erfordert vorherige Terminvereinbarung mit der zuständigen Beratungsstelle vor Ort."


def shown(client: Client, address: str) -> list[list[str]]:
    """Return what is said of each page: how hard it is, then its hard sentences."""
    found = BeautifulSoup(client.get(address).content, "html.parser").select(".portal-reading")
    return [[" ".join(part.get_text().split()) for part in one.select("summary, mark")] for one in found]


def ordering(*chosen: Page) -> str:
    return f"{reverse('translation_order_new')}?pages={','.join(str(one.pk) for one in chosen)}"


def test_an_order_shows_it_and_asks_for_nothing(page: ContentPage, other: ContentPage) -> None:  # noqa: F811
    page.lead = f"{HARD} Wir helfen."
    publish(page)
    # “Rückkehr”, then 13 words and 2: 16 in 3 sentences, 8 of them long.
    of_page = ["Rückkehr: LIX 55, mittelschwer, wie Sachbücher (1 schwerer Satz)", HARD.rstrip(".")]
    client = sign_in("redaktion")
    assert shown(client, ordering(page)) == [of_page]
    # The hardest first. “Asyl” and “Ein Satz zu Asyl.” have no long word in 5, and 2 sentences.
    assert shown(client, ordering(other, page)) == [of_page, ["Asyl: LIX 2, sehr leicht, wie Kinderbücher"]]
    assert order(client, [page]).pk


def test_a_draft_is_read_by_whoever_may_order_it(page: ContentPage) -> None:  # noqa: F811
    draft = make_content_page(Page.objects.get(pk=page.pk).get_parent().specific, "Entwurf", live=False, lead=HARD)
    draft.save_revision()
    (found,) = shown(sign_in("redaktion"), ordering(draft))
    assert found[1:] == [HARD.rstrip(".")]
    assert shown(sign_in("uebersetzung-uk"), ordering(draft)) == []


def test_it_stands_beside_the_form_of_the_german_page_and_of_no_other(page: ContentPage) -> None:  # noqa: F811
    page.lead = HARD
    page.save_revision()
    (found,) = shown(sign_in("redaktion"), reverse("wagtailadmin_pages:edit", args=[page.pk]))
    assert found == ["LIX 64, schwer, wie Fachliteratur (1 schwerer Satz)", HARD.rstrip(".")]


@pytest.mark.once
def test_more_pages_ask_for_no_more_queries(page: ContentPage) -> None:  # noqa: F811
    parent = Page.objects.get(pk=page.pk).get_parent().specific
    pages = [make_content_page(parent, f"Seite {number}", lead=HARD) for number in range(20)]
    client = sign_in("redaktion")

    def asked(number: int) -> int:
        shown(client, ordering(*pages[:number]))
        with CaptureQueriesContext(connection) as queries:
            assert len(shown(client, ordering(*pages[:number]))) == number
        return len(queries)

    assert asked(2) == asked(20)
