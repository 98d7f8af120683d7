"""A translation that is deleted: its page shows the German one again, and nothing of it is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission, User
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoDbBlocker
from wagtail.models import Page, Revision, Workflow
from wagtail_localize.models import StringTranslation, Translation

from portal import changes
from portal.jobs import publication
from portal.models import Topic
from tests.builders import (
    make_alias,
    make_content_page,
    make_home,
    make_section,
    make_topic,
    submit,
    translate,
    translate_texts,
)
from translation import demo_accounts, roles
from translation.permissions import missing_texts
from translation.trees import find_problems

pytestmark = pytest.mark.django_db

CODES = ("en", "ar")
TRANSLATORS = {"en": "uebersetzung-en", "ar": "uebersetzung-ar"}


@pytest.fixture(scope="module")
def shared_section(module_database: DjangoDbBlocker) -> Page:
    """A German section with a page below it, both translated into English and Arabic; in Ukrainian there are aliases."""
    with module_database.unblock():
        home = make_home()
        section = make_section(home)
        page = make_content_page(section, "Rückkehr", lead="Ein Satz.")
        for code in CODES:
            for source, title in ((home, "Start"), (section, "Work"), (page, "Return")):
                translate(source, code, title=f"{title} {code}")
        make_alias(page, "uk")
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


@pytest.fixture
def committed(django_capture_on_commit_callbacks: Callable) -> Callable:
    """Let what is done at commit be done."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def version(page: Page, code: str) -> Page | None:
    found = Page.objects.filter(translation_key=page.translation_key, locale__language_code=code).first()
    return found and found.specific


def signed_in(name: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=name))
    return client


def delete(client: Client, page: Page) -> object:
    return client.post(reverse("wagtailadmin_pages:delete", args=[page.pk]))


def delete_in_bulk(client: Client, *pages: Page) -> list[str]:
    ids = "&".join(f"id={page.pk}" for page in pages)
    response = client.post(f"{reverse('wagtail_bulk_action', args=['wagtailcore', 'page', 'delete'])}?{ids}")
    return [str(message) for message in get_messages(response.wsgi_request)]


def convert(client: Client, page: Page) -> object:
    return client.post(reverse("wagtail_localize:convert_to_alias", args=[page.pk]))


WAYS = {"delete": delete, "bulk": delete_in_bulk, "convert": convert}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("code", CODES)
def test_it_shows_the_german_page_at_its_address(section: Page, page: Page, committed: Callable, code: str, way: str) -> None:
    """The section has a page below it; that stays a translation. Twice: the page can be translated and taken back again."""
    client = signed_in(TRANSLATORS[code])
    translated, other = version(section, code), version(section, "ar" if code == "en" else "en")
    others = Page.objects.filter(pk=other.pk).values().get()
    for _time in range(2):
        old, below = version(section, code).get_url(), version(page, code).get_url()
        with committed():
            WAYS[way](client, version(section, code))
        alias = version(section, code)
        assert (alias.pk, alias.alias_of_id, alias.live) == (translated.pk, section.pk, True)
        assert (alias.title, alias.draft_title, alias.slug) == (section.title, section.title, section.slug)
        response = Client().get(old)
        assert (response.status_code, response["Location"]) == (301, alias.get_url())
        html = Client().get(alias.get_url()).content.decode()
        assert section.title in html
        assert "Work" not in html.split("<main")[1]
        assert version(page, code).title == f"Return {code}"
        response = Client().get(below)
        assert (response.status_code, response["Location"]) == (301, version(page, code).get_url())
        assert find_problems() == []
        # The next try finds its texts.
        with committed():
            signed_in("redaktion").post(
                reverse("wagtail_localize:submit_page_translation", args=[section.pk]), {"locales": [alias.locale_id]}
            )
        translation = Translation.objects.get(source__object_id=section.translation_key, target_locale=alias.locale)
        assert missing_texts(translation).count() == 0
        with committed():
            client.post(reverse("wagtailadmin_pages:edit", args=[alias.pk]), {"action": "publish"})
        again = version(section, code)
        assert (again.title, again.slug, again.alias_of_id) == (f"Work {code}", f"work-{code}", None)
        assert Client().get(old).status_code == 200
        assert Client().get(alias.get_url())["Location"] == again.get_url()
        assert find_problems() == []
    assert Page.objects.filter(pk=other.pk).values().get() == others


@pytest.mark.parametrize("code", CODES)
def test_what_waited_does_not_come_later(section: Page, page: Page, code: str) -> None:
    """A revision with a time of its own, and one that waits for approval: the latter is taken back by those who approve."""
    planned, waiting = version(page, code), version(section, code)
    planned.latest_revision.approved_go_live_at = timezone.now() + timezone.timedelta(days=1)
    planned.latest_revision.save()
    assert delete(signed_in(TRANSLATORS[code]), planned).status_code == 302
    Workflow.objects.get(name="Freigabe").start(waiting, User.objects.get(username=TRANSLATORS[code]))
    assert delete(signed_in(TRANSLATORS[code]), waiting).status_code == 403
    assert delete(signed_in("admin"), waiting).status_code == 302
    Revision.objects.filter(approved_go_live_at__isnull=False).update(approved_go_live_at=timezone.now())
    assert publication.run() == 0
    for source in (page, section):
        alias = version(source, code)
        assert (alias.alias_of_id, alias.title, alias.current_workflow_state) == (source.pk, source.title, None)


def test_after_unpublishing_and_while_german_is_offline(page: Page, committed: Callable) -> None:
    translator = signed_in("uebersetzung-ar")
    translator.post(reverse("wagtailadmin_pages:unpublish", args=[version(page, "ar").pk]))
    delete(translator, version(page, "ar"))
    assert (version(page, "ar").live, version(page, "ar").alias_of_id) == (True, page.pk)
    page.unpublish()
    with committed():
        old = version(page, "en").get_url()
        delete(signed_in("uebersetzung-en"), version(page, "en"))
    assert (version(page, "en").live, Client().get(old, follow=True).status_code) == (False, 404)
    with committed():
        page.get_latest_revision().publish()
    assert [version(page, code).live for code in CODES] == [True, True]
    assert Client().get(old, follow=True).status_code == 200
    assert find_problems() == []


def test_who_may_not(section: Page, page: Page) -> None:
    """Other languages' translators, editors; nobody deletes what shows the German page; a lock holds."""
    english = version(page, "en")
    before = list(Page.objects.order_by("pk").values())
    for name in ("uebersetzung-ar", "redaktion"):
        for way in WAYS.values():
            way(signed_in(name), english)
    assert list(Page.objects.order_by("pk").values()) == before
    alias = version(page, "uk")
    for name in ("admin", "uebersetzung-uk"):
        for way in WAYS.values():
            way(signed_in(name), alias)
    assert version(page, "uk").pk == alias.pk
    Page.objects.filter(pk=english.pk).update(locked=True, locked_by=User.objects.get(username="admin"))
    for way in WAYS.values():
        way(signed_in("uebersetzung-en"), english)
    assert version(page, "en").alias_of_id is None


def test_screens_say_what_happens(section: Page, page: Page) -> None:
    client = signed_in("uebersetzung-en")
    html = client.get(reverse("wagtailadmin_pages:delete", args=[version(section, "en").pk])).content.decode()
    for text in (
        "zeigt wieder die deutsche Seite „Unsere Arbeit“",
        "/en/work-en",
        "Die Seiten darunter bleiben, wie sie sind.",
        "Die übersetzten Texte bleiben",
    ):
        assert text in html
    bulk = f"{reverse('wagtail_bulk_action', args=['wagtailcore', 'page', 'delete'])}?id={version(page, 'en').pk}"
    html = client.get(bulk).content.decode()
    assert "zeigt wieder die deutsche Seite „Rückkehr“" in html
    said = delete_in_bulk(client, version(page, "en"))
    assert said == ["Zurückgenommen, die Seiten zeigen wieder die deutschen: Return en (English)."]


def test_german_and_its_translation_together(section: Page, page: Page) -> None:
    said = delete_in_bulk(signed_in("admin"), version(page, "ar"), page, version(section, "en"))
    assert said[0].endswith("Work en (English).")
    assert len(said) == 2
    assert [version(page, code) for code in ("de", "en", "ar")] == [None, None, None]
    assert find_problems() == []


@pytest.mark.parametrize("code", CODES)
def test_a_row_that_is_deleted_all_the_same(section: Page, page: Page, committed: Callable, code: str) -> None:
    """By code, or with a page above it that only this language has."""
    old = version(section, code).get_url()
    with committed():
        version(section, code).delete()
    for source in (section, page):
        assert version(source, code).alias_of_id == source.pk
        translation = submit(source, code)
        assert missing_texts(translation).count() == 0
    assert Client().get(old)["Location"] == version(section, code).get_url()
    assert find_problems() == []


@pytest.mark.parametrize("code", CODES)
def test_topics(section: Page, code: str) -> None:
    topic = make_topic("Schutz")
    translation = submit(topic, code)
    translate_texts(translation, {"Schutz": f"Protection {code}"})
    translation.save_target(publish=True)
    user = User.objects.get(username=TRANSLATORS[code])
    user.user_permissions.add(Permission.objects.get(codename="delete_topic"))
    client = signed_in(user.username)
    translated = Topic.objects.get(translation_key=topic.translation_key, locale__language_code=code)
    url = reverse("wagtailsnippets_portal_topic:delete", args=[translated.pk])
    assert "Die übersetzten Texte bleiben" in client.get(url).content.decode()
    assert client.post(url).status_code == 302
    assert not Topic.objects.filter(translation_key=topic.translation_key, locale__language_code=code).exists()
    translation = submit(topic, code)
    translation.save_target(publish=True)
    again = Topic.objects.get(translation_key=topic.translation_key, locale__language_code=code)
    assert (again.name, again.is_finished) == (f"Protection {code}", True)
    # With the German topic go the texts.
    key = topic.translation_key
    topic.delete()
    assert not StringTranslation.objects.filter(context__object_id=key).exists()
    assert not Translation.objects.filter(source__object_id=key).exists()
