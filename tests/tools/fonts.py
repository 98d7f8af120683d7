"""Cuts the portal's fonts to the letters of each language, so that the first view of a page fetches one of them.

    python -m tests.tools.fonts SourceSans3VF-Upright.ttf 'Vazirmatn[wght].ttf'

The two are the variable fonts as their makers publish them (npm: source-sans 3.52.0, vazirmatn 33.0.3). What is made from them lies in
`portal/static/portal/fonts`, and `portal/styles/fonts.css` names it. The cut of Source Sans has a name of its own, as its licence asks.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

ROOT = Path(__file__).resolve().parents[2]
FOLDER, SHEET = ROOT / "portal" / "static" / "portal" / "fonts", ROOT / "portal" / "styles" / "fonts.css"

_ASCII = "".join(map(chr, range(0x20, 0x7F)))
_MARKS = "\u00a0\u00ad§©«»°·–—‘’‚“”„…‹›€−×\u2009\u200b\u2011\u202f"
_GERMAN = _ASCII + _MARKS + "ÄÖÜäöüßẞÀÁÂÇÈÉÊËÍÎÏÑÓÔÚÛàáâçèéêëíîïñóôúû½¼²³→←↑↓"
_EXTENDED = "".join(map(chr, (*range(0xC0, 0x180), 0x18F, *range(0x218, 0x21C), 0x259))) + "ḌḍḤḥḪḫṢṣṬṭẒẓʾʿ"
_CYRILLIC = "".join(map(chr, range(0x410, 0x450))) + "ҐґЄєІіЇїЁё№₴ʼ\u0301"
_ARABIC = "".join(map(chr, (*range(0x621, 0x63B), *range(0x640, 0x653), *range(0x660, 0x66E), 0x670, 0x671))) + "،؛؟پچژڤکگی"
_JOINERS = "\u200c\u200d\u200e\u200f\u2066\u2067\u2068\u2069"
_FEATURES = ["calt", "ccmp", "fina", "init", "kern", "liga", "locl", "mark", "medi", "mkmk", "rlig"]


@dataclass(frozen=True)
class Cut:
    """A font file: its family in the style sheet, from which of the two it comes, its characters, its weights; whether it is asked for by
    its characters alone. The others are those of a language, which its pages want in any case."""

    name: str
    family: str
    source: int
    characters: str
    weights: tuple[int, int]
    has_range: bool = False


CUTS = (
    Cut("portal-sans-latin", "Portal Sans", 0, _GERMAN, (200, 750)),
    Cut("portal-sans-cyrillic", "Portal Sans Cyrillic", 0, _ASCII + _MARKS + _CYRILLIC + "ÄÖÜäöüßé", (200, 750)),
    # Names in other Latin alphabets: fetched by the few pages that have one.
    Cut("portal-sans-extended", "Portal Sans Extended", 0, "".join(sorted(set(_EXTENDED) - set(_GERMAN))), (200, 750), has_range=True),
    Cut("vazirmatn-arabic", "Vazirmatn", 1, _ARABIC + _JOINERS + _MARKS + " 0123456789!%()*+,-./:;=[]|", (400, 750)),
)
_ASCENT, _DESCENT = 1024, 400
"""Thousandths of the size of type: the height of a line as all browsers had it from the files of before."""
_STAND_INS = (
    ("Arial", "200 500", ("Arial", "Liberation Sans", "Helvetica"), 0.947),
    ("Arial", "501 900", ("Arial Bold", "Liberation Sans Bold", "Helvetica Bold"), 0.915),
    ("Roboto", "200 500", ("Roboto", "Segoe UI"), 0.944),
    ("Roboto", "501 900", ("Roboto Bold", "Segoe UI Bold"), 0.95),
)
"""Fonts of systems that stand in until ours has come, and how wide ours are beside them (by the widths of the letters and their frequency
in the German content, at 400 and 650): scaled so, lines break in the same places."""


def cut(source: Path, wanted: Cut, target: Path) -> list[int]:
    """Write a cut of a font and return its characters, without those that the font lacks."""
    font = TTFont(source)
    options = Options(layout_features=_FEATURES, hinting=False, name_IDs=[0, 1, 2, 6, 13, 14], notdef_outline=True)
    subsetter = Subsetter(options)
    subsetter.populate(text=wanted.characters)
    subsetter.subset(font)
    font = instancer.instantiateVariableFont(font, {"wght": wanted.weights})
    if wanted.source == 0:
        for record in font["name"].names:
            if record.nameID in {1, 6}:
                record.string = wanted.family if record.nameID == 1 else wanted.family.replace(" ", "")
        font["hhea"].ascent, font["hhea"].descent = font["OS/2"].sTypoAscender, font["OS/2"].sTypoDescender = _ASCENT, -_DESCENT
        font["OS/2"].fsSelection |= 1 << 7
    font.flavor = "woff2"
    font.save(target)
    return sorted(font.getBestCmap())


def ranges(characters: list[int]) -> str:
    """Return characters as `unicode-range` has them."""
    found: list[list[int]] = []
    for character in characters:
        if found and found[-1][1] == character - 1:
            found[-1][1] = character
        else:
            found.append([character, character])
    return ",".join(f"U+{first:X}" if first == last else f"U+{first:X}-{last:X}" for first, last in found)


def main(arguments: list[str]) -> None:
    """Write fonts and style sheet, and print the size of each font."""
    lines = ["/* The fonts of each language, made by tests/tools/fonts.py together with the files. */"]
    for wanted in CUTS:
        target = FOLDER / f"{wanted.name}.woff2"
        characters = cut(Path(arguments[wanted.source]), wanted, target)
        weights = f"{wanted.weights[0]} {wanted.weights[1]}"
        asked_for = f";unicode-range:{ranges(characters)}" if wanted.has_range else ""
        lines.append(
            f"@font-face{{font-family:'{wanted.family}';font-weight:{weights};font-display:swap;"
            f"src:url('../fonts/{wanted.name}.woff2') format('woff2'){asked_for}}}"
        )
        print(f"{wanted.name}: {target.stat().st_size} bytes, {len(characters)} characters")
    for name, weights, files, size in _STAND_INS:
        local = ",".join(f"local('{file}')" for file in files)
        lines.append(
            f"@font-face{{font-family:'Like {name}';font-weight:{weights};src:{local};size-adjust:{size:.1%};"
            f"ascent-override:{_ASCENT / size / 1000:.1%};descent-override:{_DESCENT / size / 1000:.1%};line-gap-override:0%}}"
        )
    SHEET.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
