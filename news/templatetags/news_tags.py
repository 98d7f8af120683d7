"""What the pages of the news say of their feeds."""

from __future__ import annotations

from django import template
from django.template import Context

from news.feeds import FORMATS, feed_address, feed_title

register = template.Library()


@register.inclusion_tag("components/feed_links.html", takes_context=True)
def feed_links(context: Context) -> dict[str, object]:
    """Name the feeds to feed readers: of the language, and of the topic by which the list is filtered."""
    form = context.get("form")
    slug = form.filters().get("topic", "") if form else ""
    topics = {"": ""} | ({slug: dict(form.fields["topic"].choices)[slug]} if slug else {})
    return {
        "feeds": [
            {"type": FORMATS[kind].content_type.split(";")[0], "title": feed_title(name), "url": feed_address(kind, slug)}
            for slug, name in topics.items()
            for kind in FORMATS
        ]
    }
