"""About us: the offices, and the list of them beside the map of the Länder."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.blocks import StreamValue
from wagtail.search import index
from wagtail_localize.fields import SynchronizedField, TranslatableField

from about import schema
from about.choices import Access, SpokenLanguage
from about.land_entries import LandEntry, by_land
from portal.blocks import facts
from portal.blocks.fields import StreamField
from portal.blocks.illustrations import Illustration
from portal.blocks.laender import LAENDER, land_choices, tiles
from portal.blocks.layout import CardsBlock
from portal.blocks.people import ContactBlock
from portal.listing.declarations import BY_NAME, Listing, Schema
from portal.listing.facts import Fact, Value
from portal.listing.pages import IndexPage, ListedPage
from portal.models import BasePage, ExplanationMixin
from portal.models.fields import ChoicesField
from portal.models.page_form import ReviewedPageForm
from portal.pages.cards import Card, Form

SECTIONS = {"contacts": "office-contact", "access": "office-access", "services": "office-services"}
"""Parts of an office's page, each with its anchor, which is the same in every language."""


class OfficeIndexPage(ExplanationMixin, IndexPage):  # type: ignore[misc]
    """All offices, Land by Land beside a map; below them what is to be said of all of them."""

    base_form_class = ReviewedPageForm
    per_page: ClassVar[int] = 100
    """All of them: the map shows every Land."""
    illustration_default: ClassVar[str] = Illustration.COUNSELLING
    """Not the drawing of the map: the map itself stands below it."""
    parent_page_types: ClassVar[list[str]] = ["home.WhoWeArePage", "home.ContentPage"]
    subpage_types: ClassVar[list[str]] = ["about.OfficePage"]
    max_count_per_parent = 1
    template = "pages/office_index_page.html"
    page_description = pgettext_lazy("admin", "The list of the offices beside a map of the Länder. It keeps itself up to date.")

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
        verbose_name = pgettext_lazy("admin", "list of offices")
        verbose_name_plural = pgettext_lazy("admin", "lists of offices")

    def get_context(self, request: HttpRequest, *args: object, **kwargs: object) -> dict[str, object]:
        """Add the map, the Länder with their offices, and the names of those without."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        # Lists that begin with the newest take it out of the others: here each stands in its Land.
        first = [context["leading"].shown_as(Form.ITEM)] if context["leading"] else []
        found: list[LandEntry] = by_land(context["results"].object_list, [*first, *context["entries"]])
        context.update(
            laender=found,
            tiles=tiles({entry.code for entry in found}, {entry.code: f"#{entry.anchor}" for entry in found}),
            others=sorted(str(land.name) for code, land in LAENDER.items() if code not in {entry.code for entry in found}),
        )
        return context


class OfficePage(ExplanationMixin, ListedPage):
    """An office: where it lies, whom it serves, how to reach it and to get in, what it does and in which languages."""

    state = models.CharField(
        pgettext_lazy("admin", "Land"),
        max_length=2,
        choices=land_choices,
        help_text=pgettext_lazy("admin", "In which of the Länder the office lies; it is marked on the map."),
    )
    states = ChoicesField(
        pgettext_lazy("admin", "Länder that it serves"),
        options=land_choices,
        help_text=pgettext_lazy("admin", "Whose people can turn to it. With none ticked nothing is said."),
    )
    languages = ChoicesField(
        pgettext_lazy("admin", "languages spoken"),
        options=SpokenLanguage.as_choices,
        help_text=pgettext_lazy("admin", "In which people are advised there. Visitors can filter by them."),
    )
    contacts = StreamField(
        [("contact", ContactBlock())],
        verbose_name=pgettext_lazy("admin", "contact"),
        blank=True,
        help_text=pgettext_lazy(
            "admin",
            "Address, hours, phone and mail as kept facts, one box for each unit. What has no value yet is not shown, nor is a box that "
            "has nothing else.",
        ),
    )
    access = ChoicesField(
        pgettext_lazy("admin", "for people with disabilities"),
        options=Access.as_choices,
        help_text=pgettext_lazy("admin", "Tick only what somebody has seen there."),
    )
    access_note = models.TextField(
        pgettext_lazy("admin", "more on access"),
        max_length=500,
        blank=True,
        help_text=pgettext_lazy("admin", "The way to the entrance, whom to call before coming."),
    )
    services = StreamField(
        [("cards", CardsBlock())],
        verbose_name=pgettext_lazy("admin", "services"),
        blank=True,
        max_num=1,
        help_text=pgettext_lazy("admin", "The pages of what people come to this office for."),
    )

    base_form_class = ReviewedPageForm
    illustration_default: ClassVar[str] = Illustration.OFFICES
    parent_page_types: ClassVar[list[str]] = ["about.OfficeIndexPage"]
    template = "pages/office_page.html"
    page_description = pgettext_lazy("admin", "An office: where it is, how to reach it, what it does, in which languages.")

    listing = Listing(
        kind="office",
        label=_("Office"),
        plural=_("Offices"),
        all_label=_("All offices"),
        further_label=_("Further offices"),
        empty_label=_("No office is entered here yet. The contact page says who can be reached."),
        order=BY_NAME,
        filters=("languages",),
        facts=("state", "states", "languages"),
        labels={"state": _("Land"), "states": _("Serves people in"), "languages": _("Languages spoken")},
        schema=Schema(
            "GovernmentOffice",
            address="schema_address",
            contactPoint="schema_contacts",
            areaServed="schema_area",
            knowsLanguage="languages",
            amenityFeature="schema_access",
            parentOrganization="schema_organization",
        ),
        records={
            name: name for name in ("state", "states", "languages", "contacts", "access", "access_note", "services")
        },
    )

    content_panels: ClassVar[list] = [
        *BasePage.content_panels,
        *ExplanationMixin.lead_panels,
        FieldPanel("state"),
        FieldPanel("contacts"),
        MultiFieldPanel([FieldPanel("access"), FieldPanel("access_note")], pgettext_lazy("admin", "Access")),
        FieldRowPanel([FieldPanel("languages"), FieldPanel("states")]),
        FieldPanel("services"),
        *ExplanationMixin.body_panels,
        *ExplanationMixin.sources_panels,
        *ExplanationMixin.related_panels,
    ]
    promote_panels: ClassVar[list] = [*ExplanationMixin.explanation_promote_panels, *BasePage.promote_panels]
    search_fields: ClassVar[list] = [
        *BasePage.search_fields,
        *ExplanationMixin.explanation_search_fields,
        index.SearchField("contacts"),
        index.SearchField("access_note"),
    ]
    translatable_fields: ClassVar[list] = [
        *BasePage.translatable_fields,
        *ExplanationMixin.explanation_translatable_fields,
        *(SynchronizedField(name, overridable=False) for name in ("state", "states", "languages", "access", "services")),
        TranslatableField("contacts"),
        TranslatableField("access_note"),
    ]

    class Meta:
        verbose_name = pgettext_lazy("admin", "office")
        verbose_name_plural = pgettext_lazy("admin", "offices")

    def further_items(self, count: int = 3) -> list[Card]:
        """Return the first other offices as entries of a list: their drawings are all the same."""
        return [card.shown_as(Form.ITEM, picture=None) for card in super().further_items(count)]

    @cached_property
    def shown_contacts(self) -> StreamValue:
        """Return the contacts as visitors get them: facts by their values, nothing that waits for one."""
        return facts.body(self.contacts)

    @property
    def access_features(self) -> list[str]:
        """Return what helps people with disabilities, in the order of the choices."""
        return [str(choice.label) for choice in Access if choice.value in self.access]

    @cached_property
    def sections(self) -> dict[str, bool]:
        """Return by name which parts of the page there is something to say in."""
        return {
            "contacts": bool(self.shown_contacts),
            "access": bool(self.access_features or self.access_note),
            "services": any(block.value["pages"] for block in self.services),
        }

    @property
    def _names(self) -> dict[str, str]:
        return {
            "contacts": gettext("How to reach this office"),
            "access": gettext("Access for people with disabilities"),
            "services": gettext("What this office does for you"),
        }

    def heading_above(self, name: str) -> tuple[str, str]:
        """Return the heading of the part in which a field stands, with its anchor."""
        part = "access" if name == "access_note" else name
        return (self._names[part], SECTIONS[part]) if part in self._names else super().heading_above(name)

    def glance(self) -> list[Any]:
        """Return the facts, with what helps people with disabilities, as it is chosen and no text."""
        access = Fact(self._names["access"], [Value(feature) for feature in self.access_features])
        return [*super().glance(), *([access] if access.values else [])]

    @property
    def headings(self) -> list[dict[str, str]]:
        """Return the parts that there are, and the headings of the text below them."""
        names = self._names
        own = [{"text": names[name], "anchor": SECTIONS[name], "language": ""} for name, is_there in self.sections.items() if is_there]
        return [*own, *super().headings]

    @property
    def schema_address(self) -> str:
        """Return the address for machines: the first that is given."""
        return schema.address(self.shown_contacts)

    @property
    def schema_contacts(self) -> list[dict[str, object]]:
        """Return whom to ask, for machines."""
        return schema.contact_points(self.shown_contacts)

    @property
    def schema_area(self) -> list[str]:
        """Return the names of the Länder that it serves, for machines."""
        return [str(LAENDER[code].name) for code in self.states if code in LAENDER]

    @property
    def schema_access(self) -> list[dict[str, object]]:
        """Return what helps people with disabilities, for machines."""
        return [{"@type": "LocationFeatureSpecification", "name": name, "value": True} for name in self.access_features]

    @property
    def schema_organization(self) -> dict[str, str]:
        """Return whose office it is, for machines."""
        return schema.ORGANIZATION
