"""What the pages of a kind say of its feeds."""

from __future__ import annotations

from django import template

from portal.listing.feeds import FORMATS, feed_address, feed_title, formats_of
from portal.listing.forms import FilterForm
from portal.listing.pages import IndexPage, ListedPage

register = template.Library()


@register.inclusion_tag("components/feed_links.html")
def feed_links(page: IndexPage | ListedPage, form: FilterForm | None) -> dict[str, object]:
    """Name the feeds to feed readers: of the language, and of the topic by which the list is filtered."""
    listing = page.listing or page.listed_model().listing
    slug = form.filters().get("topic", "") if form else ""
    topics = {"": ""} | ({slug: dict(form.fields["topic"].choices)[slug]} if slug else {})
    return {
        "feeds": [
            {
                "type": FORMATS[name].content_type.split(";")[0],
                "title": feed_title(listing, topic),
                "url": feed_address(listing, name, topic_slug),
            }
            for topic_slug, topic in topics.items()
            for name in formats_of(listing)
        ]
    }
