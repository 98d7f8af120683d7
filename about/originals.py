"""The newest that IOM itself has published, from whatever kind says on what its pages are based."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal.listing import lists
from portal.listing.declarations import field_of, listings
from portal.pages import cards
from portal.pages.cards import Card, Form

BASED_ON = "isBasedOn"
"""What schema.org calls the original of a text; a kind that has originals declares the field with their addresses by it."""


@dataclass(frozen=True)
class Original:
    """A page of the portal as an entry of a list, and the origin of what it says, as `components/provenance.html` takes it."""

    card: Card
    origin: Any


def newest(language_code: str, count: int) -> list[Original]:
    """Return the newest public pages of a language that have an original elsewhere. One query for each kind, and those of cards."""
    found: list[Any] = []
    for model, listing in listings().items():
        name = listing.schema.properties.get(BASED_ON, "") if listing.schema else ""
        if field_of(model, name) is None:
            continue
        rows = lists.of_kind(listing.kind, language_code)
        pages = model.objects.filter(list_rows__pk__in=rows.values("pk")).exclude(**{name: ""})
        found += pages.order_by("-list_rows__start", "-pk").select_related("published_version").defer_streamfields()[:count]
    found.sort(key=lambda page: (page.listing.start(page), page.pk), reverse=True)
    found = found[:count]
    shown = [card.shown_as(Form.ITEM, picture=None) for card in cards.of(found)]
    return [Original(card, page.provenance) for card, page in zip(shown, found, strict=True)]
