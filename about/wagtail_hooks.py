"""What the offices tell the rest of the portal."""

from __future__ import annotations

from wagtail import hooks

from about.land_entries import LandEntry, by_land
from about.models import OfficePage
from portal.language.languages import SOURCE_LANGUAGE
from portal.listing import lists
from portal.pages import cards

ALL = 100


@hooks.register("list_offices")
def list_offices() -> list[LandEntry]:
    """Return the Länder with their offices, in the reader's language; an office that is not translated yet is there too, marked."""
    offices = cards.shown_for(list_office_pages())
    return by_land(offices, [cards.card_of(office) for office in offices])


@hooks.register("list_office_pages")
def list_office_pages() -> list[int]:
    """Return the ids of their pages in the source language."""
    return lists.first_ids(OfficePage._meta.label_lower, SOURCE_LANGUAGE, (), ALL)
