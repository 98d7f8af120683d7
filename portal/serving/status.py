"""Whether the portal lives, is ready, and how it is, at a port that is not for everybody: `/live`, `/ready`, `/metrics`.

A process of its own answers, forked beside those that serve, so that it can say that they do not. Whoever asks needs no account.
What `/metrics` says comes from the hook `register_metrics`, whose functions yield `Metric`s: the text format of Prometheus,
https://prometheus.io/docs/instrumenting/exposition_formats/.
"""

from __future__ import annotations

import errno
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection, connections
from django.db.migrations.executor import MigrationExecutor
from wagtail import hooks

from portal.serving.server import FINISH
from portal.settings.hosts import EVERYWHERE

PATIENCE = 5.0
"""Seconds in which the portal answers, or does not live."""


@dataclass(frozen=True)
class Metric:
    """A number that is measured.

    Args:
        name: its name, for ever the same; units stand in it, as Prometheus wants it.
        text: what it is.
        value: the number.
        labels: which of several.
    """

    name: str
    text: str
    value: float
    labels: dict[str, str] = field(default_factory=dict)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"") + '"'


def exposition(metrics: Iterable[Metric]) -> str:
    """Return metrics in the text format; those of one name stand together."""
    groups: dict[str, list[Metric]] = {}
    for metric in metrics:
        groups.setdefault(metric.name, []).append(metric)
    lines = []
    for name, group in groups.items():
        lines += [f"# HELP {name} {group[0].text}", f"# TYPE {name} gauge"]
        for metric in group:
            labels = ",".join(f"{key}={_quoted(value)}" for key, value in metric.labels.items())
            lines.append(f"{name}{{{labels}}} {metric.value:g}" if labels else f"{name} {metric.value:.15g}")
    return "\n".join([*lines, ""])


def live() -> list[str]:
    """Return why the portal does not live: a process that serves has to answer, whatever it answers."""
    host = EVERYWHERE.get(settings.HOST, settings.HOST)
    answered = HTTPConnection(host, settings.PORT, timeout=PATIENCE)
    try:
        answered.request("GET", "/favicon.ico", headers={"Host": settings.PORTAL_HOST})
        answered.getresponse().read()
    except (OSError, HTTPException) as error:
        return [f"server: {type(error).__name__}"]
    finally:
        answered.close()
    return []


def ready() -> list[str]:
    """Return why the portal should get no visitors: it does not live, or database or cache do not answer, or do not fit the code."""
    found = live()
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            found.append("database: migrations are missing")
    except DatabaseError as error:
        found.append(f"database: {type(error).__name__}")
    try:
        cache.set("status", 1, 10)
        # Without Redis pages are built anew, and the portal serves; so it is said, and nothing more.
        cache.get("status")
    except OSError as error:
        found.append(f"cache: {type(error).__name__}")
    return found


def metrics() -> str:
    """Return all metrics."""
    return exposition(metric for register in hooks.get_hooks("register_metrics") for metric in register())


class _Handler(BaseHTTPRequestHandler):
    timeout = PATIENCE
    server_version, sys_version = "portal", ""

    def do_GET(self) -> None:  # noqa: N802 (the library's name)
        """Answer."""
        try:
            if self.path in {"/live", "/ready"}:
                found = live() if self.path == "/live" else ready()
                self._answer(503 if found else 200, "\n".join(found or ["ok"]) + "\n")
            elif self.path == "/metrics":
                self._answer(200, metrics(), "text/plain; version=0.0.4; charset=utf-8")
            else:
                self._answer(404, "/live, /ready and /metrics are here.\n")
        except DatabaseError as error:
            self._answer(503, f"database: {type(error).__name__}\n")
        finally:
            # Threads come and go, and so would their connections stay.
            connections.close_all()

    def _answer(self, status: int, text: str, kind: str = "text/plain; charset=utf-8") -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing of each request."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True


def _listening() -> _Server:
    """Return the server. While what answers is renewed, the process before this one may hold the port for a moment more."""
    deadline = time.monotonic() + FINISH
    while True:
        try:
            return _Server((settings.STATUS_HOST, settings.STATUS_PORT), _Handler)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def serve() -> None:
    """Answer until the process ends."""
    with _listening() as server:
        server.serve_forever()
