"""What is gone and what is new of a text, word by word."""

from __future__ import annotations

import pytest

from translation.differences import difference


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("Ein Satz.", "Ein anderer Satz.", "Ein[+ anderer] Satz."),
        # Words of four letters and less stay where they are, and a figure is one word.
        (
            "Sie zahlen 1.200 Euro bis zum 1. März 2026.",
            "Sie zahlen 2.500 Euro bis zum 1. März 2026.",
            "Sie zahlen [-1.200][+2.500] Euro bis zum 1. März 2026.",
        ),
        ("Sie kostet eine Gebühr.", "Sie ist jetzt kostenlos.", "Sie [-kostet eine Gebühr][+ist jetzt kostenlos]."),
        # Combining marks and apostrophes are part of a word, spaces within a figure part of it.
        ("هو مدرّس هنا", "هو مدرّسة هنا", "هو [-مدرّس][+مدرّسة] هنا"),
        ("مجانًا لكم", "مجانيًا لكم", "[-مجانًا][+مجانيًا] لكم"),
        *((f"Це м{sign}ята тут", f"Це м{sign}яч тут", f"Це [-м{sign}ята][+м{sign}яч] тут") for sign in "'’ʼ"),
        *((f"Ще 9{space}500 грн.", f"Ще 12{space}500 грн.", f"Ще [-9{space}500][+12{space}500] грн.") for space in " \u00a0\u202f"),
        ("Seit 2026 100 Euro", "Seit 2027 100 Euro", "Seit [-2026][+2027] 100 Euro"),
        ("لم الشمل", "لم شمل الأسرة", "لم [-الشمل][+شمل الأسرة]"),
        ("", "Neu <b>", "[+Neu &lt;b&gt;]"),
        ("Alt", "", "[-Alt]"),
        ("Gleich", "Gleich", "Gleich"),
    ],
)
def test_words_that_changed_are_marked_and_no_others(before: str, after: str, shown: str) -> None:
    html = str(difference(before, after)).replace("&#x27;", "'")
    for mark, sign in (('<span class="deletion">', "[-"), ('<span class="addition">', "[+"), ("</span>", "]")):
        html = html.replace(mark, sign)
    assert html == shown
