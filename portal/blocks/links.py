"""Links to pages of the portal and to other addresses."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import pgettext_lazy

from portal.pages import links, readers
from portal.pages.links import Link

from . import base as blocks


class LinkValue(blocks.StructValue):
    """A link as an editor chose it."""

    @property
    def page_id(self) -> int | None:
        """Return the id of the linked page."""
        page = self.get("page")
        return page.pk if page else None

    @property
    def target(self) -> Link:
        """Return where it leads: a page in the reader's language, or an address; nowhere while its page is not there.

        It is called by its label, else by the page's title in the reader's language, else by the address.
        """
        label = self.get("label") or ""
        if self.page_id is None:
            address = self.get("url") or ""
            return Link(address, label or address, is_external=True)
        found = links.resolve_one(self.page_id)
        return found.plain(label) if found else Link("", label)


class PageBlock(blocks.PageChooserBlock):
    """Chooses a page; pages that were read for links already are not read once more."""

    def bulk_to_python(self, values: list[int | None]) -> list[object]:
        """Return the pages in the order of their ids, from what is known where it is all known."""
        known = readers.current().found.pages
        if all(value is None or value in known for value in values):
            return [known.get(value) for value in values]
        return super().bulk_to_python(values)


class LinkBlock(blocks.StructBlock):
    """A page of the portal or an outside address, with an optional label."""

    page = PageBlock(
        required=False,
        label=pgettext_lazy("admin", "Page"),
        help_text=pgettext_lazy("admin", "A page of the portal. Readers get it in their own language where it exists."),
    )
    url = blocks.URLBlock(
        required=False,
        label=pgettext_lazy("admin", "Address"),
        help_text=pgettext_lazy("admin", "Or an address elsewhere, with https://."),
    )
    label = blocks.CharBlock(
        required=False,
        max_length=120,
        label=pgettext_lazy("admin", "Label"),
        help_text=pgettext_lazy("admin", "Left empty, the page's title is shown. Needed for an outside address."),
    )

    class Meta:
        icon = "link"
        label = pgettext_lazy("admin", "Link")
        description = pgettext_lazy("admin", "A link to a page of the portal or to another address.")
        value_class = LinkValue
        template = "blocks/link.html"
        preview_value = {"url": "https://www.iom.int/", "label": "iom.int"}

    def clean(self, value: blocks.StructValue) -> blocks.StructValue:
        """Require a page or a labelled address, not both."""
        cleaned = super().clean(value)
        errors = {}
        if cleaned.get("page") and cleaned.get("url"):
            errors["url"] = ValidationError(pgettext_lazy("admin", "Choose a page or enter an address, not both."))
        if self.required and not cleaned.get("page") and not cleaned.get("url"):
            errors["page"] = ValidationError(pgettext_lazy("admin", "Choose a page or enter an address."))
        if cleaned.get("url") and not cleaned.get("label"):
            errors["label"] = ValidationError(
                pgettext_lazy("admin", "An outside address needs a label that says where it leads.")
            )
        if errors:
            raise blocks.StructBlockValidationError(block_errors=errors)
        return cleaned


class LinkColumnBlock(blocks.StructBlock):
    """A heading with links below it, for the footer."""

    heading = blocks.CharBlock(
        label=pgettext_lazy("admin", "Heading"),
        max_length=60,
        help_text=pgettext_lazy("admin", "Names the group of links."),
    )
    links = blocks.ListBlock(
        LinkBlock(),
        label=pgettext_lazy("admin", "Links"),
        help_text=pgettext_lazy("admin", "In the order in which they are shown."),
    )

    class Meta:
        icon = "list-ul"
        label = pgettext_lazy("admin", "Column")
        description = pgettext_lazy("admin", "A column of links in the footer.")
        template = "blocks/link_column.html"
        preview_value = {"heading": "Service", "links": [{"url": "https://www.iom.int/", "label": "iom.int"}]}


class LinksBlock(blocks.ListBlock):
    """A list of further links in the text."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(LinkBlock(), **kwargs)

    class Meta:
        icon = "link"
        label = pgettext_lazy("admin", "List of links")
        description = pgettext_lazy("admin", "Links for further reading.")
        template = "blocks/links.html"
        preview_value = [{"url": "https://www.iom.int/", "label": "iom.int"}]
