"""Feeds of the news (RSS 2.0 and Atom): of a language, and of each topic in it, with the full text of each item.

An item is known by its translation key and language, not by its address: a feed reader shows it once, wherever it moves. The
texts of all items are read together, so that a feed takes the same few queries whatever the number of items.
"""

from __future__ import annotations

import datetime
import re
import uuid
from urllib.parse import urljoin

from bs4 import BeautifulSoup
from django.conf import settings
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed
from django.utils.html import escape
from django.utils.translation import gettext
from django.utils.xmlutils import SimplerXMLGenerator
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page
from wagtail.blocks import StreamValue
from wagtail.fields import StreamField

from portal.blocks import walking
from portal.discovery.head import WORLDWIDE_NAME, absolute, editors_name, full_title, site_name
from portal.language.dates import DatePrecision
from portal.language.languages import SOURCE_LANGUAGE, current_language
from portal.models import Topic, taxonomy
from portal.pages import links, versions
from portal.uploads.delivery import reading_only

from .models import NewsIndexPage, NewsPage

ITEMS_PER_FEED = 20

# Lists of other pages are no text of the item.
_BLOCKS_LEFT_OUT = {"cards", "subpages", "site_map"}
# XML takes these characters in no form, not even escaped.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class _FullText:
    """What both formats have beyond Django's: the time of the last change is never that of the request."""

    def latest_post_date(self) -> datetime.datetime:
        """Return when an item of the feed was last published, else when the list of news was."""
        return max((item["updateddate"] for item in self.items), default=self.feed["changed"])


class RssFeed(_FullText, Rss201rev2Feed):
    """RSS 2.0 with the full text in `content:encoded`."""

    def rss_attributes(self) -> dict[str, str]:
        """Return the attributes of the root, with the namespace of the full text."""
        return {**super().rss_attributes(), "xmlns:content": "http://purl.org/rss/1.0/modules/content/"}

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, object]) -> None:
        """Write one item."""
        super().add_item_elements(handler, item)
        handler.addQuickElement("content:encoded", item["content"])


class AtomFeed(_FullText, Atom1Feed):
    """Atom with the full text in `content`."""

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, object]) -> None:
        """Write one item."""
        super().add_item_elements(handler, item)
        handler.addQuickElement("content", item["content"], {"type": "html"})


FORMATS = {"rss": RssFeed, "atom": AtomFeed}


def feed_title(topic: str = "") -> str:
    """Return the title of the feed of the active language, or of a topic in it."""
    return full_title(gettext("News: %(topic)s") % {"topic": topic} if topic else gettext("News"))


def feed_address(kind: str, topic_slug: str = "") -> str:
    """Return the address of a feed of the active language; `kind` is one of `FORMATS`."""
    if topic_slug:
        return reverse("feed_of_topic", kwargs={"topic_slug": topic_slug, "kind": kind})
    return reverse("feed", kwargs={"kind": kind})


def _lasting_id(translation_key: uuid.UUID) -> str:
    """Return an id that stays when the address changes, one for each language."""
    return uuid.uuid5(translation_key, current_language().code).urn


def _valid(text: str) -> str:
    return _NOT_IN_XML.sub("", text)


# Caches ask each time whether it still holds: an item that became private is in no feed any more. They ask by the tag: no date
# of a change tells of what was withdrawn.
@reading_only
@cache_control(no_cache=True, public=True)
@conditional_page
def feed(request: HttpRequest, kind: str, topic_slug: str = "") -> HttpResponse:
    """Answer with the newest items of the language, or of one topic in it; 304 when the reader has them.

    Raises:
        Http404: the language has no list of news, or there is no such topic.
    """
    code = current_language().code
    index = NewsIndexPage.objects.filter(locale__language_code=code).first()
    list_of_news = links.resolve_one(index.pk) if index else None
    if list_of_news is None:
        raise Http404
    # A feed has one language and no place for a mark.
    items = NewsPage.objects.real_in(code).filter(published_version__untranslated=[]).newest_first()
    items = items.prefetch_related("topics")
    title, key, query = feed_title(), index.translation_key, ""
    if topic_slug:
        topic = get_object_or_404(Topic, slug=topic_slug, locale__language_code=SOURCE_LANGUAGE)
        items = items.filter(topics=topic)
        title, key, query = feed_title(taxonomy.topics([topic])[0]["name"]), topic.translation_key, f"?topic={topic.slug}"
    items = list(items[:ITEMS_PER_FEED])
    answer = FORMATS[kind](
        title=_valid(title),
        link=absolute(list_of_news.address + query),
        description=gettext("News of IOM Germany and looks back, statements, press releases and stories."),
        language=code,
        author_name=site_name(),
        feed_url=absolute(request.path),
        feed_guid=_lasting_id(key),
        changed=list_of_news.page.last_published_at,
    )
    versions.set_locales(items)
    for item, content in zip(items, full_texts(items), strict=True):
        day = timezone.make_aware(datetime.datetime.combine(item.date, datetime.time()))
        answer.add_item(
            title=_valid(item.title),
            link=absolute(item.get_url()),
            description=_valid(escape(item.lead)),
            unique_id=_lasting_id(item.translation_key),
            unique_id_is_permalink=False,
            # A day that is not known is left out; when the portal published an item is known of all.
            pubdate=day if item.date_precision == DatePrecision.DAY else None,
            updateddate=item.last_published_at or day,
            author_name=WORLDWIDE_NAME if item.is_in_words_of_iom else editors_name(),
            categories=[*(_valid(topic["name"]) for topic in taxonomy.topics(item.topic_list)), item.get_kind_display()],
            content=_valid(content),
        )
    response = HttpResponse(content_type=answer.content_type)
    answer.write(response, "utf-8")
    return response


def full_texts(items: list[NewsPage]) -> list[str]:
    """Return the texts of items as HTML that stands for itself: absolute addresses, no icons, language and direction named.

    All bodies are read as one StreamField: pictures and files of all items together, not item by item.
    """
    links.resolve(set().union(*map(walking.references, items)))
    bodies = _together(items, "body")
    images = [block.value["image"] for body in bodies for block in body if block.block_type == "image"]
    prefetch_related_objects([image for image in images if image], "renditions")
    language = current_language()
    lists_of_sources = [[block.value.plain() for block in sources] for sources in _together(items, "sources")]
    return [
        _standing_alone(
            render_to_string("feeds/news_item.html", {"page": item, "body": body, "sources": sources, "language": language})
        )
        for item, body, sources in zip(items, bodies, lists_of_sources, strict=True)
    ]


def _together(items: list[NewsPage], name: str) -> list[list[StreamValue.StreamChild]]:
    """Return the blocks of a StreamField of each item."""
    field: StreamField = NewsPage._meta.get_field(name)
    raw = [
        [block for block in getattr(item, name).raw_data if block["type"] not in _BLOCKS_LEFT_OUT] for item in items
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
