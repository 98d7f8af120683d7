"""The processes that answer, and the runner beside them: the application is loaded once and then forked, so that all share its memory.

`portal.serving.server` starts this module as a process of its own. granian by itself loads the application in each worker anew: two
workers then take nearly twice the memory of one.
"""

from __future__ import annotations

import gc
import os
import sys

from granian import Granian
from granian.constants import Interfaces

from portal.serving.server import STOP_TIMEOUT


def load() -> object:
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


def options(host: str, port: str) -> dict[str, object]:
    """Return the options of the production server; `WEB_WORKERS` and `WEB_THREADS` may change two of them."""
    return {
        "address": host,
        "port": int(port),
        "interface": Interfaces.WSGI,
        "workers": int(os.environ.get("WEB_WORKERS") or 2),
        "blocking_threads": int(os.environ.get("WEB_THREADS") or 3),
        "backlog": 1024,
        "websockets": False,
        "log_access": False,
        "log_level": "error",
        "respawn_failed_workers": True,
        "workers_kill_timeout": STOP_TIMEOUT // 2,
    }


def main(host: str, port: str) -> None:
    """Serve until the process is ended."""
    application = load()
    gc.collect()
    # Objects that the collector never looks at again are not written to, and stay shared.
    gc.freeze()
    # It waits with a full collection until a quarter as many objects are new as there were at its last one. After this one there
    # are none: the workers clear away what requests leave behind, which costs them little, since they look at what is theirs alone.
    gc.collect()
    gc.set_threshold(300, 5, 5)
    from portal import changes
    from portal.serving import runner

    end_runner = runner.supervise()
    try:
        with changes.watching():
            Granian("portal.wsgi:application", **options(host, port)).serve(target_loader=lambda *args, **values: application)
    finally:
        end_runner()


if __name__ == "__main__":
    main(*sys.argv[1:])
