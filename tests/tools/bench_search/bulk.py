"""How fast many pages are indexed."""

from __future__ import annotations

from modelsearch.management.commands.rebuild_modelsearch_index import DEFAULT_CHUNK_SIZE
from wagtail.search.backends import get_search_backend

from home.models import ContentPage
from search import analysis, indexing

from .corpora import Words, made_up_pages
from .loading import Text, Tree, say
from .measures import Clock

WORDS = 300
LANGUAGES = ("de", "en")


def measure(number: int) -> list[dict[str, object]]:
    """Return the CPU seconds that so many pages of 300 words take in each language: with Wagtail's index, and the search's alone."""
    analysis.preload(list(LANGUAGES))
    tree = Tree(LANGUAGES, with_terms=True)
    found = []
    for code in LANGUAGES:
        words = Words(code)
        for what in ("with Wagtail's index", "the search's alone"):
            texts = [Text(**{**text, "date": ""}) for text in made_up_pages(words, number, WORDS)]
            pages = list(ContentPage.objects.filter(pk__in=tree.add(code, texts)))
            say(f"indexing {number} pages in {code}, {what}")
            clock = Clock()
            if what == "the search's alone":
                indexing.update(pages)
            else:
                # So many at a time as `update_index` takes.
                for start in range(0, number, DEFAULT_CHUNK_SIZE):
                    get_search_backend().add_bulk(ContentPage, pages[start : start + DEFAULT_CHUNK_SIZE])
            python, backend = clock.parts()
            found.append({"language": code, "what": what, "python": python, "backend": backend, "wall": clock.stop()[0]})
    return found
