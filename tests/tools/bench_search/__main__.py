"""Prints how the search measures up, in four tables.

    python -m tests.tools.bench_search [--quick] [--only quality|latency|indexing|memory] [--sizes 1000,10000,100000]

`DATABASE_URL` names the PostgreSQL server; `PORTAL_YARDSTICKS` the folder of the outside yardsticks.
"""

from __future__ import annotations

import argparse
import os
import sys
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.test")
os.environ.setdefault("DATABASE_URL", "postgres://portal:portal@127.0.0.1:5432/portal")

import django

django.setup()

from . import bulk, corpora, memory, peers  # noqa: E402
from .loading import say  # noqa: E402
from .measures import difference, summary, table  # noqa: E402
from .places import POSTGRESQL, SQLITE, Places, has_postgresql  # noqa: E402

SQLITE_MOST = 10_000
PARTS = ("quality", "latency", "indexing", "memory")


def print_quality(places: Places, vendors: list[str], every: int) -> None:
    """Ask the questions of XQuAD and print how well they are answered."""
    folder = corpora.yardsticks()
    if not (folder / "xquad").is_dir():
        print(f"\nQuality is left out: there is no folder xquad in {folder}. PORTAL_YARDSTICKS names the one that holds it.")
        return
    own: dict[str, dict[str, list[int]]] = {}
    others: dict[str, dict[str, list[int]]] = {}
    for vendor in vendors:
        found = places.make(vendor).run("quality", "portal.settings.test", folder=str(folder), every=every)
        own[f"portal, {vendor}"] = found.pop("portal")
        others |= {f"{name}, {vendor}": by_language for name, by_language in found.items()}
    say("bm25s and Tantivy")
    others |= peers.measure(folder, every)
    number = len(next(iter(own.values()))["de"])
    rows = [
        [name, code, *(f"{value:.3f}" for value in summary(by_language[code]))]
        for code in corpora.LANGUAGES
        for name, by_language in {**own, **others}.items()
    ]
    print(
        table(
            f"Quality: XQuAD, {number} questions in each language, 240 paragraphs as pages",
            ["system", "language", "nDCG@10", "MRR@10", "recall@10", "success@1"],
            rows,
        )
    )
    rows = []
    for code in corpora.LANGUAGES:
        for name, by_language in others.items():
            row = [name, code]
            for own_by_language in own.values():
                mean, low, high = difference(own_by_language[code], by_language[code])
                row.append(f"{mean:+.3f} [{low:+.3f}, {high:+.3f}]{' *' if low > 0 else ' !' if high < 0 else ''}")
            rows.append(row)
    print(table("nDCG@10 of the portal minus that of …", ["system", "language", *own], rows))
    print("\n95 % intervals of a paired bootstrap over the questions; * significantly better, ! significantly worse.", flush=True)


def print_latency(places: Places, vendors: list[str], sizes: list[int]) -> None:
    """Ask at each number of pages and print how long the answers take."""
    searches: list[list[object]] = []
    others: list[list[object]] = []
    for vendor in vendors:
        wanted = [size for size in sizes if vendor == POSTGRESQL or size <= SQLITE_MOST] or [SQLITE_MOST]
        found = places.make(vendor).run("latency", sizes=wanted if vendor == POSTGRESQL else wanted[-1:])
        pairs: dict[tuple[int, str], dict[str, dict]] = {}
        for row in found:
            pairs.setdefault((row["size"], row["kind"]), {})[row["what"]] = row
        for (size, kind), by_what in pairs.items():
            if "first page" in by_what:
                first, facets = by_what["first page"], by_what["with facets"]
                results = f"{first['answer']:,.0f}" if first["answer"] < 1000 else "1,000+"
                searches.append([vendor, f"{size:,}", kind, results, *_times(first), *_times(facets)])
            for what in ("did you mean", "suggestions"):
                if what in by_what:
                    others.append([vendor, f"{size:,}", what, *_times(by_what[what])])
        if not any(row["what"] == "suggestions" for row in found):
            others.append([vendor, "-", "suggestions: not there", "-", "-"])
    columns = ["database", "pages", "words", "results"]
    title = "Latency: milliseconds, p50 / p95; CPU of Python and of the PostgreSQL backend together"
    print(table(title, [*columns, "first page", "its CPU", "with facets", "its CPU"], searches))
    print(table("Latency: beside the search", ["database", "pages", "what", "milliseconds", "CPU"], others), flush=True)


def _times(row: dict) -> list[str]:
    return [" / ".join(f"{value:.1f}" for value in row[clock]) for clock in ("wall", "cpu")]


def print_indexing(places: Places, vendors: list[str], number: int) -> None:
    """Index pages and print how fast that is."""
    rows = []
    for vendor in vendors:
        for row in places.make(vendor).run("bulk", number=number):
            cpu = row["python"] + row["backend"]
            share = [f"{1000 * row[part] / number:.1f}" for part in ("python", "backend")]
            rows.append([vendor, row["language"], row["what"], f"{number / cpu:.0f}", f"{number / row['wall']:.0f}", *share])
    title = f"Indexing: {number:,} pages of {bulk.WORDS} words"
    head = ["database", "language", "index", "pages a second and core", "pages a second", "Python ms a page", "PostgreSQL ms a page"]
    print(table(title, head, rows), flush=True)


def print_memory(places: Places) -> None:
    """Serve the portal and print how much memory it needs."""
    with places.folder() as folder:
        others, workers = memory.measure(folder)
    rows = [[name, f"{value:.0f}"] for name, value in others.items()]
    rows += [[f"worker {number}", f"{value:.0f}"] for number, value in enumerate(workers, 1)]
    rows += [["workers together", f"{sum(workers):.0f}"], ["all together", f"{sum(workers) + sum(others.values()):.0f}"]]
    print(table("Memory: MB (PSS), after pages and searches in all languages", ["process", "MB"], rows), flush=True)


def main(arguments: list[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="make bench-search", description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="quality, and latency at 1,000 pages")
    parser.add_argument("--only", choices=PARTS, help="one of the tables")
    parser.add_argument("--sizes", default="1000,10000,100000", help="numbers of pages on PostgreSQL; SQLite has at most 10,000")
    parser.add_argument("--every", type=int, default=1, help="ask every so many questions only")
    options = parser.parse_args(arguments)
    parts = [options.only] if options.only else ["quality", "latency"] if options.quick else list(PARTS)
    vendors = [SQLITE, POSTGRESQL] if has_postgresql() else [SQLITE]
    if POSTGRESQL not in vendors:
        print("PostgreSQL is left out: no server answers at DATABASE_URL (make services starts one).")
    began = time.monotonic()
    with Places() as places:
        if "quality" in parts:
            print_quality(places, vendors, options.every)
        if "latency" in parts:
            print_latency(places, vendors, [1000] if options.quick else sorted(int(size) for size in options.sizes.split(",")))
        if "indexing" in parts:
            print_indexing(places, vendors, 1000)
        if "memory" in parts:
            print_memory(places)
    print(f"\nMeasured in {(time.monotonic() - began) / 60:.0f} minutes on {os.cpu_count()} cores.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
