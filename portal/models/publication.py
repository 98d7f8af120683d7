"""What is stored of being finished in a language: of a page the moment, of a snippet that it is."""

from __future__ import annotations

from django.db import models
from wagtail.models import Page

from portal.language.languages import SOURCE_LANGUAGE, languages_by_code


class PublishedVersion(models.Model):
    """Says what was published of a page in its own language, and when it was first complete (see `portal.pages.versions`).

    `untranslated` names what the live version still has in the source language, because somebody with that right published it
    incomplete: names of fields, and ids of their blocks. While `completed_at` is empty the page is not complete; while both are empty
    it shows the source's page again, as an alias or a translation begun anew, and only its slug is its own.

    `edited_at` is when a person last published the page. What is loaded from records was written at a time that nobody stored, and the
    day of loading is none: it stays empty.

    `source_changed_at` is since when the source says something that this version does not: written by `translation.desk`, empty of the
    source itself.

    `withdrawn_at` is since when nobody reads it any more, because what it says is wrong by now: its text stays, and readers get the
    source's page (`portal.pages.versions`). Publishing it anew shows it again, unless it is a translation whose translator has been given
    nothing newer.

    `reviewed_at` is when somebody else than who submitted it last approved a translation; while it is empty no check is on record, and
    readers are told just that: what was published before reviews were stored may have been checked.

    `title_language` is the one that the title stands in where that is another by its nature, as that of a report (`BasePage`).

    `anchors` are the addresses of headings within the page, by the ids of their blocks (`portal.blocks.anchors`); None where an older
    portal stored none.

    A row of its own and no field of the page: copying a page into another language copies its fields, and the copy must
    not count as finished. It is never deleted while the page lives.
    """

    page = models.OneToOneField(Page, on_delete=models.CASCADE, primary_key=True, related_name="published_version")
    completed_at = models.DateTimeField(null=True, blank=True)
    edited_at = models.DateTimeField(null=True, blank=True)
    source_changed_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    untranslated = models.JSONField(default=list, blank=True)
    title_language = models.CharField(max_length=12, blank=True, default="", db_default="")
    anchors = models.JSONField(null=True, blank=True)

    class Meta:
        permissions = (("publish_incomplete_version", "Can publish translations that are not complete"),)
        # What was edited since the sitemaps were counted is asked after each change.
        indexes = (models.Index(fields=["edited_at"], name="portal_version_edited"),)

    def __str__(self) -> str:
        return f"{self.page_id} {self.completed_at:%Y-%m-%d}" if self.completed_at else str(self.page_id)


class FinishedMixin(models.Model):
    """A translatable snippet that says whether its row holds the text of its own language.

    wagtail-localize needs a row as soon as a snippet is submitted, and fills it with the source's text. Until the translation is
    complete and saved, readers get the source's snippet, marked as such (`portal.signals` keeps this; a later change of the
    source changes nothing).
    """

    is_finished = models.BooleanField(default=True, editable=False)

    class Meta:
        abstract = True


def anchors_of_source(page: Page) -> dict[str, str] | None:
    """Return the anchors of the page that a page translates; None while that has none stored."""
    language = languages_by_code().get(page.locale.language_code)
    # The admin may know a language that the portal does not.
    if language is None or language.code == SOURCE_LANGUAGE or not language.follows_source:
        return {}
    sources = PublishedVersion.objects.filter(page__translation_key=page.translation_key, page__locale__language_code=SOURCE_LANGUAGE)
    return sources.values_list("anchors", flat=True).first() if sources.exists() else {}
