"""What the head of a page says to browsers, search engines and other sites: title, canonical, languages, Open Graph."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.conf import settings
from django.templatetags.static import static
from django.utils import translation
from django.utils.translation import gettext
from wagtail.models import Page

from portal import navigation
from portal.discovery import social
from portal.language.languages import SOURCE_LANGUAGE, current_language, languages_by_code
from portal.models import BasePage
from portal.pages import versions
from portal.pages.addresses import address_of
from portal.pages.readers import Reader

WORLDWIDE_NAME = "International Organization for Migration"
"""The organisation's own name, the same in every language for machines."""

ORGANIZATION = {
    "@type": "Organization",
    "@id": "https://www.iom.int/#organization",
    "name": WORLDWIDE_NAME,
    "alternateName": "IOM",
    "url": "https://www.iom.int/",
}
"""The organisation in the words of schema.org."""

SOCIAL_IMAGE = "portal/social.png"
SOCIAL_IMAGE_SIZE = (1200, 630)

# Open Graph wants a country beside the language; a language that is not named here is given without.
_OPEN_GRAPH_LOCALES = {
    "de": "de_DE",
    "en": "en_GB",
    "uk": "uk_UA",
    "ar": "ar_AR",
    "fr": "fr_FR",
    "ru": "ru_RU",
    "tr": "tr_TR",
}


@dataclass(frozen=True)
class Alternate:
    """The address of a page in one language; `x-default` is the one for readers of all others."""

    hreflang: str
    url: str


@dataclass(frozen=True)
class Head:
    """The values of the head; `canonical` is empty and `alternates` are none where a view belongs in no index.

    `language` is that of the title where it is not the reader's.
    """

    title: str
    heading: str
    site_name: str
    language: str = ""
    is_indexed: bool = False
    description: str = ""
    canonical: str = ""
    kind: str = "website"
    locale: str = ""
    image: str = ""
    image_size: tuple[int, int] = SOCIAL_IMAGE_SIZE
    alternates: tuple[Alternate, ...] = field(default_factory=tuple)


def absolute(url: str | None) -> str:
    """Return an address with scheme and host of the portal; an absolute one stays as it is."""
    if not url or "://" in url:
        return url or ""
    return f"{settings.PORTAL_URL}{url}"


def site_name() -> str:
    """Return the name of the portal."""
    return gettext("IOM Germany")


def editors_name() -> str:
    """Return who wrote what is not in IOM's own words."""
    return gettext("Editors of %(site)s") % {"site": site_name()}


def full_title(title: str) -> str:
    """Return a title with the name of the portal."""
    if not title:
        return site_name()
    return gettext("%(title)s – %(site)s") % {"title": title, "site": site_name()}


def for_view(title: str, description: str = "") -> Head:
    """Return the head of a view that is no page: search, errors."""
    return Head(
        title=full_title(title),
        heading=title,
        site_name=site_name(),
        description=description,
        locale=_open_graph_locale(),
        image=absolute(static(SOCIAL_IMAGE)),
    )


def for_page(reader: Reader, page: BasePage, number: int = 1) -> Head:
    """Return the head of a page that is shown to a reader; `number` is the page of a list.

    The canonical address leaves out what only filters. The further pages of a list stand for themselves and have no
    counterpart in another language.
    """
    if reader.is_fallback:
        return _for_fallback(page)
    title = page.seo_title or page.title
    title_language = versions.language_of(page, "seo_title" if page.seo_title else "title")
    # The portal's name stands in the language of the page, also behind the name of a report in another one.
    with translation.override(title_language if title_language == SOURCE_LANGUAGE else page.locale.language_code):
        if number > 1:
            title = gettext("%(title)s, page %(number)s") % {"title": title, "number": number}
        title = full_title(title)
    address = absolute(address_of(page)) if page.pk else ""
    alternates: tuple[Alternate, ...] = ()
    # Leichte Sprache names no others, because it is named by none: a set that is not mutual counts for nothing.
    is_indexed = bool(address) and versions.is_finished(page) and not page.is_closed
    if is_indexed and number == 1 and languages_by_code()[page.locale.language_code].hreflang:
        alternates = alternates_of(reader.versions.real)
    return Head(
        title=title,
        # The home page is called what the portal is called: “Startseite” tells nobody who shares it anything.
        heading=page.seo_title or (site_name() if _is_home(page) else page.title),
        site_name=site_name(),
        language=title_language if title_language != current_language().code else "",
        # A description has no place for a mark.
        description=page.description if page.description_language == page.language_code else "",
        canonical=f"{address}?page={number}" if address and number > 1 else address,
        kind="article" if is_article(page) else "website",
        is_indexed=is_indexed,
        locale=_open_graph_locale(),
        image=absolute(social.address(page) if address else static(SOCIAL_IMAGE)),
        alternates=alternates,
    )


def is_article(page: Page) -> bool:
    """Return whether a page says that it is an article itself."""
    listing = getattr(page, "listing", None)
    return listing is not None and listing.schema is not None and listing.schema.is_article


def _is_home(page: Page) -> bool:
    return page.pk is not None and page.pk in {home["id"] for home in navigation.homes().values()}


def alternates_of(real_versions: dict[str, Page]) -> tuple[Alternate, ...]:
    """Return the addresses of a page's real versions; `x-default` is the source. A language with a tree of its own has none.
    """
    found = [
        Alternate(hreflang, absolute(address_of(version)))
        for code, version in sorted(real_versions.items())
        if (hreflang := languages_by_code()[code].hreflang)
    ]
    if found and SOURCE_LANGUAGE in real_versions:
        found.append(Alternate("x-default", absolute(address_of(real_versions[SOURCE_LANGUAGE]))))
    return tuple(found)


def _for_fallback(page: BasePage) -> Head:
    """Return the head of a page that is answered in place of a translation: all of it in the page's own language."""
    with translation.override(page.locale.language_code):
        return Head(
            title=full_title(page.seo_title or page.title),
            heading=page.seo_title or page.title,
            site_name=site_name(),
            language=page.locale.language_code,
            canonical=absolute(address_of(page)),
        )


def _open_graph_locale() -> str:
    code = current_language().code
    return _OPEN_GRAPH_LOCALES.get(code, code)
