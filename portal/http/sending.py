"""Passing a page on in the language of whoever gets it: a sheet with its title, a sentence and a code to photograph; a short address.

The short address names a version by its number, so that it stays when the page is moved, and leads nowhere but to a page of this portal.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.http import base36_to_int, int_to_base36
from wagtail.models import Page

from portal.discovery.head import absolute
from portal.discovery.qr_codes import address_of as code_of
from portal.http import counting, robots
from portal.language.languages import LANGUAGES, Language, languages_by_code
from portal.models import BasePage
from portal.pages import cards, versions
from portal.pages.addresses import address_of
from portal.pages.cards import Card
from portal.pages.links import Link
from portal.uploads.delivery import reading_only


@dataclass(frozen=True)
class Sheet:
    """What is passed on: a page in a language, as a card, under its short address, with the picture that holds that as a code."""

    card: Card
    language: Language
    url: str
    code: str


@reading_only
def follow(request: HttpRequest, number: str) -> HttpResponse:
    """Lead from a short address to its page, counted for its day where a person seems to ask.

    Raises:
        Http404: there is no such version, or not everybody may read it.
    """
    page = _version(number)
    if not robots.is_robot(request):
        counting.count(counting.Counted(str(page.translation_key), page.locale.language_code, counting.SENT), request.method or "")
    response = HttpResponseRedirect(address_of(page))
    # Each opening is to be counted, and the page may move.
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@reading_only
def show(request: HttpRequest, number: str) -> HttpResponse:
    """Show the sheet of a version: around it the words are for whoever passes it on, in it for whoever gets it.

    Raises:
        Http404: as above; or it is a page that its readers may have to leave quickly.
    """
    found = _version(number)
    page = found.specific
    if getattr(page, "quick_exit", False):
        raise Http404
    page.published_version = found.published_version
    language = languages_by_code()[found.locale.language_code]
    path = reverse("short", args=[number])
    with translation.override(language.code):
        sheet = Sheet(cards.of([page])[0], language, absolute(path), code_of(path))
    response = render(request, "pages/send.html", {"sheet": sheet, "others": _others(found)})
    response.is_page = True
    return response


def _version(number: str) -> Page:
    """Return the real version with a number. Two queries.

    Raises:
        Http404: there is none.
    """
    page = versions.rows().filter(pk=base36_to_int(number)).first()
    found = versions.versions_of(page).real if page else {}
    real = next((version for version in found.values() if page and version.pk == page.pk), None)
    if real is None:
        raise Http404
    return real


def _others(page: Page) -> list[Link]:
    """Return the sheets of the other versions, each called as its language calls itself."""
    found = versions.versions_of(page).real
    return [
        Link(sheet_address(found[language.code]), language.name, language.code)
        for language in LANGUAGES
        if language.code in found and found[language.code].pk != page.pk
    ]


def sheet_address(page: Page | BasePage) -> str:
    """Return where the sheet of a version is, for readers of the active language."""
    return reverse("send", args=[int_to_base36(page.pk)])
