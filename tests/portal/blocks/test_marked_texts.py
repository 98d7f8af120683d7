"""What machines and screen readers are told: whose the portal is, which words are German, what was refused."""

from __future__ import annotations

import json
import re

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.test import Client
from wagtail.models import PageViewRestriction

from home.models import HomePage
from portal.language.html_text import hold_lines_together
from portal.models import OfficeSettings
from tests.builders import make_content_page, submit, translate, translate_texts

pytestmark = pytest.mark.django_db


def organization(client: Client, address: str) -> dict[str, object]:
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', client.get(address).text)[1])
    return next(node for node in data["@graph"] if node["@type"] == "Organization")


def test_the_organization_has_one_name_and_the_address_that_the_office_has_set(client: Client, home: HomePage) -> None:
    for code in ("en", "ar"):
        translate(home, code, title=f"Home {code}")
    found = [organization(client, f"/{code}/") for code in ("de", "en", "ar")]
    assert found[0] == found[1] == found[2]
    assert found[0]["sameAs"] == ["https://germany.iom.int/"]
    assert not {"address", "email", "telephone"} & found[0].keys()
    office = OfficeSettings.load()
    office.street, office.postal_code, office.town, office.phone = "Beispielstraße 1", "10115", "Berlin", "+49 30 1234"
    office.save()
    found = organization(client, "/en/")
    assert found["address"] == {
        "@type": "PostalAddress", "streetAddress": "Beispielstraße 1", "postalCode": "10115", "addressLocality": "Berlin",
        "addressCountry": "DE",
    }  # fmt: skip
    assert (found["telephone"], "email" in found) == ("+49 30 1234", False)


def test_the_home_page_is_shared_by_the_name_of_the_portal(client: Client, home: HomePage) -> None:
    page = make_content_page(home, "Rückkehr")
    for code in ("en", "uk", "ar"):
        translate(home, code, title=f"Home {code}")
    titles = {code: BeautifulSoup(client.get(f"/{code}/").text, "html.parser").find("meta", property="og:title")["content"]
              for code in ("de", "en", "uk", "ar")}  # fmt: skip
    assert titles == {
        "de": "IOM Deutschland", "en": "IOM Germany", "uk": "МОМ у Німеччині", "ar": "المنظمة الدولية للهجرة – ألمانيا",
    }  # fmt: skip
    assert '<meta property="og:title" content="Rückkehr">' in client.get(page.get_url()).text


ADDRESS = "المكتب\nBeispielstraße 1\n10115 Berlin\n17 route des Morillons"


@pytest.mark.parametrize("code", ["ar", "uk", "en", "de"])
def test_german_addresses_say_their_language_and_direction(client: Client, home: HomePage, code: str) -> None:
    page = make_content_page(home, "Kontakt", body=[("contact", {"heading": "Kontakt", "text": ADDRESS})])
    if code != "de":
        translate(page, code, title="Contact")
        translation = submit(page, code)
        translate_texts(translation, {ADDRESS: ADDRESS})
        page = translation.source.create_or_update_translation(translation.target_locale, publish=True, fallback=True)[0]
        page = type(page).objects.get(pk=page.pk)
    tree = BeautifulSoup(client.get(page.get_url()).text, "html.parser")
    marked = [(tag.get("lang"), tag["dir"], tag.text) for tag in tree.select(".contact span[dir]")]
    german = [("de", "ltr", "Beispielstraße 1"), ("de", "ltr", "10115 Berlin")]
    assert marked == {
        "ar": [*german, (None, "ltr", "17 route des Morillons")],
        "uk": german,
        "en": german,
        "de": [],
    }[code]
    assert [line.strip() for line in tree.select_one(".contact .small").stripped_strings][1:] == ADDRESS.split("\n")[1:]


@pytest.mark.parametrize("code", ["ar", "uk"])
def test_german_words_in_brackets_say_their_language(code: str) -> None:
    text = "مكتب (Jugendamt) و(Deutsche Gebärdensprache) و«Hilfetelefon» و(IOM) و(Displacement Tracking Matrix) و(Amy E. Pope)"
    html = f'<p>{text} <b>(Ausländerbehörde)</b></p><p lang="de">Amt (Jugendamt)</p><textarea>(Jugendamt)</textarea>'
    found = BeautifulSoup(hold_lines_together(html, code), "html.parser").select("span")
    assert [(tag["lang"], tag["dir"], tag.text.replace("\u00a0", " ")) for tag in found] == [
        ("de", "ltr", name) for name in ("Jugendamt", "Deutsche Gebärdensprache", "Hilfetelefon", "Ausländerbehörde")
    ]
    assert "<span" not in hold_lines_together(html, "de")


class TestRefused:
    @pytest.mark.parametrize("code", ["de", "ar"])
    def test_a_page_that_asks_for_a_password_or_an_account(self, client: Client, home: HomePage, code: str) -> None:
        page = make_content_page(home, "Geheim")
        if code != "de":
            page = translate(page, code, title="Secret")
        restriction = PageViewRestriction.objects.create(page=page, restriction_type="password", password="richtig-und-lang")
        asked = f"/{code}/_util/authenticate_with_password/{restriction.pk}/{page.pk}/"
        answers = {
            asked: client.post(asked, {"password": "falsch", "return_url": page.get_url()}),
            "login": client.post(f"/{code}/_util/login/", {"username": "niemand", "password": "falsch", "next": "/"}),
        }
        for address, answer in answers.items():
            self.check(answer.text, address)
        assert "aria-invalid" not in client.get(page.get_url()).text

    @pytest.mark.parametrize("language", ["de", "en"])
    def test_the_login_of_the_admin(self, client: Client, home: HomePage, language: str) -> None:
        get_user_model().objects.create_user("jemand", password="ein-langes-passwort")
        headers = {"Accept-Language": language}
        answer = client.post("/admin/login/", {"username": "jemand", "password": "falsch"}, headers=headers)
        self.check(answer.text, language)
        assert "aria-invalid" not in client.get("/admin/login/", headers=headers).text
        assert client.post("/admin/login/", {"username": "jemand", "password": "ein-langes-passwort"}).status_code == 302

    @staticmethod
    def check(html: str, where: str) -> None:
        """See that each field that is typed into is invalid, and names the words that say why."""
        tree = BeautifulSoup(html, "html.parser")
        fields = tree.select("main form input[type=text], main form input[type=password]")
        assert fields, where
        for field in fields:
            assert (field.get("aria-invalid"), field.get("aria-describedby")) == ("true", "refused"), where
        (reason,) = tree.select("#refused")
        assert reason.get_text(strip=True), where
        assert "<" not in reason.get_text(), where
