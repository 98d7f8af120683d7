"""What leads on from a page: menu, breadcrumbs, footer, language switch, site map, further pages of a list."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

from django import template
from django.core.paginator import Page as PaginatorPage
from django.template import Context
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from wagtail.models import Page

from portal import changes, navigation
from portal.discovery import head
from portal.language.languages import LANGUAGES, current_language, language_of_path, languages_by_code
from portal.pages import links, versions
from portal.pages.addresses import address_of
from portal.pages.links import Link

from .portal_tags import page_of, request_of

register = template.Library()


@register.inclusion_tag("components/header.html", takes_context=True)
def site_header(context: Context) -> dict[str, object]:
    """Show the header: languages of the page in the context, else of the view's `paths`; the section of the address is marked."""
    page, request = page_of(context), request_of(context)
    path = request.path if request else ""
    found = head.versions_of(request, page) if page is not None and page.pk else None
    query = context.get("filter_query") or (navigation.query_of(request.GET) if request else "")
    return {
        "path": path,
        "home": home_url(),
        "places": _easy_access(found or versions.Versions()),
        "languages": navigation.language_links(found, context.get("paths"), query),
        "language": current_language(),
        "menu": _menu(path),
    }


def _menu(path: str) -> SafeString:
    """Return the main menu of the active language as HTML; marked are the section of the address and, where it is there, the address."""
    entries = navigation.menu()
    sections = [entry.address for entry in entries if entry.address and path.startswith(entry.address)]
    is_entry = any(path == link.address for entry in entries for link in (entry, *entry.links))
    return SafeString(_menu_html(current_language().code, tuple(sections), path if is_entry else ""))


@changes.kept("menu-html", navigation.menu_tags)
def _menu_html(language: str, current: tuple[str, ...], path: str) -> str:
    with navigation.reading(language):
        sections = [(entry, entry.address in current) for entry in navigation.menu()]
        return render_to_string("components/main_menu.html", {"sections": sections, "path": path})


@register.simple_tag
def home_url() -> str:
    """Return the address of the home page of the active language, also while there is no page."""
    code = current_language().code
    return navigation.home_urls().get(code) or f"/{code}/"


@register.simple_tag(takes_context=True)
def site_footer(context: Context) -> SafeString:
    """Show the footer of the active language."""
    is_shown = bool(context.get("is_component_page_shown", False))
    return SafeString(_footer_html(current_language().code, timezone.localdate().year, is_shown))


@changes.kept("footer-html", navigation.footer_tags)
def _footer_html(language: str, year: int, is_component_page_shown: bool) -> str:
    with navigation.reading(language):
        values = {"footer": navigation.footer() or {}, "home": home_url(), "year": year}
        return render_to_string("components/footer.html", {**values, "is_component_page_shown": is_component_page_shown})


def _easy_access(found: versions.Versions) -> list[Link]:
    """Return the places that have a link of their own above the menu: Leichte Sprache, German Sign Language.

    The link to Leichte Sprache leads to the page's own version there, else to the home page.
    """
    places = [
        Link(
            address_of(found.real[language.code]) if language.code in found.real else home["url"],
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
    path = getattr(request_of(context), "path", "")
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


@register.inclusion_tag("components/breadcrumbs.html", takes_context=True)
def breadcrumbs(context: Context, title: str = "") -> dict[str, object]:
    """Show the way to the page in the context, else to a view with this title; nothing on the home page."""
    page = page_of(context)
    if page is not None:
        trail = head.trail_of(request_of(context), page) if page.path else []
        language = versions.language_of(page, "title") if page.path else ""
        return {"trail": trail, "title": page.title, "language": language if language != current_language().code else ""}
    return {"trail": navigation.home_crumb(), "title": title}


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(context: Context, results: PaginatorPage, query: str = "") -> dict[str, object]:
    """Show links to the other pages of a list; `query` is what the address holds besides the number."""
    request = request_of(context)
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


@register.simple_tag(takes_context=True)
def site_map(context: Context) -> dict[str, object]:
    """Return two levels of the pages of the reader's language as a `tree`, and whether that is a `branch` that the address opens."""
    request = request_of(context)
    parameters = request.GET if request else None
    return {"tree": navigation.site_map(parameters), "is_branch": bool(parameters and navigation.query_of(parameters))}
