"""The chart as a picture for articles, and the map of the Länder: in two directions, as private and as new as the page."""

from __future__ import annotations

import io
import re

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from PIL import Image
from wagtail.models import PageViewRestriction

from portal.blocks.laender import LAENDER, code_of
from research import pictures, shown
from research.models import DataIndexPage, DataPage
from tests.builders import publish, translate

from .test_data_pages import CSV, make_data, tree_of
from .test_data_pages import index as index
from .test_data_pages import page as page

pytestmark = pytest.mark.django_db

LABELS = [("label", {"name": "land", "text": "Land"}), ("label", {"name": "persons", "text": "Personen"})]
LANDS = ("Bayern", "Berlin", "Bremen", "Hamburg", "Hessen", "Saarland", "Sachsen")
LAND_CSV = "land;persons\n" + "".join(f"{land};{1000 + 100 * number}\n" for number, land in enumerate(LANDS)) + "Thüringen;\n"


def address_of(page: DataPage) -> str:
    return f"/{page.language_code}/data/{page.translation_key}.png"


def image_of(client: Client, page: DataPage) -> Image.Image:
    response = client.get(address_of(page))
    assert (response.status_code, response["Content-Type"]) == (200, "image/png")
    assert response["Content-Disposition"] == f'attachment; filename="{page.slug}.png"'
    return Image.open(io.BytesIO(response.content))


def texts_of(page: DataPage) -> list[str]:
    """Return what is written on a picture, in order."""
    with translation.override(page.language_code):
        drawn = pictures.svg(page, page.drawn())
    return [re.sub("[\u2066-\u2069]", "", text) for text in re.findall(r"<text[^>]*>([^<]*)</text>", drawn)]


@pytest.mark.once
def test_the_picture_says_what_it_shows_and_from_whom(client: Client, page: DataPage) -> None:  # noqa: F811
    for one, words in ((page, ["Ausreisen", "Menschen, die ausreisten", "Personen", "Quelle: Amt: Bericht (Juni 2024)",
                               "IOM Deutschland · CC BY 4.0"]),
                       (translate(page, "en"), ["EN Ausreisen", "EN Menschen, die ausreisten", "EN Personen",
                                                "Source: EN Amt: EN Bericht (June 2024)", "IOM Germany · CC BY 4.0"])):  # fmt: skip
        written = texts_of(one)
        assert [text for text in written if text in words] == words
        assert written[-1] == one.full_url
        image = image_of(client, one)
        assert image.size[0] == 1200
        (shown,) = tree_of(client, one.url).select("#cite ~ details p")
        assert (image.text["Title"], image.text["Description"], image.text["Copyright"]) == (one.title, shown.get_text(), "CC BY 4.0")
        assert image.text["Source"] == one.full_url
        (link,) = tree_of(client, one.url).select(".tools a[type='image/png']")
        assert link["href"] == address_of(one)


@pytest.mark.once
def test_gaps_and_breaks_are_drawn_and_said(page: DataPage) -> None:  # noqa: F811
    with translation.override("de"):
        drawn = pictures.svg(page, page.drawn())
        assert "Lücke in der Linie: Für 2020, 2021 liegt kein Wert vor." in texts_of(page)
        assert "Lücke in der Linie: Für 2020, 2021 liegt kein Wert vor." in pictures.alt(page, page.drawn())
    # One piece of two years, one break, a point for each number.
    paths = [len(re.findall(mark, drawn)) for mark in ('<path d="M[^"]*L[^"]*[^z]"', '<path d="M[\\d.]+ 30V', "<circle")]
    assert paths == [1, 1, 4]


@pytest.mark.once
def test_in_arabic_time_bars_and_text_run_from_the_right(client: Client, index: DataIndexPage, page: DataPage) -> None:  # noqa: F811
    arabic = translate(page, "ar", title="حالات المغادرة")
    with translation.override("ar"):
        xs = [float(x) for x in re.findall(r'<circle cx="([\d.]+)"', pictures.svg(arabic, arabic.drawn()))]
    assert xs == sorted(xs, reverse=True)
    assert len(xs) == 4
    bars = translate(make_data(index, "Balken", chart="bars"), "ar", title="أعمدة")
    edges = {}
    for code, one in (("ar", bars), ("de", bars)):
        with translation.override(code):
            found = re.findall(r'<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)" height="30"', pictures.svg(one, one.drawn()))
        edges[code] = ({float(x) for x, _wide in found}, {round(float(x) + float(wide), 1) for x, wide in found})
    assert [len(side) for side in edges["de"]] == [1, 4]
    assert [len(side) for side in edges["ar"]] == [4, 1]
    # What is drawn lies at the side where reading begins.
    for one, is_rtl in ((arabic, True), (page, False)):
        heading = image_of(client, one).convert("L").crop((0, 50, 1200, 110)).point(lambda value: 255 * (value < 100))
        left, _top, right, _bottom = heading.getbbox()
        assert (1200 - right if is_rtl else left) < 70 < (left if is_rtl else 1200 - right)


def test_a_new_value_is_a_new_picture_and_the_same_one_is_not_sent_twice(client: Client, page: DataPage) -> None:  # noqa: F811
    before = client.get(address_of(page))
    again = client.get(address_of(page), HTTP_IF_NONE_MATCH=before["ETag"])
    assert (again.status_code, again.content, before["Cache-Control"]) == (304, b"", "no-cache, public")
    with CaptureQueriesContext(connection) as queries:
        client.get(address_of(page))
    assert len(queries) <= 9
    page.csv = CSV.replace("10358", "999")
    publish(page)
    after = client.get(address_of(page), HTTP_IF_NONE_MATCH=before["ETag"])
    assert (after.status_code, after.content == before.content) == (200, False)


def test_there_is_a_picture_only_where_a_chart_is_and_for_whoever_may_see_it(client: Client, index: DataIndexPage, page: DataPage) -> None:  # noqa: F811
    many = "name;n\n" + "".join(f"Reihe {number};{number}\n" for number in range(61))
    for title, fields in (("Nur Tabelle", {"chart": "none"}), ("Viele", {"chart": "bars", "csv": many, "labels": []})):
        one = make_data(index, title, **fields)
        assert client.get(address_of(one)).status_code == 404
        assert tree_of(client, one.url).select("a[type='image/png'], #cite ~ details") == []
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
    assert client.get(address_of(page)).status_code == 404


@pytest.mark.parametrize("text", ["", "<b>&amp;</b>]]>", "a\x0bb", "W" * 190, "🙂 \u202e", "x;y"])
def test_whatever_is_typed_is_drawn(index: DataIndexPage, text: str) -> None:  # noqa: F811
    labels = [("label", {"name": "persons", "text": (text or "x")[:150]})]
    for chart in ("line", "bars"):
        one = make_data(index, "Titel", finding=text, counted=text or "x", labels=labels, chart=chart)
        with translation.override("de"):
            image = pictures.picture(one)
        assert image is not None
        assert Image.open(io.BytesIO(image)).size[0] == 1200


def test_what_no_xml_takes_is_not_drawn(client: Client, index: DataIndexPage) -> None:  # noqa: F811
    """The names of moments stand in the drawing itself; what is saved holds nothing of that kind, but what a copy of the rows brings."""
    page = make_data(index)
    for one, pasted, drawn in ((page, "Jahr\x0bNeunzehn", "Jahr Neunzehn"), (translate(page, "ar"), "تسعة\x0bعشر", "تسعة عشر")):
        one.labels = [("label", {"name": "2019", "text": pasted})]
        DataPage.objects.filter(pk=one.pk).update(labels=one.labels)
        assert image_of(client, one).size[0] == 1200
        assert drawn in [text.removeprefix("&#8295;") for text in texts_of(DataPage.objects.get(pk=one.pk))]


# --- the map of the Länder ----------------------------------------------------------------------------------------------------


@pytest.fixture
def land_page(index: DataIndexPage) -> DataPage:  # noqa: F811
    return make_data(index, "Aufnahme", csv=LAND_CSV, labels=LABELS, chart="map")


@pytest.mark.once
def test_the_map_is_a_table_of_the_sixteen(client: Client, land_page: DataPage) -> None:
    english = translate(land_page, "en")
    german = (land_page, "Bayern", "1.000", ["1.000 bis 1.200", "1.300 bis 1.400", "1.500 bis 1.600"])
    for one, bavaria, number, legend in (german, (english, "Bavaria", "1,000", ["1,000 to 1,200", "1,300 to 1,400", "1,500 to 1,600"])):
        tree = tree_of(client, one.url)
        rows = tree.select("table.lands tbody tr")
        assert [row.select_one(".lands__code").get_text() for row in rows] == list(LAENDER)
        assert {row.select_one(".lands__code").get_text() for row in rows if "t0" in row["class"]} == {
            code for code in LAENDER if code not in {code_of(land) for land in LANDS}
        }
        (by,) = [row for row in rows if row.select_one(".lands__code").get_text() == "BY"]
        assert (by.select_one(".lands__name").get_text().replace("\xad", ""), by.td.get_text(strip=True), by["class"]) == (
            bavaria, number, ["t1", "c2", "r4"],
        )  # fmt: skip
        assert [item.get_text(strip=True) for item in tree.select("ul.legend li")] == legend
        # The names of all are read in the table below it, in the language of the page.
        names = [row.th.get_text() for row in tree.select("section[aria-labelledby=values] tbody tr")]
        assert names[0] == bavaria
        assert len(names) == 8
        assert [row.th.get("lang") for row in tree.select("section[aria-labelledby=values] tbody tr")] == [None] * 8
        assert image_of(client, one).size[0] == 1200
        assert bavaria in texts_of(one)


@pytest.mark.once
def test_equal_numbers_are_of_one_shade(index: DataIndexPage) -> None:  # noqa: F811
    for numbers, wanted in (((5, 5, 5), {3}), ((1, 5), {2, 3}), ((1, 1, 1, 9), {2, 3}), ((7,), {3})):
        csv = "land;n\n" + "".join(f"{land};{number}\n" for land, number in zip(LANDS, numbers, strict=False))
        page = make_data(index, f"{numbers}", csv=csv, labels=[], chart="map")
        levels = [tile.level for tile in page.drawn()["map"].tiles]
        assert set(levels) - {0} == wanted
        assert levels.count(0) == 16 - len(numbers)


@pytest.mark.once
@pytest.mark.parametrize("csv", ["land;n\nBayern;1\nTirol;2\n", "land;n\nBayern;1\nBY;2\n", "year;n\n2020;1\n2021;2\n"])
def test_a_map_of_anything_else_is_refused(index: DataIndexPage, csv: str) -> None:  # noqa: F811
    page = DataPage(title="x", counted="x", path="0001", depth=1, locale=index.locale, csv=csv, chart="map")
    with pytest.raises(ValidationError) as caught:
        page.clean()
    assert list(caught.value.message_dict) == ["chart"]


def test_a_table_with_more_rows_than_laender_is_of_something_else(
    client: Client, index: DataIndexPage, monkeypatch: pytest.MonkeyPatch  # noqa: F811
) -> None:
    """And that is known without a look at each row for each of its rows."""
    lands = [str(land.name) for land in LAENDER.values()]
    asked: list[str] = []
    monkeypatch.setattr(shown, "code_of", lambda text: asked.append(text) or code_of(text))
    for names, bavaria, is_asked in ((lands, "Bavaria", True), ([*lands, "Deutschland"], "Bayern", False)):
        csv = "land;n\n" + "".join(f"{name};{number}\n" for number, name in enumerate(names))
        english = translate(make_data(index, f"{len(names)}", csv=csv, labels=[], chart="bars"), "en")
        asked.clear()
        rows = tree_of(client, english.url).select("table.bars tbody th, table.lands tbody th")
        assert [row.get_text().replace("\xad", "") for row in rows][lands.index("Bayern")] == bavaria
        assert len(rows) == len(names)
        assert bool(asked) == is_asked


def test_each_land_is_known_by_its_german_name_and_by_its_code() -> None:
    with translation.override("de"):
        assert {code_of(str(land.name)): code_of(f"DE-{code}") for code, land in LAENDER.items()} == {code: code for code in LAENDER}
    assert [code_of(name) for name in ("Tirol", "", "DE-", "de-by")] == [""] * 4
