"""The addresses of headings within a page: each its own, none that the frame of the page uses itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wagtail.blocks import StreamValue, StructValue

from portal.language.slugs import slug_for_title

FRAME_IDS = frozenset(
    {
        "contents",
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
        "press-contact",
        "press-figures",
        "press-originals",
        "press-pictures",
        "q",
        "q-suggestions",
        "refused",
        "related",
        "sections",
        "services",
        "share",
        "sources",
    }
)
"""What templates and scripts call their own elements; a test compares it with them."""


def heading_anchor(text: str) -> str:
    """Return what the `id` of a heading begins with, made from its text by the German rules that suit every Latin script."""
    return slug_for_title(str(text), "de") or "section"


def anchors(body: StreamValue, reserved: Iterable[str] = ()) -> dict[str, str]:
    """Return the anchors of all headings of a body by the ids of their blocks, in the order of the page.

    What is taken gets a number: `ablauf`, `ablauf-2`; `reserved` is what the page calls parts of its own.
    """
    taken = {*FRAME_IDS, *reserved}
    found = {}
    for block_id, text in _headings(body):
        anchor = first = heading_anchor(text)
        number = 2
        while anchor in taken:
            anchor = f"{first}-{number}"
            number += 1
        taken.add(anchor)
        if block_id:  # one that was never stored has none
            found[block_id] = anchor
    return found


def _headings(body: StreamValue) -> Iterator[tuple[str, str]]:
    """Yield id and text of each block that is a heading, or begins with one that has an anchor."""
    for block in body:
        if block.block_type == "heading":
            yield block.id, block.value
        elif block.block_type == "section":
            yield block.id, block.value.get("heading") or ""
        if isinstance(block.value, StructValue):
            for child in block.value.values():
                if isinstance(child, StreamValue):
                    yield from _headings(child)


def anchor_of(text: str, context: dict | None) -> str:
    """Return the anchor of the block that a template is at: as its page says, else one for this heading alone."""
    context = context or {}
    of_page = getattr(context.get("page"), "anchors", {})
    return of_page.get(getattr(context.get("block"), "id", None)) or heading_anchor(text)
