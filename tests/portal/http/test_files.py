"""Uploaded files: one gate on the served portal, whatever the address looks like; methods, parts and conditions."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests import support

# The gate asks the database one question; whatever is written in an address never comes that far.
pytestmark = pytest.mark.once

SECRET = "geheim-zx81-spectrum"  # noqa: S105
PICTURE = b"\x89PNG\r\n\x1a\n" + b"picture" * 100


def answer(
    portal: support.Portal, target: str, method: str = "GET", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body for a request target as it is written, which clients would tidy up."""
    host = urlsplit(portal.url).netloc
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    with contextlib.closing(socket.create_connection(tuple(host.split(":")), timeout=support.PATIENCE)) as connection:
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        response = http.client.HTTPResponse(connection, method=method)
        response.begin()
        body = response.read()
    return response.status, {name.lower(): value for name, value in response.getheaders()}, body


_RENDITIONS = """
from portal.models import PortalImage, PortalRendition
image = PortalImage(title="zx", file="original_images/zx.jpg", width=1, height=1)
PortalImage.objects.bulk_create([image])
PortalRendition.objects.bulk_create(
    PortalRendition(image=image, filter_spec=name, file=f"images/{name}", width=1, height=1)
    for name in ("zx.png", "link.png", "zx/zx.txt")
)
"""


@pytest.fixture(scope="module")
def files(live_portal: support.Portal) -> Iterator[Path]:
    """Put secrets beside a public picture into the media folder of the served portal."""
    folder = live_portal.folder / "media"
    made = [
        folder / "documents" / "zx.txt",
        folder / "original_images" / "zx.jpg",
        folder / "zx.txt",
        folder / "images" / "zx" / "zx.txt",
    ]
    for path in made:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SECRET)
    (folder / "images" / "zx.png").write_bytes(PICTURE)
    (folder / "images" / "link.png").symlink_to(made[0])
    # Left over, of a picture that nobody knows.
    (folder / "images" / "zx-left.png").write_bytes(PICTURE)
    live_portal.manage("shell", "-c", _RENDITIONS)
    yield folder
    live_portal.manage("shell", "-c", "from portal.models import PortalImage; PortalImage.objects.filter(title='zx').delete()")
    for path in (*made, *(folder / "images" / name for name in ("zx.png", "link.png", "zx-left.png"))):
        path.unlink(missing_ok=True)
    (folder / "images" / "zx").rmdir()


SECRETS = (
    "documents/zx.txt",
    "original_images/zx.jpg",
    "zx.txt",
    "../secret_key",
    "../db.sqlite3",
    "images/zx/zx.txt",
    "images/link.png",
)
_STROKES = (
    "/",
    "//",
    "///",
    "/./",
    "%2f",
    "%2F",
    "/%2e/",
    "\\",
    "%5c",
    "/%5c",
    "%252f",
    "/;/",
    "/%00/",
    "%09/",
    "/%20/",
    "%ff/",
)
_FIRST = (
    "",
    "/",
    "./",
    "%2e/",
    "images/../",
    "images/%2e%2e/",
    "images/..%2f",
    "images%2f..%2f",
    "images\\..\\",
    "images/..%5c",
    "%2f",
    "%5c",
    "images/%00/../",
    "images/" + "a" * 300 + "/../",
    "images/zx.png/../../",
    "images//../",
    "..%2fmedia/",
    "/../media/",
    "?/",
)
_LAST = ("", "/", "%00", "%00.png", ".", "%20", "/.", "?x=.png", "%3f.png", "::$DATA")


def hostile(secret: str) -> list[str]:
    """Return addresses at which somebody would look for a file: doubled, dotted, encoded, with NUL, overlong, in other letter case."""
    *folders, name = secret.split("/")
    found = [f"{first}{secret}" for first in _FIRST]
    found += [stroke.join([*folders, name]) for stroke in _STROKES]
    found += [
        f"{first}{stroke.join([*folders, name])}"
        for first, stroke in itertools.product(("/", "images/../", "images/%2e%2e/"), _STROKES)
    ]
    found += [secret + last for last in _LAST]
    found += [
        change(secret)
        for change in (
            str.upper,
            str.title,
            str.capitalize,
            lambda path: "".join(f"%{ord(letter):02x}" for letter in path),
        )
    ]
    found += [f"/{change(secret)}" for change in (str.upper, str.title)]
    found += [
        "a" * 5000 + f"/../{secret}",
        "images/" + "../" * 40 + secret,
        "images/" + "%2e%2e/" * 40 + secret,
        "a" * 9000,
    ]
    return list(dict.fromkeys(found))


def test_no_address_leads_around_the_gate(live_portal: support.Portal, files: Path) -> None:
    key = (files.parent / "secret_key").read_bytes()
    statuses, leaks = set(), []
    for path in itertools.chain.from_iterable(hostile(secret) for secret in SECRETS):
        status, headers, body = answer(live_portal, f"/media/{path}")
        statuses.add(status)
        if (
            SECRET.encode() in body
            or key in body
            or b"SQLite format" in body
            or "public" in headers.get("cache-control", "")
        ):
            leaks.append(path)
    assert leaks == []
    assert statuses <= {301, 400, 404, 414}, statuses
    status, headers, body = answer(live_portal, "/media/images/zx.png")
    assert (status, body, headers["cache-control"]) == (200, PICTURE, "public, max-age=2592000, s-maxage=3600")
    # Nobody can tell any more whether it may be seen.
    assert answer(live_portal, "/media/images/zx-left.png")[0] == 404
    # One address alone: caches and rules of a proxy know the file by it.
    for other in (
        "/images/zx.png",
        "./images/zx.png",
        "images//zx.png",
        "images/./zx.png",
        "images%2f%2fzx.png",
        "IMAGES/zx.png",
        "images/ZX.png",
    ):
        assert answer(live_portal, f"/media/{other}")[0] == 404, other


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "address",
    ["/media/images/zx.png", "/media/documents/zx.txt", "/documents/1/zx.txt", "/de/", "/ar/", "/en/nowhere/"],
)
def test_methods_that_neither_files_nor_pages_know(
    live_portal: support.Portal, files: Path, method: str, address: str
) -> None:
    status, headers, _body = answer(live_portal, address, method, Content_Length="0")
    assert (status, headers["allow"]) == (405, "GET, HEAD, OPTIONS")


def test_what_files_and_pages_allow(live_portal: support.Portal, files: Path) -> None:
    for address in ("/media/images/zx.png", "/documents/1/zx.txt", "/de/"):
        status, headers, body = answer(live_portal, address, "OPTIONS")
        assert (status, headers["allow"], body) == (204, "GET, HEAD, OPTIONS", b"")


def test_head_has_the_headers_of_get(live_portal: support.Portal, files: Path) -> None:
    _status, got, body = answer(live_portal, "/media/images/zx.png")
    status, asked, nothing = answer(live_portal, "/media/images/zx.png", "HEAD", Range="bytes=0-9")
    assert (status, nothing) == (200, b"")
    assert {**asked, "date": ""} == {**got, "date": ""}
    assert asked["content-length"] == str(len(body))


def test_parts_of_a_media_file(live_portal: support.Portal, files: Path) -> None:
    _status, whole, _body = answer(live_portal, "/media/images/zx.png")
    tag, modified, size = whole["etag"], whole["last-modified"], len(PICTURE)

    def part(range_: str, **headers: str) -> tuple[int, bytes, str | None]:
        status, given, body = answer(live_portal, "/media/images/zx.png", Range=range_, **headers)
        return status, body, given.get("content-range")

    first_ten = (206, PICTURE[:10], f"bytes 0-9/{size}")
    assert part("bytes=0-9") == first_ten
    assert part("bytes=-5") == (206, PICTURE[-5:], f"bytes {size - 5}-{size - 1}/{size}")
    assert part(f"bytes={size}-") == (416, b"", f"bytes */{size}")
    assert part("bytes=0-1,4-5") == (200, PICTURE, None)
    assert part("bytes=0-9", If_Range=tag) == part("bytes=0-9", If_Range=modified) == first_ten
    for wrong in ('"other"', f"W/{tag}", "Mon, 01 Jan 2024 00:00:00 GMT", "yesterday"):
        assert part("bytes=0-9", If_Range=wrong) == (200, PICTURE, None)
    assert part("bytes=0-9", If_None_Match=tag)[0] == 304
    assert part("bytes=0-9", If_Match='"other"')[0] == 412
    assert answer(live_portal, "/media/images/zx.png", If_Modified_Since=modified)[0] == 304
    assert answer(live_portal, "/media/images/zx.png", If_Modified_Since=modified, If_None_Match='"other"')[0] == 200
