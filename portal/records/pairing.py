"""A translation's record to wagtail-localize's own records: texts are paired with the source's by block and position."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock
from wagtail.images.blocks import ImageBlock
from wagtail.models import Locale
from wagtail_localize.models import OverridableSegment, SegmentOverride, TranslationSource
from wagtail_localize.segments import OverridableSegmentValue, StringSegmentValue
from wagtail_localize.segments.extract import extract_segments, quote_path_component

from portal.blocks.dates import PartialDateBlock
from portal.blocks.walking import Part, children, parts, rebuild, stored_parts, walk
from portal.language.texts import plain_html

from .segments import SegmentValue, SourceTexts, TranslatedTexts, check_text
from .values import ValueProblem

_LINK_ID = re.compile(r'(<a id=")(a\d+)(")')


def match_structure(block: blocks.Block, source: Any, translation: Any, at: str) -> Any:
    """Return the translation's stored blocks with the ids of the source's, position by position.

    Raises:
        ValueProblem: blocks, lengths or values that are not text differ; it names the position in both records.
    """
    if isinstance(block, (blocks.StreamBlock, blocks.ListBlock)):
        # A list that a block has gained since a page was stored is not in the stored value.
        source, translation = source or [], translation or []
        if len(source) != len(translation):
            raise ValueProblem(f"{at}: {len(translation)} instead of {len(source)} entries as in the source")
        for index, (left, right) in enumerate(zip(source, translation, strict=True)):
            if left["type"] != right["type"]:
                raise ValueProblem(f"{at}[{index}]: “{right['type']}” where the source has “{left['type']}”")
    if isinstance(block, TypedTableBlock):
        for key in ("columns", "rows"):
            if len(source[key]) != len(translation[key]):
                raise ValueProblem(
                    f"{at}.{key}: {len(translation[key])} instead of {len(source[key])} as in the source"
                )
        _match_cells(source, translation, at)
        return translation
    if children(block):
        others = {part.key: part.value for part in parts(Part(block, translation))}
        return rebuild(
            Part(block, source, at=at), lambda part: match_structure(part.block, part.value, others[part.key], part.at)
        )
    if isinstance(block, PartialDateBlock) and not translation:
        # A source's date is that of its original: a translation need not give it again.
        return source or ""
    is_text = isinstance(block, (blocks.CharBlock, blocks.TextBlock, blocks.RichTextBlock, blocks.URLBlock))
    if not is_text and not isinstance(block, ImageBlock) and source != translation:
        raise ValueProblem(f"{at}: {translation!r} where the source has {source!r}; this is the same in every language")
    return translation


def _match_cells(source: dict[str, Any], translation: dict[str, Any], at: str) -> None:
    """Compare which cells and headings of a table are filled: texts are paired in their order.

    Raises:
        ValueProblem: one is filled in one record only; it names the position.
    """
    cells = [
        (f"rows[{i}][{j}]", cell, translation["rows"][i]["values"][j])
        for i, row in enumerate(source["rows"])
        for j, cell in enumerate(row["values"])
    ]
    cells += [
        (f"columns[{i}]", column["heading"], translation["columns"][i]["heading"])
        for i, column in enumerate(source["columns"])
    ]
    for position, left, right in cells:
        if bool(left) != bool(right):
            lacking = "the translation" if left else "the source"
            raise ValueProblem(f"{at}.{position}: {lacking} has no text here")


def _by_path(segments: list[SegmentValue], kind: type[Any]) -> dict[str, list[Any]]:
    grouped: dict[str, list[Any]] = defaultdict(list)
    for segment in segments:
        if isinstance(segment, kind):
            grouped[segment.path].append(segment)
    return grouped


def _readable(path: str, instance: Any) -> str:
    """Return a content path with positions instead of block ids: `body.2.text`."""
    positions = {part.id: f"[{part.key}]" for whole in stored_parts(instance) for part in walk(whole) if part.id}
    return ".".join(positions.get(name, name) for name in path.split(".")).replace(".[", "[")


def _match_links(source: StringSegmentValue, translation: StringSegmentValue) -> tuple[str, dict[str, str]]:
    """Return the translated text with the source's link ids, and outside addresses that differ (source → translation).

    Raises:
        ValueProblem: the links are not the same.
    """
    left, right = dict(source.attrs or {}), dict(translation.attrs or {})
    if len(left) != len(right):
        raise ValueProblem(f"{len(right)} instead of {len(left)} links as in the source")
    ids: dict[str, str] = {}
    for name, attributes in list(right.items()):
        twin = next((other for other, value in left.items() if value == attributes), None)
        if twin is not None:
            ids[name] = twin
            del left[twin], right[name]
    overrides: dict[str, str] = {}
    for (other, theirs), (name, ours) in zip(left.items(), right.items(), strict=True):
        if "href" not in theirs or "href" not in ours:
            raise ValueProblem("a link leads to another page than in the source")
        ids[name] = other
        overrides[theirs["href"]] = ours["href"]
    text = _LINK_ID.sub(lambda match: f"{match[1]}{ids.get(match[2], match[2])}{match[3]}", translation.string.data)
    return text, overrides


def _pairs(
    source: SourceTexts, translated: list[SegmentValue]
) -> Iterator[tuple[StringSegmentValue, str, dict[str, str]]]:
    """Yield every text of the source with its translation and differing addresses.

    Raises:
        ValueProblem: the two have not the same texts.
    """
    left = _by_path(source.values, StringSegmentValue)
    right = _by_path(translated, StringSegmentValue)
    for path in sorted(set(left) ^ set(right)):
        lacking = "the translation" if path in left else "the source"
        raise ValueProblem(f"{_readable(path, source.instance)}: {lacking} has no text here")
    for path, sources in left.items():
        translations = right[path]
        if len(sources) != len(translations):
            raise ValueProblem(
                f"{_readable(path, source.instance)}: {len(translations)} paragraphs instead of {len(sources)} as in the source"
            )
        for number, (value, translation) in enumerate(zip(sources, translations, strict=True)):
            try:
                text, overrides = _match_links(value, translation)
            except ValueProblem as error:
                raise ValueProblem(f"{_readable(path, source.instance)}, paragraph {number + 1}: {error}") from error
            yield value, text, overrides


def pair(source: SourceTexts, translated_object: Any) -> TranslatedTexts:
    """Return the texts of `translated_object` as translations of the source's segments, and differing addresses as overrides.

    `translated_object` is never saved: it is the source's object with the translation's values, blocks paired by
    `match_structure`.

    Raises:
        ValueProblem: the texts do not pair, or a translated text is no valid segment.
    """
    texts: dict[int, str] = {}
    overrides: dict[str, object] = {}
    translated = extract_segments(translated_object)
    for value, text, changed_links in _pairs(source, translated):
        try:
            check_text(value.string.data, text)
        except ValueProblem as error:
            raise ValueProblem(f"{_readable(value.path, source.instance)}: {error}") from error
        texts[value.order] = plain_html(text)
        for theirs, ours in changed_links.items():
            overrides[f"{value.path}.{quote_path_component(theirs)}"] = ours
    overrides.update(_changed_values(source, translated))
    return TranslatedTexts(texts, overrides)


def _changed_values(source: SourceTexts, translated: list[SegmentValue]) -> dict[str, object]:
    """Return outside addresses in blocks of their own that differ, by content path."""
    left = _by_path(source.values, OverridableSegmentValue)
    right = _by_path(translated, OverridableSegmentValue)
    return {
        path: right[path][0].data
        for path, found in left.items()
        if path in right and found[0].data != right[path][0].data
    }


def write_overrides(source: TranslationSource, locale: Locale, overrides: dict[str, object]) -> None:
    """Store values that differ from the source's."""
    if not overrides:
        return
    segments = OverridableSegment.objects.filter(source=source, context__path__in=overrides).select_related("context")
    for segment in segments:
        SegmentOverride.objects.update_or_create(
            context=segment.context,
            locale=locale,
            defaults={"data_json": json.dumps(overrides[segment.context.path]), "has_error": False, "field_error": ""},
        )


def validation_reasons(error: ValidationError) -> str:
    """Return the reasons of a model's validation error in one line, with the field names."""
    if hasattr(error, "message_dict"):
        return "; ".join(f"{name}: {' '.join(messages)}" for name, messages in error.message_dict.items())
    return " ".join(error.messages)
