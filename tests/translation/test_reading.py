"""Whoever may not read a page cannot read it by translating it; the privacy dialog knows all that binds a page."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client, override_settings
from django.urls import reverse
from wagtail.models import GroupPagePermission, Locale, Page, PageViewRestriction
from wagtail_localize.models import Translation

from home.models import HomePage
from tests.builders import make_content_page, make_home, make_section, translate

pytestmark = pytest.mark.django_db
WORD = "Zwetschgenknoedelgeheimnis"


@pytest.fixture
def home() -> HomePage:
    home = make_home()
    translate(home, "en", title="Home")
    easy = home.copy_for_translation(Locale.objects.get(language_code="de-simple"))
    easy.save_revision().publish()
    return home


def worker(code: str) -> Client:
    """Return somebody who works in one language alone and may submit."""
    group = Group.objects.create(name=code)
    group.permissions.set(Permission.objects.filter(codename__in=["access_admin", "submit_translation"]))
    root = Page.objects.get(depth=2, locale__language_code=code)
    for name in ("add_page", "change_page", "publish_page"):
        permission = Permission.objects.get(codename=name, content_type__app_label="wagtailcore")
        GroupPagePermission.objects.create(group=group, page=root, permission=permission)
    user = User.objects.create_user(code, password="x")
    user.groups.add(group)
    client = Client()
    client.force_login(user)
    return client


def hidden_pages(home: HomePage) -> dict[str, Page]:
    """Return German pages that are not public, each in another way."""
    private, below = make_content_page(home, WORD), None
    above = make_section(home, "Bereich")
    below = make_content_page(above, WORD)
    withdrawn = make_content_page(home, f"{WORD} weg")
    withdrawn.unpublish()
    for page in (private, above):
        PageViewRestriction.objects.create(page=page, restriction_type="login")
    draft = make_content_page(home, f"{WORD} Entwurf", live=False)
    return {"draft": draft, "private": private, "by an ancestor": below, "withdrawn": withdrawn}


def test_what_is_not_public_is_submitted_by_those_only_who_may_change_it(home: HomePage) -> None:
    english, easy = worker("en"), worker("de-simple")
    public = make_content_page(home, "Öffentlich")
    data = {"locales": [Locale.objects.get(language_code="en").pk]}
    known = set(Translation.objects.values_list("pk", flat=True))
    for way, page in hidden_pages(home).items():
        for client, address in (
            (english, reverse("wagtail_localize:submit_page_translation", args=[page.pk])),
            (easy, reverse("add_version", args=["de-simple", page.pk])),
        ):
            for answer in (client.get(address, follow=True), client.post(address, data, follow=True)):
                assert WORD not in answer.content.decode(), (way, address)
    assert set(Translation.objects.values_list("pk", flat=True)) == known
    assert not Page.objects.filter(title__contains=WORD).exclude(locale__language_code="de").exists()
    address = reverse("wagtail_localize:submit_page_translation", args=[home.pk])
    english.post(address, {**data, "include_subtree": "on"}, follow=True)
    assert not Page.objects.filter(title__contains=WORD).exclude(locale__language_code="de").exists()
    english.post(reverse("wagtail_localize:submit_page_translation", args=[public.pk]), data)
    assert Translation.objects.filter(source__object_id=public.translation_key).exists()


def test_submitting_what_the_user_may_not_publish_is_refused_in_a_sentence(home: HomePage) -> None:
    """wagtail-localize publishes with the submission where it is set so, and lets the refusal through as an error."""
    client = worker("en")
    GroupPagePermission.objects.filter(permission__codename="publish_page").delete()
    page = make_content_page(home, "Öffentlich")
    address = reverse("wagtail_localize:submit_page_translation", args=[page.pk])
    with override_settings(WAGTAILLOCALIZE_SYNC_LIVE_STATUS_ON_TRANSLATE=True):
        answer = client.post(address, {"locales": [Locale.objects.get(language_code="en").pk]})
    assert answer.status_code == 403
    assert "Dabei würde etwas veröffentlicht, wozu Ihnen die Berechtigung fehlt." in answer.content.decode()
    assert not Translation.objects.filter(source__object_id=page.translation_key).exists()
    assert not Page.objects.filter(translation_key=page.translation_key).exclude(pk=page.pk).exists()


def test_the_privacy_dialog_sets_and_lifts_the_pages_own_restriction(home: HomePage) -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("admin", password="x"))
    page = make_content_page(home, "Seite")
    english = translate(page, "en", title="Page")

    def dialog(of: Page, **data: str) -> str:
        address = reverse("wagtailadmin_pages:set_privacy", args=[of.pk])
        answer = client.post(address, data) if data else client.get(address)
        return json.loads(answer.content)["html"] if not data else ""

    dialog(page, restriction_type="password", password="eins")
    dialog(english, restriction_type="password", password="zwei")
    dialog(english, restriction_type="password", password="drei")
    assert list(page.view_restrictions.values_list("password", flat=True)) == ["eins"]
    assert list(english.view_restrictions.values_list("password", flat=True)) == ["drei"]
    assert "English" in dialog(page), dialog(page)
    dialog(english, restriction_type="none")
    assert list(PageViewRestriction.objects.values_list("page_id", flat=True)) == [page.pk]
    assert english.get_view_restrictions().count() == 1
    dialog(page, restriction_type="none")
    assert not PageViewRestriction.objects.exists()
