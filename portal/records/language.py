"""Whether a record is written in the language that it names: told by script and by the commonest words."""

from __future__ import annotations

import re
from collections.abc import Iterator

_WORD = re.compile(r"[^\W\d_]+")
_FEWEST = 12
"""Of so few words nothing can be said: a title, a list of names."""

# Words of which every text in the language is full, and that the other one does not have.
_COMMON = {
    "de": frozenset(
        {
            "der", "die", "das", "und", "nicht", "ist", "sind", "für", "mit", "auf", "von", "den", "dem", "ein", "eine",
            "einen", "wird", "werden", "sie", "wir", "ihr", "zu", "im", "sich", "oder",
        }
    ),
    "en": frozenset(
        {
            "the", "and", "of", "to", "is", "are", "for", "with", "on", "by", "you", "your", "we", "our", "that", "this",
            "it", "as", "from", "or", "be", "at", "have", "has",
        }
    ),
}  # fmt: skip
_SCRIPTS = {"uk": re.compile(r"[\u0400-\u04ff]"), "ar": re.compile(r"[\u0600-\u06ff]")}


def written_in(data: dict[str, object]) -> str | None:
    """Return the code of the language in which a record's lead and body are written; None where that cannot be told."""
    words = [word.lower() for text in _texts([data.get("lead"), data.get("body")]) for word in _WORD.findall(text)]
    if len(words) < _FEWEST:
        return None
    for code, script in _SCRIPTS.items():
        if sum(bool(script.match(word)) for word in words) * 2 > len(words):
            return code
    counts = {code: sum(word in common for word in words) for code, common in _COMMON.items()}
    first, second = sorted(counts, key=lambda code: counts[code], reverse=True)
    # Every tenth word at least, and clearly more than of the other language, names and quotations in which are usual.
    return first if counts[first] * 10 >= len(words) and counts[first] > 3 * counts[second] else None


def _texts(value: object) -> Iterator[str]:
    """Yield the texts that people read: no keys, no addresses, no names of blocks."""
    if isinstance(value, str):
        yield re.sub(r"\]\([^)]*\)|https?:\S+|<[^>]*>", " ", value)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key not in ("type", "url", "image", "document", "page", "icon"):
                yield from _texts(item)
