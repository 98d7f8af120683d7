"""Terms: which renderings of a German term the portal does not use (`terms.tsv`), and what one page says in two ways."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from . import marked
from .rules import Finding, Pair, Rule, listed


@dataclass(frozen=True)
class Term:
    """A German term, how the portal says it in a language, and how it does not."""

    source: re.Pattern[str]
    term: str
    rejected: tuple[str, ...]


@cache
def _terms() -> dict[str, list[Term]]:
    found: dict[str, list[Term]] = defaultdict(list)
    lines = (Path(__file__).parent / "terms.tsv").read_text(encoding="utf-8").splitlines()[1:]
    for source, code, term, rejected in (line.split("\t") for line in lines):
        # German endings follow; another word may not.
        names = "|".join(re.escape(name) for name in source.split(", "))
        found[code].append(Term(re.compile(rf"\b(?:{names})(?:e?[nsr]|es)?\b"), term, tuple(rejected.split("; "))))
    return found


def check(pair: Pair) -> Iterator[Finding]:
    """Yield the rejected renderings of terms that stand in the German text."""
    source, target = marked.words(pair.source), marked.words(pair.target)
    found = []
    for term in _terms().get(pair.code, ()):
        if not term.source.search(source):
            continue
        rest = target
        for own in term.term.split("; "):
            # With the Arabic article and without.
            pattern = r"\s+".join(f"(?:ال)?{re.escape(word.removeprefix('ال'))}" for word in own.split())
            rest = re.sub(pattern, " ", rest, flags=re.IGNORECASE)
        found += [f"{bad} → {term.term}" for bad in term.rejected if re.search(rf"(?<!\w){re.escape(bad)}(?!\w)", rest, re.IGNORECASE)]
    if found:
        yield Finding(Rule.TERMS, listed(found))


def said_in_two_ways(pairs: Sequence[Pair]) -> dict[int, Finding]:
    """Return, by the position of each text whose German text is translated otherwise elsewhere among them, what that says."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, pair in enumerate(pairs):
        if pair.target.strip():
            places[pair.source].append(place)
    found = {}
    for same in places.values():
        for place in same:
            if others := sorted({marked.words(pairs[other].target) for other in same if pairs[other].target != pairs[place].target}):
                found[place] = Finding(Rule.TWO_WAYS, listed(others))
    return found
