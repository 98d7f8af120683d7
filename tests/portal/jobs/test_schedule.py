"""The admin shows what is planned for when, what failed and why, and warns when nothing runs."""

from __future__ import annotations

import datetime
import re
from html import unescape

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import GroupPagePermission, Page

from home.models import HomePage
from portal import jobs
from portal.models import Job, ScheduleFailure
from tests.builders import make_content_page, make_home

pytestmark = pytest.mark.django_db

CHRISTMAS = datetime.datetime(2126, 12, 24, 7, 0, tzinfo=datetime.UTC)
SILENCE = "Seit mehr als fünf Minuten"


@pytest.fixture
def home() -> HomePage:
    """Return a home page with a page that waits, one that expires, and one that could not go online."""
    home = make_home()
    waiting = make_content_page(home, "Wartet", live=False)
    waiting.go_live_at = CHRISTMAS
    waiting.save_revision().publish()
    expiring = make_content_page(home, "Endet")
    expiring.expire_at = CHRISTMAS + datetime.timedelta(days=1)
    expiring.save_revision().publish()
    broken = make_content_page(home, "Kaputt", live=False)
    broken.go_live_at = CHRISTMAS
    broken.save_revision().publish()
    ScheduleFailure.objects.create(
        object=Page.objects.get(pk=broken.pk), action="publish", reason="Die Adresse fehlt.", failed_at=timezone.now()
    )
    return home


def person(home: Page | None, *permissions: str) -> Client:
    """Sign somebody in who may edit below a page."""
    group = Group.objects.create(name="Redaktion")
    group.permissions.add(*Permission.objects.filter(codename__in=["access_admin", *permissions]))
    if home is not None:
        GroupPagePermission.objects.create(
            group=group, page=home, permission=Permission.objects.get(codename="change_page")
        )
    user = User.objects.create_user("redaktion", password="redaktion")
    user.groups.add(group)
    client = Client(headers={"Accept-Language": "de"})
    client.force_login(user)
    return client


def rows(html: str) -> list[list[str]]:
    """Return the cells of all tables."""
    cells = [re.findall(r"<td.*?>(.*?)</td>", row, re.DOTALL) for row in re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL)]
    return [[" ".join(unescape(re.sub(r"<.*?>", " ", cell)).split()) for cell in row] for row in cells if row]


def test_an_editor_sees_what_is_planned_and_what_failed(home: HomePage) -> None:
    html = person(home).get(reverse("schedule")).content.decode()
    assert rows(html) == [
        ["24.12.2126 08:00", "Wartet", "Deutsch", "geht online"],
        ["24.12.2126 08:00", "Kaputt", "Deutsch", "geht online"],
        ["25.12.2126 08:00", "Endet", "Deutsch", "geht offline"],
    ]
    assert "Die Adresse fehlt." in html


def test_who_may_not_edit_the_pages_reads_no_title(home: HomePage) -> None:
    client = person(None)
    for address in (reverse("schedule"), reverse("wagtailadmin_home")):
        html = client.get(address).content.decode()
        assert [word for word in ("Wartet", "Endet", "Kaputt", "Die Adresse fehlt.") if word in html] == []


def test_the_dashboard_warns_when_nothing_ran_for_five_minutes_and_names_what_failed(home: HomePage) -> None:
    client = person(home)
    html = client.get(reverse("wagtailadmin_home")).content.decode()
    assert (SILENCE in html, "Die Adresse fehlt." in html) == (True, True)
    now = timezone.now()
    Job.objects.create(
        key="publication", task="portal.jobs.publication.run", every=datetime.timedelta(seconds=20), finished_at=now
    )
    ScheduleFailure.objects.all().delete()
    html = client.get(reverse("wagtailadmin_home")).content.decode()
    assert (SILENCE in html, "Die Adresse fehlt." in html) == (False, False)
    Job.objects.update(finished_at=now - datetime.timedelta(minutes=6))
    assert SILENCE in client.get(reverse("wagtailadmin_home")).content.decode()


def test_jobs_are_shown_to_those_with_the_right_and_can_be_done_again(home: HomePage) -> None:
    failed = Job.objects.create(
        task="portal.jobs.publication.run", error="Traceback\nValueError: kaputt", failed_at=timezone.now()
    )
    client = person(home)
    assert "ValueError" not in client.get(reverse("schedule")).content.decode()
    repeat = reverse("repeat_job", args=[failed.pk])
    client.post(repeat)
    assert jobs.due().count() == 0
    Group.objects.get(name="Redaktion").permissions.add(
        *Permission.objects.filter(codename__in=["view_job", "change_job"])
    )
    table = rows(client.get(reverse("schedule")).content.decode())
    assert [row[:3] for row in table if row[0] == "portal.jobs.publication.run"] == [
        ["portal.jobs.publication.run", "aufgegeben", "–"]
    ]
    assert client.get(repeat).status_code == 405
    client.post(repeat)
    assert [job.pk for job in jobs.due()] == [failed.pk]


@pytest.mark.once
def test_twenty_pages_need_no_more_queries_than_three(home: HomePage, django_assert_max_num_queries: object) -> None:
    client = person(home)
    client.get(reverse("schedule"))
    with django_assert_max_num_queries(100) as few:
        client.get(reverse("schedule"))
    for number in range(20):
        page = make_content_page(home, f"Seite {number}", live=False)
        page.go_live_at = CHRISTMAS
        page.save_revision().publish()
    # What was published made menus old, which the admin's menu asks for too.
    client.get(reverse("schedule"))
    with django_assert_max_num_queries(100) as many:
        client.get(reverse("schedule"))
    assert len(many) == len(few)
