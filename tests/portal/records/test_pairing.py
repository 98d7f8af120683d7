"""Translations are paired with their sources block by block, also with what was stored before a release added something to a block."""

from __future__ import annotations

import pytest
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock

from portal.blocks.base import BooleanBlock, CharBlock, ListBlock, StreamBlock, StructBlock
from portal.records.pairing import match_structure
from portal.records.values import ValueProblem

STREAM = StreamBlock([("heading", CharBlock()), ("text", CharBlock()), ("is_open", BooleanBlock())])


def blocks(*given: tuple[str, object], prefix: str = "") -> list[dict[str, object]]:
    """Return blocks as they are stored, with ids."""
    return [{"type": kind, "value": value, "id": f"{prefix}{number}"} for number, (kind, value) in enumerate(given)]


def test_a_list_that_was_added_to_a_block_is_empty_in_what_was_stored_before() -> None:
    block = StructBlock([("question", CharBlock()), ("sources", ListBlock(CharBlock()))])
    found = match_structure(block, {"question": "Warum?"}, {"question": "Why?", "sources": []}, "body[0]")
    assert (found["question"], found["sources"]) == ("Why?", [])


def test_texts_come_from_the_translation_and_ids_from_the_source() -> None:
    source = blocks(("heading", "Ablauf"), ("text", "Ein Satz."), ("is_open", True), prefix="a")
    translation = blocks(("heading", "Process"), ("text", "A sentence."), ("is_open", True), prefix="b")
    assert match_structure(STREAM, source, translation, "body") == [
        {**block, "value": other["value"]} for block, other in zip(source, translation, strict=True)
    ]


@pytest.mark.parametrize(
    ("translation", "reason"),
    [
        ([("text", "Process"), ("text", "A sentence.")], "body[0]: “text” where the source has “heading”"),
        ([("heading", "Process"), ("heading", "A sentence.")], "body[1]: “heading” where the source has “text”"),
        ([("heading", "Process")], "body: 1 instead of 2 entries as in the source"),
        ([("heading", "Process"), ("text", "A"), ("text", "B")], "body: 3 instead of 2 entries as in the source"),
    ],
)
def test_blocks_that_are_others_are_named_with_their_place(translation: list[tuple[str, object]], reason: str) -> None:
    with pytest.raises(ValueProblem) as caught:
        match_structure(STREAM, blocks(("heading", "Ablauf"), ("text", "Ein Satz.")), blocks(*translation), "body")
    assert str(caught.value) == reason


def test_what_is_no_text_is_the_same() -> None:
    with pytest.raises(ValueProblem) as caught:
        match_structure(STREAM, blocks(("is_open", True)), blocks(("is_open", False)), "body")
    assert str(caught.value) == "body[0].is_open: False where the source has True; this is the same in every language"


@pytest.mark.parametrize(
    ("columns", "rows", "reason"),
    [
        (["Year"], [["2024", "7"]], "body.columns: 1 instead of 2 as in the source"),
        (["Year", "Number"], [], "body.rows: 0 instead of 1 as in the source"),
        (["Year", ""], [["2024", "7"]], "body.columns[1]: the translation has no text here"),
        (["Year", "Number"], [["2024", ""]], "body.rows[0][1]: the translation has no text here"),
    ],
)
def test_tables_have_texts_in_the_same_cells(columns: list[str], rows: list[list[str]], reason: str) -> None:
    def table(columns: list[str], rows: list[list[str]]) -> dict[str, object]:
        return {"columns": [{"type": "cell", "heading": text} for text in columns], "rows": [{"values": row} for row in rows]}

    block = TypedTableBlock([("cell", CharBlock())])
    source = table(["Jahr", "Zahl"], [["2024", "7"]])
    assert match_structure(block, source, other := table(["Year", "Number"], [["2024", "7"]]), "body") == other
    with pytest.raises(ValueProblem) as caught:
        match_structure(block, source, table(columns, rows), "body")
    assert str(caught.value) == reason
