"""Titles, metadata and pictures outside a person's rights are shown by no screen of the admin and no interface of it."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.files.base import ContentFile
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, get_resolver
from wagtail.admin.models import EditingSession
from wagtail.admin.views.bulk_action.registry import bulk_action_registry
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import (
    Collection,
    CollectionViewRestriction,
    GroupCollectionPermission,
    GroupPagePermission,
    Page,
    PageViewRestriction,
    Site,
)
from wagtail.snippets.models import get_snippet_models

from portal.models import PortalDocument, PortalImage
from search.models import PromotedResult
from tests.builders import make_content_page, make_home, make_section, make_topic, submit, translate
from tests.portal.uploads.test_file_rights import make_image

pytestmark = pytest.mark.django_db

SHARED = "Geheim"
"""Begins all hidden titles, so that they are found; what must not be read are the words behind it."""

PAGE_NAMES = {"page_id", "parent_page_id", "page_to_move_id", "destination_id", "page_pk"}
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)")


@dataclass
class World:
    """What there is: pages and files of others, with the words that nobody else may read, and a person's own."""

    own: Page
    public: Page
    hidden: list[Page] = field(default_factory=list)
    images: list[PortalImage] = field(default_factory=list)
    documents: list[PortalDocument] = field(default_factory=list)
    words: dict[str, str] = field(default_factory=dict)
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    def title(self, what: str) -> str:
        """Return a new title with a word that nobody can guess."""
        word = f"wort{uuid.uuid4().hex[:12]}"
        self.words[word] = what
        return f"{SHARED} {word}"

    def told(self, text: str) -> set[str]:
        """Return of which hidden things a text tells."""
        return {what for word, what in self.words.items() if word in text.lower()}


def make_world(code: str) -> World:
    """Make pages and files, and somebody who works on one section in one language."""
    admin = User.objects.create_superuser("verwaltung", password="x")
    home = make_home()
    sections = [make_section(home, "Unsere Arbeit"), make_section(home, "Andere Arbeit")]
    own = make_content_page(sections[0], "Beratung")
    public = make_content_page(sections[1], "Öffentlich")
    world = World(own, public)
    pages = hide_pages(world, sections[1], admin)
    translations = [submit(page) for page in pages]
    for translation in translations:
        translation.save_target(publish=False)
    if code == "en":
        sections = [translate(section, title=f"{section.title} en") for section in sections]
        world.own, world.public = translate(own, title="Counselling"), translate(public, title="Public")
    # Of each kind in one of the two languages; a draft and a public page in both.
    other = [translation.get_target_instance() for translation in translations]
    world.hidden = [*pages, other[0], other[-1]] if code == "de" else [*other, pages[0], pages[-1]]
    hide_files(world, admin)
    for page in pages:
        Redirect.objects.create(old_path=f"/alt{page.pk}", redirect_page=page, is_permanent=True)
        PromotedResult.objects.create(page=page, locale=page.locale, queries=f"frage{page.pk}")
    world.client.force_login(somebody(sections[0], Collection.objects.get(name="Unsere Bilder")))
    return world


def hide_pages(world: World, section: Page, admin: User) -> list[Page]:
    """Return a draft with one below it, a private page, a withdrawn one and a public one whose next title is drafted."""
    topic = make_topic()
    draft = make_content_page(section, world.title("draft"), live=False)
    below = make_content_page(draft, world.title("below a draft"), live=False)
    private = make_content_page(section, world.title("private"))
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    withdrawn = make_content_page(section, world.title("withdrawn"))
    withdrawn.unpublish()
    renamed = make_content_page(section, "Bekannt")
    renamed.title = world.title("drafted title")
    for page in (draft, below, private, withdrawn, renamed):
        page.topics.add(topic)
        page.locked, page.locked_by = True, admin
        page.save_revision(user=admin, log_action=True, changed=True)
        EditingSession.objects.create(user=admin, content_object=page, last_seen_at=page.latest_revision.created_at)
    return [Page.objects.get(pk=page.pk).specific for page in (draft, below, private, withdrawn, renamed)]


def hide_files(world: World, admin: User) -> None:
    """Make files beside a person's collection, and in one below it that is restricted to others."""
    root = Collection.get_first_root_node()
    own = root.add_child(name="Unsere Bilder")
    beside = root.add_child(name=world.title("collection beside"))
    below = Collection.objects.get(pk=own.pk).add_child(name=world.title("restricted collection below"))
    restriction = CollectionViewRestriction.objects.create(collection=below, restriction_type="groups")
    restriction.groups.add(Group.objects.create(name="Andere"))
    for collection in (beside, below):
        image = make_image(world.title("picture"), collection)
        image.tags.add(world.title("tag"))
        world.images.append(image)
        world.documents.append(
            PortalDocument.objects.create(
                title=world.title("document"),
                file=ContentFile(b"x", name=f"{world.title('file').split()[1]}.txt"),
                collection=collection,
                uploaded_by_user=admin,
            )
        )


def somebody(section: Page, collection: Collection) -> User:
    """Return a person with all rights on one section and one collection, and on what has no place."""
    group = Group.objects.create(name="Abschnitt")
    models = {model._meta.model_name for model in get_snippet_models()} | {"redirect", "askedquery"}
    group.permissions.add(
        Permission.objects.get(codename="access_admin"),
        Permission.objects.get(codename="submit_translation"),
        *Permission.objects.filter(content_type__model__in=models),
    )
    for codename in ("add_page", "change_page", "publish_page", "lock_page", "unlock_page", "bulk_delete_page"):
        GroupPagePermission.objects.create(group=group, page=section, permission=Permission.objects.get(codename=codename))
    for permission in Permission.objects.filter(
        content_type__app_label__in=("wagtailimages", "wagtaildocs"), codename__regex="^(add|change|choose|delete)_(image|document)$"
    ):
        GroupCollectionPermission.objects.create(group=group, collection=collection, permission=permission)
    user = User.objects.create_user("abschnitt", password="x")
    user.groups.add(group)
    return user


# --- the addresses -------------------------------------------------------------------------------------------------------


def routes(resolver: object = None, prefix: str = "") -> Iterator[str]:
    """Yield all addresses of the admin, with the names of their parameters."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = prefix + str(pattern.pattern).removeprefix("^").removesuffix("$").replace("\\.", ".")
        if not isinstance(pattern, URLPattern):
            yield from routes(pattern, route)
        elif route.startswith("admin/") and ".*" not in route:
            yield route


def values(name: str, route: str, world: World) -> list:
    """Return what may stand for a parameter of an address: the numbers of what is hidden, where it takes such."""
    from wagtail_localize.models import StringSegment, Translation, TranslationSource

    if name in PAGE_NAMES or (name in ("pk", "object_id") and ("pages/" in route or "editing-sessions" in route)):
        return [page.pk for page in world.hidden]
    if name == "image_id" or (name == "pk" and "images/" in route):
        return [image.pk for image in world.images]
    if name in ("document_id", "doc_id") or (name == "pk" and "documents/" in route):
        return [document.pk for document in world.documents]
    if name.startswith("revision_id"):
        return [page.latest_revision_id for page in world.hidden if page.latest_revision_id]
    return {
        "translation_id": lambda: Translation.objects.values_list("pk", flat=True),
        "translation_source_id": lambda: TranslationSource.objects.values_list("pk", flat=True),
        "string_segment_id": lambda: StringSegment.objects.values_list("pk", flat=True)[:3],
        "session_id": lambda: EditingSession.objects.values_list("pk", flat=True),
        "collection_id": lambda: Collection.objects.values_list("pk", flat=True),
        "content_type_app_name": lambda: ["home"],
        "content_type_model_name": lambda: ["contentpage"],
        "language_code": lambda: ["de-simple"],
        "app_name": lambda: ["taggit"],
        "app_label": lambda: ["wagtailcore"],
        "model_name": lambda: ["tag" if "tag-" in route else "page"],
        "filter_spec": lambda: ["max-165x165"],
    }.get(name, lambda: [1])()


def filled(world: World) -> Iterator[str]:
    """Yield all addresses of the admin, those with parameters filled with all that is hidden."""
    for route in routes():
        names = [first or second for first, second in PARAMETER.findall(route)]
        if "bulk/" in route or any(name in route for name in ("logout", "jsi18n", "sprite", "failwhale")):
            continue
        choices = [list(values(name, route, world)) for name in names]
        for turn in range(max((len(each) for each in choices), default=1)):
            chosen = iter([each[turn % len(each)] for each in choices])
            yield "/" + PARAMETER.sub(lambda _found, chosen=chosen: str(next(chosen)), route)
        if not names:
            yield f"/{route}?q={SHARED}&search={SHARED}&term={SHARED}&fields=*"
            if "reports/" in route or "redirects/" in route:
                yield f"/{route}?export=csv"


def queried(world: World) -> Iterator[str]:
    """Yield addresses that name what is hidden in their query, or list the place where it lies."""
    place = world.public.get_parent().pk
    pages, images, documents = (
        "&".join(f"id={each.pk}" for each in several) for several in (world.hidden, world.images, world.documents)
    )
    for page in (*world.hidden, world.own):
        yield f"/admin/pages/{world.own.pk}/move/{page.pk}/confirm/"
        yield f"/admin/choose-page/?target_pages[]={page.pk}&user_perms=move_to"
        yield f"/admin/api/main/pages/?translation_of={page.pk}&fields=*"
    for parent in (world.hidden[0].pk, place):
        yield f"/admin/api/main/pages/?child_of={parent}&fields=*,parent(*)"
    yield f"/admin/choose-page/{place}/?multiple=1"
    yield f"/admin/choose-page/search/?q={SHARED}&multiple=1&page_type=home.contentpage"
    for query, kind in ((pages, "choose-page"), (images, "images/chooser"), (documents, "documents/chooser")):
        yield f"/admin/{kind}/chosen-multiple/?{query}"
    bulk_action_registry.get_bulk_actions_for_model("wagtailcore", "page")
    for app, models in bulk_action_registry.actions.items():
        for model, actions in models.items():
            known = {"page": pages, "portalimage": images, "portaldocument": documents}.get(model, "id=1&id=2")
            for action in actions:
                for query in (known, "id=all", *([f"id=all&childOf={place}"] if model == "page" else [])):
                    yield f"/admin/bulk/{app}/{model}/{action}/?{query}"


def answered(client: Client, address: str) -> str:
    """Return all that an answer says: text, headers, the messages that the next page shows."""
    client.cookies.pop("messages", None)
    response = client.get(address)
    text = "".join(part.decode("utf-8", "replace") for part in response) if response.streaming else response.content.decode()
    waiting = getattr(getattr(response.wsgi_request, "_messages", None), "_queued_messages", ())
    assert response.status_code != 500, address
    return f"{text} {response.headers} {[str(message) for message in waiting]}"


@pytest.mark.parametrize("code", ["de", pytest.param("en", marks=pytest.mark.once)])
def test_nothing_outside_a_persons_rights_is_named(code: str) -> None:
    """Every address of the admin, asked for everything that is hidden by its number, by somebody who works on one section."""
    world = make_world(code)
    tried = list(dict.fromkeys([*filled(world), *queried(world)]))
    found = {address: told for address in tried if (told := world.told(answered(world.client, address)))}
    assert found == {}
    assert len(tried) > 500


def move_to(hostname: str) -> None:
    site = Site.objects.get()
    site.hostname = hostname
    site.save()


@pytest.mark.parametrize("code", ["de", pytest.param("en", marks=pytest.mark.once)])
def test_forms_name_nothing_outside_a_persons_rights(code: str) -> None:
    """What is hidden, sent as the choice of a form: refused without its name."""
    world = make_world(code)
    move_to("portal.example")
    own = world.own.pk
    slugs = re.compile("|".join(page.slug for page in world.hidden))

    def told(answer: HttpResponse) -> set[str]:
        # What was typed comes back: addresses, which here hold words of titles.
        return world.told(slugs.sub("", answer.content.decode()))

    for page in world.hidden:
        forms = {
            f"/admin/pages/{own}/move/": {"new_parent_page": page.pk},
            f"/admin/pages/{own}/copy/": {"new_parent_page": page.pk, "new_title": "", "new_slug": "x"},
            f"/admin/bulk/wagtailcore/page/move/?id={own}": {"chooser": page.pk},
            "/admin/redirects/add/": {"old_path": "", "redirect_page": page.pk},
            "/admin/choose-external-link/": {"external-link-chooser-url": page.full_url, "external-link-chooser-link_text": "a"},
            "/admin/snippets/search/promotedresult/add/": {"page": page.pk, "queries": ""},
        }
        for address, data in forms.items():
            answer = world.client.post(address, data, follow=True)
            assert (address, page.pk, told(answer)) == (address, page.pk, set())
        # An address at which a page lies is refused with the page's title.
        answer = world.client.post("/admin/redirects/add/", {"old_path": page.url, "redirect_link": "/de/"}, follow=True)
        assert told(answer) == set()


@pytest.mark.parametrize("code", ["de", "en"])
def test_editors_link_to_all_that_is_public(code: str) -> None:
    """The chooser offers public pages everywhere, under their public titles, and a person's own drafts."""
    world = make_world(code)
    section, other = world.own.get_parent(), world.public.get_parent()
    draft = make_content_page(section, "Mein Entwurf", live=False, locale=section.locale)

    def offered(address: str) -> set[str]:
        text = world.client.get(address).content.decode()
        text = json.loads(text)["html"] if text.startswith("{") else text
        return set(re.findall(r'data-admin-title="([^"]*)"', text))

    public = {world.public.title, "Bekannt"} if code == "de" else {world.public.title}
    assert offered(f"/admin/choose-page/{other.pk}/") - {other.title} >= public
    assert offered(f"/admin/choose-page/search/?q={world.public.title}&locale={code}") == {world.public.title}
    assert offered(f"/admin/choose-page/{section.pk}/") >= {world.own.title, draft.title}
    chosen = world.client.get(f"/admin/choose-page/chosen-multiple/?id={world.public.pk}&id={draft.pk}&id={world.hidden[0].pk}")
    assert {each["adminTitle"] for each in json.loads(chosen.content)["result"]} == {world.public.title, draft.title}
    move_to("portal.example")
    url = world.public.full_url.replace("testserver", "portal.example")
    link = {"external-link-chooser-url": url, "external-link-chooser-link_text": ""}
    chosen = json.loads(world.client.post("/admin/choose-external-link/", link).content)
    # Wagtail knows the addresses of the first language alone.
    assert chosen["result"].get("id") == (world.public.pk if code == "de" else None)
    screen = world.client.get(f"/admin/bulk/wagtailcore/page/publish/?id={draft.pk}&id={world.public.pk}").content.decode()
    assert draft.title in screen
    assert world.public.title not in screen


def test_administrators_are_changed_by_administrators_alone(settings: object) -> None:
    """Whoever manages accounts could otherwise set an administrator's password, and be one."""
    settings.SECOND_FACTOR = False
    make_home()
    admin = User.objects.create_superuser("erika", "erika@example.org")
    editor = User.objects.create_user("otto", "otto@example.org")
    manager = User.objects.create_user("marta", "marta@example.org")
    manager.user_permissions.add(*Permission.objects.filter(codename__in=("access_admin", "change_user", "view_user", "delete_user")))
    client, stolen = Client(), "ein anderer Abend am Meer"
    client.force_login(manager)
    form = {"email": "marta2@example.org", "first_name": "X", "last_name": "Y", "is_active": "on", "password1": stolen, "password2": stolen}
    group = Group.objects.create(name="Freigabe")
    bulk = "/admin/bulk/auth/user/{}/?next=/admin/users/&id={}"
    for user, is_changed in ((admin, False), (editor, True)):
        client.post(f"/admin/users/edit/{user.pk}/", {**form, "username": user.username})
        client.post(bulk.format("assign_role", user.pk), {"role": group.pk})
        client.post(bulk.format("set_active_state", user.pk), {"mark_as_active": "False"})
        client.post(bulk.format("delete", user.pk), {}) if user == admin else None
        after = User.objects.get(pk=user.pk)
        found = (after.check_password(stolen), after.email == "marta2@example.org", group in after.groups.all(), not after.is_active)
        assert found == (is_changed,) * 4
