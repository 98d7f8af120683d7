"""Goals of the 2030 Agenda: their pages, what serves them, the grid, and that the initial content has them all in four languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from wagtail.models import PageViewRestriction

from agenda.blocks import shown_number
from agenda.models import GoalPage
from home.models import Agenda2030Page, DataAndResearchPage, HomePage
from portal.models.goals import Goal
from research.models import DataIndexPage, DataPage, PublicationIndexPage, PublicationPage
from tests.builders import add, make_home, make_news, make_news_index, make_section, make_topic, publish, translate
from work.models import ProjectIndexPage, ProjectPage, ThemePage

LANGUAGES = ("de", "en", "uk", "ar")


@pytest.fixture
def home(db: None) -> HomePage:
    return make_home()


@pytest.fixture
def section(home: HomePage) -> Agenda2030Page:
    return add(home, Agenda2030Page(title="Agenda"))


def target(number: str, **fields: object) -> tuple[str, dict[str, object]]:
    return ("target", {"number": number, "text": f"Wortlaut {number}.", "relation": "direct", **fields})


def make_goal(section: Agenda2030Page, number: str, targets: list | None = None) -> GoalPage:
    return add(section, GoalPage(title=f"Ziel {number}", number=number, lead="Ein Satz.", targets=targets or []))


def make_serving(home: HomePage, count: int, goals: list[str]) -> ThemePage:
    """Make pages of all kinds that serve goals, and their lists."""
    work, research = make_section(home), add(home, DataAndResearchPage(title="Daten"))
    theme, news = add(work, ThemePage(title="Familie")), make_news_index(home)
    add(work, ProjectIndexPage(title="Projekte"))
    data, publications = add(research, DataIndexPage(title="Reihen")), add(research, PublicationIndexPage(title="Publikationen"))
    topic = make_topic()
    for n in range(count):
        add(theme, ProjectPage(title=f"Projekt {n}", lead="Ein Satz.", goals=goals, topics=[topic], starts_on="2024-01-01"))
        add(data, DataPage(title=f"Reihe {n}", lead="Ein Satz.", csv="Jahr;a\n2024;5\n2025;7\n", counted="a", goals=goals))
        add(publications, PublicationPage(title=f"Bericht {n}", lead="Ein Satz.", authors="IOM", published_on="2024-05-07", goals=goals))
        make_news(news, title=f"Meldung {n}", goals=goals)
    return theme


def read(client: Client, address: str) -> BeautifulSoup:
    response = client.get(address)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def serving(client: Client, page: GoalPage) -> dict[str, list[str]]:
    """Return what a goal shows as serving it, by the heading of the kind."""
    kinds = read(client, page.get_url()).select("section[aria-labelledby=serving] h3")
    return {kind.get_text(): [card.get_text() for card in kind.parent.select("h4")] for kind in kinds}


def test_a_goal_shows_its_targets_and_what_serves_it(client: Client, home: HomePage, section: Agenda2030Page) -> None:
    goal = make_goal(section, "10", [target("10.c", note="Überweisungen"), target("10.7", relation="related")])
    theme = make_serving(home, 1, ["10"])
    make_serving_none = add(theme, ProjectPage(title="Anderes", lead="Ein Satz.", goals=["5"]))
    private = add(theme, ProjectPage(title="Geheim", lead="Ein Satz.", goals=["10"]))
    PageViewRestriction.objects.create(page=private, restriction_type=PageViewRestriction.LOGIN)
    assert serving(client, goal) == {
        "Projekte": ["Projekt 0"], "Datensätze": ["Reihe 0"], "Aktuelles": ["Meldung 0"], "Publikationen": ["Bericht 0"],
    }  # fmt: skip
    page = read(client, goal.get_url())
    found = {
        part["aria-labelledby"]: [(item.h3.get_text(), item.p.get_text()) for item in part.select(".target")]
        for part in page.select("section:has(.target)")
    }
    assert found == {"targets": [("10.c", "Wortlaut 10.c.")], "related-targets": [("10.7", "Wortlaut 10.7.")]}
    # A change is there at once, as is what is withdrawn.
    make_serving_none.goals = ["5", "10"]
    publish(make_serving_none)
    ProjectPage.objects.get(title="Projekt 0").unpublish()
    assert serving(client, goal)["Projekte"] == ["Anderes"]


def test_a_goal_says_the_same_as_markdown_and_side_by_side(client: Client, home: HomePage, section: Agenda2030Page) -> None:
    goal = make_goal(section, "10", [target("10.7", relation="related"), target("10.c")])
    make_news(make_news_index(home), title="Meldung", lead="Ein Satz.", goals=["10"])
    assert client.get(f"{goal.get_url().rstrip('/')}.md").content.decode().partition("**[")[0].split("\n\n")[:-1] == [
        "# Ziel 10", "Ein Satz.", "## Unterziele zu Migration", "### 10.c", "Wortlaut 10.c.",
        "## Verwandte Unterziele", "### 10.7", "Wortlaut 10.7.", "## Im Portal zu diesem Ziel",
    ]  # fmt: skip
    translate(home, "ar")
    translate(goal, "ar", title="هدف")
    headings = [list(tag.stripped_strings) for tag in read(client, f"{goal.get_url()}?neben=ar").select("h2.beside__row")]
    assert headings == [["Unterziele zu Migration", "غايات بشأن الهجرة"], ["Verwandte Unterziele", "غايات ذات صلة"]]


def test_a_goal_in_another_language_shows_what_is_there(client: Client, home: HomePage, section: Agenda2030Page) -> None:
    translate(home, "ar")
    goal = make_goal(section, "10", [target("10.c")])
    make_serving(home, 1, ["10"])
    translate(ProjectPage.objects.get(), "ar", title="مشروع")
    arabic = translate(goal, "ar", title="الحد من أوجه عدم المساواة")
    assert serving(client, arabic) == {"المشاريع": ["مشروع"]}
    # The number of a target has the letter of the alphabet, as the Arabic wording of the United Nations has it.
    assert [tag.get_text() for tag in read(client, arabic.get_url()).select(".target__number")] == ["10-ج"]
    with translation.override("de"):
        assert shown_number("10.c") == "10.c"


def test_what_serves_a_goal_leads_to_it_and_is_filtered_by_it(client: Client, home: HomePage, section: Agenda2030Page) -> None:
    goal = make_goal(section, "10")
    theme = make_serving(home, 7, ["10", "5"])
    add(theme, ProjectPage(title="Anderes", lead="Ein Satz.", goals=["5"], starts_on="2024-01-01"))
    for page in (ProjectPage.objects.first(), DataPage.objects.first(), PublicationPage.objects.first()):
        line = read(client, page.get_url()).select(".facts .sdg-line")
        # Goal 5 has no page: it is named and leads nowhere.
        assert [(tag.b.get_text(), tag.a and tag.a["href"]) for tag in line] == [("10", goal.get_url()), ("5", None)]
    way = {tag["href"] for tag in read(client, goal.get_url()).select("section[aria-labelledby=serving] a.more")}
    assert {address.partition("?")[2] for address in way} == {"goal=10"}
    assert len(way) == 4
    listed = {address: len(client.get(address).context_data["results"].paginator.object_list[:100]) for address in way}
    assert set(listed.values()) == {7}


def test_the_grid_has_all_goals_and_links_those_with_a_page(client: Client, home: HomePage, section: Agenda2030Page) -> None:
    goal = make_goal(section, "10", [target("10.c"), target("10.7"), target("10.1", relation="related")])
    block = ("section", {"heading": "Ziele", "background": "plain", "content": [("goals", None)], "aside": []})
    section.refresh_from_db()
    section.body = [block]
    publish(section)
    for code, words in (("de", "2 Unterziele zu Migration"), ("ar", "غايتان بشأن الهجرة")):
        page, leads_to = section, goal
        if code == "ar":
            translate(home, "ar")
            page, leads_to = translate(section, "ar", title="خطة"), translate(goal, "ar", title="هدف")
        tiles = read(client, page.get_url()).select(".goals .goal")
        with translation.override(code):
            assert [(tile.b.get_text(), tile.span.get_text().replace("\xad", "")) for tile in tiles] == Goal.choices
        assert [(tile.get("href"), tile.small.get_text()) for tile in tiles if tile.small] == [(leads_to.get_url(), words)]
        assert [tile["class"][-1] for tile in tiles if not tile.small] == ["goal--off"] * 16
        assert [tile.name for tile in tiles] == ["div"] * 9 + ["a"] + ["div"] * 7


def test_home_shows_the_goals_as_numbers_that_say_their_names(client: Client, home: HomePage, section: Agenda2030Page) -> None:
    goals = [make_goal(section, number) for number in ("1", "10", "17")]
    home.refresh_from_db()
    home.body = [("section", {"heading": "Ziele", "background": "plain", "content": [("goal_numbers", None)], "aside": []})]
    publish(home)
    arabic = translate(home, "ar")
    translate(section, "ar", title="خطة")
    for page, code, links in ((home, "de", goals), (arabic, "ar", [translate(goal, "ar") for goal in goals])):
        items = read(client, page.get_url()).select("ol.sdgs > li > a")
        with translation.override(code):
            assert [item.get_text().replace("\xad", "") for item in items] == [goal.label for goal in Goal]
        assert [item.get("href") for item in items if item.get("href")] == [link.get_url() for link in links]


def test_a_goal_has_one_page_and_its_own_targets(section: Agenda2030Page) -> None:
    make_goal(section, "10")
    with pytest.raises(ValidationError) as raised:
        make_goal(section, "10")
    assert set(raised.value.message_dict) == {"number"}
    with pytest.raises(ValidationError) as raised:
        make_goal(section, "1", [target("10.7")])
    assert set(raised.value.message_dict) == {"targets"}


@pytest.mark.once
@pytest.mark.parametrize("count", [2, 20])
def test_queries(client: Client, home: HomePage, section: Agenda2030Page, count: int) -> None:
    for number in ("9", "10", "11"):
        make_goal(section, number, [target(f"{number}.1"), target(f"{number}.2")])
    make_serving(home, count, ["10"])
    numbers = {}
    for address in ("ziel-10/", "ziel-9/"):
        client.get(f"/de/agenda/{address}")
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/de/agenda/{address}").status_code == 200
        numbers[address] = len(queries)
    assert max(numbers.values()) <= 9, numbers


# --- the initial content ---------------------------------------------------------------------------------------------------


def records(code: str, name: str) -> dict:
    return json.loads((Path(settings.BASE_DIR) / "content" / code / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("code", LANGUAGES)
def test_all_goals_bear_their_names_and_the_wording_of_their_targets(code: str) -> None:
    goals = {number: records(code, f"goal-{number}") for number in Goal.values}
    with translation.override(code):
        assert {number: goal["title"] for number, goal in goals.items()} == {goal.value: str(goal.label) for goal in Goal}
    targets = [target["value"] for goal in goals.values() for target in goal.get("targets", ())]
    tables = [block["value"]["rows"] for block in records(code, "migration-und-sdgs")["body"] if block["type"] == "table"]
    assert {t["text"] for t in targets if t["relation"] == "direct"} == {row[2] for rows in tables[:2] for row in rows}
    assert sorted(t["note"] for t in targets if t["relation"] == "related") == sorted(row[2] for row in tables[2])
    # Whoever quotes names the source.
    assert {number for number, goal in goals.items() if goal.get("targets")} == {n for n, goal in goals.items() if goal.get("sources")}
