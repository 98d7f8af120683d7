"""Feeds that calendars subscribe to: iCalendar, by RFC 5545."""

from __future__ import annotations

import datetime
import io
import re
from typing import Any

from django.utils.feedgenerator import SyndicationFeed

_ESCAPED = re.compile(r"([\\\\;,])")


class Calendar(SyndicationFeed):
    """The items of a feed that begin at a time, as events."""

    content_type = "text/calendar; charset=utf-8"

    def write(self, outfile: io.IOBase, encoding: str) -> None:
        """Write the calendar; lines end and are folded as the format wants it."""
        lines = [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            f"PRODID:-//{_text(self.feed['author_name'])}//{self.feed['language']}",
            "METHOD:PUBLISH",
            f"X-WR-CALNAME:{_text(self.feed['title'])}",
            *(line for item in self.items if item["starts"] is not None for line in _event(item)),
            "END:VCALENDAR",
        ]
        outfile.write("".join(f"{_folded(line)}\r\n" for line in lines).encode(encoding))


def _event(item: dict[str, Any]) -> list[str]:
    lines = [
        "BEGIN:VEVENT",
        f"UID:{item['unique_id']}",
        f"DTSTAMP:{_utc(item['updateddate'])}",
        _moment("DTSTART", item["starts"]),
        _end(item["starts"], item["ends"]),
        f"SUMMARY:{_text(item['summary'])}",
        f"DESCRIPTION:{_text(item['text'])}" if item["text"] else "",
        f"LOCATION:{_text(item['place'])}" if item["place"] else "",
        f"CATEGORIES:{','.join(_text(name) for name in item['categories'])}" if item["categories"] else "",
        f"STATUS:{item['status']}" if item.get("status") else "",
        f"URL:{item['link']}",
        "END:VEVENT",
    ]
    return [line for line in lines if line]


def _end(start: datetime.date, end: datetime.date | None) -> str:
    """Return when an event ends; a day is counted to its end, which the format writes as the day after."""
    if end is None or isinstance(end, datetime.datetime) != isinstance(start, datetime.datetime):
        return ""
    return _moment("DTEND", end if isinstance(end, datetime.datetime) else end + datetime.timedelta(days=1))


def _moment(name: str, known: datetime.date) -> str:
    return f"{name}:{_utc(known)}" if isinstance(known, datetime.datetime) else f"{name};VALUE=DATE:{known:%Y%m%d}"


def _utc(moment: datetime.datetime) -> str:
    return f"{moment.astimezone(datetime.UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    r"""Return a text as a value: what separates is escaped, a line end is `\n`."""
    return _ESCAPED.sub(r"\\\1", text).replace("\r\n", "\n").replace("\n", "\\n")


def _folded(line: str) -> str:
    """Return a line in pieces of at most 75 octets, none of which ends inside a letter."""
    pieces: list[str] = []
    piece = ""
    for letter in line:
        if len((piece + letter).encode()) > (75 if not pieces else 74):
            pieces.append(piece)
            piece = ""
        piece += letter
    return "\r\n ".join([*pieces, piece])
