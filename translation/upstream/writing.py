"""How a translation is written into its page."""

from __future__ import annotations

from functools import wraps

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from wagtail.models import Locale, Page, Revision
from wagtail_localize.models import TranslationSource

_write = TranslationSource.create_or_update_translation


@wraps(_write)
def _create_or_update_translation(
    self: TranslationSource,
    locale: Locale,
    user: AbstractBaseUser | None = None,
    publish: bool = True,
    copy_parent_pages: bool = False,
    fallback: bool = False,
) -> tuple[models.Model, bool]:
    """Write a page's translation into a revision only, and publish it through an object read afresh.

    Two faults of wagtail-localize 1.14. A draft is saved over the live row as well (`translation.save()` whatever `publish`
    says; wagtail-localize#655 asks for drafts of live pages), so that visitors would read it, and a first submission would change what
    they read. And what is to be published is
    published on commit through an object read before its children were added, which writes their old number back
    (wagtail-localize#773): all pages below answer 404. This can go when a release saves drafts as Wagtail's editor does, as
    revisions, and closes #773.
    """
    if not issubclass(self.specific_content_type.model_class(), Page):
        return _write(self, locale, user, publish, copy_parent_pages, fallback)
    is_new = False
    try:
        page = self.get_translated_instance(locale)
    except ObjectDoesNotExist:
        page = self.as_instance().copy_for_translation(locale, copy_parents=copy_parent_pages)
        is_new = True

    def save(*args: object, **kwargs: object) -> None:
        # The whole row is what a draft must not write; what a revision keeps with the row comes with `update_fields`.
        if kwargs.get("update_fields") is not None:
            type(page).save(page, *args, **kwargs)

    page.save = save
    self.get_translated_instance = lambda locale: page
    try:
        _write(self, locale, user, publish=False, copy_parent_pages=copy_parent_pages, fallback=fallback)
    finally:
        del page.save, self.get_translated_instance
    if publish:
        Revision.objects.get(pk=page.latest_revision_id).publish(user=user)
    return page, is_new


_sync = TranslationSource.sync_view_restrictions


@wraps(_sync)
def _sync_view_restrictions(self: TranslationSource, original: models.Model, translation_page: models.Model) -> None:
    """Leave a translation's own restriction as it is: the source's binds it without a copy (`portal.pages.restrictions`).

    wagtail-localize 1.14 (since wagtail-localize#496) copies the source's first restriction at every save of a translation (draft,
    publication, update, PO file), overwrites the translation's own with it and deletes that where the source has none; what was
    finished before the source became private stays public. This can go when a release leaves restrictions alone or offers a setting.
    """


def apply() -> None:
    """Put both in place."""
    TranslationSource.create_or_update_translation = _create_or_update_translation
    TranslationSource.sync_view_restrictions = _sync_view_restrictions
