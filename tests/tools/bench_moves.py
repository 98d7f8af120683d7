"""What it costs that a page with many below it gets another slug, or moves: until the commit, and what the runner does afterwards.

    python -m tests.tools.bench_moves [10000]

`DATABASE_URL` and `PORTAL_VAR` name a prepared portal on PostgreSQL, on this machine; nothing of it is changed. In a copy the German list
of news gets so many items (its English version too), another slug and the old one again, and is moved below a section and back; its
versions come along. After each change the addresses and redirects of all pages below are compared with what each page by itself says.
Seconds are of the commit alone: of the clock, and of the CPU of Python and of PostgreSQL.

It ends with 1 where a slug takes more than a second of CPU.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable

MOST = 1.0
TEXTS = "50"


def measure() -> bool:
    """Print the table; return whether the promise is kept."""
    import django

    django.setup()
    from django.db import transaction
    from wagtail.contrib.redirects.models import Redirect
    from wagtail.models import Page

    from home.models import OurWorkPage
    from news.models import NewsIndexPage
    from portal import jobs
    from portal.pages.redirects import path_of
    from tests.tools.bench_search.measures import Clock

    def index() -> NewsIndexPage:
        return NewsIndexPage.objects.get(locale__language_code="de")

    def addresses() -> dict[int, str]:
        below = Page.objects.filter(path__startswith=index().path).exclude(live=False, first_published_at=None)
        found = {page.pk: path_of(page.url_path, page.locale_id) for page in below.select_related(None).only("url_path", "locale_id")}
        parents = dict(Page.objects.filter(pk__in=found).values_list("path", "url_path"))
        assert all(url_path.startswith(parents[path[:-4]]) for path, url_path in parents.items() if path[:-4] in parents)
        return found

    def rename(slug: str) -> None:
        page = index()
        page.slug = slug
        page.save_revision().publish()

    before, parent, section = index(), index().get_parent(), OurWorkPage.objects.get(locale__language_code="de")
    changes: dict[str, Callable[[], None]] = {
        "another slug": lambda: rename("geladenes"),
        "the old slug again": lambda: rename(before.slug),
        "moved below a section": lambda: index().move(section, "last-child"),
        "moved back": lambda: index().move(parent, "last-child"),
    }
    print("| | s | CPU, Python + PostgreSQL | German pages | redirects | s of the runner |\n|---|---|---|---|---|---|")
    jobs.run_all()
    is_kept = True
    for name, change in changes.items():
        old, clock = addresses(), Clock()
        with transaction.atomic():
            change()
        wall = clock.stop()[0]
        python, database = clock.parts()
        new = addresses()
        leading = dict(Redirect.objects.filter(redirect_page__in=old).values_list("old_path", "redirect_page_id"))
        assert {old[pk]: pk for pk in old if old[pk] != new[pk]}.items() <= leading.items()
        assert leading.keys().isdisjoint(new.values())
        number = Redirect.objects.count()
        clock = Clock()
        jobs.run_all()
        print(f"| {name} | {wall:.2f} | {python:.2f} + {database:.2f} | {len(old)} | {number} | {clock.stop()[0]:.2f} |", flush=True)
        is_kept &= "slug" not in name or python + database <= MOST
    return is_kept


def main() -> int:
    """Fill a copy, measure it, remove it."""
    from tests.tools.bench_scale import Copy

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("number", type=int, nargs="?", default=10_000)
    parser.add_argument("--keep", action="store_true", help="leave the copy as it is")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        print("kept" if measure() else "not kept")
        return 0
    if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        parser.error("DATABASE_URL=postgres://… names a prepared portal.")
    copy = Copy(arguments.number)
    try:
        copy.make("--texts", TEXTS)
        said = copy.run("tests.tools.bench_moves", "--measure")
    finally:
        if not arguments.keep:
            copy.discard()
    print(said)
    return int("not kept" in said)


if __name__ == "__main__":
    sys.exit(main())
