"""Versions whose text is wrong by now: nobody reads them, their text stays, and they come back.

That one is withdrawn stands in the portal (`PublishedVersion.withdrawn_at`), which shows the source's page in its place.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import pgettext
from django_tasks import task
from wagtail.log_actions import log
from wagtail.models import Page
from wagtail.users.models import UserProfile

from portal import changes
from portal.admin.alerts import AUTOMATIC
from portal.changes import Event
from portal.discovery.head import absolute
from portal.language.languages import SOURCE_LANGUAGE, languages_by_code
from portal.models import PublishedVersion
from portal.pages import versions
from translation.permissions import working_locale_ids

WITHDRAWN, SHOWN_AGAIN = "translation.withdrawn", "translation.shown_again"
"""Logged on versions that nobody reads any more, and on those that somebody or a new text brought back."""


@transaction.atomic
def withdraw(pages: Iterable[Page]) -> None:
    """Let nobody read versions any more, each fetched with its `published_version` and locale, and tell their translators.

    A home page with a tree of its own stays: all below it would be out of reach, and there is no other text to show.
    """
    found: dict[object, list[int]] = defaultdict(list)
    for page in pages:
        if versions.is_withdrawn(page) or (page.depth <= 2 and not languages_by_code()[page.locale.language_code].follows_source):
            continue
        PublishedVersion.objects.filter(page_id=page.pk).update(withdrawn_at=timezone.now())
        log(page, WITHDRAWN)
        changes.happened(Event.SHOWN, page)
        found[page.translation_key].append(page.pk)
    for ids in found.values():
        tell.enqueue(ids)


@transaction.atomic
def show_again(page: Page, user: AbstractBaseUser | None = None) -> None:
    """Let a version be read again, where it was withdrawn."""
    if PublishedVersion.objects.filter(page_id=page.pk, withdrawn_at__isnull=False).update(withdrawn_at=None):
        log(page, SHOWN_AGAIN, user=user)
        changes.happened(Event.SHOWN, page)


@task(backend="jobs")
def tell(ids: list[int]) -> None:
    """Tell by mail that versions of one page were withdrawn: those who work in their languages and not in the source's.

    Each gets one mail. Versions that came back meanwhile are not named.
    """
    pages = Page.objects.filter(pk__in=ids, published_version__withdrawn_at__isnull=False).select_related("locale").order_by("locale_id")
    by_locale = {page.locale_id: page for page in pages}
    source = Page.objects.filter(
        translation_key__in=[page.translation_key for page in by_locale.values()], locale__language_code=SOURCE_LANGUAGE
    ).first()
    if source is None:
        return
    users = get_user_model().objects.filter(is_active=True, groups__page_permissions__page__locale__in=list(by_locale)).exclude(email="")
    with transaction.atomic():
        for user in users.distinct().order_by("pk"):
            locale_ids = working_locale_ids(user)
            if source.locale_id in locale_ids:
                continue
            own = [page for locale_id, page in by_locale.items() if locale_id in locale_ids]
            with translation.override(UserProfile.get_for_user(user).get_preferred_language()):
                send.enqueue(*_mail(source, own), user.email)


@task(backend="jobs")
def send(subject: str, body: str, address: str) -> None:
    """Send one mail. Each is a job of its own: an address that is refused keeps nothing from the others."""
    EmailMessage(subject, body, to=[address], headers=AUTOMATIC).send()


def _mail(source: Page, pages: list[Page]) -> tuple[str, str]:
    """Return subject and text. Each page is named by its own title: its translator may not know the German one."""
    subject = pgettext("admin", "To be translated anew: %(title)s") % {"title": pages[0].title}
    lines = [
        pgettext("admin", "The German page says something else now, and these versions are wrong. Visitors read German there:"),
        "",
        *(f"- {page.title} ({languages_by_code()[page.locale.language_code].name})" for page in pages),
        "",
        pgettext("admin", "Nothing of their texts is lost. What is different now:"),
        absolute(reverse("translation_desk_page", args=[source.pk])),
        "",
    ]
    return " ".join(subject.split()), "\n".join(lines)
