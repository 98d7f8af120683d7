"""Numbers that were typed where a figure of a data set could stand: they would stay as they are when the data set changes.

News, events and others of a day keep the figures of their day, as quotations and titles of sources do, and data sets speak of their own
tables. What else counts another thing, or is a figure of its day, is told at the data set that it equals, with the reason (`lookalikes`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from wagtail.blocks import Block, RichTextBlock
from wagtail.models import Page, get_page_models
from wagtail_localize.fields import TranslatableField

from portal.blocks.text import QuoteBlock, SourceBlock
from portal.blocks.walking import stored_parts, walk
from portal.facts import figures
from portal.facts.figures import FigureSource, Unit
from portal.language.languages import SOURCE_LANGUAGE
from portal.listing.declarations import Listing
from portal.pages import versions
from portal.pages.addresses import address_of

from . import history
from .models import DataPage
from .numbers import numbers

_LEAST = 1000

_MARK = re.compile(r'<a (?=[^>]*linktype="fact")[^>]*>.*?</a>', re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Unbound:
    """A number in a page, as it stands there, and the cells that it is equal to: `data set, row, column`; why it stays, as far as told."""

    language: str
    title: str
    address: str
    text: str
    cells: tuple[str, ...]
    reason: str = ""


def unit_of(column: str) -> str:
    """Return in what a column counts, by its name."""
    return next((unit for unit in (Unit.MILLIONS, Unit.BILLIONS, Unit.PERCENT) if unit in column), "")


def cells() -> dict[tuple[Decimal, str], list[str]]:
    """Return where each number stands in the tables that anybody may read, by its value and unit."""
    titles: dict[str, str] = {}
    for model in figures.sources():
        titles |= {str(key): title for key, title in model._default_manager.order_by("-locale_id").values_list("translation_key", "title")}
    found: dict[tuple[Decimal, str], list[str]] = defaultdict(list)
    for key, table in sorted(history.tables().items(), key=lambda entry: titles[entry[0]]):
        for row in table.rows:
            for column, number in zip(table.measures, row.numbers, strict=True):
                # Smaller and round numbers are equal by chance.
                if number is not None and (unit_of(column) or (number >= _LEAST and number % _LEAST)):
                    found[number.normalize(), unit_of(column)].append(f"{titles[key]}, {row.key}, {column}")
    return found


def _is_of_a_day(model: type[Page]) -> bool:
    listing: Listing | None = getattr(model, "listing", None)
    return listing is not None and bool(listing.when.start or listing.when.closes) and not listing.when.lasts


def reasons() -> dict[tuple[int, Decimal, str], str]:
    """Return why a number stays as it is, by the German page on which it stands, its value and unit. What is published counts."""
    pages = DataPage.objects.live().filter(locale__language_code=SOURCE_LANGUAGE)
    told = (block["value"] for page in pages for block in page.lookalikes.raw_data)
    return {
        (value["page"], number.normalize(), unit): value["reason"]
        for value in told
        for _text, number, unit in numbers(value["number"], SOURCE_LANGUAGE)
    }


def _is_entered(block: Block) -> bool:
    return not isinstance(block, (QuoteBlock, SourceBlock))


def texts(page: Page) -> Iterator[str]:
    """Yield what a page says in its own fields, without its facts, quotations and sources."""
    for field in page.translatable_fields:
        value = getattr(page, field.field_name)
        if isinstance(field, TranslatableField) and isinstance(value, str):
            yield _TAG.sub(" ", value)
    for whole in stored_parts(page):
        for part in walk(whole, enter=_is_entered):
            if isinstance(part.block, RichTextBlock):
                yield _TAG.sub(" ", _MARK.sub(" ", str(part.value)))
            elif not part.holds_blocks:
                yield from _strings(part.value)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _strings(inner)


def find() -> list[Unbound]:
    """Return the numbers of pages that equal a cell and are not bound to it, each once a page."""
    known, told, found = cells(), reasons(), []
    skipped = tuple(model for model in get_page_models() if issubclass(model, FigureSource) or _is_of_a_day(model))
    pages = versions.real(Page.objects.not_type(*skipped) if skipped else Page.objects.all()).order_by("locale_id", "path")
    german = dict(Page.objects.filter(locale__language_code=SOURCE_LANGUAGE).values_list("translation_key", "pk"))
    for page in pages.specific().iterator(100):
        code = page.locale.language_code
        equal = {text: (number.normalize(), unit) for one in texts(page) for text, number, unit in numbers(one, code)}
        for text, value in equal.items():
            if value in known:
                reason = told.get((german.get(page.translation_key, page.pk), *value), "")
                found.append(Unbound(code, page.title, address_of(page), text, tuple(known[value]), reason))
    return found
