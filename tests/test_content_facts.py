"""Facts of the initial content: each stands once, with its source; what only the office knows has no value."""

from __future__ import annotations

import re

import pytest

from tests.test_content_texts import CODES, FACTS, RECORDS, texts

CHANNELS = {"info.fap.de@iom.int", "info.fap.hardship@iom.int", "returningfromgermany@iom.int", "hq@iom.int"}
"""The addresses of IOM that a source of today names."""
ASSESSMENT = ("fact-accessibility-method", "fact-accessibility-day")
"""What the statement on accessibility says of its assessment; in Leichte Sprache it says in words that there was none."""


def test_a_contact_names_a_channel_that_a_source_names() -> None:
    """A box headed “contact” shows facts that are kept once; those without a value are known to be missing, and named by nobody."""
    boxes = [
        (record.id, block["value"])
        for record in RECORDS
        for block in [*(record.data.get("body") or []), *(record.data.get("contacts") or [])]
        if isinstance(block, dict) and block.get("type") == "contact"
    ]
    assert [id_ for id_, box in boxes if not box.get("facts") or box.get("email") or box.get("phone")] == []
    shown = {name for _id, box in boxes for name in box["facts"] if FACTS[name].get("value")}
    assert {FACTS[name]["value"] for name in shown if FACTS[name]["kind"] == "email"} == CHANNELS
    assert {FACTS[name]["value"] for name in shown if FACTS[name]["kind"] == "phone"} == {"+49 30 2902245500"}


def test_what_only_the_office_knows_has_no_value_and_places_that_wait_for_it() -> None:
    missing = {name for name, fields in FACTS.items() if not any(fields.get(key) for key in ("value", "text", "dataset"))}
    assert missing == {
        "fact-office-address", "fact-office-email", "fact-office-phone", "fact-nuremberg-address", "fact-press-email", "fact-press-phone",
        "fact-fap-counter", "fact-office-head", "fact-responsible", "fact-privacy-email", "fact-privacy-host", "fact-privacy-logs",
        "fact-privacy-complaint", *ASSESSMENT,
    }  # fmt: skip
    for code in CODES:
        bodies = [record.data.get(key) for record in RECORDS if record.lang == code for key in ("body", "contacts")]
        waiting = {name for text in texts(bodies) for name in missing if text == name or f"(fact:{name})" in text}
        assert waiting == (missing - {*ASSESSMENT} if code == "de-simple" else missing), code


@pytest.mark.parametrize("code", CODES)
def test_phone_numbers_and_mail_addresses_are_facts(code: str) -> None:
    """Nobody has to look for them in texts when they change. What says what a page is about names the best known number in words."""
    values = {fields["value"] for fields in FACTS.values() if fields.get("kind") in ("phone", "email") and fields.get("value")}
    found = [
        (record.id, value)
        for record in RECORDS
        if record.lang == code and record.data["type"] != "portal.Fact"
        for text in texts({key: value for key, value in record.data.items() if key != "fields"})
        for value in values
        if re.search(rf"tel:|mailto:|(?<!\d){re.escape(value)}(?!\d)", text) and len(value) > 3
    ]
    assert found == []

NEEDED = (
    "work.ThemePage", "work.Service", "work.ProjectIndexPage", "participate.",
    "home.OurWorkPage", "home.WhoWeArePage", "home.DataAndResearchPage", "home.TakePartPage", "home.Agenda2030Page",
)  # fmt: skip
"""Kinds of pages that visitors need in each of the four languages: services and themes, contact, the sections; not each project."""


def test_what_visitors_need_is_there_in_four_languages() -> None:
    """And so is what the cards of the sections on data, the 2030 Agenda and the organization lead to."""
    own = {(record.id.partition(".")[0], record.lang) for record in RECORDS}
    needed = {record.id for record in RECORDS if record.lang == "de" and record.data["type"].startswith(NEEDED)}
    parents = {record.id: record.data.get("parent") for record in RECORDS if record.lang == "de"}
    needed |= {id_ for id_, parent in parents.items() if parent in {"daten-und-forschung", "2030-agenda", "wer-wir-sind"}}
    assert len(needed) >= 45
    assert sorted((id_, code) for id_ in needed for code in ("de", "en", "uk", "ar") if (id_, code) not in own) == []
