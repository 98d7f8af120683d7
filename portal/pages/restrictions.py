"""Which pages are private, and by whose restriction: the one place that knows.

A page is bound by the view restrictions set on itself, and by all that binds the page above it, the page that it is an alias of,
and the page of the source language with the same translation key. So a restriction binds every version of a page and of the pages
below it, finished or not, wherever they stand, and the page in Leichte Sprache beside it; nothing is copied, so nothing is left
behind when it is lifted. A restriction set on a translation binds that version and what stands below it, not the source.

It is read from the database in one query and kept until a change touches it (`portal.changes`); one request holds to what it read first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection
from django.db.models import CharField, Q
from django.db.models.functions import Substr
from django.db.models.lookups import In
from wagtail import hooks
from wagtail.models import Locale, Page, PageViewRestriction, Site
from wagtail.query import PageQuerySet

from portal import changes
from portal.language.languages import SOURCE_LANGUAGE

_STEP = Page.steplen
_LAST = Page.alphabet[-1] * _STEP
_MOST_RANGES = 50
_HOME_DEPTH = 2

# A page's descendants are those whose paths lie between its own and that path followed by the last step that there is.
_CLOSURE = """
WITH RECURSIVE bound(path) AS (
    {start}
    UNION
    SELECT follower.path
    FROM bound
    {sources}
    {followers}
    WHERE follower.path < bound.path OR follower.path > bound.path || '{last}'
)
SELECT path FROM bound
"""

# Each follower is found in an index, however many pages there are. PostgreSQL uses two for a condition with OR in no join, SQLite does,
# and has no LATERAL.
_SOURCES = "JOIN {page} source ON source.path >= bound.path AND source.path <= bound.path || '{last}'"
# PostgreSQL takes what is bound for many, and would read all pages: nothing is moved across an OFFSET.
_SOURCES_ON_POSTGRESQL = """JOIN LATERAL (
        SELECT * FROM {page} below WHERE below.path >= bound.path AND below.path <= bound.path || '{last}' OFFSET 0
    ) source ON TRUE"""  # noqa: S608
_SOURCE_LOCALE = "source.locale_id = (SELECT id FROM {locale} WHERE language_code = %s)"
_FOLLOWERS = f"""JOIN {{page}} follower ON follower.alias_of_id = source.id
        OR (follower.translation_key = source.translation_key AND {_SOURCE_LOCALE})"""
_FOLLOWERS_ON_POSTGRESQL = f"""JOIN LATERAL (
        SELECT path FROM {{page}} WHERE alias_of_id = source.id
        UNION ALL
        SELECT path FROM {{page}} WHERE translation_key = source.translation_key AND {_SOURCE_LOCALE}
    ) follower ON TRUE"""  # noqa: S608

# From one page of the first two levels to the next, past all that is below: no index knows how deep a page lies.
_TOP = """
WITH RECURSIVE top(path) AS (
    SELECT MIN(path) FROM {page}
    UNION ALL
    SELECT (
        SELECT MIN(path) FROM {page} WHERE path > CASE WHEN LENGTH(top.path) = {step} THEN top.path ELSE top.path || '{last}' END
    ) FROM top WHERE top.path IS NOT NULL
)
SELECT path FROM top
"""

_known: ContextVar[dict[str, frozenset[str]] | None] = ContextVar("known_restrictions", default=None)


@contextmanager
def remembered() -> Iterator[None]:
    """Read once what is private, and hold to it until the block ends: while one request is answered that changes nothing."""
    if _known.get() is not None:
        yield
        return
    token = _known.set({})
    try:
        yield
    finally:
        _known.reset(token)


def restricted_paths() -> frozenset[str]:
    """Return the tree paths at and below which every page is private, none of them below another."""
    known = _known.get()
    if known is None:
        return _restricted_paths()
    if "paths" not in known:
        known["paths"] = _restricted_paths()
    return known["paths"]


@changes.kept("restrictions", lambda: (changes.RESTRICTIONS, changes.HOMES, changes.LOCALES))
def _restricted_paths() -> frozenset[str]:
    restriction, page, site = (model._meta.db_table for model in (PageViewRestriction, Page, Site))
    shown = f"SELECT root.translation_key FROM {site} site JOIN {page} root ON root.id = site.root_page_id"  # noqa: S608
    start = (
        f"SELECT page.path FROM {restriction} own JOIN {page} page ON page.id = own.page_id"  # noqa: S608
        f" UNION SELECT home.path FROM ({_TOP.format(page=page, step=_STEP, last=_LAST)}) found JOIN {page} home ON home.path = found.path"
        f" WHERE home.depth = {_HOME_DEPTH} AND home.translation_key NOT IN ({shown})"
    )
    # What an app closes (a form that nobody would read) is there for nobody; it asks for no password.
    closed = sorted({page_id for find in hooks.get_hooks("closed_pages") for page_id in find()})
    if closed:
        start += f" UNION SELECT path FROM {page} WHERE id IN ({', '.join(['%s'] * len(closed))})"  # noqa: S608
    return _closure(start, *closed)


def bound_paths(page: Page) -> frozenset[str]:
    """Return the tree paths at and below which a restriction of a page binds, its own among them. One query."""
    return _closure(f"SELECT path FROM {Page._meta.db_table} WHERE id = %s", page.pk)  # noqa: S608


def _closure(start: str, *parameters: int) -> frozenset[str]:
    """Return the topmost paths of pages that are bound by those that `start` selects, these among them."""
    names = {"page": Page._meta.db_table, "locale": Locale._meta.db_table, "last": _LAST}
    is_postgresql = connection.vendor == "postgresql"
    joins = (_SOURCES_ON_POSTGRESQL, _FOLLOWERS_ON_POSTGRESQL) if is_postgresql else (_SOURCES, _FOLLOWERS)
    sources, followers = (join.format(**names) for join in joins)
    with connection.cursor() as cursor:
        cursor.execute(_CLOSURE.format(start=start, sources=sources, followers=followers, **names), [*parameters, SOURCE_LANGUAGE])
        paths = sorted(path for (path,) in cursor.fetchall())
    topmost: list[str] = []
    for path in paths:
        if not topmost or not path.startswith(topmost[-1]):
            topmost.append(path)
    return frozenset(topmost)


def is_restricted(page: Page) -> bool:
    """Return whether a page is private, by whatever restriction."""
    paths = restricted_paths()
    return bool(paths) and not paths.isdisjoint(_path_and_above(page.path))


def at_or_below(paths: Iterable[str]) -> Q:
    """Return the condition for pages at and below paths of the tree, however many these are.

    Few are read from the index of paths, in what lies below them; of more, every page is asked.
    """
    condition = Q(pk__in=[])
    if len(found := sorted(paths)) <= _MOST_RANGES:
        for path in found:
            condition |= Q(path__gte=path, path__lte=path + _LAST)
        return condition
    by_length: dict[int, list[str]] = defaultdict(list)
    for path in found:
        by_length[len(path)].append(path)
    for length, group in by_length.items():
        condition |= Q(In(Substr("path", 1, length, output_field=CharField()), group))
    return condition


def public(pages: PageQuerySet) -> PageQuerySet:
    """Return those of `pages` that no restriction binds."""
    paths = restricted_paths()
    return pages.exclude(at_or_below(paths)) if paths else pages


def binding(page: Page) -> PageQuerySet:
    """Return the view restrictions that bind a page, wherever they are set; none costs no query where nothing is private."""
    if not page.path or not is_restricted(page):
        return PageViewRestriction.objects.none()
    seen: set[str] = set()
    ids: set[int] = set()
    todo = {page.path}
    while todo:
        paths = {above for path in todo for above in _path_and_above(path)} - seen
        seen |= paths
        rows = list(Page.objects.filter(path__in=paths).values_list("pk", "translation_key", "alias_of__path"))
        ids.update(pk for pk, _key, _alias_of in rows)
        sources = Page.objects.filter(
            translation_key__in={key for _pk, key, _alias_of in rows}, locale__language_code=SOURCE_LANGUAGE
        )
        todo = {*sources.values_list("path", flat=True), *(path for _pk, _key, path in rows if path)} - seen
    return PageViewRestriction.objects.filter(page_id__in=ids)


def _path_and_above(path: str) -> list[str]:
    return [path[:end] for end in range(_STEP, len(path) + 1, _STEP)]


def _is_source(page: Page) -> bool:
    return page.locale.language_code == SOURCE_LANGUAGE


def _asks(restriction: PageViewRestriction) -> tuple[str, str, frozenset[int]]:
    """Return what makes two restrictions the same: kind, password and groups."""
    groups = frozenset(group.pk for group in restriction.groups.all())
    return restriction.restriction_type, restriction.password, groups


def leftover_copies(rows: Iterable[PageViewRestriction]) -> list[PageViewRestriction]:
    """Return those of all restrictions that ask for the same as one on the page that theirs follows: its source, what it shows.

    No query where `rows` hold their pages and groups.
    """
    by_source: dict[object, set[tuple[str, str, frozenset[int]]]] = defaultdict(set)
    for row in rows:
        by_source[row.page_id].add(_asks(row))
        if _is_source(row.page):
            by_source[row.page.translation_key].add(_asks(row))
    return [
        row
        for row in rows
        if _asks(row) in by_source.get(row.page.alias_of_id, ())
        or (not _is_source(row.page) and _asks(row) in by_source.get(row.page.translation_key, ()))
    ]


def make_own(page: Page, bound_by: PageQuerySet, stays_below: Page | None = None) -> None:
    """Set restrictions on a page itself: those `bound_by` that will bind it no more where it stays, and no twins.

    For what is about to lose the page that it follows: its text stays private until somebody lifts that here.
    """
    own = {_asks(restriction) for restriction in page.view_restrictions.all()}
    left = bound_by.exclude(page_id=page.pk)
    for restriction in left.exclude(pk__in=binding(stays_below).values("pk")) if stays_below else left:
        if (asks := _asks(restriction)) not in own:
            copied = PageViewRestriction(page=page, restriction_type=asks[0], password=asks[1])
            copied.save()
            copied.groups.set(asks[2])
            own.add(asks)


# --- what Wagtail itself asks ----------------------------------------------------------------------------------------


def _get_view_restrictions(self: Page) -> PageQuerySet:
    """Return the view restrictions that bind this page."""
    return binding(self)


def _private_q(self: PageQuerySet) -> Q:
    """Return the condition for private pages, in lookups that Wagtail's search takes as filters."""
    condition = Q()
    for path in sorted(restricted_paths()):
        condition |= Q(path__startswith=path)
    return condition or Q(pk__in=[])


def apply() -> None:
    """Let Wagtail's own questions have the same answer, on pages that are not specific too.

    Wagtail 8 knows restrictions by the tree alone: a translation of a private page is public to `PageQuerySet.public()` and to
    `Page.get_view_restrictions()`. This can go when Wagtail has a rule of its own for translations.
    """
    Page.get_view_restrictions = _get_view_restrictions
    PageQuerySet.private_q = _private_q
