"""The statement on accessibility: what is known is said in each language, what is not is left out."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from home.models import ContentPage, HomePage
from participate.models import ContactPage
from portal.models import Fact
from tests.builders import add, make_content_page, make_fact, make_reader, translate

pytestmark = pytest.mark.django_db

MEDIATOR = "<p>Es vermittelt die Schlichtungsstelle.</p>"


@pytest.fixture
def form(home: HomePage) -> ContactPage:
    """Return the page with the form, which nobody reads yet."""
    return add(home, ContactPage(title="Barriere melden", purpose="barrier"))


def make_statement(home: HomePage, form: ContactPage, status: str = "", *facts: Fact | None) -> ContentPage:
    method, day = facts or (None, None)
    barriers = [
        {"name": reason, "text": f"<p>Text {reason}</p>", "reason": reason} for reason in ("open", "burden", "exempt", "others")
    ]
    value = {"status": status, "method": method, "assessed_on": day, "barriers": barriers, "page": form, "arbitration": MEDIATOR}
    return make_content_page(home, title="Erklärung", body=[("heading", "Stand"), ("accessibility", value)])


def lines(client: Client, address: str) -> list[str]:
    soup = BeautifulSoup(client.get(address).content, "html.parser")
    tags = soup.select(".prose .stack > *")
    return [" ".join(tag.get_text(" ", strip=True).split()) for tag in tags]


BARRIERS = (
    "open: Text open Grund: Es ist noch nicht umgesetzt. "
    "burden: Text burden Grund: Es wäre eine unverhältnismäßige Belastung (§ 12a Absatz 6 BGG). "
    "exempt: Text exempt Grund: Das Gesetz erfasst es nicht. "
    "others: Text others Grund: Es sind Inhalte anderer, auf die wir keinen Einfluss haben."
)
END = ["Wenn Ihnen die Antwort nicht hilft", "Es vermittelt die Schlichtungsstelle."]
OPEN = "Ob diese Website die Anforderungen der BITV 2.0 erfüllt, ist noch nicht abschließend bewertet."
REPORT = [
    "Barriere melden",
    "Können Sie etwas nicht lesen, hören oder bedienen? Schreiben Sie uns. Wenn Sie eine E-Mail-Adresse angeben, bekommen Sie innerhalb "
    "eines Monats eine Antwort.",
    "Barriere melden",
]


def plain(found: list[str]) -> list[str]:
    return [line.replace("\xa0", " ") for line in found]


def test_what_nobody_knows_is_left_out_and_comes_with_its_value(client: Client, home: HomePage, form: ContactPage) -> None:
    method, day = make_fact("text", name="Art"), make_fact("deadline", name="Tag")
    page = make_statement(home, form, "", method, day)
    # Nobody gets what the form brings: it is not promised.
    assert plain(lines(client, page.get_url())) == [OPEN, "Was noch nicht zugänglich ist", BARRIERS, *END]
    make_reader()
    assert plain(lines(client, page.get_url())) == [OPEN, "Was noch nicht zugänglich ist", BARRIERS, *REPORT, *END]
    method.text, day.value = "Selbstbewertung", "2026-11-12"
    method.save()
    day.save()
    known = "So wurde geprüft: Selbstbewertung Geprüft am: 12. November 2026"
    assert plain(lines(client, page.get_url()))[:2] == [OPEN, known]


@pytest.mark.parametrize(
    ("status", "german", "arabic"),
    [
        ("full", "Diese Website erfüllt die Anforderungen der BITV 2.0.", "يستوفي هذا الموقع متطلبات BITV 2.0."),
        ("partial", "Diese Website erfüllt die Anforderungen der BITV 2.0 teilweise.", "يستوفي هذا الموقع متطلبات BITV 2.0 جزئيًا."),
        ("none", "Diese Website erfüllt die Anforderungen der BITV 2.0 nicht.", "لا يستوفي هذا الموقع متطلبات BITV 2.0."),
    ],
)
def test_the_verdict_is_said_in_each_language(
    status: str, german: str, arabic: str, client: Client, home: HomePage, form: ContactPage
) -> None:
    page = make_statement(home, form, status)
    version = translate(page, "ar", title="بيان")
    assert plain(lines(client, page.get_url()))[0] == german
    found = plain(lines(client, version.get_url()))
    assert (found[0], found[1], found[3]) == (arabic, "ما لا يزال غير متاح للجميع", "إذا لم تساعدكم الإجابة")
    assert "السبب: لا يشمله القانون." in found[2]
