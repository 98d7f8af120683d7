"""The page with a form; messages and their topics stand in `messages`, events in `events`, vacancies and tenders in `openings`."""

from __future__ import annotations

from http import HTTPMethod
from typing import ClassVar
from urllib.parse import urlencode

from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import pgettext_lazy
from wagtail.admin.panels import FieldPanel
from wagtail_localize.fields import SynchronizedField, TranslatableField

from portal.blocks import CONTENT_BLOCKS
from portal.blocks.fields import StreamField
from portal.blocks.illustrations import Illustration
from portal.models import BasePage, BodyMixin, CoverMixin, LeadMixin

from . import recipients, views
from .events import EventIndexPage, EventPage
from .messages import ContactTopic, Message
from .openings import TenderIndexPage, TenderPage, VacancyIndexPage, VacancyPage
from .purposes import Purpose

__all__ = [
    "ContactPage",
    "ContactTopic",
    "EventIndexPage",
    "EventPage",
    "Message",
    "TenderIndexPage",
    "TenderPage",
    "VacancyIndexPage",
    "VacancyPage",
]


class ContactPage(LeadMixin, CoverMixin, BodyMixin, BasePage):
    """A page with a form. It exists only while somebody gets what it brings (`participate.recipients`)."""

    purpose = models.CharField(
        pgettext_lazy("admin", "form"),
        max_length=20,
        choices=Purpose.as_choices,
        default=Purpose.CONTACT,
        help_text=pgettext_lazy("admin", "Which questions the form asks. Who gets the messages is said by the topics of messages."),
    )
    answering = models.TextField(
        pgettext_lazy("admin", "when and in which language the office answers"),
        max_length=300,
        blank=True,
        help_text=pgettext_lazy("admin", "One or two sentences beside the form. Left empty, nothing is promised."),
    )
    body = StreamField(
        CONTENT_BLOCKS,
        verbose_name=pgettext_lazy("admin", "content"),
        blank=True,
        help_text=pgettext_lazy("admin", "Below the form: what else helps."),
    )
    privacy_page = models.ForeignKey(
        "wagtailcore.Page",
        verbose_name=pgettext_lazy("admin", "page on data protection"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text=pgettext_lazy("admin", "Linked beside the form."),
    )

    allowed_http_methods: ClassVar[list] = [*BasePage.allowed_http_methods, HTTPMethod.POST]
    illustration_default: ClassVar[str] = Illustration.CONTACT
    show_in_menus_default = False
    parent_page_types: ClassVar[list[str]] = ["home.HomePage", "home.TakePartPage", "home.ContentPage"]
    subpage_types: ClassVar[list[str]] = []
    shows_picture = False
    template = "pages/contact_page.html"
    page_description = pgettext_lazy("admin", "A page with a form: contact, barriers, feedback.")

    content_panels: ClassVar[list] = [
        *BasePage.content_panels,
        FieldPanel("purpose"),
        *LeadMixin.lead_panels,
        FieldPanel("answering"),
        *BodyMixin.body_panels,
        FieldPanel("privacy_page"),
    ]
    promote_panels: ClassVar[list] = [*CoverMixin.cover_panels, *BasePage.promote_panels]
    search_fields: ClassVar[list] = [
        *BasePage.search_fields,
        *LeadMixin.lead_search_fields,
        *BodyMixin.body_search_fields,
    ]
    translatable_fields: ClassVar[list] = [
        *BasePage.translatable_fields,
        SynchronizedField("purpose", overridable=False),
        *LeadMixin.lead_translatable_fields,
        TranslatableField("answering"),
        *BodyMixin.body_translatable_fields,
        SynchronizedField("privacy_page", overridable=False),
        *CoverMixin.cover_translatable_fields,
    ]

    class Meta:
        verbose_name = pgettext_lazy("admin", "page with a form")
        verbose_name_plural = pgettext_lazy("admin", "pages with a form")

    @property
    def offer(self) -> recipients.Offer:
        """Return who gets what this form brings, and about what.

        Raises:
            Http404: nobody does.
        """
        if (found := recipients.offers().get(self.purpose)) is None:
            raise Http404
        return found

    def serve(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Answer with the form, or with what became of it; nobody in between keeps it, for each form carries a moment of its own.

        Raises:
            Http404: nobody gets what it brings.
        """
        return views.answer(self, request, super().serve)

    def shown_once(self, request: HttpRequest) -> str:
        """Return the form, which is sent from the page itself."""
        # Where the page is read as text alone, no form was made.
        form = getattr(request, "contact", {}).get("form")
        return render_to_string("components/message_form.html", {"form": form, "address": self.address}) if form else ""

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """Show an editor the form, also while nobody gets what it brings."""
        request.contact = views.sample(self)
        return super().serve_preview(request, mode_name)

    def get_context(self, request: HttpRequest, *args: object, **kwargs: object) -> dict[str, object]:
        """Add the form; what the link to it brought along goes with the reader into another language."""
        query = urlencode({name: request.GET[name] for name in views.BROUGHT if request.GET.get(name)})
        return {**super().get_context(request, *args, **kwargs), **request.contact, "filter_query": query}
