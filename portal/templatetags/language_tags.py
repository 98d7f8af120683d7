"""The language of what is shown: of a fallback, of texts that were published untranslated, and in which others a page exists."""

from __future__ import annotations

from dataclasses import replace

from django import template
from django.template import Context
from django.template.base import FilterExpression
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail.models import Page

from portal.http import sending
from portal.language.languages import LANGUAGES, SOURCE_LANGUAGE
from portal.models import side_by_side
from portal.pages import versions
from portal.pages.addresses import address_of
from portal.pages.links import Link
from portal.pages.readers import Reader

from .portal_tags import in_language

register = template.Library()


@register.inclusion_tag("components/fallback_notice.html")
def fallback_notice(reader: Reader) -> dict[str, object]:
    """Say that the page is not translated yet, and in which languages it exists."""
    shown_at = reader.page.shown_at if reader.page else None
    is_withdrawn = shown_at is not None and versions.is_withdrawn(shown_at)
    return {"versions": _own_names(reader.versions.real), "is_withdrawn": is_withdrawn}


@register.simple_tag
def field_language(page: Page, name: str) -> SafeString:
    """Return the attributes for a field of a page that stands in another language than the page; nothing for all others."""
    code = versions.language_of(page, name)
    return in_language(code if code != page.locale.language_code else "")


class OwnLanguageNode(template.Node):
    """What stands between `{% own_language page block %}` and `{% endown_language %}`."""

    def __init__(self, page: FilterExpression, block: FilterExpression, nodelist: template.NodeList) -> None:
        self.page, self.block, self.nodelist = page, block, nodelist

    def render(self, context: Context) -> str:
        """Render a block that was published untranslated in the source language, in an element that says so."""
        page, block = self.page.resolve(context), self.block.resolve(context)
        if str(getattr(block, "id", "")) not in versions.untranslated_in(page):
            return self.nodelist.render(context)
        with translation.override(SOURCE_LANGUAGE):
            content = self.nodelist.render(context)
        return format_html("<div{}>{}</div>", in_language(SOURCE_LANGUAGE), SafeString(content))


@register.tag
def own_language(parser: template.base.Parser, token: template.base.Token) -> OwnLanguageNode:
    """Mark a block of a page that stands in the source language still."""
    _name, page, block = token.split_contents()
    nodelist = parser.parse(("endown_language",))
    parser.delete_first_token()
    return OwnLanguageNode(parser.compile_filter(page), parser.compile_filter(block), nodelist)


@register.inclusion_tag("components/translation_note.html")
def translation_note(reader: Reader) -> dict[str, object]:
    """Show in which other languages the page exists; of a translation, from when it is and what it lacks."""
    page, found = reader.page, reader.versions
    if page is None or not page.pk or reader.is_fallback:
        return {}
    is_translation = page.is_translation and found.original is not None
    return {
        "beside": [
            replace(link, address=f"{page.address}?{side_by_side.PARAMETER}={link.language}", hreflang="")
            for link in _own_names(reader.others)
        ],
        # Who may have to leave a page quickly hands nobody a sheet; home pages (at depth 2) have no room for it.
        "to_send": "" if getattr(page, "quick_exit", False) or page.depth == 2 else sending.sheet_address(page),
        "others": _own_names({code: version for code, version in found.real.items() if code != page.language_code}),
        "date": versions.edited_at(page) if is_translation else None,
        "is_reviewed": versions.was_reviewed(page),
        "is_outdated": versions.source_changed_at(page) is not None,
        "is_partial": bool(versions.untranslated_in(page)),
    }


def _own_names(found: dict[str, Page]) -> list[Link]:
    """Return the links to versions by language code, each called as its language calls itself, in the order of the languages."""
    return [
        Link(address_of(found[language.code]), language.name, language.code, language.hreflang)
        for language in LANGUAGES
        if language.code in found
    ]
