"""What is not well is mailed to administrators once a day."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils.translation import npgettext, override, pgettext
from django_tasks import task
from wagtail import hooks
from wagtail.users.models import UserProfile

from portal.operation import state

_AUTOMATIC = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
"""Headers by which no absence note answers (RFC 3834)."""


def administrators() -> Iterator[AbstractBaseUser]:
    """Yield those who look after the portal and can be mailed; behind accounts for trying nobody sits."""
    demo = {user.pk for find in hooks.get_hooks("demo_accounts") for user in find()}
    yield from get_user_model().objects.filter(is_superuser=True, is_active=True).exclude(email="").exclude(pk__in=demo).order_by("pk")


def run() -> int:
    """Order a mail to each administrator if something is to be done; return how many were ordered."""
    if not settings.SENDS_MAIL or all(finding.is_good for finding in state.findings()):
        return 0
    users = list(administrators())
    for user in users:
        tell.enqueue(user.pk)
    return len(users)


@task(backend="jobs")
def tell(user_id: int) -> None:
    """Mail an administrator what is to be done, if anything still is; what the mail server does not take is tried again."""
    user = get_user_model().objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return
    with override(UserProfile.get_for_user(user).get_preferred_language()):
        bad = [finding for finding in state.findings() if not finding.is_good]
        if not bad:
            return
        subject = npgettext(
            "admin", "%(portal)s: %(number)s thing is to be done", "%(portal)s: %(number)s things are to be done", len(bad)
        ) % {"portal": settings.PORTAL_HOST, "number": len(bad)}
        lines = [f"{finding.label}: {finding.text}\n→ {finding.advice}\n" for finding in bad]
        last = pgettext("admin", "All of it stands here: %(url)s") % {"url": f"{settings.WAGTAILADMIN_BASE_URL}{reverse('portal_state')}"}
        EmailMessage(subject, "\n".join([*lines, last, ""]), to=[user.email], headers=_AUTOMATIC).send()
