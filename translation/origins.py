"""Where a translation comes from: said by whoever writes it, heard by whoever keeps a history of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.dispatch import Signal
from django.utils.translation import pgettext_lazy

from portal.language.choices import TextChoices


class Origin(TextChoices):
    """How a translation came to be what it is."""

    TYPED = "typed", pgettext_lazy("admin, origin of a translation", "typed")
    PROPOSAL = "proposal", pgettext_lazy("admin, origin of a translation", "proposal taken")
    FIGURES = "figures", pgettext_lazy("admin, origin of a translation", "figures taken over")
    FILE = "file", pgettext_lazy("admin, origin of a translation", "from a file")
    MACHINE = "machine", pgettext_lazy("admin, origin of a translation", "by a machine")
    REUSED = "reused", pgettext_lazy("admin, origin of a translation", "the same text beside it")
    TAKEN_BACK = "taken_back", pgettext_lazy("admin, origin of a translation", "earlier translation taken back")


texts_written = Signal()
"""Sent with `rows` (`StringTranslation`), as they are stored, before and after many were written at once: these send no signals."""

_origin: ContextVar[Origin | None] = ContextVar("origin_of_translations", default=None)


@contextmanager
def coming_from(origin: Origin) -> Iterator[None]:
    """Say where the translations come from that are written in this block."""
    token = _origin.set(origin)
    try:
        yield
    finally:
        _origin.reset(token)


def said() -> Origin | None:
    """Return what whoever writes now said of where it comes from."""
    return _origin.get()
