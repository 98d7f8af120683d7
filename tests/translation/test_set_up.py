"""The command that sets the portal up, from an empty database on."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.core import serializers
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from wagtail.models import Locale, Page, Site, Workflow, WorkflowState
from wagtail_localize.models import LocaleSynchronization, Translation

from portal.language.languages import LANGUAGES
from tests.builders import make_content_page, make_home, translate
from translation import roles

pytestmark = pytest.mark.django_db


def everything() -> str:
    """Return all rows of all tables."""
    rows = []
    for model in apps.get_models():
        if model._meta.managed and not model._meta.proxy:
            rows += model._default_manager.order_by("pk")
    return serializers.serialize("json", rows)


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("set_up", *arguments, stdout=out)
    return out.getvalue()


class TestCommand:
    def test_an_empty_database(self) -> None:
        """Before there is a page there are languages, and nothing else can be set up."""
        assert "follow" in run("--demo-accounts")
        assert set(Locale.objects.values_list("language_code", flat=True)) == {language.code for language in LANGUAGES}
        following = LocaleSynchronization.objects.values_list("locale__language_code", "sync_from__language_code")
        assert set(following) == {("en", "de"), ("uk", "de"), ("ar", "de")}
        assert not Site.objects.exists()
        assert list(User.objects.values_list("username", flat=True)) == ["admin"]

    def test_run_twice_it_changes_nothing(self) -> None:
        translate(make_home())
        run("--demo-accounts")
        before = everything()
        assert "assword" not in run("--demo-accounts")
        assert everything() == before

    def test_a_language_gets_its_role_with_its_home_page(self) -> None:
        home = make_home()
        run("--demo-accounts")
        assert set(Group.objects.values_list("name", flat=True)) == {"Redaktion", "Freigabe", "Anfragen"}
        translate(home)
        run("--demo-accounts")
        assert set(Group.objects.values_list("name", flat=True)) == {
            "Redaktion", "Freigabe", "Anfragen", "Übersetzung Englisch", "Prüfung Englisch",
        }  # fmt: skip
        assert User.objects.filter(username="pruefung-en").exists()
        assert User.objects.filter(username="uebersetzung-en").exists()

    def test_the_site_follows_the_settings(self, settings: object) -> None:
        home = make_home()
        settings.PORTAL_HOST = "portal.example.org"
        settings.PORTAL_PORT = 8443
        assert "new address" in run()
        site = Site.objects.get()
        assert (site.hostname, site.port, site.site_name) == ("portal.example.org", 8443, settings.WAGTAIL_SITE_NAME)
        assert "new address" not in run()
        Site.objects.all().delete()
        run()
        assert Site.objects.get().root_page_id == home.pk

    def test_a_random_password_is_shown_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("PORTAL_DEMO_PASSWORD", raising=False)
        translate(make_home())
        password = re.search(r"^Password: (\S+)$", run("--demo-accounts"), re.MULTILINE)[1]
        for name in ("admin", "redaktion", "freigabe", "uebersetzung-en"):
            assert Client().login(username=name, password=password), name
        assert "assword" not in run("--demo-accounts")

    def test_a_given_password_is_not_shown(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PORTAL_DEMO_PASSWORD", "given-by-hand")
        make_home()
        assert "given-by-hand" not in run("--demo-accounts")
        assert Client().login(username="redaktion", password="given-by-hand")

    def test_without_the_switch_there_are_no_accounts(self) -> None:
        make_home()
        run()
        assert not User.objects.exists()


class TestWagtailsDefaults:
    def test_wagtails_own_group_stays_if_somebody_is_in_it(self) -> None:
        Group.objects.get(name="Editors").user_set.add(User.objects.create_user("old", password="x"))
        make_home()
        roles.set_up_roles()
        assert Group.objects.filter(name="Editors").exists()
        assert not Group.objects.filter(name="Moderators").exists()

    def test_wagtails_own_workflow_stays_inactive_if_it_was_used(self) -> None:
        home = make_home()
        user = User.objects.create_superuser("old", password="x")
        Workflow.objects.get().start(home, user)
        roles.set_up_roles()
        old = Workflow.objects.get(name="Moderators approval")
        assert not old.active
        assert not old.workflow_pages.exists()
        assert WorkflowState.objects.get().status == WorkflowState.STATUS_CANCELLED


@pytest.mark.parametrize(("code", "source"), [("de-simple", "de"), ("uk", "en")])
def test_a_language_follows_the_german_tree_or_none(client: Client, code: str, source: str) -> None:
    make_content_page(make_home(), "Seite")
    client.force_login(User.objects.create_superuser("admin", password="x"))
    locales = {locale.language_code: locale for locale in Locale.objects.all()}
    before = set(LocaleSynchronization.objects.values_list("locale_id", "sync_from_id"))
    name = "component-wagtail_localize_localesynchronization"
    data = {"language_code": code, f"{name}-enabled": "on", f"{name}-sync_from": locales[source].pk}
    response = client.post(reverse("wagtaillocales:edit", args=[locales[code].pk]), data)
    assert response.status_code == 200
    assert set(LocaleSynchronization.objects.values_list("locale_id", "sync_from_id")) == before
    assert not Page.objects.filter(locale=locales["de-simple"]).exists()


def test_leichte_sprache_is_not_translated_text_by_text(client: Client) -> None:
    page = make_content_page(make_home(), "Seite")
    simple = Locale.objects.get(language_code="de-simple")
    client.force_login(User.objects.create_superuser("admin", password="x"))
    address = reverse("wagtail_localize:submit_page_translation", args=[page.pk])
    assert simple not in client.get(address).context["form"].fields["locales"].queryset
    assert client.post(address, {"locales": [simple.pk]}).status_code == 200
    assert not Translation.objects.exists()
