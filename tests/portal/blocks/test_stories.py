"""What stories are told with, in two languages: nothing needs a script, nothing is loaded from elsewhere, nobody is left without words."""

from __future__ import annotations

import uuid

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.images.tests.utils import get_test_image_file

from home.models import ContentPage
from news.models import NewsPage
from portal.blocks.media import VideoBlock
from portal.blocks.stories import GalleryBlock, SoundBlock
from portal.models import PortalDocument, PortalImage
from tests.builders import make_home, make_news, make_news_index, translate

pytestmark = pytest.mark.django_db


def make_document(name: str, content: bytes = b"x" * 2048) -> PortalDocument:
    return PortalDocument.objects.create(title=name, file=ContentFile(content, name=name), is_shared=True)


def make_image(credit: str = "IOM / Muster") -> PortalImage:
    return PortalImage.objects.create(title="Foto", file=get_test_image_file(), credit=credit)


def make_story(*blocks: tuple[str, object]) -> NewsPage:
    raw = [{"type": name, "value": value, "id": str(uuid.uuid4())} for name, value in blocks]
    body = ContentPage._meta.get_field("body").stream_block.to_python(raw)
    return make_news(make_news_index(make_home()), "Geschichte", kind="story", body=body)


def item(value: object) -> dict[str, object]:
    return {"type": "item", "value": value, "id": str(uuid.uuid4())}


def photograph(image: PortalImage, number: int) -> dict[str, object]:
    return item({"image": {"image": image.pk, "alt_text": f"Bild {number}", "decorative": False}, "caption": f"Schritt {number}"})


def tree_of(client: Client, page: NewsPage) -> BeautifulSoup:
    response = client.get(page.get_url())
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def words(tag: object) -> str:
    return " ".join(tag.get_text(" ", strip=True).replace("\xad", "").split())  # type: ignore[attr-defined]


def test_a_series_of_photographs_has_its_words_in_each_language(client: Client) -> None:
    image = make_image()
    page = make_story(("gallery", [photograph(image, number) for number in (1, 2, 3)]))
    for one, lead, credit in ((page, "", "Foto: IOM / Muster"), (translate(page, "en"), "EN ", "Photograph: IOM / Muster")):
        figures = tree_of(client, one).select(".gallery figure")
        assert [figure.img["alt"] for figure in figures] == [f"{lead}Bild {number}" for number in (1, 2, 3)]
        assert [words(figure.figcaption) for figure in figures] == [f"{lead}Schritt {number} {credit}" for number in (1, 2, 3)]


@pytest.mark.once
def test_twenty_photographs_cost_as_many_queries_as_two(client: Client) -> None:
    def cost(number: int) -> int:
        image = make_image()
        page = make_story(("gallery", [photograph(image, n) for n in range(number)]))
        tree_of(client, page)
        with CaptureQueriesContext(connection) as queries:
            tree_of(client, page)
        page.get_parent().get_parent().delete()
        return len(queries)

    assert cost(20) == cost(2)


def test_a_single_photograph_is_no_series() -> None:
    block = GalleryBlock()
    with pytest.raises(ValidationError):
        block.clean(block.to_python([photograph(make_image(), 1)]))


def test_an_interview_pairs_questions_and_answers(client: Client) -> None:
    exchanges = [item({"question": f"Frage {number}?", "answer": f"<p>Antwort {number}.</p>"}) for number in (1, 2)]
    page = make_story(("interview", {"person": "Vorname Name", "exchanges": exchanges}))
    for one, lead, person in ((page, "", "Es antwortet: Vorname Name"), (translate(page, "en"), "EN ", "Answers: EN Vorname Name")):
        interview = tree_of(client, one).select_one(".interview")
        assert interview is not None
        pairs = [(tag.name, words(tag)) for tag in interview.select("dt, dd")]
        assert pairs == [(name, f"{lead}{text}") for n in (1, 2) for name, text in (("dt", f"Frage {n}?"), ("dd", f"Antwort {n}."))]
        assert words(interview.p) == person


def test_a_recording_comes_with_its_words(client: Client) -> None:
    sound = make_document("stimmen.mp3")
    page = make_story(("sound", {"title": "Stimmen", "sound": sound.pk, "transcript": "Guten Tag.", "length": "2 Minuten"}))
    for one, lead, link in ((page, "", "Aufnahme herunterladen"), (translate(page, "en"), "EN ", "Download the recording")):
        tree = tree_of(client, one)
        audio = tree.select_one("audio")
        assert audio is not None
        assert (audio["preload"], audio.source["src"], audio.source["type"]) == ("none", sound.url, "audio/mpeg")
        assert [words(tag) for tag in tree.select("figure.film details p")] == [f"{lead}Guten Tag."]
        assert [(words(tag), tag["href"]) for tag in tree.select("figure.film a[download]")] == [(link, sound.url)]
    part = client.get(sound.url, headers={"range": "bytes=0-9"})
    assert (part.status_code, part["Content-Type"], b"".join(part.streaming_content)) == (206, "audio/mpeg", b"x" * 10)
    block = SoundBlock()
    for field, value in (("sound", {"sound": make_document("film.mp4").pk, "transcript": "x"}), ("transcript", {"sound": sound.pk})):
        with pytest.raises(ValidationError) as error:
            block.clean(block.to_python({"title": "x", **value}))
        assert list(error.value.block_errors) == [field]


def test_a_film_elsewhere_is_a_link_and_nothing_is_loaded(client: Client) -> None:
    poster = {"image": make_image().pk, "alt_text": "Ein Saal", "decorative": False}
    page = make_story(("outside_film", {"title": "Film", "url": "https://www.example.org/film?v=1", "poster": poster}))
    german, english = "Film ansehen bei example.org", "Watch the film at example.org"
    for one, alt, link in ((page, "Ein Saal", german), (translate(page, "en"), "EN Ein Saal", english)):
        figure = tree_of(client, one).select_one("figure.film")
        assert figure is not None
        assert [(words(tag), tag["href"], tag["rel"]) for tag in figure.select("a")] == [
            (link, "https://www.example.org/film?v=1", ["external"])
        ]
        assert figure.img["alt"] == alt
        assert [tag for tag in figure.select("[src], [srcset]") if "example.org" in str(tag)] == []
        assert figure.select("iframe, video, script") == []


def test_a_film_of_ours_has_captions_and_transcript(client: Client) -> None:
    film, captions = make_document("film.mp4").pk, make_document("film.vtt", b"WEBVTT\n").pk
    block = VideoBlock()
    for value, missing in (({}, {"captions", "transcript"}), ({"captions": captions}, {"transcript"}), ({"transcript": "x"}, {"captions"})):
        with pytest.raises(ValidationError) as error:
            block.clean(block.to_python({"title": "x", "video": film, **value}))
        assert set(error.value.block_errors) == missing
    assert block.clean(block.to_python({"title": "x", "video": film, "captions": captions, "transcript": "x"}))["transcript"] == "x"
    assert block.clean(block.to_python({"title": "noch keiner"}))["video"] is None
