"""What a browser posts from the page editor: the page as it is, in the names and the form of the editor's fields."""

from __future__ import annotations

from django.contrib.auth.models import User
from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import TypedTable, TypedTableBlock
from wagtail.images.blocks import ImageBlock
from wagtail.models import Page


def posted_page(page: Page, user: User) -> dict[str, str]:
    """Return the data that the form of a page's newest version posts when nothing is changed; browsers write CR LF."""
    page = page.get_latest_revision_as_object()
    form = page.get_edit_handler().get_form_class()(instance=page, for_user=user)
    data: dict[str, object] = {"comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0"}
    for name, field in form.fields.items():
        block = getattr(field, "block", None)
        if block is not None:
            data |= posted(block, getattr(page, name), name)
            continue
        value = field.prepare_value(form.get_initial_for_field(field, name))
        if isinstance(value, (list, tuple)):
            data[name] = [str(getattr(item, "pk", item)) for item in value]
        elif isinstance(value, bool):
            data |= {name: "on"} if value else {}
        else:
            value = field.widget.format_value(value)
            value = value[0] if isinstance(value, list) and value else value
            data[name] = "" if value is None else _typed(str(value))
    return data


def _typed(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\n", "\r\n")


def posted(block: blocks.Block, value: object, prefix: str) -> dict[str, object]:
    """Return the data that the form of one block posts."""
    if isinstance(block, TypedTableBlock):
        return posted_table(block, value, prefix)
    if isinstance(block, blocks.StaticBlock):
        return {}
    if isinstance(block, (blocks.StreamBlock, blocks.ListBlock)):
        children = list(value) if isinstance(block, blocks.StreamBlock) else list(value.bound_blocks)
        data: dict[str, object] = {f"{prefix}-count": str(len(children))}
        for i, child in enumerate(children):
            data |= {f"{prefix}-{i}-deleted": "", f"{prefix}-{i}-order": str(i), f"{prefix}-{i}-id": child.id or ""}
            if isinstance(block, blocks.StreamBlock):
                data[f"{prefix}-{i}-type"] = child.block_type
            data |= posted(child.block, child.value, f"{prefix}-{i}-value")
        return data
    if isinstance(block, ImageBlock):
        value = {
            "image": value, "alt_text": getattr(value, "contextual_alt_text", ""),
            "decorative": getattr(value, "decorative", False),
        }  # fmt: skip
    if isinstance(block, blocks.StructBlock):
        data = {}
        for name, child in block.child_blocks.items():
            data |= posted(child, value.get(name), f"{prefix}-{name}")
        return data
    shown = block.value_for_form(value)
    if isinstance(shown, bool):
        return {prefix: "on"} if shown else {}
    shown = block.field.widget.format_value(block.field.prepare_value(getattr(shown, "pk", shown)))
    if isinstance(shown, list):
        shown = shown[0] if shown else ""
    return {prefix: "" if shown is None else str(shown) if isinstance(block, blocks.RichTextBlock) else _typed(str(shown))}


def posted_table(block: TypedTableBlock, value: TypedTable, prefix: str) -> dict[str, str]:
    """Return the data that the form of a table posts."""
    data = {
        f"{prefix}-caption": value.caption or "",
        f"{prefix}-column-count": str(len(value.columns)),
        f"{prefix}-row-count": str(len(value.row_data)),
    }
    for i, column in enumerate(value.columns):
        name = f"{prefix}-column-{i}"
        data |= {f"{name}-type": column["block"].name, f"{name}-heading": column["heading"] or ""}
        data |= {f"{name}-order": str(i), f"{name}-deleted": ""}
    for i, row in enumerate(value.row_data):
        data |= {f"{prefix}-row-{i}-order": str(i), f"{prefix}-row-{i}-deleted": ""}
        for j, cell in enumerate(row["values"]):
            data |= posted(value.columns[j]["block"], cell, f"{prefix}-cell-{i}-{j}")
    return data
