"""How the portal is, for whoever looks after it: some findings, each good or not, with one sentence that says what to do."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import django
import wagtail
from django.conf import settings
from django.core.management import CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Q
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import npgettext, pgettext, pgettext_lazy

from portal import buckets, jobs
from portal.accounts import mail
from portal.operation import backups, databases

BACKUP_AGE = timedelta(hours=36)
"""A backup a day, and half a day to notice that one is missing."""
PROOF_AGE = timedelta(days=35)
"""One a month, and some days to notice."""
LEAST_ROOM, LEAST_SHARE = 2**30, 0.05
"""So many bytes, and so much of the disk, should be free."""


@dataclass(frozen=True)
class Finding:
    """One thing that can be well or not.

    Args:
        name: its key.
        label: what it is about.
        text: what was found.
        advice: one sentence that says what to do; empty where all is well.
        url: where in the admin that is done or seen.
    """

    name: str
    label: str | Promise
    text: str
    advice: str = ""
    url: str = ""

    @property
    def is_good(self) -> bool:
        """Return whether nothing is to be done."""
        return not self.advice


def _time(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT")


def findings() -> list[Finding]:
    """Return all findings, in the order in which they are shown."""
    return [_runner(), _jobs(), _backup(), _proof(), *_disks(), *_bucket(), _mail(), _versions()]


def _runner() -> Finding:
    last = jobs.last_end()
    text = pgettext("admin", "Never did anything.")
    if last:
        text = pgettext("admin", "Last did something on %(time)s.") % {"time": _time(last)}
    advice = pgettext("admin", "Start the portal anew: without the runner nothing goes online or offline at its time, and no mail is sent.")
    return Finding("runner", pgettext_lazy("admin", "Runner"), text, advice if jobs.is_silent() else "", reverse("schedule"))


def _jobs() -> Finding:
    # What failed once is tried again by itself.
    failed = jobs.failed().filter(Q(due_at=None) | Q(attempts__gte=2)).count()
    text = npgettext("admin", "%(number)s job failed more than once.", "%(number)s jobs failed more than once.", failed)
    advice = pgettext("admin", "Read in the report on jobs what went wrong, mend it, and let them be done again there.")
    if not failed:
        return Finding("jobs", pgettext_lazy("admin", "Jobs"), pgettext("admin", "No job failed more than once."), url=reverse("schedule"))
    return Finding("jobs", pgettext_lazy("admin", "Jobs"), text % {"number": failed}, advice, reverse("schedule"))


def _backup() -> Finding:
    label, folder = pgettext_lazy("admin", "Backup"), Path(settings.BACKUPS)
    advice = pgettext("admin", "Make one on the server with “make backup”, and let it be made every day (docs/operation.md).")
    if not backups.names(folder):
        return Finding("backup", label, pgettext("admin", "There is no backup."), advice)
    try:
        last = backups.latest(folder)
    except CommandError as error:
        return Finding("backup", label, str(error), advice)
    text = pgettext("admin", "Last made on %(time)s.") % {"time": _time(last.made_at)}
    if missing := last.manifest["missing"]:
        text = f"{text} " + pgettext("admin", "It lacks files that the portal refers to, for example %(name)s.") % {"name": missing[0]}
        return Finding("backup", label, text, pgettext("admin", "Upload the file again, or delete its entry in the admin."))
    return Finding("backup", label, text, advice if last.made_at < timezone.now() - BACKUP_AGE else "")


def _proof() -> Finding:
    label, last = pgettext_lazy("admin", "Proved restore"), backups.last_proof(Path(settings.BACKUPS))
    advice = pgettext("admin", "Run “make restore ARGS=--prove” on the server: it tries the newest backup beside the portal.")
    if last is None:
        return Finding("proof", label, pgettext("admin", "No backup was ever restored to see whether it holds."), advice)
    text = pgettext("admin", "A backup was last restored and tried on %(time)s.") % {"time": _time(last)}
    return Finding("proof", label, text, advice if last < timezone.now() - PROOF_AGE else "")


def _disks() -> Iterator[Finding]:
    """Yield a finding for each disk that holds state, media or backups."""
    seen = set()
    for path in (Path(settings.VAR_DIR), Path(settings.VAR_DIR if settings.S3 else settings.MEDIA_ROOT), Path(settings.BACKUPS)):
        there = next(parent for parent in (path, *path.parents) if parent.exists())
        if (device := there.stat().st_dev) in seen:
            continue
        seen.add(device)
        total, _, free = shutil.disk_usage(there)
        values = {"free": filesizeformat(free), "total": filesizeformat(total), "path": there}
        text = pgettext("admin", "%(free)s of %(total)s are free (%(path)s).") % values
        advice = pgettext("admin", "Make room on this disk, or move the folder to a larger one: when it is full nothing can be saved.")
        is_full = free < min(LEAST_ROOM, total // 2) or free < LEAST_SHARE * total
        yield Finding(f"disk-{len(seen)}", pgettext_lazy("admin", "Disk"), text, advice if is_full else "")


def _bucket() -> Iterator[Finding]:
    """Yield a finding where uploaded files lie in a bucket."""
    if not settings.S3:
        return
    label, values = pgettext_lazy("admin", "Uploaded files"), {"bucket": settings.S3.name, "server": settings.S3.endpoint}
    try:
        buckets.check(settings.S3)
    except OSError as error:
        text = pgettext("admin", "The bucket %(bucket)s at %(server)s does not answer: %(reason)s") % {**values, "reason": error}
        advice = pgettext(
            "admin", "Check the server of the bucket and the keys: until it answers, no picture opens and nothing can be uploaded."
        )
        yield Finding("bucket", label, text, advice)
    except buckets.PublicError:
        text = pgettext("admin", "Everybody can read what lies in the bucket %(bucket)s at %(server)s.") % values
        yield Finding("bucket", label, text, pgettext("admin", "Make the bucket private at once: private files lie in it too."))
    else:
        yield Finding("bucket", label, pgettext("admin", "The bucket %(bucket)s at %(server)s answers.") % values)


def _mail() -> Finding:
    label = pgettext_lazy("admin", "Mail")
    if not settings.SENDS_MAIL:
        advice = pgettext("admin", "Set EMAIL_URL on the server: without it nobody hears of messages, and passwords cannot be reset.")
        return Finding("mail", label, pgettext("admin", "No way to send mail is set."), advice)
    sent, failed, reason = mail.record()
    if failed and (sent is None or failed > sent):
        text = pgettext("admin", "Sending failed on %(time)s: %(reason)s") % {"time": _time(failed), "reason": reason}
        advice = pgettext("admin", "Check EMAIL_URL, and whether the mail server takes mail; what waits is sent then.")
        return Finding("mail", label, text, advice)
    if sent is None:
        return Finding("mail", label, pgettext("admin", "No mail was sent yet."))
    return Finding("mail", label, pgettext("admin", "Last sent on %(time)s.") % {"time": _time(sent)})


def _versions() -> Finding:
    names = {"Wagtail": wagtail.__version__, "Django": django.__version__, "Python": platform.python_version()}
    names["PostgreSQL" if connection.vendor == "postgresql" else "SQLite"] = databases.version()
    text = ", ".join(f"{name} {version}" for name, version in names.items())
    if code := backups.commit():
        text = pgettext("admin", "Portal %(commit)s") % {"commit": code[:10]} + f", {text}"
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    advice = pgettext("admin", "The database does not fit the code: stop the portal and run “make upgrade” on the server.")
    return Finding("versions", pgettext_lazy("admin", "Versions"), text, advice if missing else "")
