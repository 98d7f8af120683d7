"""What the processes of a portal hold in memory after thousands of requests: launcher, runner and two that answer.

    python -m tests.tools.bench_memory <prepared state folder> [--requests 5000] [--again 5000] [--admin 500] [--database NAME]

A copy of the state folder is served as `make serve` does (`--database` names its database on the PostgreSQL of `DATABASE_URL`, which is
copied too). Public requests come in equal shares of seven kinds (home, section, article, list, search, feed, 404) in five languages, by
eight readers with connections of their own; lists go through their pages, searches through the words of addresses, and no 404 comes
twice, so that what is kept grows as it does with visitors. Counted is the proportional set size (PSS) of the launcher and all processes
that it began: what several share counts once. Twice each process is told by kind: Python's objects, glibc's heap, code of libraries, mapped
files, and what of the first two it shares with no other. Further requests (`--again`) must leave it as it was, but for `FLAT`.

It ends with 1 where something is above its limit.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import os
import re
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support import Portal

PUBLIC, WITH_ADMIN = 280, 350
"""Megabytes after the public requests, and after those of the admin."""
FLAT = 0.03
"""By this share it may be more after as many requests again."""
READERS, ON_ONE_CONNECTION, PAGES_OF_LISTS = 8, 25, 5
SETTLED = 5.0
"""Seconds of rest before memory is read: what is counted is written, threads end."""
_SCREENS = (
    "/admin/", "/admin/pages/{home}/", "/admin/pages/{page}/edit/", "/admin/pages/{page}/history/", "/admin/images/", "/admin/documents/",
    "/admin/pages/search/?q=Hilfe", "/admin/reports/site-history/", "/admin/choose-page/", "/admin/images/chooser/",
)  # fmt: skip
_PREPARE = """
from django.contrib.auth import get_user_model
from home.models import ContentPage, HomePage
user = get_user_model().objects.get(username="admin")
user.set_password("{password}")
user.save()
pages = ContentPage.objects.filter(locale__language_code="de", live=True).order_by("path").values_list("pk", flat=True)
print("PAGES", HomePage.objects.get(locale__language_code="de").pk, *pages[:50])
"""


def descendants(pid: int) -> list[int]:
    """Return a process and all that it began, directly or not (Linux)."""
    children: dict[int, list[int]] = defaultdict(list)
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            children[int(stat.read_text().rpartition(")")[2].split()[1])].append(int(stat.parent.name))
        except OSError:
            continue
    found = [pid]
    for one in found:
        found += children[one]
    return found


def listeners(portal: Portal) -> set[int]:
    """Return the processes that answer."""
    # It reads Django's settings.
    from tests.portal.shell import clients

    return set(clients.listeners(portal))


def launcher(portal: Portal) -> int:
    """Return the process that this one began to serve the portal: the others do not answer there."""
    answering = listeners(portal)
    return next(pid for pid in descendants(os.getpid())[1:] if answering.intersection(descendants(pid)))


def megabytes(pid: int) -> float:
    """Return the proportional set size of a process."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)[1]) / 1024


def by_kind(pid: int) -> Counter[str]:
    """Return the proportional megabytes of a process by what lies there, and what of objects and heap it shares with none."""
    found: Counter[str] = Counter()
    kind = ""
    for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
        if mapping := re.match(r"[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \d+ *(.*)", line):
            name = mapping[1]
            is_code = ".so" in name or "/bin/" in name
            kind = "heap" if name == "[heap]" else "code" if is_code else "files" if name.startswith("/") else "objects"
        elif line.startswith("Pss:"):
            found[kind] += int(line.split()[1]) / 1024
        elif line.startswith("Private_Dirty:") and kind in {"objects", "heap"}:
            found["its own"] += int(line.split()[1]) / 1024
    return found


def tell_kinds(portal: Portal) -> None:
    """Print what each process holds, by kind."""
    first, answering = launcher(portal), listeners(portal)
    pids = descendants(first)
    columns = ("objects", "heap", "code", "files", "its own")
    print(f"\n| process | {' | '.join(columns)} |\n| --- |{' --- |' * len(columns)}")
    for pid in pids:
        name = "launcher" if pid == first else "answers" if pid in answering else "forks the others" if pid == pids[1] else "runner"
        found = by_kind(pid)
        print(f"| {name} | {' | '.join(f'{found[column]:.0f}' for column in columns)} |", flush=True)
    print()


def memory(portal: Portal) -> tuple[float, list[float]]:
    """Return the megabytes of all processes, after a rest, and of each of the largest."""
    time.sleep(SETTLED)
    found = sorted((megabytes(pid) for pid in descendants(launcher(portal))), reverse=True)
    return sum(found), found[:4]


def public_addresses(portal: Portal) -> Iterator[tuple[str, str]]:
    """Yield kinds and addresses without end, in equal shares of kinds and languages."""
    from portal.language.languages import LANGUAGES
    from tests.portal.shell.clients import ask
    from tests.tools.bench_wire import addresses

    pools: dict[tuple[str, str], list[str]] = defaultdict(list)
    for address in addresses(portal):
        pools[address.kind.partition(" ")[0], address.code].append(address.path)
    endless: dict[tuple[str, str], Iterator[str]] = {}
    for language in LANGUAGES:
        code = language.code
        pages = pools["article", code] or pools["home", code]
        words = sorted({word for page in pages for word in re.findall(r"[^\W\d_]{4,}", page.rstrip("/").rpartition("/")[2])}) or ["iom"]
        lists = [path + (f"?page={page}" if page > 1 else "") for path in pools["list", code] for page in range(1, PAGES_OF_LISTS + 1)]
        endless |= {
            ("home", code): itertools.repeat(f"/{code}/"),
            ("section", code): itertools.cycle(pools["section", code] or [f"/{code}/"]),
            ("article", code): itertools.cycle(pages),
            ("list", code): itertools.cycle(lists or [f"/{code}/"]),
            ("search", code): itertools.cycle([f"/{code}/{language.search_path}/?q={word}" for word in words]),
            # A language without a list of news has no feed.
            ("feed", code): itertools.repeat(feed if ask(portal, feed := f"/{code}/feed.rss")[0] == 200 else f"/{code}/"),
            ("404", code): (f"/{code}/nirgends-{number}/" for number in itertools.count()),
        }
    while True:
        yield from ((kind, next(one)) for (kind, _code), one in endless.items())


def ask_all(portal: Portal, asked: list[tuple[str, str]]) -> Counter[tuple[str, int]]:
    """Let the readers ask for addresses; return how often which kind was answered with which status."""
    from tests.portal.shell.clients import TIMEOUT, place

    found: Counter[tuple[str, int]] = Counter()

    def read(some: list[tuple[str, str]]) -> list[tuple[str, int]]:
        connection = http.client.HTTPConnection(*place(portal), timeout=TIMEOUT)
        statuses = []
        for kind, path in some:
            connection.request("GET", path, headers={"Accept-Encoding": "br"})
            answer = connection.getresponse()
            answer.read()
            statuses.append((kind, answer.status))
        connection.close()
        return statuses

    parts = [asked[start : start + ON_ONE_CONNECTION] for start in range(0, len(asked), ON_ONE_CONNECTION)]
    with ThreadPoolExecutor(READERS) as pool:
        for statuses in pool.map(read, parts):
            found.update(statuses)
    return found


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("state", type=Path)
    parser.add_argument("--requests", type=int, default=5000)
    parser.add_argument("--again", type=int, default=5000)
    parser.add_argument("--admin", type=int, default=500)
    parser.add_argument("--database", default="", help="the database of the state on the PostgreSQL of DATABASE_URL")
    return parser.parse_args()


def main() -> int:
    """Serve, ask, print; return 1 where something is above its limit."""
    options = _options()
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.test")
    django.setup()
    from tests import support
    from tests.journeys.faults import Editor

    print("| after | MB in all | the four largest | distinct addresses |\n| --- | --- | --- | --- |")
    sums: list[float] = []
    different: set[str] = set()

    def tell(portal: Portal, what: str) -> None:
        total, largest = memory(portal)
        sums.append(total)
        print(f"| {what} | {total:.0f} | {', '.join(f'{one:.0f}' for one in largest)} | {len(different)} |", flush=True)

    with tempfile.TemporaryDirectory(prefix="portal-memory-") as name:
        state = support.State(options.state, options.database)
        copy = f"{options.database}_memory" if options.database else ""
        with support.served(state, Path(name) / "served", copy, timeout=240, WEB_WORKERS="2") as portal:
            said = portal.manage("shell", "-c", _PREPARE.format(password=support.DEMO_PASSWORD))
            home, *pages = next(line.split()[1:] for line in said.splitlines() if line.startswith("PAGES"))
            asked = public_addresses(portal)
            # The process of the commands is none of the portal's.
            portal.close()
            tell(portal, "its start")
            for what, number in (("", options.requests), (" more", options.again)):
                part = list(itertools.islice(asked, number))
                different |= {path for _kind, path in part}
                answered = ask_all(portal, part)
                odd = {key: count for key, count in answered.items() if key[1] != (404 if key[0] == "404" else 200)}
                assert not odd, odd
                tell(portal, f"{number} public requests{what}")
            tell_kinds(portal)
            editor = Editor(portal)
            for number in range(options.admin):
                path = _SCREENS[number % len(_SCREENS)].format(home=home, page=pages[number // len(_SCREENS) % len(pages)])
                status, _headers, _body = editor.get(path)
                assert status == 200, f"{path}: {status}"
            tell(portal, f"{options.admin} requests of the admin")
            tell_kinds(portal)
    _start, public, again, with_admin = sums
    faults = [
        f"{value:.0f} MB {what}, at most {limit:.0f}"
        for value, limit, what in (
            (public, PUBLIC, "after the public requests"), (again, public * (1 + FLAT), "after further ones"),
            (with_admin, WITH_ADMIN, "after those of the admin"),
        )
        if value > limit
    ]  # fmt: skip
    print(*(faults or ["Nothing is above its limit."]), sep="\n")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
