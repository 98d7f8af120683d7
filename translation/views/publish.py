"""Publishing translations: in their editor, and in the bulk action of pages."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import npgettext, pgettext
from wagtail.admin import messages
from wagtail.admin.views.pages.bulk_actions.publish import PublishBulkAction
from wagtail.models import Page
from wagtail_localize.models import Translation

from translation.permissions import PUBLISH_INCOMPLETE_PERMISSION, missing_texts, translation_into
from translation.publishing import INCOMPLETE, OFFLINE, obstacles, planned_for, publish, reason_unread


def edit_button(page: Page) -> messages.Button:
    """Return a button for a message that leads to where a page is edited and published."""
    return messages.button(reverse("wagtailadmin_pages:edit", args=[page.pk]), page.title)


def publish_in_editor(request: HttpRequest, translation: Translation, page: Page) -> HttpResponse:
    """Publish a page's translation from its editor, and say what readers see now.

    wagtail-localize says “published” also of what goes online later, and keeps to itself why something could not be.
    """
    if reason := publish(translation, request.user):
        text = pgettext("admin", "“%(page)s” was not published: %(reason)s")
        messages.error(request, text % {"page": page.title, "reason": reason})
        return redirect(request.path)
    page = Page.objects.select_related("locale").get(pk=page.pk)
    if reason := reason_unread(page):
        messages.warning(request, reason)
        return redirect(request.path)
    names = {"page": page.title, "language": page.locale.get_display_name(), "date": planned_for(page)}
    count = missing_texts(translation).count()
    if names["date"]:
        text = pgettext("admin", "“%(page)s” (%(language)s) goes online with the German page: %(date)s.")
    elif count:
        text = npgettext(
            "admin",
            "“%(page)s” (%(language)s) is online; %(count)d text is shown in German.",
            "“%(page)s” (%(language)s) is online; %(count)d texts are shown in German.",
            count,
        )
    else:
        text = pgettext("admin", "“%(page)s” (%(language)s) is online.")
    messages.success(request, text % {**names, "count": count})
    return redirect(request.path)


class PublishPagesAction(PublishBulkAction):
    """Publishes pages; what is not to go online as it stands is left out and named, unless somebody insists."""

    template_name = "translation/confirm_bulk_publish.html"

    def object_context(self, page: Page) -> dict[str, object]:
        """Say what stands against a page, and against the drafts below it."""
        drafts = [page, *page.get_descendants().not_live()]
        found = [(draft, list(obstacles(self.request.user, draft).items())) for draft in drafts]
        return {**super().object_context(page), "obstacles": [(draft, reasons) for draft, reasons in found if reasons]}

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """Offer to insist, where that would change something."""
        context = super().get_context_data(**kwargs)
        kinds = {kind for item in context["items"] for _page, reasons in item["obstacles"] for kind, _text in reasons}
        may_insist = self.request.user.has_perm(PUBLISH_INCOMPLETE_PERMISSION)
        return {**context, "asks_incomplete": INCOMPLETE in kinds and may_insist, "asks_offline": OFFLINE in kinds}

    def get_execution_context(self) -> dict[str, object]:
        """Say on what the person insists, and collect what is left out and what goes online later."""
        self.left_out: list[tuple[Page, str]] = []
        self.planned: list[tuple[Page, str]] = []
        insists = frozenset(self.request.POST) & {INCOMPLETE, OFFLINE}
        return {
            **super().get_execution_context(), "insists": insists, "left_out": self.left_out, "planned": self.planned,
        }  # fmt: skip

    @classmethod
    def execute_action(
        cls,
        objects: list[Page],
        include_descendants: bool = False,
        user: AbstractBaseUser | None = None,
        insists: frozenset[str] = frozenset(),
        left_out: list[tuple[Page, str]] | None = None,
        planned: list[tuple[Page, str]] | None = None,
        **kwargs: object,
    ) -> tuple[int, int]:
        """Publish what may be published; return the numbers of pages that were chosen, and of drafts below them.

        A translation is written from its texts: its latest revision may be older than these.
        """
        numbers = [0, 0]
        chosen = [(0, page) for page in objects]
        if include_descendants:
            chosen += [(1, draft) for page in objects for draft in page.get_descendants().not_live()]
        done: set[int] = set()
        for which, page in chosen:
            if page.pk in done:
                continue
            done.add(page.pk)
            page = page.specific
            if reasons := obstacles(user, page, insists):
                if left_out is not None:
                    left_out.append((page, " ".join(reasons.values())))
                continue
            if (translation := translation_into(page)) is not None:
                translation.save_target(user=user, publish=True)
            else:
                (page.get_latest_revision() or page.save_revision(user=user)).publish(user=user)
            if (reason := reason_unread(page)) and left_out is not None:
                left_out.append((page, reason))
                continue
            numbers[which] += 1
            fresh = Page.objects.get(pk=page.pk)
            if planned is not None and (date := planned_for(fresh)):
                planned.append((fresh, date))
        return numbers[0], numbers[1]

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str | None:
        """Name what was left out and why, and what goes online later; count what is online."""
        for page, reason in self.left_out:
            text = pgettext("admin", "“%(page)s” (%(language)s) was not published: %(reason)s")
            names = {"page": page.title, "language": page.locale.get_display_name(), "reason": reason}
            messages.warning(self.request, text % names, buttons=[edit_button(page)])
        for page, date in self.planned:
            text = pgettext("admin", "“%(page)s” (%(language)s) goes online at its time: %(date)s.")
            messages.success(self.request, text % {"page": page.title, "language": page.locale.get_display_name(), "date": date})
        if num_parent_objects + num_child_objects == len(self.planned):
            return None
        return super().get_success_message(num_parent_objects, num_child_objects)
