"""Odd input of every kind: nothing that can be typed or put into an address is an error.

`make fuzz` tries many more cases; CI as many as `EXAMPLES` says there.
"""

from __future__ import annotations

import os
from urllib.parse import urlencode

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wagtail.models import Page

from portal.language.languages import LANGUAGES
from search import analysis, snippets
from search.analysis import tokens
from search.models import Term
from search.query import MAX_LENGTH, MAX_WORDS, clean, parse
from tests import support
from tests.builders import make_content_page, make_home, make_news, make_news_index, translate

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES") or (10_000 if support.IN_CI else 1_000))
VIEW_EXAMPLES = EXAMPLES // 20

settings.register_profile("fuzz", deadline=None, database=None, suppress_health_check=list(HealthCheck))
fuzz = settings(settings.get_profile("fuzz"), max_examples=EXAMPLES)
fuzz_view = settings(fuzz, max_examples=VIEW_EXAMPLES)

# What means something to the analysis, a database or a browser, and may stand anywhere.
_PIECES = st.sampled_from(
    [
        "Familiennachzug", "Migrant:innen", "jede_r", "Lehrer(in)", "MigrantInnen", "StarthilfePlus", "Rück", "kehr",
        "aufge­nommen", "fluechtlinge", "ẞß", "İ", "ﬁ", "é", "сім'ї", "возз’єднання", "التَّوْطين", "ـــ", "٢٠٢٣",
        "1.000.000", "3,5", "10.12.2021", "2021-13-45", "-", "--", "-a", '"', "„", "“", "«", "»", ":", "*", "'", "%",
        "_", "\\", "(", ")", "[a-z]", "?", "NEAR(", "AND", "OR", "NOT", "kind:", "\x00", "\ud800", "\udfff", "\u202e",
        "\u200d", "\ufeff", "😀", "👩‍👩‍👧", "\n", "\t", "\u2028", "&lt;b&gt;", "<script>", "%00", "a" * 300, "'; --",
    ]
)  # fmt: skip
_TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=())),
    st.lists(st.one_of(_PIECES, st.text(st.characters(exclude_categories=()), max_size=4)), max_size=12).map(" ".join),
    st.lists(_PIECES, max_size=12).map("".join),
)
_CODES = st.sampled_from([language.code for language in LANGUAGES])


def is_word(term: str) -> bool:
    """Return whether a term consists of letters and digits alone, so that no database sees syntax in it."""
    return bool(term) and all(letter.isalnum() for letter in term)


@fuzz
@given(text=_TEXTS, code=_CODES)
def test_any_text_is_analysed(text: str, code: str) -> None:
    for word in analysis.words(text, code):
        assert is_word(word.term)
        assert all(map(is_word, word.parts))
    assert all(map(is_word, analysis.typed_words(text, code, with_digraphs=True)))
    assert all(0 < len(piece) <= tokens.MAX_WORD for word in tokens.words(tokens.normalize(text, code)) for piece in tokens.pieces(word))


@fuzz
@given(text=_TEXTS, code=_CODES)
def test_any_query_is_parsed(text: str, code: str) -> None:
    cleaned = clean(text)
    assert len(cleaned) <= MAX_LENGTH
    cleaned.encode()
    assert "\x00" not in cleaned
    query = parse(cleaned, code)
    assert len(query.concepts) <= MAX_WORDS
    assert all(map(is_word, query.terms))
    assert all(map(is_word, query.excluded))
    assert all(len(phrase) > 1 and all(map(is_word, phrase)) for phrase in query.phrases)


@fuzz
@given(text=_TEXTS, wanted=_TEXTS, code=_CODES)
def test_marking_changes_no_text(text: str, wanted: str, code: str) -> None:
    terms = dict.fromkeys(parse(clean(wanted), code).terms, 1.0)
    assert snippets.plain(snippets.highlight(text, set(terms), code)) == text
    snippets.snippet(text, terms, code)


@pytest.fixture
def pages(db: None) -> None:
    home = make_home()
    translate(make_content_page(home, title="Familiennachzug", lead="Rückkehr 1.000.000"), "ar")
    make_news(make_news_index(home), title="Migrant:innen kehren zurück")
    assert Term.objects.exists()
    assert Page.objects.exists()


@fuzz_view
@given(
    query=_TEXTS,
    others=st.lists(
        st.tuples(
            st.sampled_from(["q", "page", "sort", "format", "exact", "type", "topic", "region", "year", "file", "x"]),
            st.one_of(_TEXTS, st.sampled_from(["2", "-1", "9" * 40, "date", "json", "2024", "page", "news"])),
        ),
        max_size=6,
    ),
    language=st.sampled_from(LANGUAGES),
)
def test_any_address_is_answered(
    pages: None, client: Client, query: str, others: list[tuple[str, str]], language: object
) -> None:
    address = f"/{language.code}/{language.search_path}/"
    asked = urlencode([("q", query), *others], errors="surrogatepass")
    assert client.get(f"{address}?{asked}").status_code == 200
    assert client.get(f"{address}?{asked}&format=json").status_code == 200
    assert client.get(f"{address}suggestions/?{asked}").status_code == 200
