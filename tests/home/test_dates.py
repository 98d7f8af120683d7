"""Three dates that are never mixed: of a source, of a review by IOM, of a translation; and what machines are told."""

from __future__ import annotations

import datetime
import json
import re

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone, translation
from wagtail.models import Page
from wagtail.test.utils.form_data import nested_form_data, streamfield

from home.models import ContentPage, HomePage
from portal.blocks.dates import PartialDateField
from portal.models import PublishedVersion
from portal.models.page_form import ReviewedPageForm
from tests.builders import make_content_page, make_news, make_news_index, translate

pytestmark = pytest.mark.django_db


def texts(client: Client, page: Page, selector: str) -> list[str]:
    soup = BeautifulSoup(client.get(page.get_url()).content, "html.parser")
    return [" ".join(element.get_text(" ").split()) for element in soup.select(selector)]


def by_a_person(page: Page) -> Page:
    """Publish a page as somebody who signed in."""
    user, _created = get_user_model().objects.get_or_create(username="redaktion")
    type(page).objects.get(pk=page.pk).save_revision(user=user).publish()
    return type(page).objects.get(pk=page.pk)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("16.10.2024", "2024-10-16"), ("1. 2. 2024", "2024-02-01"), ("10.2024", "2024-10"), ("2024", "2024"), ("2024-10-16", "2024-10-16"),
     ("2024-10", "2024-10"), (" 2024 ", "2024"), ("", "")],
)  # fmt: skip
def test_a_source_is_dated_as_far_as_it_is_known(typed: str, stored: str) -> None:
    assert PartialDateField(required=False).clean(typed) == stored


@pytest.mark.parametrize("typed", ["gestern", "32.01.2024", "13.2024", "24", "2024-13", "٢٠٢٤", "10/2024"])
def test_what_is_no_date_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        PartialDateField(required=False).clean(typed)


def test_each_source_says_its_date_or_that_it_has_none(client: Client, home: HomePage) -> None:
    sources = [("source", {"title": title, "url": "", "date": date}) for title, date in (("A", "2024-10-16"), ("B", "2024-10"), ("C", ""))]
    # A source that was stored before there were dates.
    sources.append(("source", {"title": "D", "url": ""}))
    page = make_content_page(home, sources=sources)
    english = translate(page, "en")
    dates = ".sources__date"
    assert texts(client, page, dates) == ["Stand: 16. Oktober 2024", "Stand: Oktober 2024", "ohne Datum", "ohne Datum"]
    assert texts(client, english, dates) == ["as of 16 October 2024", "as of October 2024", "undated", "undated"]


def test_a_review_is_shown_only_when_somebody_said_so(client: Client, home: HomePage) -> None:
    page = make_content_page(home, title="Eins")
    assert texts(client, page, ".reviewed") == []
    page = make_content_page(home, title="Zwei", reviewed_on=datetime.date(2026, 11, 12), reviewed_by="Referat Schutz")
    english = translate(page, "en")
    assert texts(client, page, ".reviewed") == ["Von der IOM geprüft am 12. November 2026 (Referat Schutz)"]
    assert texts(client, english, ".reviewed") == ["German text reviewed by IOM on 12 November 2026 (Referat Schutz)"]


def test_a_review_has_a_day_that_has_come_and_somebody_who_did_it(home: HomePage) -> None:
    page = make_content_page(home)
    form_class = ContentPage.get_edit_handler().get_form_class()
    assert issubclass(form_class, ReviewedPageForm)
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    for day, who, wrong in (
        ("2026-11-12", "Referat", set()), ("", "", set()), ("2026-11-12", "", {"reviewed_by"}), ("", "Referat", {"reviewed_on"}),
        (tomorrow.isoformat(), "Referat", {"reviewed_on"}),
    ):  # fmt: skip
        with translation.override("en"):
            data = {"reviewed_on": day, "reviewed_by": who, **{name: streamfield([]) for name in ("body", "sources", "related_pages")}}
            form = form_class(nested_form_data(data), instance=page, parent_page=home)
            assert set(form.errors) & {"reviewed_on", "reviewed_by"} == wrong, (day, who)


def test_a_translation_has_the_day_on_which_a_person_published_it(client: Client, home: HomePage) -> None:
    english = translate(make_content_page(home), "en")
    assert not [text for text in texts(client, english, ".versions p") if "Translated" in text]
    by_a_person(english)
    PublishedVersion.objects.filter(page=english).update(edited_at=datetime.datetime(2025, 3, 4, 12, tzinfo=datetime.UTC))
    note = "Translated on 4 March 2025 . No check by a second person is on record yet."
    assert [text for text in texts(client, english, ".versions p") if "Translated" in text] == [note]
    PublishedVersion.objects.filter(page=english).update(reviewed_at=timezone.now())
    assert [text for text in texts(client, english, ".versions p") if "Translated" in text] == ["Translated on 4 March 2025"]


def test_machines_are_told_no_day_of_loading(client: Client, home: HomePage) -> None:
    index = make_news_index(home)
    for page, kind in ((make_news(index, title="Bericht"), "NewsArticle"), (make_content_page(home), "WebPage")):
        for version in (page, translate(page, "en")):
            assert (described(client, version, kind).get("dateModified"), lastmod(client, version)) == (None, None)
            before = timezone.now().replace(microsecond=0)
            by_a_person(version)
            changed = described(client, version, kind)["dateModified"]
            assert before <= datetime.datetime.fromisoformat(changed) <= timezone.now()
            assert lastmod(client, version) == changed


def described(client: Client, page: Page, kind: str) -> dict[str, object]:
    """Return what a page's JSON-LD says of it."""
    html = client.get(page.get_url()).content.decode()
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', html)[1])
    return next(node for node in data["@graph"] if node["@type"] == kind)


def lastmod(client: Client, page: Page) -> str | None:
    """Return what the sitemap says of a page's last change."""
    sitemap = BeautifulSoup(client.get(f"/sitemap-{page.locale.language_code}.xml").content, "html.parser")
    entry = next(url for url in sitemap.find_all("url") if url.loc.text == f"http://testserver{page.get_url()}")
    return entry.lastmod.text if entry.lastmod else None
