"""The main menu of a language: from the pages that are shown in menus, and from no others."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.apps import apps
from django.db import connections
from wagtail.models import Page

from portal import changes
from portal.language.languages import SOURCE_LANGUAGE, current_language
from portal.models import MenuMixin
from portal.pages import links, versions
from portal.pages.links import Link

from .homes import homes
from .reading import reading

LEVELS = 2
"""So many levels below the home page the menu shows."""


@dataclass(frozen=True, kw_only=True)
class MenuEntry(Link):
    """A section in the main menu, with the pages below it; `intro_language` is that of the introduction, as `language`."""

    intro: str = ""
    intro_language: str = ""
    links: tuple[Link, ...] = ()


def menu_tags(language: str, *args: object) -> tuple[changes.Tag, ...]:
    """Return what the menu of a language depends on."""
    return (changes.menu(language), changes.RESTRICTIONS, changes.HOMES, changes.LOCALES)


def _menu_texts(page_ids: list[int]) -> dict[int, tuple[str, str]]:
    """Return title and introduction of section pages by id, whatever their type. One query."""
    tables = [
        model.objects.filter(pk__in=page_ids).order_by().values_list("pk", "menu_title", "menu_intro")
        for model in apps.get_models()
        if issubclass(model, MenuMixin)
    ]
    rows = tables[0].union(*tables[1:]) if tables else []
    return {pk: (title, intro) for pk, title, intro in rows}


def _shown(language: str) -> list[tuple[Page, links.PageLink]]:
    """Return the rows of a language's tree that its menu shows, each with its link, in the order of the tree. Two queries.

    Whether a fallback is shown says the page of the source, whose text it shows; its own row may be older. The index
    `portal_menu_pages` holds those alone that are shown.
    """
    home = homes().get(language)
    if home is None:
        return []
    top = len(home["path"]) // Page.steplen
    depths = range(top + 1, top + 1 + LEVELS)
    locales = [pk for pk, locale in versions.locales_by_id().items() if locale.language_code in {language, SOURCE_LANGUAGE}]
    pages = Page.objects.filter(show_in_menus=True, locale_id__in=locales, depth__in=depths)
    found = links.resolve_all(pages, lambda row: row.depth in depths and row.path.startswith(home["path"]))
    return [(row, link) for row, link in found if link.page.show_in_menus]


def ensure_index(using: str, **kwargs: object) -> None:
    """Make the index of menus anew where a migration of Wagtail lost it: on SQLite a changed table is a new one, with Wagtail's alone."""
    connection, table = connections[using], Page._meta.db_table
    if table in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE INDEX IF NOT EXISTS portal_menu_pages ON {table} (locale_id, depth, path) WHERE show_in_menus")


def menu() -> list[MenuEntry]:
    """Return the main menu of the active language: the sections below the home page, with their pages."""
    return _menu(current_language().code)


@changes.kept("menu", menu_tags)
def _menu(language: str) -> list[MenuEntry]:
    with reading(language):
        pages = _shown(language)
        top = min((row.depth for row, _link in pages), default=0)
        sections = [(row, link) for row, link in pages if row.depth == top]
        texts = _menu_texts([link.page.pk for _row, link in sections])
        entries = []
        for section, link in sections:
            title, intro = texts.get(link.page.pk, ("", ""))
            languages = {
                name: code if (code := versions.language_of(link.page, name)) != language else ""
                for name in ("menu_title", "menu_intro")
            }
            below = [inner for row, inner in pages if row.depth == top + 1 and row.path.startswith(section.path)]
            named = link.plain()
            if title:
                named = replace(named, title=title, language=languages["menu_title"])
            more = {"intro": intro, "intro_language": languages["menu_intro"]}
            entries.append(MenuEntry(**vars(named), **more, links=tuple(inner.plain() for inner in below)))
        return entries
