"""Which feeds there are: those that a kind declares, of all of it and of each topic, in each language; and no others."""

from __future__ import annotations

import uuid

import pytest
from django.urls import Resolver404, resolve
from django.utils import translation

from portal.listing.declarations import FEEDS, listings

OF_KINDS = {"news": ("rss", "atom"), "event": ("rss", "atom", "ics"), "vacancy": ("rss", "atom"), "tender": ("rss", "atom")}


def answers(address: str) -> str:
    """Return the name of what answers an address, if it is a feed."""
    try:
        name = str(resolve(address).url_name)
    except Resolver404:
        return ""
    return name if name.startswith("feed_") else ""


@pytest.mark.parametrize("code", ["de", "ar"])
def test_the_feeds_of_a_kind_are_those_that_it_declares(code: str) -> None:
    key = uuid.uuid4()
    with translation.override(code):
        for kind in (listing.kind for listing in listings().values()):
            path, formats = f"/{code}/{'feed' if kind == 'news' else f'feeds/{kind}'}", OF_KINDS.get(kind, ())
            for name in (*FEEDS, "json"):
                expected = f"feed_{kind}" if name in formats else ""
                found = [answers(f"{path}.{name}"), answers(f"{path}/ein-thema.{name}"), answers(f"{path}/zwei/themen.{name}")]
                assert (kind, name, found) == (kind, name, [expected, expected, ""])
            # Of what takes place at a time each page is a calendar of its own.
            single = [answers(f"{path}/items/{name}.ics") for name in (key, "meldung")]
            assert (kind, single) == (kind, [f"feed_item_{kind}" if "ics" in formats else "", ""])
