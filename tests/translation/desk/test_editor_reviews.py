"""The editor and the review of a translation: submitted there with what was typed, read-only while it waits, open for its reviewer."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup, Tag
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from wagtail.models import Page, PageViewRestriction, WorkflowState

from home.models import ContentPage
from portal.pages import versions
from tests.builders import publish, translate_texts
from tests.translation.desk.test_editor import (  # noqa: F401 (fixtures)
    address,
    linked,
    other,
    page,
    row,
    save,
    segment,
    shared_section,
    stored,
    translation_of,
    version,
)
from tests.translation.desk.test_orders import sign_in, state
from tests.translation.files.items import in_german, say_yes
from translation.desk import segments
from translation.desk.models import Notice
from translation.desk.states import State

pytestmark = pytest.mark.django_db

WORDS = {"uk": "Речення про повернення.", "ar": "جملة عن العودة."}
BETTER = {"uk": "Речення про вороття.", "ar": "جملة عن الرجوع."}


def shown(client: Client, page: Page, code: str) -> Tag:  # noqa: F811
    return BeautifulSoup(client.get(address(page, code)).content, "html.parser").select_one("[data-translation]")


def offers(client: Client, page: Page, code: str) -> set[str]:  # noqa: F811
    """Return what the editor offers, and whether texts can be typed in it."""
    soup = shown(client, page, code)
    found = {one["data-do"] for one in soup.select("[data-do]")} & {"save", "submit", "publish"}
    return found | {"type" for one in soup.select("textarea")[:1] if not one.has_attr("readonly")}


@pytest.mark.parametrize("code", ["uk", "ar"])
def test_it_is_submitted_with_what_was_typed_and_waits(linked: ContentPage, code: str) -> None:  # noqa: F811
    translate_texts(translation_of(linked, code))
    translator, reviewer = sign_in(f"uebersetzung-{code}"), sign_in(f"pruefung-{code}")
    assert offers(translator, linked, code) == {"save", "submit", "publish", "type"}
    pk, seen = segment(linked, "lead").pk, segments.version_of(stored(linked, code, "lead"))
    form = {f"text-{pk}": WORDS[code], f"version-{pk}": seen, "action": "submit"}
    assert translator.post(address(linked, code), form).status_code == 302
    assert (stored(linked, code, "lead"), state(linked, code)) == (WORDS[code], State.IN_REVIEW)
    # Whoever translates reads what is submitted, and is led to where it is taken back; the reviewer mends it, and is led to the decision.
    assert offers(translator, linked, code) == set()
    assert offers(reviewer, linked, code) == {"save", "submit", "type"}
    decide = f"{reverse('translation_work', args=[linked.pk, code])}#review"
    assert shown(reviewer, linked, code).select_one("a[data-do=submit]")["href"] == decide
    assert shown(translator, linked, code).select_one(".portal-editor__note a")["href"] == decide
    # What they typed meanwhile elsewhere is not stored, and stands before them still.
    seen = segments.version_of(WORDS[code])
    answer = translator.post(address(linked, code), {f"text-{pk}": "Ще одне.", f"version-{pk}": seen, "action": "publish"})
    assert answer.status_code == 403
    assert BeautifulSoup(answer.content, "html.parser").select_one(f"#text-{pk}").get_text() == "Ще одне."
    assert save(translator, linked, code, "lead", "Ще одне.", seen).status_code == 403
    assert save(reviewer, linked, code, "lead", BETTER[code], seen).status_code == 200
    assert state(linked, code) == State.IN_REVIEW
    review = reverse("translation_review", args=[linked.pk, code])
    reviewer.post(review, {"do": "send_back", "comment": "Bitte Sie."})
    assert shown(translator, linked, code).select_one(".portal-editor__note q").get_text() == "Bitte Sie."
    assert offers(translator, linked, code) == {"save", "submit", "publish", "type"}
    translator.post(address(linked, code), {"action": "submit"})
    reviewer.post(review, {"do": "approve"})
    assert state(linked, code) == State.TRANSLATED


def test_what_is_to_be_looked_at_is_not_submitted_from_either_screen(linked: ContentPage) -> None:  # noqa: F811
    translate_texts(translation_of(linked, "uk"))
    client, seen = sign_in("uebersetzung-uk"), segments.version_of(stored(linked, "uk", "lead"))
    save(client, linked, "uk", "lead", WORDS["uk"], seen, work="on")
    answer = client.post(address(linked, "uk"), {"action": "submit"})
    assert answer.url.endswith(f"#segment-{segment(linked, 'lead').pk}")
    client.post(reverse("translation_review", args=[linked.pk, "uk"]), {"do": "submit"})
    assert state(linked, "uk") != State.IN_REVIEW
    save(client, linked, "uk", "lead", WORDS["uk"], segments.version_of(WORDS["uk"]))
    client.post(reverse("translation_review", args=[linked.pk, "uk"]), {"do": "submit"})
    assert state(linked, "uk") == State.IN_REVIEW


def test_a_conflict_is_shown_and_nothing_is_submitted(linked: ContentPage) -> None:  # noqa: F811
    translate_texts(translation_of(linked, "uk"))
    pk, seen = segment(linked, "lead").pk, segments.version_of(stored(linked, "uk", "lead"))
    save(sign_in("pruefung-uk"), linked, "uk", "lead", WORDS["uk"], seen)
    answer = sign_in("uebersetzung-uk").post(address(linked, "uk"), {f"text-{pk}": "Моє.", f"version-{pk}": seen, "action": "submit"})
    assert BeautifulSoup(answer.content, "html.parser").select_one(f"#text-{pk}").get_text() == "Моє."
    assert (stored(linked, "uk", "lead"), state(linked, "uk") == State.IN_REVIEW) == (WORDS["uk"], False)


def test_a_file_is_not_taken_while_it_waits_but_from_its_reviewer(linked: ContentPage) -> None:  # noqa: F811
    translation = translation_of(linked, "uk")
    translate_texts(translation)
    translator, reviewer, files = sign_in("uebersetzung-uk"), sign_in("pruefung-uk"), reverse("translation_files", args=[translation.pk])
    data = translator.get(reverse("translation_file", args=[translation.pk, "po"])).content.replace(b'"EN Ein Satz', '"Речення'.encode())

    def send(client: Client) -> HttpResponse:
        return client.post(files, {"file": SimpleUploadedFile("a.po", data)}, follow=True)

    looked, before = send(translator), stored(linked, "uk", "lead")
    translator.post(address(linked, "uk"), {"action": "submit"})
    # Neither what was looked at before nor what is sent now; both say why.
    waits = in_german(
        "“%(object)s” waits for a review, and is changed by its reviewers alone until then.", object=version(linked, "uk").specific
    )
    for answer in (say_yes(translator, looked), send(translator)):
        assert (answer.status_code, answer.context["reason"]) == (403, waits)
    assert stored(linked, "uk", "lead") == before
    say_yes(reviewer, send(reviewer))
    assert stored(linked, "uk", "lead").startswith("Речення")
    assert state(linked, "uk") == State.IN_REVIEW


def test_an_imported_text_has_not_the_reason_of_the_one_before_and_needs_work_still(linked: ContentPage) -> None:  # noqa: F811
    translation = translation_of(linked, "uk")
    translate_texts(translation)
    client, seen = sign_in("uebersetzung-uk"), segments.version_of(stored(linked, "uk", "lead"))
    data = client.get(reverse("translation_file", args=[translation.pk, "po"])).content.replace(b'"EN Ein Satz', '"Речення'.encode())
    save(client, linked, "uk", "lead", stored(linked, "uk", "lead"), seen, reason="Так просили.", work="on")
    files = reverse("translation_files", args=[translation.pk])
    say_yes(client, client.post(files, {"file": SimpleUploadedFile("a.po", data)}, follow=True))
    shown_ = row(client, linked, "uk", "lead")
    assert shown_.select_one("textarea").get_text().startswith("Речення")
    assert (shown_.select_one("[data-reason] input")["value"], shown_.select_one("[type=checkbox]").has_attr("checked")) == ("", True)


def test_what_becomes_of_the_german_page_while_it_waits(linked: ContentPage) -> None:  # noqa: F811
    translate_texts(translation_of(linked, "uk"))
    translator, reviewer = sign_in("uebersetzung-uk"), sign_in("pruefung-uk")
    translator.post(address(linked, "uk"), {"action": "submit"})
    review = reverse("translation_review", args=[linked.pk, "uk"])
    # Taken offline: whoever approves is asked, and nothing is published unless they insist.
    linked.unpublish()
    assert "translation/confirm_publication.html" in [one.name for one in reviewer.post(review, {"do": "approve"}).templates]
    assert (state(linked, "uk"), versions.was_finished(version(linked, "uk"))) == (State.IN_REVIEW, False)
    # Private, and online again: what is approved is read by whom the German page is read.
    publish(linked)
    PageViewRestriction.objects.create(page=linked, restriction_type=PageViewRestriction.LOGIN)
    reviewer.post(review, {"do": "approve"})
    assert state(linked, "uk") == State.TRANSLATED
    assert Client().get(version(linked, "uk").specific.address).status_code == 302


def test_a_page_that_is_deleted_while_it_waits_leaves_nothing_that_waits(linked: ContentPage) -> None:  # noqa: F811
    translate_texts(translation_of(linked, "uk"))
    sign_in("uebersetzung-uk").post(address(linked, "uk"), {"action": "submit"})
    reviewer, pk = sign_in("pruefung-uk"), version(linked, "uk").pk
    assert sign_in("freigabe").post(reverse("wagtailadmin_pages:delete", args=[linked.pk]), follow=True).status_code == 200
    assert not Page.objects.filter(pk=linked.pk).exists()
    Page.objects.filter(pk=pk).delete()
    shown_ = reviewer.get("/admin/")
    assert (shown_.status_code, linked.title in shown_.text) == (200, False)
    assert (Notice.objects.count(), WorkflowState.objects.count()) == (0, 0)
