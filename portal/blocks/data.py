"""Blocks of figures, facts and tables."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import TypedTable, TypedTableBlock
from wagtail_localize.segments import StringSegmentValue


class KeyFigureBlock(blocks.StructBlock):
    """One number with what it counts."""

    value = blocks.CharBlock(max_length=20, label=_("Figure"), help_text=_("As it is written in this language: 725.000"))
    label = blocks.CharBlock(max_length=120, label=_("What it counts"), help_text=_("A few words."))
    note = blocks.CharBlock(required=False, max_length=120, label=_("Date or note"), help_text=_("“since 2021, as of October 2024”"))

    class Meta:
        icon = "order"
        label = _("Key figure")
        description = _("One number with what it counts.")
        template = "blocks/key_figure.html"
        preview_value = {"value": "175", "label": "Mitgliedsstaaten"}


class KeyFiguresBlock(blocks.StructBlock):
    """Numbers along the route line."""

    figures = blocks.ListBlock(KeyFigureBlock(), label=_("Figures"), min_num=1, max_num=6, help_text=_("Two to four are best."))
    source = blocks.CharBlock(required=False, max_length=200, label=_("Source and date"), help_text=_("Shown below the figures."))

    class Meta:
        icon = "order"
        label = _("Key figures")
        description = _("Two to six numbers, each with what it counts and of when it is.")
        template = "blocks/key_figures.html"
        preview_value = {
            "figures": [
                {"value": "1951", "label": "gegründet"},
                {"value": "175", "label": "Mitgliedsstaaten", "note": "in über 100 Ländern"},
            ],
            "source": "Quelle: IOM",
        }


class TableBlock(TypedTableBlock):
    """A table whose first column names the rows; captions, headings and cells are translated."""

    cell = blocks.CharBlock(required=False, label=_("Text"))

    class Meta:
        icon = "table"
        label = _("Table")
        description = _("A table with a caption; the first column names the rows.")
        template = "blocks/table.html"
        preview_value = {
            "caption": "Aufnahmeprogramme",
            "columns": [{"type": "cell", "heading": "Programm"}, {"type": "cell", "heading": "Personen"}],
            "rows": [{"values": ["Landesaufnahme Berlin", "95"]}],
        }

    def get_translatable_segments(self, value: TypedTable) -> list[StringSegmentValue]:
        """Return the texts of the table for wagtail-localize: the caption, `columns.N` and `rows.N.M`."""
        segments = [StringSegmentValue("caption", value.caption)]
        segments += [StringSegmentValue(f"columns.{i}", column["heading"]) for i, column in enumerate(value.columns)]
        segments += [
            StringSegmentValue(f"rows.{i}.{j}", cell)
            for i, row in enumerate(value.row_data)
            for j, cell in enumerate(row["values"])
        ]
        return [segment for segment in segments if not segment.is_empty()]

    def restore_translated_segments(self, value: TypedTable, segments: list[StringSegmentValue]) -> TypedTable:
        """Put translated texts back where `get_translatable_segments` found them."""
        for segment in segments:
            kind, *position = segment.path.split(".")
            text = segment.render_text()
            if kind == "caption":
                value.caption = text
            elif kind == "columns":
                value.columns[int(position[0])]["heading"] = text
            else:
                value.row_data[int(position[0])]["values"][int(position[1])] = text
        return value


class FactBlock(blocks.StructBlock):
    """A term and what there is to say of it."""

    term = blocks.CharBlock(max_length=80, label=_("Term"), help_text=_("“Founded”"))
    description = blocks.CharBlock(max_length=250, label=_("Fact"), help_text=_("“1951”"))

    class Meta:
        icon = "list-ul"
        label = _("Fact")
        description = _("A term and a fact.")
        template = "blocks/fact.html"
        preview_value = {"term": "Gegründet", "description": "1951"}


class FactsBlock(blocks.StructBlock):
    """A box of facts at a glance."""

    heading = blocks.CharBlock(max_length=80, label=_("Heading"), help_text=_("Names the box."))
    items = blocks.ListBlock(FactBlock(), label=_("Facts"), min_num=1, help_text=_("In the order in which they are shown."))

    class Meta:
        icon = "list-ul"
        label = _("Facts at a glance")
        description = _("A box with terms and facts.")
        template = "blocks/facts.html"
        preview_value = {"heading": "Die IOM in Kürze", "items": [{"term": "Gegründet", "description": "1951"}]}
