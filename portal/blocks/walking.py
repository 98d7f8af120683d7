"""The one walker over blocks: what stands in a block as it is stored, and where.

The stored form is read, not the value: a value fetches the pages and pictures that are chosen in it, one list after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from wagtail.blocks import Block, ListBlock, PageChooserBlock, RichTextBlock, StreamBlock, StructBlock
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page
from wagtail.rich_text import extract_references_from_rich_text


@dataclass(frozen=True)
class Part:
    """A block with what is stored of it.

    `key` is its position or name in the block around it, `at` all of these from the field on, `id` what the editor gave it.
    """

    block: Block
    value: Any
    name: str = ""
    key: int | str = ""
    at: str = ""
    id: str = ""

    @property
    def holds_blocks(self) -> bool:
        """Return whether there are blocks in it: then its own value says nothing that theirs do not."""
        return bool(children(self.block))


def children(block: Block) -> dict[str, Block]:
    """Return the blocks that are declared in a block, by their names; those of a list are its `item`."""
    if isinstance(block, ListBlock):
        return {"item": block.child_block}
    return dict(block.child_blocks) if isinstance(block, (StreamBlock, StructBlock)) else {}


def declared(block: Block) -> Iterator[Block]:
    """Yield a block and all that are declared in it, however deep."""
    yield block
    for child in children(block).values():
        yield from declared(child)


def parts(part: Part) -> Iterator[Part]:
    """Yield the blocks that stand directly in another one; those whose type is not declared any more are passed over."""
    block, stored, at = part.block, part.value, part.at
    if isinstance(block, StreamBlock):
        for index, item in enumerate(stored or ()):
            if item["type"] in block.child_blocks:
                name = item["type"]
                yield Part(block.child_blocks[name], item["value"], name, index, f"{at}[{index}].{name}", item.get("id", ""))
    elif isinstance(block, ListBlock):
        for index, item in enumerate(stored or ()):
            # Lists written by hand hold bare values.
            item = item if isinstance(item, dict) and item.get("type") == "item" else {"value": item}
            yield Part(block.child_block, item["value"], "item", index, f"{at}[{index}]", item.get("id", ""))
    elif isinstance(block, StructBlock) and isinstance(stored, dict):
        for name, child in block.child_blocks.items():
            yield Part(child, stored.get(name), name, name, f"{at}.{name}")


def walk(part: Part, enter: Callable[[Block], bool] = lambda block: True) -> Iterator[Part]:
    """Yield a part and all that stand in it, in their order; without what is empty, and what is not to be entered."""
    if part.value and enter(part.block):
        yield part
        for inner in parts(part):
            yield from walk(inner, enter)


def every(part: Part) -> Iterator[Part]:
    """Yield a part and all that stand in it, those too in which nothing is stored: a block that keeps itself up to date stores nothing."""
    yield part
    for inner in parts(part):
        yield from every(inner)


def rebuild(part: Part, change: Callable[[Part], Any]) -> Any:
    """Return the stored form of a block that holds others, with what `change` makes of each of them."""
    changed = {inner.key: change(inner) for inner in parts(part)}
    if isinstance(part.block, StructBlock):
        return changed
    return [{**item, "value": changed[index]} for index, item in enumerate(part.value)]


def stored_parts(instance: Any) -> Iterator[Part]:
    """Yield the StreamFields of an object, as they are stored."""
    for field in instance._meta.concrete_fields:
        if isinstance(field, StreamField):
            value = field.value_from_object(instance)
            yield Part(field.stream_block, list(value.raw_data) if value else [], field.name, field.name, field.name)


def references(instance: Any) -> set[int]:
    """Return the ids of the pages that an object's StreamFields and rich texts refer to."""
    texts = [field.value_from_object(instance) for field in instance._meta.concrete_fields if isinstance(field, RichTextField)]
    ids: set[int] = set()
    for found in stored_parts(instance):
        for part in walk(found):
            if isinstance(part.block, PageChooserBlock):
                ids.add(int(part.value))
            elif isinstance(part.block, RichTextBlock):
                texts.append(part.value)
    for text in texts:
        for model, object_id, _model_path, _content_path in extract_references_from_rich_text(text or ""):
            # What was pasted or imported may name anything.
            if issubclass(model, Page) and str(object_id).isdecimal():
                ids.add(int(object_id))
    return ids
