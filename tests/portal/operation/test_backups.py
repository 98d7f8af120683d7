"""Backups: the portal that is restored answers every address as the one that was saved; what is half is never taken for whole."""

from __future__ import annotations

import contextlib
import dataclasses
import gzip
import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import support
from tests.portal.http.test_files import answer

pytestmark = [pytest.mark.content, pytest.mark.postgresql]

_FILES = """
import io
from django.core.files.base import ContentFile
from PIL import Image
from wagtail.models import Page
from news.models import NewsPage
from portal.models import PortalDocument, PortalImage
out = io.BytesIO()
Image.new("RGB", (900, 600), "navy").save(out, "JPEG")
image = PortalImage.objects.create(title="Hafen", file=ContentFile(out.getvalue(), name="hafen.jpg"))
for number in range(3):
    file = ContentFile(b"Zeile " * (number + 1), name=f"liste-{number}.txt")
    PortalDocument.objects.create(title=f"Liste {number}", is_shared=True, file=file)
for page in NewsPage.objects.live().filter(alias_of=None).order_by("path")[::8]:
    page.image = image
    page.save_revision().publish()
"""

_EDIT = """
import itertools, pathlib
from django.core.files.base import ContentFile
from news.models import NewsPage
from portal.models import PortalDocument
page = NewsPage.objects.live().filter(alias_of=None).first()
for number in itertools.count():
    if pathlib.Path({stop!r}).exists():
        break
    document = PortalDocument.objects.create(title=f"Eilig {{number}}", file=ContentFile(b"%d" % number * 9, name="eilig.txt"))
    document.get_file_hash()
    if number % 2:
        # The next one gets the name that this one had.
        document.delete()
        document.file.storage.delete(document.file.name)
    page.search_description = f"Stand {{number}}"
    page.save_revision().publish()
    pathlib.Path({stop!r} + ".begun").touch()
"""

_DOCUMENTS = """
import json
from portal.models import PortalDocument
print("FOUND" + json.dumps([document.url for document in PortalDocument.objects.filter(is_shared=True)]))
"""

_ALL = """
import json
from portal.models import PortalDocument
wrong = []
for document in PortalDocument.objects.all():
    kind, _, number = document.title.partition(" ")
    try:
        with document.file.open("rb") as file:
            if file.read() != (number.encode() * 9 if kind == "Eilig" else b"Zeile " * (int(number) + 1)):
                wrong.append(document.file.name)
    except OSError as error:
        wrong.append(str(error))
print("FOUND" + json.dumps([PortalDocument.objects.count(), wrong]))
"""


def run(portal: support.Portal, *arguments: str, code: int = 0) -> str:
    """Run a command in a process of its own and return what it said, on either stream."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=support.BASE_DIR, env=portal.environment,
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stdout + done.stderr
    return (done.stdout + done.stderr).strip()


def said(output: str) -> object:
    return json.loads(next(line for line in output.splitlines() if line.startswith("FOUND")).removeprefix("FOUND"))


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def answers(portal: support.Portal, addresses: list[str]) -> dict[str, tuple[int, dict[str, str], bytes]]:
    found = {}
    for address in addresses:
        status, headers, body = answer(portal, address)
        for name in ("date", "expires"):
            headers.pop(name, "")
        found[address] = status, headers, gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body
    return found


@dataclasses.dataclass
class Place:
    """A state folder and a database that a backup can be restored to."""

    folder: Path
    database: str

    def portal(self, **values: str) -> support.Portal:
        return support.Portal("", self.folder, support.environment(self.folder, self.database, **values))


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Place]:
    """Give an empty state folder and an empty database."""
    database = f"{support.run_name()}_restored_{support.worker_name()}" if support.on_postgresql() else ""
    if database:
        support.create_database(database)
    (tmp_path / "empty").mkdir()
    yield Place(tmp_path / "empty", database)
    if database:
        support.drop_database(database)


@pytest.fixture
def filled(portal_state: support.State, tmp_path: Path) -> Iterator[Place]:
    """Give a portal with the initial content that nobody serves."""
    database = f"{support.run_name()}_filled_{support.worker_name()}" if portal_state.database else ""
    if database:
        support.create_database(database, portal_state.database)
    shutil.copytree(portal_state.folder, tmp_path / "filled")
    for number in range(3):
        path = tmp_path / "filled" / "media" / "documents" / f"alt-{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"Inhalt {number}")
    yield Place(tmp_path / "filled", database)
    if database:
        support.drop_database(database)


def test_a_restored_portal_answers_every_address_alike(portal_state: support.State, tmp_path: Path, empty: Place) -> None:
    database = f"{support.run_name()}_saved_{support.worker_name()}" if portal_state.database else ""
    port, backups = str(support.free_port()), tmp_path / "backups"
    own = {"PORTAL_BACKUPS": str(backups), "PORTAL_URL": f"http://127.0.0.1:{port}"}
    own |= {"PORTAL_STATIC_ROOT": str(portal_state.folder / "static")}
    with support.served(portal_state, tmp_path / "saved", database, **own) as portal:
        portal.manage("shell", "-c", _FILES)
        stop = tmp_path / "stop"
        editing = subprocess.Popen(
            [sys.executable, "manage.py", "shell", "-c", _EDIT.format(stop=str(stop))],
            cwd=support.BASE_DIR, env=portal.environment, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        with contextlib.ExitStack() as stack:
            stack.callback(editing.wait)
            stack.callback(stop.touch)
            support.wait_for((tmp_path / "stop.begun").exists, "The first edit")
            while_edited = portal.manage("backup").split()[2]
            assert editing.poll() is None
        running = portal.manage("restore", "--overwrite", code=1)
        assert running.splitlines()[-1] == (
            "CommandError: The portal is running, or another restore is; stop it first. Nothing was changed."
        )
        pages = support.public_addresses(portal)
        others = ["/sitemap.xml", "/sitemap-de.xml", "/sitemap-ar.xml", "/uk/feed.rss"]
        others += ["/api/v2/pages/?locale=en", "/de/suche/?q=Hilfe&format=json"]
        documents = said(portal.manage("shell", "-c", _DOCUMENTS))
        # What is shown is made meanwhile: the sizes of pictures; those in AVIF by the runner, which pages shall not wait for here.
        answers(portal, [address for address in pages if address.startswith("/de/")])
        portal.manage("shell", "-c", "from portal.jobs import pictures; pictures.make_avif()")
        expected = answers(portal, pages)
        assert b"image/avif" in b"".join(body for _status, _headers, body in expected.values())
        # Texts of files are read when somebody gets round to it, and are found then.
        portal.manage("run_due")
        at_rest = portal.manage("backup").split()[2]
        media = [f"/media/{path.relative_to(portal.folder / 'media')}" for path in (portal.folder / "media" / "images").rglob("*.*")]
        assert {address.split("/")[1] for address in pages} >= {"de", "en", "uk", "ar"} and len(media) > 3 and len(documents) == 3
        expected |= answers(portal, [*others, *documents, "/de/gibt-es-nicht/", *media])

    # What was saved while it was edited belongs together.
    with contextlib.closing(empty.portal(**own)) as portal:
        portal.manage("restore", while_edited)
        number, wrong = said(portal.manage("shell", "-c", _ALL))
        assert number > 3 and wrong == []
        refused = portal.manage("restore", at_rest, code=1).splitlines()[-1]
        assert refused == "CommandError: The database is not empty; --overwrite replaces it by the backup. Nothing was changed."
        portal.manage("restore", at_rest, "--overwrite")
    state = support.State(empty.folder, empty.database)
    with support.served(state, tmp_path / "again", f"{database}_again" if database else "", **own) as portal:
        portal.manage("run_due")
        found = answers(portal, list(expected))
    for address in expected:
        assert found[address] == expected[address], address


def test_a_backup_that_is_damaged_changes_nothing(filled: Place, empty: Place, tmp_path: Path) -> None:
    backups = tmp_path / "backups"
    portal, target = (place.portal(PORTAL_BACKUPS=str(backups)) for place in (filled, empty))
    with contextlib.closing(portal):
        name = portal.manage("backup").split()[2]
    content = next(path for path in (backups / "media").rglob("*") if path.is_file() and path.read_text() == "Inhalt 1")
    database = next((backups / name).glob("database.*"))
    manifest = backups / name / "manifest.json"
    whole = f"The backup {name} is not whole:"
    for path, line in (
        (content, f"{whole} the file documents/alt-1.txt is damaged or not there. Nothing was changed."),
        (database, f"{whole} the file of the database is damaged or not there. Nothing was changed."),
        (manifest, f"The backup {name} is damaged: its manifest is not what was written."),
    ):
        before = path.read_bytes()
        path.write_bytes(before[:-3] + b"x" + before[-2:])
        assert target.manage("restore", code=1) == f"CommandError: {line}\n"
        path.write_bytes(before)
    content.unlink()
    assert target.manage("restore", code=1).endswith("the file documents/alt-1.txt is damaged or not there. Nothing was changed.\n")
    assert not (empty.folder / "media").exists() and "being-replaced" not in {path.name for path in empty.folder.iterdir()}
    tables = "from django.db import connection; print('FOUND' + str(connection.introspection.table_names()))"
    assert said(target.manage("shell", "-c", tables)) == []
    target.close()


_KILLED = """
import os, pathlib, signal
from django.core.management import call_command
from portal.operation import {module}
{module}.{name} = lambda *args, **values: os.kill(os.getpid(), signal.SIGKILL)
call_command({command})
"""


def test_what_is_killed_is_repeated_and_half_is_never_whole(filled: Place, empty: Place, tmp_path: Path) -> None:
    backups = tmp_path / "backups"
    own = {"PORTAL_BACKUPS": str(backups), "PORTAL_STATIC_ROOT": str(filled.folder / "static")}
    with contextlib.closing(filled.portal(**own)) as source, contextlib.closing(empty.portal(**own)) as target:
        # The last thing that is written of a backup is its name.
        killed = _KILLED.format(module="backups", name="write_whole", command='"backup"')
        source.manage("shell", "-c", killed, code=-signal.SIGKILL)
        assert [path.name[:12] for path in backups.iterdir() if path.is_dir() and path.name != "media"] == [".unfinished-"]
        assert source.manage("restore", "--overwrite", code=1) == f"CommandError: There is no backup in {backups}.\n"
        name = source.manage("backup").split()[2]
        assert sorted(path.name for path in backups.iterdir()) == [name, "backup.lock", "media"]

        # Between the database and the media, which lie on a disk of their own.
        disk = tmp_path / "disk"
        (disk / "lost+found").mkdir(parents=True)
        (empty.folder / "media").symlink_to(disk)
        killed = _KILLED.format(module="restoring", name="_take_key", command='"restore"')
        target.manage("shell", "-c", killed, code=-signal.SIGKILL)
        refused = target.manage("serve", "--prepare", code=1).strip()
        assert refused == (
            f"CommandError: The restoring of the backup {name} was interrupted, and the data may be half of the old and half of the new; "
            "repeat it, or restore a backup: make restore ARGS=--overwrite"
        )
        target.manage("restore")
        assert tree(empty.folder / "media") == tree(filled.folder / "media")
        assert (empty.folder / "media").is_symlink()
        assert {path.name for path in disk.iterdir()} == {"lost+found", *(path.name for path in (filled.folder / "media").iterdir())}
        assert target.manage("check_portal").splitlines() == ["The portal answers."]


def test_media_are_kept_once_and_old_backups_go_with_what_they_alone_had(filled: Place, tmp_path: Path) -> None:
    backups = tmp_path / "backups"
    with contextlib.closing(filled.portal(PORTAL_BACKUPS=str(backups))) as portal:
        portal.manage("backup")
        kept = {path: path.stat().st_ino for path in (backups / "media").rglob("*") if path.is_file()}
        assert len(kept) == 3
        documents = filled.folder / "media" / "documents"
        (documents / "alt-0.txt").unlink()
        (documents / "neu.txt").write_text("Inhalt neu")
        second = portal.manage("backup").split()[2]
        both = {path: path.stat().st_ino for path in (backups / "media").rglob("*") if path.is_file()}
        assert kept.items() <= both.items() and len(both) == 4
        time.sleep(1)
        third = portal.manage("backup", "--keep", "2").split()[2]
        assert sorted(path.name for path in backups.iterdir() if path.is_dir()) == [second, third, "media"]
        left = sorted(path.read_text() for path in (backups / "media").rglob("*") if path.is_file())
        assert left == ["Inhalt 1", "Inhalt 2", "Inhalt neu"]


def test_a_backup_is_proved_beside_the_portal(filled: Place, tmp_path: Path) -> None:
    portal = filled.portal(PORTAL_BACKUPS=str(tmp_path / "backups"))
    with contextlib.closing(portal):
        name = portal.manage("backup").split()[2]
        # Who is killed leaves a copy, with all that the portal knows of people: it goes when the next one is made.
        killed = _KILLED.format(module="restoring", name="apart", command='"restore", prove=True')
        portal.manage("shell", "-c", killed, code=-signal.SIGKILL)
    assert len([path for path in (tmp_path / "backups").glob(".proof-*") if path.is_dir()]) == 1
    assert run(portal, "restore", "--prove") == f"The backup {name} was restored into an empty folder, and its pages answer."
    assert (tmp_path / "backups" / "proved").exists()
    assert [path.name for path in (tmp_path / "backups").glob(".proof*")] == []
