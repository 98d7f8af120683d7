"""Blocks of figures, facts and tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import override, pgettext, pgettext_lazy
from wagtail.contrib.typed_table_block.blocks import TypedTable, TypedTableBlock
from wagtail.models import Page
from wagtail_localize.segments import StringSegmentValue

from portal.facts import figures
from portal.facts.shown import ShownFact
from portal.language.languages import current_language
from portal.pages import cards, links
from portal.pages.links import Link

from . import base as blocks
from .facts import FactChooserBlock, shown_facts
from .links import PageBlock


class KeyFigureValue(blocks.StructValue):
    """A number with what it counts."""

    @property
    def bound(self) -> ShownFact | None:
        """Return the kept fact in the reader's language; None where the number was typed."""
        return next(iter(shown_facts([self.get("fact")])), None)

    @property
    def shown(self) -> dict[str, str]:
        """Return what is shown: `value`, `label`, `note`, which says of when a figure is that is always the newest."""
        fact, note = self.bound, self.get("note") or ""
        if fact is None:
            return {"value": self.get("value") or "", "label": self["label"], "note": note}
        return {"value": fact.line, "label": self["label"], "note": figures.with_moment(fact.moment, note)}


class KeyFigureBlock(blocks.StructBlock):
    """One number with what it counts: typed, or the cell of a data set that changes with it."""

    needed_facts: ClassVar[frozenset[str]] = frozenset({"fact"})

    value = blocks.CharBlock(
        required=False,
        max_length=20,
        label=pgettext_lazy("admin", "Figure"),
        help_text=pgettext_lazy("admin", "As it is written in this language: 725.000"),
    )
    fact = FactChooserBlock(
        required=False,
        label=pgettext_lazy("admin", "Kept figure"),
        help_text=pgettext_lazy("admin", "In place of a typed one: a figure of a data set. It changes with it, in all languages."),
    )
    label = blocks.CharBlock(
        max_length=120, label=pgettext_lazy("admin", "What it counts"), help_text=pgettext_lazy("admin", "A few words.")
    )
    note = blocks.CharBlock(
        required=False,
        max_length=120,
        label=pgettext_lazy("admin", "Date or note"),
        help_text=pgettext_lazy("admin", "“since 2021, as of October 2024”"),
    )

    class Meta:
        icon = "order"
        label = pgettext_lazy("admin", "Key figure")
        description = pgettext_lazy("admin", "One number with what it counts.")
        template = "blocks/key_figure.html"
        value_class = KeyFigureValue
        preview_value = {"value": "175", "label": "Mitgliedsstaaten"}

    def clean(self, value: blocks.StructValue) -> blocks.StructValue:
        """Require a typed number or a kept one, not both."""
        cleaned = super().clean(value)
        if bool(cleaned.get("value")) == bool(cleaned.get("fact")):
            reason = pgettext("admin", "Write a number or choose a kept figure, not both.")
            raise blocks.StructBlockValidationError(block_errors={"value": ValidationError(reason)})
        return cleaned


class KeyFiguresValue(blocks.StructValue):
    """Numbers beside each other."""

    @property
    def data_sets(self) -> list[Link]:
        """Return the links to the data sets that the numbers come from, each once."""
        facts = (figure.bound for figure in self["figures"])
        ids = dict.fromkeys(fact.data_page for fact in facts if fact is not None and fact.data_page)
        found = links.resolve(ids)
        return [link.plain() for link in map(found.get, ids) if link is not None]


class KeyFiguresBlock(blocks.StructBlock):
    """Numbers along the route line."""

    figures = blocks.ListBlock(
        KeyFigureBlock(),
        label=pgettext_lazy("admin", "Figures"),
        min_num=1,
        max_num=6,
        help_text=pgettext_lazy("admin", "Two to four are best."),
    )
    source = blocks.CharBlock(
        required=False,
        max_length=300,
        label=pgettext_lazy("admin", "Source and date"),
        help_text=pgettext_lazy("admin", "Shown below the figures."),
    )

    class Meta:
        icon = "order"
        label = pgettext_lazy("admin", "Key figures")
        description = pgettext_lazy("admin", "Two to six numbers, each with what it counts and of when it is.")
        template = "blocks/key_figures.html"
        value_class = KeyFiguresValue
        preview_value = {
            "figures": [
                {"value": "1951", "label": "gegründet"},
                {"value": "175", "label": "Mitgliedsstaaten", "note": "in über 100 Ländern"},
            ],
            "source": "Quelle: IOM",
        }


class DataSetPageBlock(PageBlock):
    """Chooses a page with a table of figures."""

    shows_all = True

    @cached_property
    def target_models(self) -> list[type[Page]]:
        """Return the page types that have one."""
        return figures.sources()


CHART, TABLE = "chart", "table"
DATA_SET_BLOCK = "data_set"
"""By this name it is known where it is offered."""


class DataSetBlock(blocks.StructBlock):
    """The chart or the table of a data set, on another page: it changes with it."""

    page = DataSetPageBlock(
        label=pgettext_lazy("admin", "Data set"),
        help_text=pgettext_lazy("admin", "The German page of the data set. Readers get it in their own language where it exists."),
    )
    form = blocks.ChoiceBlock(
        choices=[(CHART, pgettext_lazy("admin", "Chart")), (TABLE, pgettext_lazy("admin", "Table"))],
        default=CHART,
        label=pgettext_lazy("admin", "Look"),
        help_text=pgettext_lazy("admin", "The chart of the data set, or its table with all values."),
    )

    class Meta:
        icon = "table"
        label = pgettext_lazy("admin", "Chart or table of a data set")
        description = pgettext_lazy("admin", "What a data set shows, with its source. A new value there is shown here too.")
        template = "blocks/data_set.html"
        preview_value: ClassVar[dict[str, object]] = {"form": CHART}

    def get_context(self, value: blocks.StructValue, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """Add what the data set shows in the reader's language, and the link to it; nothing while it is not there for everybody."""
        context = super().get_context(value, parent_context=parent_context)
        link = links.resolve_one(value["page"].pk) if value.get("page") else None
        if link is None or link.is_restricted:
            return context
        page = next(iter(cards.shown_for([link.page.pk])), None)
        if page is None:
            return context
        with override(page.language_code):
            shown = page.shown_elsewhere(as_chart=value.get("form") != TABLE)
        code = page.language_code
        return {**context, "link": link.plain(), "shown": shown, "code": code, "language": "" if code == current_language().code else code}


class TableBlock(TypedTableBlock):
    """A table whose first column names the rows; captions, headings and cells are translated."""

    cell = blocks.CharBlock(required=False, label=pgettext_lazy("admin", "Text"))

    class Meta:
        icon = "table"
        label = pgettext_lazy("admin", "Table")
        description = pgettext_lazy("admin", "A table with a caption; the first column names the rows.")
        template = "blocks/table.html"
        preview_value = {
            "caption": "Aufnahmeprogramme",
            "columns": [{"type": "cell", "heading": "Programm"}, {"type": "cell", "heading": "Personen"}],
            "rows": [{"values": ["Landesaufnahme Berlin", "95"]}],
        }

    def to_python(self, value: dict | None) -> TypedTable:
        """Return the table; texts that are not stored are empty, and a row has a cell for each column."""
        if not value:
            return super().to_python(value)
        columns = [{**column, "heading": column.get("heading") or ""} for column in value.get("columns") or ()]
        rows = [[cell or "" for cell in row.get("values") or ()] for row in value.get("rows") or ()]
        rows = [{"values": [*cells, *[""] * (len(columns) - len(cells))]} for cells in rows]
        return super().to_python({"caption": value.get("caption") or "", "columns": columns, "rows": rows})

    def get_translatable_segments(self, value: TypedTable) -> list[StringSegmentValue]:
        """Return the texts of the table for wagtail-localize.

        Paths are `caption`, `columns` and `cells`, not positions: a cell is known by its text, as a paragraph of rich text is, and
        keeps its translation wherever rows and columns go.
        """
        texts = [("caption", value.caption), *(("columns", column["heading"]) for column in value.columns)]
        texts += [("cells", cell) for row in value.row_data for cell in row["values"]]
        return [StringSegmentValue(path, text) for path, text in texts if text]

    def restore_translated_segments(self, value: TypedTable, segments: list[StringSegmentValue]) -> TypedTable:
        """Put translated texts back where `get_translatable_segments` found them: one for each text, in their order."""
        texts: dict[str, Iterator[str]] = {path: iter([]) for path in ("caption", "columns", "cells")}
        for path in texts:
            found = sorted((segment for segment in segments if segment.path == path), key=lambda segment: segment.order)
            texts[path] = iter([segment.render_text() for segment in found])

        def translated(path: str, text: str) -> str:
            return next(texts[path], text) if text else text

        value.caption = translated("caption", value.caption)
        for column in value.columns:
            column["heading"] = translated("columns", column["heading"])
        for row in value.row_data:
            row["values"] = [translated("cells", cell) for cell in row["values"]]
        return value


class FactValue(blocks.StructValue):
    """A term with what an editor said of it."""

    def plain(self) -> dict[str, str]:
        """Return what is shown: `term` and `description`, a kept fact as the reader's language writes it."""
        chosen = shown_facts([self.get("fact")])
        return {"term": self["term"], "description": chosen[0].html if chosen else self.get("description") or ""}


class FactBlock(blocks.StructBlock):
    """A term and what there is to say of it: words, or a fact that is kept once."""

    term = blocks.CharBlock(
        max_length=80, label=pgettext_lazy("admin", "Term"), help_text=pgettext_lazy("admin", "“Founded”")
    )
    description = blocks.CharBlock(
        required=False, max_length=250, label=pgettext_lazy("admin", "Fact"), help_text=pgettext_lazy("admin", "“1951”")
    )
    fact = FactChooserBlock(
        required=False,
        label=pgettext_lazy("admin", "Kept fact"),
        help_text=pgettext_lazy("admin", "In place of words: an address, phone or mail that is kept once for all pages."),
    )

    class Meta:
        icon = "list-ul"
        label = pgettext_lazy("admin", "Fact")
        description = pgettext_lazy("admin", "A term and a fact.")
        template = "blocks/fact.html"
        value_class = FactValue
        preview_value = {"term": "Gegründet", "description": "1951"}

    def clean(self, value: blocks.StructValue) -> blocks.StructValue:
        """Require words or a kept fact, not both."""
        cleaned = super().clean(value)
        if bool(cleaned.get("description")) == bool(cleaned.get("fact")):
            reason = pgettext("admin", "Write what there is to say, or choose a kept fact, not both.")
            raise blocks.StructBlockValidationError(block_errors={"description": ValidationError(reason)})
        return cleaned

class FactsValue(blocks.StructValue):
    """A box of facts."""

    @property
    def shown(self) -> list[dict[str, str]]:
        """Return what is shown of each."""
        return [item.plain() for item in self["items"]]


class FactsBlock(blocks.StructBlock):
    """A box of facts at a glance."""

    heading = blocks.CharBlock(
        max_length=80, label=pgettext_lazy("admin", "Heading"), help_text=pgettext_lazy("admin", "Names the box.")
    )
    items = blocks.ListBlock(
        FactBlock(),
        label=pgettext_lazy("admin", "Facts"),
        min_num=1,
        help_text=pgettext_lazy("admin", "In the order in which they are shown."),
    )

    class Meta:
        icon = "list-ul"
        label = pgettext_lazy("admin", "Facts at a glance")
        description = pgettext_lazy("admin", "A box with terms and facts.")
        template = "blocks/facts.html"
        value_class = FactsValue
        preview_value = {"heading": "Die IOM in Kürze", "items": [{"term": "Gegründet", "description": "1951"}]}
