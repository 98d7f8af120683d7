"""Figures that other pages show of a data set: they change with it, everywhere at once, and never say anything else."""

from __future__ import annotations

import datetime
import uuid
from decimal import Decimal

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.db.models import ProtectedError
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from wagtail.blocks import StructBlockValidationError
from wagtail.models import Locale, Page, PageViewRestriction

from home.models import ContentPage
from portal import changes
from portal.admin.facts import missing
from portal.facts import figures
from portal.facts.figures import written
from portal.models import Fact
from research import unbound
from research.blocks import LookalikeBlock
from research.models import DataIndexPage, DataPage, DataVersion
from search.extraction import read_page
from tests.builders import make_content_page, make_news, make_news_index, publish, translate

from .test_data_pages import editor as editor
from .test_data_pages import index as index
from .test_data_pages import make_data, said, save

pytestmark = pytest.mark.django_db

CSV = "year;dead;rate\n2023;8640;2.9\n2024;8938;3.7\n"
NEWER = "year;dead;rate\n2023;8747;2.9\n2024;9187;3.7\n2025;7667;\n"


@pytest.fixture
def data(index: DataIndexPage) -> DataPage:  # noqa: F811
    labels = [("label", {"name": "year", "text": "Jahr"}), ("label", {"name": "dead", "text": "Tote"})]
    return make_data(index, "Tote", csv=CSV, labels=labels)


def make_figure(data: DataPage, name: str = "Zahl", row: str = "", column: str = "dead", unit: str = "") -> Fact:
    locale = Locale.objects.get(language_code="de")
    fact = Fact(locale=locale, kind="figure", name=name, dataset=Page.objects.get(pk=data.pk), row=row, column=column, unit=unit)
    fact.full_clean()
    fact.save()
    return fact


@pytest.fixture
def newest(data: DataPage) -> Fact:
    return make_figure(data, "Neueste Zahl")


@pytest.fixture
def fixed(data: DataPage) -> Fact:
    return make_figure(data, "Zahl 2024", row="2024")


def mark(fact: Fact) -> str:
    return f'<a linktype="fact" id="{fact.pk}">{fact.name}</a>'


@pytest.fixture
def page(data: DataPage, newest: Fact, fixed: Fact) -> ContentPage:
    figures_ = [
        {"fact": newest.pk, "label": "Tote und Vermisste", "note": "Mindestzahl"},
        {"fact": fixed.pk, "label": "im Jahr davor", "note": "2024"},
        {"value": "175", "label": "Staaten"},
    ]
    items = [{"type": "item", "value": one, "id": str(uuid.uuid4())} for one in figures_]
    body = [("key_figures", {"figures": items}), ("text", f"<p>Es starben {mark(newest)} Menschen, 2024 {mark(fixed)}.</p>"),
            ("data_set", {"page": data.pk, "form": "table"}), ("data_set", {"page": data.pk, "form": "chart"})]  # fmt: skip
    block = ContentPage._meta.get_field("body").stream_block
    raw = [{"type": name, "value": value, "id": str(uuid.uuid4())} for name, value in body]
    return publish(make_content_page(data.get_parent().get_parent().specific, "Zahlen im Text", body=block.to_python(raw)))


def tree_of(client: Client, page: Page) -> BeautifulSoup:
    response = client.get(page.url)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def words(tag: object) -> str:
    return " ".join(tag.get_text(" ", strip=True).split())  # type: ignore[attr-defined]


def stops(tree: BeautifulSoup) -> list[list[str]]:
    return [[words(part) for part in stop.find_all(["b", "span", "small"])] for stop in tree.select("ul.stops li")]


def replace(data: DataPage, csv: str) -> None:
    page = DataPage.objects.get(pk=data.pk)
    page.csv = csv
    publish(page)


ENGLISH = {"Tote und Vermisste": "Dead and missing", "Mindestzahl": "minimum", "im Jahr davor": "the year before", "Staaten": "states"}


def test_a_new_value_is_shown_at_once_in_all_languages(client: Client, data: DataPage, page: ContentPage) -> None:
    english = translate(page, "en", words=ENGLISH)
    before = {
        page: [["8.938", "Tote und Vermisste", "2024, Mindestzahl"], ["8.938", "im Jahr davor", "2024"], ["175", "Staaten"]],
        english: [["8,938", "Dead and missing", "2024, minimum"], ["8,938", "the year before", "EN 2024"], ["EN 175", "states"]],
    }
    assert {one: stops(tree_of(client, one)) for one in before} == before
    replace(data, NEWER)
    after = {
        page: [["7.667", "Tote und Vermisste", "2025, Mindestzahl"], ["9.187", "im Jahr davor", "2024"], ["175", "Staaten"]],
        english: [["7,667", "Dead and missing", "2025, minimum"], ["9,187", "the year before", "EN 2024"], ["EN 175", "states"]],
    }
    assert {one: stops(tree_of(client, one)) for one in after} == after
    text = "Es starben 7.667 Menschen, 2024 9.187 ."
    assert [words(tag) for tag in tree_of(client, page).select("main p") if "starben" in words(tag)] == [text]
    # What search reads of both is what visitors read.
    assert [("7.667" in read_page(page).in_order, "7,667" in read_page(english).in_order)] == [(True, True)]


def test_other_pages_show_table_and_chart_with_their_source(client: Client, data: DataPage, page: ContentPage) -> None:
    english = translate(data, "en", title="Deaths")
    for shown, on, rows in ((data, page, [["2023", "8.640", "2,9"], ["2024", "8.938", "3,7"]]),
                            (english, translate(page, "en"), [["2023", "8,640", "2.9"], ["2024", "8,938", "3.7"]])):  # fmt: skip
        tree = tree_of(client, on)
        table, chart = tree.select("figure.fig")
        assert [[words(cell) for cell in row.select("th, td")] for row in table.select("tbody tr")] == rows
        assert len(chart.select("svg.line")) == 2
        assert [figure.figcaption.a["href"] for figure in (table, chart)] == [shown.get_url(), shown.get_url()]
        ids = [tag["id"] for tag in tree.select("[id]")]
        assert len(ids) == len(set(ids))


def test_nothing_is_shown_rather_than_a_wrong_number(client: Client, data: DataPage, page: ContentPage, fixed: Fact) -> None:
    replace(data, "year;dead;rate\n2023;8747;2.9\n2025;7667;\n")
    tree = tree_of(client, page)
    assert stops(tree) == [["7.667", "Tote und Vermisste", "2025, Mindestzahl"], ["175", "Staaten"]]
    assert "starben" not in words(tree.main)
    assert list(missing()) == [fixed]
    # A table that is private or offline says nothing elsewhere either.
    PageViewRestriction.objects.create(page=Page.objects.get(pk=data.pk), restriction_type="login")
    tree = tree_of(client, page)
    assert stops(tree) == [["175", "Staaten"]]
    assert tree.select("figure.fig") == []
    assert all("7.667" not in text for text in read_page(page).in_order)


def test_a_draft_of_a_table_changes_nothing(client: Client, data: DataPage, page: ContentPage) -> None:
    draft = DataPage.objects.get(pk=data.pk)
    draft.csv = NEWER
    draft.save_revision()
    assert [stop[0] for stop in stops(tree_of(client, page))] == ["8.938", "8.938", "175"]


def test_an_update_says_which_figures_change_and_which_vanish(client: Client, data: DataPage, page: ContentPage, editor: User) -> None:  # noqa: F811
    form = save(client, data, editor, csv="year;dead;rate\n2023;8747;2.9\n2025;7667;\n")
    assert form is not None
    told = said(form, "agreed")
    assert told[: told.index(" 2023, dead")] == (
        "Diese Tabelle ändert, was bisher gespeichert war. Bitte die Änderungen ansehen, das Kästchen ankreuzen und noch einmal speichern. "
        "Die Zahl „Zahl 2024“ verliert ihre Zelle. An ihrer Stelle steht nichts mehr auf: Zahlen im Text. "
        "Die Zahl „Neueste Zahl“ ändert sich von 8.938 zu 7.667 auf: Zahlen im Text."
    )
    assert DataPage.objects.get(pk=data.pk).csv == CSV
    assert DataPage.objects.get(pk=data.pk).csv == CSV


def test_a_cell_that_is_not_there_is_refused_at_its_field(data: DataPage, page: ContentPage) -> None:
    for wrong, field in (({"row": "1999"}, "row"), ({"column": "year"}, "column"), ({"column": "nichts"}, "column")):
        with pytest.raises(ValidationError) as caught:
            make_figure(data, **wrong)
        assert list(caught.value.message_dict) == [field]
    locale = Locale.objects.get(language_code="de")
    for kind, other, value in (("figure", page, ""), ("phone", data, "112")):
        with pytest.raises(ValidationError) as caught:
            Fact(locale=locale, kind=kind, name="x", dataset=Page.objects.get(pk=other.pk), value=value).full_clean()
        assert list(caught.value.message_dict) == ["dataset"]


def test_a_data_set_that_is_used_stays(client: Client, data: DataPage, page: ContentPage, newest: Fact) -> None:
    client.force_login(User.objects.create_superuser("admin", password="x"))
    index_page = data.get_parent()
    bulk = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "delete"])
    # Of the chosen pages themselves Wagtail refuses it before.
    client.post(f"{bulk}?id={data.pk}")
    for url in (reverse("wagtailadmin_pages:delete", args=[data.pk]), reverse("wagtailadmin_pages:delete", args=[index_page.pk]),
                f"{bulk}?id={index_page.pk}"):  # fmt: skip
        response = client.post(url, {"next": ""})
        listed = [words(tag).partition(" (")[0] for tag in BeautifulSoup(response.content, "html.parser").select(".nice-padding li")]
        assert (response.status_code, listed) == (409, ["Neueste Zahl", "Zahl 2024", "Zahlen im Text"]), url
    with pytest.raises(ProtectedError):
        Page.objects.get(pk=data.pk).specific.delete()
    assert DataPage.objects.filter(pk=data.pk).exists()
    page.delete()
    Fact.objects.all().delete()
    assert client.post(reverse("wagtailadmin_pages:delete", args=[data.pk])).status_code == 302
    assert not DataPage.objects.filter(pk=data.pk).exists()


def test_the_history_of_a_figure_is_shown_to_editors(client: Client, data: DataPage, newest: Fact) -> None:
    replace(data, NEWER)
    DataVersion.objects.filter(csv=CSV).update(published_at=timezone.make_aware(datetime.datetime(2026, 1, 5, 12)))
    DataVersion.objects.filter(csv=NEWER).update(published_at=timezone.make_aware(datetime.datetime(2026, 2, 6, 12)))
    with translation.override("de"):
        values = figures.published_values(DataPage.objects.get(pk=data.pk), "", "dead", "")
    first, second = datetime.date(2026, 1, 5), datetime.date(2026, 2, 6)
    assert [(one.text, one.since, one.until) for one in values] == [("7.667 (2025)", second, None), ("8.938 (2024)", first, second)]
    client.force_login(User.objects.create_superuser("admin", password="x"))
    tree = BeautifulSoup(client.get(reverse("wagtailsnippets_portal_fact:edit", args=[newest.pk])).content, "html.parser")
    assert [item.bdi.get_text()[-6:] for item in tree.select("#panel-child-figure li, li:has(bdi)") if item.bdi] == ["(2025)", "(2024)"]


def test_each_language_writes_numbers_and_units_by_its_rules() -> None:
    wanted = {
        "de": ["7.667", "304\xa0Mio.", "83,4\xa0Mio.", "831\xa0Mrd.", "3,7\xa0%"],
        "ar": ["7,667", "304\xa0ملايين", "83.4\xa0مليون", "831\xa0مليار", "3.7%"],
        "en": ["7,667", "304 million", "83.4 million", "831 billion", "3.7%"],
    }
    numbers = (("7667", ""), ("304", "million"), ("83.4", "million"), ("831", "billion"), ("3.7", "percent"))
    found = {}
    for code in wanted:
        with translation.override(code):
            found[code] = [written(Decimal(number), unit) for number, unit in numbers]
    assert found == wanted


def test_a_sentence_ends_with_one_full_stop(client: Client, data: DataPage) -> None:
    millions, ones = make_figure(data, "Millionen", row="2024", unit="million"), make_figure(data, "Einzeln", row="2024")
    text = f"<p>Es waren {mark(millions)}. Es waren {mark(ones)}.</p><p>Und {mark(millions)}...</p>"
    page = make_content_page(data.get_parent().get_parent().specific, "Am Ende", body=[("text", text)])
    wanted = {
        page: ["Es waren 8.938 Mio. Es waren 8.938.", "Und 8.938 Mio...."],
        translate(page, "en"): ["EN Es waren 8,938 million. Es waren 8,938.", "EN Und 8,938 million..."],
    }
    shown = {one: [tag.get_text().replace("\xa0", " ") for tag in tree_of(client, one).select(".prose p")] for one in wanted}
    assert shown == wanted


@pytest.mark.once
def test_twenty_figures_of_many_data_sets_cost_as_many_queries_as_one(client: Client, data: DataPage, page: ContentPage) -> None:
    def cost() -> int:
        changes.announce(changes.EVERYTHING)
        with CaptureQueriesContext(connection) as queries:
            tree_of(client, page)
        return len(queries)

    cost()
    few = cost()
    sets = [data, *(make_data(data.get_parent().specific, f"Satz {number}", csv=CSV, labels=[]) for number in range(4))]
    facts = [make_figure(one, f"Zahl {number}", row="2023") for number in range(4) for one in sets]
    page.body.append(("text", "".join(f"<p>{mark(fact)}</p>" for fact in facts)))
    publish(page)
    cost()
    assert cost() == few


def test_typed_numbers_that_a_table_holds_are_listed(data: DataPage, page: ContentPage, capsys: pytest.CaptureFixture[str]) -> None:
    home = data.get_parent().get_parent().get_parent().specific
    make_news(make_news_index(home), "Meldung", body=[("text", "<p>8.938 Menschen</p>")])
    typed = [("text", "<p>2024: 8.938, davor 8640. Im Jahr 2024 kamen 8.938,5 und 18.938.</p>"), ("quote", {"text": "8.640 Menschen"})]
    other = make_content_page(page.get_parent().specific, "Getippt", body=typed)
    english = translate(other, "en", words={"2024: 8.938, davor 8640. Im Jahr 2024 kamen 8.938,5 und 18.938.": "8,938 and 8.938"})
    call_command("unbound_numbers")
    lines = [tuple(line.split("\t")) for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        ("de", other.url, "8.938", "Tote, 2024, dead"),
        ("de", other.url, "8640", "Tote, 2023, dead"),
        ("en", english.url, "8,938", "Tote, 2024, dead"),
    ]
    # Whatever says why a number stays is believed in each language, once it is published, and for that number alone.
    data = DataPage.objects.get(pk=data.pk)
    data.lookalikes = [("number", {"page": other.page_ptr, "number": "8.938", "reason": "Eine andere Zählung"})]
    data.save_revision()
    assert len(unbound.find()) == 3
    publish(data)
    call_command("unbound_numbers")
    assert capsys.readouterr().out.splitlines() == [f"de\t{other.url}\t8640\tTote, 2023, dead"]
    call_command("unbound_numbers", "--all")
    assert [line.split("\t")[4] for line in capsys.readouterr().out.splitlines()] == ["Eine andere Zählung", "", "Eine andere Zählung"]


def test_what_says_why_a_number_stays_is_not_for_visitors_and_names_one_number(client: Client, data: DataPage, page: ContentPage) -> None:
    data = DataPage.objects.get(pk=data.pk)
    data.lookalikes = [("number", {"page": page.page_ptr, "number": "9 Millionen", "reason": "Ein Grund für das Amt"})]
    publish(data)
    english = translate(data, "en")
    assert [block.value["reason"] for block in english.lookalikes] == ["Ein Grund für das Amt"]
    for one in (data, english):
        for address in (one.url, f"{one.url.rstrip('/')}.md", f"{one.url}?neben={'en' if one is data else 'de'}"):
            response = client.get(address)
            assert (response.status_code, "Ein Grund" in response.content.decode()) == (200, False), address
    block = LookalikeBlock()
    for number in ("viele", "8.938 und 8.640"):
        with pytest.raises(ValidationError):
            block.clean(block.normalize({"page": page.page_ptr, "number": number, "reason": "Grund"}))
    told = {"page": translate(page, "en").page_ptr, "number": "viele", "reason": "Grund"}
    with pytest.raises(StructBlockValidationError) as refused, translation.override("de"):
        block.clean(block.normalize(told))
    found = {name: error.messages for name, error in refused.value.block_errors.items()}
    number = "Bitte eine Zahl so schreiben, wie sie auf der Seite steht."
    assert found == {"page": ["Bitte wählen Sie eine deutsche Seite."], "number": [number]}
