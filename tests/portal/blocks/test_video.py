"""Films: the block says honestly when there is none, and browsers get a film in parts."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.http import StreamingHttpResponse
from django.template.loader import render_to_string
from django.test import Client
from django.utils import translation
from wagtail.images.tests.utils import get_test_image_file

from portal.blocks.media import Film, VideoBlock
from portal.language.languages import languages_by_code
from portal.models import PortalDocument, PortalImage
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


def test_a_film_without_sound_needs_a_transcript_and_no_captions(client: Client) -> None:
    block, film = VideoBlock(), make_document("film.mp4")
    said = {}
    for is_silent in (False, True):
        with pytest.raises(ValidationError) as error:
            block.clean(block.normalize({"title": "X", "video": film, "is_silent": is_silent}))
        said[is_silent] = set(error.value.block_errors)
    assert said == {False: {"captions", "transcript"}, True: {"transcript"}}
    block.clean(block.normalize({"title": "X", "video": film, "is_silent": True, "transcript": "Guten Tag."}))
    for code, text in (("de", "Der Film hat keinen Ton."), ("ar", "الفيلم بلا صوت.")):
        with translation.override(code):
            films = [Film("X", languages_by_code()[code], url="/f.mp4", is_silent=silent) for silent in (True, False)]
            html = [render_to_string("components/video.html", {"film": film}) for film in films]
        assert [text in one for one in html] == [True, False]


def test_a_film_has_a_picture_before_it_plays_while_readers_may_see_it(client: Client) -> None:
    image = PortalImage.objects.create(title="Foto", file=get_test_image_file(), credit="IOM / Muster")
    page = make_content_page(make_home(), body=[("video", {"title": "X", "video": make_document("film.mp4"), "poster": image})])
    film = BeautifulSoup(client.get(page.get_url()).content, "html.parser").select_one(".film")
    assert film is not None
    assert film.video is not None
    assert read(client.get(str(film.video["poster"]))).headers["Content-Type"] == "image/jpeg"
    assert "Foto: IOM\xa0/ Muster" in film.get_text()
    image.is_withdrawn = True
    image.save()
    film = BeautifulSoup(client.get(page.get_url()).content, "html.parser").select_one(".film")
    assert film is not None
    assert film.video is not None
    assert (film.video.get("poster"), "Muster" in film.get_text()) == (None, False)


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


@pytest.mark.parametrize(("code", "comma"), [("de", ", "), ("en", ", "), ("uk", ", "), ("ar", "، ")])
def test_size_and_length_stand_apart_as_the_language_writes_it(code: str, comma: str) -> None:
    with translation.override(code):
        film = Film("X", languages_by_code()[code], url="/f.mp4", size=12, length="2")
        texts = [
            BeautifulSoup(render_to_string(f"components/{name}.html", {key: film}), "html.parser").select_one(".metaline span").text
            for name, key in (("video", "film"), ("sound", "recording"))
        ]
    assert [text.endswith(f"{comma}2") for text in texts] == [True, True]
