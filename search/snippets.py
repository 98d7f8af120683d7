"""Snippets: the passages of a page that answer, with the words that made it a hit.

The same analysis marks them that found them, so inflected forms and compounds are marked too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from . import analysis
from .analysis.tokens import fold

LENGTH = 240
"""How many characters a snippet has, about."""

_WORD = re.compile(r"[^\W_]+(?:[:*_·/’ʼ'`´.,()‐‑-]+[^\W_]+)*\)?")
_SENTENCE_END = re.compile(r"(?<=[.!?…؟])\s+|\n")


@dataclass(frozen=True)
class Segment:
    """A piece of text that is marked or not."""

    text: str
    marked: bool = False


def highlight(text: str, terms: set[str], language: str, in_every_word: bool = True) -> list[Segment]:
    """Return a text in segments, those words marked whose term, or the term of a part of theirs, is among `terms`.

    Not `in_every_word`: only in those that look like one of the terms.
    """
    segments: list[Segment] = []
    position = 0
    looks = None if in_every_word else _looks(frozenset(terms))
    for match in _WORD.finditer(text):
        if (looks is not None and not looks(match[0])) or _terms(match[0], language).isdisjoint(terms):
            continue
        if match.start() > position:
            segments.append(Segment(text[position : match.start()]))
        segments.append(Segment(match[0], marked=True))
        position = match.end()
    if position < len(text):
        segments.append(Segment(text[position:]))
    return segments


# Letters of all alphabets that the portal is written in, without their marks; apostrophes inside words are nothing.
_FOLDED = {code: fold(chr(code).lower()) for code in range(0xC0, 0x700)} | dict.fromkeys(map(ord, "’ʼ'`´"), "")


# Few: each holds words of its own, and hardly anybody asks again what was asked long ago.
@lru_cache(maxsize=8)
def _looks(terms: frozenset[str]) -> Callable[[str], bool]:
    """Return a function that tells whether a word may have one of the terms, without analysing it: that costs most of a page of results.

    It holds the beginning of the term, as words and compounds do whatever their form; or it is short and begins with the same letter,
    as irregular forms do (geben, gibt); or it has a digit.
    """
    beginnings = {term[:3] for term in terms}
    beginnings |= {start.replace(vowel, f"{vowel}e", 1)[:3] for start in beginnings for vowel in "aou" if vowel in start}
    pattern = re.compile("|".join([*map(re.escape, sorted(beginnings)), r"\d"]))
    firsts = {term[:1] for term in terms}

    @lru_cache(maxsize=2_000)
    def looks(word: str) -> bool:
        folded = word.lower() if word.isascii() else word.lower().translate(_FOLDED)
        return pattern.search(folded) is not None or (len(folded) < 9 and folded[:1] in firsts)

    return looks


@lru_cache(maxsize=30_000)
def _terms(word: str, language: str) -> frozenset[str]:
    """Return the terms of a word as it is written. Kept: a page of results has thousands of words, most of them again and again."""
    found: set[str] = set()
    for part in analysis.words(word, language):
        found.add(part.term)
        found.update(part.all_parts)
    return frozenset(found)


def snippet(text: str, weights: dict[str, float], language: str, stems: str | None = None) -> list[Segment]:
    """Return the sentences of a text that say most about a query, in their order; nothing where none does.

    `weights` are the query's terms with what each counts. With the `stems` of a document, words that look like none of them are not
    analysed, unless one of the terms stands in the document and in no word that looks like it.
    """
    terms = set(weights)
    sentences = [sentence for sentence in _SENTENCE_END.split(text) if sentence.strip()]
    in_every_word = stems is None
    answers = [held(sentence, terms, language, in_every_word) for sentence in sentences]
    if stems is not None and any(f" {term} " in stems for term in terms.difference(*answers)):
        in_every_word = True
        answers = [held(sentence, terms, language) for sentence in sentences]
    chosen: list[int] = []
    missing = dict(weights)
    size = 0
    while size < LENGTH and len(chosen) < 3:
        best, value = -1, 0.0
        for number, own in enumerate(answers):
            gain = sum(missing.get(term, 0.0) for term in own) + 0.05 * len(own)
            if number not in chosen and own and gain > value + 1e-9:
                best, value = number, gain
        if best < 0 or (chosen and value < 0.2):
            break
        chosen.append(best)
        size += len(sentences[best])
        for term in answers[best]:
            missing.pop(term, None)
    segments: list[Segment] = []
    for place, number in enumerate(sorted(chosen)):
        marked = highlight(sentences[number].strip(), terms, language, in_every_word)
        piece = _cut(marked, LENGTH // max(1, min(2, len(chosen))) + 40)
        if place and not segments[-1].text.endswith("…"):
            segments.append(Segment(" …"))
        if place and not piece[0].text.startswith("…"):
            segments.append(Segment(" "))
        segments += piece
    return segments


def held(text: str, terms: set[str], language: str, in_every_word: bool = True) -> set[str]:
    """Return those of the terms that stand in a text; not `in_every_word`: those that stand in words which look like one of them."""
    found: set[str] = set()
    words = _WORD.findall(text)
    for word in words if in_every_word else filter(_looks(frozenset(terms)), words):
        if not (own := _terms(word, language)).isdisjoint(terms):
            found |= own & terms
    return found


def _cut(segments: list[Segment], most: int) -> list[Segment]:
    """Return at most about `most` characters around the first marked word, cut between words."""
    whole = sum(len(segment.text) for segment in segments)
    if whole <= most:
        return segments
    before = 0
    for segment in segments:
        if segment.marked:
            break
        before += len(segment.text)
    start = max(0, min(before - most // 3, whole - most))
    cut: list[Segment] = []
    position = 0
    for segment in segments:
        end = position + len(segment.text)
        left, right = max(start - position, 0), min(start + most, end) - position
        piece = segment.text[left:right] if right > left else ""
        if piece and not segment.marked:
            if left and start > position:
                piece = piece.partition(" ")[2] if " " in piece else piece
            if right < len(segment.text):
                piece = piece.rpartition(" ")[0] if " " in piece else piece
        if segment.marked and piece != segment.text:
            piece = segment.text if right > 0 and left < len(segment.text) else ""
        if piece:
            cut.append(Segment(piece, segment.marked))
        position = end
    if start > 0:
        cut.insert(0, Segment("… "))
    if start + most < whole:
        cut.append(Segment(" …"))
    return cut


def plain(segments: Iterable[Segment]) -> str:
    """Return the text of segments."""
    return "".join(segment.text for segment in segments)
