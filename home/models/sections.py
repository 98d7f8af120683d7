"""The five sections: one type each, at most once in a language, below the home page."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import pgettext_lazy
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page
from wagtail.search import index
from wagtail_localize.fields import TranslatableField

from home.blocks import PAGE_SECTIONS
from portal.blocks.fields import StreamField
from portal.blocks.illustrations import Illustration
from portal.listing.declarations import model_of
from portal.listing.rows import indexes_of
from portal.models import BasePage, BodyMixin, CoverMixin, LeadMixin, MenuMixin, SourcesMixin


class SectionPage(LeadMixin, CoverMixin, BodyMixin, MenuMixin, SourcesMixin, BasePage):
    """What the five sections share: a place in the main menu with an introduction, a hero, wide sections."""

    hero_text = models.TextField(
        pgettext_lazy("admin", "second paragraph"),
        blank=True,
        max_length=600,
        help_text=pgettext_lazy("admin", "Below the lead at the top of the page; may be left empty."),
    )
    body = StreamField(
        PAGE_SECTIONS,
        verbose_name=pgettext_lazy("admin", "sections"),
        blank=True,
        help_text=pgettext_lazy("admin", "In the order in which they are shown."),
    )

    parent_page_types: ClassVar[list[str]] = ["home.HomePage"]
    subpage_types: ClassVar[list[str]] = ["home.ContentPage"]
    kinds: ClassVar[tuple[str, ...]] = ()
    """The kinds of content that may lie below the section, themselves or in their indexes, beside content pages; those that are still
    to come are offered nowhere."""
    max_count_per_parent = 1

    content_panels: ClassVar[list] = [
        *BasePage.content_panels,
        *LeadMixin.lead_panels,
        FieldPanel("hero_text"),
        *BodyMixin.body_panels,
        *SourcesMixin.sources_panels,
    ]
    promote_panels: ClassVar[list] = [*MenuMixin.menu_panels, *CoverMixin.cover_panels, *BasePage.promote_panels]
    search_fields: ClassVar[list] = [
        *BasePage.search_fields,
        *LeadMixin.lead_search_fields,
        index.SearchField("hero_text"),
        *BodyMixin.body_search_fields,
    ]
    translatable_fields: ClassVar[list] = [
        *BasePage.translatable_fields,
        *LeadMixin.lead_translatable_fields,
        TranslatableField("hero_text"),
        *BodyMixin.body_translatable_fields,
        *MenuMixin.menu_translatable_fields,
        *SourcesMixin.sources_translatable_fields,
        *CoverMixin.cover_translatable_fields,
    ]

    class Meta:
        abstract = True

    @classmethod
    def listed_models(cls) -> list[type[Page]]:
        """Return the page types of its kinds that lie in the section itself."""
        return [model for model in map(model_of, cls.kinds) if model is not None and cls in model.clean_parent_page_models()]

    @classmethod
    def clean_subpage_models(cls) -> list[type[Page]]:
        """Return the page types that may lie below the section: those that it names, its kinds, and their indexes."""
        if cls._clean_subpage_models is None:
            cls._clean_subpage_models = list(
                dict.fromkeys([*super().clean_subpage_models(), *cls.listed_models(), *indexes_of(cls.kinds)])
            )
        return cls._clean_subpage_models


class WhoWeArePage(SectionPage):
    """Who we are."""

    illustration_default: ClassVar[str] = Illustration.PARTNERSHIP
    subpage_types: ClassVar[list[str]] = ["home.ContentPage", "about.PressPage"]
    kinds: ClassVar[tuple[str, ...]] = ("office",)
    template = "pages/section_page.html"
    page_description = pgettext_lazy("admin", "The section about the organisation and the office.")

    class Meta:
        verbose_name = pgettext_lazy("admin", "section “Who we are”")
        verbose_name_plural = pgettext_lazy("admin", "sections “Who we are”")


class OurWorkPage(SectionPage):
    """Our work."""

    illustration_default: ClassVar[str] = Illustration.LABOUR
    kinds: ClassVar[tuple[str, ...]] = ("theme", "service", "project")
    template = "pages/section_page.html"
    page_description = pgettext_lazy("admin", "The section about programmes and fields of work.")

    class Meta:
        verbose_name = pgettext_lazy("admin", "section “Our work”")
        verbose_name_plural = pgettext_lazy("admin", "sections “Our work”")


class DataAndResearchPage(SectionPage):
    """Data and research."""

    illustration_default: ClassVar[str] = Illustration.DATA
    kinds: ClassVar[tuple[str, ...]] = ("dataset", "publication")
    template = "pages/section_page.html"
    page_description = pgettext_lazy("admin", "The section about figures, studies and reports.")

    class Meta:
        verbose_name = pgettext_lazy("admin", "section “Data and research”")
        verbose_name_plural = pgettext_lazy("admin", "sections “Data and research”")


class TakePartPage(SectionPage):
    """Take part."""

    illustration_default: ClassVar[str] = Illustration.DIASPORA
    subpage_types: ClassVar[list[str]] = ["home.ContentPage", "participate.ContactPage", "work.ServicePage"]
    kinds: ClassVar[tuple[str, ...]] = ("event", "vacancy", "tender")
    template = "pages/section_page.html"
    page_description = pgettext_lazy("admin", "The section about vacancies, tenders, events and networks.")

    class Meta:
        verbose_name = pgettext_lazy("admin", "section “Take part”")
        verbose_name_plural = pgettext_lazy("admin", "sections “Take part”")


class Agenda2030Page(SectionPage):
    """2030 Agenda."""

    illustration_default: ClassVar[str] = Illustration.AGENDA
    kinds: ClassVar[tuple[str, ...]] = ("goal",)
    template = "pages/section_page.html"
    page_description = pgettext_lazy(
        "admin", "The section about the 2030 Agenda and the Sustainable Development Goals."
    )

    class Meta:
        verbose_name = pgettext_lazy("admin", "section “2030 Agenda”")
        verbose_name_plural = pgettext_lazy("admin", "sections “2030 Agenda”")
