"""Lighthouse on one page of each type in German and in Arabic; fails below 100 in any category, or where the largest paint is late.

    python -m tests.tools.lighthouse [--runs 5] [--state FOLDER] [PATH …]

A page counts with the median of its runs. A busy machine makes the figures worse, never better.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.test")

import django

django.setup()

from tests import support  # noqa: E402

CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
LEAST = 100
LARGEST_PAINT = 1200
"""Milliseconds until the largest part of the first screen is painted."""
_LIST_PAGES = """
from wagtail.models import Page, get_page_models
from portal.models import BasePage
for model in get_page_models():
    for code in ("de", "ar") if issubclass(model, BasePage) else ():
        page = model.objects.live().exact_type(model).filter(locale__language_code=code, alias_of=None).order_by("path").first()
        if page and page.get_url():
            print("PAGE", model.__name__, page.get_url())
"""
CHROME_FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)


def audit(url: str, output: Path) -> dict[str, Any]:
    """Return Lighthouse's report on an address: mobile, slow 4G and slow processor simulated, as is its default."""
    command = [
        str(support.tool_path("lighthouse")), url, "--quiet", "--output=json", f"--output-path={output}",
        "--no-enable-error-reporting", "--max-wait-for-load=45000", f"--only-categories={','.join(CATEGORIES)}",
        f"--chrome-flags={CHROME_FLAGS}",
    ]  # fmt: skip
    subprocess.run(command, env={**os.environ, "CHROME_PATH": support.chromium_path()}, check=True)
    return json.loads(output.read_text(encoding="utf-8"))


def measure(portal: support.Portal, kind: str, path: str, runs: int, output: Path) -> bool:
    """Print the medians of a page, and what to look at where one is not good enough; return whether all are."""
    reports = [audit(portal.url + path, output) for _ in range(runs)]
    scores = {
        key: statistics.median(round(100 * (report["categories"][key]["score"] or 0)) for report in reports) for key in CATEGORIES
    }
    paint, blocked, shift = (
        statistics.median(report["audits"][key].get("numericValue", 0) for report in reports)
        for key in ("largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift")
    )
    row = "".join(f"{score:>6.0f}" for score in scores.values())
    print(f"{kind:<26}{path[:47]:<48}{row}{paint:>8.0f}{blocked:>8.0f}{shift:>7.3f}", flush=True)
    poor = [key for key, score in scores.items() if score < LEAST]
    for key in poor:
        failed = [
            name
            for name in (reference["id"] for reference in reports[-1]["categories"][key]["auditRefs"] if reference["weight"])
            if (reports[-1]["audits"][name]["score"] or 0) < 0.9
            and reports[-1]["audits"][name]["scoreDisplayMode"] not in {"notApplicable", "manual", "informative"}
        ]
        print(f"    {key}: {scores[key]:.0f}; look at: {', '.join(failed) or '-'}", flush=True)
    return not poor and paint <= LARGEST_PAINT


def main(paths: list[str], runs: int, prepared: Path | None) -> int:
    """Serve, measure, print the medians."""
    lacks = [
        name for name, found in (("Chromium", support.chromium_path()), ("Lighthouse", support.tool_path("lighthouse"))) if not found
    ]
    if lacks:
        print(f"Missing: {' and '.join(lacks)}. Chromium is a package of the system, Lighthouse comes with make tools.", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="portal-lighthouse-") as name:
        folder = Path(name)
        print("Preparing a portal of its own …", flush=True)
        state = support.State(prepared or folder / "empty")
        state.folder.mkdir(exist_ok=True)
        with support.served(state, folder / "served", timeout=240) as portal:
            portal.manage(*support.RELEASE)
            pages = [("", path) for path in paths] or [
                tuple(line.split(" ")[1:]) for line in portal.manage("shell", "-c", _LIST_PAGES).splitlines() if line.startswith("PAGE ")
            ]
            head = "".join(f"{key[:4]:>6}" for key in CATEGORIES)
            print(f"{'type':<26}{'page':<48}{head}{'LCP ms':>8}{'TBT ms':>8}{'CLS':>7}", flush=True)
            good = [measure(portal, kind, path, runs, folder / "report.json") for kind, path in pages]
    print(f"{sum(good)} of {len(good)} pages reach {LEAST} in each category and paint within {LARGEST_PAINT} ms.")
    return 0 if all(good) else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="*", metavar="PATH")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--state", type=Path, help="a prepared state folder, of which a copy is served; made anew without")
    arguments = parser.parse_args()
    sys.exit(main(arguments.paths, arguments.runs, arguments.state))
