"""The one path on which a change reaches what depends on it."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.utils import timezone
from wagtail.models import Locale, Page, PageViewRestriction, Site
from wagtail.signals import page_published, page_unpublished, post_page_move
from wagtail_localize.models import StringSegment, Translation

from portal import navigation, taxonomy, versions
from portal.models import Footer, PublishedVersion, Region, Topic


def _missing_texts(page: Page) -> list[str]:
    """Return the content paths (`title`, `body.<id>.text`) of a page's texts that are not translated.

    None where the page is the source of its set or was written by hand. A translation left blank is missing: the source's text
    would be published for it.
    """
    translation = (
        Translation.objects.filter(
            source__object_id=page.translation_key, target_locale_id=page.locale_id, enabled=True
        )
        .exclude(source__locale_id=page.locale_id)
        .first()
    )
    if translation is None:
        return []
    segments = StringSegment.objects.filter(source_id=translation.source_id).annotate_translation(page.locale)
    paths = segments.filter(Q(translation__isnull=True) | Q(translation="")).order_by("order")
    return list(paths.values_list("context__path", flat=True))


@receiver(page_published, dispatch_uid="portal.page_published")
def remember_published_version(sender: type[Page], instance: Page, **kwargs: object) -> None:
    """Store the moment at which a page is first published complete in its language, and what it lacks."""
    if instance.alias_of_id is not None:
        return
    missing = versions.untranslated_names(_missing_texts(instance))
    version, _created = PublishedVersion.objects.get_or_create(page_id=instance.pk)
    if not missing and version.completed_at is None:
        version.completed_at = timezone.now()
    version.untranslated = missing
    version.save()


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
