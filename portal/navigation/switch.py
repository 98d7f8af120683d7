"""Where a page is among others: the trail above it, and its other languages."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext
from wagtail.models import Page

from portal.language.languages import LANGUAGES, SOURCE_LANGUAGE, language_mark
from portal.pages import links, versions
from portal.pages.addresses import address_of
from portal.pages.links import Link

from .homes import home_urls


@dataclass(frozen=True, kw_only=True)
class LanguageLink(Link):
    """One entry of the language switch, called as the language calls itself; `mark` says what waits there if it is not the page."""

    is_current: bool = False


def breadcrumbs(page: Page) -> list[Link]:
    """Return the links to the pages above a page, home page first. One query."""
    return [link.plain() for link in links.above(page)]


def language_links(
    found: versions.Versions | None = None, paths: dict[str, str] | None = None, query: str = ""
) -> list[LanguageLink]:
    """Return the entries of the language switch, all languages in every view.

    `found` is where the page shown is, `paths` the addresses of a view in each language, `query` what the address of a list
    holds besides. Where the page is not in a language, the entry leads to its fallback there and says so (“in German”), else
    to the language's home page (“home page only”). A version that is private alone is marked “protected”.
    """
    found = found or versions.Versions()
    addresses = dict(paths or {})
    for code, page in {**found.fallbacks, **found.restricted, **found.real}.items():
        addresses[code] = address_of(page) + (f"?{query}" if query else "")
    reader = links.readers_language()
    home_addresses = home_urls()
    entries = []
    for language in LANGUAGES:
        mark = ""
        if language.code not in addresses:
            mark = gettext("home page only")
        elif language.code in found.fallbacks:
            mark = language_mark(SOURCE_LANGUAGE)
        elif language.code in found.restricted:
            mark = gettext("protected")
        entries.append(
            LanguageLink(
                address=addresses.get(language.code) or home_addresses.get(language.code, f"/{language.code}/"),
                title=language.name,
                language=language.code,
                hreflang=language.hreflang,
                is_current=language.code == reader,
                mark=mark,
            )
        )
    return entries
