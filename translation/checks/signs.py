"""Signs and letters: what each script writes, and what nobody sees. Quotation marks after the house styles of each language."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from . import marked
from .rules import Finding, Pair, Rule, listed

_QUOTES = re.compile("[\"„“”«»‟‹›]")
_USUAL = {"en": "“”", "uk": "«»„“", "ar": "«»“”", "de": "„“»«"}
# What ends a sentence, by what it is in German.
_ENDS = {"ar": {"?": "؟", ";": "؛", ",": "،"}}
_END_MARKS = frozenset(".?!:…؟")
_CLOSING = "”“»«\"')]’›"
_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad\u202a-\u202e\u2066-\u2069]")
_JOINERS = re.compile("[\u200c-\u200f]")
_DOUBLED = re.compile(r"\b([^\W\d_]{2,}) \1\b", re.IGNORECASE)
# Written twice for a reason.
_TWICE = {"en": {"that", "had"}, "uk": {"ледь", "от", "так"}, "ar": set()}
_WORD = re.compile(r"[^\W\d_]+")
_LATIN, _CYRILLIC = re.compile("[A-Za-z]"), re.compile("[\u0400-\u04ff]")
# A telephone number, or a range with a plain hyphen, which a right-to-left paragraph turns round.
_UNSAFE = re.compile(r"(?<![\w\u200e\u2066])(?:\+\d[\d ()/-]{5,}\d|\d+-\d+(?:-\d+)*)(?![\w\u200e])")
# Before Latin letters and digits the line is how a prefix is written.
_STRETCHED = re.compile("[\u0621-\u063f\u0641-\u064a]\u0640+[\u0621-\u063f\u0641-\u064a]")
# Their point ends no sentence.
_ABBREVIATED = re.compile(r"\b(?:Mio|Mrd|Tsd|Nr|Abs|Art|Str|usw|bzw|ca|V|Kap|etc|[ap]\.m)\.$")
_ARABIC = re.compile("[\u0621-\u064a]")


def check(pair: Pair) -> Iterator[Finding]:
    """Yield what is wrong with the signs of a translation."""
    source, target = marked.words(pair.source), marked.words(pair.target)
    for finding in (
        _doubled(target, pair.code), _quotes(source, target, pair.code), _end(source, target, pair.code), _brackets(source, target),
        _lookalikes(target), _invisible(source, target, pair.code), _direction(target, pair.code),
    ):  # fmt: skip
        if finding is not None:
            yield finding
    if pair.code == "ar" and (found := _STRETCHED.findall(target)):
        yield Finding(Rule.STRETCHED, listed(found))
    if _is_untranslated(source, target):
        yield Finding(Rule.UNTRANSLATED)


def _doubled(target: str, code: str) -> Finding | None:
    found = [match[0] for match in _DOUBLED.finditer(target) if match[1].lower() not in _TWICE.get(code, ())]
    found += re.findall(r"\S{0,20} {2,}\S{0,20}", target)
    return Finding(Rule.DOUBLED, listed(found)) if found else None


def _quotes(source: str, target: str, code: str) -> Finding | None:
    usual = _USUAL.get(code, _USUAL["en"])
    found = sorted({sign for sign in _QUOTES.findall(target) if sign not in usual})
    if not found and _QUOTES.search(source) and not re.search("[\"‘’“”«»„]", target):
        found = sorted(set(_QUOTES.findall(source)))
    return Finding(Rule.QUOTES, " ".join(found)) if found else None


def _end(source: str, target: str, code: str) -> Finding | None:
    own = _ENDS.get(code, {})
    before, after = _ends(source), _ends(target)
    if after.isdisjoint({own.get(mark, mark) for mark in before}):
        return Finding(Rule.END, f"{max(before) or '–'} / {max(after) or '–'}")
    if code == "ar" and (found := re.findall(r"[\u0621-\u064a][?;,]", target)):
        return Finding(Rule.END, listed(sorted(set(found))))
    return None


def _ends(text: str) -> set[str]:
    """Return the mark at the end of a text, inside quotation marks and brackets too; none after a word, both after “p.m.”."""
    text = text.rstrip().rstrip(_CLOSING).rstrip()
    last = text[-1:] if text[-1:] in _END_MARKS else ""
    return {last, ""} if _ABBREVIATED.search(text) else {last}


def _brackets(source: str, target: str) -> Finding | None:
    found = []
    for opening, closing in ("()", "[]"):
        before, after = (Counter(sign for sign in text if sign in opening + closing) for text in (source, target))
        # As lists are numbered: “a)”.
        if after[opening] != after[closing] and before[opening] == before[closing]:
            found.append(opening if after[opening] < after[closing] else closing)
    return Finding(Rule.BRACKETS, " ".join(found)) if found else None


def _lookalikes(target: str) -> Finding | None:
    found = [word for word in _WORD.findall(target) if _LATIN.search(word) and _CYRILLIC.search(word)]
    return Finding(Rule.LOOKALIKES, listed(found)) if found else None


def _invisible(source: str, target: str, code: str) -> Finding | None:
    found = set(_INVISIBLE.findall(target)) | (set() if code == "ar" else set(_JOINERS.findall(target)))
    found -= set(source)
    return Finding(Rule.INVISIBLE, listed(f"U+{ord(sign):04X}" for sign in sorted(found))) if found else None


def _direction(target: str, code: str) -> Finding | None:
    if code != "ar" or not _ARABIC.search(target):
        return None
    found = _UNSAFE.findall(target)
    return Finding(Rule.DIRECTION, listed(found)) if found else None


def _is_untranslated(source: str, target: str) -> bool:
    """Return whether a text of several words that are no names is the German one."""
    small = [word for word in source.split() if word[:1].islower()]
    return source.strip() == target.strip() and len(small) >= 2
