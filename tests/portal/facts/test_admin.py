"""Facts in the admin: what is chosen, what is missing and who waits for it, what is refused."""

from __future__ import annotations

import datetime
import json

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import AnonymousUser, User
from django.db import connection
from django.db.models import ProtectedError
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.admin.rich_text import get_rich_text_editor_widget
from wagtail.models import Page, ReferenceIndex

from home.models import ContentPage
from portal.admin.facts import missing_box
from portal.models import Fact
from tests.builders import make_alias, make_content_page, make_fact, make_home, make_section, submit, translate

pytestmark = pytest.mark.django_db


@pytest.fixture
def page() -> ContentPage:
    return make_content_page(make_section(make_home()), title="Presse")


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("admin", password="x"))
    return client


def use(page: ContentPage, *facts: Fact) -> ContentPage:
    text = "".join(f'<p>Zu finden: <a linktype="fact" id="{fact.pk}">{fact.name}</a></p>' for fact in facts)
    page.body = [("text", text)]
    page.save_revision().publish()
    return page


def rows(admin: Client, url: str) -> list[list[str]]:
    soup = BeautifulSoup(admin.get(url).content, "html.parser")
    return [[" ".join(cell.get_text(" ", strip=True).split()) for cell in row.find_all("td")] for row in soup.select("tbody tr")]


def url_of(name: str, fact: Fact) -> str:
    return reverse(f"wagtailsnippets_portal_fact:{name}", args=[fact.pk])


def test_what_is_missing_is_listed_with_the_places_that_wait(admin: Client, page: ContentPage) -> None:
    phone, address, nobody = make_fact(name="Telefon"), make_fact("address", name="Anschrift"), make_fact(name="Zentrale")
    given = make_fact("email", "hq@iom.int", name="E-Mail")
    use(page, phone, address, given)
    translate(page, "ar", title="الصحافة")
    listed = [cells[-3:] for cells in rows(admin, reverse("missing_facts"))]
    places = "Presse (Deutsch) الصحافة ( العربية)".replace("( ", "(")
    assert listed == [
        ["Anschrift", "Anschrift", places],
        ["Telefon", "Telefonnummer", places],
        [nobody.name, "Telefonnummer", "–"],
    ]
    phone.value = "112"
    phone.save()
    assert [cells[-3] for cells in rows(admin, reverse("missing_facts"))] == ["Anschrift", "Zentrale"]


def test_where_facts_are_listed_and_chosen_their_source_and_review_are_seen(admin: Client, page: ContentPage) -> None:
    checked = make_fact("fee", "75 EUR", name="Visum")
    checked.source, checked.source_date = "AufenthV", "2024-10"
    checked.reviewed_on, checked.reviewed_by = datetime.date(2026, 11, 2), "Fachdienst Visa"
    checked.save()
    undated = make_fact("phone", "112", name="Notruf")
    undated.source = "Bund"
    undated.save()
    make_fact("email", "hq@iom.int", name="Zentrale")
    listed = {
        "Notruf": ["undatiert", "– nicht geprüft"],
        "Visum": ["Oktober 2024", "02.11.2026, Fachdienst Visa"],
        "Zentrale": ["– keine Quelle", "– nicht geprüft"],
    }
    for name, first, last in (("wagtailsnippets_portal_fact:list", 4, 6), ("wagtailsnippetchoosers_portal_fact:choose_results", 3, 5)):
        found = rows(admin, reverse(name))
        assert {next(key for key in listed if key in " ".join(cells)): cells[first:last] for cells in found} == listed
    # By the oldest source, or by what was checked longest ago.
    ordered = rows(admin, f"{reverse('wagtailsnippets_portal_fact:list')}?ordering=-source_date")
    assert "Visum" in " ".join(ordered[0])


def test_the_start_page_says_what_is_missing_and_how_much_waits(admin: Client, page: ContentPage) -> None:
    phone = make_fact(name="Telefon")
    use(page, phone)
    translate(page, "ar", title="الصحافة")
    make_fact("email", "hq@iom.int", name="E-Mail")
    request = RequestFactory().get("/")
    for user, lines in ((User.objects.get(), [("Telefon", url_of("edit", phone), "1 deutscher Text wartet")]), (AnonymousUser(), [])):
        request.user = user
        found = [(line.text, line.url, line.note) for box in missing_box(request) for line in box.lines]
        assert found == lines


@pytest.mark.once
def test_the_list_costs_the_same_however_long_it_is(admin: Client, page: ContentPage) -> None:
    counts = []
    for number in (1, 20):
        facts = [make_fact(name=f"Telefon {number} {one}") for one in range(number)]
        use(page, *facts)
        admin.get(reverse("missing_facts"))
        with CaptureQueriesContext(connection) as queries:
            assert len(rows(admin, reverse("missing_facts"))) >= number
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_list_is_for_those_who_may_change_facts(client: Client, page: ContentPage) -> None:
    client.force_login(User.objects.create_user("fremd", password="x"))
    assert client.get(reverse("missing_facts")).status_code == 302


@pytest.mark.parametrize("bulk", [False, True])
def test_a_used_fact_is_not_deleted_and_its_places_are_named(admin: Client, page: ContentPage, bulk: bool) -> None:
    used, unused = make_fact("phone", "110", name="Notruf"), make_fact("phone", "112", name="Rettung")
    use(page, used)
    translate(page, "ar", title="الصحافة")
    bulk_url = reverse("wagtail_bulk_action", args=["portal", "fact", "delete"]) + f"?id={used.pk}&id={unused.pk}"
    answer = admin.post(bulk_url if bulk else url_of("delete", used))
    assert answer.status_code == 409
    text = BeautifulSoup(answer.content, "html.parser").get_text(" ", strip=True)
    assert "Presse (Deutsch)" in " ".join(text.split())
    assert "الصحافة" in text
    assert Fact.objects.count() == 2
    admin.post(url_of("delete", unused))
    assert list(Fact.objects.all()) == [used]


@pytest.mark.parametrize("bulk", [False, True])
def test_a_fact_that_a_draft_alone_uses_is_not_deleted_either(admin: Client, page: ContentPage, bulk: bool) -> None:
    fact = make_fact("phone", "110", name="Notruf")
    page.body = [("text", f'<p>Zu finden: <a linktype="fact" id="{fact.pk}">{fact.name}</a></p>')]
    page.save_revision()
    bulk_url = reverse("wagtail_bulk_action", args=["portal", "fact", "delete"]) + f"?id={fact.pk}"
    answer = admin.post(bulk_url if bulk else url_of("delete", fact))
    assert answer.status_code == 409
    assert "Presse (Deutsch)" in " ".join(BeautifulSoup(answer.content, "html.parser").get_text(" ", strip=True).split())
    with pytest.raises(ProtectedError):
        fact.delete()
    page.body = []
    page.save_revision()
    admin.post(bulk_url if bulk else url_of("delete", fact))
    assert Fact.objects.count() == 0


@pytest.mark.parametrize(("code", "name"), [("en", "English"), ("ar", "العربية")])
def test_a_fact_that_only_an_unfinished_translation_uses_is_not_deleted_either(
    admin: Client, page: ContentPage, code: str, name: str
) -> None:
    """What the translator has before them is the German text of earlier: in German the fact is gone."""
    fact = make_fact("phone", "110", name="Notruf")
    use(page, fact)
    version = translate(page, code, title="Press", leave_out=1) if code == "en" else make_alias(page, code)
    submit(page, code)
    Page.objects.filter(pk=version.pk).update(live=False)
    page.body = []
    page.save_revision().publish()
    ReferenceIndex.objects.filter(base_content_type__model="page", object_id=str(version.pk)).delete()
    for url in (url_of("delete", fact), reverse("wagtail_bulk_action", args=["portal", "fact", "delete"]) + f"?id={fact.pk}"):
        answer = admin.post(url)
        assert answer.status_code == 409
        places = BeautifulSoup(answer.content, "html.parser").select("main li")
        named = [" ".join(line.get_text(" ", strip=True).split()) for line in places]
        assert [line for line in named if "(" in line] == [f"{version.title} ({name})"]
    with pytest.raises(ProtectedError):
        fact.delete()
    # Handed over anew, it needs the fact no more.
    submit(page, code)
    fact.delete()
    assert Fact.objects.count() == 0


def test_the_chooser_offers_german_facts_with_their_values(admin: Client, page: ContentPage) -> None:
    phone, missing = make_fact("phone", "112", name="Notruf"), make_fact(name="Presse")
    chooser = "wagtailsnippetchoosers_portal_fact"

    def found(html: str) -> list[list[str]]:
        lines = BeautifulSoup(html, "html.parser").select("tbody tr")
        return [[cell.get_text(" ", strip=True) for cell in row.find_all("td")] for row in lines]

    unchecked = ["– keine Quelle", "– nicht geprüft"]
    lines = [["Notruf", "Telefonnummer", "112", *unchecked], ["Presse", "Telefonnummer", "– noch kein Wert", *unchecked]]
    assert found(json.loads(admin.get(reverse(f"{chooser}:choose")).content)["html"]) == lines
    assert found(admin.get(reverse(f"{chooser}:choose_results"), {"q": "Notr"}).text) == lines[:1]
    for fact, value, hint in ((phone, "112", ""), (missing, "", "noch kein Wert: Dieser Absatz erscheint nicht auf der Seite")):
        chosen = json.loads(admin.get(reverse(f"{chooser}:chosen", args=[fact.pk])).content)["result"]
        assert (chosen["id"], chosen["title"], chosen["value"], chosen["hint"]) == (str(fact.pk), fact.name, value, hint)


def test_the_editor_shows_name_and_value_and_stores_the_id_alone(page: ContentPage) -> None:
    fact = make_fact("phone", "112", name="Notruf")
    stored = f'<p>Ruf: <a id="{fact.pk}" linktype="fact">Notruf</a></p>'
    converter = get_rich_text_editor_widget(features=["fact"]).converter
    content = json.loads(converter.from_database_format(stored))
    assert list(content["entityMap"].values()) == [
        {"type": "FACT", "mutability": "IMMUTABLE", "data": {"value": "112", "hint": "", "id": str(fact.pk)}}
    ]
    content["blocks"][0]["key"] = ""
    again = BeautifulSoup(converter.to_database_format(json.dumps(content)), "html.parser")
    del again.p["data-block-key"]
    assert again == BeautifulSoup(stored, "html.parser")


@pytest.mark.parametrize(
    ("kind", "value", "text", "field"),
    [("fee", "viel", "", "value"), ("address", "Berlin", "", "value"), ("phone", "", "Berlin", "text"), ("phone", "nie", "", "value")],
)
def test_what_does_not_fit_is_refused_at_its_field(admin: Client, page: ContentPage, kind: str, value: str, text: str, field: str) -> None:
    data = {"name": "Angabe", "kind": kind, "value": value, "text": text, "source_date": ""}
    answer = admin.post(reverse("wagtailsnippets_portal_fact:add"), data)
    assert list(answer.context["form"].errors) == [field]
    assert list(Fact.objects.all()) == []


def test_what_is_typed_is_stored_in_one_form(admin: Client, page: ContentPage) -> None:
    data = {"name": "Zeiten", "kind": "hours", "value": "Mo–Do 10–16 Uhr", "text": "", "source_date": "16.10.2024", "reviewed_by": "FAP"}
    admin.post(reverse("wagtailsnippets_portal_fact:add"), data)
    fact = Fact.objects.get()
    assert (fact.value, fact.source_date, fact.reviewed_by, fact.reviewed_on) == ("Mo-Do 10:00-16:00", "2024-10-16", "FAP", None)
