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
from django.utils.functional import cached_property
from django.utils.translation import pgettext, pgettext_lazy
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, MultiFieldPanel, Panel
from wagtail.admin.widgets import AdminPageChooser
from wagtail.models import Page, ReferenceIndex, Revision, RevisionMixin, TaskState, TranslatableMixin
from wagtail.search import index
from wagtail_localize.fields import SynchronizedField, TranslatableField
from wagtail_localize.models import Translation

from portal.facts import figures, shown
from portal.facts.kinds import TEXT_KINDS, FactKind, normalised
from portal.language.dates import machine_date, parse_partial
from portal.language.languages import SOURCE_LANGUAGE

from .conflicts import RevisionForm
from .publication import FinishedMixin


class FactForm(RevisionForm):
    """The form of a fact: of pages, those with tables of figures can be chosen."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "dataset" in self.fields:
            self.fields["dataset"].widget = AdminPageChooser(target_models=figures.sources() or [Page])


class EarlierValuesPanel(Panel):
    """The values that a figure had, newest first, each with the days on which it was published."""

    class BoundPanel(Panel.BoundPanel):
        """The panel beside a fact."""

        template_name = "portal/admin/earlier_values.html"

        def is_shown(self) -> bool:
            """Show it once there is a table to read."""
            return super().is_shown() and bool(self.values)

        @cached_property
        def values(self) -> list[figures.PublishedValue]:
            """Return the values."""
            fact = self.instance
            page = fact.dataset.specific if fact is not None and fact.dataset_id else None
            return figures.published_values(page, fact.row, fact.column, fact.unit) if isinstance(page, figures.FigureSource) else []

        def get_context_data(self, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
            """Add the values."""
            return {**super().get_context_data(parent_context), "values": self.values}


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
    dataset = models.ForeignKey(
        Page,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=pgettext_lazy("admin", "data set"),
        help_text=pgettext_lazy("admin", "Of a figure: the German page with the table. It follows each change that is published there."),
    )
    row = models.CharField(
        pgettext_lazy("admin", "row"),
        max_length=100,
        blank=True,
        db_default="",
        help_text=pgettext_lazy("admin", "What stands in the first cell of the row: 2025. Left empty, always the newest year or day."),
    )
    column = models.CharField(
        pgettext_lazy("admin", "column"),
        max_length=100,
        blank=True,
        db_default="",
        help_text=pgettext_lazy("admin", "Its name in the table: dead_and_missing. Left empty, it is the first column with numbers."),
    )
    unit = models.CharField(
        pgettext_lazy("admin", "unit"),
        max_length=10,
        choices=figures.Unit.as_choices,
        blank=True,
        default="",
        db_default="",
        help_text=pgettext_lazy("admin", "In what the column counts."),
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

    base_form_class = FactForm
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
            [
                FieldPanel("dataset"),
                FieldRowPanel([FieldPanel("row"), FieldPanel("column"), FieldPanel("unit")]),
                EarlierValuesPanel(),
            ],
            pgettext_lazy("admin", "Figure of a data set"),
        ),
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
                "name", "kind", "value", "dataset", "row", "column", "unit", "translated_text",
                "source", "source_url", "source_date", "reviewed_on", "reviewed_by",
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
        """Store which German text the row's own belongs to; what is written by hand belongs to the one that stands there now."""
        if self.locale.language_code == SOURCE_LANGUAGE:
            self.translated_text = self.text
        elif not self._is_translated():
            source = Fact.objects.filter(translation_key=self.translation_key, locale__language_code=SOURCE_LANGUAGE).first()
            self.translated_text = source.text if source is not None else ""
        super().save(*args, **kwargs)

    def _is_translated(self) -> bool:
        """Return whether the row is written by the translation of its source."""
        translations = Translation.objects.filter(source__object_id=self.translation_key, target_locale_id=self.locale_id, enabled=True)
        return translations.exclude(source__locale_id=self.locale_id).exists()

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
        elif self.kind == FactKind.FIGURE:
            errors |= self._errors_of_figure()
        elif self.dataset_id:
            errors["dataset"] = pgettext("admin", "Only a figure of a data set has a table.")
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

    def _errors_of_figure(self) -> dict[str, Any]:
        """Return what is wrong with the cell that a figure names, by field."""
        if self.value:
            return {"value": pgettext("admin", "The value of a figure stands in its data set: please leave this empty.")}
        if self.dataset is None:
            return {}
        page = self.dataset.specific
        if not isinstance(page, figures.FigureSource) or page.locale.language_code != SOURCE_LANGUAGE:
            return {"dataset": pgettext("admin", "Please choose the German page of a data set.")}
        return page.cell_problem(self.row, self.column)

    @property
    def is_missing(self) -> bool:
        """Return whether there is no value yet."""
        if self.kind == FactKind.FIGURE:
            return shown.get(self.pk) is None
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
