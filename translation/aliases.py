"""A translation that is taken back: its page shows the source again, and its texts wait for the next try.

Deleting a page of a following language would leave a hole in its tree. What the admin calls deleting makes the page an alias again
instead, pages below it stay. Where a row is deleted all the same (by code, or with a page above it), an alias comes in its place.
"""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models.signals import post_delete
from wagtail.log_actions import log
from wagtail.models import Locale, Page, Revision, TranslatableMixin, get_translatable_models
from wagtail.signals import page_published, page_unpublished
from wagtail_localize.models import LocaleSynchronization, Translation, cleanup_translation_on_delete
from wagtail_localize.views.convert import sync_alias

from portal.language.languages import SOURCE_LANGUAGE
from portal.language.slugs import available_slug
from portal.models import PublishedVersion
from portal.pages import redirects
from portal.pages.versions import locales_by_id
from translation import cascades

LOG_ACTION = "wagtail_localize.convert_to_alias"


def source_shown(page: Page) -> Page | None:
    """Return the page that one of a following language stands for; None where it stands for itself."""
    return _source(page.translation_key, page.locale_id)


def _source(translation_key: UUID, locale_id: int) -> Page | None:
    followed = LocaleSynchronization.objects.filter(locale_id=locale_id).values("sync_from_id")
    return Page.objects.filter(translation_key=translation_key, locale_id__in=followed).first()


def forget_translation(instance: TranslatableMixin) -> None:
    """Let nobody translate into an object any more; the texts stay, they belong to what is translated."""
    Translation.objects.filter(source__object_id=instance.translation_key, target_locale_id=instance.locale_id).exclude(
        source__locale_id=instance.locale_id
    ).delete()


@transaction.atomic
def show_source(page: Page, source: Page, user: AbstractBaseUser | None = None) -> Page:
    """Turn a translation into an alias of its source, at its source's address, and return it; pages below it stay.

    Whatever waited to put the translation online is called off. The history keeps what was written.
    """
    page, source = page.specific, source.specific
    title, was_live, revision = page.get_admin_display_title(), page.live, page.latest_revision
    Revision.page_revisions.filter(object_id=str(page.pk), approved_go_live_at__isnull=False).update(approved_go_live_at=None)
    if (workflow := page.current_workflow_state) is not None:
        workflow.cancel(user=user)
    forget_translation(page)
    PublishedVersion.objects.filter(page_id=page.pk).delete()
    page.alias_of, page.latest_revision, page.live_revision = source, None, None
    page.slug = available_slug(page.get_parent(), cascades.source_slug(source, page.locale_id), page.pk)
    sync_alias(source, page, revision=source.latest_revision)
    alias = type(page).objects.get(pk=page.pk)
    names = {
        "page": {"id": page.pk, "title": title},
        "source": {"id": source.pk, "title": source.get_admin_display_title()},
    }
    log(instance=alias, action=LOG_ACTION, user=user, revision=revision, data=names)
    if was_live:
        # wagtail-localize tells only of aliases that come online; readers find another text and another address here.
        signal = page_published if alias.live else page_unpublished
        signal.send(sender=type(alias), instance=alias, revision=None, alias=True)
    return alias


def keep_texts(instance: TranslatableMixin, **kwargs: object) -> None:
    """A page or snippet is gone: of the source its translations' texts go too, of a translation nothing but itself."""
    locale = locales_by_id().get(instance.locale_id)
    if locale is not None and locale.language_code == SOURCE_LANGUAGE:
        cleanup_translation_on_delete(instance)
        return
    forget_translation(instance)
    if isinstance(instance, Page):
        transaction.on_commit(lambda: _fill_hole(instance))


def _fill_hole(page: Page) -> None:
    """Put an alias where a page of a following language is gone, if its source is still there."""
    source = _source(page.translation_key, page.locale_id)
    locale = Locale.objects.filter(pk=page.locale_id).first()
    if source is None or locale is None:
        return
    with transaction.atomic():
        # One that is there was made for a page below it.
        alias = cascades.counterpart(source, locale)
        before, now = (redirects.path_of(address, locale.pk) for address in (page.url_path, alias.url_path))
        if before != now and page.first_published_at is not None:
            redirects.write({before: alias.pk}, {now} if alias.live else set())


def connect() -> None:
    """Listen to deletions. Called once, when the apps are ready."""
    for model in get_translatable_models():
        post_delete.connect(keep_texts, sender=model, dispatch_uid=f"translation.aliases.{model._meta.label}")
