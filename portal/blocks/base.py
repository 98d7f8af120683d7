"""Wagtail's blocks, reading what is not stored: a text that was optional, `null`, a child that a later release added.

Stands in place of `wagtail.blocks` in the portal's block modules. Wagtail's own structs and lists fail where `null` is stored for them, and
read a text that is not there as None, which templates print and wagtail-localize refuses.
"""

from __future__ import annotations

from collections.abc import Iterable

from wagtail.blocks import *  # noqa: F403
from wagtail.blocks import Block, CharBlock, StreamBlock, StructValue, TextBlock
from wagtail.blocks import ListBlock as WagtailListBlock
from wagtail.blocks import StructBlock as WagtailStructBlock
from wagtail.blocks.list_block import ListValue
from wagtail.images.blocks import ImageBlock


def _nothing(block: Block) -> object:
    """Return what is stored of a block in which nothing is; None where a block knows that better itself."""
    if isinstance(block, (WagtailListBlock, StreamBlock)):
        return []
    if isinstance(block, ImageBlock):
        return {"image": None, "alt_text": "", "decorative": False}
    if isinstance(block, WagtailStructBlock):
        return {}
    return "" if isinstance(block, (CharBlock, TextBlock)) else None


class StructBlock(WagtailStructBlock):
    """A struct whose children may all be missing or `null`; what has a default gets it, a text is empty."""

    def _stored(self, value: dict | None) -> dict:
        found = {name: part for name, part in (value or {}).items() if part is not None}
        for name, block in self.child_blocks.items():
            if name not in found and (nothing := _nothing(block)) is not None:
                found[name] = nothing
        return found

    def to_python(self, value: dict | None) -> StructValue:
        """Return the value, complete."""
        return super().to_python(self._stored(value))

    def bulk_to_python(self, values: Iterable[dict | None]) -> list[StructValue]:
        """Return the values, complete."""
        return super().bulk_to_python([self._stored(value) for value in values])

    def normalize(self, value: object) -> StructValue:
        """Return the value; nothing is an empty one."""
        return super().normalize({} if value is None else value)


class ListBlock(WagtailListBlock):
    """A list that may be `null`, as may its entries."""

    def _stored(self, value: list | None) -> list:
        nothing = _nothing(self.child_block)
        return [
            {**item, "value": nothing if item["value"] is None else item["value"]}
            if self._item_is_in_block_format(item)
            else (nothing if item is None else item)
            for item in value or ()
        ]

    def to_python(self, value: list | None) -> ListValue:
        """Return the value, complete."""
        return super().to_python(self._stored(value))

    def bulk_to_python(self, values: Iterable[list | None]) -> list[ListValue]:
        """Return the values, complete."""
        return super().bulk_to_python([self._stored(value) for value in values])
