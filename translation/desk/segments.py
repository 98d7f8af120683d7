"""The texts of a translation as its editor shows them, and how one of them is stored.

A save carries the version of the translation that it was based on, which is made from the text itself: what somebody else wrote meanwhile
is never overwritten unseen.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils.translation import npgettext
from wagtail.models import Locale, Page
from wagtail_localize.models import StringSegment, StringTranslation, Translation

from portal.language.texts import plain_html
from translation.checks import marked, stored, terms
from translation.checks.rules import Finding, Pair

from . import memories, proposals
from .editor_models import SegmentComment, SegmentMark
from .names import name_of

Key = tuple[int, int]
"""The ids of a string and of its context: what stands at a place twice has one translation."""


@dataclass
class Row:
    """A text of the source, its translation, and what is known of both.

    Args:
        pk: the id of its segment.
        version: of the translation; empty where there is none.
        addresses: where its links lead, by their names.
        before: what the source said when it was last translated, where that is something else.
        proposals: what could be taken as it stands, the former translation first; as translators see it. Where figures alone changed,
            before that the former translation with the new ones; behind it where a word may need another form with them.
        has_figures: figures alone changed, and a proposal has the new ones.
        unsure: that proposal, where a word of it may need another form; empty where none does.
        reason: why the findings may stand.
    """

    pk: int
    key: Key
    label: str
    pair: Pair
    version: str
    addresses: dict[str, str]
    before: str = ""
    proposals: list[str] = field(default_factory=list)
    has_figures: bool = False
    unsure: str = ""
    findings: list[Finding] = field(default_factory=list)
    needs_work: bool = False
    reason: str = ""
    comments: list[SegmentComment] = field(default_factory=list)

    @property
    def is_done(self) -> bool:
        """Return whether it is translated, could go online, and nobody said that it needs work."""
        return bool(self.version) and not self.needs_work and not any(finding.is_blocking for finding in self.findings)

    @property
    def is_open(self) -> bool:
        """Return whether somebody has to look at it before it goes online."""
        blocks = any(finding.is_blocking for finding in self.findings)
        return self.needs_work or blocks or (bool(self.findings) and not self.reason)


@dataclass(frozen=True)
class Progress:
    """How much of a translation is done."""

    done: int
    total: int
    words_left: int

    @property
    def percent(self) -> int:
        """Return how much that is, in whole per cent; 100 only where all is."""
        return 100 * self.done // self.total if self.total else 100


@dataclass(frozen=True)
class Saved:
    """What became of a save: the version that stands there now, and in a conflict the text of whoever was faster.

    Args:
        is_conflict: nothing was stored.
    """

    version: str
    text: str
    is_conflict: bool = False


def version_of(data: str | None) -> str:
    """Return what tells one translation of a text from another; nothing for none."""
    return hashlib.blake2b(data.encode(), digest_size=12).hexdigest() if data else ""


def as_stored(text: str) -> str:
    """Return what somebody typed as wagtail-localize stores it."""
    return plain_html(marked.to_html(text.strip()))


def rows_of(translation: Translation) -> list[Row]:
    """Return the texts of a translation in the order of the page, with all that its editor shows. As many queries whatever their number."""
    model = translation.source.specific_content_type.model_class()
    code = translation.target_locale.language_code
    segments = translation.source.stringsegment_set.annotate_translation(translation.target_locale, include_errors=True)
    found: dict[Key, Row] = {}
    for segment in segments.select_related("string", "context").order_by("order", "pk"):
        key = (segment.string_id, segment.context_id)
        if key not in found:
            found[key] = _row(segment, key, model, code)
    rows = list(found.values())
    _add_proposals(translation, rows)
    _add_notes(translation, found)
    two_ways = terms.said_in_two_ways([row.pair for row in rows])
    for place, row in enumerate(rows):
        if row.version:
            row.findings = [*stored.findings_of(row.pair), *([two_ways[place]] if place in two_ways else [])]
    return rows


def _row(segment: StringSegment, key: Key, model: type[Model], code: str) -> Row:
    pair = stored.pair_of(segment, model, code, segment.translation)
    attributes = json.loads(segment.attrs or "null") or {}
    addresses = {name: str(values.get("href") or values.get("linktype") or "") for name, values in attributes.items()}
    label = stored.label_of(model, segment.context.field_path)
    return Row(segment.pk, key, label, pair, version_of(segment.translation), addresses)


def _add_proposals(translation: Translation, rows: list[Row]) -> None:
    former = {one.pk: one for one in proposals.todo(translation)}
    exact = memories.exact(translation, {row.key[0] for row in rows if not row.version})
    for row in rows:
        known = former.get(row.pk)
        if known is not None and known.before:
            row.before, row.has_figures = known.before, bool(known.with_figures)
            row.unsure = "" if known.is_sure else known.with_figures
            texts = known.with_figures, marked.to_marked(known.proposal)
            row.proposals += [text for text in (texts if known.is_sure else texts[::-1]) if text]
        if not row.version:
            row.proposals += [text for text in map(marked.to_marked, exact.get(row.key[0], ())) if text not in row.proposals]


def _add_notes(translation: Translation, rows: dict[Key, Row]) -> None:
    contexts = {context_id for _string_id, context_id in rows}
    for mark in SegmentMark.objects.filter(locale=translation.target_locale_id, context__in=contexts):
        if (row := rows.get((mark.string_id, mark.context_id))) is not None:
            row.needs_work = mark.needs_work
            row.reason = mark.reason if mark.reason_for == row.version else ""
    said: dict[int, list[SegmentComment]] = defaultdict(list)
    for comment in SegmentComment.objects.filter(locale=translation.target_locale_id, context__in=contexts).select_related("author"):
        said[comment.context_id].append(comment)
    for (_string_id, context_id), row in rows.items():
        row.comments = said.pop(context_id, [])


def progress_of(rows: Iterable[Row]) -> Progress:
    """Return how much of the texts is done."""
    rows = list(rows)
    left = [row for row in rows if not row.version]
    return Progress(
        sum(row.is_done for row in rows), len(rows), sum(len(marked.words(row.pair.source).split()) for row in left)
    )  # fmt: skip


def to_be_looked_at(count: int) -> str:
    """Return why a translation is not handed on, as a sentence: so many of its texts are open (`Row.is_open`)."""
    text = npgettext(
        "admin",
        "%(count)d text is to be looked at before this is handed on: mend it, or say why it may stand.",
        "%(count)d texts are to be looked at before this is handed on: mend them, or say why they may stand.",
        count,
    )
    return text % {"count": count}


def save(translation: Translation, segment: StringSegment, user: AbstractBaseUser, text: str, seen: str) -> Saved:
    """Store a translation as somebody typed it; nothing is stored where another one stands there than they had seen.

    Args:
        text: as translators see it.
        seen: the version that it was based on.
    """
    data = as_stored(text)
    place = {"translation_of_id": segment.string_id, "context_id": segment.context_id, "locale_id": translation.target_locale_id}
    try:
        with transaction.atomic():
            rows = StringTranslation.objects.select_for_update(of=("self",)).filter(**place)
            known = rows.select_related("context", "translation_of").first()
            stands = known.data if known is not None else ""
            if stands == data:
                return Saved(version_of(stands), marked.to_marked(stands))
            if version_of(stands) != seen:
                return Saved(version_of(stands), marked.to_marked(stands), is_conflict=True)
            if not data:
                known.delete()
            else:
                one = known or StringTranslation(**place)
                one.data, one.tool_name, one.last_translated_by = data, "", user
                one.translation_type, one.has_error, one.field_error = StringTranslation.TRANSLATION_TYPE_MANUAL, False, ""
                one.save()
    except IntegrityError:
        # Somebody translated it between the question and the answer.
        stands = StringTranslation.objects.get(**place).data
        return Saved(version_of(stands), marked.to_marked(stands), is_conflict=stands != data)
    return Saved(version_of(data), marked.to_marked(data))


def note(translation: Translation, segment: StringSegment, *, needs_work: bool, reason: str, version: str) -> None:
    """Store whether a translation needs work, and why its findings may stand."""
    place = {"string_id": segment.string_id, "context_id": segment.context_id, "locale_id": translation.target_locale_id}
    reason = reason.strip()
    if not needs_work and not reason:
        SegmentMark.objects.filter(**place).delete()
        return
    values = {"needs_work": needs_work, "reason": reason, "reason_for": version if reason else ""}
    SegmentMark.objects.update_or_create(**place, defaults=values)


def noted(translation: Translation) -> set[Key]:
    """Return the texts of a translation of which something is noted."""
    contexts = translation.source.stringsegment_set.values("context")
    rows = SegmentMark.objects.filter(locale=translation.target_locale_id, context__in=contexts)
    return set(rows.values_list("string_id", "context_id"))


def troubles_of(source: Page, locales: list[Locale]) -> list[tuple[str, str]]:
    """Return the texts of a page of the source that gave trouble in several languages, with their names."""
    names = {locale.pk: name_of(locale) for locale in locales}
    found = Translation.objects.filter(source__object_id=source.translation_key, target_locale__in=locales, enabled=True)
    rows = stored.troubles(found.select_related("source", "target_locale").order_by("pk"))
    return [(one.source, ", ".join(names[pk] for pk in one.locale_ids)) for one in rows]
