"""Who may open which address of the admin and of the interfaces: all of them, from the list of addresses, as every role.

What each may is one table, `addresses.tsv`: an address, and whose letter stands in it for what is German, English, and private. An
address without a line, or one that answers somebody else, fails. What is written on the screens is looked through elsewhere
(`test_rights.py`, `tests/translation/views/test_confidential.py`, `tests/test_leaks.py`); here it is only asked who gets in, so that
nothing is rendered. `WRITE_ADDRESSES=yes` before the test writes the table anew; read what changed in it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.core.files.base import ContentFile
from django.db import transaction
from django.template.backends.django import Template
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.utils.safestring import mark_safe
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import APIToken, Collection, Locale, PageViewRestriction, Revision, Site, Task, Workflow

from portal.models import PortalDocument, PortalImage
from tests.builders import make_content_page, make_section, translate
from tests.people import Portal, client_of

pytestmark = pytest.mark.django_db

TABLE = Path(__file__).with_name("addresses.tsv")
ROLES = {
    "v": "", "k": "konto", "r": "redaktion", "f": "freigabe", "u": "uebersetzung-en", "i": "anfragen", "a": "admin",
}  # fmt: skip
"""Letter → account: a visitor, an account without any right, and one of each role."""
KINDS = ("de", "en", "private")
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)")
LEFT_OUT = re.compile(r"admin/(logout|jsi18n|sprite|failwhale|api/v2beta)|admin/.*\.\*|documents/|^static|^media")
"""What ends the session, is the same for everybody, or stands behind other addresses."""
PAGE_NAMES = {"page_id", "parent_page_id", "page_to_move_id", "page_pk"}


def routes(resolver: object = None, prefix: str = "") -> Iterator[str]:
    """Yield the addresses of the admin and the interfaces, with the names of their parameters."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = prefix + re.sub(r"[\^$]|\\(?=\.)", "", str(pattern.pattern))
        if not isinstance(pattern, URLPattern):
            yield from routes(pattern, route)
        elif route.startswith(("admin/", "api/")) and not LEFT_OUT.match(route):
            yield PARAMETER.sub(lambda found: f"<{found[1] or found[2]}>", route)


class World:
    """What there is of each kind: in German, in English, and private to a group of which nobody here is one."""

    def __init__(self, portal: Portal) -> None:
        section = make_section(portal.home, "Andere Arbeit")
        private = make_content_page(section, "Vertraulich")
        restriction = PageViewRestriction.objects.create(page=private, restriction_type="groups")
        restriction.groups.add(Group.objects.create(name="Eingeweihte"))
        translate(private, "en")
        self.pages = {"de": portal.pages["de"], "en": portal.pages["en"], "private": private}
        self.translation = portal.translations["en"]
        self.document = PortalDocument.objects.create(title="Liste", file=ContentFile(b"x", name="liste.txt"))
        Redirect.objects.create(old_path="/alt", redirect_page=private)
        admin = User.objects.get(username="admin")
        for page in self.pages.values():
            page.specific.save_revision(user=admin)
        APIToken.objects.create(user=admin, name="Skript")

    def model_row(self, route: str, kind: str) -> object:
        """Return the number of a row of the model that an address names, in the language that is meant if it has one."""
        found = re.match(r"admin/(?:snippets|settings)/(\w+)/(\w+)/", route)
        model = apps.get_model(*found.groups()) if found and found[2] != "<model_name>" else None
        named = {
            "images": PortalImage, "documents": PortalDocument, "collections": Collection, "groups": Group, "redirects": Redirect,
            "locales": Locale, "sites": Site, "users": User, "workflows": Workflow, "tasks": Task, "api-tokens": APIToken,
        }  # fmt: skip
        model = model or next((named[part] for part in reversed(route.split("/")) if part in named), None)
        if model is None:
            return 1
        rows = model._default_manager.all()
        if any(field.name == "locale" for field in model._meta.get_fields()):
            rows = rows.filter(locale__language_code="en" if kind == "en" else "de")
        if model is User:
            rows = rows.filter(username="redaktion")
        return (rows.order_by("pk").values_list("pk", flat=True).last()) or 1

    def value(self, name: str, route: str, kind: str) -> object:
        """Return what stands for a parameter."""
        page = self.pages[kind]
        if name in PAGE_NAMES or ("pages/" in route and name in ("pk", "object_id")):
            return page.pk
        if name.startswith("revision_id"):
            return Revision.page_revisions.filter(object_id=str(page.pk)).latest("pk").pk
        fixed = {
            "translation_id": self.translation.pk, "translation_source_id": self.translation.source_id,
            "string_segment_id": self.translation.source.stringsegment_set.first().pk, "destination_id": page.get_parent().pk,
            "app_label": "wagtailcore", "model_name": "page", "app_name": "home", "language_code": "de-simple",
            "content_type_app_name": "home", "content_type_model_name": "contentpage", "filter_spec": "max-165x165",
            "action": "publish", "action_name": "approve", "doc_id": self.document.pk, "document_id": self.document.pk,
            "image_id": PortalImage.objects.first().pk, "user_id": User.objects.get(username="redaktion").pk,
            "collection_id": Collection.get_first_root_node().pk, "code": "de", "uidb64": "x", "token": "x", "mode": "",
        }  # fmt: skip
        return fixed[name] if name in fixed else self.model_row(route, kind)

    def address(self, route: str, kind: str) -> str:
        """Return the address of a route for what there is of a kind."""
        if route.startswith("admin/bulk/"):
            return f"/{PARAMETER.sub(lambda found: self.bulk(found[1]), route)}?id={self.pages[kind].pk}"
        return "/" + PARAMETER.sub(lambda found: str(self.value(found[1], route, kind)), route)

    @staticmethod
    def bulk(name: str) -> str:
        return {"app_label": "wagtailcore", "model_name": "page", "action": "publish"}[name]


def gets_in(client: Client, address: str) -> bool:
    """Return whether an address answers somebody; what it does is taken back."""
    with transaction.atomic():
        answer = client.get(address)
        if answer.status_code == 405:
            answer = client.post(address, {})
        transaction.set_rollback(True)
    assert answer.status_code < 500, address
    place = answer.headers.get("Location", "")
    is_refused = answer.status_code in {401, 403, 404} or place == "/admin/" or "login/" in place
    return not is_refused


def opened(world: World, clients: dict[str, Client]) -> Iterator[tuple[str, ...]]:
    """Yield each address with the letters of those whom it answers, by what it is asked for."""
    for route in sorted(set(routes())):
        kinds = KINDS if "<" in route else KINDS[:1]
        letters = []
        for kind in kinds:
            address = world.address(route, kind)
            letters.append("".join(letter for letter, client in clients.items() if gets_in(client, address)) or "-")
        yield (route, *letters)


def test_each_address_answers_those_it_is_for(portal: Portal, people: dict[str, User], monkeypatch: pytest.MonkeyPatch) -> None:
    User.objects.create_user("konto", password="x")
    monkeypatch.setattr(Template, "render", lambda self, context=None, request=None: mark_safe(""))
    world = World(portal)
    clients = {letter: client_of(User.objects.get(username=name)) if name else Client() for letter, name in ROLES.items()}
    found = ["\t".join(row) for row in opened(world, clients)]
    if os.environ.get("WRITE_ADDRESSES"):
        TABLE.write_text("\n".join(found) + "\n", encoding="utf-8")
    assert found == TABLE.read_text(encoding="utf-8").splitlines()
