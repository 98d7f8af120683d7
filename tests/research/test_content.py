"""The data sets of the initial content: complete, in the languages that they have, without a column that nobody has named."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.conf import settings

from portal.records.reading import read as read_records
from research import unbound
from research.datasets import read

ALL = list(read_records(settings.BASE_DIR / "content"))
RECORDS = [record for record in ALL if record.data["type"] == "research.DataPage"]
TABLES = {record.id: read(record.data["csv"]) for record in RECORDS if record.lang == "de"}
MOST_ASKED_FOR = {
    "data-missing-migrants", "data-missing-mediterranean", "data-migrants-world", "data-migrants-world-2024", "data-internally-displaced",
    "data-reag-garp", "data-resettlement",
}  # fmt: skip
SHOWN_ELSEWHERE = {"data-migrants-regions", "data-resettlement-origins"}
"""Pages in Ukrainian and Arabic show these, too."""
NEEDED = {"de": set(TABLES), "en": set(TABLES), **dict.fromkeys(("uk", "ar"), MOST_ASKED_FOR | SHOWN_ELSEWHERE)}


def test_each_data_set_is_there_in_the_languages_that_need_it() -> None:
    assert len(TABLES) == 17
    found = {code: {record.id.partition(".")[0] for record in RECORDS if record.lang == code} for code in NEEDED}
    assert found == NEEDED


def test_columns_and_notes_have_words_in_each_language() -> None:
    unnamed = []
    for record in RECORDS:
        table = TABLES[record.id.partition(".")[0]]
        known = {label["value"]["name"] for label in record.data["labels"]}
        columns = [table.names[0], *(name for name in table.header if name not in table.names and not name.isdecimal())]
        words = {note for row in table.rows for note in row.notes if not note.startswith("World Migration Report")}
        unnamed += [(record.id, name) for name in (*columns, *sorted(words)) if name not in known]
    assert unnamed == []


def test_each_names_its_sources_and_only_one_project_states_a_licence() -> None:
    german = [record for record in RECORDS if record.lang == "de"]
    assert [record.id for record in german if not record.data["sources"]] == []
    licensed = {record.id for record in german if record.data.get("licence")}
    assert licensed == {"data-missing-migrants", "data-missing-mediterranean", "data-missing-regions"}


@pytest.mark.usefixtures("content")
def test_no_undated_page_types_a_number_that_a_data_set_holds() -> None:
    """Each number that equals a cell is bound to it, or the data set says why it is another one, and nothing is told for nothing."""
    found = unbound.find()
    assert [(one.address, one.text, one.cells) for one in found if not one.reason] == []
    assert {(one.language, one.reason) for one in found} == {(code, reason) for code in NEEDED for reason in unbound.reasons().values()}


def blocks(value: object) -> Iterator[dict]:
    """Yield all objects of a record."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from blocks(inner)


def test_what_a_dated_report_said_is_bound_to_no_cell_that_will_be_revised() -> None:
    """Neither on the page of the report nor by a line of sources below figures that are all bound: the data set names its own."""
    report = [record for record in ALL if record.id.partition(".")[0] == "weltmigrationsbericht"]
    assert sorted(record.lang for record in report) == ["ar", "de", "en", "uk"]
    assert [record.id for record in report if "fact:figure" in str(record.data) or "'fact':" in str(record.data)] == []
    figures = [(record.id, block) for record in ALL for block in blocks(record.data) if isinstance(block.get("figures"), list)]
    bound = [(name, block.get("source", "")) for name, block in figures if all("fact" in figure for figure in block["figures"])]
    assert len(bound) >= 8
    assert [(name, source) for name, source in bound if source] == []


def test_no_two_numbers_follow_each_other() -> None:
    """A year before a number reads as one number: `2020 281 Millionen`."""
    side = re.compile(r"(?<![\d.,/])(?:19|20)\d\d[ \u00a0](?:\d|\[[^]]*\]\(fact:figure)")
    texts = [(record.id, text) for record in ALL for block in blocks(record.data) for name, text in block.items()
             if isinstance(text, str) and name not in {"csv", "url"}]  # fmt: skip
    assert [(name, found[0]) for name, text in texts for found in side.finditer(text)] == []
