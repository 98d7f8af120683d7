"""The processes that answer, and the runner beside them: the application is loaded once and then forked, so that all share its memory.

`portal.serving.server` starts this module as a process of its own, or `manage.py serve` goes on in it. granian by itself loads the
application in each worker anew: two workers then take nearly twice the memory of one.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import socket
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings

from portal.serving.address import BACKLOG
from portal.serving.processes import Processes
from portal.serving.server import STOP_TIMEOUT, end_with_parent, workers

if TYPE_CHECKING:
    from portal.shell.bridge import Application

CONNECTIONS = 8000
"""Connections that one process holds at once: those that wait for something cost it memory alone."""


def load() -> Application:
    """Return the WSGI application, with all that requests would load one by one: addresses, templates, what apps add."""
    from wsgiref.util import setup_testing_defaults

    from django.apps import apps
    from django.core.handlers.wsgi import WSGIRequest
    from django.db import connections
    from django.urls import get_resolver
    from django.utils import translation
    from wagtail import hooks

    from portal.language.languages import LANGUAGES
    from portal.wsgi import application

    get_resolver()._populate()
    apps.get_model("contenttypes.ContentType").objects.get_for_models(*apps.get_models())
    for preload in hooks.get_hooks("preload_portal"):
        preload()
    for language in LANGUAGES:
        # The first page of a language brings in its templates, formats and catalog. Whatever it answers is not looked at.
        environ = {"PATH_INFO": f"/{language.code}/", "HTTP_HOST": "localhost", "HTTP_X_FORWARDED_PROTO": "https"}
        setup_testing_defaults(environ)
        application.get_response(WSGIRequest(environ)).close()
        translation.deactivate()
    # A connection must not be shared by processes.
    connections.close_all()
    return application


def threads() -> int:
    """Return how many threads of a process answer with pages, `WEB_THREADS`."""
    return int(os.environ.get("WEB_THREADS") or 3)


def memory() -> int:
    """Return how many megabytes a process may hold before another takes its place, `WEB_WORKER_MB`; shared memory counts in each."""
    return int(os.environ.get("WEB_WORKER_MB") or 500)


def options() -> dict[str, object]:
    """Return the options of the production server; `WEB_WORKERS` and `WEB_WORKER_MB` change two of them."""
    return {
        "interface": Interfaces.RSGI,
        "http": HTTPModes.http1,
        # Headers come in time, connections that ask for nothing end; a reader who stops reading costs this buffer.
        "http1_settings": HTTP1Settings(header_read_timeout=10_000, max_buffer_size=64 * 1024),
        "workers": workers(),
        "backlog": BACKLOG,
        "backpressure": CONNECTIONS,
        "websockets": False,
        "log_access": False,
        "log_level": "critical",
        "respawn_failed_workers": True,
        # Looked at every half minute.
        "workers_max_rss": memory(),
        "workers_kill_timeout": STOP_TIMEOUT // 2,
    }


def _begin(loop: asyncio.AbstractEventLoop) -> None:
    end_with_parent()
    from portal.http import counting

    threading.Thread(target=counting.write_for_ever, name="counting", daemon=True).start()


def _said(is_ready: Callable[[], None] | None) -> Callable[[], None]:
    """Return what says that all processes answer: in the state folder, and to whoever wants to know."""

    def say() -> None:
        from portal.serving import running

        running.note()
        if is_ready:
            is_ready()

    return say


def allow_connections() -> None:
    """Let this process and its children have as many files open as the system lets them."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def begin(listeners: list[socket.socket], **values: object) -> Processes:
    """Return the server, not serving yet; `values` are other options than those of the portal."""
    return Processes(listeners, **options() | values)


def main(listeners: list[socket.socket], is_ready: Callable[[], None] | None = None) -> None:
    """Serve until the process is ended.

    Args:
        listeners: the sockets where connections wait.
        is_ready: called once all processes answer, where others answer still and want to know.
    """
    allow_connections()
    # As in `manage.py`.
    gc.set_threshold(10_000, 10, 10)
    application = load()
    # Not before Django is there.
    from portal.shell.application import Shell

    shell = Shell(application, threads())
    gc.collect()
    # Objects that the collector never looks at again are not written to, and stay shared.
    gc.freeze()
    # It waits with a full collection until a quarter as many objects are new as there were at its last one. After this one there
    # are none: the workers clear away what requests leave behind, which costs them little, since they look at what is theirs alone.
    gc.collect()
    gc.set_threshold(300, 5, 5)
    from portal.serving import database, runner
    from portal.serving.watching import watching

    if is_ready and not database.is_current():
        sys.exit("The database does not fit this version: make upgrade.")
    end_runner = runner.supervise(listeners)
    try:
        with watching():
            server = begin(listeners)
            server.at_start, server.at_finish = _said(is_ready), end_runner
            shell.at_start = _begin
            server.answer_with(shell)
    finally:
        end_runner()


if __name__ == "__main__":
    ready = int(sys.argv[2])
    given = [socket.socket(fileno=int(number)) for number in sys.argv[1].split(",")]
    main(given, (lambda: os.close(ready) if os.write(ready, b".") else None) if ready else None)
