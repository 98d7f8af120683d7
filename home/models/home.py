"""The home page of each language."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.search import index
from wagtail_localize.fields import TranslatableField

from home.blocks import PAGE_SECTIONS
from portal.blocks.links import LinkBlock
from portal.models import BasePage, BodyMixin


class HomePage(BodyMixin, BasePage):
    """The first page of a language, composed by editors from sections."""

    hero_title = models.CharField(
        _("first sentence"), max_length=120, help_text=_("Large, on the night-blue ground with the map.")
    )
    hero_text = models.TextField(_("text below it"), max_length=400, help_text=_("What visitors find here, in one or two sentences."))
    hero_links = StreamField(
        [("link", LinkBlock())],
        verbose_name=_("often searched for"),
        blank=True,
        max_num=6,
        help_text=_("A few pages that many visitors look for, shown below the search field."),
    )
    body = StreamField(PAGE_SECTIONS, verbose_name=_("sections"), blank=True, help_text=_("In the order in which they are shown."))

    parent_page_types: ClassVar[list[str]] = ["wagtailcore.Page"]
    subpage_types: ClassVar[list[str]] = [
        "home.WhoWeArePage",
        "home.OurWorkPage",
        "home.DataAndResearchPage",
        "home.TakePartPage",
        "home.Agenda2030Page",
        "home.ContentPage",
        "news.NewsIndexPage",
    ]
    template = "pages/home_page.html"
    page_description = _("The first page of a language. There is one.")

    content_panels: ClassVar[list] = [
        *BasePage.content_panels,
        MultiFieldPanel([FieldPanel("hero_title"), FieldPanel("hero_text"), FieldPanel("hero_links")], _("Top of the page")),
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
        verbose_name = _("home page")
        verbose_name_plural = _("home pages")

    @property
    def card_text(self) -> str:
        """Return the text for search results."""
        return self.search_description or self.hero_text

    @property
    def description(self) -> str:
        """Return the description for search engines."""
        return self.card_text
