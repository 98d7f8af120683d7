"""Services answer the same questions in every language: page, theme, list, search, loader; in two languages at least."""

from __future__ import annotations

import datetime
import json
import re

import pytest
from bs4 import BeautifulSoup
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from wagtail.models import PageViewRestriction

from home.models import ContentPage, OurWorkPage, TakePartPage
from portal.listing import rows
from portal.models import Fact
from tests.builders import add, make_fact, make_home, make_section, make_topic, publish, translate
from work.answers import QUESTIONS
from work.models import ProjectIndexPage, ProjectPage, ServiceIndexPage, ServicePage, ThemePage

pytestmark = pytest.mark.django_db

SOURCE = {
    "title": "Freiwillige Rückkehr", "url": "https://www.bamf.de/rueckkehr", "authority": "Bundesamt für Migration", "date": "2024-06-25",
}  # fmt: skip
ANSWERS = {
    "eligibility": [("text", "<p>Für Menschen, die zurückkehren möchten.</p>"), ("source", SOURCE)],
    "costs": [("text", "<p>Die Beratung kostet nichts.</p>")],
    "alternatives": [("notice", {"level": "info", "heading": "", "text": "<p>Fragen Sie die Ausländerbehörde.</p>"})],
}
SHOWN = ["for-whom", "costs", "who-helps"]


@pytest.fixture
def section() -> OurWorkPage:
    return make_section(make_home())


@pytest.fixture
def theme(section: OurWorkPage) -> ThemePage:
    return add(section, ThemePage(title="Rückkehr"))


def make_service(theme: ThemePage, title: str = "Beratung", live: bool = True, **fields: object) -> ServicePage:
    return add(theme, ServicePage(title=title, lead="Ein Satz.", **fields), live=live)


def version(page: ServicePage | ServiceIndexPage, code: str) -> str:
    """Return the address of a page in a language."""
    return type(page).objects.get(translation_key=page.translation_key, locale__language_code=code).get_url()


def anchors(client: Client, address: str) -> list[str]:
    tree = BeautifulSoup(client.get(address).content, "html.parser")
    sections = tree.select("section.answer")
    assert [tag["aria-labelledby"] for tag in sections] == [tag.h2["id"] for tag in sections]
    return [tag.h2["id"] for tag in sections]


def test_each_page_is_offered_where_it_belongs() -> None:
    assert OurWorkPage.allowed_subpage_models() == [ContentPage, ThemePage, ServiceIndexPage, ProjectIndexPage]
    assert ThemePage.allowed_subpage_models() == [ServicePage, ProjectPage, ContentPage]
    # An internship and volunteering are services too.
    assert ServicePage in TakePartPage.allowed_subpage_models()
    assert ThemePage not in TakePartPage.allowed_subpage_models()


def test_only_what_is_answered_is_shown_and_anchors_are_the_same_in_every_language(client: Client, theme: ThemePage) -> None:
    service = make_service(theme, **ANSWERS, duration=[("source", SOURCE)], benefits=[("text", "<p>\xa0</p><p></p>")])
    for code in ("en", "ar"):
        translate(service, code)
    texts = {}
    for code, prefix in (("de", "/de/unsere-arbeit/rueckkehr/beratung/"), ("en", "/en/en-unsere-arbeit/en-ruckkehr/en-beratung/")):
        assert anchors(client, prefix) == SHOWN
        tree = BeautifulSoup(client.get(prefix).content, "html.parser")
        assert [link["href"] for link in tree.select(".toc a")] == [f"#{anchor}" for anchor in SHOWN]
        texts[code] = [" ".join(tag.get_text(" ").split()) for tag in tree.select(".answer h2, .answer .answer__sources li")]
    assert texts["de"] == [
        "Ist das für mich?", "Bundesamt für Migration: Freiwillige Rückkehr Stand: 25. Juni 2024", "Was kostet es?", "Wer hilft sonst?",
    ]  # fmt: skip
    assert texts["en"] == [
        "Is this for me?", "EN Bundesamt für Migration: EN Freiwillige Rückkehr as of 25 June 2024", "What does it cost?",
        "Who helps if this is not for me?",
    ]  # fmt: skip
    arabic = ServicePage.objects.get(locale__language_code="ar", title="EN Beratung")
    assert anchors(client, arabic.get_url()) == SHOWN
    assert "هل هذا مناسب لي؟" in client.get(arabic.get_url()).text


@pytest.mark.parametrize("code", ["en", "ar"])
def test_an_answer_that_stands_in_german_still_says_so(client: Client, theme: ThemePage, code: str) -> None:
    service = make_service(theme, costs=[("text", "<p>Die Beratung kostet nichts.</p>")])
    address = translate(service, code, words={"Die Beratung kostet nichts.": "Die Beratung kostet nichts."}).get_url()
    assert BeautifulSoup(client.get(address).content, "html.parser").select(".answer > [lang]") == []
    begun = translate(make_service(theme, "Hilfe", costs=[("text", "<p>Die Hilfe kostet nichts.</p>")]), code, leave_out=1)
    found = BeautifulSoup(client.get(begun.get_url()).content, "html.parser").select(".answer > [lang]")
    assert [(tag["lang"], tag["dir"], tag.get_text(strip=True)) for tag in found] == [("de", "ltr", "Die Hilfe kostet nichts.")]


@pytest.mark.parametrize("code", ["de", "ar"])
def test_an_answer_names_a_source_once_below_its_text_or_in_its_list(client: Client, theme: ThemePage, code: str) -> None:
    fee, law = make_fact("fee", "75 EUR", name="Gebühr"), make_fact("deadline", "2027-07-23", name="Frist")
    missing = make_fact(name="Telefon")
    values = {"source": "Freiwillige Rückkehr", "source_url": SOURCE["url"], "source_date": "2024"}
    Fact.objects.filter(pk__in=[fee.pk, law.pk]).update(**values)
    other, title_alone = {**SOURCE, "url": "https://www.bamf.de/anderes"}, {**SOURCE, "url": ""}

    def text(*facts: Fact) -> tuple[str, str]:
        marks = " ".join(f'<a linktype="fact" id="{fact.pk}">{fact.name}</a>' for fact in facts)
        return "text", f"<p>Das kostet {marks}.</p><p>Mehr.</p>"

    asked = {"question": "Wann?", "answer": text(law)[1], "sources": [SOURCE, other]}
    service = make_service(
        theme, costs=[text(fee), ("source", SOURCE), ("source", other)], benefits=[text(fee), ("source", SOURCE)],
        # Below this text nothing is named: its fact is left out.
        duration=[text(fee, missing), ("source", SOURCE), ("source", title_alone)], next_steps=[("accordion", [asked])],
    )  # fmt: skip
    page = service if code == "de" else translate(service, code)
    tree = BeautifulSoup(client.get(page.get_url()).content, "html.parser")
    sections = {tag.h2["id"]: tag for tag in tree.select("section.answer")}
    assert {
        anchor: [link["href"] for link in tag.select("a[rel=external]")] for anchor, tag in sections.items()
    } == {
        "costs": [SOURCE["url"], other["url"]], "what-you-get": [SOURCE["url"]], "duration": [SOURCE["url"]],
        "next-steps": [SOURCE["url"], other["url"]],
    }  # fmt: skip
    assert [len(tag.select(".answer__sources")) for tag in sections.values()] == [0, 1, 1, 1]
    assert len(sections["duration"].select(".answer__sources li")) == 2


def test_a_page_without_answers_has_no_headings(client: Client, theme: ThemePage) -> None:
    make_service(theme)
    tree = BeautifulSoup(client.get("/de/unsere-arbeit/rueckkehr/beratung/").content, "html.parser")
    assert [tag.get_text(strip=True) for tag in tree.select("main h2")] == ["Teilen"] or tree.select("main h2") == []


def test_a_heading_of_the_text_takes_no_anchor_of_a_question(client: Client, theme: ThemePage) -> None:
    make_service(theme, **ANSWERS, body=[("heading", "Costs"), ("text", "<p>Mehr.</p>")])
    tree = BeautifulSoup(client.get("/de/unsere-arbeit/rueckkehr/beratung/").content, "html.parser")
    ids = [tag["id"] for tag in tree.select("[id]")]
    assert len(ids) == len(set(ids))
    assert [tag["id"] for tag in tree.select(".prose h2[id]")] == [*SHOWN, "costs-2"]


def test_the_head_says_who_provides_it_and_for_whom(client: Client, theme: ThemePage) -> None:
    service = make_service(theme, audience="returning", responsible="BAMF", **ANSWERS)
    translate(service)
    for address, title, provider, audience in (
        ("/de/unsere-arbeit/rueckkehr/beratung/", "Beratung", "BAMF", "Menschen, die über eine Rückkehr nachdenken"),
        ("/en/en-unsere-arbeit/en-ruckkehr/en-beratung/", "EN Beratung", "EN BAMF", "People who are thinking about returning"),
    ):
        text = client.get(address).text
        data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)[1])
        entity = data["@graph"][0]["mainEntity"]
        assert entity["@type"] == "GovernmentService"
        assert (entity["name"], entity["provider"]["name"], entity["audience"]["audienceType"]) == (title, provider, audience)


@pytest.mark.parametrize(
    ("address", "en"), [("/de/unsere-arbeit/leistungen/", ""), ("/en/en-unsere-arbeit/en-leistungen/", "EN ")], ids=["de", "en"]
)
def test_the_list_holds_all_services_of_a_language_and_filters_them(client: Client, section: OurWorkPage, address: str, en: str) -> None:
    index = add(section, ServiceIndexPage(title="Leistungen"))
    assert "Es gibt hier noch keine Angebote." in client.get("/de/unsere-arbeit/leistungen/").text
    topics = {name: make_topic(name) for name in ("Familie", "Schutz")}
    for theme_name, topic, title, audience in (
        ("Familie", "Familie", "Visum", "families"),
        ("Familie", "Familie", "Härtefall", "families"),
        ("Hilfe", "Schutz", "Chat", "exploited"),
    ):
        theme = ThemePage.objects.filter(title=theme_name).first() or add(section, ThemePage(title=theme_name))
        translate(make_service(theme, title, topics=[topics[topic]], audience=audience))
    translate(index)
    make_service(theme, "Entwurf", live=False)
    secret = make_service(theme, "Geheim", audience="children")
    translate(secret)
    PageViewRestriction.objects.create(page=secret, restriction_type="login")
    later = make_service(theme, "Später", live=False)
    later.go_live_at = timezone.now() + datetime.timedelta(days=1)
    later.save_revision().publish()
    for query, found in {
        "": ["Chat", "Härtefall", "Visum"], "?topic=familie": ["Härtefall", "Visum"], "?audience=exploited": ["Chat"],
        "?audience=exploited&topic=familie": [], "?audience=children": ["Chat", "Härtefall", "Visum"],
    }.items():  # fmt: skip
        entries = client.get(address + query).context_data["entries"]
        assert [card.link.title for card in entries] == [en + title for title in found], query
    chat = client.get(ServicePage.objects.get(title=f"{en}Chat").get_url())
    chips = [link["href"] for link in BeautifulSoup(chat.content, "html.parser").select(".facts a.chip")]
    assert chips == [f"{address}?topic=schutz"]


@pytest.mark.parametrize("code", ["de", "en"])
def test_a_service_outside_of_the_themes_is_in_the_list_and_its_topic_leads_there(client: Client, section: OurWorkPage, code: str) -> None:
    index = add(section, ServiceIndexPage(title="Leistungen"))
    theme = add(section, ThemePage(title="Rückkehr"))
    translate(make_service(theme, "Reise", topics=[make_topic("Rückkehr")]))
    take_part = add(section.get_parent().specific, TakePartPage(title="Mitmachen"))
    internship = make_service(take_part, "Praktikum", topics=[make_topic("IOM")])
    translate(internship)
    translate(index)
    chip = BeautifulSoup(client.get(version(internship, code)).content, "html.parser").select_one(".facts a.chip")
    assert chip["href"] == f"{version(index, code)}?topic=iom"
    prefix = "EN " if code == "en" else ""
    for address, found in ((chip["href"], ["Praktikum"]), (version(index, code), ["Praktikum", "Reise"])):
        assert sorted(card.link.title for card in client.get(address).context_data["entries"]) == [prefix + title for title in found]
    rows.rebuild()
    assert [card.link.title for card in client.get(chip["href"]).context_data["entries"]] == [prefix + "Praktikum"]


def test_a_theme_shows_its_services_in_the_order_of_the_tree(client: Client, theme: ThemePage) -> None:
    for title in ("Zuerst", "Danach"):
        translate(make_service(theme, title))
    make_service(theme, "Entwurf", live=False)
    add(theme, ContentPage(title="Hintergrund"))
    for address, en in (("/de/unsere-arbeit/rueckkehr/", ""), ("/en/en-unsere-arbeit/en-ruckkehr/", "EN ")):
        assert [card.link.title for card in client.get(address).context_data["services"]] == [f"{en}Zuerst", f"{en}Danach"]
    ServicePage.objects.get(title="Zuerst").unpublish()
    assert [card.link.title for card in client.get("/de/unsere-arbeit/rueckkehr/").context_data["services"]] == ["Danach"]


def test_what_cannot_be_used_says_so_on_the_page_and_on_its_card(client: Client, theme: ThemePage) -> None:
    translate(make_service(theme, status="suspended", **ANSWERS))
    for address, words, kind in (
        ("/de/unsere-arbeit/rueckkehr/", "Dieses Angebot ist zurzeit ausgesetzt.", "Angebot (ausgesetzt)"),
        ("/en/en-unsere-arbeit/en-ruckkehr/", "This service is suspended at present.", "Service (Suspended)"),
    ):
        (card,) = client.get(address).context_data["services"]
        assert card.meta.kind == kind
        assert words in client.get(card.link.address).text


@pytest.mark.once
@pytest.mark.parametrize("count", [2, 20])
def test_queries(client: Client, section: OurWorkPage, count: int) -> None:
    theme = add(section, ThemePage(title="Rückkehr"))
    add(section, ServiceIndexPage(title="Leistungen"))
    topic = make_topic()
    for number in range(count):
        make_service(theme, f"Leistung {number}", topics=[topic], audience="families", **ANSWERS)
    addresses = ("", "leistungen/", "leistungen/?topic=rueckkehr", "rueckkehr/", "rueckkehr/leistung-0/")
    for address in addresses:
        client.get(f"/de/unsere-arbeit/{address}")
    numbers = {}
    for address in addresses[1:]:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/de/unsere-arbeit/{address}").status_code == 200
        numbers[address] = len(queries)
    assert max(numbers.values()) <= 10, numbers


def test_an_answer_is_found_in_german_and_in_arabic(client: Client, theme: ThemePage) -> None:
    service = make_service(theme, "Beratung", **ANSWERS)
    translate(service, "ar", words={"Beratung": "المشورة", "Die Beratung kostet nichts.": "المشورة مجانية تماما."})
    call_command("update_index", verbosity=0)
    for code, query, title in (("de", "kostet nichts", "Beratung"), ("ar", "مجانية", "المشورة")):
        with translation.override(code):
            address = reverse("search")
        found = client.get(address, {"q": query, "format": "json", "type": "service"}).json()
        assert [hit["title"] for hit in found["results"]] == [title], address
    service.unpublish()
    assert client.get("/de/suche/", {"q": "kostet nichts", "format": "json"}).json()["results"] == []
    assert publish(service).answers[0].anchor == "for-whom"


def test_questions_have_fields_and_anchors_of_their_own() -> None:
    assert [question.field for question in QUESTIONS] == [
        "eligibility", "benefits", "requirements", "costs", "duration", "next_steps", "alternatives",
    ]  # fmt: skip
    assert len({question.anchor for question in QUESTIONS}) == len(QUESTIONS)
