"""What a page is, in the words of schema.org: JSON-LD that search engines read."""

from __future__ import annotations

import html
import json
import re

from django.conf import settings
from django.templatetags.static import static
from django.utils import translation
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString

from portal import navigation
from portal.discovery.head import ORGANIZATION, Head, absolute, site_name
from portal.language.languages import LANGUAGES, current_language
from portal.models import BasePage, OfficeSettings
from portal.pages import versions
from portal.pages.readers import Reader

OFFICIAL_ADDRESSES = ["https://germany.iom.int/"]
"""Where the office is at home elsewhere."""

# Inside a script these characters could end it; as JSON escapes they mean the same.
_ESCAPES = {ord(character): f"\\u{ord(character):04X}" for character in "<>&\u2028\u2029"}


def for_page(reader: Reader, page: BasePage, head: Head) -> SafeString:
    """Return the JSON-LD of a page in its script; nothing where the page belongs in no search engine.

    Browsers do not run a script of this type: it is data, and the Content-Security-Policy lets it be.
    """
    home = navigation.homes().get(current_language().code)
    if not head.is_indexed or home is None:
        return SafeString("")
    home_url = absolute(home["url"])
    if page.pk == home["id"]:
        graph = [_organization(), _web_site(home_url)]
    else:
        graph = [_page(page, head, home_url), _breadcrumbs(reader, page, head)]
    data = {"@context": "https://schema.org", "@graph": graph}
    escaped = SafeString(json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES))
    return format_html('<script type="application/ld+json">{}</script>', escaped)


def _id(name: str, url: str = "") -> str:
    return f"{url or f'{settings.PORTAL_URL}/'}#{name}"


def _names() -> list[str]:
    """Return the names of the office in the other languages: one thing has one name for machines, the others beside it."""
    found = []
    for language in LANGUAGES:
        with translation.override(language.code):
            found.append(site_name())
    return sorted(set(found) - {settings.WAGTAIL_SITE_NAME})


def _organization() -> dict[str, object]:
    """Return the office; of its address what the office has set, in the words of the country it lies in."""
    office = OfficeSettings.load()
    address = {"streetAddress": office.street, "postalCode": office.postal_code, "addressLocality": office.town}
    values = {
        "@type": "Organization",
        "@id": _id("organization"),
        "name": settings.WAGTAIL_SITE_NAME,
        "alternateName": _names(),
        "url": f"{settings.PORTAL_URL}/",
        "sameAs": OFFICIAL_ADDRESSES,
        "logo": absolute(static("portal/apple-touch-icon.png")),
        "parentOrganization": ORGANIZATION,
        "address": {"@type": "PostalAddress", **_known(address), "addressCountry": "DE"} if office.town else "",
        "email": office.email,
        "telephone": office.phone,
    }
    return _known(values)


def _known(values: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if value}


def _web_site(home_url: str) -> dict[str, object]:
    return {
        "@type": "WebSite",
        "@id": _id("website", home_url),
        "name": site_name(),
        "url": home_url,
        "inLanguage": current_language().code,
        "publisher": {"@id": _id("organization")},
    }


def _page(page: BasePage, head: Head, home_url: str) -> dict[str, object]:
    """Return an article as one, any other page as a page; what it is about, if its kind says so, as its main entity; else its questions."""
    values: dict[str, object] = {
        "@id": _id("page", head.canonical),
        "url": head.canonical,
        "description": head.description,
        "inLanguage": current_language().code,
        "isPartOf": {"@id": _id("website", home_url)},
        "image": head.image,
        "dateModified": changed.isoformat(timespec="seconds") if (changed := versions.edited_at(page)) else "",
    }
    listing = getattr(page, "listing", None)
    own = _known(listing.schema_values(page)) if listing else {}
    if head.kind == "article":
        values |= {
            "@type": own.pop("@type"),
            "headline": page.title,
            "datePublished": own.pop("datePublished", ""),
            "mainEntityOfPage": head.canonical,
            **own,
            "publisher": {"@type": "Organization", "@id": _id("organization"), "name": settings.WAGTAIL_SITE_NAME},
        }
    else:
        values |= {"@type": "WebPage", "name": page.title, "breadcrumb": {"@id": _id("breadcrumbs", head.canonical)}}
        if own:
            about = {"name": page.title, "url": head.canonical, "description": head.description, "image": head.image}
            values["mainEntity"] = _known({"@type": own.pop("@type"), "@id": _id("entity", head.canonical), **about, **own})
        elif questions := getattr(page, "questions", []):
            values["@type"] = ["WebPage", "FAQPage"]
            values["mainEntity"] = [
                {"@type": "Question", "name": question, "acceptedAnswer": {"@type": "Answer", "text": _plain(answer)}}
                for question, answer in questions
            ]
    return _known(values)


def _plain(answer: str) -> str:
    """Return the text of HTML: the links in it lead to addresses that are the portal's own."""
    text = strip_tags(re.sub(r"</(?:p|li|h\d)>|<br", r" \g<0>", answer))
    return " ".join(html.unescape(text).split())


def _breadcrumbs(reader: Reader, page: BasePage, head: Head) -> dict[str, object]:
    steps = [(step.title, absolute(step.address)) for step in navigation.breadcrumbs(reader)]
    return {
        "@type": "BreadcrumbList",
        "@id": _id("breadcrumbs", head.canonical),
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": title, "item": url}
            for position, (title, url) in enumerate([*steps, (page.title, head.canonical)], start=1)
        ],
    }
