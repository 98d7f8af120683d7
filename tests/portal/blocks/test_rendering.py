"""Every page type renders in both languages, with a bounded number of queries whatever the number of items."""

from __future__ import annotations

import datetime
import re

import pytest
from bs4 import BeautifulSoup
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.documents import get_document_model
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Locale, Page, PageViewRestriction
from wagtail.models import get_page_models as wagtail_page_models
from wagtail_localize.models import StringTranslation, TranslationSource

from about.models import OfficeIndexPage, OfficePage, PressPage
from agenda.models import GoalPage
from home.models import (
    Agenda2030Page,
    ContentPage,
    DataAndResearchPage,
    HomePage,
    OurWorkPage,
    TakePartPage,
    WhoWeArePage,
)
from news.models import NewsIndexPage, NewsPage
from participate.models import ContactPage, EventIndexPage, TenderIndexPage, VacancyIndexPage
from portal import changes
from portal.language.languages import LANGUAGES
from portal.models import BasePage, Footer, PortalImage
from research.models import DataIndexPage, DataPage, PublicationIndexPage, PublicationPage
from tests.builders import (
    DATED,
    add,
    make_alias,
    make_content_page,
    make_dated,
    make_home,
    make_news,
    make_news_index,
    make_reader,
    make_section,
    make_topic,
    publish,
    translate,
)
from work.models import ProjectIndexPage, ProjectPage, ServiceIndexPage, ServicePage, ThemePage

pytestmark = pytest.mark.django_db

SECTIONS = [WhoWeArePage, OurWorkPage, DataAndResearchPage, TakePartPage, Agenda2030Page]
COLD, WARM = 20, 12
COLD_HOME, WARM_HOME = 26, 14


def count(client: Client, address: str) -> tuple[int, list[str]]:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured), [query["sql"][:140] for query in captured]


def cold_and_warm(client: Client, address: str) -> tuple[int, int, list[str]]:
    """Return the number of queries with an empty cache and with a filled one."""
    client.get(address)
    changes.announce(changes.EVERYTHING)
    cold, _queries = count(client, address)
    warm, queries = count(client, address)
    return cold, warm, queries


def section_body(pages: list[Page]) -> list[tuple[str, object]]:
    content = [
        ("tasks", [{"icon": "house", "title": page.title, "text": "Text", "page": page} for page in pages]),
        ("cards", {"pages": pages}),
        ("latest_news", {"count": 6}),
        ("key_figures", {"figures": [{"value": "175", "label": "Mitglieder", "note": ""}], "source": ""}),
        ("text", "".join(f'<p><a linktype="page" id="{page.pk}">{page.title}</a></p>' for page in pages)),
    ]
    return [("section", {"heading": "Abschnitt", "background": "plain", "content": content, "aside": []})]


def content_body(pages: list[Page]) -> list[tuple[str, object]]:
    text = "".join(f'<p><a linktype="page" id="{page.pk}">{page.title}</a></p>' for page in pages)
    return [("heading", "Erstens"), ("text", text), ("heading", "Zweitens"), ("heading", "Drittens"), ("subpages", None)]


def many_pages(home: HomePage, number: int) -> list[ContentPage]:
    topic = make_topic(illustration="return")
    return [make_content_page(home, title=f"Seite {n}", topics=[topic], illustration="return") for n in range(number)]


@pytest.mark.once
@pytest.mark.parametrize("number", [1, 20])
class TestQueries:
    def test_home_page(self, client: Client, home: HomePage, number: int) -> None:
        pages = many_pages(home, number)
        index = make_news_index(home)
        for n in range(number):
            make_news(index, title=f"Meldung {n}", topics=[pages[0].topics.first()])
        home = HomePage.objects.get(pk=home.pk)
        home.body = section_body(pages)
        publish(home)
        cold, warm, queries = cold_and_warm(client, "/de/")
        assert warm <= WARM_HOME, "\n".join(queries)
        assert cold <= COLD_HOME

    def test_section_page(self, client: Client, home: HomePage, number: int) -> None:
        pages = many_pages(home, number)
        make_section(home, body=section_body(pages))
        cold, warm, queries = cold_and_warm(client, "/de/unsere-arbeit/")
        assert warm <= WARM_HOME, "\n".join(queries)
        assert cold <= COLD_HOME

    def test_content_page(self, client: Client, home: HomePage, number: int) -> None:
        pages = many_pages(home, number)
        page = make_content_page(
            home,
            title="Artikel",
            body=content_body(pages),
            related_pages=[("page", page) for page in pages[:6]],
            illustration="return",
        )
        for n in range(number):
            make_content_page(page, title=f"Unterseite {n}", illustration="return")
        cold, warm, queries = cold_and_warm(client, "/de/artikel/")
        assert warm <= WARM, "\n".join(queries)
        assert cold <= COLD

    def test_news_index(self, client: Client, home: HomePage, number: int) -> None:
        index = make_news_index(home)
        topic = make_topic(illustration="return")
        for n in range(number):
            make_news(index, title=f"Meldung {n}", topics=[topic])
        cold, warm, queries = cold_and_warm(client, "/de/aktuelles/")
        assert warm <= WARM, "\n".join(queries)
        assert cold <= COLD

    def test_news_page(self, client: Client, home: HomePage, number: int) -> None:
        index = make_news_index(home)
        topic = make_topic(illustration="return")
        for n in range(number):
            make_news(index, title=f"Meldung {n}", topics=[topic])
        cold, warm, queries = cold_and_warm(client, "/de/aktuelles/meldung-0/")
        assert warm <= WARM, "\n".join(queries)
        assert cold <= COLD


def one_of_each(home: HomePage) -> list[BasePage]:
    """Return a page of every type."""
    pages: list[BasePage] = [home]
    for number, section in enumerate(SECTIONS):
        pages.append(add(home, section(title=f"Bereich {number}", lead="Ein Satz.", menu_intro="Einleitung.")))
    content = make_content_page(pages[1], title="Inhalt", lead="Ein Satz.", reviewed_on="2026-11-12")
    index = make_news_index(home)
    theme = add(pages[2], ThemePage(title="Rückkehr", lead="Ein Satz."))
    services = add(pages[2], ServiceIndexPage(title="Angebote"))
    service = add(theme, ServicePage(title="Beratung", lead="Ein Satz."))
    projects = add(pages[2], ProjectIndexPage(title="Projekte"))
    project = add(theme, ProjectPage(title="Studie", lead="Ein Satz.", starts_on="2016-03-01", funders="Auswärtiges Amt", goals=["10"]))
    dated = [page for index, model, fields in DATED for page in make_dated(pages[4], index, model, fields)]
    offices = add(pages[1], OfficeIndexPage(title="Standorte"))
    office = add(offices, OfficePage(title="Berlin", state="BE", lead="Ein Satz."))
    press = add(pages[1], PressPage(title="Presse", lead="Ein Satz."))
    data_sets = add(pages[3], DataIndexPage(title="Daten"))
    data_set = add(data_sets, DataPage(title="Ausreisen", lead="Ein Satz.", csv="Jahr;Menschen\n2024;5\n2025;7\n", counted="Menschen"))
    publications = add(pages[3], PublicationIndexPage(title="Publikationen"))
    publication = add(publications, PublicationPage(title="Studie", lead="Ein Satz.", authors="IOM", published_on="2024-05-07"))
    goal = add(pages[5], GoalPage(title="Weniger Ungleichheiten", lead="Ein Satz.", number="10"))
    make_reader()
    form = add(home, ContactPage(title="Rückmeldung", purpose="helpful"))
    item = make_news(index, title="Meldung", place="Genf")
    of_work, of_office = (theme, services, service, projects, project), (offices, office, press)
    return [*pages, content, index, item, *of_work, *dated, *of_office, data_sets, data_set, publications, publication, goal, form]


def test_one_of_each_is_one_of_each(home: HomePage) -> None:
    ours = {model for model in wagtail_page_models() if issubclass(model, BasePage)}
    assert {type(page) for page in one_of_each(home)} == ours


def test_every_page_type_renders_in_both_languages(client: Client, home: HomePage) -> None:
    for page in one_of_each(home):
        english = translate(page, title=f"EN {page.title}")
        for version, language in ((page, "de"), (english, "en")):
            response = client.get(version.get_url())
            html = response.content.decode()
            assert response.status_code == 200
            assert f'<html lang="{language}" dir="ltr"' in html
            assert re.search(rf'<link rel="canonical" href="[^"]*{re.escape(version.get_url())}">', html)
            other = english if language == "de" else page
            assert re.search(rf'hreflang="{other.language_code}" href="[^"]*{re.escape(other.get_url())}"', html)
            assert 'hreflang="x-default"' in html
            assert html.count("<h1") == 1


def test_an_untranslated_page_opens_with_the_german_text_and_says_so(client: Client, home: HomePage) -> None:
    translate(home, title="Home")
    index = make_news_index(home)
    translate(index, title="News")
    item = make_news(index, title="Nur deutsch")
    assert client.get("/en/news/").status_code == 200
    assert client.get(f"/en/news/{item.slug}/").status_code == 404
    make_alias(item)
    assert "Nur deutsch" not in client.get("/en/news/").content.decode()
    response = client.get(f"/en/news/{item.slug}/")
    html = response.content.decode()
    assert response.status_code == 200
    assert response["Content-Language"] == "en"
    assert '<html lang="en" dir="ltr"' in html
    assert "This page has not been translated yet" in html
    assert '<meta name="robots" content="noindex">' in html
    assert re.search(rf'<link rel="canonical" href="[^"]*{re.escape(item.get_url())}">', html)
    assert 'rel="alternate" hreflang' not in html
    before, content = html.split('<div lang="de" dir="ltr">', 1)
    assert "Nur deutsch" not in before.split("</title>")[1]
    assert "Nur deutsch</h1>" in content
    # Texts of the interface inside it are German too, links lead on in the reader's language.
    assert "Zu dieser Seite" in content
    assert 'href="/en/news/' in content
    html = client.get(item.get_url()).content.decode()
    assert 'rel="alternate" hreflang="en"' not in html


def test_what_was_published_untranslated_is_marked(client: Client, home: HomePage) -> None:
    translate(home, title="Home")
    page = make_content_page(home, title="Seite", lead="Ein Satz.", body=[("text", "<p>Erster.</p>"), ("text", "<p>Zweiter.</p>")])
    partial = translate(page, leave_out=1, title="Page")
    html = client.get(partial.get_url()).content.decode()
    assert "EN Erster." in html
    marked = html.split('<div lang="de" dir="ltr">')[1].split("</div>")[0]
    assert "Zweiter." in marked
    assert "EN" not in marked
    assert "Parts of this page are still in German." in html
    # A block that lacks one of its sentences is German as a whole: the mark around it is true.
    mixed = make_content_page(home, title="Gemischt", lead="Ein Satz.", body=[("text", "<p>Dritter.</p><p>Vierter.</p>")])
    other = client.get(translate(mixed, leave_out=1).get_url()).content.decode()
    assert "Dritter." in other.split('<div lang="de" dir="ltr">')[1].split("</div>")[0]
    assert "EN Dritter." not in other
    assert "EN Ein Satz." in other
    # It was never complete: search engines are not told of it.
    assert '<meta name="robots" content="noindex">' in html
    assert 'rel="alternate" hreflang' not in html
    assert 'hreflang="en"' not in client.get(page.get_url()).content.decode().split("</head>")[0]


def bilingual_pages() -> list[BasePage]:
    """Return a page of each type with text in all its fields, translated once; each text names its language."""
    text = "<p>Deutscher Satz.</p><p>Deutscher Satz zwei.</p>"
    contact = {"heading": "Deutsche Frage", "text": "Deutsche Antwort", "email": "", "phone": "", "page": None}
    lists = [
        ("timeline", [{"label": f"Deutsch {n}", "heading": f"Deutsch, {n}", "text": f"Deutsch: {n}", "current": False} for n in "12"]),
        ("steps", [{"heading": "Deutscher Schritt", "text": "Deutsch 3"}]),
        ("accordion", [{"question": "Deutsche Frage?", "answer": text}]),
        ("facts", {"heading": "Deutsche Fakten", "items": [{"term": "Deutsches Wort", "description": "Deutscher Sinn"}]}),
    ]
    body = [("heading", f"Deutsche Überschrift {n}") for n in "123"] + [("text", text), *lists, ("contact", contact)]
    sources = [("source", {"title": f"Deutsche Quelle {n}", "url": ""}) for n in "12"]
    link = {"label": "Deutscher Verweis", "url": "https://example.org/", "page": None}
    section = {"heading": "Deutscher Abschnitt", "background": "plain", "link": link, "content": [("text", text), *lists], "aside": []}
    in_sections = {"body": [("section", section)] * 2}
    home = make_home(
        title="Deutsche Startseite", hero_title="Deutscher Gruß", hero_text="Deutscher Willkomm",
        hero_links=[("link", link)] * 2, **in_sections,
    )  # fmt: skip
    for page_type in SECTIONS:
        add(
            home,
            page_type(
                title=f"Deutsch: {page_type.__name__}",
                **({"seo_title": "Deutscher Titel"} if page_type is OurWorkPage else {"menu_title": "Deutsch im Menü"}),
                menu_intro="Deutsch daneben", hero_text="Deutsch oben", lead="Deutscher Vorspann", sources=sources, **in_sections,
            ),
        )  # fmt: skip
    parent = OurWorkPage.objects.get()
    page = make_content_page(parent, "Deutsche Seite", lead="Deutscher Vorspann", body=body, sources=sources)
    make_content_page(page, "Deutsches Blatt", lead="Deutscher Vorspann", related_pages=[("page", page)])
    image = PortalImage.objects.create(title="x", file=get_test_image_file())
    index = make_news_index(home, "Deutsche Meldungen", lead="Deutscher Vorspann")
    for number in "123":
        make_news(
            index, f"Deutsche Meldung {number}", lead="Deutscher Vorspann", body=body, sources=sources, place="Deutschland",
            contact=[("contact", contact)], image=image, image_alt="Deutsches Bild", image_caption="Deutsch darunter",
        )  # fmt: skip
    theme = add(OurWorkPage.objects.get(), ThemePage(title="Deutsches Thema", lead="Deutscher Vorspann"))
    add(OurWorkPage.objects.get(), ProjectIndexPage(title="Deutsche Projekte", lead="Deutscher Vorspann"))
    texts = {name: f"Deutsch: {name}" for name in ("programme", "funders", "partners", "places", "target_groups")}
    add(
        theme,
        ProjectPage(
            title="Deutsches Projekt", lead="Deutscher Vorspann", body=body, sources=sources, contact=[("contact", contact)],
            ends_on=datetime.date(2022, 1, 1), **texts,
        ),
    )  # fmt: skip
    pages = [page.specific for page in Page.objects.filter(depth__gt=1, locale__language_code="de").order_by("path")]
    for source in pages:
        translate(source)
    return pages


def misplaced(html: str) -> list[str]:
    """Return the texts of pages that stand in an element of the other language; the translations begin with “EN”."""
    found = []
    soup = BeautifulSoup(html, "html.parser")
    shown = [(text, text.parent) for text in soup.find_all(string=re.compile("Deutsch"))]
    shown += [(tag["alt"], tag) for tag in soup.find_all(alt=re.compile("Deutsch"))]
    shown += [(tag["content"], tag) for tag in soup.find_all("meta", attrs={"name": "description"})]
    for text, element in shown:
        if element.name == "script":
            continue
        language = next(at["lang"] for at in (element, *element.parents) if at.get("lang"))
        if language != ("en" if text.strip().startswith("EN ") else "de"):
            found.append(f"{element.name}: {text.strip()}")
    return found


@pytest.mark.once
@pytest.mark.parametrize("left_out", ["all", "even", "odd"])
def test_german_text_on_a_translated_page_is_marked_wherever_it_stands(client: Client, left_out: str) -> None:
    """The page itself, menus, cards, lists: of pages that were complete once and lack texts again."""
    pages = bilingual_pages()
    for page in pages:
        source = TranslationSource.objects.get(object_id=page.translation_key)
        texts = StringTranslation.objects.filter(context__object_id=page.translation_key).order_by("pk")
        ids = list(texts.values_list("pk", flat=True))
        texts.filter(pk__in={"all": ids, "even": ids[::2], "odd": ids[1::2]}[left_out]).delete()
        source.create_or_update_translation(Locale.objects.get(language_code="en"), publish=True, fallback=True)
    changes.announce(changes.EVERYTHING)
    english = list(Page.objects.filter(depth__gt=1, locale__language_code="en"))
    assert len(english) == len(pages)
    for address in [*(page.get_url() for page in english), "/en/news/?year=2024", "/en/nowhere/", "/en/deutsche-seite/"]:
        html = client.get(address).content.decode()
        assert "Deutsch" in html
        assert misplaced(html) == [], address
    assert "Deutsch" not in client.get("/en/feed.rss").content.decode().replace("EN Deutsch", "")


def test_the_link_to_sign_language_is_there_with_the_film_in_the_readers_language(client: Client, home: HomePage) -> None:
    """Not without a film, above German text, or of a page that is offline."""

    def links() -> dict[str, list[int]]:
        changes.announce(changes.EVERYTHING)  # as after a commit
        found = {}
        for code in ("de", "uk", "ar"):
            tree = BeautifulSoup(client.get(f"/{code}/").content, "html.parser")
            found[code] = [len(tree.select(f"{part} a[href*=sprache]")) for part in (".utility > .wrap >", ".foot-grid")]
        return found

    page = make_content_page(home, "Gebärdensprache", body=[("video", {"title": "Willkommen"})])
    make_alias(page, "uk")
    translate(page, "ar", title="sprache")
    column = {"heading": "Service", "links": [{"page": page, "label": "Gebärdensprache"}]}
    Footer.objects.create(locale=page.locale, about="Über uns", sign_language_page=page, body=[("column", column)])
    nothing = {"de": [0, 0], "uk": [0, 0], "ar": [0, 0]}
    assert links() == nothing
    film = get_document_model().objects.create(title="Film", file=ContentFile(b"film", name="film.mp4"))
    page.body = [("video", {"title": "Willkommen", "video": film})]
    publish(page)
    assert links() == {**nothing, "de": [1, 1]}
    translate(page, "ar", title="sprache")
    assert links() == {"de": [1, 1], "uk": [0, 0], "ar": [1, 1]}
    type(page).objects.get(pk=page.pk).unpublish()
    assert links() == nothing


def test_what_ends_in_another_language_stands_neither_in_the_footers_columns_nor_below_the_search(client: Client) -> None:
    """The legal links stay everywhere, marked; a column and a row with nothing in them do not."""
    home = make_home()
    there, german = make_content_page(home, "Hilfe"), make_content_page(home, "Stellen")
    home = HomePage.objects.get(pk=home.pk)
    home.hero_links = [("link", {"page": there}), ("link", {"page": german})]
    publish(home)
    Footer.objects.create(
        locale=home.locale,
        about="Über uns",
        body=[
            ("column", {"heading": "Service", "links": [{"page": there}, {"page": german}]}),
            ("column", {"heading": "Mitmachen", "links": [{"page": german}]}),
        ],
        legal=[("link", {"page": german})],
    )
    for code in ("uk", "ar"):
        translate(there, code, title=f"Help {code}")

    def names(code: str) -> list[list[str]]:
        changes.announce(changes.EVERYTHING)  # as after a commit
        tree = BeautifulSoup(client.get(f"/{code}/").content, "html.parser")
        places = (".hero__quick li", ".foot-grid h2", ".foot-grid li", ".foot-legal li")
        return [[node.get_text(" ", strip=True) for node in tree.select(place)] for place in places]

    assert names("de") == [["Hilfe", "Stellen"], ["Service", "Mitmachen"], ["Hilfe", "Stellen", "Stellen"], ["Stellen"]]
    assert names("uk") == [["Help uk"], ["Service"], ["Help uk"], ["Stellen німецькою"]]
    assert names("ar") == [["Help ar"], ["Service"], ["Help ar"], ["Stellen بالألمانية"]]
    there.unpublish()
    assert names("uk") == [[], [], [], ["Stellen німецькою"]]


@pytest.mark.parametrize("kind", [PageViewRestriction.PASSWORD, PageViewRestriction.LOGIN])
@pytest.mark.parametrize(("address", "language"), [("/de/geheim/", "de"), ("/uk/geheim/", "uk")])
def test_a_protected_page_asks_in_the_look_of_the_portal(client: Client, home: HomePage, kind: str, address: str, language: str) -> None:
    """In the reader's language, also where the page is not translated; all languages are offered, and nothing of it is told."""
    page = make_content_page(home, title="Geheim", lead="Niemand soll es lesen.")
    make_alias(page, "uk")
    PageViewRestriction.objects.create(page=page, restriction_type=kind, password="sesam")
    response = client.get(address, follow=True)
    html = response.content.decode()
    assert f'<html lang="{language}"' in html
    assert {"de": "Diese Seite ist geschützt", "uk": "Ця сторінка захищена"}[language] in html
    assert len(BeautifulSoup(html, "html.parser").select(".lang__list li")) == len(LANGUAGES)
    assert '<meta name="robots" content="noindex">' in html
    assert "Niemand soll es lesen." not in html
    form = BeautifulSoup(html, "html.parser").select_one("main form[method=post]")
    data = {field["name"]: field.get("value", "") for field in form.select("input[name]")}
    wrong = client.post(form["action"], data | {"username": "x", "password": "x"}).content.decode()
    assert 'role="alert"' in wrong
    if kind == PageViewRestriction.PASSWORD:
        opened = client.post(form["action"], data | {"password": "sesam"}, follow=True)
        assert "Niemand soll es lesen." in opened.content.decode()


@pytest.mark.once
@pytest.mark.parametrize(
    ("page_type", "parents", "children"),
    [
        (HomePage, {Page}, {*SECTIONS, ContentPage, NewsIndexPage, ContactPage}),
        (Agenda2030Page, {HomePage}, {ContentPage, GoalPage}),
        (GoalPage, {Agenda2030Page}, set()),
        (DataAndResearchPage, {HomePage}, {ContentPage, DataIndexPage, PublicationIndexPage}),
        (DataIndexPage, {DataAndResearchPage}, {DataPage}),
        (DataPage, {DataIndexPage}, set()),
        (PublicationIndexPage, {DataAndResearchPage}, {PublicationPage}),
        (PublicationPage, {PublicationIndexPage}, set()),
        (WhoWeArePage, {HomePage}, {ContentPage, OfficeIndexPage, PressPage}),
        (OurWorkPage, {HomePage}, {ContentPage, ThemePage, ServiceIndexPage, ProjectIndexPage}),
        (TakePartPage, {HomePage}, {ContentPage, ContactPage, ServicePage, EventIndexPage, VacancyIndexPage, TenderIndexPage}),
        *((index, {TakePartPage}, {model, ContentPage}) for index, model, _fields in DATED),
        *((model, {index}, set()) for index, model, _fields in DATED),
        (
            ContentPage,
            {HomePage, *SECTIONS, ContentPage, ThemePage, ServicePage, EventIndexPage, VacancyIndexPage, TenderIndexPage},
            {ContentPage, ContactPage, OfficeIndexPage, PressPage},
        ),
        (ThemePage, {OurWorkPage}, {ContentPage, ServicePage, ProjectPage}),
        (ServiceIndexPage, {OurWorkPage}, set()),
        (ServicePage, {ThemePage, TakePartPage}, {ContentPage}),
        (ProjectIndexPage, {OurWorkPage}, set()),
        (ProjectPage, {ThemePage}, set()),
        (OfficeIndexPage, {WhoWeArePage, ContentPage}, {OfficePage}),
        (OfficePage, {OfficeIndexPage}, set()),
        (PressPage, {WhoWeArePage, ContentPage}, set()),
        (ContactPage, {HomePage, TakePartPage, ContentPage}, set()),
        (NewsIndexPage, {HomePage}, {NewsPage}),
        (NewsPage, {NewsIndexPage}, set()),
    ],
)
def test_parents_and_children(page_type: type[BasePage], parents: set, children: set) -> None:
    assert set(page_type.allowed_parent_page_models()) == parents
    assert set(page_type.allowed_subpage_models()) == children


@pytest.mark.once
def test_previews_render_for_unsaved_pages(home: HomePage) -> None:
    for page in one_of_each(home):
        response = page.make_preview_request()
        assert response.status_code == 200


def test_pagination_never_fails(client: Client, home: HomePage) -> None:
    index = make_news_index(home)
    for n in range(12):
        make_news(index, title=f"Meldung {n}")
    for page in ("1", "2", "3", "-1", "abc", "9" * 40):
        assert client.get(f"/de/aktuelles/?page={page}").status_code == 200
    assert 'aria-current="page"' in client.get("/de/aktuelles/?page=2").content.decode()


def test_filters(client: Client, home: HomePage) -> None:
    index = make_news_index(home)
    make_news(index, title="Erklärung A", kind="statement", date="2022-02-01")
    make_news(index, title="Bericht B", kind="story", date="2024-02-01")
    for query, found, absent in (
        ("kind=statement", "Erklärung A", "Bericht B"),
        ("year=2024", "Bericht B", "Erklärung A"),
        ("kind=story&year=2024", "Bericht B", "Erklärung A"),
    ):
        html = client.get(f"/de/aktuelles/?{query}").content.decode()
        assert found in html
        assert absent not in html
