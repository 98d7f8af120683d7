"""A client of Django's tests that asks through the shell, with its page cache, in the thread of the test: nothing of it is served."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http.cookies import SimpleCookie
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse
from django.test import Client

from portal.shell import store
from portal.shell.application import Shell
from portal.shell.bridge import Answer


class Headers(dict[str, str]):
    """The headers of a request, as granian has them."""

    def get_all(self, name: str) -> list[str]:
        return [self[name]] if name in self else []


class SameThread:
    """A lane that is this thread."""

    async def run(self, work: Callable[[Callable[[Answer], None]], None], address: str) -> Answer:
        found: list[Answer] = []
        work(found.append)
        return found[0]


class ShellClient(Client):
    """What it asks for by GET comes from the shell; `hits` are the answers for which the application was not asked."""

    def __init__(self, **defaults: Any) -> None:
        super().__init__(**defaults)
        self.asked, self.hits, self.django = 0, 0, self.handler
        self.handler = self._through_shell
        self.shell = Shell(self._application, 1)
        self.shell.store, self.shell.pages, self.shell.files = store.Store(), SameThread(), SameThread()

    def _application(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.asked += 1
        response = self.django(environ)
        cookies = [("Set-Cookie", cookie.OutputString()) for cookie in response.cookies.values()]
        start_response(f"{response.status_code} {response.reason_phrase}", [*response.items(), *cookies])
        return list(response)

    def _through_shell(self, environ: dict[str, Any]) -> HttpResponse:
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return self.django(environ)
        given = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
        scope = SimpleNamespace(
            proto="http", method=environ["REQUEST_METHOD"], path=environ["PATH_INFO"].encode("latin-1").decode(errors="surrogateescape"),
            query_string=environ["QUERY_STRING"], scheme="http", http_version="1.1", server="testserver:80", client="127.0.0.1:5000",
            headers=Headers({"host": "testserver"} | given),
        )  # fmt: skip
        before, answering = self.asked, self.shell._answer(scope, None)
        try:
            answering.send(None)
        except StopIteration as ended:
            answer = ended.value
        self.hits += self.asked == before
        body = Path(answer.file).read_bytes()[answer.start : answer.end] if answer.file else answer.body
        response = HttpResponse(body, status=answer.status)
        for name, value in answer.headers:
            if name.lower() == "set-cookie":
                response.cookies.update(SimpleCookie(value))
            else:
                response.headers[name] = value
        response.wsgi_request = WSGIRequest(environ)
        return response
