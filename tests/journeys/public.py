"""What everybody can read of the served portal, asked without signing in: pages, lists, search, feeds, sitemaps, API."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Sequence
from urllib.parse import quote

from portal.language.languages import LANGUAGES, Language
from tests import support


def fetch(portal: support.Portal, path: str) -> tuple[int, str]:
    """Return the status and the text of an answer; redirects are followed."""
    request = urllib.request.Request(portal.url + path, headers={"Accept-Language": "de"})
    try:
        with urllib.request.urlopen(request, timeout=support.PATIENCE) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def _ways(language: Language) -> dict[str, str]:
    """Return the addresses of a language at which a page could be named."""
    return {
        "home": f"/{language.code}/",
        "rss": f"/{language.code}/feed.rss",
        "atom": f"/{language.code}/feed.atom",
        "sitemap": f"/sitemap-{language.code}.xml",
        "api": f"/api/v2/pages/?locale={language.code}&order=-first_published_at&limit=20",
    }


def _questions(language: Language, word: str) -> dict[str, str]:
    """Return the addresses at which a word is asked for in a language."""
    search = f"/{language.code}/{language.search_path}/"
    return {
        "search": f"{search}?q={quote(word)}&format=json",
        "suggestions": f"{search}suggestions/?q={quote(word[:-1])}",
    }


def ways_to(portal: support.Portal, words: Sequence[str], *paths: str) -> dict[str, dict[str, list[str]]]:
    """Return by which ways each word reaches readers, by language; words that reach nobody are left out.

    Args:
        portal: the served portal.
        words: each stands in the title of one page, and so in its address, and nowhere else.
        paths: addresses beside those that every language has; they are named as they are.
    """
    found: dict[str, dict[str, list[str]]] = {}
    for language in LANGUAGES:
        own = {path: path for path in paths if path.startswith(f"/{language.code}/")}
        answers = {way: fetch(portal, path) for way, path in (_ways(language) | own).items()}
        for word in words:
            asked = {way: fetch(portal, path) for way, path in _questions(language, word).items()}
            if ways := sorted(way for way, answer in (answers | asked).items() if _names(way, *answer, word)):
                found.setdefault(word, {})[language.code] = ways
    return found


def _names(way: str, status: int, text: str, word: str) -> bool:
    if status != 200:
        return False
    if way == "search":
        # The answer says what was asked for; only what was found counts.
        answer = json.loads(text)
        text = json.dumps([answer[name] for name in ("results", "promoted", "near", "other_languages")], ensure_ascii=False)
    return word.casefold() in text.casefold()

