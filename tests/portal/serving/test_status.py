"""The port that says how the portal is, its log and its reports: what lives, what is ready, and nothing of people."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import json
import os
import re
import signal
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import brotli
import psycopg
import pytest
from psycopg import sql

from portal.serving.status import Metric, exposition
from portal.settings.logs import without_people
from portal.settings.reports import scrub
from tests import support

PEOPLE = ["amira@example.org", "geheim-zx81", "192.0.2.77", "mozilla-of-amira"]
"""What a request brings that no log and no report may hold."""


@pytest.mark.parametrize(("said", "left"), [
    ("Not Found: /de/x/?mail=amira@example.org&q=Visum", "Not Found: /de/x/?…"),
    ("A mail to amira.k+1@mail.example.org was not sent", "A mail to [mail] was not sent"),
    ("from 192.0.2.77, 2001:db8::1 and ::1 at 12:30:05", "from [address], [address] and [address] at 12:30:05"),
    ("Was ist das? Version 8.0.1, Django 5.2", "Was ist das? Version 8.0.1, Django 5.2"),
])  # fmt: skip
def test_a_text_loses_what_it_says_of_people(said: str, left: str) -> None:
    assert without_people(said) == left


def test_metrics_are_in_the_format_of_prometheus() -> None:
    metrics = [Metric("a_bytes", "What.", 2.5), Metric("b", "Else.", 1, {"of": 'x"\\\n'}), Metric("a_bytes", "", 1e9, {"of": "y"})]
    assert exposition(iter(metrics)) == (
        '# HELP a_bytes What.\n# TYPE a_bytes gauge\na_bytes 2.5\na_bytes{of="y"} 1e+09\n'
        '# HELP b Else.\n# TYPE b gauge\nb{of="x\\"\\\\\\n"} 1\n'
    )


def test_a_report_keeps_where_and_loses_who() -> None:
    event = {
        "request": {
            "method": "POST", "url": "http://x/de/?q=Visum", "query_string": "q=Visum", "cookies": {"a": "b"}, "data": {"text": "ich"},
            "headers": {"User-Agent": "mozilla"}, "env": {"REMOTE_ADDR": "192.0.2.77"},
        },
        "user": {"id": 1}, "breadcrumbs": [1], "extra": {"sys.argv": []}, "server_name": "host",
        "exception": {"values": [
            {"type": "KeyError", "value": "amira@example.org", "stacktrace": {"frames": [{"lineno": 3, "vars": {"a": 1}}]}},
        ]},
    }  # fmt: skip
    assert scrub(event) == {
        "request": {"method": "POST", "url": "http://x/de/?…"},
        "exception": {"values": [{"type": "KeyError", "value": "[mail]", "stacktrace": {"frames": [{"lineno": 3}]}}]},
    }


@pytest.fixture(scope="module")
def reports() -> Iterator[tuple[str, list[str]]]:
    """Take reports as Sentry does: its address, and what came."""
    taken: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # noqa: N802
            body = self.rfile.read(int(self.headers["Content-Length"]))
            decode = {"gzip": gzip.decompress, "br": brotli.decompress}.get(self.headers.get("Content-Encoding"), bytes)
            taken.append(decode(body).decode())
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://key@127.0.0.1:{server.server_port}/7", taken
    server.shutdown()


@pytest.fixture(scope="module")
def portal(
    portal_state: support.State, tmp_path_factory: pytest.TempPathFactory, reports: tuple[str, list[str]]
) -> Iterator[support.Portal]:
    database = f"{support.run_name()}_status_{support.worker_name()}" if portal_state.database else ""
    values = {"STATUS_PORT": str(support.free_port()), "LOG_FORMAT": "json", "SENTRY_DSN": reports[0]}
    with support.served(portal_state, tmp_path_factory.mktemp("status"), database, **values) as portal:
        portal.environment["DATABASE"] = database
        yield portal


def asked(portal: support.Portal, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{portal.environment['STATUS_PORT']}{path}", timeout=support.PATIENCE) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def set_database(portal: support.Portal, there: bool) -> None:
    """Take the database away from all that connect anew, or bring it back."""
    if name := portal.environment["DATABASE"]:
        with psycopg.connect(support.database_url("postgres"), autocommit=True) as server:
            server.execute(sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS {}").format(sql.Identifier(name), sql.SQL(str(there))))
            if not there:
                server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        return
    file, aside = portal.folder / "db.sqlite3", portal.folder / "db.aside"
    if there:
        file.rmdir()
        aside.rename(file)
    else:
        file.rename(aside)
        file.mkdir()


def serving(portal: support.Portal) -> list[int]:
    """Return the processes that serve: those that listen at the portal's port."""
    port = f"{int(portal.environment['PORT']):04X}"
    lines = Path("/proc/net/tcp").read_text().splitlines()
    sockets = {f"socket:[{line.split()[9]}]" for line in lines if line.split()[1].endswith(f":{port}") and line.split()[3] == "0A"}
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if sockets & {str(entry.readlink()) for entry in (process / "fd").iterdir()}:
                found.append(int(process.name))
        except OSError:
            continue
    return found


@pytest.mark.content
@pytest.mark.postgresql
class TestServed:
    def test_it_lives_is_ready_and_says_how_it_is(self, portal: support.Portal) -> None:
        support.wait_for(lambda: asked(portal, "/ready")[0] == 200)
        assert asked(portal, "/live") == (200, "ok\n")
        assert asked(portal, "/ready") == (200, "ok\n")
        status, text = asked(portal, "/metrics")
        values = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
        assert (status, values['portal_in_order{finding="backup"}'], values['portal_in_order{finding="versions"}']) == (200, "0", "1")
        assert int(values['portal_live_pages{language="de"}']) > 50 and int(values['portal_live_pages{language="ar"}']) > 20
        right = re.compile(r'# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^"]*"\})? [0-9.e+]+')
        assert [line for line in text.splitlines() if not right.fullmatch(line)] == []
        assert asked(portal, "/")[0] == 404
        # What stands there is not for visitors.
        for path in ("/live", "/ready", "/metrics"):
            with contextlib.closing(http.client.HTTPConnection(portal.url.removeprefix("http://"))) as visitor:
                visitor.request("GET", path)
                assert visitor.getresponse().status == 404

    def test_without_database_it_lives_and_is_not_ready(self, portal: support.Portal) -> None:
        set_database(portal, there=False)
        try:
            assert asked(portal, "/live") == (200, "ok\n")
            assert asked(portal, "/ready") == (503, "database: OperationalError\n")
        finally:
            set_database(portal, there=True)
        support.wait_for(lambda: asked(portal, "/ready") == (200, "ok\n"))

    def test_errors_are_logged_and_reported_without_people(self, portal: support.Portal, reports: tuple[str, list[str]]) -> None:
        mail, secret, address, browser = PEOPLE
        request = urllib.request.Request(
            f"{portal.url}/de/suche/?q={secret}&mail={mail}",
            headers={"User-Agent": browser, "X-Forwarded-For": address, "Cookie": f"sessionid={secret}; csrftoken={mail}"},
        )
        rename = "from django.db import connection; connection.cursor().execute('ALTER TABLE {} RENAME TO {}')"
        portal.manage("shell", "-c", rename.format("search_document", "search_away"))
        try:
            with pytest.raises(urllib.error.HTTPError) as error:
                urllib.request.urlopen(request, timeout=support.PATIENCE)
        finally:
            portal.manage("shell", "-c", rename.format("search_away", "search_document"))
        # To SQLite a table that is not there is a fault of operation, as a database that is away.
        assert error.value.code == (500 if portal.environment["DATABASE"] else 503)
        support.wait_for(lambda: reports[1], "The report")
        log = (portal.folder / "serve.log").read_text(encoding="utf-8")
        lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
        said = [line["message"] for line in lines if "search_document" in line.get("exception", "")]
        assert said == [f"{'Internal Server Error' if error.value.code == 500 else 'Service Unavailable'}: /de/suche/"]
        assert {name for line in lines for name in line} == {"time", "level", "logger", "message", "exception"}
        report = "\n".join(reports[1])
        assert "search_document" in report and "/de/suche/" in report
        assert [(word, place) for word in PEOPLE for place, text in (("log", log), ("report", report)) if word in text] == []

    def test_a_server_that_hangs_does_not_live(self, portal: support.Portal) -> None:
        stopped = serving(portal)
        assert stopped != []
        for process in stopped:
            os.kill(process, signal.SIGSTOP)
        try:
            assert asked(portal, "/live") == (503, "server: TimeoutError\n")
        finally:
            for process in stopped:
                os.kill(process, signal.SIGCONT)
        assert asked(portal, "/live") == (200, "ok\n")
