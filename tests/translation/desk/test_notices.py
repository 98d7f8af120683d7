"""Who is told of orders: on the start page, by mail in their language, as often as they want it; nothing is lost."""

from __future__ import annotations

import datetime

import pytest
from bs4 import BeautifulSoup
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page
from wagtail.users.models import UserProfile

from portal import jobs
from portal.models import Job
from portal.operation import leaving
from tests.translation.desk.test_orders import (  # noqa: F401 (fixtures)
    finish,
    order,
    other,
    page,
    shared_section,
    sign_in,
    user,
)
from translation.desk import notices, orders
from translation.desk.models import Notice, NoticeChoice, Order
from translation.desk.order_models import Frequency, NoticeKind

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _mails(settings: object) -> None:
    settings.SENDS_MAIL = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def watch() -> None:
    """Let the runner look once more."""
    Job.objects.filter(key="translation-orders").update(due_at=timezone.now())
    jobs.run_all()


def ordered(*pages: Page, days: int | None = 9, **values: object) -> Order:
    """Order Ukrainian from its translator, due in so many days."""
    translator = user("uebersetzung-uk")
    translator.email = "uk@example.org"
    translator.save()
    values = {"assignee": translator.pk, **values}
    if days is not None:
        values["due_on"] = timezone.localdate() + datetime.timedelta(days=days)
    return order(sign_in("redaktion"), list(pages), ("uk",), **values)


def lines(box: str, name: str = "uebersetzung-uk") -> list[str]:
    """Return the lines of a box of the start page."""
    soup = BeautifulSoup(sign_in(name).get(reverse("wagtailadmin_home")).content, "html.parser")
    heading = next((one for one in soup.select("h2") if one.get_text(strip=True).startswith(box)), None)
    return [" ".join(one.get_text(" ", strip=True).split()) for one in heading.find_parent("section").select("li")] if heading else []


def test_one_mail_says_what_was_ordered_and_leads_to_the_first_text(page: Page, other: Page) -> None:  # noqa: F811
    UserProfile.get_for_user(user("uebersetzung-uk"))
    ordered(page, other, note="Bitte bald.")
    watch()
    (message,) = mail.outbox
    assert (message.to, message.extra_headers["Auto-Submitted"]) == (["uk@example.org"], "auto-generated")
    notice = Notice.objects.get()
    address = reverse("translation_notice", args=[notice.pk])
    assert notices.sentence(notice, 2) in message.body
    assert ("Bitte bald." in message.body, address in message.body) == (True, True)
    assert sign_in("uebersetzung-uk").get(address).url == reverse("translation_edit", args=[page.pk, "uk"])
    watch()
    assert len(mail.outbox) == 1


def test_a_mail_is_written_in_the_language_of_its_reader(page: Page) -> None:  # noqa: F811
    texts = {}
    for code in ("de", "en"):
        mail.outbox.clear()
        Order.objects.all().delete()
        UserProfile.objects.update_or_create(user=user("uebersetzung-uk"), defaults={"preferred_language": code})
        ordered(page)
        watch()
        texts[code] = mail.outbox[0].subject
    assert texts == {"de": "Übersetzungen: 1 Mitteilung", "en": "Translations: 1 notice"}


def test_the_start_page_shows_my_work_and_what_is_new(page: Page, other: Page) -> None:  # noqa: F811
    placed = ordered(page, other)
    date = placed.due_on.strftime("%d.%m.%Y")
    assert lines("Meine Arbeit") == [f"{title} Українська · bis {date}" for title in ("Rückkehr", "Asyl")]
    assert len(lines("Mitteilungen zu Übersetzungen")) == 1
    sign_in("uebersetzung-uk").get(reverse("translation_notice", args=[Notice.objects.get().pk]))
    assert lines("Mitteilungen zu Übersetzungen") == []
    assert lines("Meine Arbeit", "uebersetzung-en") == []
    finish(page, "uk")
    orders.settle()
    assert lines("Meine Arbeit") == [f"Asyl Українська · bis {date}"]


@pytest.mark.parametrize(("days", "kind"), [(2, NoticeKind.DUE_SOON), (-1, NoticeKind.OVERDUE)])
def test_what_is_due_is_told_once(page: Page, days: int, kind: NoticeKind) -> None:  # noqa: F811
    placed = ordered(page)
    watch()
    Order.objects.filter(pk=placed.pk).update(due_on=timezone.localdate() + datetime.timedelta(days=days))
    for _time in range(3):
        watch()
    assert set(Notice.objects.values_list("user__username", "kind")) == {
        ("uebersetzung-uk", NoticeKind.ASSIGNED), ("uebersetzung-uk", kind),
    }  # fmt: skip
    assert len(mail.outbox) == 2


def test_who_ordered_is_told_when_all_of_it_is_done(page: Page, other: Page) -> None:  # noqa: F811
    placed = ordered(page, other)
    creator = user("redaktion")
    creator.email = "redaktion@example.org"
    creator.save()
    finish(page, "uk")
    watch()
    assert not Notice.objects.filter(kind=NoticeKind.DONE).exists()
    finish(other, "uk")
    watch()
    assert [message.to for message in mail.outbox].count(["redaktion@example.org"]) == 1
    assert len(lines("Mitteilungen zu Übersetzungen", "redaktion")) == 1
    sign_in("redaktion").get(reverse("translation_order", args=[placed.pk]))
    assert lines("Mitteilungen zu Übersetzungen", "redaktion") == []


def test_nothing_is_lost_while_the_mail_server_is_away(page: Page, settings: object) -> None:  # noqa: F811
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 9, 2
    ordered(page)
    for _time in range(7):
        watch()
    assert Notice.objects.get().mailed_at is None
    assert "ConnectionRefusedError" in Job.objects.get(key="translation-orders").error
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    for _time in range(2):
        watch()
    assert (len(mail.outbox), Notice.objects.get().mailed_at is None) == (1, False)


def test_each_person_chooses_what_and_how_often(page: Page) -> None:  # noqa: F811
    client, address = sign_in("uebersetzung-uk"), reverse("wagtailadmin_account")
    soup = BeautifulSoup(client.get(address).content, "html.parser")
    assert len(soup.select("[name=translation_notices-kinds]:checked")) == len(NoticeKind)
    fields = soup.select("form input[name]:not([type=checkbox]):not([type=radio])")
    values = {field["name"]: field.get("value", "") for field in fields}
    for select in soup.select("form select"):
        values[select["name"]] = (select.select_one("[selected]") or select.select_one("option"))["value"]
    values |= {"translation_notices-kinds": ["overdue"], "translation_notices-frequency": "never"}
    client.post(address, values)
    choice = NoticeChoice.objects.get(user=user("uebersetzung-uk"))
    assert (choice.kinds, choice.frequency) == (["overdue"], Frequency.NEVER)
    placed = ordered(page)
    watch()
    assert not Notice.objects.exists()
    Order.objects.filter(pk=placed.pk).update(due_on=timezone.localdate() - datetime.timedelta(days=1))
    watch()
    assert Notice.objects.get().kind == NoticeKind.OVERDUE
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("frequency", "mailed", "hour", "day", "expected"),
    [
        ("daily", None, 6, 0, False),
        ("daily", None, 7, 0, True),
        ("daily", 0, 20, 0, False),
        ("daily", 1, 7, 0, True),
        ("weekly", 7, 6, 0, False),
        ("weekly", 7, 7, 0, True),
        ("weekly", 7, 7, 3, True),
        ("weekly", 3, 7, 3, False),
        ("at_once", 0, 3, 0, True),
        ("never", None, 12, 0, False),
    ],
)
def test_when_a_mail_is_sent(
    frequency: str, mailed: int | None, hour: int, day: int, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monday = datetime.datetime(2026, 11, 30, hour, tzinfo=timezone.get_current_timezone())
    now = monday + datetime.timedelta(days=day)
    monkeypatch.setattr(timezone, "localtime", lambda *_moment: now)
    before = None if mailed is None else (now - datetime.timedelta(days=mailed)).date()
    assert notices._is_time(NoticeChoice(frequency=frequency, mailed_on=before)) is expected


def test_the_orders_of_who_leaves_are_the_successors(page: Page) -> None:  # noqa: F811
    placed = ordered(page)
    (found,) = [one for one in leaving.belongings(user("uebersetzung-uk")) if one.names == (str(placed.pk),)]
    successor = user("freigabe")
    found.hand_over(successor)
    assert Order.objects.get(pk=placed.pk).assignee == successor
    assert set(Notice.objects.values_list("user__username", "kind")) == {
        ("uebersetzung-uk", NoticeKind.ASSIGNED), ("freigabe", NoticeKind.ASSIGNED),
    }  # fmt: skip
