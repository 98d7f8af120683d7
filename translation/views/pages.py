"""Moving, unpublishing and deleting a German page: whether its translations go along is asked on Wagtail's own screens."""

from __future__ import annotations

from typing import ClassVar

from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from wagtail.admin.views.pages.bulk_actions.delete import DeleteBulkAction
from wagtail.admin.views.pages.bulk_actions.move import MoveBulkAction
from wagtail.admin.views.pages.bulk_actions.unpublish import UnpublishBulkAction
from wagtail.admin.views.pages.delete import DeleteView
from wagtail.admin.views.pages.move import MoveConfirmView
from wagtail.admin.views.pages.unpublish import UnpublishView
from wagtail.admin.viewsets.pages import PageViewSet
from wagtail.models import Page

from portal.admin import titles
from translation import cascades

FIELD = "translations"


class ChoiceMixin:
    """Asks, where a page has finished translations, and does to them what was answered; unasked it is done to all."""

    page_attribute: ClassVar[str]
    with_subtree: ClassVar[bool] = True

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Do it, and as chosen."""
        with cascades.chosen(request.POST.get(FIELD)):
            return super().post(request, *args, **kwargs)

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """Name the translations."""
        page = getattr(self, self.page_attribute)
        translations = cascades.finished_translations(page, with_subtree=self.with_subtree)
        return {**super().get_context_data(**kwargs), "finished_translations": translations}


class DeletePageView(ChoiceMixin, DeleteView):
    """Deletes a page."""

    page_attribute = "page"
    template_name = "translation/confirm_delete.html"


class UnpublishPageView(ChoiceMixin, UnpublishView):
    """Unpublishes a page."""

    page_attribute = "object"
    template_name = "translation/confirm_unpublish.html"


class MovePageView(ChoiceMixin, MoveConfirmView):
    """Moves a page."""

    page_attribute = "page_to_move"
    with_subtree = False
    template_name = "translation/confirm_move.html"

    def dispatch(
        self, request: HttpRequest, page_to_move_id: int, destination_id: int, *args: object, **kwargs: object
    ) -> HttpResponse:
        """Ask for the right first: Wagtail asks when it moves, after it has named both pages.

        Raises:
            PermissionDenied: the user may not move this page there.
        """
        page, destination = (get_object_or_404(Page, pk=pk) for pk in (page_to_move_id, destination_id))
        if not page.permissions_for_user(request.user).can_move_to(destination):
            raise PermissionDenied
        return super().dispatch(request, page_to_move_id, destination_id, *args, **kwargs)


class BulkChoiceMixin:
    """Asks once for all pages that are chosen in a list."""

    with_subtree: ClassVar[bool] = True

    def form_valid(self, form: Form) -> HttpResponse:
        """Do it, and as chosen."""
        with cascades.chosen(self.request.POST.get(FIELD)):
            return super().form_valid(form)

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """Name the translations, each once."""
        context = super().get_context_data(**kwargs)
        translations = {
            translation.pk: translation
            for item in context["items"]
            for translation in cascades.finished_translations(item["item"], with_subtree=self.with_subtree)
        }
        return {**context, "finished_translations": list(translations.values())}


class DeletePagesAction(BulkChoiceMixin, DeleteBulkAction):
    """Deletes pages."""


class UnpublishPagesAction(BulkChoiceMixin, UnpublishBulkAction):
    """Unpublishes pages."""


class MovePagesAction(BulkChoiceMixin, MoveBulkAction):
    """Moves pages."""

    with_subtree = False

    def get_form(self, form_class: type[Form] | None = None) -> Form:
        """Take only a place that the user works on: Wagtail names the one that it refuses."""
        form = super().get_form(form_class)
        form.fields["chooser"].queryset = titles.worked_on_by(self.request.user, Page.objects.all())
        return form


BULK_ACTIONS = (DeletePagesAction, UnpublishPagesAction, MovePagesAction)


class TranslatedPageViewSet(PageViewSet):
    """Wagtail's screens of all pages, with the question."""

    model = Page
    delete_view_class = DeletePageView
    unpublish_view_class = UnpublishPageView
    move_confirm_view_class = MovePageView
