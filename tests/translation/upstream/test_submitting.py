"""Submitting and copying: people end where they may be, and are told what really happened."""

from __future__ import annotations

import html
import json

import pytest
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoDbBlocker
from wagtail.models import Locale, Page
from wagtail_localize.models import StringSegment, Translation

from portal import changes
from portal.models import Topic
from tests.builders import (
    make_alias,
    make_content_page,
    make_home,
    make_section,
    make_topic,
    publish,
    submit,
    translate,
)
from translation import demo_accounts, roles
from translation.trees import find_problems

pytestmark = pytest.mark.django_db

CODES = ("en", "ar")
NAMES = {"en": "English", "ar": "العربية"}


@pytest.fixture(scope="module")
def shared_section(module_database: DjangoDbBlocker) -> Page:
    """A German section with a page below it, home pages in English and Arabic, aliases of the rest."""
    with module_database.unblock():
        home = make_home()
        section = make_section(home)
        page = make_content_page(section, "Rückkehr", lead="Ein Satz.")
        for code in CODES:
            translate(home, code)
        for code in (*CODES, "uk"):
            make_alias(page, code)
        make_topic("Schutz")
        roles.set_up_roles()
        demo_accounts.create_demo_accounts("geheim")
        return section


@pytest.fixture
def section(shared_section: Page, db: None) -> Page:
    changes.announce(changes.EVERYTHING)
    return type(shared_section).objects.get(pk=shared_section.pk)


@pytest.fixture
def page(section: Page) -> Page:
    return section.get_children().get().specific


def version(page: Page, code: str) -> Page:
    return Page.objects.get(translation_key=page.translation_key, locale__language_code=code).specific


def signed_in(name: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=name))
    return client


def said(response: HttpResponse) -> list[str]:
    return [html.unescape(str(message)) for message in get_messages(response.wsgi_request)]


def hand_over(client: Client, instance: Page | Topic, codes: tuple[str, ...], **fields: str) -> HttpResponse:
    if isinstance(instance, Page):
        url = reverse("wagtail_localize:submit_page_translation", args=[instance.pk])
    else:
        url = reverse("wagtail_localize:submit_snippet_translation", args=["portal", "topic", instance.pk])
    locales = Locale.objects.filter(language_code__in=codes)
    return client.post(url, {"locales": [locale.pk for locale in locales], **fields})


@pytest.mark.parametrize("of_topic", [False, True])
@pytest.mark.parametrize("codes", [("en",), ("ar",), CODES])
@pytest.mark.parametrize("name", ["redaktion", "freigabe", "admin", "uebersetzung-en", "uebersetzung-ar"])
def test_everybody_ends_where_they_may_be(page: Page, name: str, codes: tuple[str, ...], of_topic: bool) -> None:
    client = signed_in(name)
    instance = Topic.objects.get(locale__language_code="de") if of_topic else page
    answer = hand_over(client, instance, codes)
    own = (name.removeprefix("uebersetzung-"),)
    if name.startswith("uebersetzung") and codes != own:
        # Another language is an error of the form, and nothing happens.
        assert (answer.status_code, said(answer)) == (200, [])
        assert not Translation.objects.filter(source__object_id=instance.translation_key).exists()
        return
    languages = ", ".join(locale.get_display_name() for locale in Locale.objects.filter(language_code__in=codes))
    assert said(answer) == [f"„{instance}“ ist zum Übersetzen übergeben: {languages}."]
    made = Translation.objects.filter(source__object_id=instance.translation_key)
    assert sorted(made.values_list("target_locale__language_code", flat=True)) == sorted(codes)
    place = client.get(answer["Location"])
    assert (place.status_code, said(place)[1:]) == (200, [])
    if len(codes) == 1 and name != "redaktion" and not of_topic:
        assert answer["Location"] == reverse("wagtailadmin_pages:edit", args=[version(page, codes[0]).pk])


@pytest.mark.parametrize("of_topic", [False, True])
@pytest.mark.parametrize(("name", "codes"), [("redaktion", ("en", "ar", "uk")), ("uebersetzung-ar", ("ar",))])
def test_where_no_language_is_left_there_is_a_sentence_and_no_empty_form(
    page: Page, name: str, codes: tuple[str, ...], of_topic: bool
) -> None:
    instance = Topic.objects.get(locale__language_code="de") if of_topic else page
    hand_over(signed_in("admin"), instance, codes)
    view = "submit_snippet_translation" if of_topic else "submit_page_translation"
    args = ["portal", "topic", instance.pk] if of_topic else [instance.pk]
    client = signed_in(name)
    answer = client.get(reverse(f"wagtail_localize:{view}", args=args))
    assert said(answer) == [f"„{instance}“ ist schon in allen Sprachen, die Sie wählen dürfen, übergeben oder übersetzt."]
    place = client.get(answer["Location"])
    assert (place.status_code, said(place)[1:]) == (200, [])


def test_what_is_written_already_is_left_out_and_named(section: Page, page: Page) -> None:
    """Below the page; the others go on. Twice: nothing is handed over again."""
    stopped = translate(page, "ar", title="By hand")
    Translation.objects.filter(source__object_id=page.translation_key).update(enabled=False)
    revision = version(page, "ar").latest_revision_id
    Page.objects.filter(pk=version(section, "ar").pk).update(alias_of=section)
    answer = hand_over(signed_in("redaktion"), section, CODES, include_subtree="on")
    assert said(answer) == [
        f"„{section}“ und 1 Seite darunter sind zum Übersetzen übergeben: العربية, English.",
        "Ausgelassen, weil sie in dieser Sprache schon übersetzt oder geschrieben werden (العربية): Rückkehr.",
    ] or said(answer) == [
        f"„{section}“ und 1 Seite darunter sind zum Übersetzen übergeben: English, العربية.",
        "Ausgelassen, weil sie in dieser Sprache schon übersetzt oder geschrieben werden (العربية): Rückkehr.",
    ]
    assert (version(page, "ar").pk, version(page, "ar").latest_revision_id) == (stopped.pk, revision)
    assert not Translation.objects.get(source__object_id=page.translation_key, target_locale__language_code="ar").enabled
    assert Translation.objects.filter(source__object_id=page.translation_key, target_locale__language_code="en").exists()
    before = list(Page.objects.order_by("pk").values())
    hand_over(signed_in("redaktion"), section, CODES, include_subtree="on")
    assert list(Page.objects.order_by("pk").values()) == before


def test_a_later_language_gets_the_text_of_today(page: Page) -> None:
    submit(page, "en")
    page.lead = "Ein neuer Satz."
    publish(page)
    hand_over(signed_in("redaktion"), page, ("ar",))
    texts = StringSegment.objects.filter(source__object_id=page.translation_key).values_list("string__data", flat=True)
    assert sorted(texts) == ["Ein neuer Satz.", "Rückkehr"]


# --- copies -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["de", "en"])
def test_no_page_is_copied_as_an_alias(page: Page, code: str) -> None:
    """Neither from the form, which does not offer it, nor by what is posted, nor by the interface of the admin."""
    own = page if code == "de" else translate(page, "en", title="Return")
    client = signed_in("admin")
    url = reverse("wagtailadmin_pages:copy", args=[own.pk])
    assert 'name="alias"' not in client.get(url).content.decode()
    before = Page.objects.count()
    data = {"new_title": "Copy", "new_slug": "copy", "new_parent_page": own.get_parent().pk, "alias": "on"}
    answer = client.post(url, data)
    assert answer.status_code == 200
    assert "nicht unter zwei Adressen einer Sprache" in answer.content.decode()
    api = reverse("wagtailadmin_api:pages:action", args=[own.pk, "create_alias"])
    sent = json.dumps({"update_slug": "copy"})
    assert client.post(api, sent, content_type="application/json").status_code == 404
    assert Page.objects.count() == before
    del data["alias"]
    assert client.post(url, data).status_code == 302
    assert Page.objects.get(slug="copy", locale=own.locale).alias_of_id is None
    assert [problem.text for problem in find_problems() if problem.kind == "copy"] == []


@pytest.mark.parametrize("code", CODES)
def test_what_shows_the_german_page_is_not_copied_as_if_it_were_written(page: Page, code: str) -> None:
    client = signed_in("admin")
    alias = version(page, code)
    url = reverse("wagtailadmin_pages:copy", args=[alias.pk])
    before = Page.objects.count()
    data = {"new_title": "Copy", "new_slug": "copy", "new_parent_page": alias.get_parent().pk}
    assert [client.get(url).status_code, client.post(url, data).status_code] == [403, 403]
    convert = reverse("wagtailadmin_api:pages:action", args=[alias.pk, "convert_alias"])
    assert client.post(convert, "{}", content_type="application/json").status_code == 404
    assert (Page.objects.count(), version(page, code).alias_of_id) == (before, page.pk)


@pytest.mark.parametrize("code", CODES)
def test_the_interface_of_the_admin_publishes_nothing_alone(page: Page, code: str) -> None:
    translated = translate(page, code, title="Return")
    page.unpublish()
    api = reverse("wagtailadmin_api:pages:action", args=[translated.pk, "publish"])
    client = signed_in(f"uebersetzung-{code}")
    answer = client.post(api, "{}", content_type="application/json")
    assert answer.json() == {"page": ["Die deutsche Seite dazu ist nicht online."]}
    assert not version(page, code).live
    publish(page)
    assert client.post(api, "{}", content_type="application/json").status_code == 200
    assert version(page, code).live
