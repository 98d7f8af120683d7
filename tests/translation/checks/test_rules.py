"""Each rule of the checks, in several languages: what it finds, and what it lets stand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from translation.checks import marked, terms
from translation.checks.rules import BLOCKING, Pair, Rule
from translation.checks.stored import findings_of

LRM = "\u200e"


def rules(source: str, target: str, code: str = "en", **values: object) -> set[Rule]:
    return {finding.rule for finding in findings_of(Pair(source, target, code, **values))}


@pytest.mark.parametrize(
    ("source", "target", "code", "expected"),
    [
        ("Ein Satz.", "", "en", {Rule.MISSING}),
        ("Ein Satz.", " \n", "ar", {Rule.MISSING}),
        ("Ein Satz.", "⟦b⟧⟦/b⟧", "uk", {Rule.MISSING}),
        ("Unter ⟦a1⟧Kontakt⟦/a1⟧.", "See contact.", "en", {Rule.LINKS}),
        ("Unter ⟦a1⟧Kontakt⟦/a1⟧.", "⟦a1⟧Контакти⟦/a1⟧ та ⟦a1⟧ще⟦/a1⟧.", "uk", {Rule.LINKS}),
        ("⟦a1⟧Eins⟦/a1⟧ und ⟦a2⟧zwei⟦/a2⟧.", "⟦a2⟧اثنان⟦/a2⟧ و⟦a1⟧واحد⟦/a1⟧.", "ar", set()),
        ("Ein Satz.", "A ⟦a1⟧sentence⟦/a1⟧.", "en", {Rule.TAGS}),
        ("Ein ⟦b⟧Satz⟦/b⟧.", "A ⟦b⟧sentence.", "en", {Rule.TAGS}),
        ("Ein ⟦b⟧Satz⟦/b⟧.", "Речення.", "uk", set()),
        ("Ein Satz.", "A ⟦i⟧sentence⟦/i⟧.", "en", set()),
        ("Ein Satz.", "A <b>sentence</b>.", "en", {Rule.TAGS}),
        ("Hallo %(name)s.", "Hello %(nome)s.", "en", {Rule.PLACEHOLDERS}),
        ("Hallo {name}.", "Вітаємо, {name}.", "uk", set()),
        ("Es sind 1.234,5 Euro.", "It is 1,234.5 euros.", "en", set()),
        ("Es sind 1.234,5 Euro.", "Це 1 234,5 євро.", "uk", set()),
        ("Es sind 1.234,5 Euro.", "إنها ١٬٢٣٤٫٥ يورو.", "ar", set()),
        ("Es sind 12 Euro.", "It is 13 euros.", "en", {Rule.NUMBERS}),
        ("Es sind 12 Euro.", "إنها ١٣ يورو.", "ar", {Rule.NUMBERS}),
        ("Um 15:00 Uhr.", "At 3 p.m.", "en", set()),
        ("12 bis 14 Uhr", "12:00–14:00", "uk", set()),
        ("Um 15:00 Uhr.", "At 4 p.m.", "en", {Rule.NUMBERS}),
        ("Mitte 2024 304 Millionen", "mid-2024 304 million", "en", set()),
        ("Seit 26.01.2024.", "Since 26 January 2024.", "en", set()),
        ("Seit 26. Januar 2024.", "Since January 26, 2024.", "en", set()),
        ("Seit 26. Januar 2024.", "Із 26 січня 2024 року.", "uk", set()),
        ("Seit 26. Januar 2024.", "منذ 26 كانون الثاني/يناير 2024.", "ar", set()),
        ("Seit 26. Januar 2024.", "Since 26 June 2024.", "en", {Rule.DATES}),
        ("Seit 26. Januar 2024.", "Із 26 лютого 2024 року.", "uk", {Rule.DATES}),
        # Letters that regular expressions take for those of a month.
        ("Seit 1. August 2024.", "Since 1 Augu\u017ft 2024.", "en", set()),
        ("Seit 1. April 2024.", "Since 1 Apr\u0131l 2024.", "en", {Rule.DATES, Rule.NUMBERS}),
        ("Seit 1. Mai 2024.", "منذ Ma\u0130 1 2024.", "ar", {Rule.DATES, Rule.NUMBERS}),
        ("Ein Satz.", "A a sentence  here.", "en", {Rule.DOUBLED}),
        ("Ein Satz.", "Це це речення.", "uk", {Rule.DOUBLED}),
        ("Ein Satz.", "They say that that holds.", "en", set()),
        ("Das „Amt“.", "The „office“.", "en", {Rule.QUOTES}),
        ("Das „Amt“.", "The “office”.", "en", set()),
        ("Das „Amt“.", 'Це "відомство".', "uk", {Rule.QUOTES}),
        ("Das „Amt“.", "«المكتب».", "ar", set()),
        ("Das „Amt“.", "Це відомство.", "uk", {Rule.QUOTES}),
        ("Was kostet das?", "ماذا يكلف ذلك؟", "ar", set()),
        ("Was kostet das?", "ماذا يكلف ذلك?", "ar", {Rule.END}),
        ("Was kostet das?", "What does it cost.", "en", {Rule.END}),
        ("4,7 Mio.", "4.7 million", "en", set()),
        ("Die IOM (UN).", "IOM (UN.", "en", {Rule.BRACKETS}),
        ("a) Antrag", "a) application", "en", set()),
        ("Das ist ein Satz.", "Das ist ein Satz.", "uk", {Rule.UNTRANSLATED}),
        ("Missing Migrants Project", "Missing Migrants Project", "uk", set()),
        ("Beratung", "Koнсультація", "uk", {Rule.LOOKALIKES}),
        ("Beratung", "соunselling", "en", {Rule.LOOKALIKES}),
        ("Beratung", "مشــورة", "ar", {Rule.STRETCHED}),
        # As long as nobody writes it: looked at once, not once for each sign.
        ("Beratung", f"م{'ـ' * 200_000}", "ar", set()),
        ("Mit 70 Jahren", "بـ70 عامًا", "ar", set()),
        ("Beratung", "coun\u200bselling", "en", {Rule.INVISIBLE}),
        ("Telefon +49 30 278778", "الهاتف +49 30 278778", "ar", {Rule.DIRECTION}),
        ("Telefon +49 30 278778", f"الهاتف {LRM}+49 30 278778{LRM}", "ar", set()),
        ("Das Sozialamt hilft.", "Соцамт допомагає.", "uk", {Rule.TERMS}),
        ("Das Sozialamt hilft.", "Управління соціального забезпечення допомагає.", "uk", set()),
        ("Resettlement", "إعادة توطين", "ar", set()),
        ("Das Amt hilft.", "Соцамт допомагає.", "uk", set()),
    ],
)
def test_a_rule_finds_what_it_is_for_and_nothing_else(source: str, target: str, code: str, expected: set[Rule]) -> None:
    assert rules(source, target, code) == expected


def test_a_text_is_too_long_by_what_is_read() -> None:
    assert rules("Titel", "⟦b⟧Title⟦/b⟧", limit=5) == set()
    assert rules("Titel", "Titles", limit=5) == {Rule.TOO_LONG}


def test_a_plain_text_holds_no_emphasis() -> None:
    assert rules("Titel", "⟦b⟧Title⟦/b⟧", is_rich=False) == {Rule.TAGS}


def test_what_stops_publication() -> None:
    assert {rule.value for rule in BLOCKING} == {"missing", "links", "placeholders", "tags", "too_long"}


def test_the_same_text_said_in_two_ways_is_named_at_each_place() -> None:
    pairs = [Pair("Kontakt", "Contact", "en"), Pair("Kontakt", "Contacts", "en"), Pair("Amt", "Office", "en"), Pair("Amt", "", "en")]
    assert {place: finding.found for place, finding in terms.said_in_two_ways(pairs).items()} == {0: "Contacts", 1: "Contact"}


@pytest.mark.parametrize(
    "html",
    ['Unter <a id="a1">Kontakt</a>: <b>jetzt</b>.', "a &lt; b &amp; c<br/>d", '<b><a id="a12">مرحبا</a></b>', "⟦x⟧ bleibt"],
)
def test_markup_comes_back_as_it_was(html: str) -> None:
    assert marked.to_html(marked.to_marked(html)) == html


@given(st.text(alphabet="ab <>&/⟦⟧1bi\n\"'", max_size=40))
def test_whatever_is_typed_is_well_formed_and_nothing_of_it_is_lost(text: str) -> None:
    html = marked.to_html(text)
    assert marked.to_marked(html) == text
    assert html.count("<b>") == html.count("</b>")
    assert "<script" not in marked.to_html(f"<script>{text}")
