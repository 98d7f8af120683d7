"""Uploaded files in a bucket: served portal and a server that speaks S3 and checks each signature; every promise of files holds there."""

from __future__ import annotations

import contextlib
import io
import json
import re
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from PIL import Image

from portal import buckets
from portal.operation.media import Entry, Store
from portal.settings import media
from portal.settings.values import SettingError
from portal.uploads.bucket import BucketStorage
from tests import s3_server, support
from tests.journeys.faults import BOTH, Editor
from tests.portal.shell.clients import ask, film

# What the database has of a file is the same on each.
pytestmark = [pytest.mark.content, pytest.mark.once]

_SHOW = """
import json
from django.core.files.base import ContentFile
from news.models import NewsPage
from portal.models import PortalDocument, PortalImage
image = PortalImage.objects.get(title={title!r})
found = []
for code in ("de", "ar"):
    page = NewsPage.objects.filter(locale__language_code=code, alias_of=None).live().first()
    page.image = image
    page.save_revision().publish()
    found.append(page.get_url())
print("FOUND" + json.dumps([image.file.name, found]))
"""
_DOCUMENTS = """
import json
from django.core.files.base import ContentFile
from portal.models import PortalDocument
found = []
for is_shared in (True, False):
    file = ContentFile(b"Zeile;1\\n" * 5000, name="zahlen.csv")
    found.append(PortalDocument.objects.create(title=f"Zahlen {is_shared}", is_shared=is_shared, file=file).url)
print("FOUND" + json.dumps(found))
"""
_WITHDRAW = """
from portal.models import PortalImage
image = PortalImage.objects.get(title={title!r})
image.is_withdrawn = True
image.save()
"""
_NEW_PICTURE = """
import json
from portal.models import PortalImage
image = PortalImage.objects.get(title={title!r})
print("FOUND" + json.dumps([image.get_rendition("width-77|format-jpeg").url, PortalImage.objects.count()]))
"""
_MIRROR = """
import json, pathlib, tempfile
from portal.operation.mirror import Copy
with tempfile.TemporaryDirectory() as folder:
    copy = Copy(pathlib.Path(folder))
    for address in {addresses}:
        copy._take(address)
    print("FOUND" + json.dumps([list(copy.found), list(copy.left_out)]))
"""
_AVIF = "from portal.jobs import pictures; pictures.make_avif()"
_PICTURES = "from portal.models import PortalImage; print('FOUND' + str(PortalImage.objects.count()))"
STATE = "/admin/reports/state/"
WANTED = "documents/ä 1+1.txt"
AWAY = "Der Speicher für Dateien antwortet nicht"


@pytest.fixture(scope="module")
def bucket() -> Iterator[s3_server.Server]:
    with s3_server.serving() as server:
        yield server


@pytest.fixture(scope="module")
def portal(portal_state: support.State, bucket: s3_server.Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[support.Portal]:
    """Serve a portal whose files lie in the bucket, and nowhere else."""
    own = {**bucket.settings, "PORTAL_BACKUPS": str(tmp_path_factory.mktemp("backups"))}
    with support.served(portal_state, tmp_path_factory.mktemp("with-bucket"), **own) as portal:
        yield portal
        assert not (portal.folder / "media").exists()


def photograph(color: str) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((900, 600), 90).convert("RGB").save(out, "JPEG", quality=95, comment=color)
    return out.getvalue()


@pytest.fixture(scope="module")
def editor(portal: support.Portal) -> Editor:
    return Editor(portal)


def upload(editor: Editor, title: str) -> tuple[int, str]:
    """Upload a picture as the form does, and return the status and what is said."""
    form = {"title": title, "collection": "1", "tags": ""}
    status, _headers, body = editor.post("/admin/images/add/", form, {"file": (f"{title}.jpg", photograph("navy"))})
    return status, body


def said(output: str) -> object:
    return json.loads(next(line for line in output.splitlines() if line.startswith("FOUND")).removeprefix("FOUND"))


def pictures(portal: support.Portal, path: str) -> list[str]:
    """Return the addresses of the pictures on a page."""
    status, _headers, body = ask(portal, path)
    assert status == 200
    return sorted(set(re.findall(r"/media/images/[^\s\",]+", body.decode())))


def test_a_picture_from_its_upload_to_its_withdrawal(portal: support.Portal, bucket: s3_server.Server, editor: Editor) -> None:
    assert upload(editor, "Eimerweise")[0] == 302
    original, pages = said(portal.manage("shell", "-v0", "-c", _SHOW.format(title="Eimerweise")))
    assert original in bucket.files and len(pages) == 2
    own = [name for name in pictures(portal, pages[0]) if "Eimerweise" in name]
    assert own == [name for name in pictures(portal, pages[1]) if "Eimerweise" in name] != []
    # The runner makes the sizes in AVIF.
    support.wait_for(lambda: any(name.endswith(".avif") for name in pictures(portal, pages[1])), "AVIF")
    own = [name for name in pictures(portal, pages[1]) if "Eimerweise" in name]
    for page in (*pages, *BOTH):
        assert str(bucket.port) not in ask(portal, page)[2].decode()
    for address in own:
        name = address.removeprefix("/media/")
        data, _written = bucket.files[name]
        status, headers, body = ask(portal, address)
        assert (status, body, headers["content-length"], headers["accept-ranges"]) == (200, data, str(len(data)), "bytes")
        assert "location" not in headers and headers["content-security-policy"].startswith("default-src 'none'")
        assert parts(portal, address) == expected(data)
        assert ask(portal, address, If_None_Match=headers["etag"])[::2] == (304, b"")
        assert ask(portal, address, If_Modified_Since=headers["last-modified"])[::2] == (304, b"")
        # The headers say all: nothing is fetched for them.
        bucket.asked.clear()
        head = ask(portal, address, "HEAD")
        assert (head[0], head[1]["content-length"], head[1]["etag"]) == (200, str(len(data)), headers["etag"])
        assert bucket.asked == [("HEAD", name)]
        # Nobody gets it from the bucket itself.
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(f"{bucket.settings['S3_URL']}/{name}")
    assert ask(portal, f"/media/{original}")[0] == 404
    assert said(portal.manage("shell", "-v0", "-c", _MIRROR.format(addresses=own))) == [own, []]
    portal.manage("shell", "-v0", "-c", _WITHDRAW.format(title="Eimerweise"))
    assert {ask(portal, address)[0] for address in (*own, f"/media/{original}")} == {410}
    assert [name for page in pages for name in pictures(portal, page) if "Eimerweise" in name] == []


RANGES = ("bytes=10-99", "bytes=0-0", "bytes=100-", "bytes=-7", "bytes=99999999-", "bytes=5-2")


def parts(portal: support.Portal, address: str) -> list[tuple[int, bytes]]:
    """Return what is answered to demands for parts, by somebody who takes all codings."""
    return [ask(portal, address, Range=wanted, Accept_Encoding="br, gzip")[::2] for wanted in RANGES]


def expected(data: bytes) -> list[tuple[int, bytes]]:
    return [(206, data[10:100]), (206, data[:1]), (206, data[100:]), (206, data[-7:]), (416, b""), (416, b"")]


def test_documents_and_films_are_streamed_to_whoever_may_read_them(
    portal: support.Portal, bucket: s3_server.Server, editor: Editor
) -> None:
    shared, private = said(portal.manage("shell", "-v0", "-c", _DOCUMENTS))
    data = b"Zeile;1\n" * 5000
    assert ask(portal, shared, Accept_Encoding="br, gzip")[::2] == (200, data)
    assert parts(portal, shared) == expected(data)
    headers = ask(portal, shared)[1]
    assert ask(portal, shared, If_None_Match=headers["etag"])[::2] == (304, b"")
    assert ask(portal, shared, If_Range=headers["last-modified"], Range="bytes=0-3")[::2] == (206, data[:4])
    assert ask(portal, private)[0] in {302, 403, 404}
    assert editor.get(private)[::2] == (200, data.decode())
    address, content = film(portal)
    status, headers, body = ask(portal, address)
    assert (status, headers["content-length"], body == content) == (200, str(len(content)), True)
    middle = ask(portal, address, Range="bytes=1048570-3145739")
    assert (middle[0], middle[1]["content-range"]) == (206, f"bytes 1048570-3145739/{len(content)}")
    assert middle[2] == content[1048570:3145740]
    # A row whose file is lost is an address without a file.
    name = next(name for name in bucket.files if name.endswith("film-of-the-tests.mp4"))
    lost = bucket.files.pop(name)
    assert ask(portal, address)[0] == 404
    bucket.files[name] = lost


def test_without_the_bucket_pages_are_read_and_nothing_is_lost(
    portal: support.Portal, bucket: s3_server.Server, editor: Editor
) -> None:
    assert upload(editor, "Vorher")[0] == 302
    portal.manage("shell", "-v0", "-c", _AVIF)
    picture, count = said(portal.manage("shell", "-v0", "-c", _NEW_PICTURE.format(title="Vorher")))
    (shared, _private), stored = said(portal.manage("shell", "-v0", "-c", _DOCUMENTS)), dict(bucket.files)
    with bucket.away():
        # Those that nobody had asked for, too.
        assert {path: ask(portal, path)[0] for path in (*BOTH, "/uk/", "/de/mitmachen/", "/ar/bahth/")} == dict.fromkeys(
            (*BOTH, "/uk/", "/de/mitmachen/", "/ar/bahth/"), 200
        )
        for address in (picture, shared):
            for method in ("GET", "HEAD"):
                status, headers, _body = ask(portal, address, method)
                assert (status, headers["retry-after"], headers["cache-control"]) == (503, "60", "no-store"), (address, method)
        # A mirror without its pictures would be taken for a whole one.
        assert f"{picture} answers 503" in portal.manage("shell", "-v0", "-c", _MIRROR.format(addresses=[picture]), code=1)
        status, body = upload(editor, "Während")
        assert (status, AWAY in body, 'value="Während"' in body) == (200, True, True)
        assert said(portal.manage("shell", "-v0", "-c", _PICTURES)) == count
        state = editor.get(STATE)[2]
        assert f"Der Bucket {s3_server.BUCKET} auf http://127.0.0.1:{bucket.port} antwortet nicht" in state
        refused = portal.manage("backup", code=1).splitlines()[-1]
        folder = portal.environment["PORTAL_BACKUPS"]
        assert refused.startswith(f"CommandError: The backup could not be made in {folder}: Could not connect")
    assert bucket.files == stored
    assert ask(portal, picture)[::2] == (200, stored[picture.removeprefix("/media/")][0])
    assert ask(portal, shared)[0] == 200
    assert upload(editor, "Danach")[0] == 302
    assert f"Der Bucket {s3_server.BUCKET} auf http://127.0.0.1:{bucket.port} antwortet." in editor.get(STATE)[2]


def test_a_backup_takes_the_files_along_and_brings_them_into_another_bucket(
    portal: support.Portal, bucket: s3_server.Server, tmp_path: Path
) -> None:
    backups = Path(portal.environment["PORTAL_BACKUPS"])
    for number in range(2 * s3_server.LIST_MOST):
        bucket.put(f"documents/Blatt {number}.txt", b"Blatt" * number)
    # What the runner would do meanwhile.
    portal.manage("shell", "-v0", "-c", _AVIF)
    first = portal.manage("backup").split()[2]
    bucket.asked.clear()
    name = portal.manage("backup").split()[2]
    # Listed in several answers, and nothing that was there is read again.
    assert {method for method, of in bucket.asked if of} == set() and bucket.asked.count(("GET", "")) > 2
    files = {path: data for path, (data, _written) in bucket.files.items()}
    manifest = json.loads((backups / name / "manifest.json").read_text())
    assert (first != name, manifest["media"].keys()) == (True, files.keys())
    with s3_server.serving() as other:
        own = {"PORTAL_BACKUPS": str(backups), "PORTAL_STATIC_ROOT": str(portal.folder / "static")}
        with contextlib.closing(support.Portal("", tmp_path, support.environment(tmp_path, **other.settings, **own))) as target:
            other.put("documents/übrig geblieben.txt", b"of another portal")
            refused = target.manage("restore", name, code=1).splitlines()[-1]
            assert refused == (
                f"CommandError: The bucket {s3_server.BUCKET} is not empty; --overwrite replaces it by the backup. Nothing was changed."
            )
            target.manage("restore", name, "--overwrite")
            assert {path: data for path, (data, _written) in other.files.items()} == files
            # What is what it was stays as it is.
            again = target.manage("backup").split()[2]
            changed = min(files)
            other.put(changed, b"broken")
            other.asked.clear()
            target.manage("restore", again, "--overwrite")
            assert [(method, of) for method, of in other.asked if method in {"PUT", "DELETE"}] == [("PUT", changed)]
            assert {path: data for path, (data, _written) in other.files.items()} == files
    # And into a folder.
    plain = tmp_path / "plain"
    Store(backups).bring_back({path: Entry(*of) for path, of in manifest["media"].items()}, plain)
    assert {path.relative_to(plain).as_posix(): path.read_bytes() for path in plain.rglob("*.*")} == files


def test_two_that_take_one_name_get_two(settings: object) -> None:
    with s3_server.serving() as server:
        settings.S3 = buckets.Bucket(
            f"http://127.0.0.1:{server.port}", s3_server.BUCKET, s3_server.REGION, s3_server.ACCESS_KEY, s3_server.SECRET_KEY
        )
        storage, contents = BucketStorage(), [f"Inhalt {number}".encode() for number in range(6)]
        together, asked, exists = threading.Barrier(len(contents)), set[int](), storage.exists

        def all_ask_first(name: str) -> bool:
            found = exists(name)
            if threading.get_ident() not in asked:
                asked.add(threading.get_ident())
                # Each has seen that the name is free before any of them writes.
                together.wait()
            return found

        storage.exists = all_ask_first

        def save(content: bytes) -> str:
            return storage.save(WANTED, ContentFile(content))

        with ThreadPoolExecutor(len(contents)) as threads:
            names = list(threads.map(save, contents))
        assert [server.files[name][0] for name in names] == contents
        assert storage.url(names[0]).startswith("/media/documents/%C3%A4%201%2B1")
        server.put("/etc/hostname", b"in the bucket")
        with pytest.raises(SuspiciousFileOperation):
            storage.open("/etc/hostname")
        storage.replace(names[0], ContentFile("Neu"))
        assert (server.files[names[0]][0], storage.open(names[0]).read()) == (b"Neu", b"Neu")


S3 = "http://127.0.0.1:1/media"


class TestSettings:
    @pytest.mark.parametrize(
        ("values", "line"),
        [
            ({"S3_URL": "s3://media"}, "S3_URL is no address; possible: https://host:port/bucket."),
            ({"S3_URL": "https://host:x/media"}, "S3_URL is no address; possible: https://host:port/bucket."),
            ({"S3_URL": "https://host"}, "S3_URL names no bucket (); possible: https://host:port/bucket."),
            ({"S3_URL": "https://host/media/below"}, "S3_URL names no bucket (media/below); possible: https://host:port/bucket."),
            ({"S3_URL": "https://a:b@host/media"}, "S3_URL holds an account; the keys are S3_ACCESS_KEY and S3_SECRET_KEY."),
            ({"S3_URL": S3}, "S3_URL is set, and S3_ACCESS_KEY is not."),
            ({"S3_URL": S3, "S3_ACCESS_KEY": "a"}, "S3_URL is set, and S3_SECRET_KEY is not."),
            ({"S3_REGION": "eu"}, "S3_REGION is set, and S3_URL is not; possible: https://host:port/bucket."),
        ],
    )
    def test_what_cannot_work_is_refused_in_one_line(self, values: dict[str, str], line: str, tmp_path: Path) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "portal.settings.environment"], cwd=support.BASE_DIR, env=support.environment(tmp_path, **values),
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stdout, done.stderr) == (2, "", f"{line}\n")

    def test_the_bucket_is_tried_at_the_start(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def tried(**values: str) -> str:
            for name, value in {**server.settings, **values}.items():
                monkeypatch.setenv(name, value)
            try:
                media.check_answer()
            except SettingError as error:
                return str(error)
            return ""

        with s3_server.serving() as server:
            place = f"http://127.0.0.1:{server.port}"
            assert tried() == ""
            assert server.files == {}
            denied = "S3_URL: S3_ACCESS_KEY and S3_SECRET_KEY may not read, write and list the bucket portal-media"
            assert tried(S3_SECRET_KEY="another") == f"{denied} (403 SignatureDoesNotMatch)."
            assert tried(S3_ACCESS_KEY="another") == f"{denied} (403 InvalidAccessKeyId)."
            assert tried(S3_URL=f"{place}/nowhere") == f"S3_URL: there is no bucket nowhere at {place}."
            server.is_public = True
            assert tried() == "S3_URL: everybody can read what lies in the bucket portal-media; make it private."
            assert server.files == {}
        assert tried().startswith(f"S3_URL: the bucket portal-media at {place} does not answer (Could not connect to the endpoint URL")
