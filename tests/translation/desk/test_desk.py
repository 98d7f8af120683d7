"""The desk: in which state each version is, and that a changed German page makes its versions out of date without anybody's doing."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from pytest_django import DjangoDbBlocker
from wagtail.models import Locale, Page, PageLogEntry, PageViewRestriction
from wagtail_localize.models import String, TranslationSource

from home.models import ContentPage
from portal.models import FallbackVisits, PublishedVersion
from tests.builders import (
    add,
    make_alias,
    make_content_page,
    make_home,
    make_section,
    publish,
    submit,
    translate,
    translate_texts,
)
from translation import demo_accounts, roles
from translation.desk import matrix, states
from translation.desk.models import SourceTexts
from translation.desk.states import State

pytestmark = pytest.mark.django_db

CODES = ("en", "ar")
ID = "5f0c0f43-62f5-4d1c-9d0f-6a2a3a1f0b11"
NOTES = {
    "en": "The German version has been changed since then.",
    "ar": "عُدّلت النسخة الألمانية منذ ذلك الحين.",
}


def body(text: str) -> list[dict[str, str]]:
    return [{"type": "text", "id": ID, "value": text}]


BEFORE = body('<p>Sie zahlen <b>20 Euro</b>. Mehr <a href="https://www.iom.int/a">hier</a>.</p><p>Der zweite Satz.</p>')


@pytest.fixture(scope="module")
def shared_page(module_database: DjangoDbBlocker) -> Page:
    """A German page, translated into English and Arabic, beside one that nobody translated."""
    with module_database.unblock():
        section = make_section(make_home())
        page = make_content_page(section, "Rückkehr", lead="Ein Satz.", body=BEFORE)
        for code in CODES:
            translate(page, code, title=f"Return {code}")
        other = make_content_page(section, "Asyl", lead="Noch ein Satz.")
        for code in CODES:
            make_alias(other, code)
        roles.set_up_roles()
        demo_accounts.create_demo_accounts("geheim")
        return page


@pytest.fixture
def page(shared_page: Page) -> Page:
    return ContentPage.objects.get(pk=shared_page.pk)


def sign_in(name: str) -> Client:
    client = Client()
    user = User.objects.create_superuser(name) if name == "admin" else User.objects.get(username=name)
    client.force_login(user)
    return client


def version(page: Page, code: str) -> Page:
    found = Page.objects.select_related("published_version")
    return found.get(translation_key=page.translation_key, locale__language_code=code)


def state(page: Page, code: str) -> State:
    ((cell,),) = matrix.cells([page.translation_key], [Locale.objects.get(language_code=code)]).values()
    return cell.state


def change(page: Page, **fields: object) -> Page:
    """Publish a page with other texts."""
    page = ContentPage.objects.get(pk=page.pk)
    for name, value in fields.items():
        setattr(page, name, value)
    return publish(page)


def note(client: Client, page: Page, code: str) -> bool:
    """Return whether visitors are told that the German page was changed."""
    soup = BeautifulSoup(client.get(version(page, code).get_url()).content, "html.parser")
    texts = [paragraph.get_text() for paragraph in soup.select(".versions p")]
    return NOTES[code] in texts


@pytest.mark.parametrize(
    "fields",
    [
        {"lead": "Ein anderer Satz."},
        {"body": body('<p>Sie zahlen <b>25 Euro</b>. Mehr <a href="https://www.iom.int/a">hier</a>.</p><p>Der zweite Satz.</p>')},
        {"body": body('<p>Sie zahlen <b>20 Euro</b>. Mehr <a href="https://www.iom.int/b">hier</a>.</p><p>Der zweite Satz.</p>')},
        {"body": body('<p>Der zweite Satz.</p><p>Sie zahlen <b>20 Euro</b>. Mehr <a href="https://www.iom.int/a">hier</a>.</p>')},
        {"body": []},
        {"title": "Freiwillige Rückkehr"},
    ],
    ids=["field", "figure", "link", "order", "gone", "title"],
)
def test_a_changed_german_page_makes_its_versions_out_of_date_until_it_is_as_it_was(
    page: Page, client: Client, fields: dict[str, object]
) -> None:
    before = {"lead": page.lead, "body": BEFORE, "title": page.title}
    assert {code: (state(page, code), note(client, page, code)) for code in CODES} == dict.fromkeys(CODES, (State.TRANSLATED, False))
    published = change(page, **fields)
    assert {code: (state(page, code), note(client, page, code)) for code in CODES} == dict.fromkeys(CODES, (State.OUT_OF_DATE, True))
    assert {version(page, code).published_version.source_changed_at for code in CODES} == {published.last_published_at}
    change(page, **before)
    assert {code: (state(page, code), note(client, page, code)) for code in CODES} == dict.fromkeys(CODES, (State.TRANSLATED, False))


def test_what_no_reader_sees_or_what_is_a_draft_changes_nothing(page: Page) -> None:
    draft = ContentPage.objects.get(pk=page.pk)
    draft.lead = "Ein Entwurf."
    draft.save_revision()
    publish(ContentPage.objects.get(pk=page.pk))
    assert [state(page, code) for code in CODES] == [State.TRANSLATED, State.TRANSLATED]


def test_since_when_stays_while_the_source_changes_again_and_a_new_translation_ends_it(page: Page) -> None:
    first = change(page, lead="Ein anderer Satz.").last_published_at
    change(page, lead="Ein dritter Satz.")
    assert version(page, "en").published_version.source_changed_at == first
    # What translators are given is renewed; what visitors read is not.
    submit(ContentPage.objects.get(pk=page.pk), "en").source.update_from_db()
    assert [state(page, code) for code in CODES] == [State.OUT_OF_DATE, State.OUT_OF_DATE]
    assert [(one.before, one.after) for one in states.text_changes(version(page, "en"))] == [("Ein Satz.", "Ein dritter Satz.")]
    translate(page, "en")
    assert [state(page, code) for code in CODES] == [State.TRANSLATED, State.OUT_OF_DATE]


def test_a_translation_of_older_texts_is_out_of_date_when_it_is_published(page: Page) -> None:
    translation = submit(page, "uk")
    change(page, lead="Ein anderer Satz.")
    translate_texts(translation)
    translation.save_target(publish=True)
    assert state(page, "uk") == State.OUT_OF_DATE
    assert [(one.before, one.after) for one in states.text_changes(version(page, "uk"))] == [("Ein Satz.", "Ein anderer Satz.")]


def test_what_is_written_by_hand_is_true_until_german_changes_and_a_person_says_that_it_is_again(page: Page) -> None:
    home = page.get_ancestors().get(depth=2).specific
    easy_home = home.copy_for_translation(Locale.objects.get(language_code="de-simple"))
    easy_home.alias_of = None
    publish(easy_home)
    easy = add(
        Page.objects.get(pk=easy_home.pk).specific,
        ContentPage(title="Zurück", lead="Satz.", locale=easy_home.locale, translation_key=page.translation_key),
    )
    assert state(page, "de-simple") == State.TRANSLATED
    change(page, lead="Ein anderer Satz.")
    assert state(page, "de-simple") == State.OUT_OF_DATE
    publish(ContentPage.objects.get(pk=easy.pk))
    assert state(page, "de-simple") == State.OUT_OF_DATE
    states.confirm(easy)
    assert (state(page, "de-simple"), state(page, "en")) == (State.TRANSLATED, State.OUT_OF_DATE)
    # It is not translated text by text: there is nothing to count.
    ((cell,),) = matrix.cells([page.translation_key], [easy_home.locale]).values()
    assert (cell.done, cell.total, cell.words_left) == (0, 0, 0)


def test_each_state_is_what_the_rows_say(page: Page) -> None:
    other = ContentPage.objects.get(title="Asyl", locale__language_code="de")
    assert [state(other, code) for code in ("en", "uk", "de-simple")] == [State.ALIAS, State.MISSING, State.MISSING]
    translation = submit(other, "en")
    assert state(other, "en") == State.ORDERED
    translate_texts(translation, leave_out=1)
    assert state(other, "en") == State.IN_WORK
    translate_texts(translation)
    translation.save_target(publish=True)
    assert state(other, "en") == State.TRANSLATED
    version(other, "en").specific.unpublish()
    assert state(other, "en") == State.OFFLINE


def test_progress_counts_texts_and_words_that_are_left(page: Page) -> None:
    other = ContentPage.objects.get(title="Asyl", locale__language_code="de")
    translation = submit(other, "en")
    translate_texts(translation, {"Asyl": "Asylum", "Noch ein Satz.": ""})
    ((cell,),) = matrix.cells([other.translation_key], [translation.target_locale]).values()
    # The title alone is translated: what was left blank is not.
    assert (cell.done, cell.total, cell.words_left, cell.percent) == (1, 2, 3, 50)


def rows_of(client: Client, **query: str) -> dict[str, list[str]]:
    """Return the states of each page in the matrix, by its title."""
    soup = BeautifulSoup(client.get(reverse("translation_desk"), query).content, "html.parser")
    rows = soup.select("table.listing tbody tr")
    return {row.select_one("td").get_text(strip=True): [cell.get_text() for cell in row.select(".portal-cell")] for row in rows}


def test_the_matrix_shows_who_works_in_german_all_and_translators_their_own_language(page: Page) -> None:
    change(page, lead="Ein anderer Satz.")
    all_languages = rows_of(sign_in("redaktion"))
    assert all_languages["Rückkehr"] == ["veraltet", "fehlt", "veraltet", "fehlt"]
    assert all_languages["Asyl"] == ["nicht übersetzt", "fehlt", "nicht übersetzt", "fehlt"]
    assert rows_of(sign_in("uebersetzung-ar"))["Rückkehr"] == ["veraltet"]
    assert [*rows_of(sign_in("uebersetzung-ar"), state="out_of_date")] == ["Rückkehr"]
    assert "Rückkehr" not in rows_of(sign_in("redaktion"), state="alias", language="en")
    assert "Rückkehr" in rows_of(sign_in("redaktion"), state="missing", language="uk")
    assert "Rückkehr" not in rows_of(sign_in("redaktion"), state="missing", language="en")


@pytest.mark.parametrize("name", ["redaktion", "uebersetzung-en"])
def test_filters_and_totals_say_what_the_cells_say(page: Page, name: str) -> None:
    section, english = page.get_parent().specific, Locale.objects.get(language_code="en")
    for title in ("Bestellt", "Begonnen"):
        made = make_content_page(section, title, lead="Noch ein Satz.")
        make_alias(made, "en")
        translation = submit(made, "en")
    translate_texts(translation, leave_out=1)
    draft = make_content_page(section, "Von Hand", lead="Noch ein Satz.").copy_for_translation(english)
    assert [state(draft, "en"), state(made, "en")] == [State.IN_WORK, State.IN_WORK]
    client, person = sign_in(name), User.objects.get(username=name)
    sources, locales = matrix.sources_for(person), matrix.locales_for(person)
    titles = dict(sources.values_list("translation_key", "title"))
    cells = matrix.cells(titles, locales)
    totals = client.get(reverse("translation_desk")).context["totals"]
    assert {row["state"]: row["number"] for row in totals[0]["states"]}[State.IN_WORK] == 2
    for one in State:
        for chosen in (locales, [english]):
            query = {"state": one.value, **({"language": "en"} if chosen == [english] else {})}
            expected = {
                titles[key] for key, found in cells.items() for locale, cell in zip(locales, found, strict=True)
                if cell.state == one and locale in chosen
            }  # fmt: skip
            answer = client.get(reverse("translation_desk"), query)
            assert {row.title for row in answer.context["object_list"] if isinstance(row, Page)} == expected, query
            assert answer.context["totals"] == totals, query


def test_who_works_in_no_language_sees_nothing(page: Page) -> None:
    client = sign_in("anfragen")
    for address in (reverse("translation_desk"), reverse("translation_desk_page", args=[page.pk])):
        assert client.get(address).status_code == 302
    assert client.post(reverse("translation_desk_confirm", args=[page.pk])).status_code == 302
    assert reverse("translation_desk") not in client.get("/admin/").text


def test_a_private_or_drafted_page_is_named_to_nobody_who_may_not_know_it(page: Page) -> None:
    section = page.get_parent().specific
    draft = make_content_page(section, "Geheimer Entwurf", live=False)
    private = make_content_page(section, "Geheime Seite")
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    for code in CODES:
        make_alias(private, code)
    translator, editor = sign_in("uebersetzung-en"), sign_in("redaktion")
    assert {"Geheimer Entwurf", "Geheime Seite"}.isdisjoint(rows_of(translator))
    assert {"Geheimer Entwurf", "Geheime Seite"} <= set(rows_of(editor))
    assert "Geheim" not in translator.get(reverse("translation_desk"), {"export": "csv"}).getvalue().decode()
    for hidden in (draft, private):
        address = reverse("translation_desk_page", args=[hidden.pk])
        assert (translator.get(address).status_code, editor.get(address).status_code) == (404, 200)


def test_one_page_shows_what_changed_and_is_confirmed_as_it_was_seen(page: Page) -> None:
    change(page, lead="Ein anderer Satz.")
    editor, address = sign_in("freigabe"), reverse("translation_desk_page", args=[page.pk])
    soup = BeautifulSoup(editor.get(address).content, "html.parser")
    changes = [[str(part) for part in item.select(".addition, .deletion")] for item in soup.select("#version-1 ~ .portal-changes li")]
    assert changes == [['<span class="addition"> anderer</span>']]
    form = soup.select_one("#version-1 ~ form")
    seen = {field["name"]: field["value"] for field in form.select("input[type=hidden]")}
    # Changed once more before the button is pressed.
    change(page, lead="Ein dritter Satz.")
    editor.post(form["action"], seen)
    assert state(page, "en") == State.OUT_OF_DATE
    seen["seen"] = BeautifulSoup(editor.get(address).content, "html.parser").select_one("[name=seen]")["value"]
    editor.post(form["action"], seen)
    assert [state(page, code) for code in CODES] == [State.TRANSLATED, State.OUT_OF_DATE]
    entry = PageLogEntry.objects.get(action="translation.confirmed")
    assert (entry.page_id, entry.user.username) == (version(page, "en").pk, "freigabe")


def test_a_translator_confirms_the_own_language_alone(page: Page) -> None:
    change(page, lead="Ein anderer Satz.")
    translator, address = sign_in("uebersetzung-en"), reverse("translation_desk_page", args=[page.pk])
    seen = BeautifulSoup(translator.get(address).content, "html.parser").select_one("[name=seen]")["value"]
    confirm = reverse("translation_desk_confirm", args=[page.pk])
    for ids in ([version(page, "ar").pk], [version(page, "en").pk, version(page, "ar").pk]):
        assert translator.post(confirm, {"seen": seen, "version": ids}).status_code == 403
    assert [state(page, code) for code in CODES] == [State.OUT_OF_DATE, State.OUT_OF_DATE]
    assert translator.get(confirm).status_code == 405
    translator.post(confirm, {"seen": seen, "version": [version(page, "en").pk, "x", "99999999"]})
    assert [state(page, code) for code in CODES] == [State.TRANSLATED, State.OUT_OF_DATE]


def test_the_spreadsheet_has_a_row_for_each_page_with_words(page: Page) -> None:
    change(page, lead="Ein anderer Satz.")
    answer = sign_in("redaktion").get(reverse("translation_desk"), {"export": "xlsx", "state": "out_of_date"})
    heads, *rows = load_workbook(BytesIO(answer.getvalue())).active.iter_rows(values_only=True)
    assert heads[:3] == ("Deutsche Seite", "Inhaltstyp", "Veröffentlicht")
    assert heads[3].startswith("Nachfrage: ")
    assert heads[4] == "English"
    (row,) = rows
    assert (row[0], row[3], row[4], row[5], row[6]) == ("Rückkehr", 0, "veraltet", 100, 0)
    assert row[heads.index("العربية")] == "veraltet"


@pytest.mark.once
def test_the_matrix_asks_as_little_for_twenty_pages_as_for_two(page: Page) -> None:
    editor, address = sign_in("redaktion"), reverse("translation_desk")
    editor.get(address)

    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            assert editor.get(address).status_code == 200
        return len(found)

    few = asked()
    section = page.get_parent().specific
    for number in range(18):
        another = make_content_page(section, f"Seite {number}")
        for code in CODES:
            make_alias(another, code)
    editor.get(address)
    assert asked() == few
    with CaptureQueriesContext(connection) as found:
        editor.get("/admin/help/")
    # Beside session, user, rights and menu, which every screen asks for.
    assert few - len(found) <= 12


def test_texts_are_named_by_the_strings_that_translators_have(page: Page) -> None:
    stored = SourceTexts.objects.get(page=version(page, "en")).texts
    number = String.objects.count()
    # What is published again as it is needs no string that is not there.
    publish(ContentPage.objects.get(pk=page.pk))
    assert String.objects.count() == number
    source = TranslationSource.objects.get(object_id=page.translation_key)
    ids = {string_id for texts in stored.values() for string_id, _attributes in texts}
    assert ids == set(source.stringsegment_set.values_list("string_id", flat=True))


def test_an_older_portals_versions_get_what_they_are_true_to(page: Page) -> None:
    change(page, lead="Ein anderer Satz.")
    SourceTexts.objects.all().delete()
    PublishedVersion.objects.update(source_changed_at=None)
    assert [state(page, code) for code in CODES] == [State.TRANSLATED, State.TRANSLATED]
    states.store_missing()
    assert [state(page, code) for code in CODES] == [State.OUT_OF_DATE, State.OUT_OF_DATE]
    with CaptureQueriesContext(connection) as found:
        states.store_missing()
    assert len([query for query in found if "SAVEPOINT" not in query["sql"]]) <= 3


def demand_of(client: Client, **query: str) -> dict[str, str]:
    """Return title and demand of the matrix, in its order, of pages that anybody looked for."""
    soup = BeautifulSoup(client.get(reverse("translation_desk"), query).content, "html.parser")
    rows = [row.select("td") for row in soup.select("table.listing tbody tr")]
    return {row[0].get_text(strip=True): row[2].get_text(strip=True) for row in rows if row[2].get_text(strip=True)}


def test_demand_is_what_visitors_looked_for_lately_in_the_languages_that_are_looked_at(page: Page) -> None:
    other = ContentPage.objects.get(title="Asyl", locale__language_code="de")
    today = timezone.localdate()
    for subject, language, days, number in (
        (other, "uk", 0, 1200), (other, "ar", 89, 34), (other, "ar", 90, 5000), (page, "uk", 3, 7), (page, "en", 3, 2000),
    ):  # fmt: skip
        day = today - timedelta(days=days)
        FallbackVisits.objects.create(day=day, translation_key=subject.translation_key, language=language, number=number)
    editor = sign_in("redaktion")
    assert list(demand_of(editor, ordering="-demand").items()) == [("Rückkehr", "2.007"), ("Asyl", "1.234")]
    assert list(demand_of(editor, ordering="demand").items()) == [("Asyl", "1.234"), ("Rückkehr", "2.007")]
    assert list(demand_of(editor, ordering="-demand", language="uk").items()) == [("Asyl", "1.200"), ("Rückkehr", "7")]
    # Whoever works in one language sees the demand for that.
    assert demand_of(sign_in("uebersetzung-ar")) == {"Asyl": "34"}
