"""How far two spellings are from each other, as fingers and eyes see it, and which words mean the opposite of each other."""

from __future__ import annotations

import os

from rapidfuzz.distance import DamerauLevenshtein

from . import analysis
from .analysis import tokens
from .analysis.keyboards import neighbours

MIN_LENGTH = 5
"""Shorter words are too much alike to be told apart by a letter."""

LONG = 8
"""From so many letters on, two may be wrong."""

MARK, DOUBLED, NEIGHBOUR, SWAPPED, LEFT_OUT, LETTER = 0.2, 0.5, 0.7, 0.7, 0.9, 1.0
"""What it costs to mistake a letter for itself with a mark, one letter for two, a key for the next, to swap two, to leave one out, to
mistake any other."""

FIRST = 0.3
"""What is added where the first letter is wrong: it seldom is."""

# Beginnings that give one stem directions or sides which exclude each other, and those that turn a word into its opposite, also as
# they are misspelt: ilegal.
_SIDES_TEXT = """
    ein aus an ab auf zu hin her weg vor nach rück über unter mit be ent er ver im em e ex in out up down pre post
    в ви у від при за з до ім е
"""
_NEGATIONS_TEXT = "un in il im ir miss mis dis des non nicht anti gegen ab не без проти لا غير عدم"
_SIDES = frozenset(map(tokens.fold, _SIDES_TEXT.split()))
_NEGATIONS = frozenset(map(tokens.fold, _NEGATIONS_TEXT.split()))
_CUT_NEGATIONS = frozenset("iun")


def most_edits(typed: str) -> int:
    """Return how many letters of a word may be wrong: none below five, one up to seven, two beyond."""
    length = len(tokens.fold(typed))
    return 0 if length < MIN_LENGTH else 1 if length < LONG else 2


def edits(typed: str, word: str, most: int) -> int:
    """Return how many letters of a word were typed wrong, `most` + 1 where it is more; marks count for nothing, nor ae for ä."""
    folded = tokens.fold(typed)
    spellings = {tokens.fold(word), tokens.fold(word.translate(tokens.DIGRAPHS))}
    return min(DamerauLevenshtein.distance(folded, spelling, score_cutoff=most) for spelling in spellings)


def cost(typed: str, word: str, language: str) -> float:
    """Return how unlikely it is that somebody types a word so: 0 for the word itself."""
    return min(_cost(typed, spelling, language) for spelling in {word, word.translate(tokens.DIGRAPHS)})


def _cost(typed: str, word: str, language: str) -> float:
    """Return the restricted Damerau-Levenshtein distance (Boytsov 2011, 2.2) with the weights above."""
    near = neighbours(language)
    before: list[float] = []
    last = [LETTER * place for place in range(len(word) + 1)]
    for row, letter in enumerate(typed, 1):
        current = [LETTER * row]
        for column, other in enumerate(word, 1):
            extra = DOUBLED if row > 1 and letter == typed[row - 2] else LETTER
            missing = DOUBLED if column > 1 and other == word[column - 2] else LEFT_OUT
            best = min(last[column] + extra, current[column - 1] + missing, last[column - 1] + _change(letter, other, near))
            if row > 1 and column > 1 and letter == word[column - 2] and typed[row - 2] == other and letter != other:
                best = min(best, before[column - 2] + SWAPPED)
            current.append(best)
        before, last = last, current
    first = FIRST if tokens.fold(typed[:1]) != tokens.fold(word[:1]) else 0.0
    return last[-1] + first


def _change(letter: str, other: str, near: frozenset[tuple[str, str]]) -> float:
    if letter == other:
        return 0.0
    one, two = tokens.fold(letter), tokens.fold(other)
    return MARK if one == two else NEIGHBOUR if (one, two) in near else LETTER


def are_opposed(typed: str, word: str, language: str) -> bool:
    """Return whether two words differ in a beginning that turns one into the opposite of the other: legal, illegal; Einreise, Ausreise.

    Inflected forms are compared by their base forms too.
    """
    base = analysis.base_language(language)
    pairs = ((typed, word), (analysis.term(typed, base), analysis.term(word, base)))
    return any(_differ_in_beginning(tokens.fold(left), tokens.fold(right)) for left, right in pairs)


def _differ_in_beginning(typed: str, word: str) -> bool:
    shared = len(os.path.commonprefix([typed[::-1], word[::-1]]))
    # The end that they share may begin with a letter of both beginnings.
    for size in range(shared, max(2, shared - 2), -1):
        one, other = typed[: len(typed) - size], word[: len(word) - size]
        if one != other and one in _SIDES and other in _SIDES:
            return True
        if not other and (one in _NEGATIONS or (one in _CUT_NEGATIONS and one != word[0])):
            return True
        if not one and other in _NEGATIONS:
            return True
    return False
