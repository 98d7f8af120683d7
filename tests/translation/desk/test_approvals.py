"""What is approved is what was read: on the desk and on Wagtail's screens, by one or by several, at once or for a time."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from wagtail.models import GroupApprovalTask, Page, PageLogEntry, Revision, TaskState, WorkflowTask
from wagtail_localize.models import StringTranslation

from tests.translation.desk.test_orders import (  # noqa: F401 (fixtures)
    page,
    shared_section,
    sign_in,
    state,
    user,
    version,
)
from tests.translation.desk.test_planning import LATER, come, is_online, plan
from tests.translation.desk.test_reviews import WORDS, do, offered, opened, ordered, told
from tests.translation.files.items import in_german, said
from translation import reviewing
from translation.desk import planning
from translation.desk.models import PlannedPublication
from translation.desk.states import State
from translation.models import ChangedMeanwhileError

pytestmark = pytest.mark.django_db


def test_a_reviewer_approves_what_they_read_and_nothing_else(page: Page) -> None:  # noqa: F811
    ordered(page, "ar")
    do(sign_in("uebersetzung-ar"), page, "ar", "submit")
    reviewer = sign_in("pruefung-ar")
    form, title = opened(reviewer, page, "ar"), f"{WORDS['ar']} {page.title}"
    row = StringTranslation.objects.get(data=title)
    row.data = "عنوان آخر"
    row.save()
    answer = do(reviewer, page, "ar", "approve", **form)
    assert said(answer) == [in_german("Texts were changed after you had opened this. It is not approved; read what is different now.")]
    assert not is_online(page, "ar")
    shown = BeautifulSoup(answer.content, "html.parser").select("[aria-labelledby=review] dl dd")
    assert [(part.get_text(), part["lang"], part["dir"]) for part in shown] == [(title, "ar", "rtl"), ("عنوان آخر", "ar", "rtl")]
    do(reviewer, page, "ar", "approve", **opened(reviewer, page, "ar"))
    assert (is_online(page, "ar"), version(page, "ar").title) == (True, "عنوان آخر")


def second_reviewer(code: str) -> Client:
    """Return another reviewer of a language, signed in."""
    person = User.objects.create_user("zweite")
    person.groups.set(user(f"pruefung-{code}").groups.all())
    client = Client()
    client.force_login(person)
    return client


def stored(page: Page, code: str) -> tuple[list, list, list]:  # noqa: F811
    """Return all that approving a version writes."""
    revisions = Revision.objects.filter(object_id=str(version(page, code).pk)).order_by("pk").values_list("pk", flat=True)
    states = TaskState.objects.order_by("pk").values_list("pk", "revision", "status", "finished_by")
    return list(revisions), list(states), list(PlannedPublication.objects.values_list("pk", "revision"))


@pytest.mark.parametrize("code", ["uk", "ar"])
@pytest.mark.parametrize("is_dialog", [False, True])
def test_wagtails_own_screens_approve_what_they_show_and_nothing_else(page: Page, code: str, is_dialog: bool) -> None:  # noqa: F811
    ordered(page, code)
    do(sign_in(f"uebersetzung-{code}"), page, code, "submit")
    reviewer, found = sign_in(f"pruefung-{code}"), version(page, code).specific
    task_state = found.current_workflow_task_state
    address = reverse("wagtailadmin_pages:workflow_action", args=[found.pk, "approve", task_state.pk])
    headers = {"X-Requested-With": "XMLHttpRequest"} if is_dialog else {}
    row = StringTranslation.objects.get(data=f"{WORDS[code]} {page.title}")
    row.data = f"{WORDS[code]} anders"
    row.save()
    before = stored(page, code)
    # Nor does another reviewer, whose screen shows the draft that waits, nor whoever presses once more without looking.
    for client in (reviewer, second_reviewer(code), reviewer):
        answer = client.post(address, {"comment": "", "next": "/admin/"}, headers=headers)
        assert answer.json() == {"step": "success", "redirect": "/admin/"} if is_dialog else answer.url == "/admin/"
        (message,) = BeautifulSoup(client.get("/admin/").content, "html.parser").select(".messages li")
        sentence = "“%(page)s” was not approved: texts were changed since. Look at it as it stands now, then decide."
        assert in_german(sentence, page=f"{WORDS[code]} anders") in " ".join(message.get_text().split())
        assert (is_online(page, code), state(page, code), stored(page, code)) == (False, State.IN_REVIEW, before)
    # It leads to where the texts of now are read, and approved by whoever read them.
    assert message.a["href"] == f"{reverse('translation_work', args=[page.pk, code])}#review"
    do(reviewer, page, code, "approve", **opened(reviewer, page, code))
    assert (is_online(page, code), version(page, code).title) == (True, f"{WORDS[code]} anders")


@pytest.mark.parametrize(("decision", "is_live"), [("approve", True), ("send_back", False)])
def test_what_does_not_wait_any_more_is_approved_by_no_old_tab(page: Page, decision: str, is_live: bool) -> None:  # noqa: F811
    ordered(page, "uk")
    do(sign_in("uebersetzung-uk"), page, "uk", "submit")
    old = TaskState.objects.get()
    do(sign_in("pruefung-uk"), page, "uk", decision, comment="Nein.")
    row = StringTranslation.objects.get(data=f"{WORDS['uk']} {page.title}")
    row.data = "Інше"
    row.save()
    before = stored(page, "uk")
    with pytest.raises(PermissionDenied):
        old.task.specific.on_action(old, user("pruefung-uk"), "approve")
    assert (stored(page, "uk"), is_online(page, "uk")) == (before, is_live)


def test_what_was_read_is_asked_together_with_the_approval(page: Page) -> None:  # noqa: F811
    """A text may become another one between the opening of the form and the approval: nothing at all is written then."""
    ordered(page, "uk")
    do(sign_in("uebersetzung-uk"), page, "uk", "submit")
    before, asked = stored(page, "uk"), []
    with pytest.raises(ChangedMeanwhileError):
        reviewing.decide(user("pruefung-uk"), version(page, "uk").specific, "approve", "", is_read=lambda now: bool(asked.append(now)))
    assert (len(asked), stored(page, "uk")) == (1, before)


@pytest.mark.parametrize("code", ["uk", "ar"])
def test_another_time_leaves_a_plan_what_was_approved(page: Page, code: str) -> None:  # noqa: F811
    ordered(page, code)
    do(sign_in(f"uebersetzung-{code}"), page, code, "submit")
    reviewer, title = sign_in(f"pruefung-{code}"), f"{WORDS[code]} {page.title}"
    do(reviewer, page, code, "approve", at=LATER, **opened(reviewer, page, code))

    def planned() -> tuple:
        return PlannedPublication.objects.values_list("revision", "seen", "planned_at").get()

    before = planned()
    row = StringTranslation.objects.get(data=title)
    row.data = f"{WORDS[code]} ungeprüft"
    row.save()
    text = "The time is changed. It goes online as it stood when it was planned: %(date)s."
    assert plan(page, code, at="2101-03-01T10:00") == [in_german(text, date="01.03.2101 10:00")]
    found = PlannedPublication.objects.get()
    assert (planned(), found.user.username, found.due_at.year) == (before, f"uebersetzung-{code}", 2101)
    assert PageLogEntry.objects.filter(page=version(page, code).pk, action=planning.MOVED).count() == 1
    assert (come(), is_online(page, code), version(page, code).title) == (1, True, title)
    assert version(page, code).published_version.reviewed_at is not None


def second_task(page: Page, code: str) -> None:  # noqa: F811
    """Let a workflow ask for another approval, by a task that knows of no texts, behind that of the reviewers."""
    task = GroupApprovalTask.objects.create(name="Zweite")
    task.groups.set(user(f"pruefung-{code}").groups.all())
    WorkflowTask.objects.create(workflow=reviewing.workflow_of(version(page, code)), task=task, sort_order=9)


@pytest.mark.parametrize("code", ["uk", "ar"])
def test_a_time_is_given_with_the_last_approval(page: Page, code: str) -> None:  # noqa: F811
    ordered(page, code)
    second_task(page, code)
    do(sign_in(f"uebersetzung-{code}"), page, code, "submit")
    reviewer, work = sign_in(f"pruefung-{code}"), reverse("translation_work", args=[page.pk, code])

    def offers_a_time() -> bool:
        return bool(BeautifulSoup(reviewer.get(work).content, "html.parser").select("#approve-at"))

    before = stored(page, code)
    answer = do(reviewer, page, code, "approve", at=LATER, **opened(reviewer, page, code))
    assert said(answer) == [in_german("Another approval is awaited after this one; whoever gives the last one chooses the time.")]
    assert (offers_a_time(), stored(page, code)) == (False, before)
    answer = do(reviewer, page, code, "approve", **opened(reviewer, page, code))
    assert said(answer) == [in_german("Approved. It waits for another approval before it goes online.")]
    assert (is_online(page, code), state(page, code), offers_a_time()) == (False, State.IN_REVIEW, True)
    answer = do(reviewer, page, code, "approve", at=LATER, **opened(reviewer, page, code))
    assert said(answer) == [in_german("Approved. It goes online by itself: %(date)s.", date="01.03.2100 10:00")]
    assert (come(), is_online(page, code)) == (1, True)


def test_what_was_mended_between_two_approvals_goes_online_once_both_approved_it(page: Page) -> None:  # noqa: F811
    translation = ordered(page, "uk")
    second_task(page, "uk")
    do(sign_in("uebersetzung-uk"), page, "uk", "submit")
    reviewer = sign_in("pruefung-uk")
    do(reviewer, page, "uk", "approve", **opened(reviewer, page, "uk"))
    row = StringTranslation.objects.get(data=f"{WORDS['uk']} {page.title}")
    row.data = ""
    row.save()
    # A text is missing: the other task is asked for no approval either.
    assert "approve" not in offered(reviewer, page, "uk")
    do(reviewer, page, "uk", "approve")
    row.data = "Виправлено"
    row.save()
    waits = in_german("Approved. It waits for another approval before it goes online.")
    assert said(do(reviewer, page, "uk", "approve", **opened(reviewer, page, "uk"))) == [waits]
    assert (is_online(page, "uk"), translation.get_target_instance().current_workflow_task.name != "Zweite") == (False, True)
    assert said(do(reviewer, page, "uk", "approve", **opened(reviewer, page, "uk"))) == [in_german("Approved and published.")]
    assert (is_online(page, "uk"), version(page, "uk").title) == (True, "Виправлено")


def test_an_offices_own_task_publishes_what_was_read(page: Page) -> None:  # noqa: F811
    ordered(page, "uk")
    second_task(page, "uk")
    workflow = reviewing.workflow_of(version(page, "uk"))
    do(sign_in("uebersetzung-uk"), page, "uk", "save")
    workflow.workflow_tasks.exclude(task__name="Zweite").delete()
    workflow.start(version(page, "uk").specific, user("uebersetzung-uk"))
    row = StringTranslation.objects.get(data=f"{WORDS['uk']} {page.title}")
    row.data = "Виправлено"
    row.save()
    reviewer = sign_in("pruefung-uk")
    do(reviewer, page, "uk", "approve", **opened(reviewer, page, "uk"))
    assert (is_online(page, "uk"), version(page, "uk").title) == (True, "Виправлено")


@pytest.mark.parametrize("code", ["uk", "ar"])
def test_a_reviewer_approves_it_for_a_time_of_its_own(page: Page, code: str) -> None:  # noqa: F811
    ordered(page, code)
    do(sign_in(f"uebersetzung-{code}"), page, code, "submit")
    reviewer, title = sign_in(f"pruefung-{code}"), f"{WORDS[code]} {page.title}"
    late = do(reviewer, page, code, "approve", at="2001-01-01T10:00", **opened(reviewer, page, code))
    assert said(late) == [in_german("Give a day and a time that are still to come.")]
    assert state(page, code) == State.IN_REVIEW
    answer = do(reviewer, page, code, "approve", at=LATER, **opened(reviewer, page, code))
    assert said(answer) == [in_german("Approved. It goes online by itself: %(date)s.", date="01.03.2100 10:00")]
    assert (planning.run(), is_online(page, code), state(page, code)) == (0, False, State.IN_WORK)
    language = {"uk": "Українська", "ar": "العربية"}[code]
    sentence = "“%(page)s” (%(language)s) was approved; it goes online at a time of its own."
    assert told(f"uebersetzung-{code}") == [in_german(sentence, page=title, language=language)]
    assert (come(), is_online(page, code), version(page, code).title) == (1, True, title)
    assert version(page, code).published_version.reviewed_at is not None
    assert told(f"uebersetzung-{code}") == [
        in_german("“%(page)s” (%(language)s) was approved and published.", page=title, language=language)
    ]
