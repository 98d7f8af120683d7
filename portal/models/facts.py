"""Facts kept once: phone numbers, addresses, hours, mail addresses, fees, deadlines, each with its source.

Texts in every language refer to the row of the source language (`portal.facts`): a value changes in all of them at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import ProtectedError, Q
from django.utils.translation import pgettext, pgettext_lazy
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, MultiFieldPanel
from wagtail.models import Page, ReferenceIndex, Revision, RevisionMixin, TaskState, TranslatableMixin
from wagtail.search import index
from wagtail_localize.fields import SynchronizedField, TranslatableField
from wagtail_localize.models import Translation

from portal.facts.kinds import TEXT_KINDS, FactKind, normalised
from portal.language.dates import machine_date, parse_partial
from portal.language.languages import SOURCE_LANGUAGE

from .conflicts import RevisionForm
from .publication import FinishedMixin


class Fact(FinishedMixin, TranslatableMixin, RevisionMixin, index.Indexed, models.Model):
    """One fact. Without a value it is known to be missing: nothing of it is shown, and the editors' list names it."""

    name = models.CharField(
        pgettext_lazy("admin", "name"),
        max_length=100,
        help_text=pgettext_lazy(
            "admin", "As editors and translators find it: “Phone, family reunification”. Visitors do not see it."
        ),
    )
    kind = models.CharField(pgettext_lazy("admin", "kind"), max_length=10, choices=FactKind.as_choices)
    value = models.CharField(
        pgettext_lazy("admin", "value"),
        max_length=200,
        blank=True,
        help_text=pgettext_lazy(
            "admin",
            "+49 30 123456 · name@iom.int · Mo–Do 10–16 Uhr; Fr 9–12 Uhr · 75 € · 23.07.2027. Each language writes it by its own "
            "rules. Left empty, all that needs it stays hidden.",
        ),
    )
    text = models.TextField(
        pgettext_lazy("admin", "text"),
        max_length=500,
        blank=True,
        help_text=pgettext_lazy(
            "admin", "Of postal addresses and other texts, in place of a value. It is translated; line breaks are kept."
        ),
    )
    translated_text = models.TextField(blank=True, editable=False)
    """Of a translation the text that it translates: once the fact has another one, it is not shown any more."""
    source = models.CharField(
        pgettext_lazy("admin", "source"),
        max_length=250,
        blank=True,
        help_text=pgettext_lazy("admin", "Which authority or office says so, and where: law, page, letter."),
    )
    source_url = models.URLField(pgettext_lazy("admin", "address of the source"), max_length=500, blank=True)
    source_date = models.CharField(
        pgettext_lazy("admin", "date of the source"),
        max_length=10,
        blank=True,
        help_text=pgettext_lazy("admin", "The source's own date: 16.10.2024, 10.2024 or 2024. Left empty, the source is undated."),
    )
    reviewed_on = models.DateField(
        pgettext_lazy("admin", "checked on"),
        null=True,
        blank=True,
        help_text=pgettext_lazy("admin", "The day on which somebody of the office last checked that it is true."),
    )
    reviewed_by = models.CharField(pgettext_lazy("admin", "checked by"), max_length=120, blank=True)

    base_form_class = RevisionForm
    search_fields: ClassVar[list] = [
        index.SearchField("name", boost=2),
        index.AutocompleteField("name"),
        index.SearchField("value"),
        index.SearchField("text"),
        index.FilterField("locale_id"),
        index.FilterField("kind"),
    ]
    panels: ClassVar[list] = [
        HelpPanel(pgettext_lazy("admin", "A change shows at once on all pages that use the fact, in all languages.")),
        FieldPanel("name"),
        FieldPanel("kind"),
        FieldPanel("value"),
        FieldPanel("text"),
        MultiFieldPanel(
            [FieldPanel("source"), FieldPanel("source_url"), FieldPanel("source_date")], pgettext_lazy("admin", "Source")
        ),
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("reviewed_on"), FieldPanel("reviewed_by")])], pgettext_lazy("admin", "Review by IOM")
        ),
    ]
    translatable_fields: ClassVar[list] = [
        TranslatableField("text"),
        *(
            SynchronizedField(name, overridable=False)
            for name in (
                "name", "kind", "value", "translated_text", "source", "source_url", "source_date", "reviewed_on", "reviewed_by",
            )
        ),
    ]  # fmt: skip

    class Meta(TranslatableMixin.Meta):
        ordering = ("name",)
        verbose_name = pgettext_lazy("admin", "fact")
        verbose_name_plural = pgettext_lazy("admin", "facts")

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        """Store beside the text of the source language that its translations are to be of this one."""
        if self.locale.language_code == SOURCE_LANGUAGE:
            self.translated_text = self.text
        super().save(*args, **kwargs)

    def delete(self, *args: object, **kwargs: object) -> tuple[int, dict[str, int]]:
        """Delete the fact, unless a text needs it.

        Raises:
            ProtectedError: something refers to it.
        """
        if uses := {*self.uses(), *drafts_that_use([self]).get(self.pk, ())}:
            raise ProtectedError(pgettext("admin", "Texts use this fact."), uses)
        return super().delete(*args, **kwargs)

    def clean(self) -> None:
        """Bring the value and the source's date into the form in which they are stored.

        Raises:
            ValidationError: one of them fits no fact of this kind.
        """
        errors: dict[str, Any] = {}
        is_text = self.kind in TEXT_KINDS
        if is_text and self.value:
            errors["value"] = pgettext("admin", "A fact of this kind is a text: please write it into the field for the text.")
        elif not is_text and self.text:
            errors["text"] = pgettext("admin", "A fact of this kind has a value: please write it into the field for the value.")
        elif not is_text and self.kind in FactKind.values:
            try:
                self.value = normalised(self.kind, self.value)
            except ValidationError as error:
                errors["value"] = error
        if self.source_date:
            try:
                self.source_date = machine_date(*parse_partial(self.source_date))
            except ValueError:
                errors["source_date"] = pgettext("admin", "Please write the date as 16.10.2024, 10.2024 or 2024.")
        if errors:
            raise ValidationError(errors)

    @property
    def is_missing(self) -> bool:
        """Return whether there is no value yet."""
        return not (self.text if self.kind in TEXT_KINDS else self.value)

    def uses(self) -> models.QuerySet:
        """Return what refers to the fact; to a translation nothing does."""
        return ReferenceIndex.get_references_to(self)

    def pages_that_use(self) -> list[Page]:
        """Return the pages that show the fact, in all languages; those of a translated text are those of the fact."""
        facts = type(self).objects.filter(translation_key=self.translation_key).values_list("pk", flat=True)
        references = ReferenceIndex.objects.filter(
            to_content_type=ContentType.objects.get_for_model(self), to_object_id__in=[str(pk) for pk in facts]
        )
        pages = references.filter(base_content_type=ContentType.objects.get_for_model(Page)).values_list("object_id", flat=True)
        return list(Page.objects.filter(pk__in=[int(pk) for pk in set(pages)]).order_by("pk"))


def drafts_that_use(facts: Iterable[Fact]) -> dict[int, list[Page]]:
    """Return the pages whose draft needs facts, or a version that is to go online, by the ids of the facts.

    The reference index knows what is online alone. Every draft is read: for what happens seldom.
    """
    wanted = {str(fact.pk) for fact in facts}
    found: dict[int, dict[int, Page]] = defaultdict(dict)
    for page, content in [*_drafts(), *_handed_over()]:
        for field in content._meta.get_fields():
            if (extract := getattr(field, "extract_references", None)) is not None:
                for model, object_id, _model_path, _content_path in extract(field.value_from_object(content)):
                    if model is Fact and str(object_id) in wanted:
                        found[int(object_id)][page.pk] = page
    return {pk: list(pages.values()) for pk, pages in found.items()}


def _drafts() -> Iterator[tuple[Page, Page]]:
    """Yield what was saved last, waits for its time, or for somebody's approval: each page, and what its draft holds."""
    drafts = Page.objects.filter(has_unpublished_changes=True).order_by().values("latest_revision")
    waiting = TaskState.objects.filter(status=TaskState.STATUS_IN_PROGRESS).order_by().values("revision")
    revisions = Revision.page_revisions.filter(Q(pk__in=drafts) | Q(pk__in=waiting) | Q(approved_go_live_at__isnull=False))
    for page in (revision.as_object() for revision in revisions):
        yield page, page


def _handed_over() -> Iterator[tuple[Page, Page]]:
    """Yield what translators have before them, which may be of an earlier German text: each version, and that text."""
    pages = ContentType.objects.get_for_model(Page)
    translations = Translation.objects.filter(enabled=True, source__object__content_type=pages).select_related("source")
    versions = {(page.translation_key, page.locale_id): page for page in Page.objects.select_related("locale")}
    texts: dict[int, Page] = {}
    for translation in translations:
        source = translation.source
        original = versions.get((source.object_id, source.locale_id))
        if original is None:
            # The page is gone: nobody can finish this.
            continue
        text = texts.get(source.pk) or texts.setdefault(source.pk, source.as_instance())
        yield versions.get((source.object_id, translation.target_locale_id), original), text
