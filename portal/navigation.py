"""Menu, breadcrumbs, footer and language links: all from the page tree and translatable snippets, never from a template.

What is the same on every page of a language is built once and cached; each cache key holds the language. `portal.signals`
empties the cache when a page or snippet changes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypedDict

from django.core.cache import cache
from django.utils.translation import get_language
from wagtail.models import Page, Site

from portal import links, versions
from portal.languages import LANGUAGES, SOURCE_LANGUAGE, Language, current_language


class MenuEntry(TypedDict):
    """A section in the main menu, with the pages below it."""

    title: str
    url: str
    intro: str
    links: list[dict[str, str]]


class LanguageLink(TypedDict):
    """One entry of the language switch; `is_home` says that it leads to the home page for want of this page."""

    language: Language
    url: str
    is_current: bool
    is_home: bool


class SiteMapNode(TypedDict):
    """A page in the site map with those below it."""

    title: str
    url: str
    children: list[SiteMapNode]


_CACHED = ("menu", "footer", "home_urls", "home_crumb")


def _cache_key(name: str, language_code: str) -> str:
    return f"portal:{name}:{language_code}"


def _cached(name: str, build: Callable[[], object]) -> object:
    """Return what `build` makes for the active language, from the cache if it is there."""
    key = _cache_key(name, current_language().code)
    value = cache.get(key)
    if value is None:
        value = build()
        cache.set(key, value, timeout=None)
    return value


def forget() -> None:
    """Empty the cache of all languages."""
    cache.delete_many([_cache_key(name, language.code) for name in _CACHED for language in LANGUAGES])


def home_page(language_code: str) -> Page | None:
    """Return the real home page of a language, or None while there is none."""
    site = Site.objects.filter(is_default_site=True).select_related("root_page").first()
    if site is None:
        return None
    page = versions.real(
        Page.objects.filter(translation_key=site.root_page.translation_key, locale__language_code=language_code)
    ).first()
    if page is not None:
        versions.set_locales([page])
    return page


def home_urls() -> dict[str, str]:
    """Return the addresses of the home pages by language code, of the languages that have one."""

    def build() -> dict[str, str]:
        homes = {language.code: home_page(language.code) for language in LANGUAGES}
        return {code: page.get_url() for code, page in homes.items() if page is not None}

    return _cached("home_urls", build)


def menu() -> list[MenuEntry]:
    """Return the main menu of the active language: the sections below the home page, with their pages."""

    def build() -> list[MenuEntry]:
        home = home_page(current_language().code)
        if home is None:
            return []
        # Two levels in one query; only the sections themselves are read in full, for their introduction.
        pages = list(
            versions.real(home.get_descendants())
            .filter(depth__lte=home.depth + 2, show_in_menus=True)
            .order_by("path")
        )
        versions.set_locales(pages)
        sections = [page for page in pages if page.depth == home.depth + 1]
        specific = {page.pk: page.specific for page in sections}
        return [
            MenuEntry(
                title=getattr(specific[section.pk], "menu_title", "") or section.title,
                url=section.get_url(),
                intro=getattr(specific[section.pk], "menu_intro", ""),
                links=[
                    {"title": page.title, "url": page.get_url()}
                    for page in pages
                    if page.depth == home.depth + 2 and page.path.startswith(section.path)
                ],
            )
            for section in sections
        ]

    return _cached("menu", build)


def footer() -> dict[str, object] | None:
    """Return the footer of the active language: a text, columns of links, legal links; None while there is none."""

    def build() -> dict[str, object]:
        from portal.models import Footer

        snippet = Footer.objects.filter(locale__language_code=current_language().code).first()
        if snippet is None:
            return {}
        links.preload(links.references(snippet))
        return {
            "about": snippet.about,
            "columns": [
                {"heading": block.value["heading"], "links": _plain_links(block.value["links"])}
                for block in snippet.body
            ],
            "legal": _plain_links([block.value for block in snippet.legal]),
        }

    return _cached("footer", build) or None


def _plain_links(values: list) -> list[dict[str, str]]:
    """Return links as plain values for the cache; those that lead nowhere or into another language are left out."""
    return [
        {"title": value.text, "url": value.href} for value in values if value.href and not value.hreflang
    ]


def breadcrumbs(page: Page) -> list[dict[str, str]]:
    """Return the pages above a page, home page first, as `title` and `url`. One query."""
    ancestors = list(page.get_ancestors().filter(depth__gt=1).live())
    versions.set_locales(ancestors)
    return [{"title": ancestor.title, "url": ancestor.get_url()} for ancestor in ancestors]


def home_crumb() -> list[dict[str, str]]:
    """Return the home page of the active language as the only breadcrumb, for views that are no pages."""

    def build() -> list[dict[str, str]]:
        page = home_page(current_language().code)
        return [{"title": page.title, "url": page.get_url()}] if page is not None else []

    return _cached("home_crumb", build)


def language_links(real_versions: dict[str, Page] | None = None, paths: dict[str, str] | None = None) -> list[LanguageLink]:
    """Return the entries of the language switch.

    `real_versions` are those of the page shown, `paths` the addresses of a view in each language; where a language has
    neither, the entry leads to its home page and says so. A language without a home page is left out.
    """
    urls = dict(paths or {})
    urls.update({code: page.get_url() for code, page in (real_versions or {}).items()})
    current = get_language() or SOURCE_LANGUAGE
    homes = home_urls()
    return [
        LanguageLink(
            language=language,
            url=urls.get(language.code) or homes[language.code],
            is_current=language.code == current,
            is_home=language.code not in urls,
        )
        for language in LANGUAGES
        if language.code in urls or language.code in homes
    ]


def site_map() -> list[SiteMapNode]:
    """Return all real pages of the active language as a tree, in the order of the tree. Three queries."""
    home = home_page(current_language().code)
    if home is None:
        return []
    pages = list(versions.real(home.get_descendants()).order_by("path"))
    versions.set_locales(pages)
    nodes: dict[str, SiteMapNode] = {}
    roots: list[SiteMapNode] = []
    for page in pages:
        node = SiteMapNode(title=page.title, url=page.get_url(), children=[])
        nodes[page.path] = node
        parent = nodes.get(page.path[: -page.steplen])
        (parent["children"] if parent else roots).append(node)
    return roots
