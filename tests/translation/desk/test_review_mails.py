"""Reviews in the one mail: who is told, how often they chose, where it leads; Wagtail mails of other workflows as before."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.urls import reverse
from wagtail.models import Page
from wagtail.users.models import UserProfile

from tests.translation.desk.test_reviews import (  # noqa: F401 (fixtures)
    CODES,
    do,
    ordered,
    page,
    shared_section,
    sign_in,
    user,
    version,
)
from translation.desk import notices
from translation.desk.models import Notice, NoticeChoice
from translation.desk.order_models import Frequency, NoticeKind, all_kinds

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _mails(settings: object) -> None:
    settings.SENDS_MAIL = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    for one in User.objects.all():
        User.objects.filter(pk=one.pk).update(email=f"{one.username}@example.org")
        UserProfile.get_for_user(one)


def mailed() -> list[tuple[str, str]]:
    """Let the runner mail, and return to whom and with which address of a notice."""
    mail.outbox.clear()
    notices.mail()
    lines = (line for message in mail.outbox for line in message.body.splitlines() if "/translations/notices/" in line)
    return list(zip((message.to[0] for message in mail.outbox), lines, strict=True))


@pytest.mark.parametrize("code", CODES)
def test_each_step_is_mailed_once_and_leads_to_what_is_to_be_done(page: Page, code: str) -> None:  # noqa: F811
    ordered(page, code)
    translator, reviewer = sign_in(f"uebersetzung-{code}"), sign_in(f"pruefung-{code}")
    mail.outbox.clear()
    do(translator, page, code, "submit")
    # Wagtail would have mailed by now.
    assert mail.outbox == []
    ((to, address),) = mailed()
    assert to == f"pruefung-{code}@example.org"
    assert reviewer.get(address).url == f"{reverse('translation_work', args=[page.pk, code])}#review"
    assert mailed() == []
    do(reviewer, page, code, "send_back", comment="Bitte Sie statt du.")
    assert mail.outbox == []
    ((to, address),) = mailed()
    assert to == f"uebersetzung-{code}@example.org"
    assert translator.get(address).url == reverse("translation_edit", args=[page.pk, code])
    do(translator, page, code, "submit")
    do(reviewer, page, code, "approve")
    ((to, address),) = mailed()
    assert to == f"uebersetzung-{code}@example.org"
    assert translator.get(address).url == reverse("translation_work", args=[page.pk, code])


@pytest.mark.parametrize("code", CODES)
def test_reviewers_are_told_once_of_each_time_that_it_waits_for_them(page: Page, code: str) -> None:  # noqa: F811
    """Whoever submits it again in Wagtail's own editor tells them as well as who does so at the desk."""
    ordered(page, code)

    def told() -> list[tuple[str, str]]:
        return list(Notice.objects.order_by("pk").values_list("user__username", "kind"))

    to_reviewer = [(f"pruefung-{code}", NoticeKind.SUBMITTED)]
    Notice.objects.all().delete()
    do(sign_in(f"uebersetzung-{code}"), page, code, "submit")
    assert (told(), len(mailed())) == (to_reviewer, 1)
    do(sign_in(f"pruefung-{code}"), page, code, "send_back", comment="Bitte Sie statt du.")
    assert (told(), len(mailed())) == ([(f"uebersetzung-{code}", NoticeKind.SENT_BACK)], 1)
    version(page, code).specific.current_workflow_state.resume(user(f"uebersetzung-{code}"))
    assert (told(), [to for to, _address in mailed()]) == (to_reviewer, [f"pruefung-{code}@example.org"])
    # Nobody is told of what they submit themselves.
    do(sign_in(f"pruefung-{code}"), page, code, "send_back", comment="Noch einmal.")
    version(page, code).specific.current_workflow_state.resume(user(f"pruefung-{code}"))
    assert told() == []


def test_what_and_how_often_each_person_chooses(page: Page) -> None:  # noqa: F811
    ordered(page, "uk")
    NoticeChoice.objects.create(user=user("pruefung-uk"), kinds=all_kinds(), frequency=Frequency.NEVER)
    kinds = [kind for kind in all_kinds() if kind != NoticeKind.SENT_BACK]
    NoticeChoice.objects.create(user=user("uebersetzung-uk"), kinds=kinds, frequency=Frequency.AT_ONCE)
    do(sign_in("uebersetzung-uk"), page, "uk", "submit")
    assert mailed() == []
    # Who wants no mail reads it on the start page.
    assert Notice.objects.get(user=user("pruefung-uk")).kind == NoticeKind.SUBMITTED
    do(sign_in("pruefung-uk"), page, "uk", "send_back", comment="Bitte Sie statt du.")
    assert (mailed(), Notice.objects.count()) == ([], 0)


def test_a_german_page_that_is_submitted_is_mailed_by_wagtail_as_before(page: Page) -> None:  # noqa: F811
    page.lead = "Ein anderer Satz."
    page.save_revision(user=user("redaktion"))
    page.get_workflow().start(page, user("redaktion"))
    assert {to for message in mail.outbox for to in message.to} == {"admin@example.org", "freigabe@example.org"}
    assert not Notice.objects.filter(kind=NoticeKind.SUBMITTED).exists()
