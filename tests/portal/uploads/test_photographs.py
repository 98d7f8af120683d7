"""Photographs lose what cameras and programs wrote into them, whichever way they come in; credit and copyright become fields."""

from __future__ import annotations

import io
import zlib
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from PIL import Image, ImageCms, ImageOps
from PIL.ExifTags import GPS, IFD, Base
from PIL.TiffImagePlugin import IFDRational

from portal import changes, tags
from portal.jobs import pictures
from portal.models import PortalImage, PortalRendition
from portal.models.media import AVIF
from portal.uploads.photographs import named_rights, without_metadata
from tests.builders import make_content_page, make_home, make_news, make_news_index, translate

pytestmark = pytest.mark.django_db

MARK = "Quastenflosser"
"""Stands in each field of the metadata that is to go."""

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"'
    f' photoshop:City="{MARK}" photoshop:Credit="IOM"><dc:creator><rdf:Seq><rdf:li>Muse Mohammed</rdf:li></rdf:Seq></dc:creator>'
    '<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">© IOM 2023</rdf:li></rdf:Alt></dc:rights></rdf:Description></rdf:RDF></x:xmpmeta>'
).encode()
FORMATS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "GIF": "gif", "AVIF": "avif"}


def picture() -> Image.Image:
    image = Image.linear_gradient("L").resize((320, 200)).convert("RGB")
    image.paste((200, 30, 30), (0, 0, 100, 60))
    return image


def photograph(kind: str = "JPEG", orientation: int = 6) -> bytes:
    """Return an image file with all the metadata that its format takes, turned by its orientation."""
    exif = Image.Exif()
    exif[Base.Orientation], exif[Base.Model], exif[Base.Artist] = orientation, MARK, "Muse Mohammed"
    exif[Base.Copyright] = "IOM 2023"
    exif.get_ifd(IFD.GPSInfo).update(
        {
            GPS.GPSLatitudeRef: "N",
            GPS.GPSLatitude: (IFDRational(52), IFDRational(30), IFDRational(0)),
            GPS.GPSAreaInformation: MARK,
        }
    )
    out = io.BytesIO()
    options = {"GIF": {"comment": MARK.encode()}}.get(kind, {"exif": exif, "xmp": XMP, "icc_profile": PROFILE})
    picture().save(out, kind, **options)
    data = out.getvalue()
    if kind == "PNG":
        end = data.index(b"IEND") - 4
        chunks = b""
        for name, content in ((b"tEXt", b"Comment\0" + MARK.encode()), (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP)):
            chunks += len(content).to_bytes(4, "big") + name + content + zlib.crc32(name + content).to_bytes(4, "big")
        data = data[:end] + chunks + data[end:]
    if kind == "JPEG":
        iptc = b"".join(
            b"\x1c\x02" + bytes((field,)) + len(text).to_bytes(2, "big") + text
            for field, text in ((90, MARK.encode()),)
        )
        block = b"Photoshop 3.0\0" + b"8BIM\x04\x04\0\0" + len(iptc).to_bytes(4, "big") + iptc + b"\0" * (len(iptc) % 2)
        data = data[:2] + b"\xff\xed" + (len(block) + 2).to_bytes(2, "big") + block + data[2:]
    # Whole films stand behind some pictures.
    return data + (MARK.encode() if kind in {"JPEG", "PNG", "GIF", "WEBP"} else b"")


def holds_nothing(data: bytes) -> bool:
    """Return whether a file holds neither the mark nor any field but orientation and colour profile."""
    with Image.open(io.BytesIO(data)) as image:
        fields = set(image.getexif()) - {Base.Orientation}
        return (
            MARK.encode() not in data
            and not fields
            and not image.getexif().get_ifd(IFD.GPSInfo)
            and "xmp" not in image.info
        )


@pytest.mark.once
@pytest.mark.parametrize("kind", FORMATS)
def test_what_stays_is_picture_orientation_and_profile(kind: str) -> None:
    data = photograph(kind)
    assert MARK.encode() in data
    cleaned = without_metadata(data)
    assert holds_nothing(cleaned)
    before, after = Image.open(io.BytesIO(data)), Image.open(io.BytesIO(cleaned))
    assert ImageOps.exif_transpose(after).size == ImageOps.exif_transpose(before).size
    assert after.info.get("icc_profile") == before.info.get("icc_profile")
    if kind == "AVIF":
        # The one that is written anew.
        assert without_metadata(cleaned) == cleaned
    else:
        assert (
            ImageOps.exif_transpose(after).convert("RGB").tobytes()
            == ImageOps.exif_transpose(before).convert("RGB").tobytes()
        )
    assert without_metadata(cleaned) == cleaned


@pytest.mark.once
def test_animations_stay() -> None:
    for kind in ("GIF", "PNG", "WEBP"):
        out = io.BytesIO()
        frames = [picture(), ImageOps.invert(picture())]
        frames[0].save(out, kind, save_all=True, append_images=frames[1:], duration=100, loop=0)
        with Image.open(io.BytesIO(without_metadata(out.getvalue()))) as image:
            assert (image.n_frames, image.info["loop"]) == (2, 0)


@pytest.mark.once
def test_nothing_hides_where_a_format_lets_programs_write_their_own() -> None:
    mark = MARK.encode()
    out = io.BytesIO()
    picture().save(out, "WEBP", save_all=True, append_images=[ImageOps.invert(picture())])
    webp = out.getvalue()
    start = webp.index(b"ANMF")
    end = start + 8 + int.from_bytes(webp[start + 4 : start + 8], "little")
    own = b"ZZZZ" + len(mark).to_bytes(4, "little") + mark + b"\0" * (len(mark) % 2)
    frame = b"ANMF" + (end - start - 8 + len(own)).to_bytes(4, "little") + webp[start + 8 : end] + own
    body = webp[8:start] + frame + webp[end:]
    out = io.BytesIO()
    picture().save(out, "AVIF")
    avif = out.getvalue() + (24 + len(mark)).to_bytes(4, "big") + b"uuid" + bytes(16) + mark
    for data in (b"RIFF" + len(body).to_bytes(4, "little") + body, avif, out.getvalue() + mark):
        cleaned = without_metadata(data)
        assert (mark in data, mark in cleaned) == (True, False)
        with Image.open(io.BytesIO(data)) as before, Image.open(io.BytesIO(cleaned)) as after:
            after.load()
            assert (after.size, after.n_frames) == (before.size, before.n_frames)
        assert without_metadata(cleaned) == cleaned


@pytest.mark.once
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_credit_and_copyright_are_read(kind: str) -> None:
    assert named_rights(photograph(kind)) == ("Muse Mohammed / IOM", "© IOM 2023")


@pytest.mark.once
def test_what_names_nobody_or_makes_no_sense() -> None:
    out = io.BytesIO()
    picture().save(out, "JPEG", xmp=b"<broken", exif=b"Exif\0\0nonsense")
    assert named_rights(out.getvalue()) == ("", "")
    assert holds_nothing(without_metadata(out.getvalue()))


def stored(image: PortalImage) -> bytes:
    return Path(image.file.path).read_bytes()


@pytest.fixture
def admin(admin_client: Client) -> Client:
    return admin_client


@pytest.mark.parametrize("way", ["form", "several", "chooser", "code"])
def test_every_way_in(admin: Client, way: str) -> None:
    upload = ContentFile(photograph(), name="DSC_1.jpg")
    values = {"title": "Foto", "collection": 1, "tags": "", "credit": "", "copyright": "", "description": ""}
    if way == "form":
        admin.post(reverse("wagtailimages:add"), values | {"file": upload, "credit": "Eigener Nachweis"})
    elif way == "several":
        admin.post(reverse("wagtailimages:add_multiple"), {"title": "Foto", "files[]": upload, "collection": 1})
    elif way == "chooser":
        prefixed = {f"image-chooser-upload-{name}": value for name, value in values.items()}
        admin.post(reverse("wagtailimages_chooser:create"), prefixed | {"image-chooser-upload-file": upload})
    else:
        PortalImage.objects.create(title="Foto", file=upload)
    image = PortalImage.objects.get()
    data = stored(image)
    assert holds_nothing(data)
    assert (image.file_size, image.is_clean) == (len(data), True)
    assert image.credit == ("Eigener Nachweis" if way == "form" else "Muse Mohammed / IOM")
    assert image.copyright == "© IOM 2023"
    assert (image.width, image.height) == (320, 200)
    rendition = image.get_rendition("max-160x160")
    assert holds_nothing(Path(rendition.file.path).read_bytes())
    # The camera stood on its side.
    assert (rendition.width, rendition.height) == (100, 160)


def test_the_form_says_so(admin: Client) -> None:
    for name in ("wagtailimages:add", "wagtailimages:add_multiple"):
        html = admin.get(reverse(name)).content.decode()
        assert "werden beim Speichern entfernt" in html


def old_photograph() -> PortalImage:
    """Return a photograph with its renditions, as releases before stored it."""
    image = PortalImage.objects.create(title="Alt", file=ContentFile(photograph(), name="alt.jpg"))
    rendition = image.get_rendition("max-160x160")
    Path(image.file.path).write_bytes(photograph())
    Path(rendition.file.path).write_bytes(photograph())
    PortalImage.objects.update(is_clean=False, credit="", copyright="Schon da")
    return image


def test_the_command_cleans_what_is_there(capsys: pytest.CaptureFixture) -> None:
    image, lost = (
        old_photograph(),
        PortalImage.objects.create(title="Weg", file=ContentFile(photograph(), name="weg.jpg")),
    )
    PortalImage.objects.filter(pk=lost.pk).update(is_clean=False)
    Path(lost.file.path).unlink()
    call_command("clean_photographs")
    assert capsys.readouterr().out == "1 photographs cleaned, 1 not readable.\n"
    image.refresh_from_db()
    folder = Path(image.file.path).parent
    assert holds_nothing(stored(image))
    assert [holds_nothing(Path(rendition.file.path).read_bytes()) for rendition in image.renditions.all()] == [True]
    assert (image.credit, image.copyright, image.file_size) == ("Muse Mohammed / IOM", "Schon da", len(stored(image)))
    assert list(folder.glob(".cleaning-*")) == []


def test_a_new_rendition_of_an_older_photograph() -> None:
    image = PortalImage.objects.get(pk=old_photograph().pk)
    assert holds_nothing(Path(image.get_rendition("max-80x80").file.path).read_bytes())


@pytest.mark.parametrize(
    ("credit", "copyright_", "shown"),
    [
        ("IOM 2023 / Ana", "", "IOM 2023 / Ana"),
        ("Ana", "© IOM", "Ana · © IOM"),
        ("Ana © IOM", "© IOM", "Ana © IOM"),
        ("", "© IOM", "© IOM"),
    ],
)
def test_rights_are_shown_where_the_picture_is(client: Client, credit: str, copyright_: str, shown: str) -> None:
    image = PortalImage.objects.create(title="Foto", file=ContentFile(photograph(), name="a.jpg"))
    PortalImage.objects.update(credit=credit, copyright=copyright_)
    image = PortalImage.objects.get()
    page = make_content_page(
        make_home(), image=image, body=[("image", {"image": {"image": image, "alt_text": "Wald"}, "caption": ""})]
    )
    html = BeautifulSoup(client.get(page.get_url()).content, "html.parser")
    for place in (".page-head__credit", "main figcaption .credit"):
        assert " ".join(html.select_one(place).get_text().split()) == f"Foto: {shown}"


def formats(client: Client, url: str) -> dict[str, int]:
    """Return in how many sizes the pictures of a page's text are there, by format."""
    html = BeautifulSoup(client.get(url).content, "html.parser")
    return {source["type"]: len(source["srcset"].split(",")) for source in html.select("main picture source")}


@pytest.mark.parametrize("code", ["de", "ar"])
def test_avif_comes_by_the_runner_and_whole(client: Client, code: str) -> None:
    """A page does not wait for it; some of its sizes alone are not shown, since browsers choose the format first."""
    image = PortalImage.objects.create(title="Foto", file=ContentFile(photograph(), name="foto.jpg"))
    page = make_news(make_news_index(make_home()), "Meldung", body=[("image", {"image": {"image": image, "alt_text": "Pflaumen"}})])
    if code == "ar":
        for above in (page.get_parent().get_parent().specific, page.get_parent().specific):
            translate(above, "ar")
        page = translate(page, "ar", title="خبر")
    before, both = {"image/webp": 3}, {"image/avif": 3, "image/webp": 3}
    url = page.get_url()
    assert formats(client, url) == before
    one = PortalRendition.objects.filter(filter_spec__contains=pictures.WEBP).first().filter_spec.replace(pictures.WEBP, AVIF)
    image.get_rendition(one)
    assert formats(client, url) == before
    told = changes.counters().peek(tags.slots(tags.FILES))
    assert (pictures.make_avif(), pictures.make_avif()) == (2, 0)
    assert changes.counters().peek(tags.slots(tags.FILES)) != told
    assert formats(client, url) == both
    made = PortalRendition.objects.filter(filter_spec__contains=AVIF)
    assert [holds_nothing(Path(size.file.path).read_bytes()) for size in made] == [True] * 3


def test_avif_is_made_of_what_is_shown_alone() -> None:
    """Not of a picture that is out of use, nor of a part that nobody asks for any more; what cannot be read stops no other."""
    shown, withdrawn, moved, broken = (
        PortalImage.objects.create(title=name, file=ContentFile(photograph(), name=f"{name}.jpg")) for name in "abcd"
    )
    for image in (shown, withdrawn, moved, broken):
        image.get_renditions("fill-40x40|format-webp", "fill-40x40|format-jpeg")
    withdrawn.is_withdrawn = True
    withdrawn.save()
    PortalImage.objects.filter(pk=moved.pk).update(focal_point_x=5, focal_point_y=5, focal_point_width=5, focal_point_height=5)
    Path(broken.file.path).write_bytes(b"no picture")
    assert pictures.make_avif() == 1
    assert [size.image for size in PortalRendition.objects.filter(filter_spec__contains=AVIF)] == [shown]


def test_nothing_of_a_file_stays_that_was_replaced_while_avif_was_made(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes seconds: whoever gives the photograph another file in between, by its form, is not shown the former for good."""
    image = PortalImage.objects.create(title="Foto", file=ContentFile(photograph(orientation=1), name="foto.jpg"))
    sizes = "max-160x160|format-webp", "max-160x160|format-jpeg"
    image.get_renditions(*sizes)
    make = PortalImage.generate_rendition_file

    def replaced_meanwhile(self: PortalImage, *asked: object, **how: object) -> object:
        made = make(self, *asked, **how)
        monkeypatch.undo()
        values = {"title": "Foto", "collection": 1, "tags": "", "credit": "", "copyright": "", "licence": ""}
        upload = ContentFile(photograph("PNG", orientation=6), name="neu.png")
        assert admin.post(reverse("wagtailimages:edit", args=[self.pk]), values | {"file": upload}).status_code == 302
        return made

    monkeypatch.setattr(PortalImage, "generate_rendition_file", replaced_meanwhile)
    assert pictures.make_avif() == 0
    assert not PortalRendition.objects.filter(filter_spec__contains=AVIF).exists()
    new = PortalImage.objects.get()
    assert new.file_hash != image.file_hash
    new.get_renditions(*sizes)
    assert pictures.make_avif() == 1
    made = PortalRendition.objects.get(filter_spec__contains=AVIF)
    # The new one stands upright.
    assert (made.width, made.height) == (new.get_rendition(sizes[0]).width, new.get_rendition(sizes[0]).height) == (100, 160)


def test_a_photograph_that_cannot_be_read_is_left_alone_until_it_has_another_file(caplog: pytest.LogCaptureFixture) -> None:
    image = PortalImage.objects.create(title="Foto", file=ContentFile(photograph(), name="foto.jpg"))
    sizes = [f"fill-{edge}x{edge}|format-{kind}" for edge in (40, 80) for kind in ("webp", "jpeg")]
    image.get_renditions(*sizes)
    Path(image.file.path).write_bytes(b"no picture")

    def tried() -> tuple[int, int]:
        caplog.clear()
        made = pictures.make_avif()
        return made, len([said for said in caplog.records if said.name == pictures.logger.name])

    assert [tried(), tried()] == [(0, 1), (0, 0)]
    PortalRendition.objects.all().delete()
    image.file = ContentFile(photograph("PNG"), name="neu.png")
    image.save()
    image.get_renditions(*sizes)
    assert [tried(), tried()] == [(2, 0), (0, 0)]
