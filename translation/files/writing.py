"""Writing what a person has seen of a file and said yes to: all of it, or nothing where anything is another one by now."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.core import signing
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import pgettext
from wagtail_localize.models import StringSegment, StringTranslation, Translation

from translation import origins
from translation.files.checking import Line, Plan, digest
from translation.files.units import UnusableFileError

_SALT = "translation.files"
_HOURS = 24
"""So long a person may look at what a file would do."""


@dataclass(frozen=True)
class Change:
    """One translation that is to be written: of which text, over what, and what it will be."""

    translation_id: int
    context_id: int
    string_id: int
    before: str
    after: str


def changes_of(plan: Plan, lines: Iterable[Line]) -> list[Change]:
    """Return what some lines of a plan would write."""
    return [
        Change(plan.translation.pk, line.unit.context_id, line.unit.string_id, digest(line.unit.data), line.after)
        for line in lines
        if line.unit is not None
    ]


def seal(user: AbstractBaseUser, changes: Iterable[Change]) -> str:
    """Return changes as a text that goes through the person's browser and that nobody can alter on the way."""
    rows = [(one.translation_id, one.context_id, one.string_id, one.before, one.after) for one in changes]
    return signing.dumps([user.pk, rows], salt=_SALT, compress=True)


def unseal(user: AbstractBaseUser, sealed: str) -> list[Change]:
    """Return what `seal` was given.

    Raises:
        UnusableFileError: it is too old, another person's, or was altered.
    """
    try:
        user_id, rows = signing.loads(sealed, salt=_SALT, max_age=_HOURS * 3600)
    except signing.BadSignature:
        user_id, rows = None, []
    if user_id != user.pk:
        raise UnusableFileError(pgettext("admin", "That was too long ago. Please choose the file once more."))
    return [Change(*row) for row in rows]


@transaction.atomic
def write(user: AbstractBaseUser, changes: Iterable[Change], tool: str) -> int:
    """Write translations, and return how many are another text than before. Done twice it changes nothing the second time.

    Args:
        tool: the name of the format, which is kept beside each.

    Raises:
        UnusableFileError: a text or its translation is not any more what the person saw; nothing is written.
    """
    changes = list(changes)
    ids = {one.translation_id for one in changes}
    translations = Translation.objects.select_related("source").in_bulk(ids)
    new: list[StringTranslation] = []
    changed: list[StringTranslation] = []
    former: list[StringTranslation] = []
    for pk in sorted(ids):
        translation = translations.get(pk)
        if translation is None:
            raise UnusableFileError(_outdated())
        own = [one for one in changes if one.translation_id == pk]
        segments = set(StringSegment.objects.filter(source=translation.source_id).values_list("context_id", "string_id"))
        rows = StringTranslation.objects.select_for_update().filter(
            locale=translation.target_locale_id, context__object_id=translation.source.object_id
        )
        stored = {(row.context_id, row.translation_of_id): row for row in rows}
        for one in own:
            place = (one.context_id, one.string_id)
            row = stored.get(place)
            data = row.data if row is not None else ""
            if data == one.after:
                continue
            if place not in segments or digest(data) != one.before:
                raise UnusableFileError(_outdated())
            if row is None:
                row = StringTranslation(
                    translation_of_id=one.string_id, context_id=one.context_id, locale_id=translation.target_locale_id
                )
            else:
                former.append(copy(row))
            (new if row.pk is None else changed).append(row)
            row.data, row.translation_type, row.tool_name = one.after, StringTranslation.TRANSLATION_TYPE_MANUAL, tool
            row.last_translated_by, row.updated_at = user, timezone.now()
            row.has_error, row.field_error = False, ""
    try:
        StringTranslation.objects.bulk_create(new, batch_size=500)
    except IntegrityError as error:
        # Somebody translated one of them between the question and the answer.
        raise UnusableFileError(_outdated()) from error
    names = ("data", "translation_type", "tool_name", "last_translated_by", "updated_at", "has_error", "field_error")
    StringTranslation.objects.bulk_update(changed, names, batch_size=200)
    origins.texts_written.send(StringTranslation, rows=former)
    origins.texts_written.send(StringTranslation, rows=[*new, *changed])
    return len(new) + len(changed)


def _outdated() -> str:
    return pgettext("admin", "Texts were changed here meanwhile. Nothing was imported; please choose the file once more.")
