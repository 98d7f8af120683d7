"""How good results are: questions asked to the portal's real search page and to its peers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.db import DatabaseError, connection, transaction
from django.test import Client, override_settings
from wagtail.models import Locale, Page
from wagtail.search.backends import get_search_backend
from wagtail.search.query import MATCH_NONE
from wagtail.search.utils import parse_query_string

from home.models import ContentPage
from portal.language.languages import languages_by_code

from .corpora import LANGUAGES, Collection, xquad
from .loading import Text, Tree, analyze, say

STOCK = "wagtail.search.backends.database"
POSTGRESQL_CONFIGURATIONS = {"de": "german", "en": "english", "ar": "arabic"}

Places = list[int]


class Visitor:
    """Asks the address of the search page as a visitor does, for the same results as data."""

    def __init__(self) -> None:
        self.client = Client()
        self.asked = 0
        self.pages: dict[str, int] = {}

    def knows(self, ids: list[int]) -> None:
        """Remember the addresses of pages."""
        for page in Page.objects.filter(pk__in=ids).select_related("locale"):
            self.pages[page.get_url()] = page.pk

    def ask(self, query: str, language: str) -> list[int]:
        """Return the ids of the pages of a language on the first page of results, in their order."""
        # Always somebody else: one visitor may not ask so often.
        self.asked += 1
        visitor = f"10.{self.asked >> 16 & 255}.{self.asked >> 8 & 255}.{self.asked & 255}"
        path = f"/{language}/{languages_by_code()[language].search_path}/"
        response = self.client.get(path, {"q": query, "format": "json"}, REMOTE_ADDR=visitor)
        assert response.status_code == 200, f"{path} answers {response.status_code}"
        found = (self.pages.get(urlsplit(unquote(result["url"])).path) for result in response.json()["results"])
        return list(dict.fromkeys(pk for pk in found if pk is not None))


def places(collection: Collection, ids: list[int], ask: Callable[[str], list[int]]) -> Places:
    """Return at which place each question's paragraph is found, from 1; 0 for nowhere among the first ten."""
    found = []
    for question, answer in zip(collection.questions, collection.answers, strict=True):
        results = ask(question)[:10]
        found.append(results.index(ids[answer]) + 1 if ids[answer] in results else 0)
    return found


def stock(language: str, operator: str) -> Callable[[str], list[int]]:
    """Return Wagtail's own search, as a site has it that follows the manual."""
    pages = ContentPage.objects.live().filter(locale=Locale.objects.get(language_code=language))

    def ask(question: str) -> list[int]:
        filters, query = parse_query_string(question, operator=operator, zero_terms=MATCH_NONE)
        try:
            with transaction.atomic():
                return [page.pk for page in pages.search(query)[:10]]
        except DatabaseError as error:
            # It fails on some input, and finds nothing then.
            say(f"{question}: {error}")
            return []

    return ask


def measure(folder: str, every: int) -> dict[str, dict[str, Places]]:
    """Return, by system and language, the place of each answer: the portal's search page and stock Wagtail on this database."""
    collections = {code: xquad(Path(folder), code, every) for code in LANGUAGES}
    tree = Tree(LANGUAGES)
    visitor = Visitor()
    ids: dict[str, list[int]] = {}
    for code, collection in collections.items():
        texts = [Text(title, [text]) for title, text in zip(collection.titles, collection.paragraphs, strict=True)]
        ids[code] = tree.add(code, texts)
        visitor.knows(ids[code])
    pages = list(ContentPage.objects.filter(pk__in=[pk for group in ids.values() for pk in group]))
    get_search_backend().add_bulk(ContentPage, pages)
    analyze()
    found: dict[str, dict[str, Places]] = {"portal": {}}
    for code, collection in collections.items():
        say(f"{connection.vendor}: the portal's search page, {code}")
        found["portal"][code] = places(collection, ids[code], lambda question, code=code: visitor.ask(question, code))
    configurations: dict[str, dict[str, str]] = {"Wagtail": dict.fromkeys(LANGUAGES, "")}
    if connection.vendor == "postgresql":
        configurations["Wagtail, language configuration"] = POSTGRESQL_CONFIGURATIONS
    for name, by_language in configurations.items():
        for code, configuration in by_language.items():
            backend = {"BACKEND": STOCK} | ({"SEARCH_CONFIG": configuration} if configuration else {})
            with override_settings(WAGTAILSEARCH_BACKENDS={"default": backend}):
                get_search_backend().add_bulk(ContentPage, pages)
                for operator in ("and", "or"):
                    say(f"{connection.vendor}: {name}, {operator.upper()}, {code}")
                    by_system = found.setdefault(f"{name}, {operator.upper()}", {})
                    by_system[code] = places(collections[code], ids[code], stock(code, operator))
    return found
