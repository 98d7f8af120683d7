"""What a load writes in bulk is what Wagtail and wagtail-localize write, saved one by one."""

from __future__ import annotations

import contextlib
import json
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import LazySettings
from django.conf import settings as portal_settings
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, models, transaction
from PIL import Image
from wagtail.models import Locale, Page, PageLogEntry, ReferenceIndex, Revision, TranslatableMixin
from wagtail_localize.models import String, StringSegment, StringTranslation, Translation, TranslationSource
from wagtail_localize.segments.extract import extract_segments

from portal.models import Job, LoadedRecord, PublishedVersion
from portal.pages import versions
from portal.records import loading, translating
from portal.records.new_pages import NewPages
from portal.records.objects import state_of
from portal.records.segments import SourceTexts, TranslatedTexts
from search import indexing
from search.backends.database import IndexEntry
from search.models import Document
from tests.portal.records.test_records import ALL, HOME, changed
from tests.stored import stored
from translation.desk import models as desk

pytestmark = pytest.mark.django_db

OTHERS = (("uk", "Головна"), ("ar", "الرئيسية"))


class OneByOne(NewPages):
    """Pages by the ways that Wagtail documents: added as a child, saved as a revision, published."""

    def insert(self, page: Page, parent: Page, check: Callable[[], None] = lambda: None) -> None:
        """Add a page to the tree; whoever asks is told that it is not new, and writes it as he would write any other."""
        Page.objects.get(pk=parent.pk).add_child(instance=page)
        self.forget_places()


def sources_one_by_one(instances: list[TranslatableMixin]) -> dict[uuid.UUID, SourceTexts]:
    """Make sources as wagtail-localize does when somebody submits a page for translation."""
    found = {}
    for instance in instances:
        source, _created = TranslationSource.update_or_create_from_instance(instance)
        texts = SourceTexts(source, instance, extract_segments(instance))
        for segment in StringSegment.objects.filter(source=source):
            texts.places[segment.order] = (segment.string_id, segment.context_id)
        found[instance.translation_key] = texts
    return found


def translations_one_by_one(found: list[tuple[SourceTexts, Locale, TranslatedTexts]]) -> None:
    """Store translations as wagtail-localize's editor does, each text by itself."""
    for texts, locale, translated in found:
        Translation.objects.get_or_create(source=texts.source, target_locale=locale)
        for order, (string_id, context_id) in texts.places.items():
            StringTranslation.objects.update_or_create(
                translation_of_id=string_id,
                context_id=context_id,
                locale=locale,
                defaults={"data": translated.texts[order], "translation_type": StringTranslation.TRANSLATION_TYPE_MANUAL},
            )


def without_way(row: models.Model, values: dict[str, object]) -> dict[str, object] | None:
    """Leave out what only tells of the way: a copy of the German page that was changed into the translation afterwards."""
    match row:
        case Revision():
            # Translated one by one, a page begins with a revision that holds the German text.
            return values if row.content_object.latest_revision_id == row.pk else None
        case PageLogEntry():
            values["data"] = {key: value for key, value in values["data"].items() if key != "title"}
            if row.action in ("wagtail.create", "wagtail.copy_for_translation"):
                values["label"] = ""
                values["data"].get("page", {}).pop("title", None)
            return None if row.action == "wagtail.rename" else values
        case Job():
            # They hold an id.
            return values | {"arguments": ""}
        case desk.SourceTexts():
            # They are named by ids.
            data = dict(String.objects.values_list("pk", "data"))
            return values | {"texts": {path: [[data[pk], attributes] for pk, attributes in texts] for path, texts in row.texts.items()}}
        case desk.SegmentVersion():
            # The first version of a text is kept when a second one comes (`translation.desk.signals`), else as soon as it is typed.
            return None
        case LoadedRecord():
            # A hash of an id.
            return values | {"state": row.state == state_of(row.object)}
    return values


@pytest.fixture
def records(tmp_path: Path) -> Path:
    """Records in four languages, with pictures and files, a draft, old addresses, and pages without translations."""
    Image.new("RGB", (40, 30), "teal").save(tmp_path / "picture.png")
    (tmp_path / "leaflet.pdf").write_bytes(b"%PDF-1.4\n%%EOF\n")
    page = next(record for record in ALL if record["id"] == "resettlement")
    files = {
        "images": [{"id": "picture", "file": "picture.png", "title": "Bild", "alt": "Ein Bild", "lead": True}],
        "files": [{"id": "leaflet", "file": "leaflet.pdf", "title": "Merkblatt"}],
        "body": f"{page['body']}\n\n[Merkblatt](file:leaflet)",
    }
    listed = [
        *(changed(record, **files) if record is page else record for record in ALL if record["id"] != "resettlement.en"),
        *({**HOME, "id": f"home.{code}", "lang": code, "translation_of": "home", "title": title} for code, title in OTHERS),
        {"id": "draft", "type": "home.ContentPage", "lang": "de", "title": "Entwurf", "parent": "unsere-arbeit", "live": False,
         "body": "Noch nicht.", "lead": "Bald.", "topics": ["topic-return"]},
        {"id": "leicht", "type": "home.HomePage", "lang": "de-simple", "title": "Start-Seite", "translation_of": "home",
         "fields": HOME["fields"]},
        {"id": "news", "type": "news.NewsIndexPage", "lang": "de", "title": "Aktuelles", "parent": "home"},
        *({"id": f"news-{day}", "type": "news.NewsPage", "lang": "de", "title": f"Meldung vom {day}. Mai", "parent": "news",
           "date": f"2024-05-0{day}", "lead": "Ein Satz.", "body": "## Was geschah\n\nEin Absatz."} for day in (1, 2, 3)),
        {"id": "news-2.en", "type": "news.NewsPage", "lang": "en", "title": "News of 2 May", "translation_of": "news-2",
         "slug": "second-of-may", "lead": "One sentence.", "body": "## What happened\n\nOne paragraph."},
        {"id": "news.en", "type": "news.NewsIndexPage", "lang": "en", "title": "News", "translation_of": "news"},
    ]  # fmt: skip
    path = tmp_path / "records.jsonl"
    path.write_text("\n".join(json.dumps(record, ensure_ascii=False) for record in listed), encoding="utf-8")
    return path


def load_and_take_back(path: Path, afterwards: Callable[[], object] = lambda: None, **options: bool) -> dict[str, list[str]]:
    """Load records, and return all that is stored then; nothing of it stays."""
    with connection.cursor() as cursor:
        # PostgreSQL does not take numbers back that it gave in a transaction: addresses of files hold them.
        for statement in connection.ops.sequence_reset_sql(no_style(), apps.get_models()):
            cursor.execute(statement)
    with transaction.atomic():
        report = loading.load(path, **options)
        assert report.left_alone == []
        assert Page.find_problems() == ([], [], [], [], [])
        afterwards()
        found = stored(without_way)
        assert loading.load(path).updated == []
        transaction.set_rollback(True)
    shutil.rmtree(portal_settings.MEDIA_ROOT, ignore_errors=True)
    return found


def test_what_is_written_in_bulk_is_what_is_saved_one_by_one(records: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All tables: pages in their trees, published versions, revisions, history, segments, references, search, redirects."""
    in_bulk = load_and_take_back(records)
    monkeypatch.setattr(loading, "NewPages", OneByOne)
    monkeypatch.setattr(loading, "indexed_together", contextlib.nullcontext)
    monkeypatch.setattr(translating, "write_sources", sources_one_by_one)
    monkeypatch.setattr(translating, "write_translations", translations_one_by_one)

    one_by_one = load_and_take_back(records)

    # What is compared is there.
    for model in (ReferenceIndex, PublishedVersion, desk.SourceTexts, StringTranslation, Revision, PageLogEntry):
        assert len(in_bulk[model._meta.label]) >= 5
    assert {"search.Document", "search.Posting", "wagtailredirects.Redirect", "portal.PortalImage"} <= in_bulk.keys()
    assert in_bulk.keys() == one_by_one.keys()
    for label, rows in one_by_one.items():
        assert in_bulk[label] == rows, label


def test_an_index_that_is_made_after_a_load_is_the_same(records: Path) -> None:
    """A first start makes the whole index once, after its load; a load by hand adds to it."""

    def update_index() -> None:
        call_command("update_index", verbosity=0)

    def count() -> None:
        counts.append((Document.objects.count(), IndexEntry.objects.count()))
        assert not indexing.is_current()

    counts: list[tuple[int, int]] = []
    # Of a portal without pages the index may be whole.
    indexing.mark_current()
    load_and_take_back(records, count, without_index=True)
    at_once = load_and_take_back(records, update_index)

    later = load_and_take_back(records, update_index, without_index=True)

    documents, entries = counts[0]
    assert (documents, len(at_once["search.Document"]) > 10) == (0, True)
    assert entries < len(at_once["wagtailsearch.IndexEntry"]) - 10
    assert later.keys() == at_once.keys()
    for label, rows in at_once.items():
        assert later[label] == rows, label


def test_new_pages_are_told_to_apps_that_keep_rows_about_them(records: Path, settings: LazySettings) -> None:
    """The search knows each real version, whether or not Wagtail's index is kept up to date at each save."""
    backends = settings.WAGTAILSEARCH_BACKENDS
    settings.WAGTAILSEARCH_BACKENDS = {name: {**backend, "AUTO_UPDATE": False} for name, backend in backends.items()}

    loading.load(records)

    real = set(versions.real(Page.objects.all()).values_list("pk", flat=True))
    assert set(Document.objects.values_list("page", flat=True)) == real
    assert len(real) > 10
