"""What a page tells beside its fields, where its text is made of pieces: side by side with another language, and as Markdown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from django.http import HttpRequest
from django.utils.translation import gettext
from wagtail.blocks import StreamValue

from portal.blocks import facts
from portal.pages import cards

if TYPE_CHECKING:
    from portal.listing.declarations import Text

Blocks = Iterable[StreamValue.StreamChild]
"""A field's blocks, or some of them."""


class Told:
    """A page that tells nothing more; its types say what they do."""

    entries_heading: ClassVar[Text] = ""
    """What stands above the pages that it lists by itself; nothing where they are what the page is about."""

    def heading_above(self, name: str) -> tuple[str, str]:
        """Return what visitors read above the blocks of a field that has none of its own, and the anchor of that; mostly nothing."""
        return (gettext("Sources"), "sources") if name == "sources" else ("", "")

    def parts_of(self, name: str) -> list[tuple[tuple[str, str], Blocks]]:
        """Return the blocks of a field as visitors read them, each part with the heading above it; mostly all below one."""
        return [(self.heading_above(name), facts.body(getattr(self, name)))]

    @property
    def state_notice(self) -> dict[str, str]:
        """Return what is said at the top once the page holds no more: `level` and `heading` of `components/notice.html`; mostly nothing."""
        return {}

    def shows(self, name: str) -> bool:
        """Return whether what a field says is for readers now, as a text of its own."""
        return True

    def glance(self) -> list[object]:
        """Return what is said of the page at a glance, as `components/glance.html` takes it."""
        return []

    def entries(self, request: HttpRequest) -> list[cards.Card]:
        """Return the pages that it lists by itself, as they are read where there are no pictures; mostly none."""
        return []

    def shown_once(self, request: HttpRequest) -> str:
        """Return the HTML of what stands once below two languages side by side, in the reader's: what is no text."""
        return ""
