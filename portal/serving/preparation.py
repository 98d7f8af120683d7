"""What stands between a folder and a running portal: migrations, content, accounts, static files.

Each step asks first whether there is anything to do, so that the second start does almost nothing.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import CommandError, call_command
from django.db import connection
from wagtail import hooks
from wagtail.models import Page

from portal import changes
from portal.files import only_one, remove_leftovers, swap, write_whole
from portal.language import typography
from portal.serving import database, running
from portal.serving.server import end_with_parent
from portal.serving.static import StaticStorage
from portal.upstream import states

Say = Callable[[str], None]
STAMP = ".fingerprint"
"""The file in the folder of collected static files that says what they were made from."""


def has_pages() -> bool:
    """Return whether there is any page besides those that Wagtail's own migrations make."""
    return Page.objects.filter(depth__gt=1).exclude(content_type__app_label="wagtailcore").exists()


def static_fingerprint() -> str:
    """Return a hash of everything that the collected static files are made from: sources and settings."""
    lines = [f"{path}\0{_version(Path(storage.path(path)))}" for finder in get_finders() for path, storage in finder.list([])]
    chosen = sorted(
        f"{name}={getattr(settings, name)!r}"
        for name in dir(settings)
        if name.startswith(("STATIC", "WHITENOISE_")) and name != "STATIC_ROOT"
    )
    chosen.append(repr(settings.STORAGES["staticfiles"]))
    return hashlib.sha256("\n".join([*sorted(lines), *chosen, sys.version]).encode()).hexdigest()


def _version(path: Path) -> str:
    """Return what says that a file is another one: its size and time, but where it was made in the state folder its content.

    There it is as new as the folder; a restored portal, and others that share these static files, would collect all of them anew.
    """
    if path.is_relative_to(settings.VAR_DIR):
        return hashlib.sha256(path.read_bytes()).hexdigest()
    stat = path.stat()
    return f"{stat.st_size}\0{stat.st_mtime_ns}"


def is_collected(fingerprint: str = "") -> bool:
    """Return whether the static files that are served were made from those of this version."""
    stamp = Path(settings.STATIC_ROOT) / STAMP
    return stamp.exists() and stamp.read_text(encoding="ascii") == (fingerprint or static_fingerprint())


class _Counted(io.StringIO):
    """Takes what `migrate` says and counts in its place."""

    def __init__(self, say: Say, total: int) -> None:
        super().__init__()
        self.say, self.total, self.done = say, total, 0

    def write(self, said: str) -> int:
        """Count the migrations that begin."""
        if "Applying " in said:
            self.done += 1
            if self.done % 50 == 0:
                self.say(f"{self.done} of {self.total} …")
        return len(said)


class StaticCollection:
    """Collects and compresses the static files in a process of its own, beside the migrations and the content.

    They are collected into a folder beside the one that is served from, which takes its place when everything is there.
    """

    def __init__(self) -> None:
        self.folder = Path(settings.STATIC_ROOT)
        self.new, self.old = (self.folder.with_name(f"{self.folder.name}.{name}") for name in ("new", "old"))
        self.fingerprint = ""
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> bool:
        """Begin, and return whether there is anything to do."""
        self.fingerprint = static_fingerprint()
        if is_collected(self.fingerprint):
            return False
        # A session of its own keeps Ctrl-C away from it: it is ended below, without a trace on the screen.
        self.process = subprocess.Popen(  # noqa: S603
            [
                sys.executable,
                str(settings.BASE_DIR / "manage.py"),
                "collectstatic",
                "--noinput",
                "--clear",
                "--verbosity=0",
            ],
            env={**os.environ, "PORTAL_STATIC_ROOT": str(self.new)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=end_with_parent,
        )
        return True

    def finish(self) -> None:
        """Wait for the end.

        Raises:
            CommandError: a file could not be collected.
        """
        if self.process is None:
            return
        output, _ = self.process.communicate()
        if self.process.returncode:
            lines = output.decode(errors="replace").strip().splitlines() or ["no reason given"]
            raise CommandError(f"The static files could not be collected: {lines[-1]}")
        write_whole(self.new / STAMP, self.fingerprint)
        self._keep_last()
        shutil.rmtree(self.old, ignore_errors=True)
        if not swap(self.new, self.folder):
            if self.folder.exists():
                self.folder.rename(self.old)
            self.new.rename(self.folder)
        for left in (self.new, self.old):
            shutil.rmtree(left, ignore_errors=True)

    def _keep_last(self) -> None:
        """Keep what the version before refers to: it may answer still, and pages of it are open in browsers."""
        # Where an upgrade did not come to renew what answers, that is not what lies here.
        names = set(running.named_files())
        manifest = self.folder / StaticStorage.manifest_name
        if manifest.exists():
            names.update(json.loads(manifest.read_text(encoding="utf-8"))["paths"].values())
        for name in names:
            for path in (name, f"{name}.br", f"{name}.gz"):
                new, before = self.new / path, self.folder / path
                if before.exists() and not new.exists():
                    new.parent.mkdir(parents=True, exist_ok=True)
                    os.link(before, new)

    def abandon(self) -> None:
        """End the process if it still runs."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


@contextlib.contextmanager
def _seldom_collected() -> Iterator[None]:
    """Let Python look for what is not needed any more less often, and never among what was loaded before.

    Migrations and content make millions of objects, and to look through all that there are takes a fifth of their time.
    """
    often = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)
    try:
        yield
    finally:
        gc.set_threshold(*often)
        gc.unfreeze()


@contextlib.contextmanager
def _alone(say: Say) -> Iterator[None]:
    """Let one start at a time prepare what others use too, on this machine and on all that share the database."""

    def wait() -> None:
        say("Another start is preparing this portal; waiting for it …")

    with only_one(settings.VAR_DIR / "preparing.lock", wait), database.only_one(wait):
        yield


def prepare(say: Say) -> str:
    """Bring database, content, accounts and static files up to date and return what was said about the accounts.

    Each step begins with what is there: a start that was interrupted, in whatever step, is made good by the next one.

    Raises:
        CommandError: something failed; the message says what.
    """
    database.check()
    with _alone(say), _seldom_collected():
        return _prepare(say)


def _prepare(say: Say) -> str:
    static = StaticCollection()
    try:
        for folder in (settings.VAR_DIR, Path(settings.DICTIONARIES)):
            remove_leftovers(folder)
        if static.start():
            say("Collecting and compressing static files in the background …")
        # Who was interrupted behind the last migration has made neither permissions nor indexes, nor said what is squashed.
        if (count := database.check()) or not database.is_complete() or not database.is_current():
            say(f"Migrating the database ({count} migrations) …")
            with states.added_alone():
                call_command("migrate", interactive=False, verbosity=1, no_color=True, stdout=_Counted(say, count))
        if not has_pages():
            say("Loading the initial content, which takes a minute or two …")
            # The whole index is made below, and by the next start where this one is interrupted before.
            call_command("load_content", without_index=True)
        # Its file is made now, and not while the first visitor waits.
        typography.hyphenation()
        # Apps that keep something beside the database bring it up to date.
        for bring_up_to_date in hooks.get_hooks("prepare_portal"):
            bring_up_to_date(say)
        if static.process is not None and static.process.poll() is None:
            say("Waiting for the static files …")
        static.finish()
        # The database may be another one than before. Whatever else the cache holds is not the portal's.
        changes.announce(changes.EVERYTHING)
        return _set_up(say)
    finally:
        with contextlib.suppress(OSError):
            static.abandon()
        # This process becomes the server without an end at which it could say so.
        changes.settle()
        connection.close()


def _set_up(say: Say) -> str:
    """Bring what follows from the settings up to date and return the lines about the accounts.

    Demo accounts are made once, in an installation without any account, unless `PORTAL_DEMO_ACCOUNTS` says no.
    """
    if get_user_model().objects.exists():
        call_command("set_up", verbosity=0)
    elif settings.DEMO_ACCOUNTS:
        say("Making the demo accounts …")
        output = io.StringIO()
        call_command("set_up", "--demo-accounts", verbosity=0, stdout=output)
        return output.getvalue().strip()
    else:
        call_command("set_up", verbosity=0)
        return "There is no account yet: .venv/bin/python manage.py createsuperuser makes the first one."
    output = io.StringIO()
    call_command("demo_password", "--list", stdout=output)
    return output.getvalue().strip()
