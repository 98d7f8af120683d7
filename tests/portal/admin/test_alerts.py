"""Who may publish an alert without a review, and who translates it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.test.utils.form_data import nested_form_data, streamfield

from portal.admin.alerts import told_users
from portal.models import Alert
from tests.builders import submit, translate_texts
from tests.people import Portal, client_of

pytestmark = pytest.mark.django_db

ADD = reverse("wagtailsnippets_portal_alert:add")


def form(**values: object) -> dict[str, str]:
    end = f"{timezone.localtime(timezone.now() + timedelta(days=1)):%d.%m.%Y %H:%M}"
    return nested_form_data(
        {
            "name": "Büro", "heading": "Büro zu", "text": "Wir sind morgen wieder da.", "link": streamfield([]), "level": "warning",
            "scope": "site", "pages": streamfield([]), "starts_at": "", "ends_at": end, **values,
        }
    )  # fmt: skip


@pytest.fixture
def alert(portal: Portal) -> Alert:
    alert = Alert(name="Büro", heading="Büro zu", text="Wir sind morgen wieder da.", locale=portal.home.locale)
    alert.save()
    translation = submit(alert, "en")
    translate_texts(translation)
    translation.save_target(publish=True)
    return alert


MAY = {
    "redaktion": (True, True, False, False),
    "freigabe": (True, True, True, True),
    "uebersetzung-en": (False, False, True, False),
    "uebersetzung-fr": (False, False, False, False),
    "anfragen": (False, False, False, False),
    "admin": (True, True, True, True),
}
"""Who may add an alert and publish it, change the German one, change the English one, delete the German one."""


@pytest.mark.parametrize("name", MAY)
def test_rights_by_role(name: str, alert: Alert, people: dict[str, User]) -> None:
    client = client_of(people[name])
    english = Alert.objects.get(translation_key=alert.translation_key, locale__language_code="en")
    client.post(ADD, form(name="Neu", is_published="on"))
    adds = Alert.objects.filter(name="Neu", is_published=True).exists()
    client.post(reverse("wagtailsnippets_portal_alert:edit", args=[alert.pk]), form(heading="Anders", is_published="on"))
    alert.refresh_from_db()
    changes = (alert.heading, alert.is_published) == ("Anders", True)
    assert changes or (alert.heading, alert.is_published) == ("Büro zu", False)
    opens = client.get(reverse("wagtailsnippets_portal_alert:edit", args=[english.pk])).status_code == 200
    client.post(reverse("wagtailsnippets_portal_alert:delete", args=[alert.pk]))
    assert (adds, changes, opens, not Alert.objects.filter(pk=alert.pk).exists()) == MAY[name]


def test_what_is_wrong_is_said_at_the_field_and_nothing_is_lost(portal: Portal, editor: Client) -> None:
    answer = editor.post(ADD, form(is_published="on", ends_at="", scope="below"))
    assert answer.context["form"].errors == {
        "ends_at": ["Bitte geben Sie an, bis wann er zu sehen ist."], "pages": ["Bitte nennen Sie die Seiten."],
    }  # fmt: skip
    assert (answer.context["form"]["text"].value(), Alert.objects.count()) == ("Wir sind morgen wieder da.", 0)


def test_a_text_in_another_language_has_no_time_of_its_own(portal: Portal, alert: Alert, people: dict[str, User]) -> None:
    fields = {code: set(client_of(people["admin"]).get(address).context["form"].fields) for code, address in (
        ("de", reverse("wagtailsnippets_portal_alert:edit", args=[alert.pk])),
        ("fr", f"{ADD}?locale=fr"),
    )}  # fmt: skip
    assert fields["de"] - fields["fr"] == set(Alert.source_fields)
    # Nor is there one without the German.
    answer = client_of(people["admin"]).post(f"{ADD}?locale=fr", form())
    assert answer.context["form"].non_field_errors() == [
        "Ein Hinweis beginnt auf Deutsch: Bitte schreiben Sie ihn dort und lassen ihn dann übersetzen."
    ]


def test_beside_the_form_stands_what_visitors_see(portal: Portal, alert: Alert, editor: Client) -> None:
    address = reverse("wagtailsnippets_portal_alert:edit", args=[alert.pk])

    def status() -> str:
        panel = BeautifulSoup(editor.get(address).content, "html.parser").select_one("[data-side-panel=status]")
        return " ".join(panel.get_text(" ", strip=True).split())

    assert "vorbereitet, nicht veröffentlicht" in status()
    editor.post(address, form(is_published="on"))
    text = status()
    assert ("jetzt zu sehen" in text, "vorbereitet" in text) == (True, False)


def test_the_group_for_approval_is_told(portal: Portal, people: dict[str, User]) -> None:
    # Nobody sits behind the accounts for trying the portal out.
    assert told_users() == []
    moderator = User.objects.create_user("m", "m@example.org")
    for name in ("freigabe", "redaktion"):
        moderator.groups.set(people[name].groups.all())
        assert told_users() == ([moderator] if name == "freigabe" else [])
