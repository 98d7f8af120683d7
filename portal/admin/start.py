"""The start page of the admin: what waits for this person, in boxes of at most five lines; an empty box is not there.

Apps add boxes by the hook `register_start_boxes`, whose functions take the request and yield each a `Box`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import pgettext, pgettext_lazy
from django.views.generic import TemplateView
from wagtail import hooks
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.sidebar import PageExplorerMenuItem
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.wagtail_hooks import ExplorerMenuItem
from wagtail.models import Page, TaskState, WorkflowState
from wagtail.permission_policies.pages import PagePermissionPolicy

from portal.admin import schedule, titles
from portal.language.languages import SOURCE_LANGUAGE
from portal.models.deputies import stood_in_for
from portal.navigation import homes

LINES = 5
REPLACED = {"workflow_objects_to_moderate", "user_objects_in_workflow_moderation", "recent_edits"}
"""Panels of Wagtail's that say the same to everybody, or again."""


@dataclass(frozen=True)
class Line:
    """One thing that waits: what, where one works on it, the name of its language, and a word about it."""

    text: str
    url: str
    language: str = ""
    note: str = ""


@dataclass(frozen=True)
class Box:
    """Things of one kind that wait for a person.

    Args:
        name: its key, for ever the same.
        title: what stands above them.
        lines: the things; the box shows the first `LINES`.
        url: where all of them stand; empty where the portal's own list is that place.
        count: how many there are, where `lines` are not all.
        order: boxes stand in this order.
    """

    name: str
    title: str | Promise
    lines: Sequence[Line]
    url: str = ""
    count: int = 0
    order: int = 100

    @property
    def number(self) -> int:
        """Return how many things wait."""
        return self.count or len(self.lines)

    @property
    def address(self) -> str:
        """Return where all of them stand."""
        return self.url or reverse("start_box", args=[self.name])


def boxes(request: HttpRequest) -> list[Box]:
    """Return the boxes of a person that hold anything, in their order."""
    found = [box for register in hooks.get_hooks("register_start_boxes") for box in register(request)]
    return sorted((box for box in found if box.number), key=lambda box: box.order)


def _line(page: Page, note: str) -> Line:
    address = reverse("wagtailadmin_pages:edit", args=[page.pk])
    return Line(page.get_admin_display_title(), address, str(page.locale.get_display_name()), note)


def _time(moment: object) -> str:
    return date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT") if moment else ""


def _quoted(comment: str) -> str:
    return pgettext("admin", "“%(comment)s”") % {"comment": comment} if comment else pgettext("admin", "without a comment")


def _editable(user: User) -> QuerySet[Page]:
    """Return the pages that a person may change, with what a line needs."""
    pages = PagePermissionPolicy().instances_user_has_any_permission_for(user, ["change", "publish"])
    return pages.filter(alias_of=None).select_related("locale", "latest_revision", "content_type")


def _drafts(user: User) -> list[Line]:
    """Return the pages whose last change is this person's and not published, submitted, sent back or planned."""
    in_workflow = WorkflowState.objects.active().values_list("object_id", flat=True)
    pages = _editable(user).filter(
        has_unpublished_changes=True, latest_revision__user=user, latest_revision__approved_go_live_at=None
    )
    busy = set(in_workflow)
    return [
        _line(page, _time(page.latest_revision_created_at))
        for page in pages.order_by("-latest_revision_created_at", "pk")
        if str(page.pk) not in busy
    ]


def _waiting(user: User, others: Mapping[int, User]) -> list[Line]:
    """Return what this person is asked to approve, pages and snippets, the oldest first; `others` are those whom they stand in for."""
    urls = AdminURLFinder(user)
    states = (
        TaskState.objects.reviewable_by(user)
        .select_related("revision__user")
        .prefetch_related("revision__content_object")
        .order_by("started_at", "pk")
    )
    lines = []
    for state in states:
        subject = state.revision.content_object
        who = state.revision.user and (state.revision.user.get_full_name() or state.revision.user.get_username())
        note = " · ".join(filter(None, [who, _time(state.started_at), _in_place_of(others.get(state.pk))]))
        if isinstance(subject, Page):
            # Whoever stands in for somebody knows it by the name that these know.
            with titles.shown_to(others.get(state.pk, user)):
                lines.append(_line(subject, note))
        elif subject is not None:
            lines.append(Line(str(subject), urls.get_edit_url(subject) or "", note=note))
    return lines


def _in_place_of(moderator: User | None) -> str:
    """Say for whom somebody stands in."""
    if moderator is None:
        return ""
    return pgettext("admin", "in place of %(name)s") % {"name": moderator.get_full_name() or moderator.get_username()}


def _sent_back(user: User) -> list[Line]:
    """Return the pages that this person submitted and that were sent back, with the comment."""
    rejected = TaskState.objects.filter(workflow_state=OuterRef("pk"), status=TaskState.STATUS_REJECTED)
    states = WorkflowState.objects.filter(status=WorkflowState.STATUS_NEEDS_CHANGES, requested_by=user).annotate(
        comment=Subquery(rejected.order_by("-finished_at", "-pk").values("comment")[:1])
    )
    comments = dict(states.values_list("object_id", "comment"))
    pages = _editable(user).filter(pk__in=[key for key in comments if key.isdigit()], has_unpublished_changes=True)
    return [
        _line(page, _quoted(comments[str(page.pk)]))
        for page in pages.order_by("-latest_revision_created_at", "pk")
    ]


def _planned(user: User) -> list[Line]:
    """Return what goes online or offline, the next first."""
    return [
        Line(entry.title, entry.edit_url or reverse("schedule"), entry.language, f"{entry.action} {_time(entry.at)}")
        for entry in schedule.planned(user)
    ]


def own_boxes(request: HttpRequest) -> Iterator[Box]:
    """Yield what Wagtail knows: drafts, approvals, what was sent back, what is planned."""
    user = request.user
    others = stood_in_for(user)
    # Wagtail's report shows what somebody may change by themselves.
    tasks = "" if others else f"{reverse('wagtailadmin_reports:workflow_tasks')}?reviewable=true"
    yield Box("drafts", pgettext_lazy("admin", "My drafts"), _drafts(user), order=10)
    yield Box("waiting", pgettext_lazy("admin", "Waits for me"), _waiting(user, others), tasks, order=20)
    yield Box("sent-back", pgettext_lazy("admin", "Sent back, with a comment"), _sent_back(user), order=30)
    yield Box("planned", pgettext_lazy("admin", "Planned"), _planned(user), reverse("schedule"), order=40)


class StartPanel(Component):
    """The boxes, in the place of Wagtail's own panels."""

    name, order = "start", 100
    template_name = "portal/admin/start.html"

    def get_context_data(self, parent_context: Mapping[str, object]) -> dict[str, object]:
        """Return the boxes, each with the lines that it shows."""
        found = boxes(parent_context["request"])
        return {"boxes": [(box, box.lines[:LINES]) for box in found]}


class BoxView(WagtailAdminTemplateMixin, TemplateView):
    """All lines of a box that has no other place."""

    template_name = "portal/admin/start_box.html"
    _show_breadcrumbs = True

    def get_page_title(self) -> str:
        """Return what stands above the box."""
        return str(self.box.title)

    def get_breadcrumbs_items(self) -> list[dict[str, object]]:
        """Say where this is."""
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.box.title}]

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """Return the box, empty once nothing waits in it any more.

        Raises:
            Http404: there is no such box.
        """
        found = [box for register in hooks.get_hooks("register_start_boxes") for box in register(self.request)]
        box = next((box for box in found if box.name == kwargs["name"]), None)
        if box is None:
            raise Http404
        self.box = box
        return super().get_context_data(box=box, lines=box.lines, **kwargs)


def replace_panels(request: HttpRequest, panels: list[Component]) -> None:
    """Take away Wagtail's panels that the boxes stand for."""
    panels[:] = [panel for panel in panels if getattr(panel, "name", "") not in REPLACED]
    panels.append(StartPanel())


def beginning_of_pages(user: User) -> int | None:
    """Return the German home page where somebody works in several languages: pages begin there, and not at the list of home pages."""
    root = PagePermissionPolicy().explorable_root_instance(user)
    home = homes().get(SOURCE_LANGUAGE)
    return home["id"] if home is not None and root is not None and root.is_root() else None


class PagesMenuItem(ExplorerMenuItem):
    """“Pages” in the menu, which begins at `beginning_of_pages`."""

    def render_component(self, request: HttpRequest) -> Component:
        """Return the entry with that page, Wagtail's own where somebody works in one language."""
        home = beginning_of_pages(request.user)
        if home is None:
            return super().render_component(request)
        address = reverse("wagtailadmin_explore", args=[home])
        return PageExplorerMenuItem(self.name, self.label, address, home, icon_name=self.icon_name, classname=self.classname)


def begin_at_home(menu_items: list[MenuItem]) -> None:
    """Let “Pages” in the menu begin at `beginning_of_pages`; the entry stays the same otherwise."""
    for number, item in enumerate(menu_items):
        if type(item) is ExplorerMenuItem:
            values = {"name": item.name, "icon_name": item.icon_name, "classname": item.classname, "order": item.order}
            menu_items[number] = PagesMenuItem(item.label, item.url, **values)
