"""What the search page asks for."""

from __future__ import annotations

from collections.abc import Sequence

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import pgettext

from portal import navigation
from portal.pages.links import Link
from search import shown
from search.service import Hit
from search.snippets import Segment

register = template.Library()


@register.filter
def marked(segments: Sequence[Segment]) -> SafeString:
    """Return segments of text, those that answer in `<mark>`."""
    return shown.marked(segments)


@register.inclusion_tag("components/result.html")
def result(hit: Hit, position: int = 0, badge: str = "", is_promoted: bool = False) -> dict[str, object]:
    """Show one result. With a position it is counted when it is opened; a badge says what is special about it."""
    return {"result": shown.result(hit, position, badge, is_promoted)}


@register.simple_tag
def contact_link() -> Link | None:
    """Return the link to the contact page, where the footer has one of that name."""
    footer = navigation.footer() or {}
    links = [link for column in footer.get("columns", ()) for link in column["links"]]
    name = pgettext("the link to the contact page in the footer", "Contact")
    return next((link for link in links if link.title == name), None)
