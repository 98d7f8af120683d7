"""Puts many news items into a portal on PostgreSQL, in German and in English, to see what grows with them.

    python -m tests.tools.load_pages 100000 [--texts 1000]

The portal is that of `DATABASE_URL` and `PORTAL_VAR`, prepared already; what is loaded is not meant to go away again. At most 1,000
items are written as the initial content is, in both languages: their sentences come from the pages that there are, and they are analysed
and indexed. All others are copies of these in every table (page, revision, history, references, rows of lists, both indexes of the
search), made by the database itself, each with an address, a translation key and a place in the tree of its own. They are written by
hand: no translation of wagtail-localize stands behind them.
"""

from __future__ import annotations

import argparse
import datetime
import os
import random
import sys
import uuid
from collections.abc import Callable
from html import escape
from typing import Any

TEXTS = 1000
"""So many items are analysed, unless `--texts` says otherwise; the others are copies."""
LANGUAGES = ("de", "en")
PARAGRAPHS, SENTENCES = 4, 4
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
TABLES = (
    "wagtailcore_page", "news_newspage", "news_newspage_topics", "wagtailcore_revision", "wagtailcore_pagelogentry",
    "portal_publishedversion", "portal_listrow", "portal_listterm", "wagtailcore_referenceindex", "wagtailsearch_indexentry",
    "search_document", "search_posting", "search_facetvalue", "search_titlestart",
)  # fmt: skip
"""What is copied."""
_COLUMNS = "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND table_schema = 'public' ORDER BY ordinal_position"


def sentences(language: str) -> list[str]:
    """Return what the pages of a language say, sentence by sentence."""
    from search.models import Document

    texts = Document.objects.filter(language=language).order_by("pk").values_list("text", flat=True)
    return [found for text in texts for line in text.splitlines() for found in line.split(". ") if len(found.split()) > 4]


def _values(chance: random.Random, known: list[str], topics: list[Any]) -> dict[str, Any]:
    """Return what an item says."""
    chosen = chance.sample(known, PARAGRAPHS * SENTENCES)
    paragraphs = [escape(". ".join(chosen[start::PARAGRAPHS])) for start in range(PARAGRAPHS)]
    body = [{"type": "text", "id": str(uuid.UUID(int=chance.getrandbits(128))), "value": f"<p>{text}.</p>"} for text in paragraphs]
    title = " ".join(chance.choice(known).split()[:8])[:100]
    return {"title": title, "lead": chosen[0][:200], "body": body, "topics": chance.sample(topics, 2)}


def write_texts(number: int) -> None:
    """Write items with all that follows from their publication, `number` in each language."""
    from django.db import transaction
    from wagtail.models import Locale

    from news.models import NewsIndexPage, NewsPage
    from portal.models import Topic
    from portal.records.indexing import indexed_together
    from portal.records.new_pages import NewPages

    chance = random.Random(number)  # noqa: S311
    locales = {locale.language_code: locale for locale in Locale.objects.filter(language_code__in=LANGUAGES)}
    indexes = {code: NewsIndexPage.objects.get(locale=locale) for code, locale in locales.items()}
    known = {code: sentences(code) for code in LANGUAGES}
    topics = list(Topic.objects.filter(locale=locales["de"]))
    today = datetime.date(2026, 1, 1)
    with transaction.atomic(), indexed_together():
        pages = NewPages()
        for position in range(number):
            date, key = today - datetime.timedelta(days=chance.randrange(7000)), uuid.UUID(int=chance.getrandbits(128), version=4)
            source: NewsPage | None = None
            for code in LANGUAGES:
                page = NewsPage(locale=locales[code], slug=f"geladen-{position}", date=date, translation_key=key)
                said = _values(chance, known[code], topics)
                page.topics = said.pop("topics")
                page.title, page.lead = said["title"], said["lead"]
                page.body = NewsPage._meta.get_field("body").to_python(said["body"])
                if source is None:
                    pages.insert(page, indexes[code])
                    pages.write(page, publish=True)
                    source = page
                else:
                    pages.insert_translation(page, source, indexes[code])
        pages.publish()


class Copies:
    """Copies of the items that were written, in all tables."""

    def __init__(self, cursor: Any, number: int, written: int) -> None:
        self.cursor = cursor
        # Enough for the sorts of an index and for what is joined here; until the end of the transaction.
        self.execute("SET LOCAL maintenance_work_mem = '512MB'; SET LOCAL work_mem = '128MB'")
        self.execute(
            "CREATE TEMP TABLE written AS SELECT p.id, p.locale_id, p.latest_revision_id AS revision, r.id AS row,"
            " substring(p.slug from 9)::int AS place FROM wagtailcore_page p JOIN portal_listrow r ON r.page_id = p.id"
            " WHERE p.slug ~ '^geladen-[0-9]+$'"
        )
        self.page, self.revision, self.row = (
            self.one(f"SELECT max(id) FROM {table}") for table in ("wagtailcore_page", "wagtailcore_revision", "portal_listrow")  # noqa: S608
        )
        # Each stands below the index of its language, behind all that were there.
        letters = " || ".join(f"substr('{_ALPHABET}', (n / {36**power}) %% 36 + 1, 1)" for power in (3, 2, 1, 0))
        letter = f"strpos('{_ALPHABET}', substr(max(path), length(max(path)) - {{}}, 1)) - 1"
        last = " + ".join(f"({letter.format(power)}) * {36**power}" for power in range(4))
        self.execute(
            f"CREATE TEMP TABLE copies AS SELECT id, number, number + {self.page} AS page, number + {self.revision} AS revision,"  # noqa: S608
            f" number + {self.row} AS row, parent, parent || {letters} AS path, slug, url_path || slug || '/' AS url_path, key FROM ("
            " SELECT c.*, c.below + l.last AS n, p.path AS parent, t.slug || '-' || c.round AS slug, p.url_path,"
            " md5(t.translation_key::text || c.round)::uuid AS key FROM"
            " (SELECT w.id, w.locale_id, c.round, row_number() OVER (ORDER BY c.round, w.place, w.locale_id)::int AS number,"
            " row_number() OVER (PARTITION BY w.locale_id ORDER BY c.round, w.place)::int AS below"
            " FROM written w CROSS JOIN generate_series(1, %s) c(round) WHERE (c.round - 1) * %s + w.place < %s) c"
            " JOIN wagtailcore_page t ON t.id = c.id"
            f" JOIN (SELECT left(path, -4) AS parent, {last} AS last FROM wagtailcore_page WHERE depth = 4 GROUP BY 1) l"
            " ON l.parent = left(t.path, -4) JOIN wagtailcore_page p ON p.path = l.parent) found ORDER BY number",
            [-(-number // written), written, number],
        )
        self.execute("ANALYZE copies")

    def execute(self, sql: str, values: list[object] | None = None) -> None:
        """Run a statement."""
        self.cursor.execute(sql, values)

    def all(self, sql: str, values: list[object] | None = None) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        self.cursor.execute(sql, values)
        return self.cursor.fetchall()

    def one(self, sql: str, values: list[object] | None = None) -> Any:
        """Return the one value of a query."""
        return self.all(sql, values)[0][0]

    def drop_indexes(self) -> list[str]:
        """Drop the indexes, unique keys and foreign keys of the tables, and return the statements that make them again.

        An index that is made of a full table is sorted once, and a foreign key is looked at in one join. A key that another table
        refers to stays.
        """
        named: list[object] = [list(TABLES)]
        constraints = self.all(
            "SELECT c.conrelid::regclass::text, quote_ident(c.conname), pg_get_constraintdef(c.oid) FROM pg_constraint c"
            " WHERE c.conrelid::regclass::text = ANY(%s) AND (c.contype = 'f' OR c.contype IN ('p', 'u')"
            " AND NOT EXISTS (SELECT FROM pg_constraint r WHERE r.contype = 'f' AND r.conindid = c.conindid))"
            " ORDER BY c.contype = 'f', c.conname",
            named,
        )
        for foreign in (True, False):
            for table, name, definition in constraints:
                if definition.startswith("FOREIGN KEY") is foreign:
                    self.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        indexes = self.all(
            "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i WHERE i.indrelid::regclass::text = ANY(%s)"
            " AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)",
            named,
        )
        for name, _definition in indexes:
            self.execute(f"DROP INDEX {name}")
        keys = [(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}", definition) for table, name, definition in constraints]
        return [
            *(statement for statement, definition in keys if not definition.startswith("FOREIGN KEY")),
            *(definition for _name, definition in indexes),
            *(statement for statement, definition in keys if definition.startswith("FOREIGN KEY")),
        ]

    def copy(self, table: str, join: str, changed: dict[str, str]) -> None:
        """Copy the rows of a table (`t`) that belong to a page (`w`) of `written`, once for each of its `copies` (`c`).

        `changed` says by column what is another than before. The key that a table counts by itself is left to it, unless `changed`
        says it.
        """
        columns = [name for (name,) in self.all(_COLUMNS, [table]) if name != "id" or "id" in changed]
        chosen = ", ".join(changed.get(name, f't."{name}"') for name in columns)
        names = ", ".join(f'"{name}"' for name in columns)
        self.execute(f"CREATE TEMP TABLE original AS SELECT w.id AS of_written, t.* FROM {table} t JOIN written w ON {join}")  # noqa: S608
        self.execute("CREATE INDEX ON original (of_written); ANALYZE original")
        # Page by page, in their order, and nothing is sorted: nothing is moved across an OFFSET.
        self.execute(
            f"INSERT INTO {table} ({names}) SELECT {chosen} FROM (SELECT * FROM copies ORDER BY number) c"  # noqa: S608
            " CROSS JOIN LATERAL (SELECT * FROM original WHERE of_written = c.id OFFSET 0) t"
        )
        self.execute("DROP TABLE original")

    def pages(self) -> None:
        """Copy the pages with their revisions and their history."""
        values = {name: f"c.{name}" for name in ("path", "slug", "url_path")} | {"translation_key": "c.key"}
        revisions = {"latest_revision_id": "c.revision", "live_revision_id": "c.revision"}
        self.copy("wagtailcore_page", "t.id = w.id", values | revisions | {"id": "c.page"})
        self.copy("news_newspage", "t.page_ptr_id = w.id", {"page_ptr_id": "c.page"})
        self.copy("news_newspage_topics", "t.newspage_id = w.id", {"newspage_id": "c.page"})
        content = ", ".join(f"'{name}', {value}" for name, value in ({"pk": "c.page"} | values).items())
        said = {"id": "c.revision", "object_id": "c.page::text", "content": f"t.content || jsonb_build_object({content})"}
        self.copy("wagtailcore_revision", "t.id = w.revision", said)
        logged = "CASE WHEN t.revision_id IS NOT NULL THEN c.revision END"
        self.copy("wagtailcore_pagelogentry", "t.page_id = w.id", {"page_id": "c.page", "revision_id": logged})
        self.execute(
            "UPDATE wagtailcore_page p SET numchild = p.numchild + m.number FROM"
            " (SELECT parent, count(*) AS number FROM copies GROUP BY 1) m WHERE p.path = m.parent"
        )

    def lists(self) -> None:
        """Copy what is kept about pages: versions, rows of lists, references."""
        self.copy("portal_publishedversion", "t.page_id = w.id", {"page_id": "c.page"})
        self.copy("portal_listrow", "t.id = w.row", {"id": "c.row", "page_id": "c.page"})
        self.copy("portal_listterm", "t.row_id = w.row", {"row_id": "c.row"})
        kind = self.one("SELECT id FROM django_content_type WHERE app_label = 'wagtailcore' AND model = 'page'")
        of_page = {"object_id": "c.page::text"}
        self.copy("wagtailcore_referenceindex", f"t.base_content_type_id = {kind} AND t.object_id = w.id::text", of_page)

    def search(self) -> None:
        """Copy the rows of both indexes of the search."""
        types = "SELECT id FROM django_content_type WHERE (app_label, model) IN (('wagtailcore', 'page'), ('news', 'newspage'))"
        of_page = {"object_id": "c.page::text"}
        self.copy("wagtailsearch_indexentry", f"t.content_type_id IN ({types}) AND t.object_id = w.id::text", of_page)
        self.execute(
            "UPDATE search_term t SET documents = t.documents + m.number FROM (SELECT p.term_id, sum(w.number)::int AS number"
            " FROM search_posting p JOIN (SELECT id, count(*) AS number FROM copies GROUP BY id) w ON w.id = p.document_id GROUP BY 1) m"
            " WHERE t.id = m.term_id"
        )
        self.copy("search_document", "t.page_id = w.id", {"page_id": "c.page"})
        for table in ("search_posting", "search_facetvalue", "search_titlestart"):
            self.copy(table, "t.document_id = w.id", {"document_id": "c.page"})

    def finish(self) -> None:
        """Let the tables count on behind what was copied."""
        for table in ("wagtailcore_page", "wagtailcore_revision", "portal_listrow"):
            self.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")  # noqa: S608


def load(number: int, texts: int, say: Callable[[str], None]) -> dict[str, tuple[float, float, float]]:
    """Load `number` items in each of the two languages; return what each part took: seconds of the clock, CPU of Python, of PostgreSQL."""
    from django.db import connection, transaction

    from portal import changes
    from tests.tools.bench_search.measures import Clock

    # One process of the server for all: its CPU is read.
    connection.close()
    connection.settings_dict["CONN_MAX_AGE"] = None
    seconds: dict[str, tuple[float, float, float]] = {}
    clock = Clock()

    def timed(name: str, work: Callable[[], object]) -> None:
        say(f"{name} …")
        clock.start()
        work()
        seconds[name] = (clock.stop()[0], *clock.parts())

    written = min(number, texts)
    timed(f"{written} × {len(LANGUAGES)} items written and analysed", lambda: write_texts(written))
    if number > written:
        with transaction.atomic(), connection.cursor() as cursor:
            copies = Copies(cursor, number - written, written)
            again = copies.drop_indexes()
            timed(f"{number - written} × {len(LANGUAGES)} pages copied", copies.pages)
            timed("rows of lists, references copied", copies.lists)
            timed("rows of the search copied", copies.search)
            copies.finish()
            timed("indexes and foreign keys made", lambda: [cursor.execute(statement) for statement in again])
            changes.announce(changes.EVERYTHING)
    with connection.cursor() as cursor:
        timed("VACUUM ANALYZE", lambda: cursor.execute("VACUUM ANALYZE"))
    return seconds


def main() -> None:
    """Load and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("number", type=int, help="items in each language")
    parser.add_argument("--texts", type=int, default=TEXTS, help="so many of them are written and analysed")
    arguments = parser.parse_args()
    number = arguments.number
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.production")
    import django

    django.setup()
    from django.db import connection

    from portal import changes

    if connection.vendor != "postgresql":
        sys.exit("Only on PostgreSQL: DATABASE_URL=postgres://… names the database.")
    seconds = load(number, arguments.texts, lambda line: print(line, file=sys.stderr, flush=True))
    changes.settle()
    print("| part | s | CPU of Python | of PostgreSQL |\n|---|---|---|---|")
    for name, values in seconds.items():
        print(f"| {name} | {' | '.join(f'{value:.1f}' for value in values)} |")
    sums = " | ".join(f"{sum(values):.1f}" for values in zip(*seconds.values(), strict=True))
    print(f"| **{number} × {len(LANGUAGES)} pages** | {sums} |")


if __name__ == "__main__":
    main()
