"""Figures: facts whose value is a cell of a table of figures. Page types that hold such tables are a `FigureSource`.

The fact names the page of the source language, a row and a column as they stand in the table. Without a row it is the newest one of a
series. A cell that is not there, holds no number or stands on a page that nobody may read is shown nowhere.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from django.utils.formats import number_format
from django.utils.translation import gettext, npgettext, pgettext, pgettext_lazy
from wagtail.models import Page, get_page_models

from portal.language.choices import TextChoices
from portal.language.dates import KnownDate
from portal.pages import versions

if TYPE_CHECKING:
    from portal.models import Fact


class Unit(TextChoices):
    """In what a column counts, as it is written behind the number."""

    ONES = "", pgettext_lazy("admin", "single ones: 7,667")
    MILLIONS = "million", pgettext_lazy("admin", "millions: 304 million")
    BILLIONS = "billion", pgettext_lazy("admin", "billions: 831 billion")
    PERCENT = "percent", pgettext_lazy("admin", "per cent: 3.7%")


@dataclass(frozen=True)
class Cell:
    """A number of a table; `row` is by what its row is known, `moment` the same where it is a date as far as that is known."""

    number: Decimal
    row: str
    moment: str = ""


@runtime_checkable
class FigureSource(Protocol):
    """A page type with a table of figures, that of its source language in all of them."""

    def cell(self, row: str, column: str) -> Cell | None:
        """Return a cell with a number; without a row that of the newest one of a series. None where there is none."""

    def cell_problem(self, row: str, column: str) -> dict[str, str]:
        """Return why a cell cannot be bound, by `row` or `column`, in the editor's language; nothing where it can."""

    def shown_elsewhere(self, *, as_chart: bool) -> dict[str, object]:
        """Return what other pages show of it, for the template `components/data_set.html`: `line`, `bars` or `figures`, its heading."""

    def published_cells(self, row: str, column: str) -> list[tuple[datetime.date, Cell | None]]:
        """Return what stood in a cell from which day on, newest first."""


@dataclass(frozen=True)
class PublishedValue:
    """A value that a figure had: as the active language writes it, from which day to which; a dash where the cell was not there."""

    text: str
    since: datetime.date
    until: datetime.date | None = None


def sources() -> list[type[Page]]:
    """Return the page types that hold tables of figures."""
    return [model for model in get_page_models() if issubclass(model, FigureSource)]


def cells(facts: Iterable[Fact]) -> dict[int, Cell]:
    """Return the cells of figures that anybody may read, by the ids of the facts. One query for each type of page."""
    bound = {fact.pk: fact for fact in facts if fact.dataset_id}
    ids = {fact.dataset_id for fact in bound.values()}
    pages = {page.pk: page for model in sources() for page in versions.real(model._default_manager.filter(pk__in=ids))} if ids else {}
    versions.set_locales(pages.values())
    found = {pk: pages[fact.dataset_id].cell(fact.row, fact.column) for pk, fact in bound.items() if fact.dataset_id in pages}
    return {pk: cell for pk, cell in found.items() if cell is not None}


def written(number: Decimal, unit: str) -> str:
    """Return a number as the active language writes it, with as many decimals as its table has."""
    exponent = number.as_tuple().exponent
    places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    values = {"number": number_format(number, places, use_l10n=True, force_grouping=True)}
    # A part of a million is counted as many are.
    count = int(number) if number == number.to_integral_value() else 100
    match unit:
        case Unit.MILLIONS:
            return npgettext("a number", "%(number)s million", "%(number)s million", count) % values
        case Unit.BILLIONS:
            return npgettext("a number", "%(number)s billion", "%(number)s billion", count) % values
        case Unit.PERCENT:
            return pgettext("a number", "%(number)s%%") % values
    return values["number"]


def published_values(page: FigureSource, row: str, column: str, unit: str) -> list[PublishedValue]:
    """Return the values that a cell had, newest first; days on which it stayed the same are one."""
    found: list[PublishedValue] = []
    for since, cell in reversed(page.published_cells(row, column)):
        text = written(cell.number, unit) if cell else "–"
        moment = moment_text(cell.moment) if cell and not row else ""
        text = f"{text} ({moment})" if moment else text
        if not found or found[-1].text != text:
            if found:
                found[-1] = replace(found[-1], until=since)
            found.append(PublishedValue(text, since))
    return found[::-1]


def moment_text(moment: str) -> str:
    """Return of when a figure is, as the active language writes it."""
    date = KnownDate.read(moment)
    return date.text if date else ""


def with_moment(moment: str, note: str) -> str:
    """Return a note that begins with the moment of a figure that is always the newest."""
    return gettext("%(moment)s, %(note)s") % {"moment": moment, "note": note} if moment and note else moment or note
