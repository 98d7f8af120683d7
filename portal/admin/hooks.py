"""Where the changes enter Wagtail's admin."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib.auth.models import AbstractBaseUser, Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import pgettext_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.admin.widgets.button import Button
from wagtail.models import Page, PageQuerySet

from portal.models import conflicts

from . import aliases, choosers, comments, schedule, sharing, start
from .release import ReleaseMenuItem, ReleaseView


@hooks.register("construct_page_chooser_queryset")
def narrow_choosers(pages: PageQuerySet, request: HttpRequest) -> PageQuerySet:
    """Keep choosers to one language and to what the user may see."""
    return choosers.narrow(pages, request)


@hooks.register("construct_explorer_page_queryset")
def refuse_places_that_are_closed(parent_page: Page, pages: PageQuerySet, request: HttpRequest) -> PageQuerySet:
    """Show nothing of an alias to those who may not read what it shows."""
    return aliases.refuse_closed(parent_page, pages, request)


@hooks.register("before_edit_page", order=-2)
def tell_what_others_did(request: HttpRequest, page: Page) -> None:
    """Say above the form what a reviewer wrote, and whose version saving would replace."""
    if request.method == "POST":
        conflicts.tell_of_newer_revision(request, page)
    else:
        comments.show_rejection(request, page)


@hooks.register("insert_global_admin_css")
def own_styles() -> str:
    """Add the portal's few styles to the admin."""
    return format_html('<link rel="stylesheet" href="{}">', static("portal/css/admin.css"))


@hooks.register("insert_global_admin_js")
def build_widgets() -> str:
    """Build the widgets that stand in the screens as data."""
    return format_html('<script src="{}"></script>', static("portal/js/widgets.js"))


@hooks.register("register_help_menu_item")
def register_help() -> MenuItem:
    """Lead to the portal's own help."""
    label = pgettext_lazy("admin", "How to edit the portal")
    return MenuItem(label, reverse("portal_help_start"), name="portal-help", icon_name="help", order=100)


@hooks.register("construct_help_menu")
def hide_foreign_help(request: HttpRequest, menu_items: list[MenuItem]) -> None:
    """Take away what leads to other websites, in English."""
    menu_items[:] = [item for item in menu_items if item.name in ("portal-help", "keyboard-shortcuts-trigger")]


@hooks.register("insert_editor_js")
def rewrite_what_is_pasted() -> str:
    """Let text from word processors keep its structure."""
    return format_html('<script src="{}"></script>', static("portal/js/paste.js"))


@hooks.register("insert_editor_js")
def wait_for_the_draft() -> str:
    """Let what is handed in while a draft is being saved be handed in once."""
    return format_html('<script src="{}"></script>', static("portal/js/autosave.js"))


@hooks.register("register_admin_urls")
def register_schedule_urls() -> list[URLPattern]:
    """Add the report of what is planned, and the button that begins a failed job again."""
    return [
        path("reports/schedule/", schedule.ScheduleView.as_view(), name="schedule"),
        path("reports/schedule/jobs/<int:job_id>/repeat/", schedule.repeat, name="repeat_job"),
    ]


@hooks.register("register_reports_menu_item")
def register_schedule_menu_item() -> MenuItem:
    """Put it among the reports."""
    return schedule.menu_item()


@hooks.register("construct_homepage_panels")
def warn_on_the_dashboard(request: HttpRequest, panels: list[Component]) -> None:
    """Say on the start page what somebody has to look at, and what waits for them."""
    start.replace_panels(request, panels)
    panels.append(schedule.SchedulePanel())


hooks.register("register_start_boxes", start.own_boxes)


@hooks.register("construct_homepage_summary_items", order=1000)
def leave_out_numbers(request: HttpRequest, items: list[Component]) -> None:
    """How many pages and pictures there are helps nobody to begin."""
    items.clear()


@hooks.register("construct_main_menu")
def begin_at_the_german_home_page(request: HttpRequest, menu_items: list[MenuItem]) -> None:
    """Let “Pages” begin at the German home page."""
    start.begin_at_home(menu_items)


@hooks.register("register_admin_urls")
def register_start_urls() -> list[URLPattern]:
    """Add the lists of what waits that stand nowhere else."""
    return [path("start/<slug:name>/", start.BoxView.as_view(), name="start_box")]


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


@hooks.register("register_admin_urls")
def register_sharing_urls() -> list[URLPattern]:
    """Add the screen with the links to a page's drafts."""
    return [
        path("pages/<int:page_id>/share/", sharing.ShareView.as_view(), name="share_draft"),
        path("pages/<int:page_id>/share/<int:draft_id>/revoke/", sharing.revoke, name="revoke_draft"),
    ]


@hooks.register("register_page_header_buttons")
def sharing_header_buttons(page: Page, user: AbstractBaseUser, view_name: str, next_url: str | None = None) -> Iterator[Button]:
    """Offer to share a draft while it is edited."""
    yield from sharing.buttons(page, user)


@hooks.register("register_page_listing_more_buttons")
def sharing_listing_buttons(page: Page, user: AbstractBaseUser, next_url: str | None = None) -> Iterator[Button]:
    """Offer the same in the explorer."""
    yield from sharing.buttons(page, user)


hooks.register("register_log_actions", sharing.register_log_actions)
