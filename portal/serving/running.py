"""Whether a portal runs in this state folder: all its processes hold one lock, and whoever replaces its data wants to be alone."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import CommandError

from portal.files import write_whole
from portal.serving.server import RENEWAL_TIMEOUT

try:
    import fcntl
except ImportError:  # not on Windows
    fcntl = None  # type: ignore[assignment]

_held: list[int] = []


def marker() -> Path:
    """Return the file that stands in the state folder while its data are being replaced, and says by what."""
    return Path(settings.VAR_DIR) / "being-replaced"


def _open() -> int:
    return os.open(Path(settings.VAR_DIR) / "running.lock", os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)


def hold() -> None:
    """Say that the portal runs, for this process and all that are forked from it, until the last of them has ended.

    Raises:
        CommandError: its data are being replaced.
    """
    if fcntl is None or _held:
        return
    descriptor = _open()
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise CommandError("A restore or an upgrade is replacing the data of this portal; start it when that has ended.") from error
    _held.append(descriptor)


@contextmanager
def alone() -> Iterator[None]:
    """Let no portal run in this state folder until the block ends.

    Raises:
        CommandError: one does.
    """
    descriptor = _open()
    try:
        if fcntl is not None:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise CommandError("The portal is running, or another restore is; stop it first. Nothing was changed.") from error
        yield
    finally:
        os.close(descriptor)


def is_running() -> bool:
    """Return whether a portal runs in this state folder.

    Raises:
        CommandError: its data are being replaced.
    """
    descriptor = _open()
    try:
        if fcntl is None:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CommandError("A restore or an upgrade is replacing the data of this portal. Nothing was changed.") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False
    finally:
        os.close(descriptor)


def _note() -> Path:
    return Path(settings.VAR_DIR) / "serving"


def note() -> None:
    """Write down which process answers, which was forked from no other, and which one waits for its end and can renew it."""
    write_whole(_note(), f"{os.getppid()} {os.getpid()}\n")


def renew() -> None:
    """Let the portal that runs here be renewed by the code that lies where it was started, and wait until that answers.

    Raises:
        CommandError: it is not, and the one before goes on.
    """
    try:
        waiting, answering = map(int, _note().read_text(encoding="ascii").split())
        if (said := Path(f"/proc/{waiting}/cmdline")).parent.parent.exists() and b"portal.serving.server" not in said.read_bytes():
            raise ProcessLookupError("it has ended")
        os.kill(waiting, signal.SIGUSR1)
    except (OSError, ValueError) as error:
        raise CommandError(f"What answers cannot be renewed from here ({error}): systemctl reload portal, or start it anew.") from error
    deadline = time.monotonic() + RENEWAL_TIMEOUT + 10
    while _note().read_text(encoding="ascii").split() == [str(waiting), str(answering)]:
        if time.monotonic() > deadline:
            raise CommandError("The next server does not answer; its log says why. The one before goes on.")
        time.sleep(0.2)


def check_whole() -> None:
    """Refuse data of which a restore or an upgrade has replaced a part only.

    Raises:
        CommandError: one was interrupted; the message says how to go on.
    """
    if marker().exists():
        raise CommandError(
            f"{marker().read_text(encoding='utf-8').strip()} was interrupted, and the data may be half of the old and half of the new; "
            "repeat it, or restore a backup: make restore ARGS=--overwrite"
        )
