"""Lighthouse on home, a section and an article of the German portal, three times each; fails below 95/100/100/100.

    python -m tests.tools.lighthouse [PATH …]
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.test")

import django

django.setup()

from tests import support  # noqa: E402

RUNS = 3
LEAST = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}
FIND_PAGES = """
from home.models import OurWorkPage
from news.models import NewsPage
german = {"locale__language_code": "de", "live": True}
pages = [OurWorkPage.objects.filter(**german).first(), NewsPage.objects.filter(**german).order_by("-date").first()]
print("LIGHTHOUSE", *(page.get_url() for page in pages if page))
"""
CHROME_FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)


def audit(url: str, output: Path) -> dict[str, object]:
    """Return Lighthouse's report on an address: mobile, slow 4G and slow processor simulated, as is its default."""
    command = [
        str(support.tool_path("lighthouse")), url, "--quiet", "--output=json", f"--output-path={output}",
        "--no-enable-error-reporting", "--max-wait-for-load=45000", f"--only-categories={','.join(LEAST)}",
        f"--chrome-flags={CHROME_FLAGS}",
    ]  # fmt: skip
    subprocess.run(command, env={**os.environ, "CHROME_PATH": support.chromium_path()}, check=True)
    return json.loads(output.read_text(encoding="utf-8"))


def main(paths: list[str]) -> int:
    """Serve, measure, print the medians."""
    lacks = [
        name for name, found in (("Chromium", support.chromium_path()), ("Lighthouse", support.tool_path("lighthouse"))) if not found
    ]
    if lacks:
        print(f"Missing: {' and '.join(lacks)}. Chromium is a package of the system, Lighthouse comes with make tools.", file=sys.stderr)
        return 1
    good = True
    with tempfile.TemporaryDirectory(prefix="portal-lighthouse-") as name:
        folder = Path(name)
        print("Preparing a portal of its own …", flush=True)
        state = support.State(folder / "empty")
        state.folder.mkdir()
        with support.served(state, folder / "served", timeout=240) as portal:
            if not paths:
                found = next(line for line in portal.manage("shell", "-c", FIND_PAGES).splitlines() if line.startswith("LIGHTHOUSE"))
                paths = ["/de/", *found.split()[1:]]
            print(f"{'page':<58}{'perf':>6}{'a11y':>6}{'best':>6}{'seo':>6}{'LCP ms':>8}{'TBT ms':>8}{'CLS':>7}", flush=True)
            for path in paths:
                reports = [audit(portal.url + path, folder / "report.json") for _ in range(RUNS)]
                scores = {
                    key: statistics.median(round(100 * (report["categories"][key]["score"] or 0)) for report in reports) for key in LEAST
                }
                lcp, tbt, cls = (
                    statistics.median(report["audits"][key].get("numericValue", 0) for report in reports)
                    for key in ("largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift")
                )
                row = "".join(f"{scores[key]:>6.0f}" for key in LEAST)
                print(f"{path[:57]:<58}{row}{lcp:>8.0f}{tbt:>8.0f}{cls:>7.3f}", flush=True)
                for key, least in LEAST.items():
                    if scores[key] < least:
                        good = False
                        failed = [
                            audit_id
                            for audit_id in (ref["id"] for ref in reports[-1]["categories"][key]["auditRefs"] if ref["weight"])
                            if (reports[-1]["audits"][audit_id]["score"] or 0) < 0.9
                            and reports[-1]["audits"][audit_id]["scoreDisplayMode"] not in {"notApplicable", "manual", "informative"}
                        ]
                        print(f"    {key}: {scores[key]:.0f}, at least {least} is wanted; look at: {', '.join(failed) or '-'}", flush=True)
    print("All pages reach 95/100/100/100." if good else "At least one page is below 95/100/100/100.")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
