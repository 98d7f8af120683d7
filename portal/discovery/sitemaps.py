"""What search engines read first: the sitemaps of all languages and robots.txt.

Every language has sitemaps of its own; they list real versions only, each with its versions in the other languages. A sitemap
takes the same few queries whatever the number of pages: it is written from values, addresses are made from the cached homes.
"""

from __future__ import annotations

import datetime
import hashlib
from collections import defaultdict
from collections.abc import Callable
from xml.etree import ElementTree

from django.db.models import F, Max, Q, Window
from django.db.models.functions import RowNumber
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page
from wagtail.models import Page, get_page_models
from wagtail.query import PageQuerySet

from portal import changes, navigation
from portal.discovery import release
from portal.discovery.head import absolute
from portal.language.languages import SOURCE_LANGUAGE, Language, languages_by_code
from portal.models import ListRow
from portal.pages import restrictions, versions
from portal.uploads.delivery import reading_only

# The protocol takes 50,000 addresses in one file; a fifth of them is answered in a fifth of the time.
MAX_ADDRESSES = 10_000
# It takes no more files in one index: https://www.sitemaps.org/protocol.html
MAX_PARTS = 50_000

# So many pages, in all languages, are counted after each change.
COUNTED = 1000
_BEGINNINGS = changes.Tag("sitemap_beginnings")
"""Where the parts begin is to be counted again before the hour is over."""

_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_XHTML = "http://www.w3.org/1999/xhtml"
ElementTree.register_namespace("", _SITEMAP)
ElementTree.register_namespace("xhtml", _XHTML)

_cached_for_an_hour = cache_control(max_age=60 * 60, public=True)


def _asked_again(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let caches keep an answer and ask each time whether it still holds: what became private is listed nowhere any more."""
    return reading_only(cache_control(no_cache=True, public=True)(conditional_page(view)))


Parts = dict[str, tuple[list[str], datetime.datetime | None]]
"""Of each language: at which paths its parts begin, and when one of its pages was changed last."""


def _parts() -> Parts:
    # A deadline that passes is no change: it leaves the parts at once, and the index with the next change or moment after the hour, or at
    # midnight.
    return _parts_of(MAX_ADDRESSES, int(timezone.now().timestamp() // 3600))


@changes.kept("sitemap_parts", lambda *args: (changes.PAGES, changes.HOMES, changes.RESTRICTIONS, changes.LOCALES))
def _parts_of(most: int, hour: int) -> Parts:
    """Return the parts of `most` addresses.

    Few pages are counted after each change. Of many the beginnings stay for the hour: a part is read from one beginning to the next, so
    it misses nothing and holds nothing that is not shown, and has grown or shrunk by what came and went in between. When a language
    was changed last is asked after each change of what was edited since the count.
    """
    homes = navigation.homes()
    pages = _real_pages(*homes.values())
    if not pages.order_by()[COUNTED : COUNTED + 1].values_list("pk"):
        return _counted(most)
    # Almost every change says that something may be private or not any more. Only where it is so they are counted again.
    private = hashlib.blake2b("\n".join(sorted(restrictions.restricted_paths())).encode(), digest_size=16).hexdigest()
    parts = _counted_hourly(most, hour, private)
    edited = [changed for _beginnings, changed in parts.values() if changed]
    since = {"published_version__edited_at__gt": max(edited)} if edited else {"published_version__edited_at__isnull": False}
    last = _last_changes(pages.filter(**since))
    found: Parts = {}
    for code, home in homes.items():
        beginnings, changed = parts.get(code, ([], None))
        # The first begins at the home page, whatever it began with when it was counted; a language that came since has one, too.
        begun = [home["path"], *beginnings[1:]] if beginnings or home["locale_id"] in last else []
        found[code] = begun, last.get(home["locale_id"], changed)
    return found


@changes.kept("sitemap_beginnings", lambda *args: (_BEGINNINGS, changes.HOMES, changes.LOCALES))
def _counted_hourly(most: int, hour: int, private: str) -> Parts:
    return _counted(most)


def _counted(most: int) -> Parts:
    """Return the parts of `most` addresses: all pages are counted once, and not for each part those before it. Two queries."""
    homes = navigation.homes()
    pages = _real_pages(*homes.values()).order_by()
    placed = pages.annotate(place=Window(RowNumber(), partition_by="locale_id", order_by=F("path").asc()) - 1)
    beginnings: dict[int, list[str]] = defaultdict(list)
    for locale_id, path in placed.annotate(rest=F("place") % most).filter(rest=0).values_list("locale_id", "path"):
        beginnings[locale_id].append(path)
    last = _last_changes(pages)
    return {code: (sorted(beginnings[home["locale_id"]]), last.get(home["locale_id"])) for code, home in homes.items()}


def _last_changes(pages: PageQuerySet) -> dict[int, datetime.datetime | None]:
    """Return by the id of each language when one of its `pages` was edited last."""
    last = pages.order_by().values("locale_id").annotate(changed=Max("published_version__edited_at"))
    return dict(last.values_list("locale_id", "changed"))


def _real_pages(*homes: navigation.Home) -> PageQuerySet:
    """Return the real versions at and below the home pages of some languages."""
    below = Q()
    for home in homes:
        below |= Q(path__startswith=home["path"], locale_id=home["locale_id"])
    return _open(versions.real(Page.objects.filter(below))) if homes else Page.objects.none()


def _open(pages: PageQuerySet) -> PageQuerySet:
    """Return those pages that somebody can still answer, of kinds with a deadline, and all others."""
    listings = [model.listing for model in get_page_models() if getattr(model, "listing", None) is not None]
    kinds = [listing.kind for listing in listings if listing.when.closes]
    return pages.exclude(pk__in=ListRow.objects.filter(kind__in=kinds, end__lt=timezone.now()).values("page")) if kinds else pages


def _address(home: navigation.Home, url_path: str) -> str:
    """Return the absolute address of a page below a home page, without asking the database."""
    return absolute(home["url"] + url_path.removeprefix(home["url_path"]))


def _add_text(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, f"{{{_SITEMAP}}}{name}").text = text


def _add_address(
    parent: ElementTree.Element, name: str, address: str, changed: datetime.datetime | None
) -> ElementTree.Element:
    """Add a `url` or `sitemap` with its address and the time of its last change."""
    element = ElementTree.SubElement(parent, f"{{{_SITEMAP}}}{name}")
    _add_text(element, "loc", address)
    if changed:
        _add_text(element, "lastmod", changed.isoformat(timespec="seconds"))
    return element


def _answer(root: ElementTree.Element) -> HttpResponse:
    body = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return HttpResponse(body, content_type="application/xml; charset=utf-8")


@_asked_again
def index(request: HttpRequest) -> HttpResponse:
    """Answer with the list of all sitemaps: one of each language that has pages, more where they do not fit into one."""
    root = ElementTree.Element(f"{{{_SITEMAP}}}sitemapindex")
    for code, (beginnings, changed) in _parts().items():
        for part in range(1, len(beginnings) + 1):
            values = {"code": code} if part == 1 else {"code": code, "part": part}
            _add_address(root, "sitemap", absolute(reverse("sitemap_of_language", kwargs=values)), changed)
    return _answer(root)


@_asked_again
def of_language(request: HttpRequest, code: str, part: int = 1) -> HttpResponse:
    """Answer with one part of the sitemap of a language.

    Raises:
        Http404: the language has no home page, or the part no addresses.
    """
    home = navigation.homes().get(code)
    if home is None or not 1 <= part <= MAX_PARTS:
        raise Http404
    rows = _rows(home, code, part)
    if rows is not None and not 0 < len(rows) <= 2 * MAX_ADDRESSES:
        # More came or went since the count than a part can take.
        changes.announce(_BEGINNINGS, changes.PAGES)
        rows = _rows(home, code, part)
    if not rows:
        raise Http404
    alternates = _alternates(languages_by_code()[code], _real_pages(home).filter(path__gte=rows[0][-1], path__lte=rows[-1][-1]))
    root = ElementTree.Element(f"{{{_SITEMAP}}}urlset")
    for translation_key, url_path, changed, _path in rows:
        element = _add_address(root, "url", _address(home, url_path), changed)
        for hreflang, address in alternates[translation_key]:
            link = {"rel": "alternate", "hreflang": hreflang, "href": address}
            ElementTree.SubElement(element, f"{{{_XHTML}}}link", link)
    return _answer(root)


def _rows(home: navigation.Home, code: str, part: int) -> list[tuple[object, str, datetime.datetime | None, str]] | None:
    """Return translation key, `url_path`, last change and path of the pages in a part, no more than tell that it has grown too much.

    None where there is no such part.
    """
    beginnings, _changed = _parts().get(code, ([], None))
    if part > len(beginnings):
        return None
    pages = _real_pages(home).filter(path__gte=beginnings[part - 1])
    if part < len(beginnings):
        pages = pages.filter(path__lt=beginnings[part])
    names = ("translation_key", "url_path", "published_version__edited_at", "path")
    return list(pages.order_by("path").values_list(*names)[: 2 * MAX_ADDRESSES + 1])


def _alternates(language: Language, in_language: PageQuerySet) -> dict[object, list[tuple[str, str]]]:
    """Return `hreflang` and address of all real versions by translation key, of some pages in a language. One query.

    A language with a tree of its own has none: it is no translation.
    """
    found: dict[object, list[tuple[str, str]]] = defaultdict(list)
    if not language.hreflang:
        return found
    homes = {
        other["locale_id"]: (languages_by_code()[code].hreflang, other)
        for code, other in navigation.homes().items()
        if languages_by_code()[code].hreflang
    }
    keys = in_language.order_by().values("translation_key")
    pages = _open(versions.real(Page.objects.filter(locale_id__in=homes, translation_key__in=keys)))
    for translation_key, locale_id, url_path in pages.order_by("locale_id").values_list(
        "translation_key", "locale_id", "url_path"
    ):
        hreflang, other = homes[locale_id]
        address = _address(other, url_path)
        found[translation_key].append((hreflang, address))
        if hreflang == SOURCE_LANGUAGE:
            found[translation_key].append(("x-default", address))
    return found


@reading_only
@_cached_for_an_hour
def robots(request: HttpRequest) -> HttpResponse:
    """Answer with what crawlers may read: all but the admin and the API. Search results say themselves that they belong in no index.

    So does all of a preview: it is open, or its `noindex` would never be read.
    """
    if not release.is_released():
        return HttpResponse("User-agent: *\nDisallow:\n", content_type="text/plain; charset=utf-8")
    closed = [reverse("wagtailadmin_home"), "/api/"]
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in closed),
        "",
        f"Sitemap: {absolute(reverse('sitemap'))}",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
