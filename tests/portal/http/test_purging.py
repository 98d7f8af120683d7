"""Caches in front of the portal: what they are told, and a Varnish with the configuration of `deploy/`."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from django.test import Client

from portal import changes, tags
from portal.http import purging
from portal.http.keeping import ENVIRON, Kept
from portal.models import Job
from tests import builders, support
from tests.portal.shell.clients import ask, place

VARNISH = "/usr/sbin/varnishd"
VCL = Path(__file__).parents[3] / "deploy/varnish/portal.vcl"


class Told(HTTPServer):
    """A cache that notes what it is told."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str, str]] = []
        told, self.status = self, 200

        class Handler(BaseHTTPRequestHandler):
            def _note(self) -> None:
                told.heard.append((self.command, self.headers["Ban-Keys"] or self.headers["Host"], self.path))
                self.send_response(told.status)
                self.end_headers()

            do_BAN = do_PURGE = _note  # noqa: N815

            def log_message(self, *args: object) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)


@pytest.fixture
def cache() -> Iterator[Told]:
    server = Told()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def key(tag: tags.Tag) -> str:
    return f"{tags.slot(tag):x}"


@pytest.fixture
def varnish(cache: Told, settings: object) -> Told:
    settings.WAGTAILFRONTENDCACHE = {
        "varnish": {"BACKEND": "portal.http.purging.VarnishBackend", "LOCATION": f"http://127.0.0.1:{cache.server_port}"}
    }
    return cache


@pytest.mark.django_db
def test_a_varnish_is_told_before_and_after(varnish: Told) -> None:
    """Also where it does not answer at first: the job is repeated until it does."""
    purging.tell(frozenset({changes.PAGES, tags.page("x")}))
    keys = sorted({key(changes.PAGES), key(tags.page("x")), key(tags.CHANGES)})
    assert varnish.heard == [("BAN", "|".join(keys), "/")]
    varnish.status = 503
    purging.tell(frozenset({changes.TERMS}))
    jobs = [job for job in Job.objects.order_by("pk") if job.task.endswith("tell_again")]
    assert [job.arguments["args"][0] for job in jobs] == [keys, sorted({key(changes.TERMS), key(tags.CHANGES)})]
    with pytest.raises(OSError, match="503"):
        purging.tell_again.func(keys)


@pytest.mark.django_db
def test_other_caches_are_told_the_addresses_of_pages_unless_they_are_many(
    cache: Told, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WAGTAILFRONTENDCACHE = {
        "other": {
            "BACKEND": "wagtail.contrib.frontend_cache.backends.HTTPBackend", "LOCATION": f"http://127.0.0.1:{cache.server_port}",
        }
    }  # fmt: skip
    home = builders.make_home()
    page = builders.make_content_page(builders.make_section(home))
    english = builders.translate(page)
    purging.purge.func([str(page.translation_key)])
    assert {(method, path) for method, _host, path in cache.heard} == {("PURGE", page.get_url()), ("PURGE", english.get_url())}
    monkeypatch.setattr(purging, "MOST", 1)
    purging.purge.func([str(page.translation_key)])
    assert len(cache.heard) == 2
    kept = Kept()
    response = Client().get(page.get_url(), **{ENVIRON: kept})
    assert response.headers["Cache-Control"] == "public, max-age=0, must-revalidate, s-maxage=60"


@pytest.mark.django_db
def test_an_answer_names_what_it_depends_on(varnish: Told) -> None:
    home = builders.make_home()
    page = builders.make_content_page(builders.make_section(home))
    response = Client().get(page.get_url(), **{ENVIRON: Kept()})
    keys = set(response.headers["Surrogate-Key"].split())
    wanted = {key(tag) for tag in (changes.EVERYTHING, changes.PAGES, tags.menu("de"), changes.RESTRICTIONS, tags.snippets("portal.alert"))}
    assert wanted <= keys
    assert key(tags.menu("ar")) not in keys
    assert re.fullmatch(r"max-age=\d+", response.headers["Surrogate-Control"])
    assert response.headers["Cache-Control"] == "no-cache, public"
    assert "Surrogate-Key" not in Client().get(page.get_url()).headers


@pytest.fixture
def fronted(portal_state: support.State, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[support.Portal, support.Portal]]:
    """Serve the portal with a Varnish before it; return both."""
    folder, port = tmp_path_factory.mktemp("fronted"), support.free_port()
    database = f"{support.run_name()}_fronted_{support.worker_name()}" if portal_state.database else ""
    with support.served(portal_state, folder, database, VARNISH_URL=f"http://127.0.0.1:{port}") as portal:
        vcl = folder / "portal.vcl"
        vcl.write_text(VCL.read_text().replace('.port = "8000"', f'.port = "{place(portal)[1]}"'))
        command = [VARNISH, "-F", "-n", str(folder / "varnish"), "-a", f"127.0.0.1:{port}", "-T", "none", "-f", str(vcl)]
        options = ["-s", "malloc,32m", "-p", "http_gzip_support=off", "-j", "none"]
        with (folder / "log").open("w") as log, subprocess.Popen([*command, *options], stdout=log, stderr=log) as process:
            try:
                front = support.Portal(f"http://127.0.0.1:{port}", portal.folder, portal.environment)
                support.wait_for(lambda: _answers(front), "Varnish")
                yield portal, front
            finally:
                process.terminate()


def _answers(portal: support.Portal) -> bool:
    try:
        return ask(portal, "/de/")[0] == 200
    except OSError:
        return False


@pytest.mark.content
@pytest.mark.skipif(not shutil.which(VARNISH), reason="there is no Varnish")
def test_a_varnish_keeps_pages_until_they_change(fronted: tuple[support.Portal, support.Portal]) -> None:
    portal, front = fronted
    run: Callable[[str], str] = lambda code: portal.manage("shell", "-c", f"from wagtail.models import Page\n{code}")  # noqa: E731
    address, query = "/de/unsere-arbeit/", 'Page.objects.filter(slug="unsere-arbeit", locale__language_code="de")'
    before = ask(front, address)
    assert "surrogate-key" not in before[1]
    run(f'{query}.update(title="Am Portal vorbei")')
    assert ask(front, address)[2] == before[2]
    assert b"Am Portal vorbei" in ask(front, address, Cookie="sessionid=geraten")[2]
    assert b"Am Portal vorbei" in ask(portal, f"{address}?x=1")[2]
    assert [ask(front, address, "BAN", **headers)[0] for headers in ({}, {"Ban-Keys": "1|.*"}, {"Ban_Keys": "x"})] == [400, 400, 400]
    assert ask(front, address)[2] == before[2]
    run(f'page = {query}[0].specific\npage.menu_title = "Neu im Menü"\npage.save_revision().publish()')
    for path in (address, "/de/"):
        assert "Neu im Menü" in ask(front, path)[2].decode()
    for coding in ("br", "gzip"):
        status, headers, body = ask(front, address, Accept_Encoding=f"{coding}, x")
        assert (status, headers["content-encoding"]) == (200, coding)
        assert ask(front, address, Accept_Encoding=f"{coding}, x", If_None_Match=headers["etag"])[0] == 304
        assert len(body) < len(before[2]) // 3
