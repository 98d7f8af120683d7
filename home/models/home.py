"""The home page of each language."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import pgettext_lazy
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.blocks import StreamValue
from wagtail.search import index
from wagtail_localize.fields import TranslatableField

from home.blocks import PAGE_SECTIONS
from portal.blocks.fields import StreamField
from portal.blocks.links import LinkBlock
from portal.models import BasePage, BodyMixin


class HomePage(BodyMixin, BasePage):
    """The first page of a language, composed by editors from sections."""

    hero_title = models.CharField(
        pgettext_lazy("admin", "first sentence"),
        max_length=120,
        help_text=pgettext_lazy("admin", "Large, on the night-blue ground with the map."),
    )
    hero_text = models.TextField(
        pgettext_lazy("admin", "text below it"),
        max_length=400,
        help_text=pgettext_lazy("admin", "What visitors find here, in one or two sentences."),
    )
    hero_links = StreamField(
        [("link", LinkBlock())],
        verbose_name=pgettext_lazy("admin", "often searched for"),
        blank=True,
        max_num=6,
        help_text=pgettext_lazy("admin", "A few pages that many visitors look for, shown below the search field."),
    )
    body = StreamField(
        PAGE_SECTIONS,
        verbose_name=pgettext_lazy("admin", "sections"),
        blank=True,
        help_text=pgettext_lazy("admin", "In the order in which they are shown."),
    )

    heading_field: ClassVar[str] = "hero_title"
    parent_page_types: ClassVar[list[str]] = ["wagtailcore.Page"]
    subpage_types: ClassVar[list[str]] = [
        "home.WhoWeArePage",
        "home.OurWorkPage",
        "home.DataAndResearchPage",
        "home.TakePartPage",
        "home.Agenda2030Page",
        "home.ContentPage",
        "news.NewsIndexPage",
        "participate.ContactPage",
    ]
    shows_picture = False
    template = "pages/home_page.html"
    page_description = pgettext_lazy("admin", "The first page of a language. There is one.")

    content_panels: ClassVar[list] = [
        *BasePage.content_panels,
        MultiFieldPanel(
            [FieldPanel("hero_title"), FieldPanel("hero_text"), FieldPanel("hero_links")],
            pgettext_lazy("admin", "Top of the page"),
        ),
        *BodyMixin.body_panels,
    ]
    search_fields: ClassVar[list] = [
        *BasePage.search_fields,
        index.SearchField("hero_title"),
        index.SearchField("hero_text"),
        *BodyMixin.body_search_fields,
    ]
    translatable_fields: ClassVar[list] = [
        *BasePage.translatable_fields,
        TranslatableField("hero_title"),
        TranslatableField("hero_text"),
        TranslatableField("hero_links"),
        *BodyMixin.body_translatable_fields,
    ]

    class Meta:
        verbose_name = pgettext_lazy("admin", "home page")
        verbose_name_plural = pgettext_lazy("admin", "home pages")

    @property
    def quick_links(self) -> list[StreamValue.StreamChild]:
        """Return the links below the search field that lead to what is there in the language of the text around them."""
        return [block for block in self.hero_links if (link := block.value.target).address and not link.mark]

    @property
    def card_text_field(self) -> str:
        """Return the name of the field that cards and search results show."""
        return "search_description" if self.search_description else "hero_text"

    @property
    def description(self) -> str:
        """Return the description for search engines."""
        return getattr(self, self.card_text_field)
