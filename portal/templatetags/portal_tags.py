"""What templates ask the portal for: menus, language links, the head, icons, pictures.

A tag hands explicit values to a component; a component knows no model.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.core.paginator import Page as PaginatorPage
from django.http import HttpRequest
from django.template import Context
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from wagtail.models import Page

from portal import navigation
from portal.discovery import head, release, structured_data
from portal.language.languages import (
    LANGUAGES,
    SOURCE_LANGUAGE,
    Language,
    current_language,
    language_of_path,
    languages_by_code,
)
from portal.pages import links, versions
from portal.pages.links import Link
from portal.uploads import access

register = template.Library()


def _page(context: Context) -> Page | None:
    page = context.get("page")
    return page if isinstance(page, Page) else None


def _request(context: Context) -> HttpRequest | None:
    return context.get("request")


# --- language and head --------------------------------------------------------------------------------------------------


@register.simple_tag
def active_language() -> Language:
    """Return the language of the answer, with its direction and font."""
    return current_language()


@register.inclusion_tag("components/head.html", takes_context=True)
def page_head(context: Context, title: str = "") -> dict[str, object]:
    """Show the head of the page in the context, else of a view with this title, which belongs in no search engine."""
    page = _page(context)
    if page is None:
        values = head.for_view(title)
    else:
        results = context.get("results")
        number = results.number if isinstance(results, PaginatorPage) and not context.get("is_filtered") else 1
        values = head.for_page(_request(context), page, number)
    return {
        "head": values,
        "is_indexed": values.is_indexed,
        "structured_data": structured_data.for_page(_request(context), page, values) if page is not None else "",
        "font": f"portal/fonts/{current_language().font}",
    }


@register.simple_tag(takes_context=True)
def has_session(context: Context) -> bool:
    """Return whether somebody may be signed in, by the cookie alone: to ask the session would make every answer differ by cookies."""
    request = context.get("request")
    return request is not None and settings.SESSION_COOKIE_NAME in request.COOKIES


@register.simple_tag
def is_preview() -> bool:
    """Return whether the portal is not released yet; it is said also where that cannot be found out."""
    try:
        return not release.is_released()
    except Exception:  # noqa: BLE001 (database or cache are away: a line on top must not cost the page below it)
        return True


@register.simple_tag
def site_map() -> list[navigation.SiteMapNode]:
    """Return all pages of the reader's language as a tree."""
    return navigation.site_map()


@register.simple_tag
def in_language(code: str | None) -> SafeString:
    """Return the attributes `lang` and `dir` for text in another language than that around it; nothing without a code."""
    if not code:
        return SafeString("")
    return format_html(' lang="{}" dir="{}"', code, languages_by_code()[code].direction)


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


@register.simple_tag(takes_context=True)
def content_language(context: Context) -> dict[str, object]:
    """Return the language in which the content of the answer is rendered, and what to say where it is not the reader's."""
    page, reader = _page(context), current_language()
    if page is None or getattr(page, "shown_at", None) is None:
        return {"language": reader, "is_foreign": False, "notice": None}
    real = head.versions_of(_request(context), page).real
    return {
        "language": languages_by_code()[page.locale.language_code],
        "is_foreign": True,
        "notice": {"versions": _own_names(real)},
    }


@register.simple_tag(takes_context=True)
def field_language(context: Context, name: str) -> SafeString:
    """Return the attributes for a field that was published untranslated; nothing for all others."""
    page = _page(context)
    return in_language(SOURCE_LANGUAGE if page is not None and name in versions.untranslated_in(page) else "")


class OwnLanguageNode(template.Node):
    """What stands between `{% own_language block %}` and `{% endown_language %}`."""

    def __init__(self, block: template.base.FilterExpression, nodelist: template.NodeList) -> None:
        self.block = block
        self.nodelist = nodelist

    def render(self, context: Context) -> str:
        """Render a block that was published untranslated in the source language, in an element that says so."""
        page, block = _page(context), self.block.resolve(context)
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
    page = _page(context)
    if page is None or not page.pk or getattr(page, "shown_at", None) is not None:
        return {}
    found = head.versions_of(_request(context), page)
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
        Link(found[language.code].get_url(), language.name, language.code, language.hreflang)
        for language in LANGUAGES
        if language.code in found
    ]


@register.filter
def absolute(url: str | None) -> str:
    """Return an address with the portal's scheme and host."""
    return head.absolute(url)


# --- navigation ---------------------------------------------------------------------------------------------------------


@register.inclusion_tag("components/main_menu.html", takes_context=True)
def main_menu(context: Context) -> dict[str, object]:
    """Show the main menu, the section of the current address marked."""
    request = _request(context)
    return {"entries": navigation.menu(), "path": request.path if request else ""}


@register.simple_tag
def menu_entries() -> list[navigation.MenuEntry]:
    """Return the sections of the main menu."""
    return navigation.menu()


@register.filter
def is_below(path: str, url: str) -> bool:
    """Return whether an address lies at or below another."""
    return bool(url) and path.startswith(url)


@register.simple_tag
def home_url() -> str:
    """Return the address of the home page of the active language, also while there is no page."""
    code = current_language().code
    return navigation.home_urls().get(code) or f"/{code}/"


@register.inclusion_tag("components/footer.html", takes_context=True)
def site_footer(context: Context) -> dict[str, object]:
    """Show the footer of the active language."""
    return {
        "footer": navigation.footer() or {},
        "home": home_url(),
        "is_component_page_shown": context.get("is_component_page_shown", False),
    }


@register.inclusion_tag("components/language_switch.html", takes_context=True)
def language_switch(context: Context) -> dict[str, object]:
    """Show all languages: of the page in the context, of the view's `paths`, else of the home page."""
    page = _page(context)
    found = head.versions_of(_request(context), page) if page is not None and page.pk else None
    return {
        "links": navigation.language_links(found, context.get("paths"), context.get("filter_query", "")),
        "current": current_language(),
    }


@register.simple_tag(takes_context=True)
def easy_access(context: Context) -> list[Link]:
    """Return the places that have a link of their own above the menu: Leichte Sprache, German Sign Language.

    The link to Leichte Sprache leads to the page's own version there, else to the home page.
    """
    page = _page(context)
    found = head.versions_of(_request(context), page) if page is not None and page.pk else versions.Versions()
    places = [
        Link(
            found.real[language.code].get_url() if language.code in found.real else home["url"],
            language.name,
            language.code,
        )
        for language in LANGUAGES
        if not language.follows_source
        and language.code != current_language().code
        and (home := navigation.homes().get(language.code))
    ]
    sign_language = (navigation.footer() or {}).get("sign_language")
    if isinstance(sign_language, Link):
        places.append(replace(sign_language, title=gettext("German Sign Language"), language=""))
    return places


@register.inclusion_tag("components/lost.html", takes_context=True)
def lost(context: Context, code: str, title: str, text: str) -> dict[str, object]:
    """Say that something is not there, with ways on: search, home page, sections, for 404 the same path in other languages."""
    return {
        "code": code,
        "title": title,
        "text": text,
        "home": home_url(),
        "links": navigation.menu(),
        "others": _same_path_elsewhere(context) if code == "404" else [],
    }


def _same_path_elsewhere(context: Context) -> list[dict[str, object]]:
    """Return the pages that lie at the path which was asked for in other languages: suggestions where nothing is."""
    path = getattr(_request(context), "path", "")
    parts = [part for part in path.split("/") if part][1 if language_of_path(path) else 0 :]
    if not parts:
        return []
    suffix = "/".join(parts)
    paths = {home["url_path"] + suffix + "/" for home in navigation.homes().values()}
    found: dict[str, Page] = {}
    for page in versions.real(Page.objects.filter(url_path__in=paths)):
        found.update(versions.translations(page))
    return [
        {
            "language": language,
            "link": Link(
                found[code].get_url(), found[code].title, versions.language_of(found[code], "title"), language.hreflang
            ),
        }
        for code, language in languages_by_code().items()
        if code in found
    ]


@register.simple_tag
def search_url() -> str:
    """Return the address of the search in the reader's language, also inside text in another one."""
    with translation.override(links.readers_language()):
        return reverse("search")


@register.simple_tag
def suggestions_url() -> str:
    """Return the address that suggests searches in the reader's language."""
    with translation.override(links.readers_language()):
        return reverse("search_suggestions")


@register.simple_tag(takes_context=True)
def other_searches(context: Context) -> list[Link]:
    """Return the addresses of the search in the other languages that have a home page."""
    homes = navigation.home_urls()
    entries = navigation.language_links(None, context.get("paths"))
    return [entry for entry in entries if not entry.is_current and entry.language in homes]


@register.inclusion_tag("components/breadcrumbs.html", takes_context=True)
def breadcrumbs(context: Context, title: str = "") -> dict[str, object]:
    """Show the way to the page in the context, else to a view with this title; nothing on the home page."""
    page = _page(context)
    if page is not None:
        trail = head.trail_of(_request(context), page) if page.path else []
        language = versions.language_of(page, "title") if page.path else ""
        return {"trail": trail, "title": page.title, "language": language if language != current_language().code else ""}
    return {"trail": navigation.home_crumb(), "title": title}


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(context: Context, results: PaginatorPage, query: str = "") -> dict[str, object]:
    """Show links to the other pages of a list; `query` is what the address holds besides the number."""
    request = _request(context)
    path = request.path if request else ""

    def address(number: int) -> str:
        parts = [part for part in (query, urlencode({"page": number}) if number > 1 else "") if part]
        return f"{path}?{'&'.join(parts)}" if parts else path

    numbers = results.paginator.get_elided_page_range(results.number, on_each_side=2, on_ends=1)
    return {
        "entries": [
            {"number": number, "url": address(number), "is_current": number == results.number}
            if isinstance(number, int)
            else {"number": None}
            for number in numbers
        ],
        "previous": address(results.previous_page_number()) if results.has_previous() else "",
        "next": address(results.next_page_number()) if results.has_next() else "",
    }


@register.simple_tag
def quick_exit_url() -> str:
    """Return the harmless address to which readers leave a page quickly."""
    return settings.QUICK_EXIT_URL


# --- pictures -----------------------------------------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, directed: bool = False) -> SafeString:
    """Return an icon of the sprite; a directed one is mirrored where text runs from right to left."""
    return format_html(
        '<svg class="icon{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        " icon-dir" if directed else "",
        static("portal/icons.svg"),
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
