"""What the matrix of the desk costs: 5,000 pages in four languages, each in one of the states that there are, with texts, visits, orders.

Called by `tests.tools.bench_translation`, in a copy of a prepared portal: it writes pages and texts. On PostgreSQL the processor's time of
the database is counted too.
"""

from __future__ import annotations

import contextlib
import datetime
import io
import os
import re
import uuid
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from tests.tools.bench_looks import Look, Seen

PAGES, TEXTS, DAYS = 5000, 10, 5
MOST_QUERIES, MOST_MS = 12, 300
TURNS = 3
FOLLOWING, EASY = ("en", "uk", "ar"), "de-simple"
KINDS = ("translated", "translated", "translated", "in_review", "out_of_date", "withdrawn", "in_work", "ordered", "alias", "alias")
"""What the versions of ten pages are, turned by one for each language; a page in five has one in Leichte Sprache."""


def _place(parent: Any, number: int) -> str:
    return str(type(parent)._get_path(parent.path, parent.depth + 1, parent.numchild + number + 1))


def _kind(position: int, language: int) -> str:
    return KINDS[(position + 3 * language) % len(KINDS)]


class _Tables:
    """The rows, written table by table."""

    def __init__(self) -> None:
        from django.contrib.contenttypes.models import ContentType
        from wagtail.models import Locale, Page

        from home.models import ContentPage, OurWorkPage

        self.kind = ContentType.objects.get_for_model(ContentPage)
        self.locales = {locale.language_code: locale for locale in Locale.objects.all()}
        sections = {page.locale.language_code: page for page in OurWorkPage.objects.select_related("locale")}
        self.parents = {code: Page.objects.get(pk=section.pk) for code, section in sections.items()}
        self.now = datetime.datetime(2026, 6, 1, tzinfo=datetime.UTC)

    def page(self, code: str, position: int, key: uuid.UUID, **values: object) -> Any:
        """Return a page that is not written yet."""
        from wagtail.models import Page

        parent, slug = self.parents[code], f"matrix-{position}"
        return Page(
            title=f"Gemessen {position}", draft_title=f"Gemessen {position}", slug=slug, url_path=f"{parent.url_path}{slug}/",
            path=_place(parent, position), depth=parent.depth + 1, content_type=self.kind, locale=self.locales[code], translation_key=key,
            first_published_at=self.now, last_published_at=self.now, **values,
        )  # fmt: skip

    def write_pages(self, number: int) -> tuple[list[Any], list[tuple[int, str, Any]]]:
        """Write the pages and their versions; return both, of a version what it is."""
        from wagtail.models import Page

        from portal.models import PublishedVersion

        sources = [self.page("de", position, uuid.uuid4(), live=True) for position in range(number)]
        Page.objects.bulk_create(sources, batch_size=500)
        versions: list[tuple[int, str, Any]] = []
        for place, code in enumerate((*FOLLOWING, EASY)):
            for position, source in enumerate(sources):
                kind = "translated" if code == EASY else _kind(position, place)
                if code == EASY and position % 5:
                    continue
                is_alias = kind in ("alias", "ordered")
                version = self.page(code, position, source.translation_key, live=kind != "in_work", alias_of=source if is_alias else None)
                versions.append((position, kind, version))
        Page.objects.bulk_create([version for _position, _kind, version in versions], batch_size=500)
        for code, parent in self.parents.items():
            below = Page.objects.filter(path__startswith=parent.path, depth=parent.depth + 1).count()
            Page.objects.filter(pk=parent.pk).update(numchild=below)
            assert Page.objects.filter(locale=self.locales[code], path__startswith=parent.path).exists()
        published = [PublishedVersion(page=source, completed_at=self.now) for source in sources]
        for _position, kind, version in versions:
            if kind in ("translated", "in_review", "out_of_date", "withdrawn"):
                published.append(
                    PublishedVersion(
                        page=version,
                        completed_at=self.now,
                        source_changed_at=self.now if kind == "out_of_date" else None,
                        withdrawn_at=self.now if kind == "withdrawn" else None,
                    )
                )
        PublishedVersion.objects.bulk_create(published, batch_size=500)
        return sources, versions

    def write_texts(self, sources: list[Any], versions: Iterable[tuple[int, str, Any]]) -> None:
        """Write what translators see of them."""
        from wagtail_localize import models

        german, make = self.locales["de"], models.TranslatableObject.objects
        make.bulk_create((models.TranslatableObject(translation_key=one.translation_key, content_type=self.kind) for one in sources), 500)
        handed = models.TranslationSource.objects.bulk_create(
            (
                models.TranslationSource(
                    object_id=one.translation_key, specific_content_type=self.kind, locale=german, object_repr=one.title,
                    content_json="{}", schema_version="", created_at=self.now, last_updated_at=self.now,
                )
                for one in sources
            ),
            batch_size=500,
        )  # fmt: skip
        places = [(position, line) for position in range(len(sources)) for line in range(TEXTS)]
        strings = models.String.objects.bulk_create(
            (models.String(locale=german, data=f"Satz {line} der Seite {position}.", data_hash=uuid.uuid4()) for position, line in places),
            batch_size=2000,
        )
        contexts = models.TranslationContext.objects.bulk_create(
            (
                models.TranslationContext(
                    object_id=sources[position].translation_key, path=f"body.{line}", path_id=uuid.uuid4(), field_path="body"
                )
                for position, line in places
            ),
            batch_size=2000,
        )
        models.StringSegment.objects.bulk_create(
            (
                models.StringSegment(source=handed[position], context=context, string=string, order=line, attrs="{}")
                for (position, line), context, string in zip(places, contexts, strings, strict=True)
            ),
            batch_size=2000,
        )
        ordered = [(position, kind, version) for position, kind, version in versions if kind != "alias"]
        ordered = [one for one in ordered if one[2].locale != self.locales[EASY]]
        models.Translation.objects.bulk_create(
            (models.Translation(source=handed[position], target_locale=version.locale) for position, _kind, version in ordered), 1000
        )
        models.StringTranslation.objects.bulk_create(
            (
                models.StringTranslation(
                    translation_of=strings[position * TEXTS + line], context=contexts[position * TEXTS + line], locale=version.locale,
                    data=f"{line}, {position}", translation_type="manual",
                )
                for position, kind, version in ordered
                for line in range({"ordered": 0, "in_work": TEXTS // 2}.get(kind, TEXTS))
            ),
            batch_size=2000,
        )  # fmt: skip

    def write_rest(self, sources: list[Any], versions: Iterable[tuple[int, str, Any]]) -> None:
        """Write how often they are read in German, and what is on order."""
        from django.contrib.contenttypes.models import ContentType
        from wagtail.models import Page, Workflow, WorkflowState

        from portal.models import FallbackVisits
        from translation.desk.models import Order, OrderItem
        from translation.desk.order_models import Progress

        today = datetime.datetime.now(tz=datetime.UTC).date()
        FallbackVisits.objects.bulk_create(
            (
                FallbackVisits(
                    translation_key=version.translation_key, language=version.locale.language_code,
                    day=today - datetime.timedelta(days=day), number=position % 97 + day,
                )
                for position, kind, version in versions
                if kind != "translated"
                for day in range(DAYS)
            ),
            batch_size=2000,
        )  # fmt: skip
        workflow = Workflow.objects.create(name="Gemessen")
        kinds = {"base_content_type": ContentType.objects.get_for_model(Page), "content_type": self.kind}
        WorkflowState.objects.bulk_create(
            (
                # What is translated was approved once.
                WorkflowState(
                    workflow=workflow,
                    object_id=str(version.pk),
                    status="in_progress" if kind == "in_review" else "approved",
                    **kinds,
                )
                for _position, kind, version in versions
                if kind in ("in_review", "translated", "out_of_date")
            ),
            batch_size=1000,
        )
        order = Order.objects.create(due_on=today)
        OrderItem.objects.bulk_create(
            (
                OrderItem(order=order, page=sources[position], locale=version.locale, progress=Progress.OPEN)
                for position, kind, version in versions
                if kind == "ordered"
            ),
            batch_size=1000,
        )


def write(number: int) -> None:
    """Write so many pages with their versions, and let the database know of them."""
    from django.db import connection, transaction

    with transaction.atomic():
        tables = _Tables()
        sources, versions = tables.write_pages(number)
        tables.write_texts(sources, versions)
        tables.write_rest(sources, versions)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def looks() -> tuple[Look, ...]:
    """Return what is looked at; a spreadsheet is a file of all rows, and takes its time."""
    limits = {"most_queries": MOST_QUERIES, "most_ms": MOST_MS}
    return (
        Look("first page", "what is to be done is looked for", "", 50, **limits),
        Look("by demand", "what is read in German most often comes first", "?ordering=-demand", 50, **limits),
        Look("last page", "somebody reads all", f"?p={PAGES // 50}", 50, **limits),
        Look("out of date in Ukrainian", "a translator looks for what was changed", "?language=uk&state=out_of_date", 50, **limits),
        Look("not translated", "an editor looks for what to order", "?state=alias", 50, **limits),
        Look("ordered", "somebody looks for what nobody has begun", "?state=ordered", 50, **limits),
        Look("in work", "somebody looks for what was begun", "?state=in_work", 50, **limits),
        # Of a translator whose language follows the German tree nothing is.
        Look("missing anywhere", "an editor looks for what to begin", "?state=missing", 0, **limits),
        Look("search", "a page is looked for by its title", "?q=Gemessen+499", 11, **limits),
        Look("spreadsheet", "all of it is taken along", "?export=xlsx", PAGES, MOST_QUERIES),
    )


def _work(content: bytes) -> int:
    """Return how many rows stand in an answer."""
    if not content.startswith(b"PK"):
        return len(re.findall(rb'href="/admin/translations/(?:\d+|snippets/\d+/\d+)/"', content))
    from openpyxl import load_workbook

    return sum(1 for _row in load_workbook(io.BytesIO(content), read_only=True).active.rows) - 1


def _queries(client: Any, address: str) -> int:
    from tests.tools.bench_translation import counted

    client.get(address)
    with counted() as queries:
        client.get(address)
    return queries[0]


def measure() -> list[Seen]:
    """Return what each look takes, for an administrator, an editor, and a translator who sees one language.

    Queries are those beside session, user, rights and menu, which every screen of the admin asks for.
    """
    from django.contrib.auth import get_user_model
    from django.contrib.auth.models import Group
    from django.core.management import call_command
    from django.test import Client
    from django.urls import reverse

    from tests.tools.bench_search.measures import Clock
    from tests.tools.bench_translation import counted
    from translation.roles import EDITORS, other_roles

    call_command("set_up", verbosity=0)
    write(PAGES)
    users = get_user_model().objects
    people = {"an administrator": users.create_superuser("bench-matrix")}
    ukrainian = next(role.group for language, role in other_roles().items() if language.code == "uk")
    for name, group in (("an editor", EDITORS), ("a translator", ukrainian)):
        people[name] = users.create_user(f"bench-{group}")
        people[name].groups.add(Group.objects.get(name=group))
    found = []
    for name, person in people.items():
        client = Client(SERVER_NAME="localhost")
        client.force_login(person)
        beside = _queries(client, reverse("wagtailadmin_home") + "help/")
        for look in looks():
            address, taken = f"{reverse('translation_desk')}{look.entry}", []
            client.get(address)
            for _turn in range(TURNS):
                clock = Clock()
                with counted() as queries:
                    answer = client.get(address)
                    content = answer.getvalue()
                taken.append(clock.parts())
            if answer.status_code != 200:
                raise SystemExit(f"{address}: {answer.status_code}")
            python, database = min(taken, key=sum)
            found.append(Seen(look.name, name, queries[0] - beside, 1000 * python, 1000 * database, _work(content)))
    return found


@contextlib.contextmanager
def copied_database(address: str) -> Iterator[str]:
    """Copy a database on PostgreSQL, yield the copy's address, and remove it. Parallel workers' time nobody would count."""
    import psycopg

    given = urlsplit(address)
    name = f"{given.path[1:]}_matrix_{os.getpid()}"
    with psycopg.connect(urlunsplit(given._replace(path="/postgres")), autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{given.path[1:]}"')
        try:
            options = quote("-c max_parallel_workers_per_gather=0 -c synchronous_commit=off")
            yield urlunsplit(given._replace(path=f"/{name}", query=f"options={options}"))
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
