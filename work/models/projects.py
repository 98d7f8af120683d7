"""Projects: who pays, who takes part, from when to when, where, for whom; and the list of them all."""

from __future__ import annotations

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.models import Page
from wagtail.search import index
from wagtail_localize.fields import SynchronizedField, TranslatableField

from portal.blocks.fields import StreamField
from portal.blocks.illustrations import Illustration
from portal.blocks.media import DownloadsBlock
from portal.blocks.people import ContactBlock
from portal.discovery.head import ORGANIZATION
from portal.language.dates import DatePrecision, machine_date
from portal.listing.dates import Status
from portal.listing.declarations import UPCOMING, Listing, Schema, When, values_of
from portal.listing.pages import IndexPage, ListedPage
from portal.models import BasePage, ExplanationMixin, GoalsMixin
from portal.models.page_form import ReviewedPageForm
from portal.pages import links

ONE_IN_EACH_LINE = pgettext_lazy("admin", "One in each line, by its full name, spelt the same on all projects: visitors can filter by it.")


class ProjectIndexPage(IndexPage):
    """All projects of a language, whatever theme they lie in, filtered by topic, funder, status and region."""

    lists_whole_kind = True
    illustration_default: ClassVar[str] = Illustration.PARTNERSHIP
    parent_page_types: ClassVar[list[str]] = ["home.OurWorkPage"]
    subpage_types: ClassVar[list[str]] = []
    max_count_per_parent = 1
    template = "pages/project_index_page.html"
    page_description = pgettext_lazy("admin", "The list of all projects, with filters. It keeps itself up to date.")

    class Meta:
        verbose_name = pgettext_lazy("admin", "list of projects")
        verbose_name_plural = pgettext_lazy("admin", "lists of projects")

    @classmethod
    def listed_models(cls) -> list[type[Page]]:
        """Return what the list is of; nothing lies below it."""
        return [ProjectPage]


class ProjectPage(ExplanationMixin, GoalsMixin, ListedPage):
    """A project: what it does, and its period, from which follows whether it is planned, running or ended."""

    programme = models.CharField(
        pgettext_lazy("admin", "programme"),
        max_length=150,
        blank=True,
        help_text=pgettext_lazy("admin", "The programme that the project belongs to, if it is part of one."),
    )
    funders = models.TextField(pgettext_lazy("admin", "funded by"), blank=True, max_length=600, help_text=ONE_IN_EACH_LINE)
    partners = models.TextField(
        pgettext_lazy("admin", "partners"),
        blank=True,
        max_length=600,
        help_text=pgettext_lazy("admin", "Who carries out the project with IOM. One in each line, by its full name."),
    )
    places = models.TextField(
        pgettext_lazy("admin", "places"),
        blank=True,
        max_length=600,
        help_text=pgettext_lazy("admin", "Towns or countries, one in each line. Visitors filter by the regions, see “Topics and regions”."),
    )
    target_groups = models.TextField(
        pgettext_lazy("admin", "target groups"),
        blank=True,
        max_length=600,
        help_text=pgettext_lazy("admin", "Whom the project is for, one group in each line."),
    )
    starts_on = models.DateField(
        pgettext_lazy("admin", "begins on"),
        null=True,
        blank=True,
        help_text=pgettext_lazy("admin", "If only month or year are known, choose the first day and say so below."),
    )
    starts_precision = models.CharField(
        pgettext_lazy("admin", "what is known of the beginning"),
        max_length=5,
        choices=DatePrecision.as_choices,
        default=DatePrecision.DAY,
        help_text=pgettext_lazy("admin", "No more is shown than is known."),
    )
    ends_on = models.DateField(
        pgettext_lazy("admin", "ends on"),
        null=True,
        blank=True,
        help_text=pgettext_lazy(
            "admin", "The last day. From then on the page and all lists say by themselves that the project has ended."
        ),
    )
    ends_precision = models.CharField(
        pgettext_lazy("admin", "what is known of the end"),
        max_length=5,
        choices=DatePrecision.as_choices,
        default=DatePrecision.DAY,
        help_text=pgettext_lazy("admin", "No more is shown than is known."),
    )
    goes_on = models.BooleanField(
        pgettext_lazy("admin", "goes on as long as no end is entered"),
        default=True,
        help_text=pgettext_lazy("admin", "Take the tick away if the project has ended and nobody knows when."),
    )
    is_research = models.BooleanField(
        pgettext_lazy("admin", "research project"),
        default=False,
        help_text=pgettext_lazy("admin", "For search engines, which tell studies from other projects."),
    )
    documents = StreamField(
        [("downloads", DownloadsBlock())],
        verbose_name=pgettext_lazy("admin", "documents"),
        blank=True,
        max_num=1,
        help_text=pgettext_lazy("admin", "Reports and material for download."),
    )
    contact = StreamField(
        [("contact", ContactBlock())],
        verbose_name=pgettext_lazy("admin", "contact"),
        blank=True,
        max_num=1,
        help_text=pgettext_lazy("admin", "Whom to ask about the project."),
    )

    base_form_class = ReviewedPageForm
    illustration_default: ClassVar[str] = Illustration.PARTNERSHIP
    parent_page_types: ClassVar[list[str]] = ["work.ThemePage"]
    subpage_types: ClassVar[list[str]] = []
    template = "pages/project_page.html"
    page_description = pgettext_lazy(
        "admin", "A project with its period, funders and partners. Whether it is running follows from the dates."
    )

    listing = Listing(
        kind="project",
        label=_("Project"),
        plural=_("Projects"),
        all_label=_("All projects"),
        further_label=_("Further projects"),
        empty_label=_("There are no projects here yet."),
        when=When(start="starts_on", end="ends_on", precision="starts_precision", end_precision="ends_precision", lasts="goes_on"),
        order=UPCOMING,
        filters=("topics", "funders", "when.status", "regions", "goals"),
        facts=("when.status", "when", "programme", "funders", "partners", "target_groups", "places", "goals", "topics", "regions"),
        lines=("funders", "partners", "target_groups", "places"),
        labels={
            "when": _("Period"),
            "programme": _("Programme"),
            "funders": _("Funded by"),
            "partners": _("Partners"),
            "target_groups": _("Target groups"),
            "places": _("Places"),
        },
        schema=Schema(
            "Project",
            **{"@type": "schema_type"},
            foundingDate="schema_start",
            dissolutionDate="schema_end",
            funder="schema_funders",
            member="schema_partners",
            areaServed="schema_places",
            parentOrganization="schema_organization",
        ),
        records={
            name: name
            for name in (
                "programme", "funders", "partners", "places", "target_groups", "starts_on", "ends_on", "goes_on", "is_research", "goals",
                "documents", "contact",
            )
        },
    )  # fmt: skip

    content_panels: ClassVar[list] = [
        *BasePage.content_panels,
        *ExplanationMixin.lead_panels,
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("starts_on"), FieldPanel("starts_precision")]),
                FieldRowPanel([FieldPanel("ends_on"), FieldPanel("ends_precision")]),
                FieldPanel("goes_on"),
            ],
            pgettext_lazy("admin", "Period"),
            help_text=pgettext_lazy(
                "admin", "From these dates follows what visitors read: planned, running or ended. Without any date nothing is said."
            ),
        ),
        MultiFieldPanel(
            [FieldPanel(name) for name in ("programme", "funders", "partners", "target_groups", "places")],
            pgettext_lazy("admin", "Who, for whom, where"),
        ),
        *ExplanationMixin.body_panels,
        FieldPanel("documents"),
        FieldPanel("contact"),
        *ExplanationMixin.sources_panels,
        *ExplanationMixin.related_panels,
    ]
    promote_panels: ClassVar[list] = [
        *ExplanationMixin.explanation_promote_panels,
        *GoalsMixin.goals_panels,
        FieldPanel("is_research"),
        *BasePage.promote_panels,
    ]
    search_fields: ClassVar[list] = [
        *BasePage.search_fields,
        *ExplanationMixin.explanation_search_fields,
        index.SearchField("programme"),
        index.SearchField("funders"),
        index.SearchField("partners"),
        index.SearchField("places"),
        index.SearchField("target_groups"),
    ]
    translatable_fields: ClassVar[list] = [
        *BasePage.translatable_fields,
        *ExplanationMixin.explanation_translatable_fields,
        *(TranslatableField(name) for name in ("programme", "funders", "partners", "places", "target_groups", "documents", "contact")),
        *(
            SynchronizedField(name, overridable=False)
            for name in ("starts_on", "starts_precision", "ends_on", "ends_precision", "goes_on", "is_research")
        ),
        *GoalsMixin.goals_translatable_fields,
    ]

    class Meta:
        verbose_name = pgettext_lazy("admin", "project")
        verbose_name_plural = pgettext_lazy("admin", "projects")

    def clean(self) -> None:
        """Refuse a project that ends before it begins.

        Raises:
            ValidationError: it does.
        """
        super().clean()
        start, end = self.listing.start(self), self.listing.end(self)
        if self.ends_on is not None and start is not None and end is not None and end < start:
            raise ValidationError({"ends_on": pgettext("admin", "The project would end before it begins.")})

    @property
    def state_notice(self) -> dict[str, str]:
        """Return what stands at the top of a project that has ended."""
        return {"level": "info", "heading": gettext("This project has ended.")} if self.status_in_time == Status.ENDED else {}

    def heading_above(self, name: str) -> tuple[str, str]:
        """Return the heading of the documents, with its anchor."""
        return (gettext("Documents"), "documents") if name == "documents" else super().heading_above(name)

    @property
    def schema_type(self) -> str:
        """Return what schema.org calls the project."""
        return "ResearchProject" if self.is_research else "Project"

    @property
    def schema_start(self) -> str:
        """Return when it begins, no more precise than is known."""
        return self._machine_date("starts_on", "starts_precision")

    @property
    def schema_end(self) -> str:
        """Return when it ends, no more precise than is known."""
        return self._machine_date("ends_on", "ends_precision")

    def _machine_date(self, name: str, precision: str) -> str:
        day = getattr(self, name)
        return machine_date(day, getattr(self, precision)) if day else ""

    @property
    def schema_funders(self) -> list[dict[str, str]]:
        """Return who pays, for machines."""
        return [{"@type": "Organization", "name": name} for name in values_of(self, self.listing, "funders")]

    @property
    def schema_partners(self) -> list[dict[str, str]]:
        """Return who takes part, for machines."""
        return [{"@type": "Organization", "name": name} for name in values_of(self, self.listing, "partners")]

    @property
    def schema_places(self) -> list[str]:
        """Return where it is, for machines."""
        return values_of(self, self.listing, "places")

    @property
    def schema_organization(self) -> dict[str, str]:
        """Return whose project it is, for machines."""
        return ORGANIZATION

    def list_address(self) -> str:
        """Return where all projects are listed for the reader; nothing where they are listed nowhere."""
        found = links.resolve_all(Page.objects.type(ProjectIndexPage), lambda row: row.locale_id == self.locale_id)
        return found[0][1].plain().address if found else ""
