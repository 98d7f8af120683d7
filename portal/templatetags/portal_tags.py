"""What templates ask the portal for: menus, language links, the head, icons, pictures.

A tag hands explicit values to a component; a component knows no model.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.discovery import head, qr_codes, release, structured_data
from portal.language.languages import direction_of
from portal.pages.links import Link
from portal.pages.readers import Reader
from portal.uploads import access

register = template.Library()


# --- language and head --------------------------------------------------------------------------------------------------


@register.inclusion_tag("components/head.html")
def page_head(reader: Reader, title: str = "", number: int | str = 1, is_listed: bool = True) -> dict[str, object]:
    """Show the head of the page that is shown, `number` of a list; with a title that of a view, or of a state of the page, which no
    search engine lists; nor one that is not `is_listed`, whose canonical address is that of the page."""
    page = None if title else reader.page
    values = head.for_page(reader, page, int(number or 1)) if page else head.for_view(title)
    if not is_listed:
        values = replace(values, alternates=())
    return {
        "head": values,
        "is_indexed": values.is_indexed and is_listed,
        "structured_data": structured_data.for_page(reader, page, values) if page and is_listed else "",
        "font": f"portal/fonts/{reader.language.font}",
    }


@register.simple_tag
def has_session(request: HttpRequest) -> bool:
    """Return whether somebody may be signed in, by the cookie alone: to ask the session would make every answer differ by cookies."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES


@register.simple_tag
def is_preview() -> bool:
    """Return whether the portal is not released yet; it is said also where that cannot be found out."""
    try:
        return not release.is_released()
    except Exception:  # noqa: BLE001 (database or cache are away: a line on top must not cost the page below it)
        return True


@register.simple_tag
def named(title: str, code: str) -> SafeString:
    """Return a title for the middle of a sentence, with its language where that is another than the sentence's."""
    return format_html("<bdi{}>{}</bdi>", in_language(code), title)


@register.simple_tag
def in_language(code: str | None) -> SafeString:
    """Return the attributes `lang` and `dir` for text in another language than that around it; nothing without a code."""
    if not code:
        return SafeString("")
    return format_html(' lang="{}" dir="{}"', code, direction_of(code))


@register.simple_tag
def href(link: Link) -> SafeString:
    """Return the attributes that lead to where a link leads."""
    hreflang = format_html(' hreflang="{}"', link.hreflang) if link.hreflang else ""
    return format_html(' href="{}"{}', link.address, hreflang)


@register.simple_tag
def link_title(link: Link) -> SafeString:
    """Return the title of a link in its language, with what is said of the language behind it."""
    return format_html("<span{}>{}</span>{}", in_language(link.language), link.title, mark(link))


@register.simple_tag
def mark(link: Link) -> SafeString:
    """Return what stands beside a link behind which another language waits, or a page that is protected."""
    return format_html(' <small class="mark-lang">{}</small>', link.mark) if link.mark else SafeString("")


@register.filter
def absolute(url: str | None) -> str:
    """Return an address with the portal's scheme and host."""
    return head.absolute(url)


@register.inclusion_tag("components/qr_code.html")
def qr_code(address: str) -> dict[str, object]:
    """Show, on paper alone, an address of the portal and its QR code, which browsers ask for when they print, not before."""
    return {"url": head.absolute(address), "code": qr_codes.address_of(address)}


# --- pictures -----------------------------------------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, directed: bool = False) -> SafeString:
    """Return an icon of the sprite; a directed one is mirrored where text runs from right to left."""
    return _icon(name, directed, static("portal/icons.svg"))


@cache
def _icon(name: str, directed: bool, sprite: str) -> SafeString:
    return format_html(
        '<svg class="icon{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        " icon-dir" if directed else "",
        sprite,
        name,
    )


_NOTICE_ICONS = {"info": "info", "success": "circle-check", "warning": "triangle-alert", "danger": "octagon-alert"}


@register.simple_tag
def notice_icon(level: str) -> SafeString:
    """Return the icon of a notice of a level."""
    return icon(_NOTICE_ICONS.get(level, "info"))


@register.inclusion_tag("components/picture.html")
def picture(
    source: dict[str, object] | None, shape: str = "wide", alt: str = "", lazy: bool = True
) -> dict[str, object]:
    """Show a photograph in modern formats and several sizes, or a drawing.

    `source` holds an `image` or the `url` of a drawing; `shape` is `wide` (16:9, cards), `head` (4:3), `banner` (21:8) or
    `full` (as it was taken). A photograph is cut around its focal point.
    """
    source = source or {}
    image = source.get("image")
    if image and not access.is_shown(image):
        image = None
    return {"image": image, "url": source.get("url"), "shape": shape, "alt": alt, "lazy": lazy}
