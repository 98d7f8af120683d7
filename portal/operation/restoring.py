"""Restoring a backup: all of it is checked before anything is written, and what was interrupted can be repeated."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.management import CommandError
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from portal.files import only_one, write_whole
from portal.operation import backups, databases
from portal.operation.backups import COMPARED, PROOF, Backup, Say
from portal.operation.media import files
from portal.serving import running
from portal.settings import environment

_SHARED = (
    "DATABASE_URL", "CACHE_URL", "SENTRY_DSN", "SEARCH_BACKEND", "SEARCH_URLS", "SEARCH_PREFIX", "VARNISH_URL", "CLOUDFLARE_ZONE",
    "S3_URL", "S3_ACCESS_KEY", "S3_SECRET_KEY", "S3_REGION", "CLOUDFLARE_TOKEN", "PORTAL_MIRROR", "EMAIL_URL", "STATUS_PORT",
)  # fmt: skip
"""Settings that name what is outside of the state folder, and is the running portal's."""


def _aside(path: Path) -> Path:
    """Return where the file is made that takes the place of another."""
    return path.with_name(f"{path.name}.restored")


def check(backup: Backup) -> None:
    """Find out whether a backup is whole and this portal can be made from it.

    Raises:
        CommandError: it cannot; nothing was written.
    """
    stated = backup.manifest["database"]
    if stated["vendor"] != databases.vendor():
        vendors = f"{stated['vendor']}, and DATABASE_URL names one of {databases.vendor()}"
        raise CommandError(f"The backup {backup.name} holds a database of {vendors}.")
    known = {f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations}
    own = {label for label in (name.partition(".")[0] for name in known) if (settings.BASE_DIR / label).is_dir()}
    if newer := [name for name in stated["migrations"] if name.partition(".")[0] in own and name not in known]:
        raise CommandError(f"The backup {backup.name} was made by a newer version of the portal ({newer[-1]}); start that version.")
    if found := backups.faults(backup):
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        raise CommandError(f"The backup {backup.name} is not whole: {found[0]}{more}. Nothing was changed.")


def differences(backup: Backup) -> list[str]:
    """Return in a line each which settings are other ones than where the backup was made."""
    then, now = backup.manifest["settings"], backups.chosen_settings()
    lines = [f"{name} was {then[name]} and is {now[name]}." for name in COMPARED if then[name] != now[name]]
    # Where the backup holds the key it is brought back.
    if then["SECRET_KEY"] != now["SECRET_KEY"] and (not backup.manifest["secret_key"] or os.environ.get("SECRET_KEY")):
        lines.append("SECRET_KEY is another one: everybody has to sign in again, and links to shared drafts are no longer valid.")
    return lines


def _check_target(backup: Backup, overwrite: bool) -> None:
    """Refuse to overwrite what nobody said may be overwritten, and a disk that is too small.

    Raises:
        CommandError: the message says what is in the way; nothing was changed.
    """
    databases.check_unused()
    if not overwrite and not running.marker().exists():
        if not databases.is_empty():
            raise CommandError("The database is not empty; --overwrite replaces it by the backup. Nothing was changed.")
        if next(files(), None):
            place = f"bucket {settings.S3.name}" if settings.S3 else "media folder"
            raise CommandError(f"The {place} is not empty; --overwrite replaces it by the backup. Nothing was changed.")
    media = Path(settings.MEDIA_ROOT)
    needed = {settings.VAR_DIR: backup.manifest["database"]["size"]}
    if not settings.S3:
        # It may be a disk of its own, or a link to one.
        of_media = media if media.is_dir() else settings.VAR_DIR
        needed[of_media] = needed.get(of_media, 0) + sum(entry.size for entry in backup.media.values())
    for folder, size in needed.items():
        if (free := shutil.disk_usage(folder).free) < size:
            raise CommandError(f"The folder {folder} has {free // 2**20} MB left, and {size // 2**20} MB are needed; nothing was changed.")


def restore(backup: Backup, say: Say, overwrite: bool = False) -> None:
    """Make the portal what it was.

    Raises:
        CommandError: it cannot be done; the message says whether anything was changed.
    """
    say(f"Checking the backup {backup.name} …")
    check(backup)
    with running.alone():
        _check_target(backup, overwrite)
        for line in differences(backup):
            say(line)
        say("Restoring …")
        replace(backup)


def replace(backup: Backup) -> None:
    """Put a checked backup in the place of what is there; whoever calls is alone.

    Raises:
        CommandError: it failed; as long as the new data are only being made, nothing has changed.
    """
    media = Path(settings.MEDIA_ROOT)
    new, old = media / ".restored", media / ".replaced"
    try:
        if settings.S3:
            default_storage.check_room(0)
        else:
            for left in (new, old):
                shutil.rmtree(left, ignore_errors=True)
            new.mkdir(parents=True)
            backup.store.bring_back(backup.media, new)
        if databases.vendor() == "sqlite":
            _make_sqlite(backup)
        # From here on something is replaced; until the end no portal starts on it.
        write_whole(running.marker(), f"The restoring of the backup {backup.name}\n")
        if databases.vendor() == "sqlite":
            _take_sqlite()
        else:
            databases.load_postgresql(backup.database, backup.manifest["database"]["rows"])
        _take_key(backup)
        if settings.S3:
            backup.store.bring_into_bucket(backup.media)
        else:
            _take_media(media, new, old)
    except (OSError, sqlite3.Error) as error:
        raise CommandError(f"The backup could not be restored: {error}. It can be repeated.") from error
    running.marker().unlink()
    for left in (new, old):
        shutil.rmtree(left, ignore_errors=True)


def _take_media(media: Path, new: Path, old: Path) -> None:
    """Let the new files take the place of the old ones inside the folder, which may be a disk of its own and has what is the disk's."""
    old.mkdir()
    for path in media.iterdir():
        if not path.name.startswith(".") and path.name != "lost+found":
            path.rename(old / path.name)
    for path in list(new.iterdir()):
        path.rename(media / path.name)


def _take_key(backup: Backup) -> None:
    """Bring back the secret key where the backup holds it and the environment names no other."""
    if backup.manifest["secret_key"] and not os.environ.get("SECRET_KEY"):
        write_whole(Path(settings.VAR_DIR) / "secret_key", (backup.folder / "secret_key").read_text(encoding="utf-8"))


def _make_sqlite(backup: Backup) -> None:
    """Write the database beside the portal's and count its rows."""
    new = _aside(databases.sqlite_path())
    new.unlink(missing_ok=True)
    shutil.copyfile(backup.database, new)
    new.chmod(0o600)
    stated = backup.manifest["database"]["rows"]
    with contextlib.closing(sqlite3.connect(new)) as database:
        found = databases.rows(lambda query: database.execute(query).fetchall(), stated)
    if found != stated:
        raise CommandError(f"The backup {backup.name} does not hold the rows that it should. Nothing was changed.")
    with new.open("rb") as written:
        os.fsync(written.fileno())


def _take_sqlite() -> None:
    connection.close()
    path = databases.sqlite_path()
    new = _aside(path)
    # The log of the old one would be taken for the new one's.
    for ending in ("-wal", "-shm"):
        Path(f"{path}{ending}").unlink(missing_ok=True)
    new.replace(path)


def prove(backup: Backup, say: Say) -> None:
    """Restore a backup into an empty folder, and on PostgreSQL an empty database, ask the portal that is made of it for its pages,
    and note beside it that it held. The portal itself may go on running.

    Raises:
        CommandError: it did not hold.
    """
    # Static files belong to the code, and a backup does not hold them.
    own = {"PORTAL_STATIC_ROOT": str(settings.STATIC_ROOT)}
    with _copying(backup.folder.parent, say):
        _try_on_copy(backup, "did not hold", own, ["migrate", "-v0", "--no-input"], ["check_portal"])
    write_whole(backup.folder.parent / PROOF, datetime.now(UTC).isoformat())
    say(f"The backup {backup.name} was restored into an empty folder, and its pages answer.")


def rehearse_upgrade(backup: Backup, say: Say) -> None:
    """Upgrade a copy of the portal, made from a backup, as `upgrade` would the portal itself.

    Raises:
        CommandError: it fails.
    """
    beside = backup.folder.parent
    with _copying(beside, say), tempfile.TemporaryDirectory(prefix=".static-", dir=beside) as folder:
        # Of its own: those of the version that serves are not the next one's. Where they are alike there is nothing to collect.
        static = Path(folder) / "static"
        if (there := Path(settings.STATIC_ROOT)).exists():
            shutil.copytree(there, static, copy_function=_link)
        _try_on_copy(backup, "cannot be upgraded", {"PORTAL_STATIC_ROOT": str(static)}, ["upgrade", "--copy"])


@contextlib.contextmanager
def _copying(folder: Path, say: Say) -> Iterator[None]:
    """Let nobody else make a copy of the portal beside its backups meanwhile: on PostgreSQL two have the same name.

    A copy holds all that the portal does: one that somebody left who was killed goes.

    Raises:
        CommandError: it cannot be made, as on a disk that is full.
    """
    try:
        with only_one(folder / "copy.lock", lambda: say("Another copy of the portal is being tried; waiting for it …")):
            for left in (path for name in (".proof-*", ".static-*") for path in folder.glob(name)):
                shutil.rmtree(left)
            yield
    except (OSError, shutil.Error) as error:
        raise CommandError(f"No copy of the portal could be made in {folder}: {getattr(error, 'strerror', None) or error}.") from error


def _link(source: str, target: str) -> None:
    """Give a file that is never written to again a second name, or where that is on another disk copy it."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def apart(folder: Path) -> dict[str, str]:
    """Return the settings of a portal in a folder of its own that has nothing in common with this one: it writes to no server of this one,
    clears away nothing in front of it, and replaces no mirror of it.
    """
    own = {"PORTAL_VAR": str(folder), "PORTAL_MACHINES": "1", "PORTAL_DICTIONARIES": str(settings.DICTIONARIES)}
    return dict.fromkeys(_SHARED, "") | own


def _try_on_copy(backup: Backup, otherwise: str, values: dict[str, str], *commands: list[str]) -> None:
    """Run commands on the portal that is made of a backup in an empty folder, and on PostgreSQL an empty database.

    Raises:
        CommandError: one fails.
    """
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix=".proof-", dir=backup.folder.parent))
        own = apart(Path(folder)) | values
        if databases.vendor() == "postgresql":
            own["DATABASE_URL"] = _address(stack.enter_context(databases.scratch()))
        for command in (["restore", backup.name, "--from", str(backup.folder.parent)], *commands):
            done = subprocess.run(  # noqa: S603
                [sys.executable, str(settings.BASE_DIR / "manage.py"), *command],
                env={**os.environ, **own}, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
            )  # fmt: skip
            if done.returncode:
                last = (done.stderr or done.stdout).strip().splitlines()[-1:]
                raise CommandError(f"The backup {backup.name} {otherwise}: {''.join(last).removeprefix('CommandError: ')}")


def _address(name: str) -> str:
    """Return DATABASE_URL with another database."""
    return urlsplit(environment.database_url(settings.VAR_DIR))._replace(path=f"/{name}").geturl()
