"""Publishing translations: nothing goes online that its source took off, nothing incomplete, and what is left out is named."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoDbBlocker
from wagtail.models import Page, Revision, Workflow
from wagtail.test.utils.form_data import inline_formset, nested_form_data, streamfield
from wagtail_localize.models import StringTranslation, Translation

from portal import changes
from portal.jobs import publication
from portal.pages.versions import translations
from tests.builders import make_alias, make_content_page, make_home, make_section, submit, translate, translate_texts
from tests.translation.files import items as files
from translation import demo_accounts, roles
from translation.publishing import INCOMPLETE, OFFLINE, obstacles

pytestmark = pytest.mark.django_db

CODES = ("en", "ar")
LANGUAGES = {"en": "English", "ar": "العربية"}


@pytest.fixture(scope="module")
def shared_page(module_database: DjangoDbBlocker) -> Page:
    """A German page, translated into English and Arabic."""
    with module_database.unblock():
        home = make_home()
        page = make_content_page(make_section(home), "Rückkehr", lead="Ein Satz.")
        for code in CODES:
            translate(page, code, title=f"Return {code}")
        roles.set_up_roles()
        demo_accounts.create_demo_accounts("geheim")
        return page


@pytest.fixture
def page(shared_page: Page, db: None) -> Page:
    changes.announce(changes.EVERYTHING)
    return type(shared_page).objects.get(pk=shared_page.pk)


@pytest.fixture
def offline(page: Page) -> Page:
    """The page was taken off, and its translations with it."""
    page.unpublish()
    return page


def version(page: Page, code: str) -> Page:
    return Page.objects.get(translation_key=page.translation_key, locale__language_code=code).specific


def translation_of(page: Page, code: str) -> Translation:
    return Translation.objects.get(source__object_id=page.translation_key, target_locale__language_code=code)


def signed_in(name: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=name))
    return client


def said(response: HttpResponse) -> list[str]:
    """Return the messages as text, without the addresses of their buttons."""
    found = [re.sub(r"<[^>]*>", " ", str(message)) for message in get_messages(response.wsgi_request)]
    return [html.unescape(" ".join(text.split())) for text in found]


def say_yes(client: Client, question: HttpResponse) -> HttpResponse:
    """Send the form that a question offers, as a browser does."""
    text = question.content.decode()
    assert question.status_code == 200
    # A translator may not see the German page any more: nobody is told its title here.
    asked = r"„Return (en|ar)“ \([^)]*\) übersetzt eine deutsche Seite, die offline genommen wurde oder nie online war\."
    assert re.search(asked, html.unescape(text))
    form = re.search(r'<form method="post" action="([^"]*)">(.*?)</form>', text, re.DOTALL)
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', form[2]):
        fields.setdefault(html.unescape(name), []).append(html.unescape(value))
    return client.post(html.unescape(form[1]), fields)


def publish_in_editor(client: Client, page: Page, **fields: str) -> HttpResponse:
    return client.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), {"action": "publish", **fields})


def publish_in_form(client: Client, page: Page) -> HttpResponse:
    """A translation that was stopped is written in Wagtail's form."""
    Translation.objects.filter(source__object_id=page.translation_key, target_locale=page.locale).update(enabled=False)
    form = {
        "title": page.title,
        "slug": page.slug,
        "lead": "Typed just now.",
        "body": streamfield([]),
        "sources": streamfield([]),
        "related_pages": streamfield([]),
        "comments": inline_formset([]),
        "action-publish": "1",
    }
    return client.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), nested_form_data(form))


def approve(client: Client, page: Page, **headers: str) -> HttpResponse:
    state = page.current_workflow_state or Workflow.objects.get(name="Freigabe").start(page, User.objects.get(username="admin"))
    url = reverse("wagtailadmin_pages:workflow_action", args=[page.pk, "approve", state.current_task_state_id])
    return client.post(url, {"comment": ""}, headers=headers)


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("way", [publish_in_editor, publish_in_form, approve])
def test_publishing_a_translation_of_an_offline_page_asks(offline: Page, way: Callable, code: str) -> None:
    client = signed_in("freigabe")
    question = way(client, version(offline, code))
    assert not version(offline, code).live
    if way is publish_in_form:
        assert version(offline, code).get_latest_revision_as_object().lead == "Typed just now."
    answer = say_yes(client, question)
    assert answer.status_code == 302
    live = version(offline, code)
    assert (live.live, live.current_workflow_state) == (True, None)
    assert live.lead == ("Typed just now." if way is publish_in_form else "EN Ein Satz.")
    # Published again it is not asked about: it is online.
    assert publish_in_editor(client, live).status_code == 302 or way is publish_in_form
    assert not version(offline, "ar" if code == "en" else "en").live


def test_a_dialog_says_where_to_answer(offline: Page) -> None:
    client = signed_in("freigabe")
    english = version(offline, "en")
    answer = approve(client, english, **{"X-Requested-With": "XMLHttpRequest"})
    edit = reverse("wagtailadmin_pages:edit", args=[english.pk])
    assert answer.json() == {"step": "success", "redirect": edit}
    assert said(answer) == [
        "„Return en“ wurde nicht veröffentlicht: Die deutsche Seite dazu ist nicht online. Veröffentlichen Sie die Seite hier,"
        " wenn sie trotzdem online gehen soll."
    ]
    assert not version(offline, "en").live


def test_in_bulk_it_is_left_out_and_named_unless_somebody_insists(offline: Page) -> None:
    client = signed_in("freigabe")
    pages = [version(offline, code) for code in CODES]
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    url += "?" + "&".join(f"id={page.pk}" for page in pages)
    screen = html.unescape(client.get(url).content.decode())
    assert screen.count("Die deutsche Seite dazu ist nicht online.") == 2
    assert 'name="publish-offline"' in screen
    answer = client.post(url)
    assert sorted(said(answer)) == sorted(
        f"„Return {code}“ ({LANGUAGES[code]}) wurde nicht veröffentlicht: Die deutsche Seite dazu ist nicht online. Return {code}"
        for code in CODES
    )
    assert [version(offline, code).live for code in CODES] == [False, False]
    answer = client.post(url, {"publish-offline": "on"})
    assert said(answer)[-1] == "2 Seiten wurden veröffentlicht"
    assert [version(offline, code).live for code in CODES] == [True, True]


def update(client: Client, page: Page) -> HttpResponse:
    source = translation_of(page, "en").source_id
    return client.post(reverse("wagtail_localize:update_translations", args=[source]), {"publish_translations": "on"})


@pytest.mark.parametrize("name", ["freigabe", "admin"])
def test_an_update_puts_nothing_online_that_the_source_took_off(offline: Page, name: str) -> None:
    answer = update(signed_in(name), offline)
    assert [version(offline, code).live for code in CODES] == [False, False]
    assert said(answer)[:2] == [
        f"{LANGUAGES[code]} wurde nicht veröffentlicht: Die deutsche Seite dazu ist nicht online. Zur Übersetzung: {LANGUAGES[code]}"
        for code in CODES
    ]


def test_an_update_of_what_is_online_publishes(page: Page) -> None:
    Page.objects.filter(pk=version(page, "ar").pk).update(locked=True, locked_by=User.objects.get(username="admin"))
    answer = update(signed_in("freigabe"), page)
    assert said(answer)[:2] == [
        "العربية wurde nicht veröffentlicht: Die Seite ist gesperrt. Zur Übersetzung: العربية",
        "Veröffentlicht: English.",
    ]


@pytest.mark.parametrize("code", CODES)
def test_a_po_file_puts_nothing_online(offline: Page, code: str) -> None:
    translation = translation_of(offline, code)
    po = translation.export_po()
    for entry in po:
        entry.msgstr = "New"
    file = SimpleUploadedFile("t.po", str(po).encode())
    client = signed_in(f"uebersetzung-{code}")
    files.say_yes(client, client.post(reverse("wagtail_localize:upload_pofile", args=[translation.pk]), {"file": file}))
    assert StringTranslation.objects.filter(data="New", locale=translation.target_locale).exists()
    assert not version(offline, code).live


@pytest.mark.parametrize("code", CODES)
def test_published_while_german_had_expired_it_stays(page: Page, code: str) -> None:
    """The German date is over; the runner does not take the translation off again."""
    Page.objects.filter(translation_key=page.translation_key).update(expire_at=timezone.now() - timedelta(hours=1))
    publication.run()
    client = signed_in(f"uebersetzung-{code}")
    say_yes(client, publish_in_editor(client, version(page, code)))
    publication.run()
    assert [version(page, language).live for language in ("de", code)] == [False, True]


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("in_bulk", [False, True])
def test_published_while_german_is_scheduled_it_goes_online_with_it(offline: Page, code: str, in_bulk: bool) -> None:
    offline.go_live_at = timezone.now() + timedelta(days=1)
    offline.save_revision().publish()
    client = signed_in(f"uebersetzung-{code}")
    if in_bulk:
        url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
        answer = client.post(f"{url}?id={version(offline, code).pk}")
        text = "geht zu ihrer Zeit online"
    else:
        answer = publish_in_editor(client, version(offline, code))
        text = "geht mit der deutschen Seite online"
    assert len(said(answer)) == 1
    assert text in said(answer)[0]
    # What is mended until then goes along: nobody has to call anything off.
    StringTranslation.objects.filter(data="EN Ein Satz.").update(data="EN One sentence.")
    assert publish_in_editor(client, version(offline, code)).status_code == 302
    assert [version(offline, language).live for language in ("de", code)] == [False, False]
    moved = {"go_live_at": timezone.now() - timedelta(minutes=1)}
    Page.objects.filter(go_live_at__isnull=False).update(**moved)
    for revision in Revision.objects.filter(approved_go_live_at__isnull=False):
        revision.content["go_live_at"] = moved["go_live_at"].isoformat()
        revision.approved_go_live_at = moved["go_live_at"]
        revision.save()
    assert publication.run() == 2
    assert [version(offline, language).live for language in ("de", code)] == [True, True]
    assert version(offline, code).lead == "EN One sentence."


def test_called_off_german_does_not_hold_a_translation_back(offline: Page) -> None:
    """Its time was cancelled, the date still stands in the row: publishing asks, and then is at once."""
    offline.go_live_at = timezone.now() + timedelta(days=1)
    offline.save_revision().publish()
    Revision.objects.update(approved_go_live_at=None)
    client = signed_in("uebersetzung-en")
    say_yes(client, publish_in_editor(client, version(offline, "en")))
    assert version(offline, "en").live


# --- incomplete translations --------------------------------------------------------------------------------------------------


@pytest.fixture
def incomplete(page: Page) -> Page:
    """A German page whose translations lack a text each."""
    other = make_content_page(page.get_parent().specific, "Beratung", lead="Noch ein Satz.")
    for code in CODES:
        translation = submit(other, code)
        translate_texts(translation, {"Beratung": f"Advice {code}"}, leave_out=1)
        translation.save_target(publish=False)
    return other


@pytest.mark.parametrize("code", CODES)
def test_moderators_publish_incomplete_translations(incomplete: Page, code: str) -> None:
    client = signed_in("freigabe")
    edit = reverse("wagtailadmin_pages:edit", args=[version(incomplete, code).pk])
    assert client.get(edit).status_code == 200
    question = publish_in_editor(client, version(incomplete, code))
    assert "Noch ein Satz." in question.content.decode()
    assert code not in translations(incomplete)
    answer = publish_in_editor(client, version(incomplete, code), **{"publish-incomplete": "1"})
    assert said(answer) == [
        f"„Advice {code}“ ({LANGUAGES[code]}) ist online; {'1 Text erscheint'} auf Deutsch."
    ]
    text = Client().get(version(incomplete, code).get_url()).content.decode()
    assert f"Advice {code}" in text
    assert re.search(r'lang="de"[^>]*>\s*(?:<[^>]*>\s*)*Noch ein', text)


def test_translators_may_not(incomplete: Page) -> None:
    client = signed_in("uebersetzung-en")
    assert publish_in_editor(client, version(incomplete, "en"), **{"publish-incomplete": "1"}).status_code == 403
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"]) + f"?id={version(incomplete, 'en').pk}"
    assert 'name="publish-incomplete"' not in client.get(url).content.decode()
    answer = client.post(url, {"publish-incomplete": "on"})
    assert said(answer) == ["„Beratung“ (English) wurde nicht veröffentlicht: 1 Text fehlt. Beratung"]
    assert "en" not in translations(incomplete)


def test_updates_and_bulk_name_incomplete_ones_and_offer_the_way(incomplete: Page) -> None:
    client = signed_in("freigabe")
    answer = update(client, incomplete)
    assert said(answer)[:2] == [
        f"{LANGUAGES[code]} wurde nicht veröffentlicht: 1 Text fehlt. Zur Übersetzung: {LANGUAGES[code]}" for code in CODES
    ]
    assert set(translations(incomplete)) == {"de"}
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    url += "?" + "&".join(f"id={version(incomplete, code).pk}" for code in CODES)
    assert 'name="publish-incomplete"' in client.get(url).content.decode()
    client.post(url)
    assert set(translations(incomplete)) == {"de"}
    client.post(url, {"publish-incomplete": "on"})
    assert [version(incomplete, code).title for code in CODES] == [f"Advice {code}" for code in CODES]


@pytest.mark.parametrize("code", CODES)
def test_each_obstacle_is_named_and_none_stands_for_another(incomplete: Page, code: str) -> None:
    incomplete.unpublish()
    moderator, translator, editor = (User.objects.get(username=name) for name in ("freigabe", f"uebersetzung-{code}", "redaktion"))

    def found(user: User, *insists: str, page: Page | None = None) -> list[str]:
        return list(obstacles(user, page or version(incomplete, code), insists))

    both = [INCOMPLETE, OFFLINE]
    assert (found(moderator), found(translator), found(editor)) == (both, both, ["right"])
    # Who insists on one is asked about the other; only some may insist on what lacks texts.
    assert [found(moderator, *insists) for insists in ([INCOMPLETE], [OFFLINE], both)] == [[OFFLINE], [INCOMPLETE], []]
    assert [found(translator, *insists) for insists in ([INCOMPLETE], [OFFLINE], both)] == [both, [INCOMPLETE], [INCOMPLETE]]
    assert found(editor, *both) == ["right"]
    assert found(moderator, *both, page=make_alias(incomplete, "uk")) == ["alias"]
    Page.objects.filter(pk=version(incomplete, code).pk).update(locked=True, locked_by=translator)
    locked, without = (obstacles(user, version(incomplete, code), both) for user in (moderator, editor))
    assert (list(locked), list(without)) == (["right"], ["right"])
    assert found(translator, OFFLINE) == [INCOMPLETE]
    Page.objects.filter(pk=version(incomplete, code).pk).update(locked=False, locked_by=None)
    assert obstacles(editor, version(incomplete, code), both) != locked
    translate_texts(translation_of(incomplete, code))
    assert (found(translator), found(translator, OFFLINE)) == ([OFFLINE], [])


@pytest.mark.parametrize("code", CODES)
def test_in_bulk_what_was_translated_since_the_last_draft_is_published(incomplete: Page, code: str) -> None:
    """The latest revision still holds the German text; aliases are left out."""
    translate_texts(translation_of(incomplete, code), {"Noch ein Satz.": f"Another sentence {code}."})
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    answer = signed_in(f"uebersetzung-{code}").post(f"{url}?id={version(incomplete, code).pk}")
    assert said(answer) == ["1 Seite wurde veröffentlicht"]
    assert version(incomplete, code).lead == f"Another sentence {code}."
    answer = signed_in("admin").post(f"{url}?id={make_alias(incomplete, 'uk').pk}")
    assert "Sie zeigt eine andere Seite und ist online, wenn diese es ist." in said(answer)[0]


# --- slugs that were taken meanwhile --------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", CODES)
def test_a_slug_that_was_taken_meanwhile(page: Page, code: str) -> None:
    """A person is told in the editor; an update names the language and publishes the others."""
    translated = version(page, code)
    section = translated.get_parent()
    Page.objects.filter(pk=translated.pk).update(slug="elsewhere")
    other = make_content_page(section.specific, "Taken")
    Page.objects.filter(pk=other.pk).update(slug="taken")
    client = signed_in("admin")
    with pytest.MonkeyPatch.context() as patch:
        # A draft that chose the slug before another page did.
        patch.setattr("wagtail_localize.models.find_available_slug", lambda *args, **kwargs: "taken")
        answer = publish_in_editor(client, translated)
        assert answer.status_code == 302
        assert len(said(answer)) == 1
        assert said(answer)[0].startswith(f"„Return {code}“ wurde nicht veröffentlicht: ")
        answer = update(client, page)
        assert answer.status_code == 302
    assert version(page, code).slug == "elsewhere"
