"""Publications as visitors and programs get them, in two languages; those of the initial content."""

from __future__ import annotations

import io
import json
import uuid
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pypdf import PdfWriter
from pypdf.generic import BooleanObject, DictionaryObject, NameObject
from wagtail.models import Locale

from home.models import DataAndResearchPage
from portal.discovery import release
from portal.models import PortalDocument
from portal.records.reading import read as read_records
from research.models import PublicationIndexPage, PublicationPage
from research.validators import validate_doi, validate_isbn
from search.files import read as read_file
from search.reading import pdf_facts
from tests.builders import add, make_home, translate

pytestmark = pytest.mark.django_db


@pytest.fixture
def index() -> PublicationIndexPage:
    section = add(make_home(), DataAndResearchPage(title="Forschung"))
    release.set_released(True)
    return add(section, PublicationIndexPage(title="Publikationen"))


def make(index: PublicationIndexPage, title: str = "50 % & mehr", **fields: object) -> PublicationPage:
    values = {"authors": "Julia Black\nIOM", "published_on": "2022-11-01", "published_precision": "month", "languages": ["en", "ar"]}
    return add(index, PublicationPage(title=title, lead="Ein Satz.", **{**values, **fields}))


def tree_of(client: Client, address: str) -> BeautifulSoup:
    response = client.get(address)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def words(tag: object) -> str:
    return " ".join(tag.get_text(" ", strip=True).split())  # type: ignore[attr-defined]


def test_it_is_cited_as_a_sentence_and_for_programs(client: Client, index: PublicationIndexPage) -> None:
    page = make(index, doi="10.18356/9789290688303", isbn="978-92-9268-598-0", publisher_url="https://publications.iom.int/x")
    english = translate(page, "en", words={"50 % &amp; mehr": "50% &amp; more"})
    for shown, title in ((page, "50 % & mehr"), (english, "50% & more")):
        section = tree_of(client, shown.url).select_one("section[aria-labelledby=cite]")
        assert section is not None
        assert words(section.p) == f"Julia Black, IOM (2022): {title}. https://doi.org/10.18356/9789290688303"
    assert section.code is not None
    assert section.code.get_text() == (
        "@book{black2022more,\n  author = {Julia Black and {IOM}},\n  title = {{50\\% \\& more}},\n  year = {2022},\n"
        "  doi = {10.18356/9789290688303},\n  isbn = {978-92-9268-598-0},\n  url = {https://publications.iom.int/x},\n"
        "  language = {en, ar}\n}"
    )


@pytest.mark.parametrize(("spoken", "expected"), [("ar", 'lang="ar" dir="rtl"'), ("fr", 'lang="fr" dir="ltr"'), ("de", "")])
def test_a_title_stands_in_the_language_of_the_publication(
    client: Client, index: PublicationIndexPage, spoken: str, expected: str
) -> None:
    """Wherever it is shown: heading, trail, list, site map, citation; also to readers of a language that shows the German page."""
    translate(index, "uk", title="Публікації")
    page = make(index, "Titel", languages=[spoken])
    fallback = page.copy_for_translation(Locale.objects.get(language_code="uk"), alias=True)

    def attributes(address: str, selector: str) -> str:
        tags = [tag for tag in tree_of(client, address).select(selector) if "Titel" in words(tag)]
        assert len(tags) == 1, (address, selector)
        return " ".join(f'{name}="{tags[0][name]}"' for name in ("lang", "dir") if tags[0].has_attr(name))

    selectors = ("h1", ".crumbs [aria-current]", "section[aria-labelledby=cite] p")
    shown = {selector: attributes(page.url, selector) for selector in selectors}
    shown["list"] = attributes(index.url, "main h2 a, main h3 a")
    shown["in place of a Ukrainian one"] = attributes(fallback.url, "h1")
    assert shown == dict.fromkeys(shown, expected)
    heads = [tree_of(client, address).title for address in (page.url, index.url)]
    assert [head.get_text().partition(" – ")[2] for head in heads if head] == [heads[1].get_text().partition(" – ")[2]] * 2
    assert heads[0].get("lang") == (spoken if expected else None)


def test_a_translated_title_is_in_the_language_of_its_page(client: Client, index: PublicationIndexPage) -> None:
    page = make(index, "Titel", languages=["ar"])
    kept, translated = translate(page, "en", title="Titel"), translate(make(index, "Rapport", languages=["fr"]), "en", title="Report")
    assert [tree_of(client, one.url).h1.get("lang") for one in (kept, translated)] == ["ar", None]


REQUIRED = {
    "ScholarlyArticle": {"@type", "author", "datePublished", "headline", "url"},
    "Book": {"@type", "author", "datePublished", "inLanguage", "name", "url"},
}
"""What search engines and reference managers require of each type; of a `Dataset`: `test_data_pages.REQUIRED`."""


@pytest.mark.parametrize(("kind", "wanted"), [("study", "ScholarlyArticle"), ("report", "Book")])
def test_machines_find_what_they_require(client: Client, index: PublicationIndexPage, kind: str, wanted: str) -> None:
    page = make(index, kind=kind)
    for shown in (page, translate(page, "en")):
        script = tree_of(client, shown.url).find("script", type="application/ld+json")
        assert script is not None
        graph = json.loads(script.get_text())["@graph"]
        found = graph[0].get("mainEntity", graph[0])
        assert found["headline"] == shown.title
        assert (found["@type"], REQUIRED[wanted] - {key for key, value in found.items() if value}) == (wanted, set())
        assert (found["datePublished"], found["inLanguage"]) == ("2022-11", ["en", "ar"])
        assert [author["name"] for author in found["author"]] == ["Julia Black", "International Organization for Migration"]


def pdf(pages: int, *, is_tagged: bool | None) -> ContentFile:
    """Return a PDF, tagged or not; with None it has the tree of its structure, and says that it is not tagged."""
    writer = PdfWriter()
    for _page in range(pages):
        writer.add_blank_page(200, 200)
    if is_tagged is not False:
        tree = DictionaryObject({NameObject("/Type"): NameObject("/StructTreeRoot")})
        writer.root_object[NameObject("/MarkInfo")] = DictionaryObject({NameObject("/Marked"): BooleanObject(bool(is_tagged))})
        writer.root_object[NameObject("/StructTreeRoot")] = tree
    target = io.BytesIO()
    writer.write(target)
    return ContentFile(target.getvalue(), name="bericht.pdf")


TAGGED = {"de": "Mit Tags: Vorleseprogramme finden Überschriften und Listen.", "en": "Tagged: screen readers find headings and lists."}
UNTAGGED = {
    "de": "Ohne Tags: Vorleseprogramme finden keine Überschriften und Listen.",
    "en": "Not tagged: screen readers find no headings and lists.",
}


def test_of_each_file_is_said_what_was_read_from_it(client: Client, index: PublicationIndexPage) -> None:
    broken = ContentFile(b"%PDF-1.7 nothing", name="kaputt.pdf")
    documents = [
        PortalDocument.objects.create(title=title, language=code, file=file)
        for title, code, file in (
            ("Bericht", "de", pdf(12, is_tagged=True)), ("Report", "en", pdf(1, is_tagged=False)),
            ("Anhang", "de", pdf(2, is_tagged=None)), ("x", "", broken),
        )
    ]  # fmt: skip
    downloads = [{"type": "item", "value": {"document": one.pk, "description": ""}, "id": str(uuid.uuid4())} for one in documents]
    raw = [{"type": "downloads", "value": downloads, "id": str(uuid.uuid4())}]
    page = make(index, documents=PublicationPage._meta.get_field("documents").stream_block.to_python(raw))
    english = translate(page, "en")

    def said() -> list[list[str]]:
        lists = [tree_of(client, one.url).select(".doc .metaline") for one in (page, english)]
        return [[words(tag).replace(" ,", ",") for tag in tags] for tags in lists]

    (german, second, claimed, third), (german_in_english, second_in_english, claimed_in_english, third_in_english) = said()
    for document in documents:
        read_file(document)
    assert said() == [
        [f"{german}, 12 Seiten", TAGGED["de"], f"{second}, 1 Seite", UNTAGGED["de"], f"{claimed}, 2 Seiten", UNTAGGED["de"], third],
        [f"{german_in_english}, 12 pages", TAGGED["en"], f"{second_in_english}, 1 page", UNTAGGED["en"],
         f"{claimed_in_english}, 2 pages", UNTAGGED["en"], third_in_english],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "is_tagged"),
    [("<< /Marked true >>", True), ("<< /Marked false >>", False), ("<< >>", False), ("<< /Marked null >>", False),
     ("null", False), ("[ ]", False), ("2 0 R", False), ("99 0 R", False)],
)  # fmt: skip
def test_a_pdf_is_tagged_that_says_so(said: str, is_tagged: bool) -> None:
    """Whatever stands where it says so: of all its pages are known. (That its table of places is wrong then is mended by the reader.)"""
    data = pdf(2, is_tagged=False).read().replace(b"/Type /Catalog", f"/Type /Catalog /StructTreeRoot << >> /MarkInfo {said}".encode())
    assert b"/StructTreeRoot" in data
    assert pdf_facts(io.BytesIO(data)) == (2, is_tagged)


def test_the_list_is_filtered_and_costs_the_same_for_twenty(client: Client, index: PublicationIndexPage) -> None:
    make(index, "Bericht 1")
    make(index, "Studie 1", kind="study", languages=["de"], published_on="2020-01-01")
    titles = [words(tag) for tag in tree_of(client, f"{index.url}?kind=study").select("main h2 a, main h3 a")]
    assert titles == ["Studie 1"]
    assert [words(tag) for tag in tree_of(client, f"{index.url}?language=ar").select("main h2 a, main h3 a")] == ["Bericht 1"]

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            tree_of(client, index.url)
        return len(queries)

    cost()
    few = cost()
    for number in range(2, 12):
        make(index, f"Bericht {number}")
    cost()
    assert cost() == few


@pytest.mark.parametrize("wrong", ["978-92-9268-598-1", "12345", "978929268598", "X978-92-9268-598-0"])
def test_a_wrong_isbn_is_refused(wrong: str) -> None:
    for right in ("978-92-9268-598-0", "0-306-40615-2", "080442957X"):
        validate_isbn(right)
    with pytest.raises(ValidationError):
        validate_isbn(wrong)


def test_a_doi_is_no_address() -> None:
    validate_doi("10.18356/9789290688303")
    for wrong in ("https://doi.org/10.18356/9789290688303", "10.18356", "doi:10.1/x", "10.18356/ä"):
        with pytest.raises(ValidationError):
            validate_doi(wrong)


def test_the_initial_content_links_nobody_but_iom_and_publishers() -> None:
    records = [record for record in read_records(settings.BASE_DIR / "content") if record.data["type"] == "research.PublicationPage"]
    by_language = {code: {record.id.partition(".")[0] for record in records if record.lang == code} for code in ("de", "en")}
    assert len(by_language["de"]) == 18
    assert by_language["en"] == by_language["de"]
    hosts = {urlsplit(record.data["publisher_url"]).hostname for record in records if record.data.get("publisher_url")}
    assert hosts == {"www.iom.int", "iom.int", "worldmigrationreport.iom.int"}
