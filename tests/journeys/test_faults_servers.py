"""PostgreSQL and Redis are killed under load and come again: readers keep reading, nothing acknowledged is lost."""

from __future__ import annotations

import contextlib
import http.client
import os
import pwd
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import support
from tests.journeys.faults import BOTH, EditedPage, Editor, edited_pages, reading, shows, wait_until_answered

pytestmark = [pytest.mark.content, pytest.mark.faults, pytest.mark.postgresql]


PAGES = 12


class Server:
    """A server of this test alone: started, killed without a word, started again."""

    def __init__(self, command: list[str], **values: object) -> None:
        self.command, self.values = command, values
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin."""
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, process_group=0, **self.values
        )

    def kill(self) -> None:
        """End all its processes at once: those that PostgreSQL began have groups of their own."""
        children = [pid for path in Path(f"/proc/{self.process.pid}/task").glob("*/children") for pid in path.read_text().split()]
        for pid in (self.process.pid, *map(int, children)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture(scope="module")
def postgresql(portal_state: support.State, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Server]]:
    """Start a PostgreSQL of its own with a copy of the content, and give its address."""
    if not support.on_postgresql():
        pytest.skip("needs PostgreSQL, whose content is copied")
    # Debian keeps them out of the way, and elsewhere a link to one of them may stand alone.
    found = [*sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin/initdb")), reverse=True), shutil.which("initdb") or ""]
    if not (initdb := next(filter(None, found), "")):
        pytest.skip("needs the programs of the PostgreSQL server (make services)")
    tools = Path(initdb).resolve().parent
    # It refuses to run as root. Its folder lies outside of what only root may enter.
    user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.getuid() == 0 else {}
    folder, port = Path(f"/tmp/{support.run_name()}_{support.worker_name()}"), support.free_port()  # noqa: S108
    folder.mkdir(mode=0o700)
    if user:
        os.chown(folder, pwd.getpwnam("postgres").pw_uid, -1)
    done = {"check": True, "capture_output": True, "cwd": "/"}
    made = [tools / "initdb", "-D", folder / "data", "-U", "portal", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
    subprocess.run(made, **done, **user)
    server = Server(
        [str(tools / "postgres"), "-D", str(folder / "data"), "-p", str(port), "-k", str(folder), "-c", "listen_addresses=127.0.0.1"],
        cwd="/", **user,
    )  # fmt: skip
    server.start()
    try:
        address = f"postgres://portal@127.0.0.1:{port}"
        ready = [tools / "pg_isready", "-q", "-d", f"{address}/postgres"]
        support.wait_for(lambda: not subprocess.run(ready, check=False).returncode, "PostgreSQL")
        dump = tmp_path_factory.mktemp("dump") / "content"
        given = support.database_url(portal_state.database)
        subprocess.run([tools / "pg_dump", "-Fc", "--no-owner", "--no-privileges", "-f", dump, given], **done)
        subprocess.run([tools / "createdb", f"--maintenance-db={address}/postgres", "portal"], **done)
        subprocess.run([tools / "pg_restore", "--no-owner", "-d", f"{address}/portal", dump], **done)
        yield f"{address}/portal", server
    finally:
        server.kill()
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Server]]:
    """Start a Redis of its own."""
    if shutil.which("redis-server") is None:
        pytest.skip("needs redis-server (make services)")
    port = support.free_port()
    folder = str(tmp_path_factory.mktemp("redis"))
    server = Server(["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder])
    server.start()
    yield f"redis://127.0.0.1:{port}/0", server
    server.kill()


def publish_all(editor: Editor, pages: list[EditedPage], acknowledged: list[int], is_killed: threading.Event) -> None:
    """Publish page after page under a new title, until one is not acknowledged; the last one once the server is killed."""
    for number, page in enumerate(pages):
        if page is pages[-1]:
            is_killed.wait(support.PATIENCE)
        try:
            if editor.publish(page, f"Bestätigt {number}") != 302:
                return
        except (OSError, http.client.HTTPException):
            return
        acknowledged.append(number)


def kill_under_load(portal: support.Portal, server: Server, *, is_needed: bool) -> None:
    """Kill a server while pages are read and published, and let it come again; `is_needed` says whether nothing is published without it."""
    pages, editor, acknowledged = edited_pages(portal, PAGES, "Server"), Editor(portal), list[int]()
    is_killed = threading.Event()
    writer = threading.Thread(target=publish_all, args=(editor, pages, acknowledged, is_killed))
    with reading(portal, *BOTH) as readers:
        support.wait_for(lambda: len(readers.statuses) > 4, "Readers")
        writer.start()
        support.wait_for(lambda: len(acknowledged) > 2, "The first publications")
        server.kill()
        is_killed.set()
        seen = len(readers.statuses)
        support.wait_for(lambda: len(readers.statuses) > seen + 20, "Readers without it")
        without = readers.statuses[seen + 4 :]
        # However quick or slow this machine is: the last one is asked for while nothing answers there.
        writer.join()
        server.start()
        wait_until_answered(portal, *BOTH, *(page.url for page in pages[:3]))
    assert (readers.odd, readers.broken) == ([], [])
    assert set(without) == {200}, "Those who read before go on reading."
    assert (len(acknowledged) < len(pages)) == is_needed
    shown = [shows(portal, page.url, f"Bestätigt {number}") for number, page in enumerate(pages)]
    assert [number for number in acknowledged if not shown[number]] == []
    # What was under way is public whole or not at all, and nothing of what came after it.
    assert not any(shown[len(acknowledged) + 1 :])
    assert editor.publish(pages[-1], "Danach geht es weiter") == 302
    assert shows(portal, pages[-1].url, "Danach geht es weiter")


def test_postgresql_is_killed_under_load_and_comes_again(
    portal_state: support.State, postgresql: tuple[str, Server], tmp_path: Path
) -> None:
    address, server = postgresql
    with support.served(support.State(portal_state.folder), tmp_path / "portal", DATABASE_URL=address) as portal:
        kill_under_load(portal, server, is_needed=True)


def test_redis_is_killed_under_load_and_comes_again(portal_state: support.State, redis: tuple[str, Server], tmp_path: Path) -> None:
    address, server = redis
    database = f"{support.run_name()}_redis_{support.worker_name()}" if portal_state.database else ""
    with support.served(portal_state, tmp_path / "portal", database, CACHE_URL=address) as portal:
        kill_under_load(portal, server, is_needed=False)
