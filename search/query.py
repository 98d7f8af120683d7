"""What a visitor asks for: words, phrases, exclusions, in the terms of the language that is searched."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from . import analysis
from .analysis import Word, tokens

MAX_LENGTH = 200
MAX_WORDS = 24

_QUOTED = re.compile("\"([^\"]+)\"|„([^“”\"]+)[“”\"]|“([^”\"]+)[”\"]|«([^»]+)»|»([^«]+)«")
_EXCLUDED = re.compile(r"(?<!\S)[-−](?=[^\W_])(\S+)")

PART_WEIGHT = 0.5
SYNONYM_WEIGHT = 0.7


@dataclass(frozen=True)
class Alternative:
    """Terms which, all together, stand for something that was asked; `weight` is what each counts.

    A synonym counts as much as one word, however many it consists of.
    """

    terms: tuple[str, ...]
    weight: float = 1.0
    is_synonym: bool = False


@dataclass(frozen=True)
class Concept:
    """One thing that was asked: a word, or several that mean one thing, with all that may stand for it."""

    words: tuple[Word, ...]
    alternatives: tuple[Alternative, ...]

    @property
    def terms(self) -> set[str]:
        """Return all terms of all alternatives."""
        return {term for alternative in self.alternatives for term in alternative.terms}


@dataclass(frozen=True)
class Query:
    """A query in the terms of a language."""

    text: str
    language: str
    concepts: tuple[Concept, ...] = ()
    sequence: tuple[str, ...] = ()
    """The terms of all words in their order, stopwords too."""
    phrases: tuple[tuple[str, ...], ...] = ()
    excluded: tuple[str, ...] = ()

    @property
    def terms(self) -> set[str]:
        """Return all terms that make a document match."""
        return set().union(*(concept.terms for concept in self.concepts)) if self.concepts else set()

    def __bool__(self) -> bool:
        """Return whether anything is asked for."""
        return bool(self.concepts)


def clean(text: str) -> str:
    """Return what was typed without what no database takes, blanks made one, at most `MAX_LENGTH` characters."""
    return " ".join(tokens.clean(text[: 4 * MAX_LENGTH]).split())[:MAX_LENGTH].strip()


@dataclass
class _Text:
    words: list[Word] = field(default_factory=list)
    phrases: list[tuple[str, ...]] = field(default_factory=list)


def parse(text: str, language: str, synonyms: dict[tuple[str, ...], list[tuple[str, ...]]] | None = None) -> Query:
    """Return what a cleaned text asks for.

    Quotation marks of any kind that come in pairs make a phrase, and a minus sign before a word, after a blank, excludes it where
    something else is asked for. All other signs mean nothing. `synonyms` are the sets of expressions, in terms, by each of them.
    """
    rest = text
    phrases: list[str] = []
    words: list[Word] = []
    excluded = [word.term for match in _EXCLUDED.finditer(_QUOTED.sub(" ", text)) for word in analysis.words(match[1], language)]
    if excluded:
        without = _EXCLUDED.sub(" ", text)
        if any(True for _word in analysis.words(without, language)):
            rest = without
        else:
            excluded = []
    position = 0
    for match in _QUOTED.finditer(rest):
        words += analysis.words(rest[position : match.start()], language)
        quoted = list(analysis.words(next(group for group in match.groups() if group), language))
        if len(quoted) > 1:
            phrases.append(tuple(word.term for word in quoted))
        words += quoted
        position = match.end()
    words += analysis.words(rest[position:], language)
    words = words[:MAX_WORDS]
    telling = [word for word in words if not word.is_stopword]
    quoted_terms = {term for phrase in phrases for term in phrase}
    return Query(
        text,
        language,
        concepts=tuple(_concepts(telling or words, language, synonyms or {}, quoted_terms)),
        sequence=tuple(word.term for word in words),
        phrases=tuple(phrases),
        excluded=tuple(dict.fromkeys(excluded)),
    )


def _concepts(
    words: Sequence[Word], language: str, synonyms: dict[tuple[str, ...], list[tuple[str, ...]]], quoted: set[str]
) -> Iterable[Concept]:
    longest = max(map(len, synonyms), default=0)
    seen: set[tuple[str, ...]] = set()
    position = 0
    while position < len(words):
        span: tuple[Word, ...] = (words[position],)
        others: list[tuple[str, ...]] = []
        for size in range(min(longest, len(words) - position), 0, -1):
            key = tuple(word.term for word in words[position : position + size])
            if key in synonyms:
                span, others = tuple(words[position : position + size]), synonyms[key]
                break
        own = tuple(word.term for word in span)
        if own not in seen:
            seen.add(own)
            alternatives = [Alternative(own)]
            for word in span:
                if word.parts and len(span) == 1 and word.term not in quoted:
                    alternatives.append(Alternative(word.parts, PART_WEIGHT))
            if len(span) == 1 and word.term not in quoted:
                alternatives += [Alternative((joined,)) for joined in _joined(words, position, language)]
            alternatives += [Alternative(other, SYNONYM_WEIGHT / len(other), is_synonym=True) for other in others if other != own]
            yield Concept(span, tuple(alternatives))
        position += len(span)


def _joined(words: Sequence[Word], position: int, language: str) -> list[str]:
    """Return the terms of a word written together with its neighbours: “Rück kehr”, “Starthilfe Plus”."""
    found = []
    for left in (position - 1, position):
        if 0 <= left < len(words) - 1:
            together = words[left].surface + words[left + 1].surface
            if len(together) > 5 and together.isalpha():
                found.append(analysis.term(together, analysis.base_language(language)))
    return found


def corrected(query: Query, corrections: dict[str, str], synonyms: dict[tuple[str, ...], list[tuple[str, ...]]]) -> Query:
    """Return the query with words replaced by others, as a visitor would have typed it."""
    text = query.text
    for wrong, right in corrections.items():
        text = re.sub(rf"(?<!\w){re.escape(wrong)}(?!\w)", lambda _match, right=right: right, text, flags=re.IGNORECASE)
    return replace(parse(text, query.language, synonyms), text=text)
