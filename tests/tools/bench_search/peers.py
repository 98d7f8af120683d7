"""Search libraries with a name, each with the stemmer of the language, asked for any of the words."""

from __future__ import annotations

import logging
from pathlib import Path

import bm25s
import Stemmer
import tantivy

from .corpora import LANGUAGES, Collection, xquad

_NAMES = {"de": "german", "en": "english", "ar": "arabic"}
_WITH_STOPWORDS = ("de", "en")
"""Languages for which bm25s brings stopwords."""


def _texts(collection: Collection) -> list[str]:
    return [f"{title}\n{text}" for title, text in zip(collection.titles, collection.paragraphs, strict=True)]


def _place(found: list[int], answer: int) -> int:
    return found.index(answer) + 1 if answer in found else 0


def with_bm25s(collection: Collection, language: str) -> list[int]:
    """Return the place of each answer with bm25s, PyStemmer and its stopwords."""
    logging.getLogger("bm25s").setLevel(logging.WARNING)
    options = {
        "stemmer": Stemmer.Stemmer(_NAMES[language]), "show_progress": False,
        "stopwords": language if language in _WITH_STOPWORDS else [],
    }  # fmt: skip
    retriever = bm25s.BM25()
    retriever.index(bm25s.tokenize(_texts(collection), **options), show_progress=False)
    # As texts: the numbers of its terms would be those of the questions.
    questions = bm25s.tokenize(collection.questions, return_ids=False, **options)
    numbers, _scores = retriever.retrieve(questions, k=10, show_progress=False)
    return [_place([int(n) for n in row], answer) for row, answer in zip(numbers, collection.answers, strict=True)]


def with_tantivy(collection: Collection, language: str) -> list[int]:
    """Return the place of each answer with Tantivy."""
    schema = tantivy.SchemaBuilder().add_text_field("text", tokenizer_name="own").add_unsigned_field("number", stored=True).build()
    index = tantivy.Index(schema)
    analyzer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).filter(tantivy.Filter.lowercase())
    analyzer = analyzer.filter(tantivy.Filter.stemmer(_NAMES[language])).build()
    index.register_tokenizer("own", analyzer)
    writer = index.writer(num_threads=1)
    for number, text in enumerate(_texts(collection)):
        writer.add_document(tantivy.Document(text=text, number=number))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()
    found = []
    for question, answer in zip(collection.questions, collection.answers, strict=True):
        terms = dict.fromkeys(analyzer.analyze(question))
        query = tantivy.Query.boolean_query(
            [(tantivy.Occur.Should, tantivy.Query.term_query(schema, "text", term, "freq")) for term in terms]
        )
        numbers = [searcher.doc(address)["number"][0] for _score, address in searcher.search(query, 10).hits]
        found.append(_place(numbers, answer))
    return found


def measure(folder: Path, every: int) -> dict[str, dict[str, list[int]]]:
    """Return, by system and language, the place of each answer."""
    found: dict[str, dict[str, list[int]]] = {"bm25s with PyStemmer": {}, "Tantivy with its stemmer": {}}
    for code in LANGUAGES:
        collection = xquad(folder, code, every)
        found["bm25s with PyStemmer"][code] = with_bm25s(collection, code)
        found["Tantivy with its stemmer"][code] = with_tantivy(collection, code)
    return found
