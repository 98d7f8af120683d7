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

from django.db import models
from django.db.models.signals import post_save
from modelsearch.backends import get_search_backends
from modelsearch.index import get_indexed_models
from modelsearch.signal_handlers import post_save_signal_handler
from wagtail import hooks
from wagtail.models import ReferenceIndex
from wagtail.signal_handlers import disable_reference_index_auto_update

logger = logging.getLogger(__name__)


@contextmanager
def indexed_together(is_made_later: bool = False) -> Iterator[None]:
    """Keep what is saved out of both indexes until the block ends, then add it once. Not for threads that serve.

    With `is_made_later` it stays out of the search index, all of which is made afterwards.
    """
    saved: dict[type[Any], set[object]] = defaultdict(set)

    def remember(sender: type[models.Model], instance: models.Model, **kwargs: object) -> None:
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


def _add(saved: dict[type[Any], set[object]], searched: set[type[Any]]) -> None:
    """Add objects, by model, to the indexes that their model belongs to: to that of the search where it is one of `searched`."""
    for model, ids in saved.items():
        is_searched, is_tracked = model in searched, model in ReferenceIndex.tracked_models
        if not is_searched and not is_tracked:
            continue
        instances = list(model._default_manager.filter(pk__in=ids))
        if is_tracked:
            for instance in instances:
                ReferenceIndex.create_or_update_for_object(instance)
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
