"""What is explained at length: contents of its own, the review, related pages, a quick way out."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.translation import pgettext_lazy
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.blocks import StreamValue
from wagtail_localize.fields import SynchronizedField

from portal.blocks import CONTENT_BLOCKS
from portal.blocks.anchors import heading_anchor
from portal.blocks.fields import StreamField
from portal.blocks.links import PageBlock
from portal.language.languages import SOURCE_LANGUAGE
from portal.pages import cards, versions
from portal.pages.readers import Needs

from .mixins import BodyMixin, CoverMixin, LeadMixin, SourcesMixin, TopicsMixin

CONTENTS_FROM = 3
"""A page with at least so many headings shows a list of contents."""


class ExplanationMixin(LeadMixin, CoverMixin, BodyMixin, TopicsMixin, SourcesMixin):  # type: ignore[misc]
    """A page that explains something: lead, picture, text, topics, sources, and what its readers and reviewers need beside these."""

    shows_picture = True

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

    related_panels: ClassVar[list] = [FieldPanel("related_pages")]
    explanation_promote_panels: ClassVar[list] = [
        *CoverMixin.cover_panels,
        *TopicsMixin.topics_panels,
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("reviewed_on"), FieldPanel("reviewed_by")])], pgettext_lazy("admin", "Review by IOM")
        ),
        MultiFieldPanel([FieldPanel("quick_exit")], pgettext_lazy("admin", "Safety of readers")),
    ]
    explanation_search_fields: ClassVar[list] = [*LeadMixin.lead_search_fields, *BodyMixin.body_search_fields]
    explanation_translatable_fields: ClassVar[list] = [
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
        abstract = True

    @property
    def text(self) -> list[StreamValue.StreamChild]:
        """Return the blocks of the text itself, as visitors get them; a type may show some of them elsewhere."""
        return list(self.shown_body)

    @property
    def headings(self) -> list[dict[str, str]]:
        """Return the headings of the body as `text`, `anchor` and `language` (if not the page's)."""
        untranslated = versions.untranslated_in(self)
        return [
            {
                "text": str(block.value),
                "anchor": self.anchors.get(block.id) or heading_anchor(str(block.value)),
                "language": SOURCE_LANGUAGE if block.id in untranslated else "",
            }
            for block in self.shown_body
            if block.block_type == "heading"
        ]

    @cached_property
    def contents(self) -> list[dict[str, str]]:
        """Return the headings of the page for its list of contents; none where there are few."""
        headings = self.headings
        return headings if len(headings) >= CONTENTS_FROM else []

    @property
    def questions(self) -> list[tuple[str, str]]:
        """Return the questions of the page with their answers, as HTML: search engines show them."""
        lists = (block.value for block in self.shown_body if block.block_type == "accordion")
        return [(entry["question"], str(entry["answer"].__html__())) for entries in lists for entry in entries]

    def related(self) -> list[cards.Card]:
        """Return the related pages as cards, in the page's language."""
        return cards.for_pages([block.value for block in self.related_pages if block.value])

    def needs(self) -> Needs:
        """Return what is read together, the related pages too."""
        needs: Needs = super().needs()
        needs.shown.update(int(item["value"]) for item in self.related_pages.raw_data if item["value"])
        return needs

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
