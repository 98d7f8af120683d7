"""Links to pages inside rich text."""

from __future__ import annotations

from django.utils.html import escape, format_html
from wagtail.rich_text.pages import PageLinkHandler

from portal.pages.links import resolve_one


class LocalizedPageLinkHandler(PageLinkHandler):
    """Links to pages inside rich text, resolved like all others."""

    @classmethod
    def expand_db_attributes_many(cls, attrs_list: list[dict[str, str]]) -> list[str]:
        """Return the opening `<a>` tags; a link that leads nowhere becomes an `<a>` without address."""
        tags = []
        for attrs in attrs_list:
            try:
                link = resolve_one(int(attrs["id"]))
            except (KeyError, ValueError):
                link = None
            if link is None:
                tags.append("<a>")
            elif link.hreflang:
                tags.append(format_html('<a href="{}" hreflang="{}">', link.address, link.hreflang))
            else:
                tags.append(f'<a href="{escape(link.address)}">')
        return tags
