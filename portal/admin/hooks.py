"""Where the changes enter Wagtail's admin."""

from __future__ import annotations

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.models import Page, PageQuerySet

from . import choosers, comments, conflicts
from .release import ReleaseMenuItem, ReleaseView


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


@hooks.register("register_admin_urls")
def register_release_url() -> list[URLPattern]:
    """Add the screen on which the portal is released."""
    return [path("release/", ReleaseView.as_view(), name="release_portal")]


@hooks.register("register_settings_menu_item")
def register_release_menu_item() -> MenuItem:
    """Put it among the settings."""
    return ReleaseMenuItem()


@hooks.register("register_permissions")
def register_release_permission() -> QuerySet:
    """Offer the right to release to groups; administrators have it without."""
    return Permission.objects.filter(content_type__app_label="portal", codename="release_portal")
