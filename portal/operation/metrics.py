"""What can be measured of a portal, for whoever has a Prometheus."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db.models import Count
from wagtail.models import Page

from portal import jobs
from portal.accounts import mail
from portal.models import Job
from portal.operation import backups, state
from portal.serving.status import Metric


def measured() -> Iterator[Metric]:
    """Yield what is known without asking anybody else."""
    for finding in state.findings():
        text = "Whether a finding of the admin's report on the state is good."
        yield Metric("portal_in_order", text, finding.is_good, {"finding": finding.name})
    waiting = Job.objects.filter(due_at__isnull=False, lease_until=None).count()
    yield Metric("portal_jobs", "Jobs in the table.", waiting, {"state": "waiting"})
    yield Metric("portal_jobs", "", Job.objects.filter(lease_until__isnull=False).count(), {"state": "running"})
    yield Metric("portal_jobs", "", jobs.failed().count(), {"state": "failed"})
    if last := jobs.last_end():
        yield Metric("portal_last_job_timestamp_seconds", "When a job last ended well.", last.timestamp())
    folder = Path(settings.BACKUPS)
    if found := backups.names(folder):
        made = backups.read(folder / found[-1]).made_at
        yield Metric("portal_last_backup_timestamp_seconds", "When the newest backup was made.", made.timestamp())
    if proved := backups.last_proof(folder):
        yield Metric("portal_last_proof_timestamp_seconds", "When a backup was last restored and held.", proved.timestamp())
    sent, failed, _ = mail.record()
    for name, moment in (("sent", sent), ("failed", failed)):
        if moment:
            text = "When mail was last sent, or could not be."
            yield Metric("portal_last_mail_timestamp_seconds", text, moment.timestamp(), {"state": name})
    for row in Page.objects.filter(live=True).order_by().values("locale__language_code").annotate(number=Count("pk")):
        language = {"language": row["locale__language_code"]}
        yield Metric("portal_live_pages", "Pages that are live, by language.", row["number"], language)
