"""Menu, breadcrumbs, footer and language links: all from the page tree and translatable snippets, never from a template.

What is the same on every page of a language is built once and cached; each cache key holds the language. `portal.signals`
empties the cache when a page or snippet changes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypedDict

from django.apps import apps
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


_CACHED = ("homes", "menu", "footer")


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


class Home(TypedDict):
    """The home page of a language, as plain values."""

    id: int
    title: str
    url: str
    path: str
    url_path: str
    locale_id: int


def homes() -> dict[str, Home]:
    """Return the real home pages by language code, of the languages that have one."""

    def build() -> dict[str, Home]:
        roots = [root.root_path for root in Site.get_site_root_paths()]
        pages = list(versions.real(Page.objects.filter(url_path__in=roots)))
        versions.set_locales(pages)
        return {
            page.locale.language_code: Home(
                id=page.pk,
                title=page.title,
                url=page.get_url(),
                path=page.path,
                url_path=page.url_path,
                locale_id=page.locale_id,
            )
            for page in pages
        }

    return _cached("homes", build)


def home_urls() -> dict[str, str]:
    """Return the addresses of the home pages by language code, of the languages that have one."""
    return {code: home["url"] for code, home in homes().items()}


def _pages_below_home(levels: int | None = None) -> list[Page]:
    """Return the real pages below the home page of the active language, in the order of the tree. One query."""
    home = homes().get(current_language().code)
    if home is None:
        return []
    pages = versions.real(Page.objects.filter(path__startswith=home["path"])).exclude(pk=home["id"])
    if levels is not None:
        pages = pages.filter(depth__lte=len(home["path"]) // Page.steplen + levels)
    found = list(pages.order_by("path"))
    versions.set_locales(found)
    return found


def _menu_texts(page_ids: list[int]) -> dict[int, tuple[str, str]]:
    """Return title and introduction of section pages by id, whatever their type. One query."""
    from portal.models import MenuMixin

    tables = [
        model.objects.filter(pk__in=page_ids).order_by().values_list("pk", "menu_title", "menu_intro")
        for model in apps.get_models()
        if issubclass(model, MenuMixin)
    ]
    rows = tables[0].union(*tables[1:]) if tables else []
    return {pk: (title, intro) for pk, title, intro in rows}


def menu() -> list[MenuEntry]:
    """Return the main menu of the active language: the sections below the home page, with their pages."""

    def build() -> list[MenuEntry]:
        pages = [page for page in _pages_below_home(levels=2) if page.show_in_menus]
        top = min((page.depth for page in pages), default=0)
        sections = [page for page in pages if page.depth == top]
        texts = _menu_texts([page.pk for page in sections])
        return [
            MenuEntry(
                title=texts.get(section.pk, ("", ""))[0] or section.title,
                url=section.get_url(),
                intro=texts.get(section.pk, ("", ""))[1],
                links=[
                    {"title": page.title, "url": page.get_url()}
                    for page in pages
                    if page.depth == top + 1 and page.path.startswith(section.path)
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
        # Found together, so that the blocks need not read their pages one list after the other.
        links.resolve(links.references(snippet))
        return {
            "about": snippet.about,
            "columns": [
                {"heading": block.value["heading"], "links": _plain_links(block.value["links"])} for block in snippet.body
            ],
            "legal": _plain_links([block.value for block in snippet.legal]),
        }

    return _cached("footer", build) or None


def _plain_links(values: list) -> list[dict[str, str]]:
    """Return links as plain values for the cache; those that lead nowhere or into another language are left out."""
    return [{"title": value.text, "url": value.href} for value in values if value.href and not value.hreflang]


def breadcrumbs(page: Page) -> list[dict[str, str]]:
    """Return the pages above a page, home page first, as `title` and `url`. One query."""
    ancestors = list(page.get_ancestors().filter(depth__gt=1).live())
    versions.set_locales(ancestors)
    return [{"title": ancestor.title, "url": ancestor.get_url()} for ancestor in ancestors]


def home_crumb() -> list[dict[str, str]]:
    """Return the home page of the active language as the only breadcrumb, for views that are no pages."""
    home = homes().get(current_language().code)
    return [{"title": home["title"], "url": home["url"]}] if home else []


def language_links(real_versions: dict[str, Page] | None = None, paths: dict[str, str] | None = None) -> list[LanguageLink]:
    """Return the entries of the language switch.

    `real_versions` are those of the page shown, `paths` the addresses of a view in each language; where a language has
    neither, the entry leads to its home page and says so. A language without a home page is left out.
    """
    urls = dict(paths or {})
    urls.update({code: page.get_url() for code, page in (real_versions or {}).items()})
    current = get_language() or SOURCE_LANGUAGE
    home_addresses = home_urls()
    return [
        LanguageLink(
            language=language,
            url=urls.get(language.code) or home_addresses[language.code],
            is_current=language.code == current,
            is_home=language.code not in urls,
        )
        for language in LANGUAGES
        if language.code in urls or language.code in home_addresses
    ]


def site_map() -> list[SiteMapNode]:
    """Return all real pages of the active language as a tree, in the order of the tree."""
    nodes: dict[str, SiteMapNode] = {}
    roots: list[SiteMapNode] = []
    for page in _pages_below_home():
        node = SiteMapNode(title=page.title, url=page.get_url(), children=[])
        nodes[page.path] = node
        parent = nodes.get(page.path[: -page.steplen])
        (parent["children"] if parent else roots).append(node)
    return roots
