"""A form that somebody reads, and what a browser sends with it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser, Group, Permission
from django.http import HttpResponse
from django.test import Client
from wagtail.models import Locale

from home.models import HomePage
from participate import tokens
from participate.models import ContactPage, ContactTopic
from participate.purposes import Purpose
from tests.builders import add, make_home

OWN = {"HTTP_ORIGIN": "http://testserver", "HTTP_SEC_FETCH_SITE": "same-origin"}
"""What a browser says of a form that it sends from a page of the portal."""


@pytest.fixture
def home(db: None) -> HomePage:
    return make_home()


@pytest.fixture
def inbox(db: None) -> Group:
    """Return the group that reads messages and feedback."""
    group = Group.objects.create(name="Posteingang")
    codenames = ("access_admin", "view_message", "change_message", "view_feedback")
    group.permissions.set(Permission.objects.filter(codename__in=codenames))
    return group


@pytest.fixture
def reader(inbox: Group) -> AbstractBaseUser:
    """Return somebody who reads messages."""
    user = get_user_model().objects.create_user("leserin", "leserin@example.org", first_name="Lea", last_name="Leser")
    user.groups.add(inbox)
    return user


def make_topic(name: str = "Rückkehr", **fields: object) -> ContactTopic:
    return ContactTopic.objects.create(name=name, locale=Locale.objects.get(language_code="de"), **fields)


def make_form(home: HomePage, title: str = "Nachricht", **fields: object) -> ContactPage:
    return add(home, ContactPage(title=title, **fields))


@pytest.fixture
def page(home: HomePage, reader: AbstractBaseUser) -> ContactPage:
    """Return a form about two topics that somebody reads."""
    make_topic("Rückkehr")
    make_topic("Presse", sort_order=1)
    return make_form(home)


@pytest.fixture
def barrier(home: HomePage, reader: AbstractBaseUser) -> ContactPage:
    return make_form(home, "Barriere melden", purpose=Purpose.BARRIER)


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
    return [(link["href"], link.get_text(strip=True)) for link in soup_of(response).select(".error-summary a")]


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
