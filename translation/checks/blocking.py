"""What stops publication: a text that is missing or too long, and whatever would break links, placeholders or tags."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from . import marked
from .rules import Finding, Pair, Rule, listed

_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]\b|\{\{ ?[\w.]+ ?\}\}|\{\w*\}")
_LINK = re.compile(r"a\d+")
_EMPHASIS = frozenset({"b", "i", "em", "strong"})


def check(pair: Pair) -> Iterator[Finding]:
    """Yield what stops the publication of a translation."""
    if not marked.words(pair.target).strip():
        yield Finding(Rule.MISSING)
        return
    sources, targets = (Counter(marked.pairs(text)) for text in (pair.source, pair.target))
    yield from _links(pair, sources, targets)
    yield from _tags(pair, sources, targets)
    before, after = (Counter(_PLACEHOLDER.findall(marked.words(text))) for text in (pair.source, pair.target))
    if before != after:
        yield Finding(Rule.PLACEHOLDERS, listed(sorted((before - after) + (after - before))))
    length = len(marked.words(pair.target))
    if pair.limit is not None and length > pair.limit:
        yield Finding(Rule.TOO_LONG, f"{length}/{pair.limit}")


def _links(pair: Pair, sources: Counter[str], targets: Counter[str]) -> Iterator[Finding]:
    """Each link of the source stands there once; one that is new is a tag without a partner in the source."""
    wrong = sorted(name for name in sources if _LINK.fullmatch(name) and targets[name] != sources[name])
    if wrong:
        yield Finding(Rule.LINKS, listed(map(_shown, wrong)))


def _tags(pair: Pair, sources: Counter[str], targets: Counter[str]) -> Iterator[Finding]:
    """A pair that the source has not got may only be emphasis; a sign by itself, or raw markup, may stand nowhere."""
    signs = Counter(name.removeprefix("/") for name in marked.tokens(pair.target))
    alone = {name for name, number in signs.items() if number != 2 * targets[name]}
    foreign = {name for name in targets if name not in sources and not (pair.is_rich and name in _EMPHASIS)}
    raw = set(re.findall(r"</?[a-z][^<>]*>", pair.target)) - set(re.findall(r"</?[a-z][^<>]*>", pair.source))
    if found := sorted(alone | foreign | raw):
        yield Finding(Rule.TAGS, listed(map(_shown, found)))


def _shown(name: str) -> str:
    """Return what stands on the chip of a sign."""
    return name.removeprefix("a") if _LINK.fullmatch(name) else name.upper() if name in _EMPHASIS else name
