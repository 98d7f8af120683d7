"""What stands inside a text: plain text and inline tags, as a flat row of parts that each format writes in its own way.

A text of wagtail-localize is HTML without attributes but the `id` of links. Its tags are numbered as they stand in the source; a
translation moves them, and may leave out or add those that only emphasise.
"""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from bs4 import BeautifulSoup, NavigableString, Tag
from bs4.element import PreformattedString
from wagtail_localize.strings import INLINE_TAGS

from portal.language.texts import plain

MAX_DEPTH = 20
"""So many tags stand in one another at most: what reads texts afterwards goes down tag by tag."""


NO_TAG = re.compile(r"<(?!/?[a-zA-Z][^<>]{0,500}>)")
"""What opens no tag is text. The parser would look for the end of each one to the end of the text: for hours in a file made for that."""


class Kind(Enum):
    """What a part does: it opens or closes a tag, or stands by itself."""

    OPEN = "open"
    CLOSE = "close"
    SINGLE = "single"


@dataclass(frozen=True)
class Mark:
    """One end of an inline tag, or a tag that holds nothing.

    Args:
        number: by which the source and its translation, and both ends, belong together.
        name: the HTML tag; empty where a file does not say it.
        anchor: the id of a link, by which wagtail-localize finds its address again.
    """

    kind: Kind
    number: str
    name: str = ""
    anchor: str = ""


Part = str | Mark
Parts = tuple[Part, ...]


class TagError(ValueError):
    """The tags of a text do not fit together, or not to those of its source."""


def from_html(text: str, source: Iterable[Part] = ()) -> Parts:
    """Return a text in parts; a translation's tags have the numbers of those in its source that they stand for, others new ones."""
    free: dict[tuple[str, str], list[str]] = defaultdict(list)
    numbers = 0
    for part in source:
        if isinstance(part, Mark) and part.kind is not Kind.CLOSE:
            free[part.name, part.anchor].append(part.number)
            numbers = max(numbers, int(part.number))
    found: list[Part] = []
    # Not by recursion: nobody knows how deep what somebody typed is nested.
    stack: list[object] = list(reversed(BeautifulSoup(NO_TAG.sub("&lt;", text), "html.parser").contents))
    while stack:
        node = stack.pop()
        if isinstance(node, Mark):
            found.append(node)
        elif isinstance(node, Tag):
            anchor = str(node.get("id", ""))
            if waiting := free[node.name, anchor]:
                number = waiting.pop(0)
            else:
                numbers += 1
                number = str(numbers)
            if node.is_empty_element:
                found.append(Mark(Kind.SINGLE, number, node.name, anchor))
                continue
            found.append(Mark(Kind.OPEN, number, node.name, anchor))
            stack.append(Mark(Kind.CLOSE, number, node.name, anchor))
            stack.extend(reversed(node.contents))
        elif isinstance(node, NavigableString) and not isinstance(node, PreformattedString):
            found.append(str(node))
    return joined(found)


def joined(parts: Iterable[Part]) -> Parts:
    """Return parts with texts beside each other as one, in the form in which texts are stored."""
    found: list[Part] = []
    for part in parts:
        if isinstance(part, str) and found and isinstance(found[-1], str):
            found[-1] += part
        elif part:
            found.append(part)
    return tuple(clean for part in found if (clean := _plain(part) if isinstance(part, str) else part))


def _plain(text: str) -> str:
    # Where a text holds “<”, `plain` takes it for markup, and what looks like an entity in it for one.
    return "<".join(plain(piece) for piece in text.split("<"))


def to_html(parts: Iterable[Part]) -> str:
    """Return parts as wagtail-localize stores them."""
    found = []
    for part in parts:
        if isinstance(part, str):
            found.append(html.escape(part, quote=False))
        elif part.kind is Kind.CLOSE:
            found.append(f"</{part.name}>")
        else:
            anchor = f' id="{html.escape(part.anchor)}"' if part.anchor else ""
            found.append(f"<{part.name}{anchor}{'/' if part.kind is Kind.SINGLE else ''}>")
    return "".join(found)


def normal(text: str) -> str:
    """Return a text as it comes back from a file that nobody changed."""
    return to_html(from_html(text))


def length(parts: Iterable[Part]) -> int:
    """Return how many characters a text has for its field: a line break is one, other tags are none."""
    return sum(len(part) if isinstance(part, str) else part.name == "br" for part in parts)


def same(one: Sequence[Part], other: Sequence[Part]) -> bool:
    """Return whether two texts say the same with the same tags, whatever a file calls these."""

    def bare(parts: Sequence[Part]) -> list[object]:
        return [part if isinstance(part, str) else (part.kind, part.number) for part in parts]

    return bare(one) == bare(other)


def named(parts: Iterable[Part], source: Iterable[Part]) -> Parts:
    """Return parts of a file with the tags that their numbers mean.

    Raises:
        TagError: a tag crosses another one, is open, or is none of the source and no emphasis either.
    """
    known = {part.number: part for part in source if isinstance(part, Mark)}
    found: list[Part] = []
    open_marks: list[Mark] = []
    for part in parts:
        if isinstance(part, str):
            found.append(part)
            continue
        mark = known.get(part.number, part)
        if mark.name not in INLINE_TAGS or (mark is part and part.name == "a"):
            raise TagError(part.number)
        mark = Mark(part.kind, part.number, mark.name, mark.anchor)
        if (mark.kind is Kind.SINGLE) != (mark.name == "br"):
            raise TagError(part.number)
        if mark.kind is Kind.OPEN:
            open_marks.append(mark)
            if len(open_marks) > MAX_DEPTH:
                raise TagError(part.number)
        elif mark.kind is Kind.CLOSE and (not open_marks or open_marks.pop().number != mark.number):
            raise TagError(part.number)
        found.append(mark)
    if open_marks:
        raise TagError(open_marks[-1].number)
    return tuple(found)


def links(parts: Iterable[Part]) -> list[str]:
    """Return the ids of the links in a text, sorted."""
    return sorted(part.anchor for part in parts if isinstance(part, Mark) and part.kind is Kind.OPEN and part.name == "a")
