"""What a file that comes back would do, text by text, before it does anything."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.utils.translation import pgettext, pgettext_lazy
from wagtail_localize.models import Translation, TranslationContext
from wagtail_localize.strings import StringValue, validate_translation_links

from portal.language.choices import TextChoices
from translation.checks.rules import LONGEST
from translation.files import inline
from translation.files.inline import Parts
from translation.files.units import Content, Entry, Unit, UnusableFileError, units_of


class Outcome(TextChoices):
    """What becomes of a text."""

    NEW = "new", pgettext_lazy("admin, text of a file", "new")
    CHANGED = "changed", pgettext_lazy("admin, text of a file", "changed")
    CONFLICT = "conflict", pgettext_lazy("admin, text of a file", "changed here meanwhile")
    REFUSED = "refused", pgettext_lazy("admin, text of a file", "left out")
    SAME = "same", pgettext_lazy("admin, text of a file", "unchanged")


TAKEN = (Outcome.NEW, Outcome.CHANGED)
"""What is written when a person says yes; a conflict only where they say that the file holds the better text."""


@dataclass(frozen=True)
class Line:
    """A text of a file.

    Args:
        unit: the text of the portal that it is; `None` where there is none.
        after: what its translation would be, as it is stored.
        reason: why it is left out, as a sentence.
    """

    unit: Unit | None
    source: str
    after: str
    outcome: Outcome
    reason: str = ""


@dataclass(frozen=True)
class Plan:
    """What a file would do to one translation."""

    translation: Translation
    lines: list[Line] = field(default_factory=list)

    def of(self, *outcomes: Outcome) -> list[Line]:
        """Return the lines with some outcomes, in the order of the file."""
        return [line for line in self.lines if line.outcome in outcomes]


def digest(data: str) -> str:
    """Return what tells whether a translation is still the one that a person saw."""
    return hashlib.blake2b(data.encode(), digest_size=9).hexdigest()


def translation_of(content: Content, expected: Mapping[str, Translation]) -> Translation:
    """Return the translation that a file belongs to.

    Args:
        expected: those that may be meant, by `uuid`.

    Raises:
        UnusableFileError: it belongs to another page, another language or another portal.
    """
    translation = expected.get(content.reference)
    if translation is None:
        raise UnusableFileError(_foreign(content, expected))
    code = translation.target_locale.language_code
    if content.language and content.language.casefold() != code.casefold():
        text = pgettext("admin", "The file translates into another language: %(language)s instead of %(expected)s.")
        raise UnusableFileError(text % {"language": content.language, "expected": code})
    return translation


def _foreign(content: Content, expected: Mapping[str, Translation]) -> str:
    """Return why a file belongs to nothing of what it was sent to. What the person may not know of is not named."""
    try:
        found = Translation.objects.filter(uuid=UUID(content.reference)).select_related("target_locale").first()
    except ValueError:
        found = None
    if found is None:
        return pgettext(
            "admin", "The file belongs to no translation of this portal, or to one that was called off. Please download it anew."
        )
    if found.source_id in {one.source_id for one in expected.values()}:
        return pgettext("admin", "The file belongs to another language of this page: %(language)s.") % {
            "language": found.target_locale.get_display_name()
        }
    return pgettext("admin", "The file belongs to another page.")


def check(translation: Translation, content: Content) -> Plan:
    """Return what a file would do; nothing is written."""
    units = units_of(translation)
    by_key = {unit.key: unit for unit in units}
    by_path: dict[str, list[Unit]] = defaultdict(list)
    for unit in units:
        by_path[unit.path].append(unit)
    former = set(TranslationContext.objects.filter(object_id=translation.source.object_id).values_list("path", flat=True))
    plan = Plan(translation)
    for entry in content.entries:
        if entry.target:
            found = _unit_of(entry, by_key, by_path)
            plan.lines.append(_line(content, entry, found, is_known_place=entry.path in former))
    return Plan(translation, _without_contradictions(plan.lines))


def _unit_of(entry: Entry, by_key: Mapping[str, Unit], by_path: Mapping[str, list[Unit]]) -> Unit | None:
    """Return the text that an entry is about: by its name, else by what it says at its place."""
    if (unit := by_key.get(entry.key)) is not None:
        return unit
    return next((unit for unit in by_path.get(entry.path, ()) if inline.same(unit.source, entry.source)), None)


def _line(content: Content, entry: Entry, unit: Unit | None, *, is_known_place: bool) -> Line:
    shown = unit.source_html if unit is not None else inline.to_html(part for part in entry.source if isinstance(part, str))

    def refused(reason: str) -> Line:
        return Line(unit, shown, "", Outcome.REFUSED, reason)

    if unit is None:
        if is_known_place:
            return refused(pgettext("admin", "The German text was changed since the file was handed out."))
        return refused(pgettext("admin", "There is no place “%(place)s”.") % {"place": entry.path})
    if not inline.same(unit.source, entry.source):
        return refused(pgettext("admin", "What the file calls the German text is not the German text."))
    if not entry.is_finished:
        return refused(pgettext("admin", "The file says that this is not finished."))
    try:
        target = inline.named(entry.target, unit.source)
    except inline.TagError:
        return refused(pgettext("admin", "Tags of the text (bold, links) do not fit together."))
    if reason := _reason_against(unit, target):
        return refused(reason)
    after = inline.to_html(target)
    if not unit.data:
        return Line(unit, shown, after, Outcome.NEW)
    if inline.normal(unit.data) == inline.normal(after):
        return Line(unit, shown, after, Outcome.SAME)
    is_newer = content.handed_out is not None and unit.updated_at is not None and unit.updated_at > content.handed_out
    return Line(unit, shown, after, Outcome.CONFLICT if is_newer else Outcome.CHANGED)


def _reason_against(unit: Unit, target: Parts) -> str:
    """Return why a text cannot be a translation of another one, as a sentence; nothing where it can."""
    if missing := Counter(inline.links(unit.source)) - Counter(inline.links(target)):
        text = pgettext("admin", "A link of the German text is missing (%(link)s).")
        return text % {"link": next(iter(missing))}
    if Counter(inline.links(target)) - Counter(inline.links(unit.source)):
        return pgettext("admin", "A link stands there twice.")
    if not "".join(part for part in target if isinstance(part, str)).strip():
        return pgettext("admin", "The text is nothing but spaces.")
    limit = LONGEST if unit.max_length is None else unit.max_length
    if (length := inline.length(target)) > limit:
        text = pgettext("admin", "The text is too long: %(length)d characters, %(limit)d are possible.")
        return text % {"length": length, "limit": limit}
    data = inline.to_html(target)
    try:
        StringValue.from_translated_html(data)
        validate_translation_links(unit.source_html, data)
    except ValueError as error:
        return str(error)
    return ""


def _without_contradictions(lines: Iterable[Line]) -> list[Line]:
    """Return lines; where a file translates one text twice and differently, none of the two is taken."""
    lines = list(lines)
    said: dict[str, set[str]] = defaultdict(set)
    for line in lines:
        if line.unit is not None and line.outcome is not Outcome.REFUSED:
            said[line.unit.key].add(line.after)
    found, seen = [], set()
    for line in lines:
        if line.unit is None or line.outcome is Outcome.REFUSED:
            found.append(line)
        elif len(said[line.unit.key]) > 1:
            reason = pgettext("admin", "The file translates this text twice, and not alike.")
            found.append(Line(line.unit, line.source, "", Outcome.REFUSED, reason))
        elif line.unit.key not in seen:
            seen.add(line.unit.key)
            found.append(line)
    return found
