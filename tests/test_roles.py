"""Who may open what: each address of the admin and of the interface for programs, asked as each role; docs/roles.md is the answer.

An address opens, or it refuses: the table says for whom it opens. What it shows is asked elsewhere (`tests/test_leaks.py`,
`tests/translation/views/test_confidential.py`), so screens are not drawn here.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Model
from django.template.response import SimpleTemplateResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from wagtail.contrib.redirects.models import Redirect
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Collection, Page, Task, Workflow
from wagtail_localize.models import Translation

from home.models import ContentPage
from participate.messages import Message, Purpose
from portal.models import PortalDocument, PortalImage, Topic
from portal.models.jobs import Job
from portal.models.release import OfficeSettings
from portal.models.sharing import SharedDraft
from portal.settings.environment import BASE_DIR
from search.models import BlockedSuggestion, PromotedResult
from translation.desk.order_models import Notice, NoticeKind, Order, OrderItem

pytestmark = [pytest.mark.django_db, pytest.mark.once]

DOCUMENT = BASE_DIR / "docs" / "roles.md"
BEGIN, END = "<!-- who may open what: kept true by tests/test_roles.py -->\n", "<!-- end of who may open what -->\n"

ROLES = {
    "nobody": None, "Redaktion": "redaktion", "Freigabe": "freigabe", "Übersetzung uk": "uebersetzung-uk",
    "Prüfung uk": "pruefung-uk", "Leichte Sprache": "leichte-sprache", "Anfragen": "anfragen", "admin": "admin",
}  # fmt: skip
"""The columns: what the table calls them, and the account."""

PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)")
OF_PAGES = {"page_id", "parent_page_id", "page_to_move_id", "page_pk"}
ONCE_ONLY = re.compile(r"^admin/(logout|password_reset|failwhale|jsi18n|sprite)|\.\*")


def routes(patterns: list, prefix: str = "") -> Iterator[tuple[str, object]]:
    """Yield the routes of the admin and of the interface for programs, with their views."""
    for pattern in patterns:
        route = prefix + str(pattern.pattern).replace("^", "").replace("$", "").replace("\\", "")
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern) and re.match("admin/|api/", route) and not ONCE_ONLY.search(route):
            yield PARAMETER.sub(lambda found: f"<{found[1] or found[2]}>", route), pattern.callback


def model_of(view: object) -> type[Model] | None:
    """Return the model on which a view of a viewset works."""
    said = getattr(view, "view_initkwargs", {}).get("model") or getattr(getattr(view, "view_class", None), "model", None)
    return said if isinstance(said, type) and issubclass(said, Model) else None

ELSEWHERE = {
    "admin/bulk/<app_label>/<model_name>/<action>/",
    "admin/documents/multiple/create_from_uploaded_document/<uploaded_file_id>/",
    "admin/documents/multiple/delete_upload/<uploaded_file_id>/",
    "admin/editing-sessions/ping/<app_label>/<model_name>/<object_id>/<session_id>/",
    "admin/editing-sessions/release/<session_id>/",
    "admin/images/<image_id>/hidden/<rendition_id>/",
    "admin/images/multiple/create_from_uploaded_image/<uploaded_file_id>/",
    "admin/images/multiple/delete_upload/<uploaded_file_id>/",
    "admin/localize/translate/<translation_id>/overrides/<overridable_segment_id>/edit/",
    "admin/pages/<page_id>/workflow_history/detail/<workflow_state_id>/",
    "admin/pages/workflow/action/<page_id>/<action_name>/<task_state_id>/",
    "admin/pages/workflow/collect_action_data/<page_id>/<action_name>/<task_state_id>/",
}
"""What these take is there only while somebody uploads, edits or reviews: `tests/portal/accounts/test_rights.py` and the tests of
uploads, of pictures that are withdrawn and of reviews ask them."""


@dataclass
class Things:
    """What the addresses name: pages and their translations by language, and one of everything else."""

    pages: dict[str, Page]
    translations: dict[str, Translation]
    others: dict[str, object]
    by_route: dict[str, object]
    """What `pk` is in routes that hold a word: none of their views says its model."""

    def named(self, name: str, route: str, view: object) -> dict[str, object]:
        """Return what may stand for a parameter of a route, by language; by "" where it has none."""
        if name in ("pk", "object_id") and (of_route := [value for begin, value in self.by_route.items() if begin in route]):
            return {"": of_route[0]}
        if name in OF_PAGES or (name in ("pk", "object_id") and re.search("pages/|editing-sessions|workflows/remove", route)):
            # What is added, or moved, needs a place that holds pages.
            is_parent = name == "parent_page_id"
            return {code: (page.get_parent() if is_parent else page).pk for code, page in self.pages.items()}
        if "/settings/" in route and (name in ("app_name", "model_name", "pk")):
            return {"": {"app_name": "portal", "model_name": "officesettings", "pk": OfficeSettings.load().pk}[name]}
        if name in ("app_label", "model_name") and "pages/" in route:
            return {"": {"app_label": "home", "model_name": "contentpage"}[name]}
        model = model_of(view)
        if model is not None and model is not Page and (name == "pk" or name.startswith("revision_id")):
            rows = model.objects.order_by("-pk")
            if hasattr(model, "locale"):
                found = {row.locale.language_code: row for row in rows.filter(locale__language_code__in=self.pages)}
            else:
                found = {"": rows[0]} if rows else {}
            return {code: row.pk if name == "pk" else row.latest_revision_id or row.save_revision().pk for code, row in found.items()}
        if name.startswith("revision_id"):
            return {code: page.latest_revision_id for code, page in self.pages.items()}
        if name == "translation_id":
            return {code: translation.pk for code, translation in self.translations.items()}
        return {"": self.others[name]} if name in self.others else {}


@pytest.fixture
def things(content: None) -> Things:
    """Return one of everything, on the initial content."""
    keys = ContentPage.objects.filter(locale__language_code="uk", live=True, alias_of=None).values("translation_key")
    german = ContentPage.objects.filter(locale__language_code="de", live=True, translation_key__in=keys).order_by("path")[0]
    pages = {code: german.get_translations(inclusive=True).get(locale__language_code=code) for code in ("de", "uk")}
    pages["de-simple"] = ContentPage.objects.filter(locale__language_code="de-simple", live=True).order_by("path")[0]
    for page in pages.values():
        page.specific.save_revision()
        page.refresh_from_db()
    translations = {
        code: Translation.objects.get(source__object_id=german.translation_key, target_locale__language_code=code) for code in ("uk", "en")
    }
    people = {user.get_username(): user for user in User.objects.all()}
    source = translations["uk"].source
    order = Order.objects.create(creator=people["redaktion"])
    notice = Notice.objects.create(user=people["redaktion"], kind=NoticeKind.DONE, order=order, locale=translations["uk"].target_locale)
    OrderItem.objects.create(order=order, page=german, locale=translations["uk"].target_locale)
    root = Collection.get_first_root_node()
    PortalImage.objects.create(title="Foto", file=get_test_image_file(), collection=root)
    PortalDocument.objects.create(title="Papier", file=ContentFile(b"x", name="papier.txt"), collection=root)
    for code in pages:
        PromotedResult.objects.create(page=pages[code], locale=pages[code].locale, queries="frage")
        BlockedSuggestion.objects.create(locale=pages[code].locale, text="wort")
    inbox = Group.objects.get(name="Anfragen")
    Message.objects.create(reference="1", key="1", purpose=Purpose.CONTACT, language="uk", text="Text", group=inbox, is_for_group=True)
    topic = Topic.objects.filter(locale__language_code="de")[0]
    return Things(
        pages,
        translations,
        {
            "translation_source_id": source.pk, "string_segment_id": source.stringsegment_set.first().pk,
            "segment_id": source.stringsegment_set.first().pk, "order_id": order.pk, "destination_id": german.get_parent().pk,
            "image_id": PortalImage.objects.latest("pk").pk, "document_id": PortalDocument.objects.latest("pk").pk,
            "doc_id": PortalDocument.objects.latest("pk").pk, "redirect_id": Redirect.objects.order_by("pk")[0].pk,
            "collection_id": root.pk, "job_id": Job.objects.order_by("pk")[0].pk, "user_id": people["anfragen"].pk,
            "draft_id": SharedDraft.share(german, people["redaktion"]).pk,
            "type_id": ContentType.objects.get_for_model(Topic).pk, "snippet_id": topic.pk,
            "workflow_pk": Workflow.objects.order_by("pk")[0].pk, "task_id": Task.objects.order_by("pk")[0].pk,
            "app_label": "portal", "app_name": "taggit", "model_name": "topic", "language_code": "de-simple",
            "content_type_app_name": "home", "content_type_model_name": "contentpage", "file_format": "xliff", "filter_spec": "max-165x165",
            "action_name": "copy", "topic": "approving", "name": "drafts", "mode": "", "notice_id": notice.pk,
        },
        {
            "api/main/documents": PortalDocument.objects.latest("pk").pk, "api/main/images": PortalImage.objects.latest("pk").pk,
            "documents/chooser": PortalDocument.objects.latest("pk").pk, "workflows/tasks": Task.objects.order_by("pk")[0].pk,
            "workflows/": Workflow.objects.order_by("pk")[0].pk, "collections/": root.add_child(name="Bilder").pk, "localize/": topic.pk,
        },
    )  # fmt: skip


def addresses(things: Things) -> Iterator[tuple[str, str]]:
    """Yield each route with the language of what it names, and an address; one that nothing is known for with an empty one."""
    seen = set()
    for route, view in routes(get_resolver().url_patterns):
        # The portal's own screens stand before those that they replace.
        if route in seen:
            continue
        seen.add(route)
        names = PARAMETER.findall(route)
        values = {first or second: things.named(first or second, route, view) for first, second in names}
        codes = sorted({code for found in values.values() for code in found if code}) or [""]
        for code in codes if all(values.values()) else [""]:
            chosen = {name: found.get(code, found.get("")) for name, found in values.items()}
            known = None not in chosen.values()
            yield f"{route} {code}".strip(), "/" + re.sub(r"<(\w+)>", lambda found: str(chosen[found[1]]), route) if known else ""


def opens(client: Client, address: str) -> bool:
    """Return whether an address does, or would do, something for somebody; what it did is taken back."""
    with transaction.atomic():
        answer = client.get(address)
        if answer.status_code == 405:
            answer = client.post(address)
        transaction.set_rollback(True)
    assert answer.status_code < 500, address
    leads_away = answer.status_code == 302 and re.match(r"/admin/(login/.*)?$", answer["Location"])
    return answer.status_code not in (401, 403, 404) and not leads_away


def clients() -> dict[str, Client]:
    """Return a browser for each role, signed in."""
    found = {role: Client() for role in ROLES}
    for role, name in ROLES.items():
        if name:
            found[role].force_login(User.objects.get(username=name))
    return found


def written(table: dict[str, set[str]]) -> str:
    """Return the text of the document: who opens what, addresses with the same answer together."""
    groups: dict[str, list[str]] = {}
    for route, roles in table.items():
        groups.setdefault(", ".join(role for role in ROLES if role in roles) or "none of them", []).append(route)
    return "\n".join(f"## {who}\n\n```\n" + "\n".join(sorted(routes)) + "\n```\n" for who, routes in sorted(groups.items()))


def read() -> dict[str, set[str]]:
    """Return what the document says: for each address who opens it."""
    text = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
    sections = re.findall(r"## ([^\n]*)\n\n```\n(.*?)\n```", text, re.DOTALL)
    return {route: set(who.split(", ")) & set(ROLES) for who, routes in sections for route in routes.splitlines()}


@pytest.fixture
def _undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SimpleTemplateResponse, "rendered_content", "")


@pytest.mark.usefixtures("_undrawn")
def test_each_address_opens_for_whom_the_document_says(things: Things) -> None:
    """Each address is asked by nobody, and by the one role whose turn it is, another one each day; by all of them in the long form."""
    day, said, by_role = datetime.date.today().timetuple().tm_yday, read(), clients()
    known = [(route, address) for route, address in addresses(things) if address]
    assert {route for route, _address in known} == set(said)
    turns = [role for role in ROLES if ROLES[role]]
    wrong = []
    for number, (route, address) in enumerate(known):
        for role in ("nobody", turns[(number + day) % len(turns)]):
            if opens(by_role[role], address) != (role in said[route]):
                wrong.append((route, role, "is refused" if role in said[route] else "opens it"))
    assert wrong == [], f"The turns are those of day {day} of the year."


@pytest.mark.long
@pytest.mark.usefixtures("_undrawn")
def test_each_address_opens_for_each_role_as_the_document_says(things: Things, tmp_path: Path) -> None:
    """All roles at all addresses; where an answer is another one, the document as it would be lies beside the test."""
    by_role = clients()
    table = {
        route: {role for role, client in by_role.items() if opens(client, address)} for route, address in addresses(things) if address
    }
    (tmp_path / "roles.md").write_text(written(table), encoding="utf-8")
    assert table == read(), f"As it is now: {tmp_path}/roles.md; it stands in {DOCUMENT.name} once somebody has read the difference."


def test_what_no_address_is_known_for(things: Things) -> None:
    assert {route for route, address in addresses(things) if not address} == ELSEWHERE
