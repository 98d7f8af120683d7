"""Films: the block says honestly when there is none, and browsers get a film in parts."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.http import StreamingHttpResponse
from django.test import Client
from django.utils import translation

from portal.blocks.media import VideoBlock
from portal.models import PortalDocument
from tests.builders import make_content_page, make_home

pytestmark = pytest.mark.django_db

FILM = bytes(range(256)) * 1000


def make_document(name: str, content: bytes = FILM) -> PortalDocument:
    return PortalDocument.objects.create(title=name, file=ContentFile(content, name=name), is_shared=True)


def read(response: StreamingHttpResponse) -> StreamingHttpResponse:
    """The answer, read to its end: to close it by hand would close the test's connection to PostgreSQL."""
    b"".join(response)
    return response


def page_with(client: Client, code: str = "de", **value: object) -> str:
    with translation.override(code):
        page = make_content_page(make_home(), body=[("video", {"title": "Willkommen", "transcript": "", **value})])
    return client.get(page.get_url()).content.decode()


def test_without_a_film_the_page_says_so(client: Client) -> None:
    html = page_with(client, description="Was der Film zeigt.")
    assert "Der Film ist noch nicht da." in html
    assert "<video" not in html


def test_a_film_with_captions_transcript_and_download(client: Client) -> None:
    film, captions = make_document("film.mp4"), make_document("film.vtt", b"WEBVTT\n")
    html = page_with(client, video=film, captions=captions, length="2 Minuten", transcript="Guten Tag.")
    assert f'<source src="{film.url}" type="video/mp4">' in html
    assert f'<track kind="captions" src="{captions.url}" srclang="de"' in html
    assert "Guten Tag." in html
    assert "250,0" in html.replace("\xa0", " ")
    assert "2 Minuten" in html


@pytest.mark.once
@pytest.mark.parametrize(("field", "name"), [("video", "film.pdf"), ("captions", "film.mp4")])
def test_files_that_no_browser_plays_are_refused_at_the_field(field: str, name: str) -> None:
    block = VideoBlock()
    value = block.normalize({"title": "X", field: make_document(name)})
    with pytest.raises(ValidationError) as error:
        block.clean(value)
    assert field in error.value.block_errors


@pytest.mark.once
@pytest.mark.parametrize(
    ("asked_for", "status", "start", "end"),
    [
        ("bytes=0-99", 206, 0, 99),
        ("bytes=100-", 206, 100, len(FILM) - 1),
        ("bytes=-10", 206, len(FILM) - 10, len(FILM) - 1),
        ("bytes=0-99999999", 206, 0, len(FILM) - 1),
        ("bytes=0-1,5-6", 200, 0, len(FILM) - 1),
        ("bytes=-", 200, 0, len(FILM) - 1),
        ("lines=1-2", 200, 0, len(FILM) - 1),
    ],
)
def test_parts_of_a_film(client: Client, asked_for: str, status: int, start: int, end: int) -> None:
    response = client.get(make_document("film.mp4").url, headers={"range": asked_for})
    assert response.status_code == status
    assert b"".join(response.streaming_content) == FILM[start : end + 1]
    assert response["Content-Length"] == str(end - start + 1)
    assert response["Accept-Ranges"] == "bytes"
    assert response["Content-Type"] == "video/mp4"
    if status == 206:
        assert response["Content-Range"] == f"bytes {start}-{end}/{len(FILM)}"


@pytest.mark.once
def test_a_part_that_is_not_there(client: Client) -> None:
    for asked_for in (f"bytes={len(FILM)}-", "bytes=9-3"):
        response = client.get(make_document("film.mp4").url, headers={"range": asked_for})
        assert response.status_code == 416
        assert response["Content-Range"] == f"bytes */{len(FILM)}"


def test_parts_are_those_of_the_file_that_was_asked_for(client: Client) -> None:
    url = make_document("film.mp4").url
    whole = read(client.get(url))
    tag, modified = whole["ETag"], whole["Last-Modified"]

    def statuses(*validators: str) -> list[int]:
        responses = (client.get(url, headers={"range": "bytes=0-9", "if-range": validator}) for validator in validators)
        return [read(response).status_code for response in responses]

    assert statuses(tag, modified) == [206, 206]
    assert statuses('"other"', f"W/{tag}", "Mon, 01 Jan 2024 00:00:00 GMT", "nonsense") == [200] * 4
    head = read(client.head(url, headers={"range": "bytes=0-9"}))
    assert (head.status_code, head["Content-Length"], head["ETag"]) == (200, str(len(FILM)), tag)
    assert client.get(url, headers={"if-none-match": tag}).status_code == 304
    assert client.get(url, headers={"if-modified-since": modified}).status_code == 304
    changed = read(client.get(url, headers={"if-modified-since": modified, "if-none-match": '"other"'}))
    assert changed.status_code == 200
    assert client.get(url, headers={"if-match": '"other"'}).status_code == 412
    assert client.post(url).status_code == 405
