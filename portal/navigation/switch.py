"""Where a page is among others: the trail above it, and its other languages."""

from __future__ import annotations

from typing import TypedDict

from django.utils.translation import gettext
from wagtail.models import Page

from portal.language.languages import LANGUAGES, SOURCE_LANGUAGE, Language, language_mark
from portal.pages import links, versions

from .homes import home_urls
from .values import NamedLink, named


class LanguageLink(TypedDict):
    """One entry of the language switch; `mark` says what waits there if it is not the page in that language."""

    language: Language
    url: str
    is_current: bool
    mark: str


def breadcrumbs(page: Page) -> list[NamedLink]:
    """Return the links to the pages above a page, home page first. One query."""
    paths = [page.path[:end] for end in range(2 * page.steplen, len(page.path), page.steplen)]
    ancestors = links.resolve_all(Page.objects.filter(path__in=paths), lambda row: row.path in paths)
    return [named(link) for _row, link in ancestors]


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
        addresses[code] = page.get_url() + (f"?{query}" if query else "")
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
                language=language,
                url=addresses.get(language.code) or home_addresses.get(language.code, f"/{language.code}/"),
                is_current=language.code == reader,
                mark=mark,
            )
        )
    return entries
