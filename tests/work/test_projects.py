"""Projects: their period says whether they run, in every list and language, as time passes; page, theme, list, search, loader."""

from __future__ import annotations

import datetime
import json
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from wagtail.models import PageViewRestriction

from home.models import HomePage, OurWorkPage
from portal.listing import rows
from portal.listing.dates import Status
from portal.models import ListRow, ListTerm
from portal.models.goals import Goal
from portal.records.loading import load
from tests.builders import add, make_alias, make_home, make_section, make_topic, publish, translate
from work.models import ProjectIndexPage, ProjectPage, ThemePage

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
DAY = datetime.timedelta(days=1)
FOREIGN_OFFICE, EUROPE = "Auswärtiges Amt", "Europäische Union (AMIF)"
LANGUAGES = pytest.mark.parametrize(
    ("code", "words"),
    [("de", ("Geplant", "Laufend", "Abgeschlossen", "Dieses Projekt ist abgeschlossen.")),
     ("ar", ("مخطط له", "جارٍ", "منتهٍ", "انتهى هذا المشروع."))],
    ids=["de", "ar"],
)  # fmt: skip


@pytest.fixture
def section() -> OurWorkPage:
    return make_section(make_home())


@pytest.fixture
def theme(section: OurWorkPage) -> ThemePage:
    return add(section, ThemePage(title="Familie"))


@pytest.fixture
def index(section: OurWorkPage) -> ProjectIndexPage:
    return add(section, ProjectIndexPage(title="Projekte"))


def make_project(theme: ThemePage, title: str = "Hilfe", live: bool = True, **fields: object) -> ProjectPage:
    return add(theme, ProjectPage(title=title, lead="Ein Satz.", **fields), live=live)


def at(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    """Move the clock that pages and lists read."""
    moment = timezone.now() + days * DAY
    monkeypatch.setattr("portal.listing.dates.timezone.now", lambda: moment)


def version(page: ProjectPage | ProjectIndexPage, code: str) -> str:
    """Return the address of a page in a language."""
    return type(page).objects.get(translation_key=page.translation_key, locale__language_code=code).get_url()


def titles(client: Client, address: str) -> list[str]:
    return [card.link.title.removeprefix("EN ") for card in client.get(address).context_data["entries"]]


def facts_of(client: Client, address: str) -> dict[str, list[str]]:
    tree = BeautifulSoup(client.get(address).content, "html.parser")
    pairs = tree.select(".facts dl > div")
    return {pair.dt.get_text(): [" ".join(each.get_text().split()) for each in pair.select("dd li, dd:not(:has(li))")] for pair in pairs}


@LANGUAGES
def test_the_status_follows_the_clock_on_page_card_list_filter_and_search(
    client: Client, theme: ThemePage, index: ProjectIndexPage, code: str, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make_project(theme, starts_on=TODAY + 10 * DAY, ends_on=TODAY + 20 * DAY)
    translate(project, "ar")
    translate(index, "ar")
    call_command("update_index", verbosity=0)
    with translation.override(code):
        search = reverse("search")
    page, lists, themes = version(project, code), version(index, code), version(theme, code)
    # The tenth day is the first one, the twentieth the last one.
    for days, status, word, name in ((0, "planned", words[0], None), (10, "running", words[1], None), (20, "running", words[1], None),
                                     (21, "ended", words[2], words[3])):  # fmt: skip
        with monkeypatch.context() as patched:
            at(patched, days)
            trees = {where: BeautifulSoup(client.get(where).content, "html.parser") for where in (page, lists, themes)}
            found = BeautifulSoup(client.get(search, {"q": "Hilfe", "type": "project"}).content, "html.parser")
            shown = [tree.select_one("main .metaline .badge:not(:first-child), main li .badge").get_text() for tree in trees.values()]
            assert shown == [word] * 3, days
            assert [tag.get_text() for tag in found.select("main .results .badge, main li .badge")] == [word]
            assert trees[page].select_one(".facts .badge").get_text() == word
            assert [tag.get_text(strip=True) for tag in trees[page].select(".notice h2")] == ([name] if name else [])
            options = [(tag["value"], tag.get_text()) for tag in trees[lists].select("select[name=status] option")]
            assert options[1:] == [(status, word)]
            for value in Status.values:
                assert titles(client, f"{lists}?status={value}") == ["Hilfe"], (days, value)
                assert bool(client.get(f"{lists}?status={value}").context_data["is_filtered"]) is (value == status)


@pytest.mark.parametrize(
    ("fields", "status", "german", "arabic"),
    [
        ({"starts_on": "2016-03-01", "starts_precision": "month"}, "running", "seit März 2016", "منذ آذار/مارس 2016"),
        ({"starts_on": "2020-04-01", "starts_precision": "month", "goes_on": False}, "ended", "ab April 2020", "من نيسان/أبريل 2020"),
        ({"starts_on": "2021-01-01", "starts_precision": "year", "ends_on": "2022-01-01", "ends_precision": "year"}, "ended",
         "2021 bis 2022", "من 2021 إلى 2022"),
        ({"starts_on": "2021-01-01", "starts_precision": "year", "ends_on": "2021-06-01", "ends_precision": "year"}, "ended",
         "2021", "2021"),
        ({"ends_on": "2023-12-31"}, "ended", "bis 31. Dezember 2023", "حتى 31 كانون الأول/ديسمبر 2023"),
        ({"starts_on": "2100-01-01", "starts_precision": "year"}, "planned", "ab 2100", "من 2100"),
        ({}, None, None, None),
    ],
)  # fmt: skip
def test_no_more_of_the_period_is_said_than_is_known(
    client: Client, theme: ThemePage, fields: dict, status: str | None, german: str | None, arabic: str | None
) -> None:
    project = make_project(theme, **{name: datetime.date.fromisoformat(day) if name.endswith("_on") and isinstance(day, str) else day
                                     for name, day in fields.items()})  # fmt: skip
    translate(project, "ar")
    for code, text, label, heading in (("de", german, "Zeitraum", "Status"), ("ar", arabic, "الفترة", "الحالة")):
        found = facts_of(client, version(project, code))
        assert found.get(label) == ([text] if text else None)
        assert (heading in found) is (status is not None)
        assert ProjectPage.objects.get(locale__language_code=code).status_in_time == status


def test_what_is_known_to_the_year_ends_with_the_year(theme: ThemePage, monkeypatch: pytest.MonkeyPatch) -> None:
    project = make_project(theme, starts_on=datetime.date(2099, 1, 1), ends_on=datetime.date(2099, 1, 1), ends_precision="year")
    last = timezone.make_aware(datetime.datetime(2099, 12, 31, 23, 59))
    for moment, status in ((last, Status.RUNNING), (last + datetime.timedelta(minutes=1), Status.ENDED)):
        with monkeypatch.context() as patched:
            patched.setattr("portal.listing.dates.timezone.now", lambda moment=moment: moment)
            assert project.status_in_time == status
            assert ListRow.objects.get(page=project).end < moment if status == Status.ENDED else True


def test_a_project_cannot_end_before_it_begins(theme: ThemePage) -> None:
    page = ProjectPage(title="Rückwärts", starts_on=datetime.date(2022, 6, 1), ends_on=datetime.date(2022, 5, 31))
    with pytest.raises(ValidationError) as raised:
        add(theme, page)
    assert set(raised.value.message_dict) == {"ends_on"}
    with pytest.raises(ValidationError) as raised:
        add(theme, ProjectPage(title="Ziel", goals=["18"]))
    assert set(raised.value.message_dict) == {"goals"}


@LANGUAGES
def test_filters_combine(client: Client, section: OurWorkPage, index: ProjectIndexPage, code: str, words: tuple) -> None:
    topics = {name: make_topic(name) for name in ("Familie", "Schutz")}
    past, years = TODAY - 400 * DAY, TODAY - 800 * DAY
    for theme_name, title, funders, end in (
        ("Familie", "Visum", FOREIGN_OFFICE, None),
        ("Schutz", "Kinder", f"{EUROPE}\n{FOREIGN_OFFICE}", past),
        ("Schutz", "Opfer", EUROPE, None),
    ):
        theme = ThemePage.objects.filter(title=theme_name).first() or add(section, ThemePage(title=theme_name))
        page = make_project(theme, title, topics=[topics[theme_name]], funders=funders, starts_on=years, ends_on=end)
        translate(page, "ar", words={text: text for text in (page.funders, page.funders.replace("\n", "<br/>"))})
    translate(index, "ar")
    make_project(theme, "Entwurf", live=False, funders="Niemand")
    secret = make_project(theme, "Geheim", funders="Geheimer Fonds", starts_on=TODAY + DAY)
    translate(secret, "ar")
    PageViewRestriction.objects.create(page=secret, restriction_type="login")
    address = version(index, code)
    for query, found in {
        "": ["Visum", "Opfer", "Kinder"], f"?funder={FOREIGN_OFFICE}": ["Visum", "Kinder"], "?status=ended": ["Kinder"],
        f"?funder={EUROPE}&status=running": ["Opfer"], f"?funder={FOREIGN_OFFICE}&topic=schutz": ["Kinder"],
        f"?funder={FOREIGN_OFFICE}&topic=schutz&status=running": [],
    }.items():  # fmt: skip
        assert sorted(titles(client, address + query)) == sorted(found), query
    tree = BeautifulSoup(client.get(address).content, "html.parser")
    options = {tag["name"]: [option.get_text() for option in tag.select("option")][1:] for tag in tree.select(".filter select")}
    assert options["funder"] == [FOREIGN_OFFICE, EUROPE]
    assert options["status"] == [words[1], words[2]]
    kinder = ProjectPage.objects.get(title__endswith="Kinder", locale__language_code=code)
    chips = [link["href"] for link in BeautifulSoup(client.get(kinder.get_url()).content, "html.parser").select(".facts a.chip")]
    assert len(chips) == 3
    for chip in chips:
        assert "Kinder" in titles(client, chip)


@pytest.mark.parametrize(("code", "other"), [("de", "ar"), ("ar", "de")])
def test_the_language_switch_keeps_the_filter_by_funder(
    client: Client, theme: ThemePage, index: ProjectIndexPage, code: str, other: str
) -> None:
    called = {"de": {"office": "Auswärtiges Amt", "union": "Europäische Union"}, "ar": {"office": "الخارجية", "union": "الاتحاد"}}
    # Longer than what is filtered by.
    called["de"]["long"] = "Ministerium für Flucht und Zuflucht " * 4 + "Bonn"
    called["ar"]["long"] = "وزارة اللجوء والهجرة والاندماج " * 4 + "بون"
    # The first one is not translated.
    make_alias(make_project(theme, "D", funders="Europäische Union"), "ar")
    for title, funders in (("A", ["union", "office"]), ("B", ["office"]), ("C", ["union"]), ("E", ["office", "long"])):
        page = make_project(theme, title, funders="\n".join(called["de"][name] for name in funders))
        lines = "\n".join(called["ar"][name] for name in funders)
        translate(page, "ar", words={page.funders.replace("\n", end): lines.replace("\n", end) for end in ("\n", "<br/>")})
    make_project(theme, "Ohne Übersetzung", funders="Land Berlin")
    translate(index, "ar")
    unions = ["A", "C"] if other == "ar" else ["A", "C", "D"]
    for name, found in (("office", ["A", "B", "E"]), ("union", unions), ("long", ["E"])):
        tree = BeautifulSoup(client.get(version(index, code), {"funder": called[code][name][:100]}).content, "html.parser")
        link = next(link["href"] for link in tree.select(".lang__list a") if link.span["lang"] == other)
        assert link.startswith(f"{version(index, other)}?funder=")
        answer = client.get(link)
        assert sorted(card.link.title[-1] for card in answer.context_data["entries"]) == found
        chosen = BeautifulSoup(answer.content, "html.parser").select_one("select[name=funder] option[selected]")
        assert chosen.get_text() == called[other][name][:100]
    for unknown in ("Land Berlin", "\x00", "x" * 500):
        assert not client.get(version(index, "ar"), {"funder": unknown}).context_data["is_filtered"]


def test_rows_made_anew_are_those_that_were_written(theme: ThemePage) -> None:
    make_project(theme, funders="A\n B\n\nA\n", starts_on=TODAY)
    make_project(theme, "Ohne", goes_on=False)

    def written() -> tuple[list, list]:
        return (sorted(ListRow.objects.values_list("page_id", "start", "end", "is_live")),
                sorted(ListTerm.objects.values_list("row__page__title", "name", "value")))  # fmt: skip

    before = written()
    assert before[1] == [("Hilfe", "funders", "A"), ("Hilfe", "funders", "B"), ("Hilfe", "when.status", "known")]
    rows.rebuild()
    assert written() == before


def test_the_head_says_what_it_is_and_who_pays(client: Client, theme: ThemePage) -> None:
    first = make_project(
        theme, funders=f"{FOREIGN_OFFICE}\n{EUROPE}", partners="UNHCR", places="Amman\nBerlin", starts_on=datetime.date(2016, 1, 1),
        starts_precision="year", ends_on=datetime.date(2022, 12, 31),
    )  # fmt: skip
    second = make_project(theme, "Studie", is_research=True)
    entities = []
    for page in (first, second):
        text = client.get(page.get_url()).text
        data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)[1])
        entities.append(data["@graph"][0]["mainEntity"])
    assert [entity["@type"] for entity in entities] == ["Project", "ResearchProject"]
    assert [each["name"] for each in entities[0]["funder"]] == [FOREIGN_OFFICE, EUROPE]
    names = ("foundingDate", "dissolutionDate", "areaServed")
    assert {name: entities[0][name] for name in names} == dict(zip(names, ("2016", "2022-12-31", ["Amman", "Berlin"]), strict=True))
    assert [name for name in (*names, "funder", "member") if name in entities[1]] == []


@LANGUAGES
def test_a_theme_shows_its_projects_and_what_has_ended_last(client: Client, theme: ThemePage, code: str, words: tuple) -> None:
    for title, end in (("Früher", TODAY - DAY), ("Heute", None), ("Morgen", None)):
        translate(make_project(theme, title, starts_on=TODAY + (2 if title == "Morgen" else -3) * DAY, ends_on=end), "ar")
    make_project(theme, "Entwurf", live=False)
    context = client.get(version(theme, code)).context_data
    assert [card.link.title.removeprefix("EN ") for card in context["projects"]] == ["Heute", "Morgen", "Früher"]
    assert context["services"] == []
    # The block of the section shows what runs or is to come.
    home = HomePage.objects.get(locale__language_code="de")
    home.body = [("section", {"heading": "Projekte", "background": "plain", "content": [
        {"type": "latest_news", "value": {"kind": "project", "count": 3}}]})]  # fmt: skip
    translate(publish(home), "ar")
    shown = BeautifulSoup(client.get(f"/{code}/").content, "html.parser").select("main :is(h2, h3) a")
    assert [tag.get_text().removeprefix("EN ") for tag in shown] == ["Heute", "Morgen"]


def test_goals_are_named_in_each_language(client: Client, theme: ThemePage) -> None:
    project = make_project(theme, goals=["10", "16"])
    translate(project, "ar")
    assert facts_of(client, version(project, "de"))["Ziele der Agenda 2030"] == [
        "10 Weniger Ungleichheiten", "16 Frieden, Gerechtigkeit und starke Institutionen",
    ]  # fmt: skip
    assert facts_of(client, version(project, "ar"))["أهداف خطة عام 2030"][0] == "10 الحد من أوجه عدم المساواة"
    for code in ("de", "ar"):
        marks = BeautifulSoup(client.get(version(project, code)).content, "html.parser").select(".facts .sdg")
        assert [(mark["class"], mark.get_text()) for mark in marks] == [(["sdg", "sdg-10"], "10"), (["sdg", "sdg-16"], "16")]
    names = {}
    for code in ("de", "en", "uk", "ar"):
        with translation.override(code):
            names[code] = [str(goal.label) for goal in Goal]
    assert {code: len(set(texts)) for code, texts in names.items()} == dict.fromkeys(names, 17)
    assert all(len({texts[number] for texts in names.values()}) == 4 for number in range(17))


@pytest.mark.once
@pytest.mark.parametrize("count", [2, 20])
def test_queries(client: Client, section: OurWorkPage, index: ProjectIndexPage, count: int) -> None:
    theme = add(section, ThemePage(title="Familie"))
    topic = make_topic()
    for number in range(count):
        make_project(theme, f"Projekt {number}", topics=[topic], funders=FOREIGN_OFFICE, starts_on=TODAY, goals=["10"])
    addresses = ("projekte/", "projekte/?topic=ruckkehr&status=running", "familie/", "familie/projekt-0/")
    for address in addresses:
        client.get(f"/de/unsere-arbeit/{address}")
    numbers = {}
    for address in addresses:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/de/unsere-arbeit/{address}").status_code == 200
        numbers[address] = len(queries)
    assert max(numbers.values()) <= 9, numbers


def test_a_record_gives_period_goals_and_contact(tmp_path: Path, client: Client) -> None:
    def record(name: str, type_name: str, parent: str, **more: object) -> dict[str, object]:
        return {"id": name, "type": type_name, "lang": "de", "title": name.title(), **({"parent": parent} if parent else {}), **more}

    records = [
        record("home", "home.HomePage", "", fields={"hero_title": "Hallo", "hero_text": "Hier."}),
        record("part", "home.OurWorkPage", "home"),
        record("theme", "work.ThemePage", "part"),
        record(
            "project", "work.ProjectPage", "theme", starts_on="2021", ends_on="2022-08", goals=["10", "16"], funders="EU\nBMZ",
            contact=[{"type": "contact", "value": {"heading": "Kontakt", "text": "Berlin"}}],
        ),
        {"id": "project-ar", "type": "work.ProjectPage", "lang": "ar", "translation_of": "project", "title": "مشروع",
         "funders": "الاتحاد الأوروبي\nالوزارة", "contact": [{"type": "contact", "value": {"heading": "اتصال", "text": "برلين"}}]},
    ]  # fmt: skip
    (tmp_path / "records.jsonl").write_text("\n".join(json.dumps(item) for item in records), encoding="utf-8")
    load(tmp_path)
    for code, period, funders in (("de", "2021 bis August 2022", ["EU", "BMZ"]), ("ar", None, ["الاتحاد الأوروبي", "الوزارة"])):
        page = ProjectPage.objects.get(locale__language_code=code)
        assert (page.starts_precision, page.ends_precision, page.goals) == ("year", "month", ["10", "16"])
        assert page.known_date.text == period or code == "ar"
        assert page.funders.splitlines() == funders
    assert "Berlin" in client.get(ProjectPage.objects.get(locale__language_code="de").get_url()).text
