"""The goals of the 2030 Agenda: where each has its page, and which pages of all kinds say that they serve it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.apps import apps
from wagtail.models import Page

from portal import changes
from portal.language.languages import SOURCE_LANGUAGE
from portal.models import ListTerm
from portal.models.goals import Goal
from portal.pages import cards, links
from portal.pages.cards import Card
from portal.pages.links import Link

from . import lists
from .declarations import PARAMETERS, Text, listings, model_of
from .rows import indexes

KIND = "goal"
"""The kind of the pages of the goals, whatever app has them."""

FIELD = "goals"
"""The field of all kinds that goals are named in."""

SHOWN = 6
"""So many pages of a kind a goal shows; the others stand in the list of the kind."""

_MOST_ROWS = 3
"""In so many indexes a page may stand."""


@dataclass(frozen=True)
class Tile:
    """A goal as it is shown: its number, its short title, where its page is, how many of its targets are about migration."""

    number: str
    text: str
    link: Link | None = None
    targets: int = 0


@dataclass(frozen=True)
class Serving:
    """The pages of a kind that serve a goal, with the way to all of them where there are more."""

    heading: Text
    cards: list[Card]
    link: Link | None = None


def _tags(label: str) -> tuple[changes.Tag, ...]:
    return (changes.kind(label), changes.RESTRICTIONS)


@changes.kept("goal_pages", _tags)
def _pages(label: str) -> dict[str, tuple[int, int]]:
    """Return by number the id of each goal's page in the source language, and how many of its targets are about migration."""
    model = apps.get_model(label)
    pages = model.objects.filter(pk__in=lists.of_kind(KIND, SOURCE_LANGUAGE).values("page"))
    return {page.number: (page.pk, page.target_count) for page in pages}


def pages() -> dict[str, tuple[int, int]]:
    """Return that; nothing where no app has pages for goals."""
    model = model_of(KIND)
    return _pages(model._meta.label_lower) if model else {}


def page_ids(numbers: Iterable[str]) -> set[int]:
    """Return the ids of the pages of some goals, for links that are found together."""
    known = pages()
    return {known[number][0] for number in numbers if number in known}


def tile(number: str) -> Tile:
    """Return a goal for the reader, in the active language."""
    pk, targets = pages().get(number, (0, 0))
    found = links.resolve_one(pk) if pk else None
    return Tile(number, str(Goal(number).label), found.plain() if found else None, targets)


def tiles() -> list[Tile]:
    """Return all goals in their order. One query."""
    links.resolve(page_ids(Goal.values))
    return [tile(number) for number in Goal.values]


def beside(number: str) -> list[str]:
    """Return the goals before and after one."""
    return [str(near) for near in (int(number) - 1, int(number) + 1) if str(near) in Goal.values] if number in Goal.values else []


# --- what serves a goal ----------------------------------------------------------------------------------------------------


def _models() -> list[type[Page]]:
    """Return the page types that name goals and can be filtered by them: what lasts first, what ages last."""
    known = [model for model, listing in listings().items() if FIELD in listing.filters]
    return sorted(known, key=lambda model: (not model.listing.when.lasts, model.listing.when.ages))


def _serving_tags(*args: object) -> tuple[changes.Tag, ...]:
    return (*(changes.kind(model._meta.label_lower) for model in _models()), changes.RESTRICTIONS)


@changes.kept("goal_serving", _serving_tags)
def _serving(number: str, language_code: str) -> dict[str, tuple[list[int], int]]:
    """Return by page type the ids of the first pages of a language that serve a goal, the newest first, and their number."""
    found: dict[str, tuple[list[int], int]] = {}
    serve = ListTerm.objects.filter(name=FIELD, value=number).values("row")
    for model in _models():
        # A page stands in a row for each of its indexes.
        rows = lists.of_kind(model.listing.kind, language_code).filter(pk__in=serve)
        if count := rows.order_by().values("page").distinct().count():
            ids = rows.order_by("-start", "-page_id").values_list("page_id", flat=True)[: SHOWN * _MOST_ROWS]
            found[model._meta.label_lower] = (list(dict.fromkeys(ids))[:SHOWN], count)
    return found


def serving(number: str, language_code: str) -> list[Serving]:
    """Return what serves a goal, kind by kind: a query for each, and one for the lists of those kinds that have more."""
    known = {apps.get_model(label): entry for label, entry in _serving(number, language_code).items()}
    ways = _ways([model for model, (ids, count) in known.items() if count > len(ids)], number)
    return [
        Serving(model.listing.title, cards.with_telling_kinds(cards.entries_of(lists.by_ids(model, ids))), ways.get(model))
        for model, (ids, _count) in known.items()
    ]


def _ways(models: list[type[Page]], number: str) -> dict[type[Page], Link]:
    """Return for page types the link to their list, filtered by a goal."""
    found: dict[type[Page], Link] = {}
    # A theme lists projects too, and is a kind itself: it has no filters.
    only_lists = {index: listed for index, listed in indexes().items() if getattr(index, "listing", None) is None}
    lists_of = {index: model for index, listed in only_lists.items() for model in models if model in listed}
    if not lists_of:
        return found
    query = urlencode({PARAMETERS[FIELD]: number})
    for page, link in links.resolve_all(Page.objects.type(*lists_of), lambda row: row.locale.language_code == SOURCE_LANGUAGE):
        model = lists_of[page.specific_class]
        found[model] = Link(f"{link.plain().address}?{query}", str(model.listing.all_label))
    return found
