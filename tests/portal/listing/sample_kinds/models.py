"""An event, which ends, and a vacancy, which closes."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.search import index
from wagtail_localize.fields import SynchronizedField, TranslatableField

from home.models import TakePartPage
from portal.listing.declarations import Listing, Schema, When
from portal.listing.pages import IndexPage, ListedPage
from portal.models import BasePage, LeadMixin, TopicsMixin

# Sections name the kinds of the portal; these are added, as step 4 of the guide says.
TakePartPage.kinds = (*TakePartPage.kinds, "meeting", "call")


class MeetingIndexPage(IndexPage):
    parent_page_types: ClassVar[list[str]] = ["home.TakePartPage"]
    subpage_types: ClassVar[list[str]] = ["sample_kinds.MeetingPage"]
    template = "pages/index_page.html"


class MeetingPage(LeadMixin, TopicsMixin, ListedPage):
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    place = models.CharField(max_length=100, blank=True)

    parent_page_types: ClassVar[list[str]] = ["sample_kinds.MeetingIndexPage"]
    subpage_types: ClassVar[list[str]] = []
    template = "pages/listed_page.html"
    content_panels: ClassVar[list] = [
        *BasePage.content_panels, *LeadMixin.lead_panels, FieldPanel("starts_at"), FieldPanel("ends_at"), FieldPanel("place"),
    ]  # fmt: skip
    search_fields: ClassVar[list] = [*BasePage.search_fields, *LeadMixin.lead_search_fields, index.SearchField("place")]
    translatable_fields: ClassVar[list] = [
        *BasePage.translatable_fields, *LeadMixin.lead_translatable_fields, *TopicsMixin.topics_translatable_fields,
        TranslatableField("place"), SynchronizedField("starts_at", overridable=False), SynchronizedField("ends_at", overridable=False),
    ]  # fmt: skip

    listing = Listing(
        kind="meeting",
        label=_("Meeting"),
        plural=_("Meetings"),
        when=When(start="starts_at", end="ends_at"),
        order="upcoming",
        filters=("topics", "place", "when.year"),
        facts=("when", "place", "topics"),
        schema=Schema("Event", startDate="starts_at", endDate="ends_at"),
        feeds=("rss", "atom", "ics"),
        records={"starts": "starts_at", "ends": "ends_at", "place": "place"},
    )


class CallIndexPage(IndexPage):
    parent_page_types: ClassVar[list[str]] = ["home.TakePartPage"]
    subpage_types: ClassVar[list[str]] = ["sample_kinds.CallPage"]
    template = "pages/index_page.html"


class CallPage(LeadMixin, ListedPage):
    deadline = models.DateField()

    parent_page_types: ClassVar[list[str]] = ["sample_kinds.CallIndexPage"]
    subpage_types: ClassVar[list[str]] = []
    template = "pages/listed_page.html"
    content_panels: ClassVar[list] = [*BasePage.content_panels, *LeadMixin.lead_panels, FieldPanel("deadline")]
    search_fields: ClassVar[list] = [*BasePage.search_fields, *LeadMixin.lead_search_fields]
    translatable_fields: ClassVar[list] = [
        *BasePage.translatable_fields, *LeadMixin.lead_translatable_fields, SynchronizedField("deadline", overridable=False),
    ]  # fmt: skip

    listing = Listing(
        kind="call",
        label=_("Call"),
        plural=_("Calls"),
        when=When(closes="deadline"),
        order="closing",
        filters=("when.year",),
        facts=("when",),
        labels={"when": _("Answer by")},
        schema=Schema("JobPosting", validThrough="deadline"),
        feeds=("rss",),
        records={"deadline": "deadline"},
    )
