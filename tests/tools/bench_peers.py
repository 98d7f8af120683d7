"""What a kept page costs beside others that send the same bytes with the same headers, in rounds that take turns.

    python -m tests.tools.bench_peers <prepared state folder> [--rounds 5] [--seconds 4] [--connections 16]

The peers: the shortest RSGI and the shortest WSGI application on the server of the portal with its options, nginx with a compressed file,
and the portal behind the cache middleware of Django. Each has one process and is asked by `wrk`. The CPU is that of the processes that
answer; the ratio is the peer's through the portal's within a round, so that a machine that is busy with other things changes both, and
its median over the rounds. It is 1 where the portal's kept page takes as little CPU as the peer.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import pickle
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PAGE = "/de/"
OWN = "the portal, kept page"
LEAST = {"RSGI, trivial": 0.85, "WSGI, trivial": 0.7, "nginx, compressed file": 0.38}
"""The ratios that were promised."""
NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off; sendfile on; keepalive_requests 1000000000; open_file_cache max=10;
    client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder}; uwsgi_temp_path {folder}; scgi_temp_path {folder};
    server {{
        listen 127.0.0.1:{port}; root {folder}/files; default_type "{kind}"; etag off; if_modified_since off;
        location / {{ try_files /page =404; {headers} }}
    }}
}}
"""


def serve(interface: str, port: str) -> None:
    """Serve what comes in through the standard input, a status line's worth of Python, until the process is ended."""
    from granian.constants import Interfaces

    from portal.serving.address import Address
    from portal.serving.workers import begin

    headers, body = pickle.load(sys.stdin.buffer)  # noqa: S301 (from the process that started this one)

    async def rsgi(scope: Any, protocol: Any) -> None:
        protocol.response_bytes(200, headers, body)

    def wsgi(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", headers)
        return [body]

    server = begin(Address("127.0.0.1", int(port)).listen(1), interface=Interfaces(interface), workers=1)
    server.serve(target_loader=lambda *args, **values: rsgi if interface == "rsgi" else wsgi)


@contextlib.contextmanager
def running(command: list[str], said: bytes = b"") -> Iterator[None]:
    """Run a server until the block ends."""
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:  # noqa: S603
        process.stdin.write(said)
        process.stdin.close()
        try:
            yield
        finally:
            process.terminate()


def load(url: str, connections: int, seconds: float) -> int:
    """Let `wrk` ask for the page and return how many answers came; all of them are 200."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-H", "Accept-Encoding: br", url + PAGE]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603
    assert "Non-2xx" not in said, said
    return int(re.search(r"(\d+) requests in", said)[1])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("state", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--connections", type=int, default=16)
    options = parser.parse_args()
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.test")
    django.setup()
    from tests import support
    from tests.portal.shell.clients import ask, listeners
    from tests.tools.bench_serving import cpu

    with contextlib.ExitStack() as stack:
        folders = [Path(stack.enter_context(tempfile.TemporaryDirectory())) for _ in range(3)]
        state = support.State(options.state, "")
        own = stack.enter_context(support.served(state, folders[0] / "state", WEB_WORKERS="1"))
        cached = {"DJANGO_SETTINGS_MODULE": "tests.tools.cached_settings", "BENCH_CACHE": "process", "WEB_WORKERS": "1"}
        peers = {OWN: own, "Django's cache middleware": stack.enter_context(support.served(state, folders[1] / "state", **cached))}
        for _ in range(5):
            _status, headers, body = ask(own, PAGE, Accept_Encoding="br")
        headers = [(name, value) for name, value in headers.items() if name.lower() not in {"date", "server"}]
        for name, interface in (("RSGI, trivial", "rsgi"), ("WSGI, trivial", "wsgi")):
            port = support.free_port()
            stack.enter_context(running([sys.executable, "-m", __spec__.name, interface, str(port)], pickle.dumps((headers, body))))
            peers[name] = support.Portal(f"http://127.0.0.1:{port}", Path(), {})
        (folders[2] / "files").mkdir()
        (folders[2] / "files/page").write_bytes(body)
        left = {"content-length", "content-type", "connection", "transfer-encoding"}
        lines = "\n".join(f"add_header {name} '{value.replace(chr(39), chr(34))}';" for name, value in headers if name.lower() not in left)
        kind = next(value for name, value in headers if name.lower() == "content-type")
        port, configuration = support.free_port(), folders[2] / "nginx.conf"
        configuration.write_text(NGINX.format(folder=folders[2], port=port, kind=kind, headers=lines))
        stack.enter_context(running([shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin"), "-c", str(configuration)]))
        peers["nginx, compressed file"] = support.Portal(f"http://127.0.0.1:{port}", Path(), {})
        costs: dict[str, list[float]] = {name: [] for name in peers}
        rates: dict[str, list[float]] = {name: [] for name in peers}
        for peer in peers.values():
            support.wait_for(lambda peer=peer: listeners(peer), "a server")
            time.sleep(1)
            answered = ask(peer, PAGE, Accept_Encoding="br")
            assert answered[0] == 200, answered
            load(peer.url, options.connections, 1)
        for _ in range(options.rounds):
            for name, peer in peers.items():
                processes = listeners(peer)
                before = cpu(processes)
                count = load(peer.url, options.connections, options.seconds)
                costs[name].append((cpu(processes) - before) / count)
                rates[name].append(count / options.seconds)
    print(f"`{PAGE}`, {len(body)} bytes, {len(headers)} headers, {options.connections} connections, {options.rounds} rounds\n")
    print("| | µs of CPU | answers a second | CPU through the portal's | at least |\n| --- | --- | --- | --- | --- |")
    for name in peers:
        ratio = statistics.median(peer / own for peer, own in zip(costs[name], costs[OWN], strict=True))
        figures = f"{statistics.median(costs[name]) * 1e6:.0f} | {statistics.median(rates[name]):.0f} | {ratio:.2f} | {LEAST.get(name, '')}"
        print(f"| {name} | {figures} |")


if __name__ == "__main__":
    if sys.argv[1] in {"rsgi", "wsgi"}:
        serve(*sys.argv[1:])
    else:
        main()
