"""The page for everything that is explained at length."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.translation import pgettext_lazy
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail_localize.fields import SynchronizedField

from home.forms import ContentPageForm
from portal.blocks import CONTENT_BLOCKS
from portal.blocks.anchors import heading_anchor
from portal.blocks.fields import StreamField
from portal.blocks.links import PageBlock
from portal.language.languages import SOURCE_LANGUAGE
from portal.models import BasePage, BodyMixin, CoverMixin, LeadMixin, SourcesMixin, TopicsMixin
from portal.pages import cards, versions

CONTENTS_FROM = 3
"""A page with at least so many headings shows a list of contents."""


class ContentPage(LeadMixin, CoverMixin, BodyMixin, TopicsMixin, SourcesMixin, BasePage):
    """A page of a section, to any depth: contents of its own, date of the review, related pages, a quick way out."""

    body = StreamField(
        CONTENT_BLOCKS,
        verbose_name=pgettext_lazy("admin", "content"),
        blank=True,
        help_text=pgettext_lazy("admin", "What the page says."),
    )
    reviewed_on = models.DateField(
        pgettext_lazy("admin", "reviewed by IOM on"),
        null=True,
        blank=True,
        help_text=pgettext_lazy(
            "admin",
            "The day on which somebody of the office last checked that everything in the German text is true. Shown to visitors; left "
            "empty, nothing is said.",
        ),
    )
    reviewed_by = models.CharField(
        pgettext_lazy("admin", "reviewed by whom"),
        max_length=120,
        blank=True,
        help_text=pgettext_lazy("admin", "The unit of the office, as visitors may read it."),
    )
    quick_exit = models.BooleanField(
        pgettext_lazy("admin", "“Leave this page quickly”"),
        default=False,
        help_text=pgettext_lazy(
            "admin",
            "For pages that put somebody in danger who is seen reading them: a button that stays in sight leads to a weather page at once.",
        ),
    )
    related_pages = StreamField(
        [("page", PageBlock(label=pgettext_lazy("admin", "Page")))],
        verbose_name=pgettext_lazy("admin", "related pages"),
        blank=True,
        max_num=6,
        help_text=pgettext_lazy("admin", "Pages for further reading, shown as cards at the end."),
    )

    base_form_class = ContentPageForm
    parent_page_types: ClassVar[list[str]] = [
        "home.HomePage",
        "home.WhoWeArePage",
        "home.OurWorkPage",
        "home.DataAndResearchPage",
        "home.TakePartPage",
        "home.Agenda2030Page",
        "home.ContentPage",
    ]
    subpage_types: ClassVar[list[str]] = ["home.ContentPage", "participate.ContactPage"]
    template = "pages/content_page.html"
    page_description = pgettext_lazy(
        "admin", "A page with text, tables, questions and more. It may have pages below it."
    )

    content_panels: ClassVar[list] = [
        *BasePage.content_panels,
        *LeadMixin.lead_panels,
        *BodyMixin.body_panels,
        *SourcesMixin.sources_panels,
        FieldPanel("related_pages"),
    ]
    promote_panels: ClassVar[list] = [
        *CoverMixin.cover_panels,
        *TopicsMixin.topics_panels,
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("reviewed_on"), FieldPanel("reviewed_by")])], pgettext_lazy("admin", "Review by IOM")
        ),
        MultiFieldPanel([FieldPanel("quick_exit")], pgettext_lazy("admin", "Safety of readers")),
        *BasePage.promote_panels,
    ]
    search_fields: ClassVar[list] = [
        *BasePage.search_fields,
        *LeadMixin.lead_search_fields,
        *BodyMixin.body_search_fields,
    ]
    translatable_fields: ClassVar[list] = [
        *BasePage.translatable_fields,
        *LeadMixin.lead_translatable_fields,
        *BodyMixin.body_translatable_fields,
        *SourcesMixin.sources_translatable_fields,
        SynchronizedField("reviewed_on", overridable=False),
        SynchronizedField("reviewed_by", overridable=False),
        SynchronizedField("related_pages", overridable=False),
        SynchronizedField("quick_exit", overridable=False),
        *CoverMixin.cover_translatable_fields,
        *TopicsMixin.topics_translatable_fields,
    ]

    class Meta:
        verbose_name = pgettext_lazy("admin", "content page")
        verbose_name_plural = pgettext_lazy("admin", "content pages")

    @cached_property
    def contents(self) -> list[dict[str, str]]:
        """Return the headings of the body as `text`, `anchor` and `language` (if not the page's); none where there are few."""
        headings = [(str(block.value), block.id) for block in self.body if block.block_type == "heading"]
        if len(headings) < CONTENTS_FROM:
            return []
        untranslated = versions.untranslated_in(self)
        return [
            {
                "text": text,
                "anchor": self.anchors.get(block_id) or heading_anchor(text),
                "language": SOURCE_LANGUAGE if block_id in untranslated else "",
            }
            for text, block_id in headings
        ]

    def related(self) -> list[cards.Card]:
        """Return the related pages as cards, in the page's language."""
        return cards.for_pages([block.value for block in self.related_pages if block.value])

    def get_context(self, request: HttpRequest, *args: object, **kwargs: object) -> dict[str, object]:
        """Add the related pages."""
        return {**super().get_context(request, *args, **kwargs), "related_cards": self.related()}

    @property
    def quick_exit_url(self) -> str:
        """Return the harmless address to which readers leave a page quickly."""
        return settings.QUICK_EXIT_URL

    def serve(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Answer with the page; of one that its readers may have to leave quickly nothing is kept, and nobody told where they were."""
        response = super().serve(request, *args, **kwargs)
        if self.quick_exit:
            response.headers["Cache-Control"] = "private, no-store"
            response.headers["Referrer-Policy"] = "same-origin"
        return response
