"""What the desk adds to Wagtail's admin and to the start of the portal."""

from __future__ import annotations

from collections.abc import Callable

from django.urls import URLPattern, path, reverse
from django.utils.translation import pgettext_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.log_actions import LogActionRegistry
from wagtail.models import Page

from . import (
    choosing,
    explorer,
    figure_views,
    figures,
    models,
    planning,
    review_views,
    snippet_views,
    snippets,
    states,
    views,
    withdrawing,
)
from . import editor_hooks as editor_hooks
from . import order_hooks as order_hooks


@hooks.register("register_admin_urls")
def register_urls() -> list[URLPattern]:
    """Add the desk's addresses."""
    return [
        path("translations/", views.DeskView.as_view(), name="translation_desk"),
        path("translations/results/", views.DeskView.as_view(results_only=True), name="translation_desk_results"),
        path("translations/<int:page_id>/", views.show_page, name="translation_desk_page"),
        path("translations/<int:page_id>/confirm/", views.confirm, name="translation_desk_confirm"),
        path("translations/<int:page_id>/show-again/", views.show_again, name="translation_desk_show_again"),
        path("translations/<int:page_id>/figures/", figure_views.show, name="translation_figures"),
        path("translations/snippets/<int:type_id>/<int:snippet_id>/", snippet_views.show, name="translation_desk_snippet"),
        path(
            "translations/snippets/<int:type_id>/<int:snippet_id>/confirm/",
            snippet_views.confirm,
            name="translation_desk_snippet_confirm",
        ),
    ]


@hooks.register("register_admin_menu_item")
def register_menu_item() -> MenuItem:
    """Put the desk into the menu, behind the pages."""
    label = pgettext_lazy("admin", "Translations")
    return views.DeskMenuItem(label, reverse("translation_desk"), name="translations", icon_name="wagtail-localize-language", order=150)


@hooks.register("register_admin_viewset", order=1)
def register_page_viewset() -> explorer.DeskPageViewSet:
    """Show states where pages are listed. After that of `translation`: the last one of a model is taken."""
    return explorer.DeskPageViewSet()


@hooks.register("pages_written")
def store_states_of_pages(pages: list[Page]) -> None:
    """Pages were written in bulk: what they are true to with them."""
    states.store(pages)


hooks.register("extend_page_form", choosing.extend_form)
hooks.register("before_edit_page", choosing.keep_of_approver)
hooks.register("keep_with_revision", choosing.keep_with_revision)
hooks.register("after_publish_page", figure_views.offer_after_publication)
# Before the editor of wagtail-localize answers.
hooks.register("before_edit_page", review_views.say_what_is_planned, order=-3)
hooks.register("page_chooser_columns", explorer.chooser_columns)
hooks.register("construct_wagtail_userbar", explorer.add_to_userbar)
hooks.register("register_start_boxes", explorer.start_boxes)
hooks.register("register_start_boxes", figure_views.start_boxes)
# After that of `translation`: the last one of a name is taken.
hooks.register("register_bulk_action", choosing.PublishPagesWithQuestion, order=2)


@hooks.register("prepare_portal")
def store_missing_states(say: Callable[[str], None]) -> None:
    """Store what versions are true to that an older portal published, or one without the desk."""
    models.forget_what_is_gone()
    states.store_missing()
    snippets.forget_what_is_gone()
    snippets.store_missing()


@hooks.register("register_log_actions")
def register_actions(actions: LogActionRegistry) -> None:
    """Show in a page's history that somebody said it is still true."""
    actions.register_action(
        snippet_views.CONFIRMED,
        pgettext_lazy("admin", "Confirmed as still true"),
        pgettext_lazy("admin", "Still true to the German page, which was changed"),
    )
    actions.register_action(figures.TAKEN_OVER)(figure_views.FiguresFormatter)
    actions.register_action(
        planning.PLANNED, pgettext_lazy("admin", "Publication planned"), pgettext_lazy("admin", "Planned to go online at a time of its own")
    )
    actions.register_action(
        planning.MOVED, pgettext_lazy("admin", "Plan moved"), pgettext_lazy("admin", "Planned to go online at another time, as it stood")
    )
    actions.register_action(
        planning.CALLED_OFF, pgettext_lazy("admin", "Plan called off"), pgettext_lazy("admin", "Called off: does not go online by itself")
    )
    actions.register_action(
        withdrawing.WITHDRAWN,
        pgettext_lazy("admin", "Withdrawn"),
        pgettext_lazy("admin", "Not shown any more: the German page was changed, and the text is wrong by now"),
    )
    actions.register_action(
        withdrawing.SHOWN_AGAIN,
        pgettext_lazy("admin", "Shown again"),
        pgettext_lazy("admin", "Shown to visitors again"),
    )
