"""The page chooser opens where the user is, and its search keeps to the language that is looked at."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from wagtail.admin.views import chooser
from wagtail.models import Locale, Page, PageQuerySet, TranslatableMixin


class BrowseView(chooser.BrowseView):
    """The page chooser, opened beside the page that is being edited unless a place is asked for."""

    def get(self, request: HttpRequest, parent_page_id: int | None = None) -> HttpResponse:
        """Show the pages of one place."""
        parent_page_id = parent_page_id or _place(request)
        if parent_page_id and (locale := Page.objects.filter(pk=parent_page_id, depth__gt=1).select_related("locale").first()):
            # The search of this view sends its parameters along.
            request.GET = request.GET.copy()
            request.GET["locale"] = locale.locale.language_code
        return super().get(request, parent_page_id)


def _place(request: HttpRequest) -> int | None:
    """Return the page below which the one lies that the user has open: its parent, or the home page of its language.

    The chooser is not told where it was opened; the browser says so.
    """
    try:
        match = resolve(urlsplit(request.headers.get("Referer", "")).path)
    except Resolver404:
        return None
    if match.view_name == "wagtailadmin_pages:add":
        return Page.objects.filter(pk=match.kwargs["parent_page_id"]).values_list("pk", flat=True).first()
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


def in_one_language(pages: PageQuerySet, request: HttpRequest) -> PageQuerySet:
    """Narrow what a chooser shows to the language that was looked at, where it says so."""
    locale = Locale.objects.filter(language_code=request.GET.get("locale", "")).first()
    # By the id: the search knows no language codes.
    return pages.filter(locale_id=locale.pk) if locale else pages
