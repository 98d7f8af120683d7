"""Events: what takes place when and where, who can come, and how."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.search import index
from wagtail_localize.fields import SynchronizedField, TranslatableField

from portal.blocks import CONTENT_BLOCKS
from portal.blocks.fields import StreamField
from portal.blocks.illustrations import Illustration
from portal.discovery.head import ORGANIZATION
from portal.language.choices import TextChoices
from portal.language.zones import TimeZone
from portal.listing.declarations import APART, UPCOMING, Listing, Schema, When
from portal.listing.feeds import item_address
from portal.listing.pages import ListedPage
from portal.models import BasePage, BodyMixin, CoverMixin, LeadMixin, SourcesMixin, TopicsMixin
from portal.pages import versions
from portal.pages.links import Link

from .dated_forms import EventPageForm
from .indexes import ExplainedIndexPage


class Attendance(TextChoices):
    """How people take part."""

    ON_SITE = "on_site", _("On site")
    ONLINE = "online", _("Online")
    MIXED = "mixed", _("On site and online")


class EventStatus(TextChoices):
    """What has become of an event that does not take place as it was announced."""

    CANCELLED = "cancelled", _("Cancelled")
    POSTPONED = "postponed", _("Postponed")


_SCHEMA = "https://schema.org/"
_ATTENDANCE = {Attendance.ON_SITE: "Offline", Attendance.ONLINE: "Online", Attendance.MIXED: "Mixed"}
_STATUS: dict[str, str] = {"": "EventScheduled", EventStatus.CANCELLED: "EventCancelled", EventStatus.POSTPONED: "EventPostponed"}
_CALENDAR_STATUS: dict[str, str] = {"": "CONFIRMED", EventStatus.CANCELLED: "CANCELLED", EventStatus.POSTPONED: "TENTATIVE"}


class EventIndexPage(ExplainedIndexPage):
    """All events of a language: what is to come, and apart from it what has taken place."""

    illustration_default: ClassVar[str] = Illustration.PARTNERSHIP
    parent_page_types: ClassVar[list[str]] = ["home.TakePartPage"]
    subpage_types: ClassVar[list[str]] = ["participate.EventPage", "home.ContentPage"]
    max_count_per_parent = 1
    template = "pages/event_index_page.html"
    page_description = pgettext_lazy("admin", "The list of all events. What has taken place moves down by itself.")

    class Meta:
        verbose_name = pgettext_lazy("admin", "list of events")
        verbose_name_plural = pgettext_lazy("admin", "lists of events")


class EventPage(LeadMixin, CoverMixin, BodyMixin, TopicsMixin, SourcesMixin, ListedPage):
    """An event."""

    starts_at = models.DateTimeField(
        pgettext_lazy("admin", "begins"), help_text=pgettext_lazy("admin", "Day and time, in German time.")
    )
    ends_at = models.DateTimeField(
        pgettext_lazy("admin", "ends"),
        null=True,
        blank=True,
        help_text=pgettext_lazy("admin", "Left empty, the event counts as over once it has begun."),
    )
    time_zone = models.CharField(
        pgettext_lazy("admin", "time zone"),
        max_length=40,
        choices=TimeZone.as_choices,
        default=TimeZone.BERLIN,
        help_text=pgettext_lazy("admin", "In which visitors read the times. If it is not German time, they read them in German time too."),
    )
    status = models.CharField(
        pgettext_lazy("admin", "change"),
        max_length=20,
        choices=EventStatus.as_choices,
        blank=True,
        help_text=pgettext_lazy(
            "admin", "Choose something only if the event does not take place as announced. Page, lists and calendars say so."
        ),
    )
    attendance = models.CharField(
        pgettext_lazy("admin", "how people take part"),
        max_length=20,
        choices=Attendance.as_choices,
        default=Attendance.ON_SITE,
        help_text=pgettext_lazy("admin", "Visitors can filter by it."),
    )
    place = models.CharField(
        pgettext_lazy("admin", "place"),
        max_length=200,
        blank=True,
        help_text=pgettext_lazy("admin", "House, street and town, as somebody looks for them."),
    )
    online_url = models.URLField(
        pgettext_lazy("admin", "link to take part online"),
        blank=True,
        help_text=pgettext_lazy("admin", "Only if everybody may open it; shown until the event is over."),
    )
    languages = models.CharField(
        pgettext_lazy("admin", "languages"),
        max_length=200,
        blank=True,
        help_text=pgettext_lazy("admin", "In which it is held, and into which it is interpreted: “German, interpreted into Arabic”."),
    )
    accessibility = models.TextField(
        pgettext_lazy("admin", "access for people with disabilities"),
        max_length=500,
        blank=True,
        help_text=pgettext_lazy("admin", "Steps and lift, toilets, induction loop, sign language, captions; whom to ask."),
    )
    registration = models.TextField(
        pgettext_lazy("admin", "registration"),
        max_length=500,
        blank=True,
        help_text=pgettext_lazy("admin", "Who can come, until when people register, what it costs. Shown until the event is over."),
    )
    registration_url = models.URLField(
        pgettext_lazy("admin", "link to register"), blank=True, help_text=pgettext_lazy("admin", "The address of the form.")
    )
    body = StreamField(
        CONTENT_BLOCKS,
        verbose_name=pgettext_lazy("admin", "content"),
        blank=True,
        help_text=pgettext_lazy("admin", "What it is about, the programme, files; afterwards what was said."),
    )

    base_form_class = EventPageForm
    illustration_default: ClassVar[str] = Illustration.PARTNERSHIP
    parent_page_types: ClassVar[list[str]] = ["participate.EventIndexPage"]
    subpage_types: ClassVar[list[str]] = []
    template = "pages/event_page.html"
    page_description = pgettext_lazy("admin", "Something that takes place at a time, somewhere or online.")

    listing = Listing(
        kind="event",
        label=_("Event"),
        plural=_("Events"),
        all_label=_("All events"),
        further_label=_("Further events"),
        empty_label=_("No event is announced at present."),
        when=When(start="starts_at", end="ends_at", zone="time_zone"),
        order=UPCOMING,
        over=APART,
        over_label=_("Has taken place"),
        past_label=_("Past events"),
        filters=("topics", "attendance"),
        facts=("when", "attendance", "place", "languages", "accessibility", "topics", "regions"),
        labels={
            "attendance": _("Taking part"),
            "languages": _("Languages"),
            "accessibility": _("Access for people with disabilities"),
        },
        schema=Schema(
            "Event",
            startDate="starts_at",
            endDate="ends_at",
            eventStatus="schema_status",
            eventAttendanceMode="schema_attendance",
            location="schema_location",
            organizer="schema_organizer",
        ),
        feeds=("rss", "atom", "ics"),
        description=_("Events of IOM Germany."),
        records={
            "starts": "starts_at",
            "ends": "ends_at",
            **{
                name: name
                for name in (
                    "time_zone", "status", "attendance", "place", "online_url", "languages", "accessibility", "registration",
                    "registration_url",
                )
            },
        },
    )  # fmt: skip

    content_panels: ClassVar[list] = [
        *BasePage.content_panels,
        *LeadMixin.lead_panels,
        FieldRowPanel([FieldPanel("starts_at"), FieldPanel("ends_at"), FieldPanel("time_zone")]),
        FieldRowPanel([FieldPanel("attendance"), FieldPanel("status")]),
        FieldPanel("place"),
        FieldPanel("online_url"),
        FieldPanel("languages"),
        FieldPanel("accessibility"),
        MultiFieldPanel([FieldPanel("registration"), FieldPanel("registration_url")], pgettext_lazy("admin", "Registration")),
        *BodyMixin.body_panels,
        *SourcesMixin.sources_panels,
    ]
    promote_panels: ClassVar[list] = [*CoverMixin.cover_panels, *TopicsMixin.topics_panels, *BasePage.promote_panels]
    search_fields: ClassVar[list] = [
        *BasePage.search_fields,
        *LeadMixin.lead_search_fields,
        *BodyMixin.body_search_fields,
        index.SearchField("place"),
        index.SearchField("languages"),
        # Not the registration: it is shown until the event is over, and no index hears of that moment.
        index.SearchField("accessibility"),
    ]
    translatable_fields: ClassVar[list] = [
        *BasePage.translatable_fields,
        *LeadMixin.lead_translatable_fields,
        TranslatableField("place"),
        TranslatableField("languages"),
        TranslatableField("accessibility"),
        TranslatableField("registration"),
        *BodyMixin.body_translatable_fields,
        *SourcesMixin.sources_translatable_fields,
        SynchronizedField("starts_at", overridable=False),
        SynchronizedField("ends_at", overridable=False),
        SynchronizedField("time_zone", overridable=False),
        SynchronizedField("status", overridable=False),
        SynchronizedField("attendance", overridable=False),
        SynchronizedField("online_url", overridable=False),
        SynchronizedField("registration_url", overridable=False),
        *CoverMixin.cover_translatable_fields,
        *TopicsMixin.topics_translatable_fields,
    ]

    class Meta:
        verbose_name = pgettext_lazy("admin", "event")
        verbose_name_plural = pgettext_lazy("admin", "events")

    @property
    def is_over(self) -> bool:
        """Return whether the event has taken place."""
        return self.listing.is_over(self)

    @property
    def change_text(self) -> str:
        """Return what has become of the event."""
        return str(self.get_status_display()) if self.status else ""

    @property
    def card_place(self) -> str:
        """Return where it takes place."""
        return self.place

    @property
    def state_notice(self) -> dict[str, str]:
        """Return what stands at the top of an event that does not take place as announced, or is over."""
        texts = {
            EventStatus.CANCELLED: gettext("This event has been cancelled."),
            EventStatus.POSTPONED: gettext("This event has been postponed. The new date is not known yet."),
        }
        if self.status:
            return {"level": "warning", "heading": texts[EventStatus(self.status)]}
        return {"level": "info", "heading": gettext("This event has taken place.")} if self.is_over else {}

    def shows(self, name: str) -> bool:
        """Return whether readers get a field: how to register while somebody can come; access stands at a glance."""
        return name != "accessibility" and (name != "registration" or self.can_be_joined) and super().shows(name)

    def heading_above(self, name: str) -> tuple[str, str]:
        """Return the heading of the registration."""
        return (gettext("Registration"), "") if name == "registration" else super().heading_above(name)

    @property
    def can_be_joined(self) -> bool:
        """Return whether somebody can still come."""
        return not self.is_over and self.status != EventStatus.CANCELLED

    @property
    def calendar_status(self) -> str:
        """Return the status as calendars know it."""
        return _CALENDAR_STATUS[self.status]

    @property
    def schema_status(self) -> str:
        """Return the status in the words of schema.org."""
        return f"{_SCHEMA}{_STATUS[self.status]}"

    @property
    def schema_attendance(self) -> str:
        """Return how people take part in the words of schema.org."""
        return f"{_SCHEMA}{_ATTENDANCE[Attendance(self.attendance)]}EventAttendanceMode"

    @property
    def schema_location(self) -> list[dict[str, str]]:
        """Return where it takes place, in the world and on the net as long as somebody can come."""
        places = [{"@type": "Place", "name": self.place, "address": self.place}] if self.place else []
        return places + ([{"@type": "VirtualLocation", "url": self.online_url}] if self.online_url and self.can_be_joined else [])

    @property
    def schema_organizer(self) -> dict[str, str]:
        """Return who invites."""
        return ORGANIZATION

    def get_context(self, request: HttpRequest, *args: object, **kwargs: object) -> dict[str, object]:
        """Add the links that take part in it: the calendar, the way online, the registration."""
        context = super().get_context(request, *args, **kwargs)
        joined = self.can_be_joined
        return {
            **context,
            # The calendar is as public as the page: who reads a draft or a private page would be led to nothing.
            "calendar": Link(item_address(self), gettext("Add to calendar")) if joined and versions.is_real(self) else None,
            "online": self._online if joined and self.online_url else None,
            "registration": {"heading": gettext("Registration"), "text": self.registration} if joined and self._is_registered_for else None,
            "registration_link": self._register,
        }

    @property
    def _online(self) -> Link:
        return Link(self.online_url, gettext("Take part online"), is_external=True)

    @property
    def _register(self) -> Link:
        return Link(self.registration_url, gettext("Register now"), is_external=True)

    def shown_once(self, request: HttpRequest) -> str:
        """Return the ways to take part, while somebody can."""
        ways = [way for way in (self._register, self._online) if way.address] if self.can_be_joined else []
        buttons = format_html_join(" ", "{}", ((render_to_string("components/button.html", {"link": way}),) for way in ways))
        return format_html('<div class="btns">{}</div>', buttons) if ways else ""

    @property
    def _is_registered_for(self) -> bool:
        return bool(self.registration or self.registration_url)
