"""Who may publish an alert without a review, and who translates it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Locale
from wagtail.test.utils.form_data import nested_form_data, streamfield

from portal.admin.alerts import told_users
from portal.models import Alert
from tests.builders import submit, translate_texts
from tests.people import Portal, client_of
from translation import roles

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


def previewed(client: Client, address: str, data: dict[str, str], **query: str) -> tuple[str, str, str, str | None]:
    """Type an alert, and return what its preview shows: language of the page, the alert's heading, text, and their language."""
    assert client.post(address, data).json() == {"is_valid": True, "is_available": True}
    page = BeautifulSoup(client.get(address, query).content, "html.parser")
    [bar] = page.select(".alert-bar")
    heading = " ".join(bar.h2.get_text(" ", strip=True).split())
    return page.html["lang"], heading, bar.p.get_text(" ", strip=True), bar.p.get("lang")


def test_before_it_is_published_it_is_seen_in_each_language(portal: Portal, alert: Alert, editor: Client) -> None:
    address = reverse("wagtailsnippets_portal_alert:preview_on_edit", args=[alert.pk])
    html = editor.get(reverse("wagtailsnippets_portal_alert:edit", args=[alert.pk])).text
    assert [html.count(text) for text in ('data-side-panel="preview"', 'value="ar"', 'value="de-simple"')] == [1, 1, 1]
    as_it_was = {code: previewed(editor, address, form(level="danger"), mode=code) for code in ("de", "en", "ar", "de-simple")}
    assert as_it_was == {
        "de": ("de", "Gefahr: Büro zu", "Wir sind morgen wieder da.", None),
        "en": ("en", "Danger: EN Büro zu", "EN Wir sind morgen wieder da.", None),
        "ar": ("ar", "خطر: Büro zu بالألمانية", "Wir sind morgen wieder da.", "de"),
        "de-simple": ("de-simple", "Gefahr: Büro zu in schwerer Sprache", "Wir sind morgen wieder da.", "de"),
    }
    # Another text has no translation yet.
    assert previewed(editor, address, form(heading="Büro umgezogen"), mode="en") == (
        "en", "Warning: Büro umgezogen in German", "Wir sind morgen wieder da.", "de",
    )  # fmt: skip
    # Nothing of it is stored or seen by visitors.
    alert.refresh_from_db()
    assert (alert.heading, alert.level) == ("Büro zu", "info")
    assert "alert-bar" not in Client().get(portal.homes["de"].url).text
    new = reverse("wagtailsnippets_portal_alert:preview_on_add")
    assert previewed(editor, new, form(), mode="en") == ("en", "Warning: Büro zu in German", "Wir sind morgen wieder da.", "de")


def test_a_text_in_leichte_sprache_is_written_in_the_admin(portal: Portal, alert: Alert, editor: Client, people: dict[str, User]) -> None:
    address = reverse("wagtailsnippets_portal_alert:edit", args=[alert.pk])

    def offered(client: Client) -> list[str]:
        return [link["href"] for link in BeautifulSoup(client.get(address).content, "html.parser").select("a[href*='of=']")]

    assert offered(editor) == []
    # Whoever writes German pages writes in Leichte Sprache, as soon as there is a tree.
    portal.home.copy_for_translation(Locale.objects.get(language_code="de-simple")).save_revision().publish()
    roles.set_up_roles()
    Alert.objects.filter(pk=alert.pk).update(is_published=True, ends_at=timezone.now() + timedelta(days=1))
    [own] = offered(editor)
    assert own == f"{ADD}?locale=de-simple&of={alert.pk}"
    page = BeautifulSoup(editor.get(own).content, "html.parser")
    assert [page.select_one(f"[name={name}]").get_text(strip=True) or page.select_one(f"[name={name}]").get("value") for name in (
        "heading", "text",
    )] == ["Büro zu", "Wir sind morgen wieder da."]  # fmt: skip
    [preview] = {each["data-w-preview-url-value"] for each in page.select("[data-w-preview-url-value]")}
    typed = nested_form_data({"name": "Büro", "heading": "Zu", "text": "Morgen sind wir da.", "link": streamfield([])})
    assert previewed(editor, preview, typed) == ("de-simple", "Hinweis: Zu", "Morgen sind wir da.", None)
    target = page.select_one("form[action*='of=']")["action"]
    assert editor.post(target, typed).status_code == 302
    easy = Alert.objects.get(locale__language_code="de-simple")
    assert (easy.translation_key, easy.heading, easy.is_finished) == (alert.translation_key, "Zu", True)
    bar = BeautifulSoup(Client().get("/de-simple/nirgends/").content, "html.parser").select_one(".alert-bar")
    assert bar.p.get_text(strip=True) == "Morgen sind wir da."
    # There is one text of it; nothing is begun in a language into which it is translated, nor for what is no alert.
    assert offered(editor) == []
    for query in ("locale=de-simple&of={pk}", "locale=en&of={pk}", "locale=de-simple&of=0", "locale=de-simple&of=x", "of={pk}"):
        for view in ("add", "preview_on_add"):
            answer = client_of(people["admin"]).get(f"{reverse(f'wagtailsnippets_portal_alert:{view}')}?{query.format(pk=alert.pk)}")
            assert answer.status_code == 404, query
    assert Alert.objects.filter(translation_key=alert.translation_key).count() == 3


def test_the_group_for_approval_is_told(portal: Portal, people: dict[str, User]) -> None:
    # Nobody sits behind the accounts for trying the portal out.
    assert told_users() == []
    moderator = User.objects.create_user("m", "m@example.org")
    for name in ("freigabe", "redaktion"):
        moderator.groups.set(people[name].groups.all())
        assert told_users() == ([moderator] if name == "freigabe" else [])
