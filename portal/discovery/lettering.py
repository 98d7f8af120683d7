"""Text in generated pictures: one font that lies in the repository, lines that fit, each language from its own side.

The renderer shapes and orders the text itself, Arabic included, and needs nothing of the machine.
"""

from __future__ import annotations

import re
from functools import cache as remember
from pathlib import Path

import resvg_py
from PIL import ImageFont

FONT = Path(__file__).parent / "fonts" / "portal-sans-bold.ttf"

# XML takes these characters in no form.
_NOT_IN_XML = re.compile("[\x00-\x1f\ud800-\udfff\ufffe\uffff]+")


def plain(text: str) -> str:
    """Return a text in one line, of characters that XML takes."""
    return " ".join(_NOT_IN_XML.sub(" ", text).split())


def isolated(text: str, is_rtl: bool) -> str:
    """Return text that is ordered from its own side: the renderer takes every line for one from left to right."""
    return f"\u2067{text}\u2069" if is_rtl else text


@remember
def _font(size: int) -> ImageFont.FreeTypeFont:
    # For measuring only. Letters that are not joined are a little wider, so that a line is never too long.
    return ImageFont.truetype(FONT, size, layout_engine=ImageFont.Layout.BASIC)


def width(text: str, size: int) -> float:
    """Return how wide a text is at most, in the units of its size."""
    return _font(size).getlength(text)


def wrap(text: str, size: int, room: float) -> list[str]:
    """Return the lines of a text; a word that is wider than a line is broken."""
    lines = [""]
    for word in text.split():
        while True:
            wider = f"{lines[-1]} {word}".strip()
            if width(wider, size) <= room:
                lines[-1] = wider
                break
            if lines[-1]:
                lines.append("")
                continue
            end = next(n for n in range(len(word), 0, -1) if n == 1 or width(word[:n], size) <= room)
            lines[-1], word = word[:end], word[end:]
            lines.append("")
            if not word:
                break
    return [line for line in lines if line]


def clipped(text: str, size: int, room: float) -> str:
    """Return a text as far as it has room; what is cut off leaves an ellipsis."""
    if width(text, size) <= room:
        return text
    while text and width(f"{text}…", size) > room:
        text = text[:-1]
    return f"{text.rstrip('.,:;– ')}…"


def png(svg: str) -> bytes:
    """Return a drawing as PNG."""
    return resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True, font_files=[str(FONT)])
