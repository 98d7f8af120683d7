"""Questions and answers: where each is explained, its sources, what machines read of them; in two languages at least."""

from __future__ import annotations

import json
import re

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from home.models import ContentPage, HomePage
from tests.builders import make_content_page, make_fact, publish, translate

pytestmark = pytest.mark.django_db

SOURCE = {"title": "Gebühren", "url": "https://www.bamf.de/gebuehren", "authority": "BAMF", "date": "2024-06-25"}


@pytest.fixture
def service_page(home: HomePage) -> ContentPage:
    return make_content_page(home, title="Visum")


@pytest.fixture
def page(home: HomePage, service_page: ContentPage) -> ContentPage:
    phone = make_fact("phone", "112")
    entries = [
        {"question": "Was kostet die Hilfe?", "answer": "<p>Sie ist <b>kostenlos</b>.</p><p>Immer &amp; überall.</p>",
         "page": service_page, "sources": [SOURCE]},
        {"question": "Wen rufe ich an?", "answer": f'<p>Die <a linktype="fact" id="{phone.pk}">Nummer</a>.</p>'},
        {"question": "Wo steht mehr?", "answer": f'<p><a linktype="page" id="{service_page.pk}">Hier</a>.</p>'},
    ]  # fmt: skip
    return make_content_page(home, title="Fragen", body=[("heading", "Visum"), ("accordion", entries)])


def shown(client: Client, address: str) -> list[tuple[str, list[str], list[str]]]:
    """Return each question with its paragraphs, and with its sources."""
    soup = BeautifulSoup(client.get(address).content, "html.parser")

    def text(tag: object) -> str:
        return " ".join(tag.get_text(" ", strip=True).split())

    return [
        (text(entry.summary), [text(tag) for tag in entry.select("div > p:not(.answer__from)")], [text(tag) for tag in entry.select("li")])
        for entry in soup.select(".accordion details")
    ]


def graph(client: Client, address: str) -> dict[str, object]:
    text = client.get(address).text
    return json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)[1])["@graph"][0]


def test_each_answer_leads_on_and_names_its_sources(client: Client, page: ContentPage, service_page: ContentPage) -> None:
    translate(service_page, "en", title="Visa")
    english = translate(page, "en").get_url()
    assert shown(client, page.get_url()) == [
        (
            "Was kostet die Hilfe?", ["Sie ist kostenlos .", "Immer & überall.", "Alles dazu: Visum"],
            ["BAMF: Gebühren Stand: 25. Juni 2024"],
        ),
        ("Wen rufe ich an?", ["Die 112 ."], []),
        ("Wo steht mehr?", ["Hier ."], []),
    ]  # fmt: skip
    first = shown(client, english)[0]
    assert first == (
        "EN Was kostet die Hilfe?", ["EN Sie ist kostenlos .", "EN Immer & überall.", "All about it: Visa"],
        ["EN BAMF: EN Gebühren as of 25 June 2024"],
    )  # fmt: skip
    # Anchors are the same in all languages.
    ids = [
        [tag["id"] for tag in BeautifulSoup(client.get(address).content, "html.parser").select(".accordion details")]
        for address in (page.get_url(), english)
    ]
    assert (ids[0], len(set(ids[0]))) == (ids[1], 3)
    # The page is gone: no way to it.
    service_page.unpublish()
    assert shown(client, page.get_url())[0][1] == ["Sie ist kostenlos .", "Immer & überall."]


def test_machines_read_the_same_questions(client: Client, page: ContentPage, service_page: ContentPage) -> None:
    english = translate(page, "en").get_url()
    for address, prefix in ((page.get_url(), ""), (english, "EN ")):
        values = graph(client, address)
        assert values["@type"] == ["WebPage", "FAQPage"]
        assert [(entry["@type"], entry["name"], entry["acceptedAnswer"]) for entry in values["mainEntity"]] == [
            ("Question", f"{prefix}{question}", {"@type": "Answer", "text": answer})
            for question, answer in (
                ("Was kostet die Hilfe?", f"{prefix}Sie ist kostenlos. {prefix}Immer & überall."),
                ("Wen rufe ich an?", "EN Die 112." if prefix else "Die 112."),
                ("Wo steht mehr?", "EN Hier." if prefix else "Hier."),
            )
        ]
    assert graph(client, service_page.get_url())["@type"] == "WebPage"


def test_a_question_whose_answer_waits_for_a_fact_is_asked_nowhere(client: Client, home: HomePage) -> None:
    fact = make_fact(name="Telefon")
    entries = [{"question": "Wen rufe ich an?", "answer": f'<p><a linktype="fact" id="{fact.pk}">Telefon</a></p>'}]
    page = make_content_page(home, title="Fragen", body=[("accordion", entries), ("text", "<p>Mehr.</p>")])
    assert (shown(client, page.get_url()), graph(client, page.get_url())["@type"]) == ([], "WebPage")


@pytest.mark.parametrize("code", ["de", "en"])
def test_the_search_finds_the_page_by_its_questions(client: Client, page: ContentPage, code: str) -> None:
    address = page.get_url() if code == "de" else translate(page, code).get_url()
    query = "Was kostet die Hilfe"
    soup = BeautifulSoup(client.get(f"/{code}/{'suche' if code == 'de' else 'search'}/", {"q": query}).content, "html.parser")
    assert [link["href"].split("?")[0].split("#")[0] for link in soup.select("li.search-result h3 a")][:1] == [address]


@pytest.mark.once
def test_twenty_questions_cost_as_many_queries_as_one(client: Client, home: HomePage) -> None:
    pages = [make_content_page(home, title=f"Seite {number}") for number in range(20)]
    counts = []
    for number in (1, 20):
        entries = [{"question": "F?", "answer": "<p>A.</p>", "page": one, "sources": [SOURCE]} for one in pages[:number]]
        page = make_content_page(home, title=f"Fragen {number}", body=[("accordion", entries)])
        publish(page)
        client.get(page.get_url())
        with CaptureQueriesContext(connection) as queries:
            assert len(shown(client, page.get_url())) == number
        counts.append(len(queries))
    assert counts[0] == counts[1]
