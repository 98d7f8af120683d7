"""What is due goes online and offline: each page for itself, its versions with it, whatever hinders another."""

from __future__ import annotations

import datetime

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page, Revision, Task, Workflow, WorkflowPage, WorkflowTask

from home.models import ContentPage, HomePage
from portal.jobs import publication
from portal.models import ScheduleFailure
from portal.pages import versions
from tests.builders import let_pass, make_alias, make_content_page, make_home, submit, translate, translate_texts

pytestmark = pytest.mark.django_db

HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def home() -> HomePage:
    """Return a home page with its versions in English and Ukrainian."""
    home = make_home()
    translate(home, "en")
    make_alias(home, "uk")
    return home


def fresh(page: Page) -> Page:
    """Return the page as it is stored."""
    return Page.objects.get(pk=page.pk).specific


def schedule(page: Page, go_live_at: datetime.datetime | None = None, expire_at: datetime.datetime | None = None, **values: object) -> Page:
    """Publish a page with dates, as the form does."""
    page = fresh(page)
    for name, value in {"go_live_at": go_live_at, "expire_at": expire_at, **values}.items():
        setattr(page, name, value)
    page.save_revision(clean=False).publish()
    return fresh(page)


def online(page: Page) -> dict[str, bool]:
    """Return which versions of a page are online, by language."""
    rows = Page.objects.filter(translation_key=page.translation_key).select_related("locale")
    return {row.locale.language_code: row.live for row in rows}


def test_an_embargo_holds_in_all_versions_until_it_ends_in_all(home: HomePage) -> None:
    page = make_content_page(home, "Sperrfrist", live=False)
    english = translate_and_publish(page)
    make_alias(page, "uk")
    page = schedule(page, go_live_at=timezone.now() + 2 * HOUR)
    fresh(english).get_latest_revision().publish()
    assert online(page) == {"de": False, "en": False, "uk": False}
    assert fresh(english).go_live_at == page.go_live_at
    assert publication.run() == 0
    let_pass(hours=3)
    assert publication.run() == 2
    assert online(page) == {"de": True, "en": True, "uk": True}
    assert set(versions.translations(fresh(page))) == {"de", "en"}


def translate_and_publish(page: Page) -> Page:
    """Translate a page that is not online, and leave the publication to whoever asks."""
    translation = submit(page)
    translate_texts(translation)
    instance, _ = translation.source.create_or_update_translation(translation.target_locale, publish=False)
    return instance


def test_the_time_of_the_source_is_moved(home: HomePage) -> None:
    page = make_content_page(home, live=False)
    english = translate_and_publish(page)
    schedule(page, go_live_at=timezone.now() + HOUR)
    fresh(english).get_latest_revision().publish()
    later = timezone.now() + 5 * HOUR
    schedule(page, go_live_at=later)
    assert list(Revision.objects.filter(approved_go_live_at__isnull=False).values_list("approved_go_live_at", flat=True)) == [later, later]
    let_pass(hours=2)
    publication.run()
    assert online(page) == {"de": False, "en": False}
    schedule(page)
    publication.run()
    assert online(page) == {"de": True, "en": True}


def test_a_cancelled_time_of_the_source_holds_its_translation_back(home: HomePage) -> None:
    page = make_content_page(home, live=False)
    english = translate_and_publish(page)
    schedule(page, go_live_at=timezone.now() + HOUR)
    fresh(english).get_latest_revision().publish()
    page.revisions.update(approved_go_live_at=None)
    let_pass(hours=2)
    publication.run()
    assert online(page) == {"de": False, "en": False}
    assert ScheduleFailure.objects.get().object_id == str(english.pk)


def test_versions_expire_together_and_a_later_end_of_the_source_is_theirs(home: HomePage) -> None:
    page = make_content_page(home)
    english = translate(page)
    alias = make_alias(page, "uk")
    schedule(page, expire_at=timezone.now() + HOUR)
    assert [fresh(version).expire_at is not None for version in (page, english, alias)] == [True, True, True]
    page = schedule(page, expire_at=timezone.now() + 5 * HOUR)
    assert {fresh(version).expire_at for version in (page, english, alias)} == {page.expire_at}
    let_pass(hours=2)
    publication.run()
    assert online(page) == {"de": True, "en": True, "uk": True}
    let_pass(hours=4)
    publication.run()
    assert online(page) == {"de": False, "en": False, "uk": False}
    assert [fresh(version).expired for version in (page, english)] == [True, True]
    page = schedule(page)
    assert fresh(english).expire_at is None


def test_a_version_written_by_hand_has_its_own_end(home: HomePage) -> None:
    page = make_content_page(home)
    english = translate(page)
    submit(page).__class__.objects.update(enabled=False)
    later = timezone.now() + 9 * HOUR
    schedule(english, expire_at=later)
    schedule(page, expire_at=timezone.now() + HOUR)
    assert fresh(english).expire_at == later
    let_pass(hours=2)
    publication.run()
    assert online(page) == {"de": False, "en": True}
    let_pass(hours=9)
    publication.run()
    assert online(page) == {"de": False, "en": False}


def test_what_has_expired_before_it_could_go_online_stays_offline(home: HomePage) -> None:
    page = make_content_page(home, live=False)
    schedule(page, go_live_at=timezone.now() + HOUR, expire_at=timezone.now() + 2 * HOUR)
    let_pass(hours=3)
    publication.run()
    assert (fresh(page).live, fresh(page).expired) == (False, True)


def test_a_broken_page_hinders_no_other_and_its_editor_is_told_once(home: HomePage, monkeypatch: pytest.MonkeyPatch) -> None:
    editor = User.objects.create_user("redaktion", email="redaktion@example.org")
    pages = [make_content_page(home, f"Seite {number}", live=False) for number in range(3)]
    for number, page in enumerate(pages):
        schedule(page, go_live_at=timezone.now() + HOUR + number * datetime.timedelta(minutes=1))
    broken = pages[0]
    revision = fresh(broken).get_latest_revision()
    Revision.objects.filter(pk=revision.pk).update(content={**revision.content, "body": "no JSON"}, user=editor)
    let_pass(hours=2)
    clean = ContentPage.clean

    def refuse(page: ContentPage) -> None:
        assert page.pk != broken.pk, "no luck today"
        clean(page)

    monkeypatch.setattr(ContentPage, "clean", refuse)
    assert [publication.run(), publication.run()] == [2, 0]
    assert [fresh(page).live for page in pages] == [False, True, True]
    failure = ScheduleFailure.objects.get()
    assert (failure.object_id, failure.action) == (str(broken.pk), "publish")
    assert "no luck today" in failure.reason
    assert [(message.to, message.subject) for message in mail.outbox] == [
        (["redaktion@example.org"], "Konnte nicht veröffentlicht werden: Seite 0")
    ]
    monkeypatch.setattr(ContentPage, "clean", clean)
    assert publication.run() == 1
    assert not ScheduleFailure.objects.exists()


# --- a slug that was taken meanwhile --------------------------------------------------------------------------------------


def taken(home: HomePage, **dates: datetime.datetime) -> Page:
    """Return a draft whose slug another page takes while it waits."""
    page = make_content_page(home, "Wartet", live=False, slug="gewaehlt")
    page = fresh(page)
    for name, value in dates.items():
        setattr(page, name, value)
    revision = page.save_revision()
    if dates:
        revision.publish()
    Page.objects.filter(pk=page.pk).update(slug=f"weg-{page.pk}")
    make_content_page(home, "War schneller", slug="gewaehlt")
    return fresh(page)


def test_the_machine_puts_a_number_behind_a_taken_slug(home: HomePage) -> None:
    page = taken(home, go_live_at=timezone.now() + HOUR)
    let_pass(hours=2)
    assert publication.run() == 1
    assert (fresh(page).live, fresh(page).slug) == (True, "gewaehlt-1")


@pytest.fixture
def admin(home: HomePage) -> Client:
    """Sign in as administrator."""
    client = Client(headers={"Accept-Language": "de"})
    client.force_login(User.objects.create_superuser("admin", "admin@example.org", "admin"))
    return client


def assert_refused(client: Client, answer: object, page: Page) -> None:
    """The form of the page opens and names the address that is taken; the page is offline still."""
    edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
    assert (answer.status_code, answer.headers.get("Location")) == (302, edit)
    html = client.get(edit).content.decode()
    assert "„Wartet“ wurde nicht veröffentlicht: " in html
    assert "gewaehlt" in html
    assert not fresh(page).live


def test_a_person_who_publishes_several_pages_is_led_to_the_one(home: HomePage, admin: Client) -> None:
    page, other = taken(home), make_content_page(home, "Daneben", live=False)
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    answer = admin.post(f"{url}?id={other.pk}&id={page.pk}&next=/admin/", {"include_descendants": "off"})
    assert_refused(admin, answer, page)
    assert not fresh(other).live


def test_a_person_who_approves_is_led_to_the_page(home: HomePage, admin: Client) -> None:
    workflow, task = Workflow.objects.create(name="Freigabe"), _approval_task()
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=1)
    WorkflowPage.objects.create(workflow=workflow, page=home)
    page = make_content_page(home, "Wartet", live=False, slug="gewaehlt")
    state = workflow.start(fresh_with_revision(page), User.objects.get(username="admin"))
    Page.objects.filter(pk=page.pk).update(slug=f"weg-{page.pk}")
    make_content_page(home, "War schneller", slug="gewaehlt")
    url = reverse("wagtailadmin_pages:workflow_action", args=[page.pk, "approve", state.current_task_state_id])
    answer = admin.post(url, {"comment": ""})
    assert_refused(admin, answer, page)
    state.refresh_from_db()
    assert state.status == "in_progress"
    modal = admin.post(url, {"comment": ""}, headers={"X-Requested-With": "XMLHttpRequest"})
    assert modal.json() == {"step": "success", "redirect": reverse("wagtailadmin_pages:edit", args=[page.pk])}


def _approval_task() -> Task:
    from wagtail.models import GroupApprovalTask

    return GroupApprovalTask.objects.create(name="Freigabe")


def fresh_with_revision(page: Page) -> Page:
    """Return a page that has a revision."""
    fresh(page).save_revision()
    return fresh(page)


def test_what_expired_while_nothing_ran_is_told_to_nobody(home: HomePage) -> None:
    page = make_content_page(home, "Sperrfrist", live=False)
    english = translate_and_publish(page)
    schedule(page, go_live_at=timezone.now() + HOUR, expire_at=timezone.now() + 2 * HOUR)
    fresh(english).get_latest_revision().publish()
    let_pass(hours=3)
    publication.run()
    assert online(page) == {"de": False, "en": False}
    assert [fresh(version).expired for version in (page, english)] == [True, True]
    assert not ScheduleFailure.objects.exists()
    assert not Revision.objects.filter(approved_go_live_at__isnull=False).exists()
