"""A translation that goes online at a time of its own: who plans it, what holds it, what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from wagtail.models import Page, PageLogEntry, TaskState
from wagtail_localize.models import StringTranslation

from home.models import ContentPage
from portal.language.slugs import slug_for_title
from portal.pages import versions
from tests.builders import publish
from tests.translation.desk.test_orders import (  # noqa: F401 (fixtures)
    other,
    page,
    shared_section,
    sign_in,
    state,
    user,
    version,
)
from tests.translation.desk.test_reviews import WORDS, do, offered, opened, ordered, told
from tests.translation.files.items import in_german, said
from translation import reviewing
from translation.desk import orders, planning, withdrawing
from translation.desk.models import ChangeEffect, Notice, OrderItem, PlannedPublication
from translation.desk.order_hooks import publish_planned
from translation.desk.order_models import NoticeKind, Progress
from translation.desk.states import State

pytestmark = pytest.mark.django_db

LATER = "2100-03-01T10:00"
MAY_NOT = "Whoever planned it may not publish it any more, or somebody locked it."


def plan(page: Page, code: str = "uk", name: str = "", at: str = LATER) -> list[str]:  # noqa: F811
    return said(do(sign_in(name or f"uebersetzung-{code}"), page, code, "plan", at=at))


def come() -> int:
    """Let the time come that was planned, and the runner do what it does every minute."""
    PlannedPublication.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    return planning.run()


def is_online(page: Page, code: str) -> bool:  # noqa: F811
    return versions.was_finished(version(page, code)) and version(page, code).live


@pytest.mark.parametrize("code", ["uk", "ar"])
def test_it_goes_online_at_its_time_as_it_stood_when_that_was_planned(page: Page, code: str) -> None:  # noqa: F811
    translation = ordered(page, code)
    assert plan(page, code) == [in_german("It goes online as it stands now: %(date)s.", date="01.03.2100 10:00")]
    assert planning.run() == 0
    assert not is_online(page, code)
    client = sign_in(f"uebersetzung-{code}")
    editor = BeautifulSoup(client.get(reverse("translation_editor", args=[translation.pk])).content, "html.parser")
    note = editor.select_one(".portal-editor__note")
    sentence = in_german("It goes online by itself, as it stood when that was planned: %(date)s.", date="01.03.2100 10:00")
    assert " ".join(note.get_text().split()) == f"{sentence} {in_german('Look at it or call it off')}"
    # Wagtail's screen of the page says it too.
    wagtails = client.get(reverse("wagtailadmin_pages:edit", args=[version(page, code).pk]))
    assert sentence in BeautifulSoup(wagtails.content, "html.parser").select_one(".messages").get_text()
    # What is typed since is no part of it.
    title = f"{WORDS[code]} {page.title}"
    StringTranslation.objects.filter(data=title).update(data="noch nicht")
    assert come() == 1
    assert (is_online(page, code), version(page, code).title) == (True, title)
    assert not PlannedPublication.objects.exists()
    logged = PageLogEntry.objects.filter(page=version(page, code).pk, action__in=("wagtail.publish", planning.PLANNED))
    assert list(logged.order_by("timestamp", "pk").values_list("action", "user__username")) == [
        (planning.PLANNED, f"uebersetzung-{code}"), ("wagtail.publish", f"uebersetzung-{code}"),
    ]  # fmt: skip


def german_is_offline(page: Page) -> Callable[[], object]:  # noqa: F811
    ContentPage.objects.get(pk=page.pk).unpublish()
    return lambda: publish(ContentPage.objects.get(pk=page.pk))


def german_says_something_else(page: Page) -> Callable[[], object]:  # noqa: F811
    found = ContentPage.objects.get(pk=page.pk)
    lead, found.lead = found.lead, "Etwas anderes."
    publish(found)
    found.lead = lead
    return lambda: publish(found)


def it_is_locked(page: Page) -> Callable[[], object]:  # noqa: F811
    rows = Page.objects.filter(pk=version(page, "uk").pk)
    rows.update(locked=True, locked_by=user("freigabe"), locked_at=timezone.now())
    return lambda: rows.update(locked=False, locked_by=None)


def its_planner_left(page: Page) -> Callable[[], object]:  # noqa: F811
    User.objects.filter(username="uebersetzung-uk").update(is_active=False)
    return lambda: User.objects.filter(username="uebersetzung-uk").update(is_active=True)


def its_planner_may_no_more(page: Page) -> Callable[[], object]:  # noqa: F811
    groups = list(user("uebersetzung-uk").groups.all())
    user("uebersetzung-uk").groups.clear()
    return lambda: user("uebersetzung-uk").groups.set(groups)


def it_was_sent_back(page: Page) -> Callable[[], object]:  # noqa: F811
    do(sign_in("uebersetzung-uk"), page, "uk", "submit")
    do(sign_in("pruefung-uk"), page, "uk", "send_back", comment="Nein.")
    return lambda: version(page, "uk").specific.current_workflow_state.cancel(user=user("uebersetzung-uk"))


@pytest.mark.parametrize(
    ("hold", "reason"),
    [
        (german_is_offline, "Its German page is not online."),
        (german_says_something_else, "The German page says something else since this was planned."),
        (it_is_locked, MAY_NOT),
        (its_planner_left, "Whoever planned it does not work here any more."),
        (its_planner_may_no_more, MAY_NOT),
        (it_was_sent_back, "It waits for a review, or was sent back."),
    ],
)
def test_what_stands_against_it_holds_it_and_nothing_is_lost(page: Page, hold: Callable, reason: str) -> None:  # noqa: F811
    ordered(page, "uk")
    plan(page)
    settle = hold(page)
    assert (come(), is_online(page, "uk")) == (0, False)
    with override("de"):
        assert planning.reason_to_hold(PlannedPublication.objects.select_related("user").get()) == in_german(reason)
    settle()
    assert (come(), is_online(page, "uk")) == (1, True)


def test_what_was_called_wrong_since_is_held(page: Page) -> None:  # noqa: F811
    translation = ordered(page, "uk")
    do(sign_in("uebersetzung-uk"), page, "uk", "publish")
    StringTranslation.objects.filter(locale=translation.target_locale, translation_of__data=page.title).update(data="Другий")
    plan(page)
    found = ContentPage.objects.get(pk=page.pk)
    revision = found.save_revision()
    ChangeEffect.objects.update_or_create(revision=revision, defaults={"effect": "wrong"})
    revision.publish()
    assert state(page, "uk") == State.WITHDRAWN
    assert (come(), state(page, "uk")) == (0, State.WITHDRAWN)
    withdrawing.show_again(version(page, "uk"))
    assert (come(), version(page, "uk").title) == (1, "Другий")


def test_whoever_publishes_what_was_called_wrong_unchanged_is_told_that_nobody_reads_it(page: Page) -> None:  # noqa: F811
    ordered(page, "uk")
    translator = sign_in("uebersetzung-uk")
    do(translator, page, "uk", "publish")
    page.lead, page.form_values = "Etwas anderes.", {"effect": "wrong"}
    page.save_revision().publish()
    assert state(page, "uk") == State.WITHDRAWN
    stays = in_german("It stays withdrawn, and visitors read German there: it was called wrong, and says nothing newer.")
    assert said(do(translator, page, "uk", "publish")) == [stays]
    answer = translator.post(reverse("wagtailadmin_pages:edit", args=[version(page, "uk").pk]), {"action": "publish"}, follow=True)
    assert [text.split("<")[0].strip() for text in said(answer)] == [stays]
    assert state(page, "uk") == State.WITHDRAWN


def test_it_is_called_off_replaced_and_forgotten_once_it_is_online(page: Page) -> None:  # noqa: F811
    ordered(page, "uk")
    translator = sign_in("uebersetzung-uk")
    plan(page)
    assert offered(translator, page, "uk") >= {"plan", "plan_anew", "unplan"}
    before = PlannedPublication.objects.get()
    answer = do(translator, page, "uk", "plan_anew", at="2101-03-01T10:00")
    assert said(answer) == [in_german("It goes online as it stands now: %(date)s.", date="01.03.2101 10:00")]
    after = PlannedPublication.objects.get()
    assert (after.revision_id > before.revision_id, after.planned_at > before.planned_at) == (True, True)
    assert said(do(translator, page, "uk", "unplan")) == [in_german("Called off. It goes online when somebody publishes it.")]
    assert said(do(translator, page, "uk", "unplan")) == [in_german("No time is planned for it any more.")]
    assert (come(), is_online(page, "uk")) == (0, False)
    plan(page)
    do(translator, page, "uk", "publish")
    assert not PlannedPublication.objects.exists()
    plan(page)
    version(page, "uk").specific.unpublish(user=user("uebersetzung-uk"))
    assert (come(), version(page, "uk").live) == (0, False)


@pytest.mark.parametrize("at", ["", "2001-01-01T10:00", "morgen", "2100-13-45T99:00", "0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00"])
def test_what_is_no_time_to_come_is_refused(page: Page, at: str) -> None:  # noqa: F811
    ordered(page, "uk")
    assert plan(page, at=at) == [in_german("Give a day and a time that are still to come.")]
    assert not PlannedPublication.objects.exists()


def test_nobody_plans_for_another_language_or_what_may_not_go_online(page: Page) -> None:  # noqa: F811
    translation = ordered(page, "ar")
    for name, status in (("uebersetzung-uk", 404), ("pruefung-uk", 404), ("redaktion", 403), ("anfragen", 302)):
        for what in ("plan", "unplan"):
            answer = sign_in(name).post(reverse("translation_review", args=[page.pk, "ar"]), {"do": what, "at": LATER})
            assert (answer.status_code, PlannedPublication.objects.exists()) == (status, False), name
    plan(page, "ar")
    assert do(sign_in("uebersetzung-uk"), page, "ar", "unplan").status_code == 404
    assert PlannedPublication.objects.count() == 1
    PlannedPublication.objects.all().delete()
    StringTranslation.objects.filter(locale=translation.target_locale, translation_of__data=page.title).delete()
    assert plan(page, "ar") == ["1 Text fehlt."]
    do(sign_in("uebersetzung-ar"), page, "ar", "submit")
    assert not PlannedPublication.objects.exists()


def test_a_publication_that_fails_is_held_and_told_of_once(page: Page, caplog: pytest.LogCaptureFixture) -> None:  # noqa: F811
    ordered(page, "uk")
    plan(page)
    revision = PlannedPublication.objects.get().revision
    title, revision.content["title"] = revision.content["title"], ""
    revision.save()
    for _time in range(2):
        assert come() == 0
        publish_planned()
    held = "“%(page)s” (%(language)s) did not go online at its time: something stands against it."
    assert told("uebersetzung-uk") == [in_german(held, page=title, language="Українська")]
    assert [one.name for one in caplog.records if one.name == planning.__name__] == [planning.__name__]
    shown = sign_in("uebersetzung-uk").get(reverse("translation_work", args=[page.pk, "uk"])).text
    assert in_german("It could not be put online: %(reason)s", reason="").strip() in shown
    revision.content["title"] = title
    revision.save()
    publish_planned()
    publish_planned()
    assert (is_online(page, "uk"), Notice.objects.filter(kind=NoticeKind.HELD).exists()) == (True, False)


@pytest.mark.parametrize("code", ["uk", "ar"])
@pytest.mark.parametrize("first", ["approve", "send_back"])
def test_of_two_reviewers_the_first_decides_and_the_other_is_told(
    page: Page,  # noqa: F811
    code: str,
    first: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ordered(page, code)
    do(sign_in(f"uebersetzung-{code}"), page, code, "submit")
    User.objects.create_user("zweite").groups.set(user(f"pruefung-{code}").groups.all())
    reviewers = [sign_in(f"pruefung-{code}"), sign_in("zweite")]
    forms = [opened(client, page, code) for client in reviewers]
    read_before = reviewing.actions(user("zweite"), version(page, code).specific)
    task_state = version(page, code).specific.current_workflow_task_state
    do(reviewers[0], page, code, first, comment="Bitte noch einmal lesen.", **forms[0])
    assert versions.was_finished(version(page, code)) == (first == "approve")

    def now() -> tuple[object, ...]:
        rows = TaskState.objects.order_by("pk").values_list("status", "comment", "finished_by__username")
        return state(page, code), list(rows), version(page, code).latest_revision_id

    before = now()
    faster = "%(name)s was faster and approved it." if first == "approve" else "%(name)s was faster and sent it back."
    reviewer = user(f"pruefung-{code}")
    kept = in_german("Your comment was not stored: “%(comment)s”", comment="Nein.")
    told_so = [f"{in_german(faster, name=reviewer.get_full_name() or reviewer.get_username())} {kept}"]
    for what in ("approve", "send_back"):
        assert said(do(reviewers[1], page, code, what, comment="Nein.", **forms[1])) == told_so
    # The same in one moment: both have read that it waits.
    monkeypatch.setattr(reviewing, "actions", lambda user, page: read_before)
    monkeypatch.setattr(Page, "current_workflow_task_state", task_state)
    for what in ("approve", "send_back"):
        assert said(do(reviewers[1], page, code, what, comment="Nein.", **forms[1])) == told_so
    assert now() == before


def test_published_is_said_of_what_is_online_alone(page: Page) -> None:  # noqa: F811
    ordered(page, "uk")
    do(sign_in("uebersetzung-uk"), page, "uk", "submit")
    do(sign_in("pruefung-uk"), page, "uk", "approve")
    names = {"page": f"{WORDS['uk']} {page.title}", "language": "Українська"}
    assert told("uebersetzung-uk") == [in_german("“%(page)s” (%(language)s) was approved and published.", **names)]
    # Another state than the one that was approved is planned.
    plan(page)
    assert told("uebersetzung-uk") == [in_german("“%(page)s” (%(language)s) was approved.", **names)]
    version(page, "uk").specific.unpublish()
    assert told("uebersetzung-uk") == [in_german("“%(page)s” (%(language)s) was approved.", **names)]


@pytest.mark.parametrize(("leaves", "reader"), [(False, "uebersetzung-uk"), (True, "pruefung-uk")])
def test_whoever_planned_it_is_told_once_that_it_is_held(page: Page, leaves: bool, reader: str) -> None:  # noqa: F811
    ordered(page, "uk")
    plan(page)
    settle = (its_planner_left if leaves else german_is_offline)(page)
    for _time in range(2):
        come()
        publish_planned()
    sentence = "“%(page)s” (%(language)s) did not go online at its time: something stands against it."
    assert told(reader) == [in_german(sentence, page=f"{WORDS['uk']} {page.title}", language="Українська")]
    notice = Notice.objects.get(user=user(reader), kind=NoticeKind.HELD)
    there = sign_in(reader).get(reverse("translation_notice", args=[notice.pk]))
    assert there.url == f"{reverse('translation_work', args=[page.pk, 'uk'])}#review"
    settle()
    publish_planned()
    publish_planned()
    assert (is_online(page, "uk"), Notice.objects.filter(kind=NoticeKind.HELD).exists()) == (True, False)


@pytest.mark.parametrize("leave", [its_planner_left, its_planner_may_no_more])
def test_whoever_is_left_hears_of_it_where_the_planner_who_was_told_is_gone(page: Page, leave: Callable) -> None:  # noqa: F811
    ordered(page, "uk")
    plan(page)
    german_is_offline(page)
    come()

    def hear() -> set[str]:
        publish_planned()
        return set(Notice.objects.filter(kind=NoticeKind.HELD).values_list("user__username", flat=True))

    publisher = User.objects.create_superuser("ohne-gruppe")
    User.objects.create_user("fremd").groups.set(user("uebersetzung-ar").groups.all())
    assert hear() == {"uebersetzung-uk"}
    leave(page)
    superusers = set(User.objects.filter(is_superuser=True, is_active=True).values_list("username", flat=True))
    assert publisher.username in superusers
    assert hear() - {"uebersetzung-uk"} == superusers | {"freigabe", "pruefung-uk"}
    assert Notice.objects.filter(kind=NoticeKind.HELD).count() == len(hear())


@pytest.mark.parametrize("code", ["uk", "ar"])
def test_what_was_taken_back_does_not_go_online_although_somebody_began_anew(page: Page, code: str) -> None:  # noqa: F811
    ordered(page, code)
    plan(page, code)
    # While both are offline, Wagtail tells nobody that the version shows the German page again.
    come_back = german_is_offline(page)
    translator = sign_in(f"uebersetzung-{code}")
    translator.post(reverse("wagtailadmin_pages:delete", args=[version(page, code).pk]))
    assert (version(page, code).alias_of_id, PlannedPublication.objects.count()) == (page.pk, 1)
    # With it goes what was ordered of it: whoever wants it anew orders it anew.
    orders.settle()
    assert list(OrderItem.objects.values_list("progress", flat=True)) == [Progress.CALLED_OFF]
    ordered(page, code)
    do(translator, page, code, "save")
    come_back()
    assert (version(page, code).alias_of_id, PlannedPublication.objects.count()) == (None, 1)
    assert (come(), is_online(page, code), PlannedPublication.objects.exists()) == (0, False, False)


@pytest.mark.parametrize("code", ["uk", "ar"])
def test_whose_address_was_taken_meanwhile_goes_online_with_a_number(page: Page, other: Page, code: str) -> None:  # noqa: F811
    """Even where it had a number already, by which its slug is not that of its title any more."""
    ordered(page, code)
    slug = slug_for_title(f"{WORDS[code]} {page.title}", code)
    sibling = Page.objects.filter(pk=version(other, code).pk)
    sibling.update(slug=slug)
    plan(page, code)
    assert PlannedPublication.objects.get().revision.content["slug"] == f"{slug}-2"
    sibling.update(slug=f"{slug}-2")
    assert (come(), PlannedPublication.objects.exists()) == (1, False)
    assert (is_online(page, code), version(page, code).slug, sibling.get().slug) == (True, f"{slug}-2-1", f"{slug}-2")
    assert f"{WORDS[code]} Ein Satz" in Client().get(version(page, code).specific.address).text
