"""How much memory the production server needs, once it has answered in all languages."""

from __future__ import annotations

import re
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from portal.language.languages import LANGUAGES
from tests import support

WORKERS = 2
QUERIES = {
    "de": ["Rückkehr", "Familien Nachzug", "Rückkehrberatung", "fluechtlinge", "Wie kann ich freiwillig zurückkehren?", "xyzzy"],
    "en": ["return", "family reunification", "resetlement", "How can I return to my country?"],
    "uk": ["повернення", "допомога", "Як я можу повернутися додому?"],
    "ar": ["العودة", "لم شمل الأسرة", "كيف يمكنني العودة؟"],
    "de-simple": ["Hilfe", "Familie"],
}


def _pss(process: int) -> float:
    """Return the proportional memory of a process in MB: what several share counts for each in part."""
    text = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="utf-8")
    return int(re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE)[1]) / 1024


def _children(process: int) -> list[int]:
    found = []
    for tasks in Path(f"/proc/{process}/task").iterdir():
        found += [int(child) for child in (tasks / "children").read_text().split()]
    return found


def _server(folder: Path) -> int:
    """Return the process that was started in a state folder and serves."""
    wanted = f"PORTAL_VAR={folder}".encode()
    for path in Path("/proc").iterdir():
        if path.name.isdecimal():
            try:
                if wanted in (path / "environ").read_bytes().split(b"\0") and b"portal.serving.server" in (path / "cmdline").read_bytes():
                    return int(path.name)
            except (FileNotFoundError, PermissionError, ProcessLookupError):
                continue
    raise LookupError


def _visit(url: str) -> int:
    with urllib.request.urlopen(url, timeout=60) as response:
        return len(response.read())


def measure(folder: Path) -> tuple[dict[str, float], list[float]]:
    """Serve the initial content; return the memory of the other processes by name, and of each worker, in MB."""
    empty = support.State(folder / "empty")
    empty.folder.mkdir()
    with support.served(empty, folder / "served", timeout=300, WEB_WORKERS=str(WORKERS)) as portal:
        addresses = [f"/{language.code}/" for language in LANGUAGES]
        addresses += [
            f"/{language.code}/{language.search_path}/?{urllib.parse.urlencode({'q': query})}"
            for language in LANGUAGES
            for query in QUERIES[language.code]
        ]
        addresses += support.public_addresses(portal)[:60]
        # Often, so that every worker sees all of it.
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(_visit, [portal.url + urllib.parse.quote(path, safe="/?=&%+") for path in addresses * 6]))
        waiting = _server(portal.folder)
        parent = _children(waiting)[0]
        workers = _children(parent)
        others = {"waits for the end (portal.serving.server)": _pss(waiting), "loads and forks (parent)": _pss(parent)}
        return others, [_pss(worker) for worker in workers]
