"""The mirror: every public page with its files as a static tree whose links work offline, and the answers that the shell falls back to.

It is written through the portal's own addresses, as somebody reads who follows every link and knows the address of every page; what is
not for everybody (forms, searches, what is private) leads to the portal itself. A mirror is a folder named by its moment: `site/` is the
tree, `answers/` what the portal sent, `index.json` says until when each may be shown. `current` leads to the one that holds.
"""

from __future__ import annotations

import datetime
import hashlib
import html
import json
import math
import re
import shutil
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urljoin, urlsplit
from wsgiref.util import setup_testing_defaults

from django.conf import settings
from django.core.management import CommandError
from django.template.loader import render_to_string
from django.utils import timezone
from wagtail.models import Page

from portal import changes, navigation, tags
from portal.files import replacing, write_whole
from portal.http.keeping import ENVIRON, Kept
from portal.http.mirror import CURRENT, INDEX, withdrawn
from portal.language.languages import LANGUAGES
from portal.pages import versions
from portal.shell import bridge

Say = Callable[[str], object]

SEEDS = ("/sitemap.xml", "/robots.txt", "/favicon.ico")
EVERY = datetime.timedelta(minutes=10)
"""So old a mirror may become after a change that withdrew nothing."""
_QUERY = re.compile(r"page=[1-9][0-9]{0,3}")
"""What of a page lies at addresses with parameters and belongs to it: the further pages of its list."""
_REFERENCE = re.compile(r"""(\s(?:href|src|poster|srcset|action)=")([^"]*)(")""")
_STYLE = re.compile(r"""(url\(\s*["']?)([^"')]+)(["']?\s*\))""")
_LOCATION = re.compile(r"(<(?:loc|link|id)>|\shref=\")([^<\"]+)")
_REWRITTEN = {"text/html": _REFERENCE, "text/css": _STYLE}
_OWN = {"content-length", "etag", "set-cookie", "content-encoding", "vary"}


@dataclass
class Found:
    """An answer in the mirror: where it lies in the tree, as what, and until when it may be shown."""

    file: str
    kind: str
    shown_until: float
    headers: list[tuple[str, str]] = field(default_factory=list)


def _application() -> bridge.Application:
    from portal.wsgi import application

    return application


def _ask(address: str) -> tuple[bridge.Answer, Kept]:
    """Ask the portal as somebody of whom nothing is known."""
    path, _mark, query = address.partition("?")
    portal = urlsplit(settings.PORTAL_URL)
    kept, found = Kept(), list[bridge.Answer]()
    environ: dict[str, Any] = {
        "PATH_INFO": unquote(path).encode().decode("latin-1"), "QUERY_STRING": query, "HTTP_HOST": portal.netloc, ENVIRON: kept,
        "HTTP_X_FORWARDED_PROTO": portal.scheme, "wsgi.input": BytesIO(), "wsgi.file_wrapper": bridge.File, "REMOTE_ADDR": "127.0.0.1",
    }  # fmt: skip
    setup_testing_defaults(environ)
    bridge.call(_application(), environ, found.append)
    return found[0], kept


def _body(answer: bridge.Answer) -> bytes:
    if not answer.file:
        return answer.body
    with Path(answer.file).open("rb") as file:
        file.seek(answer.start)
        body = file.read(answer.end - answer.start)
    if answer.spool is not None:
        answer.spool.close()
    return body


def _place(address: str, kind: str) -> str:
    """Return the file of an address in the tree."""
    path, _mark, query = address.partition("?")
    name = unquote(path).lstrip("/")
    if kind == "text/html" and not name.endswith("/"):
        name += "/" if name else ""
    return f"{name}index{f'@{query}' if query else ''}.html" if kind == "text/html" else name


def _own_address(reference: str, base: str) -> str | None:
    """Return the address at the portal that a reference leads to, without its fragment; None where it leads elsewhere."""
    parts = urlsplit(urljoin(settings.PORTAL_URL + base, reference.strip()))
    if f"{parts.scheme}://{parts.netloc}" != settings.PORTAL_URL:
        return None
    path = quote(unquote(parts.path), safe="/@:!$&'()*+,;=~-._")
    return f"{path}?{parts.query}" if parts.query else path


def _references(body: str, kind: str) -> Iterator[str]:
    """Return what a text refers to."""
    if kind == "text/html":
        for found in _REFERENCE.finditer(body):
            value = html.unescape(found[2])
            yield from (part.split()[0] for part in value.split(",") if part.strip()) if "srcset" in found[1] else [value]
    elif kind == "text/css":
        yield from (found[2] for found in _STYLE.finditer(body))
    elif kind.endswith("xml"):
        yield from (html.unescape(found[2]) for found in _LOCATION.finditer(body))


class Copy:
    """A mirror that is being written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # Of some nothing may be kept by browsers, which their answers say as those of private pages do.
        real = versions.real(Page.objects.filter(depth__gt=1))
        self.pages = {address for page in real.iterator() if (address := _own_address(page.get_url() or "", "/"))}
        self.found: dict[str, Found] = {}
        self.left_out: set[str] = set()
        self.numbers = withdrawn()
        self.changes = list(changes.counters().peek(tags.slots(tags.CHANGES)))
        self.began = time.time()
        self.fresh_until = math.inf

    def write(self) -> None:
        """Read all that can be reached, then write the tree."""
        # A vacancy that is closed has left every list, and is read by whoever kept its address.
        waiting = [*sorted(self.pages), *SEEDS]
        seen = set(waiting)
        while waiting:
            address = waiting.pop()
            for reference in self._take(address):
                own = _own_address(reference, address)
                if own and own not in seen and self._may_belong(own):
                    seen.add(own)
                    waiting.append(own)
        self._write_tree()
        self._write_index()

    @staticmethod
    def _may_belong(address: str) -> bool:
        path, _mark, query = address.partition("?")
        return not query or bool(_QUERY.fullmatch(query)) and not path.startswith(settings.STATIC_URL)

    def _take(self, address: str) -> list[str]:
        """Keep what lies at an address, if it is for everybody; return what it refers to.

        Raises:
            OSError: it cannot be answered now.
        """
        answer, kept = _ask(address)
        if answer.status == 503:
            # Something is away: what could be read would be taken for the whole.
            raise OSError(f"{address} answers 503")
        # One from a bucket was fetched, and is known by what it says of its parts.
        is_file = (bool(answer.file) and answer.spool is None) or bool(answer.header("accept-ranges"))
        is_file = is_file and "private" not in answer.header("cache-control")
        if answer.status != 200 or answer.header("set-cookie") or not (kept.fresh_until or is_file or address in self.pages):
            if answer.spool is not None:
                answer.spool.close()
            self.left_out.add(address)
            return []
        kind = answer.header("content-type").partition(";")[0]
        body = _body(answer)
        headers = [(name, value) for name, value in answer.headers if name.lower() not in _OWN]
        self.found[address] = found = Found(_place(address, kind), kind, kept.shown_until or math.inf, headers)
        if kept.fresh_until:
            self.fresh_until = min(self.fresh_until, kept.fresh_until)
        file = self._answer_file(address, found)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)
        is_text = kind in {"text/html", "text/css"} or kind.endswith("xml")
        return list(_references(body.decode(), kind)) if is_text else []

    def _answer_file(self, address: str, found: Found) -> Path:
        """Return the file with what the portal sent: that of the tree, where no reference in it is another one there."""
        if found.kind not in _REWRITTEN:
            return self.folder / "site" / found.file
        name = hashlib.blake2b(address.encode(), digest_size=16).hexdigest()
        return self.folder / "answers" / name[:2] / name

    def _write_tree(self) -> None:
        site = self.folder / "site"
        for address, found in self.found.items():
            if pattern := _REWRITTEN.get(found.kind):
                target = site / found.file
                target.parent.mkdir(parents=True, exist_ok=True)
                text = self._answer_file(address, found).read_text(encoding="utf-8")
                target.write_text(self._rewritten(text, address, pattern), encoding="utf-8")
        homes = navigation.homes()
        languages = [(language, self.found[homes[language.code]["url"]].file) for language in LANGUAGES if self._has_home(language.code)]
        context = {"languages": languages, "moment": timezone.now(), "portal": settings.PORTAL_URL}
        (site / "index.html").write_text(render_to_string("mirror.html", context), encoding="utf-8")

    def _has_home(self, code: str) -> bool:
        home = navigation.homes().get(code)
        return home is not None and home["url"] in self.found

    def _rewritten(self, text: str, address: str, pattern: re.Pattern[str]) -> str:
        """Return a text whose references lead to the files of the tree; others of the portal to the portal itself."""
        depth = self.found[address].file.count("/")

        def lead(reference: str) -> str:
            parts = urlsplit(reference)
            own = _own_address(reference, address)
            # What names the portal does so on purpose: which address is the right one, where it is shared.
            if own is None or parts.netloc or not (parts.path or parts.query):
                return reference
            behind = f"#{parts.fragment}" if parts.fragment else ""
            if (found := self.found.get(own)) is None:
                return f"{settings.PORTAL_URL}{own}{behind}"
            return "../" * depth + quote(found.file) + behind

        def replaced(match: re.Match[str]) -> str:
            value = html.unescape(match[2])
            if "srcset" in match[1]:
                parts = [part.split() for part in value.split(",") if part.strip()]
                value = ", ".join(" ".join([lead(part[0]), *part[1:]]) for part in parts)
            else:
                value = lead(value)
            return match[1] + (html.escape(value) if pattern is _REFERENCE else value) + match[3]

        return pattern.sub(replaced, text)

    def _write_index(self) -> None:
        until = min([found.shown_until for found in self.found.values()], default=math.inf)
        entries = {}
        for address, found in self.found.items():
            if address.startswith(settings.STATIC_URL):
                continue
            # A file alone does not know when it may have to go: it goes with the first page that may.
            shown_until = found.shown_until if found.shown_until < math.inf else until
            entries[unquote(address)] = {
                "file": str(self._answer_file(address, found).relative_to(self.folder)), "headers": found.headers,
                "shown_until": min(shown_until, self.began + 366 * 24 * 60 * 60),
            }  # fmt: skip
        index = {
            "made": self.began, "withdrawn": self.numbers, "changes": self.changes,
            "fresh_until": min(self.fresh_until, self.began + 24 * 60 * 60), "entries": entries,
        }  # fmt: skip
        write_whole(self.folder / INDEX, json.dumps(index, ensure_ascii=False))


def write(folder: Path) -> Copy:
    """Write a mirror into a folder and let it be the current one.

    Raises:
        CommandError: something was withdrawn meanwhile, or the folder holds something else.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _clean(folder)
    name = timezone.now().strftime("%Y-%m-%dT%H%M%S%fZ")
    copy = Copy(folder / name)
    copy.write()
    if copy.numbers != withdrawn():
        shutil.rmtree(copy.folder)
        raise CommandError("Something was withdrawn while the mirror was written; it is not used. Repeat it.")
    (next_one := folder / f".{CURRENT}-{name}").symlink_to(name)
    next_one.replace(folder / CURRENT)
    if copy.numbers != withdrawn():
        # Whoever withdrew it just before did not see this one yet.
        (folder / CURRENT).unlink(missing_ok=True)
        raise CommandError("Something was withdrawn while the mirror was written; it is not used. Repeat it.")
    _clean(folder)
    return copy


_NAME = re.compile(r"\d{4}-\d\d-\d\dT\d{12}Z")


def _clean(folder: Path) -> None:
    """Remove mirrors that do not hold any more, and halves.

    Raises:
        CommandError: the folder holds something else.
    """
    current = folder / CURRENT
    holds = current.readlink().name if current.is_symlink() else ""
    for path in folder.iterdir():
        if path.is_dir() and _NAME.fullmatch(path.name):
            if path.name != holds:
                shutil.rmtree(path)
        elif path.name != CURRENT and path.suffix != ".zip" and not path.name.startswith("."):
            raise CommandError(f"{folder} holds {path.name}, which is not of a mirror; name a folder of its own. Nothing was changed.")


def pack(copy: Copy, target: Path) -> None:
    """Put the tree of a mirror into one file, for places without network."""
    site = copy.folder / "site"
    with replacing(target) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(site.rglob("*")):
            if path.is_file():
                archive.write(path, Path("portal") / path.relative_to(site))


def is_due(folder: Path) -> bool:
    """Return whether the mirror is to be written anew: none holds, its time is over, or something changed some time ago."""
    try:
        index = json.loads((folder / CURRENT / INDEX).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return True
    now = time.time()
    if index["withdrawn"] != withdrawn() or now >= index["fresh_until"]:
        (folder / CURRENT).unlink(missing_ok=True)
        return True
    has_changed = index["changes"] != list(changes.counters().peek(tags.slots(tags.CHANGES)))
    return has_changed and now - index["made"] > EVERY.total_seconds()


def run() -> None:
    """Write it anew where it is due, for the runner."""
    if settings.MIRROR and is_due(settings.MIRROR):
        write(settings.MIRROR)
