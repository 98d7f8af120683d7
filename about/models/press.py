"""The page for the press: whom to ask, the newest originals, figures with their source, pictures with their credit."""

from __future__ import annotations

from typing import ClassVar

from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext, pgettext_lazy
from wagtail.admin.panels import FieldPanel
from wagtail.blocks import StreamValue
from wagtail.search import index
from wagtail_localize.fields import TranslatableField

from about import originals
from about.blocks import CreditedFigureBlock, SourcedFiguresBlock
from portal.blocks import facts
from portal.blocks.fields import StreamField
from portal.blocks.illustrations import Illustration
from portal.blocks.people import ContactBlock
from portal.models import BasePage, ExplanationMixin
from portal.models.page_form import ReviewedPageForm
from portal.uploads import access

ORIGINALS = 6
"""So many of the newest originals are shown."""

SECTIONS = {"contacts": "press-contact", "originals": "press-originals", "figures": "press-figures", "pictures": "press-pictures"}
"""Parts of the page, each with its anchor, which is the same in every language."""


class PressPage(ExplanationMixin, BasePage):
    """What journalists look for. A part in which there is nothing is not there."""

    contacts = StreamField(
        [("contact", ContactBlock())],
        verbose_name=pgettext_lazy("admin", "contact for the press"),
        blank=True,
        help_text=pgettext_lazy("admin", "Phone and mail as kept facts. While they have no value nothing is shown, not even the heading."),
    )
    figures = StreamField(
        [("key_figures", SourcedFiguresBlock())],
        verbose_name=pgettext_lazy("admin", "key figures"),
        blank=True,
        help_text=pgettext_lazy("admin", "Each group with its source and the source's date."),
    )
    pictures = StreamField(
        [("image", CreditedFigureBlock())],
        verbose_name=pgettext_lazy("admin", "pictures"),
        blank=True,
        help_text=pgettext_lazy("admin", "Photographs that may be printed, each with its credit."),
    )

    base_form_class = ReviewedPageForm
    illustration_default: ClassVar[str] = Illustration.NEWSPAPER
    parent_page_types: ClassVar[list[str]] = ["home.WhoWeArePage", "home.ContentPage"]
    subpage_types: ClassVar[list[str]] = []
    max_count_per_parent = 1
    template = "pages/press_page.html"
    page_description = pgettext_lazy("admin", "For the press: whom to ask, the newest originals by themselves, figures, pictures.")

    content_panels: ClassVar[list] = [
        *BasePage.content_panels,
        *ExplanationMixin.lead_panels,
        FieldPanel("contacts"),
        FieldPanel("figures"),
        FieldPanel("pictures"),
        *ExplanationMixin.body_panels,
        *ExplanationMixin.sources_panels,
        *ExplanationMixin.related_panels,
    ]
    promote_panels: ClassVar[list] = [*ExplanationMixin.explanation_promote_panels, *BasePage.promote_panels]
    search_fields: ClassVar[list] = [
        *BasePage.search_fields,
        *ExplanationMixin.explanation_search_fields,
        index.SearchField("contacts"),
        index.SearchField("figures"),
        index.SearchField("pictures"),
    ]
    translatable_fields: ClassVar[list] = [
        *BasePage.translatable_fields,
        *ExplanationMixin.explanation_translatable_fields,
        TranslatableField("contacts"),
        TranslatableField("figures"),
        TranslatableField("pictures"),
    ]

    class Meta:
        verbose_name = pgettext_lazy("admin", "press page")
        verbose_name_plural = pgettext_lazy("admin", "press pages")

    @cached_property
    def shown_contacts(self) -> StreamValue:
        """Return the contacts as visitors get them: facts by their values, nothing that waits for one."""
        return facts.body(self.contacts)

    @cached_property
    def shown_pictures(self) -> list[StreamValue.StreamChild]:
        """Return the pictures that whoever reads the page may see."""
        return [block for block in self.pictures if block.value["image"] and access.is_shown(block.value["image"])]

    @cached_property
    def originals(self) -> list[originals.Original]:
        """Return the newest that IOM itself has published, as far as it is on the portal in this language."""
        return originals.newest(self.language_code, ORIGINALS)

    @cached_property
    def sections(self) -> dict[str, bool]:
        """Return by name which parts of the page there is something to say in."""
        return {
            "contacts": bool(self.shown_contacts),
            "originals": bool(self.originals),
            "figures": bool(self.figures),
            "pictures": bool(self.shown_pictures),
        }

    @property
    def _names(self) -> dict[str, str]:
        return {
            "contacts": gettext("Contact for the press"),
            "originals": gettext("Newly published by IOM"),
            "figures": gettext("Key figures"),
            "pictures": gettext("Pictures"),
        }

    def heading_above(self, name: str) -> tuple[str, str]:
        """Return the heading of a part, with its anchor."""
        return (self._names[name], SECTIONS[name]) if name in self._names else super().heading_above(name)

    @property
    def headings(self) -> list[dict[str, str]]:
        """Return the parts that there are, and the headings of the text below them."""
        names = self._names
        own = [{"text": names[name], "anchor": SECTIONS[name], "language": ""} for name, is_there in self.sections.items() if is_there]
        return [*own, *super().headings]

    def get_context(self, request: HttpRequest, *args: object, **kwargs: object) -> dict[str, object]:
        """Add the originals."""
        return {**super().get_context(request, *args, **kwargs), "originals": self.originals}
