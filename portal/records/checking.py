"""Records against each other: what a record names must be there and fit, parents come before children."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.apps import apps
from wagtail.models import Page, TranslatableMixin

from portal.language.languages import SOURCE_LANGUAGE
from portal.models import BasePage, LoadedRecord, Region, Topic

from .addresses import normalised
from .reading import Record


class RecordSet:
    """The records of one load, beside those that earlier loads left behind."""

    def __init__(self, records: list[Record], loaded: dict[str, LoadedRecord]) -> None:
        self.records = {record.id: record for record in records}
        self.loaded = loaded
        self._owners: dict[str, Record] = {}

    def model(self, record: Record) -> type[Any]:
        """Return the model of a record.

        Raises:
            RecordError: there is none, or records of it cannot be loaded.
        """
        try:
            model = apps.get_model(record.get("type"))
        except (LookupError, ValueError) as error:
            raise record.error(f"there is no type “{record.get('type')}”") from error
        if not (issubclass(model, BasePage) or (issubclass(model, TranslatableMixin) and not issubclass(model, Page))):
            raise record.error(f"“{record.get('type')}” is neither a page type nor a translatable snippet")
        return model

    def check_references(self, record: Record) -> None:
        """Check that the records that this one names are there and fit.

        Raises:
            RecordError: naming the first thing that is wrong.
        """
        model = self.model(record)
        self._check_addresses(record)
        if record.is_translation:
            source = self.records.get(record.get("translation_of"))
            stored = self.loaded.get(record.get("translation_of"))
            if source is None and stored is None:
                raise record.error(f"“translation_of” names “{record.get('translation_of')}”, which is no record")
            if source is not None:
                if source.is_translation:
                    raise record.error(f"“translation_of” names {source.place}, which is a translation itself")
                if source.get("type") != record.get("type"):
                    raise record.error(
                        f"is a {record.get('type')}, but its source {source.place} is a {source.get('type')}"
                    )
                if source.lang == record.lang:
                    raise record.error(f"has the same language as its source {source.place}")
            return
        if record.lang != SOURCE_LANGUAGE and not record.is_written_by_hand:
            raise record.error(
                f"a record in “{record.lang}” needs “translation_of”: pages are written in “{SOURCE_LANGUAGE}”"
            )
        if record.is_written_by_hand:
            self._check_counterpart(record)
        if issubclass(model, Page):
            parent = record.get("parent")
            if parent is not None and parent not in self.records and parent not in self.loaded:
                raise record.error(f"“parent” names “{parent}”, which is no record")
            if parent is None and Page not in model.allowed_parent_page_models():
                raise record.error("“parent” is missing")
            seen = {record.id}
            while parent in self.records:
                if parent in seen:
                    raise record.error("“parent” leads in a circle")
                seen.add(parent)
                parent = self.records[parent].get("parent")
        for key, kind in (("topics", Topic), ("regions", Region)):
            for name in record.get(key) or []:
                known = self.records.get(name)
                if (known is None or known.get("type") != kind._meta.label) and name not in self.loaded:
                    raise record.error(f"“{key}” names “{name}”, which is no {kind._meta.label} record")

    def _check_addresses(self, record: Record) -> None:
        """Check that no other record gives an old address of this one: it can lead to one page only."""
        for address in record.get("redirect_from") or []:
            owner = self._owners.setdefault(normalised(record, address), record)
            if owner is not record:
                raise record.error(f"“redirect_from”: {address} is an old address of “{owner.id}” already: {owner.place}")

    def _check_counterpart(self, record: Record) -> None:
        """Check the page of the source language that a record in a tree of its own stands beside; it may have none."""
        name = record.get("translation_of")
        if name is None:
            if issubclass(self.model(record), Page) and record.get("parent") is None:
                raise record.error("“parent” is missing; a home page needs “translation_of”")
            return
        source = self.records.get(name)
        if source is None and name not in self.loaded:
            raise record.error(f"“translation_of” names “{name}”, which is no record")
        if source is not None and (source.lang != SOURCE_LANGUAGE or source.get("type") != record.get("type")):
            raise record.error(
                f"“translation_of” names {source.place}, which is no {record.get('type')} in “{SOURCE_LANGUAGE}”"
            )
        for other in self.records.values():
            if other.id != record.id and other.lang == record.lang and other.get("translation_of") == name:
                raise record.error(f"“{name}” has a version in “{record.lang}” already: {other.place}")

    def in_tree_order(self, records: list[Record]) -> list[Record]:
        """Return records with parents before children and siblings in their order; snippets first."""
        children: dict[object, list[Record]] = defaultdict(list)
        ids = {record.id for record in records}
        snippets = []
        for record in records:
            if issubclass(self.model(record), Page):
                parent = record.get("parent")
                children[parent if parent in ids else None].append(record)
            else:
                snippets.append(record)
        ordered = []

        def walk(parent: str | None) -> None:
            siblings = sorted(children[parent], key=self.sibling_key)
            for record in sorted(siblings, key=lambda record: record.lang != SOURCE_LANGUAGE):
                ordered.append(record)
                walk(record.id)

        walk(None)
        # A footer links to pages, pages refer to topics: only what has links waits for the pages.
        return [
            *(record for record in snippets if not record.get("body")),
            *ordered,
            *(r for r in snippets if r.get("body")),
        ]

    @staticmethod
    def sibling_key(record: Record) -> tuple[float, str]:
        """Return by what siblings are ordered: their number, then their title."""
        return (record.get("order", float("inf")), record.get("title"))
