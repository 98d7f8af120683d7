"""Themes: what a field of work is about, with the services and projects in it."""

from __future__ import annotations

from itertools import takewhile
from typing import ClassVar

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.blocks import StreamValue
from wagtail.models import Page

from portal.blocks.illustrations import Illustration
from portal.listing.dates import Status
from portal.listing.declarations import BY_NAME, Listing
from portal.models import BasePage, ExplanationMixin
from portal.models.page_form import ReviewedPageForm
from portal.pages import cards, links, readers

from .projects import ProjectPage
from .services import ServicePage


class ThemePage(ExplanationMixin, BasePage):
    """A field of work: what it is about, the services and the projects in it."""

    base_form_class = ReviewedPageForm
    illustration_default: ClassVar[str] = Illustration.LABOUR
    parent_page_types: ClassVar[list[str]] = ["home.OurWorkPage"]
    subpage_types: ClassVar[list[str]] = ["work.ServicePage", "work.ProjectPage", "home.ContentPage"]
    template = "pages/theme_page.html"
    page_description = pgettext_lazy("admin", "A field of work. Its services and projects lie below it and are shown on it by themselves.")

    listing = Listing(
        kind="theme",
        label=_("Theme"),
        plural=_("Themes"),
        empty_label=_("There are no themes yet."),
        order=BY_NAME,
        filters=("topics",),
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
        verbose_name = pgettext_lazy("admin", "theme")
        verbose_name_plural = pgettext_lazy("admin", "themes")

    @classmethod
    def listed_models(cls) -> list[type[Page]]:
        """Return the kinds whose lists know what lies below a theme."""
        return [ServicePage, ProjectPage]

    @property
    def warnings(self) -> list[StreamValue.StreamChild]:
        """Return the notices with which the body begins: they are read before anything else."""
        return list(takewhile(lambda block: block.block_type == "notice", self.shown_body))

    @property
    def text(self) -> list[StreamValue.StreamChild]:
        """Return what follows them."""
        return super().text[len(self.warnings) :]

    def offers(self) -> dict[str, list[cards.Card]]:
        """Return the services of the theme as cards, in the order of the tree, and its projects: what has ended comes last."""
        pages = list(self.get_children().type(ServicePage, ProjectPage))
        ids = [page.pk for page in pages]
        links.resolve(ids)
        readers.current().found.needs.shown.update(ids)
        of_type = {model: [page for page in pages if page.specific_class is model] for model in (ServicePage, ProjectPage)}
        projects = cards.for_pages(of_type[ProjectPage])
        return {
            "services": cards.for_pages(of_type[ServicePage]),
            "projects": sorted(projects, key=lambda card: card.meta.status == Status.ENDED),
        }

    def get_context(self, request: HttpRequest, *args: object, **kwargs: object) -> dict[str, object]:
        """Add the services and the projects."""
        return {**super().get_context(request, *args, **kwargs), **self.offers()}
