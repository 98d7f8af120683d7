"""The search page of each language."""

from __future__ import annotations

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.urls import reverse
from django.utils import translation
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView

from portal.languages import LANGUAGES, current_language

from . import service
from .forms import SearchForm


@method_decorator(never_cache, name="dispatch")
class SearchView(TemplateView):
    """Pages of the reader's language that answer a query. Any input is answered with 200."""

    template_name = "search/search.html"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """Return the query and one page of results, each ready to be shown."""
        form = SearchForm(self.request.GET)
        form.is_valid()
        query = form.cleaned_data.get("q", "")
        number = self.request.GET.get("page", "")
        page = int(number) if number.isdecimal() and number.isascii() and len(number) < 6 else 1
        outcome = service.search(service.Request(query, current_language().code, page=page))
        paginator = Paginator(outcome.ids, service.RESULTS_PER_PAGE)
        return super().get_context_data(
            query=query,
            outcome=outcome,
            results=paginator.get_page(outcome.page),
            hits=[hit.page for hit in outcome.hits],
            page_query=urlencode({"q": query}),
            paths=self._paths(),
            **kwargs,
        )

    def _paths(self) -> dict[str, str]:
        """Return the address of this search in each language."""
        query_string = self.request.META.get("QUERY_STRING", "")
        paths = {}
        for language in LANGUAGES:
            with translation.override(language.code):
                paths[language.code] = reverse("search") + (f"?{query_string}" if query_string else "")
        return paths
