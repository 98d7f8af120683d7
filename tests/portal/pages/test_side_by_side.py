"""Two languages side by side: paragraph beside paragraph, each with its language, and nothing that its readers may not read."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from urllib.parse import quote

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from wagtail.fields import StreamField
from wagtail.models import Locale, Page, PageViewRestriction, get_page_models
from wagtail_localize.fields import TranslatableField

from home.models import ContentPage, HomePage, TakePartPage
from participate.models import ContactPage, EventIndexPage, EventPage, VacancyIndexPage, VacancyPage
from portal.discovery import qr_codes
from portal.models import BasePage
from portal.models.side_by_side import text_fields
from tests.builders import (
    add,
    make_content_page,
    make_reader,
    make_section,
    publish,
    submit,
    translate,
    translate_texts,
)
from work.models import ProjectPage, ServicePage, ThemePage

pytestmark = pytest.mark.django_db

TEXT = "<p>Eins.</p><h3>Zwei</h3><ul><li>Drei</li></ul>"
QUESTIONS = [{"question": "Kostet es etwas?", "answer": "<p>Nein.</p>"}, {"question": "Wie lange?", "answer": "<p>Kurz.</p>"}]
BODY = [
    ("heading", "Ablauf"),
    ("text", TEXT),
    ("accordion", QUESTIONS),
    ("notice", {"level": "info", "heading": "Achtung", "text": "<p>Neu.</p>"}),
]
DIRECTIONS = {"de": "ltr", "en": "ltr", "ar": "rtl", "de-simple": "ltr"}


@pytest.fixture
def page(home: HomePage) -> ContentPage:
    return make_content_page(home, "Rückkehr", lead="Ein Satz.", body=BODY)


def tree_at(client: Client, address: str) -> BeautifulSoup:
    response = client.get(address)
    assert response.status_code == 200, (address, response.headers.get("Location"))
    return BeautifulSoup(response.content, "html.parser")


def rows(tree: BeautifulSoup) -> list[list[str]]:
    """Return the rows of an answer: element, then the text of each cell behind its language and direction."""
    found = []
    for row in tree.select(".beside__row:not(.beside__names)"):
        cells = [cell for cell in row.children if getattr(cell, "name", None)]
        words = [" ".join(cell.get_text(" ", strip=True).replace("\xad", "").split()) for cell in cells]
        found.append([row.name, *(f"{cell['lang']} {cell['dir']} {text}" for cell, text in zip(cells, words, strict=True))])
    return found


def pairs(code: str, *texts: tuple[str, str]) -> list[list[str]]:
    """Return the rows of German texts beside those of a language, which say the same behind “EN ”."""
    one, other = f"{code} {DIRECTIONS[code]}", "de ltr"
    return [[name, f"{one} {re.sub('(^|(?<=[?]) )', lambda match: match[0] + 'EN ', text)}", f"{other} {text}"] for name, text in texts]


SHOWN = (
    ("h1", "Rückkehr"), ("div", "Ein Satz."), ("h2", "Ablauf"), ("div", "Eins."), ("h3", "Zwei"), ("div", "Drei"),
    ("div", "Kostet es etwas? Nein."), ("div", "Wie lange? Kurz."),
)  # fmt: skip


@pytest.mark.parametrize("code", ["en", "ar"])
def test_paragraphs_stand_beside_paragraphs_in_either_order(client: Client, page: ContentPage, code: str) -> None:
    address = translate(page, code).get_url()
    notice = ["div", f"{code} {DIRECTIONS[code]} EN Achtung EN Neu.", "de ltr Achtung Neu."]
    tree = tree_at(client, f"{address}?neben=de")
    assert rows(tree) == [*pairs(code, *SHOWN), notice]
    assert (tree.html["lang"], tree.html["dir"]) == (code, DIRECTIONS[code])
    other_way = tree_at(client, f"{page.get_url()}?neben={code}")
    assert rows(other_way) == [[row[0], row[2], row[1]] for row in rows(tree)]
    for found, plain, beside in ((tree, address, "de"), (other_way, page.get_url(), code)):
        assert [tag["href"].removeprefix("http://testserver") for tag in found.select("link[rel=canonical]")] == [plain]
        assert [tag["content"] for tag in found.select("meta[name=robots]")] == ["noindex"]
        assert found.select("link[hreflang], script[type='application/ld+json'], meta[property^=og]") == []
        assert [name for name, number in Counter(tag["id"] for tag in found.select("[id]")).items() if number > 1] == []
        assert [details.has_attr("open") for details in found.select("main details")] == [True] * 4
        outline = [tag.get_text(" ", strip=True) for tag in found.select("main :is(h1,h2,h3,h4):not([role])")]
        assert len(outline) == len(SHOWN) - 5 + 3, outline
        # Whoever holds the sheet may read either language: a code that led to the one printed first would lead the other one astray.
        sheet = f"{plain}?neben={beside}"
        assert [tag["src"] for tag in found.select(".qr img")] == [f"/qr.svg?path={quote(sheet, safe='')}"]
        assert client.get(found.select_one(".qr img")["src"]).content == qr_codes.svg(f"http://testserver{sheet}")


@pytest.mark.parametrize("code", ["en", "ar"])
def test_what_one_version_has_alone_takes_the_whole_width(client: Client, page: ContentPage, code: str) -> None:
    address = translate(page, code).get_url()
    page = ContentPage.objects.get(pk=page.pk)
    page.body.insert(2, ("text", "<p>Nur hier.</p>"))
    page.body[1].value.source = "<p>Eins.</p><p>Und mehr.</p>"
    publish(page)
    found = rows(tree_at(client, f"{address}?neben=de"))
    side = f"{code} {DIRECTIONS[code]}"
    assert found[2:5] == [
        *pairs(code, ("h2", "Ablauf")), ["div", f"{side} EN Eins. EN Zwei EN Drei", "de ltr Eins. Und mehr."], ["div", "de ltr Nur hier."],
    ]  # fmt: skip


@pytest.mark.parametrize("code", ["en", "ar"])
def test_what_stands_in_german_still_stands_there_once(client: Client, page: ContentPage, code: str) -> None:
    address = translate(page, code, leave_out=2).get_url()
    assert rows(tree_at(client, f"{address}?neben=de"))[-1] == ["div", "de ltr Achtung Neu."]


def links(client: Client, address: str) -> list[str]:
    return [link["href"] for link in BeautifulSoup(client.get(address).content, "html.parser").select("a[href*='neben=']")]


def test_the_page_offers_each_language_that_it_is_in(client: Client, page: ContentPage) -> None:
    assert links(client, page.get_url()) == []
    english, arabic = translate(page, "en").get_url(), translate(page, "ar").get_url()
    assert links(client, page.get_url()) == [f"{page.get_url()}?neben=en", f"{page.get_url()}?neben=ar"]
    assert links(client, arabic) == [f"{arabic}?neben=de", f"{arabic}?neben=en"]
    tag = BeautifulSoup(client.get(arabic).content, "html.parser").select_one("a[href$='neben=de']")
    assert (tag.get_text(), tag["lang"], tag["dir"], tag["rel"]) == ("Deutsch", "de", "ltr", ["nofollow"])
    assert links(client, english) == [f"{english}?neben=de", f"{english}?neben=ar"]


HOSTILE = ("", "de", "xx", "DE", "uk", "de-simple", "en\x00", "../en", "<script>", "en&neben=ar", "en,ar", "%F0%9F%98%80", "9" * 5000)


def test_any_other_value_leads_to_the_page_itself(client: Client, page: ContentPage) -> None:
    translate(page, "en")
    for value in HOSTILE:
        response = client.get(f"{page.get_url()}?neben={value}")
        assert (value, response.status_code, response.headers["Location"]) == (value, 302, page.get_url())
        assert response.content == b""


def hidden(version: Page, how: str) -> None:
    if how == "offline":
        version.unpublish()
    elif how == "deleted":
        version.delete()
    else:
        PageViewRestriction.objects.create(page=version, restriction_type=how, password="sesam")  # noqa: S106


@pytest.mark.parametrize(
    ("code", "how"),
    [("en", "offline"), ("ar", "deleted"), *zip(("en", "ar", "en"), ("password", "login", "groups"), strict=True)],
)
def test_a_version_that_may_not_be_read_is_neither_offered_nor_shown(client: Client, page: ContentPage, code: str, how: str) -> None:
    hidden(translate(page, code, title="Geheim"), how)
    assert links(client, page.get_url()) == []
    response = client.get(f"{page.get_url()}?neben={code}")
    assert (response.status_code, response.headers["Location"]) == (302, page.get_url())


@pytest.mark.parametrize("code", ["en", "ar"])
def test_a_private_page_shows_neither_of_its_versions(client: Client, page: ContentPage, code: str) -> None:
    address = translate(page, code, title="Return").get_url()
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.PASSWORD, password="sesam")  # noqa: S106
    for path in (f"{page.get_url()}?neben={code}", f"{address}?neben=de"):
        html = client.get(path).text
        assert [word for word in ("Rückkehr", "Return", "Eins.") if word in html] == [], path


def test_a_draft_beside_a_page_and_a_fallback_stay_hidden(client: Client, page: ContentPage) -> None:
    translate(page.get_parent().specific, "en")
    translation = submit(page, "en")
    translate_texts(translation)
    translation.source.create_or_update_translation(translation.target_locale, publish=False, fallback=True)
    row = ContentPage.objects.get(locale__language_code="en")
    response = client.get(f"{page.get_url()}?neben=en")
    assert (response.status_code, response.headers["Location"]) == (302, page.get_url())
    assert (links(client, row.get_url()), client.get(f"{row.get_url()}?neben=de").status_code) == ([], 302)


def test_leichte_sprache_stands_beside_german_as_a_whole(client: Client, home: HomePage, page: ContentPage) -> None:
    locale = Locale.objects.get(language_code="de-simple")
    key = home.translation_key
    easy_home = HomePage(title="Start", slug="leicht", hero_title="Start", hero_text="Text.", locale=locale, translation_key=key)
    add(Page.get_first_root_node(), easy_home)
    body = [("heading", "So geht es"), ("text", "<p>Wir helfen.</p>"), ("heading", "Ablauf"), ("text", "<p>Kurz.</p>")]
    easy = ContentPage(title="Zurück", lead="Leicht.", body=body, locale=locale, translation_key=page.translation_key)
    add(easy_home, easy)
    translate(page, "en")
    whole = "Ein Satz. Ablauf Eins. Zwei Drei Kostet es etwas? Nein. Wie lange? Kurz. Achtung Neu."
    left, right = "de ltr", "de-simple ltr"
    easy_whole = "Leicht. So geht es Wir helfen. Ablauf Kurz."
    expected = [["h1", f"{left} Rückkehr", f"{right} Zurück"], ["div", f"{left} {whole}", f"{right} {easy_whole}"]]
    tree = tree_at(client, f"{page.get_url()}?neben=de-simple")
    assert rows(tree) == expected
    assert [tag["id"] for tag in tree.select(".prose h2[id]")] == ["ablauf", "so-geht-es-de-simple", "ablauf-de-simple"]
    assert rows(tree_at(client, f"{easy.get_url()}?neben=de")) == [[row[0], row[2], row[1]] for row in expected]
    assert links(client, easy.get_url()) == [f"{easy.get_url()}?neben=de"]
    assert client.get(f"{easy.get_url()}?neben=en").status_code == 302


def test_a_service_stands_with_its_questions_and_a_form_stands_once(client: Client, home: HomePage) -> None:
    theme = add(make_section(home), ThemePage(title="Thema"))
    source = {"title": "Gesetz", "url": "https://example.org/", "authority": "Amt", "date": "2024"}
    answers = {"costs": [("text", "<p>Nichts.</p>"), ("source", source)], "duration": [("source", source)]}
    service = add(theme, ServicePage(title="Beratung", lead="Ein Satz.", responsible="BAMF", **answers))
    address = translate(service, "ar").get_url()
    assert rows(tree_at(client, f"{address}?neben=de"))[2:5] == [
        ["div", "ar rtl لمحة سريعة الجهة المسؤولة EN BAMF", "de ltr Zu dieser Seite Zuständig BAMF"],
        ["h2", "ar rtl كم يكلّف ذلك؟", "de ltr Was kostet es?"],
        ["div", "ar rtl EN Nichts.", "de ltr Nichts."],
    ]
    make_reader()
    form = add(home, ContactPage(title="Kontakt", purpose="barrier"))
    address = translate(form, "ar").get_url()
    tree = tree_at(client, f"{address}?neben=de")
    assert [tag["action"] for tag in tree.select("form.form")] == [address]


@pytest.mark.once
def test_the_second_version_costs_few_queries_whatever_it_says(client: Client, page: ContentPage) -> None:
    translate(page, "ar")
    counts = {}
    for name in ("", "?neben=ar"):
        client.get(f"{page.get_url()}{name}")
        with CaptureQueriesContext(connection) as queries:
            client.get(f"{page.get_url()}{name}")
        counts[name] = len(queries)
    assert counts["?neben=ar"] - counts[""] <= 3, counts


@pytest.mark.parametrize("model", [model for model in get_page_models() if issubclass(model, BasePage)], ids=lambda model: model.__name__)
def test_each_kind_of_page_brings_all_of_its_blocks(model: type[BasePage]) -> None:
    translated = {field.field_name for field in model.translatable_fields if isinstance(field, TranslatableField)}
    blocks = {name for name in translated if isinstance(model._meta.get_field(name), StreamField)}
    assert {name for name, field in text_fields(model) if isinstance(field, StreamField)} == blocks


def shown(tree: BeautifulSoup) -> list[str]:
    """Return what stands between the names of the languages and the QR code, row by row, in plain spaces."""
    return [" ".join(row.get_text(" ", strip=True).replace("\xad", "").split()) for row in tree.select(".beside__row:not(.beside__names)")]


@pytest.mark.parametrize("code", ["de", pytest.param("ar", marks=pytest.mark.once)])
def test_what_holds_no_more_says_so_in_both_languages_and_invites_nobody(
    client: Client, home: HomePage, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    section = add(home, TakePartPage(title="Mitmachen"))
    theme = add(make_section(home), ThemePage(title="Thema"))
    soon = timezone.now() + datetime.timedelta(days=3)
    event = {"registration": "Bis Freitag.", "registration_url": "https://example.org/an", "online_url": "https://example.org/raum"}
    vacancy = add(add(section, VacancyIndexPage(title="Stellen")), VacancyPage(
        title="Stelle", closes_at=soon, reference="1", answer_url="https://example.org/bewerben"))  # fmt: skip
    events = add(section, EventIndexPage(title="Termine"))
    pages = [
        (vacancy, "Diese Stelle ist geschlossen. Bewerbungen werden nicht mehr angenommen."),
        (add(events, EventPage(title="Termin", starts_at=soon, **event)), "Diese Veranstaltung hat stattgefunden."),
        (add(events, EventPage(title="Abgesagt", starts_at=soon, status="cancelled", **event)), "Diese Veranstaltung wurde abgesagt."),
        (add(theme, ServicePage(title="Hilfe", status="suspended")), "Dieses Angebot ist zurzeit ausgesetzt."),
        (add(theme, ProjectPage(title="Projekt", starts_on=soon.date(), ends_on=soon.date())), "Dieses Projekt ist abgeschlossen."),
    ]  # fmt: skip
    versions = [(page, translate(page, "ar"), says) for page, says in pages]

    def beside(page: Page, other: Page) -> BeautifulSoup:
        first, second = (page, "ar") if code == "de" else (other, "de")
        return tree_at(client, f"{first.get_url()}?neben={second}")

    outside = [{tag["href"] for tag in beside(*pair[:2]).select("a[href^='https://example.org']")} for pair in versions]
    assert outside == [{"https://example.org/bewerben"}, {"https://example.org/an", "https://example.org/raum"}, set(), set(), set()]
    assert sum("Bis Freitag." in row for row in shown(beside(*versions[1][:2]))) == 1
    later = soon + datetime.timedelta(days=1)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later.astimezone(datetime.UTC))
    for page, other, says in versions:
        tree = beside(page, other)
        notices = {cell.get("lang", ""): cell.get_text(" ", strip=True) for cell in tree.select(".prose:has(> .notice)")}
        with translation.override("ar"):
            assert notices == {"de": says, "ar": other.specific.state_notice["heading"]}
        assert "Bis Freitag." not in tree.get_text()
        assert tree.select("a[href^='https://example.org']") == []
        alone = tree_at(client, page.get_url())
        assert (alone.select_one(".notice h2").get_text(), "example.org" in str(alone)) == (says, False)
