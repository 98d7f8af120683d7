"""The pages that the shell keeps: who builds, what is found afterwards, what is shown when the application fails."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import brotli
import pytest

from portal import changes
from portal.http.keeping import ENVIRON
from portal.shell import store
from portal.shell.application import Shell
from portal.tags import WITHDRAWN
from tests import support
from tests.portal.shell.in_process import Headers

pytestmark = pytest.mark.django_db

HOST = "testserver"


class Application:
    """Answers with how often it was asked; what happens meanwhile, and how it fails, is told from outside."""

    def __init__(self) -> None:
        self.count, self.status, self.public = 0, "200 OK", True
        self.more: list[tuple[str, str]] = []
        self.meanwhile: Callable[[], None] = lambda: None
        self.until = time.time() + 3600
        self.seen: list[dict[str, Any]] = []

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.count += 1
        self.seen.append(environ)
        number = self.count
        self.meanwhile()
        if self.public and ENVIRON in environ:
            environ[ENVIRON].fresh_until = environ[ENVIRON].shown_until = self.until
        start_response(self.status, [("Content-Type", "text/html"), *self.more])
        return [f"<p>{number}</p>".encode() + b" " * 600]


class Protocol:
    """Takes the answer."""

    status, body, headers = 0, b"", {}

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status, self.headers, self.body = status, {name.lower(): value for name, value in headers}, body

    def response_empty(self, status: int, headers: list[tuple[str, str]]) -> None:
        self.response_bytes(status, headers, b"")


async def ask(shell: Shell, path: str = "/de/", method: str = "GET", query: str = "", **headers: str) -> Protocol:
    given = Headers({"host": HOST, "accept-encoding": "br"} | {name.replace("_", "-"): value for name, value in headers.items()})
    scope = SimpleNamespace(
        proto="http", method=method, path=path, query_string=query, scheme="http", http_version="1.1", server="127.0.0.1:80",
        client="10.0.0.1:5000", headers=given,
    )  # fmt: skip
    protocol = Protocol()
    await shell.__rsgi__(scope, protocol)
    return protocol


def number(answer: Protocol) -> int:
    body = brotli.decompress(answer.body) if answer.headers.get("content-encoding") == "br" else answer.body
    return int(body.split(b"<p>")[1].split(b"</p>")[0])


@pytest.fixture
def application() -> Application:
    return Application()


@pytest.fixture
def run(application: Application) -> Callable[[Callable[[Shell], Coroutine[Any, Any, Any]]], Any]:
    def within(story: Callable[[Shell], Coroutine[Any, Any, Any]]) -> Any:
        shell = Shell(application, 3)

        async def tell() -> Any:
            shell.__rsgi_init__(asyncio.get_running_loop())
            return await story(shell)

        # In a thread of its own: browsers of other tests leave a loop that runs in this one.
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(asyncio.run, tell()).result()

    return within


def test_a_page_is_built_once_until_anything_is_announced(application: Application, run: Callable) -> None:
    async def story(shell: Shell) -> list[int]:
        found = [number(await ask(shell)), number(await ask(shell)), number(await ask(shell, accept_encoding="identity"))]
        head = await ask(shell, method="HEAD")
        known = await ask(shell, if_none_match=head.headers["etag"])
        assert (head.status, head.body, known.status, known.headers["etag"]) == (200, b"", 304, head.headers["etag"])
        changes.announce(changes.snippets("news.anything"))
        return [*found, number(await ask(shell)), number(await ask(shell))]

    assert run(story) == [1, 1, 1, 2, 2]


def test_one_builds_and_the_others_have_it(application: Application, run: Callable) -> None:
    application.meanwhile = lambda: time.sleep(0.1)

    async def story(shell: Shell) -> list[int]:
        return [number(answer) for answer in await asyncio.gather(*(ask(shell) for _ in range(10)))]

    assert run(story) == [1] * 10


def test_what_is_under_way_when_something_is_committed_is_never_found(application: Application, run: Callable) -> None:
    begun, go = threading.Event(), threading.Event()

    def wait() -> None:
        if application.count == 1:
            begun.set()
            go.wait(support.PATIENCE)

    application.meanwhile = wait

    async def story(shell: Shell) -> list[int]:
        first = asyncio.ensure_future(ask(shell))
        await asyncio.to_thread(begun.wait, support.PATIENCE)
        changes.announce(changes.PAGES)
        # Whoever comes after the change waits for nobody who began before it, but for two seconds at most.
        second = asyncio.ensure_future(ask(shell))
        await asyncio.sleep(0.05)
        go.set()
        return [number(await first), number(await second), number(await ask(shell))]

    assert run(story) == [1, 2, 2]


def test_who_waits_for_two_seconds_builds_for_himself(application: Application, run: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "WAIT", 0.05)
    begun, go = threading.Event(), threading.Event()

    def wait() -> None:
        if application.count == 1:
            begun.set()
            go.wait(support.PATIENCE)

    application.meanwhile = wait

    async def story(shell: Shell) -> list[int]:
        first = asyncio.ensure_future(ask(shell))
        await asyncio.to_thread(begun.wait, support.PATIENCE)
        second = number(await ask(shell))
        go.set()
        return [second, number(await first)]

    assert run(story) == [2, 1]


def test_time_ends_a_page_also_as_a_stale_one(application: Application, run: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time
    application.until = now() + 60

    async def story(shell: Shell) -> list[Any]:
        found = [number(await ask(shell)), number(await ask(shell))]
        monkeypatch.setattr(time, "time", lambda: now() + 61)
        application.status = "503 Service Unavailable"
        return [*found, (await ask(shell)).status]

    assert run(story) == [1, 1, 503]


@pytest.mark.parametrize(("touched", "statuses"), [(changes.PAGES, [200, 200]), (WITHDRAWN, [503, 503]), (changes.EVERYTHING, [503, 503])])
def test_the_last_good_page_is_shown_where_the_application_fails(
    application: Application, run: Callable, touched: changes.Tag, statuses: list[int]
) -> None:
    async def story(shell: Shell) -> list[int]:
        assert (await ask(shell)).status == 200
        changes.announce(touched)
        application.status = "503 Service Unavailable"
        first = await ask(shell)

        def fail() -> None:
            raise RuntimeError("as applications do")

        application.meanwhile = fail
        second = await ask(shell)
        if first.status == 200:
            assert (number(first), first.headers["cache-status"]) == (1, "portal; hit; detail=stale")
        assert (await ask(shell, "/de/never-seen/")).status == 503
        application.meanwhile, application.status = (lambda: None), "200 OK"
        assert number(await ask(shell)) == application.count
        return [first.status, second.status]

    assert run(story) == statuses


@pytest.mark.parametrize(
    "request_", [
        {"cookie": "a=1; sessionid=2"}, {"cookie": "csrftoken=2"}, {"cookie": "messages=2"}, {"authorization": "Basic x"},
        {"query": "utm_source=x"}, {"query": "page=2&x=1"}, {"query": "page=2%0a"},
        {"path": "/admin/"}, {"path": "/de/_util/shared/x/"}, {"path": "/"}, {"path": "/de/ä/"}, {"path": "/de//x/"}, {"path": "/de/x//"},
        {"host": ""},
    ],
)  # fmt: skip
def test_what_is_somebodys_or_has_other_parameters_is_not_kept(application: Application, run: Callable, request_: dict[str, str]) -> None:
    async def story(shell: Shell) -> list[int]:
        return [number(await ask(shell, **request_)) for _ in range(2)]

    assert run(story) == [1, 2]
    assert all(ENVIRON not in environ for environ in application.seen)


def test_any_of_several_cookie_headers_may_tell_who_it_is(
    application: Application, run: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Headers, "get_all", lambda self, name: ["a=1", "sessionid=2"] if name == "cookie" else [self.get(name, "")])

    async def story(shell: Shell) -> list[int]:
        return [number(await ask(shell)) for _ in range(2)]

    assert run(story) == [1, 2]


@pytest.mark.parametrize(("host", "is_same"), [
    ("portal.example:80", True), ("PORTAL.Example:8443", True), ("portal.example:", True), ("other.example", False),
    ("portal.example:x", False),
])  # fmt: skip
def test_a_page_is_kept_once_for_a_host_however_it_is_written(host: str, is_same: bool) -> None:
    """Ports and capital letters would make as many copies as somebody likes, and push out those of others."""
    first, other = (store.key_of(Headers({"host": name}), "/de/", "") for name in ("portal.example", host))
    assert (first == other) is is_same


def test_what_comes_with_a_cookie_is_not_kept(application: Application, run: Callable) -> None:
    application.more = [("Set-Cookie", "a=1")]

    async def story(shell: Shell) -> list[int]:
        return [number(await ask(shell)) for _ in range(2)]

    assert run(story) == [1, 2]


def test_an_answer_that_is_not_public_is_not_kept_and_pages_of_lists_are_apart(application: Application, run: Callable) -> None:
    async def story(shell: Shell) -> list[int]:
        found = [number(await ask(shell, query=query)) for query in ("", "page=2", "page=3", "page=2", "", "neben=en", "neben=en")]
        application.public = False
        return [*found, number(await ask(shell, "/en/")), number(await ask(shell, "/en/"))]

    assert run(story) == [1, 2, 3, 2, 1, 4, 4, 5, 6]


def test_nothing_but_the_key_reaches_what_everybody_gets(application: Application, run: Callable) -> None:
    """Other hosts have entries of their own, and what else a client sends is not there when a page is built."""

    async def story(shell: Shell) -> None:
        await ask(
            shell, cookie="other=evil", accept_language="evil", x_forwarded_host="evil", referer="evil", user_agent="evil", origin="evil",
            x_original_url="evil", if_none_match='"evil"', range="bytes=0-1", x_http_method_override="evil", forwarded="host=evil",
            x_forwarded_proto="evil", content_type="evil",
        )  # fmt: skip
        await ask(shell, host="evil.example")

    run(story)
    assert application.count == 2
    assert not [value for value in application.seen[0].values() if "evil" in str(value)]
    assert {name for name in application.seen[0] if name.startswith("HTTP_")} == {"HTTP_HOST", "HTTP_X_FORWARDED_FOR"}


def test_the_pages_of_a_process_have_a_bound(application: Application, run: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MOST_BYTES", 10 * 4200)

    async def story(shell: Shell) -> list[int]:
        for page in range(1, 31):
            await ask(shell, query=f"page={page}")
        built = application.count
        newest = number(await ask(shell, query="page=30"))
        oldest = number(await ask(shell, query="page=1"))
        return [built, newest, oldest]

    assert run(story) == [30, 30, 31]


def test_it_can_be_switched_off(application: Application, run: Callable, settings: Any) -> None:
    settings.PAGE_CACHE = False

    async def story(shell: Shell) -> list[int]:
        return [number(await ask(shell)), number(await ask(shell))]

    assert run(story) == [1, 2]
