"""The picture that other sites show beside a link to a page: its title on the portal's night blue, made when it is asked for.

It needs nothing of the machine: the font lies in the repository, and the renderer shapes and orders the text itself, Arabic
included. The address holds a digest of all that the picture shows, so that it may be kept for a year.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache as remember
from pathlib import Path

import resvg_py
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import get_template
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import cache_control
from PIL import ImageFont
from wagtail.models import Page

from portal.language.languages import Language, current_language
from portal.pages import versions
from portal.uploads.delivery import reading_only

SIZE = (1200, 630)
FONT = Path(__file__).parent / "fonts" / "portal-sans-bold.ttf"

_TEMPLATE = "social_picture.svg"
_MARGIN = 88
_ROOM = SIZE[0] - 2 * _MARGIN
_LARGE, _SMALL = 68, 54
_MOST_LINES = 5
_FIRST_LINE = 150
_KEPT = 30 * 24 * 60 * 60

# XML takes these characters in no form.
_NOT_IN_XML = re.compile("[\x00-\x1f\ud800-\udfff\ufffe\uffff]+")


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
    title = " ".join(_NOT_IN_XML.sub(" ", title).split())
    size, lines = _fit(title)
    svg = get_template(_TEMPLATE).render(
        {
            "lines": [(_isolated(line, is_rtl), _FIRST_LINE + round(n * size * 1.25)) for n, line in enumerate(lines)],
            "size": size,
            "site_name": _isolated(gettext("IOM Germany"), is_rtl),
            "start": SIZE[0] - _MARGIN if is_rtl else _MARGIN,
            "anchor": "end" if is_rtl else "start",
            "stop": _MARGIN + 22 if is_rtl else SIZE[0] - _MARGIN - 22,
        }
    )
    return resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True, font_files=[str(FONT)])


def _isolated(text: str, is_rtl: bool) -> str:
    """Return text that is ordered from its own side: the renderer takes every line for one from left to right."""
    return f"\u2067{text}\u2069" if is_rtl else text


@remember
def _font(size: int) -> ImageFont.FreeTypeFont:
    # For measuring only. Letters that are not joined are a little wider, so that a line is never too long.
    return ImageFont.truetype(FONT, size, layout_engine=ImageFont.Layout.BASIC)


def _fit(title: str) -> tuple[int, list[str]]:
    """Return the size at which a title fits and its lines; one that never fits ends with an ellipsis."""
    for size in (_LARGE, _SMALL):
        lines = _wrap(title, _font(size))
        if len(lines) * size * 1.25 <= _MOST_LINES * _SMALL * 1.25:
            return size, lines
    last = lines[_MOST_LINES - 1]
    while _font(_SMALL).getlength(f"{last}…") > _ROOM:
        last = last[:-1]
    return _SMALL, [*lines[: _MOST_LINES - 1], f"{last.rstrip('.,:;– ')}…"]


def _wrap(text: str, font: ImageFont.FreeTypeFont) -> list[str]:
    """Return the lines of a text; a word that is wider than a line is broken."""
    lines = [""]
    for word in text.split():
        while True:
            wider = f"{lines[-1]} {word}".strip()
            if font.getlength(wider) <= _ROOM:
                lines[-1] = wider
                break
            if lines[-1]:
                lines.append("")
                continue
            end = next(n for n in range(len(word), 0, -1) if n == 1 or font.getlength(word[:n]) <= _ROOM)
            lines[-1], word = word[:end], word[end:]
            lines.append("")
            if not word:
                break
    return [line for line in lines if line]
