"""One way to turn a page into a link in the reader's language.

A link leads to the page's real version in the reader's language; where there is none, to its fallback (the address in the
reader's language at which the source's text opens); where there is no address either, to the source itself; where the source
is not there, nowhere. Every link knows the language that waits behind it. The links of a whole page are resolved together
before it is rendered; templates and rich text then find them known.

The reader's language is that of the address. The active language is that of the text around the link: the same, but for the
content of a fallback, which is rendered in the language of the source while its links stay with the reader.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils.translation import get_language, gettext
from wagtail.models import Page
from wagtail.query import PageQuerySet

from portal.language.languages import current_language, language_mark, languages_by_code
from portal.pages import restrictions, versions
from portal.pages.addresses import address_of


@dataclass(frozen=True)
class Link:
    """A link as plain values, as templates take it and caches keep it.

    `language` is that of the title where it is not that of the text around it, `hreflang` that of what waits at the address where
    it is another than the reader's, `mark` what is said of that beside the link. Without an address it leads nowhere.
    """

    address: str
    title: str = ""
    language: str = ""
    hreflang: str = ""
    mark: str = ""
    is_external: bool = False

    @property
    def direction(self) -> str:
        """Return the direction of the title where it stands in a language of its own."""
        return languages_by_code()[self.language].direction if self.language else ""


@dataclass(frozen=True)
class PageLink:
    """Where a link to a page leads: `behind` is the language of the text that waits at `address`, `page` the version that names it.

    `is_restricted` says that the version at the address is private; the link is named by the source, which is not. What is said of
    the link follows the language that is active when it is asked; `plain` is the link as it is said now.
    """

    address: str
    behind: str
    page: Page
    is_restricted: bool = False

    def plain(self, title: str = "") -> Link:
        """Return the link as plain values; a title of its own stands in the language of the text around it."""
        return Link(
            address=self.address,
            title=title or self.title,
            language="" if title else self.language,
            hreflang=self.hreflang,
            mark=self.mark,
        )

    @property
    def title(self) -> str:
        """Return the name of the link."""
        return self.page.title

    @property
    def language(self) -> str:
        """Return the language of the name where it is not that of the text around it."""
        code = versions.language_of(self.page, "title")
        return code if code != current_language().code else ""

    @property
    def hreflang(self) -> str:
        """Return the language behind the link where it is not that of the text around it, as search engines know it."""
        return languages_by_code()[self.behind].hreflang if self.behind != current_language().code else ""

    @property
    def mark(self) -> str:
        """Return what to say beside the link: that the page is protected, or that another language than the reader's waits there."""
        if self.is_restricted:
            return gettext("protected")
        return language_mark(self.behind) if self.behind not in {current_language().code, readers_language()} else ""


@dataclass
class Known:
    """What was found for the request that is being answered."""

    reader: str
    versions: dict[int, versions.Versions] = field(default_factory=dict)
    pages: dict[int, Page] = field(default_factory=dict)


# Outside of a request nothing is kept.
_known: ContextVar[Known | None] = ContextVar("known_links", default=None)


@contextmanager
def remembered(reader: str) -> Iterator[None]:
    """Keep what is found for a reader of a language until the request is answered."""
    token = _known.set(Known(reader))
    try:
        yield
    finally:
        _known.reset(token)


def readers_language() -> str:
    """Return the language of the address that is being answered; outside of a request the active one."""
    known = _known.get()
    return known.reader if known else current_language().code


def known_pages() -> dict[int, Page]:
    """Return the pages by id that were read for links in this request; choosers need not read them again."""
    known = _known.get()
    return known.pages if known else {}


def link_within(found: versions.Versions) -> PageLink | None:
    """Return the link to a page that is in these versions, for the reader of this request; None where it is nowhere."""
    reader = readers_language()
    target = found.real.get(reader) or found.original
    if target is None:
        return None
    if protected := found.restricted.get(reader):
        return PageLink(address_of(protected), reader, found.real.get(current_language().code, target), is_restricted=True)
    address = found.real.get(reader) or found.fallbacks.get(reader) or target
    # Inside a fallback the text is the source's: its links are named as the source names them.
    named = target if get_language() == reader else found.real.get(current_language().code, target)
    return PageLink(address_of(address), target.locale.language_code, named)


def resolve(page_ids: Iterable[int]) -> dict[int, PageLink | None]:
    """Return the links to pages by the ids that were asked for; what is known is not asked again. One query."""
    known = _known.get() or Known(readers_language())
    ids = set(page_ids)
    if unknown := ids - known.versions.keys():
        _find(Page.objects.filter(pk__in=unknown), known)
    nothing = versions.Versions()
    return {pk: link_within(known.versions.setdefault(pk, nothing)) for pk in ids}


def prepare(page: Page, page_ids: Iterable[int]) -> None:
    """Find together where a page is in all languages, the pages above it, and those by id that it links to. One query.

    Whoever asks for one of them while the page is rendered need not ask the database.
    """
    known, ids = _known.get(), set(page_ids)
    if known is None or not page.path:
        return
    if {page.pk, *ids} - known.versions.keys():
        _find(Page.objects.filter(Q(pk__in={page.pk, *ids}) | Q(path__in=_paths_above(page))), known)
    for pk in ids:
        known.versions.setdefault(pk, versions.Versions())


def _paths_above(page: Page) -> list[str]:
    return [page.path[:end] for end in range(2 * page.steplen, len(page.path), page.steplen)]


def above(page: Page) -> list[PageLink]:
    """Return the links to the pages above a page, home page first. One query, none where that is known."""
    paths, known = _paths_above(page), _known.get()
    rows = sorted((row for row in known.pages.values() if row.path in paths), key=lambda row: row.path) if known else []
    if known and len(rows) == len(paths):
        return [link for row in rows if (link := link_within(known.versions[row.pk]))]
    return [link for _row, link in resolve_all(Page.objects.filter(path__in=paths), lambda row: row.path in paths)]


def versions_of(page: Page) -> versions.Versions:
    """Return where a page is, in all languages. One query, none where that is known."""
    known = _known.get()
    return known.versions[page.pk] if known and page.pk in known.versions else versions.versions_of(page)


def resolve_all(pages: PageQuerySet, are_among: Callable[[Page], bool]) -> list[tuple[Page, PageLink]]:
    """Return the pages of a queryset that lead somewhere, in the order of the tree, each with its link. One query.

    `are_among` says of a row whether it is one of `pages` or only a version of one in another language.
    """
    known = _known.get() or Known(readers_language())
    rows = sorted((row for row in _find(pages, known) if are_among(row)), key=lambda row: row.path)
    return [(row, link) for row in rows if (link := link_within(known.versions[row.pk]))]


def _find(pages: PageQuerySet, known: Known) -> list[Page]:
    """Add pages to what is known, with all their versions, real or not; return all rows that were read."""
    keys = pages.order_by().values("translation_key")
    rows = list(versions.rows().filter(translation_key__in=keys))
    groups: dict[object, list[Page]] = {}
    for row in rows:
        groups.setdefault(row.translation_key, []).append(row)
        known.pages[row.pk] = row
    with restrictions.remembered():
        for group in groups.values():
            found = versions.sort_rows(group)
            known.versions.update({row.pk: found for row in group})
    return rows


def resolve_one(page_id: int) -> PageLink | None:
    """Return the link to a page by its id."""
    return resolve([page_id])[page_id]
