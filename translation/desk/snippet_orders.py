"""Orders of snippets: who may order them, preparing them one by one, and when they are done."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Model, ProtectedError, QuerySet
from wagtail.models import Locale
from wagtail_localize.models import Translation, TranslationSource

from portal.language.languages import SOURCE_LANGUAGE
from portal.pages.versions import locales_by_id
from translation.aliases import forget_translation
from translation.permissions import SUBMIT_PERMISSION, may_change, translation_into, works_in

from . import snippets
from .cells import Cell, State
from .models import Order, OrderItem
from .order_models import Progress, Reason

logger = logging.getLogger(__name__)

Place = tuple[UUID, int]


def submittable(user: AbstractBaseUser, source: Model, locale_ids: Iterable[int]) -> set[int]:
    """Return into which of some languages a user may hand over a snippet of the source, by the rules of `submittable_locales`."""
    if not user.has_perm(SUBMIT_PERMISSION):
        return set()
    every = {pk for pk in locale_ids if snippets.follows(locales_by_id()[pk])}
    return every if may_change(user, source) else {pk for pk in every if works_in(user, pk)}


def submittable_rows(user: AbstractBaseUser, rows: Sequence[snippets.Row], locale_ids: Iterable[int]) -> dict[UUID, set[int]]:
    """Return the same of rows of the matrix, by their translation keys. No query beside those of rights."""
    source = next((locale for locale in locales_by_id().values() if locale.language_code == SOURCE_LANGUAGE), None)
    ids = list(locale_ids)
    by_model = {row.model: submittable(user, row.model(locale=source), ids) for row in rows}
    return {row.translation_key: by_model[row.model] for row in rows}


def _keys(items: Iterable[OrderItem]) -> dict[type[Model], set[UUID]]:
    found: dict[type[Model], set[UUID]] = {}
    for item in items:
        model = item.snippet_type.model_class() if item.snippet_type is not None else None
        if model is not None and item.snippet_key is not None:
            found.setdefault(model, set()).add(item.snippet_key)
    return found


def sources_of(items: Iterable[OrderItem]) -> dict[UUID, Any]:
    """Return the snippets that items are about, by translation key. A query for each kind."""
    tables = (
        model._default_manager.filter(translation_key__in=keys, locale__language_code=SOURCE_LANGUAGE)
        for model, keys in _keys(items).items()
    )
    return {one.translation_key: one for some in tables for one in some}


def rows_of(items: Iterable[OrderItem], locales: Sequence[Locale]) -> dict[UUID, snippets.Row]:
    """Return the rows of the matrix that items are about, by translation key. One query."""
    keys = _keys(items)
    return snippets.rows_by_key(keys, locales) if keys else {}


def carry_out(order: Order) -> None:
    """Prepare the snippets of an order that wait, each by itself."""
    waiting = OrderItem.objects.filter(order=order, page=None, progress=Progress.WAITING).select_related("snippet_type")
    while (item := waiting.order_by("pk").first()) is not None:
        try:
            _prepare(order, item)
        except (OperationalError, InterfaceError):
            # The database does not answer: the job is begun again, with what still waits.
            raise
        except Exception as error:
            logger.exception("Snippet %s of order %s could not be prepared", item.snippet_key, order)
            text = "".join(traceback.format_exception_only(error)).strip()[:500]
            OrderItem.objects.filter(pk=item.pk).update(progress=Progress.FAILED, reason=Reason.FAULT, error=text)


@transaction.atomic
def _prepare(order: Order, item: OrderItem) -> None:
    """Hand a snippet over as it is. A version that readers have stays as it is until its translator saves another one."""
    source = sources_of([item]).get(item.snippet_key)  # type: ignore[arg-type]
    if source is None:
        item.delete()
        return
    item.progress, item.reason, item.error = Progress.OPEN, "", ""
    if order.creator is None or item.locale_id not in submittable(order.creator, source, [item.locale_id]):
        item.progress, item.reason = Progress.FAILED, Reason.RIGHT
        item.save()
        return
    version = version_of(source, item.locale_id)
    item.by_hand = version is not None and translation_into(version) is None
    if not item.by_hand:
        handed, _created = TranslationSource.update_or_create_from_instance(source)
        values = {"source": handed, "target_locale_id": item.locale_id}
        translation, _created = Translation.objects.update_or_create(**values, defaults={"enabled": True})
        if version is None:
            translation.save_target(user=order.creator, publish=True)
    item.save()


def version_of(source: Any, locale_id: int) -> Any:
    """Return a snippet's version in a language; None where there is none."""
    return type(source)._default_manager.filter(translation_key=source.translation_key, locale=locale_id).first()


def _cells(items: QuerySet[OrderItem]) -> list[tuple[OrderItem, Cell | None]]:
    """Return the items that are about snippets, each with its cell; None where the snippet has no text any more."""
    found = list(items.filter(page=None).select_related("snippet_type"))
    ids = {item.locale_id for item in found}
    by_key = rows_of(found, [locale for pk, locale in sorted(locales_by_id().items()) if pk in ids]) if found else {}
    cells = {(key, cell.locale_id): cell for key, row in by_key.items() for cell in row.cells}
    return [(item, cells.get((item.snippet_key, item.locale_id))) for item in found]  # type: ignore[arg-type]


def done(items: QuerySet[OrderItem]) -> list[int]:
    """Return the ids of items whose snippet is translated and true to its source; what has no text any more has nothing to translate."""
    return [item.pk for item, cell in _cells(items) if cell is None or cell.state == State.TRANSLATED]


def taken_back(items: QuerySet[OrderItem]) -> list[int]:
    """Return the ids of items whose version was deleted since they were handed over."""
    return [item.pk for item, cell in _cells(items) if cell is not None and cell.page_id is None]


def call_off(item: OrderItem, source: Any) -> None:
    """Take away what an order made and nobody finished; the texts stay, they belong to the snippet."""
    version = version_of(source, item.locale_id)
    if version is None or version.is_finished:
        return
    try:
        version.delete()
    except ProtectedError:
        forget_translation(version)
