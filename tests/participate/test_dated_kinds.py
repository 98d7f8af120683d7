"""Events, vacancies and tenders: what visitors, calendars and search engines get of them, and what time does, in two languages."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable

import feedparser
import pytest
from bs4 import BeautifulSoup, Tag
from django.contrib.auth.models import User
from django.forms import Form
from django.test import Client
from django.utils import timezone, translation
from icalendar import Calendar
from wagtail.documents import get_document_model
from wagtail.models import PageViewRestriction

from home.models import HomePage, TakePartPage
from participate.models import EventIndexPage, EventPage, TenderIndexPage, TenderPage, VacancyIndexPage, VacancyPage
from portal.discovery import release
from portal.models import BasePage
from search import indexing
from tests.builders import add, make_home, make_topic, publish, translate

pytestmark = pytest.mark.django_db

TODAY = timezone.localtime().replace(hour=18, minute=0, second=0, microsecond=0)
DAY = datetime.timedelta(days=1)
HOURS = datetime.timedelta(hours=2)
BODY = [("text", "<p>Worum es geht.</p>")]
LANGUAGES = pytest.mark.parametrize(("code", "en", "prefix"), [("de", "", "/de/mitmachen/"), ("en", "EN ", "/en/en-mitmachen/en-")])


@pytest.fixture
def section() -> TakePartPage:
    home: HomePage = make_home()
    release.set_released(True)
    return add(home, TakePartPage(title="Mitmachen"))


@pytest.fixture
def events(section: TakePartPage) -> EventIndexPage:
    """Return a list of an event that is over and two that are to come, all in English too."""
    index = add(section, EventIndexPage(title="Termine", instead=[("text", "<p>Fragen Sie uns.</p>")]))
    topic = make_topic("Schutz")
    for title, days, fields in (
        ("Vorbei", -9, {"place": "Bonn", "attendance": "mixed", "online_url": "https://example.org/raum"}),
        ("Später", 400, {"attendance": "online", "online_url": "https://example.org/raum", "status": "cancelled"}),
        ("Bald", 3, {"place": "Rathaus, Berlin", "registration": "Bis Freitag.", "registration_url": "https://example.org/anmelden",
                     "languages": "Deutsch, gedolmetscht", "accessibility": "Lift; Induktion, Toilette.", "topics": [topic]}),
    ):  # fmt: skip
        start = TODAY + days * DAY
        translate(add(index, EventPage(title=title, lead="Ein Termin.", body=BODY, starts_at=start, ends_at=start + HOURS, **fields)))
    return index


@pytest.fixture
def openings(section: TakePartPage) -> tuple[VacancyIndexPage, TenderIndexPage]:
    """Return a list of vacancies and one of tenders: of each one that is closed and two that are open, all in English too."""
    found = []
    for index, model in ((VacancyIndexPage(title="Stellen"), VacancyPage), (TenderIndexPage(title="Vergabe"), TenderPage)):
        index.instead = [("text", "<p>Sehen Sie weltweit nach.</p>")]
        found.append(add(section, index))
        for title, days, place in (("Zu", -2, "Mainz"), ("Lang", 30, "Nürnberg"), ("Kurz", 1, "Berlin")):
            fields = {"reference": f"DE-{title}", "place": place, "answer_url": f"https://example.org/{title.lower()}", "body": BODY}
            translate(add(index, model(title=f"{title} {model.__name__[0]}", closes_at=TODAY + days * DAY, **fields)))
    return found[0], found[1]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime.datetime], None]:
    """Return what sets the clock that everything of the portal reads."""
    return lambda moment: monkeypatch.setattr("django.utils.timezone.now", lambda: moment.astimezone(datetime.UTC))


def tree_of(client: Client, address: str) -> BeautifulSoup:
    response = client.get(address)
    assert response.status_code == 200, address
    return BeautifulSoup(response.content, "html.parser")


def titles(tree: BeautifulSoup, selector: str = "ul.items h3 a") -> list[str]:
    return [tag.get_text().replace("\xad", "") for tag in tree.select(selector)]


def spaced(tag: Tag) -> str:
    """Return a text with plain spaces: dates hold such that do not break."""
    return " ".join(tag.get_text().split())


def in_order(tree: BeautifulSoup) -> list[str]:
    """Return in which order the parts of a page are read: what it is and when stands before the text on phones too."""
    parts = ("notice", "facts", "callout", "prose")
    return [next(name for name in tag["class"] if name in parts) for tag in tree.select(", ".join(f"article .{part}" for part in parts))]


def entity(tree: BeautifulSoup) -> dict[str, object]:
    script = tree.select_one('script[type="application/ld+json"]')
    return json.loads(script.string)["@graph"][0].get("mainEntity", {}) if script else {}


def feed_titles(client: Client, code: str, kind: str) -> list[list[str]]:
    """Return the titles in both feeds of a kind, as a feed reader finds them."""
    found = [feedparser.parse(client.get(f"/{code}/feeds/{kind}.{name}").content) for name in ("rss", "atom")]
    assert [parsed.bozo for parsed in found] == [0, 0]
    return [[entry.title for entry in parsed.entries] for parsed in found]


def calendar(client: Client, address: str) -> list[dict[str, object]]:
    """Return the events of a calendar, as a calendar reads them."""
    parsed = Calendar.from_ical(client.get(address).content)
    return [
        {name.lower(): component.decoded(name) if name.startswith("DT") else str(component[name]) for name in component}
        for component in parsed.walk("VEVENT")
    ]


@LANGUAGES
def test_what_is_to_come_stands_apart_from_what_has_taken_place(
    client: Client, events: EventIndexPage, code: str, en: str, prefix: str, clock: Callable
) -> None:
    tree = tree_of(client, f"{prefix}termine/")
    assert titles(tree, ".sec--flush ul.items h3 a") == [f"{en}Bald", f"{en}Später"]
    assert titles(tree, "section[aria-labelledby=past] h3 a") == [f"{en}Vorbei"]
    # The drawing of all events is seen once, not once more in the second list of the same view.
    assert len(tree.select("ul.items img")) == 1
    assert tree.select_one(".result-head h2").get_text(strip=True) == {"de": "2 kommende Veranstaltungen", "en": "2 events to come"}[code]
    states = [tag.get_text() for tag in tree.select("ul.items .badge--off")]
    assert states == {"de": ["Abgesagt", "Hat stattgefunden"], "en": ["Cancelled", "Has taken place"]}[code]
    past = tree_of(client, tree.select_one("section[aria-labelledby=past] a.more")["href"])
    assert (titles(past), past.select_one("input[name=past]")["value"]) == ([f"{en}Vorbei"], "yes")
    assert titles(tree_of(client, f"{prefix}termine/?attendance=online")) == [f"{en}Später"]
    assert titles(tree_of(client, f"{prefix}termine/?past=yes&attendance=mixed")) == [f"{en}Vorbei"]
    cancelled = {"de": "Abgesagt: Später", "en": "Cancelled: EN Später"}[code]
    assert feed_titles(client, code, "event") == [[f"{en}Bald", cancelled]] * 2
    clock(TODAY + 4 * DAY)
    tree = tree_of(client, f"{prefix}termine/")
    assert titles(tree, ".sec--flush ul.items h3 a") == [f"{en}Später"]
    assert titles(tree, "section[aria-labelledby=past] h3 a") == [f"{en}Bald", f"{en}Vorbei"]
    assert feed_titles(client, code, "event") == [[cancelled]] * 2
    assert tree.select(".prose") == []
    clock(TODAY + 500 * DAY)
    tree = tree_of(client, f"{prefix}termine/")
    assert titles(tree, "section[aria-labelledby=past] h3 a") == [f"{en}Später", f"{en}Bald", f"{en}Vorbei"]
    assert tree.select_one("p.lead.mt-s").get_text(strip=True) == {
        "de": "Zurzeit ist keine Veranstaltung angekündigt.", "en": "No event is announced at present.",
    }[code]  # fmt: skip
    assert tree.select_one(".prose").get_text(strip=True) == f"{en}Fragen Sie uns."


@LANGUAGES
def test_the_page_of_an_event(client: Client, events: EventIndexPage, code: str, en: str, prefix: str, clock: Callable) -> None:
    address = f"{prefix}termine/{'en-' if en else ''}bald/"
    tree = tree_of(client, address)
    page = EventPage.objects.get(title=f"{en}Bald")
    with translation.override(code):
        when = page.listing.dates(page).plain().text
    facts = {tag.dt.get_text(): spaced(tag.dd) for tag in tree.select(".facts dl > div")}
    assert list(facts.values())[:5] == [
        when.replace("\xa0", " "), {"de": "Vor Ort", "en": "On site"}[code], f"{en}Rathaus, Berlin", f"{en}Deutsch, gedolmetscht",
        f"{en}Lift; Induktion, Toilette.",
    ]  # fmt: skip
    assert in_order(tree) == ["facts", "callout", "prose"]
    assert ("deutsche Zeit" if code == "de" else "German time") in when
    assert tree.select_one(".callout a.btn")["href"] == "https://example.org/anmelden"
    assert f"{en}Bis Freitag." in tree.select_one(".callout").get_text()
    found = entity(tree)
    start = TODAY + 3 * DAY
    assert (found["@type"], found["startDate"], found["eventStatus"], found["eventAttendanceMode"], found["location"]) == (
        "Event", timezone.localtime(start).isoformat(timespec="minutes"), "https://schema.org/EventScheduled",
        "https://schema.org/OfflineEventAttendanceMode",
        [{"@type": "Place", "name": f"{en}Rathaus, Berlin", "address": f"{en}Rathaus, Berlin"}],
    )  # fmt: skip
    (link,) = [tag["href"] for tag in tree.select(".aside .btns a") if tag["href"].endswith(".ics")]
    (event,) = calendar(client, link)
    assert (event["summary"], event["dtstart"], event["dtend"], event["location"], event["status"], event["url"]) == (
        f"{en}Bald", start, start + HOURS, f"{en}Rathaus, Berlin", "CONFIRMED", f"http://testserver{address}",
    )  # fmt: skip
    everything = calendar(client, f"/{code}/feeds/event.ics")
    assert [(item["summary"], item["status"]) for item in everything] == [
        (f"{en}Bald", "CONFIRMED"), (f"{en}Später", "CANCELLED"), (f"{en}Vorbei", "CONFIRMED"),
    ]  # fmt: skip
    assert everything[0]["uid"] == event["uid"]
    cancelled = tree_of(client, f"{prefix}termine/{'en-spater' if en else 'spaeter'}/")
    words = {"de": "Diese Veranstaltung wurde abgesagt.", "en": "This event has been cancelled."}[code]
    assert cancelled.select_one(".notice--warning h2").get_text() == words
    assert in_order(cancelled) == ["notice", "facts", "prose"]
    assert (cancelled.select(".aside .btns"), entity(cancelled)["eventStatus"]) == ([], "https://schema.org/EventCancelled")
    clock(TODAY + 4 * DAY)
    tree = tree_of(client, address)
    words = {"de": "Diese Veranstaltung hat stattgefunden.", "en": "This event has taken place."}[code]
    assert tree.select_one(".notice--info h2").get_text() == words
    assert (tree.select(".callout"), tree.select(".aside .btns"), tree.select("meta[name=robots]")) == ([], [], [])


@LANGUAGES
def test_a_cancelled_event_says_so_wherever_it_is_shown(client: Client, events: EventIndexPage, code: str, en: str, prefix: str) -> None:
    """In results of the search, for people and for programs, and on cards of other pages; no more once it takes place after all."""
    word, address = {"de": ("Abgesagt", "/de/suche/"), "en": ("Cancelled", "/en/search/")}[code]
    block = [("latest_news", {"kind": "event", "count": 2, "form": form}) for form in ("lead", "list")]
    home = HomePage.objects.get(locale__language_code="de")
    home.body = [("section", {"heading": "Termine", "background": "plain", "content": block, "aside": []})]
    translate(publish(home), "en")

    def marked() -> list[dict[str, list[str]]]:
        results = tree_of(client, f"{address}?q=Termin").select(".search-result")
        cards = tree_of(client, f"/{code}/").select("main .sec :is(li, article):has(h3)")
        return [
            {spaced(tag.h3): [badge.get_text() for badge in tag.select(".badge--off")] for tag in tags if tag.h3}
            for tags in (results, cards)
        ]

    indexing.update(EventPage.objects.all())
    over = {"de": "Hat stattgefunden", "en": "Has taken place"}[code]
    results, cards = marked()
    assert {name: results[name] for name in (f"{en}Bald", f"{en}Später", f"{en}Vorbei")} == {
        f"{en}Bald": [], f"{en}Später": [word], f"{en}Vorbei": [over],
    }  # fmt: skip
    assert cards == {f"{en}Bald": [], f"{en}Später": [word]}
    # How to register stands on the page until the event is over: a search would show it for ever.
    assert (tree_of(client, f"{address}?q=Freitag").select(".search-result"), "Freitag" in tree_of(client, f"{address}?q=Termin").text) == (
        [], False,
    )  # fmt: skip
    german = EventPage.objects.get(title="Später")
    german.status = ""
    publish(german)
    EventPage.objects.filter(title="EN Später").update(status="")
    indexing.update(EventPage.objects.all())
    assert [found[f"{en}Später"] for found in marked()] == [[], []]


@pytest.mark.parametrize("code", ["de", "ar"])
def test_a_calendar_says_in_plain_words_what_was_typed(client: Client, section: TakePartPage, code: str) -> None:
    index = add(section, EventIndexPage(title="Termine"))
    lead, place = "Пам’ять & 'Rechte' <neu>; ja, \\n\x0bEND:VEVENT", "لقاء مفتوح للجميع في القاعة الكبيرة، الطابق الثاني; Saal 2\x1f"
    page = add(index, EventPage(title="Termin\rBEGIN:VEVENT", lead=lead, starts_at=TODAY + DAY, place=place))
    if code != "de":
        translate(page, code)
    en = "" if code == "de" else "EN "
    raw = client.get(f"/{code}/feeds/event.ics").content
    assert max(len(line) for line in raw.split(b"\r\n")) <= 75
    (event,) = calendar(client, f"/{code}/feeds/event.ics")
    words = (en + lead.replace("\x0b", "\n"), en + place.removesuffix("\x1f"))
    assert (event["description"], event["location"]) == words
    (entry,) = feedparser.parse(client.get(f"/{code}/feeds/event.rss").content).entries
    assert BeautifulSoup(entry.description, "html.parser").get_text() == words[0]


@LANGUAGES
@pytest.mark.parametrize(("slug", "kind", "letter"), [("stellen", "vacancy", "V"), ("vergabe", "tender", "T")])
def test_what_is_closed_leaves_everything_on_time(
    client: Client, openings: tuple[BasePage, BasePage], code: str, en: str, prefix: str, slug: str, kind: str, letter: str, clock: Callable
) -> None:
    model = VacancyPage if kind == "vacancy" else TenderPage
    indexing.update(model.objects.all())
    index, search = f"{prefix}{slug}/", "/de/suche/" if code == "de" else "/en/search/"
    address = f"{index}{'en-' if en else ''}kurz-{letter.lower()}/"
    closed = {"de": "Geschlossen", "en": "Closed"}[code]

    def seen() -> dict[str, object]:
        """Return where the vacancy that closes first is seen."""
        page = tree_of(client, address)
        hit = next(hit for hit in client.get(search, {"q": f"{en}Kurz", "format": "json"}).json()["results"] if "Kurz" in hit["title"])
        return {
            "list": titles(tree_of(client, index)),
            "places": [tag["value"] for tag in tree_of(client, index).select("select[name=place] option")],
            "feeds": feed_titles(client, code, kind),
            "sitemap": f"<loc>http://testserver{address}</loc>" in client.get(f"/sitemap-{code}.xml").text,
            "head": [tag["content"] for tag in page.select("meta[name=robots]")],
            "schema": entity(page).get("@type"),
            "answer": [tag["href"] for tag in page.select(".callout a.btn")],
            "state": [tag.get_text() for tag in page.select(".page-head .badge--off")],
            "search": hit["state"],
        }

    both = [f"{en}Kurz {letter}", f"{en}Lang {letter}"]
    places = [f"{en}Berlin", f"{en}Nürnberg"]
    assert seen() == {
        "list": both, "places": ["", *places], "feeds": [both] * 2, "sitemap": True, "head": [],
        "schema": "JobPosting" if kind == "vacancy" else None, "answer": ["https://example.org/kurz"], "state": [], "search": "",
    }  # fmt: skip
    clock(TODAY + DAY + datetime.timedelta(minutes=1))
    assert seen() == {
        "list": both[1:], "places": ["", places[1]], "feeds": [both[1:]] * 2, "sitemap": False, "head": ["noindex"], "schema": None,
        "answer": [], "state": [closed], "search": closed,
    }  # fmt: skip
    page = tree_of(client, address)
    words = {
        ("vacancy", "de"): "Diese Stelle ist geschlossen. Bewerbungen werden nicht mehr angenommen.",
        ("vacancy", "en"): "This vacancy is closed. Applications are not accepted any more.",
        ("tender", "de"): "Diese Ausschreibung ist geschlossen. Angebote werden nicht mehr angenommen.",
        ("tender", "en"): "This tender is closed. Offers are not accepted any more.",
    }  # fmt: skip
    assert page.select_one(".column > .notice h2").get_text() == words[kind, code]
    assert in_order(page) == ["notice", "facts", "prose"]
    clock(TODAY + 31 * DAY)
    tree = tree_of(client, index)
    assert (titles(tree), feed_titles(client, code, kind)) == ([], [[], []])
    assert tree.select_one(".prose").get_text(strip=True) == f"{en}Sehen Sie weltweit nach."


def test_times_are_read_in_their_zone_and_in_german_time(client: Client, section: TakePartPage) -> None:
    index = add(section, EventIndexPage(title="Termine"))
    start = datetime.datetime(2031, 5, 1, 16, 0, tzinfo=datetime.UTC)
    event = add(index, EventPage(title="Fern", starts_at=start, ends_at=start + HOURS, time_zone="America/New_York", place="New York"))
    translate(event)
    found = {}
    for code, address in (("de", "/de/mitmachen/termine/fern/"), ("en", "/en/en-mitmachen/en-termine/en-fern/")):
        dates = tree_of(client, address).select(".facts time")
        found[code] = [(spaced(tag), tag["datetime"]) for tag in dates]
    there, here = "2031-05-01T12:00-04:00", "2031-05-01T18:00+02:00"
    assert found["de"] == [
        ("1. Mai 2031, 12:00 bis 14:00 Uhr (New Yorker Zeit)", there), ("1. Mai 2031, 18:00 bis 20:00 Uhr (deutsche Zeit)", here),
    ]  # fmt: skip
    assert [moment for _text, moment in found["en"]] == [there, here]
    assert [text.rpartition("(")[2] for text, _moment in found["en"]] == ["New York time)", "German time)"]


@pytest.mark.parametrize("state", ["draft", "private", "other"])
def test_a_calendar_of_one_event_is_as_public_as_its_page(client: Client, section: TakePartPage, state: str) -> None:
    event = add(add(section, EventIndexPage(title="Termine")), EventPage(title="Geheim", starts_at=TODAY + DAY), live=state != "draft")
    key = event.translation_key
    if state == "private":
        assert client.get(f"/de/feeds/event/items/{key}.ics").status_code == 200
        PageViewRestriction.objects.create(page=event, restriction_type="login")
    # It has no English version.
    assert client.get(f"/{'en' if state == 'other' else 'de'}/feeds/event/items/{key}.ics").status_code == 404
    # No page leads to a calendar that is not there.
    client.force_login(User.objects.create_superuser("admin"))
    answer = event.make_preview_request() if state == "draft" else client.get(event.get_url())
    assert BeautifulSoup(answer.content, "html.parser").h1.get_text() == "Geheim"
    assert (f"{key}.ics" in answer.content.decode()) == (state == "other")


def test_documents_stand_under_a_heading_only_where_visitors_may_open_them(client: Client, section: TakePartPage) -> None:
    index = add(section, TenderIndexPage(title="Vergabe"))
    file = get_document_model().objects.create(title="Leistungsbeschreibung", file="x.pdf")
    documents = [("downloads", [{"document": file, "description": "Was gesucht wird."}])]
    tender = add(index, TenderPage(title="Flüge", reference="RFP 1", closes_at=TODAY + DAY, documents=documents))
    translate(tender)
    for address, heading in (("/de/mitmachen/vergabe/fluege/", "Dokumente"), ("/en/en-mitmachen/en-vergabe/en-fluge/", "Documents")):
        tree = tree_of(client, address)
        assert heading in titles(tree, "main .prose h2")
        assert titles(tree, ".doc a") == ["Leistungsbeschreibung"]
    file.delete()
    assert titles(tree_of(client, "/de/mitmachen/vergabe/fluege/"), "main .prose h2") == []


def test_the_form_refuses_an_end_before_the_beginning_and_an_event_that_is_nowhere(section: TakePartPage) -> None:
    index = add(section, EventIndexPage(title="Termine"))
    event = EventPage(title="Tagung", locale=index.locale)
    form_class = EventPage.get_edit_handler().get_form_class()
    data = {"title": "Tagung", "starts_at": "24.12.2031 18:00", "ends_at": "24.12.2031 17:00", "attendance": "mixed", "time_zone": "UTC",
            "body-count": "0", "sources-count": "0", "comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0"}  # fmt: skip
    with translation.override("de"):
        form: Form = form_class(data, instance=event, parent_page=index)
        errors = {name: [str(text) for text in found] for name, found in form.errors.items()}
    assert errors == {
        "ends_at": ["Eine Veranstaltung endet, nachdem sie begonnen hat."],
        "place": ["Bitte sagen Sie, wo sie stattfindet, oder wählen Sie „Online“."],
    }


def test_further_ones_are_those_that_are_open(client: Client, openings: tuple[BasePage, BasePage], clock: Callable) -> None:
    page = VacancyPage.objects.get(title="Lang V")
    assert [card.link.title for card in client.get(page.get_url()).context_data["further"]] == ["Kurz V"]
    clock(TODAY + 2 * DAY)
    assert client.get(page.get_url()).context_data["further"] == []
    assert publish(page).call_link.address == "https://example.org/lang"


@pytest.mark.parametrize("code", ["en", "ar"])
def test_an_empty_list_leads_to_the_german_one_where_there_is_something(client: Client, section: TakePartPage, code: str) -> None:
    index = add(section, TenderIndexPage(title="Vergabe"))
    address = translate(index, code).get_url()

    def led_to() -> list[str]:
        return [link["href"] for link in tree_of(client, address).select("main a.more[hreflang=de]")]

    assert led_to() == []
    tender = add(index, TenderPage(title="Flüge", reference="DE-1", closes_at=TODAY - DAY))
    assert led_to() == []
    tender.closes_at = TODAY + DAY
    publish(tender)
    assert led_to() == [index.get_url()]
