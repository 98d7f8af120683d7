"""What grows with the number of pages: CPU of Python and of PostgreSQL for each answer, with few news items and with many.

    python -m tests.tools.bench_scale [10000] [--rounds 3] [--only "home|list"] [--keep]

`DATABASE_URL` and `PORTAL_VAR` name a prepared portal on PostgreSQL, on this machine; nothing of it is changed. Two copies of it are
filled by `tests.tools.load_pages`, with 100 items and with as many as are said (in each of two languages), and asked in turns, each
time in a process of its own that is forked as the server's are. The first column of figures is an answer whose kept values are there;
“after a change” comes with none of them: what a menu, a count, a site map costs that is built anew. Sitemaps are per 1,000 addresses,
because a part holds as many as there are, up to 10,000.

It ends with 1 where something costs more than 1.5 times as much. `--keep` leaves the copies for another run.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

FEW, MOST = 100, 1.5
SMALLEST = 1.0
"""Milliseconds below which nothing is said to grow: the clock of the processes is no finer."""
WARM_UP, REQUESTS, CHANGES = 2, 5, 2
WORD = "Zwiebelfischkutter"
"""A word that stands on one page only."""
_OPTIONS = "-c max_parallel_workers_per_gather=0 -c synchronous_commit=off"
"""Parallel workers are processes of their own, whose time nobody would count."""


def addresses() -> dict[str, str]:
    """Return the public addresses by name; the article and the last page of the list are those of this database."""
    from news.models import NewsIndexPage, NewsPage
    from portal.listing.lists import of_index
    from portal.listing.pages import IndexPage
    from portal.pages.addresses import address_of

    index = NewsIndexPage.objects.get(locale__language_code="de")
    article = NewsPage.objects.child_of(index).order_by("path").first()
    news, pages = address_of(index), -(-of_index(index).count() // IndexPage.per_page)
    return {
        "home": "/de/",
        "home, Arabic": "/ar/",
        "section": "/de/unsere-arbeit/",
        "article": address_of(article),
        "list": news,
        "list, page 50": f"{news}?page={min(50, pages)}",
        "list, last page": f"{news}?page={pages}",
        "list, one topic": f"{news}?topics={article.topics.first().slug}" if article.topics.exists() else f"{news}?kind=news",
        "not found": "/de/gibt-es-nicht/",
        "feed": "/de/feed.rss",
        "sitemap index": "/sitemap.xml",
        "sitemap part": "/sitemap-de.xml",
        "site map page": "/de/seitenuebersicht/",
        "search, rare word": f"/de/suche/?q={WORD}",
    }


def visitor() -> Callable[[str], bytes]:
    """Return what asks the application as visitors do."""
    from tests.tools.bench import load

    return load(allowed=("200", "404"))


def measure(only: str) -> dict[str, dict[str, Any]]:
    """Return by name the CPU seconds of Python and of the database for each answer, warm and after a change, and the queries."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.production")
    answer = visitor()
    from django.conf import settings

    from tests.tools import bench

    settings.ALLOWED_HOSTS = ["*"]

    def works() -> dict[str, Callable[[], object]]:
        found: dict[str, Callable[[], object]] = {name: (lambda address=address: answer(address)) for name, address in addresses().items()}
        return found | _admin()

    def names() -> list[str]:
        from django.db import connections

        found = list(works())
        connections.close_all()
        return found

    chosen = [name for name in names() if re.search(only, name)]
    return {name: bench.in_child(lambda name=name: _measured(works()[name])) for name in chosen}


def _admin() -> dict[str, Callable[[], object]]:
    """Return what editors do: a publication, the first page of the explorer, a search."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    from news.models import NewsIndexPage, NewsPage

    client, index = Client(), NewsIndexPage.objects.get(locale__language_code="de")
    client.force_login(get_user_model().objects.get(username="admin"))
    page = NewsPage.objects.child_of(index).order_by("path").first()

    def get(address: str) -> Callable[[], object]:
        def ask() -> None:
            answer = client.get(address, headers={"host": "127.0.0.1:8000"})
            if answer.status_code != 200:
                raise SystemExit(f"{address}: {answer.status_code}")

        return ask

    def publish() -> None:
        NewsPage.objects.get(pk=page.pk).save_revision().publish()

    return {
        "publication": publish,
        "explorer": get(f"/admin/pages/{index.pk}/"),
        "admin search": get(f"/admin/pages/search/?q={WORD}"),
        "admin start": get("/admin/"),
    }


def _measured(work: Callable[[], object]) -> dict[str, Any]:
    """Return what a piece of work costs; done in a process of its own."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from portal import changes
    from tests.tools.bench_search.measures import Clock

    # One process of the server for all: its CPU is read.
    connection.close()
    connection.settings_dict["CONN_MAX_AGE"] = None
    said = [work() for _ in range(WARM_UP)][-1]
    clock = Clock()

    def timed(before: Callable[[], None] = lambda: None) -> tuple[float, float]:
        before()
        clock.start()
        work()
        return clock.parts()

    warm = [timed() for _ in range(REQUESTS)]
    changed = [timed(lambda: changes.announce(changes.EVERYTHING)) for _ in range(CHANGES)]
    with CaptureQueriesContext(connection) as queries:
        work()
    changes.settle()
    slowest = sorted(queries.captured_queries, key=lambda query: -float(query["time"]))[:2]
    return {
        "warm": warm,
        "changed": changed,
        "queries": len(queries),
        "addresses": said.count(b"<loc>") if isinstance(said, bytes) else 0,
        "slowest": [f"{query['time']} {query['sql'][:1500]}" for query in slowest],
    }


# --- both databases --------------------------------------------------------------------------------------------------------


class Copy:
    """A copy of a prepared portal with its own database and state folder, filled with items."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.given = urlsplit(os.environ["DATABASE_URL"])
        self.name = f"{self.given.path[1:]}_{number}"
        self.folder = Path(tempfile.gettempdir()) / f"portal-{self.name}"

    def environment(self) -> dict[str, str]:
        """Return what a process is told that works on it."""
        address = urlunsplit(self.given._replace(path=f"/{self.name}", query=f"options={quote(_OPTIONS)}"))
        told = {"DATABASE_URL": address, "PORTAL_VAR": str(self.folder), "PORTAL_URL": "http://127.0.0.1:8000"}
        return {**os.environ, **told, "DJANGO_SETTINGS_MODULE": "portal.settings.production"}

    def _administer(self, *statements: str) -> None:
        import psycopg

        with psycopg.connect(urlunsplit(self.given._replace(path="/postgres")), autocommit=True) as server:
            for statement in statements:
                server.execute(statement)

    def make(self, *loading: str) -> None:
        """Copy and fill it, unless it was kept; `loading` are options of `load_pages`."""
        if self.folder.exists():
            return
        self._administer(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')
        self._administer(f'CREATE DATABASE "{self.name}" TEMPLATE "{self.given.path[1:]}"')
        shutil.copytree(os.environ.get("PORTAL_VAR", "var"), self.folder)
        self.run("tests.tools.load_pages", str(self.number), *loading)
        self.run("tests.tools.bench_scale", "--prepare")

    def run(self, *command: str) -> str:
        """Run a module on it and return its output."""
        told = self.environment()
        return subprocess.run([sys.executable, "-m", *command], env=told, check=True, stdout=subprocess.PIPE, text=True).stdout

    def discard(self) -> None:
        """Remove it."""
        self._administer(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')
        shutil.rmtree(self.folder, ignore_errors=True)


def prepare() -> None:
    """Put the rare word on one page."""
    import django

    django.setup()
    from news.models import NewsPage
    from portal import changes

    page = NewsPage.objects.filter(locale__language_code="de").order_by("path").last()
    page.lead = f"{WORD}. {page.lead}"
    page.save_revision().publish()
    changes.settle()


def show(found: dict[int, dict[str, dict[str, Any]]], few: int, many: int, is_told: bool) -> bool:
    """Print the table; return whether nothing grows more than it may."""
    print(f"Milliseconds of CPU, Python + PostgreSQL, with {few} and with {many} news items in each of two languages.\n")
    print("| | warm, few | many | ratio | after a change, few | many | ratio | queries |\n|---|---|---|---|---|---|---|---|")
    is_kept = True
    for name, values in found[many].items():
        cells = []
        for part in ("warm", "changed"):
            sums = []
            for number in (few, many):
                of = found[number][name]
                scale = 1000 / (of["addresses"] / 1000 if name == "sitemap part" else 1)
                python, database = (statistics.median(pair[position] for pair in of[part]) * scale for position in (0, 1))
                sums.append(python + database)
                cells.append(f"{python:.1f} + {database:.1f}")
            ratio = sums[1] / sums[0]
            is_kept &= ratio <= MOST or sums[1] - sums[0] < SMALLEST
            cells.append(f"{ratio:.2f}")
        print(f"| {name} | {' | '.join(cells)} | {values['queries']} |")
        if is_told:
            print(*values["slowest"], sep="\n", file=sys.stderr)
    return is_kept


def main() -> int:
    """Make both copies, let them take turns, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("number", type=int, nargs="?", default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="a pattern of the rows that are measured")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--told", action="store_true", help="the two slowest queries of each row, on standard error")
    parser.add_argument("--prepare", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.prepare or arguments.measure:
        if arguments.prepare:
            prepare()
        else:
            print("MEASURED", json.dumps(measure(arguments.only)))
        return 0
    if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        parser.error("DATABASE_URL=postgres://… names a prepared portal.")
    copies = [Copy(FEW), Copy(arguments.number)]
    found: dict[int, dict[str, dict[str, Any]]] = {}
    try:
        for copy in copies:
            copy.make()
        for turn in range(arguments.rounds):
            for copy in copies[:: -1 if turn % 2 else 1]:
                said = json.loads(copy.run("tests.tools.bench_scale", "--measure", "--only", arguments.only).rpartition("MEASURED")[2])
                for name, values in said.items():
                    before = found.setdefault(copy.number, {}).setdefault(name, values)
                    if before is not values:
                        before["warm"] += values["warm"]
                        before["changed"] += values["changed"]
        return int(not show(found, FEW, arguments.number, arguments.told))
    finally:
        if not arguments.keep:
            for copy in copies:
                copy.discard()


if __name__ == "__main__":
    sys.exit(main())
