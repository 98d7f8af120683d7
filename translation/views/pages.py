"""Moving, unpublishing and deleting pages, on Wagtail's own screens.

Of a German page it is asked whether its translations go along. A translation is not deleted: its page shows the German one again.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib import messages
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import pgettext
from wagtail.admin.views.pages.bulk_actions.delete import DeleteBulkAction
from wagtail.admin.views.pages.bulk_actions.move import MoveBulkAction
from wagtail.admin.views.pages.bulk_actions.unpublish import UnpublishBulkAction
from wagtail.admin.views.pages.delete import DeleteView
from wagtail.admin.views.pages.move import MoveConfirmView
from wagtail.admin.views.pages.unpublish import UnpublishView
from wagtail.admin.views.pages.utils import get_valid_next_url_from_request
from wagtail.admin.viewsets.pages import PageViewSet
from wagtail.models import Page

from portal.admin import titles
from portal.listing.explorer import KindIndexView
from portal.pages import redirects
from translation import aliases, cascades
from translation.guards import refuse
from translation.permissions import reason_against_publication
from translation.publishing import names_of
from translation.views.publish import PublishPagesAction

FIELD = "translations"


def reason_against_taking_back(user: AbstractBaseUser, page: Page) -> str:
    """Return why a user may not let a page of a following language show the German one again, as a sentence; nothing when they may."""
    if page.alias_of_id is not None:
        return pgettext("admin", "This page shows the German page. It stays as long as that stays.")
    return reason_against_publication(user, page)


def take_back(request: HttpRequest, page: Page, source: Page) -> HttpResponse:
    """Ask, and let a translation show the German page again: what the admin calls deleting it, or converting it to an alias."""
    page = page.specific
    if reason := reason_against_taking_back(request.user, page):
        return refuse(request, reason)
    next_url = get_valid_next_url_from_request(request)
    if request.method != "POST":
        address = redirects.path_of(page.url_path, page.locale_id) if page.first_published_at else ""
        context = {"page": page, "source": source, "address": address, "next": next_url}
        return render(request, "translation/confirm_take_back.html", context)
    title = page.title
    alias = aliases.show_source(page, source, request.user)
    text = pgettext("admin", "The translation “%(title)s” is taken back. Its page shows the German one: “%(source)s”.")
    messages.success(request, text % {"title": title, "source": str(source)})
    return redirect(next_url or reverse("wagtailadmin_explore", args=[alias.get_parent().pk]))


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
    """Deletes a page, or takes a translation back."""

    page_attribute = "page"
    template_name = "translation/confirm_delete.html"

    def dispatch(self, request: HttpRequest, page_id: int, *args: object, **kwargs: object) -> HttpResponse:
        """Take back what stands for a German page: its place in the tree stays."""
        page = get_object_or_404(Page, pk=page_id)
        if (source := aliases.source_shown(page)) is not None:
            return take_back(request, page, source)
        return super().dispatch(request, page_id, *args, **kwargs)


class UnpublishPageView(ChoiceMixin, UnpublishView):
    """Unpublishes a page."""

    page_attribute = "object"
    template_name = "translation/confirm_unpublish.html"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """Name the German page that readers see instead of a translation."""
        return {**super().get_context_data(**kwargs), "source_shown": aliases.source_shown(self.object)}


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
    """Deletes pages, and takes translations back."""

    template_name = "translation/confirm_bulk_delete.html"

    def check_perm(self, page: Page) -> bool:
        """Return whether a page may be deleted, or taken back where it stands for a German one."""
        if aliases.source_shown(page) is None:
            return super().check_perm(page)
        return not reason_against_taking_back(self.request.user, page.specific_deferred)

    def object_context(self, page: Page) -> dict[str, object]:
        """Say of a page what will become of it."""
        return {**super().object_context(page), "source_shown": aliases.source_shown(page)}

    def get_execution_context(self) -> dict[str, object]:
        """Collect the pages that are taken back, for the message."""
        self.taken_back: list[Page] = []
        return {**super().get_execution_context(), "taken_back": self.taken_back}

    @classmethod
    def execute_action(
        cls, objects: list[Page], user: AbstractBaseUser | None = None, taken_back: list[Page] | None = None, **kwargs: object
    ) -> tuple[int, int]:
        """Delete first: with a German page go the translations of it that were chosen too."""
        standing = [page for page in objects if aliases.source_shown(page) is not None]
        done = super().execute_action([page for page in objects if page not in standing], user=user, **kwargs)
        for page in Page.objects.filter(pk__in=[page.pk for page in standing]).select_related("locale"):
            if page.alias_of_id is None and (source := aliases.source_shown(page)) is not None:
                aliases.show_source(page, source, user)
                if taken_back is not None:
                    taken_back.append(page)
        return done

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str | None:
        """Say what was deleted, and name what was taken back."""
        if self.taken_back:
            text = pgettext("admin", "Taken back, the pages show the German ones again: %(pages)s.")
            messages.success(self.request, text % {"pages": names_of(self.taken_back)})
        return super().get_success_message(num_parent_objects, num_child_objects) if num_parent_objects else None


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


BULK_ACTIONS = (DeletePagesAction, UnpublishPagesAction, MovePagesAction, PublishPagesAction)


class TranslatedPageViewSet(PageViewSet):
    """Wagtail's screens of all pages, with the question."""

    model = Page
    index_view_class = KindIndexView
    delete_view_class = DeletePageView
    unpublish_view_class = UnpublishPageView
    move_confirm_view_class = MovePageView
