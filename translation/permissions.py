"""Who may do what in which language: the one place that knows.

A user works in the languages in whose page tree they may add, change or publish pages. That follows from the page
permissions of their groups; there is no second list to keep. Everything that wagtail-localize and Wagtail's snippets
leave open (they ask for a right on the whole model or on the whole site) is asked here, for one language.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Model, Q, QuerySet
from django.utils.translation import pgettext
from wagtail.locks import ScheduledForPublishLock, WorkflowLock
from wagtail.models import DraftStateMixin, Locale, LockableMixin, Page, TranslatableMixin
from wagtail.permissions import page_permission_policy, policy_registry
from wagtail_localize.models import Translation

from portal.admin import titles
from portal.language.languages import LANGUAGES, SOURCE_LANGUAGE
from portal.pages.versions import locales_by_id, real

SUBMIT_PERMISSION = "wagtail_localize.submit_translation"
PUBLISH_INCOMPLETE_PERMISSION = "portal.publish_incomplete_version"
_WORKING_ACTIONS = frozenset({"add", "change", "publish"})
_CACHE_NAME = "_working_locale_ids"


def working_locale_ids(user: AbstractBaseUser) -> frozenset[int]:
    """Return the ids of the locales that a user works in. Kept on the user object, which lives for one request."""
    if (cached := getattr(user, _CACHE_NAME, None)) is not None:
        return cached
    if not user.is_active or user.is_anonymous:
        ids: frozenset[int] = frozenset()
    elif user.is_superuser:
        ids = frozenset(locales_by_id())
    else:
        pages = [
            permission.page
            for permission in page_permission_policy.get_cached_permissions_for_user(user)
            if permission.permission.codename.rsplit("_", 1)[0] in _WORKING_ACTIONS
        ]
        # A right on the root holds for the trees of all languages.
        ids = frozenset(locales_by_id() if any(page.is_root() for page in pages) else (page.locale_id for page in pages))
    setattr(user, _CACHE_NAME, ids)
    return ids


def works_in(user: AbstractBaseUser, locale_id: int) -> bool:
    """Return whether a user works in a locale."""
    return locale_id in working_locale_ids(user)


def may_change(user: AbstractBaseUser, instance: Model) -> bool:
    """Return whether a user may change a page, or a snippet in its language."""
    if isinstance(instance, Page):
        return instance.permissions_for_user(user).can_edit()
    return policy_registry.get(instance).user_has_permission_for_instance(user, "change", instance)


def is_locked_for(user: AbstractBaseUser, instance: Model) -> bool:
    """Return whether somebody else's lock, or a workflow that waits for somebody else, keeps a user from writing.

    Wagtail also locks what is scheduled, until somebody cancels that; a translation goes online with its source, whatever is
    mended in it until then.
    """
    if not isinstance(instance, LockableMixin):
        return False
    lock = instance.get_lock()
    if isinstance(lock, ScheduledForPublishLock) and translation_into(instance) is not None:
        return False
    return bool(lock and lock.for_user(user))


def may_publish(user: AbstractBaseUser, instance: Model) -> bool:
    """Return whether a user may publish a page or snippet now: they have the right, and no lock stands against it."""
    if is_locked_for(user, instance):
        return False
    if isinstance(instance, Page):
        return instance.permissions_for_user(user).can_publish()
    action = "publish" if isinstance(instance, DraftStateMixin) else "change"
    return policy_registry.get(instance).user_has_permission_for_instance(user, action, instance)


def reason_against_change(user: AbstractBaseUser, instance: Model, *, writes: bool = True) -> str:
    """Return why a user may not read or write the translation of an object, as a sentence; nothing when they may."""
    if not may_change(user, instance):
        return pgettext("admin", "You have no right to change “%(object)s” in this language: %(language)s.") % {
            "object": titles.title_for(user, instance) if isinstance(instance, Page) else instance,
            "language": instance.locale.get_display_name(),
        }
    if writes and is_locked_for(user, instance):
        if isinstance(instance.get_lock(), WorkflowLock):
            return pgettext("admin", "“%(object)s” waits for a review, and is changed by its reviewers alone until then.") % {
                "object": instance
            }
        return pgettext("admin", "“%(object)s” is locked. Whoever locked it has to unlock it first.") % {
            "object": instance
        }
    return ""


def reason_against_publication(user: AbstractBaseUser, instance: Model) -> str:
    """Return why a user may not publish an object, as a sentence; nothing when they may."""
    if reason := reason_against_change(user, instance):
        return reason
    if not may_publish(user, instance):
        return pgettext("admin", "You have no right to publish “%(object)s”.") % {"object": instance}
    return ""


def source_version(instance: TranslatableMixin) -> TranslatableMixin:
    """Return the version that `instance` is translated or copied from; itself when it is nobody's translation.

    A translation must always be made from the same version: one made from a translation would leave two sources for
    one page, which wagtail-localize does not survive.
    """
    if isinstance(instance, Page):
        while instance.alias_of_id:
            instance = instance.alias_of.specific
    translation = translation_into(instance)
    if translation is None:
        return instance
    return translation.source.get_source_instance()


def is_source_editor(user: AbstractBaseUser, source: TranslatableMixin) -> bool:
    """Return whether a user may change an object that is written in the source language."""
    return source.locale.language_code == SOURCE_LANGUAGE and may_change(user, source)


def may_read(user: AbstractBaseUser, instance: Model) -> bool:
    """Return whether a user may read an object in the source language: it is public, or they may change it."""
    if not isinstance(instance, Page):
        return True
    return may_change(user, instance) or real(Page.objects.filter(pk=instance.pk)).exists()


def submittable_locales(user: AbstractBaseUser, source: TranslatableMixin) -> QuerySet[Locale]:
    """Return the locales into which a user may submit an object for translation.

    Whoever has the right to submit may do so into the languages they work in, and with an object of the source language
    that they may change, into every language: an editor hands German pages over to all translators. What is not public (a draft,
    a private or withdrawn page) is handed over only by those who may change it: submitting it shows its text.
    """
    if not user.has_perm(SUBMIT_PERMISSION):
        return Locale.objects.none()
    # A language with a tree of its own is not translated text by text.
    own_trees = [language.code for language in LANGUAGES if not language.follows_source]
    following = Locale.objects.exclude(language_code__in=own_trees)
    if is_source_editor(user, source):
        return following
    if not may_read(user, source):
        return Locale.objects.none()
    return following.filter(pk__in=working_locale_ids(user))


def submittable(user: AbstractBaseUser, pages: Iterable[Page], locale_ids: Iterable[int]) -> dict[int, frozenset[int]]:
    """Return into which of some languages a user may hand over pages of the source, by the ids of the pages.

    The rules are those of `submittable_locales`; a language with a tree of its own is not left out: what is ordered there is a task.
    Three queries, whatever the number of pages.
    """
    ids = [page.pk for page in pages]
    if not user.has_perm(SUBMIT_PERMISSION):
        return dict.fromkeys(ids, frozenset())
    every, own = frozenset(locale_ids), working_locale_ids(user)
    found = Page.objects.filter(pk__in=ids, locale__language_code=SOURCE_LANGUAGE).order_by()
    changeable = page_permission_policy.instances_user_has_permission_for(user, "change").filter(pk__in=found.values("pk"))
    changed = set(changeable.values_list("pk", flat=True))
    readable = set(real(found).values_list("pk", flat=True))
    return {pk: every if pk in changed else every & own if pk in readable else frozenset() for pk in ids}


def missing_texts(translation: Translation) -> QuerySet:
    """Return the segments of a translation that have no text yet; one that was left blank has none."""
    segments = translation.source.stringsegment_set.annotate_translation(translation.target_locale)
    return segments.filter(Q(translation__isnull=True) | Q(translation=""))


def translation_into(instance: TranslatableMixin) -> Translation | None:
    """Return the translation that writes an object, if one does."""
    return (
        Translation.objects.filter(
            source__object_id=instance.translation_key, target_locale_id=instance.locale_id, enabled=True
        )
        .exclude(source__locale_id=instance.locale_id)
        .select_related("source", "target_locale")
        .first()
    )
