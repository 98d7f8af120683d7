"""Uploads that fail: a full disk and broken files are messages in the form, leave nothing half, and hinder nobody else."""

from __future__ import annotations

import contextlib
import io
import os
import resource
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse
from PIL import Image, ImageFile

from portal.models import PortalDocument, PortalImage
from tests.builders import make_content_page, make_home

pytestmark = pytest.mark.django_db

NO_ROOM = "Die Datei kann nicht gespeichert werden: Auf dem Server ist kein Platz mehr."


@contextlib.contextmanager
def full_disk(room: int = 50_000) -> Iterator[None]:
    """Let the system refuse to write files beyond some bytes, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def picture(side: int = 400) -> bytes:
    """Return a picture that no format makes small: 400 × 400 are 480 kB."""
    out = io.BytesIO()
    Image.frombytes("RGB", (side, side), os.urandom(3 * side * side)).save(out, "PNG")
    return out.getvalue()


def stored_files() -> set[str]:
    """Return what is stored, without the sizes in which the admin shows pictures."""
    found = [path.relative_to(settings.MEDIA_ROOT) for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]
    return {str(path) for path in found if path.parts[0] != "images"}


KINDS = {"images": (PortalImage, "wagtailimages", "a.png"), "documents": (PortalDocument, "wagtaildocs", "a.pdf")}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", ["form", "several", "chooser"])
@pytest.mark.parametrize("size", ["small", "large"])
def test_a_full_disk_is_a_message_in_the_form(admin_client: Client, kind: str, way: str, size: str) -> None:
    model, app, name = KINDS[kind]
    # Large uploads lie on the disk before the form is asked.
    data = picture(400 if size == "small" else 1000)
    before = stored_files()
    values = {"title": "Neu", "collection": 1, "tags": "", "credit": "", "copyright": "", "language": ""}
    upload = ContentFile(data, name=name)
    with full_disk(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.core.files.uploadhandler.settings.FILE_UPLOAD_MAX_MEMORY_SIZE", 2_500_000)
        if way == "form":
            response = admin_client.post(reverse(f"{app}:add"), values | {"file": upload})
        elif way == "several":
            response = admin_client.post(
                reverse(f"{app}:add_multiple"), {"title": "Neu", "files[]": upload, "collection": 1}
            )
        else:
            prefix = f"{kind[:-1]}-chooser-upload"
            response = admin_client.post(
                reverse(f"{app}_chooser:create"),
                {f"{prefix}-{key}": value for key, value in (values | {"file": upload}).items()},
            )
    text = (
        response.content.decode()
        if way == "form"
        else str(response.json() if response["Content-Type"] == "application/json" else response.content)
    )
    if size == "small":
        assert response.status_code == 200
        assert NO_ROOM in text
    else:
        assert response.status_code == (400 if way == "several" else 200)
    assert (model.objects.count(), stored_files() - before) == (0, set())
    # And then there is room.
    assert admin_client.post(reverse(f"{app}:add"), values | {"file": ContentFile(data, name=name)}).status_code == 302
    assert (model.objects.count(), len(stored_files() - before)) == (1, 1)


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_is_replaced_on_a_full_disk_stays(admin_client: Client, kind: str) -> None:
    model, app, name = KINDS[kind]
    item = model.objects.create(title="Alt", file=ContentFile(picture(20), name=name))
    before = stored_files()
    values = {"title": "Neu", "collection": 1, "tags": "", "credit": "", "copyright": "", "language": ""}
    url = reverse(f"{app}:edit", args=[item.pk])
    with full_disk():
        response = admin_client.post(
            url, values | {"file": ContentFile(picture(), name="neu.png" if kind == "images" else "neu.pdf")}
        )
    assert NO_ROOM in response.content.decode()
    item.refresh_from_db()
    assert (item.title, stored_files()) == ("Alt", before)
    assert Path(item.file.path).is_file()


@pytest.mark.parametrize("model", [PortalImage, PortalDocument])
def test_neither_a_row_without_its_file_nor_a_file_without_its_row(model: type) -> None:
    before = stored_files()
    with full_disk(), pytest.raises(OSError, match="too large"):
        model.objects.create(title="Neu", file=ContentFile(picture(), name="a.png"))
    assert (model.objects.count(), stored_files()) == (0, before)
    with pytest.raises((DatabaseError, OverflowError)):
        # A number that no database takes.
        model(title="Neu", collection_id=2**70, file=ContentFile(picture(20), name="a.png")).save()
    assert stored_files() == before


@pytest.mark.parametrize("content", [b"", picture()[:5000], b"no picture", None])
def test_a_broken_or_missing_picture_hinders_nobody(
    admin_client: Client, client: Client, content: bytes | None
) -> None:
    broken = PortalImage.objects.create(title="Kaputt", file=ContentFile(picture(), name="kaputt.png"))
    PortalImage.objects.create(title="Heil", file=ContentFile(picture(), name="heil.png"))
    path = Path(broken.file.path)
    path.unlink() if content is None else path.write_bytes(content)
    page = make_content_page(
        make_home(), image=broken, body=[("image", {"image": {"image": broken, "alt_text": "Wald"}, "caption": ""})]
    )
    for url in ("wagtailimages:index", "wagtailimages_chooser:choose"):
        response = admin_client.get(reverse(url))
        assert response.status_code == 200
        html = response.content.decode()
        assert ("Heil" in html, "Kaputt" in html) == (True, True)
    assert admin_client.get(reverse("wagtailimages:index") + "?layout=list").status_code == 200
    assert admin_client.get(reverse("wagtailimages:edit", args=[broken.pk])).status_code == 200
    assert client.get(page.get_url()).status_code == 200
    if content is not None:
        upload = admin_client.post(
            reverse("wagtailimages:add"),
            {"title": "X", "collection": 1, "tags": "", "file": ContentFile(content, name="x.png")},
        )
        assert BeautifulSoup(upload.content, "html.parser").select_one("#id_file") is not None
        assert PortalImage.objects.count() == 2


def _bomb(kind: str) -> bytes:
    """Return a small file that says of itself to be a huge picture, or unpacks to one."""
    out = io.BytesIO()
    if kind == "GIF":
        frames = [Image.new("P", (3000, 3000), number) for number in range(8)]
        frames[0].save(out, kind, save_all=True, append_images=frames[1:])
    else:
        Image.new("RGB", (8, 8)).save(out, kind)
    data = out.getvalue()
    side = (8200).to_bytes(4, "big")
    if kind == "PNG":
        header = b"IHDR" + side + side + data[24:29]
        data = data[:12] + header + zlib.crc32(header).to_bytes(4, "big") + data[33:]
    if kind == "JPEG":
        start = data.index(b"\xff\xc0") + 5
        data = data[:start] + side[2:] + side[2:] + data[start + 4 :]
    return data


@pytest.mark.parametrize(("kind", "name"), [("PNG", "a.png"), ("JPEG", "a.jpg"), ("GIF", "a.gif")])
def test_a_picture_with_too_many_pixels_is_refused_before_it_is_opened(
    admin_client: Client, kind: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []
    load = ImageFile.ImageFile.load
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda image: opened.append(image) or load(image))
    values = {"title": "X", "collection": 1, "tags": ""}
    response = admin_client.post(reverse("wagtailimages:add"), values | {"file": ContentFile(_bomb(kind), name=name)})
    assert (
        "Dieses Bild hat zu viele Bildpunkte: Möglich sind 64 Millionen, bei Animationen alle Bilder zusammen."
        in response.content.decode()
    )
    assert (opened, PortalImage.objects.count()) == ([], 0)


def test_pages_open_when_no_size_can_be_stored(client: Client) -> None:
    image = PortalImage.objects.create(title="Foto", file=ContentFile(picture(), name="foto.png"))
    page = make_content_page(make_home(), image=image)
    with full_disk(2000):
        assert client.get(page.get_url()).status_code == 200
    assert "/media/images/foto" in client.get(page.get_url()).content.decode()
