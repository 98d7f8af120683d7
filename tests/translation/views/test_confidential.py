"""Whoever may not read a page reads it in no screen of the admin: every address is asked, with everything that it takes.

A page stands in a section where the person has no right: as a draft, private to a group, withdrawn, or public with changes that are
not. Its words are looked for in all answers, of the English translator (who works in the tree where its alias stands) and of the
editor of another section.
"""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from wagtail.models import GroupPagePermission, Locale, Page, PageViewRestriction, Revision
from wagtail_localize.models import Translation

from home.models import ContentPage
from tests.builders import make_alias, make_content_page, make_section, translate
from tests.people import Portal, client_of

pytestmark = pytest.mark.django_db

TITLE, TEXT = "Zwetschgenknoedel", "Marillenschnaps"
"""What no answer may hold: of titles, of texts."""

KEY = "Schluesselwort"
"""What is searched; it stands in the titles too."""


@dataclass
class Hidden:
    """German pages that are not public, or not wholly; their English aliases; one page whose translation was in hand before."""

    pages: dict[str, ContentPage]
    in_hand: Translation
    aliases: list[Page] = field(default_factory=list)


def words(way: str) -> dict[str, object]:
    return {
        "title": f"{KEY} {TITLE} {way}", "lead": f"{TEXT} {way}.", "search_description": f"{TEXT} {way}.",
        "body": [("text", f"<p>{TEXT} {way}</p>")],
    }  # fmt: skip


@pytest.fixture(autouse=True)
def no_public_rendering() -> None:
    """Previews and drafts answer as ever here."""


@pytest.fixture
def hidden(portal: Portal) -> Hidden:
    section = portal.pages["de"].get_parent().specific
    pages = {}
    for way in ("draft", "private", "withdrawn"):
        pages[way] = make_content_page(section, live=way != "draft", **words(way))
        pages[way].save_revision(log_action=True)
    for way in ("changed", "in hand"):
        pages[way] = make_content_page(section, f"Harmlos {way}")
    translate(pages["in hand"], "en")
    for page in (*pages.values(), portal.aliases["de"]):
        if not Page.objects.filter(translation_key=page.translation_key, locale__language_code="en").exists():
            make_alias(page, "en")
    pages["withdrawn"].unpublish()
    for way in ("changed", "in hand"):
        page = ContentPage.objects.get(pk=pages[way].pk)
        for name, value in words(way).items():
            setattr(page, name, value)
        revision = page.save_revision(log_action=True)
        if way == "in hand":
            revision.publish()
            page.save_revision(log_action=True)
    group = Group.objects.create(name="Eingeweihte")
    for way in ("private", "in hand"):
        restriction = PageViewRestriction.objects.create(page=pages[way], restriction_type="groups")
        restriction.groups.add(group)
    keys = [page.translation_key for page in pages.values()]
    return Hidden(
        {way: ContentPage.objects.get(pk=page.pk) for way, page in pages.items()},
        Translation.objects.get(source__object_id=pages["in hand"].translation_key),
        list(Page.objects.filter(translation_key__in=keys, locale__language_code="en")),
    )


@pytest.fixture
def section_editor(portal: Portal) -> User:
    """Somebody who may do everything in another section, and submit for translation."""
    group = Group.objects.create(name="Einblicke")
    group.permissions.set(Permission.objects.filter(codename__in=["access_admin", "submit_translation"]))
    section = make_section(portal.home, "Einblicke")
    make_content_page(section, "Eigenes")
    for permission in Permission.objects.filter(content_type__app_label="wagtailcore", codename__endswith="_page"):
        GroupPagePermission.objects.create(group=group, page=section, permission=permission)
    user = User.objects.create_user("einblicke", password="x")
    user.groups.add(group)
    return user


def routes(patterns: list, prefix: str = "") -> Iterator[str]:
    """Yield the routes of the admin."""
    for pattern in patterns:
        route = prefix + str(pattern.pattern).replace("^", "").replace("$", "")
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern) and route.startswith("admin/"):
            yield re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", route).replace("\\", "")


def filled(route: str, values: dict[str, list[object]]) -> Iterator[str]:
    """Yield the addresses of a route with all values that are known for what it takes; none where one is not known."""
    names = re.findall(r"<(?:\w+:)?(\w+)>", route)
    plain = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route)
    for chosen in itertools.product(*(values.get(name, []) for name in names)):
        yield "/" + plain.format(**dict(zip(names, chosen, strict=True)))


@dataclass
class Reader:
    """Somebody who asks for everything, and what was found that they may not read."""

    client: Client
    found: set[tuple[str, str]] = field(default_factory=set)
    number: int = 0
    forms: dict[str, object] = field(default_factory=dict)

    def ask(self, address: str, method: str = "get", **data: object) -> HttpResponse:
        """Ask for an address, follow where it leads (refusals end at the dashboard), and look through the answers.

        What a refusal or a deed says above the next screen is looked through with that.
        """
        with transaction.atomic():
            response = getattr(self.client, method)(address, data)
            self.look(response, f"{method} {address} {data or ''}")
            if response.status_code == 302 and response["Location"] != "/admin/":
                self.look(self.client.get(response["Location"]), f"{method} {address} {data or ''} -> {response['Location']}")
            transaction.set_rollback(True)
        self.number += 1
        return response

    def look(self, response: HttpResponse, where: str) -> None:
        """Look for what may not be there."""
        said = html.unescape(b"".join(response).decode("utf-8", "replace")) + str(response.headers)
        self.found |= {(word, where) for word in (TITLE, TEXT) if word in said}


LEFT_OUT = re.compile(r"admin/(logout|login|password_reset|account|failwhale)/")


FORM = {"title": "x", "slug": "x", "new_title": "x", "new_slug": "x"}


def values_of(hidden: Hidden, pages: list[Page]) -> dict[str, list[object]]:
    """Return what routes take, by name: the hidden pages, their revisions, the translation in hand."""
    ids = [page.pk for page in pages]
    revisions = Revision.page_revisions.filter(object_id__in=map(str, ids)).values_list("pk", flat=True)
    translation = hidden.in_hand
    return {
        "translation_id": [translation.pk], "translation_source_id": [translation.source_id],
        "string_segment_id": [translation.source.stringsegment_set.first().pk],
        "revision_id": list(revisions), "revision_id_a": ["live", "earliest"], "revision_id_b": ["latest"],
        "app_label": ["wagtailcore"], "model_name": ["page"], "app_name": ["home"], "language_code": ["de-simple"],
        "content_type_app_name": ["home"], "content_type_model_name": ["contentpage"], "mode": [""],
        "destination_id": [Page.objects.get(slug="einblicke").pk], "object_id": ids[:1],
        "action": ["delete", "move", "publish", "unpublish"], "action_name": ["approve", "copy"], "session_id": [1],
        "task_state_id": [1], "task_id": [1], "workflow_state_id": [1], "workflow_pk": [1],
        **dict.fromkeys(("page_id", "pk", "parent_page_id", "page_to_move_id", "page_pk"), ids),
    }  # fmt: skip


@pytest.mark.parametrize("who", ["translator", pytest.param("section editor", marks=pytest.mark.once)])
def test_no_screen_shows_what_a_person_may_not_read(
    hidden: Hidden, people: dict[str, User], section_editor: User, who: str
) -> None:
    is_translator = who == "translator"
    reader = Reader(client_of(people["uebersetzung-en"] if is_translator else section_editor))
    # For the translator the German pages lie as far away as for the editor; one shows that.
    pages = [hidden.pages["draft"], *hidden.aliases] if is_translator else hidden.pages.values()
    values = values_of(hidden, list(pages))
    form = {**FORM, "locales": [Locale.objects.get(language_code="en").pk], "new_parent_page": values["destination_id"]}
    for route in sorted({route for route in routes(get_resolver().url_patterns) if not LEFT_OUT.match(route)}):
        if "<" not in route:
            if b'name="q"' in reader.ask(f"/{route}").getvalue():
                reader.ask(f"/{route}", q=KEY)
            if "report" in route:
                reader.ask(f"/{route}", export="csv")
        elif re.search("page|localize|language|bulk", route):
            for address in filled(route, values):
                if reader.ask(address).status_code in (200, 405) or "localize" in route:
                    reader.ask(address, "post", **form)
            if "bulk" in route:
                for address in filled(route, values):
                    reader.ask(address, id=values["pk"])
    assert not reader.found, "\n".join(map(str, sorted(reader.found)))


def test_those_who_may_read_it_do_so_at_these_addresses(hidden: Hidden, people: dict[str, User], section_editor: User) -> None:
    """The walk above asks rightly: it is no refusal of something else that it meets."""
    reader = Reader(client_of(people["admin"]))
    page = hidden.pages["changed"]
    values = values_of(hidden, [page])
    shown = set()
    for route in routes(get_resolver().url_patterns):
        for address in filled(route, values) if re.match("admin/(pages|api)/", route) and "<" in route else ():
            before = len(reader.found)
            reader.ask(address)
            if len(reader.found) > before:
                shown.add(route.removeprefix("admin/pages/<int:page_id>/"))
    assert shown >= {"edit/", "view_draft/", "history/", "revisions/<int:revision_id>/view/", "copy/", "delete/"}, shown
    assert "admin/pages/<pk>/revisions/compare/<revision_id_a>...<revision_id_b>/" in shown
