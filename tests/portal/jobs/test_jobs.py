"""The table of jobs: leases, ends, failures; on the served portal: kill -9, two servers, long jobs."""

from __future__ import annotations

import datetime
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone

from portal import jobs
from portal.models import Job
from portal.serving.runner import Runner, _Child
from tests import support
from tests.tools.noted_jobs import fail, note, note_once


def lines(path: Path) -> list[str]:
    """Return what jobs have noted."""
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


@pytest.mark.django_db
class TestTable:
    @pytest.fixture(autouse=True)
    def _alone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(jobs, "periodic_jobs", dict)

    def test_a_task_is_a_row_and_is_done_once(self, tmp_path: Path) -> None:
        result = note.enqueue(str(tmp_path / "notes"), name="ü")
        assert Job.objects.values_list("pk", "task", "arguments", "is_repeatable").get() == (
            int(result.id), "tests.tools.noted_jobs.note", {"args": [str(tmp_path / "notes")], "kwargs": {"name": "ü"}}, True,
        )  # fmt: skip
        assert (jobs.run_all(), jobs.run_all()) == (1, 0)
        assert lines(tmp_path / "notes") == ["begin ü", "end ü"]
        assert not Job.objects.exists()

    def test_a_task_of_a_transaction_that_is_rolled_back_is_none(self, tmp_path: Path) -> None:
        with transaction.atomic():
            note.enqueue(str(tmp_path / "notes"))
            transaction.set_rollback(True)
        assert (jobs.run_all(), lines(tmp_path / "notes")) == (0, [])

    def test_a_task_for_later_waits(self, tmp_path: Path) -> None:
        note.using(run_after=timezone.now() + datetime.timedelta(minutes=1)).enqueue(str(tmp_path / "notes"))
        assert jobs.run_all() == 0
        Job.objects.update(due_at=timezone.now())
        assert jobs.run_all() == 1

    def test_only_one_holder_gets_a_job(self, tmp_path: Path) -> None:
        note.enqueue(str(tmp_path / "notes"))
        job = jobs.due().get()
        assert [jobs.claim(job, "a 1 1"), jobs.claim(job, "b 1 1")] == [True, False]
        assert jobs.due().count() == 0

    def test_what_fails_says_why_and_is_tried_again_ever_later_and_then_no_more(self, tmp_path: Path) -> None:
        fail.enqueue(str(tmp_path / "notes"))
        for attempt in range(len(jobs.PAUSES) + 1):
            before = timezone.now()
            assert jobs.run_all() == 1
            job = jobs.failed().get()
            assert job.error.endswith("RuntimeError: no luck today\n")
            assert (job.attempts, job.lease_until) == (attempt + 1, None)
            if attempt < len(jobs.PAUSES):
                assert jobs.PAUSES[attempt] <= job.due_at - before < jobs.PAUSES[attempt] + datetime.timedelta(seconds=10)
            Job.objects.filter(due_at__isnull=False).update(due_at=timezone.now())
        assert (job.due_at, jobs.run_all()) == (None, 0)
        assert jobs.repeat(job.pk)
        assert jobs.run_all() == 1

    @pytest.mark.parametrize(("task", "is_begun_again"), [(note, True), (note_once, False)])
    def test_a_lapsed_lease(self, tmp_path: Path, task: object, is_begun_again: bool) -> None:
        task.enqueue(str(tmp_path / "notes"))
        job = jobs.due().get()
        assert jobs.claim(job, "another-machine 1 1")
        assert jobs.release_dead() == 0
        Job.objects.update(lease_until=timezone.now() - datetime.timedelta(seconds=1))
        assert jobs.release_dead() == 1
        assert jobs.run_all() == int(is_begun_again)
        assert lines(tmp_path / "notes") == (["begin job", "end job"] if is_begun_again else [])
        assert list(Job.objects.values_list("error", "due_at")) == ([] if is_begun_again else [(jobs.INTERRUPTED, None)])

    def test_a_dead_process_of_this_machine_holds_no_lease(self, tmp_path: Path) -> None:
        note.enqueue(str(tmp_path / "notes"))
        process = subprocess.Popen([sys.executable, "-c", "pass"])
        name = f"{jobs.machine()} {process.pid} {jobs._started(process.pid)}"
        process.wait()
        assert jobs.claim(jobs.due().get(), name)
        assert jobs.release_dead() == 1

    def test_a_late_end_settles_nothing_of_the_next_holder(self, tmp_path: Path) -> None:
        note.enqueue(str(tmp_path / "notes"))
        job = jobs.due().get()
        jobs.claim(job, "a 1 1")
        job.refresh_from_db()
        Job.objects.update(lease_until=timezone.now() - datetime.timedelta(seconds=1))
        jobs.release_dead()
        jobs.claim(jobs.due().get(), "b 1 1")
        assert (jobs.settle(job), jobs.renew("a 1 1", [job.pk])) == (0, {job.pk})
        assert Job.objects.get().lease_holder == "b 1 1"


    def test_a_clock_that_was_ahead_holds_nothing_up(self, tmp_path: Path) -> None:
        ahead = timezone.now() + datetime.timedelta(days=365)
        every = datetime.timedelta(seconds=20)
        periodic = Job.objects.create(key="periodic", task="nowhere", every=every, due_at=ahead, finished_at=ahead - every)
        note.enqueue(str(tmp_path / "notes"))
        Job.objects.filter(every=None).update(due_at=ahead, created_at=ahead)
        note.enqueue(str(tmp_path / "notes"), "leased")
        leased = Job.objects.latest("pk")
        assert jobs.claim(leased, "another-machine 1 1")
        Job.objects.filter(pk=leased.pk).update(lease_until=ahead)
        # Who only waits, waits on.
        later = timezone.now() + datetime.timedelta(seconds=15)
        Job.objects.create(key="waits", task="nowhere", every=every, due_at=later)
        note.using(run_after=ahead).enqueue(str(tmp_path / "notes"), "later")
        assert list(jobs.due()) == [periodic, Job.objects.get(due_at=ahead, created_at=ahead)]
        assert jobs.release_dead() == 0
        leased.refresh_from_db()
        assert leased.lease_until <= timezone.now() + jobs.LEASE

    def test_a_runner_whose_clock_was_set_forward_keeps_what_it_runs(self, tmp_path: Path) -> None:
        runner = Runner()
        note_once.enqueue(str(tmp_path / "notes"))
        assert jobs.claim(jobs.due().get(), runner.name)
        with subprocess.Popen(["sleep", "60"]) as process:
            runner.children[process.pid] = _Child(Job.objects.get(), time.monotonic())
            runner.renewed = time.time() - 3600
            Job.objects.update(lease_until=timezone.now() - datetime.timedelta(seconds=3540))
            assert runner.tick() == 0
            job = Job.objects.get()
            assert (job.error, job.lease_holder, job.lease_until > timezone.now()) == ("", runner.name, True)
            assert process.poll() is None
            process.kill()


@pytest.mark.django_db
def test_a_runner_that_is_to_finish_begins_nothing(tmp_path: Path) -> None:
    runner = Runner()
    note_once.enqueue(str(tmp_path / "notes"))
    runner._finish()
    assert (runner.tick(), Job.objects.get().lease_until) == (0, None)


@pytest.mark.django_db
def test_periodic_jobs_come_from_the_apps_and_have_a_next_time() -> None:
    assert jobs.is_silent()
    begun = jobs.run_all()
    assert begun == len(jobs.periodic_jobs()) > 2
    rows = {job.key: job for job in Job.objects.all()}
    assert set(rows) == set(jobs.periodic_jobs())
    assert all(rows[name].due_at - rows[name].finished_at == periodic.every for name, periodic in jobs.periodic_jobs().items())
    assert not jobs.is_silent()
    Job.objects.create(key="of an app that is gone", task="nowhere", every=datetime.timedelta(1), due_at=timezone.now())
    assert jobs.run_all() == 0


# --- on the served portal -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def portal(portal_state: support.State, tmp_path_factory: pytest.TempPathFactory) -> Iterator[support.Portal]:
    """Serve a portal whose runner may be killed."""
    database = f"{support.run_name()}_jobs_{support.worker_name()}" if portal_state.database else ""
    with support.served(portal_state, tmp_path_factory.mktemp("jobs"), database, PUBLICATION_SECONDS="1") as portal:
        yield portal


def enqueue(portal: support.Portal, *calls: str) -> None:
    """Enqueue tasks of tests on the served portal: `note.enqueue(…)`."""
    portal.manage("shell", "-c", f"from tests.tools.noted_jobs import *; {'; '.join(calls)}")


def processes(portal: support.Portal) -> dict[int, int]:
    """Return the parent of each process that serves a portal."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            values = (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            if values[0] != "Z" and f"PORTAL_VAR={portal.folder}\0".encode() in (folder / "environ").read_bytes():
                found[int(folder.name)] = int(values[1])
        except OSError:
            continue
    return found


_WATCH = """
import time
from pathlib import Path
from portal.models import Job
from tests.tools.noted_jobs import note
notes = Path({notes!r})
note.enqueue(str(notes), "long", until={until!r})
note.enqueue(str(notes), "next")
while not notes.exists():
    time.sleep(0.1)
ends = lambda: Job.objects.get(key="publication").finished_at
first = ends()
while ends() == first:
    time.sleep(0.1)
print(notes.read_text())
"""


def test_a_long_job_delays_nothing_that_is_short(portal: support.Portal, tmp_path: Path) -> None:
    notes, until = tmp_path / "notes", tmp_path / "until"
    # Asked in one process: another one for each question takes long. The long job ends when it is told to.
    said = portal.manage("shell", "-v0", "-c", _WATCH.format(notes=str(notes), until=str(until)))
    assert said.split()[-2:] == ["begin", "long"]
    until.touch()
    support.wait_for(lambda: len(lines(notes)) == 4)
    assert lines(notes) == ["begin long", "end long", "begin next", "end next"]


@pytest.mark.parametrize(("task", "noted"), [("note", ["begin job", "begin job", "end job"]), ("note_once", ["begin job"])])
def test_kill_9_of_the_runner(portal: support.Portal, tmp_path: Path, task: str, noted: list[str]) -> None:
    notes = tmp_path / "notes"
    until = tmp_path / "until"
    enqueue(portal, f"{task}.enqueue({str(notes)!r}, until={str(until)!r})")
    support.wait_for(lambda: lines(notes) == ["begin job"])
    child = int(Path(f"{notes}.pid").read_text(encoding="ascii"))
    runner = processes(portal)[child]
    os.kill(runner, signal.SIGKILL)
    support.wait_for(lambda: child not in processes(portal))
    until.touch()
    support.wait_for(lambda: lines(notes) == noted)
    expected = str([jobs.INTERRUPTED]) if task == "note_once" else "[]"
    ask = "from portal import jobs; print([job.error for job in jobs.failed()])"
    support.wait_for(lambda: portal.manage("shell", "-c", ask).split("\n")[-2] == expected, expected)
    portal.manage("shell", "-c", "from portal.models import Job; Job.objects.filter(every=None).delete()")



def test_a_runner_that_is_to_finish_lets_what_it_began_come_to_its_end(portal: support.Portal, tmp_path: Path) -> None:
    """The server is renewed: its jobs are not cut, as requests are not."""
    notes, until = tmp_path / "notes", tmp_path / "until"
    enqueue(portal, f"note.enqueue({str(notes)!r}, until={str(until)!r})")
    support.wait_for(lambda: lines(notes) == ["begin job"])
    runner = processes(portal)[int(Path(f"{notes}.pid").read_text(encoding="ascii"))]
    os.kill(runner, signal.SIGUSR1)
    until.touch()
    support.wait_for(lambda: runner not in processes(portal))
    assert lines(notes) == ["begin job", "end job"]


_LOCK = """
import time
from pathlib import Path
from django.db import connection, transaction
from portal import jobs
from portal.models import Job
from tests.tools.noted_jobs import note_without_waiting
notes, until = Path({notes!r}), Path({until!r})
note_without_waiting.enqueue(str(notes), str(until))
while not notes.exists():
    time.sleep(0.1)
process = int(Path(f"{{notes}}.pid").read_text(encoding="ascii"))
with transaction.atomic():
    if connection.vendor == "postgresql":
        connection.cursor().execute("LOCK TABLE portal_job IN ACCESS EXCLUSIVE MODE")
    Job.objects.filter(pk=0).update(error="")
    until.touch()
    while jobs._started(process):
        time.sleep(0.1)
left = Job.objects.filter(every=None)
while any(job.due_at or job.lease_until for job in left.all()):
    time.sleep(0.1)
print("LEFT", [job.error for job in left.all()])
"""


def test_a_database_that_is_locked_while_a_job_ends_makes_no_failure_of_it(portal: support.Portal, tmp_path: Path) -> None:
    """The process of the job ends while another writes, and is refused what it writes of its end."""
    notes, until = str(tmp_path / "notes"), str(tmp_path / "until")
    said = portal.manage("shell", "-v0", "-c", _LOCK.format(notes=notes, until=until))
    assert said.split("LEFT")[1].strip() == "[]"
    assert lines(tmp_path / "notes") == ["begin job", "end job"]


def test_a_job_that_kills_its_process_does_not_stop_the_runner(portal: support.Portal, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    enqueue(portal, f"die.enqueue({str(notes)!r})", f"note.enqueue({str(notes)!r})")
    support.wait_for(lambda: lines(notes)[-1:] == ["end job"])
    support.wait_for(lambda: lines(notes).count("begin die") == 2)
    rows = "Job.objects.filter(every=None, lease_until=None)"
    ask = f"from portal.models import Job; print([(job.attempts, job.due_at - job.failed_at) for job in {rows}])"
    # Nobody begins it a third time before that pause is over.
    expected = str([(2, jobs.PAUSES[1])])
    support.wait_for(lambda: portal.manage("shell", "-c", ask).split("\n")[-2] == expected, expected)
    assert lines(notes).count("begin die") == 2
    portal.manage("shell", "-c", "from portal.models import Job; Job.objects.filter(every=None).delete()")


def test_two_servers_do_each_job_once_and_end_without_a_trace(portal: support.Portal, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    port = str(support.free_port())
    log = tmp_path / "log"
    with log.open("wb") as output:
        second = subprocess.Popen(
            [sys.executable, "manage.py", "serve"],
            cwd=support.BASE_DIR, env=portal.environment | {"PORT": port}, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
        )  # fmt: skip
    try:
        support.wait_for(lambda: "is ready" in log.read_text(encoding="utf-8"))
        tree = {second.pid}
        for _generation in range(3):
            tree |= {pid for pid, parent in processes(portal).items() if parent in tree}
        assert len(tree) >= 5
        enqueue(portal, *(f"note.enqueue({str(notes)!r}, '{number}', 0.2)" for number in range(12)))
        support.wait_for(lambda: len(lines(notes)) >= 24)
        assert sorted(lines(notes)) == sorted(f"{word} {number}" for number in range(12) for word in ("begin", "end"))
    finally:
        # Not in order: its workers and its runner must end all the same.
        second.kill()
        second.wait()
    support.wait_for(lambda: not tree & set(processes(portal)))


def test_run_due_does_the_same_once(portal: support.Portal) -> None:
    assert portal.manage("run_due").endswith("jobs done or tried.\n")
