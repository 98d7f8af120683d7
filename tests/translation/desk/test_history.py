"""The history of a text: who translated, approved and published what, and how an earlier translation is taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup, Tag
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail_localize.models import StringSegment, StringTranslation, TranslationContext

from home.models import ContentPage
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
    sign_in,
    stored,
    translation_of,
    version,
)
from tests.translation.desk.test_planning import come, plan
from translation import memory
from translation.desk import history, segments
from translation.desk.models import SegmentVersion, forget_what_is_gone
from translation.files import writing

pytestmark = pytest.mark.django_db


def shown(client: Client, page: ContentPage, code: str, path: str) -> list[Tag]:  # noqa: F811
    answer = client.get(address(page, code, "_history", segment(page, path).pk))
    return BeautifulSoup(answer.content, "html.parser").select("section.portal-version")


def said(entry: Tag) -> list[str]:
    """Return an entry: its text, then what is said of it, without dates."""
    words = [" ".join(item.get_text().split()) for item in entry.select("p, li")]
    return [words[0], *(part.split(", ", 1)[1] for part in words[1:])]


def take_back(client: Client, page: ContentPage, code: str, path: str, entry: Tag, **values: str) -> int:  # noqa: F811
    fields = {field["name"]: field["value"] for field in entry.select("form input[type=hidden]") if field["name"] != "csrfmiddlewaretoken"}
    return client.post(address(page, code, "_history", segment(page, path).pk), {**fields, **values}).status_code


@pytest.mark.parametrize(("code", "direction", "first", "second"), [
    ("uk", "ltr", "Перший заголовок", "Другий заголовок"), ("ar", "rtl", "العنوان الأول", "العنوان الثاني"),
])  # fmt: skip
def test_who_wrote_and_published_what_is_said_and_an_earlier_text_comes_back(
    linked: ContentPage, code: str, direction: str, first: str, second: str  # noqa: F811
) -> None:
    translator, name = sign_in(f"uebersetzung-{code}"), {"uk": "Demo Übersetzung Ukrainisch", "ar": "Demo Übersetzung Arabisch"}[code]
    save(translator, linked, code, "title", first)
    translation = translation_of(linked, code)
    translate_texts(translation, {linked.title: first})
    translation.save_target(user=User.objects.get(username="freigabe"), publish=True)
    save(sign_in("freigabe"), linked, code, "title", second, segments.version_of(first))
    entries = shown(translator, linked, code, "title")
    assert [said(entry) for entry in entries] == [
        [second, "Demo Freigabe, getippt · steht jetzt da"],
        [first, f"{name}, getippt", "Demo Freigabe"],
    ]
    assert [(one["lang"], one["dir"]) for one in (entry.select_one(".portal-text") for entry in entries)] == [(code, direction)] * 2
    # What stands there now is not offered.
    assert [bool(entry.select("form")) for entry in entries] == [False, True]
    assert take_back(translator, linked, code, "title", entries[1]) == 302
    assert stored(linked, code, "title") == first
    assert [said(entry)[:2] for entry in shown(translator, linked, code, "title")] == [
        [first, f"{name}, frühere Übersetzung zurückgeholt · steht jetzt da"],
        [second, "Demo Freigabe, getippt"],
        [first, f"{name}, getippt"],
    ]


def test_somebody_elses_text_is_not_replaced_unseen_and_no_other_language_is_open(linked: ContentPage) -> None:  # noqa: F811
    for code in ("uk", "ar"):
        save(sign_in("freigabe"), linked, code, "title", f"{code} 1")
        save(sign_in(f"uebersetzung-{code}"), linked, code, "title", f"{code} 2", segments.version_of(f"{code} 1"))
    translator = sign_in("uebersetzung-uk")
    old = shown(translator, linked, "uk", "title")[1]
    save(sign_in("freigabe"), linked, "uk", "title", "uk 3", segments.version_of("uk 2"))
    assert take_back(translator, linked, "uk", "title", old) == 302
    assert stored(linked, "uk", "title") == "uk 3"
    # By typed addresses: the Arabic screen, an Arabic version on the Ukrainian one, a text of another place, no number at all.
    arabic = SegmentVersion.objects.filter(locale__language_code="ar").first()
    other_text = SegmentVersion.objects.filter(locale__language_code="uk").first()
    before = list(StringTranslation.objects.order_by("pk").values_list("data", flat=True))
    place = segment(linked, "title").pk
    for name in ("uebersetzung-uk", "redaktion", "anfragen"):
        client = sign_in(name)
        assert client.get(address(linked, "ar", "_history", place)).status_code == 403, name
        answer = client.post(address(linked, "ar", "_history", place), {"version": arabic.pk, "seen": segments.version_of("ar 2")})
        assert answer.status_code == 403, name
    seen = segments.version_of("uk 3")
    for number in (arabic.pk, "x", "", "9" * 30, "٣"):
        answer = translator.post(address(linked, "uk", "_history", place), {"version": number, "seen": seen})
        assert answer.status_code == 404, number
    of_body = address(linked, "uk", "_history", segment(linked, "body").pk)
    assert translator.post(of_body, {"version": other_text.pk, "seen": ""}).status_code == 404
    assert list(StringTranslation.objects.order_by("pk").values_list("data", flat=True)) == before


def versions(page: ContentPage, path: str) -> list[tuple[str, str]]:  # noqa: F811
    found = SegmentVersion.objects.filter(context__object_id=page.translation_key, locale__language_code="uk")
    found = found.filter(context__path__startswith=path)
    return list(found.order_by("pk").values_list("data", "origin"))


def test_what_one_person_types_at_once_is_one_version_until_it_was_published(linked: ContentPage) -> None:  # noqa: F811
    translator, translation = sign_in("uebersetzung-uk"), translation_of(linked, "uk")
    text = ""
    for typed in ("Пе", "Перший", "Перший текст"):
        save(translator, linked, "uk", "title", typed, segments.version_of(text))
        text = typed
    assert versions(linked, "title") == [("Перший текст", "typed")]
    save(sign_in("freigabe"), linked, "uk", "title", "Інший", segments.version_of(text))
    save(sign_in("freigabe"), linked, "uk", "title", "Третій", segments.version_of("Інший"))
    assert versions(linked, "title") == [("Перший текст", "typed"), ("Третій", "typed")]
    translate_texts(translation, {linked.title: "Третій"})
    translation.save_target(publish=True)
    save(sign_in("freigabe"), linked, "uk", "title", "Четвертий", segments.version_of("Третій"))
    assert versions(linked, "title")[-2:] == [("Третій", "typed"), ("Четвертий", "typed")]
    save(sign_in("freigabe"), linked, "uk", "title", "", segments.version_of("Четвертий"))
    assert versions(linked, "title")[-2:] == [("Четвертий", "typed"), ("", "typed")]
    assert [said(entry)[0] for entry in shown(translator, linked, "uk", "title")] == ["Gelöscht", "Четвертий", "Третій", "Перший текст"]


def test_the_origin_is_said_whichever_way_a_text_comes_in(linked: ContentPage) -> None:  # noqa: F811
    translation, title = translation_of(linked, "uk"), segment(linked, "title")
    place = {"translation_of": title.string, "context": title.context, "locale": translation.target_locale}
    StringTranslation.objects.create(**place, data="Машина", translation_type="machine", tool_name="Dummy")
    change = writing.Change(translation.pk, title.context_id, title.string_id, writing.digest("Машина"), "Файл")
    assert writing.write(User.objects.get(username="uebersetzung-uk"), [change], "PO") == 1
    assert versions(linked, "title") == [("Машина", "machine"), ("Файл", "file")]
    # The same text elsewhere is a proposal, and what moved within its block brings its translation along.
    elsewhere = TranslationContext.objects.create(object_id=linked.translation_key, path="seo_title")
    StringTranslation.objects.create(**{**place, "context": elsewhere}, data="Взято", translation_type="manual")
    save(sign_in("uebersetzung-uk"), linked, "uk", "title", "Взято", segments.version_of("Файл"))
    assert versions(linked, "title")[-1] == ("Взято", "proposal")
    body = segment(linked, "body")
    StringTranslation.objects.create(
        translation_of=body.string, locale=translation.target_locale, data="Тіло", translation_type="manual",
        context=TranslationContext.objects.create(object_id=linked.translation_key, path=f"{body.context.path}.moved"),
    )  # fmt: skip
    memory.reuse_within_blocks(translation.source)
    assert versions(linked, body.context.path)[-1] == ("Тіло", "reused")


def test_a_translation_of_before_there_was_a_history_is_shown_and_kept_when_it_is_replaced(linked: ContentPage) -> None:  # noqa: F811
    translator = sign_in("uebersetzung-uk")
    save(translator, linked, "uk", "title", "Давній")
    SegmentVersion.objects.all().delete()
    expected = ["Давній", "Demo Übersetzung Ukrainisch, getippt · steht jetzt da"]
    assert [said(entry) for entry in shown(translator, linked, "uk", "title")] == [expected]
    save(sign_in("freigabe"), linked, "uk", "title", "Новий", segments.version_of("Давній"))
    assert versions(linked, "title") == [("Давній", "typed"), ("Новий", "typed")]


def test_the_translation_of_an_earlier_german_text_is_there_too_and_says_so(linked: ContentPage) -> None:  # noqa: F811
    translator = sign_in("uebersetzung-uk")
    save(translator, linked, "uk", "title", "Давній")
    old = linked.title
    linked.title = "Etwas ganz anderes"
    publish(linked)
    translation_of(linked, "uk").source.update_from_db()
    (entry,) = shown(translator, linked, "uk", "title")
    assert [" ".join(part.get_text().split()) for part in entry.select("p")] == [f"Zu einem früheren deutschen Text: {old}", "Давній"]
    assert take_back(translator, linked, "uk", "title", entry) == 302
    current = StringSegment.objects.get(pk=segment(linked, "title").pk)
    assert StringTranslation.objects.get(translation_of=current.string_id, locale__language_code="uk").data == "Давній"


@pytest.mark.parametrize(("code", "first", "second"), [
    ("uk", "Перший заголовок", "Другий заголовок"), ("ar", "العنوان الأول", "العنوان الثاني"),
])  # fmt: skip
def test_published_stands_at_what_went_online_at_its_time_not_at_what_was_typed_since(
    linked: ContentPage, code: str, first: str, second: str  # noqa: F811
) -> None:
    translator, translation = sign_in(f"uebersetzung-{code}"), translation_of(linked, code)
    translate_texts(translation, {linked.title: first})
    save(translator, linked, code, "title", "x", segments.version_of(first))
    save(translator, linked, code, "title", first, segments.version_of("x"))
    plan(linked, code)
    # The same person types on, within the minutes in which that is one version.
    save(translator, linked, code, "title", second, segments.version_of(first))
    assert come() == 1
    assert version(linked, code).title == first
    name = {"uk": "Demo Übersetzung Ukrainisch", "ar": "Demo Übersetzung Arabisch"}[code]
    assert [said(entry) for entry in shown(translator, linked, code, "title")][:2] == [
        [second, f"{name}, getippt · steht jetzt da"],
        [first, f"{name}, getippt", name],
    ]


@pytest.mark.parametrize(("code", "words"), [("uk", "Мюллер і сини"), ("ar", "مولر وأولاده")])
def test_an_earlier_german_text_reads_as_words(linked: ContentPage, code: str, words: str) -> None:  # noqa: F811
    def german(text: str) -> None:
        block = {**linked.body.raw_data[0], "value": f"<p>{text}</p>"}
        linked.body = ContentPage._meta.get_field("body").to_python([block])
        publish(linked)
        translation_of(linked, code).source.update_from_db()

    german('<b>Müller</b> &amp; Söhne<br/>in <a href="https://example.org/b">Berlin</a>')
    translator = sign_in(f"uebersetzung-{code}")
    save(translator, linked, code, "body", words)
    german("Etwas anderes.")
    (entry,) = shown(translator, linked, code, "body")
    earlier = entry.select_one("p span")
    assert (earlier["lang"], earlier["dir"], earlier.get_text().split()) == ("de", "ltr", ["Müller", "&", "Söhne", "in", "Berlin"])
    assert entry.select_one(".portal-text").get_text() == words


def test_more_versions_ask_for_no_more_queries_and_what_is_gone_is_forgotten(linked: ContentPage) -> None:  # noqa: F811
    translator, place = sign_in("uebersetzung-uk"), segment(linked, "title")

    def asked() -> tuple[int, int]:
        shown(translator, linked, "uk", "title")
        with CaptureQueriesContext(connection) as queries:
            entries = shown(translator, linked, "uk", "title")
        return len(entries), len(queries)

    author = User.objects.create_user("gast")
    names = {"string": place.string, "context": place.context, "locale": translation_of(linked, "uk").target_locale}
    SegmentVersion.objects.create(**names, data="0", author=author, origin="typed")
    one, few = asked()
    for number in range(1, 21):
        SegmentVersion.objects.create(**names, data=str(number), author=author, origin="typed")
    many, more = asked()
    assert (one, many, more) == (1, 21, few)
    User.objects.filter(pk=author.pk)._raw_delete("default")
    forget_what_is_gone()
    assert set(SegmentVersion.objects.values_list("author", flat=True)) == {None}
    assert said(shown(translator, linked, "uk", "title")[0])[1] == "–, getippt · steht jetzt da"


def test_a_version_of_ten_minutes_ago_is_one_of_its_own(linked: ContentPage) -> None:  # noqa: F811
    translator = sign_in("uebersetzung-uk")
    save(translator, linked, "uk", "title", "Перший")
    moment = StringTranslation.objects.get(data="Перший").updated_at
    SegmentVersion.objects.update(created_at=moment - history.TOGETHER - timedelta(seconds=1))
    save(translator, linked, "uk", "title", "Другий", segments.version_of("Перший"))
    assert [data for data, _origin in versions(linked, "title")] == ["Перший", "Другий"]
