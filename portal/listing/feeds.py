"""Feeds of a kind (RSS 2.0, Atom, iCalendar): of a language, and of each topic in it, with the full text of each item.

An item is known by its translation key and language, not by its address: a feed reader shows it once, wherever it moves. The
texts of all items are read together, so that a feed takes the same few queries whatever the number of items.
"""

from __future__ import annotations

import datetime
import re
import uuid
from typing import Any
from urllib.parse import urljoin

from bs4 import BeautifulSoup
from django.conf import settings
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import select_template
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed, SyndicationFeed
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.xmlutils import SimplerXMLGenerator
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page
from wagtail.blocks import StreamValue
from wagtail.models import Page

from portal.blocks import facts, walking
from portal.discovery.head import absolute, editors_name, full_title, site_name
from portal.language.dates import DatePrecision
from portal.language.languages import SOURCE_LANGUAGE, current_language
from portal.models import Topic, taxonomy
from portal.pages import links, versions
from portal.pages.addresses import address_of
from portal.pages.links import PageLink
from portal.uploads.delivery import reading_only

from . import lists
from .calendars import Calendar
from .declarations import FEEDS, NEWEST, Listing, model_of, value
from .rows import indexes

ITEMS_PER_FEED = 20

# Lists of other pages are no text of the item.
_BLOCKS_LEFT_OUT = {"cards", "subpages", "site_map"}
# XML takes these characters in no form, not even escaped.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class _FullText(SyndicationFeed):
    """What both formats have beyond Django's: the time of the last change is never that of the request."""

    def latest_post_date(self) -> datetime.datetime:
        """Return when an item of the feed was last published, else when the list of news was."""
        return max((item["updateddate"] for item in self.items), default=self.feed["changed"])


class RssFeed(_FullText, Rss201rev2Feed):
    """RSS 2.0 with the full text in `content:encoded`."""

    def rss_attributes(self) -> dict[str, str]:
        """Return the attributes of the root, with the namespace of the full text."""
        return {**super().rss_attributes(), "xmlns:content": "http://purl.org/rss/1.0/modules/content/"}

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        """Write one item."""
        super().add_item_elements(handler, item)
        handler.addQuickElement("content:encoded", item["content"])


class AtomFeed(_FullText, Atom1Feed):
    """Atom with the full text in `content`."""

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        """Write one item."""
        super().add_item_elements(handler, item)
        handler.addQuickElement("content", item["content"], {"type": "html"})


FORMATS: dict[str, Any] = {"rss": RssFeed, "atom": AtomFeed, "ics": Calendar}


def path_of(listing: Listing) -> str:
    """Return where the feeds of a kind lie below the prefix of a language."""
    return listing.feed_path or f"feeds/{listing.kind}"


def formats_of(listing: Listing) -> list[str]:
    """Return the formats in which a kind has feeds."""
    return [name for name in FEEDS if name in listing.feeds]


def feed_title(listing: Listing, topic: str = "") -> str:
    """Return the title of the feed of the active language, or of a topic in it."""
    names = {"list": listing.title, "topic": topic}
    return full_title(_("%(list)s: %(topic)s") % names if topic else str(listing.title))


def feed_address(listing: Listing, name: str, topic_slug: str = "") -> str:
    """Return the address of a feed of the active language; `name` is one of `FORMATS`."""
    topic = {"topic_slug": topic_slug} if topic_slug else {}
    return reverse(f"feed_{listing.kind}", kwargs={"name": name, **topic})


def _lasting_id(translation_key: uuid.UUID) -> str:
    """Return an id that stays when the address changes, one for each language."""
    return uuid.uuid5(translation_key, current_language().code).urn


def valid(text: str) -> str:
    """Return a text without what XML takes in no form."""
    return _NOT_IN_XML.sub("", text)


def _list_of(model: type[Page], code: str) -> PageLink | None:
    """Return the first list of a kind in a language that visitors can open."""
    types = [index for index, listed in indexes().items() if model in listed]
    ids = [pk for index in types for pk in index.objects.filter(locale__language_code=code).order_by("path").values_list("pk", flat=True)]
    found = links.resolve(ids)
    return next((link for pk in ids if (link := found[pk]) is not None and not link.is_restricted), None)


# Caches ask each time whether it still holds: an item that became private is in no feed any more. They ask by the tag: no date
# of a change tells of what was withdrawn.
@reading_only
@cache_control(no_cache=True, public=True)
@conditional_page
def feed(request: HttpRequest, kind: str, name: str, topic_slug: str = "") -> HttpResponse:
    """Answer with the first items of a kind in the language, or of one topic in it; 304 when the reader has them.

    Raises:
        Http404: there is no such kind or topic, or the language has no list of it.
    """
    model, code = model_of(kind), current_language().code
    list_page = _list_of(model, code) if model is not None else None
    if model is None or list_page is None or name not in model.listing.feeds:
        raise Http404
    listing = model.listing
    # A feed has one language and no place for a mark.
    rows = lists.of_kind(kind, code).filter(page__published_version__untranslated=[])
    title, key, query = feed_title(listing), list_page.page.translation_key, ""
    if topic_slug:
        topic = get_object_or_404(Topic, slug=topic_slug, locale__language_code=SOURCE_LANGUAGE)
        rows = lists.filtered(rows, [("topics", str(topic.pk))])
        title, key, query = feed_title(listing, taxonomy.topics([topic])[0]["name"]), topic.translation_key, f"?topic={topic.slug}"
    found = lists.PageList(rows, model, listing, is_past=lists.in_feed(listing, name))
    answer = FORMATS[name](
        title=valid(title),
        link=absolute(list_page.address + query),
        description=str(listing.description or listing.title),
        language=code,
        author_name=site_name(),
        feed_url=absolute(request.path),
        feed_guid=_lasting_id(key),
        changed=list_page.page.last_published_at,
    )
    return _written(answer, found.first(ITEMS_PER_FEED, with_streamfields=True), listing)


def _written(answer: Any, items: list[Page], listing: Listing) -> HttpResponse:
    """Return a feed with its items."""
    if "topics" in listing.names().values():
        prefetch_related_objects(items, "topics")
    versions.set_locales(items)
    for item, content in zip(items, full_texts(items, listing), strict=True):
        answer.add_item(**_entry(item, listing, content))
    response = HttpResponse(content_type=answer.content_type)
    answer.write(response, "utf-8")
    return response


def item_address(page: Page) -> str:
    """Return the address of the calendar with one page alone, in the language that it is written in."""
    with translation.override(page.language_code):
        return reverse(f"feed_item_{page.listing.kind}", kwargs={"key": page.translation_key})


@reading_only
@cache_control(no_cache=True, public=True)
@conditional_page
def item_calendar(request: HttpRequest, kind: str, key: uuid.UUID) -> HttpResponse:
    """Answer with one page of a kind as a calendar, which a visitor adds to their own.

    Raises:
        Http404: there is no such page in the language that visitors may read.
    """
    model, code = model_of(kind), current_language().code
    if model is None:
        raise Http404
    rows = lists.of_kind(kind, code).filter(page__translation_key=key)
    items = lists.PageList(rows, model, model.listing).first(1, with_streamfields=True)
    if not items:
        raise Http404
    title = valid(items[0].title)
    answer = Calendar(title=title, link=absolute(request.path), description=title, language=code, author_name=site_name())
    response = _written(answer, items, model.listing)
    response.headers["Content-Disposition"] = f'attachment; filename="{items[0].slug}.ics"'
    return response


def _entry(item: Page, listing: Listing, content: str) -> dict[str, Any]:
    """Return what feeds say of an item."""
    start = listing.start(item)
    is_day = value(item, listing.when.precision) in (None, DatePrecision.DAY)
    # What is dated in the time to come was not published then.
    published = (start if is_day else None) if listing.order == NEWEST else item.first_published_at
    topics = taxonomy.topics(getattr(item, "topic_list", []))
    text, title = valid(getattr(item, "lead", item.search_description)), valid(item.title)
    return {
        # Calendars have a status for it, feed readers nothing but the title.
        "title": _("%(change)s: %(title)s") % {"change": item.change_text, "title": title} if item.change_text else title,
        "summary": title,
        "link": absolute(address_of(item)),
        # Feed readers take it for HTML, calendars for the text itself.
        "description": escape(text),
        "text": text,
        "unique_id": _lasting_id(item.translation_key),
        "unique_id_is_permalink": False,
        # A day that is not known is left out; when the portal published an item is known of all.
        "pubdate": published,
        "updateddate": item.last_published_at or start or timezone.now(),
        "author_name": valid(str(value(item, listing.author) or editors_name())),
        "categories": [*(valid(topic["name"]) for topic in topics), str(listing.label_of(item))],
        "content": valid(content),
        "starts": value(item, listing.when.start),
        "ends": value(item, listing.when.end),
        "place": valid(str(value(item, "place") or "")),
        "status": str(value(item, "calendar_status") or ""),
    }


def full_texts(items: list[Page], listing: Listing) -> list[str]:
    """Return the texts of items as HTML that stands for itself: absolute addresses, no icons, language and direction named.

    All bodies are read as one StreamField: pictures and files of all items together, not item by item.
    """
    links.resolve(set().union(*map(walking.references, items)))
    bodies = _together(items, "body")
    images = [block.value["image"] for body in bodies for block in body if block.block_type == "image"]
    prefetch_related_objects([image for image in images if image], "renditions")
    language = current_language()
    lists_of_sources = [[block.value.plain() for block in sources] for sources in _together(items, "sources")]
    template = select_template([f"feeds/{listing.kind}_item.html", "feeds/item.html"])
    return [
        _standing_alone(template.render({"page": item, "body": body, "sources": sources, "language": language}))
        for item, body, sources in zip(items, bodies, lists_of_sources, strict=True)
    ]


def _together(items: list[Page], name: str) -> list[list[StreamValue.StreamChild]]:
    """Return the blocks of a StreamField of each item; none of items that have no such field."""
    if not items or not isinstance(getattr(items[0], name, None), StreamValue):
        return [[] for _item in items]
    field = type(items[0])._meta.get_field(name)
    raw = [
        [block for block in facts.body(getattr(item, name)).raw_data if block["type"] not in _BLOCKS_LEFT_OUT] for item in items
    ]
    blocks = iter(StreamValue(field.stream_block, [block for blocks in raw for block in blocks], is_lazy=True))
    return [[next(blocks) for _block in blocks_of_item] for blocks_of_item in raw]


def _standing_alone(html: str) -> str:
    """Return HTML without what only works on the portal's own pages."""
    soup = BeautifulSoup(html, "html.parser")
    for tag in soup.select("svg, picture > source"):
        tag.decompose()
    for tag in soup.select("picture"):
        tag.unwrap()
    for tag in soup.find_all(True):
        for name in ("srcset", "sizes", "loading", "fetchpriority", "id", "class", "tabindex", "aria-labelledby"):
            tag.attrs.pop(name, None)
        for name in ("href", "src"):
            if name in tag.attrs:
                tag[name] = urljoin(f"{settings.PORTAL_URL}/", str(tag[name]))
    return str(soup)
