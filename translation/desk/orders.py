"""Orders of translations: what may be ordered, carrying it out page by page, and when it is done.

An order is written at once and carried out by the runner, some pages in a transaction: what it was killed in the middle of begins anew
with those that still wait. A page that shows the German one goes on showing it until its translation is first published.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser
from django.contrib.contenttypes.models import ContentType
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django_tasks import task
from wagtail.models import Locale, Page
from wagtail_localize.models import Translation

from portal.language.languages import languages_by_code
from portal.pages.versions import locales_by_id
from translation import cascades
from translation.permissions import submittable
from translation.upstream import bulk
from translation.views.own_tree import begin, parent_for

from . import matrix, notices, snippet_orders, snippets
from .models import Order, OrderItem
from .order_models import ACTIVE, Progress, Reason
from .states import State, in_review, sent_back, with_states

logger = logging.getLogger(__name__)

BATCH = 10
"""So many pages are prepared in one transaction."""

MOST_KEYS = 1000
"""Of more pages all that is on order is read."""


IN_ORDER = (F("page__path").asc(nulls_last=True), "snippet_type", "snippet_key", "locale_id")
"""The order in which items are listed: by page, snippets behind them."""

Thing: TypeAlias = Page | snippets.Row
"""What is ordered."""


@dataclass
class Plan:
    """What an order would hold, and what is left out of it and why."""

    items: list[tuple[Thing, int]] = field(default_factory=list)
    no_right: list[Thing] = field(default_factory=list)
    own_tree: list[Thing] = field(default_factory=list)
    ordered: list[tuple[Thing, int]] = field(default_factory=list)
    done: list[tuple[Thing, int]] = field(default_factory=list)


def plan(user: AbstractBaseUser, pages: Sequence[Page], locales: Sequence[Locale], rows: Sequence[snippets.Row] = ()) -> Plan:
    """Return what a user may order: not what is ordered already, or translated and true to its source."""
    found = Plan()
    allowed = submittable(user, pages, [locale.pk for locale in locales])
    cells = matrix.cells([page.translation_key for page in pages], locales)
    active = OrderItem.objects.filter(progress__in=ACTIVE, locale__in=locales, page__in=pages)
    ordered = set(active.values_list("page_id", "locale_id"))
    for page in pages:
        if not allowed[page.pk]:
            found.no_right.append(page)
        for cell in cells[page.translation_key]:
            place = (page, cell.locale_id)
            if cell.locale_id not in allowed[page.pk]:
                continue
            _sort(found, place, cell, is_ordered=(page.pk, cell.locale_id) in ordered)
    _plan_snippets(found, user, rows, locales)
    return found


def _sort(found: Plan, place: tuple[Thing, int], cell: matrix.Cell, *, is_ordered: bool) -> None:
    if is_ordered:
        found.ordered.append(place)
    elif cell.state == State.TRANSLATED:
        found.done.append(place)
    else:
        found.items.append(place)


def _plan_snippets(found: Plan, user: AbstractBaseUser, rows: Sequence[snippets.Row], locales: Sequence[Locale]) -> None:
    ids = [locale.pk for locale in locales]
    following = {locale.pk for locale in locales if snippets.follows(locale)}
    allowed = snippet_orders.submittable_rows(user, rows, ids)
    ordered = active_by_key((row.translation_key for row in rows), locales) if rows else {}
    for row in rows:
        if following and not allowed[row.translation_key]:
            found.no_right.append(row)
        if following != set(ids):
            found.own_tree.append(row)
        for cell in row.cells:
            if cell.locale_id in allowed[row.translation_key]:
                _sort(found, (row, cell.locale_id), cell, is_ordered=(row.translation_key, cell.locale_id) in ordered)


@transaction.atomic
def place(order: Order, items: Iterable[tuple[Thing, int]]) -> Order:
    """Store an order with its items, and let the runner carry it out."""
    order.save()
    rows = [OrderItem(order=order, locale_id=locale_id, **_named(thing)) for thing, locale_id in items]
    # What somebody else ordered in this very moment is theirs.
    OrderItem.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    carry_out.enqueue(order.pk)
    return order


def _named(thing: Thing) -> dict[str, Any]:
    """Return by what an item says what it is about."""
    if isinstance(thing, Page):
        return {"page": thing}
    return {"snippet_type": ContentType.objects.get_for_model(thing.model), "snippet_key": thing.translation_key}


@task(backend="jobs")
def carry_out(order_id: int) -> None:
    """Prepare all that waits of an order, some pages at a time, then its snippets; one that fails keeps no other from it."""
    order = Order.objects.filter(pk=order_id).select_related("creator").first()
    if order is None:
        return
    waiting = OrderItem.objects.filter(order=order, page__isnull=False, progress=Progress.WAITING)
    while ids := list(waiting.order_by("page__path").values_list("page_id", flat=True).distinct()[:BATCH]):
        try:
            _prepare(order, ids)
        except (OperationalError, InterfaceError):
            # The database does not answer: the job is begun again, with what still waits.
            raise
        except Exception:
            for page_id in ids:
                _prepare_alone(order, page_id)
    snippet_orders.carry_out(order)
    notices.tell_of_order(order)


def _prepare_alone(order: Order, page_id: int) -> None:
    try:
        _prepare(order, [page_id])
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        logger.exception("Page %s of order %s could not be prepared", page_id, order)
        items = OrderItem.objects.filter(order=order, page_id=page_id, progress=Progress.WAITING)
        text = "".join(traceback.format_exception_only(error)).strip()[:500]
        items.update(progress=Progress.FAILED, reason=Reason.FAULT, error=text)


@transaction.atomic
def _prepare(order: Order, page_ids: list[int]) -> None:
    """Prepare some pages of an order: their sources, segments, translations, drafts. All of them or none."""
    items = list(OrderItem.objects.filter(order=order, page_id__in=page_ids, progress=Progress.WAITING))
    pages = {page.pk: page for page in Page.objects.filter(pk__in=page_ids).select_related("locale").specific()}
    locale_ids = {item.locale_id for item in items}
    allowed = submittable(order.creator, pages.values(), locale_ids) if order.creator is not None else {}
    versions = _versions(pages.values(), locale_ids)
    for item in items:
        item.progress, item.reason, item.error = Progress.OPEN, "", ""
        if item.locale_id not in allowed.get(item.page_id, ()):
            item.progress, item.reason = Progress.FAILED, Reason.RIGHT
            continue
        page, locale = pages[item.page_id], locales_by_id()[item.locale_id]
        version = versions.get((page.translation_key, item.locale_id))
        item.by_hand = _is_by_hand(locale, version)
        if item.by_hand and version is None and not _begin(page, locale, order.creator):
            item.progress, item.reason = Progress.FAILED, Reason.PLACE
        elif not item.by_hand and version is None:
            cascades.counterpart(page, locale)
    by_text = [item for item in items if item.progress == Progress.OPEN and not item.by_hand]
    _open_translations([(pages[item.page_id], item.locale_id) for item in by_text])
    OrderItem.objects.bulk_update(items, ("progress", "by_hand", "reason", "error"))


@dataclass(frozen=True)
class _Version:
    """A page's version in another language: whether it shows the source, and whether it is translated text by text."""

    is_alias: bool
    is_translated: bool


def _versions(pages: Iterable[Page], locale_ids: set[int]) -> dict[tuple[UUID, int], _Version]:
    keys = [page.translation_key for page in pages]
    enabled = Translation.objects.filter(
        source__object_id=OuterRef("translation_key"), target_locale_id=OuterRef("locale_id"), enabled=True
    )
    rows = Page.objects.filter(translation_key__in=keys, locale_id__in=locale_ids).annotate(is_translated=Exists(enabled))
    names = ("translation_key", "locale_id", "alias_of_id", "is_translated")
    return {
        (key, locale_id): _Version(alias_of_id is not None, is_translated)
        for key, locale_id, alias_of_id, is_translated in rows.values_list(*names)
    }


def _is_by_hand(locale: Locale, version: _Version | None) -> bool:
    """Return whether a page is written freely in a language: that has a tree of its own, or somebody wrote it there."""
    if not languages_by_code()[locale.language_code].follows_source:
        return True
    return version is not None and not version.is_alias and not version.is_translated


def _begin(page: Page, locale: Locale, user: AbstractBaseUser | None) -> bool:
    """Begin a draft in a tree of its own; return whether there was a place for it."""
    parent = parent_for(page, locale)
    if parent is not None:
        begin(page, parent, locale, user)
    return parent is not None


def _open_translations(places: Sequence[tuple[Page, int]]) -> None:
    """Let pages be translated text by text. What is online is handed over as it is, of a draft its last state."""
    pages = {page.pk: page for page, _locale_id in places}
    states = [page if page.live else page.get_latest_revision_as_object() for page in pages.values()]
    written = bulk.write_sources(states)
    bulk.open_translations((written[page.translation_key].source, locale_id) for page, locale_id in places)



# --- afterwards --------------------------------------------------------------------------------------------------------------


def settle() -> int:
    """Close what is done, and what was taken back. Return how many items are done: their version is online and true to its source."""
    _close_taken_back()
    versions = Page.objects.filter(translation_key=OuterRef("page__translation_key"), locale_id=OuterRef("locale_id"))
    finished = with_states(versions).filter(state=State.TRANSLATED)
    done = OrderItem.objects.filter(Exists(finished), progress=Progress.OPEN)
    ids = [*done.values_list("pk", flat=True), *snippet_orders.done(OrderItem.objects.filter(progress=Progress.OPEN))]
    OrderItem.objects.filter(pk__in=ids, progress=Progress.OPEN).update(progress=Progress.DONE, closed_at=timezone.now())
    return len(ids)


def _close_taken_back() -> None:
    """Call off what nobody translates any more: its version shows the source again, or is gone, and its translation with it."""
    real = Page.objects.filter(translation_key=OuterRef("page__translation_key"), locale_id=OuterRef("locale_id"), alias_of=None)
    handed = Translation.objects.filter(
        source__object_id=OuterRef("page__translation_key"), target_locale_id=OuterRef("locale_id"), enabled=True
    )
    open_items = OrderItem.objects.filter(progress=Progress.OPEN)
    pages = open_items.filter(~Exists(real), ~Exists(handed), page__isnull=False)
    ids = [*pages.values_list("pk", flat=True), *snippet_orders.taken_back(open_items)]
    OrderItem.objects.filter(pk__in=ids, progress=Progress.OPEN).update(progress=Progress.CALLED_OFF, closed_at=timezone.now())


@transaction.atomic
def call_off(items: QuerySet[OrderItem]) -> int:
    """Call items off that are not done; return how many. What is translated stays; what nobody began shows the German page as before."""
    open_items = list(items.filter(progress__in=ACTIVE).select_related("page", "snippet_type"))
    sources = snippet_orders.sources_of(open_items)
    for item in open_items:
        if item.page is None:
            if (source := sources.get(item.snippet_key)) is not None:
                snippet_orders.call_off(item, source)
            continue
        version = Page.objects.filter(translation_key=item.page.translation_key, locale_id=item.locale_id).first()
        if version is not None and version.alias_of_id is not None:
            # The texts stay, they belong to the page: a later order goes on with them.
            Translation.objects.filter(source__object_id=item.page.translation_key, target_locale_id=item.locale_id).delete()
    ids = [item.pk for item in open_items]
    return OrderItem.objects.filter(pk__in=ids).update(progress=Progress.CALLED_OFF, closed_at=timezone.now())


def try_again(order: Order) -> int:
    """Let what failed be prepared once more; return how many items those are. What somebody else ordered meanwhile stays theirs."""
    same = Q(page_id=OuterRef("page_id")) | Q(snippet_key=OuterRef("snippet_key"))
    taken = OrderItem.objects.filter(same, locale_id=OuterRef("locale_id"), progress__in=ACTIVE)
    failed = OrderItem.objects.filter(~Exists(taken), order=order, progress=Progress.FAILED)
    with transaction.atomic():
        number = OrderItem.objects.filter(pk__in=list(failed.values_list("pk", flat=True))).update(progress=Progress.WAITING)
        if number:
            carry_out.enqueue(order.pk)
    return number


def counts(orders: Iterable[Order], locale_ids: Iterable[int]) -> dict[int, dict[str, int]]:
    """Return how many items of orders are how far, in some languages. One query."""
    rows = OrderItem.objects.filter(order__in=list(orders), locale_id__in=list(locale_ids)).order_by()
    found: dict[int, dict[str, int]] = {}
    for order_id, progress, number in rows.values_list("order_id", "progress").annotate(number=Count("pk")):
        found.setdefault(order_id, {})[progress] = number
    return found


def active_items(pages: Iterable[Page], locales: Iterable[Locale]) -> dict[tuple[int, int], OrderItem]:
    """Return what is on order, by the ids of page and language. One query."""
    rows = OrderItem.objects.filter(page__in=list(pages), locale__in=list(locales), progress__in=ACTIVE)
    rows = rows.select_related("order__assignee", "order__group")
    return {(item.page_id, item.locale_id): item for item in rows}


def active_by_key(keys: Iterable[UUID], locales: Iterable[Locale]) -> dict[tuple[UUID, int], OrderItem]:
    """Return what is on order of pages and snippets, by translation key and the id of the language. One query."""
    keys = list(keys)
    rows = OrderItem.objects.filter(locale__in=list(locales), progress__in=ACTIVE)
    if len(keys) <= MOST_KEYS:
        rows = rows.filter(Q(page__translation_key__in=keys) | Q(snippet_key__in=keys))
    rows = rows.select_related("page", "order__assignee", "order__group")
    return {(item.page.translation_key if item.page else item.snippet_key, item.locale_id): item for item in rows}  # type: ignore[misc]


def people_at_work() -> list[tuple[str, str]]:
    """Return who has anything on order, people and groups, as choices by name. One query."""
    active = OrderItem.objects.filter(order=OuterRef("pk"), progress__in=ACTIVE)
    rows = Order.objects.filter(Exists(active)).exclude(assignee=None, group=None).select_related("assignee", "group")
    found = {f"u{row.assignee_id}" if row.assignee_id else f"g{row.group_id}": row.assignee_name for row in rows}
    return sorted(found.items(), key=lambda choice: choice[1].casefold())


def items_of(who: str, locales: Iterable[Locale]) -> QuerySet[OrderItem]:
    """Return what a person or group, one of `people_at_work`, has on order in some languages; of a person what their groups have too."""
    rows = OrderItem.objects.filter(progress__in=ACTIVE, locale__in=list(locales))
    if who[:1] == "g":
        return rows.filter(order__group=int(who[1:]))
    return rows.filter(Q(order__assignee=int(who[1:])) | Q(order__group__user=int(who[1:])))


def assigned_to(user: AbstractBaseUser) -> Q:
    """Return the condition by which an order is a person's: theirs by name, or their group's."""
    return Q(order__assignee=user) | Q(order__group__in=user.groups.all())


def with_reviews(items: QuerySet[OrderItem]) -> QuerySet[OrderItem]:
    """Annotate items with whether their translation waits for a review (`is_in_review`), or was sent back (`is_sent_back`)."""
    versions = Page.objects.filter(translation_key=OuterRef("page__translation_key"), locale_id=OuterRef("locale_id"))
    return items.annotate(is_in_review=Exists(in_review(versions)), is_sent_back=Exists(sent_back(versions)))


def work_of(user: AbstractBaseUser) -> QuerySet[OrderItem]:
    """Return what a person is to translate, the most urgent first; what waits for a review is its reviewers'."""
    rows = OrderItem.objects.filter(assigned_to(user), progress=Progress.OPEN, locale_id__in=[one.pk for one in matrix.locales_for(user)])
    rows = with_reviews(rows).filter(is_in_review=False)
    rows = rows.select_related("page__locale", "page__content_type", "snippet_type", "locale", "order__creator")
    return rows.order_by("order__due_on", "order_id", *IN_ORDER)
