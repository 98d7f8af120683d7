"""The box “At a glance”: what a kind says of a page in terms and values."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.db.models import Manager
from django.utils.functional import Promise
from wagtail.models import Page

from portal.language.zones import TimeZone
from portal.models import taxonomy
from portal.models.goals import names_goals
from portal.models.taxonomy import Term
from portal.pages.links import Link

from . import goals
from .dates import Status
from .declarations import PARAMETERS, choices, field_of, label, value, values_of


@dataclass(frozen=True)
class Value:
    """One value: a text, its language where it is not that of the page, the address of the list that it filters, a date for machines,
    the status if it is one, the number if it is a goal of the 2030 Agenda, with the link to its page."""

    text: str
    language: str = ""
    url: str = ""
    machine_date: str = ""
    status: Status | None = None
    goal: str = ""
    link: Link | None = None


@dataclass(frozen=True)
class Fact:
    """A term with its values; those that lead to lists are shown as chips."""

    term: str | Promise
    values: list[Value] = field(default_factory=list)

    @property
    def are_chips(self) -> bool:
        """Return whether the values lead to lists."""
        return any(value.url for value in self.values)


def of_page(page: Page, index_url: str = "") -> list[Fact]:
    """Return the facts of a page that there is anything to say of, in the order in which they are declared."""
    listing, model = page.listing, type(page)
    found = [
        Fact(label(listing, model, name, is_fact=True), _values(page, name, index_url if name in listing.filters else ""))
        for name in listing.facts
    ]
    return [fact for fact in found if fact.values]


def _values(page: Page, name: str, index_url: str) -> list[Value]:
    if name == "when":
        return _dates(page)
    if name == "when.status":
        found = page.listing.status(page)
        return [Value(str(found.label), status=found)] if found else []
    known = value(page, name)
    if known is None:
        return []
    related = getattr(field_of(type(page), name), "related_model", None)
    if related is not None and issubclass(related, Term):
        terms = page.term_lists[name] if name in ("topics", "regions") else list(known.all()) if isinstance(known, Manager) else [known]
        parameter = PARAMETERS.get(name, name)
        return [
            Value(
                term["name"],
                language=term["language"],
                url=f"{index_url}?{urlencode({parameter: term['slug']})}" if index_url else "",
            )
            for term in taxonomy.localized(terms)
        ]
    if names_goals(field_of(type(page), name)):
        return [Value(tile.text, goal=tile.number, link=tile.link) for tile in map(goals.tile, known)]
    options = choices(type(page), name)
    language = page.foreign_language_of(name)
    leads = bool(index_url) and not language and (isinstance(known, list) or name in page.listing.lines)
    return [
        Value(
            str(options.get(one, one)),
            language=language,
            url=f"{index_url}?{urlencode({PARAMETERS.get(name, name): one})}" if leads else "",
        )
        for one in values_of(page, page.listing, name)
    ]


def _dates(page: Page) -> list[Value]:
    """Return when a page is, in its time zone; in German time too, where that is another."""
    if (dates := page.listing.dates(page)) is None:
        return []
    zones = [dates.zone] if dates.zone in (None, TimeZone.BERLIN) else [dates.zone, TimeZone.BERLIN]
    return [Value(date.text, machine_date=date.machine) for date in map(dates.plain, zones)]
