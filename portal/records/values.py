"""Record values to field values: Markdown and HTML to rich text, typed blocks to StreamField data."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bs4 import BeautifulSoup, NavigableString, Tag
from django.core.exceptions import ValidationError
from markdown_it import MarkdownIt
from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageBlock, ImageChooserBlock

from portal.blocks.facts import FactChooserBlock
from portal.blocks.walking import Part, rebuild
from portal.facts.texts import FactMark
from portal.pages import marks

# Block ids are made from the record's id and the position, so that loading again gives the same ids.
_NAMESPACE = uuid.UUID("6f1c8d8e-6f44-4c25-9d0b-6c1d7a3f0b52")

_TAGS = {"p", "h3", "h4", "b", "i", "ol", "ul", "li", "a", "br"}
_RENAMED_TAGS = {"strong": "b", "em": "i"}
_FEATURE_OF_TAG = {"h3": "h3", "h4": "h4", "b": "bold", "i": "italic", "ol": "ol", "ul": "ul"}
_OUTSIDE_SCHEMES = ("https://", "http://", "mailto:", "tel:")

_TEXT_BLOCKS = (blocks.CharBlock, blocks.TextBlock, blocks.URLBlock, blocks.EmailBlock, blocks.ChoiceBlock)


class _Markdown(MarkdownIt):
    """Markdown whose links have the records' own schemes, for pages and files: they are not refused or rewritten."""

    def validateLink(self, url: str) -> bool:  # noqa: N802 (the library's name)
        """Return whether a link is none that runs a script."""
        return not url.lower().startswith(("javascript:", "vbscript:", "data:"))


_markdown = _Markdown("commonmark", {"html": False})


class ValueProblem(ValueError):
    """A value does not fit its block; the message names the position inside the record."""


@dataclass(frozen=True)
class References:
    """How names in a record become primary keys. Each raises `ValueProblem` for a name that is not there."""

    page: Callable[[str], int]
    image: Callable[[str], int]
    document: Callable[[str], int]
    fact: Callable[[str], int]


def to_html(text: str) -> str:
    """Return HTML for Markdown; what begins with `<` is HTML already."""
    return text if text.lstrip().startswith("<") else _markdown.render(text)


def rich_text(text: str, features: list[str] | None, references: References, at: str) -> str:
    """Return rich text as the database holds it.

    Raises:
        ValueProblem: the text holds an element or a link that this block does not take.
    """
    soup = BeautifulSoup(to_html(text), "html.parser")
    for tag in soup.find_all(True):
        tag.name = _RENAMED_TAGS.get(tag.name, tag.name)
        needed = _FEATURE_OF_TAG.get(tag.name)
        if tag.name not in _TAGS or (needed and features is not None and needed not in features):
            raise ValueProblem(f"{at}: <{tag.name}> is not available in this text")
        href = str(tag.get("href", ""))
        tag.attrs = {}
        if tag.name == "a":
            tag.attrs.update(_link_attributes(href, references, at))
    for node in list(soup.children):
        # White space between blocks is not content.
        if isinstance(node, NavigableString) and not node.strip():
            node.extract()
        elif isinstance(node, NavigableString) or (
            isinstance(node, Tag) and node.name not in _TAGS - {"a", "b", "i", "br", "li"}
        ):
            raise ValueProblem(f"{at}: text outside a paragraph: {str(node)[:60]!r}")
    for item in soup.find_all("li"):
        # Wagtail's editor writes list items without paragraphs in them.
        for paragraph in item.find_all("p", recursive=False):
            paragraph.unwrap()
    return "".join(
        re.sub(r"\s*\n\s*", " ", str(node)) if isinstance(node, Tag) and node.name == "p" else _compact(str(node)) for node in soup.children
    )


def _compact(html: str) -> str:
    """Return a list or heading without the line breaks between its elements."""
    return (
        re.sub(r"\s*\n\s*", " ", re.sub(r">\s*\n\s*<", "><", html)).replace(" </li>", "</li>").replace("<li> ", "<li>")
    )


def _link_attributes(href: str, references: References, at: str) -> dict[str, str]:
    scheme, _colon, name = href.partition(":")
    if scheme == "page":
        return {"linktype": "page", "id": str(references.page(name))}
    if scheme == "file":
        return {"linktype": "document", "id": str(references.document(name))}
    if scheme == FactMark.scheme:
        return {"linktype": FactMark.identifier, "id": str(references.fact(name))}
    if (mark := marks.stored(scheme, name)) is not None:
        return mark
    if href.lower().startswith(_OUTSIDE_SCHEMES):
        return {"href": href}
    own = "".join(f"{scheme}:, " for scheme in marks.schemes())
    raise ValueProblem(f"{at}: the link “{href}” is neither page:, file:, {own}https:, mailto: nor tel:")


def markdown_blocks(text: str) -> list[dict[str, object]]:
    """Return a Markdown or HTML body as typed blocks: `h2` become heading blocks, what lies between text blocks."""
    soup = BeautifulSoup(to_html(text), "html.parser")
    found: list[dict[str, object]] = []
    pending: list[str] = []

    def flush() -> None:
        html = "".join(pending).strip()
        pending.clear()
        if html:
            found.append({"type": "text", "value": html})

    for node in soup.children:
        if isinstance(node, Tag) and node.name == "h2":
            flush()
            found.append({"type": "heading", "value": node.get_text(" ", strip=True)})
        else:
            pending.append(str(node))
    flush()
    return found


class StreamValues:
    """Converts the blocks of one record; every block gets an id made from the record's id and the position."""

    def __init__(self, record_id: str, references: References) -> None:
        self.record_id = record_id
        self.references = references

    def stream(self, block: blocks.StreamBlock, value: object, at: str) -> list[dict[str, object]]:
        """Return the stored form of a StreamField's value, checked by the blocks themselves.

        Raises:
            ValueProblem: naming the position and the reason.
        """
        if isinstance(value, str):
            value = markdown_blocks(value)
        raw = self._convert(block, value, at)
        try:
            block.clean(block.to_python(raw))
        except ValidationError as error:
            raise ValueProblem(f"{at}: {_reasons(error)}") from error
        return raw

    def _id(self, at: str) -> str:
        return str(uuid.uuid5(_NAMESPACE, f"{self.record_id} {at}"))

    def _convert(self, block: blocks.Block, value: Any, at: str) -> Any:
        if isinstance(block, ImageBlock):
            return self._image(block, value, at)
        if isinstance(block, TypedTableBlock):
            return self._table(value, at)
        if isinstance(block, blocks.StreamBlock):
            return self._filled(block, self._stream(block, value, at), at)
        if isinstance(block, blocks.ListBlock):
            return self._filled(block, self._list(value, at), at)
        if isinstance(block, blocks.StructBlock):
            return self._filled(block, self._struct(block, value, at), at)
        if isinstance(block, blocks.StaticBlock):
            return None
        if isinstance(block, blocks.RichTextBlock):
            return rich_text(self._text(value, at), block.features, self.references, at)
        if isinstance(block, (blocks.PageChooserBlock, ImageChooserBlock, DocumentChooserBlock, FactChooserBlock)):
            return self._chosen(block, value, at)
        if isinstance(block, _TEXT_BLOCKS):
            return self._text(value, at)
        return value

    def _text(self, value: object, at: str) -> str:
        if not isinstance(value, str):
            raise ValueProblem(f"{at}: must be text, not {value!r}"[:200])
        return value

    def _chosen(self, block: blocks.ChooserBlock, value: object, at: str) -> int | None:
        if value in (None, ""):
            return None
        name = self._text(value, at)
        try:
            if isinstance(block, blocks.PageChooserBlock):
                return self.references.page(name)
            if isinstance(block, ImageChooserBlock):
                return self.references.image(name)
            if isinstance(block, FactChooserBlock):
                return self.references.fact(name)
            return self.references.document(name)
        except ValueProblem as error:
            raise ValueProblem(f"{at}: {error}") from error

    def _filled(self, block: blocks.Block, stored: Any, at: str) -> Any:
        """Return a block in its stored form, with what a record says of the blocks in it converted."""

        def convert(part: Part) -> Any:
            if part.value is None and isinstance(block, blocks.StructBlock):
                return self._default(part.block, part.at)
            return self._convert(part.block, part.value, part.at)

        return rebuild(Part(block, stored, at=at), convert)

    def _stream(self, block: blocks.StreamBlock, value: Any, at: str) -> list[dict[str, Any]]:
        """Return the blocks of a stream with their ids, as the record gives them."""
        if not isinstance(value, list):
            raise ValueProblem(f"{at}: must be a list of blocks")
        found = []
        for index, item in enumerate(value):
            here = f"{at}[{index}]"
            if not isinstance(item, dict) or set(item) - {"type", "value"} or "type" not in item:
                raise ValueProblem(f"{here}: a block has “type” and “value” and nothing else")
            if not isinstance(item["type"], str) or item["type"] not in block.child_blocks:
                known = ", ".join(block.child_blocks)
                raise ValueProblem(f"{here}: there is no block “{item['type']}” here; there are {known}")
            block_id = self._id(f"{here}.{item['type']}")
            found.append({"type": item["type"], "value": item.get("value"), "id": block_id})
        return found

    def _list(self, value: Any, at: str) -> list[dict[str, Any]]:
        """Return the entries of a list with their ids, as the record gives them."""
        if not isinstance(value, list):
            raise ValueProblem(f"{at}: must be a list")
        return [{"type": "item", "value": item, "id": self._id(f"{at}[{index}]")} for index, item in enumerate(value)]

    def _struct(self, block: blocks.StructBlock, value: Any, at: str) -> dict[str, Any]:
        """Return the parts of a struct, as the record gives them."""
        if value is None:
            value = {}
        if not isinstance(value, dict):
            raise ValueProblem(f"{at}: must be an object with {', '.join(block.child_blocks)}")
        if unknown := sorted(set(value) - set(block.child_blocks)):
            raise ValueProblem(f"{at}: unknown key: {', '.join(unknown)}; there are {', '.join(block.child_blocks)}")
        return value

    def _default(self, block: blocks.Block, at: str) -> object:
        """Return what a block holds when it is left empty; a text is empty, as the editor's form leaves it."""
        if isinstance(block, blocks.StructBlock) and not isinstance(block, ImageBlock):
            return self._filled(block, {}, at)
        if isinstance(block, _TEXT_BLOCKS) and block.get_default() is None:
            return ""
        return block.get_prep_value(block.get_default())

    def _image(self, block: ImageBlock, value: object, at: str) -> dict[str, object]:
        if not isinstance(value, dict) or set(value) - {"image", "alt_text", "decorative"}:
            raise ValueProblem(f"{at}: must be an object with image, alt_text, decorative")
        return {
            "image": self._chosen(block.child_blocks["image"], value.get("image"), at),
            "alt_text": value.get("alt_text", ""),
            "decorative": bool(value.get("decorative", False)),
        }

    def _table(self, value: object, at: str) -> dict[str, object]:
        if not isinstance(value, dict) or set(value) - {"caption", "columns", "rows"} or not value.get("columns"):
            raise ValueProblem(f"{at}: must be an object with caption, columns and rows")
        columns, rows = value["columns"], value.get("rows") or []
        for index, row in enumerate(rows):
            if not isinstance(row, list) or len(row) != len(columns):
                raise ValueProblem(f"{at}.rows[{index}]: must have {len(columns)} cells, as the columns")
        return {
            "caption": self._text(value.get("caption", ""), f"{at}.caption"),
            "columns": [{"type": "cell", "heading": self._text(text, f"{at}.columns")} for text in columns],
            "rows": [{"values": [self._text(cell, f"{at}.rows[{i}]") for cell in row]} for i, row in enumerate(rows)],
        }


def _reasons(error: ValidationError) -> str:
    """Return the reasons of a block's error with their position, in one line."""
    if hasattr(error, "as_json_data"):
        return "; ".join(_walk_reasons(error.as_json_data(), ""))
    return "; ".join(str(message) for message in error.messages)


def _walk_reasons(data: object, at: str) -> list[str]:
    if not isinstance(data, dict):
        return [f"{at} {data}".strip()]
    found = [f"{at} {message}".strip() for message in data.get("messages") or []]
    for index, child in (
        (data.get("blockErrors") or {}).items()
        if isinstance(data.get("blockErrors"), dict)
        else enumerate(data.get("blockErrors") or [])
    ):
        if child:
            found += _walk_reasons(child, f"{at}.{index}" if at else str(index))
    return found
