"""From text to words: one spelling for what readers do not tell apart.

Everything that leaves this module consists of letters and digits alone, so that no database sees syntax in it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

# Harakat, dagger alif, tatweel: readers write Arabic without them.
_ARABIC_MARKS = re.compile("[\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed]")
_DIGITS = str.maketrans({chr(start + digit): str(digit) for start in (0x0660, 0x06F0) for digit in range(10)})
# Soft hyphens, zero-width and direction marks stand inside words and mean nothing to a search.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_APOSTROPHES = re.compile("[’ʼ'`´‘](?<=[^\\W\\d_].)(?=[^\\W\\d_])")
_UNWANTED = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")

# Gender marks: Migrant:innen, Mitarbeiter*in, Antragsteller/-innen, jede_r, MigrantInnen, Lehrer(in).
_GENDER_ENDING = "innen|in|r|n|e|er|en|frauen|frau"
# Each begins with the letter that is rare, and looks back from there: all text of all pages is searched.
_GENDER_MARK = re.compile(rf"[:*_·•/](?<=\w.)(?:(?<=/)-)?(?=(?:{_GENDER_ENDING})(?!\w))", re.IGNORECASE)
_GENDER_BRACKET = re.compile(r"\((?<=\w\()(-?(?:innen|inn|in|r|n|e|er|en))\)")
_INNER_CAPITAL = re.compile(r"In(?<=[a-zäöüß]In)(?=(?:nen)?(?!\w))")

_DATE = re.compile(r"(?<![\w.])(\d{1,2})\.\s?(\d{1,2})\.\s?((?:19|20)\d\d)(?!\w)|(?<!\w)((?:19|20)\d\d)-(\d\d)-(\d\d)(?!\w)")
_THOUSANDS = re.compile("(?<![\\w.,])\\d{1,3}(?:([.,’'\u00a0\u202f ])\\d{3})(?:\\1\\d{3})*(?![\\w])")
_WORD = re.compile(r"\d+(?:[.,]\d+)+|[^\W_]+(?:[-‐‑][^\W_]+)*")
_HUMP = re.compile(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ][a-zäöüß])")

DIGRAPHS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
"""How umlauts are typed where a keyboard has none."""

PLAIN_VOWELS = str.maketrans("äöü", "aou")

MAX_WORD = 60
"""Longer strings are no words; they are cut, alike in pages and queries."""

# Letters whose mark does not come off by decomposition, and Arabic ones that are typed for each other.
_LETTERS = str.maketrans(
    {"ß": "ss", "ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ı": "i"}
    | {"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ئ": "ي", "ؤ": "و", "ة": "ه"}
)


def clean(text: str) -> str:
    """Return text without what no database takes (NUL, lone surrogates) and without invisible marks, composed (NFKC)."""
    return unicodedata.normalize("NFKC", _INVISIBLE.sub("", _UNWANTED.sub(" ", text)))


def fold(word: str) -> str:
    """Return a word, or a text of words, without the marks on its letters."""
    if word.isascii():
        return word
    decomposed = unicodedata.normalize("NFD", word.translate(_LETTERS))
    # Looked up once for each letter that there is: a dictionary's words come as one text.
    marks = {ord(letter): None for letter in set(decomposed) if unicodedata.category(letter) == "Mn"}
    return unicodedata.normalize("NFC", decomposed.translate(marks) if marks else decomposed)


def without_apostrophes(text: str) -> str:
    """Return text without the apostrophes inside its words, of which Ukrainian keyboards know several."""
    return _APOSTROPHES.sub("", text)


def _date_words(match: re.Match[str], months: tuple[str, ...]) -> str:
    day, month, year = (match[1], match[2], match[3]) if match[1] else (match[6], match[5], match[4])
    if not 1 <= int(month) <= len(months) or not 1 <= int(day) <= 31:
        return match[0]
    return f"{int(day)} {months[int(month) - 1]} {year}"


def _number(match: re.Match[str]) -> str:
    return re.sub(r"\D", "", match[0])


def without_gender_marks(text: str) -> str:
    """Return German text with the words that gender marks stand in written as one: Migrant:innen, MigrantInnen as Migrantinnen."""
    text = _GENDER_MARK.sub("", text)
    text = _GENDER_BRACKET.sub(lambda match: match[1].lstrip("-"), text)
    return _INNER_CAPITAL.sub("in", text)


def normalize(text: str, language: str, months: tuple[str, ...] = ()) -> str:
    """Return text with one spelling for gender marks, numbers, dates, apostrophes and Arabic letters.

    `months` are the names of the twelve months, with which dates in digits are written out.
    """
    text = clean(text)
    if language == "de":
        text = without_gender_marks(text)
    text = without_apostrophes(text)
    if max(text, default="") >= "\u0600":
        text = _ARABIC_MARKS.sub("", text).translate(_DIGITS)
    if months:
        text = _DATE.sub(lambda match: _date_words(match, months), text)
    return _THOUSANDS.sub(_number, text)


def words(normalized: str) -> Iterator[str]:
    """Yield each word of a normalized text; words joined by a hyphen, and a decimal number, are one."""
    for match in _WORD.finditer(normalized):
        yield match[0]


def pieces(word: str) -> list[str]:
    """Return the words that a hyphen or an inner capital joins in one, in lower case; the word itself if there is only one."""
    if word[0].isdigit() and not word[-1].isalpha() and "-" not in word:
        return [word[:MAX_WORD].replace(".", "d").replace(",", "d")]
    found = [piece for part in re.split("[-‐‑]", word) for piece in _HUMP.split(part) if piece]
    return [piece.lower()[:MAX_WORD] for piece in found]
