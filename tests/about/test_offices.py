"""Offices: the map and the list that says the same, facts without a value, access, languages; in German and in Arabic."""

from __future__ import annotations

import json
import re

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from wagtail.models import PageViewRestriction

from about.models import OfficeIndexPage, OfficePage, PressPage
from home.models import ContentPage, OurWorkPage, WhoWeArePage
from portal.blocks.laender import LAENDER
from portal.blocks.people import OfficesBlock
from portal.models import Fact
from tests.builders import add, make_fact, make_home, publish, translate
from work.models import ServicePage, ThemePage

pytestmark = pytest.mark.django_db


@pytest.fixture
def section() -> WhoWeArePage:
    return add(make_home(), WhoWeArePage(title="Wer wir sind"))


@pytest.fixture
def index(section: WhoWeArePage) -> OfficeIndexPage:
    return add(section, OfficeIndexPage(title="Standorte", lead="Ein Satz."))


def make_office(index: OfficeIndexPage, title: str = "Berlin", state: str = "BE", live: bool = True, **fields: object) -> OfficePage:
    return add(index, OfficePage(title=title, state=state, lead=f"Hilfe in {title}.", **fields), live=live)


def with_offices(section: WhoWeArePage) -> WhoWeArePage:
    """Return the section with the block of offices, published."""
    section = WhoWeArePage.objects.get(pk=section.pk)
    block = {"heading": "Standorte", "background": "sand", "content": [{"type": "offices", "value": None}], "aside": []}
    section.body = [("section", block)]
    publish(section)
    return section


def contact(*facts: Fact, heading: str = "Büro") -> tuple[str, dict[str, object]]:
    return "contact", {"heading": heading, "text": "", "email": "", "phone": "", "page": None, "facts": list(facts)}


def tree_of(client: Client, page: OfficePage | OfficeIndexPage | str) -> BeautifulSoup:
    response = client.get(page if isinstance(page, str) else page.get_url())
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def words(tag: BeautifulSoup) -> str:
    return " ".join(tag.get_text(" ").replace("\xad", "").split())


def entity(client: Client, page: OfficePage) -> dict[str, object]:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', client.get(page.get_url()).text, re.DOTALL)
    return json.loads(found[1])["@graph"][0]["mainEntity"]


def test_each_page_is_offered_where_it_belongs() -> None:
    assert WhoWeArePage.allowed_subpage_models() == [ContentPage, PressPage, OfficeIndexPage]
    assert OfficeIndexPage.allowed_subpage_models() == [OfficePage]
    assert OfficePage.allowed_parent_page_models() == [OfficeIndexPage]
    assert OfficeIndexPage not in OurWorkPage.allowed_subpage_models()


@pytest.mark.parametrize("code", ["de", "ar"])
def test_beside_another_language_an_office_says_who_can_come_in_and_under_which_headings(
    client: Client, index: OfficeIndexPage, code: str
) -> None:
    phone = make_fact("phone", "+49 30 1")
    office = make_office(index, access=["step_free"], access_note="Bitte klingeln.", contacts=[contact(phone)])
    arabic = translate(office, "ar")
    page, other = (office, "ar") if code == "de" else (arabic, "de")
    tree = tree_of(client, f"{page.get_url()}?neben={other}")
    headings = [[words(cell) for cell in row.find_all("span", recursive=False)] for row in tree.select("h2.beside__row")]
    with translation.override("ar"):
        names = [(german, str(arabic.heading_above(name)[0])) for german, name in (
            ("So erreichen Sie diesen Standort", "contacts"), ("Zugang für Menschen mit Behinderungen", "access_note"))]  # fmt: skip
        feature = arabic.access_features[0]
    assert headings == [list(pair if code == "de" else pair[::-1]) for pair in names]
    glance = [words(cell) for cell in tree.select(".facts")]
    assert [feature in text for text in glance] == [code == "ar", code == "de"]


@pytest.mark.parametrize("code", ["de", "ar"])
def test_the_list_says_all_that_the_map_shows(client: Client, index: OfficeIndexPage, code: str) -> None:
    """Each Land that is marked is a link to its entry, called as its entry is; Länder without an office are named below."""
    make_office(index, "Entwurf", "HH", live=False)
    secret = make_office(index, "Geheim", "SL")
    PageViewRestriction.objects.create(page=secret, restriction_type="login")
    offices = [make_office(index), make_office(index, "Potsdam", "BB"), make_office(index, "Nürnberg", "BY", states=["BW", "BY"])]
    if code == "ar":
        for office in (*offices, secret):
            translate(office, "ar")
    page = OfficeIndexPage.objects.get(locale__language_code=code, alias_of=None)
    tree = tree_of(client, page)
    links = [(link["href"], link["aria-label"]) for link in tree.select("svg.tiles a")]
    entries = {f"#{item['id']}": words(item.h2) for item in tree.select("ul.office > li")}
    # Whoever speaks to the machine says what stands on the tile.
    assert dict(links) == {address: f"{address.removeprefix('#land-').upper()}: {name}" for address, name in entries.items()}
    assert sorted(entries) == ["#land-bb", "#land-be", "#land-bw", "#land-by"]
    with translation.override(code):
        assert entries == {f"#land-{name.lower()}": str(LAENDER[name].name) for name in ("BB", "BE", "BW", "BY")}
        others = sorted(str(land.name) for name, land in LAENDER.items() if name not in {"BB", "BE", "BW", "BY"})
    assert [words(item.h2) for item in tree.select("ul.office > li")] == sorted(entries.values())
    shown = {item["id"]: [link["href"] for link in item.select("a")] for item in tree.select("ul.office > li")}
    addresses = {office.title: office.get_url() for office in OfficePage.objects.filter(locale__language_code=code)}
    prefix = "" if code == "de" else "EN "
    assert shown == {
        "land-be": [addresses[f"{prefix}Berlin"]], "land-bb": [addresses[f"{prefix}Potsdam"]],
        "land-by": [addresses[f"{prefix}Nürnberg"]], "land-bw": [addresses[f"{prefix}Nürnberg"]],
    }  # fmt: skip
    named = words(tree.select_one(".split--map p.muted.mt-s"))
    assert [name for name in others if name not in named] == []
    assert [name for name in entries.values() if name in named] == []
    assert len(tree.select("svg.tiles rect")) == len(LAENDER) == 16
    assert "Geheim" not in tree.get_text()
    assert tree.select_one("svg.tiles")["role"] == "group"


@pytest.mark.parametrize("code", ["de", "ar"])
def test_the_block_of_offices_reads_their_pages(client: Client, section: WhoWeArePage, index: OfficeIndexPage, code: str) -> None:
    """On a section and on a content page; not what is private, a draft or merely serves another Land."""
    offices = [make_office(index, "Nürnberg", "BY", states=["BW"]), make_office(index), make_office(index, "Mainz", "RP")]
    make_office(index, "Entwurf", "HH", live=False)
    PageViewRestriction.objects.create(page=make_office(index, "Geheim", "SL"), restriction_type="login")
    section = with_offices(section)
    # What was typed before offices had pages.
    typed = [{"type": "offices", "value": [{"place": "Alt", "state": "SH", "address": "Weg 1", "note": ""}], "id": "a" * 32}]
    content = add(WhoWeArePage.objects.get(pk=section.pk), ContentPage(title="Mehr", body=json.dumps(typed)))
    if code == "ar":
        for page in (*offices[:2], section, content):
            translate(page, "ar")
        section = WhoWeArePage.objects.get(locale__language_code="ar", alias_of=None)
        content = ContentPage.objects.get(locale__language_code="ar", alias_of=None)

    def shown(page: WhoWeArePage | ContentPage) -> list[tuple[str, str, str, str, str]]:
        return [
            (item.select_one(".office__code").text, words(item.a), item.a["href"],
             "".join(words(where) for where in item.select(".office__where")),
             words(item.p))
            for item in tree_of(client, page).select(".office > li")
        ]  # fmt: skip

    with translation.override(code):
        names = {land: str(LAENDER[land].name) for land in ("BE", "BY", "RP")}
    prefix = "" if code == "de" else "EN "
    address = {office.title: office.get_url() for office in OfficePage.objects.filter(alias_of=None)}
    expected = [
        ("BE", f"{prefix}Berlin", address[f"{prefix}Berlin"], "" if code == "de" else names["BE"], f"{prefix}Hilfe in Berlin."),
        ("BY", f"{prefix}Nürnberg", address[f"{prefix}Nürnberg"], names["BY"], f"{prefix}Hilfe in Nürnberg."),
        ("RP", "Mainz", address["Mainz"], names["RP"], "Hilfe in Mainz."),
    ]
    # An office that is not translated yet is there too, as it is everywhere: its source is led to.
    assert sorted(shown(section)) == expected
    assert sorted(shown(content)) == expected
    marked = {rect.parent.text.split()[-1] for rect in tree_of(client, section).select("svg.tiles .on rect")}
    assert marked == {"BE", "BY", "RP"}
    office = OfficePage.objects.get(title=f"{prefix}Berlin")
    office.title = "Potsdam"
    publish(office)
    assert [line[1] for line in sorted(shown(section))][0] == "Potsdam"


def test_without_offices_their_block_shows_nothing(client: Client, section: WhoWeArePage) -> None:
    section = with_offices(section)
    assert tree_of(client, section).select("svg.tiles, .office") == []


def test_translations_of_typed_offices_are_taken_as_nothing() -> None:
    block = OfficesBlock()
    assert block.restore_translated_segments(None, ["a segment"]) is None
    assert block.to_python([{"place": "Alt"}]) is None or block.normalize([{"place": "Alt"}]) is None


@pytest.mark.parametrize("code", ["de", "ar"])
def test_an_index_without_offices_says_where_help_is(client: Client, index: OfficeIndexPage, code: str) -> None:
    page = index if code == "de" else translate(index, "ar")
    tree = tree_of(client, page)
    assert tree.select("svg.tiles") == []
    said = {"de": "Hier ist noch kein Standort eingetragen. Wen Sie erreichen, steht auf der Kontaktseite.",
            "ar": "لم يُدرج هنا أي مكتب بعد. وتجدون في صفحة الاتصال من يمكنكم التواصل معه."}  # fmt: skip
    assert words(tree.select("p.lead")[-1]) == said[code]


@pytest.mark.parametrize("code", ["de", "ar"])
def test_offices_are_filtered_by_the_languages_spoken_there(client: Client, index: OfficeIndexPage, code: str) -> None:
    for title, state, languages in (("Berlin", "BE", ["ar", "de"]), ("Bremerhaven", "HB", ["ti"]), ("Mainz", "RP", [])):
        translate(make_office(index, title, state, languages=languages), "ar")
    address = OfficeIndexPage.objects.get(locale__language_code=code).get_url()
    prefix = "" if code == "de" else "EN "
    tree = tree_of(client, address)
    labels = {"de": ["Alle", "Deutsch", "Arabisch", "Tigrinya"], "ar": ["الكل", "الألمانية", "العربية", "التيغرينية"]}
    assert [words(option) for option in tree.select("select[name=language] option")] == labels[code]
    everywhere = ["Berlin", "Bremerhaven", "Mainz"]
    for query, found in {"": everywhere, "?language=ar": ["Berlin"], "?language=xx": everywhere}.items():
        shown = [words(link) for link in tree_of(client, address + query).select("ul.office h3 a")]
        assert sorted(shown) == [prefix + title for title in found], query
    office = OfficePage.objects.get(title=f"{prefix}Berlin")
    chips = [(words(chip), chip["href"]) for chip in tree_of(client, office).select(".facts a.chip")]
    assert chips == [(labels[code][2], f"{address}?language=ar"), (labels[code][1], f"{address}?language=de")]


@pytest.mark.parametrize("code", ["de", "ar"])
def test_what_has_no_value_shows_nothing(client: Client, index: OfficeIndexPage, code: str) -> None:
    phone, hours = make_fact("phone", "+49 30 123456"), make_fact("hours", "Mo-Do 10:00-16:00")
    mail, address = make_fact("email"), make_fact("address")
    office = make_office(index, contacts=[contact(phone, hours, mail), contact(address, heading="Anschrift")])
    page = office if code == "de" else translate(office, "ar")
    tree = tree_of(client, page)
    heading = {"de": "Büro", "ar": "EN Büro"}[code]
    assert [words(box.h3) for box in tree.select(".contact")] == [heading]
    assert [link["href"] for link in tree.select(".contact a")] == ["tel:+4930123456"]
    assert set(entity(client, page)) & {"address", "areaServed", "knowsLanguage", "amenityFeature"} == set()
    for fact in (phone, hours):
        Fact.objects.filter(pk=fact.pk).update(value="")
        Fact.objects.get(pk=fact.pk).save()
    tree = tree_of(client, page)
    assert (tree.select(".contact"), tree.select("#office-contact")) == ([], [])
    address.text = "Musterstraße 1\n10115 Berlin"
    address.save()
    assert [words(box.h3) for box in tree_of(client, page).select(".contact")] == [heading.replace("Büro", "Anschrift")]
    assert entity(client, page)["address"].startswith("Musterstraße 1")


@pytest.mark.parametrize("code", ["de", "ar"])
def test_machines_and_people_read_the_same(client: Client, index: OfficeIndexPage, code: str) -> None:
    office = make_office(
        index, languages=["de", "ar"], states=["BE", "BB"], access=["lift", "step_free"], access_note="Bitte klingeln.",
        contacts=[contact(make_fact("phone", "+49 30 123456"), make_fact("hours", "Mo-Do 10:00-16:00; Fr 09:00-12:00"))],
    )  # fmt: skip
    page = office if code == "de" else translate(office, "ar")
    tree, found = tree_of(client, page), entity(client, page)
    steps, lift = {"de": ("Eingang ohne Stufen", "Aufzug"), "ar": ("مدخل بلا درج", "مصعد")}[code]
    assert [words(item) for item in tree.select("section[aria-labelledby=office-access] li")] == [steps, lift]
    assert words(tree.select_one("section[aria-labelledby=office-access] p")) == {"de": "Bitte klingeln.", "ar": "EN Bitte klingeln."}[code]
    assert (found["@type"], found["name"], found["knowsLanguage"]) == ("GovernmentOffice", page.title, ["de", "ar"])
    assert [feature["name"] for feature in found["amenityFeature"]] == [steps, lift]
    with translation.override(code):
        assert found["areaServed"] == [str(LAENDER["BE"].name), str(LAENDER["BB"].name)]
    (point,) = found["contactPoint"]
    assert point["telephone"] == "+4930123456"
    assert [(each["dayOfWeek"], each["opens"], each["closes"]) for each in point["hoursAvailable"]] == [
        (["Monday", "Tuesday", "Wednesday", "Thursday"], "10:00", "16:00"), (["Friday"], "09:00", "12:00"),
    ]  # fmt: skip
    assert found["parentOrganization"]["name"] == "International Organization for Migration"


def test_a_service_is_shown_in_the_readers_language_and_goes_with_its_page(client: Client, index: OfficeIndexPage) -> None:
    work = add(index.get_parent().get_parent().specific, OurWorkPage(title="Unsere Arbeit"))
    service = add(add(work, ThemePage(title="Familie")), ServicePage(title="Visum"))
    office = make_office(index, services=[("cards", {"pages": [service]})])
    arabic = translate(office, "ar")
    translate(service, "ar", title="تأشيرة")
    shown = {code: [words(card) for card in tree_of(client, page).select("section[aria-labelledby=office-services] h3")]
             for code, page in (("de", office), ("ar", arabic))}  # fmt: skip
    assert shown == {"de": ["Visum"], "ar": ["تأشيرة"]}
    service.unpublish()
    assert tree_of(client, office).select("section[aria-labelledby=office-services] h3") == []


@pytest.mark.parametrize(("field", "value"), [("languages", ["xx"]), ("states", "BE"), ("access", ["lift", "roof"])])
def test_what_is_no_choice_is_refused(index: OfficeIndexPage, field: str, value: object) -> None:
    office = make_office(index)
    setattr(office, field, value)
    with pytest.raises(ValidationError) as raised:
        office.full_clean()
    assert set(raised.value.message_dict) == {field}


def test_boxes_to_tick_are_stored_and_follow_into_translations(admin_client: Client, index: OfficeIndexPage) -> None:
    office = make_office(index, languages=["ar"], states=["BE"])
    arabic = translate(office, "ar")
    form = BeautifulSoup(admin_client.get(f"/admin/pages/{office.pk}/edit/").content, "html.parser")
    ticked = {name: [box["value"] for box in form.select(f"input[name={name}][checked]")] for name in ("languages", "states", "access")}
    assert ticked == {"languages": ["ar"], "states": ["BE"], "access": []}
    office.languages = ["ar", "uk"]
    publish(office)
    translate(office, "ar")
    assert OfficePage.objects.get(pk=arabic.pk).languages == ["ar", "uk"]


@pytest.mark.once
@pytest.mark.parametrize("count", [2, 20])
def test_queries(client: Client, index: OfficeIndexPage, count: int) -> None:
    for number in range(count):
        contacts = [contact(make_fact("phone", "+49 30 12"))]
        make_office(index, f"Ort {number}", list(LAENDER)[number % 16], languages=["de"], contacts=contacts)
    addresses = ("", "?language=de", "ort-0/")
    numbers = {}
    for address in addresses:
        client.get(f"/de/wer-wir-sind/standorte/{address}")
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/de/wer-wir-sind/standorte/{address}").status_code == 200
        numbers[address] = len(queries)
    assert max(numbers.values()) <= 9, numbers


def test_an_office_is_found_in_german_and_in_arabic(client: Client, index: OfficeIndexPage) -> None:
    office = make_office(index, access_note="Aufzug im Quittenhof.")
    translate(office, "ar", words={"Berlin": "برلين", "Aufzug im Quittenhof.": "المصعد في ساحة السفرجل."})
    call_command("update_index", verbosity=0)
    for code, query, title in (("de", "Quittenhof", "Berlin"), ("ar", "السفرجل", "برلين")):
        with translation.override(code):
            address = reverse("search")
        found = client.get(address, {"q": query, "format": "json", "type": "office"}).json()
        assert [(hit["title"], hit["kind"]) for hit in found["results"]] == [(title, {"de": "Standort", "ar": "مكتب"}[code])]
    office.unpublish()
    assert client.get("/de/suche/", {"q": "Quittenhof", "format": "json"}).json()["results"] == []
