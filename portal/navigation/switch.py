"""Where a page is among others: the trail above it, and its other languages."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext

from portal.language.languages import LANGUAGES, SOURCE_LANGUAGE, language_mark
from portal.pages import links
from portal.pages.addresses import address_of
from portal.pages.links import Link
from portal.pages.readers import Reader

from .homes import home_urls


@dataclass(frozen=True, kw_only=True)
class LanguageLink(Link):
    """One entry of the language switch, called as the language calls itself; `mark` says what waits there if it is not the page."""

    is_current: bool = False


def breadcrumbs(reader: Reader) -> list[Link]:
    """Return the links to the pages above the page that is shown, home page first."""
    return [link.plain() for _row, link in links.to_rows(reader.ancestors, reader)]


def language_links(reader: Reader, paths: dict[str, str] | str | None = None, query: str = "") -> list[LanguageLink]:
    """Return the entries of the language switch, all languages in every view.

    `paths` are the addresses of a view in each language, `query` is what the address of a list holds besides. Where the page shown
    is not in a language, the entry leads to its fallback there and says so (“in German”), else to the language's home page (“home
    page only”). A version that is private alone is marked “protected”.
    """
    found = reader.versions
    addresses = dict(paths or {})
    for code, page in {**found.fallbacks, **found.restricted, **found.real}.items():
        addresses[code] = address_of(page) + (f"?{query}" if query else "")
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
                is_current=language == reader.language,
                mark=mark,
            )
        )
    return entries
