"""In which language a record is written, and where nothing can be said of it; how long an error is."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.records.errors import Place, RecordError
from portal.records.language import written_in


def words(count: int, *known: str) -> str:
    """Return a text of so many words, which are no language's but for those that are known."""
    return " ".join([*known, *("kafala" for _ in range(count - len(known)))])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        # Every tenth word, of twelve at least.
        (words(12, "und", "nicht"), "de"), (words(12, "the", "and"), "en"), (words(11, "und", "nicht"), None),
        (words(20, "und", "nicht"), "de"), (words(21, "und", "nicht"), None), (words(12), None),
        # Clearly more than of the other: a quotation is usual, half a text is not.
        (words(12, "und", "nicht", "ist", "the"), None), (words(12, "und", "nicht", "ist", "sind", "the"), "de"),
        (words(12, "the", "and", "of", "to", "und"), "en"), (words(30, *["und"] * 7, "the", "of"), "de"),
        (words(30, *["und"] * 6, "the", "of"), None),
        # By the script, where more than half of the words are in it.
        (" ".join(["притулок"] * 7 + ["und"] * 5), "uk"), (" ".join(["притулок"] * 6 + ["kafala"] * 6), None),
        (" ".join(["العودة"] * 7 + ["the"] * 5), "ar"), (" ".join(["العودة"] * 11), None),
    ],
)  # fmt: skip
def test_the_language_of_a_text(text: str, code: str | None) -> None:
    assert written_in({"lead": text}) == code
    half = text.split()[: len(text.split()) // 2], text.split()[len(text.split()) // 2 :]
    assert written_in({"lead": " ".join(half[0]), "body": [{"type": "text", "value": " ".join(half[1])}]}) == code


def test_only_what_people_read_counts() -> None:
    english = words(12, "the", "and")
    for text in (f"[{english}](https://example.org/und/nicht/ist/sind)", f"{english} https://example.org/und-nicht-ist-sind-und-der-die"):
        assert written_in({"body": text}) == "en"
    assert written_in({"body": [{"type": "und nicht ist der die das", "url": "/und/nicht/ist", "text": english}]}) == "en"
    assert written_in({"title": words(12, "und", "nicht"), "lead": None}) is None


@pytest.mark.parametrize(("length", "shown"), [(399, 399), (400, 400), (401, 400), (5000, 400)])
def test_an_error_is_one_line_of_some_length(length: int, shown: int) -> None:
    error = RecordError(Place(Path("a/b.jsonl"), 7), "x" * length)
    assert (len(error.reason), error.reason.endswith("…")) == (shown, length > 400)
    assert str(error) == f"a/b.jsonl:7: {error.reason}"
    assert str(RecordError(Place(Path("c.json")), "two\n  lines")) == "c.json:1: two lines"
