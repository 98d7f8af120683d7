"""Translations of the same text, or of one like it, elsewhere on the portal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock

from django.db.models import Exists, OuterRef, QuerySet
from rapidfuzz import fuzz, process
from wagtail.models import Page
from wagtail_localize.models import String, StringTranslation, Translation

from portal.pages.versions import real

MOST_EXACT = 3
LEAST_ALIKE = 70
"""Per cent; a text that is less like another one saves nobody work."""
MOST_ALIKE = 20
MOST_KEPT = 100_000
"""Texts of the source that a process keeps to compare others with: about 20 MB."""


def _published(translation: Translation) -> QuerySet:
    """Return the translations into a language that visitors read on pages."""
    # What is private is read by those only who may: its texts are proposed to nobody elsewhere.
    online = real(Page.objects.filter(translation_key=OuterRef("context__object_id"), locale_id=translation.target_locale_id))
    rows = StringTranslation.objects.filter(Exists(online), locale=translation.target_locale_id, has_error=False)
    return rows.exclude(data="")


def exact(translation: Translation, string_ids: Iterable[int]) -> dict[int, list[str]]:
    """Return how texts are translated on published pages, by the ids of their strings, the latest first. One query."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = _published(translation).filter(translation_of__in=list(string_ids)).order_by("-updated_at", "-pk")
    for string_id, data in rows.values_list("translation_of_id", "data"):
        if data not in found[string_id] and len(found[string_id]) < MOST_EXACT:
            found[string_id].append(data)
    return found


# --- texts that are like another one ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Alike:
    """A text of the source that is like another one, and how it is translated; `percent` says how much it is like it."""

    percent: int
    source: str
    text: str


class Strings:
    """The texts of the source, kept by a process: to compare one with 100,000 takes less time than to read these anew.

    Strings are added and hardly ever go; what was added is read when somebody asks next. The latest `MOST_KEPT` are kept.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: dict[int, str] = {}

    def like(self, text: str, locale_id: int) -> list[tuple[int, int]]:
        """Return the ids of the texts that are like a text, each with how much in per cent, the closest first."""
        known = self._read(locale_id)
        found = process.extract(text, known, scorer=fuzz.ratio, score_cutoff=LEAST_ALIKE, limit=MOST_ALIKE)
        return [(pk, int(score)) for _data, score, pk in found]

    def _read(self, locale_id: int) -> dict[int, str]:
        rows = String.objects.filter(locale=locale_id)
        with self._lock:
            last = next(reversed(self._known), 0)
            number = rows.count()
            new: dict[int, str] = {}
            if number > len(self._known) and self._known:
                new = dict(rows.filter(pk__gt=last).order_by("pk").values_list("pk", "data"))
            is_same = rows.filter(pk=last, data=self._known.get(last, "")).exists()
            if not is_same or min(number, MOST_KEPT) != min(len(self._known) + len(new), MOST_KEPT):
                latest = rows.order_by("-pk").values_list("pk", "data")[:MOST_KEPT]
                self._known = dict(reversed(list(latest)))
            elif new:
                self._known = dict([*self._known.items(), *new.items()][-MOST_KEPT:])
            return self._known


_strings = Strings()


def alike(translation: Translation, text: str) -> list[Alike]:
    """Return how texts that are like a text of the source are translated on published pages, the closest first; not the text itself.

    Args:
        text: as wagtail-localize stores it.
    """
    percents = dict(_strings.like(text, translation.source.locale_id))
    rows = _published(translation).filter(translation_of__in=percents).exclude(translation_of__data=text)
    found: dict[str, Alike] = {}
    for pk, source, data in rows.order_by("updated_at").values_list("translation_of_id", "translation_of__data", "data"):
        found[source] = Alike(percents[pk], source, data)
    return sorted(found.values(), key=lambda one: -one.percent)[:MOST_EXACT]
