"""What travels to a telephone: bytes of HTML at every address, and what one browser fetches for the first view of a page.

    python -m tests.tools.bench_wire [--all] [--no-browser] [--state FOLDER]

The portal is a released one. HTML is counted as it is sent, with brotli. The browser has an empty cache and a slow network; it looks at
one address of each kind and language, with `--all` at each. What it receives counts with its headers, photographs do not.
Fails where something is above its limit.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import sys
import tempfile
import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import django
from playwright.sync_api import Browser, sync_playwright

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.test")
django.setup()

from portal.language.languages import LANGUAGES, languages_by_code  # noqa: E402
from portal.shell.coding import compress  # noqa: E402
from tests import support  # noqa: E402

KIB = 1024
HTML = {"home": 8 * KIB, "section": 8 * KIB, "list": 8 * KIB, "results": 8 * KIB}
"""Bytes of HTML by kind (what a search found is a list, and leaves compressed in haste); an article has `ARTICLE`, with as many more as its
own text, and the addresses that it links to, take beyond `TEXT`; and so has everything else."""
ARTICLE, TEXT = 6 * KIB, 1 * KIB
VIEW_BYTES, VIEW_REQUESTS, SHIFT = 60 * KIB, 8, 0.01
"""The first view of any page, without photographs; cumulative layout shift."""
SCREEN = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}
NETWORK = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 90_000}
"""Lighthouse's slow 4G: milliseconds, bytes a second."""
SEARCHED = {"de": "Hilfe", "en": "help", "uk": "допомога", "ar": "المساعدة", "de-simple": "Hilfe"}
_LIST_ADDRESSES = """
import json
from home.models import SectionPage
from portal.models import BasePage
from portal.pages import versions
from wagtail.models import Page
groups = {}
for page in Page.objects.filter(depth__gt=1).select_related("published_version").order_by("path"):
    groups.setdefault(page.translation_key, []).append(page)
def kind(page):
    model = page.specific_class
    if model.__name__ == "HomePage": return "home"
    if issubclass(model, SectionPage): return "section"
    return "list" if model.__name__.endswith("IndexPage") else "article"
found = []
for rows in groups.values():
    sorted_rows = versions.sort_rows(rows)
    for what, pages in (("", sorted_rows.real), (" in German", sorted_rows.fallbacks)):
        found += [[kind(page) + what, code, page.get_url()] for code, page in pages.items()]
print("ADDRESSES" + json.dumps(found))
"""
_WATCH_SHIFTS = """
window.shifts = 0;
new PerformanceObserver((list) => list.getEntries().forEach((entry) => { if (!entry.hadRecentInput) window.shifts += entry.value; }))
  .observe({ type: 'layout-shift', buffered: true });
"""


@dataclass(frozen=True)
class Address:
    """An address, what kind of page answers there, and in which language."""

    kind: str
    code: str
    path: str


@dataclass(frozen=True)
class FirstView:
    """What a browser fetched for a page, without photographs, and how far its content jumped."""

    requests: int
    size: int
    shift: float

    @property
    def faults(self) -> list[str]:
        """Return what is above its limit."""
        found = []
        if self.requests > VIEW_REQUESTS:
            found.append(f"{self.requests} requests, at most {VIEW_REQUESTS}")
        if self.size > VIEW_BYTES:
            found.append(f"{self.size / KIB:.1f} KiB fetched, at most {VIEW_BYTES // KIB}")
        if self.shift > SHIFT:
            found.append(f"layout shift {self.shift:.3f}, at most {SHIFT}")
        return found


def addresses(portal: support.Portal) -> list[Address]:
    """Return every address at which a page of the portal opens, and the views that no page stands behind."""
    output = portal.manage("shell", "-c", _LIST_ADDRESSES)
    line = next(line for line in output.splitlines() if line.startswith("ADDRESSES"))
    found = [Address(*values) for values in json.loads(line.removeprefix("ADDRESSES"))]
    for language in LANGUAGES:
        search = f"/{language.code}/{language.search_path}/"
        found.append(Address("search", language.code, search))
        found.append(Address("results", language.code, f"{search}?q={quote(SEARCHED[language.code])}"))
        found.append(Address("nothing found", language.code, f"{search}?q=zzzz"))
        found.append(Address("404", language.code, f"/{language.code}/nirgends/"))
    return found


def one_of_each(found: Iterable[Address]) -> Iterator[Address]:
    """Yield the first address of each kind in each language."""
    seen = set()
    for address in found:
        if (address.kind, address.code) not in seen:
            seen.add((address.kind, address.code))
            yield address


def html(portal: support.Portal, address: Address) -> tuple[int, int]:
    """Return the bytes of HTML that are sent at an address with brotli, and how many of them are allowed there."""
    sizes = {}
    for coding in ("br", "identity"):
        request = urllib.request.Request(portal.url + address.path, headers={"Accept-Encoding": coding})
        try:
            answer = urllib.request.urlopen(request, timeout=support.PATIENCE)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            assert "html" in answer.headers.get("Content-Type", ""), address.path
            assert answer.headers.get("Content-Encoding", "identity") == coding, address.path
            sizes[coding] = answer.read()
    if limit := HTML.get(address.kind.partition(" ")[0]):
        return len(sizes["br"]), limit
    main = sizes["identity"].partition(b"<main")[2].partition(b"</main>")[0]
    text = re.sub(rb"\s+", b" ", re.sub(rb"<[^>]*>", b" ", re.sub(rb'<a href="([^"]*)', rb"\1<", main)))
    return len(sizes["br"]), ARTICLE + max(0, len(compress(text, "br", is_kept=True)) - TEXT)


def first_view(browser: Browser, portal: support.Portal, address: Address) -> FirstView:
    """Return what a browser that knows nothing of the portal fetches for an address, as long as nobody scrolls."""
    context = browser.new_context(base_url=portal.url, locale=languages_by_code()[address.code].hreflang or "de", **SCREEN)
    try:
        page = context.new_page()
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Network.emulateNetworkConditions", NETWORK)
        urls: dict[str, str] = {}
        sizes: dict[str, int] = {}
        session.on("Network.requestWillBeSent", lambda event: urls.setdefault(event["requestId"], event["request"]["url"]))
        session.on("Network.loadingFinished", lambda event: sizes.__setitem__(event["requestId"], int(event["encodedDataLength"])))
        page.add_init_script(_WATCH_SHIFTS)
        page.goto(address.path, wait_until="networkidle")
        page.evaluate("document.fonts.ready.then(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 100))))")
        counted = [name for name, url in urls.items() if url.startswith("http") and "/media/" not in url]
        return FirstView(len(counted), sum(sizes.get(name, 0) for name in counted), page.evaluate("window.shifts"))
    finally:
        context.close()


def measure(portal: support.Portal, *, every: bool, with_browser: bool) -> list[str]:
    """Print the table, and return what is above its limit."""
    faults = []
    found = addresses(portal)
    sizes: dict[tuple[str, str], list[int]] = defaultdict(list)
    for address in found:
        size, limit = html(portal, address)
        sizes[address.kind, address.code].append(size)
        if size > limit:
            faults.append(f"{address.path}: {size / KIB:.2f} KiB of HTML, at most {limit / KIB:.2f}")
    views: dict[tuple[str, str], list[FirstView]] = defaultdict(list)
    if with_browser:
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=support.chromium_path(), args=support.CHROMIUM_ARGUMENTS)
            for address in found if every else one_of_each(found):
                view = first_view(chromium, portal, address)
                views[address.kind, address.code].append(view)
                faults += [f"{address.path}: {fault}" for fault in view.faults]
            chromium.close()
    print("| kind | language | addresses | HTML KiB, median | most | first view KiB, most | requests | layout shift |")
    print("|---|---|---|---|---|---|---|---|")
    for (kind, code), values in sorted(sizes.items()):
        seen = views[kind, code]
        most = [max(value) for value in zip(*((view.size / KIB, view.requests, view.shift) for view in seen), strict=True)]
        row = [kind, code, len(values), f"{statistics.median(values) / KIB:.2f}", f"{max(values) / KIB:.2f}"]
        print("|", " | ".join(map(str, [*row, *(f"{value:.4g}" for value in most)])), "|")
    print(f"\n{len(found)} addresses, {sum(map(len, views.values()))} of them with the browser.")
    return faults


def main() -> int:
    """Serve, measure, print; return 1 where something is above its limit."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--no-browser", action="store_true")
    parser.add_argument("--state", type=Path, help="a prepared state folder, of which a copy is served; made anew without")
    options = parser.parse_args()
    if not options.no_browser and not support.chromium_path():
        print("Missing: Chromium, a package of the system.", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="portal-wire-") as name:
        folder = Path(name)
        state = support.State(options.state or folder / "empty")
        state.folder.mkdir(exist_ok=True)
        with support.served(state, folder / "served", timeout=240) as portal:
            portal.manage(*support.RELEASE)
            faults = measure(portal, every=options.all, with_browser=not options.no_browser)
    print(*faults, sep="\n")
    print(f"{len(faults)} above their limits." if faults else "Nothing is above its limit.")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
