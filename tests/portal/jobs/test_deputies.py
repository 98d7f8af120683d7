"""Deputies: what has waited for a moderator for more than two working days may be approved by somebody else, within the same rights."""

from __future__ import annotations

import datetime

import pytest
from bs4 import BeautifulSoup
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import GroupApprovalTask, GroupPagePermission, Page, PageLogEntry, Task, TaskState

from portal import jobs
from portal.jobs import deputies
from portal.models import ApprovalTask, Deputyship, Job
from portal.models.deputies import stood_in_for
from tests.people import Portal
from tests.portal.admin.test_start import draft, start

pytestmark = pytest.mark.django_db

WEEK = datetime.timedelta(days=7)
WAITING = "Wartet auf mich"


@pytest.fixture
def state(portal: Portal, people: dict[str, User]) -> TaskState:
    """The German page waits, submitted by an editor."""
    page = draft(portal.pages["de"], people["redaktion"], "Neuer Titel")
    return page.get_workflow().start(page, people["redaktion"]).current_task_state


def let_wait(state: TaskState, by: datetime.timedelta = WEEK) -> None:
    TaskState.objects.filter(pk=state.pk).update(started_at=timezone.now() - by)


def appoint(people: dict[str, User], deputy: str = "uebersetzung-en", first: int = 0, last: int = 0) -> Deputyship:
    """Let somebody stand in for the moderator, from so many days from today to so many."""
    today = timezone.localdate()
    days = {name: today + datetime.timedelta(days=number) for name, number in (("starts_on", first), ("ends_on", last))}
    found, _ = Deputyship.objects.update_or_create(moderator=people["freigabe"], defaults={"deputy": people[deputy], **days})
    return found


def waits_for(client: Client) -> list[tuple[str, str]]:
    return start(client).get(WAITING, (0, []))[1]


def approve(client: Client, state: TaskState) -> int:
    address = reverse("wagtailadmin_pages:workflow_action", args=[state.revision.object_id, "approve", state.pk])
    return client.post(address, {"next": "/admin/"}).status_code


def opens(client: Client, page: Page) -> bool:
    return client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).status_code == 200


def test_what_has_waited_for_too_long_goes_to_the_deputy_who_approves_it(
    portal: Portal, moderator: Client, translator: Client, people: dict[str, User], state: TaskState
) -> None:
    page = portal.pages["de"]
    appoint(people)
    assert (waits_for(translator), opens(translator, page)) == ([], False)
    approve(translator, state)
    assert TaskState.objects.get(pk=state.pk).status == "in_progress"
    let_wait(state)
    [(title, note)] = waits_for(translator)
    assert (title, note.split(" · ")[-1]) == ("Neuer Titel", "in Vertretung von Demo Freigabe")
    assert [title for title, _note in waits_for(moderator)] == ["Neuer Titel"]
    assert opens(translator, page)
    # Nothing beyond: neither another page of the language nor a right on this one that does not come with the task.
    assert not opens(translator, portal.homes["de"])
    permissions = page.permissions_for_user(User.objects.get(username="uebersetzung-en"))
    assert (permissions.can_publish(), permissions.can_delete(), permissions.can_unpublish()) == (False, False, False)
    assert approve(translator, state) == 302
    page.refresh_from_db()
    assert (page.title, page.live) == ("Neuer Titel", True)
    done = TaskState.objects.get(pk=state.pk)
    assert (done.status, done.finished_by.username) == ("approved", "uebersetzung-en")
    assert (waits_for(translator), waits_for(moderator), opens(translator, page)) == ([], [], False)


@pytest.mark.parametrize(("first", "last"), [(1, 5), (-5, -1)])
def test_only_on_the_days_that_were_named(
    portal: Portal, translator: Client, people: dict[str, User], state: TaskState, first: int, last: int
) -> None:
    let_wait(state)
    appoint(people)
    assert opens(translator, portal.pages["de"])
    appoint(people, first=first, last=last)
    approve(translator, state)
    assert (waits_for(translator), opens(translator, portal.pages["de"])) == ([], False)
    assert TaskState.objects.get(pk=state.pk).status == "in_progress"


def test_never_beyond_the_moderators_rights(portal: Portal, translator: Client, people: dict[str, User], state: TaskState) -> None:
    let_wait(state)
    appoint(people)
    assert len(waits_for(translator)) == 1
    group = Group.objects.get(name="Freigabe")
    rights = GroupPagePermission.objects.filter(group=group, permission__codename="publish_page")
    home = rights.get(page=portal.homes["de"])
    # The right is on another section of the language.
    home.page = portal.home.get_children().exclude(pk=portal.pages["de"].get_parent().pk).first() or portal.pages["en"].get_parent()
    home.save()
    assert (waits_for(translator), opens(translator, portal.pages["de"])) == ([], False)
    home.page = portal.pages["de"].get_parent()
    home.save()
    assert opens(translator, portal.pages["de"])
    # A moderator who is none any more, or has left, has no deputy.
    people["freigabe"].groups.clear()
    assert waits_for(translator) == []
    people["freigabe"].groups.add(group)
    User.objects.filter(pk=people["freigabe"].pk).update(is_active=False)
    assert waits_for(translator) == []


def test_nobody_approves_what_they_submitted(portal: Portal, editor: Client, people: dict[str, User], state: TaskState) -> None:
    let_wait(state)
    appoint(people, "redaktion")
    approve(editor, state)
    assert (waits_for(editor), TaskState.objects.get(pk=state.pk).status) == ([], "in_progress")


@pytest.mark.parametrize("second", ["approve", "reject"])
def test_of_two_who_decide_at_once_the_first_one_does(portal: Portal, people: dict[str, User], state: TaskState, second: str) -> None:
    let_wait(state)
    appoint(people)
    task = state.task.specific
    read_by_both = [TaskState.objects.get(pk=state.pk) for _ in range(2)]
    task.on_action(read_by_both[0], people["freigabe"], "approve")
    with pytest.raises(PermissionDenied):
        task.on_action(read_by_both[1], people["uebersetzung-en"], second)
    done = TaskState.objects.get(pk=state.pk)
    assert (done.status, done.finished_by.username, done.workflow_state.status) == ("approved", "freigabe", "approved")
    page = Page.objects.get(pk=portal.pages["de"].pk)
    decided = PageLogEntry.objects.filter(page=page.pk, action__in=("wagtail.workflow.approve", "wagtail.workflow.reject"))
    assert (page.title, [entry.user.username for entry in decided]) == ("Neuer Titel", ["freigabe"])


def do_mails() -> None:
    """Do what was ordered, as the runner does."""
    for job in Job.objects.filter(task=deputies.tell.module_path):
        assert jobs.execute(job) == ""
        job.delete()


def test_the_deputy_gets_one_mail(people: dict[str, User], state: TaskState, settings: object) -> None:
    settings.SENDS_MAIL = True
    User.objects.update(email="")
    User.objects.filter(username="uebersetzung-en").update(email="vertretung@example.org")
    appoint(people)
    assert deputies.run() == 0
    let_wait(state)
    mail.outbox.clear()
    assert (deputies.run(), deputies.run()) == (1, 0)
    do_mails()
    assert [message.to for message in mail.outbox] == [["vertretung@example.org"]]
    assert mail.outbox[0].subject == "In Vertretung von Demo Freigabe: „Neuer Titel“ wartet auf Freigabe"
    assert f"/admin/pages/{state.revision.object_id}/edit/" in mail.outbox[0].body
    assert deputies.run() == 0


def test_no_mail_of_what_is_done_meanwhile(people: dict[str, User], state: TaskState, settings: object) -> None:
    settings.SENDS_MAIL = True
    User.objects.filter(username="uebersetzung-en").update(email="vertretung@example.org")
    let_wait(state)
    appoint(people)
    assert deputies.run() == 1
    state.task.specific.on_action(TaskState.objects.get(pk=state.pk), people["freigabe"], "approve")
    mail.outbox.clear()
    do_mails()
    assert mail.outbox == []


def account(client: Client) -> BeautifulSoup:
    return BeautifulSoup(client.get(reverse("wagtailadmin_account")).content, "html.parser")


def post_account(client: Client, **values: str) -> BeautifulSoup:
    """Post one's own account as it is shown, with other values for the deputy."""
    data = {}
    for field in account(client).select("main form input[name], main form select[name], main form textarea[name]"):
        chosen = field.select_one("option[selected]") or field.select_one("option") if field.name == "select" else None
        if field.get("type") in {"checkbox", "radio"} and not field.has_attr("checked"):
            continue
        if field.get("type") != "file":
            data[field["name"]] = chosen.get("value", "") if chosen else field.get("value", "")
    data |= {f"deputy-{name}": value for name, value in values.items()}
    return BeautifulSoup(client.post(reverse("wagtailadmin_account"), data, follow=True).content, "html.parser")


def test_a_moderator_names_a_deputy(moderator: Client, editor: Client, people: dict[str, User]) -> None:
    assert account(editor).select("[name^=deputy-]") == []
    offered = {option.get_text() for option in account(moderator).select("[name=deputy-deputy] option[value]") if option["value"]}
    assert ("Demo Freigabe" in offered, "Demo Redaktion" in offered) == (False, True)
    deputy, today = str(people["redaktion"].pk), timezone.localdate()
    tomorrow, yesterday = (str(today + datetime.timedelta(days=number)) for number in (1, -1))
    for values, error in (
        ({"deputy": deputy, "starts_on": "", "ends_on": tomorrow}, "Dieses Feld muss ausgefüllt werden."),
        ({"deputy": deputy, "starts_on": tomorrow, "ends_on": str(today)}, "Der letzte Tag kann nicht vor dem ersten liegen."),
        ({"deputy": deputy, "starts_on": yesterday, "ends_on": yesterday}, "Dieser Tag ist vorbei."),
        (
            {"deputy": str(people["freigabe"].pk), "starts_on": str(today), "ends_on": tomorrow},
            "Bitte eine gültige Auswahl treffen. Dies ist keine gültige Auswahl.",
        ),
    ):
        said = [tag.get_text(" ", strip=True) for tag in post_account(moderator, **values).select(".error-message, .messages li")]
        assert said == [error]
        assert not Deputyship.objects.exists()
    post_account(moderator, deputy=deputy, starts_on=str(today), ends_on=tomorrow)
    found = Deputyship.objects.get()
    assert (found.moderator, found.deputy, found.starts_on) == (people["freigabe"], people["redaktion"], today)
    assert str(found.ends_on) == tomorrow
    post_account(moderator, deputy="", starts_on="", ends_on="")
    assert not Deputyship.objects.exists()


def test_tasks_from_before_know_deputies_with_all_that_waits(people: dict[str, User], portal: Portal) -> None:
    convert = __import__("portal.migrations.0026_approval_tasks", fromlist=["convert"]).convert
    old = GroupApprovalTask.objects.create(name="Früher")
    old.groups.add(Group.objects.get(name="Freigabe"))
    new = ApprovalTask.objects.get(name="Freigabe")
    convert(apps, connection.schema_editor)
    assert type(Task.objects.get(pk=old.pk).specific) is ApprovalTask
    assert [group.name for group in ApprovalTask.objects.get(pk=old.pk).groups.all()] == ["Freigabe"]
    assert type(Task.objects.get(pk=new.pk).specific) is ApprovalTask
    assert stood_in_for(people["redaktion"]) == {}


def test_what_waits_over_christmas_goes_to_nobody_before_two_days_were_worked(
    portal: Portal, translator: Client, people: dict[str, User], state: TaskState, monkeypatch: pytest.MonkeyPatch
) -> None:
    submitted, known = datetime.datetime(2026, 12, 23, 15, tzinfo=datetime.UTC), []
    TaskState.objects.filter(pk=state.pk).update(started_at=submitted)
    Deputyship.objects.create(
        moderator=people["freigabe"], deputy=people["uebersetzung-en"], starts_on="2026-12-01", ends_on="2027-01-31"
    )
    # Thursday is Christmas Eve, then Christmas and the weekend: Monday afternoon is two working days later.
    for day, hour in ((24, 16), (26, 16), (28, 14), (28, 16)):
        now = datetime.datetime(2026, 12, day, hour, tzinfo=datetime.UTC)
        monkeypatch.setattr(timezone, "now", lambda now=now: now)
        known.append([moderator.get_username() for moderator in stood_in_for(people["uebersetzung-en"]).values()])
    assert known == [[], [], [], ["freigabe"]]
