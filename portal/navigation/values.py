"""Links as plain values: what menus, footers, trails and site maps are made of, and what is kept of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypedDict

from django.utils import translation

from portal.pages import links, restrictions


class NamedLink(TypedDict):
    """A link as plain values for the cache.

    `language` is that of the title where it is not the reader's, `hreflang` that of the page behind the link, `mark` what is
    said of it.
    """

    title: str
    url: str
    language: str
    hreflang: str
    mark: str


class MenuEntry(NamedLink):
    """A section in the main menu, with the pages below it; `intro_language` is that of the introduction, as `language`."""

    intro: str
    intro_language: str
    links: list[NamedLink]


def named(link: links.PageLink) -> NamedLink:
    """Return a link to a page as plain values."""
    return NamedLink(title=link.title, url=link.url, language=link.title_language, hreflang=link.hreflang, mark=link.mark)


@contextmanager
def reading(language: str, around: str = "") -> Iterator[None]:
    """Build for a reader of a language, whoever it is that waits for it; `around` is that of the text around where it is another."""
    with translation.override(around or language), links.remembered(language), restrictions.remembered():
        yield
