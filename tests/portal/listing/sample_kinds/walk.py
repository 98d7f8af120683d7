"""What a kind of content is found in once it is declared, in two languages. Run in a process of its own, which knows the sample app."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.contrib.auth import get_user_model
from django.core.checks import run_checks
from django.core.management import call_command
from django.test import Client
from django.utils import timezone, translation
from pytest_django import DjangoDbBlocker

from home.models import ContentPage, HomePage, OurWorkPage, TakePartPage
from participate.models import ContactPage, EventIndexPage, TenderIndexPage, VacancyIndexPage
from portal.listing import rows
from portal.models import ListRow
from portal.records.loading import load
from search import facets, indexing
from search.models import Document
from tests.builders import add, make_home, make_topic, publish, translate
from tests.portal.listing.sample_kinds.models import CallIndexPage, CallPage, MeetingIndexPage, MeetingPage
from work.models import ProjectIndexPage, ServiceIndexPage, ServicePage, ThemePage

pytestmark = pytest.mark.django_db

TODAY = timezone.localtime().replace(hour=18, minute=0, second=0, microsecond=0)
DAY = datetime.timedelta(days=1)


@pytest.fixture(scope="session", autouse=True)
def _tables(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    with django_db_blocker.unblock():
        call_command("migrate", run_syncdb=True, verbosity=0)


@pytest.fixture
def home() -> HomePage:
    return make_home()


@pytest.fixture
def section(home: HomePage) -> TakePartPage:
    return add(home, TakePartPage(title="Mitmachen"))


def make_event(index: MeetingIndexPage, title: str, days: int, **fields: object) -> MeetingPage:
    start = TODAY + days * DAY
    return add(index, MeetingPage(title=title, starts_at=start, ends_at=start + datetime.timedelta(hours=2), **fields))


@pytest.fixture
def events(section: TakePartPage) -> MeetingIndexPage:
    """Return an index of three events: over, in three days, in two years; all in English too."""
    index = add(section, MeetingIndexPage(title="Termine"))
    topic = make_topic("Schutz")
    for title, days, topics in (("Vorbei", -9, []), ("Später", 730, [topic]), ("Bald", 3, [topic])):
        translate(make_event(index, title, days, lead="Ein Termin.", place="Berlin", topics=topics), "en")
    return index


def titles(client: Client, address: str) -> list[str]:
    response = client.get(address)
    assert response.status_code == 200, address
    return [card.link.title for card in response.context_data["entries"]]


LANGUAGES = pytest.mark.parametrize(
    ("prefix", "en"), [("/de/mitmachen/termine/", ""), ("/en/en-mitmachen/en-termine/", "EN ")], ids=["de", "en"]
)


def test_it_is_offered_below_its_section_alone(section: TakePartPage) -> None:
    assert run_checks() == []
    own = [EventIndexPage, VacancyIndexPage, TenderIndexPage]
    assert TakePartPage.allowed_subpage_models() == [ContentPage, ContactPage, ServicePage, *own, MeetingIndexPage, CallIndexPage]
    assert OurWorkPage.allowed_subpage_models() == [ContentPage, ThemePage, ServiceIndexPage, ProjectIndexPage]


@LANGUAGES
def test_index_filters_and_card(client: Client, events: MeetingIndexPage, prefix: str, en: str) -> None:
    assert titles(client, prefix) == [f"{en}Bald", f"{en}Später", f"{en}Vorbei"]
    assert titles(client, f"{prefix}?topic=schutz") == [f"{en}Bald", f"{en}Später"]
    assert titles(client, f"{prefix}?topic=schutz&year={(TODAY + 730 * DAY).year}") == [f"{en}Später"]
    page = client.get(prefix)
    card = page.context_data["entries"][0]
    with translation.override("en" if en else "de"):
        assert (card.meta.kind, card.meta.date) == ("Meeting", MeetingPage.objects.get(title=f"{en}Bald").known_date)
    assert f'datetime="{(TODAY + 3 * DAY).isoformat(timespec="minutes")}"' in page.text


@LANGUAGES
def test_head_and_facts(client: Client, events: MeetingIndexPage, prefix: str, en: str) -> None:
    text = client.get(f"{prefix}{'en-' if en else ''}bald/").text
    assert '<meta property="og:type" content="website">' in text
    data = json.loads(text.partition('<script type="application/ld+json">')[2].partition("</script>")[0])
    entity = data["@graph"][0]["mainEntity"]
    start = TODAY + 3 * DAY
    assert (entity["@type"], entity["name"]) == ("Event", f"{en}Bald")
    assert entity["startDate"] == start.isoformat(timespec="minutes")
    assert entity["endDate"] == (start + datetime.timedelta(hours=2)).isoformat(timespec="minutes")
    assert f"{en}Berlin" in text.partition('<div class="facts">')[2].partition("</dl>")[0]


@LANGUAGES
def test_feeds(client: Client, events: MeetingIndexPage, prefix: str, en: str) -> None:
    code = prefix[1:3]
    for name, path in (("rss", "channel/item/title"), ("atom", "{*}entry/{*}title")):
        found = ElementTree.fromstring(client.get(f"/{code}/feeds/meeting.{name}").content)  # noqa: S314 (our own answer)
        assert [title.text for title in found.findall(path)] == [f"{en}Bald", f"{en}Später", f"{en}Vorbei"]
    answer = client.get(f"/{code}/feeds/meeting.ics")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    lines = answer.content.decode().split("\r\n")
    assert [line for line in lines if line.startswith("SUMMARY")] == [f"SUMMARY:{en}{title}" for title in ("Bald", "Später", "Vorbei")]
    first = (TODAY + 3 * DAY).astimezone(datetime.UTC)
    assert lines[lines.index("BEGIN:VEVENT") + 3] == f"DTSTART:{first:%Y%m%dT%H%M%SZ}"
    assert max(len(line.encode()) for line in lines) <= 75
    assert client.get(f"/{code}/feeds/call.ics").status_code == 404


@LANGUAGES
def test_search(client: Client, events: MeetingIndexPage, prefix: str, en: str) -> None:
    indexing.update(MeetingPage.objects.all())
    found = client.get(f"/{prefix[1:3]}/{'search' if en else 'suche'}/", {"q": f"{en}Bald", "format": "json"}).json()
    assert [(hit["title"], hit["kind"]) for hit in found["results"]][:1] == [(f"{en}Bald", "Meeting")]
    page = MeetingPage.objects.get(title=f"{en}Bald")
    assert facets.values_of(page, [])["type"] == ["meeting"]
    document = Document.objects.get(page=page)
    assert (document.date, document.ages) == ((TODAY + 3 * DAY).date(), False)


@LANGUAGES
def test_sitemap_and_api(client: Client, events: MeetingIndexPage, prefix: str, en: str) -> None:
    address = f"http://testserver{prefix}{'en-' if en else ''}bald/"
    assert f"<loc>{address}</loc>" in client.get(f"/sitemap-{prefix[1:3]}.xml").text
    page = MeetingPage.objects.get(title=f"{en}Bald")
    found = client.get(f"/api/v2/pages/{page.pk}/").json()["listing"]
    start = TODAY + 3 * DAY
    assert found == {"kind": "meeting", "start": start.isoformat(), "end": (start + datetime.timedelta(hours=2)).isoformat()}


@LANGUAGES
def test_latest_of_on_the_home_page(client: Client, home: HomePage, events: MeetingIndexPage, prefix: str, en: str) -> None:
    home = HomePage.objects.get(pk=home.pk)
    content = [{"type": "latest_news", "value": {"kind": "meeting", "count": 3}}]
    home.body = [("section", {"heading": "Termine", "background": "plain", "content": content})]
    translate(publish(home), "en")
    text = client.get("/en/" if en else "/de/").text
    assert [text.index(f"{en}{title}") > 0 for title in ("Bald", "Später")] == [True, True]
    assert f"{en}Vorbei" not in text


def test_explorer(client: Client, events: MeetingIndexPage) -> None:
    client.force_login(get_user_model().objects.create_superuser("admin"))
    address = f"/admin/pages/{events.pk}/"
    text = client.get(address).text
    with translation.override("en"):
        assert MeetingPage.objects.get(title="Bald").known_date.text in text or "18" in text
    topic = MeetingPage.objects.get(title="Bald").topics.get()
    listed = client.get(address, {"kind_topics": topic.pk}).context_data["object_list"]
    assert sorted(page.title for page in listed) == ["Bald", "Später"]


def test_loader(tmp_path: Path, client: Client) -> None:
    def record(name: str, type_name: str, title: str, parent: str, **more: object) -> dict[str, object]:
        return {"id": name, "type": type_name, "lang": "de", "title": title, **({"parent": parent} if parent else {}), **more}

    hero = {"hero_title": "Hallo", "hero_text": "Hier."}
    records = [
        record("home", "home.HomePage", "Start", "", fields=hero),
        record("part", "home.TakePartPage", "Mitmachen", "home"),
        record("events", "sample_kinds.MeetingIndexPage", "Termine", "part"),
        record("event", "sample_kinds.MeetingPage", "Tagung", "events", starts="2031-05-01T18:00", ends="2031-05-02", place="Bonn"),
        record("vacancies", "sample_kinds.CallIndexPage", "Stellen", "part"),
        record("vacancy", "sample_kinds.CallPage", "Stelle", "vacancies", deadline="2031-05-01"),
    ]
    (tmp_path / "records.json").write_text("", encoding="utf-8")
    (tmp_path / "records.json").unlink()
    (tmp_path / "records.jsonl").write_text("\n".join(json.dumps(item) for item in records), encoding="utf-8")
    load(tmp_path)
    event = MeetingPage.objects.get(locale__language_code="de")
    assert timezone.localtime(event.starts_at).isoformat() == "2031-05-01T18:00:00+02:00"
    assert event.place == "Bonn"
    assert CallPage.objects.get(locale__language_code="de").deadline == datetime.date(2031, 5, 1)
    assert titles(client, "/de/mitmachen/stellen/") == ["Stelle"]
    written = sorted(ListRow.objects.values_list("page_id", "start", "end", "is_live"))
    rows.rebuild()
    assert sorted(ListRow.objects.values_list("page_id", "start", "end", "is_live")) == written


def test_a_deadline_passes(client: Client, section: TakePartPage, monkeypatch: pytest.MonkeyPatch) -> None:
    index = add(section, CallIndexPage(title="Stellen"))
    for title, days in (("Zu", -1), ("Lang", 30), ("Heute", 0)):
        translate(add(index, CallPage(title=title, deadline=TODAY.date() + days * DAY)), "en")
    later: Callable[[], datetime.datetime] = lambda: TODAY + 1.5 * DAY  # noqa: E731
    for address, en in (("/de/mitmachen/stellen/", ""), ("/en/en-mitmachen/en-stellen/", "EN ")):
        assert titles(client, address) == [f"{en}{title}" for title in ("Heute", "Lang", "Zu")]
        assert [CallPage.listing.is_over(page) for page in CallPage.objects.filter(title__endswith="Zu")] == [True, True]
        with monkeypatch.context() as patched:
            patched.setattr("portal.listing.lists.timezone.now", later)
            assert titles(client, address) == [f"{en}{title}" for title in ("Lang", "Heute", "Zu")]
