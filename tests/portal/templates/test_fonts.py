"""The fonts: each has all letters of its language, in all weights that the styles ask for."""

from __future__ import annotations

import json
import re
import unicodedata

import polib
import pytest
from django.conf import settings
from fontTools.ttLib import TTFont

from portal.language.languages import LANGUAGES, Language
from portal.serving import styles

FOLDER = settings.BASE_DIR / "portal/static/portal/fonts"
SCRIPTS = {"uk": "CYRILLIC", "ar": "ARABIC"}


def texts_of(language: Language) -> str:
    """Return all texts of a language: its content, and its catalog."""
    records = (settings.BASE_DIR / "content" / language.code).rglob("*.json")
    content = [json.dumps(json.loads(path.read_text(encoding="utf-8")), ensure_ascii=False) for path in records]
    catalogs = (settings.BASE_DIR / "locale" / language.code.replace("de-simple", "de_Simple")).rglob("*.po")
    return "".join([*content, *(entry.msgstr for path in catalogs for entry in polib.pofile(str(path)))])


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
def test_no_letter_of_a_language_is_missing_in_its_font(language: Language) -> None:
    """Letters of its own script, digits, and marks."""
    script = SCRIPTS.get(language.code, "LATIN")
    texts = texts_of(language)
    wanted = {
        letter
        for letter in texts
        if unicodedata.category(letter)[0] in "NPSM" or (letter.isalpha() and unicodedata.name(letter, "").startswith(script))
    }
    # Arabic pages have Latin names, in the system's font, and whatever belongs to these and to addresses.
    wanted -= set("#$&'<>?@\\^_`{}~\"†‡") if script == "ARABIC" else set()
    known = TTFont(FOLDER / language.font).getBestCmap()
    assert len(wanted) > 50
    missing = {letter: texts.count(letter) for letter in wanted if ord(letter) not in known}
    assert missing == {}


def test_fonts_have_the_weights_that_the_styles_ask_for() -> None:
    sheet = styles.joined()
    asked = [int(weight) for weight in re.findall(r"(?:font-weight|--bold|--w-heading):(\d+)", re.sub(r"@font-face\{[^}]*\}", "", sheet))]
    declared = re.findall(r"font-weight:(\d+ \d+);font-display:swap;src:url\('\.\./fonts/([^']+)'\)", sheet)
    found = {name: weights for weights, name in declared}
    assert found.keys() == {path.name for path in FOLDER.glob("*.woff2")}
    for name, weights in found.items():
        (axis,) = TTFont(FOLDER / name)["fvar"].axes
        assert weights == f"{axis.minValue:.0f} {axis.maxValue:.0f}", name
        # Arabic has no letters thinner than 400: thin figures would cost a quarter of the file.
        assert axis.minValue <= (400 if name == "vazirmatn-arabic.woff2" else min(asked)), name
        assert axis.maxValue >= max(asked), name
