"""Who it is built for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.utils import translation

from portal.pages import links, restrictions


@contextmanager
def reading(language: str, around: str = "") -> Iterator[None]:
    """Build for a reader of a language, whoever it is that waits for it; `around` is that of the text around where it is another."""
    with translation.override(around or language), links.remembered(language), restrictions.remembered():
        yield
