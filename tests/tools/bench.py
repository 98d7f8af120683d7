"""What pages cost here and at another commit, side by side, on the same content, in alternating runs.

    python -m tests.tools.bench BASE [--rounds 5] [--requests 40] [--states FOLDER]

Each commit prepares a portal of its own from its own content; `--states` keeps both for another run. Then processes of either take
turns: each loads the application and forks, as the server does, answers every address some times to warm up, and measures the CPU of
this process alone. The table shows

- the medians of all rounds, in milliseconds of CPU, and the ratio of both,
- the queries of an answer, and after a `+` those that the first answer of a process needs beyond it,
- the files that an answer opens.

It ends with 1 where a limit is passed.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ADDRESSES = {
    "home": "/de/",
    "home, Arabic": "/ar/",
    "section": "/de/unsere-arbeit/",
    "article": "/de/aktuelles/libyen-massengrab-mit-65-toten-entdeckt/",
    "list": "/de/aktuelles/",
    "search": "/de/suche/?q=Resettlement",
}
MOST_CPU = dict.fromkeys(ADDRESSES, 0.75) | {"home": 0.6}
"""Times the CPU of the base."""
MOST_QUERIES = {"home": 8, "article": 6, "list": 7, "search": 8}
"""Queries of an answer, the first one of a process included; elsewhere as many as the base needs."""
WARM_UP = 5


def load(allowed: tuple[str, ...] = ("200",)) -> Callable[[str], bytes]:
    """Return what answers an address with the application of the folder in which this process was started, as visitors ask for it."""
    sys.path.insert(0, str(Path.cwd()))
    try:
        from portal.serving import workers
    except ModuleNotFoundError:
        from portal import workers  # an earlier commit
    application = workers.load()

    def answer(address: str) -> bytes:
        # Each answer is for somebody else: how often one may search is limited.
        client = ".".join(str(byte) for byte in (10, *os.urandom(3)))
        path, _, query = address.partition("?")
        environ = {
            "REQUEST_METHOD": "GET", "SCRIPT_NAME": "", "PATH_INFO": path, "QUERY_STRING": query, "REMOTE_ADDR": client,
            "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "8000", "HTTP_HOST": "127.0.0.1:8000", "SERVER_PROTOCOL": "HTTP/1.1",
            "wsgi.version": (1, 0), "wsgi.url_scheme": "http", "wsgi.input": BytesIO(), "wsgi.errors": sys.stderr, "wsgi.multithread": True,
            "wsgi.multiprocess": True, "wsgi.run_once": False,
        }  # fmt: skip
        said: list[str] = []
        response = application(environ, lambda status, headers, exc_info=None: said.append(status))
        body = b"".join(response)
        response.close()
        if not said[0].startswith(allowed):
            raise SystemExit(f"{address}: {said[0]}")
        return body

    return answer


def counted(answer: Callable[[str], object], address: str) -> tuple[int, int]:
    """Return how many queries an answer needs and how many files it opens."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    opened: list[object] = []
    is_counting = True
    sys.addaudithook(lambda event, arguments: opened.append(arguments[0]) if is_counting and event == "open" else None)
    connection.ensure_connection()
    opened.clear()
    with CaptureQueriesContext(connection) as queries:
        answer(address)
    is_counting = False
    return len(queries), len(opened)


def in_child(work: Callable[[], dict[str, object]]) -> dict[str, object]:
    """Do work in a forked process, as the server's processes are forked once the application is loaded."""
    from django.db import connections

    connections.close_all()
    reading, writing = os.pipe()
    if not (child := os.fork()):
        with os.fdopen(writing, "w") as pipe:
            json.dump(work(), pipe)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    if os.waitpid(child, 0)[1] or not said:
        raise SystemExit("A measuring process failed.")
    return json.loads(said)


def measure(requests: int) -> None:
    """Measure and print a JSON object: by address the CPU seconds of each answer, the numbers of queries and of files."""
    answer = load()

    def first(address: str) -> dict[str, object]:
        queries, _files = counted(answer, address)
        return {"first": queries}

    def warm(address: str) -> dict[str, object]:
        for _ in range(WARM_UP):
            answer(address)
        times = []
        for _ in range(requests):
            began = time.process_time()
            answer(address)
            times.append(time.process_time() - began)
        queries, files = counted(answer, address)
        return {"seconds": times, "queries": queries, "files": files}

    found = {
        name: in_child(lambda address=address: first(address)) | in_child(lambda address=address: warm(address))
        for name, address in ADDRESSES.items()
    }
    print("MEASURED", json.dumps(found))


@contextlib.contextmanager
def checked_out(commit: str) -> Iterator[Path]:
    """Give a folder with the files of a commit."""
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as name:
        folder = Path(name) / "base"
        subprocess.run(["git", "worktree", "add", "--quiet", "--detach", folder, commit], cwd=ROOT, check=True)
        try:
            yield folder
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", folder], cwd=ROOT, check=True)


def environment(state: Path) -> dict[str, str]:
    """Return what a portal with this state folder is told."""
    told = {"PORTAL_VAR": str(state), "PORTAL_URL": "http://127.0.0.1:8000", "DJANGO_SETTINGS_MODULE": "portal.settings.production"}
    return {**os.environ, **told}


def run(base: str, rounds: int, requests: int, states: Path) -> dict[str, dict[str, dict]]:
    """Prepare both commits, let them take turns; return what was measured, by side and address."""
    with checked_out(base) as folder:
        sides = {"base": (folder, states / "base"), "here": (ROOT, states / "here")}
        for title, (code, state) in sides.items():
            print(f"Preparing {title} …", file=sys.stderr)
            command = [sys.executable, "manage.py", "serve", "--prepare"]
            subprocess.run(command, cwd=code, env=environment(state), check=True, stdout=subprocess.DEVNULL)
        measured: dict[str, dict[str, dict]] = {title: {} for title in sides}
        for number in range(rounds):
            print(f"Round {number + 1} of {rounds} …", file=sys.stderr)
            for title in sorted(sides, reverse=bool(number % 2)):
                code, state = sides[title]
                command = [sys.executable, __file__, "--measure", "--requests", str(requests)]
                said = subprocess.run(command, cwd=code, env=environment(state), check=True, stdout=subprocess.PIPE, text=True).stdout
                for address, found in json.loads(said.rpartition("MEASURED")[2]).items():
                    seconds = measured[title].get(address, {}).get("seconds", [])
                    measured[title][address] = found | {"seconds": seconds + found["seconds"]}
        return measured


def show(base: str, measured: dict[str, dict[str, dict]]) -> bool:
    """Print the table; return whether all limits are kept."""
    print(f"{'':<14}{base[:10]:>20}{'here':>20}{'ratio':>8}{'at most':>9}{'queries':>10}{'at most':>9}{'files':>7}")
    is_kept = True
    for address, most_cpu in MOST_CPU.items():
        base_values, here_values = measured["base"][address], measured["here"][address]
        before, now = (statistics.median(values["seconds"]) * 1000 for values in (base_values, here_values))
        most_queries = MOST_QUERIES.get(address, base_values["queries"])
        cells = [
            f"{cpu:.1f} ms, {values['queries']:>2} + {values['first'] - values['queries']}"
            for cpu, values in ((before, base_values), (now, here_values))
        ]
        needed = max(here_values["queries"], here_values["first"])
        is_kept &= now / before <= most_cpu and needed <= most_queries
        print(
            f"{address:<14}{cells[0]:>20}{cells[1]:>20}{now / before:>8.2f}{most_cpu:>9}{needed:>10}{most_queries:>9}"
            f"{here_values['files']:>7}"
        )
    return is_kept


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base", nargs="?", help="the commit to compare with")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=40)
    parser.add_argument("--states", type=Path, help="a folder in which both prepared portals are kept for another run")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        measure(arguments.requests)
    elif not arguments.base:
        parser.error("Which commit? make bench BASE=<commit>")
    else:
        with tempfile.TemporaryDirectory(prefix="portal-bench-state-") as name:
            kept = show(arguments.base, run(arguments.base, arguments.rounds, arguments.requests, arguments.states or Path(name)))
        sys.exit(0 if kept else 1)
