"""Forms come and go with those who get what they bring."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from wagtail.models import PageViewRestriction

from portal import changes
from portal.changes import Event
from portal.language.languages import LANGUAGES, SOURCE_LANGUAGE

from .models import ContactPage
from .purposes import Purpose
from .recipients import TAG, offers

_WITH_TREES = [SOURCE_LANGUAGE, *(language.code for language in LANGUAGES if not language.follows_source)]
"""Languages whose pages follow no others."""


def closed_pages() -> list[int]:
    """Return the ids of the pages whose form nobody gets, in any language."""
    forms = list(ContactPage.objects.values_list("pk", "purpose"))
    # Without forms nobody need be asked who reads them.
    there = offers() if forms else {}
    return [pk for pk, purpose in forms if purpose not in there]


def missing() -> list[Purpose]:
    """Return the forms that there are pages for and that nobody real gets."""
    real = {purpose for purpose, offer in offers().items() if not offer.is_demo}
    wanted = set(ContactPage.objects.live().values_list("purpose", flat=True))
    return [purpose for purpose in Purpose if purpose in wanted - real]


_postponed: ContextVar[list[bool] | None] = ContextVar("postponed_opening", default=None)


@contextmanager
def together() -> Iterator[None]:
    """Ask once, when the block ends, however many accounts, groups and rights it writes; inside a transaction, before its commit."""
    asked: list[bool] = []
    token = _postponed.set(asked)
    try:
        yield
    finally:
        _postponed.reset(token)
    if asked:
        open_and_close()


def open_and_close() -> None:
    """Let everybody ask anew which forms exist: menus, links, search.

    A form without a recipient is as private as a page can be, and comes back when there is one.
    """
    if (postponed := _postponed.get()) is not None:
        postponed.append(True)
        return
    changes.announce(TAG)
    for page in ContactPage.objects.filter(locale__language_code__in=_WITH_TREES):
        changes.happened(Event.PRIVACY, PageViewRestriction(page=page))
