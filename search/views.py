"""The search page of each language, the same results for programs, suggestions, and what was opened."""

from __future__ import annotations

from http import HTTPStatus

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.decorators import method_decorator
from django.utils.html import escape
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from portal.languages import LANGUAGES, current_language

from . import limits, log, service, suggestions
from .forms import SearchForm
from .models import Document
from .query import clean
from .service import Hit, Outcome, Step
from .snippets import Segment, plain

MAX_CLICK = 2_000
"""Bytes: a click says little."""


def too_many(request: HttpRequest) -> HttpResponse:
    """Answer somebody who asks too often, in their language."""
    response = render(request, "search/too_many.html", status=HTTPStatus.TOO_MANY_REQUESTS)
    response.headers["Retry-After"] = str(limits.WINDOW)
    return response


@method_decorator(never_cache, name="dispatch")
class SearchView(View):
    """Pages of the reader's language that answer a query. Any input is answered."""

    http_method_names = ("get", "head", "options")

    def head(self, request: HttpRequest) -> HttpResponse:
        """Answer without a search: programs only ask whether the address is there."""
        return HttpResponse()

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer with the results, as a page or as JSON."""
        language = current_language().code
        form = SearchForm(request.GET, language)
        if form.query and limits.is_too_many(request, "search", settings.SEARCH_RATE):
            return too_many(request)
        outcome = service.search(form.request())
        if request.GET.get("format") == "json":
            response = log.SearchJsonResponse(
                as_data(form, outcome), json_dumps_params={"ensure_ascii": False}, headers={"X-Robots-Tag": "noindex"}
            )
        else:
            response = log.SearchResponse(request, "search/search.html", self._context(request, form, outcome))
        log.remember(request, response, outcome, language)
        return response

    def _context(self, request: HttpRequest, form: SearchForm, outcome: Outcome) -> dict[str, object]:
        start = (outcome.page - 1) * service.RESULTS_PER_PAGE
        labels = {(facet.name, option.value): (facet.title, option.label) for facet in outcome.facets for option in facet.options}
        chips = [
            {"title": labels[pair][0], "text": labels[pair][1], "href": form.without(*pair)}
            for pair in form.filters
            if pair in labels
        ]
        complete = [hit for hit in outcome.hits if not hit.is_partial]
        return {
            "form": form,
            "query": form.query,
            "outcome": outcome,
            "first": start + 1,
            "complete": complete,
            "partial": [hit for hit in outcome.hits if hit.is_partial],
            "first_partial": start + len(complete) + 1,
            "is_any": outcome.step == Step.ANY,
            "is_corrected": outcome.corrected_text and outcome.step == Step.SPELLING,
            "results": Paginator(outcome.ids, service.RESULTS_PER_PAGE).get_page(outcome.page),
            "chips": chips,
            "without_filters": form.address(filters=[]),
            "by_relevance": form.address(by_date=False),
            "by_date": form.address(by_date=True),
            "page_query": form.address()[1:],
            "paths": self._paths(request),
            "click_url": reverse("search_click"),
        }

    def _paths(self, request: HttpRequest) -> dict[str, str]:
        """Return the address of this search in each language."""
        query_string = request.META.get("QUERY_STRING", "")
        paths = {}
        for language in LANGUAGES:
            with translation.override(language.code):
                paths[language.code] = reverse("search") + (f"?{query_string}" if query_string else "")
        return paths


def as_data(form: SearchForm, outcome: Outcome) -> dict[str, object]:
    """Return what the search page shows, for programs."""
    return {
        "query": form.query,
        "language": form.language,
        "step": str(outcome.step),
        "corrected": outcome.corrected_text,
        "total": outcome.total,
        "is_capped": outcome.is_capped,
        "page": outcome.page,
        "pages": outcome.pages,
        "results": [_hit_data(hit) for hit in outcome.hits],
        "promoted": [_hit_data(hit) for hit in outcome.promoted],
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
        "other_languages": [
            {"language": other.language.code, "total": other.total, "results": [_hit_data(hit) for hit in other.hits]}
            for other in outcome.others
        ],
    }


def _hit_data(hit: Hit) -> dict[str, object]:
    return {
        "title": hit.page.card_title,
        "url": hit.page.card_url,
        "kind": str(hit.page.card_kind),
        "date": getattr(hit.page, "machine_date", ""),
        "snippet": plain(hit.snippet),
        "snippet_html": _marked(hit.snippet),
        "is_partial": hit.is_partial,
    }


def _marked(segments: list[Segment]) -> str:
    return "".join(f"<mark>{escape(part.text)}</mark>" if part.marked else escape(part.text) for part in segments)


@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """Answer with suggestions for what somebody is typing."""
    if limits.is_too_many(request, "suggestions", settings.SEARCH_SUGGESTION_RATE):
        return JsonResponse({"suggestions": []}, status=HTTPStatus.TOO_MANY_REQUESTS, headers={"Retry-After": str(limits.WINDOW)})
    found = suggestions.suggest(request.GET.get("q", ""), current_language().code)
    return JsonResponse(
        {"suggestions": [{"text": one.text, "kind": str(one.kind), "url": one.url} for one in found]},
        json_dumps_params={"ensure_ascii": False},
        headers={"Cache-Control": "public, max-age=60", "X-Robots-Tag": "noindex"},
    )


# There is no cookie, so there is nothing that another site could make use of; the origin is checked all the same.
@csrf_exempt
@require_POST
def click(request: HttpRequest) -> HttpResponse:
    """Count that a result was opened: `q`, `page` (its id) and `position` (from 1)."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return HttpResponse(status=HTTPStatus.FORBIDDEN)
    if int(request.headers.get("Content-Length") or 0) > MAX_CLICK:
        return HttpResponse(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    query = clean(request.POST.get("q", "")).casefold()
    page, position = (request.POST.get(name, "") for name in ("page", "position"))
    if not (query and all(value.isascii() and value.isdecimal() and len(value) < 10 for value in (page, position))):
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    if limits.is_too_many(request, "click", settings.SEARCH_RATE):
        return HttpResponse(status=HTTPStatus.TOO_MANY_REQUESTS)
    is_there = Document.objects.filter(pk=int(page)).exists()
    if is_there and 1 <= int(position) <= 1000 and log.is_kept(query) and not log.is_bot(request):
        log.count_click(query, current_language().code, int(page), int(position))
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


