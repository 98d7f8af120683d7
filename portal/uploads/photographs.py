"""Photographs without what cameras and programs write into them: place, time, device, names, previews, trailing data.

What stays is the picture itself, its orientation and its colour profile. JPEG, PNG, WebP and GIF are taken apart and put together again
without a loss; AVIF, and whatever cannot be taken apart, is written anew.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress

from PIL import Image, IptcImagePlugin
from PIL.ExifTags import Base

MAX_CREDIT = 255

# Exif with the one field of the orientation: https://www.cipa.jp/std/documents/download_e.html?DC-008-Translation-2023-E, 4.6.
_ORIENTATION = struct.Struct(">2sHIHHHIHHI")


def _exif(orientation: int) -> bytes:
    return _ORIENTATION.pack(b"MM", 42, 8, 1, Base.Orientation, 3, 1, orientation, 0, 0)


def _orientation(image: Image.Image) -> int:
    """Return how a picture is to be turned: 2 to 8, or 1 where it stands upright or says nothing that makes sense."""
    value = image.getexif().get(Base.Orientation, 1)
    return value if isinstance(value, int) and 1 < value <= 8 else 1


def without_metadata(data: bytes) -> bytes:
    """Return an image file without metadata but for orientation and colour profile.

    Raises:
        OSError: it is no image that can be read.
    """
    with Image.open(io.BytesIO(data)) as image:
        take_apart = {"JPEG": _jpeg, "MPO": _jpeg, "PNG": _png, "WEBP": _webp, "GIF": _gif}.get(image.format)
        if take_apart is None:
            # Writing anew costs quality: only where there is something to leave out.
            holds_more = set(image.getexif()) - {Base.Orientation} or {"xmp", "comment"} & image.info.keys()
            has_own_boxes = image.format == "AVIF" and not _AVIF_KEPT.issuperset(_boxes(data))
            return _written_anew(image) if holds_more or has_own_boxes else data
        orientation = _orientation(image)
        size = image.size
    with suppress(ValueError, IndexError, struct.error):
        cleaned = b"".join(take_apart(data, orientation))
        with Image.open(io.BytesIO(cleaned)) as image:
            if image.size == size:
                return cleaned
    with Image.open(io.BytesIO(data)) as image:
        return _written_anew(image)


_AVIF_KEPT = frozenset((b"ftyp", b"meta", b"mdat", b"moov"))


def _boxes(data: bytes) -> Iterator[bytes]:
    """Yield the kinds of the outermost boxes of an AVIF (ISO/IEC 14496-12, 4.2); nothing of an own kind may stand beside them."""
    position = 0
    while position < len(data):
        length, kind = int.from_bytes(data[position : position + 4], "big"), data[position + 4 : position + 8]
        if length == 1:
            length = int.from_bytes(data[position + 8 : position + 16], "big")
        yield kind if length == 0 or 8 <= length <= len(data) - position else b""
        # None says that it goes to the end.
        position += max(length, 8) if length else len(data)


def _written_anew(image: Image.Image) -> bytes:
    out = io.BytesIO()
    options: dict[str, object] = {"icc_profile": image.info.get("icc_profile"), "exif": b""}
    if (orientation := _orientation(image)) > 1:
        options["exif"] = _exif(orientation)
    if image.format in {"JPEG", "MPO", "WEBP", "AVIF"}:
        options["quality"] = 90
    animated = {"save_all": True} if getattr(image, "is_animated", False) and image.format != "MPO" else {}
    for name in ("comment", "xmp", "XML:com.adobe.xmp"):
        image.info.pop(name, None)
    image.save(out, "JPEG" if image.format == "MPO" else image.format, **options, **animated)
    return out.getvalue()


def _jpeg(data: bytes, orientation: int) -> Iterator[bytes]:
    """Yield the segments of a JPEG (ITU-T T.81, B.1.1): of those of applications JFIF, the colour profile, Adobe's colour space."""
    if data[:2] != b"\xff\xd8":
        raise ValueError("no JPEG")
    yield data[:2]
    written_exif = orientation == 1
    position = 2
    while True:
        if data[position] != 0xFF:
            raise ValueError("no marker where one must be")
        while data[position + 1] == 0xFF:
            position += 1
        marker = data[position + 1]
        if marker == 0xD9:
            yield data[position : position + 2]
            return
        end = position + 2 + int.from_bytes(data[position + 2 : position + 4], "big")
        if end > len(data):
            raise ValueError("cut off")
        segment = data[position:end]
        if not written_exif and marker != 0xE0:
            exif = b"Exif\0\0" + _exif(orientation)
            yield b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif
            written_exif = True
        is_profile = marker == 0xE2 and segment[4:16] == b"ICC_PROFILE\0"
        is_jfif = marker == 0xE0 and segment[4:9] == b"JFIF\0"
        is_adobe = marker == 0xEE and segment[4:9] == b"Adobe"
        if is_jfif:
            # Without the preview that may stand in it.
            yield b"\xff\xe0\x00\x10" + segment[4:16] + b"\0\0"
        elif is_profile or is_adobe or not (0xE0 <= marker <= 0xEF or marker == 0xFE):
            yield segment
        position = end
        if marker == 0xDA:
            start = position
            while data[position] != 0xFF or data[position + 1] in (0x00, *range(0xD0, 0xD8)):
                # The next byte that may begin a marker.
                position = data.index(b"\xff", position + 1)
            yield data[start:position]


_PNG_KEPT = frozenset(
    b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB bKGD pHYs cICP mDCV cLLI acTL fcTL fdAT".split()
)


def _png(data: bytes, orientation: int) -> Iterator[bytes]:
    """Yield the chunks of a PNG (https://www.w3.org/TR/png-3/#5DataRep) that make the picture."""
    yield data[:8]
    position, kind = 8, b""
    while kind != b"IEND":
        length = int.from_bytes(data[position : position + 4], "big")
        kind, end = data[position + 4 : position + 8], position + 12 + length
        if end > len(data):
            raise ValueError("cut off")
        if kind in _PNG_KEPT:
            yield data[position:end]
        if kind == b"IHDR" and orientation > 1:
            chunk = b"eXIf" + _exif(orientation)
            yield (len(chunk) - 4).to_bytes(4, "big") + chunk + zlib.crc32(chunk).to_bytes(4, "big")
        position = end


_WEBP_KEPT = frozenset((b"VP8 ", b"VP8L", b"ICCP", b"ALPH", b"ANIM"))


def _webp(data: bytes, orientation: int) -> Iterator[bytes]:
    """Yield a WebP (RFC 9649, 2.3 to 2.7) with its picture, animation and colour profile."""
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise ValueError("cut off")
    chunks: list[bytes] = []
    position = 12
    while position + 8 <= end:
        length = int.from_bytes(data[position + 4 : position + 8], "little")
        chunk = data[position : position + 8 + length]
        if chunk[:4] == b"VP8X":
            # No Exif (8), no XMP (4).
            flags = (chunk[8] & ~0x0C) | (0x08 if orientation > 1 else 0)
            chunks.append(chunk[:8] + bytes((flags,)) + chunk[9:])
        elif chunk[:4] == b"ANMF":
            chunks.append(_webp_frame(chunk))
        elif chunk[:4] in _WEBP_KEPT:
            chunks.append(chunk + b"\0" * (length % 2))
        position += 8 + length + length % 2
    if orientation > 1:
        exif = _exif(orientation)
        chunks.append(b"EXIF" + len(exif).to_bytes(4, "little") + exif)
    body = b"WEBP" + b"".join(chunks)
    yield b"RIFF" + len(body).to_bytes(4, "little") + body


def _webp_frame(chunk: bytes) -> bytes:
    """Return a frame of an animation with its picture alone: it may hold chunks of any kind (RFC 9649, 2.7.1.1)."""
    header_end = 8 + 16
    parts = [chunk[8:header_end]]
    position = header_end
    while position + 8 <= len(chunk):
        length = int.from_bytes(chunk[position + 4 : position + 8], "little")
        end = position + 8 + length
        if chunk[position : position + 4] in _WEBP_KEPT:
            parts.append(chunk[position:end] + b"\0" * (length % 2))
        position = end + length % 2
    body = b"".join(parts)
    return b"ANMF" + len(body).to_bytes(4, "little") + body


def _gif(data: bytes, orientation: int) -> Iterator[bytes]:
    """Yield the blocks of a GIF (https://www.w3.org/Graphics/GIF/spec-gif89a.txt) without comments; of applications the loop."""

    def sub_blocks(position: int) -> int:
        while length := data[position]:
            position += 1 + length
        return position + 1

    position = 13 + (3 << ((data[10] & 7) + 1) if data[10] & 0x80 else 0)
    yield data[:position]
    while (kind := data[position]) != 0x3B:
        start = position
        if kind == 0x2C:
            table = 3 << ((data[position + 9] & 7) + 1) if data[position + 9] & 0x80 else 0
            position = sub_blocks(position + 10 + table + 1)
            yield data[start:position]
        elif kind == 0x21:
            position = sub_blocks(position + 2)
            is_loop = data[start + 1] == 0xFF and data[start + 3 : start + 14] in (b"NETSCAPE2.0", b"ANIMEXTS1.0")
            if data[start + 1] == 0xF9 or is_loop:
                yield data[start:position]
        else:
            raise ValueError("no block where one must be")
    yield b"\x3b"


# --- credit and copyright ------------------------------------------------------------------------------------------------


def named_rights(data: bytes) -> tuple[str, str]:
    """Return credit and copyright as the metadata of a photograph name them (Exif, IPTC, XMP), each empty where none does."""
    with Image.open(io.BytesIO(data)) as image:
        if image.format == "PNG":
            # Texts may stand behind the picture.
            image.load()
        exif = image.getexif()
        iptc: dict = {}
        with suppress(Exception):
            iptc = IptcImagePlugin.getiptcinfo(image) or {}
        xmp: dict = {}
        with suppress(Exception):
            xmp = _described(image.getxmp())
    creator = _text(iptc.get((2, 80))) or _text(xmp.get("creator")) or _text(exif.get(Base.Artist))
    line = _text(iptc.get((2, 110))) or _text(xmp.get("Credit"))
    copyright_ = _text(iptc.get((2, 116))) or _text(xmp.get("rights")) or _text(exif.get(Base.Copyright))
    parts = [part for part in (creator, line) if part]
    credit = parts[0] if len(parts) == 2 and parts[1] in parts[0] else " / ".join(parts)
    return credit[:MAX_CREDIT], copyright_[:MAX_CREDIT]


def _described(xmp: dict) -> dict:
    """Return the properties of XMP, whatever number of descriptions holds them."""
    found = xmp.get("xmpmeta", xmp).get("RDF", {}).get("Description", {})
    return {key: value for item in (found if isinstance(found, list) else [found]) for key, value in item.items()}


def _text(value: object) -> str:
    """Return a text of metadata: bytes in UTF-8 or Latin letters, the first of a list, the default of several languages."""
    if isinstance(value, bytes):
        try:
            value = value.decode()
        except UnicodeDecodeError:
            value = value.decode("cp1252", errors="replace")
    if isinstance(value, dict):
        value = next((value[key] for key in ("Seq", "Bag", "Alt", "li", "text") if key in value), "")
        return _text(value)
    if isinstance(value, (list, tuple)):
        return _text(value[0]) if value else ""
    return (
        " ".join("".join(c for c in value if c.isprintable() or c.isspace()).split()) if isinstance(value, str) else ""
    )
