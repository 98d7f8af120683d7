"""Answers as they leave: codings, tags, what is already known, and requests as calls of the application."""

from __future__ import annotations

import asyncio
import gzip
import io
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

import brotli
import pytest

from portal.http import limits
from portal.http.limits import client
from portal.serving import connections
from portal.shell import bodies, bridge, coding
from portal.shell.bridge import Answer
from portal.shell.lanes import OF_ONE, QUEUE, Lane
from portal.shell.refusals import Refused, refusal

T = TypeVar("T")
BODY = "<p>Guten Tag, добрий день, صباح الخير</p>".encode() * 50
HTML = ("Content-Type", "text/html; charset=utf-8")
READ = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}


def run(work: Coroutine[object, object, T]) -> T:
    """Let a loop of its own do the work, in a thread: browsers of other tests leave a loop that runs in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


@pytest.mark.parametrize(
    ("asked", "coding_"),
    [
        ("", ""), ("br", "br"), ("gzip, deflate, br, zstd", "br"), ("gzip", "gzip"), ("GZIP;q=1.0, br;q=0", "gzip"),
        ("br;q=0.1, gzip;q=0.9", "br"), ("identity", ""), ("br;q=nonsense", ""), ("deflate", ""),
    ],
)  # fmt: skip
def test_the_coding_is_one_that_the_client_takes(asked: str, coding_: str) -> None:
    assert coding.accepted(asked) == coding_


def test_each_coding_has_a_tag_of_its_own_and_gives_the_same_body() -> None:
    found = {name: coding.encoded(Answer(200, [HTML], BODY), name) for name in READ}
    assert {name: READ[name](answer.body) for name, answer in found.items()} == dict.fromkeys(READ, BODY)
    assert {name: answer.header("content-encoding") for name, answer in found.items()} == {name: name for name in READ}
    assert [int(answer.header("content-length")) for answer in found.values()] == [len(answer.body) for answer in found.values()]
    assert {answer.header("vary") for answer in found.values()} == {"Accept-Encoding"}
    tags = {name: answer.header("etag") for name, answer in found.items()}
    assert len(set(tags.values())) == 3
    for name, tag in tags.items():
        # Known in this coding, changed in any other.
        statuses = {other: coding.encoded(Answer(200, [HTML], BODY), other, tag).status for other in READ}
        assert statuses == {other: 304 if other == name else 200 for other in READ}
    assert coding.encoded(Answer(200, [HTML], BODY), "br", 'W/"x", ' + tags["br"]).status == 304
    assert coding.encoded(Answer(200, [HTML], BODY + b"!"), "br", tags["br"]).status == 200


def test_what_nobody_may_keep_has_no_tag_and_what_is_no_text_stays_as_it_is() -> None:
    for header in (("Cache-Control", "private, no-store"), ("Set-Cookie", "sessionid=1")):
        answer = coding.encoded(Answer(200, [HTML, header], BODY), "br", "*")
        assert (answer.status, answer.header("etag"), brotli.decompress(answer.body)) == (200, "", BODY)
    assert coding.encoded(Answer(404, [HTML], BODY), "br", "*").status == 404
    assert coding.encoded(Answer(200, [HTML], BODY), "br", "*", is_read=False).status == 200
    picture = Answer(200, [("Content-Type", "image/png"), ("ETag", '"1"')], BODY)
    assert coding.encoded(picture, "br") is picture
    known = coding.encoded(Answer(200, [HTML, ("Vary", "Accept-Language")], BODY), "br")
    assert known.header("vary") == "Accept-Language, Accept-Encoding"
    unchanged = coding.encoded(Answer(304, [("ETag", '"of no coding"'), ("Cache-Control", "no-cache")]), "br")
    assert unchanged.headers == [("Cache-Control", "no-cache")]


def scope(method: str = "GET", **headers: str) -> Any:
    return SimpleNamespace(
        method=method, path="/de/ä/", query_string="a=%20", scheme="http", http_version="1.1", server="127.0.0.1:8000", client="[::1]:5000",
        headers=SimpleNamespace(items=lambda: [(key.replace("__", "-"), value) for key, value in headers.items()], get=headers.get),
    )  # fmt: skip


def test_a_request_becomes_an_environment_in_which_nobody_can_forge_a_header() -> None:
    given = scope("POST", host="a", x__forwarded__for="1.1.1.1", x_forwarded_for="6.6.6.6", content__type="text/plain")
    values = bridge.environ(given, io.BytesIO(b"ab"), 2)
    wanted = {
        "PATH_INFO": "/de/\xc3\xa4/", "QUERY_STRING": "a=%20", "REMOTE_ADDR": "::1", "CONTENT_TYPE": "text/plain", "CONTENT_LENGTH": "2",
        "HTTP_X_FORWARDED_FOR": "1.1.1.1",
    }  # fmt: skip
    assert {key: values.get(key) for key in wanted} == wanted
    assert client("::1", "") == "::/64"


class Application:
    """Answers in blocks, and says in which order it was read and closed."""

    def __init__(self, blocks: list[bytes]) -> None:
        self.blocks, self.order = blocks, []

    def __call__(self, values: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("200 OK", [HTML])
        return self

    def __iter__(self) -> Any:
        return iter(self.blocks)

    def close(self) -> None:
        self.order.append("closed")


@pytest.mark.parametrize(("method", "order"), [("GET", ["told", "closed"]), ("POST", ["closed", "told"])])
def test_an_answer_is_handed_on_before_the_end_unless_something_may_have_changed(method: str, order: list[str]) -> None:
    answering = Application([b"a", b"b"])
    found = []
    bridge.call(answering, {"REQUEST_METHOD": method}, lambda answer: (found.append(answer), answering.order.append("told")))
    assert answering.order == order
    assert (found[0].status, found[0].body, found[0].header("content-length")) == (200, b"ab", "2")


def test_a_large_answer_lies_in_a_file_without_a_name() -> None:
    found: list[Answer] = []
    bridge.call(Application([b"x" * 700_000, b"y" * 700_000]), {"REQUEST_METHOD": "GET"}, found.append)
    assert (found[0].body, found[0].end) == (b"", 1_400_000)
    assert Path(found[0].file).read_bytes() == b"x" * 700_000 + b"y" * 700_000
    found[0].spool.close()


class Blocks:
    """What a client sends, block by block; at the end it is silent if it `hangs`."""

    def __init__(self, blocks: list[bytes], *, hangs: bool = False) -> None:
        self.blocks, self.hangs = list(blocks), hangs

    def __aiter__(self) -> Blocks:
        return self

    async def __anext__(self) -> bytes:
        if self.blocks:
            return self.blocks.pop(0)
        if self.hangs:
            await asyncio.sleep(3600)
        raise StopAsyncIteration


def read(blocks: Blocks, stated: str = "", most: int = 100, take: Callable[[int], int] = lambda number: 0) -> bytes | int:
    given = SimpleNamespace(headers={"content-length": stated} if stated else {})
    try:
        body, length = run(bodies.read(given, blocks, most, take))
    except Refused as error:
        return error.status
    with body:
        found = body.read()
    assert length == len(found)
    return found


def test_bodies_come_whole_in_time_and_no_larger_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "PATIENCE", 0.05)
    assert read(Blocks([b"ab", b"c"])) == b"abc"
    assert read(Blocks([b"ab", b"c"]), "3") == b"abc"
    assert read(Blocks([]), "101") == 413
    assert read(Blocks([b"a" * 60, b"b" * 60])) == 413
    assert read(Blocks([b"a"], hangs=True), "2") == 408
    assert read(Blocks([b"a"]), "2") == 400


def test_bodies_of_all_and_of_one_address_fill_no_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "OF_ALL", 250)
    monkeypatch.setattr(limits, "OF_ONE", 100)
    room = limits.Room()
    with room.of("a") as one, room.of("a") as again:
        assert (read(Blocks([b"x" * 60]), take=one), read(Blocks([b"x" * 30, b"x" * 20]), take=again)) == (b"x" * 60, 429)
        with room.of("b") as other, room.of("c") as third:
            assert (read(Blocks([b"x" * 100]), take=other), read(Blocks([b"x" * 70]), take=third)) == (b"x" * 100, 503)
    assert room.held == {}
    with room.of("a") as one:
        assert read(Blocks([b"x" * 100]), take=one) == b"x" * 100


def test_a_lane_has_room_for_so_many_and_for_others_beside_one() -> None:
    async def fill(addresses: list[str]) -> dict[int, int]:
        lane = Lane("test", 1)
        go = asyncio.Event()
        loop = asyncio.get_running_loop()

        def work(deliver: Callable[[Answer], None]) -> None:
            asyncio.run_coroutine_threadsafe(go.wait(), loop).result()
            deliver(Answer(200, []))

        async def ask(address: str) -> int:
            try:
                return (await lane.run(work, address)).status
            except Refused as error:
                return error.status

        tasks = [asyncio.ensure_future(ask(address)) for address in addresses]
        await asyncio.sleep(0)
        go.set()
        found = await asyncio.gather(*tasks)
        await asyncio.sleep(0.01)
        assert not lane.inside
        lane.executor.shutdown()
        return {status: found.count(status) for status in set(found)}

    assert run(fill(["a"] * (OF_ONE + 5) + ["b"])) == {200: OF_ONE + 1, 429: 5}
    assert run(fill([str(number) for number in range(QUEUE + 5)])) == {200: QUEUE + 1, 503: 4}


@pytest.mark.parametrize(("path", "code"), [("/ar/x/", "ar"), ("/uk/", "uk"), ("/admin/", "de")])
def test_a_refusal_speaks_the_language_of_the_address(path: str, code: str) -> None:
    def heading(answer: Answer) -> str:
        return answer.body.decode().partition("<h1>")[2].partition("</h1>")[0]

    for status in (400, 408, 413, 429, 503):
        answer = refusal(status, path)
        assert f'lang="{code}"' in answer.body.decode()
        assert f"{status} · IOM Deutschland" in answer.body.decode()
        assert answer.header("retry-after") == ("10" if status in {429, 503} else "")
        assert (heading(answer) == heading(refusal(status, "/de/"))) == (code == "de")


@pytest.mark.skipif("not Path('/proc/self/fd').exists()", reason="Linux alone lists open files so")
def test_no_file_stays_open_of_what_is_looked_for() -> None:
    """Connections are looked for among all open files, without a copy of any that stays."""
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(3):
        connections.count(1)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
