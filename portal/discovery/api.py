"""The read API at `/api/v2/`: the pages of all languages as JSON, for other sites and for research.

It is Wagtail's, with three things of its own: it knows real versions only, names the versions of a page in the other
languages, and answers 400 to whatever no parser or database takes. Nobody signs in to it and it sets no cookies.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import DataError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path, re_path
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.csrf import csrf_exempt
from rest_framework.fields import Field
from rest_framework.filters import BaseFilterBackend
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from wagtail.api.v2.filters import SearchFilter
from wagtail.api.v2.router import WagtailAPIRouter
from wagtail.api.v2.serializers import PageSerializer
from wagtail.api.v2.utils import BadRequestError
from wagtail.api.v2.views import PagesAPIViewSet
from wagtail.models import Page, get_page_models
from wagtail.query import PageQuerySet
from wagtail.search.backends.base import FilterFieldError, OrderByFieldError
from wagtail.search.utils import parse_query_string

from portal import navigation
from portal.discovery.head import absolute
from portal.language.languages import LANGUAGES, SOURCE_LANGUAGE, language_of_path
from portal.models import ListRow
from portal.models.listing import NEVER
from portal.pages import restrictions, versions

# `fields` is read by recursion; a long query costs the database dear.
MAX_LENGTH = 200

# What PostgreSQL or UTF-8 refuses.
_REFUSED = re.compile("[\x00\ud800-\udfff]")
# Every database counts that far.
_NUMBER = re.compile(r"[0-9]{1,18}")
# Parameters that take a number, with the word that some take instead.
_NUMBERS = {
    "limit": "", "offset": "", "id": "", "ancestor_of": "",
    "child_of": "root", "descendant_of": "root", "translation_of": "root",
}  # fmt: skip


class PageField(Field):
    """A field that is read from the page as a whole."""

    def get_attribute(self, instance: Page) -> Page:
        """Return the page itself."""
        return instance


class HtmlUrlField(PageField):
    """The address of a page, on the portal's own host."""

    def to_representation(self, page: Page) -> str:
        """Return the address."""
        return absolute(page.get_url())


class TranslationsField(PageField):
    """The real versions of a page in all languages, itself included."""

    def to_representation(self, page: Page) -> list[dict[str, object]]:
        """Return language, id and address of each version, in the order of the portal's languages."""
        found = self.context["view"].versions_of(page)
        return [
            {"locale": language.code, "id": found[language.code].pk, "html_url": absolute(found[language.code].get_url())}
            for language in LANGUAGES
            if language.code in found
        ]


class ListingField(PageField):
    """What a page is and when, in the words of its kind; nothing of a page that is of none."""

    def to_representation(self, page: Page) -> dict[str, object] | None:
        """Return the kind, its beginning and when it is over."""
        row = self.context["view"].row_of(page)
        if row is None:
            return None
        end = None if row.end == NEVER else timezone.localtime(row.end).isoformat()
        return {"kind": row.kind, "start": timezone.localtime(row.start).isoformat(), "end": end}


class RealPageSerializer(PageSerializer):
    """A page with its versions in other languages."""

    html_url = HtmlUrlField(read_only=True)
    translations = TranslationsField(read_only=True)
    listing = ListingField(read_only=True)


class PageSearchFilter(BaseFilterBackend):
    """`?search=`: any words are taken. The database tells which pages may be found; the index knows nothing of real versions."""

    def filter_queryset(self, request: Request, queryset: QuerySet, view: PagesViewSet) -> object:
        """Return the search results among the pages.

        Raises:
            BadRequestError: an operator that is none, or an order that the index does not know.
        """
        if "search" not in request.GET:
            return queryset
        operator = request.GET.get("search_operator", "and")
        if operator not in {"and", "or"}:
            raise BadRequestError("search_operator must be “and” or “or”")
        _filters, query = parse_query_string(request.GET["search"], operator=operator)
        pages = queryset.model.objects.filter(pk__in=queryset.order_by().values("pk"))
        pages = pages.order_by(*queryset.query.order_by)
        try:
            return pages.search(query, order_by_relevance="order" not in request.GET)
        except (FilterFieldError, OrderByFieldError) as error:
            raise BadRequestError(f"search cannot be combined with “{error.field_name}”") from error


class KindFilter(BaseFilterBackend):
    """`?kind=`: pages of one kind of content, by its name for programs, as `listing` has it."""

    def filter_queryset(self, request: Request, queryset: QuerySet, view: PagesViewSet) -> QuerySet:
        """Return those of the pages that stand in a list of the kind.

        Raises:
            BadRequestError: there is no such kind; it names those that there are.
        """
        if (kind := request.GET.get("kind")) is None:
            return queryset
        kinds = sorted(model.listing.kind for model in get_page_models() if getattr(model, "listing", None) is not None)
        if kind not in kinds:
            raise BadRequestError(f"kind must be one of: {', '.join(kinds)}")
        return queryset.filter(pk__in=ListRow.objects.filter(kind=kind, is_live=True).values("page"))


class JsonForAll(BaseContentNegotiation):
    """Answers with JSON whatever `Accept` says: a refusal would be kept by caches for everybody, who do not know that it depends on it."""

    def select_parser(self, request: Request, parsers: list[type]) -> type:
        """Return the first."""
        return parsers[0]

    def select_renderer(self, request: Request, renderers: list[type], format_suffix: str | None = None) -> tuple[type, str]:
        """Return the first."""
        return renderers[0], renderers[0].media_type


class PagesViewSet(PagesAPIViewSet):
    """The real versions of all pages."""

    content_negotiation_class = JsonForAll
    authentication_classes: ClassVar[list] = []
    base_serializer_class = RealPageSerializer
    filter_backends: ClassVar[list] = [
        KindFilter,
        *(PageSearchFilter if backend is SearchFilter else backend for backend in PagesAPIViewSet.filter_backends),
    ]
    # The portal is one site.
    known_query_parameters = (PagesAPIViewSet.known_query_parameters - {"site"}) | {"kind"}
    body_fields: ClassVar[list] = [*PagesAPIViewSet.body_fields, "translations", "listing"]
    # A real version is no alias.
    meta_fields: ClassVar[list] = [name for name in PagesAPIViewSet.meta_fields if name != "alias_of"]
    listing_default_fields: ClassVar[list] = [*PagesAPIViewSet.listing_default_fields, "translations", "listing"]

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        """Refuse parameters that a parser or a database could stumble over.

        Raises:
            BadRequestError: says which.
        """
        for name, values in request.GET.lists():
            for value in (name, *values):
                if _REFUSED.search(value) or len(value) > MAX_LENGTH:
                    raise BadRequestError(f"a parameter holds odd characters or more than {MAX_LENGTH}")
            if name in _NUMBERS and not all(_NUMBER.fullmatch(value) or value == _NUMBERS[name] != "" for value in values):
                raise BadRequestError(f"{name} must be a positive integer")
        # Nothing random can be cached or paged.
        if "random" in request.GET.get("order", "").split(","):
            raise BadRequestError("random order is not supported")
        super().initial(request, *args, **kwargs)

    def get_base_queryset(self) -> PageQuerySet:
        """Return the real versions of all pages."""
        return versions.real(Page.objects.all())

    def get_root_page(self) -> Page:
        """Return the home page of the source language.

        Raises:
            BadRequestError: there is none.
        """
        home = navigation.homes().get(SOURCE_LANGUAGE)
        if home is None:
            raise BadRequestError("there is no root page")
        return Page.objects.get(pk=home["id"])

    def filter_queryset(self, queryset: QuerySet) -> object:
        """Filter lists; a page that is asked for by its id is what it is."""
        return super().filter_queryset(queryset) if self.action == "listing_view" else queryset

    def find_object(self, queryset: QuerySet, request: Request) -> Page | None:
        """Return the page at `html_path` (`/en/our-work/`) or with `id`."""
        address = request.GET.get("html_path")
        if address is None:
            return super().find_object(queryset, request)
        language = language_of_path(address)
        home = navigation.homes().get(language.code) if language else None
        if home is None:
            return None
        below = [part for part in address.split("/") if part][1:]
        url_path = "/".join([home["url_path"].rstrip("/"), *below]) + "/"
        return queryset.filter(url_path=url_path, locale_id=home["locale_id"]).first()

    def paginate_queryset(self, queryset: object) -> list[Page]:
        """Return one page of a list, with all that its entries need: two queries whatever their number."""
        pages = list(super().paginate_queryset(queryset))
        self._find_versions(pages)
        return pages

    def get_object(self) -> Page:
        """Return one page, with its versions."""
        page = super().get_object()
        self._find_versions([page])
        return page

    def _find_versions(self, pages: list[Page]) -> None:
        versions.set_locales(pages)
        self._rows = {row.page_id: row for row in ListRow.objects.filter(page__in=[page.pk for page in pages]).order_by("-pk")}
        rows: dict[object, list[Page]] = defaultdict(list)
        keys = [page.translation_key for page in pages]
        for row in Page.objects.filter(translation_key__in=keys).select_related("published_version"):
            rows[row.translation_key].append(row)
        with restrictions.remembered():
            self._versions = {key: versions.sort_rows(group).real for key, group in rows.items()}

    def row_of(self, page: Page) -> ListRow | None:
        """Return in which list a page that is being answered stands; None where in none."""
        return self._rows.get(page.pk)

    def versions_of(self, page: Page) -> dict[str, Page]:
        """Return the real versions of a page that is being answered, by language code."""
        return self._versions[page.translation_key]

    def handle_exception(self, exc: Exception) -> Response:
        """Answer 400 to a value that only the field itself (a date, say) could refuse."""
        if isinstance(exc, ValidationError | OverflowError | DataError):
            exc = BadRequestError("a parameter has a value that is none")
        return super().handle_exception(exc)

    def finalize_response(
        self, request: Request, response: HttpResponse, *args: object, **kwargs: object
    ) -> HttpResponse:
        """Let answers be kept for a minute; they are in all languages, whatever the browser prefers."""
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers["Content-Language"] = ", ".join(language.code for language in LANGUAGES)
        if response.status_code == 200:
            patch_cache_control(response, public=True, max_age=60)
        return response


@csrf_exempt
def not_found(request: HttpRequest) -> JsonResponse:
    """Answer 404 as the API does."""
    return JsonResponse({"message": "not found"}, status=404)


router = WagtailAPIRouter("wagtailapi")
router.register_endpoint("pages", PagesViewSet)

urlpatterns = [path("", router.urls), re_path(r"^(?:.*/)?$", not_found)]
