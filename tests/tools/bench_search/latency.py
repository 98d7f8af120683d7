"""How long answers take, at several numbers of pages: for words that few, some or nearly all pages hold."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec

import numpy as np
from django.db import connection
from wagtail.models import Page

from search import analysis, indexing, spelling
from search.engine import plan
from search.indexing import statistics
from search.models import Term
from search.query import parse
from search.service import Request, search

from .corpora import SEED, Words, made_up_pages
from .loading import Text, Tree, analyze, say
from .measures import Clock, quantiles

LANGUAGES = ("de", "en")
QUERIES = 30
"""So many queries of each kind are asked in each language, each set of them by other words."""

WARMING, FIRST_PAGE, WITH_FACETS = range(3)
"""The sets of queries: of all kinds to begin with, as a process has answered before long, then those that are measured."""

KINDS = ("rare", "typical", "very common", "two words", "two very common", "question", "misspelt")
SUGGESTIONS, CORRECTIONS = "suggestions", "did you mean"

_QUESTIONS = {
    "de": "Wie kann ich {} für {} bekommen, wenn ich {} habe?",
    "en": "How can I get {} for {} if I have {}?",
}

Queries = dict[str, list[tuple[str, str]]]
"""Texts with their languages, by kind."""


def load(tree: Tree, vocabularies: dict[str, Words], number: int) -> None:
    """Add pages until there are so many in all, half of them in each language, and index them for the search."""
    per_language = number // len(LANGUAGES)
    for code in LANGUAGES:
        missing = per_language - statistics(code).documents
        while missing > 0:
            ids = tree.add(code, (Text(**text) for text in made_up_pages(vocabularies[code], min(missing, 5_000))))
            indexing.update(Page.objects.filter(pk__in=ids).iterator())
            missing -= len(ids)
            say(f"{connection.vendor}: {statistics(code).documents} pages in {code}")
    analyze()


def _words(language: str, least: float, most: float, number: int, random: np.random.Generator) -> list[str]:
    """Return words that between `least` and `most` documents of a language hold."""
    found = Term.objects.filter(language=language, documents__range=(max(1, least), most)).exclude(word="")
    words = [word for word in found.order_by("pk").values_list("word", flat=True) if word.isalpha() and len(word) > 3]
    # In an order by chance; the same words where there are fewer than wanted.
    return [words[place] for place in random.permutation(len(words))[:number]] if words else []


def _misspelt(word: str, random: np.random.Generator) -> str:
    """Return a word with two of its inner letters exchanged."""
    place = int(random.integers(2, len(word) - 2))
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


def queries(which: int) -> Queries:
    """Return one of the sets of queries: of each kind some, for the words that the pages hold."""
    random = np.random.default_rng([SEED, which])
    found: Queries = {kind: [] for kind in (*KINDS, SUGGESTIONS)}
    for code in LANGUAGES:
        documents = statistics(code).documents
        rare = _words(code, 1, max(2, documents / 5000), 4 * QUERIES, random)
        typical = _words(code, documents / 200, documents / 33, 4 * QUERIES, random)
        common = _words(code, documents * 0.4, documents, 4 * QUERIES, random)

        def one(words: list[str], number: int) -> str:
            return words[number % len(words)]

        for number in range(QUERIES):
            texts = {
                "rare": one(rare, number),
                "typical": one(typical, number),
                "very common": one(common, number),
                "two words": f"{one(typical, number + QUERIES)} {one(common, number)}",
                "two very common": f"{one(common, number)} {one(common, number + 7)}",
                "question": _QUESTIONS[code].format(one(typical, number), one(common, number), one(typical, number + 2 * QUERIES)),
            }
            long = [word for word in typical if len(word) > 6]
            misspelt = _misspelt(one(long, number), random).lower()
            if plan(parse(misspelt, code)).unknown:
                texts["misspelt"] = misspelt
            for kind, text in texts.items():
                found[kind].append((text, code))
            word = one((typical, common, rare)[number % 3], number).lower()
            begun = word[: 1 + number % 6]
            found[SUGGESTIONS].append((f"{one(typical, number)} {begun}" if number % 5 == 4 else begun, code))
    return found


def measured(function: Callable[[str, str], object], asked: list[tuple[str, str]]) -> dict[str, object]:
    """Return p50 and p95 of wall and CPU time in milliseconds of a function of text and language, and the median of its answers."""
    clock = Clock()
    walls, cpus, answers = [], [], []
    for text, language in asked:
        clock.start()
        answer = function(text, language)
        wall, cpu = clock.stop()
        walls.append(wall)
        cpus.append(cpu)
        answers.append(answer if isinstance(answer, int) else 0)
    return {"wall": quantiles(walls), "cpu": quantiles(cpus), "answer": float(np.median(answers)), "number": len(asked)}


def _first_page(with_facets: bool) -> Callable[[str, str], int]:
    return lambda text, language: search(Request(text, language, with_facets=with_facets)).total


def _corrected(text: str, language: str) -> int:
    query = parse(text, language)
    unknown = [word.surface for concept in plan(query).unknown for word in concept.words]
    return len(spelling.corrections(query, unknown))


def _suggest() -> Callable[[str, str], object] | None:
    """Return the function that suggests; None while there is none."""
    return import_module("search.suggestions").suggest if find_spec("search.suggestions") else None


def _measure() -> Iterator[dict[str, object]]:
    for kind, asked in queries(WARMING).items():
        for text, language in asked if kind != SUGGESTIONS else ():
            search(Request(text, language))
    # As the production server does before it answers.
    gc.collect()
    gc.freeze()
    first, second = queries(FIRST_PAGE), queries(WITH_FACETS)
    for kind in KINDS:
        yield {"kind": kind, "what": "first page", **measured(_first_page(with_facets=False), first[kind])}
        yield {"kind": kind, "what": "with facets", **measured(_first_page(with_facets=True), second[kind])}
    yield {"kind": "misspelt", "what": CORRECTIONS, **measured(_corrected, first["misspelt"])}
    if suggest := _suggest():
        for text, language in second[SUGGESTIONS]:
            suggest(text, language)
        yield {"kind": "beginnings", "what": SUGGESTIONS, **measured(suggest, first[SUGGESTIONS])}


def measure(sizes: list[int]) -> list[dict[str, object]]:
    """Return what each kind of question costs at each number of pages, the smallest first."""
    analysis.preload(list(LANGUAGES))
    tree = Tree(LANGUAGES, with_terms=True)
    vocabularies = {code: Words(code) for code in LANGUAGES}
    found = []
    for size in sorted(sizes):
        load(tree, vocabularies, size)
        say(f"{connection.vendor}: asking at {size} pages")
        found += [{"size": size, **row} for row in _measure()]
    return found
