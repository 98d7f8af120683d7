"""The processes that answer, and the runner beside them: the application is loaded once and then forked, so that all share its memory.

`portal.serving.server` starts this module as a process of its own, or `manage.py serve` goes on in it. granian by itself loads the
application in each worker anew: two workers then take nearly twice the memory of one.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
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


def load(is_trial: bool = False) -> Application:
    """Return the WSGI application, with all that requests would load one by one: addresses, templates, what apps add.

    At a trial, while another version answers, the process ends where something does not fit or a page cannot be made; else whatever is
    answered is not looked at.
    """
    from wsgiref.util import setup_testing_defaults

    from django.apps import apps
    from django.core.handlers.wsgi import WSGIRequest
    from django.db import connections
    from django.urls import get_resolver
    from django.utils import translation
    from wagtail import hooks

    from portal.language.languages import LANGUAGES
    from portal.wsgi import application

    if is_trial:
        _check()
    get_resolver()._populate()
    apps.get_model("contenttypes.ContentType").objects.get_for_models(*apps.get_models())
    for preload in hooks.get_hooks("preload_portal"):
        preload()
    for language in LANGUAGES:
        # The first page of a language brings in its templates, formats and catalog.
        environ = {"PATH_INFO": f"/{language.code}/", "HTTP_HOST": "localhost", "HTTP_X_FORWARDED_PROTO": "https"}
        setup_testing_defaults(environ)
        response = application.get_response(WSGIRequest(environ))
        response.close()
        translation.deactivate()
        if is_trial and response.status_code >= 500:
            sys.exit(f"{environ['PATH_INFO']} answers {response.status_code}.")
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


def _say(is_ready: Callable[[], None] | None) -> None:
    """Say that all processes answer: in the state folder, and to whoever wants to know."""
    from portal.serving import running

    try:
        running.note()
    except OSError:
        # An upgrade waits for it in vain, and says so; readers are served.
        logging.getLogger(__name__).exception("It could not be noted that the portal answers")
    if is_ready:
        is_ready()


def _check() -> None:
    """End where the server would not fit what lies there: the one before answers better."""
    from portal.serving import database, preparation

    if not database.is_current():
        sys.exit("The database does not fit this version: make upgrade.")
    if not preparation.is_collected():
        sys.exit("The static files are not those of this version: manage.py serve --prepare")


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
    application = load(is_trial=is_ready is not None)
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
    from portal.serving.runner import Runners
    from portal.serving.watching import watching

    runners = Runners(listeners)
    if not is_ready:
        runners.begin()

    def answers() -> None:
        _say(is_ready)
        # Where another version answers still, so does its runner: jobs are this one's once it is not refused any more.
        runners.begin()

    try:
        with watching():
            server = begin(listeners)
            server.at_start, server.at_finish, server.is_busy = answers, runners.finish, runners.are_busy
            shell.at_start = _begin
            server.answer_with(shell)
    except Exception:
        # granian has threads that wait for its processes: this one would never end, and nobody begin another.
        logging.getLogger(__name__).exception("The server ended")
        runners.end()
        os._exit(1)
    finally:
        runners.end()


if __name__ == "__main__":
    ready = int(sys.argv[2])
    given = [socket.socket(fileno=int(number)) for number in sys.argv[1].split(",")]
    main(given, (lambda: os.close(ready) if os.write(ready, b".") else None) if ready else None)
