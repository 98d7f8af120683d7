"""What follows the German page comes back with it, and nothing goes online that its source took off."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page

from home.models import ContentPage
from tests.builders import make_content_page, make_home, make_section, translate

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("admin", password="x"))
    return client


@pytest.fixture
def page() -> ContentPage:
    home = make_home()
    section = make_section(home)
    page = make_content_page(section, "Rückkehr")
    for code in ("en", "uk"):
        for source in (home, section, page):
            translate(source, code, title=f"{code} {source.title}")
    return page


def version(page: Page, code: str) -> Page:
    return Page.objects.get(translation_key=page.translation_key, locale__language_code=code)


def unpublish(client: Client, page: Page) -> None:
    client.post(reverse("wagtailadmin_pages:unpublish", args=[page.pk]))


def publish_in_bulk(client: Client, page: Page) -> list[str]:
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    response = client.post(f"{address}?id={page.pk}")
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_translations_come_back_with_their_page_and_are_named(admin: Client, page: ContentPage) -> None:
    english, draft = version(page, "en").specific, "A draft that nobody published."
    english.lead = draft
    english.save_revision()
    addresses = [version(page, code).get_url() for code in ("en", "uk")]
    before = [admin.get(address).content for address in addresses]
    unpublish(admin, page)
    assert [version(page, code).live for code in ("de", "en", "uk")] == [False, False, False]
    said = publish_in_bulk(admin, page)
    assert [version(page, code).live for code in ("de", "en", "uk")] == [True, True, True]
    assert "en Rückkehr (Englisch)" in said[-1] or "en Rückkehr (English)" in said[-1]
    assert "uk Rückkehr" in said[-1]
    found = [admin.get(address).content.decode() for address in addresses]
    assert [draft in html for html in found] == [False, False]
    assert len(found[0]) == len(before[0].decode())
    english = version(page, "en")
    assert english.has_unpublished_changes
    assert english.specific.get_latest_revision_as_object().lead == draft


def test_what_was_over_comes_back_with_the_time_that_holds_now(admin: Client, page: ContentPage) -> None:
    """The day that was over goes with it: nothing would take the German page off again, and its translations at the next hour."""
    page.expire_at = timezone.now() - timedelta(hours=1)
    page.save_revision().publish(skip_permission_checks=True)
    Page.objects.filter(translation_key=page.translation_key).update(expire_at=page.expire_at)
    call_command("publish_scheduled")
    assert [(version(page, code).live, version(page, code).expired) for code in ("de", "en", "uk")] == [(False, True)] * 3
    later = timezone.now() + timedelta(days=30)
    for ends in (later, None):
        page = ContentPage.objects.get(pk=page.pk)
        page.expire_at = ends
        page.save_revision().publish(skip_permission_checks=True)
        found = [version(page, code) for code in ("de", "en", "uk")]
        assert [(each.live, each.expired, each.expire_at) for each in found] == [(True, False, ends)] * 3
        call_command("publish_scheduled")
        assert [version(page, code).live for code in ("de", "en", "uk")] == [True] * 3


def test_what_somebody_took_off_by_hand_stays_off(admin: Client, page: ContentPage) -> None:
    unpublish(admin, version(page, "uk"))
    unpublish(admin, page)
    said = publish_in_bulk(admin, page)
    assert [version(page, code).live for code in ("de", "en", "uk")] == [True, True, False]
    assert "uk Rückkehr" not in said[-1]
