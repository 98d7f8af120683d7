"""Addresses by the rules of each language."""

from __future__ import annotations

import pytest

from portal.language.slugs import MAX_LENGTH, is_made_from, slug_for_title


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Schutzbedürftige Migrant:innen", "schutzbeduerftige-migrant-innen"),
        ("Rückkehrberater/innen und Leser/-innen", "rueckkehrberater-innen-und-leser-innen"),
        ("Kolleg*innen, Bürger_innen", "kolleg-innen-buerger-innen"),
        ("SyrerInnen in Deutschland", "syrer-innen-in-deutschland"),
        ("Größe, Öl und Äpfel", "groesse-oel-und-aepfel"),
        ("STRASSE und GROẞ", "strasse-und-gross"),
        ("Statement zur Situation in Ukraine", "statement-zur-situation-in-ukraine"),
        ("REAG/GARP", "reag-garp"),
        ("„Colonia Dignidad“ – Hilfe", "colonia-dignidad-hilfe"),
        ("Familien\u00adnachzug", "familiennachzug"),
        ("2030 Agenda", "2030-agenda"),
        ("Ziel 10.c", "ziel-10-c"),
        ("…", ""),
    ],
)
def test_german_titles(title: str, slug: str) -> None:
    assert slug_for_title(title, "de") == slug


def test_english_keeps_its_own_rules() -> None:
    assert slug_for_title("Migrants’ rights: an overview", "en") == "migrants-rights-an-overview"
    assert slug_for_title("Zürich", "en") == "zurich"


def test_other_scripts_are_transliterated() -> None:
    assert slug_for_title("Новини дня", "uk") == "novyny-dnia"
    assert slug_for_title("Возз’єднання сім’ї: єдиний шлях", "uk") == "vozziednannia-simi-yedynyi-shliakh"
    assert slug_for_title("الأخبار", "ar") == "alakhbar"
    assert slug_for_title("إعادة التوطين", "ar") == "iaadh-altwtyn"
    assert slug_for_title("عملنا", "ar") == "amlna"


def test_no_word_is_cut() -> None:
    title = " ".join(["Aufnahmeprogramm"] * 8)
    slug = slug_for_title(title, "de")
    assert len(slug) <= MAX_LENGTH
    assert set(slug.split("-")) == {"aufnahmeprogramm"}


def test_a_single_endless_word_is_cut() -> None:
    assert len(slug_for_title("a" * 300, "de")) == MAX_LENGTH


@pytest.mark.parametrize("code", ["de", "en"])
def test_eighty_characters_fit_and_one_more_does_not(code: str) -> None:
    words = ["aufnahmeprogramm"] * 4
    assert slug_for_title(" ".join([*words, "jahresende12"]), code) == "-".join([*words, "jahresende12"])
    assert slug_for_title(" ".join([*words, "jahresende123"]), code) == "-".join(words)
    assert slug_for_title("a" * 81, code) == "a" * 80


def test_numbered_slugs_count_as_made_from_their_base() -> None:
    assert is_made_from("kontakt-2", "kontakt")
    assert not is_made_from("kontakt-neu", "kontakt")
    assert not is_made_from("", "")
