"""The language of what is shown: of a fallback, of texts that were published untranslated, and in which others a page exists."""

from __future__ import annotations

from django import template
from django.template import Context
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail.models import Page

from portal.discovery import head
from portal.language.languages import LANGUAGES, SOURCE_LANGUAGE, current_language, languages_by_code
from portal.pages import versions
from portal.pages.addresses import address_of
from portal.pages.links import Link

from .portal_tags import in_language, page_of, request_of

register = template.Library()


@register.simple_tag(takes_context=True)
def content_language(context: Context) -> dict[str, object]:
    """Return the language in which the content of the answer is rendered, and what to say where it is not the reader's."""
    page, reader = page_of(context), current_language()
    if page is None or getattr(page, "shown_at", None) is None:
        return {"language": reader, "is_foreign": False, "notice": None}
    real = head.versions_of(request_of(context), page).real
    return {
        "language": languages_by_code()[page.locale.language_code],
        "is_foreign": True,
        "notice": {"versions": _own_names(real)},
    }


@register.simple_tag(takes_context=True)
def field_language(context: Context, name: str) -> SafeString:
    """Return the attributes for a field that was published untranslated; nothing for all others."""
    page = page_of(context)
    return in_language(SOURCE_LANGUAGE if page is not None and name in versions.untranslated_in(page) else "")


class OwnLanguageNode(template.Node):
    """What stands between `{% own_language block %}` and `{% endown_language %}`."""

    def __init__(self, block: template.base.FilterExpression, nodelist: template.NodeList) -> None:
        self.block = block
        self.nodelist = nodelist

    def render(self, context: Context) -> str:
        """Render a block that was published untranslated in the source language, in an element that says so."""
        page, block = page_of(context), self.block.resolve(context)
        if page is None or str(getattr(block, "id", "")) not in versions.untranslated_in(page):
            return self.nodelist.render(context)
        with translation.override(SOURCE_LANGUAGE):
            content = self.nodelist.render(context)
        return format_html("<div{}>{}</div>", in_language(SOURCE_LANGUAGE), SafeString(content))


@register.tag
def own_language(parser: template.base.Parser, token: template.base.Token) -> OwnLanguageNode:
    """Mark a block of the page in the context that stands in the source language still."""
    _name, block = token.split_contents()
    nodelist = parser.parse(("endown_language",))
    parser.delete_first_token()
    return OwnLanguageNode(parser.compile_filter(block), nodelist)


@register.inclusion_tag("components/translation_note.html", takes_context=True)
def translation_note(context: Context) -> dict[str, object]:
    """Show in which other languages the page in the context exists; of a translation, from when it is and what it lacks."""
    page = page_of(context)
    if page is None or not page.pk or getattr(page, "shown_at", None) is not None:
        return {}
    found = head.versions_of(request_of(context), page)
    is_translation = page.is_translation and found.original is not None
    elsewhere = {code: version for code, version in found.real.items() if code != page.locale.language_code}
    return {
        "others": _own_names(elsewhere),
        "date": versions.edited_at(page) if is_translation else None,
        "is_partial": bool(versions.untranslated_in(page)),
    }


def _own_names(found: dict[str, Page]) -> list[Link]:
    """Return the links to versions by language code, each called as its language calls itself, in the order of the languages."""
    return [
        Link(address_of(found[language.code]), language.name, language.code, language.hreflang)
        for language in LANGUAGES
        if language.code in found
    ]
