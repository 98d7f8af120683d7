"""From words to terms: what visitors and editors write for one thing meets in one term."""

from __future__ import annotations

import pytest

from search import analysis
from search.analysis import dictionaries, german, tokens


def terms(text: str, language: str = "de") -> list[str]:
    return [word.term for word in analysis.words(text, language)]


def parts(word: str) -> set[str]:
    return {part for found in analysis.words(word, "de") for part in found.all_parts}


@pytest.mark.parametrize(
    ("language", "spellings"),
    [
        ("de", "Flüchtlinge flüchtling Fluechtlinge fluchtlinge Flüchtlingen"),
        (
            "de",
            "Migrantinnen Migrant:innen Migrant*innen Migrant_innen Migrant/-innen MigrantInnen Migranten Migrant(innen) Migrant(inn)en",
        ),
        ("de", "Straße Strasse Straßen"),
        ("de", "Schlossstraße Schlossstrasse"),
        ("de", "Überprüfungen Ueberpruefungen Uberprufungen"),
        ("de", "Fußgängerinnen Fussgaengerinnen Fussganger"),
        ("de", "Ärztin Ärzte Arzt Aerzte"),
        ("de", "Kollegin Kollege Kolleg:innen"),
        ("de", "ging gehen gegangen"),
        ("de-simple", "Häuser Haus Haeuser"),
        ("en", "refugee refugees refugee's"),
        ("uk", "біженці біженців біженець біженка"),
        ("uk", "сім’я сім'я сімʼя сім`я сім’ї"),
        ("uk", "повернення поверненя поверненні"),
        ("ar", "وظيفة الوظائف وظائف والوظائف"),
        ("ar", "اللاجئون لاجئ لاجئين لاجئات للاجئين"),
        ("ar", "أسرة الأسرة اسرة أُسْرَة الأسر"),
        ("ar", "عودتهم العودة عودة بالعودة"),
        ("fr", "réfugié refugies réfugiés"),
    ],
)
def test_forms_of_a_word_meet(language: str, spellings: str) -> None:
    assert len(set(terms(spellings, language))) == 1


@pytest.mark.parametrize(
    ("compound", "expected"),
    [
        ("Familiennachzug", {"Familie", "Nachzug"}),
        ("Unterstützungsprogramm", {"Unterstützung", "Programm"}),
        ("Rückkehrberatung", {"Rückkehr", "Beratung"}),
        ("Kriegsflüchtlinge", {"Krieg", "Flüchtling"}),
        ("kriegsfluchtlinge", {"Krieg", "Flüchtling"}),
        ("ruckfuhrungsburos", {"Rückführung", "Büro"}),
        ("Datenanalysezentrum", {"Daten", "Analyse", "Zentrum", "Analysezentrum"}),
        ("Menschenrechte", {"Mensch", "Recht"}),
        ("Bundestags", {"Bund", "Tag"}),
        ("Bundesamts", {"Bund", "Amt"}),
        ("Jahresende", {"Jahr", "Ende"}),
        ("StarthilfePlus", {"Starthilfe", "Plus"}),
        ("Resettlement-Programm", {"Resettlement", "Programm"}),
    ],
)
def test_compounds_have_the_terms_of_their_parts(compound: str, expected: set[str]) -> None:
    assert {term for word in expected for term in terms(word)} <= parts(compound)


@pytest.mark.parametrize(
    "word", ["Staatsangehörigkeit", "Botschaft", "Übersetzung", "Wissenschaft", "zurückkehren", "Wiedereingliederung", "Medizin",
             "Globales", "Regelungen", "Einsätze", "Gründung", "Dokumente", "Südeuropa"],
)  # fmt: skip
def test_words_are_not_cut_where_they_only_look_like_compounds(word: str) -> None:
    assert german.compound_parts(word.lower()) == ()


@pytest.mark.parametrize(
    ("word", "lemma"),
    [("ging", "gehen"), ("häuser", "Haus"), ("haeuser", "Haus"), ("aerzte", "Arzt"), ("iom", "IOM"), ("mcdonalds", "McDonald"),
     ("gut", "gut"), ("x" * 60, "y"), ("وظائف", "وظيفه"), ("сім’ї", "сім’я")],
)  # fmt: skip
def test_a_rule_makes_the_base_form_that_it_was_made_from(word: str, lemma: str) -> None:
    assert dictionaries._apply(dictionaries._rule(word, lemma), word) == lemma


@pytest.mark.parametrize("word", ["Medizin", "Berlin", "Termin", "Disziplin", "Vitamin"])
def test_not_every_word_in_in_is_feminine(word: str) -> None:
    assert german.masculine(word.lower()) == word.lower()


@pytest.mark.parametrize(
    ("left", "right", "language"),
    [
        ("08.05.2024", "8. Mai 2024", "de"),
        ("2024-05-08", "8. Mai 2024", "de"),
        ("8.5.2024", "8 May 2024", "en"),
        ("4.300", "4300", "de"),
        ("4,300", "4300", "en"),
        ("1.234.567", "1 234 567".replace(" ", "\u202f"), "de"),
        ("١٢٣", "123", "ar"),
    ],
)
def test_numbers_and_dates_are_written_in_one_way(left: str, right: str, language: str) -> None:
    assert terms(left, language) == terms(right, language)


def test_decimal_numbers_are_one_word() -> None:
    assert terms("Ziel 10.7") == terms("Ziel 10,7")
    assert terms("10.7") != terms("10 7")


def test_terms_are_letters_and_digits_alone() -> None:
    text = "\x00 a\"b (c* : NEAR/3 d'e 🙂 \ud800 % _ \\ ½ ²³ ª Ⅻ ﬁ ʼ́ ١ <b>x</b> \u202e"
    for language in ("de", "en", "uk", "ar"):
        for term in terms(text, language):
            assert term.isalnum()
            assert term == term.lower()


def test_months_are_those_of_the_language_whatever_is_active() -> None:
    assert terms("08.05.2024", "uk") == terms("8 травень 2024", "uk")


def test_a_word_has_an_end() -> None:
    assert max(map(len, terms("x" * 100_000))) <= tokens.MAX_WORD
