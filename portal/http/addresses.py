"""Addresses in other letter case, or without their last stroke, lead to what they mean.

Asked only where the answer would be 404: an address that is right costs nothing.
"""

from __future__ import annotations

import unicodedata

from django.db.models import Q
from django.http import Http404, HttpRequest
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.encoding import iri_to_uri
from wagtail.models import Page

from portal import navigation
from portal.http.views import serve_page
from portal.language.languages import Language, languages_by_code
from portal.pages.answers import page_at

_LONGEST = 2000
"""Letters: no address of ours is longer."""

_ROOT_FILES = {"/favicon.ico", "/robots.txt", "/sitemap.xml", "/.well-known/security.txt"}


def meant(request: HttpRequest) -> str | None:
    """Return the address that a request means, its query kept; None where nothing is there, or it is the very one asked for."""
    path = unicodedata.normalize("NFC", request.path_info)
    if request.method not in {"GET", "HEAD"} or len(path) > _LONGEST:
        return None
    prefix, _stroke, rest = path.removeprefix("/").partition("/")
    language = languages_by_code().get(prefix.lower())
    if language is None:
        address = path.lower() if path.lower() in _ROOT_FILES else None
    else:
        address = _page_address(language, rest) or _view_address(language, rest)
    if address is None or iri_to_uri(address) == iri_to_uri(request.path_info):
        return None
    query = request.META.get("QUERY_STRING", "")
    return iri_to_uri(f"{address}?{query}" if query else address)


def _page_address(language: Language, rest: str) -> str | None:
    """Return the address of the page, or of the fallback, that lies there whatever the letter case."""
    home = navigation.homes().get(language.code)
    if home is None:
        return None
    wanted = "/".join([home["url_path"].rstrip("/"), *filter(None, rest.split("/"))]) + "/"
    # SQLite knows the letter case of ASCII alone.
    rows = Page.objects.filter(Q(url_path__iexact=wanted) | Q(url_path=wanted.lower()), locale_id=home["locale_id"])
    for url_path in rows.order_by("path").values_list("url_path", flat=True):
        try:
            return page_at(url_path, home["locale_id"]).address
        except Http404:
            continue
    return None


def _view_address(language: Language, rest: str) -> str | None:
    """Return the address of a view of the language (search, feeds), which is in small letters but for what was signed."""
    written = rest if rest.lower().startswith("_util/") else rest.lower()
    with translation.override(language.code):
        for address in (f"/{language.code}/{written}", f"/{language.code}/{written.rstrip('/')}/"):
            try:
                match = resolve(address)
            except Resolver404:
                continue
            if match.func is not serve_page and not (match.url_name or "").startswith("wagtail_serve"):
                return address
    return None
