"""What the tests share about a news item in German, English and Arabic (the fixtures stand in `conftest.py`)."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.test import Client
from wagtail.models import Page, Revision
from wagtail_localize.models import Translation

from news.models import NewsPage
from tests.translation.desk.test_desk import state
from translation.desk.states import State

CODES = ("en", "ar")
WORDS = {"en": "Quastenflosser", "ar": "Zwergbartvogel"}
"""A word in each translation that stands nowhere else."""


def sign_in(name: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=name))
    return client


def change(page: Page, effect: str = "", lead: str = "Es kostet jetzt mehr.", **fields: object) -> Revision:
    """Save a change of the German page, and what it means."""
    page = NewsPage.objects.get(pk=page.pk)
    for name, value in {"lead": lead, **fields}.items():
        setattr(page, name, value)
    page.form_values = {"effect": effect}
    return page.save_revision()


def all_states(page: Page) -> list[State]:
    return [state(page, code) for code in CODES]


def submit_target(page: Page, code: str) -> Translation:
    """Return the translation as its translator has it: with the texts of the day on which it was handed over."""
    return Translation.objects.get(source__object_id=page.translation_key, target_locale__language_code=code)
