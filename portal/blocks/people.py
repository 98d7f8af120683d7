"""Whom to ask and where."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import pgettext_lazy
from wagtail import hooks

from portal.facts.kinds import TEXT_KINDS
from portal.facts.shown import ShownFact
from portal.pages import links, readers
from portal.pages.links import Link

from . import base as blocks
from .facts import FactChooserBlock, shown_facts
from .laender import names, tiles
from .links import PageBlock


@dataclass(frozen=True)
class Contact:
    """Whom to ask, as it is shown."""

    heading: str
    text: str = ""
    email: str = ""
    phone: str = ""
    link: Link | None = None
    facts: list[ShownFact] = field(default_factory=list)

    @property
    def texts(self) -> list[ShownFact]:
        """Return the facts that are read as texts: addresses above all."""
        return [fact for fact in self.facts if fact.kind in TEXT_KINDS]

    @property
    def lines(self) -> list[ShownFact]:
        """Return the other facts, each of which is one line of the list."""
        return [fact for fact in self.facts if fact.kind not in TEXT_KINDS]


class ContactBlock(blocks.StructBlock):
    """A person or unit to ask."""

    heading = blocks.CharBlock(
        max_length=80,
        label=pgettext_lazy("admin", "Heading"),
        help_text=pgettext_lazy("admin", "“Contact”, or the name of the unit."),
    )
    text = blocks.TextBlock(
        required=False,
        label=pgettext_lazy("admin", "Address or note"),
        help_text=pgettext_lazy("admin", "Line breaks are kept."),
    )
    facts = blocks.ListBlock(
        FactChooserBlock(label=pgettext_lazy("admin", "Fact")),
        required=False,
        default=[],
        label=pgettext_lazy("admin", "Kept facts"),
        help_text=pgettext_lazy(
            "admin", "Address, hours, phone and mail as they are kept once for all pages, in the order in which they are shown."
        ),
    )
    email = blocks.EmailBlock(
        required=False,
        label=pgettext_lazy("admin", "E-mail"),
        help_text=pgettext_lazy("admin", "Only where no other page names it; else choose a fact."),
    )
    phone = blocks.CharBlock(
        required=False,
        max_length=40,
        label=pgettext_lazy("admin", "Telephone"),
        help_text=pgettext_lazy("admin", "With country code: +49 …. Only where no other page names it; else choose a fact."),
    )
    page = PageBlock(
        required=False,
        label=pgettext_lazy("admin", "Page"),
        help_text=pgettext_lazy("admin", "For more, such as the contact page."),
    )

    class Meta:
        icon = "mail"
        label = pgettext_lazy("admin", "Contact")
        description = pgettext_lazy("admin", "A box that says whom to ask.")
        template = "blocks/contact.html"
        preview_value = {"heading": "Kontakt", "text": "IOM Deutschland\nBerlin"}

    def get_context(self, value: blocks.StructValue, parent_context: dict | None = None) -> dict:
        """Add what is shown, with the link to the page in the reader's language."""
        context = super().get_context(value, parent_context=parent_context)
        found = links.resolve_one(value["page"].pk) if value.get("page") else None
        texts = {name: value.get(name) or "" for name in ("heading", "text", "email", "phone")}
        facts = shown_facts(value.get("facts") or [])
        context["contact"] = Contact(**texts, link=found.plain() if found else None, facts=facts)
        return context


class OfficesBlock(blocks.StaticBlock):
    """The offices, as their pages say where they are, as a list beside a map of tiles.

    Whoever knows offices registers the hook `list_offices()`: entries, one for each of the Länder, with `code`, `name` and `offices`,
    the cards of those that lie there. What was typed here before the offices had pages is left where it is, and not shown.
    """

    class Meta:
        icon = "site"
        label = pgettext_lazy("admin", "Offices")
        description = pgettext_lazy("admin", "All offices, as a list beside a map of the Länder. It keeps itself up to date.")
        admin_text = pgettext_lazy("admin", "Shows the offices that have a page.")
        template = "blocks/offices.html"
        preview_value = None

    def shown_pages(self, value: object) -> set[int]:
        """Return the pages of the offices, as the hook `list_office_pages()` names them by their ids."""
        return {pk for list_pages in hooks.get_hooks("list_office_pages") for pk in list_pages()}

    def restore_translated_segments(self, value: object, segments: list) -> object:
        """Take what translators once wrote of typed offices as nothing."""
        return value

    def get_context(self, value: object, parent_context: dict | None = None) -> dict:
        """Add the Länder with an office, the tiles of the map, and the names of those that are marked for its description."""
        context = super().get_context(value, parent_context=parent_context)
        listed = readers.once("offices", lambda: [land for list_offices in hooks.get_hooks("list_offices") for land in list_offices()])
        laender = [land for land in listed if land.offices]
        marked = {land.code for land in laender}
        context.update(laender=laender, tiles=tiles(marked), marked_names=names(marked))
        return context
