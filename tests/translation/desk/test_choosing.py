"""What a changed German page means for its versions: asked, kept with the revision, applied by whatever publishes it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page

from news.models import NewsPage
from portal.jobs import publication
from tests.builders import let_pass, make_news, translate
from tests.forms import posted_page
from tests.translation.desk.items import all_states, change, sign_in, submit_target
from tests.translation.desk.test_desk import state, version
from tests.translation.test_returning import publish_in_bulk
from translation.desk import states
from translation.desk.models import ChangeEffect
from translation.desk.states import State

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("effect", "lead", "expected"),
    [
        ("", "Es kostet jetzt mehr.", State.OUT_OF_DATE),
        ("by_change", "Sie zahlen 20 Euro", State.OUT_OF_DATE),
        ("by_change", "Sie  zahlen „20 Euro“.", State.TRANSLATED),
        ("", "Sie zahlen\xad\N{NO-BREAK SPACE}20 Euro.", State.TRANSLATED),
        ("content", "Sie  zahlen 20 Euro.", State.OUT_OF_DATE),
        ("small", "Sie zahlen zwanzig Euro.", State.TRANSLATED),
        ("wrong", "Es kostet jetzt mehr.", State.WITHDRAWN),
    ],
)
def test_the_answer_holds_or_the_change_itself(page: NewsPage, effect: str, lead: str, expected: State) -> None:
    change(page, effect, lead).publish()
    assert all_states(page) == [expected, expected]


def test_a_small_change_stays_small_when_the_translation_is_published_again(page: NewsPage) -> None:
    change(page, "small").publish()
    for action in ("as it is", "confirmed"):
        submit_target(page, "en").save_target(publish=True)
        assert state(page, "en") == State.TRANSLATED, action
        change(page, "content", "Ein dritter Satz.").publish()
        states.confirm(version(page, "en"))


def edit(client: Client, page: Page, **fields: str) -> BeautifulSoup:
    """Send the page's form from its editor; return what is shown then."""
    data = {**posted_page(NewsPage.objects.get(pk=page.pk), User.objects.get(username="admin")), **fields}
    return BeautifulSoup(client.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), data, follow=True).content, "html.parser")


def chosen(client: Client, page: Page) -> list[str]:
    """Return what is chosen in the editor of a page; nothing where nobody is asked."""
    soup = BeautifulSoup(client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content, "html.parser")
    return [field["value"] for field in soup.select("[name=effect]") if field.has_attr("checked")]


def test_the_editor_asks_and_keeps_the_answer_with_the_draft(page: NewsPage) -> None:
    client = sign_in("admin")
    assert chosen(client, page) == ["by_change"]
    assert chosen(client, version(page, "en")) == []
    assert chosen(client, NewsPage.objects.get(title="Asyl", locale__language_code="de")) == []
    # What is refused keeps the answer in the form, and keeps nothing.
    refused = edit(client, page, title="", effect="wrong", **{"action-publish": "x"})
    assert [field["value"] for field in refused.select("[name=effect]") if field.has_attr("checked")] == ["wrong"]
    assert ChangeEffect.objects.count() == 0
    edit(client, page, lead="Es kostet jetzt mehr.", effect="wrong")
    assert chosen(client, page) == ["wrong"]
    assert all_states(page) == [State.TRANSLATED, State.TRANSLATED]
    # Somebody else saves on, by code: what was said holds until somebody says otherwise.
    change(page, lead="Es kostet noch mehr.")
    assert chosen(client, page) == ["wrong"]
    edit(client, page, effect="content")
    edit(client, page, **{"action-publish": "x"})
    assert all_states(page) == [State.OUT_OF_DATE, State.OUT_OF_DATE]
    assert chosen(client, page) == ["by_change"]


def test_publication_in_the_editor_applies_it_at_once(page: NewsPage) -> None:
    edit(sign_in("admin"), page, lead="Es kostet jetzt mehr.", effect="wrong", **{"action-publish": "x"})
    assert all_states(page) == [State.WITHDRAWN, State.WITHDRAWN]


def test_what_is_no_answer_is_refused(page: NewsPage) -> None:
    edit(sign_in("admin"), page, lead="Es kostet jetzt mehr.", effect="unsinn", **{"action-publish": "x"})
    assert NewsPage.objects.get(pk=page.pk).lead == "Sie zahlen 20 Euro."


def test_bulk_publication_asks_once_for_all(page: NewsPage) -> None:
    other = make_news(page.get_parent().specific, "Dritte")
    translate(other, "en")
    client = sign_in("admin")
    for each in (page, other):
        change(each)
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    address += f"?id={page.pk}&id={other.pk}"
    soup = BeautifulSoup(client.get(address).content, "html.parser")
    assert [(field["value"], field.has_attr("checked")) for field in soup.select("[name=effect]")] == [
        ("by_change", True), ("small", False), ("content", False), ("wrong", False),
    ]  # fmt: skip
    client.post(address, {"effect": "wrong"})
    assert [*all_states(page), state(other, "en")] == [State.WITHDRAWN] * 3
    # Where there is nothing to ask, nobody is asked.
    plain = NewsPage.objects.get(title="Asyl", locale__language_code="de")
    assert "effect" not in client.get(address.split("?")[0] + f"?id={plain.pk}").text.split("<form")[-1]


@pytest.mark.parametrize(("answer", "expected"), [("", [State.WITHDRAWN, State.TRANSLATED]), ("content", [State.OUT_OF_DATE] * 2)])
def test_bulk_publication_shows_what_was_said_of_drafts_which_holds_unless_somebody_says_something_else(
    page: NewsPage, answer: str, expected: list[State]
) -> None:
    other = make_news(page.get_parent().specific, "Dritte")
    translate(other, "en")
    change(page, "wrong")
    change(other, "small")
    client = sign_in("freigabe")
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"]) + f"?id={page.pk}&id={other.pk}"
    soup = BeautifulSoup(client.get(address).content, "html.parser")
    assert [(field["value"], field.has_attr("checked")) for field in soup.select("[name=effect]")] == [
        ("", True), ("by_change", False), ("small", False), ("content", False), ("wrong", False),
    ]  # fmt: skip
    assert {item.get_text(" ", strip=True) for item in soup.select(".portal-said li")} == {
        f"{page.title} – Die alten Fassungen sind jetzt falsch: Sie werden nicht mehr gezeigt",
        f"{other.title} – Kleine Änderung: Die Fassungen gelten weiter",
    }
    client.post(address, {"effect": answer})
    assert [state(page, "en"), state(other, "en")] == expected


def test_bulk_publication_with_drafts_below_asks_once_and_without_an_answer_that_of_each_draft_holds(page: NewsPage) -> None:
    change(page, "wrong")
    index, client = page.get_parent(), sign_in("admin")
    make_news(index.specific, "Entwurf", live=False)
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    soup = BeautifulSoup(client.get(f"{address}?id={index.pk}").content, "html.parser")
    assert len(soup.select("[name=effect]")) == 4
    publish_in_bulk(client, page)
    assert all_states(page) == [State.WITHDRAWN, State.WITHDRAWN]


def test_the_runner_applies_it_at_its_time(page: NewsPage) -> None:
    change(page, "wrong", go_live_at=timezone.now() + timedelta(hours=1)).publish()
    assert all_states(page) == [State.TRANSLATED, State.TRANSLATED]
    let_pass(hours=2)
    publication.run()
    assert NewsPage.objects.get(pk=page.pk).lead == "Es kostet jetzt mehr."
    assert all_states(page) == [State.WITHDRAWN, State.WITHDRAWN]


def test_whoever_approves_is_shown_it_and_may_change_it(page: NewsPage) -> None:
    editor, moderator = sign_in("redaktion"), sign_in("freigabe")
    data = posted_page(page, User.objects.get(username="redaktion")) | {"lead": "Es kostet jetzt mehr.", "effect": "content"}
    editor.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), data | {"action-submit": "x"})
    page = NewsPage.objects.get(pk=page.pk)
    assert page.current_workflow_state is not None
    assert chosen(moderator, page) == ["content"]
    data = posted_page(page.get_latest_revision_as_object(), User.objects.get(username="freigabe"))
    data |= {"action-workflow-action": "true", "workflow-action-name": "approve", "effect": "wrong"}
    # Nobody else says anything of it so.
    editor.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), data)
    assert chosen(moderator, page) == ["content"]
    moderator.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), data)
    assert NewsPage.objects.get(pk=page.pk).lead == "Es kostet jetzt mehr."
    assert all_states(page) == [State.WITHDRAWN, State.WITHDRAWN]


def test_approval_from_elsewhere_applies_what_was_said(page: NewsPage) -> None:
    page = change(page, "wrong").as_object()
    task_state = page.get_workflow().start(page, User.objects.get(username="redaktion")).current_task_state
    sign_in("freigabe").post(reverse("wagtailadmin_pages:workflow_action", args=[page.pk, "approve", task_state.pk]), {"next": "/admin/"})
    assert all_states(page) == [State.WITHDRAWN, State.WITHDRAWN]


@pytest.mark.once
def test_the_editor_asks_little_for_it(page: NewsPage) -> None:
    client = sign_in("admin")
    plain = NewsPage.objects.get(title="Asyl", locale__language_code="de")

    def asked(each: Page) -> int:
        client.get(reverse("wagtailadmin_pages:edit", args=[each.pk]))
        with CaptureQueriesContext(connection) as found:
            client.get(reverse("wagtailadmin_pages:edit", args=[each.pk]))
        return len([query for query in found if "desk" in query["sql"]])

    assert (asked(plain), asked(page)) == (0, 1)
