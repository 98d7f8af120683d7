"""Records that are broken in every way: one clear error with file and line, never a traceback, and nothing is written."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, Revision

from portal.models import LoadedRecord
from portal.records.errors import LoadError
from portal.records.loading import load
from tests.portal.records.test_records import ALL, HOME, PAGE, PAGE_EN, REGION, SECTION, TOPIC, changed, write

pytestmark = pytest.mark.django_db

INDEX = {"id": "aktuelles", "type": "news.NewsIndexPage", "lang": "de", "title": "Aktuelles", "parent": "home"}
NEWS = {
    "id": "n1",
    "type": "news.NewsPage",
    "lang": "de",
    "title": "Rückblick",
    "parent": "aktuelles",
    "date": "2022-02",
    "lead": "Ein Satz.",
    "original": {"title": "Statement", "url": "https://example.org/", "date": "2022-02-24", "language": "en"},
    "fields": {"kind": "retrospect"},
}
RICH = changed(
    PAGE,
    id="rich",
    title="Alles",
    order=3,
    live=True,
    redirect_from=["/de/frueher?id=4"],
    images=[{"id": "bild", "file": "bild.png", "title": "Bild", "credit": "IOM", "alt": "Ein Bild", "lead": True}],
    files=[{"id": "blatt", "file": "blatt.pdf", "title": "Blatt"}],
    body=[
        {"type": "text", "value": "Ein [Blatt](file:blatt) und [Start](page:home)."},
        {"type": "image", "value": {"image": {"image": "bild", "alt_text": "Ein Bild"}, "caption": "Hier"}},
        {"type": "downloads", "value": [{"document": "blatt", "description": "Kurz."}]},
        {"type": "steps", "value": [{"heading": "Eins", "text": "So."}]},
    ],
)
BASE = [*ALL, INDEX]
BREAKABLE = {"page": RICH, "translation": PAGE_EN, "news": NEWS, "topic": TOPIC}
WRONG = (None, 7, True, [], {}, "", "\x00", [None], {"x": []}, "x" * 3000)


def paths(value: object, here: tuple = ()) -> Iterator[tuple]:
    """Yield the way to each value inside a record, the record's keys first."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield (*here, key)
        yield from paths(child, (*here, key))


def broken(record: dict) -> Iterator[tuple[str, dict]]:
    """Yield a record broken in each way: each value gone, each replaced by one of another kind, a key too many."""
    for number, way in enumerate(paths(record)):
        # Values deep inside take turns.
        for wrong in ("gone", *(WRONG if len(way) == 1 else WRONG[number % 6 :: 6])):
            other = copy.deepcopy(record)
            place = other
            for key in way[:-1]:
                place = place[key]
            if wrong == "gone":
                del place[way[-1]]
            else:
                place[way[-1]] = wrong
            yield f"{'.'.join(map(str, way))} = {wrong!r}"[:80], other
    yield "unknown key", {**record, "unbekannt": 1}


def stored() -> tuple:
    """Return what a load would change."""
    return (
        LoadedRecord.objects.count(),
        Revision.objects.count(),
        list(Redirect.objects.order_by("pk").values_list("old_path", "redirect_page_id")),
        list(Page.objects.order_by("pk").values_list("pk", "title", "latest_revision_id", "live", "numchild")),
    )


@pytest.fixture
def loaded(tmp_path: Path, settings: object) -> Path:
    """Return a folder whose records were loaded."""
    settings.MEDIA_ROOT = tmp_path / "media"
    Image.new("RGB", (160, 90), "navy").save(tmp_path / "bild.png")
    (tmp_path / "blatt.pdf").write_bytes(b"%PDF-1.4 test")
    load(write(tmp_path, BASE))
    return tmp_path


@pytest.mark.parametrize("kind", list(BREAKABLE))
def test_a_record_broken_in_any_way_ends_in_one_clear_error(kind: str, loaded: Path) -> None:
    """Each error names file and line of the record that is broken; what is still right is loaded and taken back."""
    record = BREAKABLE[kind]
    load(write(loaded, [HOME, record]), dry_run=True)
    before = stored()
    refused, unclear = 0, {}
    for what, wrong in broken(record):
        path = write(loaded, [HOME, wrong])
        try:
            load(path, dry_run=True)
        except LoadError as error:
            refused += 1
            lines = str(error).splitlines()
            if len(lines) != 1 or not lines[0].startswith(f"{path}:2: ") or len(lines[0]) > 600:
                unclear[what] = lines
        except Exception as error:
            unclear[what] = repr(error)
        if stored() != before:
            unclear[what] = "something was written"
    assert unclear == {}, "\n".join(f"{what}: {said}" for what, said in unclear.items())
    assert refused > 40
    assert not [file for file in (loaded / "media").rglob("*") if file.is_file()]


ENGLISH = (
    "We help people who have to leave their homes. You can talk to us in your own language, and the counselling is free of charge for"
    " everybody. This is for people with children, too."
)
GERMAN = (
    "Wir helfen Menschen, die ihre Heimat verlassen müssen. Sie können mit uns in Ihrer Sprache sprechen, und die Beratung ist für alle"
    " kostenlos. Das gilt auch für Menschen mit Kindern."
)


@pytest.mark.parametrize(
    ("record", "body", "written"),
    [(changed(PAGE, redirect_from=None), ENGLISH, "en"), (changed(PAGE_EN, redirect_from=None), GERMAN, "de")],
)
def test_a_text_in_another_language_than_the_record_says(loaded: Path, record: dict, body: str, written: str) -> None:
    path = write(loaded, [HOME, changed(record, body=body)])
    with pytest.raises(LoadError) as caught:
        load(path)
    assert str(caught.value) == f"{path}:2: “lead” and “body” are written in “{written}”, but “lang” says “{record['lang']}”"


def test_two_records_with_one_old_address_name_both_owners(loaded: Path) -> None:
    other = changed(SECTION, id="zweiter", title="Zweiter", redirect_from=["/DE/Alte-Seite/"])
    path = write(loaded, [HOME, PAGE, other])
    with pytest.raises(LoadError) as caught:
        load(path)
    assert str(caught.value) == (
        f"{path}:3: “redirect_from”: /DE/Alte-Seite/ is an old address of “resettlement” already: {path}:2"
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("{", 2), ('{"id": "a",\n', 2), ("[1]", 2), ("nonsense", 2), ('{"id": "a", "id": "b"}', 2), ('"x"', 2), ("\ud800", 1),
        ("[" * 100000, 2),
    ],
)  # fmt: skip
def test_broken_json(loaded: Path, text: str, line: int) -> None:
    path = loaded / "records.jsonl"
    path.write_bytes((json.dumps(REGION) + "\n" + text).encode("utf-8", "surrogatepass"))
    before = stored()
    with pytest.raises(LoadError) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert len(caught.value.errors) == 1
    assert stored() == before
