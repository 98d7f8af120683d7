"""Alerts: in which language, where and when they are seen, what is told of them, and who may publish one."""

from __future__ import annotations

from datetime import timedelta
from smtplib import SMTPRecipientsRefused

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group, Permission, User
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.log_actions import LogContext
from wagtail.models import Locale, Page

from home.models import HomePage
from portal import jobs
from portal.admin.alerts import languages_of
from portal.models import Alert, Job
from portal.models.alerts import State
from tests.builders import make_alias, make_content_page, make_section, submit, translate, translate_texts

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
GERMAN = ("Warnung: Büro zu", "Wir sind morgen wieder da.", None)


def make_alert(code: str = "de", **fields: object) -> Alert:
    values = {
        "name": "Büro", "heading": "Büro zu", "text": "Wir sind morgen wieder da.", "level": "warning", "is_published": True,
        "ends_at": timezone.now() + HOUR, "locale": Locale.objects.get(language_code=code), **fields,
    }  # fmt: skip
    alert = Alert(**values)
    alert.save()
    return alert


def translate_alert(alert: Alert, code: str, leave_out: int = 0, **texts: str) -> None:
    translation = submit(alert, code)
    translate_texts(translation, texts, leave_out=leave_out)
    translation.save_target(publish=True)


def seen(client: Client, address: str) -> list[tuple[str, str, str | None]]:
    """Return the alerts above a page: heading with all that stands in it, text, and the language of the text where it is another."""
    soup = BeautifulSoup(client.get(address).content, "html.parser")
    found = []
    for bar in soup.select(".alert-bar"):
        heading, text = bar.h2, bar.p
        assert bar["aria-labelledby"] == heading["id"]
        assert heading.select("span")[1].get("lang") == text.get("lang")
        found.append((" ".join(heading.get_text(" ", strip=True).split()), text.get_text(" ", strip=True), text.get("lang")))
    return found


# --- languages -----------------------------------------------------------------------------------------------------------------


def test_each_language_has_its_own_text_or_the_german_one_marked_as_such(client: Client, home: HomePage) -> None:
    alert = make_alert()
    translate(home, "en", title="Home")
    translate(home, "ar", title="البداية")
    translate_alert(alert, "en", **{"Büro zu": "Office closed", "Wir sind morgen wieder da.": "We are back tomorrow."})
    translate_alert(alert, "uk", leave_out=1)
    marked = ("تحذير: Büro zu بالألمانية", "Wir sind morgen wieder da.", "de")
    assert seen(client, "/de/") == [GERMAN]
    assert seen(client, "/en/") == [("Warning: Office closed", "We are back tomorrow.", None)]
    assert seen(client, "/ar/") == [marked]
    # Half translated is not translated; views without a page have it too.
    assert seen(client, "/uk/nirgends/") == [("Попередження: Büro zu німецькою", "Wir sind morgen wieder da.", "de")]
    assert seen(client, "/de-simple/nirgends/") == [("Warnung: Büro zu in schwerer Sprache", "Wir sind morgen wieder da.", "de")]
    assert [words for _name, words in languages_of(alert)] == [
        "eigener Text", "eigener Text", "der deutsche Text: die Übersetzung ist unvollständig oder gehört zu einem früheren Text",
        *["der deutsche Text: es gibt noch keine Übersetzung"] * 2,
    ]  # fmt: skip

    # What was translated was another text.
    alert.text = "Wir sind übermorgen wieder da."
    alert.save()
    assert seen(client, "/en/") == [("Warning: Büro zu in German", "Wir sind übermorgen wieder da.", "de")]
    # Time and level are no texts.
    alert.text, alert.level = "Wir sind morgen wieder da.", "danger"
    alert.save()
    assert seen(client, "/en/") == [("Danger: Office closed", "We are back tomorrow.", None)]


def test_a_language_with_a_tree_of_its_own_writes_its_own_text(client: Client, home: HomePage) -> None:
    alert = make_alert()
    text = "Das Büro ist zu.\nMorgen sind wir da."
    make_alert("de-simple", translation_key=alert.translation_key, heading="Zu", text=text, is_published=False)
    assert seen(client, "/de-simple/nirgends/") == [("Warnung: Zu", "Das Büro ist zu. Morgen sind wir da.", None)]
    # One statement a line, as it was typed.
    lines = BeautifulSoup(client.get("/de-simple/nirgends/").content, "html.parser").select_one(".alert-bar p")
    assert [str(child) for child in lines.children] == ["Das Büro ist zu.", "<br/>", "Morgen sind wir da."]
    alert.heading = "Büro offen"
    alert.save()
    assert seen(client, "/de-simple/nirgends/") == [("Warnung: Büro offen in schwerer Sprache", "Wir sind morgen wieder da.", "de")]


def test_a_link_leads_to_the_page_in_the_readers_language(client: Client, home: HomePage) -> None:
    page = make_content_page(make_section(home), title="Kontakt")
    alert = make_alert(link=[("link", {"page": page, "label": "", "url": ""})])
    version = translate(page, "en", title="Contact")
    translate_alert(alert, "en")
    make_alert(heading="Defekt", link=[("link", {"page": page, "label": "Mehr", "url": ""})])

    def links(address: str) -> list[tuple[str, str]]:
        soup = BeautifulSoup(client.get(address).content, "html.parser")
        return [(link["href"], link.get_text(strip=True)) for link in soup.select(".alert-bar a")]

    german = page.get_url()
    assert links("/de/") == [(german, "Kontakt"), (german, "Mehr")]
    assert links("/en/") == [(version.get_url(), "Contact"), (version.get_url(), "Mehr")]
    page.unpublish()
    assert links("/de/") == []


# --- places --------------------------------------------------------------------------------------------------------------------


def test_it_stands_where_it_belongs_in_all_languages(client: Client, home: HomePage) -> None:
    section = make_section(home)
    page = make_content_page(section, title="Resettlement")
    other = make_content_page(home, title="Mitmachen")
    english = translate(page, "en", title="Resettlement")
    make_alert(heading="Überall", level="info")
    make_alert(heading="Darunter", level="danger", scope="below", pages=[("page", section)])
    make_alert(heading="Nur dort", scope="pages", pages=[("page", section), ("page", other)])
    where = {
        "/de/": ["Überall"],
        section.get_url(): ["Darunter", "Nur dort", "Überall"],
        page.get_url(): ["Darunter", "Überall"],
        other.get_url(): ["Nur dort", "Überall"],
        english.get_url(): ["Darunter", "Überall"],
        # A fallback is the page too.
        make_alias(other, "ar").get_url(): ["Nur dort", "Überall"],
        "/en/search/": ["Überall"],
    }
    words = {"Überall", "Darunter", "Nur", "dort"}

    def found(address: str) -> list[str]:
        return [" ".join(word for word in heading.split() if word in words) for heading, _text, _lang in seen(client, address)]

    assert {address: found(address) for address in where} == where
    # Moved elsewhere, and gone.
    Page.objects.get(pk=page.pk).move(Page.objects.get(pk=other.pk), pos="last-child")
    assert found(Page.objects.get(pk=page.pk).specific.get_url()) == ["Überall"]
    Page.objects.get(pk=section.pk).delete()
    assert found("/de/") == ["Überall"]


# --- time ----------------------------------------------------------------------------------------------------------------------


def test_it_begins_and_ends_by_itself_and_costs_no_query(client: Client, home: HomePage, monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now()
    client.get("/de/")
    client.get("/de/")
    with CaptureQueriesContext(connection) as before:
        client.get("/de/")
    alert = make_alert(starts_at=now + HOUR, ends_at=now + 2 * HOUR)
    states, times = [], (0, 0.99, 1, 1.99, 2)
    assert seen(client, "/de/") == []
    for hours in times:
        monkeypatch.setattr(timezone, "now", lambda hours=hours: now + hours * HOUR)
        with CaptureQueriesContext(connection) as queries:
            states.append((seen(client, "/de/"), alert.state_at(timezone.now())))
        assert len(queries) == len(before)
    planned, shown, over = ([], State.PLANNED), ([GERMAN], State.SHOWN), ([], State.OVER)
    assert states == [planned, planned, shown, shown, over]


def test_what_is_not_published_is_seen_by_nobody(client: Client, home: HomePage) -> None:
    alert = make_alert(is_published=False)
    assert (seen(client, "/de/"), alert.state_at(timezone.now())) == ([], State.DRAFT)
    alert.is_published = True
    alert.save()
    assert seen(client, "/de/") == [GERMAN]
    alert.delete()
    assert seen(client, "/de/") == []


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, set()),
        ({"ends_at": None}, {"ends_at"}),
        ({"ends_at": None, "is_published": False}, set()),
        ({"ends_at": timezone.now() - HOUR}, {"ends_at"}),
        ({"starts_at": timezone.now() + 2 * HOUR}, {"ends_at"}),
        ({"scope": "below"}, {"pages"}),
        ({"pages": True}, {"scope"}),
        ({"scope": "pages", "pages": True}, set()),
    ],
)
def test_what_would_never_be_seen_or_never_end_is_refused(fields: dict[str, object], wrong: set[str], home: HomePage) -> None:
    values = {"name": "B", "heading": "B", "text": "T", "is_published": True, "ends_at": timezone.now() + HOUR, **fields}
    if values.get("pages"):
        values["pages"] = [("page", home)]
    alert = Alert(locale=home.locale, **values)
    if not wrong:
        alert.full_clean()
        return
    with pytest.raises(ValidationError) as refused:
        alert.full_clean()
    assert set(refused.value.message_dict) == wrong


# --- telling -------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def told(settings: object, monkeypatch: pytest.MonkeyPatch) -> Group:
    """Return a group whose members are told; nothing else is done by jobs."""
    settings.SENDS_MAIL = True
    monkeypatch.setattr(jobs, "periodic_jobs", dict)
    group = Group.objects.create(name="Wer freigibt")
    group.permissions.add(Permission.objects.get(codename="be_told_of_alert"))
    for name, is_active in (("frei", True), ("fort", False)):
        User.objects.create_user(name, f"{name}@example.org", is_active=is_active).groups.add(group)
    User.objects.create_superuser("admin", "admin@example.org")
    return group


def test_those_who_approve_are_told_once_of_each_change(
    home: HomePage, told: Group, mailoutbox: list[EmailMessage], settings: object
) -> None:
    editor = User.objects.create_user("redakteurin", "r@example.org", first_name="Rita", last_name="Rot")
    with LogContext(user=editor):
        alert = make_alert(is_published=False)
        jobs.run_all()
        assert mailoutbox == []
        alert.is_published = True
        alert.save()
        alert.save_revision()
    jobs.run_all()
    (mail,) = mailoutbox
    assert (mail.to, mail.subject) == (["frei@example.org"], "Hinweis veröffentlicht: Büro")
    end = f"{timezone.localtime(alert.ends_at):%H:%M}"
    lines = mail.body.splitlines()
    assert lines[:6] == ["Büro zu", "Wir sind morgen wieder da.", "", "Von: Rita Rot", "Stufe: Warnung", "Wo: auf allen Seiten"]
    assert (lines[6].startswith("Bis: "), end in lines[6]) == (True, True)
    assert lines[8] == f"{settings.PORTAL_URL}/admin/snippets/portal/alert/edit/{alert.pk}/"
    # Saved as it is, also from an older revision, nothing is told.
    Alert.objects.get().save()
    alert.latest_revision.as_object().save()
    jobs.run_all()
    assert len(mailoutbox) == 1
    alert.is_published = False
    alert.save()
    jobs.run_all()
    assert [mail.subject for mail in mailoutbox[1:]] == ["Hinweis zurückgenommen: Büro"]
    # Whoever did it knows.
    with LogContext(user=User.objects.get(username="frei")):
        alert.is_published = True
        alert.save()
    jobs.run_all()
    assert len(mailoutbox) == 2


def test_an_address_that_is_refused_keeps_nothing_from_the_others(
    home: HomePage, told: Group, mailoutbox: list[EmailMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "z"):
        User.objects.create_user(name, f"{name}@example.org").groups.add(told)
    send, refused = EmailMessage.send, ["frei@example.org"]

    def refuse(mail: EmailMessage) -> int:
        if mail.to == refused:
            raise SMTPRecipientsRefused({})
        return send(mail)

    monkeypatch.setattr(EmailMessage, "send", refuse)
    alert = make_alert()
    for _ in range(2):
        Job.objects.update(due_at=timezone.now())
        jobs.run_all()
    assert sorted(mail.to[0] for mail in mailoutbox) == ["a@example.org", "z@example.org"]
    # What is taken back by then is not told as published.
    Alert.objects.filter(pk=alert.pk).update(is_published=False)
    refused.clear()
    Job.objects.update(due_at=timezone.now())
    jobs.run_all()
    assert (len(mailoutbox), Job.objects.count()) == (2, 0)


def test_those_who_approve_are_told_of_an_alert_that_is_deleted(home: HomePage, told: Group, mailoutbox: list[EmailMessage]) -> None:
    prepared = make_alert(is_published=False)
    over = make_alert(ends_at=timezone.now() + timedelta(seconds=30))
    Alert.objects.filter(pk=over.pk).update(ends_at=timezone.now())
    shown = make_alert(heading="Büro brennt")
    jobs.run_all()
    mailoutbox.clear()
    editor = User.objects.create_user("redakteurin", "r@example.org", first_name="Rita", last_name="Rot")
    with LogContext(user=editor):
        for alert in (prepared, over, shown):
            alert.delete()
    jobs.run_all()
    (mail,) = mailoutbox
    assert (mail.to, mail.subject) == (["frei@example.org"], "Hinweis zurückgenommen: Büro")
    assert mail.body.splitlines() == ["Büro brennt", "Wir sind morgen wieder da.", "", "Von: Rita Rot"]


def test_without_a_way_to_send_mail_none_is_ordered(home: HomePage, told: Group, settings: object) -> None:
    settings.SENDS_MAIL = False
    make_alert()
    assert jobs.run_all() == 0
