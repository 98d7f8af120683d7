"""What is shown of a search: the same values for the page and for programs."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from portal.discovery import head
from portal.listing.dates import Dates
from portal.listing.declarations import kinds, model_of
from portal.pages import links
from portal.pages.cards import Metaline
from portal.pages.links import Link

from .forms import SearchForm
from .service import FoundFile, Hit, Outcome
from .snippets import Segment, plain


def marked(segments: list[Segment]) -> SafeString:
    """Return segments as HTML, those that answer in `<mark>`."""
    return format_html_join(
        "", "{}", ((format_html("<mark>{}</mark>", part.text) if part.marked else part.text,) for part in segments)
    )


@dataclass(frozen=True)
class ShownFile:
    """The file of a page that holds what was asked; the link says its language where it is one of the portal."""

    link: Link
    text: list[Segment]


@dataclass(frozen=True)
class Result:
    """A result as `components/result.html` takes it, in the active language.

    With a position it is counted when it is opened; `page` is the id of the page behind it.
    """

    page: int
    link: Link
    title: list[Segment]
    text: list[Segment]
    meta: Metaline
    file: ShownFile | None = None
    position: int = 0
    is_promoted: bool = False


def result(hit: Hit, position: int = 0, badge: str = "", is_promoted: bool = False) -> Result:
    """Return a hit as it is shown; a badge says what is special about it."""
    page = hit.page
    [kind] = hit.document.facets["type"]
    dates = Dates.read(hit.document.dates)
    return Result(
        page=page.pk,
        link=links.to_version(page),
        title=hit.title,
        text=hit.snippet,
        meta=Metaline(
            badge=badge,
            state=hit.document.change or _state(kind, dates),
            kind=str(kinds().get(kind, "")),
            status=dates.status if dates else None,
            date=dates.known if dates else None,
        ),
        file=_file(hit.file) if hit.file else None,
        position=position,
        is_promoted=is_promoted,
    )


def _state(kind: str, dates: Dates | None) -> str:
    """Return that a page is over by now, where its kind has a word for it."""
    model = model_of(kind)
    return str(model.listing.over_label) if model is not None and dates is not None and dates.is_over else ""


def _file(found: FoundFile) -> ShownFile:
    document = found.document
    language = document.written_in.code if document.written_in else ""
    return ShownFile(Link(document.url, document.title, language), found.snippet)


def _result_data(hit: Hit) -> dict[str, object]:
    shown = result(hit)
    return {
        "title": plain(hit.title),
        "title_html": marked(hit.title),
        "url": head.absolute(shown.link.address),
        "snippet": plain(hit.snippet),
        "snippet_html": marked(hit.snippet),
        "kind": str(shown.meta.kind),
        "state": shown.meta.state,
        "date": shown.meta.date.machine if shown.meta.date else "",
        "language": hit.page.locale.language_code,
        "has_all_words": not hit.is_partial,
        "file": _file_data(shown.file) if shown.file else None,
    }


def _file_data(file: ShownFile) -> dict[str, object]:
    return {
        "title": file.link.title,
        "url": head.absolute(file.link.address),
        "snippet": plain(file.text),
        "snippet_html": marked(file.text),
        "language": file.link.language or None,
    }


def data(form: SearchForm, outcome: Outcome) -> dict[str, object]:
    """Return a search with its results, for programs."""
    others = []
    for other in outcome.others:
        with translation.override(other.language.code):
            results = [_result_data(hit) for hit in other.hits]
        others.append({"language": other.language.code, "total": other.total, "results": results})
    return {
        "query": form.query,
        "language": form.language,
        "sort": "date" if form.by_date else "relevance",
        "step": str(outcome.step),
        "corrected": outcome.corrected_text,
        "did_you_mean": outcome.offered_text,
        "missing": outcome.missing,
        "near": outcome.near,
        "total": outcome.total,
        "is_capped": outcome.is_capped,
        "page": outcome.page,
        "pages": outcome.pages,
        "results": [_result_data(hit) for hit in outcome.hits],
        "promoted": [_result_data(hit) for hit in outcome.promoted],
        "facets": [
            {
                "name": facet.name,
                "title": facet.title,
                "values": [
                    {"value": option.value, "label": option.label, "number": option.number, "is_chosen": option.is_chosen}
                    for option in facet.options
                ],
            }
            for facet in outcome.facets
        ],
        "other_languages": others,
    }
