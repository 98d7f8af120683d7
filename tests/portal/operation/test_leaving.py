"""Somebody leaves: one confirmation lists what is theirs, then it is somebody else's, and no door opens to them any more."""

from __future__ import annotations

import datetime

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group, Permission, User
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone
from wagtail.models import (
    APIToken,
    Collection,
    CollectionViewRestriction,
    GroupApprovalTask,
    ModelLogEntry,
    Page,
    PageSubscription,
    Workflow,
    WorkflowPage,
    WorkflowTask,
)
from wagtail.users.models import UserProfile

from participate.models import ContactTopic
from portal.models import Deputyship, PortalDocument, SharedDraft
from tests.builders import make_content_page, make_home

pytestmark = pytest.mark.django_db

EDITORS = "Editors"


def make_user(name: str, *groups: str, **fields: object) -> User:
    user = User.objects.create_user(name, f"{name}@example.org", "x" * 12, **fields)
    UserProfile.objects.create(user=user, preferred_language="de")
    user.groups.add(*Group.objects.filter(name__in=groups))
    return user


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def leaver() -> User:
    """Return somebody who has something of each kind."""
    user = make_user("geht", EDITORS, "Moderators")
    home = make_home()
    owned = make_content_page(home, "Eigene Seite")
    Page.objects.filter(pk=owned.pk).update(owner=user)
    draft = make_content_page(home, "Entwurf")
    draft.title = "Entwurf, geändert"
    draft.save_revision(user=user)
    submitted = make_content_page(home, "Eingereicht")
    task = GroupApprovalTask.objects.create(name="Freigabe")
    workflow = Workflow.objects.create(name="Freigabe")
    WorkflowTask.objects.create(workflow=workflow, task=task)
    WorkflowPage.objects.create(workflow=workflow, page=submitted)
    submitted.save_revision()
    workflow.start(submitted, user)
    Page.objects.filter(pk=submitted.pk).update(locked=True, locked_by=user, locked_at=timezone.now())
    PageSubscription.objects.create(user=user, page=owned, comment_notifications=True)
    SharedDraft.share(draft, user)
    PortalDocument.objects.create(title="Liste", file=ContentFile(b"x", name="liste.txt"), uploaded_by_user=user)
    today = timezone.localdate()
    days = {"starts_on": today, "ends_on": today + datetime.timedelta(days=9)}
    Deputyship.objects.create(moderator=user, deputy=make_user("dritte", EDITORS), **days)
    ContactTopic.objects.create(name="Visum", email="Geht@example.org", locale=home.locale)
    ContactTopic.objects.create(name="Anderes", locale=home.locale)
    APIToken.objects.create(user=user, name="Skript")
    return user


LISTED = [
    "Eigene Seiten: 1 (Eigene Seite)",
    "Entwürfe, die nicht veröffentlicht sind: 1 (Entwurf, geändert)",
    "Zur Freigabe Eingereichtes: 1 (Eingereicht)",
    "Gesperrte Seiten: 1 (Eingereicht)",
    "Benachrichtigungen über Kommentare: 1 (Eigene Seite)",
    "Weitergegebene Links zu Entwürfen: 1 (Entwurf, geändert)",
    "Hochgeladene Dokumente: 1 (Liste)",
    "Vertretungen: 1 (geht → dritte)",
    "Anliegen, deren Nachrichten per E-Mail dorthin gehen: 1 (Visum)",
]


def held(user: User) -> dict[str, list[str]]:
    """Return whose everything is."""
    return {
        "owned": list(Page.objects.filter(owner=user).values_list("title", flat=True)),
        "drafts": list(Page.objects.filter(latest_revision__user=user).values_list("draft_title", flat=True)),
        "locked": list(Page.objects.filter(locked_by=user).values_list("title", flat=True)),
        "told": list(PageSubscription.objects.filter(user=user).values_list("page__title", flat=True)),
        "shared": [str(draft.page) for draft in SharedDraft.objects.filter(shared_by=user)],
        "files": list(PortalDocument.objects.filter(uploaded_by_user=user).values_list("title", flat=True)),
        "stood in for": [each.deputy.username for each in Deputyship.objects.filter(moderator=user)],
        "mailed": list(ContactTopic.objects.filter(email__iexact=user.email).values_list("name", flat=True)),
    }


def test_one_click_moves_everything_and_closes_every_door(leaver: User) -> None:
    admin, heir = make_user("verwaltung", is_superuser=True), make_user("bleibt", EDITORS)
    session = signed_in(leaver)
    assert session.get("/admin/").status_code == 200
    client = signed_in(admin)
    address = f"/admin/users/{leaver.pk}/leave/"
    assert address in client.get("/admin/users/").content.decode()
    page = BeautifulSoup(client.get(address).content, "html.parser")
    assert [" ".join(line.get_text().split()) for line in page.select(".portal-screen li")] == LISTED
    before = held(leaver)
    assert all(before.values())

    answer = client.post(address, {"successor": heir.pk}, follow=True)
    assert [str(message).strip() for message in answer.context["messages"]] == [
        "Das Konto „geht“ ist geschlossen; bleibt übernimmt.",
        "bleibt gehört nicht zu diesen Gruppen: Moderators. Was auf diese wartet, ist dort nicht zu sehen.",
    ]
    assert held(heir) == before
    assert not any(held(leaver).values())
    leaver.refresh_from_db()
    assert (leaver.is_active, leaver.has_usable_password(), APIToken.objects.filter(user=leaver).count()) == (False, False, 0)
    assert session.get("/admin/").status_code == 302
    assert not Client().login(username="geht", password="x" * 12)
    entry = ModelLogEntry.objects.get(action="portal.left")
    assert (entry.user, entry.data["successor"], sum(entry.data["moved"].values())) == (admin, "bleibt", len(LISTED))
    # Nothing of it happens twice.
    assert client.get(address).status_code == 404


def test_administrators_give_the_groups_along_and_nobody_else_does(leaver: User) -> None:
    heir = make_user("bleibt", EDITORS)
    manager = make_user("personal", EDITORS)
    manager.user_permissions.add(Permission.objects.get(codename="change_user"), Permission.objects.get(codename="access_admin"))
    address = f"/admin/users/{leaver.pk}/leave/"
    assert b"with_groups" not in signed_in(manager).get(address).content
    admin = signed_in(make_user("verwaltung", is_superuser=True))
    admin.post(address, {"successor": heir.pk, "with_groups": "on"})
    assert sorted(heir.groups.values_list("name", flat=True)) == [EDITORS, "Moderators"]


def test_names_that_are_closed_to_who_manages_accounts_stay_so(leaver: User) -> None:
    """Neither drafts nor files of a collection for others are named to somebody who only manages accounts; how many there are is."""
    closed = Collection.get_first_root_node().add_child(name="Nur Leitung")
    CollectionViewRestriction.objects.create(collection=closed, restriction_type="groups").groups.add(Group.objects.get(name="Moderators"))
    PortalDocument.objects.create(title="Gehälter", file=ContentFile(b"x", name="g.txt"), uploaded_by_user=leaver, collection=closed)
    manager = make_user("personal")
    manager.user_permissions.add(*Permission.objects.filter(codename__in=("change_user", "access_admin")))
    address = f"/admin/users/{leaver.pk}/leave/"
    for user, is_named in ((manager, False), (make_user("verwaltung", is_superuser=True), True)):
        shown = " ".join(BeautifulSoup(signed_in(user).get(address).content, "html.parser").get_text(" ").split())
        assert [name in shown for name in ("Gehälter", "Entwurf, geändert")] == [is_named] * 2
        assert "Hochgeladene Dokumente: 2" in shown


def test_who_may_not_is_refused_and_nothing_moves(leaver: User) -> None:
    admin, heir = make_user("verwaltung", is_superuser=True), make_user("bleibt", EDITORS)
    manager = make_user("personal", EDITORS)
    manager.user_permissions.add(Permission.objects.get(codename="change_user"))
    gone = make_user("fort", EDITORS, is_active=False)
    before = held(leaver)
    for user, of, successor in ((heir, leaver, heir), (manager, admin, heir), (admin, admin, heir)):
        answer = signed_in(user).post(f"/admin/users/{of.pk}/leave/", {"successor": successor.pk})
        assert (answer.status_code, answer["Location"]) == (302, "/admin/")
    for successor in (gone.pk, leaver.pk, ""):
        assert signed_in(admin).post(f"/admin/users/{leaver.pk}/leave/", {"successor": successor}).status_code == 200
    assert held(leaver) == before
    assert sorted(User.objects.filter(is_active=True).values_list("username", flat=True)) == [
        "bleibt", "dritte", "geht", "personal", "verwaltung",
    ]  # fmt: skip


def test_accounts_stand_by_their_last_login() -> None:
    admin = make_user("verwaltung", is_superuser=True)
    now = timezone.now()
    for name, days in (("neulich", 3), ("lange", 400), ("nie", None)):
        User.objects.filter(pk=make_user(name).pk).update(last_login=days and now - datetime.timedelta(days=days))
    page = BeautifulSoup(signed_in(admin).get("/admin/users/").content, "html.parser")
    names = [cell.get_text(strip=True) for cell in page.select("td.username")]
    assert names == ["nie", "lange", "neulich", "verwaltung"]
