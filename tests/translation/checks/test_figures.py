"""Changes of figures alone: what a translation takes over, and what is left to a person."""

from __future__ import annotations

import pytest

from translation.checks.figures import Taken, changes, take_over
from translation.checks.rules import Pair

SURE, LOOK = True, False

TAKEN = [
    # What German said, what it says, the translation as it was and as it is proposed.
    ("en", "Sie zahlen 20 Euro.", "Sie zahlen 25 Euro.", "You pay 20 euros.", "You pay 25 euros.", SURE),
    ("en", "Es waren 1.234,5 Tonnen.", "Es waren 12.345,50 Tonnen.", "There were 1,234.5 tonnes.", "There were 12,345.50 tonnes.", SURE),
    ("uk", "Es sind 10.000 Euro.", "Es sind 1.250.000 Euro.", "Це 10 000 євро.", "Це 1 250 000 євро.", SURE),
    ("uk", "Es sind 10.000 Euro.", "Es sind 12.000 Euro.", "Це 10\u202f000 євро.", "Це 12 000 євро.", SURE),
    ("uk", "Es sind 1,5 %.", "Es sind 2,25 %.", "Це 1,5 %.", "Це 2,25 %.", SURE),
    ("ar", "Das sind 1.500 Euro.", "Das sind 2.600 Euro.", "المبلغ 1,500 يورو.", "المبلغ 2,600 يورو.", SURE),
    ("ar", "Das sind 1.500,5 Euro.", "Das sind 2.600,7 Euro.", "المبلغ ١٬٥٠٠٫٥ يورو.", "المبلغ ٢٬٦٠٠٫٧ يورو.", SURE),
    ("ar", "Kosten: 20 Euro", "Kosten: 25 Euro", "التكلفة: ٢٠ يورو", "التكلفة: ٢٥ يورو", SURE),
    ("en", "Bis zum 1. März 2026.", "Bis zum 22. April 2027.", "By 1 March 2026.", "By 22 April 2027.", SURE),
    ("en", "Bis zum 1. März 2026.", "Bis zum 22. April 2027.", "By March 1st, 2026.", "By April 22nd, 2027.", SURE),
    ("en", "Bis zum 01.03.2026.", "Bis zum 22.10.2026.", "By 1 March 2026.", "By 22 October 2026.", SURE),
    ("en", "Seit März 2026.", "Seit Mai 2026.", "Since March 2026.", "Since May 2026.", SURE),
    ("uk", "Bis zum 1. März 2026.", "Bis zum 2. Mai 2026.", "До 1 березня 2026 року.", "До 2 травня 2026 року.", SURE),
    ("uk", "Bis zum 1. März 2026.", "Bis zum 2. Mai 2026.", "До 01.03.2026.", "До 02.05.2026.", SURE),
    ("ar", "Bis zum 1. März 2026.", "Bis zum 2. Mai 2026.", "حتى 1 آذار/مارس 2026.", "حتى 2 أيار/مايو 2026.", SURE),
    ("ar", "Bis zum 1. März.", "Bis zum 2. Mai.", "حتى 1 مارس.", "حتى 2 مايو.", SURE),
    ("en", "Um 15 Uhr.", "Um 9.30 Uhr.", "At 3 p.m.", "At 9:30 a.m.", SURE),
    ("uk", "Um 15 Uhr.", "Um 9.30 Uhr.", "О 15:00.", "О 9:30.", SURE),
    ("en", "Von 9 bis 17 Uhr.", "Von 10 bis 17 Uhr.", "9 am to 5 pm.", "10 am to 5 pm.", SURE),
    ("en", "Telefon: +49 911 4300-0", "Telefon: 0911 43 00 22", "Phone: +49 911 43000", "Phone: 0911 43 00 22", SURE),
    ("uk", "Schreiben Sie an a@iom.int.", "Schreiben Sie an b@iom.int.", "Пишіть на a@iom.int.", "Пишіть на b@iom.int.", SURE),
    ("ar", "Siehe https://iom.int/a.", "Siehe https://iom.int/b-1.", "انظر https://iom.int/a.", "انظر https://iom.int/b-1.", SURE),
    ("en", "Am ⟦b⟧3⟦/b⟧ und ⟦a1⟧4⟦/a1⟧.", "Am ⟦b⟧5⟦/b⟧ und ⟦a1⟧6⟦/a1⟧.", "⟦a1⟧4⟦/a1⟧ or ⟦b⟧3⟦/b⟧.", "⟦a1⟧6⟦/a1⟧ or ⟦b⟧5⟦/b⟧.", SURE),
    ("en", "In 90471 Nürnberg", "In 01067 Nürnberg", None, None, None),
    ("en", "In 09047 Nürnberg", "In 01067 Nürnberg", "In 09047 Nuremberg", "In 01067 Nuremberg", SURE),
    # The word behind the number takes another form.
    ("uk", "In 20 Tagen.", "In 21 Tagen.", "Через 20 днів.", "Через 21 днів.", LOOK),
    ("uk", "In 20 Tagen.", "In 25 Tagen.", "Через 20 днів.", "Через 25 днів.", SURE),
    ("ar", "Nach 20 Tagen.", "Nach 5 Tagen.", "بعد 20 يومًا.", "بعد 5 يومًا.", LOOK),
    ("en", "In 1 Woche(n).", "In 2 Woche(n).", "In 1 week.", "In 2 week.", LOOK),
    ("uk", "Im Jahr 2024.", "Im Jahr 2025.", "У 2024 році.", "У 2025 році.", SURE),
]


@pytest.mark.parametrize(("code", "before", "after", "target", "proposed", "is_sure"), [row for row in TAKEN if row[3]])
def test_a_change_of_figures_is_written_as_each_language_writes_it(
    code: str, before: str, after: str, target: str, proposed: str, is_sure: bool
) -> None:
    assert take_over(Pair(before, target, code), after) == Taken(proposed, is_sure)


LEFT = [
    # Something else changed.
    ("en", "Sie zahlen 20 Euro.", "Sie zahlten 25 Euro.", "You pay 20 euros."),
    ("en", "Sie zahlen 20 Euro.", "Sie zahlen 25 Dollar.", "You pay 20 euros."),
    ("en", "Sie zahlen 20 Euro.", "Sie zahlen 20 Euro!", "You pay 20 euros."),
    ("en", "Sie zahlen 20 Euro.", "Sie zahlen 20 bis 25 Euro.", "You pay 20 euros."),
    ("en", "Das ⟦b⟧20⟦/b⟧.", "Das ⟦i⟧25⟦/i⟧.", "The ⟦b⟧20⟦/b⟧."),
    # The old figure stands twice, in whatever digits, or in German twice.
    ("en", "Sie zahlen 20 Euro.", "Sie zahlen 25 Euro.", "You pay 20, yes 20 euros."),
    ("ar", "Sie zahlen 20 Euro.", "Sie zahlen 25 Euro.", "تدفع 20 (٢٠) يورو."),
    ("uk", "Es sind 10.000 Euro.", "Es sind 12.000 Euro.", "Це 10 000 або 10000 євро."),
    ("uk", "Es sind 10.000 Euro.", "Es sind 12.000 Euro.", "Це 10\u2009000 або 10.000 євро."),
    ("en", "20 Euro in 20 Tagen.", "25 Euro in 20 Tagen.", "20 euros in that time."),
    # Nowhere, or in words.
    ("en", "Sie zahlen 20 Euro.", "Sie zahlen 25 Euro.", "You pay twenty euros."),
    ("ar", "Sie zahlen 2 Euro.", "Sie zahlen 3 Euro.", "تدفع اثنين يورو."),
    ("en", "Sie zahlen 20 Euro.", "Sie zahlen 25 Euro.", "You pay 200 euros."),
    ("en", "Sie zahlen 1,5 Euro.", "Sie zahlen 2,5 Euro.", "You pay 15 euros."),
    ("en", "Sie zahlen 20 Euro.", "Sie zahlen 25 Euro.", ""),
    # Letters that belong to the figure.
    ("en", "Im 3. Stock.", "Im 4. Stock.", "On the 3rd floor."),
    ("uk", "Am 20. Tag.", "Am 21. Tag.", "На 20-й день."),
    # A date whose month stands in a form that is not known, or of which less is known.
    ("uk", "Im März 2026.", "Im Mai 2026.", "У березні 2026 року."),
    ("en", "Bis zum 1. März 2026.", "Bis zum 1. April 2026.", "By 3/1/2026."),
    ("en", "Bis zum 1. März 2026.", "Bis zum 5. März 2026.", "By 1 March."),
    # The address of the other language.
    ("en", "Siehe https://iom.int/de/a.", "Siehe https://iom.int/de/b.", "See https://iom.int/en/a."),
]


@pytest.mark.parametrize(("code", "before", "after", "target"), LEFT)
def test_where_a_figure_is_not_found_exactly_once_nothing_is_proposed(code: str, before: str, after: str, target: str) -> None:
    assert take_over(Pair(before, target, code), after) is None


def test_a_figure_that_would_make_the_text_too_long_is_not_proposed() -> None:
    assert take_over(Pair("Kosten 9 Euro", "Cost 9 euros", "en", limit=13), "Kosten 10 Euro") == Taken("Cost 10 euros", is_sure=True)
    assert take_over(Pair("Kosten 9 Euro", "Cost 9 euros", "en", limit=12), "Kosten 10 Euro") is None


def test_the_same_figure_written_otherwise_is_no_change() -> None:
    assert changes("Es sind 1000 Euro.", "Es sind 1.000 Euro.") is None
