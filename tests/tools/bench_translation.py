"""What an order of translations costs, beside wagtail-localize as it comes, on the same pages in the same run.

    python -m tests.tools.bench_translation [--pages 200] [--stock-pages 20]

`PORTAL_VAR` names a prepared portal on SQLite; nothing of it is changed: each side works in a copy of it, in a process of its own. Where
`DATABASE_URL` names a prepared portal on PostgreSQL, the matrix is measured in a copy of that.
wagtail-localize works with its own functions, all that bends them taken out. What it costs grows with the pages alone, and it takes
minutes: it gets fewer of them. It ends with 1 where a flow of ours costs more than `MOST` queries a page and language, or does less work
than was expected of it.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.tools import bench_editor, bench_matrix
from tests.tools.bench_looks import Seen, show

MOST = 40
PARAGRAPHS = 20
"""Each page has a title, a lead and so many paragraphs of one sentence."""
FOLLOWING, EASY = ("en", "uk", "ar"), "de-simple"


@dataclass(frozen=True)
class Flow:
    """Something that is measured.

    Args:
        why: what people do by it.
        entry: where it is entered, of ours and of wagtail-localize.
        languages: into which it goes; wagtail-localize has no answer to Leichte Sprache.
        segments: how many texts each page has afterwards.
        translations: how many translations text by text it has then.
        drafts: how many drafts were begun for it.
    """

    name: str
    why: str
    entry: str
    languages: tuple[str, ...]
    segments: int
    translations: int
    drafts: int = 0


FLOWS = (
    Flow("order", "many pages are ordered in all languages", "orders.place, carry_out | translate_object",
         (*FOLLOWING, EASY), PARAGRAPHS + 2, len(FOLLOWING), drafts=1),
    Flow("update", "the same pages say something else in one place", "orders.place, carry_out | update_from_db",
         FOLLOWING, PARAGRAPHS + 2, len(FOLLOWING)),
)  # fmt: skip


@dataclass
class Result:
    """What a flow took: queries, seconds on the clock and of the processor; what stands there afterwards, on an average page."""

    queries: int
    seconds: float
    cpu: float
    segments: float
    translations: float
    drafts: float
    problems: int


@contextlib.contextmanager
def counted() -> Iterator[list[int]]:
    """Count the queries of a block, however many there are."""
    from django.db import connection

    found = [0]

    def count(execute: Callable, sql: str, params: object, many: bool, context: object) -> object:
        found[0] += 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        yield found


def make_pages(number: int) -> list[Any]:
    """Publish German pages below a section, with their aliases."""
    from home.models import ContentPage, OurWorkPage
    from translation import cascades

    section = OurWorkPage.objects.get(locale__language_code="de")
    found = []
    for position in range(number):
        body = [
            {"type": "text", "id": f"00000000-0000-4000-8000-{position:06}{line:06}", "value": f"<p>Satz {line} der Seite {position}.</p>"}
            for line in range(PARAGRAPHS)
        ]
        page = ContentPage(title=f"Gemessen {position}", lead=f"Worum es auf Seite {position} geht.", live=False)
        page.body = ContentPage._meta.get_field("body").to_python(body)
        type(section).objects.get(pk=section.pk).add_child(instance=page)
        page.save_revision().publish()
        cascades.make_followers(page)
        found.append(page.pk)
    return found


def change(ids: list[int]) -> None:
    """Publish another lead of each page."""
    from home.models import ContentPage

    for page in ContentPage.objects.filter(pk__in=ids):
        page.lead = f"{page.lead} Und was noch."
        page.save_revision().publish()


def order(ids: list[int], codes: tuple[str, ...]) -> None:
    """Order as a person does, and carry it out as the runner does."""
    from django.contrib.auth import get_user_model
    from wagtail.models import Locale, Page

    from translation.desk import orders
    from translation.desk.models import Order, OrderItem

    # What was ordered before is done.
    OrderItem.objects.all().delete()
    user = get_user_model().objects.create_superuser(f"bench-{time.monotonic_ns()}")
    locales = list(Locale.objects.filter(language_code__in=codes))
    found = orders.plan(user, list(Page.objects.filter(pk__in=ids)), locales)
    order = orders.place(Order(creator=user), found.items)
    orders.carry_out.call(order.pk)


def stock(name: str) -> Callable[[list[int], tuple[str, ...]], None]:
    """Return what wagtail-localize does instead, with its own functions."""
    from django.db import transaction
    from wagtail.models import Locale, Page
    from wagtail_localize.models import TranslationSource
    from wagtail_localize.operations import translate_object
    from wagtail_localize.segments.extract import StreamFieldSegmentExtractor

    from translation.upstream import texts, writing

    TranslationSource.create_or_update_translation = writing._write
    TranslationSource.sync_view_restrictions = writing._sync
    TranslationSource._get_segments_for_translation = texts._segments_for_translation
    TranslationSource.refresh_segments = texts._refresh_segments
    StreamFieldSegmentExtractor.handle_block = texts._handle_block

    def work(ids: list[int], codes: tuple[str, ...]) -> None:
        locales = list(Locale.objects.filter(language_code__in=codes))
        with transaction.atomic():
            for page in Page.objects.filter(pk__in=ids).specific():
                if name == "order":
                    translate_object(page, locales)
                else:
                    TranslationSource.objects.get(object_id=page.translation_key).update_from_db()

    return work


def state(ids: list[int]) -> dict[str, float]:
    """Return what stands there of a page, on an average."""
    from wagtail.models import Page
    from wagtail_localize.models import StringSegment, Translation

    keys = list(Page.objects.filter(pk__in=ids).values_list("translation_key", flat=True))
    found = {
        "segments": StringSegment.objects.filter(source__object_id__in=keys),
        "translations": Translation.objects.filter(source__object_id__in=keys, enabled=True),
        "drafts": Page.objects.filter(translation_key__in=keys, locale__language_code=EASY),
    }
    return {name: rows.count() / len(ids) for name, rows in found.items()}


def measure(side: str, number: int) -> dict[str, dict[str, Any]]:
    """Return what each flow takes on one side."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings.production"
    import django

    django.setup()
    from translation.trees import find_problems

    ids = make_pages(number)
    found = {}
    for flow in FLOWS:
        if flow.name == "update":
            change(ids)
        before = len(find_problems())
        work = order if side == "ours" else stock(flow.name)
        codes = tuple(code for code in flow.languages if side == "ours" or code != EASY)
        with counted() as queries:
            clock, cpu = time.monotonic(), time.process_time()
            work(ids, codes)
            taken = time.monotonic() - clock, time.process_time() - cpu
        found[flow.name] = asdict(Result(queries[0], *taken, **state(ids), problems=len(find_problems()) - before))
    return found


def measure_looks(side: str) -> list[dict[str, Any]]:
    """Return what the editor costs, or the matrix."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings.production"
    import django

    django.setup()
    return [asdict(seen) for seen in {"editor": bench_editor, "matrix": bench_matrix}[side].measure()]


def run(side: str, number: int = 0, database: str = "") -> Any:
    """Measure one side in a copy of the portal, in a process of its own; return what it printed.

    Args:
        database: another than the copy's own.
    """
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "var"
        shutil.copytree(os.environ.get("PORTAL_VAR", "var"), copy, ignore=shutil.ignore_patterns("*.lock", "*.alive", "cache"))
        told = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "CACHE_URL")}
        told |= {"PORTAL_VAR": str(copy), **({"DATABASE_URL": database} if database else {})}
        # The portal may be one of an older release.
        subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], env=told, check=True)
        command = [sys.executable, "-m", "tests.tools.bench_translation", "--side", side, "--pages", str(number)]
        output = subprocess.run(command, env=told, check=True, stdout=subprocess.PIPE, text=True).stdout
    return json.loads(output.splitlines()[-1])


def main() -> int:
    """Print the table; return 1 where ours costs too much, does too little, or leaves the tree unsound."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--stock-pages", type=int, default=20)
    parser.add_argument("--side", choices=("ours", "stock", "editor", "matrix"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.side:
        print(json.dumps(measure(asked.side, asked.pages) if asked.side in ("ours", "stock") else measure_looks(asked.side)))
        return 0
    numbers = {"ours": asked.pages, "stock": asked.stock_pages}
    results = {
        side: {name: Result(**values) for name, values in run(side, number).items()} for side, number in numbers.items()
    }  # fmt: skip
    bad: list[str] = []
    print("| flow | side | pages × languages | queries each | seconds | CPU s | ms each |\n|---|---|---|---|---|---|---|")
    for flow in FLOWS:
        for side, number in numbers.items():
            found = results[side][flow.name]
            languages = len(flow.languages) if side == "ours" else len(FOLLOWING)
            each = found.queries / number / languages
            row = f"| {flow.name} | {side} | {number} × {languages} | {each:.1f} | {found.seconds:.1f} | {found.cpu:.1f} |"
            print(f"{row} {1000 * found.seconds / number / languages:.0f} |")
            done = (found.segments, found.translations)
            if done != (flow.segments, flow.translations) or (side == "ours" and (found.drafts < flow.drafts or found.problems)):
                bad.append(f"{flow.name}, {side}: {found}, expected of each page: {flow}")
            if side == "ours" and each > MOST:
                bad.append(f"{flow.name}: {each:.1f} queries a page and language, at most {MOST}")
    bad += show("editor", bench_editor.LOOKS, [Seen(**row) for row in run("editor")])
    given = os.environ.get("DATABASE_URL", "")
    with bench_matrix.copied_database(given) if given.startswith("postgres") else contextlib.nullcontext("") as database:
        rows = [Seen(**row) for row in run("matrix", database=database)]
    bad += show(f"matrix, {bench_matrix.PAGES} pages", bench_matrix.looks(), rows)
    print("\n".join(bad))
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
