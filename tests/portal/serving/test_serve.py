"""The two commands: what `make serve` prepares, when it does nothing, how it fails and how it ends."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import override_settings
from wagtail.models import Page
from whitenoise.compress import Compressor

from portal.counters import Counters
from portal.serving import preparation, styles
from portal.serving.address import Address, AddressError
from portal.serving.server import command
from portal.serving.static import StaticStorage
from portal.serving.workers import options
from tests import support
from tests.builders import make_home


class TestAddress:
    def test_a_free_port_is_free(self) -> None:
        Address("127.0.0.1", support.free_port()).check()

    def test_a_taken_port_gets_one_line_that_helps(self) -> None:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            port = listener.getsockname()[1]
            with pytest.raises(AddressError, match=rf"Port {port} at 127.0.0.1 is taken.*PORT={port + 1}"):
                Address("127.0.0.1", port).check()

    @pytest.mark.parametrize(("host", "port"), [("no.such.host.invalid", 8000), ("192.0.2.1", 8000), ("127.0.0.1", 70000)])
    def test_an_odd_address_gets_one_line(self, host: str, port: int) -> None:
        with pytest.raises(AddressError) as error:
            Address(host, port).check()
        assert "\n" not in str(error.value)

    def test_a_server_on_all_addresses_is_asked_on_this_machine(self) -> None:
        assert Address("0.0.0.0", 8000).probe_host == "127.0.0.1"  # noqa: S104
        assert Address("::", 8000).probe_host == "::1"
        assert Address("192.0.2.7", 8000).probe_host == "192.0.2.7"

    def test_workers_come_from_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("WEB_WORKERS", "3")
        assert options()["workers"] == 3
        monkeypatch.setenv("WEB_WORKERS", "")
        assert options()["workers"] == 2

    def test_processes_are_forked_from_one_that_has_loaded_everything(self) -> None:
        assert command([3, 4])[-3:] == ["portal.serving.workers", "3,4", "0"]


@pytest.mark.django_db
class TestQuestions:
    def test_pages_are_seen(self) -> None:
        assert not preparation.has_pages()
        make_home()
        assert preparation.has_pages()

    def test_wagtails_own_page_is_no_content(self) -> None:
        Page.get_first_root_node().add_child(instance=Page(title="Welcome", slug="welcome"))
        assert not preparation.has_pages()


def contents(folder: Path) -> dict[str, bytes]:
    """Return what lies in a folder, by name."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


class TestStatic:
    def test_the_fingerprint_follows_files_and_settings(self, tmp_path: Path) -> None:
        source = tmp_path / "a.css"
        source.write_text("a {}", encoding="utf-8")
        with override_settings(STATICFILES_DIRS=[tmp_path]):
            first = preparation.static_fingerprint()
            assert preparation.static_fingerprint() == first
            os.utime(source, ns=(1, 1))
            assert preparation.static_fingerprint() != first
            with override_settings(STATIC_URL="/other/"):
                assert preparation.static_fingerprint() != first

    def test_a_content_under_two_names_is_compressed_once_and_alike(self, tmp_path: Path) -> None:
        """Nearly every file lies there under its name and its hash."""
        kinds = {"a.css": "a {}\n" * 200, "a.123.css": "a {}\n" * 200, "other.css": "b {}\n" * 200}
        for folder in ("ours", "theirs"):
            (tmp_path / folder).mkdir()
            for name, text in kinds.items():
                (tmp_path / folder / name).write_text(text, encoding="utf-8")
        ours, theirs = StaticStorage(tmp_path / "ours", "/").create_compressor(quiet=True), Compressor(quiet=True)
        for name in kinds:
            ours.compress(str(tmp_path / "ours" / name))
            theirs.compress(str(tmp_path / "theirs" / name))
        assert contents(tmp_path / "ours") == contents(tmp_path / "theirs")
        assert len(contents(tmp_path / "ours")) == 9
        assert (ours.compress_brotli.cache_info().misses, ours.compress_gzip.cache_info().misses) == (2, 2)

    def test_what_a_state_folder_made_is_known_by_its_content(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Portals that share static files do not collect each other's anew."""

        def fingerprint(name: str) -> str:
            # Named so that the finders are made anew.
            with override_settings(VAR_DIR=tmp_path / name, STATICFILES_DIRS=[]):
                return preparation.static_fingerprint()

        first = fingerprint("one")
        assert fingerprint("other") == first
        monkeypatch.setattr(styles, "joined", lambda: "a {}")
        assert len({fingerprint("other"), first}) == 2


    def test_what_the_version_before_refers_to_stays_until_the_next_but_one(self, tmp_path: Path) -> None:
        """It may answer still, and pages of it are open in browsers."""
        with override_settings(STATIC_ROOT=tmp_path / "static", VAR_DIR=tmp_path):
            for number in range(3):
                collection = preparation.StaticCollection()
                collection.new.mkdir()
                name = f"site.{number}.css"
                for file in (name, f"{name}.br", "site.css"):
                    (collection.new / file).write_text(str(number), encoding="ascii")
                (collection.new / "staticfiles.json").write_text(json.dumps({"paths": {"site.css": name}}), encoding="utf-8")
                collection.process = subprocess.Popen(["true"], stdout=subprocess.PIPE)
                collection.finish()
        kept = {"site.1.css": b"1", "site.1.css.br": b"1", "site.2.css": b"2", "site.2.css.br": b"2", "site.css": b"2"}
        found = contents(tmp_path / "static")
        assert {name: found[name] for name in found if name.startswith("site")} == kept
        assert [path.name for path in tmp_path.iterdir()] == ["static"]

    def test_what_the_version_that_answers_names_stays_however_many_upgrades_fail(self, tmp_path: Path) -> None:
        with override_settings(STATIC_ROOT=tmp_path / "static", VAR_DIR=tmp_path):
            (tmp_path / "serving-files").write_text("site.old.css\nof-an-app.old.js", encoding="utf-8")
            collection = preparation.StaticCollection()
            for folder, names in ((collection.folder, ["site.old.css", "site.old.css.gz", "site.older.css"]), (collection.new, [])):
                folder.mkdir()
                for name in names:
                    (folder / name).touch()
            # What an upgrade left that did not come to renew what answers.
            (collection.folder / "staticfiles.json").write_text('{"paths": {"site.css": "site.new.css"}}', encoding="utf-8")
            collection._keep_last()
        assert sorted(contents(collection.new)) == ["site.old.css", "site.old.css.gz"]


class TestLink:
    """The code lies in a folder for each version, and a link leads to the one of now."""

    def test_the_next_server_comes_from_where_the_link_leads_by_then(self, tmp_path: Path) -> None:
        for version in ("one", "two"):
            (tmp_path / version).mkdir()
            for name in (".venv", "manage.py", "portal"):
                (tmp_path / version / name).symlink_to(Path(sys.prefix) if name == ".venv" else settings.BASE_DIR / name)
        link = tmp_path / "app"
        link.symlink_to("one")
        say = "import sys; from portal.serving import server; print(server.place(), *server.command([3])); sys.stdin.readline(); "
        process = subprocess.Popen(
            [link / ".venv" / "bin" / "python", "-c", say + "print(server.place(), *server.command([3]))"],
            cwd=link, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        first = process.stdout.readline()
        link.unlink()
        link.symlink_to("two")
        rest, _ = process.communicate("\n")
        expected = [f"{tmp_path}/{name} {tmp_path}/{name}/.venv/bin/python -m portal.serving.workers 3 0\n" for name in ("one", "two")]
        assert [first, rest] == expected


class TestPort:
    def test_serve_refuses_a_taken_port_before_anything_else(self, settings: object, tmp_path: Path) -> None:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            settings.HOST, settings.PORT, settings.VAR_DIR = "127.0.0.1", listener.getsockname()[1], tmp_path
            with pytest.raises(CommandError, match="is taken"):
                call_command("serve")


def start(portal_folder: Path, port: int, **values: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "manage.py", "serve"],
        cwd=settings.BASE_DIR, env=support.environment(portal_folder, PORT=str(port), **values), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        # Whoever runs the tests in the background ignores Ctrl-C, and all that they start would too.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509 (nothing of this process is used)
    )  # fmt: skip


def read_until(process: subprocess.Popen[str], text: str) -> str:
    said = ""
    for line in process.stdout:
        said += line
        if text in line:
            return said
    raise AssertionError(f"{text!r} was never said: {said}")


@pytest.mark.skipif("support.on_postgresql()", reason="the state folder holds the database on SQLite only")
class TestServing:
    @pytest.fixture
    def folder(self, portal_state: support.State, tmp_path: Path) -> Path:
        return Path(shutil.copytree(portal_state.folder, tmp_path / "var"))

    @pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
    def test_the_second_start_is_quick_changes_nothing_and_ends_cleanly(self, folder: Path, name: str) -> None:
        def static_files() -> set[tuple[str, int]]:
            return {(str(path), path.stat().st_mtime_ns) for path in (folder / "static").rglob("*")}

        before, port = static_files(), support.free_port()
        process = start(folder, port)
        said = read_until(process, "Ctrl-C ends it")
        assert f"http://127.0.0.1:{port}/\n" in said
        assert f"http://127.0.0.1:{port}/admin/\n" in said
        assert "admin" in said
        for step in ("Migrating", "Loading", "Collecting", "Making"):
            assert step not in said
        # The process that looked whether there is anything to do had loaded Django: the server went on in it.
        begun = Path(f"/proc/{process.pid}/cmdline").read_bytes().split(b"\0")[-2].decode()
        assert Path(f"/proc/{begun}/cmdline").read_bytes().split(b"\0")[1:3] == [b"manage.py", b"serve"]
        assert f"\nPPid:\t{process.pid}\n" in Path(f"/proc/{begun}/status").read_text()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/admin/login/") as answer:
            assert answer.status == 200
        # The start wrote the new port: the process that became the server had told it, so nothing is to be made good.
        assert not Counters(folder / "changes").make_good()
        os.killpg(process.pid, getattr(signal, name))
        rest, _ = process.communicate(timeout=support.PATIENCE)
        assert process.returncode == 0
        assert "WARNING" not in said
        assert rest.strip() == "Stopped."
        assert static_files() == before
        Address("127.0.0.1", port).check()

    def test_a_migrate_that_was_interrupted_at_its_end_is_made_good_though_no_migration_is_open(self, folder: Path) -> None:
        with contextlib.closing(sqlite3.connect(folder / "db.sqlite3")) as found, found:
            every = "SELECT content_type_id, codename FROM auth_permission ORDER BY 1, 2"
            before = found.execute(every).fetchall()
            # Nobody has these by themselves: superusers have all.
            free = "id NOT IN (SELECT permission_id FROM auth_group_permissions)"
            assert found.execute(f"DELETE FROM auth_permission WHERE codename LIKE '%newspage' AND {free}").rowcount > 0  # noqa: S608
        done = subprocess.run(
            [sys.executable, "manage.py", "serve", "--prepare"], cwd=settings.BASE_DIR, env=support.environment(folder),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout
        assert [line for line in done.stdout.splitlines() if line.startswith("Migrating")] == ["Migrating the database (0 migrations) …"]
        with contextlib.closing(sqlite3.connect(folder / "db.sqlite3")) as found:
            assert found.execute(every).fetchall() == before

    def test_the_server_goes_when_its_starter_is_killed(self, folder: Path) -> None:
        port = support.free_port()
        process = start(folder, port)
        read_until(process, "Ctrl-C ends it")
        process.kill()
        process.wait()
        process.stdout.close()
        support.wait_for(lambda: not Address("127.0.0.1", port).answers(), "The end of the server")

    def test_an_early_ctrl_c_leaves_no_trace(self, folder: Path) -> None:
        (folder / "static" / preparation.STAMP).unlink()
        process = start(folder, support.free_port())
        said = read_until(process, "Collecting")
        os.killpg(process.pid, signal.SIGINT)
        rest, _ = process.communicate(timeout=support.PATIENCE)
        assert process.returncode in {0, 130}
        assert "Traceback" not in said + rest


@pytest.mark.skipif(not shutil.which("make"), reason="needs make (on Debian: apt-get install make)")
class TestMake:
    def make(self, *arguments: str, **values: str) -> subprocess.CompletedProcess[str]:
        environment = support.environment(Path(values.pop("PORTAL_VAR", "/nowhere")))
        return subprocess.run(
            ["make", *arguments], cwd=settings.BASE_DIR, env=environment | values, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    def test_help_lists_the_commands(self) -> None:
        done = self.make("help")
        for name in ("serve", "test", "dev", "lint", "services", "lighthouse", "check-all"):
            assert f"make {name} " in done.stdout

    def test_without_python_there_is_one_clear_line(self) -> None:
        done = self.make("serve", "PYTHON=no-such-python")
        first, *rest = done.stderr.splitlines()
        assert done.returncode != 0
        assert "No Python 3.11, 3.12 or 3.13 found" in first
        assert all(line.startswith("make: ***") for line in rest)

    def test_a_folder_that_cannot_be_written_to_gets_one_clear_line(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        done = self.make("serve", PORTAL_VAR=str(tmp_path / "file" / "var"))
        first, *rest = done.stderr.splitlines()
        assert done.returncode != 0
        assert "cannot be written to" in first
        assert all(line.startswith("make: ***") for line in rest)

    def test_a_port_that_is_no_number_gets_one_clear_line(self, tmp_path: Path) -> None:
        done = self.make("serve", PORTAL_VAR=str(tmp_path), PORT="abc")
        assert done.returncode != 0
        assert done.stderr.splitlines()[0] == "PORT=abc is no number."

    def test_the_commands_are_listed_in_the_readme(self) -> None:
        readme = (settings.BASE_DIR / "README.md").read_text(encoding="utf-8")
        assert [name for name in ("serve", "prepare", "password", "test", "help") if f"make {name}" not in readme] == []
