"""The one path on which a change reaches what depends on it."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Model, Q
from django.db.models.signals import post_delete, post_save, pre_save
from django.dispatch import receiver
from django.utils import timezone
from wagtail.documents.models import AbstractDocument
from wagtail.images.models import AbstractImage
from wagtail.models import Locale, Page, PageLogEntry, PageViewRestriction, Revision, Site, TranslatableMixin
from wagtail.signals import copy_for_translation_done, page_published, page_unpublished, post_page_move
from wagtail_localize.models import String, StringSegment, StringTranslation, Translation, TranslationSource

from portal import navigation
from portal.language import texts
from portal.language.languages import SOURCE_LANGUAGE, languages_by_code
from portal.models import FinishedMixin, Footer, PublishedVersion, Region, Topic, taxonomy
from portal.pages import schedules, versions


@receiver(pre_save, dispatch_uid="portal.texts_stored")
def store_texts_plain(sender: type[Model], instance: Model, **kwargs: object) -> None:
    """Bring all that people read into the form in which texts are stored, whatever way it comes in (`portal.language.texts`)."""
    match instance:
        case TranslatableMixin() | AbstractImage() | AbstractDocument():
            texts.make_plain(instance)
        case Revision():
            instance.content = texts.plain_value(instance.content)
        case TranslationSource():
            instance.content_json = texts.plain_value(instance.content_json)
        case String() | StringTranslation():
            instance.data = texts.plain_html(instance.data)


def _translation_into(page: TranslatableMixin) -> Translation | None:
    """Return the translation that writes a page or snippet, or did until it was stopped; None of what was written by hand."""
    return (
        Translation.objects.filter(source__object_id=page.translation_key, target_locale_id=page.locale_id)
        .exclude(source__locale_id=page.locale_id)
        .select_related("source")
        .first()
    )


def _missing_texts(page: TranslatableMixin, translation: Translation) -> list[str]:
    """Return the content paths (`title`, `body.<id>.text`) of a page's or snippet's texts that are not translated.

    A translation left blank is missing: the source's text would be published for it.
    """
    segments = StringSegment.objects.filter(source_id=translation.source_id).annotate_translation(page.locale)
    paths = segments.filter(Q(translation__isnull=True) | Q(translation="")).order_by("order")
    return list(paths.values_list("context__path", flat=True))


def _was_copied(page: Page) -> bool:
    """Return whether a page of a language that follows the source began as a copy of the source's page, with its text."""
    language = languages_by_code().get(page.locale.language_code)
    if language is None or not language.follows_source or language.code == SOURCE_LANGUAGE:
        return False
    return (
        PageLogEntry.objects.filter(page_id=page.pk, action__in=versions.COPYING_ACTIONS).exists()
        and Page.objects.filter(
            translation_key=page.translation_key, locale__language_code=SOURCE_LANGUAGE
        ).exists()
    )


@receiver(page_published, dispatch_uid="portal.page_published")
def remember_published_version(sender: type[Page], instance: Page, **kwargs: object) -> None:
    """Store the moment at which a page is first published complete in its language, and what it lacks.

    Once complete, a translation that was stopped is written by hand. What was only copied and is no translation was written by
    nobody: its text is the source's, whatever was changed in it.
    """
    if instance.alias_of_id is not None or kwargs.get("returned"):
        # What comes back with its source is what it was.
        return
    translation = _translation_into(instance)
    version = PublishedVersion.objects.filter(page_id=instance.pk).first() or PublishedVersion(page_id=instance.pk)
    is_finished = version.completed_at is not None
    if translation is None and not is_finished and _was_copied(instance):
        return
    is_by_hand = translation is None or (is_finished and not translation.enabled)
    missing = [] if is_by_hand else versions.untranslated_names(_missing_texts(instance, translation))
    if not missing and version.completed_at is None:
        version.completed_at = timezone.now()
    version.untranslated = missing
    revision = kwargs.get("revision")
    if revision is not None and revision.user_id is not None:
        version.edited_at = timezone.now()
    version.save()


@receiver(post_save, dispatch_uid="portal.page_became_alias")
def forget_published_version(sender: type, instance: object, created: bool, **kwargs: object) -> None:
    """A page that becomes an alias has the source's text again, also when it is submitted for translation anew."""
    if isinstance(instance, Page) and instance.alias_of_id is not None and not created:
        PublishedVersion.objects.filter(page_id=instance.pk).update(completed_at=None, untranslated=[])


def remember_finished_snippet(sender: type[Model], instance: FinishedMixin, **kwargs: object) -> None:
    """Store whether a snippet that is being saved holds the text of its own language, or some of the source's."""
    translation = _translation_into(instance)
    by_hand = translation is None or not translation.enabled
    instance.is_finished = by_hand or not _missing_texts(instance, translation)


@receiver(copy_for_translation_done, dispatch_uid="portal.copied_for_translation")
def leave_restrictions_to_source(sender: type, source_obj: object, target_obj: object, **kwargs: object) -> None:
    """A new version is bound by its source's restrictions; the copies that Wagtail makes of them would outlive these."""
    if isinstance(target_obj, Page):
        target_obj.view_restrictions.all().delete()


@receiver(page_published, dispatch_uid="portal.dates_follow")
def let_dates_follow(sender: type[Page], instance: Page, **kwargs: object) -> None:
    """A page is online, or will be at its time: its translations with it."""
    if instance.alias_of_id is None:
        schedules.follow(instance)


def forget_navigation(**kwargs: object) -> None:
    """Empty the caches of menus and footers, once the change is committed."""
    transaction.on_commit(navigation.forget)
    transaction.on_commit(taxonomy.forget)


def forget_locales(**kwargs: object) -> None:
    """Forget the locales kept in this process."""
    versions.forget_locales()


for signal in (page_published, page_unpublished, post_page_move):
    signal.connect(forget_navigation, dispatch_uid="portal.forget_navigation")
for model in (Footer, Topic, Region, Site, PageViewRestriction):
    post_save.connect(forget_navigation, sender=model, dispatch_uid="portal.forget_navigation")
    post_delete.connect(forget_navigation, sender=model, dispatch_uid="portal.forget_navigation")
for model in (Footer, Topic, Region):
    pre_save.connect(remember_finished_snippet, sender=model, dispatch_uid="portal.snippet_saved")
for signal in (post_save, post_delete):
    signal.connect(forget_locales, sender=Locale, dispatch_uid="portal.forget_locales")


@receiver(post_delete, dispatch_uid="portal.page_deleted")
def forget_deleted_page(sender: type, instance: object, **kwargs: object) -> None:
    """A page of any type is gone: menus may have named it."""
    if isinstance(instance, Page):
        forget_navigation()
