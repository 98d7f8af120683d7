"""The editor of translations: what it shows, what it stores, what it lets go online, to whom it opens."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup, Tag
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Page, PageViewRestriction
from wagtail_localize.models import StringSegment, StringTranslation, Translation

from home.models import ContentPage
from tests.builders import publish, translate_texts
from tests.translation.desk.test_orders import (  # noqa: F401 (fixtures)
    finish,
    order,
    other,
    page,
    shared_section,
    sign_in,
    state,
    version,
)
from translation.desk import orders, segments
from translation.desk.models import SegmentComment, SegmentMark
from translation.desk.states import State
from translation.upstream import bulk

pytestmark = pytest.mark.django_db


def translation_of(page: Page, code: str) -> Translation:  # noqa: F811
    return Translation.objects.get(source__object_id=page.translation_key, target_locale__language_code=code)


@pytest.fixture
def linked(page: ContentPage) -> ContentPage:  # noqa: F811
    """The page with a text that holds a link and bold words, ordered in all languages."""
    body = [{"type": "text", "value": '<p>Fragen Sie <a href="https://example.org/a">das Amt</a>, es <b>hilft</b> 3 Tage.</p>'}]
    page.body = ContentPage._meta.get_field("body").to_python(body)
    publish(page)
    order(sign_in("redaktion"), [page])
    return page


def address(page: Page, code: str, name: str = "", *args: int) -> str:  # noqa: F811
    return reverse(f"translation_editor{name}", args=[translation_of(page, code).pk, *args])


def segment(page: Page, path: str) -> StringSegment:  # noqa: F811
    return StringSegment.objects.get(source__object_id=page.translation_key, context__path__startswith=path)


def row(client: Client, page: Page, code: str, path: str) -> Tag:  # noqa: F811
    soup = BeautifulSoup(client.get(address(page, code)).content, "html.parser")
    return soup.select_one(f"#segment-{segment(page, path).pk}")


def save(client: Client, page: Page, code: str, path: str, text: str, seen: str = "", **values: str) -> HttpResponse:  # noqa: F811
    return client.post(address(page, code, "_save", segment(page, path).pk), {"text": text, "version": seen, **values})


def stored(page: Page, code: str, path: str) -> str:  # noqa: F811
    rows = StringTranslation.objects.filter(context__object_id=page.translation_key, locale__language_code=code)
    return rows.filter(context__path__startswith=path).values_list("data", flat=True).first() or ""


@pytest.mark.parametrize(("code", "direction"), [("uk", "ltr"), ("ar", "rtl")])
def test_texts_stand_side_by_side_in_their_languages_and_tags_are_chips(linked: ContentPage, code: str, direction: str) -> None:
    shown = row(sign_in(f"uebersetzung-{code}"), linked, code, "body")
    source, target = shown.select_one(".portal-segment__source"), shown.select_one("textarea")
    assert (source["lang"], source["dir"]) == ("de", "ltr")
    assert (target["lang"], target["dir"], target.get_text()) == (code, direction, "")
    assert [(chip["data-token"], chip["title"]) for chip in source.select(".portal-chip")] == [
        ("a1", "https://example.org/a"), ("/a1", "https://example.org/a"), ("b", ""), ("/b", ""),
    ]  # fmt: skip
    assert not source.select("a, b")


def test_a_text_is_stored_as_markup_and_what_is_typed_as_markup_is_text(linked: ContentPage) -> None:
    client = sign_in("uebersetzung-uk")
    answer = save(client, linked, "uk", "body", "Запитайте ⟦a1⟧відомство⟦/a1⟧, воно ⟦b⟧допоможе⟦/b⟧ 3 дні.")
    data = 'Запитайте <a id="a1">відомство</a>, воно <b>допоможе</b> 3 дні.'
    assert stored(linked, "uk", "body") == data
    assert answer.json()["findings"] == []
    assert answer.json()["version"] == segments.version_of(data)
    answer = save(client, linked, "uk", "lead", "<script>alert(1)</script>")
    assert stored(linked, "uk", "lead") == "&lt;script&gt;alert(1)&lt;/script&gt;"
    assert [finding["blocking"] for finding in answer.json()["findings"]][0] is True
    shown = row(client, linked, "uk", "lead")
    assert (shown.select_one("textarea").get_text(), shown.select("script")) == ("<script>alert(1)</script>", [])


def test_a_save_replaces_nothing_that_was_not_seen(linked: ContentPage) -> None:
    first = save(sign_in("uebersetzung-uk"), linked, "uk", "lead", "Перше речення.").json()
    answer = save(sign_in("freigabe"), linked, "uk", "lead", "Друге речення.")
    assert (answer.status_code, answer.json()) == (409, {"version": first["version"], "text": "Перше речення."})
    assert stored(linked, "uk", "lead") == "Перше речення."
    # The same text twice is no conflict; with the version of what stands there the other one goes in.
    assert save(sign_in("freigabe"), linked, "uk", "lead", "Перше речення.").status_code == 200
    assert save(sign_in("freigabe"), linked, "uk", "lead", "Друге речення.", first["version"]).status_code == 200
    assert stored(linked, "uk", "lead") == "Друге речення."


def test_others_hear_of_it(linked: ContentPage) -> None:
    mine, theirs = sign_in("uebersetzung-ar"), sign_in("freigabe")
    since = mine.get(address(linked, "ar", "_news")).json()["now"]
    save(theirs, linked, "ar", "lead", "جملة.")
    found = mine.get(address(linked, "ar", "_news"), {"since": since}).json()
    pk = str(segment(linked, "lead").pk)
    assert found["texts"] == {pk: {"version": segments.version_of("جملة."), "text": "جملة."}}
    assert theirs.get(address(linked, "ar", "_news"), {"since": since}).json()["texts"] == {}
    assert mine.get(address(linked, "ar", "_news"), {"since": "gestern"}).json()["texts"] == {}


def test_without_a_script_the_form_stores_what_changed_and_shows_conflicts(linked: ContentPage) -> None:
    client, lead, title = sign_in("uebersetzung-uk"), segment(linked, "lead"), segment(linked, "title")
    form = {f"text-{lead.pk}": "Перше речення.\r\nДруге.", f"version-{lead.pk}": "", f"text-{title.pk}": "", f"version-{title.pk}": "",
            f"work-{lead.pk}": "on"}  # fmt: skip
    assert client.post(address(linked, "uk"), form).status_code == 302
    assert (stored(linked, "uk", "lead"), stored(linked, "uk", "title")) == ("Перше речення.<br/>Друге.", "")
    assert SegmentMark.objects.get().needs_work is True
    save(sign_in("freigabe"), linked, "uk", "title", "Повернення")
    answer = client.post(address(linked, "uk"), {**form, f"text-{title.pk}": "Вороття"})
    shown = BeautifulSoup(answer.content, "html.parser").select_one(f"#segment-{title.pk}")
    assert shown.select_one("textarea").get_text() == "Вороття"
    assert shown.select_one(".portal-segment__conflict .portal-text").get_text() == "Повернення"
    assert stored(linked, "uk", "title") == "Повернення"
    again = {**form, f"text-{title.pk}": "Вороття", f"version-{title.pk}": shown.select_one("input[type=hidden]")["value"]}
    again |= {f"version-{lead.pk}": segments.version_of(stored(linked, "uk", "lead"))}
    assert client.post(address(linked, "uk"), again).status_code == 302
    assert stored(linked, "uk", "title") == "Вороття"


def test_an_emptied_text_is_none_and_progress_says_so(linked: ContentPage) -> None:
    client = sign_in("uebersetzung-uk")
    seen = save(client, linked, "uk", "lead", "Речення.").json()["version"]

    def progress() -> tuple[str, str]:
        bar = BeautifulSoup(client.get(address(linked, "uk")).content, "html.parser").select_one("progress")
        return bar["value"], bar["max"]

    total = str(StringSegment.objects.filter(source__object_id=linked.translation_key).count())
    assert progress() == ("1", total)
    save(client, linked, "uk", "lead", "Речення.", seen, work="on")
    assert progress() == ("0", total)
    save(client, linked, "uk", "lead", "  ", seen)
    assert not StringTranslation.objects.filter(context=segment(linked, "lead").context, locale__language_code="uk").exists()


def test_what_would_break_the_page_goes_online_nowhere(linked: ContentPage) -> None:
    client = sign_in("uebersetzung-uk")
    translate_texts(translation_of(linked, "uk"))
    StringTranslation.objects.filter(context=segment(linked, "body").context, locale__language_code="uk").update(data="Без посилання 3.")
    edit = reverse("wagtailadmin_pages:edit", args=[version(linked, "uk").pk])
    answer = client.post(edit, {"action": "publish"})
    assert (answer.status_code, "broken" in answer.context) == (403, True)
    bulk = f"{reverse('wagtail_bulk_action', args=['wagtailcore', 'page', 'publish'])}?id={version(linked, 'uk').pk}"
    client.post(bulk)
    client.post(address(linked, "uk"), {"action": "publish"})
    assert version(linked, "uk").alias_of_id == linked.pk
    translate_texts(translation_of(linked, "uk"))
    assert client.post(edit, {"action": "publish"}).status_code == 302
    assert state(linked, "uk") == State.TRANSLATED


def test_a_warning_needs_a_word_and_the_word_is_of_that_text(linked: ContentPage) -> None:
    client = sign_in("uebersetzung-uk")
    translate_texts(translation_of(linked, "uk"))
    seen = segments.version_of(stored(linked, "uk", "lead"))
    seen = save(client, linked, "uk", "lead", "Сім речень", seen).json()["version"]
    answer = client.post(address(linked, "uk"), {"action": "publish"})
    assert answer.url.endswith(f"#segment-{segment(linked, 'lead').pk}")
    assert version(linked, "uk").alias_of_id == linked.pk
    save(client, linked, "uk", "lead", "Сім речень", seen, reason="Так просили.")
    assert row(client, linked, "uk", "lead").select_one("[data-reason] input")["value"] == "Так просили."
    assert client.post(address(linked, "uk"), {"action": "publish"}).url == address(linked, "uk")
    assert state(linked, "uk") == State.TRANSLATED
    save(client, linked, "uk", "lead", "Вісім речень", seen)
    assert row(client, linked, "uk", "lead").select_one("[data-reason] input")["value"] == ""


def test_a_changed_text_shows_what_changed_and_proposes_its_former_translation(linked: ContentPage) -> None:
    finish(linked, "en")
    orders.settle()
    changed = ContentPage.objects.get(pk=linked.pk)
    changed.lead = "Ein Satz zu Rückkehr und Reise."
    publish(changed)
    order(sign_in("redaktion"), [linked], ("en",))
    shown = row(sign_in("uebersetzung-en"), linked, "en", "lead")
    assert [part.get_text() for part in shown.select(".portal-changes .addition")] == [" und Reise"]
    assert [one["data-proposal"] for one in shown.select("[data-proposal]")] == ["EN Ein Satz zu Rückkehr."]


def test_the_same_text_on_a_published_page_is_proposed(linked: ContentPage, other: ContentPage) -> None:  # noqa: F811
    other.lead = "Ein Satz zu Rückkehr."
    publish(other)
    order(sign_in("redaktion"), [other])
    client = sign_in("uebersetzung-uk")
    save(client, linked, "uk", "lead", "Речення про повернення.")
    assert row(client, other, "uk", "lead").select("[data-proposal]") == []
    translate_texts(translation_of(linked, "uk"), {"Ein Satz zu Rückkehr.": "Речення про повернення."})
    assert client.post(reverse("wagtailadmin_pages:edit", args=[version(linked, "uk").pk]), {"action": "publish"}).status_code == 302
    assert [one["data-proposal"] for one in row(client, other, "uk", "lead").select("[data-proposal]")] == ["Речення про повернення."]


def test_one_person_asks_for_texts_alike_so_often_and_keeps_nobody_else_from_it(
    linked: ContentPage, monkeypatch: pytest.MonkeyPatch  # noqa: F811
) -> None:
    monkeypatch.setattr("translation.desk.editor.ALIKE_RATE", 2)
    place = address(linked, "uk", "_alike", segment(linked, "title").pk)
    first, second = sign_in("uebersetzung-uk"), sign_in("pruefung-uk")
    assert [first.get(place).status_code for _time in range(3)] == [200, 200, 429]
    refused = first.get(place)
    assert (refused.json(), 0 < int(refused["Retry-After"]) <= 60) == ({"texts": []}, True)
    assert second.get(place).status_code == 200


def test_texts_alike_are_proposed_from_70_per_cent_the_closest_first(linked: ContentPage, other: ContentPage) -> None:  # noqa: F811
    other.lead = "Ein Satz zu Rückkehr und Reise."
    publish(other)
    order(sign_in("redaktion"), [other])
    finish(other, "uk")
    client, pk = sign_in("uebersetzung-uk"), segment(linked, "lead").pk
    (found,) = client.get(address(linked, "uk", "_alike", pk)).json()["texts"]
    assert found == {"percent": 80, "source": "Ein Satz zu Rückkehr und Reise.", "text": "EN Ein Satz zu Rückkehr und Reise."}
    assert client.get(address(linked, "uk", "_alike", segment(linked, "body").pk)).json()["texts"] == []
    # What is added later is found too.
    other = ContentPage.objects.get(pk=other.pk)
    other.lead = "Ein Satz zu Rückkehr!"
    bulk.write_sources([publish(other)])
    translate_texts(translation_of(other, "uk"))
    assert [one["source"] for one in client.get(address(linked, "uk", "_alike", pk)).json()["texts"]] == [
        "Ein Satz zu Rückkehr!", "Ein Satz zu Rückkehr und Reise.",
    ]  # fmt: skip
    assert sign_in("uebersetzung-ar").get(address(linked, "uk", "_alike", pk)).status_code == 403


@pytest.mark.parametrize("code", ["uk", "ar"])
def test_texts_of_private_pages_are_proposed_to_nobody(linked: ContentPage, other: ContentPage, code: str) -> None:  # noqa: F811
    other.lead, other.title = "Ein Satz zu Rückkehr!", linked.title
    publish(other)
    order(sign_in("redaktion"), [other])
    finish(other, code)
    client, pk = sign_in(f"uebersetzung-{code}"), segment(linked, "lead").pk

    def proposed() -> tuple[int, int]:
        alike = client.get(address(linked, code, "_alike", pk)).json()["texts"]
        return len(alike), len(row(client, linked, code, "title").select("[data-proposal]"))

    assert proposed() == (1, 1)
    PageViewRestriction.objects.create(page=other, restriction_type=PageViewRestriction.LOGIN)
    assert proposed() == (0, 0)


def test_a_moment_before_all_time_is_no_error(linked: ContentPage) -> None:
    client = sign_in("uebersetzung-uk")
    answer = client.get(address(linked, "uk", "_news"), {"since": "0001-01-01T00:00:00+14:00"})
    assert (answer.status_code, answer.json()["texts"]) == (200, {})


def test_the_task_of_leichte_sprache_names_hard_sentences(page: ContentPage) -> None:  # noqa: F811
    order(sign_in("redaktion"), [page], ("de-simple",))
    easy = version(page, "de-simple").specific
    easy.lead = "Der Antrag wird geprüft."
    publish(easy)
    answer = sign_in("leichte-sprache").get(reverse("translation_work", args=[page.pk, "de-simple"]))
    assert [(hint.sentence, [rule.value for rule in hint.rules]) for hint in answer.context["hints"]] == [
        ("Der Antrag wird geprüft.", ["passive"])
    ]
    assert "Der Antrag wird geprüft." in answer.text


def test_who_writes_in_german_is_told_what_is_hard_to_translate(linked: ContentPage) -> None:
    for code in ("en", "uk", "ar"):
        translate_texts(translation_of(linked, code), {"Ein Satz zu Rückkehr.": "7 7."} if code != "en" else None)
    address_of = reverse("translation_desk_page", args=[linked.pk])
    soup = BeautifulSoup(sign_in("redaktion").get(address_of).content, "html.parser")
    (found,) = (one for one in soup.select(".portal-changes li") if "Ein Satz zu Rückkehr." in one.get_text())
    assert found.select_one("bdi").get_text() == "Українська, العربية"
    assert sign_in("uebersetzung-uk").get(address_of).context["troubles"] == []


def test_comments_stand_with_their_text_and_language(linked: ContentPage) -> None:
    pk = segment(linked, "lead").pk
    for name, code in (("uebersetzung-uk", "uk"), ("uebersetzung-ar", "ar")):
        sign_in(name).post(address(linked, code, "_comment", pk), {f"comment-{pk}": f"Von {code}?"})
    shown = row(sign_in("uebersetzung-uk"), linked, "uk", "lead")
    assert [one.get_text() for one in shown.select(".portal-segment__comments span[dir=auto]")] == ["Von uk?"]
    assert SegmentComment.objects.count() == 2


def test_each_address_opens_to_those_of_its_language_alone(linked: ContentPage) -> None:
    pk = segment(linked, "lead").pk
    own = {"freigabe": {"en", "uk", "ar"}, "redaktion": set(), "leichte-sprache": set(), "anfragen": set()}
    for code in ("en", "uk", "ar"):
        translate_texts(translation_of(linked, code))
    for name in (*own, "uebersetzung-en", "uebersetzung-uk", "uebersetzung-ar"):
        client, languages = sign_in(name), own.get(name, {name.removeprefix("uebersetzung-")})
        for code in ("en", "uk", "ar"):
            is_own, before = code in languages, (stored(linked, code, "lead"), SegmentComment.objects.count())
            refused = 403
            assert client.get(address(linked, code)).status_code == (200 if is_own else refused), (name, code)
            assert client.get(address(linked, code, "_news")).status_code == (200 if is_own else refused)
            if is_own:
                continue
            assert save(client, linked, code, "lead", "x", segments.version_of(before[0])).status_code == refused
            assert client.post(address(linked, code), {f"text-{pk}": "x", "action": "publish"}).status_code == refused
            assert client.post(address(linked, code, "_comment", pk), {f"comment-{pk}": "x"}).status_code == refused
            assert (stored(linked, code, "lead"), SegmentComment.objects.count()) == before
            leads = client.get(reverse("translation_edit", args=[linked.pk, code]))
            assert "/translations/edit/" not in leads.get("Location", "")
        for code in languages:
            leads = client.get(reverse("translation_edit", args=[linked.pk, code]))
            assert leads.url == f"{address(linked, code)}#next"


def test_a_text_of_another_page_is_not_stored_through_this_one(linked: ContentPage, other: ContentPage) -> None:  # noqa: F811
    order(sign_in("redaktion"), [other])
    pk, client = segment(other, "lead").pk, sign_in("uebersetzung-uk")
    assert client.post(address(linked, "uk", "_save", pk), {"text": "x", "version": ""}).status_code == 404
    assert client.post(address(linked, "uk", "_comment", pk), {f"comment-{pk}": "x"}).status_code == 404
    assert stored(other, "uk", "lead") == ""


def test_a_locked_page_takes_no_text(linked: ContentPage) -> None:
    alias = version(linked, "uk")
    Page.objects.filter(pk=alias.pk).update(locked=True)
    assert save(sign_in("uebersetzung-uk"), linked, "uk", "lead", "Речення.").status_code == 403
    assert stored(linked, "uk", "lead") == ""


@pytest.mark.parametrize("text", ["x" * 50_001, None])
def test_what_is_no_text_is_refused_and_said(linked: ContentPage, text: str | None) -> None:
    client = sign_in("uebersetzung-uk")
    answer = client.post(address(linked, "uk", "_save", segment(linked, "lead").pk), {} if text is None else {"text": text})
    assert (answer.status_code, answer.json()["error"] != "") == (400, True)


@pytest.mark.once
def test_five_hundred_texts_take_as_many_queries_as_twenty(page: ContentPage) -> None:  # noqa: F811
    client, found = sign_in("uebersetzung-uk"), []
    order(sign_in("redaktion"), [page], ("uk",))
    for number in (20, 500):
        changed = ContentPage.objects.get(pk=page.pk)
        body = [{"type": "text", "value": f"<p>Satz {line} der Seite.</p>"} for line in range(number)]
        changed.body = ContentPage._meta.get_field("body").to_python(body)
        bulk.write_sources([publish(changed)])
        client.get(address(page, "uk"))
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(address(page, "uk"))
        assert answer.content.count(b"data-segment=") == number + 2
        found.append(len(queries))
    assert found[0] == found[1] <= 30
