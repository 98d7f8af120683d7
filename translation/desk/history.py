"""The history of a text's translations: who wrote each, when and how, who approved and published it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from wagtail.log_actions import get_active_log_context
from wagtail.models import Page, PageLogEntry
from wagtail_localize.models import StringSegment, StringTranslation, Translation

from translation.checks import marked
from translation.origins import Origin, coming_from, said

from . import segments
from .editor_models import SegmentVersion
from .planning import PLANNED
from .segments import Saved

TOGETHER = datetime.timedelta(minutes=10)
"""What one person types within this time is one version: the editor stores it after each pause."""
SHOWN = 100
"""So many versions of a text are shown, the latest."""
_PUBLISHED, _APPROVED = "wagtail.publish", "wagtail.workflow.approve"
_HANDED_ON = (_PUBLISHED, _APPROVED, PLANNED, "wagtail.workflow.start", "wagtail.workflow.resume")


def record(rows: Iterable[StringTranslation], *, is_new: bool = False) -> None:
    """Keep translations as they are stored, where they are others than those that were kept last. Two queries, or three of a new one.

    Args:
        is_new: it was written just now; what the same person typed shortly before is no version of its own.
    """
    rows = [row for row in rows if row.context_id is not None]
    if not rows:
        return
    contexts, locales = {row.context_id for row in rows}, {row.locale_id for row in rows}
    kept = SegmentVersion.objects.filter(context__in=contexts, locale__in=locales)
    latest = {(one.string_id, one.context_id, one.locale_id): one for one in kept.order_by("pk")}
    new = []
    for row in rows:
        place = (row.translation_of_id, row.context_id, row.locale_id)
        last = latest.get(place)
        if last is not None and last.data == row.data or (last is None and not row.data):
            continue
        origin = _origin_of(row, is_new=is_new)
        if is_new and last is not None and origin == Origin.TYPED and _is_one_with(last, row):
            SegmentVersion.objects.filter(pk=last.pk).update(data=row.data, created_at=row.updated_at)
            continue
        names = dict(zip(("string_id", "context_id", "locale_id"), place, strict=True))
        new.append(
            SegmentVersion(**names, data=row.data, author_id=row.last_translated_by_id, origin=origin, created_at=row.updated_at)
        )  # fmt: skip
    SegmentVersion.objects.bulk_create(new, batch_size=500)


def record_deleted(row: StringTranslation) -> None:
    """Keep that somebody deleted a translation."""
    if row.context_id is not None:
        SegmentVersion.objects.create(
            string_id=row.translation_of_id, context_id=row.context_id, locale_id=row.locale_id,
            author=get_active_log_context().user, origin=Origin.TYPED,
        )  # fmt: skip


def _origin_of(row: StringTranslation, *, is_new: bool = False) -> Origin:
    """Return where a translation comes from; whether something was proposed is known of one that was written just now alone."""
    if is_new and (origin := said()) is not None:
        return origin
    if row.translation_type == StringTranslation.TRANSLATION_TYPE_MACHINE:
        return Origin.MACHINE
    if row.tool_name:
        return Origin.FILE
    if not is_new or not row.data:
        return Origin.TYPED
    others = StringTranslation.objects.filter(locale=row.locale_id, data=row.data).exclude(pk=row.pk)
    is_taken = others.filter(translation_of=row.translation_of_id).exists() or others.filter(context=row.context_id).exists()
    return Origin.PROPOSAL if is_taken else Origin.TYPED


def _is_one_with(last: SegmentVersion, row: StringTranslation) -> bool:
    """Return whether a version is one that the same person is still typing: nobody has published, planned, approved or been handed it."""
    if last.origin != Origin.TYPED or not last.data or last.author_id != row.last_translated_by_id or row.last_translated_by_id is None:
        return False
    if row.updated_at - last.created_at > TOGETHER:
        return False
    of_page = {"page__in": Page.objects.filter(translation_key=row.context.object_id, locale=row.locale_id).values("pk")}
    return not PageLogEntry.objects.filter(**of_page, action__in=_HANDED_ON, timestamp__gte=last.created_at).exists()


# --- what is shown ---------------------------------------------------------------------------------------------------------------


@dataclass
class Entry:
    """A version of a translation as its history shows it.

    Args:
        source: the German text that it is a translation of, where German says something else by now.
        is_current: it is what stands there.
    """

    version: SegmentVersion
    source: str
    is_current: bool
    approved: PageLogEntry | None = None
    published: PageLogEntry | None = None

    @property
    def text(self) -> str:
        """Return it as translators see it."""
        return marked.to_marked(self.version.data)


def entries(translation: Translation, segment: StringSegment, target: Page | None) -> list[Entry]:
    """Return the versions of a text's translation, and of what stood in its place before, the latest first. Four queries."""
    others = StringSegment.objects.filter(source=translation.source_id).exclude(string=segment.string_id).values("string_id")
    place = {"context": segment.context_id, "locale": translation.target_locale_id}
    rows = SegmentVersion.objects.filter(**place).exclude(string__in=others).select_related("author", "string")
    versions = list(rows.order_by("-created_at", "-pk")[:SHOWN])
    now = StringTranslation.objects.filter(**place, translation_of=segment.string_id).select_related("last_translated_by").first()
    if now is not None and now.data and not any(one.string_id == segment.string_id for one in versions):
        # Written before there was a history, and not since.
        versions.append(
            SegmentVersion(
                string=segment.string, context_id=segment.context_id, locale_id=translation.target_locale_id, data=now.data,
                author=now.last_translated_by, origin=_origin_of(now), created_at=now.updated_at,
            )  # fmt: skip
        )
    logged = PageLogEntry.objects.filter(page=target.pk, action__in=(_PUBLISHED, _APPROVED)) if target is not None else ()
    # What goes online at its time is what stood there when its revision was made.
    logged = logged.select_related("user", "revision").defer("revision__content") if target is not None else ()
    moments = [(one.revision.created_at if one.revision is not None else one.timestamp, one.pk, one) for one in logged]
    found = []
    following: dict[int, datetime.datetime] = {}
    for version in versions:
        is_own = version.string_id == segment.string_id
        until = following.get(version.string_id)
        earlier = "" if is_own else marked.words(marked.to_marked(version.string.data))
        entry = Entry(version, earlier, is_own and until is None)
        for moment, _pk, one in sorted(moments, key=lambda found: found[:2], reverse=True):
            if version.created_at <= moment and (until is None or moment < until):
                if one.action == _PUBLISHED:
                    entry.published = one
                else:
                    entry.approved = one
        following[version.string_id] = version.created_at
        found.append(entry)
    return found


def changed_since(translation: Translation | None, text: str) -> list[tuple[str, str]]:
    """Return the texts of a translation that became others since a moment (ISO 8601), as they were and as they are. Two queries.

    What is no moment is none: nothing changed since.
    """
    moment = moment_of(text)
    if translation is None or moment is None:
        return []
    places = StringSegment.objects.filter(source=translation.source_id).values_list("context_id", "string_id").order_by("order", "pk")
    rows = SegmentVersion.objects.filter(context__object_id=translation.source.object_id, locale=translation.target_locale_id)
    before: dict[tuple[int, int], str] = {}
    after: dict[tuple[int, int], str] = {}
    for row in rows.order_by("created_at", "pk"):
        (before if row.created_at <= moment else after)[row.context_id, row.string_id] = row.data
    words = ((before.get(place, ""), after[place]) for place in dict.fromkeys(places) if place in after)
    return [(marked.words(marked.to_marked(old)), marked.words(marked.to_marked(new))) for old, new in words if old != new]


def moment_of(text: str) -> datetime.datetime | None:
    """Return a moment with its time zone, as an address names it; None where it is none."""
    try:
        found = parse_datetime(text)
        # The first hours of year 1 and the last ones of 9999 are in no other time zone.
        return found.astimezone(datetime.UTC) if found is not None and timezone.is_aware(found) else None
    except (ValueError, OverflowError):
        return None


def take_back(translation: Translation, segment: StringSegment, version: SegmentVersion, user: AbstractBaseUser, seen: str) -> Saved:
    """Write an earlier version anew as the translation of a text; nothing is written where another one stands there than they had seen."""
    with coming_from(Origin.TAKEN_BACK):
        return segments.save(translation, segment, user, marked.to_marked(version.data), seen)
