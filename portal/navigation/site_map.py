"""The site map of a language: two levels at a time, further ones at addresses of their own."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef, Q, Subquery, Value
from django.db.models.functions import Concat
from django.http import QueryDict
from wagtail.models import Page, get_page_models

from portal import changes
from portal.language.languages import SOURCE_LANGUAGE, current_language
from portal.pages import links, readers, restrictions
from portal.pages.links import Link

from .homes import homes
from .reading import reading

LEVELS = 2
PARAMETER = "below"
MOST_LISTED = 100
"""Of more pages in one list the map shows the list alone, which has pages, filters and a number."""
_LAST = Page.alphabet[-1] * Page.steplen


@dataclass(frozen=True, kw_only=True)
class SiteMapNode(Link):
    """A page in the site map with those below it; `more` is the address at which the map shows what is below it."""

    children: list[SiteMapNode] = field(default_factory=list)
    more: str = ""


def query_of(parameters: QueryDict) -> str:
    """Return the query that opens the same branch in every language, or nothing: it names a page in whichever language."""
    value = parameters.get(PARAMETER, "")
    return f"{PARAMETER}={value}" if value.isascii() and value.isdigit() and len(value) <= 18 else ""


def site_map(parameters: QueryDict | None = None) -> list[SiteMapNode]:
    """Return the pages of the reader's language as a tree of two levels: below the home page, else the branch that `parameters` open."""
    language = readers.current().language.code
    query, around = query_of(parameters or QueryDict()), current_language().code
    opened = _opened(language, int(query.partition("=")[2])) if query else 0
    # What there is nothing of to read is as what is not there.
    return (_site_map(language, around, opened) if opened else []) or _site_map(language, around, 0)


def _opened(language: str, page_id: int) -> int:
    """Return the id of the row in a language's tree that stands for a page in whichever language; 0 where there is none. One query."""
    home = homes().get(language)
    keys = Page.objects.filter(pk=page_id).values("translation_key")
    rows = Page.objects.filter(translation_key__in=keys, path__startswith=home["path"], depth__gt=2) if home else Page.objects.none()
    return rows.values_list("pk", flat=True).first() or 0


@changes.kept("site-map", lambda *args: (changes.PAGES, changes.HOMES, changes.RESTRICTIONS, changes.LOCALES))
def _site_map(language: str, around: str, row_id: int) -> list[SiteMapNode]:
    with reading(language, around):
        home = homes().get(language)
        if home is None:
            return []
        opened = Page.objects.filter(pk=row_id).first() if row_id else None
        path = opened.path if opened else home["path"]
        first, last = len(path) // Page.steplen + (0 if opened else 1), len(path) // Page.steplen + LEVELS
        pages = Page.objects.filter(path__gte=path, path__lte=path + _LAST * LEVELS, depth__gte=first, depth__lte=last)
        lists = _long_lists(path)
        pages = pages.filter(_beside(lists, path)) if lists else pages
        for above, listed in lists.items():
            pages = pages.exclude(path__gt=above, path__lte=above + _LAST * LEVELS, content_type__in=listed)
        found = links.resolve_all(pages, lambda row: row.path.startswith(path) and first <= row.depth <= last)
        with_more = _with_pages_below([row for row, _link in found if row.depth == last and row.numchild and row.path not in lists])
        nodes: dict[str, SiteMapNode] = {}
        roots: list[SiteMapNode] = []
        for row, link in found:
            more = f"?{PARAMETER}={row.pk}" if row.pk in with_more else ""
            nodes[row.path] = node = SiteMapNode(**vars(link.plain()), more=more)
            parent = nodes.get(row.path[: -row.steplen])
            (parent.children if parent else roots).append(node)
        return roots


def _long_lists(path: str) -> dict[str, list[int]]:
    """Return the paths of the indexes at and below a path that list more than the map shows, each with the page types that it lists."""
    kinds, listing = ContentType.objects.get_for_models(*get_page_models()), [m for m in get_page_models() if hasattr(m, "listed_models")]
    indexes = {kinds[model].pk: [kinds[listed].pk for listed in model.listed_models()] for model in listing}
    among = Page.objects.filter(path__gte=path, path__lte=path + _LAST, content_type__in=indexes, numchild__gt=MOST_LISTED)
    return {found: indexes[kind] for found, kind in among.order_by().values_list("path", "content_type_id")}


def _beside(lists: dict[str, list[int]], path: str) -> Q:
    """Return the condition for what may be shown beside and in long lists, so that an index finds it: it is too wide, and takes no entry.

    Pages of kinds that no long list lists, pages between the lists, and in each list pages of kinds that others list.
    """
    every = {kind.pk for kind in ContentType.objects.get_for_models(*get_page_models()).values()}
    listed = set().union(*lists.values())
    found = Q(content_type__in=every - listed)
    begin = path
    for above in sorted(lists):
        if above < begin:
            # It lies in the list before it.
            continue
        found |= Q(path__gte=begin, path__lte=above)
        if others := listed - set(lists[above]):
            found |= Q(path__gt=above, path__lte=above + _LAST * LEVELS, content_type__in=others)
        begin = above + _LAST * LEVELS
    return found | Q(path__gt=begin, path__lte=path + _LAST * LEVELS)


def _with_pages_below(rows: list[Page]) -> set[int]:
    """Return the ids of those of `rows` below which there is something to show. One query, which reads no page below them."""
    below = Page.objects.filter(
        path__gt=OuterRef("path"), path__lte=Concat(OuterRef("path"), Value(_LAST)), depth=OuterRef("depth") + 1
    )
    source = Page.objects.filter(translation_key=OuterRef("translation_key"), locale__language_code=SOURCE_LANGUAGE, live=True)
    shown = restrictions.public(below).filter(Q(live=True) | Exists(source))
    # The first of them in the order of an index; asked whether there is one, PostgreSQL may look through all pages.
    first = Subquery(shown.order_by("path").values("pk")[:1])
    parents = Page.objects.filter(pk__in=[row.pk for row in rows]).alias(first=first).filter(first__isnull=False).order_by()
    return set(parents.values_list("pk", flat=True)) if rows else set()
