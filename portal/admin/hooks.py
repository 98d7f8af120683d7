"""Where the changes enter Wagtail's admin."""

from __future__ import annotations

from django.http import HttpRequest
from wagtail import hooks
from wagtail.models import Page, PageQuerySet

from . import choosers, comments, conflicts


@hooks.register("construct_page_chooser_queryset")
def choose_in_one_language(pages: PageQuerySet, request: HttpRequest) -> PageQuerySet:
    """Keep choosers to one language."""
    return choosers.in_one_language(pages, request)


@hooks.register("before_edit_page", order=-2)
def tell_what_others_did(request: HttpRequest, page: Page) -> None:
    """Say above the form what a reviewer wrote, and whose version saving would replace."""
    if request.method == "POST":
        conflicts.tell_of_newer_revision(request, page)
    else:
        comments.show_rejection(request, page)
