"""The picture that other sites show beside a link to a page: its title on the portal's night blue, made when it is asked for.

It needs nothing of the machine: the font lies in the repository, and the renderer shapes and orders the text itself, Arabic
included. The address holds a digest of all that the picture shows, so that it may be kept for a year.
"""

from __future__ import annotations

import hashlib

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import get_template
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import cache_control
from wagtail.models import Page

from portal.discovery.lettering import clipped, isolated, plain, png, wrap
from portal.language.languages import Language, current_language
from portal.pages import versions
from portal.uploads.delivery import reading_only

SIZE = (1200, 630)

_TEMPLATE = "social_picture.svg"
_MARGIN = 88
_ROOM = SIZE[0] - 2 * _MARGIN
_LARGE, _SMALL = 68, 54
_MOST_LINES = 5
_FIRST_LINE = 150
_KEPT = 30 * 24 * 60 * 60


def _digest(title: str, language: Language) -> str:
    """Return what changes with the title, the name of the portal and the look."""
    look = get_template(_TEMPLATE).template.source
    shown = "\0".join((look, language.code, gettext("IOM Germany"), title))
    return hashlib.sha256(shown.encode(errors="replace")).hexdigest()[:16]


def address(page: Page) -> str:
    """Return the address of the picture of a page in the active language."""
    values = {"page_id": page.pk, "digest": _digest(page.title, current_language())}
    return reverse("social_picture", kwargs=values)


# Caches in between ask each hour: the page may have become private.
@reading_only
@cache_control(max_age=365 * 24 * 60 * 60, s_maxage=60 * 60, public=True, immutable=True)
def picture(request: HttpRequest, page_id: str, digest: str) -> HttpResponse:
    """Answer with the picture of a page.

    Raises:
        Http404: no real version of this language has the id, or its picture looks otherwise by now.
    """
    language = current_language()
    pages = versions.real(Page.objects.filter(pk=page_id, locale__language_code=language.code))
    title = pages.values_list("title", flat=True).first()
    if title is None or digest != _digest(title, language):
        raise Http404
    image = cache.get_or_set(f"portal:social:{digest}", lambda: render(title, language), timeout=_KEPT)
    return HttpResponse(image, content_type="image/png")


def render(title: str, language: Language) -> bytes:
    """Return the picture as PNG."""
    is_rtl = language.direction == "rtl"
    size, lines = _fit(plain(title))
    svg = get_template(_TEMPLATE).render(
        {
            "lines": [(isolated(line, is_rtl), _FIRST_LINE + round(n * size * 1.25)) for n, line in enumerate(lines)],
            "size": size,
            "site_name": isolated(gettext("IOM Germany"), is_rtl),
            "start": SIZE[0] - _MARGIN if is_rtl else _MARGIN,
            "anchor": "end" if is_rtl else "start",
            "stop": _MARGIN + 22 if is_rtl else SIZE[0] - _MARGIN - 22,
        }
    )
    return png(svg)


def _fit(title: str) -> tuple[int, list[str]]:
    """Return the size at which a title fits and its lines; one that never fits ends with an ellipsis."""
    for size in (_LARGE, _SMALL):
        lines = wrap(title, size, _ROOM)
        if len(lines) * size * 1.25 <= _MOST_LINES * _SMALL * 1.25:
            return size, lines
    return _SMALL, [*lines[: _MOST_LINES - 1], clipped(f"{lines[_MOST_LINES - 1].rstrip('.,:;– ')}…", _SMALL, _ROOM)]
