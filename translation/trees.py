"""Are the page trees whole, and do those that follow the German one look like it? What can be mended is mended here.

Checking reads all pages once and asks nothing more, however many there are. Mending loses no content: what was written by
somebody moves, only copies of what is gone are deleted, and addresses that change leave redirects.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID, uuid4

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Value
from django.db.models.functions import Concat, Substr
from wagtail.models import Page, PageLogEntry, PageViewRestriction
from wagtail_localize.models import LocaleSynchronization

from portal import changes
from portal.language.languages import SOURCE_LANGUAGE
from portal.language.slugs import is_made_from
from portal.pages import redirects, restrictions
from portal.pages.versions import COPYING_ACTIONS, locales_by_id
from portal.upstream.treebeard import free_path
from translation import cascades


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a page; `kind` names the rule that it breaks, `text` is a line for people."""

    kind: str
    page_id: int
    text: str


@dataclass(frozen=True)
class Row:
    """What the checks need of a page. `has_own_slug` says that it was once published in its language, alias or not."""

    pk: int
    path: str
    depth: int
    numchild: int
    url_path: str
    slug: str
    title: str
    live: bool
    locale_id: int
    translation_key: UUID
    alias_of_id: int | None
    is_finished: bool
    has_own_slug: bool

    @classmethod
    def all(cls) -> list[Row]:
        """Return all pages in the order of the tree. One query."""
        names = [*cls.__dataclass_fields__][:-2]
        rows = Page.objects.order_by("path").values_list(*names, "published_version__completed_at", "published_version__page_id")
        return [cls(*row[:-2], row[-2] is not None, row[-1] is not None) for row in rows]  # type: ignore[call-arg]

    @property
    def parent_path(self) -> str:
        """Return the path of the page above; empty for the root."""
        return self.path[: -Page.steplen]

    def __str__(self) -> str:
        return f"{self.pk} “{self.title}” ({locales_by_id()[self.locale_id].language_code})"


class Trees:
    """All pages as they are stored, and the questions that are asked about them."""

    def __init__(self, rows: list[Row], followed: dict[int, int]) -> None:
        """Take all pages, and by locale the one whose tree it follows."""
        self.rows = rows
        self.followed = followed
        self.by_path = {row.path: row for row in rows}
        self.by_id = {row.pk: row for row in rows}
        # Of two versions in one language, the finished one is the version.
        by_worth = sorted(rows, key=lambda row: (row.is_finished, row.alias_of_id is None))
        self.by_key = {(row.translation_key, row.locale_id): row for row in by_worth}
        self.children: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            if len(row.path) % Page.steplen == 0:
                self.children[row.parent_path].append(row)

    @classmethod
    def stored(cls) -> Trees:
        """Read everything."""
        return cls(Row.all(), dict(LocaleSynchronization.objects.values_list("locale_id", "sync_from_id")))

    def parent(self, row: Row) -> Row | None:
        """Return the page above; None above the root and where it is missing."""
        return self.by_path.get(row.parent_path)

    def home(self, locale_id: int) -> Row | None:
        """Return the home page of a language."""
        return next((row for row in self.rows if row.locale_id == locale_id and len(row.path) == 2 * Page.steplen), None)

    def source(self, row: Row) -> Row | None:
        """Return the page that one of a following tree stands for."""
        return self.by_key.get((row.translation_key, self.followed.get(row.locale_id)))

    @cached_property
    def copied(self) -> set[int]:
        """Return the ids of pages that were made from one in another language."""
        return set(PageLogEntry.objects.filter(action__in=COPYING_ACTIONS).values_list("page_id", flat=True))

    @cached_property
    def kept(self) -> set[int]:
        """Return the ids of translations that stand elsewhere than their source because somebody chose so."""
        kept: set[int] = set()
        for entry in PageLogEntry.objects.filter(action=cascades.LOG_ACTION).order_by("pk"):
            if entry.data["action"] == "move":
                pages = {page["id"] for page in entry.data["pages"]}
                kept = kept | pages if entry.data["choice"] == cascades.SOURCE_ONLY else kept - pages
        return kept

    @cached_property
    def restrictions(self) -> list[PageViewRestriction]:
        """Return all view restrictions, with their pages and groups."""
        return list(PageViewRestriction.objects.select_related("page__locale").prefetch_related("groups"))

    @cached_property
    def bound(self) -> set[int]:
        """Return the ids of the pages that restrictions bind, found page by page: by what is above, shown or translated."""
        followers: dict[object, list[int]] = defaultdict(list)
        for row in self.rows:
            followers[row.alias_of_id].append(row.pk)
            followers[row.translation_key].append(row.pk)
        found: set[int] = set()
        todo = [restriction.page_id for restriction in self.restrictions]
        while todo:
            if (pk := todo.pop()) not in found:
                found.add(pk)
                row = self.by_id[pk]
                is_source = locales_by_id()[row.locale_id].language_code == SOURCE_LANGUAGE
                todo += followers[pk] + (followers[row.translation_key] if is_source else [])
                todo += [child.pk for child in self.children[row.path]]
        return found

    # --- the rules: each yields the pages that break it, with a line ---------------------------------------------------

    def path(self) -> Iterator[tuple[Row, str]]:
        """A path is made of whole steps, and there is a page above."""
        for row in self.rows:
            if len(row.path) % Page.steplen or set(row.path) - set(Page.alphabet):
                yield row, f"{row}: its path “{row.path}” is none"
            elif row.parent_path and row.parent_path not in self.by_path:
                yield row, f"{row}: there is no page above it"

    def numbers(self) -> Iterator[tuple[Row, str]]:
        """Depth and number of children are those of the paths."""
        for row in self.rows:
            depth, children = len(row.path) // Page.steplen, len(self.children[row.path])
            if row.depth != depth:
                yield row, f"{row}: depth {row.depth} instead of {depth}"
            if row.numchild != children:
                yield row, f"{row}: {row.numchild} pages below it instead of {children}"

    def url_path(self) -> Iterator[tuple[Row, str]]:
        """An address is that of the page above and the slug."""
        right: dict[str, str] = {}
        for row in self.rows:
            right[row.path] = f"{right.get(row.parent_path, '/')}{row.slug}/" if row.parent_path else "/"
            if row.url_path != right[row.path]:
                yield row, f"{row}: the address {row.url_path} instead of {right[row.path]}"

    def locale(self) -> Iterator[tuple[Row, str]]:
        """A page stands below one of its language."""
        for row in self.rows:
            parent = self.parent(row)
            if parent and parent.parent_path and parent.locale_id != row.locale_id:
                yield row, f"{row}: stands below {parent}"

    def twins(self) -> Iterator[tuple[Row, str]]:
        """A page has one version in each language. The database sees to that, unless somebody took its rule away."""
        for row in self.rows:
            if (other := self.by_key[row.translation_key, row.locale_id]) is not row:
                yield row, f"{row}: has the same translation key as {other}"

    def orphan(self) -> Iterator[tuple[Row, str]]:
        """What shows another language's page has one to show."""
        for row in self.rows:
            if row.locale_id not in self.followed or self.source(row) or (row.is_finished and not row.alias_of_id):
                continue
            shown = self.by_id.get(row.alias_of_id)
            if row.pk in self.copied if shown is None else shown.locale_id != row.locale_id:
                yield row, f"{row}: its source is gone"

    def copy(self) -> Iterator[tuple[Row, str]]:
        """A page stands in one place of its language. An alias beside it opens for nobody."""
        for row in self.rows:
            if (shown := self.by_id.get(row.alias_of_id)) and shown.locale_id == row.locale_id:
                yield row, f"{row}: shows {shown} of the same language and opens for nobody"

    def missing(self) -> Iterator[tuple[Row, str]]:
        """A page has a version in every language that follows, at least an alias."""
        for row in self.rows:
            for locale_id, source_id in self.followed.items():
                if (row.parent_path and row.locale_id == source_id and (row.translation_key, locale_id) not in self.by_key):
                    yield row, f"{row}: has no page in {locales_by_id()[locale_id].language_code}"

    def place(self) -> Iterator[tuple[Row, str]]:
        """A version stands below the versions of those that its source stands below."""
        for row in self.rows:
            source, parent = self.source(row), self.parent(row)
            if source is None or parent is None or (row.pk in self.kept and row.is_finished):
                continue
            source_parent = self.parent(source)
            if source_parent and source_parent.translation_key != parent.translation_key:
                yield row, f"{row}: stands below {parent}, its source below {source_parent}"

    def order(self) -> Iterator[tuple[Row, str]]:
        """Versions stand in the order of their sources."""
        for parent in self.rows:
            children = self.in_place(parent)
            if children != sorted(children, key=lambda row: self.source(row).path):
                yield parent, f"{parent}: the pages below it stand in another order than those of its source"

    def in_place(self, parent: Row) -> list[Row]:
        """Return the pages below one of a following tree whose sources stand below its source."""
        source = self.source(parent)
        children = self.children[parent.path]
        return [row for row in children if source and (own := self.source(row)) and own.parent_path == source.path]

    def slug(self) -> Iterator[tuple[Row, str]]:
        """An alias has its source's slug, unless it has one of its own; with a number where a sibling has it."""
        for row in self.rows:
            source = self.source(row)
            if source is None or row.alias_of_id is None or row.has_own_slug:
                continue
            wanted = cascades.source_slug(source, row.locale_id)
            taken = {other.slug for other in self.children[row.parent_path] if other is not row}
            if row.slug != wanted and not (wanted in taken and is_made_from(row.slug, wanted)):
                yield row, f"{row}: the slug “{row.slug}” instead of “{wanted}”"

    def live(self) -> Iterator[tuple[Row, str]]:
        """An alias is live when its source is."""
        for row in self.rows:
            source = self.source(row)
            if source and row.alias_of_id == source.pk and row.live != source.live:
                yield row, f"{row}: is {'live' if row.live else 'not live'}, unlike its source"

    def restriction(self) -> Iterator[tuple[Row, str]]:
        """A version carries no copy of its source's restriction: that binds it as it is, and the copy would outlive it."""
        for pk in sorted({copy.page_id for copy in restrictions.leftover_copies(self.restrictions)}):
            yield self.by_id[pk], f"{self.by_id[pk]}: carries a copy of the restriction of the page that it follows"

    def refused(self) -> Iterator[tuple[Row, str]]:
        """What a restriction binds is in no list of public pages, and its address asks for the right to read."""
        if not self.bound:
            return
        lists = (restrictions.public(Page.objects.all()), Page.objects.public())
        public = {pk for pages in lists for pk in pages.values_list("pk", flat=True)}
        tops = [pk for pk in self.bound if (above := self.parent(self.by_id[pk])) is None or above.pk not in self.bound]
        asking = {page.pk for page in Page.objects.filter(pk__in=tops).specific() if page.get_view_restrictions().exists()}
        for row in self.rows:
            if row.pk in self.bound and (row.pk in public or (row.pk in tops and row.pk not in asking)):
                yield row, f"{row}: is private, and would be shown"


RULES = (
    "path", "numbers", "url_path", "twins", "locale", "orphan", "copy", "missing", "place", "order", "slug", "live",
    "restriction", "refused",
)  # fmt: skip
"""The names of the rules, in the order in which what breaks them is mended: each relies on those before it."""


def find_problems(trees: Trees | None = None) -> list[Problem]:
    """Return everything that is wrong with the page trees, in the order in which it is to be mended."""
    trees = trees or Trees.stored()
    return [Problem(rule, row.pk, text) for rule in RULES for row, text in getattr(trees, rule)()]


@transaction.atomic
def repair() -> tuple[list[Problem], list[Problem]]:
    """Mend what can be mended, each problem once; return what is mended and what is left.

    One rule after the other, the pages read anew each time: mending one thing often mends the next, or shows it.
    """
    # Some of it is mended in the rows alone, which tell nobody.
    changes.announce(changes.EVERYTHING)
    tried: list[Problem] = []
    while True:
        trees = Trees.stored()
        problems = find_problems(trees)
        todo = [problem for problem in problems if problem not in tried]
        if not todo:
            return [problem for problem in tried if problem not in problems], problems
        for problem in [problem for problem in todo if problem.kind == todo[0].kind]:
            tried.append(problem)
            with suppress(ObjectDoesNotExist, ValidationError, IntegrityError), transaction.atomic():
                _MENDERS[problem.kind](trees, trees.by_id[problem.page_id])


def _page(row: Row | None) -> Page:
    """Return a page as it is now.

    Raises:
        Page.DoesNotExist: there is none, or no more.
    """
    return Page.objects.select_related("locale").get(pk=row.pk if row else None)


def _parent_for(trees: Trees, row: Row) -> Page:
    """Return the page that one belongs below: as its source does, else the home page of its language."""
    source = trees.source(row)
    if row.depth == 2 or (source and source.depth == 2):
        return Page.get_first_root_node()
    if source and (above := trees.parent(source)):
        return cascades.counterpart(_page(above), _page(row).locale)
    return _page(trees.home(row.locale_id))


def _mend_path(trees: Trees, row: Row) -> None:
    """Hang a page, with what hangs on it, below where its address says that it was, else below where it belongs."""
    above = row.url_path.rstrip("/").rpartition("/")[0] + "/"
    known = next((other for other in trees.rows if other.url_path == above and not other.path.startswith(row.path)), None)
    parent = _page(known) if known else _parent_for(trees, row)
    cascades.free_slug(_page(row), parent)
    path = free_path(parent)
    # A path of broken length may be the beginning of other pages' paths.
    is_whole = len(row.path) % Page.steplen == 0
    branch = Page.objects.filter(path__startswith=row.path) if is_whole else Page.objects.filter(pk=row.pk)
    branch.update(path=Concat(Value(path), Substr("path", len(row.path) + 1)))
    changes.happened(changes.Event.LINKED, _page(row))


def _mend_url_path(trees: Trees, row: Row) -> None:
    page = _page(row)
    page.set_url_path(page.get_parent())
    Page.objects.filter(pk=page.pk).update(url_path=page.url_path)
    before, now = (redirects.path_of(url_path, row.locale_id) for url_path in (row.url_path, page.url_path))
    if before != now:
        redirects.write({before: page.pk}, {now} if page.live else set())


def _mend_twin(trees: Trees, row: Row) -> None:
    Page.objects.filter(pk=row.pk).update(translation_key=uuid4())
    for twin in (row, trees.by_key[row.translation_key, row.locale_id]):
        changes.happened(changes.Event.LINKED, _page(twin))


def _mend_copy(trees: Trees, row: Row) -> None:
    """Let the address lead to the page that is shown. What stands below is somebody's: then a person has to look."""
    if not trees.children[row.path] and row.alias_of_id is not None:
        _page(row).delete()
        redirects.write({redirects.path_of(row.url_path, row.locale_id): row.alias_of_id}, set())


def _mend_place(trees: Trees, row: Row) -> None:
    page, source = _page(row), trees.source(row)
    if source is None or not cascades.place(page, _page(source)):
        parent = _parent_for(trees, row)
        if page.get_parent().pk != parent.pk:
            cascades.free_slug(page, parent)
            page.move(parent, pos="last-child")


def _mend_order(trees: Trees, row: Row) -> None:
    for child in sorted(trees.in_place(row), key=lambda child: trees.source(child).path):
        cascades.place(_page(child), _page(trees.source(child)))


def _mend_live(trees: Trees, row: Row) -> None:
    source = _page(trees.source(row)).specific
    if source.live:
        source.update_aliases()
    else:
        _page(row).unpublish(log_action=False)


_MENDERS = {
    "path": _mend_path,
    "numbers": lambda trees, row: Page.fix_tree(),
    "url_path": _mend_url_path,
    "twins": _mend_twin,
    "locale": _mend_place,
    "orphan": lambda trees, row: cascades.remove(_page(row), keep=True),
    "copy": _mend_copy,
    "missing": lambda trees, row: cascades.make_followers(_page(row)),
    "place": _mend_place,
    "order": _mend_order,
    "slug": lambda trees, row: cascades.take_slug(
        _page(row), cascades.source_slug(_page(trees.source(row)), row.locale_id)
    ),
    "live": _mend_live,
    "restriction": lambda trees, row: PageViewRestriction.objects.filter(
        pk__in=[copy.pk for copy in restrictions.leftover_copies(trees.restrictions) if copy.page_id == row.pk]
    ).delete(),
    # The data are right: some program answers otherwise than `portal.pages.restrictions`, and people have to look.
    "refused": lambda trees, row: None,
}
