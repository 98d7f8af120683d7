"""Pages stuffed with every kind of block, each eight times: what they show is brought with the page's one pass."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import cycle, islice

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail import blocks
from wagtail.fields import StreamField
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Page, get_page_models

from home.models import ContentPage, HomePage, WhoWeArePage
from news.models import NewsPage
from portal import changes
from portal.blocks.walking import parts, stored_parts, walk
from portal.listing.declarations import listings
from portal.models import BasePage, PortalDocument, PortalImage
from portal.pages import addresses, versions

pytestmark = [pytest.mark.content, pytest.mark.xdist_group("content"), pytest.mark.once]

Stored = dict[tuple[str, type[blocks.Block]], list[object]]
TIMES = 8
MOST = {HomePage: 10, WhoWeArePage: 10, ContentPage: 9, NewsPage: 9}


def stored_values(code: str) -> Stored:
    """Return what the pages of a language store in blocks of each name: each value once, at most eight."""
    found: Stored = defaultdict(list)
    for page in versions.real(Page.objects.filter(locale__language_code=code, depth__gt=1)).order_by("path").specific():
        for whole in stored_parts(page):
            for part in (part for stream in walk(whole) if isinstance(stream.block, blocks.StreamBlock) for part in parts(stream)):
                known = found[part.name, type(part.block)]
                if part.value not in known and len(known) < TIMES:
                    known.append(part.value)
    return found


def files(number: int) -> dict[str, object]:
    """Return values of the blocks that show files, with a picture and documents of their own."""
    image = PortalImage.objects.create(title=f"Foto {number}", file=get_test_image_file(filename=f"foto-{number}.png", size=(64, 48)))
    documents = {}
    for suffix, content in {"pdf": b"%PDF-1.4", "mp4": b"film", "vtt": b"WEBVTT\n", "mp3": b"ID3"}.items():
        document = PortalDocument(title=f"Datei {number}")
        document.file.save(f"datei-{number}.{suffix}", ContentFile(content))
        documents[suffix] = document.pk
    figure = {"image": image.pk, "alt_text": f"Foto {number}", "decorative": False}
    return {
        "image": {"image": figure, "caption": "Eine Unterschrift"},
        "gallery": [{"type": "item", "value": {"image": figure, "caption": "Eine Unterschrift"}}] * 2,
        "video": {
            "title": "Film",
            "video": documents["mp4"],
            "poster": image.pk,
            "captions": documents["vtt"],
            "transcript": "Was man hört.",
        },
        "outside_film": {"title": "Film", "url": "https://www.iom.int/", "poster": figure, "description": "Was er zeigt."},
        "sound": {"title": "Aufnahme", "sound": documents["mp3"], "transcript": "Was man hört."},
        "downloads": [{"type": "item", "value": {"document": documents["pdf"], "description": "Was darin steht."}}],
    }


def stuffed(stream: blocks.StreamBlock, stored: Stored, shown: list[dict[str, object]]) -> Iterator[dict[str, object]]:
    """Yield each block that a stream takes, eight times; those that hold others hold each of these."""
    for name, block in stream.child_blocks.items():
        if name == "section":
            content = block.child_blocks["content"], block.child_blocks["aside"]
            values = [
                {"heading": f"Abschnitt {number}", "background": "plain", "content": [each], "aside": aside}
                for number, (each, aside) in enumerate(
                    (each, list(stuffed(content[1], stored, shown))[:: TIMES * 2][:2]) for each in stuffed(content[0], stored, shown)
                )
            ]
        elif name == "latest_news":
            kinds = enumerate(listing.kind for listing in listings().values())
            values = [{"kind": kind, "count": 2 + number % 8, "form": ("lead", "list")[number % 2]} for number, kind in kinds]
        elif name in shown[0]:
            values = [each[name] for each in shown]
        else:
            preview = block.get_prep_value(block.normalize(block.get_preview_value()))
            values = list(islice(cycle(stored[name, type(block)] or [preview]), TIMES))
        for value in values:
            yield {"type": name, "value": value}


def give_photographs() -> None:
    """Give every page that can have one a photograph of its own, but for each third: those stand with the drawing of their topic."""
    files = [get_test_image_file(filename=f"umschlag-{number}.png", size=(64, 48)) for number in range(4)]
    photographs = cycle([PortalImage.objects.create(title=file.name, file=file) for file in files])
    for model in get_page_models():
        if any(field.name == "image" for field in model._meta.concrete_fields):
            for pk in model.objects.values_list("pk", flat=True):
                model.objects.filter(pk=pk).update(illustration="", image=next(photographs) if pk % 3 else None)


def with_ids(values: Iterator[dict[str, object]]) -> list[dict[str, object]]:
    return [{**value, "id": f"00000000-0000-4000-8000-{number:012}"} for number, value in enumerate(values)]


def write(page: BasePage, stored: Stored, shown: list[dict[str, object]]) -> None:
    """Write every block into each StreamField of a page, past the form."""
    streams = [field for field in type(page)._meta.concrete_fields if isinstance(field, StreamField)]
    values = {
        field.name: blocks.StreamValue(field.stream_block, with_ids(stuffed(field.stream_block, stored, shown)), is_lazy=True)
        for field in streams
    }
    type(page).objects.filter(pk=page.pk).update(**values)


@pytest.mark.parametrize("code", ["de", "ar"])
def test_whatever_blocks_a_page_holds_it_asks_as_little(content: None, client: Client, code: str) -> None:
    stored, shown = stored_values(code), [files(number) for number in range(TIMES)]
    give_photographs()
    too_many = {}
    for model, allowed in MOST.items():
        page = versions.real(model.objects.filter(locale__language_code=code)).exclude(alias_of__isnull=False).order_by("path").last()
        write(page, stored, shown)
        changes.announce(changes.EVERYTHING)
        elsewhere = [addresses.address_of(row) for row in versions.versions_of(page).fallbacks.values()][:1]
        # In another language one query more finds the source's page.
        for address, most in [(page.get_url(), allowed), *((address, allowed + 1) for address in elsewhere)]:
            # What a process and its caches read once: templates, kept values; renditions of pictures are made first, and then kept.
            client.get(address)
            assert client.get(address).status_code == 200
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            if len(queries) > most:
                too_many[address] = [len(queries), *(query["sql"] for query in queries)]
    assert not too_many
