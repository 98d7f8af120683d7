"""What the tests of faults do to a served portal, and who reads and edits it meanwhile."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from tests import support
from tests.portal.shell.clients import ask, listeners, place

RECOVERY, START = 10.0, 4.0
"""Seconds after which everything is answered again, where the portal's code is loaded in so many."""
BOTH = ("/de/", "/ar/")


@dataclass
class Readers:
    """What some readers met who asked without a pause, each on a connection of its own."""

    statuses: list[int] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)


@contextlib.contextmanager
def reading(portal: support.Portal, *paths: str, count: int = 2, pause: float = 0.05) -> Iterator[Readers]:
    """Let readers read until the block ends; an answer that is neither a page nor says when to come again is odd."""
    found, stop = Readers(), threading.Event()

    def read(number: int) -> None:
        while not stop.wait(pause):
            path = paths[(number := number + 1) % len(paths)]
            try:
                status, headers, body = ask(portal, path)
            except (OSError, http.client.HTTPException) as error:
                found.broken.append(f"{path}: {error!r}")
                continue
            found.statuses.append(status)
            whole = b"</html>" in body
            if status != 200 and not (status == 503 and headers.get("retry-after")) or not whole:
                found.odd.append(f"{path}: {status} {body[:80]!r}")

    threads = [threading.Thread(target=read, args=[number]) for number in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield found
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def assert_recovered(portal: support.Portal, began: float) -> None:
    """Assert that no more than `RECOVERY` has passed since a moment; on a machine with much else to do, as much longer as it takes."""
    took = time.monotonic() - began
    if took >= RECOVERY:
        now = time.monotonic()
        subprocess.run(
            [sys.executable, "manage.py", "check"], cwd=support.BASE_DIR, env=portal.environment, check=True, capture_output=True
        )
        assert took < RECOVERY * max(1.0, (time.monotonic() - now) / START)


def wait_until_answered(portal: support.Portal, *paths: str) -> None:
    """Wait until all addresses answer 200, several times over, in as many seconds as were promised."""
    began = time.monotonic()

    def answers() -> bool:
        try:
            return all(ask(portal, path)[0] == 200 for path in paths * 3)
        except (OSError, http.client.HTTPException):
            return False

    support.wait_for(answers, "The portal")
    assert_recovered(portal, began)


def kill(portal: support.Portal) -> None:
    """End all processes that answer, without a word to them."""
    for pid in listeners(portal):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


class Editor:
    """Somebody who signed in to the admin, with the cookies of a browser; several threads may use one."""

    def __init__(self, portal: support.Portal, name: str = "admin") -> None:
        self.portal, self.cookies = portal, dict[str, str]()
        self.get("/admin/login/")
        status, headers, _body = self.post("/admin/login/", {"username": name, "password": support.DEMO_PASSWORD})
        assert (status, headers["location"]) == (302, "/admin/"), f"{name} could not sign in"

    def _request(self, method: str, path: str, body: bytes | None, kind: str, source: str) -> tuple[int, dict[str, str], str]:
        connection = http.client.HTTPConnection(*place(self.portal), timeout=support.PATIENCE, source_address=(source, 0))
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), "Content-Type": kind}
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            for name, value in answer.getheaders():
                if name.lower() == "set-cookie":
                    cookie, _equals, content = value.partition(";")[0].partition("=")
                    self.cookies[cookie] = content
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read().decode()
        finally:
            connection.close()

    def get(self, path: str) -> tuple[int, dict[str, str], str]:
        """Open an address."""
        return self._request("GET", path, None, "text/plain", "127.0.0.1")

    def post(
        self, path: str, data: dict[str, object], files: dict[str, tuple[str, bytes]] | None = None, source: str = "127.0.0.1"
    ) -> tuple[int, dict[str, str], str]:
        """Send a form, in parts where a file is among it."""
        data = {"csrfmiddlewaretoken": self.cookies["csrftoken"], **data}
        if files is None:
            kind, body = "application/x-www-form-urlencoded", urlencode(data, doseq=True).encode()
            return self._request("POST", path, body, kind, source)
        boundary = uuid.uuid4().hex
        parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode() for key, value in data.items()]
        for key, (name, content) in files.items():
            head = f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"; filename="{name}"\r\n\r\n'
            parts.append(head.encode() + content + b"\r\n")
        body = b"".join(parts) + f"--{boundary}--\r\n".encode()
        return self._request("POST", path, body, f"multipart/form-data; boundary={boundary}", source)

    def publish(self, page: EditedPage, title: str, source: str = "127.0.0.1") -> int:
        """Publish a page under a title, as the button in its form does; return the status."""
        return self.post(f"/admin/pages/{page.id}/edit/", {**page.form, "title": title, "action-publish": "1"}, source=source)[0]


@dataclass(frozen=True)
class EditedPage:
    """A page as its form has it."""

    id: int
    url: str
    title: str
    form: dict[str, object]


_FORMS = """
import json
from django.contrib.auth.models import User
from home.models import ContentPage
from tests.builders import make_content_page
from tests.forms import posted_page
from wagtail.models import Page
section = Page.objects.get(slug="unsere-arbeit", depth=3, locale__language_code="de")
pages = [make_content_page(section, f"{name} {{number}}", live=not {drafts}) for number in range({count})]
user = User.objects.get(username="admin")
print("FORMS" + json.dumps([[page.pk, f"/de/unsere-arbeit/{{page.slug}}/", page.title, posted_page(page, user)] for page in pages]))
"""


def edited_pages(portal: support.Portal, count: int, name: str, *, drafts: bool = False) -> list[EditedPage]:
    """Make pages of this test alone, and return their forms."""
    said = portal.manage("shell", "-v0", "-c", _FORMS.format(count=count, drafts=drafts, name=name))
    line = next(line for line in said.splitlines() if line.startswith("FORMS"))
    return [EditedPage(*values) for values in json.loads(line.removeprefix("FORMS"))]


def search(word: str) -> str:
    """Return the address of a search in German."""
    return f"/de/suche/?q={quote(word)}"


def shows(portal: support.Portal, path: str, text: str) -> bool:
    """Return whether an address answers with a text."""
    status, _headers, body = ask(portal, path)
    return status == 200 and text in body.decode()
