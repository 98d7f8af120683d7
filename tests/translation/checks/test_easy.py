"""Leichte Sprache: which sentences are hard, and why."""

from __future__ import annotations

import pytest

from translation.checks.easy import EasyRule, hints


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("Wir helfen Ihnen.", []),
        ("Wir helfen Ihnen, wenn Sie aus einem anderen Land kommen und hier bei uns leben möchten.", ["long"]),
        ("Das ist die Aufenthaltserlaubnis.", ["word"]),
        ("Das ist die Aufenthalts-Erlaubnis.", []),
        ("Das ist die Aufenthalts·erlaubnis.", []),
        ("Der Antrag wird geprüft.", ["passive"]),
        ("Sie werden dort Hilfe finden.", []),
        ("Es wird " + "ge" * 200_000 + "1.", ["word"]),
        ("Die Hilfe des Amtes ist gut.", ["genitive"]),
        ("Die Hilfe vom Amt ist gut.", []),
        ("Sie könnten fragen.", ["subjunctive"]),
        ("Bringen Sie z. B. den Pass mit.", ["abbreviation"]),
        ("Das ist für Mitarbeiter*innen.", ["gender"]),
        ("Das ist für MitarbeiterInnen.", ["gender"]),
        ("Das ist für Mitarbeiterinnen und Mitarbeiter.", []),
        ("Sie müssen nicht zahlen.", []),
        ("Sie müssen nie und keinem zahlen.", ["negation"]),
    ],
)
def test_a_rule_finds_hard_sentences_and_lets_easy_ones_be(text: str, rules: list[str]) -> None:
    assert [rule.value for hint in hints(text) for rule in hint.rules] == rules


def test_each_sentence_is_judged_by_itself() -> None:
    found = hints("Wir helfen. Der Antrag wird geprüft.\nBitte bringen Sie ggf. den Pass.")
    assert [(hint.sentence, hint.rules) for hint in found] == [
        ("Der Antrag wird geprüft.", (EasyRule.PASSIVE,)),
        ("Bitte bringen Sie ggf.", (EasyRule.ABBREVIATION,)),
    ]
