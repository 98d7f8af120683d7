"""Numbers that were typed where a figure of a data set could stand: they would stay as they are when the data set changes.

News, events and others of a day keep the figures of their day, as quotations do, and data sets speak of their own tables.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from wagtail.blocks import RichTextBlock
from wagtail.models import Page, get_page_models

from portal.blocks.text import QuoteBlock
from portal.blocks.walking import stored_parts, walk
from portal.facts import figures
from portal.facts.figures import FigureSource, Unit
from portal.listing.declarations import Listing
from portal.pages import versions
from portal.pages.addresses import address_of

from . import history

_UNITS = (
    (Unit.MILLIONS, r"Mio\.|Millionen|million|млн|мільйон|مليون|ملايين"),
    (Unit.BILLIONS, r"Mrd\.|Milliarden|billion|млрд|мільярд|مليار"),
    (Unit.PERCENT, r"%|Prozent|per ?cent|відсот|في المئة"),
)
_BY_LANGUAGE = {"en": (",", r"\."), "ar": (",", r"\."), "uk": ("[ \u00a0\u202f]", ",")}
_COMMA = (r"[.\u00a0\u202f]", ",")
_LEAST = 1000

_MARK = re.compile(r'<a (?=[^>]*linktype="fact")[^>]*>.*?</a>', re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Unbound:
    """A number in a page, as it stands there, and the cells that it is equal to: `data set, row, column`."""

    language: str
    title: str
    address: str
    text: str
    cells: tuple[str, ...]


def _pattern(language: str) -> re.Pattern[str]:
    thousands, mark = _BY_LANGUAGE.get(language, _COMMA)
    units = "|".join(f"(?P<{unit.name}>{words})" for unit, words in _UNITS)
    return re.compile(rf"(?<![\d.,])(?P<whole>\d{{1,3}}(?:{thousands}\d{{3}})+|\d+)(?:{mark}(?P<part>\d+))?(?!\d)(?:\s*(?:{units}))?")


def numbers(text: str, language: str) -> Iterator[tuple[str, Decimal, str]]:
    """Yield the numbers of a text, as they stand there, as numbers, with their units. Years are none."""
    for match in _pattern(language).finditer(text):
        unit = next((unit.value for unit, _words in _UNITS if match[unit.name]), "")
        whole = re.sub(r"\D", "", match["whole"])
        is_year = match["whole"] == whole and not match["part"] and not unit and 1900 <= int(whole) <= 2100
        if not is_year:
            yield match[0].strip(), Decimal(f"{whole}.{match['part'] or 0}"), unit


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


def texts(page: Page) -> Iterator[str]:
    """Yield what a page says in its own fields, without its facts, quotations and sources."""
    yield from (page.title, getattr(page, "lead", ""))
    for whole in stored_parts(page):
        if whole.name == "sources":
            continue
        for part in walk(whole, enter=lambda block: not isinstance(block, QuoteBlock)):
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
    known, found = cells(), []
    skipped = tuple(model for model in get_page_models() if issubclass(model, FigureSource) or _is_of_a_day(model))
    pages = versions.real(Page.objects.not_type(*skipped) if skipped else Page.objects.all()).order_by("locale_id", "path")
    for page in pages.specific().iterator(100):
        code = page.locale.language_code
        equal = {text: known[number.normalize(), unit] for one in texts(page) for text, number, unit in numbers(one, code)
                 if (number.normalize(), unit) in known}  # fmt: skip
        found += [Unbound(code, page.title, address_of(page), text, tuple(names)) for text, names in equal.items()]
    return found
