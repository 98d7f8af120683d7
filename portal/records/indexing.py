"""Search index and reference index of a whole load at once.

Wagtail brings both up to date at each save, and a page is saved several times while it is loaded; together they took a fifth
of a load's time.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, prefetch_related_objects
from django.db.models.signals import post_save
from modelsearch.backends import get_search_backends
from modelsearch.index import get_indexed_models
from modelsearch.signal_handlers import post_save_signal_handler
from wagtail import hooks
from wagtail.models import ReferenceIndex
from wagtail.signal_handlers import disable_reference_index_auto_update

from portal.facts import shown

from .segments import BATCH, batches, relations

logger = logging.getLogger(__name__)


@contextmanager
def indexed_together(is_made_later: bool = False) -> Iterator[None]:
    """Keep what is saved out of both indexes until the block ends, then add it once. Not for threads that serve.

    With `is_made_later` it stays out of the search index, all of which is made afterwards.
    """
    saved: dict[type[Any], set[object]] = defaultdict(set)

    def remember(sender: type[Model], instance: Model, **kwargs: object) -> None:
        saved[sender].add(instance.pk)

    searched = [model for model in get_indexed_models() if getattr(model, "search_auto_update", True)]
    for model in searched:
        post_save.disconnect(post_save_signal_handler, sender=model)
    post_save.connect(remember)
    try:
        with ExitStack() as stack:
            # Apps that keep an index of their own put it off too.
            for together in hooks.get_hooks("index_together"):
                stack.enter_context(together(is_made_later=is_made_later))
            with disable_reference_index_auto_update():
                yield
            _add(saved, set() if is_made_later else set(get_indexed_models()))
    finally:
        post_save.disconnect(remember)
        for model in searched:
            post_save.connect(post_save_signal_handler, sender=model)


def _refer(instances: list[Any]) -> None:
    """Bring the reference index up to date for objects of one model; of those that it does not know yet all rows are written together.

    Wagtail asks for the rows of each object and deletes those that are gone, of which a new object has none.
    """
    rows: list[ReferenceIndex] = []
    for some in batches(instances):
        parents = some[0]._meta.get_parent_list()
        kind, base = (ContentType.objects.get_for_model(one, for_concrete_model=False) for one in (some[0], (some[0], *parents)[-1]))
        there = ReferenceIndex.objects.filter(base_content_type=base, object_id__in=[str(instance.pk) for instance in some])
        known = set(there.values_list("object_id", flat=True))
        for instance in some:
            if str(instance.pk) in known:
                ReferenceIndex.create_or_update_for_object(instance)
                continue
            rows += [
                ReferenceIndex(
                    content_type=kind,
                    base_content_type=base,
                    object_id=instance.pk,
                    to_content_type_id=type_id,
                    to_object_id=pk,
                    model_path=model_path,
                    content_path=content_path,
                    content_path_hash=ReferenceIndex._get_content_path_hash(content_path),
                )
                for type_id, pk, model_path, content_path in set(ReferenceIndex._extract_references_from_object(instance))
            ]
    ReferenceIndex.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)


def _add(saved: dict[type[Any], set[object]], searched: set[type[Any]]) -> None:
    """Add objects, by model, to the indexes that their model belongs to: to that of the search where it is one of `searched`."""
    for model, ids in saved.items():
        is_searched, is_tracked = model in searched, model in ReferenceIndex.tracked_models
        if not is_searched and not is_tracked:
            continue
        if is_tracked:
            instances = list(model._default_manager.filter(pk__in=ids))
            prefetch_related_objects(instances, *relations(model))
            with shown.held():
                _refer(instances)
        if is_searched:
            indexed = list(model.get_indexed_objects().filter(pk__in=ids))
            for backend in get_search_backends(with_auto_update=True):
                try:
                    backend.add_bulk(model, indexed)
                except Exception:
                    # As Wagtail does at each save: content is not lost because a search server does not answer.
                    if not backend.catch_indexing_errors:
                        raise
                    logger.exception("The search backend %s could not be given %s", backend, model.__name__)
