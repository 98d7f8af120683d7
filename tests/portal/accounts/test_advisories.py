"""The five holes in rights that Wagtail 8.0 closed, tried at our addresses, with our roles: a patch of ours could open one again.

GHSA-3vrh-m9w7-v94f (the admin's interface of pages gave drafts to whoever may enter the admin), and those of the same month about the
checksum of closed documents, collections below a closed one, copies of snippets, copies for translation.
"""

from __future__ import annotations

import hashlib
import json

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.files.base import ContentFile
from django.test import Client
from wagtail.models import Collection, CollectionViewRestriction, GroupCollectionPermission, GroupPagePermission, Page

from portal.models import PortalDocument, Topic
from tests.builders import make_home
from tests.portal.accounts.test_rights import make_world

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("code", ["de", "en"])
def test_the_admins_interface_gives_no_draft_of_others(code: str) -> None:
    """Neither one by one, nor in lists, by whichever filter, is a page of another section there with its fields."""
    world = make_world(code)
    for page in world.hidden:
        for address in (
            f"/admin/api/main/pages/{page.pk}/?fields=*", f"/admin/api/main/pages/?fields=*&id={page.pk}",
            f"/admin/api/main/pages/?fields=*&slug={page.slug}", "/admin/api/main/pages/?fields=*&search=Geheim",
        ):  # fmt: skip
            assert world.told(world.client.get(address).content.decode()) == set(), address
    own = json.loads(world.client.get(f"/admin/api/main/pages/{world.own.pk}/?fields=*").content)
    assert own["title"] == world.own.title


@pytest.mark.parametrize("kind", ["login", "password", "groups"])
def test_nobody_learns_of_a_closed_document_whether_its_content_is_one_they_know(client: Client, kind: str) -> None:
    """By the checksum as its tag, or any tag: what is closed is answered as if nothing had been asked."""
    make_home()
    closed = Collection.get_first_root_node().add_child(name="Verschlossen")
    CollectionViewRestriction.objects.create(collection=closed, restriction_type=kind, password="sesam")  # noqa: S106
    content = b"Gehalt: 4711"
    document = PortalDocument.objects.create(title="Brief", file=ContentFile(content, name="brief.txt"), collection=closed)
    document.get_file_hash()
    document.save()
    known = hashlib.sha1(content).hexdigest()  # noqa: S324 (what Wagtail keeps of a file)
    assert document.file_hash == known
    plain = client.get(document.url)
    assert plain.status_code in {302, 403, 200}
    for tag in (f'"{known}"', f'W/"{known}"', "*"):
        for header in ("if-none-match", "if-match"):
            answer = client.get(document.url, headers={header: tag})
            assert (answer.status_code, answer.headers.get("ETag"), content in answer.getvalue()) == (plain.status_code, None, False)
    # Where it may be read the tag does what it is for.
    admin = Client()
    admin.force_login(User.objects.create_superuser("verwaltung", password="x"))
    if kind != "password":
        assert admin.get(document.url, headers={"if-none-match": f'"{known}"'}).status_code == 304


def test_the_interfaces_give_no_file_of_a_collection_below_a_closed_one() -> None:
    """The one for everybody gives no files at all; the admin's gives those of collections that are open to who asks."""
    world = make_world("de")
    for kind in ("documents", "images"):
        assert Client().get(f"/api/v2/{kind}/").status_code == 404
        open_to_all = json.loads(world.client.get(f"/admin/api/main/{kind}/?fields=*").content)
        assert [item["id"] for item in open_to_all["items"]] == []
        for hidden in (*world.documents, *world.images):
            assert world.told(world.client.get(f"/admin/api/main/{kind}/{hidden.pk}/?fields=*").content.decode()) == set()
    # Below what is closed, by whoever's restriction above.
    deeper = world.documents[1].collection.add_child(name="Noch tiefer")
    document = PortalDocument.objects.create(title=world.title("deeper"), file=ContentFile(b"x", name="t.txt"), collection=deeper)
    GroupCollectionPermission.objects.create(
        group=Group.objects.get(name="Abschnitt"), collection=deeper, permission=Permission.objects.get(codename="choose_document")
    )
    for address in ("/admin/api/main/documents/?fields=*", f"/admin/api/main/documents/{document.pk}/?fields=*"):
        assert world.told(world.client.get(address).content.decode()) == set(), address


def test_a_copy_of_a_snippet_shows_it_to_those_alone_who_may_see_it() -> None:
    """Somebody who works in a language and may add topics, but neither see nor change any, copies none: the form would show it all."""
    home = make_home()
    topic = Topic.objects.create(locale=home.locale, name="Geheimsache")
    user, group = User.objects.create_user("otto", password="x"), Group.objects.create(name="Schreibt")
    user.groups.add(group)
    group.permissions.add(*Permission.objects.filter(codename__in=("access_admin", "add_topic")))
    GroupPagePermission.objects.create(group=group, page=home, permission=Permission.objects.get(codename="change_page"))
    client = Client()
    client.force_login(user)
    base = "/admin/snippets/portal/topic"
    assert client.get(f"{base}/add/").status_code == 200
    for way in ("copy", "edit", "inspect"):
        assert "Geheimsache" not in client.get(f"{base}/{way}/{topic.pk}/", follow=True).content.decode(), way
    group.permissions.add(Permission.objects.get(codename="view_topic"))
    assert "Geheimsache" in client.get(f"{base}/copy/{topic.pk}/").content.decode()


@pytest.mark.parametrize("code", ["de", "en"])
def test_nobody_copies_what_they_may_not_change_into_another_language(code: str) -> None:
    """By the interface's actions and by the form, with the right to submit translations: a copy is a page that one may read."""
    world = make_world(code)
    before = set(Page.objects.values_list("pk", flat=True))
    for page in (*world.hidden, world.public):
        for action in ("copy_for_translation", "copy", "create_alias", "convert_alias"):
            answer = world.client.post(
                f"/admin/api/main/pages/{page.pk}/action/{action}/",
                json.dumps({"locale": "uk", "destination_page_id": world.own.pk, "recursive": True}), "application/json",
            )  # fmt: skip
            assert answer.status_code in {403, 404}, (action, page)
        world.client.post(f"/admin/localize/submit/page/{page.pk}/", {"locales": ["1", "2", "3"], "include_subtree": "on"})
    assert set(Page.objects.values_list("pk", flat=True)) == before
