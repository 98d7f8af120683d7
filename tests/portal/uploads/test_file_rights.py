"""Who may read an uploaded file: collections, pages that offer it, links; what lists and interfaces of the admin show."""

from __future__ import annotations

import io
import uuid

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image
from wagtail.models import (
    Collection,
    CollectionViewRestriction,
    GroupCollectionPermission,
    Page,
    PageViewRestriction,
    ReferenceIndex,
)

from home.models import HomePage
from portal.models import PortalDocument, PortalImage, Topic
from tests.builders import make_alias, make_content_page, make_topic, publish, translate

pytestmark = pytest.mark.django_db

OPEN, HIDDEN, LOGIN = (200, "no-cache"), (404, None), (302, "private, no-store")
WITH_RIGHT = (200, "private, no-store")


def make_document(name: str = "liste", collection: Collection | None = None, **fields: object) -> PortalDocument:
    fields |= {"collection": collection} if collection else {}
    return PortalDocument.objects.create(
        title=f"Titel {name}", file=ContentFile(b"Wiesengrund", name=f"{name}.txt"), **fields
    )


def make_image(name: str = "foto", collection: Collection | None = None, size: tuple[int, int] = (800, 600)) -> PortalImage:
    file = io.BytesIO()
    Image.new("RGB", size, "green").save(file, "PNG")
    fields = {"collection": collection} if collection else {}
    return PortalImage.objects.create(title=name, file=ContentFile(file.getvalue(), name=f"{name}.png"), **fields)


def make_collection(name: str = "Intern", parent: Collection | None = None) -> Collection:
    return (parent or Collection.get_first_root_node()).add_child(name=name)


def restrict(
    collection: Collection, kind: str = "login", groups: tuple[Group, ...] = (), **values: str
) -> CollectionViewRestriction:
    restriction = CollectionViewRestriction.objects.create(collection=collection, restriction_type=kind, **values)
    restriction.groups.set(groups)
    return restriction


def offering(home: HomePage, document: PortalDocument, live: bool = True, **fields: object) -> Page:
    return make_content_page(
        home, body=[("downloads", [{"document": document, "description": ""}])], live=live, **fields
    )


def answer(client: Client, url: str) -> tuple[int, str | None]:
    response = client.get(url)
    # Closes the file.
    list(getattr(response, "streaming_content", ()))
    return response.status_code, response.headers.get("Cache-Control") if response.status_code != 404 else None


def member(client: Client, *permissions: str, collection: Collection | None = None) -> Group:
    """Sign somebody in who is in a group of the admin with rights on a collection."""
    user = User.objects.create_user("redaktion", password="password")
    group = Group.objects.create(name="Gruppe")
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    for codename in permissions:
        GroupCollectionPermission.objects.create(
            group=group,
            collection=collection or Collection.get_first_root_node(),
            permission=Permission.objects.get(
                codename=codename, content_type__app_label__in=("wagtaildocs", "wagtailimages")
            ),
        )
    user.groups.add(group)
    client.force_login(user)
    return group


def test_a_document_is_public_while_a_public_page_offers_it(client: Client, home: HomePage) -> None:
    document = make_document()
    assert answer(client, document.url) == HIDDEN
    page = offering(home, document, live=False)
    assert answer(client, document.url) == HIDDEN
    page = publish(page)
    assert answer(client, document.url) == OPEN
    restriction = PageViewRestriction.objects.create(page=home, restriction_type="login")
    assert answer(client, document.url) == HIDDEN
    restriction.delete()
    assert answer(client, document.url) == OPEN
    page.unpublish()
    assert answer(client, document.url) == HIDDEN
    document.is_shared = True
    document.save()
    assert answer(client, document.url) == OPEN


def test_drafts_neither_give_nor_take(client: Client, home: HomePage) -> None:
    old, new = make_document("alt"), make_document("neu")
    page = offering(home, old)
    page.body = [("downloads", [{"document": new, "description": ""}])]
    page.save_revision()
    assert (answer(client, old.url), answer(client, new.url)) == (OPEN, HIDDEN)
    publish(page)
    assert (answer(client, old.url), answer(client, new.url)) == (HIDDEN, OPEN)


def test_versions_in_other_languages(client: Client, home: HomePage) -> None:
    """A fallback shows the German page; an alias or a begun version alone offers nothing; a finished one does."""
    document = make_document()
    page = offering(home, document)
    alias = make_alias(page, "ar")
    assert document.url in client.get(alias.get_url()).content.decode()
    assert answer(client, document.url) == OPEN
    english = translate(page, "en", title="Resettlement EN")
    page.unpublish()
    english.refresh_from_db()
    if not english.live:
        english.save_revision().publish()
    assert answer(client, document.url) == OPEN
    type(english).objects.get(pk=english.pk).unpublish()
    assert answer(client, document.url) == HIDDEN


def test_rich_text_refers_too(client: Client, home: HomePage) -> None:
    document = make_document()
    text = f'<p><a linktype="document" id="{document.pk}">Liste</a></p>'
    page = make_content_page(home, body=[("text", text)])
    assert answer(client, document.url) == OPEN
    assert document.url in client.get(page.get_url()).content.decode()
    restrict(document.collection)
    html = client.get(page.get_url()).content.decode()
    assert (document.filename in html, "Liste" in html) == (False, True)


@pytest.mark.parametrize(("model", "expected"), [(Topic, OPEN), (User, HIDDEN)])
def test_snippets_refer_too(client: Client, home: HomePage, model: type, expected: tuple[int, str | None]) -> None:
    """None has a field for documents yet; what the index would say of one counts, and of what is no snippet does not."""
    document = make_document()
    referrer = make_topic() if model is Topic else User.objects.create_user("jemand")
    kind = ContentType.objects.get_for_model(model)
    ReferenceIndex.objects.create(
        content_type=kind,
        base_content_type=kind,
        object_id=str(referrer.pk),
        to_content_type=ContentType.objects.get_for_model(PortalDocument),
        to_object_id=str(document.pk),
        model_path="file",
        content_path="file",
        content_path_hash=uuid.uuid4(),
    )
    assert answer(client, document.url) == expected
    referrer.delete()
    assert answer(client, document.url) == HIDDEN


@pytest.mark.parametrize("kind", ["login", "groups", "password"])
def test_a_restricted_collection_binds_those_below_it(client: Client, home: HomePage, kind: str) -> None:
    """Neither a public page nor a link makes its documents public; people with the right get them, and nobody's cache keeps them."""
    collection = make_collection()
    document = make_document(collection=make_collection("darunter", collection), is_shared=True)
    page = offering(home, document)
    alias = make_alias(page, "uk")
    assert answer(client, document.url) == OPEN
    group = Group.objects.create(name="mit Recht")
    restriction = restrict(collection, kind, (group,), password="geheim")
    denied = client.get(document.url)
    assert "no-store" in denied.headers["Cache-Control"]
    assert b"Wiesengrund" not in b"".join(denied)
    assert (denied.status_code, "file_to_stream" in vars(denied)) == (200 if kind == "password" else 302, False)
    for address in (page.get_url(), alias.get_url()):
        assert document.title not in client.get(address).content.decode()
    if kind == "password":
        url = reverse("wagtaildocs_authenticate_with_password", args=[restriction.pk])
        client.post(url, {"password": "geheim", "return_url": document.url})
    else:
        user = User.objects.create_user("mitglied", password="password")
        user.groups.add(group)
        client.force_login(user)
    assert answer(client, document.url) == WITH_RIGHT
    for address in (page.get_url(), alias.get_url()):
        assert document.title in client.get(address).content.decode()


def test_readers_of_a_private_page_get_its_files(client: Client, home: HomePage) -> None:
    document, other = make_document(), make_document("anderes")
    page = offering(home, document)
    PageViewRestriction.objects.create(page=page, restriction_type="login")
    assert answer(client, document.url) == HIDDEN
    client.force_login(User.objects.create_user("leser", password="password"))
    assert answer(client, document.url) == WITH_RIGHT
    assert answer(client, other.url) == HIDDEN
    page.unpublish()
    assert answer(client, document.url) == HIDDEN


def test_people_of_the_admin_open_what_they_work_with(client: Client) -> None:
    document = make_document()
    member(client, "choose_document")
    assert answer(client, document.url) == WITH_RIGHT


PUBLIC_PICTURE = (200, "public, max-age=2592000, s-maxage=3600")


@pytest.mark.parametrize("kind", ["login", "groups", "password"])
def test_renditions_of_restricted_pictures(client: Client, home: HomePage, kind: str) -> None:
    collection = make_collection()
    image = make_image(collection=make_collection("darunter", collection))
    free = make_image("frei")
    page = make_content_page(
        home, image=image, body=[("image", {"image": {"image": image, "alt_text": "Wald"}, "caption": "Hier"})]
    )
    urls = [image.get_rendition("fill-400x225").url, free.get_rendition("fill-400x225").url]
    assert [answer(client, url) for url in urls] == [PUBLIC_PICTURE] * 2
    assert "/media/images/foto" in client.get(page.get_url()).content.decode()
    restrict(collection, kind, password="geheim")
    assert [answer(client, url) for url in urls] == [HIDDEN, PUBLIC_PICTURE]
    for code in ("de", "en"):
        address = page.get_url() if code == "de" else make_alias(page, "en").get_url()
        html = client.get(address).content.decode()
        assert ("/media/images/foto" in html, "Hier" in html) == (False, False)
    if kind != "groups":
        member(client, "choose_image")
        assert answer(client, urls[0]) == WITH_RIGHT


def test_a_rendition_left_behind_is_handed_out_to_nobody(client: Client, db: None) -> None:
    image = make_image(collection=make_collection())
    url = image.get_rendition("fill-400x225").url
    restrict(image.collection, "login")
    assert answer(client, url) == HIDDEN
    image.renditions.all()._raw_delete(using="default")
    assert answer(client, url) == HIDDEN


def admin_list(client: Client, query: str = "") -> HttpResponse:
    return client.get(reverse("wagtaildocs:index") + query)


def test_the_list_says_which_documents_are_public_and_why(admin_client: Client, home: HomePage) -> None:
    collection = make_collection()
    restrict(collection)
    documents = [make_document(f"d{number}") for number in range(3)]
    documents.append(make_document("d3", is_shared=True, awaits_review=True))
    documents.append(make_document("d4", collection=collection))
    offering(home, documents[0], title="Erste Seite")
    offering(home, documents[0], title="Zweite Seite")
    offering(home, documents[1], title="Dritte Seite")
    response = admin_list(admin_client)
    column = next(column for column in response.context["table"].columns.values() if column.name == "publicity")
    assert {document.title[-2:]: column.get_value(document) for document in response.context["object_list"]} == {
        "d0": "Ja: angeboten auf „Erste Seite“ und an 1 weiteren Stelle",
        "d1": "Ja: angeboten auf „Dritte Seite“",
        "d2": "Nein: Nichts Öffentliches verweist auf sie",
        "d3": "Ja: per Link zugänglich · zu prüfen",
        "d4": "Nur mit dem Recht auf ihre Sammlung",
    }
    review = admin_list(admin_client, "?awaits_review=true")
    assert [document.pk for document in review.context["object_list"]] == [documents[3].pk]
    admin_list(admin_client)
    with CaptureQueriesContext(connection) as few:
        admin_list(admin_client)
    for number in range(12):
        offering(home, make_document(f"x{number}"), title=f"Seite {number}")
    admin_list(admin_client)
    with CaptureQueriesContext(connection) as many:
        assert len(admin_list(admin_client).context["object_list"]) == 17
    assert len(many) == len(few)
    # Saving is looking.
    url = reverse("wagtaildocs:edit", args=[documents[3].pk])
    admin_client.post(
        url, {"title": "Neu", "collection": documents[3].collection_id, "tags": "", "language": "", "is_shared": "on"}
    )
    documents[3].refresh_from_db()
    assert (documents[3].title, documents[3].is_shared, documents[3].awaits_review) == ("Neu", True, False)


def test_the_admin_shows_nobody_what_is_restricted_to_others(client: Client, admin_client: Client) -> None:
    """Rights on a collection are not rights on one below it that is restricted to a group."""
    parent, elsewhere = make_collection("Presse"), make_collection("Personal")
    private = make_collection("Vorstand", parent)
    restrict(private, "groups", (Group.objects.create(name="Vorstand"),))
    member(client, "choose_document", "change_document", "choose_image", "change_image", collection=parent)
    own = (make_document("eigen", parent), make_image("eigen", parent))
    for collection in (private, elsewhere):
        make_document("fremd", collection), make_image("fremd", collection)
    for kind, app, mine in (("documents", "wagtaildocs", own[0]), ("images", "wagtailimages", own[1])):
        listed = client.get(f"/admin/api/main/{kind}/").json()
        assert [item["id"] for item in listed["items"]] == [mine.pk]
        others = type(mine).objects.exclude(pk=mine.pk)
        assert [client.get(f"/admin/api/main/{kind}/{other.pk}/").status_code for other in others] == [404, 404]
        assert admin_client.get(f"/admin/api/main/{kind}/").json()["meta"]["total_count"] == 3
        for name in (f"{app}_chooser:choose", f"{app}:index"):
            html = client.get(reverse(name)).content.decode()
            assert ("eigen" in html, "fremd" in html) == (True, False)
        assert client.get(reverse(f"{app}_chooser:chosen", args=[mine.pk])).status_code == 200
        assert [client.get(reverse(f"{app}_chooser:chosen", args=[other.pk])).status_code for other in others] == [
            302,
            302,
        ]
