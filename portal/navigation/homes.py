"""The home pages of the languages: all addresses begin there."""

from __future__ import annotations

from typing import TypedDict

from wagtail.models import Page

from portal import changes
from portal.language.languages import SOURCE_LANGUAGE, current_language
from portal.pages import restrictions, versions
from portal.pages.addresses import address_of, roots
from portal.pages.links import Link


class Home(TypedDict):
    """The home page of a language, as plain values; `is_real` is false where it opens with the source's text."""

    id: int
    title: str
    title_language: str
    url: str
    path: str
    url_path: str
    locale_id: int
    is_real: bool


@changes.kept("homes", lambda: (changes.HOMES, changes.RESTRICTIONS, changes.LOCALES))
def homes() -> dict[str, Home]:
    """Return the home pages by language code: the real ones, and fallbacks in languages that follow the source."""
    paths = [path for path, _address in roots()]
    found = versions.sort_rows(Page.objects.filter(url_path__in=paths).select_related("published_version"))
    return {
        code: Home(
            id=page.pk,
            title=page.title,
            title_language=versions.language_of(page, "title") if code in found.real else SOURCE_LANGUAGE,
            url=address_of(page),
            path=page.path,
            url_path=page.url_path,
            locale_id=page.locale_id,
            is_real=code in found.real,
        )
        for code, page in {**found.fallbacks, **found.real}.items()
    }


def private_home(code: str) -> tuple[str, int] | None:
    """Return path and locale of the home page of a language that is private; None where it is not, or there is none.

    It is in no menu and no list, but who comes to its address is asked for the right to read, as on every private page. One query
    beside what is private, in no cache.
    """
    paths = [path for path, _address in roots()]
    row = Page.objects.filter(url_path__in=paths, locale__language_code=code).first()
    return (row.url_path, row.locale_id) if row and restrictions.is_restricted(row) else None


def home_urls() -> dict[str, str]:
    """Return the addresses of the home pages by language code, of the languages that have one."""
    return {code: home["url"] for code, home in homes().items()}


def home_crumb() -> list[Link]:
    """Return the home page of the active language as the only breadcrumb, for views that are no pages."""
    home = homes().get(current_language().code)
    if home is None:
        return []
    code = current_language().code
    return [
        Link(
            address=home["url"],
            title=home["title"],
            language=home["title_language"] if home["title_language"] != code else "",
            hreflang="" if home["is_real"] else SOURCE_LANGUAGE,
        )
    ]
