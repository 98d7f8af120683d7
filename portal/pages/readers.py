"""For whom an answer is made: one object, which the middleware makes and hands to all that takes part in the answer.

The reader's language is that of the address. The language of the content is the same, but for a fallback, whose content stands in the
language of the source while its links and all words around it stay with the reader. The active language of Django is whichever of
the two is being rendered. Templates know the reader as `reader`, views ask for that of their request (`of`). To blocks, and to links
inside rich text, Wagtail hands nothing: they ask whose answer is being made (`current`).
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import Model
from django.http import HttpRequest
from wagtail.models import Page
from wagtail.query import PageQuerySet

from portal.language.languages import SOURCE_LANGUAGE, Language, current_language, languages_by_code
from portal.pages import restrictions
from portal.pages.versions import Versions, sort_rows
from portal.pages.versions import rows as all_rows

if TYPE_CHECKING:
    from portal.models import BasePage

T = TypeVar("T")


@dataclass
class Needs:
    """What the blocks of a page will ask for, so that the first of them brings it for all.

    By id the pages that are `linked`, those `shown` as cards, those of which a block shows the `whole`; files by their model; whether the
    pages below are shown.
    """

    linked: set[int] = field(default_factory=set)
    shown: set[int] = field(default_factory=set)
    whole: set[int] = field(default_factory=set)
    files: dict[type[Model], set[int]] = field(default_factory=dict)
    children: bool = False

    def add(self, other: Needs) -> None:
        """Take what another page needs too: two may stand side by side."""
        self.shown |= other.shown
        self.whole |= other.whole
        for model, ids in other.files.items():
            self.files.setdefault(model, set()).update(ids)


@dataclass(frozen=True)
class Found:
    """What was read about pages for an answer, by id: where they are, and their rows. Kept until it is sent, no longer.

    `shown` holds those that cards show, by id and language, `made` what blocks that keep themselves up to date have found (`once`),
    `children` the ids of the pages below those whose blocks show them, `files` pictures and documents; `needs` is what is still to come.
    """

    versions: dict[int, Versions] = field(default_factory=dict)
    pages: dict[int, Page] = field(default_factory=dict)
    shown: dict[tuple[int, str], Page] = field(default_factory=dict)
    made: dict[Hashable, Any] = field(default_factory=dict)
    children: dict[int, list[int]] = field(default_factory=dict)
    files: dict[type[Model], dict[int, Model | None]] = field(default_factory=dict)
    needs: Needs = field(default_factory=Needs)

    def files_of(self, model: type[Model], ids: Iterable[int | None]) -> list[Model | None]:
        """Return files in the order of their ids, with those that other blocks will ask for: as `of_answers` of the model says."""
        ids, known = list(ids), self.files.setdefault(model, {})
        if any(pk is not None and pk not in known for pk in ids):
            wanted = ({pk for pk in ids if pk is not None} | self.needs.files.get(model, set())) - known.keys()
            known.update({**dict.fromkeys(wanted), **getattr(model, "of_answers", model._default_manager.all)().in_bulk(wanted)})
        return [copy.copy(known[pk]) if pk is not None else None for pk in ids]

    def read(self, pages: PageQuerySet) -> list[Page]:
        """Read pages with all their versions, real or not, and return all these rows. One query."""
        keys = pages.order_by().values("translation_key")
        rows = list(all_rows().filter(translation_key__in=keys))
        groups: dict[object, list[Page]] = {}
        for row in rows:
            groups.setdefault(row.translation_key, []).append(row)
            self.pages[row.pk] = row
        with restrictions.remembered():
            for group in groups.values():
                found = sort_rows(group)
                self.versions.update({row.pk: found for row in group})
        return rows


@dataclass(frozen=True, eq=False)
class Reader:
    """Who reads an answer: `language` and `path` are those of the address, `page` is what is shown there; a view shows none.

    A page that its reader has not been allowed to open yet is not shown: nothing is told of it.
    """

    language: Language
    path: str = ""
    page: BasePage | None = None
    found: Found = field(default_factory=Found)

    def showing(self, page: BasePage) -> Reader:
        """Return the same reader with the page that was found."""
        return replace(self, page=page)

    @property
    def content_language(self) -> Language:
        """Return the language in which the content of the answer stands."""
        return languages_by_code()[self.page.language_code] if self.page else self.language

    @property
    def is_fallback(self) -> bool:
        """Return whether the page is shown in place of one that is not translated yet."""
        return self.page is not None and self.page.shown_at is not None

    @cached_property
    def versions(self) -> Versions:
        """Where the page is, in all languages. One query."""
        if self.page is None or not self.page.pk:
            return Versions()
        if self.page.pk not in self.found.versions:
            self.found.read(Page.objects.filter(pk=self.page.pk))
        return self.found.versions.get(self.page.pk, Versions())

    @property
    def others(self) -> dict[str, Page]:
        """Return the versions that may be read beside the page, by language: those that are public. No query once `versions` is known.

        A text in Leichte Sprache is written for itself: it stands beside that of the source alone. A fallback is the source already.
        """
        if self.page is None or self.is_fallback or not self.page.live:
            return {}
        follows, code = languages_by_code()[self.page.language_code].follows_source, self.page.language_code
        return {
            other: page
            for other, page in self.versions.real.items()
            if other != code and ((follows and languages_by_code()[other].follows_source) or SOURCE_LANGUAGE in {code, other})
        }

    @cached_property
    def ancestors(self) -> list[Page]:
        """The rows above the page, home page first, whether somebody may open them or not. One query."""
        paths = paths_above(self.page) if self.page else []
        rows = [row for row in self.found.pages.values() if row.path in paths]
        if len(rows) < len(paths):
            rows = self.found.read(Page.objects.filter(path__in=paths))
        return sorted((row for row in rows if row.path in paths), key=lambda row: row.path)


def paths_above(page: Page) -> list[str]:
    """Return the paths of the pages above a page, home page first."""
    return [page.path[:end] for end in range(2 * Page.steplen, len(page.path), Page.steplen)]


_current: ContextVar[Reader | None] = ContextVar("reader", default=None)


@contextmanager
def answering(reader: Reader) -> Iterator[None]:
    """Make an answer for a reader."""
    token = _current.set(reader)
    try:
        yield
    finally:
        _current.reset(token)


def current() -> Reader:
    """Return for whom the answer is made; outside of one, somebody who reads the active language, for whom nothing was found."""
    return _current.get() or Reader(current_language())


def once(key: Hashable, make: Callable[[], T]) -> T:
    """Return what is made for an answer in the active language: the first time, whatever block asks for it again."""
    made, key = current().found.made, (key, current_language().code)
    if key not in made:
        made[key] = make()
    return made[key]


def show(page: BasePage, request: HttpRequest) -> Reader:
    """Show a page to the reader of a request from here on: to blocks and links too, until the answer is sent."""
    reader = of(request).showing(page)
    if _current.get() is not None:
        # Whoever began the answer (`answering`) ends it.
        _current.set(reader)
    return reader


def of(request: HttpRequest | None) -> Reader:
    """Return the reader of a request; one that was refused before it got any is answered as `current` says."""
    return getattr(request, "reader", None) or current()


def context(request: HttpRequest) -> dict[str, object]:
    """Name the reader to templates; that of a page comes from the page itself (`BasePage.get_context`)."""
    return {"reader": of(request)}
