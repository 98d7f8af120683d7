"""The inbox: who reads which messages, marking them, export."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser, Group, Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from wagtail.models import PageViewRestriction
from wagtail.users.models import UserProfile

from home.models import HomePage
from participate import recipients
from participate.models import ContactTopic, Message
from participate.purposes import Purpose
from tests.builders import make_content_page, submit, translate, translate_texts
from translation import roles

from .conftest import make_form, make_topic, soup_of

INDEX = "/admin/messages/"
FORMULA = '=HYPERLINK("https://evil.example";"x")'


def make_message(number: int = 1, **values: object) -> Message:
    defaults = {"purpose": "contact", "language": "ar", "text": "مرحبا\nسؤال", "reference": f"AAAA-{number:04}", "key": f"{number}"}
    return Message.objects.create(**{**defaults, **values})


def listed(client: Client, address: str = INDEX) -> list[str]:
    return [cell.get_text(strip=True) for cell in soup_of(client.get(address)).select("td.title .title-wrapper")]


@pytest.fixture
def signed_in(client: Client, reader: AbstractBaseUser) -> Client:
    UserProfile.objects.update_or_create(user=reader, defaults={"preferred_language": "de"})
    client.force_login(reader)
    return client


def test_the_start_page_shows_what_waits_for_its_reader_the_oldest_first(signed_in: Client) -> None:
    other = Group.objects.create(name="Andere")
    make_message(99, group=other, text="Geheimes")
    for number in range(7):
        make_message(number, topic=make_topic("Rückkehr") if number == 0 else None)
    done = Message.objects.get(reference="AAAA-0003")
    signed_in.post(reverse("messages:edit", args=[done.pk]), {"is_done": "on"})
    box = soup_of(signed_in.get("/admin/")).find(id="box-messages").parent
    assert box.h2.get_text(" ", strip=True) == "Nachrichten 6"
    assert box.h2.a["href"] == f"{INDEX}?is_open=true"
    waiting = Message.objects.filter(reference__lt="AAAA-0099", answered_at=None).order_by("pk")[:5]
    assert [line.a["href"] for line in box.select("li")] == [reverse("messages:edit", args=[message.pk]) for message in waiting]
    assert [line.select("bdi")[1].get_text() for line in box.select("li")] == ["العربية"] * 5


def test_what_went_to_a_group_that_is_gone_is_opened_to_nobody_else(signed_in: Client, admin_client: Client) -> None:
    group = Group.objects.create(name="Gewaltschutz")
    topic = make_topic("Gewalt", group=group)
    message = make_message(1, group=group, topic=topic)
    make_message(2)
    group.delete()
    message.refresh_from_db()
    message.save()
    assert (listed(signed_in), sorted(listed(admin_client))) == (["AAAA-0002"], ["AAAA-0001", "AAAA-0002"])
    assert signed_in.get(reverse("messages:edit", args=[message.pk])).status_code == 302
    assert (recipients.real_readers(message), Purpose.CONTACT in recipients.offers()) == ([], False)
    # Whoever saves the topic anew says that all may read what comes in from now on.
    ContactTopic.objects.get(pk=topic.pk).save()
    assert recipients.offers()[Purpose.CONTACT].topics == (topic.pk,)
    assert listed(signed_in) == ["AAAA-0002"]


def test_a_reader_sees_marks_and_undoes(signed_in: Client, reader: AbstractBaseUser) -> None:
    message = make_message(email="amira@example.org", name="Amira", topic=make_topic("Rückkehr"))
    assert listed(signed_in) == ["AAAA-0001"]
    address = reverse("messages:edit", args=[message.pk])
    soup = soup_of(signed_in.get(address))
    text = soup.select_one(".message-text")
    assert (text["lang"], text["dir"], text.get_text("|", strip=True)) == ("ar", "auto", "مرحبا|سؤال")
    assert soup.select_one("a[href^='mailto:']")["href"] == "mailto:amira@example.org?subject=AAAA-0001"
    # Nothing of what somebody wrote can be changed: there is no field for it.
    fields = {field["name"] for field in soup.select("main form input[name], main form textarea[name]")}
    assert fields - {"csrfmiddlewaretoken", "next"} == {"is_done"}
    assert signed_in.post(address, {"is_done": "on", "text": "Anderes"}).status_code == 302
    message.refresh_from_db()
    assert (message.is_answered, message.answered_by, message.text) == (True, reader, "مرحبا\nسؤال")
    assert listed(signed_in, f"{INDEX}?is_open=true") == []
    at = message.answered_at
    assert signed_in.post(address, {"is_done": "on"}).status_code == 302
    message.refresh_from_db()
    assert message.answered_at == at
    assert signed_in.post(address, {}).status_code == 302
    message.refresh_from_db()
    assert (message.is_answered, message.answered_by) == (False, None)
    assert listed(signed_in, f"{INDEX}?is_open=true&language=ar") == ["AAAA-0001"]
    assert listed(signed_in, f"{INDEX}?language=uk") == []
    assert listed(signed_in, f"{INDEX}?q=amira") == ["AAAA-0001"]


def test_messages_of_a_group_are_read_by_its_members_alone(signed_in: Client, inbox: Group) -> None:
    other = Group.objects.create(name="Presse")
    other.permissions.set(inbox.permissions.all())
    mine, everybodys, theirs = make_message(1, group=inbox), make_message(2), make_message(3, group=other)
    feedback = make_message(4, purpose="helpful", text="Geheim")
    assert sorted(listed(signed_in)) == [mine.reference, everybodys.reference]
    for view in ("edit", "delete", "history", "usage"):
        for message in (theirs, feedback):
            answer = signed_in.get(reverse(f"messages:{view}", args=[message.pk]))
            assert (answer.status_code, message.text.encode() in answer.content) == (302, False), view
    assert signed_in.post(reverse("messages:edit", args=[theirs.pk]), {"is_done": "on"}).status_code == 302
    theirs.refresh_from_db()
    assert not theirs.is_answered
    # Once it is theirs, another topic or its deletion opens it to nobody.
    assert theirs.reference not in signed_in.get(f"{INDEX}?export=csv").getvalue().decode()


def test_nobody_else_sees_that_there_are_messages(client: Client, home: HomePage) -> None:
    roles.set_up_roles()
    message = make_message()
    addresses = [INDEX, f"{INDEX}results/", f"{INDEX}?export=csv", f"{INDEX}new/"]
    addresses += [reverse(f"messages:{view}", args=[message.pk]) for view in ("edit", "delete", "history", "usage")]
    for name in (roles.EDITORS, roles.MODERATORS, "Übersetzung Englisch", None):
        user = get_user_model().objects.create_user(name or "niemand")
        if name and (group := Group.objects.filter(name=name).first()):
            user.groups.add(group)
        else:
            user.user_permissions.add(Permission.objects.get(codename="access_admin"))
        client.force_login(user)
        for address in addresses:
            answer = client.get(address)
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
            assert (answer.status_code, message.reference.encode() in content) == (302, False), (name, address)
        assert client.post(addresses[4], {"is_done": "on"}).status_code == 302
        assert INDEX not in client.get(reverse("wagtailadmin_home")).content.decode()
    message.refresh_from_db()
    assert not message.is_answered


def test_nobody_makes_messages_and_readers_delete_none(signed_in: Client) -> None:
    message = make_message()
    assert signed_in.get(f"{INDEX}new/").status_code == 302
    assert signed_in.post(reverse("messages:delete", args=[message.pk])).status_code == 302
    assert Message.objects.count() == 1


def test_the_export_is_text_whatever_somebody_wrote(signed_in: Client) -> None:
    make_message(1, text=FORMULA, name="+49 30", email="a@example.org", topic=make_topic("@thema"))
    answer = signed_in.get(f"{INDEX}?export=csv")
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert [(row["Nachricht"], row["Name"], row["E-Mail"], row["Thema"], row["Sprache der Nachricht"]) for row in rows] == [
        (f"'{FORMULA}", "'+49 30", "a@example.org", "'@thema", "العربية"),
    ]  # fmt: skip


@pytest.mark.once
def test_twenty_messages_cost_the_queries_of_one(signed_in: Client, django_assert_max_num_queries: object) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    topic = make_topic()
    make_message(1, topic=topic)
    signed_in.get(INDEX)
    with CaptureQueriesContext(connection) as one:
        signed_in.get(INDEX)
    for number in range(2, 22):
        make_message(number, topic=topic)
    with CaptureQueriesContext(connection) as many:
        signed_in.get(INDEX)
    assert len(many) == len(one)


REPORT = "/admin/reports/feedback/"


def test_a_page_that_became_private_is_named_to_those_who_may_see_it_alone(signed_in: Client, home: HomePage, admin_client: Client) -> None:
    page = make_content_page(home, title="Sparpläne")
    message = make_message(1, page=page)
    make_message(2, page=page, purpose="helpful", helpful="no")
    places = (reverse("messages:edit", args=[message.pk]), INDEX, f"{INDEX}?export=csv", REPORT, f"{REPORT}?export=csv")

    def naming(client: Client) -> list[bool]:
        return ["Sparpläne" in b"".join(client.get(place)).decode("utf-8-sig") for place in places]

    assert naming(signed_in) == [True, False, True, True, True]
    restriction = PageViewRestriction.objects.create(page=page, restriction_type="groups")
    restriction.groups.add(Group.objects.create(name="Leitung"))
    assert (naming(signed_in), naming(admin_client)) == ([False] * 5, [True, False, True, True, True])


def test_feedback_is_a_report_for_editors_and_for_nobody_else(client: Client, home: HomePage) -> None:
    roles.set_up_roles()
    page = make_content_page(home, title="Familiennachzug")
    make_message(1, purpose="helpful", helpful="no", text=FORMULA, page=page)
    make_message(2, purpose="search", query="фільм", text="", language="uk")
    make_message(3, text="Geheim")
    editor = get_user_model().objects.create_user("schreiberin")
    editor.groups.add(Group.objects.get(name=roles.EDITORS))
    UserProfile.objects.update_or_create(user=editor, defaults={"preferred_language": "de"})
    client.force_login(editor)

    def rows(query: str = "") -> list[list[str]]:
        table = soup_of(client.get(REPORT + query)).select("main table tbody tr")
        return [[cell.get_text(" ", strip=True) for cell in row.select("td")][1:] for row in table]

    assert rows() == [
        ["", "", "фільм", "", "Українська"],
        ["Familiennachzug", "Nein", "", FORMULA, "العربية"],
    ]
    assert [row[0] for row in rows("?helpful=no")] == ["Familiennachzug"]
    exported = list(csv.DictReader(io.StringIO(client.get(f"{REPORT}?export=csv").getvalue().decode("utf-8-sig"))))
    assert [row["Kommentar"] for row in exported] == ["", f"'{FORMULA}"]
    assert REPORT in client.get(reverse("wagtailadmin_home")).content.decode()
    reader = get_user_model().objects.create_user("uebersetzerin")
    reader.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(reader)
    assert client.get(REPORT).status_code == 302
    assert client.get(f"{REPORT}?export=csv").status_code == 302


def test_feedback_is_counted_by_page_and_language(client: Client, home: HomePage, django_assert_num_queries: object) -> None:
    roles.set_up_roles()
    page = make_content_page(home, title="Familiennachzug")
    english, other = translate(page, "en", title="=Family reunification"), make_content_page(home, title="Resettlement")
    said = [
        *[{"purpose": "helpful", "helpful": answer, "page": page, "language": "de"} for answer in ("yes", "yes", "partly", "no")],
        *[{"purpose": "helpful", "helpful": "no", "page": english, "language": "en"}] * 2,
        # German shown to somebody who reads Arabic is another matter than German shown to Germans.
        {"purpose": "helpful", "helpful": "yes", "page": page},
        {"purpose": "barrier", "page": other, "language": "de", "text": "Geheimer Name"},
        *[{"purpose": "search", "query": "Visum", "text": "", "language": "uk"}] * 3,
        {"purpose": "contact", "text": "Geheimnis", "page": page, "language": "de"},
    ]
    for number, values in enumerate(said):
        make_message(number, **values)
    editor = get_user_model().objects.create_user("schreiberin")
    editor.groups.add(Group.objects.get(name=roles.EDITORS))
    UserProfile.objects.update_or_create(user=editor, defaults={"preferred_language": "de"})
    client.force_login(editor)
    address = reverse("feedback_by_page")

    def rows(query: str = "") -> list[list[str]]:
        table = soup_of(client.get(address + query)).select("main table tbody tr")
        return [[cell.get_text(" ", strip=True) for cell in row.select("td")][:-1] for row in table]

    assert rows() == [
        ["Familiennachzug", "Deutsch", "2", "1", "1", "0", "0", "4"],
        ["zu keiner Seite", "Українська", "0", "0", "0", "0", "3", "3"],
        ["=Family reunification", "English", "0", "0", "2", "0", "0", "2"],
        ["Familiennachzug", "العربية", "1", "0", "0", "0", "0", "1"],
        ["Resettlement", "Deutsch", "0", "0", "0", "1", "0", "1"],
    ]
    assert [row[1] for row in rows("?language=ar")] == ["العربية"]
    assert [row[0] for row in rows("?ordering=-barriers")][0] == "Resettlement"
    day = timezone.localdate()
    assert (len(rows(f"?created_at_from={day}")), rows(f"?created_at_from={day + timedelta(days=1)}")) == (5, [])
    first = ["Familiennachzug", "Deutsch", 2, 1, 1, 0, 0, 4]
    headings = ["Seite", "Sprache", "Hilfreich", "Teilweise hilfreich", "Nicht hilfreich", "Barrieren", "Gesucht, nicht gefunden", "Alle"]
    book = load_workbook(io.BytesIO(client.get(f"{address}?export=xlsx").getvalue()))
    sheet = [[cell.value for cell in row] for row in book.active.iter_rows()]
    assert [sheet[0], sheet[1], len(sheet)] == [[*headings, "Zuletzt"], [*first, sheet[1][-1]], 6]
    lines = list(csv.reader(io.StringIO(client.get(f"{address}?export=csv").getvalue().decode("utf-8-sig"))))
    assert [lines[0], lines[1][:-1]] == [[*headings, "Zuletzt"], [str(value) for value in first]]
    assert lines[3][0] == "'=Family reunification"
    assert "Geheim" not in client.get(address).text
    with CaptureQueriesContext(connection) as before:
        client.get(address)
    queries = len(before)
    for number in range(20):
        make_message(100 + number, purpose="helpful", helpful="no", page=make_content_page(home, title=f"Seite {number}"))
    client.get(address)
    with django_assert_num_queries(queries, exact=True):
        client.get(address)
    reader = get_user_model().objects.create_user("uebersetzerin")
    reader.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(reader)
    assert [client.get(address + query).status_code for query in ("", "?export=csv")] == [302, 302]


def test_a_form_says_when_the_office_answers_and_editors_see_that_it_does_not(
    client: Client, home: HomePage, reader: AbstractBaseUser
) -> None:
    roles.set_up_roles()
    make_topic("Rückkehr")
    form = make_form(home)
    make_form(home, "Rückmeldung", purpose=Purpose.HELPFUL)
    english = translate(form, "en", title="Message")
    said = "Wir antworten in fünf Werktagen, auf Deutsch."
    assert [said in client.get(form.get_url()).text, client.get(form.get_url()).text.count("<li></li>")] == [False, 0]
    editor = get_user_model().objects.create_user("schreiberin")
    editor.groups.add(Group.objects.get(name=roles.EDITORS))
    UserProfile.objects.update_or_create(user=editor, defaults={"preferred_language": "de"})

    def missing() -> list[list[tuple[str, str]]]:
        """Return what the start page and the list say, with the address of each."""
        staff = Client()
        staff.force_login(editor)
        found = [soup_of(staff.get(reverse(name))) for name in ("wagtailadmin_home", "missing_facts")]
        links = [page.select(f"main a[href='{reverse('wagtailadmin_pages:edit', args=[form.pk])}']") for page in found]
        return [[link.get_text(" ", strip=True) for link in each] for each in links]

    name = "wann und in welcher Sprache das Büro antwortet"
    assert missing() == [[name], [name]]
    form.answering = said
    form.save_revision().publish()
    assert missing() == [[], []]
    assert soup_of(client.get(form.get_url())).select_one(f".contact li:-soup-contains('{said}')") is not None
    translation = submit(form, "en")
    translate_texts(translation, {said: "We answer within five working days, in German."})
    translation.save_target(publish=True)
    item = soup_of(client.get(english.get_url())).select_one(".contact li:-soup-contains('five working days')")
    assert (item.get_text(strip=True), item.get("lang")) == ("We answer within five working days, in German.", None)


def test_pages_link_to_the_forms_as_everybody_sees_them(client: Client, home: HomePage, reader: AbstractBaseUser) -> None:
    page = make_content_page(home, title="Familiennachzug")
    assert soup_of(client.get(page.get_url())).select(".feedback") == []
    make_form(home, "Rückmeldung", purpose=Purpose.HELPFUL)
    make_form(home, "Barriere melden", purpose=Purpose.BARRIER)
    missing = make_form(home, "Nicht gefunden", purpose=Purpose.SEARCH)
    answers = [client.get(page.get_url()) for _ in range(2)]
    assert answers[0].content == answers[1].content
    links = [(link["href"], link.get_text(strip=True)) for link in soup_of(answers[0]).select(".feedback a")]
    assert links == [
        (f"/de/rueckmeldung/?page={page.pk}", "War diese Seite hilfreich?"),
        (f"/de/barriere-melden/?page={page.pk}", "Barriere melden"),
    ]
    found = soup_of(client.get("/de/suche/?q=zzzz Visum")).select_one(f"a[href^='{missing.get_url()}']")
    assert found["href"] == "/de/nicht-gefunden/?q=zzzz+Visum"
    assert soup_of(client.get(missing.get_url())).select(".feedback") == []
