"""What leads on from a page: menu, breadcrumbs, footer, language switch, site map, further pages of a list."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

from django import template
from django.core.paginator import Page as PaginatorPage
from django.http import QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from wagtail.models import Page

from portal import changes, navigation
from portal.language.languages import LANGUAGES, current_language, language_of_path, languages_by_code
from portal.models import Alert
from portal.pages import readers, versions
from portal.pages.addresses import address_of
from portal.pages.links import Link
from portal.pages.readers import Reader

register = template.Library()


@register.inclusion_tag("components/header.html")
def site_header(reader: Reader, paths: dict[str, str] | str, query: str, parameters: QueryDict) -> dict[str, object]:
    """Show the header: languages of the page, else of the view's `paths`; `query` of a list is kept, the section of the address marked."""
    return {
        "path": reader.path,
        "home": home_url(),
        "places": _easy_access(reader),
        "languages": navigation.language_links(reader, paths, query or navigation.query_of(parameters)),
        "language": reader.language,
        "menu": _menu(reader.path),
    }


@register.inclusion_tag("components/alerts.html")
def alerts(reader: Reader, previewed: Alert | None = None) -> dict[str, object]:
    """Show the alerts that stand above the page that is shown, now; in the preview of one, that one."""
    return {"alerts": [navigation.previewed(previewed, reader.language.code)] if previewed else navigation.alerts(reader)}


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


@register.simple_tag
def site_footer() -> SafeString:
    """Show the footer of the active language."""
    return SafeString(_footer_html(current_language().code, timezone.localdate().year))


@changes.kept("footer-html", navigation.footer_tags)
def _footer_html(language: str, year: int) -> str:
    with navigation.reading(language):
        return render_to_string("components/footer.html", {"footer": navigation.footer() or {}, "home": home_url(), "year": year})


def _easy_access(reader: Reader) -> list[Link]:
    """Return the places that have a link of their own above the menu: Leichte Sprache, German Sign Language.

    The link to Leichte Sprache leads to the page's own version there, else to the home page.
    """
    real = reader.versions.real
    places = [
        Link(
            address_of(real[language.code]) if language.code in real else home["url"],
            language.name,
            language.code,
        )
        for language in LANGUAGES
        if not language.follows_source
        and language != reader.language
        and (home := navigation.homes().get(language.code))
    ]
    sign_language = (navigation.footer() or {}).get("sign_language")
    if isinstance(sign_language, Link):
        places.append(replace(sign_language, title=gettext("German Sign Language"), language=""))
    return places


@register.inclusion_tag("components/lost.html")
def lost(reader: Reader, code: str, title: str, text: str) -> dict[str, object]:
    """Say that something is not there, with ways on: search, home page, sections, for 404 the same path in other languages."""
    return {
        "code": code,
        "title": title,
        "text": text,
        "home": home_url(),
        "links": navigation.menu(),
        "others": _same_path_elsewhere(reader.path) if code == "404" else [],
    }


def _same_path_elsewhere(path: str) -> list[dict[str, object]]:
    """Return the pages that lie at the path which was asked for in other languages: suggestions where nothing is."""
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
    with translation.override(readers.current().language.code):
        return reverse("search")


@register.simple_tag
def suggestions_url() -> str:
    """Return the address that suggests searches in the reader's language."""
    with translation.override(readers.current().language.code):
        return reverse("search_suggestions")


@register.inclusion_tag("components/breadcrumbs.html")
def breadcrumbs(reader: Reader, title: str = "") -> dict[str, object]:
    """Show the way to the page that is shown, else to a view with this title; nothing on the home page."""
    page = reader.page
    if page is None:
        return {"code": reader.language.code, "trail": navigation.home_crumb(), "title": title}
    # The way is the reader's, also to a page that is not translated yet: the pages above it have names in the reader's language.
    around = reader.language.code if reader.language != current_language() else ""
    language = versions.language_of(page, "title")
    with translation.override(reader.language.code):
        return {
            "around": around,
            "code": reader.language.code,
            "trail": navigation.breadcrumbs(reader),
            "title": page.title,
            "language": language if language != reader.language.code else "",
        }


@register.inclusion_tag("components/pager.html")
def pager(reader: Reader, results: PaginatorPage, query: str = "") -> dict[str, object]:
    """Show links to the other pages of a list; `query` is what the address holds besides the number."""

    def address(number: int) -> str:
        parts = [part for part in (query, urlencode({"page": number}) if number > 1 else "") if part]
        return f"{reader.path}?{'&'.join(parts)}" if parts else reader.path

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
def site_map(parameters: QueryDict) -> dict[str, object]:
    """Return two levels of the pages of the reader's language as a `tree`, and whether that is a `branch` that the address opens."""
    return {"tree": navigation.site_map(parameters), "is_branch": bool(parameters and navigation.query_of(parameters))}
