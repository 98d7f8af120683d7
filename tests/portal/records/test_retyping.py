"""A record that names another page type than before: the page stays, in every language, with all that it holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.test import Client
from wagtail.models import Page, ReferenceIndex
from wagtail_localize.models import StringTranslation

from home.models import ContentPage
from portal.models import ListRow
from portal.records import outstanding
from portal.records.errors import LoadError
from portal.records.loading import load
from portal.records.reading import read
from tests.builders import publish
from work.models import ServicePage, ThemePage

pytestmark = pytest.mark.django_db

HOME = {"id": "home", "type": "home.HomePage", "lang": "de", "title": "Start", "fields": {"hero_title": "Hallo", "hero_text": "Hier."}}
WORK = {"id": "work", "type": "home.OurWorkPage", "lang": "de", "title": "Unsere Arbeit", "parent": "home"}
TOPIC = {"id": "topic", "type": "portal.Topic", "lang": "de", "title": "Rückkehr"}
ENGLISH = [
    {"id": "home.en", "type": "home.HomePage", "lang": "en", "title": "Start", "translation_of": "home",
     "fields": {"hero_title": "Hello", "hero_text": "Here."}},
    {"id": "work.en", "type": "home.OurWorkPage", "lang": "en", "title": "Our work", "translation_of": "work"},
]  # fmt: skip


def records(theme: str, service: str, **more: object) -> list[dict[str, object]]:
    """Return a theme and a page below it of some types, in two languages."""
    body = "## Früher\n\nEs gab [das Thema](page:theme)."
    return [
        HOME, WORK, TOPIC, *ENGLISH,
        {"id": "theme", "type": theme, "lang": "de", "title": "Rückkehr", "parent": "work", "topics": ["topic"], "body": "Ein Satz."},
        {"id": "theme.en", "type": theme, "lang": "en", "title": "Return", "translation_of": "theme", "body": "A sentence."},
        {"id": "service", "type": service, "lang": "de", "title": "Beratung", "parent": "theme", "topics": ["topic"], "body": body, **more},
        {"id": "service.en", "type": service, "lang": "en", "title": "Advice", "translation_of": "service",
         "body": "## Before\n\nThere was [the theme](page:theme).", **({"costs": "It is free."} if more else {})},
    ]  # fmt: skip


def write(folder: Path, found: list[dict[str, object]]) -> Path:
    (folder / "records.jsonl").write_text("\n".join(json.dumps(item) for item in found), encoding="utf-8")
    return folder


def state() -> list[tuple[object, ...]]:
    rows = Page.objects.filter(title__in=["Rückkehr", "Return", "Beratung", "Advice"]).order_by("pk")
    return [(row.pk, row.path, row.url_path, row.translation_key, row.live, row.title) for row in rows]


def test_the_page_becomes_one_of_the_type_at_the_same_address_in_every_language(tmp_path: Path, client: Client) -> None:
    load(write(tmp_path, records("home.ContentPage", "home.ContentPage")))
    before = state()
    addresses = [page.get_url() for page in ContentPage.objects.filter(alias_of=None).order_by("pk")]
    texts = StringTranslation.objects.count()
    report = load(write(tmp_path, records("work.ThemePage", "work.ServicePage", costs="Sie kostet nichts.", audience="returning")))
    assert (report.created, sorted(report.updated)) == ([], ["service", "service.en", "theme", "theme.en"])
    assert state() == before
    assert ContentPage.objects.count() == 0
    assert (ThemePage.objects.filter(alias_of=None).count(), ServicePage.objects.filter(alias_of=None).count()) == (2, 2)
    assert [client.get(address).status_code for address in addresses] == [200] * 4
    shown = {page.title: client.get(page.get_url()).text for page in ServicePage.objects.filter(alias_of=None)}
    assert ("Sie kostet nichts." in shown["Beratung"], "It is free." in shown["Advice"]) == (True, True)
    assert [topic.name for page in ServicePage.objects.filter(alias_of=None) for topic in page.topics.all()] == ["Rückkehr"] * 2
    assert StringTranslation.objects.count() == texts + 1
    assert sorted(ListRow.objects.filter(kind="service", is_live=True).values_list("name", flat=True)) == ["advice", "beratung"]
    assert {row.model_class() for row in {ref.content_type for ref in ReferenceIndex.objects.all()}} & {ContentPage} == set()
    again = load(tmp_path)
    assert (again.created, again.updated) == ([], [])


def test_what_a_person_has_written_stays(tmp_path: Path, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    load(write(tmp_path, records("home.ContentPage", "home.ContentPage")))
    page = ContentPage.objects.get(title="Beratung", alias_of=None)
    page.lead = "Von der Redaktion."
    publish(page)
    draft = ContentPage.objects.get(pk=page.pk)
    draft.lead = "Ein Entwurf."
    draft.save_revision()
    report = load(write(tmp_path, records("work.ThemePage", "work.ServicePage", costs="Sie kostet nichts.")))
    assert report.left_alone == ["service", "service.en"]
    # Nobody is told for ever of what no load brings in; a newer text is tried anew.
    found, offered = [], records("work.ThemePage", "work.ServicePage", costs="Sie kostet nichts.")
    for title in ("Advice", "Counselling"):
        offered[-1]["title"] = title
        read_now = tuple(read(write(tmp_path, offered)))
        monkeypatch.setattr(outstanding, "_records", lambda: read_now)  # noqa: B023
        found.append([record.id for record, _stored in outstanding.outstanding()])
    assert found == [[], ["service.en"]]
    service = ServicePage.objects.get(pk=page.pk)
    assert (service.lead, len(service.costs), service.body[0].value) == ("Von der Redaktion.", 0, "Früher")
    assert service.get_latest_revision_as_object().lead == "Ein Entwurf."
    service.get_latest_revision().publish()
    assert "Ein Entwurf." in client.get(ServicePage.objects.get(pk=page.pk).get_url()).text


def test_nothing_is_lost_that_the_new_type_has_no_field_for(tmp_path: Path) -> None:
    load(write(tmp_path, records("work.ThemePage", "work.ServicePage", costs="Sie kostet nichts.")))
    with pytest.raises(LoadError) as raised:
        load(write(tmp_path, records("work.ThemePage", "home.ContentPage")))
    assert "“costs”" in str(raised.value)
    assert ServicePage.objects.filter(alias_of=None).count() == 2
