"""Pages that readers may have to leave quickly: the button, in every language, and nothing that tells where they were."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.test import Client

from home.models import ContentPage
from tests import builders
from work.models import ServicePage, ThemePage

pytestmark = pytest.mark.django_db

LABELS = {
    "de": "Seite schnell verlassen",
    "en": "Leave this page quickly",
    "uk": "Швидко покинути сторінку",
    "ar": "مغادرة الصفحة بسرعة",
}


def exits(html: str) -> list[tuple[str, str]]:
    """Return address and label of each button of a page."""
    found = re.findall(r'<a class="btn btn--accent" href="([^"]*)"[^>]* data-quick-exit>(.*?)</a>', html, re.DOTALL)
    return [(href, re.sub(r"<[^>]*>", "", label).strip()) for href, label in found]


def test_the_button_stands_on_ticked_pages_in_every_language(client: Client) -> None:
    home = builders.make_home()
    page = builders.make_content_page(home, "Schutz", quick_exit=True)
    pages = {"de": page, **{code: builders.translate(page, code, title="Protection") for code in ("en", "uk")}}
    found = {code: client.get(version.url) for code, version in pages.items()}
    # Where there is no translation yet, the German text stands below a button in the reader's language.
    found["ar"] = client.get(builders.make_alias(page, "ar").url)
    assert {code: exits(answer.text) for code, answer in found.items()} == {
        code: [(settings.QUICK_EXIT_URL, label)] for code, label in LABELS.items()
    }
    assert {answer["Cache-Control"] for answer in found.values()} == {"private, no-store"}
    assert {answer["Referrer-Policy"] for answer in found.values()} == {"same-origin"}


def test_it_is_what_comes_first_with_the_keyboard_and_stands_nowhere_else(client: Client) -> None:
    home = builders.make_home()
    html = client.get(builders.make_content_page(home, "Schutz", quick_exit=True).url).text
    first = re.findall(r"<(?:a|button|summary|input)\b[^>]*>", html)[:2]
    assert [re.search(r'class="(\w+)', tag)[1] for tag in first] == ["skip", "btn"]
    other = client.get(builders.make_content_page(home, "Resettlement").url)
    assert exits(other.text) == []
    assert other.headers["Cache-Control"] == "no-cache, public"


def test_editors_tick_it_in_german_and_translations_follow() -> None:
    home = builders.make_home()
    page = builders.make_content_page(home, "Schutz")
    english = builders.translate(page, "en", title="Protection")
    page.quick_exit = True
    builders.publish(page)
    builders.translate(page, "en", title="Protection")
    assert ContentPage.objects.get(pk=english.pk).quick_exit
    assert "quick_exit" in ContentPage.get_edit_handler().get_form_class().base_fields


def test_the_initial_content_has_it_on_protection_and_trafficking(content: None) -> None:
    titles = set()
    for kind in (ContentPage, ThemePage, ServicePage):
        found = kind.objects.filter(quick_exit=True, alias_of=None)
        versions = kind.objects.filter(translation_key__in=found.values("translation_key"), alias_of=None)
        assert sorted(found.values_list("locale__language_code", "slug")) == sorted(versions.values_list("locale__language_code", "slug"))
        titles |= set(found.values_list("locale__language_code", "title"))
    assert titles == {
        ("de", "Schutz und Unterstützung"), ("de", "Schutz vor Menschenhandel"),
        ("de-simple", "Schutz vor Gewalt"), ("de-simple", "Schutz vor Menschen-Handel"),
        ("en", "Protection and assistance"), ("en", "Protection against human trafficking"),
        ("uk", "Захист і підтримка"), ("uk", "Захист від торгівлі людьми"),
        ("ar", "الحماية والدعم"), ("ar", "الحماية من الاتجار بالأشخاص"),
    }  # fmt: skip
