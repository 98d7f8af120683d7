"""Documents: a real page as the search keeps it, with the frequencies of its terms. Nothing here is written down."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from django.utils.translation import override
from wagtail.models import Page

from portal.listing.declarations import date_of
from portal.models import PortalDocument

from . import analysis, facets
from .extraction import PageText, read_page
from .models import FREQUENCY_UNIT, Document

# How much a word counts by where it stands, in units of a word of running text.
TITLE, LEAD, HEADING, BODY, FILE = 5.0, 2.0, 2.5, 1.0, 0.4
PART = 0.5
"""A part of a compound counts half."""

MAX_FILE_WORDS = 20_000
MAX_TERM = 80


@dataclass
class Analysed:
    """A page analysed: the row of its document, its frequencies by term, a word for each term, the starts of its title, its files."""

    document: Document
    frequencies: dict[str, int]
    surfaces: dict[str, str]
    starts: list[tuple[str, int]] = field(default_factory=list)
    file_ids: list[int] = field(default_factory=list)


def index_version() -> str:
    """Return what an index must have been made with to be up to date: the analysis and the names of the facets."""
    return f"{analysis.VERSION}:{','.join(facet.name for facet in facets.all_facets())}"


def analyse_page(page: Page, files: Sequence[PortalDocument] = (), texts: PageText | None = None) -> Analysed:
    """Return a specific page analysed, with the texts of the files that it offers."""
    texts = texts or read_page(page)
    code = page.locale.language_code
    weights: dict[str, float] = defaultdict(float)
    surfaces: dict[str, str] = {}
    stems: list[str] = []
    length = 0

    def count(words: Iterable[analysis.Word], weight: float, with_stopwords: bool, in_order: bool = True) -> None:
        nonlocal length
        for word in words:
            if in_order:
                stems.append(word.term)
            if word.is_stopword and not with_stopwords:
                continue
            length += 1
            term, surface = word.term[:MAX_TERM], word.surface[:MAX_TERM]
            weights[term] += weight
            known = surfaces.get(term)
            if known is None or (known != surface and analysis.form_order(surface, code) < analysis.form_order(known, code)):
                surfaces[term] = surface
            for part in word.all_parts:
                weights[part[:MAX_TERM]] += weight * PART

    count(analysis.paragraph(page.title, code), TITLE, with_stopwords=True)
    headings, lead = set(texts.headings), set(texts.lead)
    for text in texts.in_order:
        stems.append("")
        words = analysis.paragraph(text, code)
        if text in headings:
            count(words, HEADING, with_stopwords=True)
        else:
            count(words, LEAD if text in lead else BODY, with_stopwords=False)
    file_texts = [found.text for file in files if (found := getattr(file, "file_text", None)) is not None]
    for file in files:
        count(analysis.words(file.title, code), BODY, with_stopwords=False)
    for file_text in file_texts:
        count(islice(analysis.words(file_text, code), MAX_FILE_WORDS), FILE, with_stopwords=False, in_order=False)

    document = _row(page, files, texts)
    document.stems, document.length = f" {' '.join(stems)} ", max(length, 1)
    frequencies = {term: max(1, round(weight * FREQUENCY_UNIT)) for term, weight in weights.items()}
    file_ids = [file.pk for file in files]
    analysed = Analysed(document, frequencies, surfaces, title_starts(page.title, code), file_ids)
    document.digest = _digest(analysed)
    return analysed


def _row(page: Page, files: Sequence[PortalDocument], texts: PageText) -> Document:
    """Return the row of a page's document, but for what its words say."""
    listing = page.listing
    date, dates = date_of(page), listing.dates(page) if listing is not None else None
    published = page.first_published_at or page.last_published_at
    with override(page.locale.language_code):
        change = page.change_text
    return Document(
        page_id=page.pk,
        language=page.locale.language_code,
        title=page.title,
        text="\n".join(texts.in_order + [file.title for file in files]),
        lead=getattr(page, page.card_text_field),
        dates=dates.stored if dates else [],
        change=change,
        date=date or (published.date() if published else None),
        ages=date is not None and listing is not None and listing.when.ages,
        facets=facets.values_of(page, files),
    )


def _digest(analysed: Analysed) -> str:
    """Return what differs when a page is to be written anew; sorted, so that the order in which it was counted says nothing."""
    document = analysed.document
    texts = [document.title, document.lead, document.text, document.stems, *filter(None, [document.change])]
    held = [index_version(), *texts, document.dates, str(document.date), document.facets, analysed.file_ids]
    text = json.dumps([*held, sorted(analysed.frequencies.items())], ensure_ascii=False)
    return hashlib.md5(text.encode(errors="replace"), usedforsecurity=False).hexdigest()


def title_starts(title: str, code: str) -> list[tuple[str, int]]:
    """Return what a title can be suggested for: itself from each of its words on, then the parts of its compounds.

    Each comes with its position; German ones are there with ae, oe, ue too.
    """
    spellings = [analysis.typed_words(title, code)]
    if (other := analysis.typed_words(title, code, with_digraphs=True)) != spellings[0]:
        spellings.append(other)
    found: dict[str, int] = {}
    for words in spellings:
        for position in range(min(len(words), 12)):
            found.setdefault(" ".join(words[position:])[:60], position)
    behind = len(spellings[0])
    for word in analysis.words(title, code):
        for part in analysis.typed_parts(word.surface, code):
            found.setdefault(part[:60], behind)
    return list(found.items())
