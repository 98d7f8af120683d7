"""The judged queries: what visitors type, and which pages answer them (`judged.json`).

The queries were written from visitors' needs and the content, before the search was asked any of them. A query succeeds when one of the
pages that answer it is among the first three; in the class `prefix` these are suggestions, in `other-language` the results of any
language.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from django.contrib.contenttypes.models import ContentType
from django.utils import translation
from wagtail.models import Page, get_page_models

from portal.models import LoadedRecord
from portal.pages import versions
from search.service import Request, search
from search.suggestions import suggest

JUDGED = Path(__file__).with_name("judged.json")
FIRST = 3


@dataclass(frozen=True)
class Judgement:
    """One query with what came of it: whether it succeeded, and what was found first."""

    query: str
    language: str
    kind: str
    succeeded: bool
    found: tuple[str, ...]


def page_ids() -> dict[tuple[str, str], int]:
    """Return the real page of each content record in each language, by the name of the record's file and the language."""
    keys = dict(Page.objects.values_list("pk", "translation_key"))
    names = {
        keys[object_id]: identifier.partition(".")[0]
        for identifier, object_id in LoadedRecord.objects.filter(
            content_type__in=ContentType.objects.get_for_models(*get_page_models()).values()
        ).values_list("record_id", "object_id")
        if object_id in keys
    }
    real = versions.real(Page.objects.all()).select_related("locale")
    return {
        (names[page.translation_key], page.locale.language_code): page.pk for page in real if page.translation_key in names
    }


def judge(entry: dict[str, object], pages: dict[tuple[str, str], int]) -> Judgement:
    """Return whether a query succeeds."""
    language = entry.get("wanted_language", entry["language"])
    wanted = {pages[name, language] for name in entry["wanted"]}
    with translation.override(entry["language"]):
        if entry["class"] == "prefix":
            titles = dict(Page.objects.filter(pk__in=wanted).values_list("pk", "title"))
            found = tuple(suggestion.text for suggestion in suggest(entry["query"], entry["language"]))
            return Judgement(entry["query"], entry["language"], "prefix", bool(set(titles.values()) & set(found)), found)
        outcome = search(Request(entry["query"], entry["language"]))
        groups = [outcome.hits[:FIRST]]
        if entry["class"] == "other-language":
            groups += [other.hits[:FIRST] for other in outcome.others]
    found = [hit.page for group in groups for hit in group]
    return Judgement(
        entry["query"],
        entry["language"],
        entry["class"],
        any(page.pk in wanted for page in found),
        tuple(page.title for page in found),
    )


def judge_all() -> list[Judgement]:
    """Return what came of all queries, on the initial content."""
    pages = page_ids()
    return [judge(entry, pages) for entry in json.loads(JUDGED.read_text(encoding="utf-8"))]


def results(first: int = 30) -> dict[str, list[object]]:
    """Return for each query how results were found, how many, and the addresses of the first of them, in their order."""
    paths = dict(Page.objects.values_list("pk", "url_path"))
    found = {}
    for entry in json.loads(JUDGED.read_text(encoding="utf-8")):
        outcome = search(Request(entry["query"], entry["language"], with_others=False))
        facets = [[facet.name, [[option.value, option.number] for option in facet.options]] for facet in outcome.facets]
        found[f"{entry['language']} {entry['query']}"] = [
            str(outcome.step), outcome.corrected_text, outcome.total, facets, [paths[pk] for pk in outcome.ids[:first]],
        ]  # fmt: skip
    return found


def success(judgements: list[Judgement], by: str) -> dict[str, tuple[float, int]]:
    """Return the share of queries that succeeded, and their number, by `kind` or `language`."""
    groups: dict[str, list[bool]] = defaultdict(list)
    for judgement in judgements:
        groups[getattr(judgement, by)].append(judgement.succeeded)
    return {name: (sum(values) / len(values), len(values)) for name, values in sorted(groups.items())}
