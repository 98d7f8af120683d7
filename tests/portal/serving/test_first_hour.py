"""The first hour: settings that cannot work, starts that were interrupted, accounts and passwords, the README's way."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.contrib.auth.models import Permission, User
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from psycopg import sql

from portal import files
from portal.serving import database, preparation
from portal.settings import environment, hosts
from tests import support
from tests.portal.serving.test_serve import read_until
from translation import demo_accounts


def check(**values: str) -> subprocess.CompletedProcess[str]:
    """Ask for the settings as `make` does, before anything is installed."""
    with tempfile.TemporaryDirectory() as folder:
        return subprocess.run(
            [sys.executable, "-m", "portal.settings.environment"],
            cwd=settings.BASE_DIR, env={**support.environment(Path(folder)), **values},
            capture_output=True, text=True, check=False,
        )  # fmt: skip


def manage(folder: Path, *arguments: str, **values: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR, env=support.environment(folder, **values), stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False,
    )  # fmt: skip


AN_ADDRESS = "an address such as https://portal.example.org"
NO_HOST = "is no host; a name or an address is possible, the port stands in PORT: HOST=0.0.0.0 PORT=8000."
NO_NAME = f"names no host: letters a to z, digits, hyphens, dots (xn--… for others); give {AN_ADDRESS}."
SENDERS = "possible: portal@example.org and Portal <portal@example.org>."
NO_HOSTS = "is no host; names without scheme and port are possible: a.example.org,.example.com."
DATABASES = "possible: postgres://user:password@host:port/name and sqlite:////path/to/file."


class TestSettings:
    @pytest.mark.parametrize(
        ("name", "value", "line"),
        [
            ("PORT", "99999", "PORT=99999 is out of range: 1 to 65535 is possible."),
            ("PORT", "abc", "PORT=abc is no number."),
            ("HOST", "no.such.host.invalid", "HOST=no.such.host.invalid is no address that this machine knows."),
            (
                "PORTAL_URL",
                "portal.example",
                f"PORTAL_URL=portal.example does not begin with https:// or http:// and a host; give {AN_ADDRESS}.",
            ),
            (
                "PORTAL_URL",
                "ftp://portal.example",
                f"PORTAL_URL=ftp://portal.example does not begin with https:// or http:// and a host; give {AN_ADDRESS}.",
            ),
            (
                "PORTAL_URL",
                "https://portal.example/iom",
                "PORTAL_URL=https://portal.example/iom holds more than scheme, host and port; "
                f"the portal needs a host of its own: {AN_ADDRESS}.",
            ),
            (
                "DATABASE_URL",
                "mysql://u:secret@h/d",
                f"DATABASE_URL begins with mysql; {DATABASES}",
            ),
            (
                "DATABASE_URL",
                "nonsense",
                f"DATABASE_URL begins with no scheme; {DATABASES}",
            ),
            (
                "DATABASE_URL",
                "postgres://u:secret@h",
                f"DATABASE_URL names no database; {DATABASES}",
            ),
            ("DATABASE_URL", "sqlite:////no/such/x.db", "DATABASE_URL names a file in /no/such, and there is no such folder."),
            (
                "CACHE_URL",
                "locmem://",
                "CACHE_URL begins with locmem; all processes must share the cache: filecache:///path or redis://host:port/0.",
            ),
            ("EMAIL_URL", "pigeon://", "EMAIL_URL begins with pigeon; for example smtp+tls://user:password@host:587."),
            ("LOG_LEVEL", "loud", "LOG_LEVEL=loud is unknown; possible: DEBUG, INFO, WARNING, ERROR, CRITICAL."),
            ("WEB_WORKERS", "0", "WEB_WORKERS=0 is out of range: 1 to 64 is possible."),
            ("SEARCH_LOG_DAYS", "-1", "SEARCH_LOG_DAYS=-1 is out of range: 1 to 36500 is possible."),
            ("PORTAL_DEMO_PASSWORD", "short", "PORTAL_DEMO_PASSWORD has 5 characters; passwords have at least 12."),
            ("PORTAL_DEMO_ACCOUNTS", "perhaps", "PORTAL_DEMO_ACCOUNTS=perhaps is neither yes nor no."),
            ("PORT", "--5", "PORT=--5 is no number."),
            ("HOST", "..", f"HOST=.. {NO_HOST}"),
            ("HOST", "127.0.0.1:8000", f"HOST=127.0.0.1:8000 {NO_HOST}"),
            ("HOST", "*", f"HOST=* {NO_HOST}"),
            ("PORTAL_URL", "https://*.example.org", f"PORTAL_URL=https://*.example.org {NO_NAME}"),
            ("PORTAL_URL", "https://.example.org", f"PORTAL_URL=https://.example.org {NO_NAME}"),
            ("PORTAL_URL", "https://a_b.example", f"PORTAL_URL=https://a_b.example {NO_NAME}"),
            ("PORTAL_URL", "https://bücher.example", f"PORTAL_URL=https://bücher.example {NO_NAME}"),
            ("PORTAL_URL", "https://a.example:0", f"PORTAL_URL=https://a.example:0 {NO_NAME}"),
            ("ALLOWED_HOSTS", "*", f"ALLOWED_HOSTS: * {NO_HOSTS}"),
            ("ALLOWED_HOSTS", "a.example,https://b.example", f"ALLOWED_HOSTS: https://b.example {NO_HOSTS}"),
            ("ALLOWED_HOSTS", "a.example:8000", f"ALLOWED_HOSTS: a.example:8000 {NO_HOSTS}"),
            ("CACHE_URL", "redis://h:port/0", "CACHE_URL is no address; possible: filecache:///path and redis://host:port/0."),
            ("CACHE_URL", "redis://127.0.0.1:1/0", "CACHE_URL: nothing answers at 127.0.0.1:1 (Connection refused)."),
            ("CACHE_URL", "filecache:///etc/passwd", "CACHE_URL names no folder that can be written to (/etc/passwd); possible: filecache:///path."),
            ("CACHE_URL", "filecache://cache", "CACHE_URL names no folder that can be written to (cache); possible: filecache:///path."),
            ("EMAIL_URL", "smtp://h:port", "EMAIL_URL is no address; for example smtp+tls://user:password@host:587."),
            ("EMAIL_URL", "smtp://", "EMAIL_URL names no server; for example smtp+tls://user:password@host:587."),
            ("DEFAULT_FROM_EMAIL", "a@b\nBcc: c@d", f"DEFAULT_FROM_EMAIL is no mail address; {SENDERS}"),
            ("PORTAL_DICTIONARIES", "/etc/passwd", "PORTAL_DICTIONARIES=/etc/passwd is no folder that can be written to."),
            ("PORTAL_BACKUPS", "/etc/passwd", "PORTAL_BACKUPS=/etc/passwd is no folder that can be written to."),
            ("PORTAL_MIRROR", "/etc/passwd", "PORTAL_MIRROR=/etc/passwd is no folder that can be written to."),
            ("BACKUPS_KEPT", "all", "BACKUPS_KEPT=all is no number."),
            ("LOG_FORMAT", "xml", "LOG_FORMAT=xml is unknown; possible: line, json."),
            ("STATUS_PORT", "8000", "STATUS_PORT=8000 is the port of the portal itself; what stands there is not for everybody."),
            ("STATUS_HOST", "*", "STATUS_HOST=* is no host; a name or an address of this machine is possible."),
            ("SENTRY_DSN", "https://secret.example/1", "SENTRY_DSN is no address of a project; possible: https://key@host/number."),
            ("SEARCH_LOG_DAYS", "999999999", "SEARCH_LOG_DAYS=999999999 is out of range: 1 to 36500 is possible."),
        ],
    )
    def test_what_cannot_work_is_refused_in_one_line(self, name: str, value: str, line: str) -> None:
        done = check(**{name: value})
        assert (done.returncode, done.stdout, done.stderr) == (2, "", f"{line}\n")

    @pytest.mark.parametrize("name", ["PORT", "HOST", "PORTAL_URL", "DATABASE_URL", "CACHE_URL", "LOG_LEVEL", "WEB_WORKERS", "SEARCH_RATE"])
    def test_an_empty_value_is_none(self, name: str) -> None:
        done = check(**{name: ""})
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")

    def test_every_command_refuses_it_alike_and_writes_nothing(self, tmp_path: Path) -> None:
        done = manage(tmp_path / "var", "serve", PORTAL_URL="ftp://portal.example")
        assert done.returncode == 1
        assert done.stderr.count("\n") == 1
        assert not (tmp_path / "var").exists()

    @pytest.mark.parametrize(
        ("host", "expected"),
        [
            ("127.0.0.1", "http://127.0.0.1:8000"),
            ("localhost", "http://localhost:8000"),
            ("::1", "http://[::1]:8000"),
            ("[::1]", "http://[::1]:8000"),
        ],
    )
    def test_the_address_follows_from_the_host(self, host: str, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("PORTAL_URL", raising=False)
        monkeypatch.setenv("HOST", host)
        listening, port = hosts.hosts()
        assert hosts.portal_url(listening, port).geturl() == expected

    @pytest.mark.parametrize("host", ["0.0.0.0", "::"])  # noqa: S104
    def test_a_portal_on_all_addresses_is_found_at_one_of_them(self, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("PORTAL_URL", raising=False)
        url = hosts.portal_url(host, 8000)
        assert url.hostname not in hosts.EVERYWHERE
        allowed = hosts.allowed_hosts(host, hosts.bracketed(url.hostname))
        own = [hosts.bracketed(address) for address in hosts.own_addresses()]
        assert {hosts.bracketed(url.hostname), "127.0.0.1", "localhost", "[::1]", *own} - set(allowed) == set()

    def test_the_state_folder_is_for_its_owner_alone(self, tmp_path: Path) -> None:
        folder = tmp_path / "a" / "b"
        environment.check_state_folder(folder)
        assert list(folder.iterdir()) == []
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700

    @pytest.mark.parametrize("others", [["bin", "media"], ["letter.odt"], [".bashrc", "cache"]])
    def test_a_folder_of_others_is_refused_and_stays_open_to_them(self, others: list[str], tmp_path: Path) -> None:
        """Whoever names the root of the system, or a home, must not shut everybody else out of it."""
        for name in others:
            (tmp_path / name).mkdir()
        tmp_path.chmod(0o755)
        done = check(PORTAL_VAR=str(tmp_path))
        assert (done.returncode, done.stderr) == (
            2,
            f"The state folder {tmp_path} is not the portal's alone (it holds {sorted(set(others) - {'media', 'cache'})[0]}); "
            "choose another one: make serve PORTAL_VAR=/path\n",
        )
        assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755
        # What is known to be the portal's, or nobody's, is taken.
        for name in others:
            (tmp_path / name).rmdir()
        for own in ("media", "lost+found"):
            (tmp_path / own).mkdir()
            assert check(PORTAL_VAR=str(tmp_path)).returncode == 0
        (tmp_path / "db.sqlite3").touch()
        (tmp_path / "backup.tar").touch()
        assert check(PORTAL_VAR=str(tmp_path)).returncode == 0

    def test_a_short_key_is_refused(self, tmp_path: Path) -> None:
        done = manage(tmp_path / "var", "check", SECRET_KEY="changeme")  # noqa: S106
        assert (done.returncode, done.stderr) == (
            1, "SECRET_KEY has less than 32 characters, and could be found out; without it the portal makes one.\n",
        )  # fmt: skip

    def test_a_folder_that_cannot_be_made_gets_one_line(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        done = check(PORTAL_VAR=str(tmp_path / "file" / "var"))
        assert done.stderr.startswith(f"The state folder {tmp_path}/file/var cannot be written to")
        assert done.stderr.count("\n") == 1

    def test_space_is_looked_at_first(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        free = environment.shutil.disk_usage(tmp_path).free // 2**20
        monkeypatch.setattr(environment, "FIRST_START", (free + 1000) * 2**20)
        with pytest.raises(environment.SettingError, match=r"has \d+ MB left, and \d+ MB are needed; make room"):
            environment.check_state_folder(tmp_path)


class TestWrittenWhole:
    def test_an_empty_key_is_made_anew_and_then_kept(self, tmp_path: Path) -> None:
        (tmp_path / "secret_key").touch()
        key = environment.secret_key(tmp_path)
        assert len(key) > 50
        assert environment.secret_key(tmp_path) == key
        assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600

    def test_processes_that_start_together_have_one_key(self, tmp_path: Path) -> None:
        code = "import pathlib, sys; from portal.settings.environment import secret_key; print(secret_key(pathlib.Path(sys.argv[1])))"
        command = [sys.executable, "-c", code, str(tmp_path)]
        started = [subprocess.Popen(command, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True) for _ in range(6)]
        assert len({process.communicate()[0] for process in started}) == 1

    def test_what_fails_leaves_the_former_file_and_nothing_else(self, tmp_path: Path) -> None:
        path = tmp_path / "kept"
        files.write_whole(path, "before")

        def fill() -> None:
            with files.replacing(path) as temporary:
                temporary.write_text("half")
                raise OSError("full")

        with pytest.raises(OSError, match="full"):
            fill()
        assert path.read_text() == "before"
        assert list(tmp_path.iterdir()) == [path]

    def test_what_a_kill_left_is_removed(self, tmp_path: Path) -> None:
        code = (
            "import os, signal, sys; from pathlib import Path; from portal.files import replacing\n"
            "with replacing(Path(sys.argv[1]) / 'table.marisa') as path: path.write_text('half'); os.kill(os.getpid(), signal.SIGKILL)"
        )
        subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=settings.BASE_DIR, check=False)
        assert len(list(tmp_path.iterdir())) == 1
        files.remove_leftovers(tmp_path)
        assert list(tmp_path.iterdir()) == []


@pytest.mark.django_db
class TestDatabase:
    def test_a_migrated_one_needs_nothing(self) -> None:
        assert database.check() == 0

    def test_one_that_lacks_any_migration_by_name_is_looked_at(self) -> None:
        """A restored backup, another database, older code: nothing but the names that are there now says that it is current."""
        assert database.is_current()
        for app, name in (("agenda", "0001_initial"), ("wagtailcore", "0098_apitoken")):
            with transaction.atomic():
                MigrationRecorder.Migration.objects.get(app=app, name=name).delete()
                assert not database.is_current()
                assert database.check() > 0
                transaction.set_rollback(True)
        assert database.check() == 0

    # One of them is of an app inside of another one.
    @pytest.mark.parametrize("app", ["portal", "translation_desk"])
    def test_one_of_a_newer_version_is_refused(self, app: str) -> None:
        MigrationRecorder(connection).record_applied(app, "9999_of_tomorrow")
        with pytest.raises(CommandError) as error:
            database.check()
        assert str(error.value) == (
            f"The database was last used by a newer version of the portal ({app}.9999_of_tomorrow); "
            "start that version, or restore an older backup."
        )

    def test_what_others_call_their_migrations_is_theirs(self) -> None:
        MigrationRecorder(connection).record_applied("wagtailcore", "9999_of_tomorrow")
        assert (database.is_current(), database.check()) == (True, 0)

    @pytest.mark.parametrize("codename", ["view_newspage", "add_sourcetexts", "change_group"])
    def test_one_that_lacks_a_permission_was_not_made_to_its_end(self, codename: str) -> None:
        """Permissions stand in no migration: `migrate` makes them behind the last one, for each app."""
        assert database.is_complete()
        Permission.objects.get(codename=codename).delete()
        assert (database.check(), database.is_current(), database.is_complete()) == (0, True, False)

    @pytest.mark.skipif("support.on_postgresql()", reason="a file of SQLite is made")
    def test_another_applications_file_is_left_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "other.db"
        with sqlite3.connect(path) as other:
            other.execute("CREATE TABLE invoices (id integer)")
        done = manage(tmp_path / "var", "serve", "--prepare", DATABASE_URL=f"sqlite:///{path}")
        assert (done.returncode, done.stderr) == (
            1,
            "CommandError: The database holds tables of another application (invoices …); "
            "give the portal a database of its own: DATABASE_URL.\n",
        )
        with sqlite3.connect(path) as other:
            assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("invoices",)]

    @pytest.mark.postgresql
    @pytest.mark.skipif("not support.on_postgresql()", reason="roles exist on PostgreSQL")
    def test_a_role_without_rights_and_a_wrong_password_get_one_line(self, tmp_path: Path) -> None:
        name, role = f"{support.run_name()}_rights_{support.worker_name()}", f"weak_{support.worker_name()}"
        support.create_database(name)
        given = settings.DATABASES["default"]
        try:
            with psycopg.connect(support.database_url(name), autocommit=True) as server:
                server.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))
                server.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'weak'").format(sql.Identifier(role)))
            where = f"{given['HOST']}:{given['PORT'] or 5432}/{name}"
            done = manage(tmp_path / "var", "serve", "--prepare", DATABASE_URL=f"postgres://{role}:weak@{where}")
            assert (done.returncode, done.stderr) == (
                1,
                f"CommandError: The role {role} may not make tables in the database {name}; its owner allows it: "
                f"GRANT CREATE ON SCHEMA public TO {role};\n",
            )
            done = manage(tmp_path / "var", "serve", "--prepare", DATABASE_URL=f"postgres://{role}:wrong@{where}")
            assert done.returncode == 1
            assert done.stderr.count("\n") == 1
            assert "wrong@" not in done.stderr
        finally:
            support.drop_database(name)
            with psycopg.connect(support.database_url("postgres"), autocommit=True) as server:
                server.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))


class TestPasswords:
    def test_there_is_always_a_way_to_a_new_one(
        self, content: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("PORTAL_DEMO_PASSWORD", raising=False)
        own = User.objects.create_superuser("owner", "owner@iom.example", "a-password-of-their-own")
        call_command("demo_password")
        names, password = capsys.readouterr().out.strip().splitlines()
        assert names == f"Demo accounts: {', '.join(user.username for user in demo_accounts.existing())}"
        password = password.removeprefix("Password: ")
        assert all(Client().login(username=user.username, password=password) for user in demo_accounts.existing())
        own.refresh_from_db()
        assert own.check_password("a-password-of-their-own")

    def test_an_account_that_somebody_made_their_own_keeps_its_password(self, content: None) -> None:
        admin = User.objects.get(username="admin")
        admin.email = "somebody@iom.example"
        admin.set_password("a-password-of-their-own")
        admin.save()
        call_command("demo_password", verbosity=0)
        admin.refresh_from_db()
        assert admin.check_password("a-password-of-their-own")

    def test_where_there_are_none_it_says_what_to_do(self, content: None) -> None:
        User.objects.all().delete()
        with pytest.raises(CommandError, match="no demo accounts. For another one: .*changepassword NAME"):
            call_command("demo_password")

    def test_each_start_names_the_accounts(self, content: None) -> None:
        said = preparation._set_up(lambda line: None)
        names = ", ".join(user.username for user in demo_accounts.existing())
        assert said == f"Demo accounts: {names} (make password gives them a new password)"


@pytest.mark.skipif(not shutil.which("make"), reason="needs make (on Debian: apt-get install make)")
class TestInstallation:
    """The installing part of the Makefile, with a lock that names no package."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        makefile = (settings.BASE_DIR / "Makefile").read_text(encoding="utf-8")
        target = "\ntry:\n\t$(begin)\n\tinstall empty.txt .requirements-stamp\n\t$(BIN)/python -m pip --version >/dev/null && echo whole\n"
        (tmp_path / "Makefile").write_text(makefile + target, encoding="utf-8")
        (tmp_path / "empty.txt").touch()
        return tmp_path

    def begin(self, folder: Path) -> subprocess.Popen[str]:
        values = support.environment(folder / "var", PYTHONPATH=str(settings.BASE_DIR))
        return subprocess.Popen(
            ["make", "try"], cwd=folder, env=values, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, start_new_session=True,
        )  # fmt: skip

    def test_a_kill_while_the_environment_is_made_is_healed(self, folder: Path) -> None:
        process = self.begin(folder)
        while not (folder / ".venv" / "bin" / "python").exists():
            assert process.poll() is None
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        assert not (folder / ".venv" / ".made").exists()
        said, _ = self.begin(folder).communicate(timeout=support.PATIENCE)
        assert said.splitlines()[-1] == "whole"
        # The next one has nothing to do; a kill while packages come in makes it begin anew.
        assert self.begin(folder).communicate(timeout=support.PATIENCE)[0] == "whole\n"
        (folder / ".venv" / ".installing").touch()
        said, _ = self.begin(folder).communicate(timeout=support.PATIENCE)
        assert said.startswith("Making .venv with Python 3.")

    def test_two_at_once_make_one_environment(self, folder: Path) -> None:
        outputs = [process.communicate(timeout=support.PATIENCE)[0] for process in [self.begin(folder), self.begin(folder)]]
        assert [said.splitlines()[-1] for said in outputs] == ["whole", "whole"]
        assert sum("Making .venv" in said for said in outputs) == 1
        assert sum("waiting for it" in said for said in outputs) == 1


def test_a_run_that_leaves_everything_out_is_no_success() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", "tests/portal/serving/test_serve.py::TestMake"],
        cwd=settings.BASE_DIR, env={**support.environment(Path("/nowhere")), "PATH": "", "CI": ""},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "5 skipped" in done.stdout
    assert done.returncode == 5


def made_by_migrations(path: Path) -> list[tuple[str, ...]]:
    """Return tables, columns and indexes, types of content, permissions and names of migrations."""
    with contextlib.closing(sqlite3.connect(path)) as found:
        rows = found.execute("SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master").fetchall()
        rows += found.execute("SELECT 'content type', app_label, model, '' FROM django_content_type").fetchall()
        rows += found.execute(
            "SELECT app_label, model, codename, name FROM auth_permission JOIN django_content_type t ON t.id = content_type_id"
        ).fetchall()
        rows += found.execute("SELECT 'migration', app, name, '' FROM django_migrations").fetchall()
    assert len(rows) > 1000
    return sorted(rows)


class TestRealInstallation:
    """The README's way, with an accident in each phase: install, migrate, own administrator, no demo accounts."""

    @pytest.fixture
    def database_name(self) -> Iterator[str]:
        if not support.on_postgresql():
            yield ""
            return
        name = f"{support.run_name()}_first_{support.worker_name()}"
        support.create_database(name)
        yield name
        support.drop_database(name)

    def begin(self, folder: Path, database_name: str, *arguments: str, **values: str) -> subprocess.Popen[str]:
        own = support.environment(folder, database_name, PORTAL_DEMO_ACCOUNTS="no", PYTHONUNBUFFERED="1", **values)
        return subprocess.Popen(
            [sys.executable, "manage.py", "serve", *arguments], cwd=settings.BASE_DIR, env=own, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        )  # fmt: skip

    def kill_at(self, process: subprocess.Popen[str], text: str) -> None:
        read_until(process, text)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()

    def test_every_start_heals_what_the_last_one_left(self, tmp_path: Path, database_name: str, portal_state: support.State) -> None:
        folder = tmp_path / "var"
        static = {}
        if database_name:
            # Static files know no database: that they are collected, and that a kill leaves no half of them, is seen on SQLite.
            shutil.copytree(portal_state.folder / "static", tmp_path / "static")
            static["PORTAL_STATIC_ROOT"] = str(tmp_path / "static")
        # Without UTF-8 too.
        self.kill_at(self.begin(folder, database_name, "--prepare", PYTHONIOENCODING="ascii", **static), "100 of ")
        self.kill_at(self.begin(folder, database_name, "--prepare", **static), "200 of ")
        environment_values = support.environment(folder, database_name, DJANGO_SUPERUSER_PASSWORD="a-password-of-their-own")
        subprocess.run(
            [sys.executable, "manage.py", "createsuperuser", "--noinput", "--username=owner", "--email=owner@iom.example"],
            cwd=settings.BASE_DIR, env=environment_values, check=True, capture_output=True,
        )  # fmt: skip
        first = self.begin(folder, database_name, PORT=str(port := support.free_port()), **static)
        # Only now is it sure that the second one is late.
        said = read_until(first, "Loading the initial content")
        second = self.begin(folder, database_name, "--prepare", **static)
        said += read_until(first, "Ctrl-C ends it")
        try:
            waited, _ = second.communicate(timeout=support.PATIENCE)
            assert second.returncode == 0, waited
            assert waited.splitlines()[0] == "Another start is preparing this portal; waiting for it …"
            assert "Traceback" not in said + waited
            assert [line for line in said.splitlines() if "account" in line.lower() or "password" in line.lower()] == []
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/de/") as answer:
                assert 'lang="de"' in answer.read().decode()
            listed = self.count(folder, database_name)
            assert listed == self.count(portal_state.folder, portal_state.database) | {"users": "owner"}
            if not database_name:
                # Those were made by `migrate` as Django has it, these while a start rendered new models alone.
                assert made_by_migrations(folder / "db.sqlite3") == made_by_migrations(portal_state.sqlite_file)
        finally:
            os.killpg(first.pid, signal.SIGTERM)
            first.communicate(timeout=support.PATIENCE)

    def count(self, folder: Path, database_name: str) -> dict[str, object]:
        code = (
            "import json; from wagtail.models import Page; from django.contrib.auth.models import User\n"
            "from search.models import Document, IndexVersion\n"
            "print(json.dumps({'pages': Page.objects.count(), 'live': Page.objects.live().count(), 'documents': Document.objects.count(),"
            "'current': IndexVersion.objects.count(), 'users': ', '.join(User.objects.values_list('username', flat=True))}))"
        )
        done = subprocess.run(
            [sys.executable, "manage.py", "shell", "-v0", "-c", code], cwd=settings.BASE_DIR,
            env=support.environment(folder, database_name), capture_output=True, text=True, check=True,
        )  # fmt: skip
        return json.loads(done.stdout)
