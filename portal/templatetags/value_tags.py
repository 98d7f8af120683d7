"""Values as blocks and components take them: plain lists instead of StreamField values, texts as the active language writes them."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator

from django import template
from django.utils.translation import pgettext
from wagtail.blocks import StreamValue
from wagtail.contrib.typed_table_block.blocks import TypedTable

from portal.blocks import facts
from portal.facts import kinds
from portal.language import dates, typography
from portal.language.languages import current_language

register = template.Library()

_NUMBER = re.compile(r"[+−-]?\d[\d.,\s  ]*\s?%?")
_YEAR = re.compile(r"(1[89]|20)\d\d")


@register.filter
def with_levels(blocks: StreamValue) -> Iterator[tuple[object, int]]:
    """Yield the blocks of a text, each with the level of the headings in it: below an h2 once there is one."""
    level = 2
    for block in blocks:
        if block.block_type == "heading":
            level = 3
            yield block, 2
        else:
            yield block, level


@register.filter
def filled(blocks: StreamValue) -> StreamValue:
    """Return blocks as visitors get them: facts by their values, nothing that waits for one."""
    return facts.body(blocks)


@register.filter
def columns_of_numbers(table: TypedTable) -> set[int]:
    """Return the positions of the columns that hold numbers only, the first one never; years are no amounts."""
    found = set()
    for position in range(1, len(table.columns)):
        cells = [str(row["values"][position]).strip() for row in table.row_data]
        filled = [cell for cell in cells if cell and cell not in {"–", "-"}]
        if (
            filled
            and all(_NUMBER.fullmatch(cell) for cell in filled)
            and not all(_YEAR.fullmatch(cell) for cell in filled)
        ):
            found.add(position)
    return found


@register.filter
def date_text(date: datetime.date) -> str:
    """Return a date as the active language writes it."""
    return dates.date_text(date)


@register.filter
def soft_hyphens(text: str) -> str:
    """Return a heading with places where its long words may break, in the active language."""
    return typography.soft_hyphens(str(text), current_language().code)


@register.filter
def listed(names: Iterable[str]) -> str:
    """Return names as one text, separated as the active language does it."""
    return pgettext("between the entries of a list", ", ").join(names)


@register.filter
def dial(phone: str) -> str:
    """Return a telephone number as a `tel:` address takes it."""
    return kinds.dialled(phone)
