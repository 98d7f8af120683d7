"""The StreamField of the portal: migrations know that it is there, not which blocks it takes."""

from __future__ import annotations

import json
from collections.abc import Iterator

from django.utils.functional import cached_property
from wagtail import fields
from wagtail.blocks import Block, StreamBlock, StreamValue


class UnknownBlocks(StreamBlock):
    """What a StreamField of a migration's model holds: stored data, kept as it is, of blocks that are not known there."""

    def to_python(self, value: object) -> StreamValue:
        """Return the stored data as a value whose `raw_data` can be read; saving it writes all of it back.

        A `StreamBlock` would leave out each block that it does not know: a migration that saves a page would empty it.
        """
        if isinstance(value, StreamValue):
            return value
        try:
            data = json.loads(value) if isinstance(value, str) and value else value
        except ValueError:
            return self.empty_value(raw_text=value)
        return StreamValue(self, list(data or ()), is_lazy=True)

    def extract_references(self, value: StreamValue) -> Iterator[tuple[type, str, str, str]]:
        """Refuse: an index that is built from nothing would forget what refers to what.

        Raises:
            TypeError: always.
        """
        raise TypeError("A migration's model does not know its blocks; build the reference index after the migration.")

    def get_searchable_content(self, value: StreamValue) -> list[str]:
        """Refuse, as above.

        Raises:
            TypeError: always.
        """
        raise TypeError("A migration's model does not know its blocks; build the search index after the migration.")


class StreamField(fields.StreamField):
    """Wagtail's StreamField without its block definitions in migrations: a block is added or changed without one.

    A data migration reads `page.body.raw_data`, a list of dictionaries with `type`, `value` and `id`, and sets `page.body` to
    such a list; what it does not touch is saved as it was. Operations of `wagtail.blocks.migrations` that need the definition of
    a block take the list of the model in use: `MyPage._meta.get_field("body").stream_block`.
    """

    @cached_property
    def stream_block(self) -> Block:
        """Return the block that is the field's value; in a migration one that knows no blocks and keeps all data."""
        return super().stream_block if self.block_types_arg else UnknownBlocks()

    def deconstruct(self) -> tuple[str, str, list, dict[str, object]]:
        """Leave the block definitions out."""
        name, path, _args, kwargs = super(fields.StreamField, self).deconstruct()
        return name, path, [()], kwargs
