"""Translations are paired with what was stored before a release added something to a block."""

from __future__ import annotations

from portal.blocks.base import CharBlock, ListBlock, StructBlock
from portal.records.pairing import match_structure


def test_a_list_that_was_added_to_a_block_is_empty_in_what_was_stored_before() -> None:
    block = StructBlock([("question", CharBlock()), ("sources", ListBlock(CharBlock()))])
    found = match_structure(block, {"question": "Warum?"}, {"question": "Why?", "sources": []}, "body[0]")
    assert (found["question"], found["sources"]) == ("Why?", [])
