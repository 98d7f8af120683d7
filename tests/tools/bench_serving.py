"""What answers cost a portal that is being served on this machine, alone and beside clients that stall (`make serve`, then this).

    python -m tests.tools.bench_serving [http://127.0.0.1:8000] [--requests 400] [--stalled 200] [--film /documents/1/film.mp4]

Each row: requests on one connection that stays open, one after the other; the CPU of the processes that answer, for each of them, and the
wall time in which half and 95 of 100 were answered. A page with a parameter that nobody knows is never kept: it is the same page,
uncached. Stalled are clients that send a byte of a body and wait, and such that open a film (or the home page) and read nothing.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import os
import time
from pathlib import Path
from urllib.parse import urlsplit

from tests.portal.shell.clients import listeners, stalled
from tests.support import Portal

ROWS = {"cached home": "/de/", "uncached home": "/de/?utm_source=x", "cached, Arabic": "/ar/"}


def cpu(processes: set[int]) -> float:
    """Return the seconds of CPU that processes have taken."""
    fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in processes]
    return sum(int(values[11]) + int(values[12]) for values in fields) / os.sysconf("SC_CLK_TCK")


def measure(portal: Portal, path: str, requests: int) -> str:
    """Return a row for an address."""
    parts = urlsplit(portal.url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)

    def ask() -> float:
        began = time.perf_counter()
        connection.request("GET", path, headers={"Accept-Encoding": "br"})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, f"{path}: {answer.status}"
        return time.perf_counter() - began

    for _ in range(10):
        ask()
    processes = listeners(portal)
    before = cpu(processes)
    times = sorted(ask() for _ in range(requests))
    used = (cpu(processes) - before) / requests
    connection.close()
    return f"{used * 1e6:10.0f} {times[requests // 2] * 1e3:10.2f} {times[requests * 95 // 100] * 1e3:10.2f}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url", nargs="?", default="http://127.0.0.1:8000")
    parser.add_argument("--requests", type=int, default=400)
    parser.add_argument("--stalled", type=int, default=200)
    parser.add_argument("--film", default="/de/")
    options = parser.parse_args()
    portal = Portal(options.url, Path(), {})
    post = b"POST /de/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/plain\r\nContent-Length: 1000\r\n\r\na"
    get = f"GET {options.film} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
    print(f"{'':40} {'µs of CPU':>10} {'ms p50':>10} {'ms p95':>10}")
    for count in (0, options.stalled):
        with contextlib.ExitStack() as stack:
            stack.enter_context(stalled(portal, count, get))
            stack.enter_context(stalled(portal, count, post))
            for name, path in ROWS.items():
                # The stalled bodies are waited for ten seconds.
                requests = options.requests * (5 if name.startswith("cached") else 1) // (5 if count else 1)
                print(f"{name + (f', beside 2 × {count} stalled' if count else ''):40} {measure(portal, path, requests)}", flush=True)


if __name__ == "__main__":
    main()
