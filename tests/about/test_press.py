"""The page for the press: each part is there when there is something in it; originals come by themselves; in German and Arabic."""

from __future__ import annotations

import datetime

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import PageViewRestriction

from about.blocks import CreditedFigureBlock, SourcedFiguresBlock
from about.models import PressPage
from home.models import HomePage, WhoWeArePage
from news.models import NewsIndexPage
from portal.models import Fact, PortalImage
from tests.builders import add, make_fact, make_news, make_news_index, publish, translate

pytestmark = pytest.mark.django_db

FIGURES = ("key_figures", {"figures": [{"value": "175", "label": "Staaten", "note": ""}], "source": "IOM, 2024"})


@pytest.fixture
def news(home: HomePage) -> NewsIndexPage:
    return make_news_index(home)


@pytest.fixture
def press(home: HomePage) -> PressPage:
    return add(add(home, WhoWeArePage(title="Wer wir sind")), PressPage(title="Presse", lead="Ein Satz."))


def parts(client: Client, page: PressPage) -> list[str]:
    """Return the anchors of the parts that a page shows; its list of contents names the same where there is one."""
    tree = BeautifulSoup(client.get(page.get_url()).content, "html.parser")
    found = [tag["aria-labelledby"].removeprefix("press-") for tag in tree.select("section[aria-labelledby^=press-]")]
    contents = [link["href"].removeprefix("#press-") for link in tree.select(".toc a")]
    assert contents in ([], found)
    return found


@pytest.mark.parametrize("code", ["de", "ar"])
def test_a_part_in_which_there_is_nothing_is_not_there(client: Client, news: NewsIndexPage, press: PressPage, code: str) -> None:
    phone = make_fact("phone")
    press.contacts = [("contact", {"heading": "Presse", "text": "", "email": "", "phone": "", "page": None, "facts": [phone]})]
    press = publish(press)
    page = press if code == "de" else translate(press, "ar")
    assert parts(client, page) == []
    phone.value = "+49 30 123456"
    phone.save()
    assert parts(client, page) == ["contact"]
    press.figures = [FIGURES]
    press = publish(press)
    page = press if code == "de" else translate(press, "ar")
    item = make_news(news, "Aufruf", original_title="Appeal", original_url="https://www.iom.int/appeal", original_language="en")
    if code == "ar":
        translate(item, "ar")
    assert parts(client, page) == ["contact", "originals", "figures"]
    Fact.objects.filter(pk=phone.pk).update(value="")
    Fact.objects.get(pk=phone.pk).save()
    assert parts(client, page) == ["originals", "figures"]


@pytest.mark.parametrize("code", ["de", pytest.param("ar", marks=pytest.mark.once)])
def test_the_newest_originals_come_by_themselves(client: Client, news: NewsIndexPage, press: PressPage, code: str) -> None:
    page = press if code == "de" else translate(press, "ar")
    for number in range(1, 9):
        item = make_news(
            news, f"Meldung {number}", date=datetime.date(2025, number, 1), original_title=f"Item {number}", original_language="en",
            original_url=f"https://www.iom.int/{number}",
        )  # fmt: skip
        translate(item, "ar")
        if number == 8:
            PageViewRestriction.objects.create(page=item, restriction_type="login")
        if number == 7:
            item.unpublish()
    translate(make_news(news, "Ohne Original", date=datetime.date(2025, 12, 1)), "ar")
    tree = BeautifulSoup(client.get(page.get_url()).content, "html.parser")
    entries = tree.select("section[aria-labelledby=press-originals] li")
    prefix = "" if code == "de" else "EN "
    assert [entry.h3.get_text(strip=True) for entry in entries] == [f"{prefix}Meldung {number}" for number in (6, 5, 4, 3, 2, 1)]
    links = [entry.select_one(".provenance a") for entry in entries]
    assert [(link["href"], link["lang"], link.get_text(strip=True)) for link in links] == [
        (f"https://www.iom.int/{number}", "en", f"Item {number}") for number in (6, 5, 4, 3, 2, 1)
    ]


def test_no_picture_without_credit_and_no_figure_without_source(client: Client, press: PressPage) -> None:
    image = PortalImage.objects.create(title="Bild", file=get_test_image_file())
    image.contextual_alt_text, image.decorative = "Ein Haus", False
    value = {"image": image, "caption": "Ein Bild"}
    block = CreditedFigureBlock()
    with pytest.raises(ValidationError) as raised:
        block.clean(block.normalize(value))
    assert set(raised.value.block_errors) == {"image"}
    with pytest.raises(ValidationError) as raised:
        SourcedFiguresBlock().clean(SourcedFiguresBlock().normalize({**FIGURES[1], "source": ""}))
    assert set(raised.value.block_errors) == {"source"}
    image.credit = "© IOM 2024"
    image.save()
    assert block.clean(block.normalize(value))["image"] == image
    press.pictures = [("image", value)]
    tree = BeautifulSoup(client.get(publish(press).get_url()).content, "html.parser")
    assert [tag.get_text(" ", strip=True) for tag in tree.select("section[aria-labelledby=press-pictures] figcaption")] == [
        "Ein Bild Foto: © IOM 2024"
    ]


@pytest.mark.once
@pytest.mark.parametrize("count", [1, 20])
def test_queries(client: Client, news: NewsIndexPage, press: PressPage, count: int) -> None:
    for number in range(count):
        make_news(news, f"Meldung {number}", original_url=f"https://www.iom.int/{number}")
    client.get(press.get_url())
    with CaptureQueriesContext(connection) as queries:
        assert client.get(press.get_url()).status_code == 200
    assert len(queries) <= 9, [query["sql"][:200] for query in queries]
