"""What is left to translate of a page, each text with what it was translated as before."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from difflib import SequenceMatcher

from wagtail_localize.models import StringSegment, StringTranslation, Translation

from translation.checks import figures, marked
from translation.checks.rules import Pair
from translation.checks.stored import place_of
from translation.permissions import missing_texts

ALIKE = 0.4
"""Where several texts stand in one place, a former one belongs to the one that is at least so much like it, of 1."""


@dataclass(frozen=True)
class Todo:
    """A text of the source that lacks a translation.

    Args:
        pk: the id of its segment.
        text: what the source says now.
        before: what it said when it was last translated; empty where it is new.
        proposal: what that was translated as; it is a proposal and no translation.
        with_figures: the same with the figures that the source has by now, where these alone changed; as translators see it.
        is_sure: no word behind a figure takes another form with it.
    """

    pk: int
    text: str
    before: str = ""
    proposal: str = ""
    with_figures: str = ""
    is_sure: bool = True


def todo(translation: Translation) -> list[Todo]:
    """Return what lacks a translation, in the order of the page; what stands at a place twice is one text. Three queries."""
    missing = missing_texts(translation).select_related("string", "context").order_by("order", "pk")
    segments: dict[tuple[int, int], StringSegment] = {}
    for segment in missing:
        segments.setdefault((segment.context_id, segment.string_id), segment)
    former = _former(translation, {context_id for context_id, _string_id in segments})
    alone = Counter(StringSegment.objects.filter(source=translation.source_id).values_list("context_id", flat=True))
    found = []
    for segment in segments.values():
        known = _closest(segment, former[segment.context_id], is_alone=alone[segment.context_id] == 1)
        before, proposal = (known.translation_of.data, known.data) if known is not None else ("", "")
        taken = _with_figures(translation, segment, known)
        text, is_sure = (taken.text, taken.is_sure) if taken is not None else ("", True)
        found.append(Todo(segment.pk, segment.string.data, before, proposal, text, is_sure))
    return found


def _with_figures(translation: Translation, segment: StringSegment, known: StringTranslation | None) -> figures.Taken | None:
    """Return a former translation with the figures that its source has by now; None where more than figures changed."""
    if known is None:
        return None
    model = translation.source.specific_content_type.model_class()
    place = place_of(model, segment.context.field_path)
    texts = marked.to_marked(known.translation_of.data), marked.to_marked(known.data)
    pair = Pair(*texts, translation.target_locale.language_code, place.limit, place.is_rich)
    return figures.take_over(pair, marked.to_marked(segment.string.data))


def _former(translation: Translation, context_ids: set[int]) -> dict[int, list[StringTranslation]]:
    """Return translations of texts that do not stand in their places any more, the latest first."""
    rows = StringTranslation.objects.filter(context__in=context_ids, locale=translation.target_locale_id, has_error=False).exclude(data="")
    current = StringSegment.objects.filter(source=translation.source_id).values("string_id")
    found: dict[int, list[StringTranslation]] = defaultdict(list)
    for row in rows.exclude(translation_of__in=current).select_related("translation_of").order_by("-updated_at", "-pk"):
        found[row.context_id].append(row)
    return found


def _closest(segment: StringSegment, former: list[StringTranslation], *, is_alone: bool) -> StringTranslation | None:
    """Return the former translation that belongs to a text, and take it from the others of the same place."""
    if not former:
        return None
    if is_alone:
        # Of a place that holds one text, the last one that stood there.
        return former[0]
    likeness, closest = max(
        ((SequenceMatcher(None, row.translation_of.data, segment.string.data).ratio(), row) for row in former), key=lambda pair: pair[0]
    )
    if likeness < ALIKE:
        return None
    former.remove(closest)
    return closest
