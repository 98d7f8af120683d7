"""The start page of the admin: what waits for whom, and nothing else."""

from __future__ import annotations

import datetime
import json

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Locale, Page, WorkflowState

from home.models import ContentPage
from portal import navigation
from portal.models import Fact
from search.models import AskedQuery
from tests.builders import make_content_page
from tests.people import Portal, client_of

pytestmark = pytest.mark.django_db

NOTHING = "Für Sie liegt nichts an."


def start(client: Client) -> dict[str, tuple[int, list[tuple[str, str]]]]:
    """Return what the start page shows: by heading the number, and of each line text and note."""
    html = BeautifulSoup(client.get(reverse("wagtailadmin_home")).text, "html.parser")
    boxes = {}
    for box in html.select(".portal-box"):
        lines = [
            (line.a.get_text(strip=True), " ".join(note.get_text().split()) if (note := line.span) else "") for line in box.select("li")
        ]
        boxes[box.h2.a.get_text(strip=True)] = (int(box.h2.span.get_text(strip=True)), lines)
    assert (NOTHING in html.get_text()) is (not boxes)
    return boxes


def titles(client: Client, box: str) -> list[str]:
    return [text for text, _note in start(client).get(box, (0, []))[1]]


def draft(page: Page, user: User, title: str) -> ContentPage:
    """Save a change of a page that is not published."""
    page = ContentPage.objects.get(pk=page.pk)
    page.title = title
    page.save_revision(user=user, log_action=True)
    page.refresh_from_db()
    return page


def test_a_page_goes_from_one_box_to_the_next_and_back_with_the_comment(
    portal: Portal, editor: Client, moderator: Client, translator: Client, people: dict[str, User]
) -> None:
    assert [start(client) for client in (editor, moderator, translator)] == [{}, {}, {}]

    page = draft(portal.pages["de"], people["redaktion"], "Neuer Titel")
    assert titles(editor, "Meine Entwürfe") == ["Neuer Titel"]
    assert start(moderator) == {}

    state = page.get_workflow().start(page, people["redaktion"])
    assert start(editor) == {}
    assert titles(moderator, "Wartet auf mich") == ["Neuer Titel"]
    assert start(translator) == {}

    task = state.current_task_state
    task.task.specific.on_action(task, people["freigabe"], "reject", comment="Bitte „kürzer“ <b>schreiben</b>.")
    assert start(moderator) == {}
    assert start(editor) == {"Zurückgewiesen, mit Kommentar": (1, [("Neuer Titel", "Deutsch · „Bitte „kürzer“ <b>schreiben</b>.“")])}

    WorkflowState.objects.get().resume(people["redaktion"])
    assert start(editor) == {}
    assert titles(moderator, "Wartet auf mich") == ["Neuer Titel"]

    task = WorkflowState.objects.get().current_task_state
    task.task.specific.on_action(task, people["freigabe"], "approve")
    changed = "Die deutsche Seite wurde geändert"
    english, french = ("EN Resettlement", "English · veraltet"), ("EN Resettlement", "Français · veraltet")
    expected = [{}, {changed: (2, [english, french])}, {changed: (1, [english])}]
    assert [start(client) for client in (editor, moderator, translator)] == expected


def test_what_is_planned_is_no_draft(portal: Portal, editor: Client, people: dict[str, User]) -> None:
    page = ContentPage.objects.get(pk=portal.pages["de"].pk)
    page.go_live_at = timezone.now() + datetime.timedelta(days=2)
    page.save_revision(user=people["redaktion"]).publish()
    boxes = start(editor)
    assert list(boxes) == ["Geplant"]
    number, lines = boxes["Geplant"]
    assert (number, [text for text, _note in lines]) == (1, ["Resettlement"])


def test_a_translator_sees_the_own_language_and_who_lost_the_right_nothing(
    portal: Portal, translator: Client, people: dict[str, User]
) -> None:
    draft(portal.pages["en"], people["uebersetzung-en"], "New title")
    draft(portal.pages["de"], people["redaktion"], "Neuer Titel")
    number, lines = start(translator)["Meine Entwürfe"]
    assert (number, lines[0][0], lines[0][1].partition(" · ")[0]) == (1, "New title", "English")
    people["uebersetzung-en"].groups.clear()
    people["uebersetzung-en"].user_permissions.clear()
    assert NOTHING not in translator.get(reverse("wagtailadmin_home")).text
    assert "New title" not in client_of(people["redaktion"]).get(reverse("wagtailadmin_home")).text


def test_five_lines_and_the_number_and_all_of_them_one_click_away_at_the_same_cost(
    portal: Portal, editor: Client, people: dict[str, User]
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            editor.get(reverse("wagtailadmin_home"))
        return len(found)

    section = portal.pages["de"].get_parent().specific
    pages = [make_content_page(section, f"Seite {number}") for number in range(20)]
    draft(pages[0], people["redaktion"], "Entwurf 0")
    queries()
    first = queries()
    for number, page in enumerate(pages):
        draft(page, people["redaktion"], f"Entwurf {number}")
    assert queries() == first
    number, lines = start(editor)["Meine Entwürfe"]
    assert (number, [text for text, _note in lines]) == (20, [f"Entwurf {number}" for number in range(19, 14, -1)])
    html = BeautifulSoup(editor.get(reverse("start_box", args=["drafts"])).text, "html.parser")
    assert len(html.select(".portal-box__lines li")) == 20
    assert editor.get(reverse("start_box", args=["nothing-of-the-kind"])).status_code == 404
    # Somebody else's list at the same address is their own.
    assert "Entwurf 1" not in client_of(people["freigabe"]).get(reverse("start_box", args=["drafts"])).text


def test_what_visitors_sought_in_vain(editor: Client, people: dict[str, User]) -> None:
    today = timezone.localdate()
    for language, query, searches, results in (("de", "visum", 3, 0), ("ar", "تأشيرة", 7, 0), ("de", "rückkehr", 9, 4)):
        AskedQuery.objects.create(day=today, language=language, query=query, searches=searches, results=results)
    assert start(editor) == {"Vergeblich gesucht": (2, [("تأشيرة", "العربية · 7-mal gesucht"), ("visum", "Deutsch · 3-mal gesucht")])}
    html = BeautifulSoup(editor.get(reverse("wagtailadmin_home")).text, "html.parser")
    answer = editor.get(html.find("a", string="visum")["href"]).text
    assert "visum" in answer
    assert "rückkehr" not in answer
    people["redaktion"].groups.first().permissions.filter(codename="view_askedquery").delete()
    assert start(client_of(User.objects.get(username="redaktion"))) == {}


def test_facts_that_are_missing_wait_for_who_may_change_them(editor: Client, translator: Client) -> None:
    german = Locale.objects.get(language_code="de")
    for number in range(7):
        Fact.objects.create(name=f"Telefon {number}", kind="phone", locale=german)
    Fact.objects.create(name="Zentrale", kind="phone", value="+49 30 278778 0", locale=german)
    assert start(editor) == {"Fehlende Angaben": (7, [(f"Telefon {number}", "") for number in range(5)])}
    assert start(translator) == {}


def test_numbers_of_pages_and_pictures_are_not_what_one_begins_with(editor: Client) -> None:
    assert "w-summary" not in editor.get(reverse("wagtailadmin_home")).text


def explorer(client: Client) -> tuple[int, str]:
    """Return at which page “Pages” begins, and its address."""
    html = BeautifulSoup(client.get(reverse("wagtailadmin_home")).text, "html.parser")
    entries = json.loads(html.find(id="wagtail-sidebar-props").string)
    found: list[tuple[int, str]] = []

    def look(value: object) -> None:
        if isinstance(value, dict):
            if value.get("_type") == "wagtail.sidebar.PageExplorerMenuItem":
                found.append((value["_args"][1], value["_args"][0]["url"]))
            for inner in value.values():
                look(inner)
        elif isinstance(value, list):
            for inner in value:
                look(inner)

    look(entries)
    return found[0]


def test_pages_begins_at_the_german_home_page_where_somebody_works_in_several_languages(
    portal: Portal, moderator: Client, translator: Client
) -> None:
    home = navigation.homes()["de"]["id"]
    assert explorer(moderator) == (home, reverse("wagtailadmin_explore", args=[home]))
    assert explorer(translator)[0] == portal.homes["en"].pk


def test_the_address_of_pages_leads_there_too_but_from_pages_to_the_list_of_home_pages(
    portal: Portal, moderator: Client, translator: Client
) -> None:
    address = reverse("wagtailadmin_explore_root")
    home = reverse("wagtailadmin_explore", args=[navigation.homes()["de"]["id"]])
    own = reverse("wagtailadmin_explore", args=[portal.homes["en"].pk])
    login = "http://testserver/admin/login/?next=/admin/pages/"
    # Typed; typed before the login; from another screen of the admin; from who knows where.
    for before in ({}, {"referer": login}, {"referer": "http://testserver/admin/"}, {"referer": "http://["}):
        headers = {"sec-fetch-site": "same-origin" if before else "none", **before}
        assert moderator.get(address, headers=headers).url == home
        assert translator.get(address, headers=headers).url == own
    assert moderator.get(address, {"ordering": "title"}).status_code == 200
    listed = BeautifulSoup(moderator.get(address, headers={"referer": f"http://testserver{home}"}).content, "html.parser")
    edits = {reverse("wagtailadmin_pages:edit", args=[found.pk]) for found in portal.homes.values()}
    assert edits <= {link["href"].split("?")[0] for link in listed.select("main a[href]")}
