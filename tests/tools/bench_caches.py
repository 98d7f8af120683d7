"""What the known caches of pages do with this portal: whether what they answer is true after a publication, and what it costs.

    python -m tests.tools.bench_caches <prepared state folder> [--edits 20] [--requests 400]

Each row is a portal of its own on a copy of the folder. A news item gets another title and is published by a process that answers
nobody, as an editor in another process does; straight afterwards its page, its list and the home page are asked four times each, on
connections of their own. Fresh is what says the new title each time. The CPU of the processes that answer is that of one answer of the home
page, as it is kept, in multiples of what the portal's own page cache takes.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.test")
django.setup()

from tests import support  # noqa: E402
from tests.portal.shell.clients import ask, listeners  # noqa: E402
from tests.tools.bench_serving import cpu  # noqa: E402

OWN = "the portal's page cache"
ROWS = {
    OWN: {},
    "no cache": {"PAGE_CACHE": "no"},
    "Django's middleware, shared": {"DJANGO_SETTINGS_MODULE": "tests.tools.cached_settings", "BENCH_CACHE": "shared"},
    "Django's middleware, per process": {"DJANGO_SETTINGS_MODULE": "tests.tools.cached_settings", "BENCH_CACHE": "process"},
}
FIND = """
from wagtail.models import Page
found = Page.objects.filter(locale__language_code="de", content_type__model="newspage", live=True)
news = found.order_by("-newspage__date", "-pk")[0].specific
"""


def fresh(portal: support.Portal, edits: int) -> dict[str, int]:
    """Return of how many publications each address told at once."""
    said = portal.manage("shell", "-c", FIND + 'print("NEWS", news.get_url(), news.get_parent().get_url())').split("NEWS ", 1)[1].split()
    addresses = {"article": said[0], "list": said[1], "home": "/de/"}
    for address in [*addresses.values()] * 6:
        ask(portal, address)
    result = dict.fromkeys(addresses, 0)
    for number in range(edits):
        title = f"Stand der Dinge {number:03}"
        portal.manage("shell", "-c", FIND + f"news.title = {title!r}\nnews.save_revision().publish()")
        for name, address in addresses.items():
            result[name] += all(title in ask(portal, address)[2].decode() for _ in range(4))
    return result


def cost(portal: support.Portal, requests: int) -> float:
    """Return the seconds of CPU of an answer with the home page as it is kept."""
    for _ in range(10):
        ask(portal, "/de/", Accept_Encoding="br")
    processes = listeners(portal)
    before = cpu(processes)
    for _ in range(requests):
        ask(portal, "/de/", Accept_Encoding="br")
    return (cpu(processes) - before) / requests


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("state", type=Path)
    parser.add_argument("--edits", type=int, default=20)
    parser.add_argument("--requests", type=int, default=400)
    options = parser.parse_args()
    costs: dict[str, float] = {}
    print(f"| cache | fresh of {options.edits}: article | list | home | CPU of a kept home page |\n| --- | --- | --- | --- | --- |")
    for name, values in ROWS.items():
        with tempfile.TemporaryDirectory() as folder, support.served(support.State(options.state, ""), Path(folder), **values) as portal:
            time.sleep(1)
            costs[name] = cost(portal, options.requests)
            found = fresh(portal, options.edits)
        ratio = f"{costs[name] / costs[OWN]:.0f} ×" if name != OWN else "1"
        print(f"| {name} | {found['article']} | {found['list']} | {found['home']} | {ratio} |", flush=True)


if __name__ == "__main__":
    main()
