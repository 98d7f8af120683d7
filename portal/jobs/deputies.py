"""What waits for too long is told to those who stand in for the moderators: once to each, by a mail."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils.translation import override, pgettext
from django_tasks import task
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.models import Page
from wagtail.users.models import UserProfile

from portal.models import DeputyNotice, Deputyship
from portal.models.deputies import stood_in_for

_AUTOMATIC = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
"""Headers by which no absence note answers (RFC 3834)."""


def run() -> int:
    """Order a mail for each thing that a deputy may approve by now and was not told of; return how many were ordered."""
    number = 0
    for deputy in {deputyship.deputy for deputyship in Deputyship.current()}:
        for state in stood_in_for(deputy):
            with transaction.atomic():
                notice, is_new = DeputyNotice.objects.get_or_create(deputy=deputy, task_state_id=state)
                if is_new and deputy.email and settings.SENDS_MAIL:
                    tell.enqueue(notice.pk)
                    number += 1
    return number


@task(backend="jobs")
def tell(notice_id: int) -> None:
    """Mail a deputy what waits, if it still does; what the mail server does not take is tried again."""
    notice = DeputyNotice.objects.select_related("deputy", "task_state__revision").filter(pk=notice_id).first()
    if notice is None or (moderator := stood_in_for(notice.deputy).get(notice.task_state_id)) is None:
        return
    subject = notice.task_state.revision.content_object
    title = subject.get_admin_display_title() if isinstance(subject, Page) else str(subject)
    with override(UserProfile.get_for_user(notice.deputy).get_preferred_language()):
        values = {"title": title, "name": moderator.get_full_name() or moderator.get_username(), "url": _address(notice.deputy, subject)}
        line = pgettext("admin", "In place of %(name)s: “%(title)s” waits for approval") % values
        text = pgettext(
            "admin",
            "“%(title)s” has waited for approval for more than two working days. You stand in for %(name)s and may approve it"
            " or send it back.\n\n%(url)s\n",
        )
        EmailMessage(" ".join(line.split()), text % values, to=[notice.deputy.email], headers=_AUTOMATIC).send()


def _address(user: object, subject: object) -> str:
    is_page = isinstance(subject, Page)
    path = reverse("wagtailadmin_pages:edit", args=[subject.pk]) if is_page else AdminURLFinder(user).get_edit_url(subject)
    return f"{settings.WAGTAILADMIN_BASE_URL}{path}"
