"""A form that somebody reads, and what a browser sends with it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser, Group, Permission
from django.http import HttpResponse
from django.test import Client
from pytest_django import DjangoDbBlocker
from wagtail.models import Locale

from home.models import HomePage
from participate import tokens
from participate.models import ContactPage, ContactTopic
from participate.purposes import Purpose
from tests.builders import add, make_home

OWN = {"HTTP_ORIGIN": "http://testserver", "HTTP_SEC_FETCH_SITE": "same-origin"}
"""What a browser says of a form that it sends from a page of the portal."""


def made(module_database: DjangoDbBlocker) -> tuple[HomePage, Group, AbstractBaseUser]:
    """Make a home page, and a group that reads messages and feedback with one member."""
    with module_database.unblock():
        home = make_home()
        group = Group.objects.create(name="Posteingang")
        codenames = ("access_admin", "view_message", "change_message", "view_feedback")
        group.permissions.set(Permission.objects.filter(codename__in=codenames))
        user = get_user_model().objects.create_user("leserin", "leserin@example.org", first_name="Lea", last_name="Leser")
        user.groups.add(group)
    return home, group, user


@pytest.fixture(scope="module", name="made")
def made_once(module_database: DjangoDbBlocker) -> tuple[HomePage, Group, AbstractBaseUser]:
    return made(module_database)


@pytest.fixture
def home(made: tuple, db: None) -> HomePage:
    return HomePage.objects.get(pk=made[0].pk)


@pytest.fixture
def inbox(made: tuple, db: None) -> Group:
    """Return the group that reads messages and feedback."""
    return Group.objects.get(pk=made[1].pk)


@pytest.fixture
def reader(made: tuple, db: None) -> AbstractBaseUser:
    """Return somebody who reads messages."""
    return get_user_model().objects.get(pk=made[2].pk)


def make_topic(name: str = "Rückkehr", **fields: object) -> ContactTopic:
    return ContactTopic.objects.create(name=name, locale=Locale.objects.get(language_code="de"), **fields)


def make_form(home: HomePage, title: str = "Nachricht", **fields: object) -> ContactPage:
    return add(home, ContactPage(title=title, **fields))


@pytest.fixture(scope="module")
def forms_made(made: tuple, module_database: DjangoDbBlocker) -> dict[str, int]:
    with module_database.unblock():
        home = HomePage.objects.get(pk=made[0].pk)
        make_topic("Rückkehr")
        make_topic("Presse", sort_order=1)
        return {
            "contact": make_form(home).pk,
            "barrier": make_form(home, "Barriere melden", purpose=Purpose.BARRIER).pk,
            "helpful": make_form(home, "Rückmeldung", purpose=Purpose.HELPFUL).pk,
            "search": make_form(home, "Nicht gefunden", purpose=Purpose.SEARCH).pk,
        }


@pytest.fixture
def page(forms_made: dict[str, int], db: None) -> ContactPage:
    """Return a form about two topics that somebody reads."""
    return ContactPage.objects.get(pk=forms_made["contact"])


@pytest.fixture
def barrier(forms_made: dict[str, int], db: None) -> ContactPage:
    return ContactPage.objects.get(pk=forms_made["barrier"])


def soup_of(response: HttpResponse) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


def filled(response: HttpResponse) -> dict[str, str]:
    """Return what a browser would send of a form as it stands: every field, with what it holds."""
    found = {}
    form = soup_of(response).select_one("form.form")
    for field in form.select("input, textarea, select"):
        if field.get("type") == "radio":
            if field.has_attr("checked"):
                found[field["name"]] = field["value"]
        elif field.name == "textarea":
            found[field["name"]] = field.text.removeprefix("\n")
        elif field.name == "select":
            chosen = field.select_one("option[selected]")
            found[field["name"]] = chosen["value"] if chosen else ""
        else:
            found[field["name"]] = field.get("value", "")
    return found


def faults(response: HttpResponse) -> list[tuple[str, str]]:
    """Return the list of errors: where each leads, and what it says."""
    return [(link["href"], link.get_text(strip=True).replace("\xa0", " ")) for link in soup_of(response).select(".error-summary a")]


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a form be filled in at once, as if a person had taken their time."""
    monkeypatch.setattr(tokens, "FASTEST", 0)


@pytest.fixture
def send(client: Client, slowly: None) -> Callable[..., HttpResponse]:
    """Return a function that opens a form, fills it in and sends it, as a browser does."""

    def send(address: str, *, headers: dict[str, str] = OWN, query: str = "", **values: object) -> HttpResponse:
        typed = filled(client.get(address + query))
        return client.post(address, {**typed, **values}, **headers)

    return send
