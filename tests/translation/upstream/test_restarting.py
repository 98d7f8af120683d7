"""A translation that was stopped, written by hand, and begun again: what was written stays."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from wagtail.models import Page
from wagtail_localize.models import StringTranslation, Translation
from wagtail_localize.views import edit_translation

from home.models import ContentPage
from portal.models import Topic
from tests.builders import (
    make_content_page,
    make_home,
    make_section,
    make_topic,
    publish,
    submit,
    translate,
    translate_texts,
)
from translation.upstream import restarting

pytestmark = pytest.mark.django_db
RESTART = {"localize-restart-translation": "1"}
LINK = '<p>Wir <a href="https://example.org/">beraten</a> Sie.</p>'
FIRST = {"type": "text", "id": "5f0c0f43-62f5-4d1c-9d0f-6a2a3a1f0b11", "value": LINK}
SECOND = {"type": "text", "id": "5f0c0f43-62f5-4d1c-9d0f-6a2a3a1f0b12", "value": "<p>Ein zweiter.</p>"}


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("admin", password="x"))
    return client


def stopped(code: str) -> tuple[ContentPage, Translation]:
    """Return a page in another language whose translation was stopped."""
    source = make_content_page(make_section(make_home()), "Beratung", lead="Ein Satz.", body=[FIRST, SECOND])
    page = translate(source, code)
    translation = Translation.objects.get(source__object_id=source.translation_key, target_locale__language_code=code)
    Translation.objects.filter(pk=translation.pk).update(enabled=False)
    return ContentPage.objects.get(pk=page.pk), translation


def write_by_hand(page: ContentPage, lead: str, *values: str) -> ContentPage:
    """Publish another lead, and the blocks with these texts."""
    page.lead = lead
    blocks = [*page.body.raw_data, {"type": "text", "id": "5f0c0f43-62f5-4d1c-9d0f-6a2a3a1f0b13"}]
    page.body = [{**dict(block), "value": value} for block, value in zip(blocks, values, strict=False)]
    return publish(page)


def edit_address(page: Page) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def said(page: Page) -> tuple[str, list[str]]:
    page = ContentPage.objects.get(pk=page.pk)
    return page.lead, [str(block["value"]) for block in page.body.raw_data]


@pytest.mark.parametrize(("code", "lead", "second"), [("en", "By hand.", "Another."), ("ar", "باليد.", "نص آخر.")])
class TestByHand:
    def test_it_stands_there_after_the_next_publication(self, admin: Client, code: str, lead: str, second: str) -> None:
        page, translation = stopped(code)
        page = write_by_hand(page, lead, page.body.raw_data[0]["value"], f"<p>{second}</p>")
        before = said(page)
        answer = admin.post(edit_address(page), RESTART)
        assert (answer.status_code, answer["Location"]) == (302, edit_address(page))
        translation.refresh_from_db()
        assert translation.enabled
        translation.save_target(publish=True)
        assert said(page) == before
        assert before[0] == lead
        assert second in before[1][1]

    def test_the_original_writes_over_it(
        self, admin: Client, monkeypatch: pytest.MonkeyPatch, code: str, lead: str, second: str
    ) -> None:
        """The fault of wagtail-localize, as it is."""
        monkeypatch.setattr(edit_translation, "restart_translation", restarting._restart)
        page, translation = stopped(code)
        before = said(page)
        write_by_hand(page, lead, before[1][0], f"<p>{second}</p>")
        admin.post(edit_address(page), RESTART)
        Translation.objects.get(pk=translation.pk).save_target(publish=True)
        assert said(page) == before

    def test_what_has_no_place_there_is_asked_about_before_anything_is_done(
        self, admin: Client, code: str, lead: str, second: str
    ) -> None:
        page, translation = stopped(code)
        link = page.body.raw_data[0]["value"].replace("example.org", "example.com")
        page = write_by_hand(page, lead, link, page.body.raw_data[1]["value"], f"<p>{second}</p>")
        before = said(page)
        stored = sorted(StringTranslation.objects.values_list("pk", "data"))
        answer = admin.post(edit_address(page), RESTART)
        lost, back = answer.context["lost"], answer.context["back"]
        assert [text.rsplit(" ", 1)[-1] for text in lost] == ["https://example.com/", second.rsplit(" ", 1)[-1]]
        assert [text.rsplit(" ", 1)[-1] for text in back] == ["https://example.org/"]
        assert answer.text.count(second) == 1
        translation.refresh_from_db()
        assert not translation.enabled
        assert sorted(StringTranslation.objects.values_list("pk", "data")) == stored
        assert said(page) == before
        assert admin.post(edit_address(page), {**RESTART, answer.context["yes"]: "1"}).status_code == 302
        translation.refresh_from_db()
        assert translation.enabled
        # What has a place is there all the same, and no address was written over in the text itself.
        translation.save_target(publish=True)
        assert said(page)[0] == lead
        assert len(said(page)[1]) == 2


def test_a_link_that_the_german_text_has_not_is_asked_about(admin: Client) -> None:
    page, translation = stopped("en")
    page = write_by_hand(page, "By hand.", page.body.raw_data[0]["value"], '<p>More <a href="https://example.net/">here</a>.</p>')
    answer = admin.post(edit_address(page), RESTART)
    assert answer.context["lost"] == ['More <a id="a1">here</a>. https://example.net/']
    assert answer.context["back"] == ["EN Ein zweiter."]
    admin.post(edit_address(page), {**RESTART, answer.context["yes"]: "1"})
    Translation.objects.get(pk=translation.pk).save_target(publish=True)
    assert said(page)[0] == "By hand."
    assert said(page)[1][1].count("EN Ein zweiter.") == 1


def test_a_draft_counts_as_what_was_written_last(admin: Client) -> None:
    page, translation = stopped("en")
    page.lead = "A draft."
    page.save_revision()
    admin.post(edit_address(page), RESTART)
    translation.refresh_from_db()
    translation.save_target(publish=True)
    assert said(page)[0] == "A draft."


def test_a_snippet_keeps_its_name_too(admin: Client) -> None:
    make_home()
    translation = submit(make_topic("Rückkehr"))
    translate_texts(translation)
    translation.save_target(publish=True)
    topic = Topic.objects.get(locale__language_code="en")
    Translation.objects.filter(pk=translation.pk).update(enabled=False)
    topic.name = "Coming home"
    topic.save()
    address = reverse("wagtailsnippets_portal_topic:edit", args=[topic.pk])
    assert admin.post(address, RESTART).status_code == 302
    translation.refresh_from_db()
    assert translation.enabled
    translation.save_target(publish=True)
    assert Topic.objects.get(pk=topic.pk).name == "Coming home"
