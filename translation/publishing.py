"""What stands against publishing a translation, in one place for all ways of publishing it."""

from __future__ import annotations

from collections.abc import Container, Iterable

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import npgettext, pgettext
from wagtail.models import Page
from wagtail_localize.models import Translation

from portal.models import PublishedVersion
from portal.pages import schedules
from translation.checks.stored import broken_texts
from translation.permissions import (
    PUBLISH_INCOMPLETE_PERMISSION,
    is_locked_for,
    may_publish,
    missing_texts,
    translation_into,
)

INCOMPLETE, OFFLINE = "publish-incomplete", "publish-offline"
"""Names of the fields by which somebody insists on publishing what lacks texts, or what stands for an offline page."""


def names_of(pages: Iterable[Page]) -> str:
    """Return the titles of pages, each with its language, as they stand in a message."""
    return ", ".join(f"{page.title} ({page.locale.get_display_name()})" for page in pages)


def reason_of_broken(translation: Translation) -> str:
    """Return which text of a translation would break its page, and why, as a sentence; nothing where none would."""
    if not (broken := broken_texts(translation)):
        return ""
    names = {"text": broken[0].source, "reason": " ".join(finding.text for finding in broken[0].findings)}
    return pgettext("admin", "“%(text)s” is translated in a way that would break the page: %(reason)s") % names


def obstacles(user: AbstractBaseUser, instance: Model, insists: Container[str] = ()) -> dict[str, str]:
    """Return why an object cannot be published now, as sentences by what they are about; `insists` names what is to be no reason."""
    translation = translation_into(instance)
    if isinstance(instance, Page) and instance.alias_of_id is not None and translation is None:
        return {"alias": pgettext("admin", "It shows another page and is online when that is.")}
    if is_locked_for(user, instance):
        return {"right": pgettext("admin", "It is locked.")}
    if not may_publish(user, instance):
        return {"right": pgettext("admin", "You have no right to publish it.")}
    found = {}
    count = missing_texts(translation).count() if translation is not None else 0
    may_insist = isinstance(instance, Page) and user.has_perm(PUBLISH_INCOMPLETE_PERMISSION)
    if count and not (may_insist and INCOMPLETE in insists):
        found[INCOMPLETE] = npgettext("admin", "%(count)d text is missing.", "%(count)d texts are missing.", count) % {
            "count": count
        }
    if translation is not None and (reason := reason_of_broken(translation)):
        found["broken"] = reason
    if isinstance(instance, Page) and OFFLINE not in insists and schedules.would_be_alone(instance):
        found[OFFLINE] = pgettext("admin", "Its German page is not online.")
    return found


def publish(translation: Translation, user: AbstractBaseUser) -> str:
    """Write and publish a translation; return why that failed, as a sentence, and leave everything as it was; nothing when it is done.

    Raises:
        SourceOfflineError: the German page is offline, and the person has to be asked.
    """
    try:
        with transaction.atomic():
            translation.save_target(user=user, publish=True)
    except schedules.SourceOfflineError:
        raise
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def reason_unread(page: Page) -> str:
    """Return why nobody reads a version although it was published, as a sentence; nothing where it is read. One query.

    It was called wrong, and says what it said then: its translator was given nothing newer.
    """
    if not PublishedVersion.objects.filter(page_id=page.pk, withdrawn_at__isnull=False).exists():
        return ""
    return pgettext("admin", "It stays withdrawn, and visitors read German there: it was called wrong, and says nothing newer.")


def planned_for(page: Page) -> str:
    """Return when a page goes online with its German one, as a date to read; nothing where it is online or not planned."""
    if page.live or not schedules.is_planned(page):
        return ""
    return date_format(localtime(page.go_live_at), "SHORT_DATETIME_FORMAT")
