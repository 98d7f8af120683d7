"""One base form for an Arabic word with and without its article and prefixes: 300 words of the field, all pairs of the content."""

from __future__ import annotations

import json
import re
from pathlib import Path

from django.conf import settings

from search import analysis
from search.analysis import tokens
from search.query import parse

WORDS = Path(__file__).with_name("arabic_words.txt").read_text(encoding="utf-8").split()
VERBS = [
    "يعمل", "يسافر", "يعود", "يصل", "يطلب", "يحصل", "يدفع", "يسكن", "يتعلم", "يساعد", "نساعد", "تساعد", "يقدم", "نقدم", "تقدم", "يحتاج",
]  # fmt: skip
ARTICLES = ("ال", "وال", "بال", "فال", "كال")
PREFIXES = ("و", "ف", "ب", "ل", "ك", "وب", "ول")


def term(word: str) -> str:
    return analysis.term(tokens.fold(word), "ar")


def different(words: list[str], prefixes: tuple[str, ...]) -> dict[str, str]:
    return {before + word: term(before + word) for word in words for before in prefixes if term(before + word) != term(word)}


def test_words_of_the_field_have_one_base_form() -> None:
    assert len(WORDS) >= 300
    assert different(WORDS, ARTICLES + PREFIXES) == {}
    with_both = {word: f"لل{word.removeprefix('ل')}" for word in WORDS}
    assert {form: term(form) for word, form in with_both.items() if term(form) != term(word)} == {}


def test_verbs_have_one_base_form() -> None:
    assert different(VERBS, ("س", "و", "ف", "ل", "وس", "فس")) == {}


def test_all_pairs_of_the_content_meet() -> None:
    forms: set[str] = set()
    for path in sorted((settings.BASE_DIR / "content" / "ar").glob("*.json")):
        text = json.dumps(json.loads(path.read_text(encoding="utf-8")), ensure_ascii=False)
        for word in tokens.words(tokens.normalize(text, "ar")):
            forms |= {tokens.fold(piece) for piece in tokens.pieces(word) if re.fullmatch("[\u0600-\u06ff]{3,}", piece)}
    pairs = [(form, before + form) for form in forms for before in (*ARTICLES, "لل") if before + form in forms]
    assert len(pairs) >= 250
    assert {pair: (term(pair[0]), term(pair[1])) for pair in pairs if term(pair[0]) != term(pair[1])} == {}


def test_the_base_form_is_the_right_one() -> None:
    assert term("الشمل") == term("شمل") != term("شمال")
    assert term("إجراء") == term("إجراءات") != term("جرو")
    assert term("للاجئين") == term("لاجئ")
    assert term("والدين") == term("والد")


def test_a_stopword_inside_a_known_term_is_none() -> None:
    words = [[word.term for word in concept.words] for concept in parse("كيف لم الشمل", "ar").concepts]
    assert words == [["لم"], ["شمل"]]
    assert [[w.surface for w in c.words] for c in parse("لم يعمل", "ar").concepts] == [["يعمل"]]
    assert [[w.surface for w in c.words] for c in parse("Kann ich ohne Papiere heiraten", "de").concepts] == [
        ["ohne"], ["papiere"], ["heiraten"]
    ]  # fmt: skip
