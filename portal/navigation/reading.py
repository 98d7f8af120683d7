"""Who it is built for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.utils import translation

from portal.language.languages import languages_by_code
from portal.pages import readers, restrictions
from portal.pages.readers import Reader


@contextmanager
def reading(language: str, around: str = "") -> Iterator[None]:
    """Build for a reader of a language, whoever it is that waits for it; `around` is that of the text around where it is another."""
    with translation.override(around or language), readers.answering(Reader(languages_by_code()[language])), restrictions.remembered():
        yield
