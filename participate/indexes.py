"""What the three lists of the section share: a text below the list, and what helps while there is nothing in it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest
from django.utils.translation import pgettext_lazy
from wagtail.admin.panels import FieldPanel
from wagtail.blocks import StreamValue
from wagtail_localize.fields import TranslatableField

from portal.blocks import CONTENT_BLOCKS, facts
from portal.blocks.fields import StreamField
from portal.blocks.links import LinksBlock
from portal.blocks.text import TextBlock
from portal.listing.pages import IndexPage
from portal.models import BasePage, BodyMixin, CoverMixin, LeadMixin, SourcesMixin, TopicsMixin


class ExplainedIndexPage(BodyMixin, TopicsMixin, SourcesMixin, IndexPage):  # type: ignore[misc]
    """A list with a text below it, which says what visitors can do instead while the list is empty."""

    instead = StreamField(
        [("text", TextBlock()), ("links", LinksBlock())],
        verbose_name=pgettext_lazy("admin", "while there is nothing"),
        blank=True,
        help_text=pgettext_lazy(
            "admin", "Shown only while the list is empty: what visitors can do instead, and where else they may look. It goes by itself."
        ),
    )
    body = StreamField(
        CONTENT_BLOCKS,
        verbose_name=pgettext_lazy("admin", "content"),
        blank=True,
        help_text=pgettext_lazy("admin", "Below the list: what is always true of it."),
    )

    content_panels: ClassVar[list[Any]] = [
        *BasePage.content_panels,
        *LeadMixin.lead_panels,
        FieldPanel("instead"),
        *BodyMixin.body_panels,
        *SourcesMixin.sources_panels,
    ]
    promote_panels: ClassVar[list[Any]] = [*CoverMixin.cover_panels, *TopicsMixin.topics_panels, *BasePage.promote_panels]
    search_fields: ClassVar[list[Any]] = [*IndexPage.search_fields, *BodyMixin.body_search_fields]
    translatable_fields: ClassVar[list[Any]] = [
        *IndexPage.translatable_fields,
        TranslatableField("instead"),
        *BodyMixin.body_translatable_fields,
        *SourcesMixin.sources_translatable_fields,
        *TopicsMixin.topics_translatable_fields,
    ]

    class Meta:
        abstract = True

    @property
    def shown_instead(self) -> StreamValue:
        """Return what helps while the list is empty, as visitors get it in the active language."""
        return facts.body(self.instead)

    def get_context(self, request: HttpRequest, *args: object, **kwargs: object) -> dict[str, object]:
        """Add what helps while there is nothing: no filter and no other page of the list has hidden it."""
        context = super().get_context(request, *args, **kwargs)
        is_empty = not context["entries"] and not context["is_filtered"]
        return {**context, "instead": self.shown_instead if is_empty else []}
