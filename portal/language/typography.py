"""Where lines may break: inside long words, and between which words they may not.

Texts are stored with plain spaces (`portal.language.texts`). What belongs together is held together when a page is shown, by the rules of
the language in which it stands: the sources are DIN 5008 for German, the UN editorial manual for English, ДСТУ 3582 and the
usage of Ukrainian typesetters, the UN terminology for Arabic.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from importlib.metadata import version

import pyphen

from portal.language.tries import mapped_trie

# A break is offered in long words only, and leaves at least six letters on each side: what stands there is still a word part
# that reads well.
LONG = 14
BESIDE = 6
SOFT_HYPHEN = "\u00ad"
WORD_JOINER = "\u2060"

_JOINT = re.compile(
    r"[^\W\d_]{2,}?(?:ungs|ions|heits|keits|schafts|täts|lings)(?=[^\W\d_]{5})"
    r"|(?:familien|bundes(?:tags)?|landes|menschen)(?=[^\W\d_]{5})",
    re.IGNORECASE,
)
"""The first part of a compound, by the ending that joins parts, or a first word that the patterns split (“Famili-ennachzug”)."""
_AFTER_SHORT = re.compile(r"(?<=\b[^\W\d_]{2}-)(?=\w)|(?<=\b[^\W\d_]-)(?=\w)")
"""Behind the hyphen that follows one or two letters (“E-Mail”, “EU-Staat”), which nobody would write at the end of a line."""
_LONG_WORD = re.compile(rf"[^\W\d_]{{{LONG},}}")


def _patterns() -> Iterator[tuple[str, bytes]]:
    """Yield the patterns of pyphen: their letters; where their numbers begin, then the numbers."""
    path = pyphen.LANGUAGES["de_DE"]
    return ((letters, bytes([offset, *values])) for letters, (offset, values) in pyphen.HyphDict(path).patterns.items())


class _Hyphenation(pyphen.HyphDict):
    """The patterns of pyphen in a file that processes share (`portal.language.tries`): as Python objects they take 18 MB."""

    def __init__(self) -> None:
        self._trie = mapped_trie(f"hyphenation-de-{version('pyphen')}", _patterns)
        self.patterns = self
        self.cache: dict[str, object] = {}
        self.maxlen = max(map(len, self._trie))

    def get(self, letters: str) -> tuple[int, bytes] | None:
        """Return where the numbers of a pattern begin, and its numbers; None where there is no such pattern."""
        found = self._trie.get(letters)
        return (found[0][0], found[0][1:]) if found else None


@cache
def hyphenation() -> pyphen.HyphDict:
    """Return what knows where German words may break."""
    return _Hyphenation()


def _with_breaks(match: re.Match[str]) -> str:
    word = match[0]
    if joint := _JOINT.match(word):
        # Where two words meet is where everybody breaks; each part by its own length.
        return SOFT_HYPHEN.join(_LONG_WORD.sub(_with_breaks, part) for part in (joint[0], word[joint.end() :]))
    for position in reversed(hyphenation().positions(word)):
        if BESIDE <= position <= len(word) - BESIDE:
            word = word[:position] + SOFT_HYPHEN + word[position:]
    return word


@lru_cache(maxsize=2000)
def soft_hyphens(text: str, language_code: str) -> str:
    """Return a heading with soft hyphens in long German words, so that they fit a phone; “US-Dollar” does not break behind “US-”.

    Browsers break words by themselves only where they have the dictionary. Other languages and Leichte Sprache (which writes
    its hyphens) get none.
    """
    text = _AFTER_SHORT.sub(WORD_JOINER, text)
    if language_code != "de":
        return text
    return _LONG_WORD.sub(_with_breaks, text)


# --- spaces that do not break --------------------------------------------------------------------------------------------

NO_BREAK_SPACE = "\u00a0"

# Each rule says between what a space does not break: what ends before it, one of several, and what begins after it.
_Rule = tuple[tuple[str, ...], str]
_DIGIT = r"\d"
_NUMBER = (r"\d", r"\d[a-z]")

_EVERYWHERE: tuple[_Rule, ...] = (
    ((_DIGIT,), r"\d{3}(?!\d)"),
    (("§", "[€$£№]"), _DIGIT),
    ((_DIGIT,), r"(?:[%‰€$£°]|EUR|USD|km²?|m²|cm|mm|m|kg|g|t|ha|l|[kKMG]B)(?!\w)"),
    # “§ 24 AufenthG”, “Artikel 6 GG”: an abbreviation that ends in a capital, after a number.
    (_NUMBER, r"[A-ZÄÖÜ][A-Za-zÄÖÜäöü]*[A-ZÄÖÜ]\b"),
    (("SGB", "Dublin"), r"[IVX]+\b"),
    # Neither a dash nor a stroke begins a line (“IOM / Name”).
    ((r"\S",), "[–—/] "),
)
_LAW_PARTS = ("Abs.", "Absatz", "Art.", "Artikel", "Satz", "Nr.", "Nummer", "Buchst.", "Buchstabe", "Kap.", "Kapitel", "Ziff.")
_ABBREVIATIONS = (
    "z. B.", "d. h.", "u. a.", "u. Ä.", "o. Ä.", "s. o.", "s. u.", "u. U.", "z. T.", "v. a.", "e. V.", "a. D.", "i. A.", "i. V.",
    "n. Chr.", "v. Chr.", "i. d.", "d. R.", "i. S.",
)  # fmt: skip


def _words(words: Iterable[str]) -> tuple[str, ...]:
    """Return patterns for whole words that end before a space."""
    return tuple(rf"\b{re.escape(word)}" for word in words)


_RULES: dict[str, tuple[_Rule, ...]] = {
    "de": (
        *((_words([left]), re.escape(right)) for left, right in (text.split(" ") for text in _ABBREVIATIONS)),
        ((r"\d\.",), "Januar|Jänner|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember"),
        ((_DIGIT,), r"(?:Mio|Mrd|Tsd)\.|(?:Million(?:en)?|Milliarden?|Prozent|Euro|Cent|Uhr)\b"),
        (_words(_LAW_PARTS), r"\d|[a-z]\b"),
        (_NUMBER, r"ff?\."),
        (_words(["Dr.", "Prof.", "St."]), "[A-ZÄÖÜ]"),
    ),
    "en": (
        ((_DIGIT,), "January|February|March|April|May|June|July|August|September|October|November|December"),
        ((_DIGIT,), r"(?:million|billion|thousand|per cent|percent|euros?|a\.m\.|p\.m\.)(?!\w)"),
        (_words(["Section", "section", "Article", "article", "Paragraph", "paragraph", "Art.", "No.", "p."]), _DIGIT),
        (_words(["Mr", "Ms", "Mrs", "Dr", "Mr.", "Ms.", "Mrs.", "Dr."]), "[A-Z]"),
    ),
    "uk": (
        ((_DIGIT,), "січня|лютого|березня|квітня|травня|червня|липня|серпня|вересня|жовтня|листопада|грудня"),
        ((_DIGIT,), r"(?:рр?\.|тис\.|млн|млрд|грн|євро|відсотк\w*|км|м|кг|т)(?!\w)"),
        (_words(["ст.", "стаття", "статті", "статтею", "Стаття", "п.", "ч.", "абз.", "розділ", "м.", "вул.", "с."]), r"\w"),
        # Prepositions and conjunctions of one letter do not end a line.
        ((r"\W[вузіайоВУЗІАЙО]", "^[вузіайоВУЗІАЙО]"), r"\w"),
    ),
    "ar": (
        (
            (_DIGIT,),
            "كانون|شباط|آذار|نيسان|أيار|حزيران|تموز|آب|أيلول|تشرين|يناير|فبراير|مارس|أبريل|مايو|يونيو|يوليو|أغسطس|سبتمبر|أكتوبر|نوفمبر"
            "|ديسمبر",
        ),
        ((_DIGIT,), r"(?:مليون|مليار|ألف|آلاف|يورو|في المائة|بالمائة|كم|كغ)(?!\w)"),
        (_words(["المادة", "الفقرة", "البند", "القسم", "الفصل", "رقم"]), r"[\d§]"),
    ),
}


@cache
def _pattern(language: str) -> re.Pattern[str]:
    """Return a pattern of the spaces that do not break. It begins with the space, so that nothing else is looked at."""
    rules = (
        f"(?:{'|'.join(f'(?<={ending} )' for ending in endings)})(?:{beginning})"
        for endings, beginning in (*_EVERYWHERE, *_RULES.get(language, ()))
    )
    # Nearly all other blanks are those that indent the page.
    return re.compile(rf" (?<=\S )(?=\S)(?={'|'.join(rules)})")


def hold_together(text: str, language_code: str) -> str:
    """Return a text of the same length whose spaces do not break where the rules of its language say so."""
    return _pattern(language_code.partition("-")[0]).sub(NO_BREAK_SPACE, text)
