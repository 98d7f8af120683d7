"""Dates show no more than is known."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import polib
import pytest
from django.utils import translation

from portal.language.dates import DatePrecision, format_date, machine_date

DAY = datetime.date(2022, 2, 24)


@pytest.mark.parametrize(
    ("precision", "german", "english", "machine"),
    [
        (DatePrecision.DAY, "24. Februar 2022", "24 February 2022", "2022-02-24"),
        (DatePrecision.MONTH, "Februar 2022", "February 2022", "2022-02"),
        (DatePrecision.YEAR, "2022", "2022", "2022"),
    ],
)
def test_precision(precision: str, german: str, english: str, machine: str) -> None:
    with translation.override("de"):
        assert format_date(DAY, precision) == german
    with translation.override("en"):
        assert format_date(DAY, precision) == english
    assert machine_date(DAY, precision) == machine


@pytest.mark.parametrize("month", range(1, 13))
def test_months_stand_small_within_a_ukrainian_sentence(month: int) -> None:
    day = datetime.date(2022, month, 24)
    with translation.override("uk"):
        for precision in (DatePrecision.DAY, DatePrecision.MONTH):
            text = format_date(day, precision)
            assert text == text.lower()
        assert format_date(datetime.date(2024, 10, 1), DatePrecision.MONTH) == "жовтень 2024 р."


def test_a_date_that_ends_with_a_full_stop_ends_its_sentence() -> None:
    """“7 грудня 2026 р.” at the end of a sentence: a second full stop would stand behind it."""
    catalog = polib.pofile(str(Path(__file__).parents[3] / "locale/uk/LC_MESSAGES/django.po"))
    texts = [text for entry in catalog for text in (entry.msgstr, *entry.msgstr_plural.values())]
    assert any("%(day)s" in text for text in texts)
    assert [text for text in texts if re.search(r"%\((?:day|date|until|since)\)s\.", text)] == []
