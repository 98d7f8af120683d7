"""Data sets: a page with a table of figures, its chart, its source, and files to take along; and the list of them all."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.search import index
from wagtail_localize.fields import SynchronizedField, TranslatableField

from portal.blocks import CONTENT_BLOCKS
from portal.blocks.fields import StreamField
from portal.blocks.illustrations import Illustration
from portal.discovery.head import absolute
from portal.facts.figures import Cell
from portal.language.choices import TextChoices
from portal.language.languages import SOURCE_LANGUAGE
from portal.listing.declarations import BY_NAME, Listing, Schema
from portal.listing.pages import IndexPage, ListedPage
from portal.models import BasePage, BodyMixin, CoverMixin, GoalsMixin, LeadMixin, SourcesMixin, TopicsMixin
from portal.pages import versions
from research import cells, files, history, laender, pictures, schema, shown
from research.blocks import LabelBlock, LookalikeBlock
from research.datasets import BrokenCSV, Table, read
from research.forms import DataPageForm, TableWidget


class Chart(TextChoices):
    """How the figures are drawn."""

    BARS = "bars", pgettext_lazy("admin", "bars")
    LINE = "line", pgettext_lazy("admin", "line over time")
    MAP = "map", pgettext_lazy("admin", "map of the Länder")
    NONE = "none", pgettext_lazy("admin", "table only")


class Licence(TextChoices):
    """Under which licence a source publishes its figures."""

    CC_BY_4 = "cc-by-4.0", "CC BY 4.0"
    CC_BY_3_IGO = "cc-by-3.0-igo", "CC BY 3.0 IGO"


class DataIndexPage(IndexPage):
    """All data sets of a language."""

    per_page = 20
    illustration_default: ClassVar[str] = Illustration.DATA
    parent_page_types: ClassVar[list[str]] = ["home.DataAndResearchPage"]
    subpage_types: ClassVar[list[str]] = ["research.DataPage"]
    max_count_per_parent = 1
    template = "pages/data_index_page.html"
    page_description = pgettext_lazy("admin", "The list of all data sets.")

    class Meta:
        verbose_name = pgettext_lazy("admin", "list of data sets")
        verbose_name_plural = pgettext_lazy("admin", "lists of data sets")


class DataPage(LeadMixin, CoverMixin, BodyMixin, TopicsMixin, GoalsMixin, SourcesMixin, ListedPage):
    """A data set. Its table is that of the source language, in all languages at once; words for it each language has of its own."""

    csv = models.TextField(
        pgettext_lazy("admin", "table"),
        max_length=1024 * 1024,
        help_text=pgettext_lazy(
            "admin", "As CSV, typed or uploaded. An empty cell is a gap. Once published it is shown in all languages at once."
        ),
    )
    finding = models.CharField(
        pgettext_lazy("admin", "finding"),
        max_length=200,
        blank=True,
        help_text=pgettext_lazy("admin", "The heading of the chart says what it shows: “Most migrants live in Europe and Asia”."),
    )
    counted = models.CharField(
        pgettext_lazy("admin", "what is counted"),
        max_length=300,
        help_text=pgettext_lazy("admin", "Who or what, where, and at which moment or in which time."),
    )
    note = models.TextField(
        pgettext_lazy("admin", "notes"),
        max_length=1500,
        blank=True,
        help_text=pgettext_lazy("admin", "What must be known to read the figures rightly. Each paragraph is one note."),
    )
    labels = StreamField(
        [("label", LabelBlock())],
        verbose_name=pgettext_lazy("admin", "labels"),
        blank=True,
        help_text=pgettext_lazy("admin", "What columns, rows and words of the file are called for visitors."),
    )
    lookalikes = StreamField(
        [("number", LookalikeBlock())],
        verbose_name=pgettext_lazy("admin", "equal numbers elsewhere"),
        blank=True, default=list, db_default=models.Value([], models.JSONField()),
        help_text=pgettext_lazy("admin", "Numbers of other pages that equal one of these, and why they do not change with it. Not shown."),
    )
    chart = models.CharField(
        pgettext_lazy("admin", "chart"),
        max_length=10,
        choices=Chart.as_choices,
        default=Chart.BARS,
        help_text=pgettext_lazy(
            "admin", "Bars compare, a line shows a course over years, a map the Länder. All values stand on the page in any case."
        ),
    )
    charted = models.CharField(
        pgettext_lazy("admin", "column in the chart"),
        max_length=100,
        blank=True,
        help_text=pgettext_lazy("admin", "Its name in the file. Left empty, the first column with numbers."),
    )
    edition = models.CharField(
        pgettext_lazy("admin", "edition"),
        max_length=100,
        blank=True,
        help_text=pgettext_lazy("admin", "Of a source that is calculated anew each time: “2024”. Each edition is a data set of its own."),
    )
    licence = models.CharField(
        pgettext_lazy("admin", "licence"),
        max_length=20,
        choices=Licence.as_choices,
        blank=True,
        help_text=pgettext_lazy("admin", "Only where the source itself states one."),
    )
    body = StreamField(
        CONTENT_BLOCKS,
        verbose_name=pgettext_lazy("admin", "content"),
        blank=True,
        help_text=pgettext_lazy("admin", "What else is to be said of the figures; may be left empty."),
    )

    base_form_class = DataPageForm
    illustration_default: ClassVar[str] = Illustration.DATA
    parent_page_types: ClassVar[list[str]] = ["research.DataIndexPage"]
    subpage_types: ClassVar[list[str]] = []
    template = "pages/data_page.html"
    page_description = pgettext_lazy("admin", "A table of figures with its source: chart, table, files to take along.")
    reserved_anchors: ClassVar[frozenset[str]] = frozenset({"chart", "values", "cite", "earlier"})

    listing = Listing(
        kind="dataset",
        label=_("Data set"),
        plural=_("Data sets"),
        all_label=_("All data sets"),
        further_label=_("Further data sets"),
        empty_label=_("There are no data sets here yet."),
        order=BY_NAME,
        filters=("topics", "regions", "goals"),
        facts=("counted", "period", "edition", "licence", "goals", "topics", "regions"),
        labels={
            "counted": _("What is counted"),
            "period": _("Period"),
            "edition": _("Edition"),
            "licence": _("Licence"),
        },
        schema=Schema(
            "Dataset",
            description="schema_description",
            creator="schema_creator",
            license="schema_license",
            temporalCoverage="schema_period",
            spatialCoverage="schema_places",
            variableMeasured="schema_measures",
            distribution="schema_files",
            version="edition",
            isAccessibleForFree="schema_is_free",
            citation="schema_citation",
        ),
        records={
            name: name
            for name in ("csv", "finding", "counted", "note", "labels", "lookalikes", "chart", "charted", "edition", "licence", "goals")
        },
    )

    content_panels: ClassVar[list] = [
        *BasePage.content_panels,
        *LeadMixin.lead_panels,
        MultiFieldPanel([FieldPanel("upload"), FieldPanel("csv", widget=TableWidget), FieldPanel("agreed")],
                        pgettext_lazy("admin", "Figures")),
        FieldPanel("labels"),
        FieldPanel("counted"),
        MultiFieldPanel(
            [FieldPanel("finding"), FieldRowPanel([FieldPanel("chart"), FieldPanel("charted")])], pgettext_lazy("admin", "Chart")
        ),
        FieldPanel("note"),
        *SourcesMixin.sources_panels,
        FieldRowPanel([FieldPanel("edition"), FieldPanel("licence")]),
        *BodyMixin.body_panels,
        FieldPanel("lookalikes"),
    ]
    promote_panels: ClassVar[list] = [
        *CoverMixin.cover_panels,
        *TopicsMixin.topics_panels,
        *GoalsMixin.goals_panels,
        *BasePage.promote_panels,
    ]
    search_fields: ClassVar[list] = [
        *BasePage.search_fields,
        *LeadMixin.lead_search_fields,
        *BodyMixin.body_search_fields,
        *(index.SearchField(name) for name in ("finding", "counted", "note", "labels")),
    ]
    translatable_fields: ClassVar[list] = [
        *BasePage.translatable_fields,
        *LeadMixin.lead_translatable_fields,
        *(TranslatableField(name) for name in ("finding", "counted", "note", "labels")),
        *BodyMixin.body_translatable_fields,
        *SourcesMixin.sources_translatable_fields,
        *(SynchronizedField(name, overridable=False) for name in ("csv", "lookalikes", "chart", "charted", "edition", "licence")),
        *CoverMixin.cover_translatable_fields,
        *TopicsMixin.topics_translatable_fields,
        *GoalsMixin.goals_translatable_fields,
    ]

    class Meta:
        verbose_name = pgettext_lazy("admin", "data set")
        verbose_name_plural = pgettext_lazy("admin", "data sets")

    def clean(self) -> None:
        """Refuse a table that is none, and a chart of what it does not hold.

        Raises:
            ValidationError: at the field.
        """
        super().clean()
        if not self.csv:
            return
        try:
            table = read(self.csv)
        except BrokenCSV as error:
            raise ValidationError({"csv": [ValidationError(str(problem)) for problem in error.problems]}) from error
        if self.charted and self.charted not in table.measures:
            text = pgettext("admin", "The table has no column of numbers “%(name)s”. It has: %(known)s.")
            raise ValidationError({"charted": text % {"name": self.charted, "known": ", ".join(table.measures)}})
        if self.chart == Chart.LINE and not table.is_series:
            raise ValidationError({"chart": pgettext("admin", "A line needs years or days in the first column of the table.")})
        if self.chart == Chart.MAP and not shown.is_of_laender(table):
            raise ValidationError({"chart": pgettext("admin", "A map needs Länder in the first column of the table: “Bayern” or “BY”.")})

    @cached_property
    def table(self) -> Table | None:
        """Return the table: of a translation that of the source language, as it is published now."""
        if self.language_code != SOURCE_LANGUAGE and (table := history.tables().get(str(self.translation_key))) is not None:
            return table
        return history.parsed(self.csv)

    @cached_property
    def words(self) -> shown.Words:
        """Return what columns, rows and words of the table are called in the language of the page."""
        untranslated = versions.untranslated_in(self)
        labels = {
            block.value["name"]: shown.Word(block.value["text"], SOURCE_LANGUAGE if block.id in untranslated else "")
            for block in self.labels
        }
        return shown.Words(labels, self.language_code)

    @property
    def measure(self) -> str:
        """Return the column that is drawn."""
        measures = self.table.measures if self.table else ()
        return self.charted if self.charted in measures else next(iter(measures), "")

    def number_text(self, row: str) -> str:
        """Return the number of a row in the chart, as the active language writes it."""
        return shown.number_text(self.table.number(row, self.measure), shown.decimals(self.table, self.measure)) if self.table else "–"

    @property
    def period(self) -> str:
        """Return from when to when the figures are, in words."""
        return shown.period(self.table) if self.table else ""

    @property
    def notes(self) -> list[str]:
        """Return the notes one by one."""
        return [line.strip() for line in self.note.splitlines() if line.strip()]

    @property
    def licence_url(self) -> str:
        """Return where the licence can be read."""
        return schema.LICENCES.get(self.licence, "")

    def drawn(self, suffix: str = "") -> dict[str, object]:
        """Return the chart, as bars, a line or a map; none where there is nothing to draw. `suffix` tells its ids from those of others."""
        if self.table is None or self.chart == Chart.NONE:
            return {}
        title = self.finding or self.title
        if self.chart == Chart.LINE and (line := shown.line(self.table, self.measure, self.words, title, suffix)) is not None:
            return {"line": line}
        if self.chart == Chart.MAP and (land_map := laender.land_map(self.table, self.measure, self.words)) is not None:
            return {"map": land_map}
        return {"bars": shown.bars(self.table, self.measure, self.words)}

    def get_context(self, request: HttpRequest, *args: object, **kwargs: object) -> dict[str, object]:
        """Add the chart, the table, the files and how to cite them."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        table = self.table
        if table is None:
            return context
        drawn = self.drawn()
        context.update(
            **drawn,
            # Bars of all that there is are the table already.
            figures=None if "bars" in drawn and shown.is_all(table) else shown.table(table, self.words, self.title),
            downloads=[*files.downloads(self), *files.pictures(self, drawn)],
            picture_alt=pictures.alt(self, drawn),
            citation=shown.citation(self, absolute(self.address)),
            earlier=files.earlier(self),
        )
        return context

    def shows(self, name: str) -> bool:
        """Return whether a text is read by itself: what the columns are called is read in the table."""
        return name != "labels" and super().shows(name)

    def shown_once(self, request: HttpRequest) -> str:
        """Return the table."""
        if self.table is None:
            return ""
        table = render_to_string("components/data_table.html", {"table": shown.table(self.table, self.words, self.title)})
        return format_html('<div class="mt-l">{}</div>', table)

    # --- for other pages -------------------------------------------------------------------------------------------------

    def cell(self, row: str, column: str) -> Cell | None:
        """Return a cell with a number; without a row that of the newest one of a series."""
        return cells.cell(self.table, row, column)

    def cell_problem(self, row: str, column: str) -> dict[str, str]:
        """Return why a cell cannot be bound, by `row` or `column`."""
        return cells.problem(self.table, row, column)

    def shown_elsewhere(self, *, as_chart: bool) -> dict[str, object]:
        """Return the chart or the table as other pages show it, with its heading, what is counted and where it comes from."""
        if self.table is None:
            return {}
        drawn = self.drawn(f"-{self.pk}") if as_chart else {}
        shown_table = {} if drawn else {"figures": shown.table(self.table, self.words, self.title)}
        return {**drawn, **shown_table, "title": self.title, "counted": self.counted, "sources": self.source_list, "page": self}

    def published_cells(self, row: str, column: str) -> list[tuple[datetime.date, Cell | None]]:
        """Return what stood in a cell from which day on, newest first."""
        return [(day, cells.cell(table, row, column)) for day, table in history.published(self.translation_key)]

    # --- for machines -------------------------------------------------------------------------------------------------------

    @property
    def schema_description(self) -> str:
        """Return what is in the data set, in sentences."""
        return schema.description(self)

    @property
    def schema_creator(self) -> list[dict[str, str]]:
        """Return who published the figures."""
        return schema.creators(self)

    @property
    def schema_license(self) -> str:
        """Return the address of the licence."""
        return self.licence_url

    @property
    def schema_period(self) -> str:
        """Return from when to when the figures are, by ISO 8601."""
        return schema.period(self.table)

    @property
    def schema_places(self) -> list[str]:
        """Return which regions it is about."""
        return schema.places(self)

    @property
    def schema_measures(self) -> list[dict[str, str]]:
        """Return what was measured."""
        return schema.measures(self)

    @property
    def schema_files(self) -> list[dict[str, str]]:
        """Return the files with the data."""
        return schema.files(self)

    @property
    def schema_citation(self) -> list[str]:
        """Return where the figures were taken from."""
        return [source.title for source in self.source_list]

    @property
    def schema_is_free(self) -> str:
        """Return that nobody pays for it, as schema.org writes it."""
        return "True"
