"""The page chooser opens where the user is, its search keeps to the language that is looked at, and it names no page that is
outside the user's rights."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from wagtail import hooks
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import chooser
from wagtail.models import Locale, Page, PageQuerySet, TranslatableMixin

from portal.admin import titles


def _with_more(columns: list[Column], request: HttpRequest) -> list[Column]:
    """Return a chooser's columns with those that others add (`page_chooser_columns`), behind the status."""
    more = [column for add in hooks.get_hooks("page_chooser_columns") for column in add(request)]
    place = next((number for number, column in enumerate(columns) if column.name == "status"), len(columns) - 1) + 1
    return [*columns[:place], *more, *columns[place:]]


class BrowseView(chooser.BrowseView):
    """The page chooser, opened beside the page that is being edited unless a place is asked for."""

    @property
    def columns(self) -> list[Column]:
        """Return Wagtail's columns and what others add."""
        return _with_more(super().columns, self.request)

    def get(self, request: HttpRequest, parent_page_id: int | None = None) -> HttpResponse:
        """Show the pages of one place.

        Raises:
            Http404: the page that was asked for is none that the user may see.
        """
        asked = Page.objects.filter(pk=parent_page_id).first() if parent_page_id else None
        if asked and not titles.may_see(request.user, asked):
            raise Http404
        parent_page_id = parent_page_id or _place(request)
        if parent_page_id and (locale := Page.objects.filter(pk=parent_page_id, depth__gt=1).select_related("locale").first()):
            # The search of this view sends its parameters along.
            request.GET = request.GET.copy()  # type: ignore[assignment]
            request.GET["locale"] = locale.locale.language_code
        return super().get(request, parent_page_id)


class SearchView(chooser.SearchView):
    """What is searched for in the page chooser."""

    @property
    def columns(self) -> list[Column]:
        """Return Wagtail's columns and what others add."""
        return _with_more(super().columns, self.request)


class ChosenMultipleView(chooser.ChosenMultipleView):
    """What is told of pages chosen by their numbers."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer for those that the user may see."""
        numbers = [number for number in request.GET.getlist("id") if number.isdecimal()]
        seen = titles.seen_by(request.user, Page.objects.filter(pk__in=numbers))
        request.GET = request.GET.copy()  # type: ignore[assignment]
        request.GET.setlist("id", [str(pk) for pk in seen.values_list("pk", flat=True)])
        return super().get(request)


class ExternalLinkView(chooser.ExternalLinkView):
    """An address that was typed: Wagtail offers the page that lies there instead, and names it."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep it an address where the page is not to be named, or has a title that is not public yet.

        Raises:
            BadRequest: there is no address among what was sent.
        """
        if f"{self.form_prefix}-{self.link_url_field_name}" not in request.POST:
            raise BadRequest
        response = super().post(request)
        data = json.loads(response.content)
        found = data.get("internal") or data.get("result") or {}
        page = Page.objects.filter(pk=found.get("id")).first() if "id" in found else None
        if page is None or titles.title_for(request.user, page) == page.draft_title:
            return response
        return self.render_chosen_response(self.get_result_data())


def _place(request: HttpRequest) -> int | None:
    """Return the page below which the one lies that the user has open: its parent, or the home page of its language.

    The chooser is not told where it was opened; the browser says so.
    """
    page_id = _opened(request)
    page = Page.objects.filter(pk=page_id).first() if page_id else None
    return page.pk if page and titles.may_see(request.user, page) else None


def _opened(request: HttpRequest) -> int | None:
    try:
        match = resolve(urlsplit(request.headers.get("Referer", "")).path)
    except Resolver404:
        return None
    if match.view_name == "wagtailadmin_pages:add":
        return match.kwargs["parent_page_id"]
    if match.view_name in ("wagtailadmin_pages:edit", "wagtailadmin_pages:revisions_revert"):
        page = Page.objects.filter(pk=match.kwargs["page_id"]).first()
        if page is None or page.depth == 2:
            return page and page.pk
        return page.get_parent().pk
    model = getattr(getattr(match.func, "view_class", None), "model", None) or match.func.__dict__.get("view_initkwargs", {}).get(
        "model"
    )
    if model and issubclass(model, TranslatableMixin) and "pk" in match.kwargs:
        locale_id = model.objects.filter(pk=match.kwargs["pk"]).values_list("locale_id", flat=True).first()
        return Page.objects.filter(depth=2, locale_id=locale_id).values_list("pk", flat=True).first()
    return None


def narrow(pages: PageQuerySet, request: HttpRequest) -> PageQuerySet:
    """Narrow what a chooser shows to what the user may see, and to the language that was looked at, where it says so."""
    pages = titles.seen_by(request.user, pages)
    locale = Locale.objects.filter(language_code=request.GET.get("locale", "")).first()
    # By the id: the search knows no language codes.
    return pages.filter(locale_id=locale.pk) if locale else pages
