"""What stands between a folder and a running portal: migrations, content, accounts, static files.

Each step asks first whether there is anything to do, so that the second start does almost nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from wagtail import hooks
from wagtail.models import Page

from portal import navigation, taxonomy, typography
from portal.server import end_with_parent

Say = Callable[[str], None]


def check_state_folder(folder: Path) -> None:
    """Raise CommandError unless files can be written into the folder, which is made if it is missing."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise CommandError(
            f"The state folder {folder} cannot be written to ({error.strerror}); choose another one: PORTAL_VAR=/path"
        ) from error


def unapplied_migrations() -> int:
    """Return how many migrations the database has not seen yet.

    Raises:
        CommandError: the database does not answer.
    """
    try:
        executor = MigrationExecutor(connection)
    except OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        raise CommandError(f"The database does not answer ({reason}); see DATABASE_URL.") from error
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def has_pages() -> bool:
    """Return whether there is any page besides those that Wagtail's own migrations make."""
    return Page.objects.filter(depth__gt=1).exclude(content_type__app_label="wagtailcore").exists()


def static_fingerprint() -> str:
    """Return a hash of everything that the collected static files are made from: sources and settings."""
    lines = [
        f"{path}\0{(stat := Path(storage.path(path)).stat()).st_size}\0{stat.st_mtime_ns}"
        for finder in get_finders()
        for path, storage in finder.list([])
    ]
    chosen = sorted(
        f"{name}={getattr(settings, name)!r}"
        for name in dir(settings)
        if name.startswith(("STATIC", "STORAGES", "WHITENOISE_")) and name != "STATIC_ROOT"
    )
    return hashlib.sha256("\n".join([*sorted(lines), *chosen, sys.version]).encode()).hexdigest()


class StaticCollection:
    """Collects and compresses the static files in a process of its own, beside the migrations and the content."""

    def __init__(self) -> None:
        self.stamp = settings.VAR_DIR / "static.stamp"
        self.fingerprint = ""
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> bool:
        """Begin, and return whether there is anything to do."""
        self.fingerprint = static_fingerprint()
        manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
        if manifest.exists() and self.stamp.exists() and self.stamp.read_text(encoding="ascii") == self.fingerprint:
            return False
        self.stamp.unlink(missing_ok=True)
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
        self.stamp.write_text(self.fingerprint, encoding="ascii")

    def abandon(self) -> None:
        """End the process if it still runs."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def prepare(say: Say) -> str:
    """Bring database, content, accounts and static files up to date and return what was said about the accounts.

    Raises:
        CommandError: something failed; the message says what.
    """
    static = StaticCollection()
    try:
        if static.start():
            say("Collecting and compressing static files in the background …")
        if count := unapplied_migrations():
            say(f"Migrating the database ({count} migrations) …")
            call_command("migrate", interactive=False, verbosity=0)
        if not has_pages():
            say("Loading the initial content …")
            call_command("load_content")
        # Its file is made now, and not while the first visitor waits.
        typography.hyphenation()
        # Apps that keep something beside the database bring it up to date.
        for bring_up_to_date in hooks.get_hooks("prepare_portal"):
            bring_up_to_date(say)
        if static.process is not None and static.process.poll() is None:
            say("Waiting for the static files …")
        static.finish()
        # The database may be another one than before. Whatever else the cache holds is not the portal's.
        navigation.forget()
        taxonomy.forget()
        # Last: it may make a password, which is told once.
        accounts = _set_up(say)
    finally:
        with contextlib.suppress(OSError):
            static.abandon()
        connection.close()
    return accounts


def _set_up(say: Say) -> str:
    """Bring what follows from the settings up to date and return the lines about the demo accounts.

    They are made once, in an installation without any account; their names are kept for the lines of later starts.
    """
    users = get_user_model().objects
    names_file = settings.VAR_DIR / "demo_accounts"
    if users.exists():
        call_command("set_up", verbosity=0)
        names = names_file.read_text(encoding="utf-8").splitlines() if names_file.exists() else []
        left = users.filter(username__in=names).order_by("pk").values_list("username", flat=True)
        return f"Demo accounts: {', '.join(left)} (with the password of the first start)" if left else ""
    say("Making the demo accounts …")
    output = io.StringIO()
    call_command("set_up", "--demo-accounts", verbosity=0, stdout=output)
    names_file.write_text("\n".join(users.order_by("pk").values_list("username", flat=True)), encoding="utf-8")
    return output.getvalue().strip()
