"""Menu, breadcrumbs, footer and language links: all from the page tree and translatable snippets, never from a template.

What is the same on every page of a language is built once and kept until a change touches it (`portal.changes`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TypedDict

from django.apps import apps
from django.utils import translation
from django.utils.translation import gettext
from wagtail.models import Page, Site

from portal import changes
from portal.blocks import walking
from portal.blocks.links import LinkValue
from portal.blocks.media import holds_film
from portal.language.languages import LANGUAGES, SOURCE_LANGUAGE, current_language, language_mark
from portal.pages import links, restrictions, versions
from portal.pages.links import Link


@dataclass(frozen=True, kw_only=True)
class MenuEntry(Link):
    """A section in the main menu, with the pages below it; `intro_language` is that of the introduction, as `language`."""

    intro: str = ""
    intro_language: str = ""
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LanguageLink(Link):
    """One entry of the language switch, called as the language calls itself; `mark` says what waits there if it is not the page."""

    is_current: bool = False


@dataclass(frozen=True, kw_only=True)
class SiteMapNode(Link):
    """A page in the site map with those below it."""

    children: list[SiteMapNode] = field(default_factory=list)


MENU_LEVELS = 2
"""So many levels below the home page the menu shows."""


def _menu_tags(language: str) -> tuple[changes.Tag, ...]:
    return (changes.menu(language), changes.RESTRICTIONS, changes.HOMES, changes.LOCALES)


def _footer_tags(language: str) -> tuple[changes.Tag, ...]:
    return (changes.snippets("portal.footer"), changes.PAGES, changes.RESTRICTIONS, changes.HOMES, changes.LOCALES)


@contextmanager
def _reading(language: str) -> Iterator[None]:
    """Build for a reader of a language, whoever it is that waits for it."""
    with translation.override(language), links.remembered(language), restrictions.remembered():
        yield


class Home(TypedDict):
    """The home page of a language, as plain values; `is_real` is false where it opens with the source's text."""

    id: int
    title: str
    title_language: str
    url: str
    path: str
    url_path: str
    locale_id: int
    is_real: bool


@changes.kept("homes", lambda: (changes.HOMES, changes.RESTRICTIONS, changes.LOCALES))
def homes() -> dict[str, Home]:
    """Return the home pages by language code: the real ones, and fallbacks in languages that follow the source."""
    roots = [root.root_path for root in Site.get_site_root_paths()]
    found = versions.sort_rows(Page.objects.filter(url_path__in=roots).select_related("published_version"))
    return {
        code: Home(
            id=page.pk,
            title=page.title,
            title_language=versions.language_of(page, "title") if code in found.real else SOURCE_LANGUAGE,
            url=page.get_url(),
            path=page.path,
            url_path=page.url_path,
            locale_id=page.locale_id,
            is_real=code in found.real,
        )
        for code, page in {**found.fallbacks, **found.real}.items()
    }


def private_home(code: str) -> tuple[str, int] | None:
    """Return path and locale of the home page of a language that is private; None where it is not, or there is none.

    It is in no menu and no list, but who comes to its address is asked for the right to read, as on every private page. One query
    beside what is private, in no cache.
    """
    roots = [root.root_path for root in Site.get_site_root_paths()]
    row = Page.objects.filter(url_path__in=roots, locale__language_code=code).first()
    return (row.url_path, row.locale_id) if row and restrictions.is_restricted(row) else None


def home_urls() -> dict[str, str]:
    """Return the addresses of the home pages by language code, of the languages that have one."""
    return {code: home["url"] for code, home in homes().items()}


def _below_home(levels: int | None = None) -> list[tuple[Page, links.PageLink]]:
    """Return the pages below the reader's home page in the order of the tree, each with its link. One query.

    A page that is not in the reader's language yet is among them with its fallback.
    """
    home = homes().get(links.readers_language())
    if home is None:
        return []
    top = len(home["path"]) // Page.steplen
    deepest = top + levels if levels is not None else Page._meta.get_field("path").max_length
    pages = Page.objects.filter(path__startswith=home["path"], depth__gt=top, depth__lte=deepest)
    return links.resolve_all(pages, lambda row: row.path.startswith(home["path"]) and top < row.depth <= deepest)


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
    return _menu(current_language().code)


@changes.kept("menu", _menu_tags)
def _menu(language: str) -> list[MenuEntry]:
    with _reading(language):
        pages = [(row, link) for row, link in _below_home(levels=2) if link.page.show_in_menus]
        top = min((row.depth for row, _link in pages), default=0)
        sections = [(row, link) for row, link in pages if row.depth == top]
        texts = _menu_texts([link.page.pk for _row, link in sections])
        entries = []
        for section, link in sections:
            title, intro = texts.get(link.page.pk, ("", ""))
            languages = {
                name: code if (code := versions.language_of(link.page, name)) != current_language().code else ""
                for name in ("menu_title", "menu_intro")
            }
            below = [inner for row, inner in pages if row.depth == top + 1 and row.path.startswith(section.path)]
            named = link.plain()
            if title:
                named = replace(named, title=title, language=languages["menu_title"])
            more = {"intro": intro, "intro_language": languages["menu_intro"]}
            entries.append(MenuEntry(**vars(named), **more, links=tuple(inner.plain() for inner in below)))
        return entries


def footer() -> dict[str, object] | None:
    """Return the footer of the active language: a text, columns of links, legal links, the page for sign language.

    What it promises is there: the columns lead to pages that the reader may open in their own language, the link to sign language to
    a film. The legal links stay, whatever the language behind them. Where the language has no footer it is the source's, and
    `language` says so; None while there is none at all.
    """
    return _footer(current_language().code) or None


@changes.kept("footer", _footer_tags)
def _footer(language: str) -> dict[str, object]:
    from portal.models import Footer

    with _reading(language):
        snippets = {
            snippet.locale.language_code: snippet
            for snippet in Footer.objects.filter(
                locale__language_code__in={language, SOURCE_LANGUAGE}, is_finished=True
            ).select_related("locale")
        }
        snippet = snippets.get(language) or snippets.get(SOURCE_LANGUAGE)
        if snippet is None:
            return {}
        # Found together, so that the blocks need not read their pages one list after the other.
        page_ids = walking.references(snippet) | ({snippet.sign_language_page_id} - {None})
        found = links.resolve(page_ids)
        sign_language = found.get(snippet.sign_language_page_id)
        has_film = sign_language is not None and not sign_language.mark and holds_film(sign_language.page.specific)
        empty = set() if has_film or sign_language is None else {sign_language.address}
        columns = [
            {
                "heading": block.value["heading"],
                "links": [
                    link for link in _plain_links(block.value["links"]) if not link.mark and link.address not in empty
                ],
            }
            for block in snippet.body
        ]
        return {
            "language": "" if snippet.locale.language_code == language else snippet.locale.language_code,
            "about": snippet.about,
            "columns": [column for column in columns if column["links"]],
            "legal": _plain_links([block.value for block in snippet.legal]),
            "sign_language": sign_language.plain() if has_film else None,
        }


def _plain_links(values: list[LinkValue]) -> list[Link]:
    """Return links as plain values for the cache; those that lead nowhere are left out."""
    return [link for value in values if (link := value.target).address]


def breadcrumbs(page: Page) -> list[Link]:
    """Return the links to the pages above a page, home page first. One query."""
    paths = [page.path[:end] for end in range(2 * page.steplen, len(page.path), page.steplen)]
    ancestors = links.resolve_all(Page.objects.filter(path__in=paths), lambda row: row.path in paths)
    return [link.plain() for _row, link in ancestors]


def home_crumb() -> list[Link]:
    """Return the home page of the active language as the only breadcrumb, for views that are no pages."""
    home = homes().get(current_language().code)
    if home is None:
        return []
    code = current_language().code
    return [
        Link(
            address=home["url"],
            title=home["title"],
            language=home["title_language"] if home["title_language"] != code else "",
            hreflang="" if home["is_real"] else SOURCE_LANGUAGE,
        )
    ]


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
                address=addresses.get(language.code) or home_addresses.get(language.code, f"/{language.code}/"),
                title=language.name,
                language=language.code,
                hreflang=language.hreflang,
                is_current=language.code == reader,
                mark=mark,
            )
        )
    return entries


def site_map() -> list[SiteMapNode]:
    """Return all pages of the reader's language as a tree, in the order of the tree."""
    nodes: dict[str, SiteMapNode] = {}
    roots: list[SiteMapNode] = []
    for row, link in _below_home():
        node = SiteMapNode(**vars(link.plain()))
        nodes[row.path] = node
        parent = nodes.get(row.path[: -row.steplen])
        (parent.children if parent else roots).append(node)
    return roots
