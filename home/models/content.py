"""The page for everything that is explained at length."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import pgettext_lazy

from portal.models import BasePage, ExplanationMixin
from portal.models.page_form import ReviewedPageForm


class ContentPage(ExplanationMixin, BasePage):
    """A page of a section, to any depth: contents of its own, date of the review, related pages, a quick way out."""

    base_form_class = ReviewedPageForm
    parent_page_types: ClassVar[list[str]] = [
        "home.HomePage",
        "home.WhoWeArePage",
        "home.OurWorkPage",
        "home.DataAndResearchPage",
        "home.TakePartPage",
        "home.Agenda2030Page",
        "home.ContentPage",
        "work.ThemePage",
        "work.ServicePage",
        "participate.EventIndexPage",
        "participate.VacancyIndexPage",
        "participate.TenderIndexPage",
    ]
    subpage_types: ClassVar[list[str]] = ["home.ContentPage", "participate.ContactPage", "about.OfficeIndexPage", "about.PressPage"]
    template = "pages/content_page.html"
    page_description = pgettext_lazy(
        "admin", "A page with text, tables, questions and more. It may have pages below it."
    )

    content_panels: ClassVar[list] = [
        *BasePage.content_panels,
        *ExplanationMixin.lead_panels,
        *ExplanationMixin.body_panels,
        *ExplanationMixin.sources_panels,
        *ExplanationMixin.related_panels,
    ]
    promote_panels: ClassVar[list] = [*ExplanationMixin.explanation_promote_panels, *BasePage.promote_panels]
    search_fields: ClassVar[list] = [*BasePage.search_fields, *ExplanationMixin.explanation_search_fields]
    translatable_fields: ClassVar[list] = [
        *BasePage.translatable_fields,
        *ExplanationMixin.explanation_translatable_fields,
    ]

    class Meta:
        verbose_name = pgettext_lazy("admin", "content page")
        verbose_name_plural = pgettext_lazy("admin", "content pages")
