"""What the search page asks for."""

from __future__ import annotations

from collections.abc import Sequence

from django import template
from django.utils.safestring import SafeString

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
