"""The one path on which a change reaches what depends on it."""

from __future__ import annotations

from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from wagtail.models import Locale, Page, PageViewRestriction, Site
from wagtail.signals import page_published, page_unpublished, post_page_move
from wagtail_localize.models import Translation

from portal import navigation, taxonomy, versions
from portal.models import Footer, PublishedVersion, Region, Topic


def is_complete(page: Page) -> bool:
    """Return whether a page is the source of its set, written by hand, or a translation with no segment missing."""
    translation = (
        Translation.objects.filter(
            source__object_id=page.translation_key, target_locale_id=page.locale_id, enabled=True
        )
        .exclude(source__locale_id=page.locale_id)
        .first()
    )
    if translation is None:
        return True
    total, translated = translation.get_progress()
    return total == translated


@receiver(page_published, dispatch_uid="portal.page_published")
def remember_finished_version(sender: type[Page], instance: Page, **kwargs: object) -> None:
    """Store the moment at which a page is first published complete in its language."""
    if instance.alias_of_id is None and is_complete(instance):
        PublishedVersion.objects.get_or_create(page_id=instance.pk)


def forget_navigation(**kwargs: object) -> None:
    """Empty the caches of menus and footers, once the change is committed."""
    transaction.on_commit(navigation.forget)
    transaction.on_commit(taxonomy.forget)


def forget_restrictions(**kwargs: object) -> None:
    """Forget which pages are restricted, at once and once more when the change is committed."""
    versions.forget_restrictions()
    transaction.on_commit(versions.forget_restrictions)


def forget_locales(**kwargs: object) -> None:
    """Forget the locales kept in this process."""
    versions.forget_locales()


for signal in (page_published, page_unpublished, post_page_move):
    signal.connect(forget_navigation, dispatch_uid="portal.forget_navigation")
post_page_move.connect(forget_restrictions, dispatch_uid="portal.forget_restrictions")
for model in (Footer, Topic, Region, Site, PageViewRestriction):
    post_save.connect(forget_navigation, sender=model, dispatch_uid="portal.forget_navigation")
    post_delete.connect(forget_navigation, sender=model, dispatch_uid="portal.forget_navigation")
for signal in (post_save, post_delete):
    signal.connect(forget_restrictions, sender=PageViewRestriction, dispatch_uid="portal.forget_restrictions")
    signal.connect(forget_locales, sender=Locale, dispatch_uid="portal.forget_locales")


@receiver(post_delete, dispatch_uid="portal.page_deleted")
def forget_deleted_page(sender: type, instance: object, **kwargs: object) -> None:
    """A page of any type is gone: menus may have named it."""
    if isinstance(instance, Page):
        forget_navigation()
