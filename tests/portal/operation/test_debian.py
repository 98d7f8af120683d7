"""deploy/: the settings, the command of the unit and the configuration of nginx serve the portal with HTTPS, in a folder of its own.

What differs from a real machine: ports, the certificate, names of folders, and that systemd only reads the units.
"""

from __future__ import annotations

import contextlib
import http.client
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests import support

pytestmark = [pytest.mark.content, pytest.mark.postgresql]

DEPLOY = support.BASE_DIR / "deploy"
NAME = "portal.example.org"


def in_its_own_folder(text: str, folder: Path) -> str:
    """Return a file of deploy/ with the folders of a real machine replaced."""
    for path, own in (("/srv/portal/app", support.BASE_DIR), ("/srv/portal", folder), (f"/etc/letsencrypt/live/{NAME}", folder)):
        text = text.replace(path, str(own))
    return text.replace("/etc/portal.env", str(folder / "portal.env")).replace("/var/www", str(folder))


def unit(name: str) -> dict[str, str]:
    lines = (DEPLOY / "systemd" / name).read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


class Machine:
    """nginx and the portal behind it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.http, self.https, self.inside = (support.free_port() for _ in range(3))
        self.context = ssl.create_default_context(cafile=str(folder / "fullchain.pem"))

    def get(self, path: str, port: int, method: str = "GET", name: str = NAME, **headers: str) -> tuple[int, dict[str, str], bytes]:
        if port == self.http:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=support.PATIENCE)
        else:
            connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=support.PATIENCE, context=self.context)
            # The name is that of the certificate, wherever it leads to.
            plain = connection._create_connection
            connection._create_connection = lambda address, *rest: plain(("127.0.0.1", port), *rest)
            connection.host = name
        with contextlib.closing(connection):
            connection.request(method, path, headers={"Host": f"{name}:{port}", **headers})
            answer = connection.getresponse()
            return answer.status, {key.lower(): value for key, value in answer.getheaders()}, answer.read()


@pytest.fixture(scope="module")
def machine(portal_state: support.State, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    if shutil.which("nginx") is None:
        pytest.skip("needs nginx (on Debian: apt-get install nginx-light)")
    folder = tmp_path_factory.mktemp("machine")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", f"/CN={NAME}",
         "-addext", f"subjectAltName=DNS:{NAME}", "-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    found = Machine(folder)
    shutil.copytree(portal_state.folder, folder / "state")
    (folder / "backups").mkdir()
    database = f"{support.run_name()}_deployed_{support.worker_name()}" if portal_state.database else ""
    if database:
        support.create_database(database, portal_state.database)
    values = dict(
        line.split("=", 1) for line in in_its_own_folder((DEPLOY / "portal.env").read_text(), folder).splitlines() if line[:1] not in "#"
    )
    values |= {"PORTAL_URL": f"https://{NAME}:{found.https}", "PORT": str(found.inside), "STATUS_PORT": str(support.free_port())}
    values.pop("DATABASE_URL")
    own = support.environment(folder / "state", database) | values
    log = (folder / "log").open("wb")
    command = in_its_own_folder(unit("portal.service")["ExecStart"], folder).split()
    portal = subprocess.Popen(command, cwd=support.BASE_DIR, env=own, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        support.wait_for(lambda: portal.poll() is not None or b"The portal is ready" in (folder / "log").read_bytes(), "The portal")
        found.portal, found.environment = portal, own
        with serving(found):
            yield found
    finally:
        portal.terminate()
        portal.wait(support.PATIENCE)
        log.close()
        if database:
            support.drop_database(database)


def answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5):
        return True
    return False


@contextlib.contextmanager
def serving(machine: Machine) -> Iterator[None]:
    """Let nginx serve with the configuration of deploy/, as one process without rights."""
    folder = machine.folder
    site = in_its_own_folder((DEPLOY / "nginx" / "portal.conf").read_text(encoding="utf-8"), folder)
    site = re.sub(r"listen \[::\]:.*\n", "", site)
    site = site.replace("listen 80", f"listen 127.0.0.1:{machine.http}").replace("listen 443", f"listen 127.0.0.1:{machine.https}")
    site = site.replace("127.0.0.1:8000", f"127.0.0.1:{machine.inside}").replace(f"https://{NAME}$", f"https://{NAME}:{machine.https}$")
    for name in ("body", "proxy", "fastcgi", "uwsgi", "scgi"):
        (folder / name).mkdir()
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log; events {{}}\n"
        f"http {{ client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;\n"
        f"uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi; include /etc/nginx/mime.types;\n{site}}}\n"
    )
    command = ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf"), "-g", "user root;"]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0 and "[warn]" not in checked.stderr, checked.stderr
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    try:
        support.wait_for(lambda: answers(machine.https), "nginx")
        yield
    finally:
        process.terminate()
        process.wait(support.PATIENCE)


def test_it_answers_with_https_and_leads_there(machine: Machine) -> None:
    status, headers, _ = machine.get("/de/suche/?q=a", machine.http)
    assert (status, headers["location"]) == (308, f"https://{NAME}:{machine.https}/de/suche/?q=a")
    for language in ("de", "en", "uk", "ar"):
        status, headers, body = machine.get(f"/{language}/", machine.https)
        assert (status, f'<html lang="{language}"'.encode() in body) == (200, True)
        assert f'<link rel="canonical" href="https://{NAME}:{machine.https}/{language}/"'.encode() in body
        assert headers["strict-transport-security"].startswith("max-age=31536000")
        assert "set-cookie" not in headers and "nginx/" not in headers["server"]
    static = re.search(rb'href="(/static/[^"]+\.css)"', body)[1].decode()
    status, headers, _ = machine.get(static, machine.https, **{"Accept-Encoding": "br"})
    assert (status, headers["content-encoding"]) == (200, "br")


def test_other_names_get_nothing(machine: Machine) -> None:
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        machine.get("/de/", machine.http, name="evil.example")
    with pytest.raises(ssl.SSLError):
        machine.get("/de/", machine.https, name="evil.example")


def test_what_visitors_say_of_themselves_is_not_believed(machine: Machine) -> None:
    spoofed = {"X-Forwarded-Proto": "http", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    status, headers, body = machine.get("/de/", machine.https, **spoofed)
    assert status == 200 and b"evil.example" not in body and "evil.example" not in str(headers)


def test_nobody_fills_the_disk_with_what_no_form_takes(machine: Machine) -> None:
    """What visitors send is refused where it arrives; in the admin by the portal, which knows how much it holds."""
    large = {"Content-Length": "6000000"}
    answers = {path: machine.get(path, machine.https, "POST", **large) for path in ("/uk/", "/admin/login/")}
    assert {path: answer[0] for path, answer in answers.items()} == {"/uk/": 413, "/admin/login/": 413}
    assert [b'<html lang="de"' in answer[2] for answer in answers.values()] == [False, True]


def test_where_the_portal_is_away_a_page_says_so_in_each_language(machine: Machine) -> None:
    machine.portal.terminate()
    machine.portal.wait(support.PATIENCE)
    status, headers, body = machine.get("/de/", machine.https)
    assert (status, headers["retry-after"], headers["cache-control"]) == (503, "60", "no-store")
    assert body == (DEPLOY / "nginx" / "unavailable.html").read_bytes()
    # Nobody reaches that page by its address.
    machine.portal = subprocess.Popen(
        in_its_own_folder(unit("portal.service")["ExecStart"], machine.folder).split(), cwd=support.BASE_DIR, env=machine.environment,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + support.PATIENCE
        while machine.get("/de/", machine.https)[0] != 200:
            assert time.monotonic() < deadline
            time.sleep(0.5)
        assert machine.get("/unavailable.html", machine.https)[0] == 404
    finally:
        machine.portal.terminate()
        machine.portal.wait(support.PATIENCE)


def test_the_units_are_units(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("needs systemd-analyze")
    for path in (DEPLOY / "systemd").iterdir():
        (tmp_path / path.name).write_text(in_its_own_folder(path.read_text(encoding="utf-8"), tmp_path))
    units = [str(path) for path in sorted(tmp_path.iterdir())]
    checked = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    own = [line for line in checked.stderr.splitlines() if "portal" in line]
    assert (checked.returncode, own) == (0, [])


def test_the_database_is_found_without_a_password() -> None:
    import environ

    values = dict(line.split("=", 1) for line in (DEPLOY / "portal.env").read_text().splitlines() if line[:1] not in "#")
    found = environ.Env.db_url_config(values["DATABASE_URL"])
    assert {name: found[name] for name in ("HOST", "NAME", "PASSWORD")} == {"HOST": "/var/run/postgresql", "NAME": "portal", "PASSWORD": ""}
    assert psycopg.conninfo.make_conninfo(host=found["HOST"], dbname=found["NAME"]) == "host=/var/run/postgresql dbname=portal"


def test_the_page_names_what_is_there() -> None:
    page = (DEPLOY / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"deploy/([\w./-]+\w)", page)) | {f"systemd/{name}" for name in re.findall(r"portal-\w+\.timer", page)}
    assert {name for name in named if not (DEPLOY / name).exists()} == set()
