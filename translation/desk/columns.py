"""The columns of the matrix."""

from __future__ import annotations

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import npgettext, pgettext
from wagtail.admin.ui.tables import Column
from wagtail.models import Locale, Page

from . import order_hooks, snippets
from .cells import Cell
from .names import name_of


class TitleColumn(Column):
    """The page or snippet, which leads to what is known of its versions."""

    def get_value(self, instance: Page | snippets.Row) -> SafeString:
        """Return the link; of a snippet what it is too."""
        box = order_hooks.box_of(instance) if instance.may_order else ""
        kind = format_html("<br><small>{}</small>", instance.kind) if isinstance(instance, snippets.Row) else ""
        return format_html('{}<a href="{}"><bdi>{}</bdi></a>{}', box, instance.desk_address, instance.shown_title, kind)


class DemandColumn(Column):
    """How often the German text was read in the other languages."""

    def get_value(self, instance: Page | snippets.Row) -> str:
        """Return the number; nothing where nobody did."""
        return number_format(instance.demand, force_grouping=True) if instance.demand else ""


class CellColumn(Column):
    """What a page is in one language."""

    def __init__(self, place: int, locale: Locale) -> None:
        super().__init__(f"language_{locale.language_code}", label=name_of(locale))
        self.place, self.locale = place, locale

    def get_value(self, instance: Page | snippets.Row) -> SafeString:
        """Return the state, and what is left to do where something is."""
        cell: Cell = instance.cells[self.place]
        order = order_hooks.note_of(instance.on_order.get((instance.translation_key, self.locale.pk)))
        state = format_html('<span class="portal-cell portal-cell--{}">{}</span>{}', cell.state.value, cell.label, order)
        if cell.total:
            if isinstance(instance, snippets.Row):
                address = instance.edit_address(cell)
            else:
                address = reverse("translation_edit", args=[instance.pk, self.locale.language_code])
            state = format_html('{}<br><small><a href="{}">{}</a></small>', state, address, pgettext("admin", "Edit translation"))
        if not cell.words_left:
            return state
        words = npgettext("admin", "%(percent)s %%, %(words)s word left", "%(percent)s %%, %(words)s words left", cell.words_left)
        return format_html("{}<br><small>{}</small>", state, words % {"percent": cell.percent, "words": number_format(cell.words_left)})
