"""What can be answered until a deadline: vacancies and tenders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.blocks import StreamValue
from wagtail.search import index
from wagtail_localize.fields import SynchronizedField, TranslatableField

from portal.blocks import CONTENT_BLOCKS
from portal.blocks.fields import StreamField
from portal.blocks.illustrations import Illustration
from portal.blocks.media import DownloadsBlock, shown
from portal.discovery.head import ORGANIZATION
from portal.language.zones import TimeZone
from portal.listing.declarations import CLOSING, GONE, Listing, Schema, When
from portal.listing.pages import ListedPage
from portal.models import BasePage, BodyMixin, CoverMixin, LeadMixin, SourcesMixin, TopicsMixin
from portal.pages.links import Link

from .indexes import ExplainedIndexPage

_WHEN = When(closes="closes_at", zone="time_zone")
_RECORDS = {"closes": "closes_at", **{name: name for name in ("time_zone", "reference", "place", "answer_url", "documents")}}


class VacancyIndexPage(ExplainedIndexPage):
    """All vacancies of a language that are open; those that are closed leave it by themselves."""

    illustration_default: ClassVar[str] = Illustration.LABOUR
    parent_page_types: ClassVar[list[str]] = ["home.TakePartPage"]
    subpage_types: ClassVar[list[str]] = ["participate.VacancyPage", "home.ContentPage"]
    max_count_per_parent = 1
    template = "pages/vacancy_index_page.html"
    page_description = pgettext_lazy("admin", "The list of open vacancies. What is closed leaves it by itself.")

    class Meta:
        verbose_name = pgettext_lazy("admin", "list of vacancies")
        verbose_name_plural = pgettext_lazy("admin", "lists of vacancies")


class TenderIndexPage(ExplainedIndexPage):
    """All tenders of a language that are open; those that are closed leave it by themselves."""

    illustration_default: ClassVar[str] = Illustration.PROCUREMENT
    parent_page_types: ClassVar[list[str]] = ["home.TakePartPage"]
    subpage_types: ClassVar[list[str]] = ["participate.TenderPage", "home.ContentPage"]
    max_count_per_parent = 1
    template = "pages/tender_index_page.html"
    page_description = pgettext_lazy("admin", "The list of open tenders. What is closed leaves it by itself.")

    class Meta:
        verbose_name = pgettext_lazy("admin", "list of tenders")
        verbose_name_plural = pgettext_lazy("admin", "lists of tenders")


@dataclass(frozen=True)
class Words:
    """What a kind says while it is open, `until` a `%(moment)s`, and once it is closed."""

    closed: Promise
    heading: Promise
    until: Promise
    link: Promise


class OpeningPage(LeadMixin, CoverMixin, BodyMixin, TopicsMixin, SourcesMixin, ListedPage):  # type: ignore[misc]
    """What vacancies and tenders share: a reference, a place, a deadline with its time zone, documents, where to answer."""

    reference = models.CharField(
        pgettext_lazy("admin", "reference"),
        max_length=60,
        help_text=pgettext_lazy("admin", "The number under which it is published. Applicants name it."),
    )
    place = models.CharField(
        pgettext_lazy("admin", "place"), max_length=120, blank=True, help_text=pgettext_lazy("admin", "Town, and country if not Germany.")
    )
    closes_at = models.DateTimeField(
        pgettext_lazy("admin", "deadline"),
        help_text=pgettext_lazy(
            "admin", "Day and time, in German time. Then the page says that it is closed, and leaves all lists and search engines."
        ),
    )
    time_zone = models.CharField(
        pgettext_lazy("admin", "time zone"),
        max_length=40,
        choices=TimeZone.as_choices,
        default=TimeZone.BERLIN,
        help_text=pgettext_lazy(
            "admin", "In which visitors read the deadline. If it is not German time, they read it in German time too."
        ),
    )
    answer_url = models.URLField(
        pgettext_lazy("admin", "where to answer"),
        blank=True,
        help_text=pgettext_lazy("admin", "The address of the form; shown until the deadline."),
    )
    documents = StreamField(
        [("downloads", DownloadsBlock())],
        verbose_name=pgettext_lazy("admin", "documents"),
        blank=True,
        max_num=1,
        help_text=pgettext_lazy("admin", "The files that belong to it."),
    )
    body = StreamField(
        CONTENT_BLOCKS,
        verbose_name=pgettext_lazy("admin", "content"),
        blank=True,
        help_text=pgettext_lazy("admin", "What it is about, what is asked, how to answer."),
    )

    subpage_types: ClassVar[list[str]] = []
    words: ClassVar[Words]

    opening_panels: ClassVar[list] = [FieldRowPanel([FieldPanel("closes_at"), FieldPanel("time_zone")]), FieldPanel("answer_url")]
    text_panels: ClassVar[list] = [*BodyMixin.body_panels, FieldPanel("documents"), *SourcesMixin.sources_panels]
    promote_panels: ClassVar[list] = [*CoverMixin.cover_panels, *TopicsMixin.topics_panels, *BasePage.promote_panels]
    search_fields: ClassVar[list] = [
        *BasePage.search_fields,
        *LeadMixin.lead_search_fields,
        *BodyMixin.body_search_fields,
        index.SearchField("reference"),
        index.SearchField("place"),
    ]
    translatable_fields: ClassVar[list] = [
        *BasePage.translatable_fields,
        *LeadMixin.lead_translatable_fields,
        TranslatableField("place"),
        *BodyMixin.body_translatable_fields,
        TranslatableField("documents"),
        *SourcesMixin.sources_translatable_fields,
        SynchronizedField("reference", overridable=False),
        SynchronizedField("closes_at", overridable=False),
        SynchronizedField("time_zone", overridable=False),
        SynchronizedField("answer_url", overridable=False),
        *CoverMixin.cover_translatable_fields,
        *TopicsMixin.topics_translatable_fields,
    ]

    class Meta:
        abstract = True

    @property
    def card_place(self) -> str:
        """Return where it is."""
        return self.place

    @property
    def shown_documents(self) -> list[StreamValue.StreamChild]:
        """Return the documents, if whoever reads the page may open one of them."""
        return [block for block in self.documents if any(shown(item.get("document")) for item in block.value)]

    @property
    def moment(self) -> str:
        """Return the deadline in the active language."""
        dates = self.listing.dates(self)
        return dates.plain().text if dates else ""

    @property
    def state_notice(self) -> dict[str, str]:
        """Return what stands at the top of a page that is closed."""
        return {"level": "warning", "heading": str(self.words.closed)} if self.is_closed else {}

    def heading_above(self, name: str) -> tuple[str, str]:
        """Return the heading of the documents."""
        return (gettext("Documents"), "") if name == "documents" else super().heading_above(name)

    @property
    def call(self) -> dict[str, str]:
        """Return what invites to answer: `heading` and `text`."""
        return {"heading": str(self.words.heading), "text": str(self.words.until) % {"moment": self.moment}}

    @property
    def call_link(self) -> Link:
        """Return where somebody answers."""
        return Link(self.answer_url, str(self.words.link), is_external=True)

    def get_context(self, request: HttpRequest, *args: object, **kwargs: object) -> dict[str, object]:
        """Add how somebody answers, while somebody can."""
        context = super().get_context(request, *args, **kwargs)
        return {**context, "call": self.call if self._is_answered else None, "call_link": self.call_link}

    @property
    def _is_answered(self) -> bool:
        return bool(self.answer_url) and not self.is_closed

    def shown_once(self, request: HttpRequest) -> str:
        """Return how somebody answers, while somebody can."""
        callout = {"callout": self.call, "link": self.call_link, "level": 2}
        return render_to_string("components/callout.html", callout) if self._is_answered else ""


class VacancyPage(OpeningPage):
    """A vacancy of the office."""

    words = Words(
        closed=_("This vacancy is closed. Applications are not accepted any more."),
        heading=_("Apply"),
        until=_("Applications are accepted until %(moment)s."),
        link=_("Apply now"),
    )

    grade = models.CharField(
        pgettext_lazy("admin", "grade"),
        max_length=40,
        blank=True,
        help_text=pgettext_lazy("admin", "As in the notice: G-5, P-3, UG, Consultancy, Internship."),
    )
    contract = models.CharField(
        pgettext_lazy("admin", "contract"),
        max_length=150,
        blank=True,
        help_text=pgettext_lazy("admin", "Kind, hours and first duration: “fixed term, full time, nine months”."),
    )

    illustration_default: ClassVar[str] = Illustration.LABOUR
    parent_page_types: ClassVar[list[str]] = ["participate.VacancyIndexPage"]
    template = "pages/vacancy_page.html"
    page_description = pgettext_lazy("admin", "A position that people apply for until a deadline.")

    listing = Listing(
        kind="vacancy",
        label=_("Vacancy"),
        plural=_("Vacancies"),
        all_label=_("All vacancies"),
        further_label=_("Further vacancies"),
        empty_label=_("IOM Germany has no vacancy at present."),
        when=_WHEN,
        order=CLOSING,
        over=GONE,
        over_label=_("Closed"),
        filters=("topics", "place", "grade"),
        facts=("reference", "when", "place", "grade", "contract", "topics"),
        labels={
            "when": _("Apply by"),
            "reference": _("Reference"),
            "grade": _("Grade"),
            "contract": _("Contract"),
        },
        schema=Schema(
            "JobPosting",
            title="title",
            validThrough="closes_at",
            datePosted="first_published_at",
            identifier="schema_identifier",
            hiringOrganization="schema_organization",
            jobLocation="schema_location",
        ),
        feeds=("rss", "atom"),
        description=_("Open vacancies of IOM Germany."),
        records={**_RECORDS, "grade": "grade", "contract": "contract"},
    )

    content_panels: ClassVar[list] = [
        *BasePage.content_panels,
        *LeadMixin.lead_panels,
        FieldRowPanel([FieldPanel("reference"), FieldPanel("place")]),
        FieldRowPanel([FieldPanel("grade"), FieldPanel("contract")]),
        *OpeningPage.opening_panels,
        *OpeningPage.text_panels,
    ]
    search_fields: ClassVar[list] = [*OpeningPage.search_fields, index.SearchField("grade"), index.SearchField("contract")]
    translatable_fields: ClassVar[list] = [
        *OpeningPage.translatable_fields,
        SynchronizedField("grade", overridable=False),
        TranslatableField("contract"),
    ]

    class Meta:
        verbose_name = pgettext_lazy("admin", "vacancy")
        verbose_name_plural = pgettext_lazy("admin", "vacancies")

    @property
    def schema_identifier(self) -> dict[str, str]:
        """Return the reference, for machines."""
        return {"@type": "PropertyValue", "name": str(ORGANIZATION["name"]), "value": self.reference}

    @property
    def schema_organization(self) -> dict[str, str]:
        """Return who hires, for machines."""
        return ORGANIZATION

    @property
    def schema_location(self) -> dict[str, Any]:
        """Return where the work is done, for machines."""
        return {"@type": "Place", "address": {"@type": "PostalAddress", "addressLocality": self.place}} if self.place else {}


class TenderPage(OpeningPage):
    """Goods or services that the office buys."""

    words = Words(
        closed=_("This tender is closed. Offers are not accepted any more."),
        heading=_("Make an offer"),
        until=_("Offers are accepted until %(moment)s."),
        link=_("To the form for offers"),
    )

    procedure = models.CharField(
        pgettext_lazy("admin", "procedure"),
        max_length=120,
        blank=True,
        help_text=pgettext_lazy("admin", "As in the documents: “Request for Proposals (RFP)”."),
    )

    illustration_default: ClassVar[str] = Illustration.PROCUREMENT
    parent_page_types: ClassVar[list[str]] = ["participate.TenderIndexPage"]
    template = "pages/tender_page.html"
    page_description = pgettext_lazy("admin", "Goods or services for which offers are taken until a deadline.")

    listing = Listing(
        kind="tender",
        label=_("Tender"),
        plural=_("Tenders"),
        all_label=_("All tenders"),
        further_label=_("Further tenders"),
        empty_label=_("IOM Germany has no open tender at present."),
        when=_WHEN,
        order=CLOSING,
        over=GONE,
        over_label=_("Closed"),
        filters=("topics", "place"),
        facts=("reference", "when", "place", "procedure", "topics"),
        labels={"when": _("Offers by"), "reference": _("Reference"), "procedure": _("Procedure")},
        feeds=("rss", "atom"),
        description=_("Open tenders of IOM Germany."),
        records={**_RECORDS, "procedure": "procedure"},
    )

    content_panels: ClassVar[list] = [
        *BasePage.content_panels,
        *LeadMixin.lead_panels,
        FieldRowPanel([FieldPanel("reference"), FieldPanel("place")]),
        FieldPanel("procedure"),
        *OpeningPage.opening_panels,
        *OpeningPage.text_panels,
    ]
    search_fields: ClassVar[list] = [*OpeningPage.search_fields, index.SearchField("procedure")]
    translatable_fields: ClassVar[list] = [*OpeningPage.translatable_fields, TranslatableField("procedure")]

    class Meta:
        verbose_name = pgettext_lazy("admin", "tender")
        verbose_name_plural = pgettext_lazy("admin", "tenders")

