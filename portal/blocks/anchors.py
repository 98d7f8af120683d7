"""The addresses of headings within a page: each its own, none that the frame of the page uses itself.

They are made from the text of the source when it is first published, and stored (`PublishedVersion.anchors`): the same in all languages,
and kept when the heading says something else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from wagtail.blocks import StreamValue

from portal.language.slugs import slug_for_title

FRAME_IDS = frozenset(
    {
        "changes",
        "chart",
        "cite",
        "contents",
        "documents",
        "earlier",
        "errors",
        "fallback",
        "form-send",
        "further",
        "main",
        "nav",
        "office-access",
        "office-contact",
        "office-services",
        "often",
        "partial",
        "past",
        "press-contact",
        "press-figures",
        "press-originals",
        "press-pictures",
        "projects",
        "q",
        "q-suggestions",
        "refused",
        "related",
        "related-targets",
        "sections",
        "services",
        "serving",
        "share",
        "sources",
        "targets",
        "values",
    }
)
"""What templates and scripts call their own elements; a test compares it with them."""


def heading_anchor(text: str) -> str:
    """Return what the `id` of a heading begins with, made from its text by the German rules that suit every Latin script."""
    return slug_for_title(str(text), "de") or "section"


def anchors(body: StreamValue, reserved: Iterable[str] = (), known: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the anchors of all headings of a body by the ids of their blocks, in the order of the page.

    A heading keeps what is `known` of it, whatever it says now. What is taken gets a number: `ablauf`, `ablauf-2`; `reserved` is what
    the page calls parts of its own.
    """
    known = known or {}
    taken = {*FRAME_IDS, *reserved, *known.values()}
    found = {}
    for block_id, text in _headings(body.raw_data):
        if block_id in known:
            found[block_id] = known[block_id]
            continue
        anchor = first = heading_anchor(text)
        number = 2
        while anchor in taken:
            anchor = f"{first}-{number}"
            number += 1
        taken.add(anchor)
        if block_id:  # one that was never stored has none
            found[block_id] = anchor
    return found


def _headings(blocks: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield id and text of each block that is a heading, or begins with one that has an anchor, as it is stored."""
    for block in blocks:
        value = block["value"]
        if block["type"] == "heading":
            yield block.get("id") or "", value or ""
        elif block["type"] == "section":
            yield block.get("id") or "", value.get("heading") or ""
        if isinstance(value, Mapping):
            for child in value.values():
                # Columns of a table have a type too, and no value.
                if isinstance(child, list) and all(isinstance(one, Mapping) and {"type", "value"} <= one.keys() for one in child):
                    yield from _headings(child)


def stored(page: Any, own: Mapping[str, str], of_source: Mapping[str, str]) -> dict[str, str]:
    """Return what is to be stored of a page's headings: they keep their anchors, and in all languages have those of the source.

    An anchor is never another heading's later: what a heading that is gone was called stays taken.
    """
    if not hasattr(page, "anchors"):
        return {}
    known = {**own, **of_source}
    return {**known, **anchors(page.body, page.reserved_anchors, known)}


def anchor_of(text: str, context: dict | None) -> str:
    """Return the anchor of the block that a template is at: as its page says, else one for this heading alone."""
    context = context or {}
    of_page = getattr(context.get("page"), "anchors", {})
    return of_page.get(getattr(context.get("block"), "id", None)) or heading_anchor(text)
