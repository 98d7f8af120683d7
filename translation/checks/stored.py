"""The checks of what is stored: the texts of a translation, with the limits of their fields."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from wagtail.blocks import Block, ListBlock, RichTextBlock
from wagtail.fields import RichTextField, StreamField
from wagtail_localize.models import StringSegment, Translation

from . import blocking, marked, numbers, signs, terms
from .rules import Finding, Pair, Rule


@dataclass(frozen=True)
class Broken:
    """A text whose translation cannot be published."""

    segment: int
    source: str
    findings: tuple[Finding, ...]


SEVERAL = 2
"""In so many languages a text gives trouble before its author is told."""


@dataclass(frozen=True)
class Trouble:
    """A text of the source, and the ids of the languages in whose translations of it the rules find something."""

    source: str
    locale_ids: list[int]


def findings_of(pair: Pair) -> list[Finding]:
    """Return all that the rules find in a translation, what stops publication first."""
    found = list(blocking.check(pair))
    if any(finding.rule == Rule.MISSING for finding in found):
        return found
    return [*found, *numbers.check(pair), *signs.check(pair), *terms.check(pair)]


@dataclass(frozen=True)
class Place:
    """Where a text stands: how many characters fit, whether it may hold bold and italic, and what the field or block is called."""

    limit: int | None
    is_rich: bool
    name: object


@cache
def place_of(model: type[Model], field_path: str) -> Place:
    """Return the place of a text.

    Args:
        field_path: as wagtail-localize stores it with the context of a text: names of fields and blocks, without ids.
    """
    name, *names = field_path.split(".")
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return Place(None, False, name)
    if not isinstance(field, StreamField):
        return Place(getattr(field, "max_length", None), isinstance(field, RichTextField), field.verbose_name)
    block: Block = field.stream_block
    label: object = field.verbose_name
    for part in names:
        child = block.child_block if isinstance(block, ListBlock) else getattr(block, "child_blocks", {}).get(part)
        if child is None:
            # The cell of a table: its texts are no blocks of their own.
            return Place(None, False, label)
        block, label = child, child.label or label
    return Place(getattr(getattr(block, "field", None), "max_length", None), isinstance(block, RichTextBlock), label)


def label_of(model: type[Model], field_path: str) -> str:
    """Return what the field or block of a text is called, in the language of whoever looks."""
    return str(place_of(model, field_path).name)


def pair_of(segment: StringSegment, model: type[Model], code: str, target: str | None) -> Pair:
    """Return a text with its translation, as it is checked. Its string and context are asked for where they are not there yet."""
    place = place_of(model, segment.context.field_path)
    return Pair(marked.to_marked(segment.string.data), marked.to_marked(target or ""), code, place.limit, place.is_rich)


def broken_texts(translation: Translation) -> list[Broken]:
    """Return the texts whose translation would break the page; those that are missing are asked for by `missing_texts`. Two queries."""
    rows = translation.source.stringsegment_set.annotate_translation(translation.target_locale, include_errors=True)
    model = translation.source.specific_content_type.model_class()
    return list(_broken(rows.select_related("string", "context").order_by("order"), model, translation.target_locale.language_code))


def _broken(segments: Iterable[StringSegment], model: type[Model], code: str) -> Iterable[Broken]:
    for segment in segments:
        if not segment.translation:
            continue
        pair = pair_of(segment, model, code, segment.translation)
        if findings := tuple(blocking.check(pair)):
            yield Broken(segment.pk, marked.words(pair.source), findings)


def troubles(translations: Iterable[Translation]) -> list[Trouble]:
    """Return the texts of one source in whose translations the rules find something in several languages. A query for each language."""
    found: dict[int, Trouble] = {}
    for translation in translations:
        model, code = translation.source.specific_content_type.model_class(), translation.target_locale.language_code
        segments = translation.source.stringsegment_set.annotate_translation(translation.target_locale, include_errors=True)
        for segment in segments.select_related("string", "context").order_by("order"):
            if segment.translation and findings_of(pair := pair_of(segment, model, code, segment.translation)):
                trouble = found.setdefault(segment.string_id, Trouble(marked.words(pair.source), []))
                if translation.target_locale_id not in trouble.locale_ids:
                    trouble.locale_ids.append(translation.target_locale_id)
    return [trouble for trouble in found.values() if len(trouble.locale_ids) >= SEVERAL]
