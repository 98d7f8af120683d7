"""Pages as Markdown and the map for programs: the same text, language and visibility as the page; nothing that is not everybody's."""

from __future__ import annotations

import datetime

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import PageViewRestriction

from home.models import HomePage, TakePartPage
from participate.models import VacancyIndexPage, VacancyPage
from portal.discovery import release
from portal.models import BasePage
from tests.builders import add, make_alias, make_content_page, make_home, make_news, make_news_index, translate

BODY = [
    ("heading", "Wer hilft?"),
    ("text", "<p>Ein <b>wichtiger</b> Satz mit <i>Nachdruck</i> und * Stern [x].</p>"
     "<ul><li>eins</li><li>zwei</li></ul><p>1. Kein <a href=\"https://example.org/a_(b)\">Anfang</a></p>"
     '<p>3.5 Prozent: <a href="tel:+49301">+49 30 1</a>, <a href="mailto:a@example.org">a@example.org</a>, <a href="?b=1">mehr</a></p>'),
    ("steps", [{"heading": "Schritt", "text": "Tun"}]),
    ("quote", {"text": "Gesagt", "attribution": "Jemand"}),
    ("accordion", [{"question": "Warum?", "answer": "<p>Darum.</p>", "page": None, "sources": []}]),
]  # fmt: skip

EXPECTED = """\
# Hilfe

Ein Satz.

## Wer hilft?

Ein **wichtiger** Satz mit *Nachdruck* und \\* Stern \\[x\\].

- eins
- zwei

1\\. Kein [Anfang](<https://example.org/a_(b)>)

3.5 Prozent: [+49 30 1](tel:+49301), [a@example.org](mailto:a@example.org), [mehr](http://testserver/de/hilfe/?b=1)
"""


@pytest.fixture
def home(db: None) -> HomePage:
    return make_home()


@pytest.fixture
def page(home: HomePage) -> BasePage:
    return make_content_page(home, title="Hilfe", lead="Ein Satz.", body=BODY)


def at(page: BasePage) -> str:
    return f"{page.get_url().rstrip('/')}.md"


def test_a_page_is_read_as_markdown_in_its_language(client: Client, home: HomePage, page: BasePage) -> None:
    translate(home, "ar")
    arabic = translate(page, "ar", title="مساعدة")
    for version, code, title in ((page, "de", "Hilfe"), (arabic, "ar", "مساعدة")):
        response = client.get(at(version))
        text = response.content.decode()
        assert text.splitlines()[0] == f"# {title}"
        assert text.splitlines()[-1] == f"<{page.get_full_url().partition('/de/')[0]}{version.get_url()}>"
        assert response["Content-Type"] == "text/markdown; charset=utf-8"
        assert response["Content-Language"] == code
        assert response["Link"].partition(">")[0].endswith(version.get_url())
        assert response["Cache-Control"] == "no-cache, public"
    text = client.get(at(page)).content.decode()
    assert text.startswith(EXPECTED)
    # Every block says what it says on the page, in its order.
    told = ["Schritt", "Tun", "> Gesagt", "Jemand", "**Warum?**", "Darum."]
    assert sorted(told, key=text.index) == told
    assert client.get("/de/index.md").content.decode().splitlines()[0] == f"# {home.hero_title}"


def test_what_is_not_everybodys_is_nowhere(client: Client, home: HomePage, page: BasePage) -> None:
    translate(home, "ar")
    make_alias(page, "ar")
    draft = make_content_page(home, title="Entwurf", live=False)
    private = make_content_page(home, title="Geheim")
    PageViewRestriction.objects.create(page=private, restriction_type=PageViewRestriction.LOGIN)
    below = make_content_page(private, title="Darunter")
    withdrawn = make_content_page(home, title="Weg")
    client.force_login(User.objects.create_superuser("admin", "admin@example.org", "password"))
    for hidden in (draft, private, below):
        assert client.get(at(hidden)).status_code == 404
    # A page that is read in German there is no Arabic text.
    assert client.get(f"/ar/{page.slug}/").status_code == 200
    assert client.get(f"/ar/{page.slug}.md").status_code == 404
    assert client.get(at(withdrawn)).status_code == 200
    withdrawn.unpublish()
    assert client.get(at(withdrawn)).status_code == 404
    assert client.post(at(page)).status_code == 405
    listed = Client().get("/llms.txt").content.decode()
    assert [title for title in ("Hilfe", "Entwurf", "Geheim", "Darunter", "Weg") if title in listed] == ["Hilfe"]


def test_it_says_to_search_engines_what_the_page_says(client: Client, home: HomePage) -> None:
    release.set_released(True)
    index = add(add(home, TakePartPage(title="Mitmachen")), VacancyIndexPage(title="Stellen"))
    now = timezone.now()
    open_one, closed = (
        add(index, VacancyPage(title=title, lead="Ein Satz.", reference=title, closes_at=now + datetime.timedelta(days=days)))
        for title, days in (("Offen", 5), ("Vorbei", -5))
    )
    quick = make_content_page(home, title="Gewalt", lead="Ein Satz.", quick_exit=True)
    assert client.get(at(open_one)).headers.get("X-Robots-Tag") is None
    assert client.get(at(closed))["X-Robots-Tag"] == "noindex"
    assert client.get(at(quick))["Cache-Control"] == client.get(quick.get_url())["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("count", [2, 20])
def test_a_list_names_its_pages(client: Client, home: HomePage, count: int) -> None:
    index = make_news_index(home)
    for number in range(count):
        make_news(index, title=f"Meldung {number}", lead=f"Satz {number}.", date=datetime.date(2024, 1, 1 + number))
    text = client.get(at(index)).content.decode()
    last = count - 1
    assert text.split("\n\n")[1:2] + [line for line in text.splitlines() if line.startswith("**[")][:1] == [
        f"**[Meldung {last}](http://testserver{index.get_url()}meldung-{last}/)**  \nSatz {last}.",
        f"**[Meldung {last}](http://testserver{index.get_url()}meldung-{last}/)**  ",
    ]
    assert text.count("**[") == min(count, 10)
    assert client.get(f"{at(index)}?page=2").content.decode().count("**[") == (10 if count > 10 else count)
    with CaptureQueriesContext(connection) as queries:
        client.get(at(index))
    assert len(queries) <= 9, "\n".join(query["sql"] for query in queries)


def test_the_map_names_the_pages_of_each_language(client: Client, home: HomePage) -> None:
    page = make_content_page(home, title="Hilfe [neu]", show_in_menus=True)
    make_content_page(page, title="Näheres", show_in_menus=True)
    make_content_page(home, title="Impressum", show_in_menus=False)
    translate(home, "ar")
    translate(page, "ar", title="مساعدة")
    with CaptureQueriesContext(connection):
        response = client.get("/llms.txt")
    text = response.content.decode().replace("http://testserver", "")
    arabic = type(page).objects.get(translation_key=page.translation_key, locale__language_code="ar")
    assert text == (
        "# IOM Deutschland\n\n"
        "## Deutsch\n\n- [IOM Deutschland](/de/index.md)\n- [Hilfe (neu)](/de/hilfe-neu.md)\n  - [Näheres](/de/hilfe-neu/naeheres.md)\n\n"
        f"## العربية\n\n- [المنظمة الدولية للهجرة – ألمانيا](/ar/index.md)\n- [مساعدة]({at(arabic)})\n"
    )
