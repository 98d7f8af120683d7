"""Links inside rich text, and words in another language."""

from __future__ import annotations

from django.utils.html import escape, format_html
from wagtail.rich_text import LinkHandler
from wagtail.rich_text.pages import PageLinkHandler

from portal.language.languages import LANGUAGES, Language, rich_text_feature
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


class LanguageHandler(LinkHandler):
    """Marks words in another language with `lang` and `dir`.

    Stored like a link without an address: of all elements, wagtail-localize 1.14 lets only `<a>` keep attributes while a
    sentence is translated.
    """

    language: Language

    @classmethod
    def expand_db_attributes(cls, attrs: dict[str, str]) -> str:
        """Return the opening tag."""
        return format_html('<a lang="{}" dir="{}">', cls.language.code, cls.language.direction)


LANGUAGE_HANDLERS = tuple(
    type("LanguageHandler", (LanguageHandler,), {"identifier": rich_text_feature(language), "language": language})
    for language in LANGUAGES
    if language.hreflang
)
