"""An upgrade: a backup, the migrations, a check; and what was there before if one of them fails."""

from __future__ import annotations

from pathlib import Path

from django.core.management import CommandError
from django.db import connection

from portal.files import write_whole
from portal.operation import backups, checking, databases, restoring
from portal.operation.backups import Backup, Say
from portal.serving import preparation, running

_LINE = "The upgrade from the backup "


def _interrupted() -> str:
    """Return the name of the backup that an upgrade began with that was interrupted; nothing if there was none."""
    if not running.marker().exists():
        return ""
    line = running.marker().read_text(encoding="utf-8").strip()
    return line.removeprefix(_LINE) if line.startswith(_LINE) else ""


def upgrade(folder: Path, say: Say, keep: int = 0) -> None:
    """Bring the data to what the code wants, or leave them as they were; where the portal runs, renew what answers.

    An upgrade that was interrupted is begun anew, from the backup that it made.

    Raises:
        CommandError: it failed; the message says why, and that everything is as it was.
    """
    if running.is_running():
        _beside(folder, say, keep)
    else:
        _alone(folder, say, keep)


def upgrade_copy(say: Say) -> None:
    """Bring the data of a copy to what the code wants, to see whether that can be done.

    Raises:
        CommandError: it cannot.
    """
    with running.alone():
        _bring_up_to_date(say)


def _beside(folder: Path, say: Say, keep: int) -> None:
    """Upgrade while the portal serves: first a copy of it; then what only expands what is there; then what answers."""
    running.check_whole()
    say("The portal is running and goes on. Making a backup …")
    backup = backups.create(folder, say, keep)
    restoring.check(backup)
    say("Upgrading a copy of the portal …")
    try:
        restoring.rehearse_upgrade(backup)
    except CommandError as error:
        raise CommandError(f"{error} Nothing was changed, and the version that you had goes on.") from error
    try:
        _bring_up_to_date(say)
    except Exception as error:
        say(f"{type(error).__name__}: {error}")
        raise CommandError(
            f"The upgrade failed where its copy did not. The version that you had goes on; the backup {backup.name} holds what was before."
        ) from error
    say("Renewing what answers …")
    running.renew()
    say(f"The portal is upgraded. The backup {backup.name} holds what was before.")


def _bring_up_to_date(say: Say) -> None:
    """Do what a start does, and look at what came of it.

    Raises:
        CommandError: the portal does not answer as it should.
    """
    try:
        before = checking.counts()
        preparation.prepare(say)
        say("Checking the portal …")
        if found := checking.faults(before):
            raise CommandError(f"The check failed: {found[0]}" + (f" and {len(found) - 1} more" if found[1:] else ""))
    finally:
        connection.close()


def _alone(folder: Path, say: Say, keep: int) -> None:
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
            _bring_up_to_date(say)
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
