"""What a large data set costs: queries and CPU of its page, and what its chart adds to the HTML as it is sent.

    python -m tests.tools.bench_data [--requests 40]

`PORTAL_VAR` names a prepared portal on SQLite; nothing of it is changed: this works in a copy. Tables of 50 years × 30 columns and of
30 rows × 50 years are published as a line, as bars, as a map and without a chart; the difference, compressed as kept pages are, is what
the chart adds. CPU is the median of all answers of one process. Ends with 1 where something is above its limit.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.tools import bench

MOST_QUERIES, MOST_CPU, MOST_CHART = 9, 30.0, 6 * 1024
"""Queries of an answer and milliseconds of its CPU, once menus and lists are known; bytes of a chart."""
YEARS, ROWS = range(1975, 2025), 30
LAENDER = ("BW", "BY", "BE", "BB", "HB", "HH", "HE", "MV", "NI", "NW", "RP", "SL", "SN", "ST", "SH", "TH")


def _number(row: int, column: int) -> int:
    """Return a number that is like no other near it, and always the same."""
    return (row * 7919 + column * 104729) % 99991 + 1000


def _csv(first: str, names: list[str], columns: list[str]) -> str:
    lines = [[first, *columns]]
    lines += [[name, *(str(_number(row, column)) for column in range(len(columns)))] for row, name in enumerate(names)]
    return "\n".join(map(";".join, lines))


def tables() -> dict[str, tuple[str, str]]:
    """Return what is published: the chart and the CSV, by name."""
    years = list(map(str, YEARS))
    wide = [f"Region {number}" for number in range(1, ROWS + 1)]
    return {
        "line, 50 years × 30": ("line", _csv("year", years, [f"region_{number}" for number in range(1, ROWS + 1)])),
        "bars, 50 years × 30": ("bars", _csv("year", years, [f"region_{number}" for number in range(1, ROWS + 1)])),
        "bars, 30 rows × 50": ("bars", _csv("region", wide, years)),
        "bars, 12 years × 1": ("bars", _csv("year", years[-12:], ["persons"])),
        "map, 16 Länder × 50": ("map", _csv("land", list(LAENDER), years)),
    }


def measure(requests: int) -> None:
    """Publish the tables in the portal of this process, measure their pages and print a JSON object."""
    answer = bench.load()
    from portal.pages.addresses import address_of
    from portal.shell.coding import compress
    from research.models import DataIndexPage, DataPage

    index = DataIndexPage.objects.get(locale__language_code="de")

    def publish(title: str, chart: str, csv: str) -> str:
        page = DataPage(title=title, lead="Worum es geht.", counted="Menschen", chart=chart, csv=csv, live=False)
        DataIndexPage.objects.get(pk=index.pk).add_child(instance=page)
        page.save_revision().publish()
        return address_of(DataPage.objects.get(pk=page.pk))

    def cost(address: str) -> dict[str, object]:
        for _ in range(bench.WARM_UP):
            answer(address)
        times = []
        for _ in range(requests):
            began = time.process_time()
            answer(address)
            times.append(time.process_time() - began)
        queries, _files = bench.counted(answer, address)
        size = len(compress(answer(address), "br", is_kept=True))
        return {"ms": statistics.median(times) * 1000, "queries": queries, "size": size}

    found = {}
    for name, (chart, csv) in tables().items():
        # Words that are as long: titles and addresses count in both.
        drawn, plain = publish(f"Gemessen {name} A", chart, csv), publish(f"Gemessen {name} B", "none", csv)
        with_chart, without = (bench.in_child(lambda address=address: cost(address)) for address in (drawn, plain))
        found[name] = {**with_chart, "chart": int(str(with_chart["size"])) - int(str(without["size"]))}
    print("MEASURED", json.dumps(found))


def show(found: dict[str, dict[str, float]]) -> bool:
    """Print the table; return whether all limits are kept."""
    print("| data set | queries, at most 9 | CPU in ms, at most 30 | HTML with brotli, KiB | the chart adds, at most 6 |")
    print("|---|---|---|---|---|")
    for name, one in found.items():
        sizes = f"{one['size'] / 1024:.1f} | {one['chart'] / 1024:.2f}"
        print(f"| {name} | {one['queries']} | {one['ms']:.1f} | {sizes} |")
    return all(one["queries"] <= MOST_QUERIES and one["ms"] <= MOST_CPU and one["chart"] <= MOST_CHART for one in found.values())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=40)
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        measure(arguments.requests)
        sys.exit(0)
    with tempfile.TemporaryDirectory(prefix="portal-bench-data-") as folder:
        state = Path(shutil.copytree(os.environ["PORTAL_VAR"], Path(folder) / "state", symlinks=True))
        command = [sys.executable, "-m", "tests.tools.bench_data", "--measure", "--requests", str(arguments.requests)]
        said = subprocess.run(command, env=bench.environment(state), check=True, stdout=subprocess.PIPE, text=True).stdout
    sys.exit(0 if show(json.loads(said.rpartition("MEASURED")[2])) else 1)
