"""An upgrade: a backup, the migrations, a check; and what was there before if one of them fails."""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings
from django.core.management import CommandError
from django.db import connection

from portal.files import write_whole
from portal.operation import backups, checking, databases, restoring
from portal.operation.backups import Backup, Say
from portal.serving import preparation, running

CHANGED = 3
"""So an upgrade ends that failed after it had begun with the data that are served: the version before may not start on them any more."""
_LINE = "The upgrade from the backup "


def _interrupted() -> str:
    """Return the name of the backup that an upgrade began with that was interrupted; nothing if there was none."""
    if not running.marker().exists():
        return ""
    line = running.marker().read_text(encoding="utf-8").strip()
    return line.removeprefix(_LINE) if line.startswith(_LINE) else ""


def upgrade(folder: Path, say: Say, keep: int = 0, link: Path | None = None) -> None:
    """Bring the data to what the code wants, or leave them as they were; where the portal runs, renew what answers.

    An upgrade that was interrupted is begun anew, from the backup that it made.

    Args:
        folder: where the backup goes.
        say: takes each line for the person who waits.
        keep: how many backups stay.
        link: leads to the code that starts; it comes to lead to this one as soon as the data are this one's.

    Raises:
        CommandError: it failed; the message says why, and whether everything is as it was. If not, it ends with `CHANGED`.
    """
    if link:
        _check_link(link)
    if running.is_running():
        try:
            running.answering()
        except CommandError as error:
            raise CommandError(f"{error} Nothing was changed.") from error
        _beside(folder, say, keep, link)
    else:
        _alone(folder, say, keep, link)


def _check_link(link: Path) -> None:
    """Refuse what cannot be led elsewhere.

    Raises:
        CommandError: it cannot; nothing was changed.
    """
    if not link.is_symlink():
        raise CommandError(f"{link} is no link (deploy/README.md says how it becomes one). Nothing was changed.")
    if not os.access(link.parent, os.W_OK | os.X_OK):
        raise CommandError(f"The account may not change the folder {link.parent}, where the link lies. Nothing was changed.")


def _lead(link: Path | None) -> None:
    """Let a link lead to this code, with no moment at which it leads nowhere."""
    if link:
        new = link.with_name(f"{link.name}.new")
        new.unlink(missing_ok=True)
        new.symlink_to(os.path.relpath(settings.BASE_DIR, link.parent.resolve()))
        new.replace(link)


def upgrade_copy(say: Say) -> None:
    """Bring the data of a copy to what the code wants, to see whether that can be done.

    Raises:
        CommandError: it cannot.
    """
    with running.alone():
        _bring_up_to_date(say, checking.counts())


def _beside(folder: Path, say: Say, keep: int, link: Path | None) -> None:
    """Upgrade while the portal serves: first a copy of it; then what only expands what is there; then what answers."""
    running.check_whole()
    say("The portal is running and goes on. Making a backup …")
    backup = backups.create(folder, say, keep)
    restoring.check(backup)
    say("Upgrading a copy of the portal …")
    try:
        restoring.rehearse_upgrade(backup, say)
    except CommandError as error:
        raise CommandError(f"{error} Nothing was changed, and the version that you had goes on.") from error
    try:
        # Pages may be withdrawn meanwhile: that none is lost was seen on the copy.
        _bring_up_to_date(say, {}, link)
        say("Renewing what answers …")
        running.renew()
    except Exception as error:
        say(f"{type(error).__name__}: {error}")
        raise CommandError(
            "The upgrade failed where its copy did not, when it had begun with the data. What answers goes on, but only the new version "
            f"can be started: repeat the upgrade, or stop the portal and restore the backup {backup.name}, which holds what was before.",
            returncode=CHANGED,
        ) from error
    say(f"The portal is upgraded. The backup {backup.name} holds what was before.")


def _bring_up_to_date(say: Say, before: dict[str, int], link: Path | None = None) -> None:
    """Do what a start does, lead the link to this code, which alone fits by then, and look at what came of it.

    Args:
        say: takes each line for the person who waits.
        before: how many pages of each language have to be public, at least.
        link: what is led to this code.

    Raises:
        CommandError: the portal does not answer as it should.
    """
    try:
        preparation.prepare(say)
        _lead(link)
        say("Checking the portal …")
        if found := checking.faults(before):
            raise CommandError(f"The check failed: {found[0]}" + (f" and {len(found) - 1} more" if found[1:] else ""))
    finally:
        connection.close()


def _alone(folder: Path, say: Say, keep: int, link: Path | None) -> None:
    """Upgrade while nothing else uses the data, and go back to the backup if it fails."""
    with running.alone():
        databases.check_unused()
        if name := _interrupted():
            say(f"The last upgrade was interrupted; going back to the backup {name} first …")
            _go_back(backup := backups.read(folder / name))
        else:
            running.check_whole()
            if databases.is_empty():
                raise CommandError("There is nothing to upgrade yet; make serve makes a portal.")
            say("Making a backup …")
            backup = backups.create(folder, say, keep)
            restoring.check(backup)
        write_whole(running.marker(), f"{_LINE}{backup.name}\n")
        try:
            _bring_up_to_date(say, checking.counts())
            _lead(link)
        # Whatever a migration raises.
        except Exception as error:
            say(f"{type(error).__name__}: {error}")
            say(f"Going back to the backup {backup.name} …")
            _go_back(backup)
            raise CommandError("The upgrade failed; the data are what they were before. Start the version that you had.") from error
        running.marker().unlink()
    say(f"The portal is upgraded. The backup {backup.name} holds what was before.")


def _go_back(backup: Backup) -> None:
    connection.close()
    restoring.check(backup)
    restoring.replace(backup)
