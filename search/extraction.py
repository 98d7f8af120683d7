"""What a page says: its texts from the stored form of its fields, headings told apart; the files that it offers."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace

from django.db import models
from django.utils.translation import override
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.documents.models import AbstractDocument
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page
from wagtail.rich_text import extract_references_from_rich_text
from wagtail.search import index

from portal.blocks import facts
from portal.blocks.facts import FactChooserBlock
from portal.blocks.media import hidden_figures
from portal.blocks.walking import Part, walk
from portal.facts import shown, texts
from portal.pages.versions import locales_by_id

_HEADING_NAMES = frozenset({"heading", "title", "question"})
_HEADING_TAGS = re.compile(r"<h[1-6][^>]*>(.*?)</h[1-6]>", re.DOTALL)
_BLOCK_ENDS = re.compile(r"</(?:p|li|h[1-6]|td|th|tr|blockquote)>|<br\s*/?>")
_TAGS = re.compile(r"<[^>]*>")


@dataclass
class PageText:
    """The texts of a page by their weight, and the ids of the files that it offers."""

    lead: list[str] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    body: list[str] = field(default_factory=list)
    in_order: list[str] = field(default_factory=list)
    """Lead, headings and body as they follow each other on the page."""
    file_ids: set[int] = field(default_factory=set)

    def add(self, kind: str, text: str) -> None:
        """Add a text of a kind: `lead`, `headings` or `body`."""
        text = " ".join(text.split())
        if text:
            getattr(self, kind).append(text)
            self.in_order.append(text)


def plain_text(source: str) -> str:
    """Return the text of rich text; blocks are separated."""
    return html.unescape(_TAGS.sub("", _BLOCK_ENDS.sub(" \n", source)))


def read_page(page: Page) -> PageText:
    """Return the texts of a specific page: those of its search fields, without the title. Only photographs are asked for."""
    found = PageText()
    for search_field in page.get_searchable_search_fields():
        if search_field.field_name != "title":
            _read_field(search_field, page, found)
    return found


def _read_field(search_field: index.BaseField, instance: models.Model, found: PageText) -> None:
    try:
        model_field = search_field.get_field(type(instance))
    except models.FieldDoesNotExist:
        model_field = None
    if isinstance(model_field, StreamField):
        value = model_field.value_from_object(instance)
        whole = Part(model_field.stream_block, list(value.raw_data) if value else [])
        with _language_of(instance):
            _read_block(replace(whole, value=facts.filled(whole)), found)
    elif isinstance(model_field, RichTextField):
        with _language_of(instance):
            _read_rich_text(texts.filled(model_field.value_from_object(instance) or ""), found)
    else:
        # Fields that count more than the body are those which introduce a page.
        kind = "lead" if (getattr(search_field, "boost", None) or 1) > 1 else "body"
        for text in _texts(search_field.get_value(instance)):
            found.add(kind, text)


def _language_of(instance: models.Model) -> AbstractContextManager[None]:
    """Make the language of an object the active one: facts are found as it writes them."""
    locale = locales_by_id().get(getattr(instance, "locale_id", None))
    return override(locale.language_code) if locale else nullcontext()


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        yield from _texts(list(value.values()))
    elif value is not None:
        yield str(value)


def _read_rich_text(source: str, found: PageText) -> None:
    position = 0
    for match in _HEADING_TAGS.finditer(source):
        found.add("body", plain_text(source[position : match.start()]))
        found.add("headings", plain_text(match[1]))
        position = match.end()
    found.add("body", plain_text(source[position:]))
    for model, object_id, _model_path, _content_path in extract_references_from_rich_text(source):
        if issubclass(model, AbstractDocument):
            found.file_ids.add(int(object_id))


def _read_block(whole: Part, found: PageText) -> None:
    """Add what the stored form of a block says. Choosers are not followed: they would ask for each object by itself."""
    parts = list(walk(whole, enter=lambda block: getattr(block, "search_index", True)))
    hidden = tuple(f"{at}." for at in hidden_figures(parts))
    for part in parts:
        block, value = part.block, part.value
        if part.at.startswith(hidden):
            # What is said of a photograph goes with it.
            continue
        if isinstance(block, DocumentChooserBlock):
            found.file_ids.add(int(value))
        elif isinstance(block, FactChooserBlock):
            fact = shown.get(value)
            found.add("body", fact.text if fact else "")
        elif part.holds_blocks or isinstance(block, blocks.ChooserBlock):
            continue
        elif isinstance(block, blocks.RichTextBlock):
            _read_rich_text(str(value), found)
        elif isinstance(block, blocks.CharBlock) and part.name in _HEADING_NAMES:
            found.add("headings", str(value))
        else:
            for text in block.get_searchable_content(block.to_python(value)):
                found.add("body", text)


def searched_texts(search_field: index.BaseField, instance: models.Model) -> list[str]:
    """Return the texts of one search field of any object, in their order."""
    found = PageText()
    _read_field(search_field, instance, found)
    return found.in_order
