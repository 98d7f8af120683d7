"""Snippets at the desk: their states, orders of them, and what a change of the German one means."""

from __future__ import annotations

from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation as languages
from openpyxl import load_workbook
from wagtail.models import Locale, Page
from wagtail_localize.models import Translation

from portal import jobs
from portal.facts import shown as facts
from portal.models import Fact, Region, Topic, taxonomy
from tests.builders import make_fact, make_topic, translate_texts
from tests.translation.desk.test_orders import locale, page, shared_section, sign_in, user, version  # noqa: F401 (fixtures)
from translation.desk import matrix, orders, snippets
from translation.desk.models import Order, OrderItem, SnippetTexts
from translation.desk.order_models import Progress
from translation.desk.states import State

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shared_section")]

CODES = ("en", "uk", "ar")


def in_language(topic: Topic, code: str) -> Topic:
    return Topic.objects.get(translation_key=topic.translation_key, locale=locale(code))


def states_of(source: Topic | Fact, codes: tuple[str, ...] = CODES) -> list[State]:
    return [cell.state for cell in snippets.row_of(source, [locale(code) for code in codes]).cells]


def read(topic: Topic, code: str) -> tuple[str, str]:
    """Return what visitors read in a language, and the language of that where it is another."""
    with languages.override(code):
        (found,) = taxonomy.localized([topic])
    return found["name"], found.get("language", "")


def desk_page(source: Topic | Fact) -> str:
    return snippets.row_of(source, []).desk_address


def soup(client: Client, address: str, **query: str) -> BeautifulSoup:
    return BeautifulSoup(client.get(address, query).content, "html.parser")


def rename(topic: Topic, name: str, who: str = "freigabe") -> None:
    """Change the German name in its form."""
    answer = sign_in(who).post(reverse("wagtailsnippets_portal_topic:edit", args=[topic.pk]), {"name": name, "slug": topic.slug})
    assert answer.status_code == 302, BeautifulSoup(answer.content, "html.parser").select(".error-message")


def order(source: Topic | Fact, codes: tuple[str, ...] = CODES, who: str = "redaktion", **values: object) -> Order:
    """Order by the address that the matrix leads to, and let the runner carry it out."""
    address = f"{reverse('translation_order_new')}?snippet={snippets.row_of(source, []).name}"
    answer = sign_in(who).post(address, {"languages": [locale(code).pk for code in codes], **values})
    assert answer.status_code == 302, BeautifulSoup(answer.content, "html.parser").select(".error-message")
    jobs.run_all()
    return Order.objects.latest("pk")


def finish(topic: Topic, code: str, name: str) -> None:
    """Translate it and publish it, on wagtail-localize's own screen."""
    texts = Translation.objects.get(source__object_id=topic.translation_key, target_locale__language_code=code)
    translate_texts(texts, {Topic.objects.get(pk=topic.pk).name: name})
    edit = reverse("wagtailsnippets_portal_topic:edit", args=[in_language(topic, code).pk])
    assert sign_in(f"uebersetzung-{code}").post(edit, {"action": "publish"}).status_code == 302


def test_from_the_order_to_what_visitors_read_and_on_to_the_next_change() -> None:
    topic = make_topic("Rückkehr")
    assert states_of(topic) == [State.MISSING] * 3
    placed = order(topic, ("en", "uk"))
    assert states_of(topic) == [State.ORDERED, State.ORDERED, State.MISSING]
    assert [read(topic, code) for code in CODES] == [("Rückkehr", "de")] * 3
    finish(topic, "en", "Return")
    orders.settle()
    found = {item.locale.language_code: item.progress for item in OrderItem.objects.filter(order=placed).select_related("locale")}
    assert found == {"en": Progress.DONE, "uk": Progress.OPEN}
    assert states_of(topic) == [State.TRANSLATED, State.ORDERED, State.MISSING]
    assert read(topic, "en") == ("Return", "")
    # Other spaces and marks alone mean nothing else.
    rename(topic, "Rückkehr ")
    assert states_of(topic)[0] == State.TRANSLATED
    rename(topic, "Freiwillige Rückkehr")
    assert states_of(topic)[0] == State.OUT_OF_DATE
    assert read(topic, "en") == ("Return", "")
    (change,) = soup(sign_in("uebersetzung-en"), desk_page(topic)).select(".portal-version .portal-changes li")
    assert [(part["class"], part.get_text()) for part in change.select("span")] == [(["addition"], "Freiwillige ")]
    # Handed over anew, readers keep the name that they have until there is another one.
    order(topic, ("en",))
    assert states_of(topic)[0] == State.OUT_OF_DATE
    assert read(topic, "en") == ("Return", "")
    finish(topic, "en", "Voluntary return")
    assert states_of(topic)[0] == State.TRANSLATED
    assert read(topic, "en") == ("Voluntary return", "")


def test_what_german_says_again_is_true_again_and_somebody_may_say_so() -> None:
    topic = make_topic("Asyl")
    order(topic, ("en",))
    finish(topic, "en", "Asylum")
    rename(topic, "Schutz")
    rename(topic, "Asyl")
    assert states_of(topic)[0] == State.TRANSLATED
    rename(topic, "Schutz")
    client, address = sign_in("uebersetzung-en"), desk_page(topic)
    form = soup(client, address).select_one(".portal-version form")
    values = {field["name"]: field["value"] for field in form.select("input")}
    rename(topic, "Anderer Schutz")
    client.post(form["action"], values)
    assert states_of(topic)[0] == State.OUT_OF_DATE
    values["seen"] = soup(client, address).select_one("[name=seen]")["value"]
    client.post(form["action"], values)
    assert states_of(topic)[0] == State.TRANSLATED
    # Saved again as it is, it stays so.
    in_language(topic, "en").save()
    assert states_of(topic)[0] == State.TRANSLATED


def test_a_text_that_nobody_is_shown_any_more_is_withdrawn() -> None:
    fact = make_fact("address", text="Zimmer 5", name="Anschrift")
    english = fact.copy_for_translation(locale("en"))
    english.text = "Room 5"
    english.save()
    assert states_of(fact)[0] == State.TRANSLATED
    fact.text = "Zimmer 6"
    fact.save()
    assert states_of(fact)[0] == State.WITHDRAWN
    lines = [one.get_text(" ", strip=True) for one in soup(sign_in("redaktion"), desk_page(fact)).select(".portal-version p")]
    assert lines[0] == "Wer die Website besucht, liest den deutschen Text, bis es diese Fassung zum neuen gibt."
    # What has no text has nothing to translate.
    number = make_fact("phone", value="+49 30 123456")
    address = desk_page(fact).replace(f"/{fact.pk}/", f"/{number.pk}/")
    assert sign_in("redaktion").get(address).status_code == 404


def test_a_fact_that_was_written_by_hand_is_written_by_hand_once_more() -> None:
    """What an order asks of whoever wrote it is done once they saved it: no translation is begun beside their text."""
    fact, rooms = make_fact("address", text="Zimmer 5", name="Anschrift"), {"en": "Room 5", "ar": "الغرفة 5"}
    for code, text in rooms.items():
        own = fact.copy_for_translation(locale(code))
        own.text = text
        own.save()

    def shown_in(code: str) -> tuple[str, str]:
        with languages.override(code):
            found = facts.all_facts()[fact.pk]
            return found.text, found.language

    def save(pk: int, text: str) -> None:
        address = reverse("wagtailsnippets_portal_fact:edit", args=[pk])
        form = soup(sign_in("freigabe"), address).select_one("form[data-edit-form]")
        values = {field["name"]: field.get("value", "") for field in form.select("input[name]")}
        answer = sign_in("freigabe").post(address, {**values, "kind": "address", "text": text})
        assert answer.status_code == 302, BeautifulSoup(answer.content, "html.parser").select(".error-message")

    assert [shown_in(code) for code in rooms] == [(text, "") for text in rooms.values()]
    save(fact.pk, "Zimmer 6")
    placed = order(fact, tuple(rooms))
    orders.settle()
    assert states_of(fact, tuple(rooms)) == [State.WITHDRAWN] * 2
    assert [shown_in(code) for code in rooms] == [("Zimmer 6", "de")] * 2
    save(Fact.objects.get(translation_key=fact.translation_key, locale=locale("en")).pk, "Room 6")
    orders.settle()
    assert states_of(fact, tuple(rooms)) == [State.TRANSLATED, State.WITHDRAWN]
    found = OrderItem.objects.filter(order=placed).order_by("locale__language_code")
    assert list(found.values_list("locale__language_code", "progress")) == [("ar", Progress.OPEN), ("en", Progress.DONE)]
    assert [shown_in(code) for code in rooms] == [("Room 6", ""), ("Zimmer 6", "de")]


def test_the_matrix_and_its_spreadsheet_hold_snippets_by_the_same_filters() -> None:
    topics = [make_topic("Rückkehr"), make_topic("Asyl")]
    Region.objects.create(name="Afrika", slug="afrika", locale=locale("de"))
    order(topics[0], ("en",), assignee=user("uebersetzung-en").pk)
    finish(topics[0], "en", "Return")
    rename(topics[0], "Freiwillige Rückkehr")
    client, address = sign_in("redaktion"), reverse("translation_desk")

    def shown(**query: str) -> list[str]:
        return [one.get_text() for one in soup(client, address, **query).select("table.listing td a[href*='/snippets/'] bdi")]

    kind = [pk for pk, _name in DeskKinds() if _name == "Thema"][0]
    assert shown() == ["Afrika", "Asyl", "Freiwillige Rückkehr"]
    assert shown(ordering="-title") == ["Freiwillige Rückkehr", "Asyl", "Afrika"]
    assert shown(kind=kind) == ["Asyl", "Freiwillige Rückkehr"]
    assert shown(state="out_of_date") == ["Freiwillige Rückkehr"]
    assert shown(state="out_of_date", language="uk") == []
    assert shown(state="missing", language="en") == ["Afrika", "Asyl"]
    assert shown(person=f"u{user('uebersetzung-en').pk}") == ["Freiwillige Rückkehr"]
    assert shown(q="asy") == ["Asyl"]
    assert shown(section=Page.objects.get(title="Unsere Arbeit", locale=locale("de")).path) == []
    totals = soup(client, address).select_one(".portal-totals dd")
    number = next(int(link.get_text().split()[0]) for link in totals.select("a") if "state=missing" in link["href"])
    assert number == len(soup(client, address, state="missing", language="en").select("table.listing tbody tr"))
    answer = client.get(address, {"export": "xlsx", "kind": kind})
    heads, *rows = load_workbook(BytesIO(answer.getvalue())).active.iter_rows(values_only=True)
    english = heads.index("English")
    assert [(row[0], row[1], row[english]) for row in rows] == [("Asyl", "Thema", "fehlt"), ("Freiwillige Rückkehr", "Thema", "veraltet")]


def DeskKinds() -> list[tuple[str, str]]:  # noqa: N802
    from translation.desk.views import kinds

    with languages.override("de"):
        return kinds()


@pytest.mark.once
def test_the_matrix_asks_as_little_for_forty_snippets_as_for_two() -> None:
    for name in ("Rückkehr", "Asyl"):
        order(make_topic(name), ("en",))
    client, address = sign_in("redaktion"), reverse("translation_desk")
    client.get(address)

    def asked(where: str) -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(where).status_code == 200
        return len(found)

    few = asked(address)
    for number in range(20):
        make_topic(f"Thema {number}")
        Region.objects.create(name=f"Region {number}", slug=f"region-{number}", locale=locale("de"))
    assert asked(address) == few
    # Beside session, user, rights and menu, which every screen asks for.
    assert few - asked("/admin/help/") <= 12


def test_an_older_portals_versions_get_what_they_are_true_to() -> None:
    topic = make_topic("Rückkehr")
    order(topic, ("en",))
    finish(topic, "en", "Return")
    rename(topic, "Freiwillige Rückkehr")
    SnippetTexts.objects.all().delete()
    snippets.store_missing()
    assert states_of(topic)[0] == State.OUT_OF_DATE
    with CaptureQueriesContext(connection) as found:
        snippets.store_missing()
    assert len(found) <= 2 * len(snippets.kinds()) + 1
    topic.delete()
    assert not SnippetTexts.objects.exists()
    assert not OrderItem.objects.exists()


def test_every_kind_of_snippet_is_known_and_named() -> None:
    assert {model._meta.label for model in snippets.kinds()} == {
        "portal.Topic", "portal.Region", "portal.Footer", "portal.Fact", "portal.Alert", "participate.ContactTopic",
    }  # fmt: skip
    for model in snippets.kinds():
        assert list(snippets.sources(model)) == []
    assert matrix.locales_for(user("redaktion")) == [Locale.objects.get(language_code=code) for code in ("en", "uk", "ar", "de-simple")]
