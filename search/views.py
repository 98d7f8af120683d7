"""The search page of each language."""

from __future__ import annotations

from urllib.parse import urlencode

from django.core.paginator import Page as PaginatorPage
from django.core.paginator import Paginator
from django.urls import reverse
from django.utils import translation
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView
from wagtail.models import Page
from wagtail.search.utils import parse_query_string

from portal import cards, versions
from portal.languages import LANGUAGES, current_language

from .forms import SearchForm

RESULTS_PER_PAGE = 10


def search_pages(query: str, language_code: str) -> object:
    """Return the search results: live and public real pages of one language, all words of the query in each."""
    found = versions.real(Page.objects.filter(locale__language_code=language_code))
    _filters, parsed = parse_query_string(query, operator="and")
    # The index knows nothing of finished versions: the database tells which pages may be found.
    return Page.objects.filter(pk__in=found.values("pk")).search(parsed)


@method_decorator(never_cache, name="dispatch")
class SearchView(TemplateView):
    """Pages of the reader's language that contain the words of the query. Any input is answered with 200."""

    template_name = "search/search.html"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """Return the query and one page of results, each ready to be shown."""
        form = SearchForm(self.request.GET)
        form.is_valid()
        query = form.cleaned_data.get("q", "")
        results = self._results(query)
        return super().get_context_data(
            query=query,
            results=results,
            hits=cards.prepare(cards.specific(list(results.object_list))) if results else [],
            page_query=urlencode({"q": query}),
            paths=self._paths(),
            **kwargs,
        )

    def _results(self, query: str) -> PaginatorPage | None:
        if not query:
            return None
        found = search_pages(query, current_language().code)
        return Paginator(found, RESULTS_PER_PAGE).get_page(self.request.GET.get("page"))

    def _paths(self) -> dict[str, str]:
        """Return the address of this search in each language."""
        query_string = self.request.META.get("QUERY_STRING", "")
        paths = {}
        for language in LANGUAGES:
            with translation.override(language.code):
                paths[language.code] = reverse("search") + (f"?{query_string}" if query_string else "")
        return paths
