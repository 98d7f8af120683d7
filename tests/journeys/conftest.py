"""What the journeys know of the served portal: where each page is, in every language."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

import pytest

from portal.language.languages import LANGUAGES, Language, languages_by_code
from tests import left_behind, support


@dataclass(frozen=True)
class Address:
    """Where a page opens in one language; `is_real` is false where the German text waits there (its fallback)."""

    url: str
    title: str
    is_real: bool


@dataclass(frozen=True)
class Places:
    """The addresses of the pages by language code, found by their German address."""

    pages: dict[str, dict[str, Address]]

    def at(self, german: str, code: str) -> Address:
        """Return where a page opens in a language."""
        return self.pages[german][code]

    def has(self, german: str, code: str) -> bool:
        """Return whether a page opens in a language at all."""
        return code in self.pages[german]

    def fallbacks(self, code: str) -> list[str]:
        """Return the German addresses of the pages that are not translated into a language yet."""
        return [german for german, found in self.pages.items() if code in found and not found[code].is_real]


# Asked of the model layer, not of the pages: what they link to is what the tests compare with it.
_LIST_PLACES = """
import json
from portal.pages import versions
from wagtail.models import Page
groups = {}
for page in Page.objects.filter(depth__gt=1).select_related("published_version").order_by("path"):
    groups.setdefault(page.translation_key, []).append(page)
places = {}
for rows in groups.values():
    found = versions.sort_rows(rows)
    if "de" in found.real:
        places[found.real["de"].get_url()] = {
            code: [page.get_url(), page.title, code in found.real] for code, page in {**found.fallbacks, **found.real}.items()
        }
print("PLACES" + json.dumps(places))
"""


@pytest.fixture(scope="module")
def places(live_portal: support.Portal) -> Places:
    """Return where the pages of the initial content are."""
    output = live_portal.manage("shell", "-c", _LIST_PLACES)
    line = next(line for line in output.splitlines() if line.startswith("PLACES"))
    found = json.loads(line.removeprefix("PLACES"))
    return Places({german: {code: Address(*values) for code, values in by_code.items()} for german, by_code in found.items()})


@pytest.fixture
def taken_back(live_portal: support.Portal) -> Iterator[None]:
    """Take back whatever a journey has written on the served portal; it is put before what opens pages, which write by themselves."""
    with left_behind.taken_back(live_portal):
        yield


HOME = "/de/"
SECTION = "/de/unsere-arbeit/"
ARTICLE = "/de/unsere-arbeit/resettlement-und-humanitaere-aufnahme/"
NEWS = "/de/aktuelles/"
NEWS_ITEM = "/de/aktuelles/statement-zur-situation-in-ukraine-iom-generaldirektor-antonio-vitorino/"
CONTACT = "/de/kontakt/"
DATA = "/de/daten-und-forschung/"

# One page of each type and each look.
KINDS = {
    "home": HOME,
    "section": SECTION,
    "section of people": "/de/wer-wir-sind/",
    "section of ways to take part": "/de/mitmachen/",
    "section of data": DATA,
    "section of goals": "/de/2030-agenda/",
    "article": ARTICLE,
    "news": NEWS,
    "news item": NEWS_ITEM,
    "contact": CONTACT,
    "site map": "/de/seitenuebersicht/",
}

# A word that each language's pages hold, so that the search has results to show.
SEARCHED = {"de": "Resettlement", "en": "Resettlement", "uk": "переселення", "ar": "التوطين", "de-simple": "Resettlement"}


def search_address(language: Language, query: str) -> str:
    """Return the address of a search."""
    return f"/{language.code}/{language.search_path}/?q={quote(query)}"


@pytest.fixture
def views(places: Places) -> Callable[[str], dict[str, str]]:
    """Return a function that names one address of each kind of view that a language has."""

    def views(code: str) -> dict[str, str]:
        language = languages_by_code()[code]
        found = {kind: places.at(german, code).url for kind, german in KINDS.items() if places.has(german, code)}
        found["search"] = search_address(language, SEARCHED[code])
        found["nothing found"] = search_address(language, "zzzz")
        found["404"] = f"/{code}/nirgends/"
        if fallbacks := places.fallbacks(code):
            found["fallback"] = places.at(fallbacks[0], code).url
        return found

    return views


ALL_CODES = [language.code for language in LANGUAGES]
