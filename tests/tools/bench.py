"""What pages cost here and at another commit, side by side, on the same content, in alternating runs.

    python -m tests.tools.bench BASE [--rounds 5] [--requests 40]

Each commit prepares a portal of its own from its own content. Then processes of either take turns: each loads the application as the server
does, answers every address some times to warm up, and measures the CPU of this process alone. Printed are the medians of all rounds, in
milliseconds, and the number of queries of an answer.
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
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ADDRESSES = {
    "home": "/de/",
    "home, Arabic": "/ar/",
    "section": "/de/unsere-arbeit/",
    "article": "/de/aktuelles/116-schutzsuchende-aus-lesbos-in-hannover-angekommen/",
    "list": "/de/aktuelles/",
    "search": "/de/suche/?q=Resettlement",
}
WARM_UP = 5


def measure(requests: int) -> None:
    """Measure in this process and print a JSON object: by address the CPU seconds of each answer and the number of queries."""
    sys.path.insert(0, str(Path.cwd()))
    from django.core.wsgi import get_wsgi_application

    application = get_wsgi_application()
    from django.db import connection, reset_queries
    from django.test.utils import CaptureQueriesContext

    def answer(address: str) -> str:
        path, _, query = address.partition("?")
        environ = {
            "REQUEST_METHOD": "GET", "SCRIPT_NAME": "", "PATH_INFO": path, "QUERY_STRING": query, "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000", "HTTP_HOST": "127.0.0.1:8000", "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http", "wsgi.input": BytesIO(), "wsgi.errors": sys.stderr, "wsgi.multithread": True,
            "wsgi.multiprocess": True, "wsgi.run_once": False,
        }  # fmt: skip
        said: list[str] = []
        response = application(environ, lambda status, headers, exc_info=None: said.append(status))
        b"".join(response)
        if hasattr(response, "close"):
            response.close()
        return said[0]

    found = {}
    for name, address in ADDRESSES.items():
        for _ in range(WARM_UP):
            status = answer(address)
        if not status.startswith("200"):
            raise SystemExit(f"{address}: {status}")
        times = []
        for _ in range(requests):
            began = time.process_time()
            answer(address)
            times.append(time.process_time() - began)
        reset_queries()
        connection.ensure_connection()
        with CaptureQueriesContext(connection) as queries:
            answer(address)
        found[name] = {"seconds": times, "queries": len(queries)}
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


def compare(base: str, rounds: int, requests: int) -> None:
    """Prepare both, let them take turns, print the table."""
    with checked_out(base) as folder, tempfile.TemporaryDirectory(prefix="portal-bench-state-") as name:
        sides = {"base": (folder, Path(name) / "base"), "here": (ROOT, Path(name) / "here")}
        for title, (code, state) in sides.items():
            print(f"Preparing {title} …", file=sys.stderr)
            command = [sys.executable, "manage.py", "serve", "--prepare"]
            subprocess.run(command, cwd=code, env=environment(state), check=True, stdout=subprocess.DEVNULL)
        seconds: dict[tuple[str, str], list[float]] = {}
        queries: dict[tuple[str, str], int] = {}
        for number in range(rounds):
            print(f"Round {number + 1} of {rounds} …", file=sys.stderr)
            for title in sorted(sides, reverse=bool(number % 2)):
                code, state = sides[title]
                command = [sys.executable, __file__, "--measure", "--requests", str(requests)]
                said = subprocess.run(command, cwd=code, env=environment(state), check=True, capture_output=True, text=True).stdout
                for address, found in json.loads(said.rpartition("MEASURED")[2]).items():
                    seconds.setdefault((address, title), []).extend(found["seconds"])
                    queries[address, title] = found["queries"]
    print(f"{'CPU in ms, queries':<20}{base[:10]:>18}{'here':>18}{'ratio':>8}")
    for address in ADDRESSES:
        before, now = (statistics.median(seconds[address, title]) * 1000 for title in ("base", "here"))
        cells = [f"{value:.1f} ms, {queries[address, title]:>2}" for value, title in ((before, "base"), (now, "here"))]
        print(f"{address:<20}{cells[0]:>18}{cells[1]:>18}{now / before:>8.2f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base", nargs="?", help="the commit to compare with")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=40)
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        measure(arguments.requests)
    elif not arguments.base:
        parser.error("Which commit? make bench BASE=<commit>")
    else:
        compare(arguments.base, arguments.rounds, arguments.requests)
