"""What is shown of a search: the same values for the page and for programs."""

from __future__ import annotations

from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from portal.discovery import head
from portal.listing.declarations import kind_of, kinds

from .forms import SearchForm
from .service import FoundFile, Hit, Outcome
from .snippets import Segment, plain


def marked(segments: list[Segment]) -> SafeString:
    """Return segments as HTML, those that answer in `<mark>`."""
    return format_html_join(
        "", "{}", ((format_html("<mark>{}</mark>", part.text) if part.marked else part.text,) for part in segments)
    )


def result(hit: Hit) -> dict[str, object]:
    """Return the values of one result, in the active language; `lang` is the title's where it is another."""
    page = hit.page
    return {
        "page": page.pk,
        "title": hit.title,
        "lang": page.card_language,
        "text": hit.snippet,
        "url": page.card_url,
        "kind": kinds()[kind_of(page)],
        "date_text": page.date_text,
        "machine_date": page.machine_date,
        "file": _file(hit.file) if hit.file else None,
    }


def _file(found: FoundFile) -> dict[str, object]:
    """Return the values of the file that holds what was asked; `lang` where it is known to be in a language of the portal."""
    document = found.document
    lang = document.written_in.code if document.written_in else ""
    return {"title": document.title, "url": document.url, "lang": lang, "text": found.snippet}


def _result_data(hit: Hit) -> dict[str, object]:
    values = result(hit)
    return {
        "title": plain(hit.title),
        "title_html": marked(hit.title),
        "url": head.absolute(values["url"]),
        "snippet": plain(hit.snippet),
        "snippet_html": marked(hit.snippet),
        "kind": str(values["kind"]),
        "date": values["machine_date"],
        "language": hit.page.language_code,
        "has_all_words": not hit.is_partial,
        "file": _file_data(values["file"]) if values["file"] else None,
    }


def _file_data(file: dict[str, object]) -> dict[str, object]:
    return {
        "title": file["title"],
        "url": head.absolute(file["url"]),
        "snippet": plain(file["text"]),
        "snippet_html": marked(file["text"]),
        "language": file["lang"] or None,
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
