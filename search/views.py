"""The search page of each language, the same results for programs, suggestions, and what was opened."""

from __future__ import annotations

from http import HTTPStatus

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import translation
from django.utils.decorators import method_decorator
from django.utils.translation import gettext, ngettext, pgettext
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from portal import navigation
from portal.http import limits
from portal.http.robots import is_robot
from portal.language.languages import LANGUAGES, current_language
from portal.pages import readers
from portal.uploads.delivery import reading_only

from . import log, service, shown, suggestions
from .forms import SearchForm
from .models import Document
from .query import clean
from .service import Outcome, Step

MAX_CLICK = 2_000
"""Bytes: a click says little."""

JSON = {"json_dumps_params": {"ensure_ascii": False}}
NO_INDEX = {"X-Robots-Tag": "noindex"}


@method_decorator([csrf_exempt, never_cache], name="dispatch")
class SearchView(View):
    """Pages of the reader's language that answer a query. Any input is answered."""

    http_method_names = ("get", "head", "options")

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer with the results, as a page or as JSON."""
        if request.GET.get("q") and (seconds := limits.seconds_to_wait(request, "search", settings.SEARCH_RATE)):
            return self._too_many(request, seconds)
        language = current_language().code
        form = SearchForm(request.GET, language)
        outcome = service.search(form.request())
        if _is_for_programs(request):
            response: HttpResponse = log.SearchJsonResponse(shown.data(form, outcome), headers=NO_INDEX, **JSON)
        else:
            context = self._context(request, form, outcome)
            response = log.SearchResponse(request, "search/search.html", context, headers=NO_INDEX)
        if request.method == "GET":
            log.remember(request, response, outcome, language)
        return response

    def _too_many(self, request: HttpRequest, seconds: int) -> HttpResponse:
        """Answer somebody who asks too often, in their language."""
        headers = {**NO_INDEX, "Retry-After": str(seconds)}
        status = HTTPStatus.TOO_MANY_REQUESTS
        if _is_for_programs(request):
            return JsonResponse({"detail": gettext("Too many searches")}, status=status, headers=headers, **JSON)
        return TemplateResponse(request, "search/too_many.html", status=status, headers=headers)

    def _context(self, request: HttpRequest, form: SearchForm, outcome: Outcome) -> dict[str, object]:
        start = (outcome.page - 1) * service.RESULTS_PER_PAGE
        complete = [hit for hit in outcome.hits if not hit.is_partial]
        numbers = range(outcome.pages * service.RESULTS_PER_PAGE)
        # Of a single word that stands nowhere, the very spelling finds nothing.
        has_exact = bool(outcome.corrected_text) and len(outcome.query.concepts) > 1
        return {
            "form": form,
            "query": form.query,
            "is_empty": "q" in request.GET and not form.query,
            # Made here and not in the template: what a template puts into a text is escaped, and the head escapes it again.
            "page_title": gettext("Search: %(query)s") % {"query": form.query} if form.query else gettext("Search"),
            "outcome": outcome,
            "complete": complete,
            "first": start + 1,
            "partial": [hit for hit in outcome.hits if hit.is_partial],
            "first_partial": start + len(complete) + 1,
            "is_any": outcome.step == Step.ANY,
            "offered": self._link(form, outcome.offered_text) if outcome.offered_text else None,
            "near": [self._link(form, text) for text in outcome.near],
            "exact": form.address(is_exact=True) if has_exact else "",
            "results": Paginator(numbers, service.RESULTS_PER_PAGE).get_page(outcome.page),
            "chips": [{"title": one.title, "text": one.label, "href": form.without(one)} for one in form.choices],
            "without_filters": form.address(filters=[]),
            "by_relevance": form.address(by_date=False),
            "by_date": form.address(by_date=True),
            "page_query": form.address()[1:],
            "paths": self._paths(form),
            "click_url": reverse("search_click"),
            **(self._ways_on(form) if form.query and not outcome.hits else {}),
        }

    def _ways_on(self, form: SearchForm) -> dict[str, object]:
        """Return where to go on where nothing was found: the same search in other languages, the sections, the contact page."""
        homes = navigation.home_urls()
        others = navigation.language_links(readers.of(self.request), self._paths(form))
        columns = (navigation.footer() or {}).get("columns", ())
        name = pgettext("the link to the contact page in the footer", "Contact")
        return {
            "other_searches": [entry for entry in others if not entry.is_current and entry.language in homes],
            "sections": navigation.menu(),
            "contact": next((link for column in columns for link in column["links"] if link.title == name), None),
        }

    def _link(self, form: SearchForm, text: str) -> dict[str, str]:
        """Return another query with its address."""
        return {"text": text, "href": form.address(query=text, filters=[])}

    def _paths(self, form: SearchForm) -> dict[str, str]:
        """Return the address of this search in each language."""
        paths = {}
        for language in LANGUAGES:
            with translation.override(language.code):
                paths[language.code] = reverse("search") + (form.address() if form.query else "")
        return paths


def _is_for_programs(request: HttpRequest) -> bool:
    return request.GET.get("format") == "json"


@reading_only
def suggest(request: HttpRequest) -> HttpResponse:
    """Answer with suggestions for what somebody is typing, and with what a screen reader says of them."""
    if seconds := limits.seconds_to_wait(request, "suggestions", settings.SEARCH_SUGGESTION_RATE):
        headers = {**NO_INDEX, "Retry-After": str(seconds)}
        return JsonResponse({"suggestions": []}, status=HTTPStatus.TOO_MANY_REQUESTS, headers=headers)
    found = suggestions.suggest(request.GET.get("q", ""), current_language().code)
    number = len(found)
    said = ngettext(
        "%(number)s suggestion. Choose with the arrow keys.", "%(number)s suggestions. Choose with the arrow keys.", number
    ) % {"number": number}
    return JsonResponse(
        {
            "suggestions": [{"text": one.text, "kind": str(one.kind), "url": one.url} for one in found],
            "said": said if found else "",
        },
        headers={**NO_INDEX, "Cache-Control": "public, max-age=60"},
        **JSON,
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
    if seconds := limits.seconds_to_wait(request, "click", settings.SEARCH_RATE):
        return HttpResponse(status=HTTPStatus.TOO_MANY_REQUESTS, headers={"Retry-After": str(seconds)})
    is_there = Document.objects.filter(pk=int(page)).exists()
    if is_there and 1 <= int(position) <= 1000 and log.is_kept(query) and not is_robot(request):
        log.count_click(query, current_language().code, int(page), int(position))
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


