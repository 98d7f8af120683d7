"""A form exists while somebody gets what it brings, and no longer: neither it nor any link to it, in no language."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser, Group, Permission
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from home.models import HomePage
from participate import closing, recipients
from participate.models import ContactPage, ContactTopic, Message
from participate.purposes import Purpose
from portal import changes
from portal.changes import Event
from portal.discovery import release
from search import indexing
from tests.builders import make_alias, make_content_page, publish, translate
from translation import demo_accounts, roles

from .conftest import make_form, make_topic, soup_of

SENT_BY_MAIL = "presse@example.org"


def places(client: Client, home: HomePage, other: object) -> dict[str, bool]:
    """Return where a form called “Nachricht” or “Повідомлення” can be found by a visitor."""
    addresses = {
        "page": "/de/nachricht/", "ukrainian": "/uk/povidomlennia/", "fallback": "/en/nachricht/",
    }  # fmt: skip
    found = {name: client.get(address).status_code == 200 for name, address in addresses.items()}
    texts = {
        "sitemap": "/sitemap-de.xml", "menu and links": other.get_url(), "search": "/de/suche/?q=Nachricht", "api": "/api/v2/pages/",
        "ukrainian search": "/uk/poshuk/?q=Повідомлення",
    }  # fmt: skip
    for name, address in texts.items():
        html = client.get(address).content.decode()
        found[name] = any(f"{path}\"" in html or f"{path}<" in html for path in ("/de/nachricht/", "/uk/povidomlennia/"))
    return found


@pytest.fixture
def linked(home: HomePage, reader: AbstractBaseUser) -> ContactPage:
    """Return a form with a Ukrainian version, linked by a page."""
    make_topic()
    form = make_form(home, show_in_menus=True)
    translate(form, "uk", title="Повідомлення")
    translate(home, "en")
    make_alias(form, "en")
    other = make_content_page(home, title="Hilfe", body=[("text", f'<p><a linktype="page" id="{form.pk}">Schreiben Sie uns</a></p>')])
    other.related_pages = [("page", form)]
    form.other = publish(other)
    indexing.update([form, form.other])
    return form


def test_it_goes_and_comes_with_its_reader_in_every_language(
    client: Client, home: HomePage, linked: ContactPage, reader: AbstractBaseUser, inbox: Group
) -> None:
    there = places(client, home, linked.other)
    assert set(there.values()) == {True}, there
    changes = {
        "account": (lambda: save(reader, is_active=False), lambda: save(reader, is_active=True)),
        "member": (lambda: reader.groups.clear(), lambda: reader.groups.add(inbox)),
        "right": (lambda: inbox.permissions.clear(), lambda: inbox.permissions.add(Permission.objects.get(codename="view_message"))),
    }
    for name, (take_away, give_back) in changes.items():
        take_away()
        gone = places(client, home, linked.other)
        assert set(gone.values()) == {False}, (name, gone)
        assert client.post("/de/nachricht/", {"text": "x"}, HTTP_ORIGIN="http://testserver").status_code == 404
        give_back()
        assert places(client, home, linked.other) == there, name


def test_what_is_written_together_is_asked_once_and_at_its_end(
    client: Client, home: HomePage, linked: ContactPage, reader: AbstractBaseUser, inbox: Group, told: list[object]
) -> None:
    right = inbox.permissions.get(codename="view_message")
    with transaction.atomic(), closing.together():
        inbox.permissions.clear()
        save(reader, is_active=False)
        assert told == []
    # Of the German page; its versions follow it.
    assert told == [linked.pk]
    assert set(places(client, home, linked.other).values()) == {False}

    inbox.permissions.add(right)
    save(reader, is_active=True)
    assert set(places(client, home, linked.other).values()) == {True}
    assert told == [linked.pk] * 3


def test_a_right_that_is_there_already_is_no_change(linked: ContactPage, inbox: Group, told: list[object]) -> None:
    """Roles are made sure of at each start."""
    inbox.permissions.add(inbox.permissions.get(codename="view_message"))
    assert told == []
    roles.set_up_roles()
    told.clear()
    roles.set_up_roles()
    assert told == []


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Return the pages of which it is told that their privacy has changed, in a list that grows."""
    heard: list[object] = []
    known = changes._receivers[Event.PRIVACY]
    monkeypatch.setitem(changes._receivers, Event.PRIVACY, [*known, (99, lambda change: heard.append(change.subject.page_id))])
    return heard


def save(user: AbstractBaseUser, **values: object) -> None:
    for name, value in values.items():
        setattr(user, name, value)
    user.save()


def test_an_address_is_a_recipient_where_mail_can_be_sent(client: Client, home: HomePage, nobody: None, settings: object) -> None:
    topic = make_topic(email=SENT_BY_MAIL)
    make_form(home)
    settings.SENDS_MAIL = False
    topic.save()
    assert client.get("/de/nachricht/").status_code == 404
    settings.SENDS_MAIL = True
    topic.save()
    assert client.get("/de/nachricht/").status_code == 200
    topic.delete()
    assert client.get("/de/nachricht/").status_code == 404


def test_only_topics_that_somebody_gets_are_offered(client: Client, home: HomePage, reader: AbstractBaseUser) -> None:
    make_topic("Rückkehr")
    make_topic("Presse", group=Group.objects.create(name="Leer"))
    make_topic("Familie", group=reader.groups.get())
    assert [choice.name for choice in recipients.choices(recipients.offers()[Purpose.CONTACT])] == ["Familie", "Rückkehr"]


def test_an_administrator_alone_is_no_recipient(client: Client, home: HomePage, nobody: None) -> None:
    get_user_model().objects.create_superuser("chef", "chef@example.org", "x")
    make_topic()
    make_form(home)
    assert client.get("/de/nachricht/").status_code == 404


@pytest.fixture
def nobody(reader: AbstractBaseUser) -> None:
    """Leave nobody who reads messages."""
    save(reader, is_active=False)


@pytest.fixture
def demo(home: HomePage, nobody: None) -> AbstractBaseUser:
    """Return the demo account that reads messages, on a portal that is a preview."""
    roles.set_up_roles()
    demo_accounts.create_demo_accounts("demo-password-of-the-tests")
    release.set_released(False)
    return get_user_model().objects.get(username="anfragen")


def test_in_a_preview_the_demo_account_counts_and_the_form_says_that_nobody_reads_it(
    client: Client, home: HomePage, demo: AbstractBaseUser, send: Callable[..., HttpResponse]
) -> None:
    make_topic()
    form = make_form(home)
    warning = soup_of(client.get("/de/nachricht/")).select_one("main .notice--warning")
    assert warning.select_one("h2").text == "Noch liest niemand die Nachrichten"
    assert send("/de/nachricht/", text="Probe").status_code == 303
    assert Message.objects.get().is_test is True
    point = (
        "Was über diese Formulare kommt, bekommt niemand; mit der Freigabe verschwinden sie und alle Links zu ihnen: "
        "Nachricht an das Büro."
    )
    assert point in [one.text for one in release.open_points()]
    release.set_released(True)
    assert client.get("/de/nachricht/").status_code == 404
    assert form.get_url() not in client.get("/sitemap-de.xml").content.decode()
    # Somebody real: the form is there, released or not, and warns of nothing.
    get_user_model().objects.create_user("lea", "lea@example.org").groups.add(Group.objects.get(name=roles.INBOX))
    for value in (True, False):
        release.set_released(value)
        assert soup_of(client.get("/de/nachricht/")).select("main .notice--warning") == []
        assert point not in [one.text for one in release.open_points()]


def test_the_form_of_a_draft_can_be_seen_by_editors_while_nobody_reads_it(client: Client, home: HomePage, nobody: None) -> None:
    client.force_login(get_user_model().objects.create_superuser("chef", "chef@example.org", "x"))
    form = make_form(home)
    answer = client.get(reverse("wagtailadmin_pages:view_draft", args=[form.pk]))
    assert (answer.status_code, len(soup_of(answer).select("form.form"))) == (200, 1)


@pytest.mark.once
def test_who_gets_what_is_asked_of_the_database_once(client: Client, linked: ContactPage, django_assert_num_queries: Callable) -> None:
    client.get("/de/nachricht/")
    with django_assert_num_queries(3):
        client.get("/de/nachricht/")
    for number in range(20):
        make_topic(f"Thema {number}")
    client.get("/de/nachricht/")
    with django_assert_num_queries(3):
        client.get("/de/nachricht/")
    assert ContactTopic.objects.count() == 21
