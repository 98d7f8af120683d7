"""Pages of the source by languages: what stands in each cell, how many of each there are, which a person sees."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from wagtail.models import Locale, Page, TranslatableMixin

from portal.admin import titles
from portal.language.languages import LANGUAGES, SOURCE_LANGUAGE, languages_by_code
from portal.models import FallbackVisits
from portal.pages.versions import locales_by_id
from translation.permissions import working_locale_ids

from . import progress, texts
from .cells import Cell as Cell
from .states import State, is_ordered, with_reviews, with_states

DEMAND_TIME = datetime.timedelta(days=90)
"""Visits that are older say nothing of what is looked for."""


def locales_for(user: AbstractBaseUser) -> list[Locale]:
    """Return the languages that a person sees, in the portal's order: all for those who write in the source's, else their own."""
    found = {locale.language_code: locale for locale in locales_by_id().values()}
    own = working_locale_ids(user)
    source = found.get(SOURCE_LANGUAGE)
    sees_all = source is not None and source.pk in own
    others = [found[language.code] for language in LANGUAGES if language.code in found and language.code != SOURCE_LANGUAGE]
    return [locale for locale in others if sees_all or locale.pk in own]


def sources_for(user: AbstractBaseUser) -> QuerySet:
    """Return the pages of the source that a person may know of."""
    pages = Page.objects.filter(locale__language_code=SOURCE_LANGUAGE, alias_of=None, depth__gt=1)
    return titles.seen_by(user, pages)


def with_demand(pages: QuerySet, locales: Iterable[Locale]) -> QuerySet:
    """Annotate pages of the source with their `demand`: how often visitors who read any of some languages got the German text, lately."""
    visits = FallbackVisits.objects.filter(
        translation_key=OuterRef("translation_key"),
        language__in=[locale.language_code for locale in locales],
        day__gt=timezone.localdate() - DEMAND_TIME,
    )
    numbers = visits.order_by().values("translation_key").annotate(sum=Sum("number")).values("sum")
    return pages.annotate(demand=Coalesce(Subquery(numbers), 0))


_NEEDED = {
    State.TRANSLATED: Q(published_version__completed_at__isnull=False),
    State.OFFLINE: Q(published_version__completed_at__isnull=False),
    State.OUT_OF_DATE: Q(published_version__source_changed_at__isnull=False),
    State.WITHDRAWN: Q(published_version__withdrawn_at__isnull=False),
}
"""What a version in a state has at any rate: of all others the database need not look for the texts that were begun."""


BEGUN = (State.ORDERED, State.IN_WORK)
"""States that differ by one text: to look for it takes so long that it is done once for a screen (`found_in`)."""

Found = tuple[State, Sequence[tuple[UUID, int]]]
"""A state of `BEGUN`, and translation key and language's id of each version in it."""


def found_in(sources: QuerySet, state: State, locales: Iterable[Locale]) -> Found:
    """Return which versions of pages are in a state of `BEGUN`. One query."""
    unfinished = Q(alias_of__isnull=False) | Q(published_version__completed_at__isnull=True)
    rows = Page.objects.filter(unfinished, locale__in=list(locales), translation_key__in=sources.order_by().values("translation_key"))
    return state, list(with_states(rows).filter(state=state).order_by().values_list("translation_key", "locale_id"))


def in_state(pages: QuerySet, state: State, locales: Iterable[Locale], found: Found | None = None) -> QuerySet:
    """Return those of the source's pages that are in a state in any of some languages.

    Args:
        found: what was asked before, for this state and more pages and languages.
    """
    ids = [locale.pk for locale in locales]
    if found is not None:
        keys = {key for key, locale_id in found[1] if locale_id in ids}
        if len(keys) <= progress.BATCH:
            return pages.filter(translation_key__in=keys)
    rows = Page.objects.filter(locale__in=ids)
    if state == State.IN_REVIEW:
        # What is withdrawn and waits for a review is both.
        return pages.filter(translation_key__in=with_reviews(rows).filter(is_in_review=True).values("translation_key"))
    if state == State.ALIAS:
        # Most pages of a young language are: said without the whole of `with_states`.
        aliases = with_reviews(rows).filter(~is_ordered(), alias_of__isnull=False, is_in_review=False)
        return pages.filter(translation_key__in=aliases.values("translation_key"))
    if state != State.MISSING:
        rows = rows.filter(_NEEDED.get(state, Q()))
        return pages.filter(translation_key__in=with_states(rows).filter(state=state).values("translation_key"))
    there = rows.filter(translation_key=OuterRef("translation_key")).order_by().values("translation_key")
    number = Subquery(there.annotate(number=Count("pk")).values("number")[:1])
    return pages.annotate(number=Coalesce(number, 0)).filter(number__lt=len(ids))


def totals(sources: QuerySet, locales: Iterable[Locale], known: Found | None = None) -> dict[int, dict[State, int]]:
    """Return how many pages are in which state, by the ids of languages; what is withdrawn and waits for a review is counted as both.

    One query, whatever their number.

    Args:
        known: what was asked before of these pages and languages.
    """
    found: dict[int, dict[State, int]] = {locale.pk: {} for locale in locales}
    # The sources themselves are counted with their versions: what is missing is the rest.
    of_source = Q(locale__language_code=SOURCE_LANGUAGE, alias_of=None)
    keys = sources.order_by().values("translation_key")
    rows = Page.objects.filter(of_source | Q(locale__in=list(found)), translation_key__in=keys)
    number_of_sources = 0
    waiting: dict[int, int] = {}
    told = with_reviews(with_states(rows, tells_begun=known is None)).order_by()
    counted = told.values_list("locale_id", "state", "is_in_review").annotate(number=Count("pk"))
    for locale_id, name, is_in_review, number in counted:
        if locale_id in found:
            state = State(name)
            found[locale_id][state] = found[locale_id].get(state, 0) + number
            if is_in_review and state != State.IN_REVIEW:
                waiting[locale_id] = waiting.get(locale_id, 0) + number
        else:
            number_of_sources += number
    if known is not None:
        _tell_begun(found, *known)
    for locale_id, counts in found.items():
        if missing := number_of_sources - sum(counts.values()):
            counts[State.MISSING] = missing
        if also := waiting.get(locale_id):
            counts[State.IN_REVIEW] = counts.get(State.IN_REVIEW, 0) + also
    return found


def _tell_begun(found: dict[int, dict[State, int]], state: State, places: Iterable[tuple[UUID, int]]) -> None:
    """Tell what is in work from what is ordered, where that was not told, by what is known of one of both."""
    numbers = Counter(locale_id for _key, locale_id in places)
    (other,) = set(BEGUN) - {state}
    for locale_id, counts in found.items():
        both = sum(counts.pop(one, 0) for one in BEGUN)
        counts |= {one: number for one, number in ((state, numbers[locale_id]), (other, both - numbers[locale_id])) if number}


def cells(keys: Iterable[UUID], locales: Iterable[Locale], counted: progress.Counted | None = None) -> dict[UUID, list[Cell]]:
    """Return the cells of pages by their translation key, in the order of the languages. Three queries for each `BATCH` pages.

    Args:
        counted: their progress, where that is known already.
    """
    keys, locale_ids = list(keys), [locale.pk for locale in locales]
    counted = progress.of(keys, locale_ids) if counted is None else counted
    found: dict[UUID, list[Cell]] = {}
    for start in range(0, len(keys), progress.BATCH):
        batch = keys[start : start + progress.BATCH]
        by_place = _cells(batch, locale_ids, counted)
        found |= {key: [by_place.get((key, locale_id), Cell(locale_id)) for locale_id in locale_ids] for key in batch}
    return found


def _cells(keys: list[UUID], locale_ids: list[int], counted: progress.Counted) -> dict[tuple[UUID, int], Cell]:
    rows = with_reviews(with_states(Page.objects.filter(translation_key__in=keys, locale__in=locale_ids))).order_by()
    names = (
        "translation_key", "locale_id", "state", "pk",
        "published_version__source_changed_at", "published_version__withdrawn_at", "is_in_review",
    )  # fmt: skip
    versions = list(rows.values_list(*names))
    total, done = counted
    locales = locales_by_id()
    by_text = {locale_id for locale_id in locale_ids if languages_by_code()[locales[locale_id].language_code].follows_source}
    found = {}
    for key, locale_id, state, pk, changed_at, withdrawn_at, is_in_review in versions:
        number, words = total.get(key, (0, 0)) if locale_id in by_text and state != State.ALIAS else (0, 0)
        texts_done, words_done = done.get((key, locale_id), (0, 0)) if number else (0, 0)
        found[key, locale_id] = Cell(
            locale_id, State(state), pk, texts_done, number, words - words_done, changed_at, withdrawn_at, is_in_review=is_in_review
        )
    return found


def seen(source: TranslatableMixin) -> str:
    """Return what tells one state of the texts of a page or snippet of the source from another."""
    names = json.dumps(texts.of_instance(source), sort_keys=True)
    return hashlib.blake2b(names.encode(), digest_size=12).hexdigest()
