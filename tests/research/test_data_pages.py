"""Data sets as visitors, editors and programs get them: in two languages and both directions, over changes of the values."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from wagtail.models import Page, PageViewRestriction
from wagtail.users.models import UserProfile

from home.models import DataAndResearchPage
from portal.discovery import release
from research import files, history, shown
from research.models import DataIndexPage, DataPage, DataVersion
from tests.builders import add, make_home, make_topic, publish, translate
from tests.forms import posted_page

pytestmark = pytest.mark.django_db

CSV = "year;persons;basis\n2019;13105;old\n2022;7877;old\n2023;10762.5;old\n2024;10358;new\n"
LABELS = [
    ("label", {"name": "year", "text": "Jahr"}),
    ("label", {"name": "persons", "text": "Personen"}),
    ("label", {"name": "basis", "text": "Grundlage"}),
    ("label", {"name": "old", "text": "alt"}),
]
SOURCE = ("source", {"title": "Bericht", "url": "https://example.org/bericht", "date": "2024-06", "authority": "Amt"})


@pytest.fixture
def index() -> DataIndexPage:
    section = add(make_home(), DataAndResearchPage(title="Forschung"))
    release.set_released(True)
    return add(section, DataIndexPage(title="Zahlen"))


def make_data(index: DataIndexPage, title: str = "Ausreisen", **fields: object) -> DataPage:
    values = {"csv": CSV, "lead": "Ein Satz.", "counted": "Menschen, die ausreisten", "labels": LABELS, "sources": [SOURCE]}
    values["chart"] = "line"
    return add(index, DataPage(title=title, **{**values, **fields}))


@pytest.fixture
def page(index: DataIndexPage) -> DataPage:
    return make_data(index, note="Für 2020 fehlt der Wert.\nVorläufig.", licence="cc-by-4.0", edition="2024")


@pytest.fixture
def english(page: DataPage) -> DataPage:
    return translate(page, "en")


def tree_of(client: Client, address: str) -> BeautifulSoup:
    response = client.get(address)
    assert response.status_code == 200, address
    return BeautifulSoup(response.content, "html.parser")


def rows_of(tree: BeautifulSoup) -> list[list[str]]:
    rows = tree.select("section[aria-labelledby=values] tr")
    return [[" ".join(cell.get_text().split()) for cell in row.select("th, td")] for row in rows]


# --- what visitors read -------------------------------------------------------------------------------------------------------


def test_numbers_and_words_are_those_of_the_language(client: Client, page: DataPage, english: DataPage) -> None:
    assert rows_of(tree_of(client, page.url)) == [
        ["Jahr", "Personen", "Grundlage"],
        ["2019", "13.105,0", "alt"], ["2022", "7.877,0", "alt"], ["2023", "10.762,5", "alt"], ["2024", "10.358,0", "new"],
    ]  # fmt: skip
    assert rows_of(tree_of(client, english.url))[:2] == [["EN Jahr", "EN Personen", "EN Grundlage"], ["2019", "13,105.0", "EN alt"]]


def test_the_drawing_says_in_a_sentence_what_it_shows(client: Client, page: DataPage, english: DataPage) -> None:
    drawings = tree_of(client, page.url).select("svg.line")
    assert [drawing["class"] for drawing in drawings] == [["line", "line--l"], ["line", "line--s"]]
    assert {drawing.find("desc").get_text() for drawing in drawings} == {
        "Liniendiagramm mit 4 Werten von 2019 bis 2024. Niedrigster: 7.877,0 (2022). Höchster: 13.105,0 (2019). "
        "Zuletzt: 10.358,0 (2024). Lücke in der Linie: Für 2020, 2021 liegt kein Wert vor. "
        "Gestrichelte Linie: Die Werte davor und danach stammen aus verschiedenen Quellen oder Ausgaben."
    }
    assert [len(drawings[0].select(f".{name}")) for name in ("l", "p", "k")] == [1, 4, 1]
    ids = [tag["id"] for tag in tree_of(client, english.url).select("[id]")]
    assert len(ids) == len(set(ids))


def test_bars_of_all_that_there_is_are_the_table(client: Client, index: DataIndexPage) -> None:
    labels = [("label", {"name": "land_de", "text": "Land"}), ("label", {"name": "mio", "text": "Millionen"})]
    page = make_data(index, "Länder", csv="land_de;land_en;mio\nDeutschland;Germany;16.8\nKanada;Canada;8.4\nUnbekannt;;\n",
                     labels=labels, chart="bars")  # fmt: skip
    english = translate(page, "en")
    for address, names, numbers in ((page.url, ["Deutschland", "Kanada", "Unbekannt"], ["16,8", "8,4", "–"]),
                                    (english.url, ["Germany", "Canada", "Unbekannt"], ["16.8", "8.4", "–"])):  # fmt: skip
        tree = tree_of(client, address)
        assert [tag.get_text() for tag in tree.select("table.bars tbody th")] == names
        assert [tag.get_text() for tag in tree.select("table.bars td.n")] == numbers
        assert [tag["width"] for tag in tree.select("table.bars rect")] == ["100.0%", "50.0%"]
        assert tree.select("section[aria-labelledby=values]") == []
    assert [tag.get("lang") for tag in tree.select("table.bars tbody th")] == [None, None, "de"]


def test_from_right_to_left_time_runs_so_too(index: DataIndexPage, page: DataPage) -> None:
    assert page.table is not None
    for code, is_rising in (("de", True), ("ar", False)):
        with translation.override(code):
            line = shown.line(page.table, "persons", page.words, "Titel")
        assert line is not None
        for drawing in (line.wide, line.narrow):
            xs = [x for x, _y in drawing.chart.points]
            assert xs == sorted(xs, reverse=not is_rising)


def test_how_it_is_cited(client: Client, page: DataPage, english: DataPage) -> None:
    for one, words in ((page, "Amt: Bericht (Juni 2024). Datensatz „Ausreisen“, IOM Deutschland, {} (CC BY 4.0)"),
                       (english, "EN Amt: EN Bericht (June 2024). Data set “EN Ausreisen”, IOM Germany, {} (CC BY 4.0)")):  # fmt: skip
        section = tree_of(client, one.url).select_one("section[aria-labelledby=cite]")
        assert section is not None
        assert section.p is not None
        assert section.p.get_text() == words.format(one.full_url)
        assert [tag["href"] for tag in section.select("a")] == ["https://creativecommons.org/licenses/by/4.0/"]


def test_the_list_asks_the_same_whatever_its_length_and_a_page_little(client: Client, index: DataIndexPage, page: DataPage) -> None:
    def queries(address: str) -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    topic = make_topic("Rückkehr")
    make_data(index, "Erste", topics=[topic])
    few = queries(index.url)
    for number in range(8):
        make_data(index, f"Reihe {number}", topics=[topic])
    assert queries(index.url) == few
    rows = "".join(f"{1976 + number};{'9;' * 29}9\n" for number in range(50))
    large = make_data(index, "Groß", csv=f"year;{';'.join(f'c{number}' for number in range(30))}\n{rows}", labels=[])
    assert max(queries(large.url), queries(page.url), queries(index.url)) <= 9
    assert [tag.get_text() for tag in tree_of(client, index.url).select("ul.items h3 a")][:3] == ["Ausreisen", "Erste", "Groß"]


# --- files --------------------------------------------------------------------------------------------------------------------


def file_of(client: Client, code: str, page: DataPage, name: str) -> str:
    response = client.get(f"/{code}/data/{page.translation_key}.{name}")
    assert response.status_code == 200
    assert response["Content-Disposition"].startswith("attachment; ")
    return response.content.decode()


def test_files_for_sheets_are_in_numbers_and_words_of_the_language(client: Client, page: DataPage, english: DataPage) -> None:
    german, other = (file_of(client, code, page, "csv") for code in ("de", "en"))
    assert german.startswith("\ufeffJahr;Personen;Grundlage\r\n2019;13105;alt\r\n2022;7877;alt\r\n2023;10762,5;alt\r\n")
    assert list(csv.reader(io.StringIO(other.removeprefix("\ufeff"))))[3] == ["2023", "10762.5", "EN alt"]
    assert {file_of(client, code, page, "original.csv") for code in ("de", "en")} == {CSV.replace("\n", "\r\n")}


def test_for_programs_there_is_json(client: Client, page: DataPage, english: DataPage) -> None:
    found = json.loads(file_of(client, "en", page, "json"))
    assert found["rows"][2] == {"year": "2023", "persons": 10762.5, "basis": "old"}
    assert (found["language"], found["title"], found["edition"]) == ("en", "EN Ausreisen", "2024")
    assert found["licence"] == "https://creativecommons.org/licenses/by/4.0/"
    assert found["sources"] == [{"title": "EN Bericht", "url": "https://example.org/bericht", "authority": "EN Amt", "date": "2024-06"}]
    assert found["columns"][1] == {"name": "persons", "title": "EN Personen", "type": "number"}
    assert found["url"] == english.full_url


def test_each_link_to_a_file_leads_to_it(client: Client, page: DataPage, english: DataPage) -> None:
    for one in (page, english):
        links = [tag["href"] for tag in tree_of(client, one.url).select(".tools a")]
        assert links == [f"/{one.language_code}/data/{page.translation_key}.{name}" for name in (*files.FORMATS, "png")]
        assert [client.get(link).status_code for link in links] == [200, 200, 200, 200]


def test_files_are_as_private_as_their_page(client: Client, page: DataPage, english: DataPage) -> None:
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
    addresses = [f"/{code}/data/{page.translation_key}.{name}" for code in ("de", "en") for name in files.FORMATS]
    addresses.append(f"/de/data/{page.translation_key}/{DataVersion.objects.get().pk}.csv")
    assert {client.get(address).status_code for address in addresses} == {404}
    client.force_login(User.objects.create_user("leserin"))
    answers = [client.get(address) for address in addresses]
    assert {(answer.status_code, answer["Cache-Control"]) for answer in answers} == {(200, "private, no-store")}
    assert history.tables() == {}


def test_there_is_no_file_of_what_is_not_there(client: Client, index: DataIndexPage, page: DataPage) -> None:
    draft = add(index, DataPage(title="Entwurf", csv=CSV, counted="x"), live=False)
    for address in (f"de/data/{draft.translation_key}.csv", f"en/data/{page.translation_key}.csv", f"de/data/{page.translation_key}.xls",
                    f"de/data/{page.translation_key}/999.csv", "de/data/8d3e0000-0000-4000-8000-000000000000.csv"):  # fmt: skip
        assert client.get(f"/{address}").status_code == 404, address


# --- for search engines -------------------------------------------------------------------------------------------------------

REQUIRED = ("name", "description", "url", "creator", "distribution")
"""Without these no search engine for data takes a data set; the description has 50 characters at least."""


def test_search_engines_for_data_find_what_they_require(client: Client, page: DataPage, english: DataPage) -> None:
    for one, name, creator in ((page, "Ausreisen", "Amt"), (english, "EN Ausreisen", "EN Amt")):
        script = tree_of(client, one.url).select_one('script[type="application/ld+json"]')
        assert script is not None
        entity = json.loads(str(script.string))["@graph"][0]["mainEntity"]
        assert [key for key in REQUIRED if not entity.get(key)] == []
        assert (entity["@type"], entity["name"], entity["temporalCoverage"]) == ("Dataset", name, "2019/2024")
        assert 50 <= len(entity["description"]) <= 5000
        assert entity["creator"] == [{"@type": "Organization", "name": creator}]
        assert entity["license"] == "https://creativecommons.org/licenses/by/4.0/"
        assert [file["encodingFormat"] for file in entity["distribution"]] == ["text/csv", "text/csv", "application/json"]
        assert {client.get(re.sub(r"^https?://[^/]+", "", file["contentUrl"])).status_code for file in entity["distribution"]} == {200}


def test_no_licence_is_said_where_none_is_stated(client: Client, index: DataIndexPage) -> None:
    tree = tree_of(client, make_data(index, "Ohne").url)
    assert "license" not in str(tree.select_one('script[type="application/ld+json"]'))
    assert tree.select("a[rel~=license]") == []


# --- over time ----------------------------------------------------------------------------------------------------------------


def test_a_value_changes_in_all_languages_at_once_and_the_old_one_is_kept(client: Client, page: DataPage, english: DataPage) -> None:
    client.get(english.url)
    page.csv = CSV.replace("10358", "11111") + "2025;16576;new\n"
    publish(page)
    assert rows_of(tree_of(client, english.url))[-2:] == [["2024", "11,111.0", "new"], ["2025", "16,576.0", "new"]]
    assert file_of(client, "en", page, "csv").splitlines()[-1].split(",") == ["2025", "16576", "new"]
    assert file_of(client, "en", page, "original.csv") == page.csv.replace("\n", "\r\n")
    day = timezone.localdate()
    for one in (page, english):
        (link,) = tree_of(client, one.url).select("section[aria-labelledby=earlier] a")
        assert client.get(link["href"]).content.decode() == CSV.replace("\n", "\r\n")
    assert [(one.since, one.until) for one in history.earlier(page.translation_key)] == [(day, day)]
    publish(page)
    assert DataVersion.objects.count() == 2


def test_a_draft_changes_nothing(client: Client, page: DataPage, english: DataPage) -> None:
    page.csv = CSV.replace("10358", "1")
    page.save_revision()
    for one in (page, english):
        assert rows_of(tree_of(client, one.url))[-1][1] in ("10.358,0", "10,358.0")
    assert DataVersion.objects.count() == 1


# --- in the admin -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def editor(client: Client) -> User:
    user = User.objects.create_superuser("redaktion", "redaktion@example.org", "password")
    UserProfile.objects.create(user=user, preferred_language="de")
    client.force_login(user)
    return user


def save(client: Client, page: DataPage, editor: User, upload: bytes | None = None, **fields: str) -> BeautifulSoup | None:
    """Publish a page in the editor; return the form where it is shown again."""
    data = {**posted_page(page, editor), **fields, "action-publish": "1"}
    if upload is not None:
        data["upload"] = SimpleUploadedFile("werte.csv", upload, "text/csv")
    response = client.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), data)
    return None if response.status_code == 302 else BeautifulSoup(response.content, "html.parser")


def problems(form: BeautifulSoup, name: str) -> list[str]:
    """What is said at a field for tables, one entry for each line, which describe the field."""
    (field,) = form.select(f"[name={name}]")
    assert f"id_{name}-problems" in str(field["aria-describedby"]).split()
    return [" ".join(tag.get_text().split()) for tag in form.select(f"ul#id_{name}-problems > li")]


def said(form: BeautifulSoup, name: str) -> str:
    return " ".join(problems(form, name))


def test_an_update_shows_what_it_changes_before_it_does(client: Client, page: DataPage, editor: User) -> None:
    new = CSV.replace("10358", "11111") + "2025;16576;new\n"
    form = save(client, page, editor, new.encode("utf-8-sig"), lead="Ein anderer Satz.")
    assert form is not None
    assert DataPage.objects.get(pk=page.pk).csv == CSV
    assert "2024, persons: 10358 → 11111" in said(form, "agreed")
    assert "Neue Zeile: 2025" in said(form, "agreed")
    # The table that was uploaded stands in its field, and so does all else that was typed.
    table, lead = form.select_one("textarea[name=csv]"), form.select_one("textarea[name=lead]")
    assert table is not None
    assert lead is not None
    assert (table.get_text().strip().replace("\r\n", "\n"), lead.get_text().strip()) == (new.strip(), "Ein anderer Satz.")
    agreed = form.select_one("input[name=agreed]")
    assert agreed is not None
    assert not agreed.has_attr("checked")
    again = save(client, page, editor, csv=new.replace("11111", "22222"), agreed=str(agreed["value"]))
    assert again is not None, "another table than the one that was agreed to"
    # As a browser sends it.
    assert save(client, page, editor, csv=new.replace("\n", "\r\n"), agreed=str(agreed["value"])) is None
    assert DataPage.objects.get(pk=page.pk).csv == new.strip()


@pytest.mark.parametrize(
    ("upload", "reason"),
    [
        ("year;persons\n2019;Türkei\n".encode("latin-1"), "Zeile 2: Die Datei ist nicht in UTF-8 gespeichert."),
        (b"year;persons\n2019;1\n2019;2\n", "Zeile 3, Spalte 1: „2019“ steht schon in Zeile 2."),
        (b"year;persons\n2019;=1+1\n", "Zeile 2, Spalte 2: Die Zelle beginnt wie eine Formel"),
        (b"x" * (50 * 1024 * 1024), "Die Datei hat 50,0 MB; gelesen wird höchstens 1 MB."),
    ],
    ids=["latin-1", "doubled", "formula", "50 MB"],
)
def test_a_broken_file_is_refused_with_its_reason_and_nothing_is_lost(
    client: Client, page: DataPage, editor: User, upload: bytes, reason: str
) -> None:
    form = save(client, page, editor, upload, lead="Ein anderer Satz.")
    assert form is not None
    assert reason.replace("50,0", "50.0") in said(form, "upload").replace("50,0", "50.0")
    table, lead = form.select_one("textarea[name=csv]"), form.select_one("textarea[name=lead]")
    assert table is not None
    assert lead is not None
    assert (table.get_text().strip().replace("\r\n", "\n"), lead.get_text().strip()) == (CSV.strip(), "Ein anderer Satz.")
    assert DataPage.objects.get(pk=page.pk).csv == CSV


def test_each_error_of_a_table_stands_for_itself(client: Client, page: DataPage, editor: User) -> None:
    broken = "year;persons;basis\n2019;viele;alt\n2020;1\n2021;2;alt\n2021;=3;alt\n"
    for name, values in (("upload", {"upload": broken.encode()}), ("csv", {"csv": broken})):
        form = save(client, page, editor, **values)
        assert form is not None
        assert [line.split(":")[0] for line in problems(form, name)] == [
            "Zeile 2, Spalte 2", "Zeile 3", "Zeile 5, Spalte 1", "Zeile 5, Spalte 2",
        ]  # fmt: skip


def test_a_total_is_not_the_highest_bar(client: Client, index: DataIndexPage) -> None:
    labels = [("label", {"name": "land_de", "text": "Land"}), ("label", {"name": "mio", "text": "Millionen"})]
    page = make_data(index, "Mit Summe", csv="land_de;land_en;mio\nA;A;3\nB;B;7\nGesamt;Total;10\n", labels=labels, chart="bars")
    for version, total in ((page, "Gesamt"), (translate(page, "en"), "Total")):
        tree = tree_of(client, version.url)
        assert [row.th.get_text() for row in tree.select("table.bars tr.hi")] == ["B"]
        assert [(row.th.get_text(), row.rect["width"]) for row in tree.select("table.bars tbody tr:has(rect)")] == [
            ("A", "30.0%"), ("B", "70.0%"), (total, "100.0%"),
        ]  # fmt: skip
        (said,) = tree.select("#cite ~ details p")
        assert re.findall(r"(\w+), (\d+)\.", said.get_text()) == [("B", "7"), ("A", "3")]


def test_a_chart_is_of_what_the_table_holds(index: DataIndexPage) -> None:
    for fields, name in (({"charted": "gibt es nicht"}, "charted"), ({"csv": "name;a\nx;1\n"}, "chart"), ({"csv": "a;b\n1\n"}, "csv")):
        page = DataPage(title="x", counted="x", path="0001", depth=1, locale=index.locale, **{"csv": CSV, "chart": "line", **fields})
        with pytest.raises(ValidationError) as caught:
            page.clean()
        assert list(caught.value.message_dict) == [name]


def test_the_table_is_read_as_markdown_and_beside_another_language(client: Client, page: DataPage, english: DataPage) -> None:
    for version, other in ((page, "en"), (english, "de")):
        shown = rows_of(tree_of(client, version.get_url()))
        assert len(shown) > 2
        lines = client.get(f"{version.get_url().rstrip('/')}.md").content.decode().splitlines()
        table = [line.strip("| ").split(" | ") for line in lines if line.startswith("|")]
        gap = {"de": "kein Wert", "en": "no value"}[version.language_code]
        assert [table[0], *table[2:]] == [[gap if gap in cell else cell for cell in row] for row in shown]
        beside = tree_of(client, f"{version.get_url()}?neben={other}").select(".beside tr")
        assert [[" ".join(cell.get_text().split()) for cell in row.select("th, td")] for row in beside] == shown


def test_labels_are_no_formulas(client: Client, page: DataPage, editor: User) -> None:
    form = save(client, page, editor, **{"labels-0-value-text": "=HYPERLINK(1)"})
    assert form is not None
    assert Page.objects.get(pk=page.pk).specific.labels[0].value["text"] == "Jahr"
