"""Which real versions a page has: the one place that knows.

A page exists in a language when its version there is *real*: live, public, no alias, and finished at least once. It is
finished when it is the source of its set or was written by hand in its own language and is published, or when it was
published as a translation with no segment missing. That moment is stored (`PublishedVersion`) and not computed again: a
later change of the source makes a translation out of date, not unreal; one that is *withdrawn*, because what it says is wrong by
now, is as if it had never been finished until it is shown again.

A page of the source that is not real yet in a language which follows the source opens there all the same: its address is
that of its alias (or of the translation that was only begun), its content the source's current live version. That is its
*fallback*; a drafted or half-translated row is never read.

Menus, lists, language links, search and the answer to an address all ask this module.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from wagtail.models import Locale, Page
from wagtail.query import PageQuerySet

from portal import changes
from portal.language.languages import SOURCE_LANGUAGE, languages_by_code
from portal.pages import columns, restrictions

COPYING_ACTIONS = ("wagtail.create_alias", "wagtail.copy_for_translation", "wagtail.convert_alias")
"""Logged on pages that were made from one in another language, and on no page that somebody wrote."""


def real(pages: PageQuerySet) -> PageQuerySet:
    """Return the real versions among `pages`, public ones only, each with its `published_version`."""
    return restrictions.public(finished(pages).live()).select_related("published_version")


def finished(pages: PageQuerySet) -> PageQuerySet:
    """Return those of `pages` that are no aliases and finished in their language, whether live or restricted; none that is withdrawn."""
    return once_finished(pages).filter(published_version__withdrawn_at__isnull=True)


def once_finished(pages: PageQuerySet) -> PageQuerySet:
    """Return those of `pages` that have a text of their own which was finished, also where it is withdrawn: it must not get lost."""
    return pages.filter(alias_of__isnull=True, published_version__completed_at__isnull=False)


@dataclass(frozen=True)
class Versions:
    """Where a page is: its `real` versions and, by language, the rows at whose addresses its `fallbacks` open.

    `original` is the version that those read who have none in their language: the source, or the only one of a page that was
    never meant to be in the source's tree. `restricted` holds the versions that are private alone, while the source is public:
    who comes to their address is asked for the right to read.
    """

    real: dict[str, Page] = field(default_factory=dict)
    fallbacks: dict[str, Page] = field(default_factory=dict)
    original: Page | None = None
    restricted: dict[str, Page] = field(default_factory=dict)


_OF_EDITORS = frozenset({
    "draft_title", "seo_title", "search_description", "owner", "first_published_at", "last_published_at", "latest_revision",
    "latest_revision_created_at", "live_revision", "has_unpublished_changes", "go_live_at", "expire_at", "expired", "locked", "locked_at",
    "locked_by",
})  # fmt: skip
"""What no link needs to know of a page."""


def rows() -> PageQuerySet:
    """Return all pages as links need them: with their `published_version`, without what no link shows, which is read when asked for."""
    names = columns.all_but(Page, _OF_EDITORS) + columns.of_published_version(frozenset({"anchors"}))
    return Page.objects.select_related("published_version").only(*names)


def sort_rows(rows: Iterable[Page]) -> Versions:
    """Return the versions among all rows of one translation key, fetched with their `published_version`.

    No query but the one that asks what is private, once for all that is `restrictions.remembered` together.
    """
    rows = list(rows)
    set_locales(rows)
    by_code = {row.locale.language_code: row for row in rows if row.locale.language_code in languages_by_code()}
    with restrictions.remembered():
        found = {code: row for code, row in by_code.items() if is_real(row)}
        if SOURCE_LANGUAGE not in found:
            return Versions(found, original=None if SOURCE_LANGUAGE in by_code else next(iter(found.values()), None))
        others = {code: row for code, row in by_code.items() if code not in found}
        restricted = {
            code: row
            for code, row in others.items()
            if (languages_by_code()[code].follows_source or is_published(row)) and restrictions.is_restricted(row)
        }
    fallbacks = {
        code: row
        for code, row in others.items()
        if code not in restricted and languages_by_code()[code].follows_source
    }
    return Versions(found, fallbacks, found[SOURCE_LANGUAGE], restricted)


def versions_of(page: Page) -> Versions:
    """Return where a page is, in all languages. One query."""
    return sort_rows(rows().filter(translation_key=page.translation_key))


def translations(page: Page) -> dict[str, Page]:
    """Return the real versions of a page by language code, itself included. One query."""
    return versions_of(page).real


_BLOCK_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def untranslated_names(paths: Iterable[str]) -> list[str]:
    """Return what content paths name: a field (`title`), or the block of a field (its id) in which a text stands.

    The block is the outermost one: what is in it (a list's entries, a section's blocks) has no mark of its own.
    """
    names: dict[str, None] = {}
    for path in paths:
        block_id = _BLOCK_ID.search(path)
        names[block_id[0] if block_id else path.split(".")[0]] = None
    return list(names)


def untranslated_in(page: Page) -> frozenset[str]:
    """Return the fields and block ids of a page's live version that stand in the source language (see `PublishedVersion`)."""
    version = getattr(page, "published_version", None)
    return frozenset(version.untranslated) if version is not None else frozenset()


def anchors_of(page: Page) -> dict[str, str]:
    """Return the stored anchors of a page's headings by the ids of their blocks; no query with its `published_version`."""
    version = getattr(page, "published_version", None)
    return (version.anchors or {}) if version is not None else {}


def language_of(page: Page, name: str) -> str:
    """Return the code of the language in which a field of a page stands; no query with its `published_version`."""
    version = getattr(page, "published_version", None)
    if name == "title" and version is not None and version.title_language:
        return version.title_language
    return SOURCE_LANGUAGE if name in untranslated_in(page) else page.locale.language_code


def is_finished(page: Page) -> bool:
    """Return whether a page is finished in its own language, and not withdrawn; no query with its `published_version`."""
    return was_finished(page) and not is_withdrawn(page)


def was_finished(page: Page) -> bool:
    """Return whether a page was once published complete in its own language; no query with its `published_version`."""
    version = getattr(page, "published_version", None)
    return page.alias_of_id is None and version is not None and version.completed_at is not None


def is_withdrawn(page: Page) -> bool:
    """Return whether nobody is to read what a page says, because it is wrong by now. No query, as above."""
    version = getattr(page, "published_version", None)
    return version is not None and version.withdrawn_at is not None


def edited_at(page: Page) -> datetime.datetime | None:
    """Return when a person last published a page; None where only the initial content or a command did. No query, as above."""
    version = getattr(page, "published_version", None)
    return version.edited_at if version is not None else None


def source_changed_at(page: Page) -> datetime.datetime | None:
    """Return since when the source says something that a page does not; None where it does not. No query, as above."""
    version = getattr(page, "published_version", None)
    return version.source_changed_at if version is not None else None


def was_reviewed(page: Page) -> bool:
    """Return whether a reviewer ever approved a translation. No query, as above."""
    version = getattr(page, "published_version", None)
    return version is not None and version.reviewed_at is not None


def has_own_slug(page: Page) -> bool:
    """Return whether a page was once published in its own language, and got its slug there, even if it is an alias again."""
    return getattr(page, "published_version", None) is not None


def is_published(page: Page) -> bool:
    """Return whether an address answers with this page's own text: live, no alias, and published by somebody as it is.

    That is more than the real versions: it may be restricted, or a translation that somebody published incomplete.
    """
    version = getattr(page, "published_version", None)
    has_text = version is not None and (version.completed_at is not None or version.untranslated)
    return page.live and page.alias_of_id is None and bool(has_text) and not is_withdrawn(page)


def is_real(page: Page) -> bool:
    """Return whether one page, fetched with its `published_version`, is real."""
    return page.live and is_finished(page) and not restrictions.is_restricted(page)


@changes.kept("locales", lambda: (changes.LOCALES,), in_transactions=True)
def locales_by_id() -> dict[int, Locale]:
    """Return all locales by id."""
    return Locale.objects.in_bulk()


def set_locales(pages: Iterable[Page]) -> None:
    """Give pages their locale without a query each; addresses of pages need it."""
    locales = locales_by_id()
    for page in pages:
        page.locale = locales[page.locale_id]
