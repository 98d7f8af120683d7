"""The shell on the served portal: clients that stall, ranges, limits, codings, processes that die."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import signal
import socket
from collections.abc import Iterator

import brotli
import pytest

from portal.http.policy import VISITORS_POLICY
from tests import support
from tests.portal.shell.clients import LENGTH, TIMEOUT, ask, film, listeners, place, stalled

pytestmark = [pytest.mark.content, pytest.mark.once]

COUNT = 200
HOST = b"Host: 127.0.0.1\r\n"


@pytest.fixture(scope="module")
def a_film(live_portal: support.Portal) -> Iterator[tuple[str, bytes]]:
    yield film(live_portal)
    live_portal.manage("shell", "-c", "from portal.models import PortalDocument; PortalDocument.objects.get(title='Film').delete()")


def test_who_stops_reading_or_sends_slowly_stops_nobody(live_portal: support.Portal, a_film: tuple[str, bytes]) -> None:
    """200 who open a film and stop, 200 whose body does not come, 200 half heads; the last of all are told, and go."""
    address, _content = a_film
    get = f"GET {address} HTTP/1.1\r\n".encode() + HOST + b"\r\n"
    post = b"POST /de/ HTTP/1.1\r\n" + HOST + b"Content-Type: text/plain\r\nContent-Length: 1000\r\n\r\na"
    admin = post.replace(b"/de/", b"/admin/login/")
    with (
        stalled(live_portal, COUNT, get), stalled(live_portal, COUNT // 2, post) as writers, stalled(live_portal, COUNT // 2, admin),
        stalled(live_portal, COUNT, b"GET /de/ HTTP/1.1\r\nHos") as heads,
    ):  # fmt: skip
        for _ in range(3):
            for path in ("/de/", "/ar/", "/admin/login/", "/de/suche/?q=Rückkehr".replace("ü", "%C3%BC")):
                assert ask(live_portal, path)[0] == 200
        for writer in writers[:3]:
            answer = writer.recv(65536).decode()
            assert answer.startswith("HTTP/1.1 408 ")
            assert "connection: close" in answer
        assert heads[0].recv(100) == b"" or heads[0].recv(100) == b""
        assert ask(live_portal, "/de/")[0] == 200


def test_ranges_are_byte_for_byte(live_portal: support.Portal, a_film: tuple[str, bytes]) -> None:
    address, content = a_film
    status, headers, body = ask(live_portal, address)
    assert (status, int(headers["content-length"]), headers["accept-ranges"]) == (200, LENGTH, "bytes")
    assert body == content
    for asked, first, last in (
        ("0-0", 0, 0), ("0-99", 0, 99), ("5000000-", 5_000_000, LENGTH - 1), ("-1", LENGTH - 1, LENGTH - 1),
        ("-70000", LENGTH - 70_000, LENGTH - 1), (f"100-{LENGTH * 2}", 100, LENGTH - 1),
    ):  # fmt: skip
        status, headers, body = ask(live_portal, address, Range=f"bytes={asked}")
        assert (status, headers["content-range"]) == (206, f"bytes {first}-{last}/{LENGTH}")
        assert headers["content-length"] == str(last - first + 1)
        assert body == content[first : last + 1]
    assert ask(live_portal, address, Range=f"bytes={LENGTH}-")[0] == 416
    known = {"If_None_Match": ask(live_portal, address, "HEAD")[1]["etag"]}
    assert ask(live_portal, address, **known)[0::2] == (304, b"")
    assert ask(live_portal, address, "HEAD")[1]["content-length"] == str(LENGTH)


def test_too_large_a_body_is_refused_in_the_language_of_the_address(live_portal: support.Portal) -> None:
    for path, word, code in (("/uk/", "завелике", "uk"), ("/admin/login/", "zu groß", "de")):
        with socket.create_connection(place(live_portal), TIMEOUT) as connection:
            connection.sendall(f"POST {path} HTTP/1.1\r\n".encode() + HOST + b"Content-Length: 99999999\r\n\r\n")
            answer = connection.makefile("rb").read().decode()
        assert answer.startswith("HTTP/1.1 413 ")
        assert f'<html lang="{code}"' in answer
        assert word in answer
    # Whoever signed in sends a film: it is the form that says what is wrong with it.
    with socket.create_connection(place(live_portal), TIMEOUT) as connection:
        cookie = b"Cookie: sessionid=1\r\nContent-Type: text/plain\r\nContent-Length: 5000000\r\n\r\n"
        connection.sendall(b"POST /admin/login/ HTTP/1.1\r\n" + HOST + cookie + b"x" * 5_000_000)
        assert b" 403 " in connection.recv(100)


def test_half_a_body_and_huge_heads_reach_nobody(live_portal: support.Portal) -> None:
    with socket.create_connection(place(live_portal), TIMEOUT) as connection:
        connection.sendall(b"GET /de/ HTTP/1.1\r\n" + HOST + b"X: " + b"x" * 200_000 + b"\r\n\r\n")
        assert b" 431 " in connection.recv(100)
    with socket.create_connection(place(live_portal), TIMEOUT) as connection:
        connection.sendall(b"POST /de/ HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
        assert b" 405 " in connection.recv(100)


NEXT = b"GET /robots.txt HTTP/1.1\r\n" + HOST + b"\r\n"


@pytest.mark.parametrize(("said", "statuses"), [
    # What two servers in a row could read as two different requests is refused, and ends the connection.
    (b"Content-Length: 3\r\nContent-Length: 5\r\n\r\nabcde", [400]), (b"Content-Length: 3, 3\r\n\r\nabc", [400]),
    (b"Content-Length: +3\r\n\r\nabc", [400]), (b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", [400]),
    (b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n", [400]),
    (b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", [400]), (b"X: a\r\n b\r\n\r\n", [400]), (b"X: a\rHost: other\r\n\r\n", [400]),
    (b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", [405]),
    # What can be read in one way alone is, and what comes after it is a request of its own.
    (b"Content-Length: 3\r\n\r\nabc", [405, 200]), (b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nHost: other\r\n\r\n", [405, 200]),
    (b"Expect: 100-continue\r\nContent-Length: 3\r\n\r\nabc", [100, 405, 200]),
])  # fmt: skip
def test_a_head_has_one_meaning_or_none(live_portal: support.Portal, said: bytes, statuses: list[int]) -> None:
    with socket.create_connection(place(live_portal), TIMEOUT) as connection:
        connection.sendall(b"POST /de/ HTTP/1.1\r\n" + HOST + said + NEXT.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        answer = connection.makefile("rb").read()
    assert [int(status) for status in re.findall(rb"HTTP/1\.[01] (\d{3})", answer)] == statuses


@pytest.mark.parametrize(("head", "status"), [
    (b"GET /de/ HTTP/1.1\r\n", 400), (b"GET /de/ HTTP/1.1\r\nHost: other.example\r\n", 400),
    (b"GET /de/ HTTP/1.1\r\n" + HOST + b"Host: other.example\r\n", 400),
    (b"GET http://127.0.0.1/de/ HTTP/1.1\r\nHost: other.example\r\n", 400),
    (b"GET /de/ HTTP/1.1\r\nHost: 127.0.0.1@other.example\r\n", 400),
    (b"CONNECT other.example:443 HTTP/1.1\r\nHost: other.example\r\n", 400),
    (b"GET /de/%00/ HTTP/1.1\r\n" + HOST, 400), (b"GET /de/%ff/ HTTP/1.1\r\n" + HOST, 404), (b"TRACE /de/ HTTP/1.1\r\n" + HOST, 405),
    (b"GET /media/..%2fsecret_key HTTP/1.1\r\n" + HOST, 404), (b"GET /static/%2e%2e/secret_key HTTP/1.1\r\n" + HOST, 404),
    (b"GET //other.example/ HTTP/1.1\r\n" + HOST, 404), (b"GET /de/ HTTP/1.0\r\n" + HOST, 200),
    (b"GET /de/ HTTP/1.1\r\n" + HOST + b"X-Forwarded-Host: other.example\r\nForwarded: host=other.example\r\n", 200),
    (b"GET /de/ HTTP/1.1\r\n" + HOST + b"If-None-Match: \"\xff\"\r\nRange: bytes=\xff\r\nAccept-Encoding: \xff;q=nan\r\n", 200),
])  # fmt: skip
def test_odd_requests_get_an_answer_and_shape_no_page(live_portal: support.Portal, head: bytes, status: int) -> None:
    with socket.create_connection(place(live_portal), TIMEOUT) as connection:
        connection.sendall(head + b"Connection: close\r\n\r\n")
        answer = connection.makefile("rb").read()
    assert int(answer[9:12]) == status
    assert b"other.example" not in answer


@pytest.mark.parametrize("path", ["/de/", "/ar/", "/sitemap.xml", "/api/v2/pages/?limit=20", "/de/feed.rss"])
def test_text_leaves_compressed_with_a_tag_for_each_coding(live_portal: support.Portal, path: str) -> None:
    found = {coding: ask(live_portal, path, Accept_Encoding=coding) for coding in ("br", "gzip", "identity")}
    assert {answer[0] for answer in found.values()} == {200}
    plain = found["identity"][2]
    assert brotli.decompress(found["br"][2]) == gzip.decompress(found["gzip"][2]) == plain if len(plain) >= 500 else True
    tags = {coding: headers["etag"] for coding, (_status, headers, _body) in found.items()}
    for coding, (_status, headers, body) in found.items():
        assert "accept-encoding" in headers["vary"].lower()
        head = ask(live_portal, path, "HEAD", Accept_Encoding=coding)
        same = {name: value for name, value in head[1].items() if name != "date"}
        assert (head[0], same, head[2]) == (200, {name: value for name, value in headers.items() if name != "date"}, b"")
        assert same["content-length"] == str(len(body))
        known = ask(live_portal, path, Accept_Encoding=coding, If_None_Match=tags[coding])
        assert (known[0], known[1]["etag"], known[2]) == (304, tags[coding], b"")


def test_static_files_need_no_application_and_follow_the_release(live_portal: support.Portal) -> None:
    page = ask(live_portal, "/de/")[2].decode()
    path = re.search(r"/static/portal/css/site\.[0-9a-f]+\.css", page)[0]
    status, headers, body = ask(live_portal, path, Accept_Encoding="br")
    assert (status, headers["content-encoding"], headers["cache-control"]) == (200, "br", "max-age=315360000, public, immutable")
    common = [headers.get(name) for name in ("content-security-policy", "x-content-type-options", "x-robots-tag")]
    assert common == [VISITORS_POLICY, "nosniff", None]
    plain = ask(live_portal, path)[2]
    assert brotli.decompress(body) == plain
    assert ask(live_portal, path, Range="bytes=10-19")[0::2] == (206, plain[10:20])
    assert ask(live_portal, path, If_None_Match=headers["etag"])[0] == 304
    font = re.search(r"/static/portal/fonts/[\w.-]+\.woff2", page)[0]
    before = {name: ask(live_portal, name, Accept_Encoding="br, gzip")[1:] for name in (path, font)}
    live_portal.manage("shell", "-c", "from portal.discovery import release; release.set_released(False)")
    try:
        # Whoever asks first after a change, and however, shapes nobody else's answer.
        for name in (path, font):
            for asked in ({"Accept_Encoding": "br, gzip"}, {"If_None_Match": before[path][0]["etag"]}, {"Range": "bytes=0-3"}):
                ask(live_portal, path, **asked)
                headers, body = ask(live_portal, name, Accept_Encoding="br, gzip")[1:]
                assert {**headers, "date": ""} == {**before[name][0], "date": "", "x-robots-tag": "noindex"}
                assert body == before[name][1]
        assert {ask(live_portal, path)[1].get("x-robots-tag") for _ in range(8)} == {"noindex"}
    finally:
        live_portal.manage(*support.RELEASE)
    assert {ask(live_portal, path)[1].get("x-robots-tag") for _ in range(8)} == {None}
    assert ask(live_portal, f"{path}x")[0] == 404


def test_an_answer_larger_than_memory_allows_comes_whole(live_portal: support.Portal) -> None:
    """The API with all that it has is more than a megabyte when it is asked for everything; its length is true."""
    status, headers, body = ask(live_portal, "/api/v2/pages/?limit=20&fields=*")
    assert (status, int(headers["content-length"])) == (200, len(body))
    assert json.loads(body)["meta"]["total_count"] > 0


@pytest.mark.skipif("not __import__('pathlib').Path('/proc/net/tcp').exists()", reason="looks for processes as Linux lists them")
def test_a_process_that_is_killed_twice_at_once_comes_again(live_portal: support.Portal) -> None:
    support.wait_for(lambda: len(listeners(live_portal)) == 2, "Both processes")
    stays, dies = sorted(listeners(live_portal))
    broken = 0
    for _ in range(3):
        os.kill(dies, signal.SIGKILL)
        support.wait_for(lambda gone=dies: len(listeners(live_portal) - {stays, gone}) == 1, "The next process")
        (dies,) = listeners(live_portal) - {stays}
        for _ in range(20):
            try:
                assert ask(live_portal, "/de/")[0] == 200
            except OSError:
                broken += 1
    assert broken <= 3, "More than one broken connection for each process that was killed."
    assert stays in listeners(live_portal)


@pytest.mark.skipif("support.on_postgresql()", reason="the launcher knows no database")
def test_a_server_that_dies_is_started_again(portal_state: support.State, tmp_path: object) -> None:
    with support.served(portal_state, tmp_path / "portal", f"{support.run_name()}_dies" if portal_state.database else "") as portal:
        support.wait_for(lambda: len(listeners(portal)) == 2)
        parent = int(re.search(r"PPid:\s+(\d+)", (support.Path("/proc") / str(min(listeners(portal))) / "status").read_text())[1])
        before = listeners(portal)
        os.kill(parent, signal.SIGKILL)
        # Those that answered end with it: they would go on with what they once knew.
        support.wait_for(lambda: len(found := listeners(portal)) == 2 and not found & before and _answers(portal), "The next server")
    assert "it is started again" in (tmp_path / "portal" / "serve.log").read_text()
    shutil.rmtree(tmp_path / "portal")


def _answers(portal: support.Portal) -> bool:
    try:
        return ask(portal, "/de/")[0] == 200
    except OSError:
        return False
