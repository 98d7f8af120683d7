"""What serves a goal leads to the list of its kind, and the grid of the goals asks the database once."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from agenda.models import GoalPage
from home.models import Agenda2030Page, HomePage
from portal.listing import goals
from tests.builders import add, make_section, publish, translate
from work.models import ProjectIndexPage, ProjectPage, ThemePage

pytestmark = pytest.mark.django_db


@pytest.mark.once
def test_the_grid_takes_the_same_queries_however_many_goals_have_a_page(client: Client, home: HomePage) -> None:
    section = add(home, Agenda2030Page(title="Agenda"))
    section.body = [("section", {"heading": "Ziele", "background": "plain", "content": [("goals", None)], "aside": []})]
    publish(section)
    taken = []
    for numbers in (["1"], ["5", "10", "17"]):
        for number in numbers:
            add(section, GoalPage(title=f"Ziel {number}", number=number, lead="Ein Satz."))
        client.get(section.get_url())
        with CaptureQueriesContext(connection) as queries:
            text = client.get(section.get_url()).text
        taken.append((text.count('href="/de/agenda/ziel-'), len(queries)))
    assert taken == [(1, taken[0][1]), (4, taken[0][1])]


def test_more_than_are_shown_are_in_the_list_of_their_kind_and_not_in_one_that_is_a_page_of_a_kind_itself(
    home: HomePage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A theme lists its projects too."""
    monkeypatch.setattr(goals, "SHOWN", 1)
    work = make_section(home)
    theme, index = add(work, ThemePage(title="Familie")), add(work, ProjectIndexPage(title="Projekte"))
    for title in ("Eins", "Zwei"):
        translate(add(theme, ProjectPage(title=title, lead="Ein Satz.", goals=["10"])), "ar")
    arabic = translate(index, "ar")
    for code, page, before in (("de", index, ""), ("ar", arabic, "EN ")):
        with translation.override(code):
            (found,) = goals.serving("10", code)
        assert [card.link.title for card in found.cards] == [f"{before}Zwei"]
        assert (found.link.address, goals.serving("5", code)) == (f"{page.get_url()}?goal=10", [])
