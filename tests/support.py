"""What the tests need from outside: tools of the machine, a portal with the initial content, axe."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql

BASE_DIR = Path(__file__).resolve().parents[1]
APPS = tuple(sorted(path.parent.name for path in BASE_DIR.glob("*/apps.py")))
"""The portal's own apps: none is forgotten where all of them are meant."""
IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}
PATIENCE = 600.0
"""Seconds after which something that is waited for will not come any more, on a machine however busy."""
DEMO_PASSWORD = "demo-password-of-the-tests"

CHROMIUM_ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run",
]  # fmt: skip

TOOLS = {
    "axe-core": "node_modules/axe-core/axe.min.js",
    "vnu-jar": "node_modules/vnu-jar/build/dist/vnu.jar",
    "lighthouse": "node_modules/.bin/lighthouse",
}


def tools_folder() -> Path:
    """Return the folder into which `make tools` installs."""
    return (BASE_DIR / os.environ.get("PORTAL_TOOLS", "var/tools")).resolve()


def tool_path(name: str) -> Path | None:
    """Return the file of a tool that comes from npm, or None when it is not installed."""
    path = tools_folder() / TOOLS[name]
    return path if path.exists() else None


def chromium_path() -> str | None:
    """Return the machine's Chromium."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@cache
def missing(marker: str) -> str:
    """Return in one line what a marker's tests lack on this machine and how to get it; empty if nothing."""
    wanted = {
        "browser": [
            ("Chromium", chromium_path(), "on Debian: apt-get install chromium fonts-noto-core"),
            ("axe-core", tool_path("axe-core"), "make tools"),
        ],
        "nu": [
            ("Java", shutil.which("java"), "on Debian: apt-get install default-jre-headless"),
            ("the Nu checker", tool_path("vnu-jar"), "make tools"),
        ],
        "gettext": [("gettext", shutil.which("msgfmt"), "on Debian: apt-get install gettext")],
    }
    lacks = [f"{name} ({remedy})" for name, found, remedy in wanted[marker] if not found]
    return f"needs {' and '.join(lacks)}" if lacks else ""


# A portal with the initial content


@dataclass(frozen=True)
class State:
    """A prepared portal that is copied, never used itself: a state folder and, on PostgreSQL, a database."""

    folder: Path
    database: str = ""

    @property
    def sqlite_file(self) -> Path:
        """Return the SQLite database."""
        return self.folder / "db.sqlite3"


@dataclass
class Portal:
    """A portal that is being served."""

    url: str
    folder: Path
    environment: dict[str, str]
    _commands: subprocess.Popen[str] | None = None

    def manage(self, *arguments: str, code: int = 0) -> str:
        """Run a management command on the portal, in a process of its own, and return its output; its errors where it ends with a code."""
        if self._commands is None:
            # Loaded once: starting Django takes longer than nearly all that is asked of it (`tests.tools.commands`).
            self._commands = subprocess.Popen(
                [sys.executable, "-m", "tests.tools.commands"],
                cwd=BASE_DIR, env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )  # fmt: skip
        print(json.dumps(arguments), file=self._commands.stdin, flush=True)
        done = json.loads(self._commands.stdout.readline())
        assert done["code"] == code, f"manage.py {' '.join(arguments)} ended with {done['code']}: {done['output']}{done['errors']}"
        return done["errors"] if code else done["output"]

    def close(self) -> None:
        """End the process that runs commands."""
        if self._commands is not None:
            self._commands.communicate()
            self._commands = None


def on_postgresql() -> bool:
    """Return whether this run uses PostgreSQL."""
    return connection.vendor == "postgresql"


def environment(folder: Path, database: str = "", **values: str) -> dict[str, str]:
    """Return the environment of a portal of its own, free of what the test run itself was given."""
    own = ("PORTAL_", "S3_", "DATABASE_URL", "CACHE_URL", "HOST", "PORT", "DJANGO_SETTINGS_MODULE", "ALLOWED_HOSTS", "MAKE", "MFLAGS")
    result = {key: value for key, value in os.environ.items() if not key.startswith(own)}
    result["PORTAL_DICTIONARIES"] = str(settings.DICTIONARIES)
    result |= {"PORTAL_VAR": str(folder), "PORTAL_DEMO_PASSWORD": DEMO_PASSWORD, "DJANGO_SETTINGS_MODULE": "portal.settings.production"}
    # All tests come from one address.
    result |= {"SEARCH_RATE": "1000000", "SEARCH_SUGGESTION_RATE": "1000000"}
    if database:
        result["DATABASE_URL"] = database_url(database)
    return result | values


def database_url(name: str) -> str:
    """Return the address of a database beside that of the test run."""
    given = settings.DATABASES["default"]
    return f"postgres://{given['USER']}:{given['PASSWORD']}@{given['HOST']}:{given['PORT'] or 5432}/{name}"


def _administer(*statements: sql.Composed) -> None:
    with psycopg.connect(database_url("postgres"), autocommit=True) as server:
        for statement in statements:
            server.execute(statement)


def create_database(name: str, template: str = "template1") -> None:
    """Make a database, as a copy of another one; one of that name is dropped."""
    drop_database(name)
    _administer(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))


def drop_database(name: str) -> None:
    """Drop a database, whoever is connected."""
    _administer(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def copy_sqlite(source: sqlite3.Connection | str, target: BaseDatabaseWrapper) -> None:
    """Copy a SQLite database, a file or what a connection has open, into the one that a connection of Django leads to."""
    target.ensure_connection()
    if isinstance(source, sqlite3.Connection):
        source.backup(target.connection)
        return
    with contextlib.closing(sqlite3.connect(source)) as file:
        file.backup(target.connection)


def wait_for(condition: Callable[[], object], what: str = "What is waited for") -> None:
    """Wait until something holds; what is too slow fails by what it does, not by this machine's clock."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not come"
        time.sleep(0.1)


@contextlib.contextmanager
def file_lock(path: Path, timeout: float = 3 * PATIENCE) -> Iterator[None]:
    """Hold a lock that all workers of a test run see."""
    deadline = time.monotonic() + timeout
    while True:
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL))
            break
        except FileExistsError:
            assert time.monotonic() < deadline, f"{path} is locked"
            time.sleep(0.2)
    try:
        yield
    finally:
        path.unlink()


def run_name() -> str:
    """Return a name for this test run, the same in all its workers."""
    return f"test_portal_{os.environ['PYTEST_XDIST_TESTRUNUID'][:12]}"


def worker_name() -> str:
    """Return the name of this worker."""
    return os.environ.get("PYTEST_XDIST_WORKER", "single")


def drop_databases() -> None:
    """Drop what this run has made on the PostgreSQL server."""
    with psycopg.connect(database_url("postgres")) as server:
        names = [name for (name,) in server.execute("SELECT datname FROM pg_database")]
    for name in names:
        if name.startswith(run_name()):
            drop_database(name)


def _once(shared: Path, name: str, build: Callable[[], None]) -> None:
    """Build something once a run; the worker that comes first does it, the others wait and fail if it failed."""
    done, failed = shared / f"{name}.done", shared / f"{name}.failed"
    with file_lock(shared / f"{name}.lock"):
        assert not failed.exists(), failed.read_text(encoding="utf-8")
        if done.exists():
            return
        try:
            build()
        except BaseException as error:
            failed.write_text(str(error), encoding="utf-8")
            raise
        done.touch()


def manage(state: State, *arguments: str) -> str:
    """Run a management command on a state folder, leave one closed database file behind, and return the output."""
    with contextlib.closing(Portal("", state.folder, environment(state.folder, state.database, PORTAL_URL="http://testserver"))) as portal:
        output = portal.manage(*arguments)
    if not state.database:
        # One file without a write-ahead log beside it is copied without surprises.
        with contextlib.closing(sqlite3.connect(state.sqlite_file)) as database:
            database.execute("PRAGMA journal_mode=DELETE")
    return output


def _code_fingerprint() -> str:
    """Return a hash of all that a migrated database is made from; `make mutants` says that its faults change nothing of it."""
    if said := os.environ.get("PORTAL_TEST_FINGERPRINT"):
        return said
    files = [BASE_DIR / "requirements.txt"]
    for name in APPS:
        files += sorted((BASE_DIR / name).rglob("*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]


# Tests, crawls and Lighthouse look at a released portal; what a preview is like is a test of its own.
RELEASE = ("shell", "-c", "from portal.discovery import release; release.set_released(True)")


def build_migrated(shared: Path, kept: Path) -> State:
    """Return a migrated, otherwise empty database, made once a run; on SQLite it is kept for the runs to come."""
    state = State(shared / "migrated", f"{run_name()}_migrated" if on_postgresql() else "")

    def build() -> None:
        state.folder.mkdir()
        if state.database:
            create_database(state.database)
            manage(state, "migrate", "--verbosity=0")
            manage(state, *RELEASE)
            return
        file = kept / f"migrated-{_code_fingerprint()}.sqlite3"
        if not file.exists():
            manage(state, "migrate", "--verbosity=0")
            manage(state, *RELEASE)
            for old in kept.glob("migrated-*.sqlite3"):
                old.unlink()
            shutil.copyfile(state.sqlite_file, file)
        shutil.copyfile(file, state.sqlite_file)

    _once(shared, "migrated", build)
    return state


def _content_fingerprint() -> str:
    """Return a hash of all that a prepared portal is made from."""
    if said := os.environ.get("PORTAL_TEST_FINGERPRINT"):
        return said
    result = hashlib.sha256(_code_fingerprint().encode())
    for name in ("content", "locale", *APPS):
        for path in sorted((BASE_DIR / name).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                result.update(str(path.relative_to(BASE_DIR)).encode() + path.read_bytes())
    return result.hexdigest()[:16]


def build_state(shared: Path, migrated: State, kept: Path) -> State:
    """Return the prepared portal with the initial content of this test run; on SQLite it is kept for the runs to come.

    `PORTAL_TEST_STATE` names a prepared state folder that is brought up to date instead of loading the content anew, which takes a
    minute: SQLite only, made with the password of the tests, and changes of `content/` are not in it.
    """
    state = State(shared / "state", f"{run_name()}_content" if migrated.database else "")
    given = "" if state.database else os.environ.get("PORTAL_TEST_STATE", "")
    kind = "given" if given else "content"
    prepared = kept / f"{kind}-{_content_fingerprint()}"

    def build() -> None:
        if not state.database and prepared.exists():
            shutil.copytree(prepared, state.folder)
            return
        if given or migrated.folder.exists():
            shutil.copytree(given or migrated.folder, state.folder)
        else:
            state.folder.mkdir()
        if state.database:
            create_database(state.database, migrated.database)
            if prepared.exists():
                # Static files are the same beside every database; the run on SQLite has compressed them.
                shutil.copytree(prepared / "static", state.folder / "static")
        manage(state, "serve", "--prepare")
        manage(state, *RELEASE)
        if not state.database:
            for old in kept.glob(f"{kind}-*"):
                shutil.rmtree(old)
            shutil.copytree(state.folder, incomplete := kept / f"incomplete-{run_name()}")
            incomplete.rename(prepared)

    _once(shared, "state", build)
    return state


def free_port() -> int:
    """Return a port that nothing uses at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextlib.contextmanager
def served(state: State, folder: Path, database: str = "", timeout: float = PATIENCE, **values: str) -> Iterator[Portal]:
    """Serve a copy of a prepared portal as `make serve` does, on a free port, until the block ends."""
    shutil.copytree(state.folder, folder, dirs_exist_ok=True)
    if database:
        create_database(database, state.database)
    port = free_port()
    own_environment = environment(folder, database, PORT=str(port), **values)
    log = folder / "serve.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve"],
            cwd=BASE_DIR, env=own_environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
        )  # fmt: skip
    try:
        deadline = time.monotonic() + timeout
        while "The portal is ready" not in (said := log.read_text(encoding="utf-8", errors="replace")):
            assert process.poll() is None, f"The portal did not start: {said}"
            assert time.monotonic() < deadline, f"The portal is not ready after {timeout:.0f} seconds: {said}"
            time.sleep(0.1)
        with contextlib.closing(Portal(f"http://127.0.0.1:{port}", folder, own_environment)) as portal:
            yield portal
    finally:
        # Not what Ctrl-C sends: where the tests run in the background, that is ignored.
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
        if database:
            drop_database(database)


_LIST_PAGES = """
import json
from portal.pages import versions
from wagtail.models import Page
pages = versions.real(Page.objects.filter(depth__gt=1)).order_by("path")
print("ADDRESSES" + json.dumps([page.get_url() for page in pages]))
"""


def public_addresses(portal: Portal) -> list[str]:
    """Return the addresses of all real pages of a served portal, in the order of the trees."""
    output = portal.manage("shell", "-c", _LIST_PAGES)
    line = next(line for line in output.splitlines() if line.startswith("ADDRESSES"))
    return json.loads(line.removeprefix("ADDRESSES"))
