"""Data sets that other pages show figures of: they stay, and it is said where they are needed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy
from wagtail.models import Page, ReferenceIndex

from portal.blocks.data import DATA_SET_BLOCK
from portal.facts import figures
from portal.models import Fact

from .facts import link_to, places


def places_of(pages: Iterable[Page]) -> dict[Page, list[Any]]:
    """Return by data set, of those among some pages and below them, what needs it: facts, what shows these, pages with its chart."""
    pages = list(pages)
    models = tuple(figures.sources())
    below = [one for page in pages for one in page.get_descendants(inclusive=True).specific() if isinstance(one, models)]
    found: dict[Page, list[Any]] = defaultdict(list)
    facts = list(Fact.objects.filter(dataset__in=[one.pk for one in below]).select_related("locale"))
    by_fact = places(facts) if facts else {}
    for page in below:
        own = [fact for fact in facts if fact.dataset_id == page.pk]
        found[page] += [*own, *(place for fact in own for place in by_fact.get(fact.pk, []))]
        references = ReferenceIndex.get_references_to(page).filter(model_path__endswith=f".{DATA_SET_BLOCK}.page")
        shown_on = Page.objects.filter(pk__in=[int(pk) for pk in references.values_list("object_id", flat=True)])
        found[page] += [one for one in shown_on.select_related("locale") if one.alias_of_id is None]
    inside = {one.pk for one in below}
    return {page: left for page, used in found.items() if (left := [one for one in used if not _is_inside(one, inside)])}


def _is_inside(instance: Any, pages: set[int]) -> bool:
    return isinstance(instance, Page) and instance.pk in pages


TITLE: str | Promise = pgettext_lazy("admin", "This data set is in use")
ADVICE: str | Promise = pgettext_lazy("admin", "It stays: other pages show its figures. Take it out of these places first.")


def refuse(request: HttpRequest, pages: Iterable[Page]) -> HttpResponse | None:
    """Answer with the places of data sets that are in use; None where none is."""
    used = [(page, [link_to(request.user, one) for one in dict.fromkeys(needed)]) for page, needed in places_of(pages).items()]
    if not used:
        return None
    named = [(page.get_admin_display_title(), links) for page, links in used]
    return render(request, "portal/admin/used_facts.html", {"used": named, "title": TITLE, "advice": ADVICE}, status=409)


def refuse_deletion(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Answer with the places of a data set that is in use, or of one below a page, instead of deleting it."""
    return refuse(request, [page])


def refuse_deletions(request: HttpRequest, action_type: str, objects: list[Any], action: object) -> HttpResponse | None:
    """Answer so too where several pages are deleted at once."""
    pages = [one for one in objects if isinstance(one, Page)]
    return refuse(request, pages) if action_type == "delete" and pages else None
