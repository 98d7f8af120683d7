"""Calendars as RFC 5545 wants them, in languages whose letters take more than one octet."""

from __future__ import annotations

import datetime
import io
import re

import pytest

from portal.listing.calendars import Calendar

BEGINS = datetime.datetime(2031, 5, 1, 16, tzinfo=datetime.UTC)
DAY = datetime.date(2031, 5, 1)


def lines(code: str = "de", **item: object) -> list[str]:
    """Return the lines of a calendar with one event, as they are sent."""
    calendar = Calendar(title="Termine; alle", link="https://example.org/", description="", language=code, author_name="IOM, Berlin")
    # Feed readers are told a title that says what has changed and a text of HTML; calendars take what is plain.
    values = {"title": "Abgesagt: Tagung", "summary": "Tagung", "description": "<p>HTML</p>", "text": ""}
    values |= {"link": "https://example.org/t/", "unique_id": "urn:1", "place": "", "categories": []}
    calendar.add_item(**values | {"updateddate": BEGINS, "starts": BEGINS, "ends": None} | item)
    written = io.BytesIO()
    calendar.write(written, "utf-8")
    assert written.getvalue().endswith(b"\r\n")
    return written.getvalue().decode().split("\r\n")[:-1]


def test_what_is_not_known_is_left_out() -> None:
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//IOM\\, Berlin//de", "METHOD:PUBLISH", "X-WR-CALNAME:Termine\\; alle"]
    event = ["BEGIN:VEVENT", "UID:urn:1", "DTSTAMP:20310501T160000Z", "DTSTART:20310501T160000Z", "SUMMARY:Tagung"]
    assert lines() == [*head, *event, "URL:https://example.org/t/", "END:VEVENT", "END:VCALENDAR"]
    assert lines(starts=None) == [*head, "END:VCALENDAR"]


def test_what_is_known_is_said_and_what_separates_is_escaped() -> None:
    found = lines(text="Eins\r\nzwei\\drei", place="Bonn; Saal 1, links", categories=["Schutz, Asyl", "Arbeit"])
    assert [line for line in found if line.startswith(("DESC", "LOC", "CAT"))] == [
        "DESCRIPTION:Eins\\nzwei\\\\drei", "LOCATION:Bonn\\; Saal 1\\, links", "CATEGORIES:Schutz\\, Asyl,Arbeit",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("starts", "ends", "written"),
    [
        (BEGINS, None, ["DTSTART:20310501T160000Z"]),
        (BEGINS, BEGINS + datetime.timedelta(hours=2), ["DTSTART:20310501T160000Z", "DTEND:20310501T180000Z"]),
        (BEGINS.astimezone(datetime.timezone(datetime.timedelta(hours=2))), None, ["DTSTART:20310501T160000Z"]),
        (DAY, DAY, ["DTSTART;VALUE=DATE:20310501", "DTEND;VALUE=DATE:20310502"]),
        (DAY, datetime.date(2031, 5, 31), ["DTSTART;VALUE=DATE:20310501", "DTEND;VALUE=DATE:20310601"]),
        # The format knows no event that begins on a day and ends at a time.
        (DAY, BEGINS, ["DTSTART;VALUE=DATE:20310501"]),
        (BEGINS, DAY, ["DTSTART:20310501T160000Z"]),
    ],
)
def test_days_end_with_the_day_after(starts: datetime.date, ends: datetime.date | None, written: list[str]) -> None:
    assert [line for line in lines(starts=starts, ends=ends) if re.match("DTSTART|DTEND", line)] == written


@pytest.mark.parametrize(("code", "text"), [("de", "Rückkehr und " * 30), ("ar", "العودة إلى الوطن " * 20), ("en", "x" * 400)])
def test_lines_are_as_long_as_they_may_be_and_end_inside_no_letter(code: str, text: str) -> None:
    found = lines(code, summary=text)
    first = next(n for n, line in enumerate(found) if line.startswith("SUMMARY:"))
    last = next(n for n in range(first + 1, len(found)) if not found[n].startswith(" "))
    folded = found[first:last]
    assert folded[0].removeprefix("SUMMARY:") + "".join(line[1:] for line in folded[1:]) == text
    lengths = [len(line.encode()) for line in folded[:-1]]
    assert len(lengths) > 3
    widest = max(len(letter.encode()) for letter in text)
    assert [length for length in lengths if not 75 - widest < length <= 75] == []
