"""wagtail-localize's own report says what it said, and asks the database as often for fifty translations as for one."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.users.models import UserProfile
from wagtail_localize.models import Translation
from wagtail_localize.views.report import TranslationsReportView

from tests.builders import make_content_page, make_home, make_section, make_topic, submit, translate, translate_texts
from translation.upstream.views.report import ReportView

pytestmark = pytest.mark.django_db
NUMBER = 22


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("admin", password="x"))
    return client


@pytest.fixture
def translations() -> None:
    """Pages in English, of which the last is not translated, one in Arabic too; one whose version is not there; a topic."""
    section = make_section(make_home())
    pages = [make_content_page(section, f"Seite {number}", lead=f"Satz {number}.") for number in range(NUMBER)]
    translate(pages[0])
    translate(pages[0], "ar")
    for page in pages[1:]:
        translation = submit(page)
        page.copy_for_translation(translation.target_locale, copy_parents=True)
        translate_texts(translation, leave_out=int(page == pages[-1]))
    submit(pages[1], "uk")
    translation = submit(make_topic("Rückkehr"))
    translate_texts(translation)
    translation.save_target(publish=True)


def shown(client: Client, query: str = "") -> list[tuple[str, ...]]:
    """Return what stands in the rows: words and addresses."""
    soup = BeautifulSoup(client.get(reverse("wagtail_localize:translations_report") + query).content, "html.parser")
    parts = ([*cell.stripped_strings, *(link["href"] for link in cell.select("a"))] for cell in soup.select("table.listing tbody td"))
    return [tuple(found) for found in parts]


@pytest.mark.usefixtures("translations")
@pytest.mark.parametrize("language", ["de", "en"])
def test_it_says_what_it_said_and_asks_for_all_rows_at_once(admin: Client, monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    profile = UserProfile.get_for_user(User.objects.get(username="admin"))
    profile.preferred_language = language
    profile.save()

    def asked(query: str) -> int:
        shown(admin, query)
        with CaptureQueriesContext(connection) as found:
            shown(admin, query)
        return len(found)

    every, few = "?target_locale=en&source_title=Seite", f"?target_locale=en&source_title=Seite+{NUMBER - 1}"
    own = shown(admin)
    assert len(own) == 4 * Translation.objects.count()
    assert asked(every) == asked(few)
    # As it comes: the same rows, and queries for each.
    monkeypatch.setattr(ReportView, "decorate_paginated_queryset", TranslationsReportView.decorate_paginated_queryset)
    assert shown(admin) == own
    assert asked(every) - asked(few) >= 3 * NUMBER
