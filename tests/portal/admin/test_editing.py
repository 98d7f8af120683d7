"""Editing forms: choosers keep to a language, nobody overwrites unseen, comments stand where the author works."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from wagtail.models import GroupApprovalTask, Locale, Page, Workflow, WorkflowTask
from wagtail.test.utils.form_data import nested_form_data, querydict_from_html, rich_text, streamfield
from wagtail.users.models import UserProfile

from home.models import ContentPage, HomePage
from portal.models import Topic
from tests.builders import make_alias, make_content_page, make_section, make_topic, translate

pytestmark = pytest.mark.django_db

LANGUAGES = ("de", "en")


def client_of(name: str, language: str = "de") -> Client:
    user = User.objects.create_superuser(name, f"{name}@example.org", "password", first_name=name.title())
    UserProfile.objects.create(user=user, preferred_language=language)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def editor() -> Client:
    return client_of("erste")


def edit_address(page: Page) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def form_of(client: Client, page: Page) -> dict[str, object]:
    """Return what the browser would send for a page that is open; the script brings the blocks, here one text."""
    return sent(client.get(edit_address(page)).content.decode())


def sent(html: str) -> dict[str, object]:
    data = querydict_from_html(html, form_id="page-edit-form").copy()
    # A browser drops the line break that a text area begins with.
    for key in data:
        data[key] = data[key].removeprefix("\n")
    blocks = {"body": streamfield([("text", rich_text("<p>Satz.</p>"))]), "sources": streamfield([])}
    data.update({**nested_form_data(blocks), "related_pages-count": "0"})
    return data


def fresh(page: Page) -> ContentPage:
    """Return a page as it was saved last."""
    return Page.objects.get(pk=page.pk).get_latest_revision_as_object()


def texts(response: object) -> list[str]:
    return [re.sub(r"<[^>]+>", " ", str(message)) for message in response.context["messages"]]


# --- topics and regions


def test_the_terms_to_choose_are_those_of_the_source_each_once(editor: Client, home: HomePage) -> None:
    german = make_topic("Rückkehr")
    english = german.copy_for_translation(Locale.objects.get(language_code="en"))
    english.name = "Return"
    english.save()
    page = make_content_page(home)
    for shown in (page, translate(page, title="EN")):
        html = editor.get(edit_address(shown)).content.decode()
        if shown.locale.language_code == "de":
            assert re.findall(r'type="checkbox" name="topics" value="(\d+)"', html) == [str(german.pk)]
    data = form_of(editor, page)
    data["topics"] = str(english.pk)
    response = editor.post(edit_address(page), data)
    assert list(response.context["form"].errors) == ["topics"]
    data["topics"] = str(german.pk)
    assert editor.post(edit_address(page), data).status_code == 302
    assert list(fresh(page).topics.all()) == [german]
    assert Topic.objects.count() == 2


# --- the page chooser


def rows(response: object) -> list[str]:
    return [page.specific.get_url() for page in response.context["table"].data]


def test_the_chooser_opens_beside_the_page_and_searches_its_language(editor: Client, home: HomePage) -> None:
    section = make_section(home)
    page = make_content_page(section, "Resettlement")
    english = translate(page, title="Resettlement")
    make_alias(page, "uk")
    for shown in (page, english):
        address = reverse("wagtailadmin_choose_page")
        response = editor.get(address, HTTP_REFERER=f"http://testserver{edit_address(shown)}")
        assert response.context["parent_page"].pk == shown.get_parent().pk
        search = re.search(r'action="(/admin/choose-page/search/[^"]*)"', response.json()["html"])[1].replace("&amp;", "&")
        code = shown.locale.language_code
        assert search.endswith(f"?locale={code}")
        found = editor.get(f"{search}&q=Resettlement")
        assert rows(found) == [shown.get_url()]


def test_the_chooser_opens_at_the_root_where_nothing_is_known(editor: Client, home: HomePage) -> None:
    address = reverse("wagtailadmin_choose_page")
    for referer in ("", "http://testserver/admin/", "http://testserver/nirgends/", "http://testserver/admin/pages/99/edit/", "x:["):
        assert editor.get(address, HTTP_REFERER=referer).context["parent_page"].is_root(), referer


def test_the_german_page_is_chosen_in_the_german_tree(editor: Client, home: HomePage) -> None:
    section = make_section(home)
    easy_home = home.copy_for_translation(Locale.objects.get(language_code="de-simple"))
    easy_home.save_revision().publish()
    easy = make_content_page(HomePage.objects.get(pk=easy_home.pk), "Leicht")
    html = editor.get(edit_address(easy)).content.decode()
    assert escape(f'"modalUrl": "{reverse("wagtailadmin_choose_page_child", args=[home.pk])}"') in html
    easy_section = section.copy_for_translation(Locale.objects.get(language_code="de-simple"))
    below = make_content_page(easy_section, "Darunter")
    html = editor.get(edit_address(below)).content.decode()
    assert escape(f'"modalUrl": "{reverse("wagtailadmin_choose_page_child", args=[section.pk])}"') in html


@pytest.mark.parametrize(("language", "mark"), [("de", "(zeigt die deutsche Seite)"), ("en", "(shows the German page)")])
def test_an_alias_says_that_it_is_one(home: HomePage, language: str, mark: str) -> None:
    client = client_of("andere", language)
    page = make_content_page(home, "Beratung")
    alias = make_alias(page, "en")
    real = translate(make_content_page(home, "Aufnahme"), title="Admission")
    html = client.get(reverse("wagtailadmin_explore", args=[alias.get_parent().pk])).content.decode()
    titles = re.findall(r'<span id="page_\d+_title">(.*?)</span>', html, re.S)
    assert sorted(" ".join(re.sub(r"<svg.*?</svg>", "", title, flags=re.S).split()) for title in titles) == [
        real.title, f"Beratung {mark}",
    ]  # fmt: skip


# --- two people, one page


@pytest.mark.parametrize("button", ["", "action-publish", "action-submit"])
def test_the_second_one_sees_the_first_ones_change_before_it_is_replaced(home: HomePage, button: str) -> None:
    first, second = client_of("erste"), client_of("zweite", "en" if button else "de")
    page = make_content_page(home, "Beratung", lead="Alt.")
    forms = [form_of(client, page) for client in (first, second)]
    forms[0]["lead"], forms[1]["lead"] = "Von der Ersten.", "Von der Zweiten."
    assert first.post(edit_address(page), forms[0]).status_code == 302
    forms[1].update({button: "1"} if button else {})
    response = second.post(edit_address(page), forms[1])
    assert response.status_code == 200
    assert len(response.context["form"].errors) == 1
    assert any("Erste" in text for text in texts(response))
    before = forms[1]["loaded_revision_id"]
    latest = Page.objects.get(pk=page.pk).latest_revision
    compared = reverse("wagtailadmin_pages:revisions_compare", args=[page.pk, before, latest.pk])
    assert compared in response.content.decode()
    assert "Von der Ersten." in second.get(compared).content.decode()
    assert fresh(page).lead == "Von der Ersten."
    # Nothing typed is lost, and saving once more is deliberate.
    again = sent(response.content.decode())
    assert again["lead"] == "Von der Zweiten."
    again.update({button: "1"} if button else {})
    assert second.post(edit_address(page), again).status_code == 302
    assert fresh(page).lead == "Von der Zweiten."
    assert [revision.content["lead"] for revision in page.revisions.order_by("pk")][-2:] == ["Von der Ersten.", "Von der Zweiten."]


def test_who_saves_alone_is_not_stopped(editor: Client, home: HomePage) -> None:
    page = make_content_page(home)
    for lead in ("Eins.", "Zwei."):
        data = form_of(editor, page)
        data["lead"] = lead
        assert editor.post(edit_address(page), data).status_code == 302


@pytest.mark.parametrize("is_own", [True, False])
def test_a_button_pressed_while_the_browser_saves_by_itself_is_no_conflict(home: HomePage, is_own: bool) -> None:
    """The page is left before the browser hears which revision it has just made. Of somebody else's it is warned as before."""
    first, second = client_of("erste"), client_of("zweite", "en")
    page = make_content_page(home, "Beratung", lead="Alt.")
    forms = [form_of(client, page) for client in (first, second)]
    forms[0]["lead"] = forms[1]["lead"] = "Neu."
    saved = first.post(edit_address(page), forms[0], headers={"accept": "application/json"})
    assert (saved.status_code, saved.json()["success"]) == (200, True)
    client, form = (first, forms[0]) if is_own else (second, forms[1])
    response = client.post(edit_address(page), {**form, "action-publish": "1"})
    assert (response.status_code, fresh(page).live_revision is not None and fresh(page).live_revision.content["lead"]) == (
        (302, "Neu.") if is_own else (200, "Alt.")
    )


def snippet_form(response: object) -> dict[str, object]:
    return querydict_from_html(response.content.decode(), form_id="w-editor-form").copy()


def test_two_who_save_a_topic(home: HomePage) -> None:
    first, second = client_of("erste"), client_of("zweite")
    topic = make_topic()
    topic.save_revision()
    address = reverse("wagtailsnippets_portal_topic:edit", args=[topic.pk])
    forms = [snippet_form(c.get(address)) for c in (first, second)]
    forms[0]["name"], forms[1]["name"] = "Eins", "Zwei"
    assert first.post(address, forms[0]).status_code == 302
    response = second.post(address, forms[1])
    assert response.status_code == 200
    assert Topic.objects.get(pk=topic.pk).name == "Eins"
    again = snippet_form(response)
    assert second.post(address, again).status_code == 302
    assert Topic.objects.get(pk=topic.pk).name == "Zwei"


# --- what a reviewer wrote


def reject(page: Page, user: User, comment: str) -> None:
    task = GroupApprovalTask.objects.create(name="Freigabe")
    workflow = Workflow.objects.create(name="Ablauf")
    WorkflowTask.objects.create(workflow=workflow, task=task)
    state = workflow.start(page, user)
    state.current_task_state.reject(user=user, comment=comment)


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_comment_of_a_reviewer_stands_above_the_form(editor: Client, home: HomePage, code: str) -> None:
    page = make_content_page(home)
    if code != "de":
        page = translate(page, code)
    reject(page, User.objects.get(), "Bitte <Zahlen> belegen.")
    for _time in range(2):
        response = editor.get(edit_address(page))
        assert sum("Bitte &lt;Zahlen&gt; belegen." in text for text in map(str, texts(response))) == 1
        assert "Bitte &lt;Zahlen&gt; belegen." in response.content.decode()
    page.workflow_states.first().resume(User.objects.get())
    assert "belegen" not in " ".join(texts(editor.get(edit_address(page))))


# --- what no form sends


def test_a_malformed_form_is_a_bad_request(editor: Client, home: HomePage) -> None:
    page = make_content_page(home, body=[("text", "<p>Satz.</p>")])
    editor.raise_request_exception = False
    data = form_of(editor, page)
    assert editor.post(edit_address(page), data).status_code == 302
    counters = [key for key in data if key.endswith(("-count", "-order", "-type", "_FORMS"))]
    assert len(counters) >= 5
    for key in counters:
        for value in (None, "", "x", "-1", "1e9", "[", "\0", "99999999999999999999"):
            odd = data.copy()
            if value is None:
                del odd[key]
            else:
                odd[key] = value
            status = editor.post(edit_address(page), odd).status_code
            assert status in (200, 302, 400), (key, value, status)
    assert editor.post(edit_address(page), {}).status_code == 400
    assert editor.post(edit_address(page), {**data.dict(), "body-count": "x"}).status_code == 400
    assert ContentPage.objects.get(pk=page.pk).body[0].value.source == "<p>Satz.</p>"


