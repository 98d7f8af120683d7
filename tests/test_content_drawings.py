"""The drawings of the initial content: nobody sees the same one twice at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.records.reading import Record, read

RECORDS = {record.id: record for record in read(Path(__file__).parents[1] / "content") if record.lang == "de"}
IN_VIEW = 4
"""So many entries of a list stand on a desk's screen beside another one."""


def drawing(record: Record) -> str:
    """Return the drawing of a record: its own, else that of its first topic."""
    topics = [RECORDS[name] for name in record.get("topics") or ()]
    return next(filter(None, (one.data.get("fields", {}).get("illustration") for one in (record, *topics))), "")


def of_type(name: str) -> list[Record]:
    return [record for record in RECORDS.values() if record.get("type") == name]


def repeated(records: list[Record]) -> list[tuple[str, str]]:
    """Return which records of a list show what one of those shortly before them shows."""
    return [
        (earlier.id, record.id)
        for position, record in enumerate(records)
        for earlier in records[max(0, position - IN_VIEW) : position]
        if drawing(earlier) == drawing(record)
    ]


@pytest.mark.parametrize("name", ["work.ServicePage", "work.ProjectPage", "research.DataPage"])
def test_a_list_by_name_shows_no_drawing_twice_at_once(name: str) -> None:
    assert len(of_type(name)) > 9
    assert repeated(sorted(of_type(name), key=lambda record: record.data["title"].casefold())) == []


def test_the_news_show_no_drawing_twice_at_once() -> None:
    news = sorted(of_type("news.NewsPage"), key=lambda record: str(record.get("date")), reverse=True)
    assert len(news) > 40
    assert repeated(news) == []


def test_the_publications_show_no_drawing_twice_at_once() -> None:
    publications = sorted(of_type("research.PublicationPage"), key=lambda record: str(record.get("published")), reverse=True)
    assert len(publications) > 15
    assert repeated(publications) == []


@pytest.mark.parametrize("theme", [record.id for record in of_type("work.ThemePage")])
def test_a_theme_shows_no_drawing_twice(theme: str) -> None:
    below = [drawing(record) for record in RECORDS.values() if record.get("parent") == theme]
    assert len(below) == len(set(below))
