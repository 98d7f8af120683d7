"""Facts as visitors get them, in the reader's language: kept until a fact changes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, override, pgettext

from portal import changes
from portal.language.dates import KnownDate
from portal.language.languages import SOURCE_LANGUAGE, current_language

from . import figures
from .kinds import SOURCED_KINDS, TEXT_KINDS, FactKind, dialled, written

TAG = changes.snippets("portal.fact")


@dataclass(frozen=True)
class ShownFact:
    """A fact in one language. `text` is empty while it has no value; `language` is set where the text is in another one."""

    pk: int
    name: str
    kind: str
    text: str
    language: str = ""
    machine: str = ""
    note: str = ""
    """Of what concerns rights or money, where it comes from with the source's own date, as HTML."""
    origin: str = ""
    """The address of that source; where it has none, what it is called."""
    data_page: int = 0
    """Of a figure the page of the source language with its table."""
    moment: str = ""
    """Of a figure that is always the newest one, of when it is."""

    @property
    def is_missing(self) -> bool:
        """Return whether there is nothing to show."""
        return not self.text

    @property
    def lines(self) -> list[str]:
        """Return the text line by line, as an address is written."""
        return self.text.splitlines()

    @property
    def line(self) -> str:
        """Return the text in one line."""
        with override(self.language or current_language().code):
            return pgettext("between the lines of an address", ", ").join(self.lines)

    @property
    def html(self) -> str:
        """Return the fact inside a line of text, followed by its note."""
        return format_html("{} {}", self.value_html, self.note) if self.note else self.value_html

    @property
    def value_html(self) -> str:
        """Return the fact alone, isolated: its direction is its own, whatever stands around it."""
        match self.kind:
            case FactKind.PHONE:
                return format_html('<a href="tel:{}"><bdi dir="ltr">{}</bdi></a>', self.machine, self.text)
            case FactKind.EMAIL:
                return format_html('<a href="mailto:{}"><bdi dir="ltr">{}</bdi></a>', self.machine, self.text)
            case FactKind.DEADLINE:
                return format_html('<bdi><time datetime="{}">{}</time></bdi>', self.machine, self.text)
            case FactKind.FIGURE:
                return format_html('<bdi><data value="{}">{}</data></bdi>', self.machine, self.text)
        line = self.line
        if self.language:
            return format_html('<bdi lang="{}" dir="ltr">{}</bdi>', self.language, line)
        return format_html("<bdi>{}</bdi>", line)


@changes.kept("facts", lambda language: (TAG, changes.LOCALES), in_transactions=True)
def _facts(language: str) -> dict[int, ShownFact]:
    """Return all facts by the ids of their rows in the source language, which all languages refer to."""
    facts = apps.get_model("portal", "Fact").objects.filter(locale__language_code__in={language, SOURCE_LANGUAGE})
    rows = list(facts.select_related("locale"))
    own = {row.translation_key: row for row in rows if row.locale.language_code == language}
    with override(language):
        return {row.pk: _shown(row, own.get(row.translation_key)) for row in rows if row.locale.language_code == SOURCE_LANGUAGE}


@changes.kept("figures", lambda language: (TAG, changes.LOCALES, changes.PAGES, changes.RESTRICTIONS))
def _figures(language: str) -> dict[int, ShownFact]:
    """Return the facts that are cells of tables, as far as these are there, by the ids of their rows in the source language."""
    rows = {fact.pk: fact for fact in apps.get_model("portal", "Fact").objects.filter(**BOUND)}
    with override(language):
        return {pk: _figure(rows[pk], cell) for pk, cell in figures.cells(rows.values()).items()}


BOUND = {"kind": FactKind.FIGURE, "locale__language_code": SOURCE_LANGUAGE, "dataset__isnull": False}
"""Which facts are bound to cells."""


def _figure(fact: Any, cell: figures.Cell) -> ShownFact:
    text = figures.written(cell.number, fact.unit)
    moment = "" if fact.row else figures.moment_text(cell.moment)
    return ShownFact(fact.pk, fact.name, fact.kind, text, machine=f"{cell.number:f}", data_page=fact.dataset_id, moment=moment)


def figures_with_values() -> list[int]:
    """Return the ids of the facts whose cells are there."""
    return list(_figures(SOURCE_LANGUAGE))


def _shown(fact: object, version: object | None) -> ShownFact:
    """Return a fact in the active language.

    A translated text counts while it is that of the text which the fact has now: an address that has changed is shown at once, in German
    until it is translated.
    """
    if fact.kind not in TEXT_KINDS:
        machine = dialled(fact.value) if fact.kind == FactKind.PHONE else fact.value
        source = note(fact.source, fact.source_url, fact.source_date) if fact.kind in SOURCED_KINDS and fact.source else ""
        text, origin = written(fact.kind, fact.value), fact.source_url or fact.source
        return ShownFact(fact.pk, fact.name, fact.kind, text, machine=machine, note=source, origin=origin)
    if version is not None and version.is_finished and version.translated_text == fact.text and version.text:
        return ShownFact(fact.pk, fact.name, fact.kind, version.text)
    # Leichte Sprache uses the German texts as its own.
    language = "" if current_language().code.partition("-")[0] == SOURCE_LANGUAGE else SOURCE_LANGUAGE
    return ShownFact(fact.pk, fact.name, fact.kind, fact.text, language=language)


def note(source: str, url: str, date: str) -> str:
    """Return the note on where a fact comes from, as HTML in the active language; the source itself is named in German."""
    is_german = current_language().code.partition("-")[0] == SOURCE_LANGUAGE
    named = format_html("<bdi>{}</bdi>" if is_german else '<bdi lang="de" dir="ltr">{}</bdi>', source)
    if url:
        named = format_html('<a href="{}" rel="external">{}</a>', url, named)
    day, when = KnownDate.read(date), pgettext("a source", "undated")
    if day is not None:
        values = {"date_text": escape(day.text), "machine_date": escape(day.machine)}
        when = SafeString(gettext('as of <time datetime="%(machine_date)s">%(date_text)s</time>') % values)
    return format_html('<small class="muted">{}</small>', format_html(gettext("Source: {source}, {date}"), source=named, date=when))


_held: ContextVar[dict[tuple[object, str], dict[int, ShownFact]] | None] = ContextVar("held_facts", default=None)


@contextmanager
def held() -> Iterator[None]:
    """Read facts once for each language until the block ends, in which nobody writes any: in a transaction nothing else keeps them.

    A block inside another one holds what that holds.
    """
    token = _held.set({} if (found := _held.get()) is None else found)
    try:
        yield
    finally:
        _held.reset(token)


def _read(values: changes.Kept[dict[int, ShownFact]]) -> dict[int, ShownFact]:
    language, found = current_language().code, _held.get()
    if found is None:
        return values(language)
    key = values, language
    if key not in found:
        found[key] = values(language)
    return found[key]


def all_facts() -> dict[int, ShownFact]:
    """Return all facts in the active language by the ids of their rows in the source language."""
    return _read(_facts)


def get(pk: object) -> ShownFact | None:
    """Return a fact in the active language; None where it has no value, or is not there any more."""
    try:
        fact = all_facts().get(int(str(pk)))
    except ValueError:
        return None
    if fact is not None and fact.kind == FactKind.FIGURE:
        return _read(_figures).get(fact.pk)
    return None if fact is None or fact.is_missing else fact
