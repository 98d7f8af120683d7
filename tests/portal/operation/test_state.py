"""The state of the portal: what is red says in one sentence what to do, on the screen and in a mail a day; what was mended is green."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from wagtail.users.models import UserProfile

from portal import jobs
from portal.models import Job
from portal.operation import hooks, state
from tests import support
from tests.participate.test_mails import Postbox

pytestmark = pytest.mark.django_db(transaction=True)

ADDRESS = "/admin/reports/state/"


def make_user(name: str, is_superuser: bool = True, language: str = "de") -> User:
    user = User.objects.create_user(name, f"{name}@example.org", "x" * 12, is_superuser=is_superuser)
    UserProfile.objects.create(user=user, preferred_language=language)
    return user


@pytest.fixture(autouse=True)
def _alone(settings: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the portal have a state folder of its own and do nothing by itself but tell."""
    settings.BACKUPS, settings.VAR_DIR = tmp_path / "backups", tmp_path
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setattr(jobs, "periodic_jobs", lambda: {job.name: job for job in hooks.register_report()})


def shown(user: User) -> dict[str, tuple[str, str, str]]:
    """Return what the screen shows: by name the state, what was found and what is to be done."""
    client = Client()
    client.force_login(user)
    page = BeautifulSoup(client.get(ADDRESS).content, "html.parser")
    cells = [[" ".join(cell.get_text().split()) for cell in row("td") or []] for row in page.select("table.listing tbody tr")]
    return dict(zip([" ".join(row.get_text().split()) for row in page.select("tbody th")], map(tuple, cells), strict=True))


def without_times(rows: dict[str, tuple[str, str, str]]) -> dict[str, tuple[str, str]]:
    return {name: (what, advice) for name, (what, _, advice) in rows.items()}


BAD = {
    "Hintergrunddienst": (
        "zu erledigen",
        "Starten Sie das Portal neu: Solange der Hintergrunddienst steht, geht nichts zur geplanten Zeit online oder offline, "
        "und es wird keine E-Mail verschickt.",
    ),
    "Aufgaben": (
        "zu erledigen",
        "Lesen Sie im Bericht über die Aufgaben nach, woran es lag, beheben Sie es und lassen Sie die Aufgaben dort noch einmal ausführen.",
    ),
    "Sicherung": (
        "zu erledigen",
        "Legen Sie auf dem Server mit „make backup“ eine an und lassen Sie das täglich geschehen (docs/operation.md).",
    ),
    "Probe der Wiederherstellung": (
        "zu erledigen",
        "Führen Sie auf dem Server „make restore ARGS=--prove“ aus: Das erprobt die neueste Sicherung neben dem laufenden Portal.",
    ),
    "Speicherplatz": (
        "zu erledigen",
        "Schaffen Sie Platz auf diesem Datenträger oder verlegen Sie den Ordner auf einen größeren: "
        "Ist er voll, lässt sich nichts mehr speichern.",
    ),
    "E-Mail": (
        "zu erledigen",
        "Setzen Sie auf dem Server EMAIL_URL: Sonst erfährt niemand von eingegangenen Nachrichten, "
        "und Passwörter lassen sich nicht zurücksetzen.",
    ),
    "Versionen": ("in Ordnung", "–"),
}


def break_all(monkeypatch: pytest.MonkeyPatch, settings: object) -> None:
    settings.SENDS_MAIL = False
    monkeypatch.setattr(state, "LEAST_SHARE", 1.1)
    Job.objects.create(task="portal.there.is.none", error="ValueError: x", attempts=5, due_at=None, failed_at=timezone.now())


def mend_all(monkeypatch: pytest.MonkeyPatch, settings: object) -> None:
    settings.SENDS_MAIL = True
    monkeypatch.setattr(state, "LEAST_SHARE", 0.0)
    monkeypatch.setattr(state, "LEAST_ROOM", 0)
    Job.objects.filter(task="portal.there.is.none").delete()
    Job.objects.update_or_create(key="state", defaults={"task": "x", "finished_at": timezone.now(), "due_at": timezone.now()})
    call_command("backup", verbosity=0)
    (Path(settings.BACKUPS) / "proved").write_text(timezone.now().isoformat())


def test_what_is_red_says_what_to_do_and_is_green_once_it_is_mended(monkeypatch: pytest.MonkeyPatch, settings: object) -> None:
    admin = make_user("verwaltung")
    break_all(monkeypatch, settings)
    assert without_times(shown(admin)) == BAD
    mend_all(monkeypatch, settings)
    assert without_times(shown(admin)) == dict.fromkeys(BAD, ("in Ordnung", "–"))
    assert shown(make_user("english", language="en"))["Backup"][0] == "in order"
    # Time passes.
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(hours=37))
    assert {name for name, (what, *_) in shown(admin).items() if what == "zu erledigen"} == {"Hintergrunddienst", "Sicherung"}
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(days=36))
    found = {name for name, (what, *_) in shown(admin).items() if what == "zu erledigen"}
    assert found == {"Hintergrunddienst", "Sicherung", "Probe der Wiederherstellung"}


def test_a_damaged_backup_is_none(settings: object) -> None:
    call_command("backup", verbosity=0)
    (folder,) = [path for path in Path(settings.BACKUPS).iterdir() if path.name.startswith("20")]
    (folder / "manifest.json").write_text("{")
    assert shown(make_user("verwaltung"))["Sicherung"][0] == "zu erledigen"
    # The next one is whole all the same.
    call_command("backup", verbosity=0)
    assert shown(User.objects.get())["Sicherung"][0] == "in Ordnung"
    for path in Path(settings.BACKUPS).glob("20*"):
        shutil.rmtree(path)
    assert shown(User.objects.get())["Sicherung"][1] == "Es gibt keine Sicherung."


def test_nobody_else_sees_it() -> None:
    editor = make_user("redaktion", is_superuser=False)
    editor.groups.add(Group.objects.get(name="Editors"))
    client = Client()
    client.force_login(editor)
    answer = client.get(ADDRESS)
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")
    assert ADDRESS not in client.get("/admin/").content.decode()
    client.force_login(make_user("verwaltung"))
    assert ADDRESS in client.get("/admin/").content.decode()


@pytest.fixture
def box(settings: object) -> Iterator[Postbox]:
    settings.EMAIL_BACKEND = "portal.accounts.mail.RecordedMail"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.SENDS_MAIL = "127.0.0.1", support.free_port(), True
    server = Controller(Postbox(), hostname="127.0.0.1", port=settings.EMAIL_PORT)
    server.start()
    yield server.handler
    server.stop()


def test_what_is_red_is_mailed_once_a_day(box: Postbox, monkeypatch: pytest.MonkeyPatch, settings: object) -> None:
    make_user("verwaltung")
    make_user("english", language="en")
    make_user("redaktion", is_superuser=False)
    User.objects.create_superuser("stumm", "", "x" * 12)
    User.objects.create_superuser("weg", "weg@example.org", "x" * 12, is_active=False)
    mend_all(monkeypatch, settings)
    jobs.run_all()
    assert box.mails == []
    (Path(settings.BACKUPS) / "proved").unlink()
    Job.objects.filter(key="state").update(due_at=timezone.now())
    jobs.run_all()
    jobs.run_all()
    assert sorted(mail["To"] for mail in box.mails) == ["english@example.org", "verwaltung@example.org"]
    (mail,) = box.to("verwaltung@example.org")
    assert (mail["Subject"], mail["Auto-Submitted"]) == ("testserver: 1 Punkt ist zu erledigen", "auto-generated")
    assert box.text(mail) == (
        "Probe der Wiederherstellung: Noch nie wurde erprobt, ob sich eine Sicherung wiederherstellen lässt.\n"
        f"→ {BAD['Probe der Wiederherstellung'][1]}\n\n"
        f"Der ganze Zustand steht hier: {settings.PORTAL_URL}/admin/reports/state/\n"
    )
    assert box.to("english@example.org")[0]["Subject"] == "testserver: 1 thing is to be done"
    assert shown(User.objects.get(username="verwaltung"))["E-Mail"][0] == "in Ordnung"
    # A day later it is still so.
    Job.objects.filter(key="state").update(due_at=timezone.now() - timedelta(seconds=1))
    box.refuses = "550 no"
    jobs.run_all()
    what, found, _ = shown(User.objects.get(username="verwaltung"))["E-Mail"]
    assert what == "zu erledigen" and found.startswith("Der Versand ist am ") and "@" not in found
