"""Facts in blocks: chosen by themselves or inside texts; what is left of blocks while a fact has no value.

What waits for a value takes along what stood for it alone: a text its block, the last entry its list, and whatever would then be a
heading above nothing or a way to nothing. Nothing of this is stored: editors see all of it, visitors get it once the value is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import pgettext_lazy
from wagtail.blocks import (
    Block,
    BooleanBlock,
    ChoiceBlock,
    ListBlock,
    PageChooserBlock,
    RichTextBlock,
    StreamBlock,
    StreamValue,
    StructBlock,
    URLBlock,
)
from wagtail.snippets.blocks import SnippetChooserBlock

from portal.facts import shown, texts
from portal.facts.shown import ShownFact

from .walking import Part, parts, rebuild, stored_parts, walk

GONE: Any = object()
"""What is left of a block that stood for a missing fact alone."""

_LABELS = frozenset({"heading", "label", "place", "question", "term", "title"})
"""What names a block and is nothing without what it names."""


class FactChooserBlock(SnippetChooserBlock):
    """Chooses a fact of the source language, the same in every language: there is nothing in it to translate."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__("portal.Fact", **kwargs)

    def get_translatable_segments(self, value: object) -> list[object]:
        """Return nothing: translations keep the fact, and show it in their language."""
        return []

    def bulk_to_python(self, values: list[int | None]) -> list[object]:
        """Return the facts in the order of their ids, from what is kept."""
        # Most places for a fact are empty, and inside a transaction nobody keeps what is read for them.
        known = shown.all_facts() if any(values) else {}
        return [self.model_class(pk=pk, name=known[pk].name, kind=known[pk].kind) if pk in known else None for pk in values]

    class Meta:
        icon = "clipboard-list"
        label = pgettext_lazy("admin", "Fact")
        description = pgettext_lazy("admin", "A phone number, address, fee or deadline that is kept in one place.")
        template = "blocks/kept_fact.html"

    def get_context(self, value: object, parent_context: dict | None = None) -> dict:
        """Add the fact in the reader's language."""
        return {**super().get_context(value, parent_context=parent_context), "fact": shown.get(value.pk) if value else None}


def data_pages(instance: Any) -> set[int]:
    """Return the pages of the source language with the tables that the figures in an object's blocks come from."""
    chosen = (part.value for field in stored_parts(instance) for part in walk(field) if isinstance(part.block, FactChooserBlock))
    return {fact.data_page for fact in map(shown.get, chosen) if fact is not None and fact.data_page}


def shown_facts(chosen: list[object]) -> list[ShownFact]:
    """Return facts in the reader's language; those without a value are left out."""
    found = (shown.get(fact.pk) for fact in chosen if fact is not None)
    return [fact for fact in found if fact is not None]


def is_used(whole: Part) -> bool:
    """Return whether there are facts in a block."""
    return any(_refers(part) for part in walk(whole))


def _refers(part: Part) -> bool:
    return isinstance(part.block, FactChooserBlock) or (isinstance(part.block, RichTextBlock) and texts.uses(part.value))


def filled(whole: Part) -> Any:
    """Return the stored form of a block as visitors get it in the active language: facts by their values, nothing that waits for one."""
    if not is_used(whole):
        return whole.value
    found = _filled(whole)
    return [] if found is GONE else found


def _filled(part: Part) -> Any:
    if not part.value:
        return part.value
    block = part.block
    if isinstance(block, FactChooserBlock):
        return part.value if shown.get(part.value) else GONE
    if isinstance(block, RichTextBlock):
        return texts.filled(part.value) or GONE
    if isinstance(block, StructBlock):
        return _filled_struct(block, part)
    if isinstance(block, (StreamBlock, ListBlock)):
        return _filled_list(part)
    return part.value


def _filled_struct(block: StructBlock, part: Part) -> Any:
    inner = {one.key: (one, _filled(one)) for one in parts(part)}
    if "sources" in inner and (sources := inner["sources"][1]):
        named = _named_below_facts(part)
        inner["sources"] = (inner["sources"][0], [item for item in sources if _origin(item) not in named])
    lost = [one for one, value in inner.values() if value is GONE]
    if not lost:
        return rebuild(part, lambda one: inner[one.key][1])
    needed: frozenset[str] = getattr(block, "needed_facts", frozenset())
    if any(one.block.required or one.name in needed for one in lost) or not any(_says(one, value) for one, value in inner.values()):
        return GONE
    empty: dict[int | str, Any] = {one.key: [] if isinstance(one.block, (ListBlock, StreamBlock)) else None for one in lost}
    return {**rebuild(part, lambda one: inner[one.key][1]), **empty}


def _named_below_facts(whole: Part) -> set[str]:
    """Return where the facts of an answer come from that say so beside themselves: its list of sources need not say it again."""
    named: set[str] = set()
    for part in walk(whole):
        if isinstance(part.block, FactChooserBlock):
            named |= {fact.origin for fact in [shown.get(part.value)] if fact and fact.note}
        elif isinstance(part.block, RichTextBlock) and texts.uses(part.value):
            named |= {fact.origin for fact in texts.named_below(part.value)}
    return named


def _origin(item: Any) -> str:
    """Return the address of a source that is stored in a list, or its title where it has none."""
    source = item.get("value", item)
    return source.get("url") or source.get("title") or ""


def _says(part: Part, value: Any) -> bool:
    """Return whether a block says something by itself: it neither names something nor leads somewhere, nor says how it looks."""
    if value is GONE or not value or part.name in _LABELS or isinstance(part.block, (ChoiceBlock, BooleanBlock, URLBlock)):
        return False
    return not _leads(part.block)


def _leads(block: Block) -> bool:
    children = block.child_blocks.values() if isinstance(block, StructBlock) else [block]
    return any(isinstance(child, PageChooserBlock) for child in children)


def _filled_list(part: Part) -> Any:
    """Return the entries that are left. In a text a heading goes when all that stood below it is gone."""
    entries = [(one, item, _filled(one)) for one, item in zip(_known(part), _items(part), strict=True)]
    if any(one.name == "source" for one, _item, _value in entries):
        named = _named_below_facts(part)
        entries = [entry for entry in entries if entry[0].name != "source" or _origin(entry[1]) not in named]
    if all(value is not GONE for _one, _item, value in entries):
        return [_with(item, value) for _one, item, value in entries]
    left: list[Any] = []
    gone_below = says_below = False
    for one, item, value in reversed(entries):
        if value is GONE:
            gone_below = True
        elif one.name == "heading" and isinstance(part.block, StreamBlock):
            if says_below or not gone_below:
                left.append(_with(item, value))
            gone_below = says_below = False
        else:
            left.append(_with(item, value))
            says_below = True
    return left[::-1] or GONE


def _known(part: Part) -> list[Part]:
    return list(parts(part))


def _items(part: Part) -> Iterator[Any]:
    """Yield what is stored of the entries that `parts` yields."""
    for item in part.value:
        if not isinstance(part.block, StreamBlock) or item["type"] in part.block.child_blocks:
            yield item


def _with(item: Any, value: Any) -> Any:
    # A bare entry of a list, as written by hand, may have a part of that name.
    return {**item, "value": value} if isinstance(item, dict) and {"type", "value"} <= item.keys() else value


def body(value: StreamValue) -> StreamValue:
    """Return a StreamField's value as visitors get it in the active language."""
    raw = list(value.raw_data)
    whole = Part(value.stream_block, raw)
    if not is_used(whole):
        return value
    return value.stream_block.to_python(filled(whole))
