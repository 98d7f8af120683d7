"""An upgrade that fails leaves the data as they were, whether a migration raises or a look at the pages finds what is wrong."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from portal.operation import restoring, upgrading
from tests import support
from tests.journeys.test_renewal import STAY, launcher, visiting
from tests.portal.operation.test_backups import Place, filled, run, tree
from tests.portal.shell.clients import listeners

__all__ = ["filled"]
pytestmark = [pytest.mark.content, pytest.mark.postgresql]

# What the portal notes of itself at each start is no data; settings that nobody made are a row without values once a page asked for them.
_OWN = ("django_session", "portal_job", "portal_changenumber", "portal_officesettings", "sqlite_sequence")


def differing(place: Place, before: dict[str, list[tuple]]) -> dict[str, list[tuple]]:
    """Return rows that are not what they were, by table; pytest would write a comparison of all for minutes."""
    now = rows(place)
    changed = {name: sorted(set(now.get(name, [])) ^ set(before.get(name, []))) for name in now.keys() | before.keys()}
    return {name: found[:4] for name, found in changed.items() if found or len(now.get(name, [])) != len(before.get(name, []))}


def rows(place: Place) -> dict[str, list[tuple]]:
    """Return all that stands in the database."""
    if place.database:
        with psycopg.connect(support.database_url(place.database)) as database:
            names = [name for (name,) in database.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
            return {name: sorted(map(str, database.execute(f'SELECT * FROM "{name}"'))) for name in names if name not in _OWN}  # noqa: S608
    with closing(sqlite3.connect(place.folder / "db.sqlite3")) as database:
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: sorted(map(str, database.execute(f'SELECT * FROM "{name}"'))) for name in names if name not in _OWN}  # noqa: S608


@pytest.mark.parametrize(("kind", "reason"), [
    ("raises", "there_is_no_such_table"),
    ("unpublishes", "CommandError: The check failed: 1 public pages of de are gone"),
])  # fmt: skip
def test_what_fails_leaves_everything_as_it_was(filled: Place, tmp_path: Path, kind: str, reason: str) -> None:
    backups = tmp_path / "backups"
    own = {"PORTAL_BACKUPS": str(backups), "DJANGO_SETTINGS_MODULE": "tests.portal.operation.failing", "FAILING": kind}
    portal, before, media = filled.portal(**own), rows(filled), tree(filled.folder / "media")
    said = run(portal, "upgrade", code=1).splitlines()
    (name,) = [path.name for path in backups.iterdir() if path.is_dir() and path.name != "media"]
    assert said[-1] == "CommandError: The upgrade failed; the data are what they were before. Start the version that you had."
    assert said[0] == "Making a backup …" and f"Going back to the backup {name} …" in said
    assert [line for line in said if reason in line] != []
    assert differing(filled, before) == {}
    assert tree(filled.folder / "media") == media
    assert not (filled.folder / "being-replaced").exists()


_KILLED = """
import os, signal
from django.core.management import call_command
from portal.operation import checking
checking.faults = lambda before: os.kill(os.getpid(), signal.SIGKILL)
call_command("upgrade")
"""


def test_one_that_was_killed_begins_anew_from_its_backup(filled: Place, tmp_path: Path) -> None:
    own = {"PORTAL_BACKUPS": str(tmp_path / "backups"), "PORTAL_URL": "http://testserver"}
    before = rows(filled)
    harmful = {"DJANGO_SETTINGS_MODULE": "tests.portal.operation.failing", "FAILING": "unpublishes"}
    run(filled.portal(**own, **harmful), "shell", "-c", _KILLED, code=-signal.SIGKILL)
    assert differing(filled, before) != {}
    # The version that comes next has no such migration.
    portal = filled.portal(**own)
    refused = run(portal, "serve", "--prepare", code=1)
    assert refused.startswith("CommandError: The upgrade from the backup ") and "was interrupted" in refused
    said = run(portal, "upgrade").splitlines()
    assert said[0].startswith("The last upgrade was interrupted; going back to the backup ")
    assert said[-1].startswith("The portal is upgraded. ")
    assert differing(filled, before) == {}


_APART = """
from django.conf import settings
search = settings.WAGTAILSEARCH_BACKENDS["default"]
print(settings.WAGTAILFRONTENDCACHE, settings.MIRROR, settings.STATUS_PORT, settings.EMAIL_CONFIG["EMAIL_BACKEND"], search)
"""


def test_a_copy_has_nothing_in_common_with_the_portal(tmp_path: Path) -> None:
    """What is tried on it re-indexes no server, clears no cache away and replaces no mirror that are the portal's."""
    of_the_portal = {
        "VARNISH_URL": "http://127.0.0.1:1", "CLOUDFLARE_ZONE": "zone", "CLOUDFLARE_TOKEN": "token", "PORTAL_MIRROR": str(tmp_path),
        "SEARCH_URLS": "http://127.0.0.1:1", "SEARCH_PREFIX": "portal_", "STATUS_PORT": "1", "EMAIL_URL": "smtp://127.0.0.1:1",
    }  # fmt: skip
    portal = support.Portal("", tmp_path, support.environment(tmp_path, **of_the_portal) | restoring.apart(tmp_path))
    search = "{'BACKEND': 'search.backends.database', 'URLS': ['http://localhost:9200'], 'INDEX_PREFIX': ''}"
    said = f"{{}} None 0 django.core.mail.backends.console.EmailBackend {search}"
    assert run(portal, "shell", "-v0", "-c", _APART) == said
    # And nobody adds a setting that names a place, and forgets it here.
    named = re.findall(r"^\| `([A-Z_]*(?:URLS?|DSN|ZONE|TOKEN|PREFIX|MIRROR|PORT))`", (support.BASE_DIR / "README.md").read_text(), re.M)
    assert set(named) - restoring.apart(tmp_path).keys() == {"PORTAL_URL"}


@contextlib.contextmanager
def in_use(folder: Path, note: str = "") -> Iterator[None]:
    """Use the data of a portal, as `run_due` does, with what a launcher noted that has ended."""
    if note:
        (folder / "serving").write_text(note, encoding="ascii")
    with (folder / "running.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield


@pytest.mark.parametrize("note", [pytest.param("", id="no note"), pytest.param(f"{os.getpid()} 1\n", id="of another process")])
def test_who_cannot_be_renewed_is_not_upgraded(filled: Place, tmp_path: Path, note: str) -> None:
    """Nobody would renew what answers afterwards, if anybody does: nothing is even begun."""
    backups = tmp_path / "backups"
    with in_use(filled.folder, note):
        said = run(filled.portal(PORTAL_BACKUPS=str(backups)), "upgrade", code=1)
    assert said.startswith("CommandError: Something uses the data of this portal that cannot be renewed from here (")
    assert said.endswith(" Nothing was changed.") and "\n" not in said
    assert not backups.exists()


def test_only_a_link_is_led_elsewhere(filled: Place, tmp_path: Path) -> None:
    said = run(filled.portal(PORTAL_BACKUPS=str(tmp_path / "backups")), "upgrade", "--lead", str(tmp_path), code=1)
    assert said == f"CommandError: {tmp_path} is no link (deploy/README.md says how it becomes one). Nothing was changed."
    assert not (tmp_path / "backups").exists()


_TRIED = """
from django.conf import settings
from home.models import HomePage
from portal.serving import preparation, workers
def tried():
    try:
        workers.load(is_trial=True)
    except SystemExit as error:
        print("TRIED", error)
    else:
        print("TRIED It fits.")
tried()
def serve(*args, **values):
    raise RuntimeError("broken")
HomePage.serve = serve
tried()
(settings.STATIC_ROOT / preparation.STAMP).write_text("another version")
tried()
"""


def test_a_server_that_cannot_make_pages_or_lacks_their_files_is_not_ready(filled: Place) -> None:
    """The version before goes on, and does so better."""
    said = [line[6:] for line in run(filled.portal(), "shell", "-v0", "-c", _TRIED).splitlines() if line.startswith("TRIED ")]
    assert said == ["It fits.", "/de/ answers 500.", "The static files are not those of this version: manage.py serve --prepare"]


@pytest.fixture(scope="module")
def serves(portal_state: support.State, tmp_path_factory: pytest.TempPathFactory) -> Iterator[support.Portal]:
    """Serve a portal that is upgraded while it is read."""
    database = f"{support.run_name()}_upgraded_{support.worker_name()}" if portal_state.database else ""
    folder = tmp_path_factory.mktemp("upgraded")
    with support.served(portal_state, folder / "portal", database, PORTAL_BACKUPS=str(folder / "backups")) as portal:
        yield portal


def migrated(portal: support.Portal) -> bool:
    """Return whether a migration of the next version was applied, or left anything."""
    asked = "from django.db.migrations.recorder import MigrationRecorder as R; print(R.Migration.objects.filter(app='harmful'))"
    asked += "; from django.db import connection as c; print(c.introspection.table_names())"
    asked += "; from wagtail.models import Page; print(Page.objects.filter(title='Kaputt').values_list('title'))"
    return re.search("harmful|Kaputt", portal.manage("shell", "-v0", "-c", asked)) is not None


def next_version(portal: support.Portal, kind: str) -> support.Portal:
    """Return the same portal with the code of another version."""
    own = {"DJANGO_SETTINGS_MODULE": "tests.portal.operation.failing", "FAILING": kind}
    return support.Portal(portal.url, portal.folder, portal.environment | own)


@pytest.mark.long
@pytest.mark.parametrize(("kind", "reason"), [
    ("raises", "there_is_no_such_table"), ("unpublishes", "The check failed: 1 public pages of de are gone"),
])  # fmt: skip
def test_what_would_fail_beside_readers_changes_nothing(serves: support.Portal, kind: str, reason: str) -> None:
    support.wait_for(lambda: len(listeners(serves)) == 2, "Both processes")
    before = listeners(serves)
    last = run(next_version(serves, kind), "upgrade", code=1).splitlines()[-1]
    assert last.endswith(" Nothing was changed, and the version that you had goes on.")
    assert reason in last
    assert (listeners(serves), migrated(serves)) == (before, False)


@pytest.mark.long
def test_an_upgrade_beside_readers_fails_no_request(serves: support.Portal) -> None:
    support.wait_for(lambda: len(listeners(serves)) == 2, "Both processes")
    before, waits = listeners(serves), launcher(serves)
    (link := serves.folder / "app").symlink_to("nowhere")
    with visiting(serves) as visitors:
        support.wait_for(lambda: min(visitors.answers[name] for name in ("stay", "come", "send")) > 1, "Visitors")
        said = run(next_version(serves, "expands"), "upgrade", "--lead", str(link)).splitlines()
        assert said[0] == "The portal is running and goes on. Making a backup …"
        assert said[-1].startswith("The portal is upgraded. ")
        support.wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in before), "The end of the version before")
        meanwhile = Counter(visitors.answers)
        support.wait_for(lambda: all((visitors.answers - meanwhile)[name] > 1 for name in ("come", "send")), "Visitors afterwards")
    assert (visitors.failed, visitors.answers["ended"]) == ([], STAY)
    assert (launcher(serves), migrated(serves)) == (waits, True)
    assert link.resolve() == support.BASE_DIR


_WAITS = """
import os, signal, sys, time
from pathlib import Path
folder = Path(sys.argv[1])
signal.signal(signal.SIGUSR1, lambda *args: (folder / "renewal-refused").touch())
(folder / "serving").write_text(f"{os.getpid()} 1")
time.sleep(600)
"""


@pytest.mark.long
def test_once_the_data_are_upgraded_nothing_leads_back(filled: Place, tmp_path: Path) -> None:
    """An editor withdraws a page meanwhile, and what answers is not renewed: the version before could not start on these data."""
    (link := tmp_path / "app").symlink_to("nowhere")
    own = {"PORTAL_BACKUPS": str(tmp_path / "backups"), "DJANGO_SETTINGS_MODULE": "tests.portal.operation.failing", "FAILING": "expands"}
    with subprocess.Popen([sys.executable, "-c", _WAITS, filled.folder, "portal.serving.server"]) as waits, in_use(filled.folder):
        try:
            support.wait_for((filled.folder / "serving").exists, "Who waits")
            said = run(filled.portal(**own), "upgrade", "--lead", str(link), code=upgrading.CHANGED).splitlines()
        finally:
            waits.kill()
    assert "CommandError: The next server does not answer; its log says why. The one before goes on." in said
    assert said[-1].startswith("CommandError: The upgrade failed where its copy did not, when it had begun with the data. ")
    with contextlib.closing(filled.portal()) as portal:
        assert (link.resolve(), migrated(portal)) == (support.BASE_DIR, True)
