"""Signals of Wagtail and Django, translated into changes (`portal.changes`), and what is written about a version when it changes."""

from __future__ import annotations

from django.apps import apps
from django.db.models import Model, Q
from django.db.models.signals import post_delete, post_save, pre_delete, pre_save
from django.dispatch import receiver
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.contrib.settings.models import BaseGenericSetting, BaseSiteSetting
from wagtail.documents.models import AbstractDocument
from wagtail.images.models import AbstractImage
from wagtail.models import (
    Collection,
    CollectionViewRestriction,
    Locale,
    Page,
    PageLogEntry,
    PageViewRestriction,
    Revision,
    Site,
    TranslatableMixin,
)
from wagtail.signals import (
    copy_for_translation_done,
    page_published,
    page_unpublished,
    post_page_move,
)
from wagtail_localize.models import String, StringSegment, StringTranslation, Translation, TranslationSource

from portal import changes, navigation
from portal.blocks import anchors
from portal.changes import Change, Event, Order
from portal.language import texts
from portal.language.languages import LANGUAGES, SOURCE_LANGUAGE, languages_by_code
from portal.models import (
    BasePage,
    Fact,
    FinishedMixin,
    PortalImage,
    PublishedVersion,
    Region,
    Release,
    Topic,
    publication,
)
from portal.pages import schedules, versions
from portal.pages.moving import page_renamed
from portal.tags import WITHDRAWN
from portal.uploads.access import referring_pages


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


@changes.receiver(Event.PUBLISHED, order=Order.VERSIONS)
def remember_published_version(change: Change) -> None:
    """Store the moment at which a page is first published complete in its language, and what it lacks.

    Once complete, a translation that was stopped is written by hand. What was only copied and is no translation was written by
    nobody: its text is the source's, whatever was changed in it.
    """
    instance = change.subject
    if instance.alias_of_id is not None or change.details.get("returned"):
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
    version.title_language = instance.title_language if isinstance(instance, BasePage) else ""
    if version.withdrawn_at is not None and (is_by_hand or translation.source.last_updated_at >= version.withdrawn_at):
        version.withdrawn_at = None
    revision = change.details.get("revision")
    if revision is not None and revision.user_id is not None:
        version.edited_at = timezone.now()
    of_source = publication.anchors_of_source(instance)
    version.anchors = None if of_source is None else anchors.stored(instance, version.anchors or {}, of_source)
    version.save()


def store_anchors() -> None:
    """Store the anchors of pages that an older portal published, those of the source first."""
    missing = PublishedVersion.objects.filter(anchors__isnull=True).select_related("page__locale")
    found = sorted(missing, key=lambda version: version.page.locale.language_code != SOURCE_LANGUAGE)
    pages = {page.pk: page for page in Page.objects.filter(pk__in=[version.pk for version in found]).specific()}
    for version in found:
        page = pages[version.pk]
        PublishedVersion.objects.filter(pk=version.pk).update(anchors=anchors.stored(page, {}, publication.anchors_of_source(page) or {}))
    if found:
        changes.announce(changes.EVERYTHING)


@receiver(post_save, dispatch_uid="portal.page_became_alias")
def forget_published_version(sender: type, instance: object, created: bool, **kwargs: object) -> None:
    """A page that becomes an alias has the source's text again, also when it is submitted for translation anew."""
    if isinstance(instance, Page) and instance.alias_of_id is not None and not created:
        PublishedVersion.objects.filter(page_id=instance.pk).update(
            completed_at=None, withdrawn_at=None, reviewed_at=None, untranslated=[]
        )
        changes.announce(*tags_of(instance))


def remember_finished_snippet(sender: type[Model], instance: FinishedMixin, **kwargs: object) -> None:
    """Store whether a snippet that is being saved holds the text of its own language, or some of the source's."""
    fields = kwargs.get("update_fields")
    if isinstance(fields, frozenset) and "is_finished" not in fields:
        return
    translation = _translation_into(instance)
    by_hand = translation is None or not translation.enabled
    instance.is_finished = by_hand or not _missing_texts(instance, translation)


@receiver(copy_for_translation_done, dispatch_uid="portal.copied_for_translation")
def leave_restrictions_to_source(sender: type, source_obj: object, target_obj: object, **kwargs: object) -> None:
    """A new version is bound by its source's restrictions; the copies that Wagtail makes of them would outlive these."""
    if isinstance(target_obj, Page):
        target_obj.view_restrictions.all().delete()


@changes.receiver(Event.PUBLISHED, order=Order.SCHEDULES)
def let_dates_follow(change: Change) -> None:
    """A page is online, or will be at its time: its translations with it."""
    instance = change.subject
    if instance.alias_of_id is None:
        schedules.follow(instance)


for model in [model for model in apps.get_models() if issubclass(model, FinishedMixin)]:
    pre_save.connect(remember_finished_snippet, sender=model, dispatch_uid="portal.snippet_saved")


# --- what a change touches -----------------------------------------------------------------------------------------------

_HOME_DEPTH = 2
_UNSEEN = frozenset({
    "draft_title", "latest_revision", "latest_revision_created_at", "has_unpublished_changes", "live_revision", "numchild",
    "locked", "locked_at", "locked_by", "go_live_at", "expire_at", "last_published_at", "alias_of_id",
})  # fmt: skip
"""What is saved alone of a page, by Wagtail, and shown to no visitor."""


def tags_of(page: Page, *, depth_before: int = 0) -> set[changes.Tag]:
    """Return what a change of a page touches; `depth_before` is where it stood before, if it moved."""
    tags = {changes.PAGES, changes.page(page.translation_key), _kind_of(page)}
    depth = min(page.depth, depth_before or page.depth)
    if depth <= _HOME_DEPTH:
        tags.add(changes.HOMES)
    if depth <= _HOME_DEPTH + navigation.MENU_LEVELS:
        # Other languages may show this version: as a fallback, or as the only one that there is.
        tags.update(changes.menu(language.code) for language in LANGUAGES)
    if page.alias_of_id is not None or page.locale.language_code != SOURCE_LANGUAGE:
        # It follows another page, and is as private as that.
        tags.add(changes.RESTRICTIONS)
    return tags


_MOST_TAGS = 1000
"""Pages below one that moves of which each is named; of more everything is built anew, which costs no more."""


def _tags_below(page: Page) -> set[changes.Tag]:
    """Return what a change of a page touches that is a change of all pages below it: of where they are, or who may read them."""
    below = Page.objects.filter(path__startswith=page.path).order_by()
    if len(below.values_list("pk")[: _MOST_TAGS + 1]) > _MOST_TAGS:
        return {changes.EVERYTHING}
    rows = below.values_list("translation_key", "content_type__app_label", "content_type__model")
    return {tag for key, app, model in rows for tag in (changes.page(key), changes.kind(f"{app}.{model}"))}


@changes.receiver(Event.PUBLISHED, Event.UNPUBLISHED, Event.SHOWN, Event.DELETED, order=Order.TAGS)
def announce_page(change: Change) -> None:
    """What is online of a page is something else, or is not there any more."""
    if isinstance(change.subject, Page):
        changes.announce(*tags_of(change.subject), changes.RESTRICTIONS)


@changes.receiver(Event.SAVED, order=Order.TAGS)
def announce_saved_page(change: Change) -> None:
    """A page's row was written: visitors see it where it is live, and have its address where it follows the source. No draft is."""
    page, fields = change.subject, change.details.get("update_fields")
    if not isinstance(page, Page) or (fields is not None and _UNSEEN.issuperset(fields)):
        return
    if page.live or page.locale.language_code != SOURCE_LANGUAGE:
        changes.announce(*tags_of(page))


@changes.receiver(Event.MOVED, Event.RENAMED, order=Order.TAGS)
def announce_addresses(change: Change) -> None:
    """A page and all below it are elsewhere in the tree, or at other addresses."""
    page, before = change.subject, change.details.get("parent_page_before")
    depth = before.depth + 1 if before is not None else 0
    changes.announce(*tags_of(page, depth_before=depth), *_tags_below(page), changes.RESTRICTIONS)


@changes.receiver(Event.LINKED, order=Order.TAGS)
def announce_linked_page(change: Change) -> None:
    """The pages that it stood beside before and stands beside now have other links, menus and restrictions."""
    changes.announce(changes.EVERYTHING)


@changes.receiver(Event.PRIVACY, order=Order.TAGS)
def announce_privacy(change: Change) -> None:
    """Who may read a page, its versions and all below them has changed."""
    page = change.subject.page
    changes.announce(*tags_of(page), *_tags_below(page), changes.RESTRICTIONS, changes.HOMES)


@changes.receiver(Event.UNPUBLISHED, Event.SHOWN, Event.DELETED, Event.PRIVACY, Event.MOVED, order=Order.TAGS)
def announce_withdrawal(change: Change) -> None:
    """What was to be read is not any more, or not by everybody: no copy of it is shown, whatever has failed."""
    if isinstance(change.subject, Page | PageViewRestriction):
        changes.announce(WITHDRAWN)


def _tags_of_object(instance: Model) -> tuple[changes.Tag, ...]:
    """Return what a change of something other than a page touches; nothing for what no visitor sees."""
    label = instance._meta.label_lower
    if told := changes.announced_by(type(instance)):
        return told
    match instance:
        case Locale() | Site():
            return (changes.EVERYTHING,)
        case Redirect():
            return (changes.REDIRECTS,)
        case AbstractImage() | AbstractDocument() | Collection() | CollectionViewRestriction():
            return (changes.FILES,)
        case Topic() | Region():
            return (changes.TERMS, changes.snippets(label))
        case BaseGenericSetting() | BaseSiteSetting() | Release():
            return (changes.setting(label),)
        case TranslatableMixin():
            return (changes.snippets(label),)
    return ()


def _kind_of(page: Page) -> changes.Tag:
    return changes.kind(page.cached_content_type.model_class()._meta.label_lower)


@changes.receiver(Event.SAVED, order=Order.TAGS)
def announce_pages_of_fact(change: Change) -> None:
    """A fact has another value, or text in a language: the pages that show it say something else."""
    if isinstance(change.subject, Fact) and not change.details.get("created"):
        pages = change.subject.pages_that_use()
        changes.announce(*(tag for page in pages for tag in (changes.page(page.translation_key), _kind_of(page))))


@changes.receiver(Event.PUBLISHED, Event.UNPUBLISHED, Event.MOVED, Event.PRIVACY, order=Order.LISTS)
def announce_figures(change: Change) -> None:
    """A table is another one, or others may read it: what shows a cell of it says something else."""
    page = change.subject.page if isinstance(change.subject, PageViewRestriction) else change.subject
    if isinstance(page, Page):
        which = {"dataset": page.pk} if change.event == Event.PUBLISHED else {"dataset__path__startswith": page.path}
        for fact in Fact.objects.filter(**which).select_related("locale"):
            changes.happened(Event.SAVED, fact, created=False, update_fields=None)


@changes.receiver(Event.SAVED, order=Order.TAGS)
def announce_pages_of_picture(change: Change) -> None:
    """A photograph went out of use, or came back: the pages that show it look otherwise, in all languages."""
    if isinstance(image := change.subject, PortalImage) and image.is_shown_otherwise:
        pages = Page.objects.filter(pk__in=referring_pages([image.pk], PortalImage))
        changes.announce(*(tag for page in pages for tag in (changes.page(page.translation_key), _kind_of(page))))


@changes.receiver(Event.SAVED, Event.DELETED, order=Order.TAGS)
def announce_object(change: Change) -> None:
    """A snippet, file, redirect, setting, site or language was saved or deleted."""
    if not isinstance(change.subject, Page) and (tags := _tags_of_object(change.subject)):
        # A picture, an alert, a setting: what it said before may be what had to go.
        withdrawn = () if {changes.REDIRECTS, changes.TERMS}.intersection(tags) else (WITHDRAWN,)
        changes.announce(*tags, *withdrawn)


# --- from the signals of Wagtail and Django to changes ---------------------------------------------------------------------


def _is_seen(instance: Model) -> bool:
    return isinstance(instance, Page | PageViewRestriction) or bool(_tags_of_object(instance))


@receiver((pre_save, pre_delete), dispatch_uid="portal.changes.intend")
def before_commit(sender: type[Model], instance: Model, **kwargs: object) -> None:
    """Whoever dies between the commit and the announcement of this is made good."""
    if _is_seen(instance):
        changes.intend()


@receiver(pre_delete, sender=Page, dispatch_uid="portal.changes.deleting")
def page_is_deleted(sender: type[Page], instance: Page, **kwargs: object) -> None:
    """Deletions of whole querysets come by here too."""
    changes.happened(Event.DELETING, instance)


@receiver(post_save, dispatch_uid="portal.changes.saved")
def object_saved(
    sender: type[Model], instance: Model, created: bool, update_fields: frozenset[str] | None = None, **kwargs: object
) -> None:
    """A row was written."""
    if isinstance(instance, PageViewRestriction):
        changes.happened(Event.PRIVACY, instance)
    elif _is_seen(instance):
        changes.happened(Event.SAVED, instance, created=created, update_fields=update_fields)


@receiver(post_delete, dispatch_uid="portal.changes.deleted")
def object_deleted(sender: type[Model], instance: Model, **kwargs: object) -> None:
    """A row is gone. Of a page Django says so once for each of its tables; the last is that of `Page`."""
    if isinstance(instance, PageViewRestriction):
        changes.happened(Event.PRIVACY, instance)
    elif sender is Page or (not isinstance(instance, Page) and _is_seen(instance)):
        changes.happened(Event.DELETED, instance)


@receiver(page_published, dispatch_uid="portal.changes.published")
def page_is_published(sender: type[Page], instance: Page, **kwargs: object) -> None:
    """A page is online, or will be at its time."""
    changes.happened(Event.PUBLISHED, instance, **_details(kwargs))


@receiver(page_unpublished, dispatch_uid="portal.changes.unpublished")
def page_is_unpublished(sender: type[Page], instance: Page, **kwargs: object) -> None:
    """A page is offline."""
    changes.happened(Event.UNPUBLISHED, instance, **_details(kwargs))


@receiver(post_page_move, dispatch_uid="portal.changes.moved")
def page_is_moved(sender: type[Page], instance: Page, **kwargs: object) -> None:
    """A page stands elsewhere, or in another order."""
    changes.happened(Event.MOVED, instance, **_details(kwargs))


@receiver(page_renamed, dispatch_uid="portal.changes.renamed")
def page_is_renamed(sender: type[Page], instance: Page, **kwargs: object) -> None:
    """A page has another address, and all below it."""
    changes.happened(Event.RENAMED, instance, **_details(kwargs))


def _details(kwargs: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in kwargs.items() if name != "signal"}
