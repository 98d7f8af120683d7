"""Which columns a query for pages reads.

`defer()` goes through every relation that leads to a page, each time that a query is made: there are about a hundred, each compared by all
its arguments, which took a tenth of the CPU of an answer. `only()` looks at nothing but what is named. This can go when Django keeps what
`Query._get_defer_select_mask` finds out.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from wagtail.models import Page


@cache
def all_but(model: Any, left_out: frozenset[str] = frozenset(), way: str = "", *, inherited: bool = True) -> tuple[str, ...]:
    """Return the names of the columns of a model but those `left_out`, for `only()`, as a query names them that comes by `way`.

    Without those `inherited` they are the ones of the model's own table.
    """
    options = model._meta
    fields = options.concrete_fields if inherited else options.local_concrete_fields
    return tuple(f"{way}__{field.name}" if way else field.name for field in fields if field.name not in left_out)


def of_published_version(left_out: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Return the names of the columns of the `published_version` of a page but those `left_out`."""
    return all_but(Page._meta.get_field("published_version").related_model, left_out, "published_version")


def without_streamfields(model: Any) -> tuple[str, ...]:
    """Return what `defer_streamfields()` leaves of a page type with its `published_version`."""
    return all_but(model, frozenset(model.get_streamfield_names())) + of_published_version()
