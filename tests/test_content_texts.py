"""The texts of the initial content: nothing is left for the office to fill in, nobody is invited to write where nobody reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import pytest
from django.conf import settings

from portal.languages import LANGUAGES
from portal.records.reading import read

PLACEHOLDERS = {
    "de": r"vom Büro ergänzt|Büro ergänzt|[Ww]ird ergänzt|Wortlaut folgt|Interview folgt|noch zu ergänzen|Nachtrag folgt",
    "en": r"be added by|added by the office|to be added|to be supplied|to follow\b|to be confirmed",
    "uk": r"додано офісом|офіс додасть|буде додано|буде доповнено|уточнюємо",
    "ar": r"سيضيف|ستضيف|ستُستكمل|يضيفها المكتب|نتحقق من هذه",
    "de-simple": r"Büro ergänzt|fehl(?:t|en) noch\b|[Ww]ird ergänzt",
}
"""What must not stand on a page of a language: a note to the office's own staff."""

INVITATIONS = {
    "de": r"[Ss]chreiben Sie uns|[Ss]prechen Sie uns an|uns ansprechen|[Ss]agen Sie uns|Wir sagen Ihnen|Barriere melden",
    "en": r"[Ww]rite to us|[Cc]ontact us\b|[Tt]ell us|[Ll]et us know|[Gg]et in touch with us|[Rr]eport a barrier",
    "uk": r"[Нн]апишіть нам|[Зз]верніться до нас|[Сс]кажіть нам|[Рр]озкажіть нам|Повідомити про бар’єр",
    "ar": r"اكتبوا إلينا|راسلونا|أخبرونا|تواصلوا معنا|الإبلاغ عن عائق",
    "de-simple": r"[Ss]chreiben Sie uns|sagen Sie es uns|Sagen Sie uns|Ein Hindernis melden",
}
"""What promises an answer that nobody has promised to give."""

CHANNELS = {"info.fap.de@iom.int", "info.fap.hardship@iom.int", "returningfromgermany@iom.int", "hq@iom.int"}
"""The addresses of IOM that a source of today names."""


def texts(value: object) -> Iterator[str]:
    """Return every text of a record, however deep it stands."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for child in value.values():
            yield from texts(child)
    elif isinstance(value, list):
        for child in value:
            yield from texts(child)


RECORDS = read(settings.BASE_DIR / "content")
CODES = [language.code for language in LANGUAGES]


def found(code: str, pattern: str) -> list[tuple[str, str]]:
    """Return where a pattern stands in the texts of a language: record and text."""
    return [
        (record.id, text)
        for record in RECORDS
        if record.lang == code and "title" in record.data
        for text in texts({key: value for key, value in record.data.items() if key != "redirect_from"})
        if re.search(pattern, text)
    ]


@pytest.mark.parametrize("code", CODES)
def test_nothing_is_left_for_the_office_to_fill_in(code: str) -> None:
    assert found(code, PLACEHOLDERS[code]) == []


@pytest.mark.parametrize("code", CODES)
def test_nobody_is_invited_to_write_where_nobody_reads(code: str) -> None:
    assert found(code, INVITATIONS[code]) == []


def test_a_contact_names_a_channel_that_a_source_names() -> None:
    """A box headed “contact” holds an address or a number; an address of years ago is none."""
    boxes = [
        (record.id, block["value"])
        for record in RECORDS
        for block in record.data.get("body") or []
        if isinstance(block, dict) and block.get("type") == "contact"
    ]
    assert [id_ for id_, box in boxes if not box.get("email") and not box.get("phone")] == []
    assert {box["email"] for _id, box in boxes if box.get("email")} == CHANNELS
    assert {box["phone"] for _id, box in boxes if box.get("phone")} == {"+49 30 2902245500"}


def test_no_heading_stands_above_nothing() -> None:
    """Of a translation as of its source: what is left out takes its heading with it."""
    empty = []
    for record in RECORDS:
        body = [block for block in record.data.get("body") or [] if isinstance(block, dict)]
        for block, following in pairwise([*body, {"type": "heading"}]):
            if block.get("type") == "heading" and following.get("type") == "heading":
                empty.append((record.id, block["value"]))
            elif block.get("type") == "text" and not block["value"].strip():
                empty.append((record.id, "text"))
    assert empty == []


def test_every_emergency_page_names_the_help_lines() -> None:
    """Without the police too: many people without papers do not call it."""
    pages = {record.id: " ".join(texts(record.data.get("body"))) for record in RECORDS}
    for id_ in ("schutz", "menschenhandel"):
        for suffix in ("", ".en", ".uk", ".ar"):
            for link in ("(tel:110)", "(tel:112)", "(tel:116016)", "(https://www.kok-gegen-menschenhandel.de/)"):
                assert link in pages[id_ + suffix], (id_ + suffix, link)
    assert "(tel:116016)" in pages["schutz.de-simple"]


def test_family_reunification_begins_with_what_applies() -> None:
    """The suspension is the first thing read, in every language; hardship cases have their own address."""
    for record in RECORDS:
        if record.id.partition(".")[0] == "familiennachzug" and record.data["type"] == "home.ContentPage":
            first = record.data["body"][0]
            assert (first["type"], first["value"]["level"]) == ("notice", "warning"), record.id
            assert "2027" in first["value"]["text"], record.id
            assert "info.fap.hardship@iom.int" in " ".join(texts(record.data["body"])), record.id
