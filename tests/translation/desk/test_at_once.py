"""Two who decide, submit, save or publish in the same moment: one of them counts, the other is told so, and nothing is lost.

Both have read what they decide of when either writes: each waits for the other there, whatever the speed of the machine.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override, pgettext
from wagtail.models import Page, PageLogEntry, TaskState, WorkflowState
from wagtail.users.models import UserProfile
from wagtail_localize.models import StringTranslation, Translation

from home.models import ContentPage
from tests import support
from tests.translation.desk.test_orders import page, shared_section, sign_in, state, user, version  # noqa: F401 (fixtures)
from tests.translation.desk.test_reviews import WORDS, do, opened, ordered
from tests.translation.files.items import in_german, said
from translation import reviewing
from translation.desk import planning, segments
from translation.desk.models import ChangeEffect, PlannedPublication
from translation.desk.states import State

pytestmark = pytest.mark.django_db(transaction=True)

SELF = sys.modules[__name__]
COMMENT = "Bitte „Sie“ statt „du“."
GONE = "It does not wait for you any more, or may not be approved as it is."
Act = Callable[[], object]


@pytest.fixture
def meet(monkeypatch: pytest.MonkeyPatch) -> Callable:
    """Return what lets acts run at once: whoever has come through one of the functions, or to its begin, waits until the others have."""

    def run(places: list[tuple[object, str]], *acts: Act, begins: tuple[str, ...] = ()) -> list[object]:
        barrier, here = threading.Barrier(len(acts)), threading.local()

        def wait(original: Callable) -> Callable:
            def meet_others() -> None:
                if getattr(here, "is_one", False):
                    here.is_one = False
                    # Whoever is refused before never comes: nobody waits for them.
                    with contextlib.suppress(threading.BrokenBarrierError):
                        barrier.wait(support.PATIENCE)

            def then(*args: object, **kwargs: object) -> object:
                if original.__name__ in begins:
                    meet_others()
                found = original(*args, **kwargs)
                meet_others()
                return found

            return then

        def begin(act: Act) -> object:
            here.is_one = True
            try:
                return act()
            finally:
                if here.is_one:
                    barrier.abort()
                connection.close()

        with monkeypatch.context() as patch, ThreadPoolExecutor(len(acts)) as pool:
            for owner, name in places:
                patch.setattr(owner, name, wait(getattr(owner, name)))
            done = [pool.submit(begin, act) for act in acts]
            found = [one.result(support.PATIENCE) for one in done]
        assert not barrier.broken, "they did not meet"
        return found

    return run


def moment() -> None:
    """What begins here has read nothing before."""


def post(client: Client, page: Page, code: str, what: str, **values: str) -> Act:  # noqa: F811
    """Return the act of somebody at the screen of a translation; it answers with what it is told by."""
    address = reverse("translation_review", args=[page.pk, code])
    return lambda: (client, client.post(address, {"do": what, **values}))


def told(found: object) -> list[str]:
    """Return what is said on the screen to which an act led."""
    client, answer = found
    assert answer.status_code == 302
    return said(client.get(answer.url.partition("#")[0]))


def second_of(code: str, role: str = "pruefung") -> Client:
    """Let another person have the same role, and sign in."""
    second = User.objects.create_user("zweite", first_name="Zweite", last_name="Person")
    second.groups.set(user(f"{role}-{code}").groups.all())
    UserProfile.objects.create(user=second, preferred_language="en")
    return sign_in("zweite")


def name_of(one: User) -> str:
    return one.get_full_name() or one.get_username()


def sentence(reader: str, text: str, **values: object) -> str:
    """Return a sentence as somebody reads it: the second person in English, all others in German."""
    if reader != "zweite":
        return in_german(text, **values)
    with override("en"):
        return pgettext("admin", text) % values


@pytest.mark.parametrize(
    ("code", "first", "second"),
    [("uk", "approve", "approve"), ("ar", "approve", "send_back"), ("uk", "send_back", "send_back")],
)
def test_of_two_reviewers_exactly_one_decides(meet: Callable, page: Page, code: str, first: str, second: str) -> None:  # noqa: F811
    ordered(page, code)
    do(sign_in(f"uebersetzung-{code}"), page, code, "submit")
    reviewers = [sign_in(f"pruefung-{code}"), second_of(code)]
    comments = [f"{COMMENT} 1", f"{COMMENT} 2"]
    acts = [
        post(client, page, code, what, comment=comment, **opened(client, page, code))
        for client, what, comment in zip(reviewers, (first, second), comments, strict=True)
    ]
    sentences = [told(one) for one in meet([(reviewing, "actions")], *acts)]
    decided = TaskState.objects.get()
    names = [f"pruefung-{code}", "zweite"]
    winner = names.index(decided.finished_by.username)
    what = (first, second)[winner]
    assert (decided.status, decided.comment) == ("approved" if what == "approve" else "rejected", comments[winner])
    logged = PageLogEntry.objects.filter(page=version(page, code).pk)
    counted = logged.filter(action__in=("wagtail.workflow.approve", "wagtail.workflow.reject", "wagtail.publish"))
    assert sorted(counted.values_list("action", "user__username")) == sorted(
        [("wagtail.workflow.approve", names[winner]), ("wagtail.publish", names[winner])]
        if what == "approve"
        else [("wagtail.workflow.reject", names[winner])]
    )
    assert state(page, code) == (State.TRANSLATED if what == "approve" else State.IN_WORK)
    done = "Approved and published." if what == "approve" else "Sent back. Whoever submitted it is told of it."
    assert sentences[winner] == [sentence(names[winner], done)]
    loser = names[1 - winner]
    faster = "%(name)s was faster and approved it." if what == "approve" else "%(name)s was faster and sent it back."
    kept = sentence(loser, "Your comment was not stored: “%(comment)s”", comment=comments[1 - winner])
    assert sentences[1 - winner] == [f"{sentence(loser, faster, name=name_of(decided.finished_by))} {kept}"]


@pytest.mark.parametrize("code", ["uk", "ar"])
def test_of_two_who_submit_one_does(meet: Callable, page: Page, code: str) -> None:  # noqa: F811
    ordered(page, code)
    translators = [sign_in(f"uebersetzung-{code}"), second_of(code, "uebersetzung")]
    # The first to ask whether texts are open is before any lock.
    found = meet([(segments, "rows_of")], *(post(client, page, code, "submit") for client in translators))
    names = [f"uebersetzung-{code}", "zweite"]
    winner = names.index(WorkflowState.objects.get().requested_by.username)
    assert told(found[winner]) == [sentence(names[winner], "Submitted: a reviewer of this language is told of it.")]
    assert told(found[1 - winner]) == [sentence(names[1 - winner], "It waits for a review already.")]
    assert (TaskState.objects.count(), state(page, code)) == (1, State.IN_REVIEW)


@pytest.mark.parametrize(("code", "place"), [("uk", "desk"), ("ar", "wagtail")])
def test_taken_back_or_approved_and_never_both(meet: Callable, page: Page, code: str, place: str) -> None:  # noqa: F811
    ordered(page, code)
    translator, reviewer = sign_in(f"uebersetzung-{code}"), sign_in(f"pruefung-{code}")
    do(translator, page, code, "submit")
    approve = post(reviewer, page, code, "approve", comment=COMMENT, **opened(reviewer, page, code))
    if place == "desk":
        withdraw = post(translator, page, code, "withdraw")
    else:
        read = version(page, code).specific.current_workflow_state

        def withdraw() -> object:
            # As Wagtail's own editor does it: by what it has read.
            assert read.user_can_cancel(user(f"uebersetzung-{code}"))
            with contextlib.suppress(PermissionDenied):
                read.cancel(user=user(f"uebersetzung-{code}"))

    approved, withdrawn = meet([(reviewing, "actions"), (WorkflowState, "user_can_cancel")], approve, withdraw)
    is_approved = TaskState.objects.get().status == "approved"
    expected = ("approved", State.TRANSLATED) if is_approved else ("cancelled", State.IN_WORK)
    assert (WorkflowState.objects.get().status, state(page, code)) == expected
    logged = PageLogEntry.objects.filter(page=version(page, code).pk, action__in=("wagtail.workflow.approve", "wagtail.workflow.cancel"))
    assert [one.action for one in logged] == [f"wagtail.workflow.{'approve' if is_approved else 'cancel'}"]
    if is_approved:
        assert told(approved) == [in_german("Approved and published.")]
        if withdrawn is not None:
            assert told(withdrawn) == [in_german("%(name)s was faster and approved it.", name=name_of(user(f"pruefung-{code}")))]
    else:
        assert told(approved) == [f"{in_german(GONE)} {in_german('Your comment was not stored: “%(comment)s”', comment=COMMENT)}"]
        if withdrawn is not None:
            assert told(withdrawn) == [in_german("Taken back from review. The draft is kept.")]


@pytest.mark.parametrize("code", ["uk", "ar"])
def test_what_is_saved_while_somebody_approves_is_kept_and_nobody_reads_it_unseen(meet: Callable, page: Page, code: str) -> None:  # noqa: F811
    translation = ordered(page, code)
    do(sign_in(f"uebersetzung-{code}"), page, code, "submit")
    reviewer, second = sign_in(f"pruefung-{code}"), second_of(code)
    title = f"{WORDS[code]} {page.title}"
    segment = translation.source.stringsegment_set.get(string__data=page.title)
    address = reverse("translation_editor_save", args=[translation.pk, segment.pk])
    values = {"text": f"{title} 2", "version": segments.version_of(title)}
    approve = post(reviewer, page, code, "approve", **opened(reviewer, page, code))
    found, saved = meet([(reviewing, "actions"), (segments, "as_stored")], approve, lambda: second.post(address, values))
    assert (saved.status_code, saved.json()["text"]) == (200, f"{title} 2")
    assert StringTranslation.objects.get(translation_of=segment.string, locale=translation.target_locale).data == f"{title} 2"
    if TaskState.objects.get().status == "approved":
        assert told(found) == [in_german("Approved and published.")]
        assert (version(page, code).title, state(page, code)) == (title, State.TRANSLATED)
    else:
        changed = "Texts were changed after you had opened this. It is not approved; read what is different now."
        assert told(found) == [in_german(changed)]
        assert (version(page, code).title, state(page, code)) == (page.title, State.IN_REVIEW)


def call_wrong(page: Page) -> Act:  # noqa: F811
    """Return the publication of the German page by which its versions are wrong."""
    found = ContentPage.objects.get(pk=page.pk)
    found.lead = "Alles ist anders."
    revision = found.save_revision()
    ChangeEffect.objects.update_or_create(revision=revision, defaults={"effect": "wrong"})

    def publish() -> None:
        moment()
        revision.publish()

    return publish


def read_by_visitors(page: Page, code: str) -> tuple[bool, bool]:  # noqa: F811
    shown = Client().get(version(page, code).specific.address).text
    return "Alles ist anders." in shown, f"{WORDS[code]} Ein Satz" in shown


@pytest.mark.parametrize(("code", "is_online"), [("uk", False), ("ar", True)])
def test_what_is_approved_while_german_calls_it_wrong_is_read_by_nobody(
    meet: Callable,
    page: Page,  # noqa: F811
    code: str,
    is_online: bool,
) -> None:
    ordered(page, code)
    translator, reviewer = sign_in(f"uebersetzung-{code}"), sign_in(f"pruefung-{code}")
    if is_online:
        do(translator, page, code, "publish")
    do(translator, page, code, "submit")
    approve = post(reviewer, page, code, "approve", **opened(reviewer, page, code))
    meet([(reviewing, "actions"), (SELF, "moment")], approve, call_wrong(page))
    assert TaskState.objects.get().status == "approved"
    assert (state(page, code), read_by_visitors(page, code)) == (State.WITHDRAWN, (True, False))


def due(page: Page, code: str) -> None:  # noqa: F811
    """Plan a translation, and let its time come."""
    do(sign_in(f"uebersetzung-{code}"), page, code, "plan", at="2100-03-01T10:00")
    PlannedPublication.objects.update(due_at=timezone.now() - timedelta(seconds=1))


@pytest.mark.parametrize("code", ["uk", "ar"])
def test_what_is_planned_while_german_calls_it_wrong_is_read_by_nobody(meet: Callable, page: Page, code: str) -> None:  # noqa: F811
    ordered(page, code)
    due(page, code)
    number, _none = meet([(planning, "_publish"), (SELF, "moment")], planning.run, call_wrong(page), begins=("_publish",))
    assert read_by_visitors(page, code) == (True, False)
    assert (state(page, code), PlannedPublication.objects.exists()) == (
        (State.WITHDRAWN, False) if number else (State.IN_WORK, True)
    )
    # Nor later.
    assert (planning.run(), read_by_visitors(page, code)) == (0, (True, False))


@pytest.mark.parametrize("code", ["uk", "ar"])
def test_what_is_approved_while_its_time_comes_goes_online_once(meet: Callable, page: Page, code: str) -> None:  # noqa: F811
    translation: Translation = ordered(page, code)
    due(page, code)
    do(sign_in(f"uebersetzung-{code}"), page, code, "submit")
    title = StringTranslation.objects.get(translation_of__data=page.title, locale=translation.target_locale).data
    reviewer = sign_in(f"pruefung-{code}")
    approve = post(reviewer, page, code, "approve", **opened(reviewer, page, code))
    number, found = meet([(planning, "_publish"), (reviewing, "actions")], planning.run, approve, begins=("_publish",))
    assert (number, told(found)) == (0, [in_german("Approved and published.")])
    published = PageLogEntry.objects.filter(page=version(page, code).pk, action="wagtail.publish")
    assert [one.user.username for one in published] == [f"pruefung-{code}"]
    assert (state(page, code), version(page, code).title) == (State.TRANSLATED, title)
    assert (planning.run(), PlannedPublication.objects.exists()) == (0, False)
