"""From draft to online: saved, submitted, sent back, approved; by each role, and what visitors, history and notices say of it."""

from __future__ import annotations

import importlib
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils.translation import override, pgettext
from wagtail.models import (
    GroupApprovalTask,
    Page,
    PageLogEntry,
    Revision,
    TaskState,
    Workflow,
    WorkflowPage,
    WorkflowTask,
)
from wagtail_localize.models import StringTranslation, Translation

from portal.models import PublishedVersion
from portal.pages import versions
from tests.builders import add, translate_texts
from tests.translation.desk.test_orders import (  # noqa: F401 (fixtures)
    finish,
    order,
    other,
    page,
    shared_section,
    sign_in,
    state,
    user,
    version,
)
from tests.translation.files.items import in_german, said
from translation import roles
from translation.desk import notices, orders, withdrawing
from translation.desk.order_models import Progress
from translation.desk.states import State

pytestmark = pytest.mark.django_db

CODES = ("uk", "ar")
WORDS = {"uk": "Слово", "ar": "كلمة"}


def do(client: Client, page: Page, code: str, what: str, **values: str) -> HttpResponse:  # noqa: F811
    return client.post(reverse("translation_review", args=[page.pk, code]), {"do": what, **values}, follow=True)


def offered(client: Client, page: Page, code: str) -> set[str]:  # noqa: F811
    """Return what the screen of a translation offers to do with it."""
    soup = BeautifulSoup(client.get(reverse("translation_work", args=[page.pk, code])).content, "html.parser")
    return {button["value"] for button in soup.select("form button[name=do]")}


def opened(client: Client, page: Page, code: str) -> dict[str, str]:  # noqa: F811
    """Return by what the screen of a translation tells what somebody has read on it."""
    soup = BeautifulSoup(client.get(reverse("translation_work", args=[page.pk, code])).content, "html.parser")
    return {name: soup.select_one(f"input[name={name}]")["value"] for name in ("seen", "read")}


def ordered(page: Page, code: str, *, is_translated: bool = True) -> Translation:  # noqa: F811
    order(sign_in("redaktion"), [page], (code,))
    translation = Translation.objects.get(source__object_id=page.translation_key, target_locale__language_code=code)
    if is_translated:
        texts = {segment.string.data: f"{WORDS[code]} {segment.string.data}" for segment in translation.source.stringsegment_set.all()}
        translate_texts(translation, texts)
    return translation


def told(name: str) -> list[str]:
    with override("de"):
        return [text for _notice, text in notices.still_true(list(notices.unseen(user(name))))]


@pytest.mark.parametrize("code", CODES)
def test_a_draft_is_saved_and_nobody_reads_it(page: Page, code: str) -> None:  # noqa: F811
    ordered(page, code)
    client = sign_in(f"uebersetzung-{code}")
    assert offered(client, page, code) == {"save", "submit", "publish", "plan"}
    do(client, page, code, "save")
    draft = version(page, code)
    assert draft.title == page.title
    assert Revision.objects.get(pk=draft.latest_revision_id).as_object().title == f"{WORDS[code]} {page.title}"
    assert not versions.was_finished(draft)
    shown = Client().get(draft.specific.address).text
    assert page.lead in shown
    assert WORDS[code] not in shown


@pytest.mark.parametrize("code", CODES)
def test_submitted_sent_back_submitted_approved(page: Page, code: str) -> None:  # noqa: F811
    language = {"uk": "Українська", "ar": "العربية"}[code]
    ordered(page, code)
    translator, reviewer = sign_in(f"uebersetzung-{code}"), sign_in(f"pruefung-{code}")
    do(translator, page, code, "submit")
    assert state(page, code) == State.IN_REVIEW
    # It waits: whoever translates only takes it back, whoever reviews decides.
    assert offered(translator, page, code) == {"withdraw"}
    assert offered(reviewer, page, code) >= {"approve", "send_back"}
    title = f"{WORDS[code]} {page.title}"
    assert told(f"pruefung-{code}") == [in_german("“%(page)s” (%(language)s) waits for your review.", page=title, language=language)]
    edit = reverse("wagtailadmin_pages:edit", args=[version(page, code).pk])
    assert translator.post(edit, {"action": "publish"}).status_code == 403
    # A translation is sent back with a word, or not at all.
    do(reviewer, page, code, "send_back")
    assert state(page, code) == State.IN_REVIEW
    do(reviewer, page, code, "send_back", comment="Bitte Sie statt du.")
    assert state(page, code) == State.IN_WORK
    assert told(f"uebersetzung-{code}") == [in_german("“%(page)s” (%(language)s) was sent back to you.", page=title, language=language)]
    assert told(f"pruefung-{code}") == []
    assert "Bitte Sie statt du." in translator.get(reverse("translation_work", args=[page.pk, code])).text
    assert offered(translator, page, code) == {"save", "submit", "publish", "plan"}
    do(translator, page, code, "submit")
    # The reviewer mends a text and approves: what goes online is what stands there then.
    StringTranslation.objects.filter(data=title).update(data=f"{WORDS[code]} 2")
    do(reviewer, page, code, "approve", comment="Gut.", **opened(reviewer, page, code))
    done = version(page, code)
    assert (done.live, done.alias_of_id, done.title) == (True, None, f"{WORDS[code]} 2")
    assert state(page, code) == State.TRANSLATED
    assert told(f"uebersetzung-{code}") == [
        in_german("“%(page)s” (%(language)s) was approved and published.", page=f"{WORDS[code]} 2", language=language)
    ]
    actions = PageLogEntry.objects.filter(page=done.pk).values_list("action", "user__username")
    assert {("wagtail.workflow.start", f"uebersetzung-{code}"), ("wagtail.workflow.reject", f"pruefung-{code}"),
            ("wagtail.workflow.approve", f"pruefung-{code}"), ("wagtail.publish", f"pruefung-{code}")} <= set(actions)  # fmt: skip


@pytest.mark.parametrize("code", CODES)
def test_wagtails_own_screens_do_the_same(page: Page, code: str) -> None:  # noqa: F811
    ordered(page, code)
    do(sign_in(f"uebersetzung-{code}"), page, code, "submit")
    found = version(page, code)
    reviewer = sign_in(f"pruefung-{code}")
    assert f"/admin/pages/{found.pk}/edit/" in reviewer.get("/admin/").text
    task_state = found.specific.current_workflow_task_state
    address = reverse("wagtailadmin_pages:workflow_action", args=[found.pk, "approve", task_state.pk])
    assert sign_in(f"uebersetzung-{code}").post(address).status_code in (302, 403)
    assert not versions.was_finished(version(page, code))
    reviewer.post(address, {"comment": ""})
    done = version(page, code)
    assert (done.alias_of_id, done.title) == (None, f"{WORDS[code]} {page.title}")
    assert PublishedVersion.objects.get(page=done).reviewed_at is not None


def test_what_lacks_a_text_is_not_submitted_and_not_approved(page: Page) -> None:  # noqa: F811
    translation = ordered(page, "uk", is_translated=False)
    translator, reviewer = sign_in("uebersetzung-uk"), sign_in("pruefung-uk")
    assert offered(translator, page, "uk") == {"save"}
    do(translator, page, "uk", "submit")
    assert state(page, "uk") == State.ORDERED
    translate_texts(translation)
    do(translator, page, "uk", "submit")
    # German is changed while it waits, and its new text handed to the translators.
    page.lead = "Ein anderer Satz."
    page.save_revision().publish()
    translation.source.update_from_db()
    assert offered(reviewer, page, "uk") & {"approve", "send_back"} == {"send_back"}
    do(reviewer, page, "uk", "approve")
    assert state(page, "uk") == State.IN_REVIEW
    assert not versions.was_finished(version(page, "uk"))


def test_what_would_break_the_page_is_not_submitted_and_not_approved(page: Page) -> None:  # noqa: F811
    translation = ordered(page, "ar")
    title = StringTranslation.objects.get(translation_of__data=page.title, locale=translation.target_locale)
    translator, reviewer, right = sign_in("uebersetzung-ar"), sign_in("pruefung-ar"), title.data
    StringTranslation.objects.filter(pk=title.pk).update(data="ك" * 300)
    assert "submit" not in offered(translator, page, "ar")
    do(translator, page, "ar", "submit")
    assert state(page, "ar") == State.IN_WORK
    StringTranslation.objects.filter(pk=title.pk).update(data=right)
    do(translator, page, "ar", "submit")
    StringTranslation.objects.filter(pk=title.pk).update(data="ك" * 300)
    assert offered(reviewer, page, "ar") & {"approve", "send_back"} == {"send_back"}
    do(reviewer, page, "ar", "approve")
    assert state(page, "ar") == State.IN_REVIEW


def test_an_order_and_whose_work_it_is_say_how_far_a_review_is(page: Page) -> None:  # noqa: F811
    translator, reviewer = sign_in("uebersetzung-uk"), sign_in("pruefung-uk")
    found = order(sign_in("redaktion"), [page], ("uk",), assignee=user("uebersetzung-uk").pk)
    translation = Translation.objects.get(source__object_id=page.translation_key, target_locale__language_code="uk")
    texts = {segment.string.data: f"Слово {segment.string.data}" for segment in translation.source.stringsegment_set.all()}
    translate_texts(translation, texts)

    def seen() -> tuple[str, str]:
        shown = BeautifulSoup(translator.get(reverse("translation_order", args=[found.pk])).content, "html.parser")
        mine = BeautifulSoup(translator.get(reverse("translation_my_work")).content, "html.parser")
        return shown.select("tbody td")[-1].get_text(strip=True), " ".join(one.get_text() for one in mine.select("td.title b, td.title a"))

    to_do = f"{page.title} {in_german('Edit translation')}"
    with override("de"):
        in_review, sent_back = (pgettext("admin, state of a translation", text) for text in ("in review", "sent back"))
        open_, done = str(Progress.OPEN.label), str(Progress.DONE.label)
    assert seen() == (open_, to_do)
    do(translator, page, "uk", "submit")
    assert seen() == (in_review, "")
    do(reviewer, page, "uk", "send_back", comment="Bitte Sie.")
    assert seen() == (sent_back, f"{to_do} {sent_back}")
    do(translator, page, "uk", "submit")
    do(reviewer, page, "uk", "approve")
    orders.settle()
    assert seen() == (done, "")


def test_nobody_approves_what_they_submitted(page: Page) -> None:  # noqa: F811
    ordered(page, "uk")
    reviewer = sign_in("pruefung-uk")
    do(reviewer, page, "uk", "submit")
    assert offered(reviewer, page, "uk") & {"approve", "send_back"} == set()
    do(reviewer, page, "uk", "approve")
    assert state(page, "uk") == State.IN_REVIEW
    do(reviewer, page, "uk", "withdraw")
    assert state(page, "uk") == State.IN_WORK


def test_whoever_submits_once_more_what_was_sent_back_does_not_approve_it(page: Page) -> None:  # noqa: F811
    ordered(page, "uk")
    translator, reviewer = sign_in("uebersetzung-uk"), sign_in("pruefung-uk")
    do(translator, page, "uk", "submit")
    do(reviewer, page, "uk", "send_back", comment="Bitte Sie statt du.")
    # As Wagtail's own editor does it.
    version(page, "uk").specific.current_workflow_state.resume(user("pruefung-uk"))
    assert version(page, "uk").specific.current_workflow_state.requested_by == user("pruefung-uk")
    assert offered(reviewer, page, "uk") & {"approve", "send_back"} == set()
    do(reviewer, page, "uk", "approve")
    assert state(page, "uk") == State.IN_REVIEW


def test_each_role_does_what_is_its_own_in_its_language(page: Page) -> None:  # noqa: F811
    """Every thing that can be done, by everybody: only who may changes anything."""
    ordered(page, "uk")
    ordered(page, "ar")
    do(sign_in("uebersetzung-uk"), page, "uk", "submit")
    for one in User.objects.exclude(username__in=("admin", "pruefung-uk", "uebersetzung-uk")):
        before = list(Revision.objects.order_by("pk").values_list("pk")), state(page, "uk")
        for what in ("save", "submit", "withdraw", "approve", "send_back", "publish", "nonsense"):
            if one.username == "freigabe" and what == "withdraw":
                # Who publishes in a language may call off what waits there.
                continue
            answer = do(sign_in(one.username), page, "uk", what, comment="x")
            assert answer.status_code in (200, 403, 404), (one.username, what)
            after = list(Revision.objects.order_by("pk").values_list("pk")), state(page, "uk")
            assert after == before, (one.username, what)
    assert said(do(sign_in("pruefung-uk"), page, "uk", "approve")) == [in_german("Approved and published.")]
    assert state(page, "uk") == State.TRANSLATED
    assert state(page, "ar") == State.IN_WORK


@pytest.mark.parametrize("code", CODES)
def test_what_was_called_wrong_while_it_waited_is_read_by_nobody_when_it_is_approved(page: Page, code: str) -> None:  # noqa: F811
    order(sign_in("redaktion"), [page], ("en",))
    finish(page, "en")
    translation = ordered(page, code)
    translator, reviewer = sign_in(f"uebersetzung-{code}"), sign_in(f"pruefung-{code}")
    do(translator, page, code, "submit")
    page.lead, page.form_values = "Alles ist anders.", {"effect": "wrong"}
    page.save_revision().publish()
    assert (state(page, "en"), state(page, code)) == (State.WITHDRAWN, State.IN_REVIEW)
    do(reviewer, page, code, "approve")
    assert state(page, code) == State.WITHDRAWN
    address = version(page, code).specific.address

    def read() -> tuple[bool, bool]:
        shown = Client().get(address).text
        return "Alles ist anders." in shown, f"{WORDS[code]} Ein Satz" in shown

    assert read() == (True, False)
    # Published once more as it stands it stays so; with what German says now it is read.
    do(translator, page, code, "publish")
    assert read() == (True, False)
    translation.source.update_from_db()
    texts = {segment.string.data: f"{WORDS[code]} {segment.string.data}" for segment in translation.source.stringsegment_set.all()}
    translate_texts(translation, texts)
    do(translator, page, code, "submit")
    assert read() == (True, False)
    do(reviewer, page, code, "approve")
    assert state(page, code) == State.TRANSLATED
    shown = Client().get(address).text
    assert (f"{WORDS[code]} Alles ist anders." in shown, "Ein Satz" in shown) == (True, False)


@pytest.mark.parametrize("is_online", [False, True])
def test_a_page_in_leichte_sprache_waits_in_the_workflow_of_pages(page: Page, is_online: bool) -> None:  # noqa: F811
    """Its review knows no texts. What was saved before German was called wrong is not shown, whether another state was online or not."""
    order(sign_in("redaktion"), [page], ("en",))
    finish(page, "en")
    home = Page.objects.get(depth=2, locale__language_code="de-simple").specific
    easy = add(home, type(page)(title="Leicht", lead="Alt.", translation_key=page.translation_key, locale=home.locale), live=is_online)
    easy.save_revision()
    easy.get_workflow().start(easy, user("redaktion"))
    assert state(page, "de-simple") == State.IN_REVIEW
    assert offered(sign_in("redaktion"), page, "de-simple") == set()
    page.lead, page.form_values = "Alles ist anders.", {"effect": "wrong"}
    page.save_revision().publish()

    def approve() -> State:
        found = version(page, "de-simple").specific.current_workflow_task_state
        found.task.specific.on_action(found, user("freigabe"), "approve")
        return state(page, "de-simple")

    assert approve() == State.WITHDRAWN
    assert PublishedVersion.objects.get(page=easy).reviewed_at is not None
    easy = version(page, "de-simple").specific
    easy.lead = "Neu."
    easy.save_revision()
    easy.get_workflow().start(easy, user("redaktion"))
    # That it is true to German again a person says; of what was never online it is taken as it is.
    assert approve() == (State.OUT_OF_DATE if is_online else State.TRANSLATED)


def test_what_somebody_brought_back_stays_when_it_is_published_again(page: Page) -> None:  # noqa: F811
    order(sign_in("redaktion"), [page], ("en",))
    finish(page, "en")
    ordered(page, "uk")
    page.lead, page.form_values = "Alles ist anders.", {"effect": "wrong"}
    page.save_revision().publish()
    do(sign_in("uebersetzung-uk"), page, "uk", "publish")
    assert state(page, "uk") == State.WITHDRAWN
    withdrawing.show_again(version(page, "uk"))
    do(sign_in("uebersetzung-uk"), page, "uk", "publish")
    assert state(page, "uk") == State.OUT_OF_DATE


def test_an_office_may_review_in_a_workflow_of_its_own(page: Page) -> None:  # noqa: F811
    """A check that Wagtail knows of is on record, in whichever workflow; nobody's check of what they submitted themselves is."""
    ordered(page, "uk")
    home = Page.objects.get(depth=2, locale__language_code="uk")
    task = GroupApprovalTask.objects.create(name="Eigene")
    task.groups.add(Group.objects.get(name="Prüfung Ukrainisch"))
    workflow = Workflow.objects.create(name="Eigene")
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    WorkflowPage.objects.filter(page=home).update(workflow=workflow)
    roles.set_up_roles()
    for submitter, approver, is_reviewed in (("pruefung-uk", "pruefung-uk", False), ("uebersetzung-uk", "pruefung-uk", True)):
        do(sign_in("uebersetzung-uk"), page, "uk", "save")
        draft = version(page, "uk").specific
        assert draft.get_workflow() == workflow
        workflow.start(draft, user(submitter))
        found = version(page, "uk").specific.current_workflow_task_state
        found.task.specific.on_action(found, user(approver), "approve")
        assert (PublishedVersion.objects.get(page=draft).reviewed_at is not None) is is_reviewed


def test_what_was_approved_before_reviews_were_stored_is_on_record(page: Page) -> None:  # noqa: F811
    ordered(page, "uk")
    ordered(page, "ar")
    do(sign_in("uebersetzung-uk"), page, "uk", "submit")
    do(sign_in("pruefung-uk"), page, "uk", "approve")
    do(sign_in("uebersetzung-ar"), page, "ar", "publish")
    approved_at = TaskState.objects.get().finished_at
    PublishedVersion.objects.update(reviewed_at=None)
    migration = importlib.import_module("translation.migrations.0004_earlier_approvals")
    migration.store(apps, SimpleNamespace(connection=connection))
    assert dict(PublishedVersion.objects.exclude(reviewed_at=None).values_list("page", "reviewed_at")) == {
        version(page, "uk").pk: approved_at
    }


UNREVIEWED = {"uk": "Перевірку другою особою ще не зафіксовано.", "ar": "لم تُسجَّل بعد مراجعة من شخص ثانٍ."}


@pytest.mark.parametrize(("code", "sentence"), list(UNREVIEWED.items()))
def test_visitors_read_that_nobody_has_reviewed_a_translation(page: Page, code: str, sentence: str) -> None:  # noqa: F811
    ordered(page, code)
    do(sign_in(f"uebersetzung-{code}"), page, code, "publish")
    found = version(page, code)
    assert sentence in Client().get(found.specific.address).text
    do(sign_in(f"uebersetzung-{code}"), page, code, "submit")
    do(sign_in(f"pruefung-{code}"), page, code, "approve")
    assert sentence not in Client().get(found.specific.address).text
