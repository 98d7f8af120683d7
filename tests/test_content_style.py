"""How the initial content says things: what the reviews of its texts found as kinds, not as single places."""

from __future__ import annotations

import re

import pytest

from tests.test_content_texts import RECORDS, found

CODES = ("de", "en", "uk", "ar")

EMPTY_HEADINGS = {
    "de": {"Worum es geht", "Worum es ging", "Auf einen Blick", "Mehr zum Thema", "Weiterlesen", "Wie es weiterging", "Zentren", "Projekte",
           "Programme", "Stand der Angaben", "Alles zum Thema", "Wegweiser"},
    "en": {"What it is about", "What this is about", "At a glance", "More on this topic", "Read on", "What came next",
           "What happened next"},
    "uk": {"Про що йдеться", "Коротко про головне", "Більше на цю тему"},
    "ar": {"ما المقصود", "ما هو البرنامج", "ما هو المشروع", "عمّ يدور البرنامج", "لمحة سريعة", "المزيد عن الموضوع"},
}  # fmt: skip
"""What could stand above any text; a heading says what stands below it."""

REFERRALS = {
    "de": r"(?:beschreibt|zeigt|erklärt|sagt|nennt) die Seite \[|lesen Sie (?:unter|auf) (?:der Seite )?\[|(?:ist|zum) Thema der Seite"
          r"|steht (?:unter|auf der Seite) \[[^\]]*\]\(page:",
    "en": r"(?:is|are) (?:described|shown) (?:under|on the page) \["
          r"|You can read (?:more )?[^.:]*(?:under|on the page) \[|(?:Read m|M)ore under \["
          r"|The page \[[^\]]*\]\([^)]*\) (?:describes|shows|explains)",
    "uk": r"(?:описано|написано|показано|названо|читайте) на сторінці \[|(?:показує|пояснює|описує) сторінка \[",
    "ar": r"(?:وتصف|وتعرض|وتوضح|وتذكر|فتبيّنه|فتشرحه) صفحة \[",
}  # fmt: skip
"""A page that is made to speak (“how …, the page … describes”): the words themselves lead there."""

VOICE = {
    "de": r"nach eigenen Angaben|bisherige[nr]? Website|frühere[nr]? Website|Leuchtturm|Ende der Umsetzung|\bdurchgeführt\b"
          r"|im Rahmen de[rs]|[Vv]on der IOM umgesetzt|hinsichtlich|diesbezüglich|zur Verfügung gestellt",
    "en": r"[Aa]ccording to its own|flagship project|[Ee]nd of implementation|previous website",
    "uk": r"[Зз]а власними даними|провідний проєкт",
    "ar": r"وفقًا لبياناتها|مشروعًا رائدًا",
}  # fmt: skip
"""How a stranger speaks about the office, how an office writes to another one, and how somebody praises himself."""


def headings(value: object) -> set[str]:
    """Return the headings of a record: blocks, sections, boxes."""
    if isinstance(value, dict):
        own = {value["value"]} if value.get("type") == "heading" else {value.get("heading", "")}
        return {text for text in own if isinstance(text, str)}.union(*map(headings, value.values()))
    return set().union(*map(headings, value)) if isinstance(value, list) else set()


@pytest.mark.parametrize("code", CODES)
def test_no_heading_could_stand_above_any_text(code: str) -> None:
    empty = [(record.id, heading) for record in RECORDS if record.lang == code for heading in headings(record.data) & EMPTY_HEADINGS[code]]
    assert empty == []


@pytest.mark.parametrize("code", CODES)
def test_words_lead_to_a_page_and_no_page_is_said_to_describe(code: str) -> None:
    assert found(code, REFERRALS[code]) == []


@pytest.mark.parametrize("code", CODES)
def test_the_office_speaks_for_itself_and_to_readers(code: str) -> None:
    assert found(code, VOICE[code]) == []


LARGEST_DONOR = {"de": r"größten Geber", "en": r"largest donors", "uk": r"найбільших донорів", "ar": r"من أكبر الجهات المانحة"}


@pytest.mark.parametrize("code", CODES)
def test_what_its_source_neither_dates_nor_counts_is_not_said(code: str) -> None:
    """Germany as a donor: neither sum nor rank nor day are known."""
    assert found(code, LARGEST_DONOR[code]) == []


CALLED = {"de": "Länder", "en": "Federal states", "uk": "Федеральні землі", "ar": "الولايات الألمانية"}


def test_the_laender_are_no_countries() -> None:
    """The German word is both; as a partner in Germany it is the federal states."""
    tables = {
        record.lang: next(block["value"] for block in record.data["body"] if block["type"] == "table")
        for record in RECORDS
        if record.id.partition(".")[0] == "partnerschaften"
    }
    assert {code: table["rows"][3][0] for code, table in tables.items()} == CALLED


def test_amounts_and_spelling_stand_one_way_in_english() -> None:
    """The house style of the United Nations: “USD 7.9 billion”, -ize; addresses and names of records are what they are."""
    pattern = r"\d (?:[bm]illion )?US dollars|\bfederal government\b|\bLänder\b|organis(?:e|ation)|summaris"
    assert [place for place in found("en", pattern) if not place[1].startswith(("https:", "topic-"))] == []


def test_an_alert_in_leichte_sprache_says_one_thing_a_line() -> None:
    alerts = [record for record in RECORDS if record.lang == "de-simple" and record.id.startswith("alert-")]
    texts = {record.id: record.data["fields"]["text"] for record in alerts}
    assert len(texts) > 3
    assert {id_: text for id_, text in texts.items() if re.search(r"[.?!] \S", text)} == {}
