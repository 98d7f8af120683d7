"""One way to turn a page into a link in the reader's language.

A link leads to the page's real version in the reader's language; where there is none, to its fallback (the address in the
reader's language at which the source's text opens); where there is no address either, to the source itself; where the source
is not there, nowhere. Every link knows the language that waits behind it. The links of a whole page are resolved together
before it is rendered; templates and rich text then find them known. Inside the content of a fallback the active language is that
of the source, while its links stay with the reader (`portal.pages.readers`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import get_language, gettext
from wagtail.models import Page
from wagtail.query import PageQuerySet

from portal.language.languages import current_language, direction_of, language_mark, languages_by_code
from portal.pages import readers, versions
from portal.pages.addresses import address_of
from portal.pages.readers import Needs, Reader


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
        return direction_of(self.language) if self.language else ""


def to_version(page: Page) -> Link:
    """Return the link to a real version itself; no query with its `published_version` and locale."""
    code = versions.language_of(page, "title")
    return Link(address_of(page), page.title, code if code != current_language().code else "")


@dataclass(frozen=True)
class PageLink:
    """Where a link to a page leads: `behind` is the language of the text that waits at `address`, `page` the version that names it.

    `reader` is the language of whom it was resolved for. `is_restricted` says that the version at the address is private; the link is
    named by the source, which is not. What is said of the link follows the language that is active when it is asked; `plain` is the
    link as it is said now.
    """

    address: str
    behind: str
    page: Page
    reader: str
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
        return language_mark(self.behind) if self.behind not in {current_language().code, self.reader} else ""


def link_within(found: versions.Versions, reader: str) -> PageLink | None:
    """Return the link to a page that is in these versions, for a reader of a language; None where it is nowhere."""
    target = found.real.get(reader) or found.original
    if target is None:
        return None
    if protected := found.restricted.get(reader):
        return PageLink(address_of(protected), reader, found.real.get(current_language().code, target), reader, is_restricted=True)
    address = found.real.get(reader) or found.fallbacks.get(reader) or target
    # Inside a fallback the text is the source's: its links are named as the source names them.
    named = target if get_language() == reader else found.real.get(current_language().code, target)
    return PageLink(address_of(address), target.locale.language_code, named, reader)


def resolve(page_ids: Iterable[int]) -> dict[int, PageLink | None]:
    """Return the links to pages by the ids that were asked for, in their order; what is known is not asked again. One query."""
    reader, ids = readers.current(), dict.fromkeys(page_ids)
    found = reader.found
    if unknown := ids.keys() - found.versions.keys():
        found.read(Page.objects.filter(pk__in=unknown))
    nothing = versions.Versions()
    return {pk: link_within(found.versions.setdefault(pk, nothing), reader.language.code) for pk in ids}


def prepare(page: Page, page_ids: Iterable[int], needs: Needs | None = None) -> None:
    """Find together where a page is in all languages, the pages above it, and those by id that it links to. One query.

    Whoever asks for one of them while the page is rendered need not ask the database. `needs` is what its blocks will ask for.
    """
    found, ids, needs = readers.current().found, set(page_ids), needs or Needs()
    ids |= needs.linked | needs.shown
    found.needs.add(needs)
    if page.path and ({page.pk, *ids} - found.versions.keys() or needs.children):
        wanted = Q(pk__in={page.pk, *ids}) | Q(path__in=readers.paths_above(page))
        if needs.children:
            wanted |= Q(path__startswith=page.path, depth=page.depth + 1, show_in_menus=True)
        rows = found.read(Page.objects.filter(wanted))
        if needs.children:
            below = [row for row in rows if row.show_in_menus and row.depth == page.depth + 1 and row.path.startswith(page.path)]
            found.children[page.pk] = [row.pk for row in sorted(below, key=lambda row: row.path)]
            found.needs.shown.update(found.children[page.pk])
    for pk in ids:
        found.versions.setdefault(pk, versions.Versions())


def resolve_all(pages: PageQuerySet, are_among: Callable[[Page], bool]) -> list[tuple[Page, PageLink]]:
    """Return the pages of a queryset that lead somewhere, in the order of the tree, each with its link. One query.

    `are_among` says of a row whether it is one of `pages` or only a version of one in another language.
    """
    reader = readers.current()
    return to_rows(sorted((row for row in reader.found.read(pages) if are_among(row)), key=lambda row: row.path), reader)


def to_rows(rows: Iterable[Page], reader: Reader) -> list[tuple[Page, PageLink]]:
    """Return those of the rows found for a reader that lead somewhere, each with its link."""
    return [(row, link) for row in rows if (link := link_within(reader.found.versions[row.pk], reader.language.code))]


def resolve_one(page_id: int) -> PageLink | None:
    """Return the link to a page by its id."""
    return resolve([page_id])[page_id]
