"""What changed for the readers of a service: one line, written with a change and shown from its publication on."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db import models
from django.utils import timezone
from wagtail.models import Page, Revision

from portal import changes
from portal.changes import Change, Event, Order
from portal.language.languages import SOURCE_LANGUAGE
from portal.models import PublishedVersion
from portal.pages import versions
from portal.pages.addresses import address_of

KIND = "work.servicepage"
NEWEST = 100
"""So many of all notes are listed."""


class ChangeNote(models.Model):
    """A line about a change of a page, in the page's language; `source` is the note of the page that a translation translates.

    `is_current` says that it stands in the page still, as whoever published it last left it.
    """

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="+")
    revision = models.ForeignKey(Revision, on_delete=models.SET_NULL, null=True, related_name="+")
    source = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+")
    line = models.CharField(max_length=200)
    is_current = models.BooleanField(default=True)
    published_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("page", "source"), name="one_note_of_a_translation"),)

    def __str__(self) -> str:
        return self.line


@dataclass(frozen=True)
class Note:
    """A note as it is shown: the day, the line; in a list of several pages also the page that it is about.

    `title_language` is that of the title where it is another, of a page that was published incomplete.
    """

    key: int
    moment: datetime.datetime
    line: str
    title: str = ""
    address: str = ""
    title_language: str = ""

    @property
    def day(self) -> datetime.date:
        """Return the day of the publication in the portal's zone."""
        return timezone.localdate(self.moment)


@changes.receiver(Event.PUBLISHED, order=Order.LISTS)
def record(change: Change) -> None:
    """Store the line of a page that went live, whoever published it: a person, a schedule, a workflow.

    The line stays in the page until another is written: a publication that brings no other line is no change. A translation has the
    line once it is translated; corrected there, it is the same note.
    """
    page = change.subject
    if not isinstance(page, Page) or not hasattr(page, "change_note") or page.alias_of_id is not None or not page.live:
        return
    line, own = page.change_note.strip(), ChangeNote.objects.filter(page_id=page.pk)
    version = PublishedVersion.objects.filter(page_id=page.pk).first()
    if version is None or "change_note" in version.untranslated:
        line = ""
    if line and own.filter(is_current=True, line=line).exists():
        return
    own.update(is_current=False)
    if line:
        values = {"line": line, "is_current": True, "revision": change.details.get("revision")}
        source = _source_of(page)
        if source is None:
            ChangeNote.objects.create(page_id=page.pk, **values)
        else:
            ChangeNote.objects.update_or_create(page_id=page.pk, source=source, defaults=values)
    changes.announce(changes.kind(KIND))


def _source_of(page: Page) -> ChangeNote | None:
    """Return the note that a translation translates: the newest of its source."""
    if not page.is_translation:
        return None
    notes = ChangeNote.objects.filter(page__translation_key=page.translation_key, page__locale__language_code=SOURCE_LANGUAGE)
    return notes.order_by("-published_at", "-pk").first()


@changes.kept("change_notes", lambda page_id: (changes.kind(KIND),))
def of_page(page_id: int) -> tuple[Note, ...]:
    """Return the notes of a page, newest first."""
    notes = ChangeNote.objects.filter(page_id=page_id).order_by("-published_at", "-pk")
    return tuple(Note(note.pk, note.published_at, note.line) for note in notes)


@changes.kept("all_change_notes", lambda language: (changes.kind(KIND), changes.PAGES, changes.RESTRICTIONS))
def of_language(language: str) -> tuple[Note, ...]:
    """Return the newest notes on the pages of a language that anybody may read."""
    pages = versions.real(Page.objects.filter(locale__language_code=language))
    notes = ChangeNote.objects.filter(page__in=pages.order_by().values("pk")).order_by("-published_at", "-pk")
    rows = list(notes.select_related("page__published_version")[:NEWEST])
    versions.set_locales([note.page for note in rows])
    found = []
    for note in rows:
        code = versions.language_of(note.page, "title")
        title_language = code if code != language else ""
        found.append(Note(note.pk, note.published_at, note.line, note.page.title, address_of(note.page), title_language))
    return tuple(found)
