"""What is due: jobs with leases in one table of the database, which all workers and machines share.

Two ways lead into it. A task (`@task(backend="jobs")`, Wagtail's own way) is enqueued and done once, within seconds; with the backend
`once` it is never done a second time when a crash leaves open how far it came. A periodic job comes from the hook
`register_periodic_jobs`, whose functions return lists of `Periodic`. `portal.serving.runner` does what is due.

This is a table of our own and not django-tasks-db because that knows no leases (what is killed there stays RUNNING for ever), nothing
periodic, and needs a process of its own that loads the application a second time.
"""

from __future__ import annotations

import logging
import os
import socket
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache as remember
from pathlib import Path

from django.db.models import F, Max, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task, TaskResult, TaskResultStatus
from django_tasks.exceptions import InvalidTaskError
from django_tasks.utils import get_module_path, normalize_json
from wagtail import hooks

from portal.models import Job

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
"""So long nobody else takes a job. It is longer than any write waits for SQLite's lock (20 s), and renewed every 10 s."""

PAUSES = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
"""After each failure of a job that is done once comes a longer pause, then it is given up."""

SILENCE = timedelta(minutes=5)
"""If nothing ended well for so long, nothing runs."""

INTERRUPTED = "The process that did this ended before the job did."


@dataclass(frozen=True)
class Periodic:
    """Something that is done again and again.

    Args:
        name: its key, for ever the same.
        function: what is done, a function of a module without arguments. It may be begun again after a crash at any line.
        every: the pause between an end and the next beginning.
        label: what the admin calls it.
        is_slow: it may take longer than a few seconds, and waits for other slow jobs.
    """

    name: str
    function: Callable[[], object]
    every: timedelta
    label: str | Promise
    is_slow: bool = False


class JobBackend(BaseTaskBackend):
    """Tasks become jobs: `TASKS["jobs"]`, and `TASKS["once"]` with the option `repeatable: False`.

    A task that is enqueued within a transaction exists when that is committed, and not at all when it is rolled back.
    """

    supports_defer = True

    def validate_task(self, task: Task) -> None:
        """Refuse what a row cannot hold."""
        super().validate_task(task)
        if task.takes_context:
            raise InvalidTaskError("Jobs know no context.")

    def enqueue(self, task: Task, args: tuple, kwargs: dict) -> TaskResult:
        """Write the job."""
        self.validate_task(task)
        job = Job.objects.create(
            task=task.module_path,
            arguments=normalize_json({"args": args, "kwargs": kwargs}),
            is_slow=True,
            is_repeatable=self.options.get("repeatable", True),
            due_at=task.run_after or timezone.now(),
        )
        return TaskResult(
            task=task, id=str(job.pk), status=TaskResultStatus.READY, enqueued_at=job.created_at, started_at=None, finished_at=None,
            last_attempted_at=None, args=args, kwargs=kwargs, backend=self.alias, errors=[], worker_ids=[],
        )  # fmt: skip


def periodic_jobs() -> dict[str, Periodic]:
    """Return what the apps want to be done periodically, by name."""
    return {job.name: job for register in hooks.get_hooks("register_periodic_jobs") for job in register()}


def register_periodic() -> None:
    """Write the rows of the periodic jobs: new ones are due at once, those that no app knows any more go."""
    jobs = periodic_jobs()
    for name, periodic in jobs.items():
        values = {"task": get_module_path(periodic.function), "every": periodic.every, "is_slow": periodic.is_slow}
        job, _ = Job.objects.get_or_create(key=name, defaults={**values, "due_at": timezone.now()})
        if any(getattr(job, field) != value for field, value in values.items()):
            Job.objects.filter(pk=job.pk).update(**values, due_at=timezone.now())
    Job.objects.filter(key__isnull=False, lease_until=None).exclude(key__in=jobs).delete()


# --- leases --------------------------------------------------------------------------------------------------------------


@remember
def machine() -> str:
    """Return a name of this machine, or container, that no other one has while it runs."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        space = Path("/proc/self/ns/pid").readlink().name
    except OSError:
        return socket.gethostname()
    return f"{boot}/{space}"


def _started(pid: int) -> str:
    """Return when a process of this machine began, in the kernel's ticks; empty if it is gone or is a zombie."""
    try:
        values = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if values[0] in "ZX" else values[19]


def holder() -> str:
    """Return the name under which this process holds leases."""
    return f"{machine()} {os.getpid()} {_started(os.getpid())}"


def _is_gone(name: str) -> bool:
    """Return whether a holder was a process of this machine that has ended; of others nothing is known but their leases."""
    where, pid, started = name.rsplit(" ", 2)
    return where == machine() and Path("/proc/self/stat").exists() and _started(int(pid)) != started


def release_dead() -> int:
    """Settle the jobs whose holder is dead, or has not renewed its lease; return how many there were.

    A lease that ends later than any that is given was given before the clock was set back: a holder that lives renews it in time.
    """
    number = 0
    for job in Job.objects.filter(lease_until__isnull=False):
        now = timezone.now()
        if job.lease_until is None or job.lease_until < now or _is_gone(job.lease_holder):
            number += settle(job, INTERRUPTED)
        elif job.lease_until > now + 2 * LEASE:
            Job.objects.filter(pk=job.pk, lease_until=job.lease_until).update(lease_until=now + LEASE)
    return number


def due(now: datetime | None = None) -> QuerySet[Job]:
    """Return the jobs that somebody should begin, the oldest first.

    A clock that was wrong and is set back must not make anything wait for the hour to come again: what waits for longer than its
    pause, or was written in the future, is due.
    """
    now = now or timezone.now()
    was_ahead = Q(due_at__gt=now + F("every")) | Q(created_at__gt=now, every=None, attempts=0)
    return Job.objects.filter(Q(due_at__lte=now) | was_ahead, lease_until=None, due_at__isnull=False).order_by("due_at", "pk")


def claim(job: Job, name: str) -> bool:
    """Take a due job for a holder; False if somebody else was faster."""
    now = timezone.now()
    return bool(
        due(now)
        .filter(pk=job.pk)
        .update(lease_until=now + LEASE, lease_holder=name, started_at=now, attempts=F("attempts") + 1)
    )


def renew(name: str, jobs: list[int]) -> set[int]:
    """Renew the leases of running jobs; return the ids of those that are lost: somebody else has settled them."""
    ours = Job.objects.filter(pk__in=jobs, lease_holder=name)
    ours.update(lease_until=timezone.now() + LEASE)
    return set(jobs) - set(ours.values_list("pk", flat=True))


def settle(job: Job, error: str = "") -> int:
    """Write how a job ended: done, or with an error; return 1, or 0 when it is no longer this holder's.

    Args:
        job: as it was claimed.
        error: what went wrong; empty if nothing did.
    """
    now = timezone.now()
    ours = Job.objects.filter(pk=job.pk, lease_holder=job.lease_holder, started_at=job.started_at, lease_until__isnull=False)
    free: dict[str, object] = {"lease_until": None, "lease_holder": ""}
    if not error:
        if job.every is None:
            return ours.delete()[0]
        return ours.update(**free, due_at=now + job.every, finished_at=now, attempts=0, error="", failed_at=None)
    if job.every is not None:
        due_at = now if error == INTERRUPTED and job.attempts < 3 else now + job.every
    elif not job.is_repeatable:
        due_at = None
    elif error == INTERRUPTED and job.attempts < 2:
        due_at = now
    else:
        due_at = now + PAUSES[job.attempts - 1] if job.attempts <= len(PAUSES) else None
    return ours.update(**free, due_at=due_at, failed_at=now, error=error)


def execute(job: Job) -> str:
    """Do a job that was claimed, in this process; return what went wrong, for `settle`: nothing if it went well."""
    try:
        function = import_string(job.task)
        call = function.call if isinstance(function, Task) else function
        call(*job.arguments.get("args", ()), **job.arguments.get("kwargs", {}))
    except Exception as error:
        logger.exception("The job %s failed", job)
        return "".join(traceback.format_exception(error))
    return ""


def run_all() -> int:
    """Do all that is due in this process, one after another, and return how many jobs were begun.

    For tests and for platforms that cannot fork; `portal.serving.runner` does it in processes of their own.
    """
    register_periodic()
    number = 0
    # What fails is due later; what is enqueued meanwhile is done as well.
    while (job := due().first()) is not None:
        if claim(job, holder()):
            number += 1
            job.refresh_from_db()
            settle(job, execute(job))
    return number


# --- what the admin shows -------------------------------------------------------------------------------------------------


def last_end() -> datetime | None:
    """Return when a job last ended well."""
    return Job.objects.aggregate(last=Max("finished_at"))["last"]


def is_silent() -> bool:
    """Return whether nothing ran for five minutes."""
    return (last := last_end()) is None or last < timezone.now() - SILENCE


def failed() -> QuerySet[Job]:
    """Return the jobs whose last attempt failed, the latest first."""
    return Job.objects.exclude(error="").order_by("-failed_at")


def repeat(job_id: int) -> bool:
    """Let a failed job be done again now; a person has looked at what it did."""
    jobs = Job.objects.filter(~Q(error=""), pk=job_id, lease_until=None)
    return bool(jobs.update(due_at=timezone.now(), attempts=0))
