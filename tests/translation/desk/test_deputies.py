"""Who stands in for a reviewer: the desk's screens for what waits, on the days that were named, in their own language, and nothing else."""

from __future__ import annotations

import datetime

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page, TaskState
from wagtail_localize.models import Translation

from portal.models import Deputyship
from portal.models.deputies import stood_in_for
from tests.portal.admin.test_start import start
from tests.portal.jobs.test_deputies import WAITING, let_wait, post_account
from tests.translation.desk.test_orders import other, page, shared_section, sign_in, state, user, version  # noqa: F401 (fixtures)
from tests.translation.desk.test_reviews import WORDS, do, offered, opened, ordered
from tests.translation.files.items import in_german, said
from translation.desk.states import State

pytestmark = pytest.mark.django_db


def deputy_in(code: str) -> Client:
    """Let somebody who translates into a language, and reviews nothing, sign in."""
    User.objects.create_user("vertretung").groups.set(user(f"uebersetzung-{code}").groups.all())
    return sign_in("vertretung")


def appoint(code: str, first: int = 0, last: int = 0) -> None:
    """Let them stand in for the reviewer of a language, from so many days from today to so many."""
    today = timezone.localdate()
    days = {name: today + datetime.timedelta(days=number) for name, number in (("starts_on", first), ("ends_on", last))}
    Deputyship.objects.update_or_create(moderator=user(f"pruefung-{code}"), defaults={"deputy": user("vertretung"), **days})


def waiting(page: Page, code: str) -> TaskState:  # noqa: F811
    """Submit a translation, and let it wait for a week."""
    ordered(page, code)
    do(sign_in(f"uebersetzung-{code}"), page, code, "submit")
    found = version(page, code).specific.current_workflow_task_state
    let_wait(found)
    return found


def decides(client: Client, page: Page, code: str) -> set[str]:  # noqa: F811
    return offered(client, page, code) & {"approve", "send_back"}


def boxed(client: Client) -> list[str]:
    return [title for title, _note in start(client).get(WAITING, (0, []))[1]]


@pytest.mark.parametrize(("code", "what"), [("uk", "approve"), ("ar", "send_back"), ("ar", "approve")])
def test_a_deputy_decides_at_the_desk_what_has_waited_and_nothing_else(
    page: Page,  # noqa: F811
    other: Page,  # noqa: F811
    code: str,
    what: str,
) -> None:
    deputy, title = deputy_in(code), f"{WORDS[code]} {page.title}"
    found = waiting(page, code)
    fresh = waiting(other, code)
    let_wait(fresh, datetime.timedelta())
    # Before anybody named them, and on other days than those that were named.
    for days in ((), (1, 5), (-5, -1)):
        if days:
            appoint(code, *days)
        assert (boxed(deputy), decides(deputy, page, code)) == ([], set()), days
        do(deputy, page, code, what, comment="Bitte.")
        assert state(page, code) == State.IN_REVIEW, days
    appoint(code)
    assert boxed(deputy) == [title]
    assert (decides(deputy, page, code), decides(deputy, other, code)) == ({"approve", "send_back"}, set())
    do(deputy, other, code, what, comment="Bitte.", **opened(sign_in(f"pruefung-{code}"), other, code))
    assert state(other, code) == State.IN_REVIEW
    sentence = "Approved and published." if what == "approve" else "Sent back. Whoever submitted it is told of it."
    answer = do(deputy, page, code, what, comment="Bitte.", **opened(deputy, page, code))
    assert said(answer) == [in_german(sentence)]
    found.refresh_from_db()
    assert (found.status, found.finished_by.username) == ("approved" if what == "approve" else "rejected", "vertretung")
    assert state(page, code) == (State.TRANSLATED if what == "approve" else State.IN_WORK)
    assert (boxed(deputy), decides(deputy, page, code)) == ([], set())


@pytest.mark.parametrize(("code", "foreign"), [("uk", "ar"), ("ar", "uk")])
def test_nobody_stands_in_for_a_reviewer_of_a_language_in_which_they_do_not_work(page: Page, code: str, foreign: str) -> None:  # noqa: F811
    deputy, found = deputy_in(foreign), waiting(page, code)
    reviewer, today = sign_in(f"pruefung-{code}"), str(timezone.localdate())
    values = {"deputy": str(user("vertretung").pk), "starts_on": today, "ends_on": today}
    errors = [tag.get_text(" ", strip=True) for tag in post_account(reviewer, **values).select(".error-message, .messages li")]
    assert errors == [in_german("%(name)s works in none of the languages whose translations you approve.", name="vertretung")]
    assert not Deputyship.objects.exists()
    # Named before that was asked, or moved to another group since.
    appoint(code)
    assert (stood_in_for(user("vertretung")), boxed(deputy)) == ({}, [])
    place, own = [page.pk, code], version(page, code).pk
    translation = Translation.objects.get(source__object_id=page.translation_key, target_locale__language_code=code)
    for name, args in (
        ("translation_work", place), ("translation_editor", [translation.pk]), ("wagtailadmin_pages:edit", [own]),
        ("wagtailadmin_pages:workflow_action", [own, "approve", found.pk]), ("translation_desk_page", [page.pk]),
    ):  # fmt: skip
        answer = deputy.get(reverse(name, args=args))
        shown = BeautifulSoup(answer.content, "html.parser").get_text()
        assert (WORDS[code] in shown, answer.status_code == 200) == (False, name == "translation_desk_page"), name
    for what in ("approve", "send_back", "publish", "withdraw"):
        assert do(deputy, page, code, what, comment="Bitte.").status_code == 404
    deputy.post(reverse("wagtailadmin_pages:workflow_action", args=[own, "approve", found.pk]))
    with pytest.raises(PermissionDenied):
        found.task.specific.on_action(TaskState.objects.get(pk=found.pk), user("vertretung"), "approve")
    found.refresh_from_db()
    assert (found.status, state(page, code)) == ("in_progress", State.IN_REVIEW)
    # In their own language they may be named.
    user("vertretung").groups.set(user(f"uebersetzung-{code}").groups.all())
    Deputyship.objects.all().delete()
    post_account(reviewer, **values)
    assert Deputyship.objects.get().deputy == user("vertretung")
    assert list(stood_in_for(user("vertretung"))) == [found.pk]
