"""The languages of the portal, as data.

Adding a language is one entry here (and its catalog): settings, addresses, the language links and the roles of
translators are all made from this list.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from django.utils.functional import lazy
from django.utils.translation import get_language, get_language_info, gettext


@dataclass(frozen=True)
class Language:
    """One language of the portal.

    `code` is the BCP 47 tag that stands in addresses and in `lang`; `name` is the language's own name; `direction` is
    `ltr` or `rtl`; `search_path` is the address of the search page below the language's prefix; `font` is the one
    file that its pages fetch, preloaded. A language that follows the source has the source's tree, translated page by
    page; one that does not (`follows_source=False`: Leichte Sprache) has a tree of its own, written by hand.
    """

    code: str
    name: str
    direction: str = "ltr"
    search_path: str = "search"
    font: str = "portal-sans-latin.woff2"
    follows_source: bool = True

    @property
    def hreflang(self) -> str:
        """Return the value of `hreflang`, or nothing for a variety that search engines do not know as a language."""
        return self.code if self.follows_source else ""


LANGUAGES: tuple[Language, ...] = (
    Language("de", "Deutsch", search_path="suche"),
    Language("en", "English", search_path="search"),
    Language("uk", "Українська", search_path="poshuk", font="portal-sans-cyrillic.woff2"),
    Language("ar", "العربية", direction="rtl", search_path="bahth", font="vazirmatn-arabic.woff2"),
    Language("de-simple", "Leichte Sprache", search_path="suche", follows_source=False),
)

SOURCE_LANGUAGE = "de"
"""Pages are written in this language and translated into the others."""

RESERVED_SLUGS = frozenset(
    {language.search_path for language in LANGUAGES}
    | {"komponenten", "feed", "feed.rss", "feed.atom", "updates", "updates.rss", "og", "_util"}
)
"""Words directly below a language's prefix that views use; no page may take them."""


@cache
def languages_by_code() -> dict[str, Language]:
    """Return all languages of the portal by their code."""
    return {language.code: language for language in LANGUAGES}


def current_language() -> Language:
    """Return the active language; the source language when another one (of the admin, say) is active."""
    return languages_by_code().get(get_language() or SOURCE_LANGUAGE, languages_by_code()[SOURCE_LANGUAGE])


def direction_of(code: str) -> str:
    """Return the direction of text in a language, also in one that the portal is not written in (a report's title).

    Raises:
        KeyError: Django knows no such language.
    """
    return "rtl" if get_language_info(code)["bidi"] else "ltr"


def language_mark(code: str) -> str:
    """Return how a link says that another language waits behind it: “in German”, else the language's own name."""
    return gettext("in German") if code == SOURCE_LANGUAGE else languages_by_code()[code].name


def language_of_path(path: str) -> Language | None:
    """Return the language that an address (`/de/…`) belongs to, or None when it has no language prefix."""
    prefix = path.lstrip("/").split("/", 1)[0]
    return languages_by_code().get(prefix)


# A lazy route: Django resolves and reverses it anew for each active language.
search_route = lazy(lambda: f"{current_language().search_path}/", str)()
