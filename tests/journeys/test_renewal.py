"""What answers is renewed under load, as after new code: no request fails, no connection is refused."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.serving import workers
from portal.serving.address import Address
from portal.serving.server import REFUSED
from tests import support
from tests.journeys import faults
from tests.portal.shell.clients import listeners, place

pytestmark = [pytest.mark.content, pytest.mark.faults]

SENTENCE = "The next server answers."
STAY = 8


class Visitors:
    """Who asks meanwhile: on connections that stay, idle mostly, on new ones, for kept pages and others, and who sends slowly."""

    def __init__(self, portal: support.Portal) -> None:
        self.place, self.are_done = place(portal), threading.Event()
        self.paths = ["/de/", "/ar/", faults.search("Rückkehr"), "/admin/login/"]
        self.answers, self.failed = Counter[str](), list[str]()

    def ask(self, connection: http.client.HTTPConnection, path: str) -> bool:
        """Ask for a page and return whether the connection ends with the answer."""
        connection.request("GET", path)
        answer = connection.getresponse()
        if answer.status != 200 or b"</html>" not in answer.read():
            self.failed.append(f"{path}: {answer.status}")
        return answer.will_close

    def stay(self) -> None:
        """Ask on connections that stay, one after the other, until the end of all was said, or nobody visits any more."""
        with contextlib.ExitStack() as stack:
            stays = [stack.enter_context(contextlib.closing(self._connection())) for _ in range(STAY)]
            while stays and not self.are_done.is_set():
                for connection in list(stays):
                    self.answers["stay"] += 1
                    if self.ask(connection, self.paths[self.answers["stay"] % 2]):
                        stays.remove(connection)
                        self.answers["ended"] += 1

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(*self.place, timeout=support.PATIENCE)

    def come(self) -> None:
        """Ask on a new connection."""
        with contextlib.closing(self._connection()) as connection:
            self.ask(connection, self.paths[self.answers["come"] % 4])
        self.answers["come"] += 1

    def send(self) -> None:
        """Send a body in two halves."""
        head = b"POST /de/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: 2\r\n\r\n"
        with socket.create_connection(self.place, support.PATIENCE) as connection:
            connection.sendall(head + b"a")
            time.sleep(0.5)
            connection.sendall(b"b")
            said = connection.makefile("rb").read()
        if not said.startswith(b"HTTP/1.1 405 "):
            self.failed.append(f"POST: {said[:40]!r}")
        self.answers["send"] += 1


@contextlib.contextmanager
def visiting(portal: support.Portal) -> Iterator[Visitors]:
    """Let visitors come until the block ends."""
    visitors = Visitors(portal)

    def run(name: str) -> None:
        while not visitors.are_done.wait(0.02):
            try:
                getattr(visitors, name)()
            except (OSError, http.client.HTTPException) as error:
                visitors.failed.append(f"{name}: {error!r}")

    threads = [threading.Thread(target=run, args=[name]) for name in ("stay", "come", "come", "send")]
    for thread in threads:
        thread.start()
    try:
        yield visitors
    finally:
        visitors.are_done.set()
        for thread in threads:
            thread.join()


def launcher(portal: support.Portal) -> int:
    """Return the process that waits for the end of what answers: what `make serve` started."""
    pid = min(listeners(portal))
    for _ in range(2):
        pid = int(next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("PPid")).split()[1])
    return pid


def test_what_answers_is_renewed_without_a_failed_request(live_portal: support.Portal) -> None:
    log = live_portal.folder / "serve.log"
    support.wait_for(lambda: len(listeners(live_portal)) == 2, "Both processes")
    before, waits, said = listeners(live_portal), launcher(live_portal), log.read_text().count(SENTENCE)
    with visiting(live_portal) as visitors:
        support.wait_for(lambda: min(visitors.answers[name] for name in ("stay", "come", "send")) > 1, "Visitors")
        os.kill(waits, signal.SIGUSR1)
        support.wait_for(lambda: log.read_text().count(SENTENCE) > said, "The next server")
        meanwhile = Counter(visitors.answers)
        support.wait_for(lambda: all((visitors.answers - meanwhile)[name] > 1 for name in ("stay", "come", "send")), "Visitors afterwards")
        support.wait_for(lambda: visitors.answers["ended"] >= STAY, "The end of the connections that stayed")
    assert visitors.failed == []
    assert visitors.answers["ended"] == STAY
    assert listeners(live_portal) & before == set()
    assert not any(Path(f"/proc/{pid}").exists() for pid in before)
    # Who waits is the same process, and runs the code of now.
    assert launcher(live_portal) == waits


@pytest.mark.parametrize("name", ["SIGTERM", "SIGUSR1"])
def test_a_signal_is_not_lost_while_the_process_becomes_the_one_that_waits(name: str) -> None:
    """One that comes between the first process and the moment at which it heeds signals ends both, or is what renews them."""
    begin = f"""
import os, signal, sys, time
from portal.serving import server
from portal.serving.address import Address
server.hold_signals()
listeners = Address("127.0.0.1", {support.free_port()}).listen(1)
begun = server.begin_here(listeners, lambda listeners: time.sleep({support.PATIENCE}))
os.kill(os.getpid(), signal.{name})
print(begun, flush=True)
server.replace_process(Address("127.0.0.1", 1), [listeners[0].fileno()], "", begun)
"""
    process = subprocess.Popen([sys.executable, "-c", begin], cwd=support.BASE_DIR, stdout=subprocess.PIPE, text=True)
    begun = int(process.stdout.readline())
    if name == "SIGUSR1":
        assert process.stdout.readline() == "Starting the next server …\n"
        assert Path(f"/proc/{begun}").exists()
        process.terminate()
    rest, _ = process.communicate(timeout=support.PATIENCE)
    assert (process.returncode, rest.strip()) == (0, "Stopped.")
    assert not Path(f"/proc/{begun}").exists()


@pytest.mark.parametrize(("follows", "said"), [
    ("[sys.executable, '-c', 'raise SystemExit(3)']", ""),
    ("['/nowhere/bin/python']", "No server can be begun: [Errno 2] No such file or directory: '/nowhere/bin/python'\n"),
])  # fmt: skip
def test_what_cannot_begin_replaces_nothing(tmp_path: Path, follows: str, said: str) -> None:
    """The next server is refused where it does not come to answer, or cannot be begun at all, and the one before goes on."""
    begin = f"""
import sys, time
from portal.serving import server
from portal.serving.address import Address
server.command = lambda *args: {follows}
begun = server.begin_here([], lambda listeners: time.sleep({support.PATIENCE}))
print(begun, flush=True)
sys.exit(server.Server(Address("127.0.0.1", 1), [], "", server.Begun(begun)).run())
"""
    process = subprocess.Popen(
        [sys.executable, "-c", "from portal.serving import server; server.hold_signals()\n" + begin],
        cwd=support.BASE_DIR, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, "PORTAL_VAR": str(tmp_path)},
    )  # fmt: skip
    begun, refused = int(process.stdout.readline()), tmp_path / REFUSED
    for _ in range(2):
        process.send_signal(signal.SIGUSR1)
        assert process.stdout.readline() == "Starting the next server …\n"
        assert "".join(process.stdout.readline() for _ in said.splitlines()) == said
        assert process.stdout.readline() == "The next server does not answer; the one before goes on.\n"
        # Who waits for it elsewhere need not wait any longer.
        support.wait_for(refused.exists, "The refusal")
        refused.unlink()
        assert Path(f"/proc/{begun}").exists()
    process.terminate()
    rest, _ = process.communicate(timeout=support.PATIENCE)
    assert (process.returncode, rest.strip()) == (0, "Stopped.")
    assert not Path(f"/proc/{begun}").exists()


def test_who_cannot_become_the_code_of_now_goes_on_as_it_is() -> None:
    """The next server answers; that what waits for it cannot be loaded anew ends neither of them."""
    begin = f"""
import sys, time
from portal.serving import server
from portal.serving.address import Address
python, sys.executable = sys.executable, "/nowhere/bin/python"
answer = "import os, time; print(os.getpid(), flush=True); os.write(%d, b'.'); time.sleep({support.PATIENCE})"
server.command = lambda listeners, ready: [python, "-c", answer % ready]
server.hold_signals()
begun = server.begin_here([], lambda listeners: time.sleep({support.PATIENCE}))
print(begun, flush=True)
sys.exit(server.Server(Address("127.0.0.1", 1), [], "", server.Begun(begun)).run())
"""
    process = subprocess.Popen(
        [sys.executable, "-c", begin], cwd=support.BASE_DIR, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert Path(f"/proc/{process.stdout.readline().strip()}").exists()
    for _ in range(2):
        process.send_signal(signal.SIGUSR1)
        assert process.stdout.readline() == "Starting the next server …\n"
        following = int(process.stdout.readline())
        assert process.stdout.readline() == f"{SENTENCE}\n"
        assert process.stdout.readline().startswith("What waits for it stays what it was: [Errno 2] ")
        assert Path(f"/proc/{following}").exists()
    process.terminate()
    rest, _ = process.communicate(timeout=support.PATIENCE)
    assert (process.returncode, rest.strip()) == (0, "Stopped.")
    assert not Path(f"/proc/{following}").exists()


def test_a_socket_that_is_led_past_may_be_so_again() -> None:
    """A process that dies before it made its socket listen again leaves it as it was."""
    listeners = Address("127.0.0.1", support.free_port()).listen(2)
    server = workers.begin(listeners)
    server.has_begun = True
    for _ in range(2):
        server.lead_past(0)
    with socket.create_connection(listeners[1].getsockname(), support.PATIENCE):
        listeners[1].accept()[0].close()
    for listener in listeners:
        listener.close()


def test_a_note_that_cannot_be_written_hinders_nobody(settings: object, tmp_path: Path) -> None:
    (tmp_path / "no folder").touch()
    settings.VAR_DIR = tmp_path / "no folder"
    said = []
    workers._say(lambda: said.append("ready"))
    assert said == ["ready"]


_BREAKS = """
import sys, django
django.setup()
from portal.serving import workers
from portal.serving.address import Address
workers.load = lambda is_trial: None
def say(is_ready):
    raise RuntimeError("it breaks once all answer")
workers._say = say
workers.main(Address("127.0.0.1", int(sys.argv[1])).listen(2))
"""


def test_a_server_that_breaks_ends(tmp_path: Path) -> None:
    """granian's threads wait for its processes: they would keep a process that answers nobody, and nobody would begin another."""
    done = subprocess.run(
        [sys.executable, "-c", _BREAKS, str(support.free_port())], cwd=support.BASE_DIR, env=support.environment(tmp_path),
        capture_output=True, text=True, check=False, timeout=support.PATIENCE,
    )  # fmt: skip
    assert (done.returncode, "RuntimeError: it breaks once all answer" in done.stderr) == (1, True), done.stderr


def test_what_waits_at_a_socket_is_answered_by_the_next_process_there() -> None:
    """A connection that nobody has accepted outlives the process that would have."""
    address = ("127.0.0.1", support.free_port())
    command = [sys.executable, "-m", "tests.portal.serving.growing", str(address[1])]

    def ask() -> socket.socket:
        connection = socket.create_connection(address, support.PATIENCE)
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        return connection

    def answer(connection: socket.socket) -> int:
        with connection:
            return int(connection.makefile("rb").read().split(b"\r\n\r\n")[1])

    with subprocess.Popen(command, cwd=support.BASE_DIR, env={**os.environ, "WEB_WORKERS": "1"}) as server:
        try:
            support.wait_for(lambda: Address(*address).answers(), "The server")
            first = answer(ask())
            os.kill(first, signal.SIGSTOP)
            waits = ask()
            os.kill(first, signal.SIGKILL)
            assert answer(waits) not in {first, 0}
        finally:
            server.terminate()
