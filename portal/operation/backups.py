"""Backups: a folder for each, with the database, the list of media files and a manifest; the files themselves lie in a common store.

A backup is made in a folder whose name begins with a dot and gets its own name when all of it is on the disk: half of one is never
taken for a whole one. Database and media belong together: media are kept before and after the moment of the database, and every file
that it refers to is among them, or the whole is tried again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import django
import wagtail
from django.conf import settings
from django.core.management import CommandError

from portal.files import only_one, remove_leftovers, write_whole
from portal.operation import databases
from portal.operation.media import Entry, Store, checksum, files, is_inside, referenced
from portal.settings.environment import KEY_LENGTH

FORMAT = 1
TRIES = 5
_NAME = re.compile(r"\d{4}-\d\d-\d\dT\d{6}Z(-\d+)?")
_MANIFEST, _SUM, PROOF = "manifest.json", "manifest.sha256", "proved"
COMPARED = ("PORTAL_URL", "SEARCH_BACKEND", "LANGUAGES", "MACHINES")
"""Settings that a restored portal should have as the one had that was saved."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Backup:
    """A whole backup."""

    folder: Path
    manifest: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Return its name, which is the moment at which it was made (UTC)."""
        return self.folder.name

    @property
    def made_at(self) -> datetime:
        """Return when its database was read."""
        return datetime.fromisoformat(self.manifest["made_at"])

    @property
    def database(self) -> Path:
        """Return the file of its database."""
        return self.folder / self.manifest["database"]["file"]

    @property
    def media(self) -> dict[str, Entry]:
        """Return its media files."""
        return {name: Entry(*entry) for name, entry in self.manifest["media"].items()}

    @property
    def store(self) -> Store:
        """Return the store with their contents."""
        return Store(self.folder.parent)


def chosen_settings() -> dict[str, str]:
    """Return the settings that a restored portal should share, as texts; of the secret key its checksum."""
    found: dict[str, str] = {
        "PORTAL_URL": settings.PORTAL_URL,
        "SEARCH_BACKEND": str(settings.WAGTAILSEARCH_BACKENDS["default"]["BACKEND"]),
        "LANGUAGES": ",".join(code for code, _ in settings.LANGUAGES),
        "MACHINES": str(settings.MACHINES),
    }
    return found | {"SECRET_KEY": hashlib.sha256(settings.SECRET_KEY.encode()).hexdigest()[:16]}


def commit() -> str:
    """Return the commit of the code, or nothing where it is no working copy."""
    git = shutil.which("git")
    if git is None:
        return ""
    done = subprocess.run([git, "rev-parse", "HEAD"], cwd=settings.BASE_DIR, capture_output=True, text=True, check=False)  # noqa: S603
    return done.stdout.strip()


def read(folder: Path) -> Backup:
    """Return the backup in a folder.

    Raises:
        CommandError: there is none, or it is none that can be read.
    """
    try:
        text = (folder / _MANIFEST).read_bytes()
        if (folder / _SUM).read_text(encoding="ascii").strip() != hashlib.sha256(text).hexdigest():
            raise CommandError(f"The backup {folder.name} is damaged: its manifest is not what was written.")
        manifest = json.loads(text)
    except (OSError, ValueError) as error:
        raise CommandError(f"{folder} holds no whole backup.") from error
    if not isinstance(manifest, dict) or "format" not in manifest:
        raise CommandError(f"{folder} holds no whole backup.")
    if manifest["format"] != FORMAT:
        raise CommandError(f"The backup {folder.name} was made by another version of the portal (format {manifest['format']}).")
    if odd := next(_odd(manifest), ""):
        raise CommandError(f"The backup {folder.name} was not made by a portal: {odd}.")
    return Backup(folder, manifest)


def _odd(manifest: Mapping[str, Any]) -> Iterator[str]:
    """Yield what no portal writes into a manifest: whoever can change a backup could have files written anywhere, and SQL run."""
    try:
        stated = manifest["database"]
        if stated["file"] not in databases.FILE_NAMES.values() or stated["vendor"] not in databases.FILE_NAMES:
            yield f"its database is {stated['file']!r}"
        for name, number in stated["rows"].items():
            if not re.fullmatch(r"\w+", name) or type(number) is not int:
                yield f"it has a table {name!r}"
        for name, (digest, size, written) in manifest["media"].items():
            if not is_inside(name):
                yield f"it has a file {name!r}"
            if not re.fullmatch(r"[0-9a-f]{64}", digest) or type(size) is not int or type(written) is not int:
                yield f"of its file {name!r} it says {digest!r}"
        datetime.fromisoformat(manifest["made_at"])
        if not isinstance(manifest["secret_key"], str) or not all(isinstance(name, str) for name in stated["migrations"]):
            yield "a part of its manifest is none"
        yield from (f"it does not say what {name} was" for name in (*COMPARED, "SECRET_KEY") if name not in manifest["settings"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        yield f"its manifest lacks something ({error})"


def names(folder: Path) -> list[str]:
    """Return the names of the backups in a folder, the oldest first."""
    if not folder.is_dir():
        return []
    return sorted(path.name for path in folder.iterdir() if _NAME.fullmatch(path.name) and path.is_dir())


def latest(folder: Path) -> Backup:
    """Return the newest backup.

    Raises:
        CommandError: there is none.
    """
    if not (found := names(folder)):
        raise CommandError(f"There is no backup in {folder}.")
    return read(folder / found[-1])


def last_proof(folder: Path) -> datetime | None:
    """Return when a backup of a folder was last restored and held; nothing if none ever was."""
    path = folder / PROOF
    return datetime.fromisoformat(path.read_text(encoding="ascii").strip()) if path.exists() else None


def create(folder: Path, say: Say, keep: int = 0) -> Backup:
    """Make a backup, whether the portal is running or not, and delete the oldest beyond `keep` (0: none).

    Raises:
        CommandError: it could not be made; nothing that was there is lost.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        with only_one(folder / "backup.lock", lambda: say("Another backup is being made; waiting for it …")):
            for left in folder.glob(".unfinished-*"):
                shutil.rmtree(left)
            remove_leftovers(folder / "media")
            backup = _create(folder, say)
            if keep:
                prune(folder, keep)
    except OSError as error:
        reason = error.strerror or error
        raise CommandError(f"The backup could not be made in {folder}: {reason}. Nothing that was there is lost.") from error
    return backup


def _create(folder: Path, say: Say) -> Backup:
    store = Store(folder)
    found = names(folder)
    known: dict[str, Entry] = {}
    # One that is damaged hinders no other.
    with contextlib.suppress(CommandError):
        known = latest(folder).media
    _check_room(folder, known)
    moment = datetime.now(UTC)
    name = f"{moment:%Y-%m-%dT%H%M%SZ}"
    while name in found:
        name = f"{name[:18]}-{int(name[19:] or 0) + 1}"
    unfinished = folder / f".unfinished-{name}"
    unfinished.mkdir(mode=0o700)
    lost: list[str] = []
    for _ in range(TRIES):
        database = unfinished / databases.file_name()
        database.unlink(missing_ok=True)
        before = store.add_all(known)
        moment = datetime.now(UTC)
        with databases.snapshot(database) as ask:
            columns = databases.columns(ask)
            rows = databases.rows(ask, columns)
            migrations = sorted(f"{app}.{name}" for app, name in ask("SELECT app, name FROM django_migrations"))
            wanted = referenced(ask, columns)
        media = store.add_all(before)
        uncertain = _uncertain(store, wanted, before, media)
        media |= {name: before[name] for name in wanted.keys() & before.keys() - media.keys()}
        missing = sorted(wanted.keys() - media.keys())
        # What is missing twice is lost, and was not deleted in this very moment.
        if not uncertain and missing == lost:
            break
        known, lost = media, missing
    if uncertain:
        raise CommandError(f"Files change faster than they can be saved ({min(uncertain)}); try again later.")
    for name_missing in missing:
        say(f"The portal refers to a file that it does not have: {name_missing}")
    manifest = {
        "format": FORMAT,
        "made_at": moment.isoformat(),
        "commit": commit(),
        "versions": {"python": platform.python_version(), "django": django.__version__, "wagtail": wagtail.__version__},
        "database": {
            "vendor": databases.vendor(), "version": databases.version(), "file": database.name,
            "size": database.stat().st_size, "checksum": checksum(database), "migrations": migrations, "rows": rows,
        },
        "settings": chosen_settings(),
        "secret_key": _keep_key(unfinished),
        "missing": missing,
        "media": media,
    }  # fmt: skip
    database.chmod(0o600)
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True)
    write_whole(unfinished / _MANIFEST, text)
    write_whole(unfinished / _SUM, hashlib.sha256(text.encode()).hexdigest())
    with database.open("rb") as written:
        os.fsync(written.fileno())
    return read(unfinished.rename(folder / name))




def _check_room(folder: Path, known: Mapping[str, Entry]) -> None:
    """Find out whether there is room for a backup.

    Raises:
        CommandError: there is not.
    """
    new = sum(size for name, size, _written in files() if name not in known)
    if databases.vendor() == "sqlite" and databases.sqlite_path().exists():
        new += databases.sqlite_path().stat().st_size
    if (free := shutil.disk_usage(folder).free) < new:
        raise CommandError(f"The folder {folder} has {free // 2**20} MB left, and the backup needs {new // 2**20} MB; make room.")


def _uncertain(store: Store, wanted: Mapping[str, str], before: Mapping[str, Entry], after: Mapping[str, Entry]) -> list[str]:
    """Return the files of which it is not known whether what was kept is what the database meant: another has taken the name."""
    found = []
    for name in wanted.keys() & after.keys():
        if before.get(name) == after[name]:
            continue
        if name in before:
            found.append(name)
        elif wanted[name]:
            with store.path(after[name].checksum).open("rb") as file:
                if hashlib.file_digest(file, "sha1").hexdigest() != wanted[name]:
                    found.append(name)
    return found


def _keep_key(folder: Path) -> str:
    """Keep the secret key where it lies in the state folder and return its checksum: links to drafts and sessions stand on it."""
    path = Path(settings.VAR_DIR) / "secret_key"
    if not path.exists() or path.read_text(encoding="utf-8").strip() != settings.SECRET_KEY:
        return ""
    write_whole(folder / "secret_key", settings.SECRET_KEY)
    return checksum(folder / "secret_key")


def faults(backup: Backup) -> list[str]:
    """Return all that is wrong with a backup: every file of it is read."""
    stated = backup.manifest["database"]
    found = []
    if not backup.database.is_file() or checksum(backup.database) != stated["checksum"]:
        found.append("the file of the database is damaged or not there")
    elif stated["vendor"] == databases.vendor():
        found += databases.faults(backup.database)
    key = backup.folder / "secret_key"
    if (said := backup.manifest["secret_key"]) and (not key.is_file() or checksum(key) != said):
        found.append("the secret key is damaged or not there")
    elif said and len(key.read_text(encoding="utf-8").strip()) < KEY_LENGTH:
        found.append("the secret key is so short that it could be found out")
    return found + backup.store.faults(backup.media)


def prune(folder: Path, keep: int) -> None:
    """Delete the oldest backups beyond `keep`, and the contents that none refers to any more."""
    for name in names(folder)[:-keep]:
        # Out of sight first: a deletion that is interrupted leaves no half of one.
        shutil.rmtree((folder / name).rename(folder / f".unfinished-{name}"))
    try:
        used = {entry.checksum for name in names(folder) for entry in read(folder / name).media.values()}
    except CommandError:
        # One of them cannot be read: nobody knows what it needs.
        return
    Store(folder).forget_all_but(used)
