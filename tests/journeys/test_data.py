"""Figures on the served portal: a journalist takes one along, an editor brings next year's, and a broken file changes nothing."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import APIRequestContext, Page, expect

from tests import support

from .conftest import Places
from .test_editing import DESK, choose, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.content, pytest.mark.xdist_group("editing"), pytest.mark.usefixtures("taken_back")]

MISSING = "/de/daten-und-forschung/daten/tote-und-vermisste-auf-migrationsrouten-nach-jahr/"
DISPLACED = "/de/daten-und-forschung/daten/binnenvertriebene-weltweit/"
CODES = ("de", "en", "uk", "ar")


def plain(text: str) -> str:
    """Return a text without what only typesetting needs."""
    return " ".join(re.sub("[\xad\u2066-\u2069]", "", text).split())


def file_of(page: Page, media_type: str, number: int = 0) -> tuple[str, bytes]:
    """Take a file along from a data set; return its name and what is in it."""
    with page.expect_download() as download:
        page.locator(f".tools a[type='{media_type}']").nth(number).click()
    return download.value.suggested_filename, download.value.path().read_bytes()


@pytest.mark.parametrize(
    ("code", "newest", "earlier", "marks", "cited"),
    [
        ("de", "7.667", "8.938", ("Dezember 2024", "21. März 2025", "26. Februar 2026"), "CC BY 4.0"),
        ("ar", "7,667", "8,938", ("2024", "2025", "2026"), "CC BY 4.0"),
    ],
)
def test_a_journalist_finds_the_newest_figure_and_takes_it_along(
    places: Places, open_page: Callable[..., Page], code: str, newest: str, earlier: str, marks: tuple[str, ...], cited: str
) -> None:
    section, data = places.at("/de/daten-und-forschung/", code), places.at(MISSING, code)
    page = open_page(section.url, java_script_enabled=False)
    # From the key figure to where it comes from.
    assert newest in [plain(text) for text in page.locator("ul.stops li b").all_inner_texts()]
    page.locator(f"main a[href='{data.url}']").first.click()
    expect(page.locator("h1")).to_have_count(1)
    rows = [[plain(cell) for cell in row.locator("th, td").all_inner_texts()] for row in page.locator("[aria-labelledby=values] tr").all()]
    assert [row[:2] for row in rows[-2:]] == [["2024", earlier], ["2025", newest]]
    # Why two values differ: each has its basis in the table, the break in the line is explained, and each source has its date.
    assert len({row[2] for row in rows[1:]}) == 3
    assert [mark in row[2] for mark, row in zip(marks, (rows[1], rows[-2], rows[-1]), strict=True)] == [True] * 3
    expect(page.locator("figure svg.line .k").first).to_be_attached()
    # The one of the wide form and the one of the narrow one.
    assert page.locator("figure > p.src").count() == 2
    assert [mark in plain(page.locator("figure figcaption").inner_text()) for mark in ("2024", "2025", "2026")] == [True] * 3
    assert page.locator("h2#values ~ .scroll, [aria-labelledby=values] + .prose").count() >= 1

    name, table = file_of(page, "text/csv")
    assert name.endswith(".csv")
    mark = ";" if code == "de" else ","
    last = list(csv.reader(io.StringIO(table.decode("utf-8-sig")), delimiter=mark))[-1]
    assert (last[:2], last[2] == rows[-1][2]) == (["2025", "7667"], True)
    name, picture = file_of(page, "image/png")
    assert name == f"{data.url.rstrip('/').rpartition('/')[2]}.png"
    image = Image.open(io.BytesIO(picture))
    assert (image.size[0], image.text["Copyright"], data.url in image.text["Source"]) == (1200, "CC BY 4.0", True)
    assert newest in plain(image.text["Description"])
    citation = plain(page.locator("[aria-labelledby=cite] > p").first.inner_text())
    assert [part in citation for part in (data.title, data.url, cited)] == [True] * 3
    assert page.outside == []


SIMPLE = """
from home.models import HomePage
from portal.models import Fact
from tests.builders import make_content_page
fact = Fact.objects.get(name="Binnenvertriebene weltweit, neuestes Jahr", locale__language_code="de")
home = HomePage.objects.get(locale__language_code="de-simple")
body = [("text", f'<p>Es sind <a linktype="fact" id="{fact.pk}">x</a> Menschen.</p>')]
page = make_content_page(home, "Menschen auf der Quitten-Flucht", body=body)
print("SIMPLE", page.get_url())
"""
ADDED = "2025;91.5;;"
"""No figure of anybody: what is shown afterwards can only come from here."""
BROKEN = "2023;75.9;;;x\n2024;viele;;\n2024;83.4;;\n"


def shown(visitor: APIRequestContext, places: Places, simple: str) -> dict[str, list[str]]:
    """Return by language the figure on home (of Leichte Sprache on a page), the newest one in drawing, table and JSON."""
    found = {}
    for code in CODES:
        home = visitor.get(places.at("/de/", code).url).text()
        page = visitor.get(places.at(DISPLACED, code).url).text()
        link = re.search(r'href="([^"]+\.json)"', page)
        assert link is not None
        last = json.loads(visitor.get(link[1]).text())["rows"][-1]
        stops = [plain(re.sub("<[^>]+>", " ", stop)) for stop in re.findall(r'<ul class="stops">.*?</ul>', home, re.DOTALL)]
        figures = [plain(figure) for figure in re.findall(r"<li><b>(.*?)</b>", home, re.DOTALL)]
        years = re.search(r"20\d\d", stops[-1].partition(figures[5])[2].partition("117")[0])
        points = len(re.findall('class="p"', page)) // 2
        found[code] = [figures[5], years[0] if years else "", str(points), last["year_end"], str(last["internally_displaced_millions"])]
    sentence = re.search(r"Es sind (.*?) Menschen", visitor.get(simple).text(), re.DOTALL)
    assert sentence is not None
    found["de-simple"] = [plain(re.sub("<[^>]+>", "", sentence[1]))]
    return found


def expected(numbers: dict[str, str], points: str, year: str, number: str) -> dict[str, list[str]]:
    """Return what `shown` returns of a number as each language writes it."""
    return {code: [text, year, points, year, number] for code, text in numbers.items()} | {"de-simple": [numbers["de"]]}


def upload(editor: Page, table: str) -> None:
    """Hand in a file and publish."""
    file = {"name": "werte.csv", "mimeType": "text/csv", "buffer": table.encode()}
    editor.set_input_files("input[name=upload]", files=[file])
    with editor.expect_navigation():
        choose(editor, "button[name='action-publish']")


def published(editor: Page) -> bool:
    """Return whether the form was published.

    Wagtail saves by itself, also while a form is on its way that is then refused, and asks whether its own version may be replaced.
    """
    replace = editor.get_by_role("dialog").get_by_role("button", name="Veröffentlichen", exact=True)
    if replace.is_visible():
        replace.click()
    return re.search(r"/admin/pages/\d+/$", editor.url) is not None


def test_next_years_table_reaches_home_chart_json_and_all_languages_and_a_broken_one_nothing(
    live_portal: support.Portal, places: Places, open_page: Callable[..., Page]
) -> None:
    simple = re.search(r"SIMPLE (\S+)", live_portal.manage("shell", "-c", SIMPLE))
    assert simple is not None
    visitor = open_page("/de/").request
    before = shown(visitor, places, simple[1])
    numbers = {"de": "83,4 Mio.", "en": "83.4 million", "uk": "83,4 млн", "ar": "83.4 مليون"}
    points = before["de"][2]
    assert before == expected(numbers, points, "2024", "83.4")

    editor = sign_in(open_page("/admin/login/", **DESK), "freigabe")
    editor.goto(f"/admin/pages/search/?q={places.at(DISPLACED, 'de').title}")
    editor.locator("main").get_by_role("link", name=places.at(DISPLACED, "de").title, exact=True).first.click()
    editor.wait_for_load_state("networkidle")
    header, *old = editor.locator("textarea[name=csv]").input_value().strip().splitlines()
    lead = editor.locator("textarea[name=lead]").input_value()

    # A broken one is refused, line by line, and what else was typed stays.
    editor.fill("textarea[name=lead]", f"{lead} Neu.")
    upload(editor, f"{header}\n{BROKEN}")
    reasons = plain(editor.locator("#id_upload-problems").inner_text())
    assert re.findall(r"Zeile \d(?:, Spalte \d)?: ", reasons) == ["Zeile 2: ", "Zeile 3, Spalte 2: ", "Zeile 4, Spalte 1: "]
    assert editor.locator("textarea[name=lead]").input_value() == f"{lead} Neu."
    assert editor.locator("textarea[name=csv]").input_value().split() == [header, *old]
    assert shown(visitor, places, simple[1]) == before

    # Next year's: the changes are shown before anything happens.
    upload(editor, "\n".join([header, *old, ADDED]))
    told = plain(editor.locator("#id_agreed-problems").inner_text())
    assert "Neue Zeile: 2025" in told
    assert "ändert sich von 83,4 Mio. zu 91,5 Mio." in told
    assert shown(visitor, places, simple[1]) == before
    editor.check("input[name=agreed]")
    choose(editor, "button[name='action-publish']")
    support.wait_for(lambda: published(editor), "The list that follows a publication")
    numbers = {"de": "91,5 Mio.", "en": "91.5 million", "uk": "91,5 млн", "ar": "91.5 مليون"}
    assert shown(visitor, places, simple[1]) == expected(numbers, str(int(points) + 1), "2025", "91.5")
    # What stood there before can be had still.
    visitor_page = open_page(places.at(DISPLACED, "en").url)
    expect(visitor_page.locator("[aria-labelledby=earlier] a")).to_have_count(1)
