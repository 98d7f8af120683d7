"""Whether a portal runs in this state folder: all its processes hold one lock, and whoever replaces its data wants to be alone."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import CommandError

from portal.files import write_whole
from portal.serving.server import REFUSED, RENEWAL_TIMEOUT

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


def _files() -> Path:
    return Path(settings.VAR_DIR) / "serving-files"


def note() -> None:
    """Write down which process answers, which was forked from no other, and which one waits for its end and can renew it; and which
    static files its pages name.
    """
    write_whole(_files(), "\n".join(sorted(set(getattr(staticfiles_storage, "hashed_files", {}).values()))))
    write_whole(_note(), f"{os.getppid()} {os.getpid()}\n")


def named_files() -> list[str]:
    """Return the static files that pages of the version name which answers, or did last."""
    return _files().read_text(encoding="utf-8").splitlines() if _files().exists() else []


def answering() -> tuple[int, int]:
    """Return which process waits for the end of what answers, and can renew it, and which one answers.

    Raises:
        CommandError: none is known here that lives and heeds this account.
    """
    try:
        waiting, answers = map(int, _note().read_text(encoding="ascii").split())
        os.kill(waiting, 0)
        if (said := Path(f"/proc/{waiting}/cmdline")).parent.parent.exists() and b"portal.serving.server" not in said.read_bytes():
            raise ProcessLookupError("it has ended")
    except (OSError, ValueError) as error:
        raise CommandError(
            f"Something uses the data of this portal that cannot be renewed from here ({error}): stop it first, or wait for its end."
        ) from error
    return waiting, answers


def renew() -> None:
    """Let the portal that runs here be renewed by the code that lies where it was started, and wait until that answers.

    Raises:
        CommandError: it is not, and the one before goes on.
    """
    before = answering()
    refused = Path(settings.VAR_DIR) / REFUSED
    refused.unlink(missing_ok=True)
    os.kill(before[0], signal.SIGUSR1)
    deadline = time.monotonic() + RENEWAL_TIMEOUT + 10
    while tuple(map(int, _note().read_text(encoding="ascii").split())) == before:
        if refused.exists() or time.monotonic() > deadline:
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
