"""Addresses by the rules of each language.

A slug is made once, when a page is first published in a language, from its title; afterwards only a person changes it,
and a redirect stays (`portal.pages.redirects`).
"""

from __future__ import annotations

import re

from anyascii import anyascii
from wagtail.coreutils import find_available_slug
from wagtail.models import Page

from portal.language.languages import RESERVED_SLUGS

MAX_LENGTH = 80

# Letters that a language writes out in ASCII; what stands in no table is transliterated.
# Ukrainian: the official table (resolution of the Cabinet of Ministers no. 55 of 27 January 2010), lower case.
_LETTERS = {
    "uk": str.maketrans(
        dict(zip("абвгґдеєжзиіїйклмнопрстуфхцчшщьюя", (
            "a", "b", "v", "h", "g", "d", "e", "ie", "zh", "z", "y", "i", "i", "i", "k", "l", "m", "n", "o", "p", "r", "s", "t",
            "u", "f", "kh", "ts", "ch", "sh", "shch", "", "iu", "ia",
        ), strict=True))
    ),  # fmt: skip
    # Arabic: the letters that carry a long vowel or a hamza, and the ayn, which a transliteration sign by sign leaves out.
    "ar": str.maketrans({"ع": "a", "ا": "a", "أ": "a", "إ": "i", "آ": "a", "ٱ": "a", "ؤ": "u", "ئ": "i"}),
    "de": str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "ẞ": "SS"}),
}

# In the same table: how these letters stand at the beginning of a word.
_FIRST_LETTERS = {"uk": {"є": "ye", "ї": "yi", "й": "y", "ю": "yu", "я": "ya"}}

# A gender sign inside a word (Migrant:innen, Bürger*innen, Kolleg_innen, Leser/-innen) becomes a hyphen, so that the
# word does not turn into the feminine form alone. A capital I inside a word is the same sign.
_GENDER_SIGN = re.compile(r"(?<=\w)(?::|\*|_|/-?|·)(?=[a-zäöüß])")
_INNER_CAPITAL = re.compile(r"(?<=[a-zäöüß])I(?=nn?(?:en)?\b)")
_NOT_ASCII_WORD = re.compile(r"[^a-z0-9]+")
# Signs that stand inside a word and vanish in the address: apostrophes, soft hyphens, full stops in abbreviations.
_SILENT = re.compile("[’ʼ'`´\u00ad\u200b]")


def slug_for_title(title: str, language_code: str) -> str:
    """Return the slug for a title in a language: ASCII, lower case, at most `MAX_LENGTH` characters, whole words.

    German writes ä, ö, ü, ß as ae, oe, ue, ss and turns gender signs into hyphens. No word is left out. A title
    without any letter or digit gives the empty string.
    """
    base_code = language_code.split("-")[0]
    text = _SILENT.sub("", title)
    if base_code == "de":
        text = _INNER_CAPITAL.sub("-i", _GENDER_SIGN.sub("-", text))
    if first_letters := _FIRST_LETTERS.get(base_code):
        text = re.sub(r"\b[єїйюя]", lambda match: first_letters[match[0]], text.lower())
    # The transliteration of a soft sign is an apostrophe: silent too.
    text = _SILENT.sub("", anyascii(text.translate(_LETTERS.get(base_code, {})))).lower()
    slug = _NOT_ASCII_WORD.sub("-", text).strip("-")
    if len(slug) <= MAX_LENGTH:
        return slug
    head, hyphen, _rest = slug[: MAX_LENGTH + 1].rpartition("-")
    return head if hyphen else slug[:MAX_LENGTH]


def is_made_from(slug: str, base: str) -> bool:
    """Return whether `slug` is `base`, or `base` with the number that makes it unique among its siblings."""
    return bool(base) and re.fullmatch(rf"{re.escape(base)}(-\d+)?", slug) is not None


def is_reserved(slug: str, parent: Page | None) -> bool:
    """Return whether a page below another one would lie at an address that the portal's own views answer."""
    return parent is not None and parent.depth == 2 and slug in RESERVED_SLUGS


def available_slug(parent: Page, slug: str, ignore_page_id: int | None = None) -> str:
    """Return a slug that is free below a page, with a number where a sibling or a view of the portal has it."""
    found = find_available_slug(parent, slug, ignore_page_id)
    return find_available_slug(parent, f"{slug}-1", ignore_page_id) if is_reserved(found, parent) else found
