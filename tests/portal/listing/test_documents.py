"""What the documents say of page types is what the classes say."""

from __future__ import annotations

from tests.tools import page_types


def test_the_table_of_page_types_is_that_of_the_classes() -> None:
    text = page_types.FILE.read_text(encoding="utf-8")
    assert page_types.BEGIN in text
    assert page_types.written(text) == text
