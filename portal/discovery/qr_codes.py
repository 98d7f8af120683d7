"""QR codes: how an address gets from a sheet of paper into a telephone."""

from __future__ import annotations

from functools import lru_cache

import segno
from django.utils.safestring import SafeString, mark_safe


@lru_cache(maxsize=256)
def svg(url: str) -> SafeString:
    """Return the QR code of an address as an SVG element, which says nothing to whoever hears the page: the address stands beside it."""
    code = segno.make(url, error="m", micro=False)
    drawn = code.svg_inline(border=2, omitsize=True, svgclass=None, lineclass=None)
    return mark_safe(drawn.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1))  # noqa: S308 (drawn, no text in it)
