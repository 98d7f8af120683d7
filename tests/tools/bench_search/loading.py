"""Real pages, many at once: the rows that publishing would leave, without what takes long about it (revisions, references)."""

from __future__ import annotations

import datetime
import html
import json
import sys
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection, models, transaction
from django.db.models.sql import InsertQuery
from django.utils import timezone
from wagtail.models import Locale, Page, Site

from home.models import ContentPage, HomePage
from news.models import NewsIndexPage, NewsPage
from portal.language.locales import set_up_locales
from portal.models import BasePage, PublishedVersion, Region
from tests import builders

BATCH = 500


@dataclass
class Text:
    """What a page says; with a `date` it is news. `topics` and `regions` are numbers of those that `Tree` makes."""

    title: str
    paragraphs: list[str]
    date: str = ""
    topics: list[int] = field(default_factory=list)
    regions: list[int] = field(default_factory=list)


def say(message: str) -> None:
    """Tell how far the work is."""
    print(f"  {message}", file=sys.stderr, flush=True)


def migrate() -> None:
    """Make the tables, and leave one closed file behind on SQLite."""
    call_command("migrate", verbosity=0)
    if connection.vendor == "sqlite":
        connection.cursor().execute("PRAGMA journal_mode=DELETE")


def analyze() -> None:
    """Let the database look at what it holds, as it does by itself before long."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


class Tree:
    """A site with a home page in each of some languages, and two parents in each that many pages stand below."""

    def __init__(self, languages: Iterable[str], with_terms: bool = False) -> None:
        locales = set_up_locales()
        root = Page.get_first_root_node()
        self.parents: dict[tuple[str, type[BasePage]], BasePage] = {}
        self._number = 0
        key = uuid.uuid4()
        for code in languages:
            home = HomePage(
                locale=locales[code], title="Portal", slug=f"home-{code}", hero_title="Portal", hero_text="Portal", translation_key=key
            )
            home = builders.add(root, home)
            if code == "de":
                Site.objects.update_or_create(
                    is_default_site=True, defaults={"hostname": "testserver", "port": 80, "root_page": home, "site_name": "Portal"}
                )
            for model in (ContentPage, NewsPage):
                parent = (ContentPage if model is ContentPage else NewsIndexPage)(title=model.__name__, locale=locales[code])
                self.parents[code, model] = builders.add(home, parent)
        self.topics = [builders.make_topic(f"Thema {number}", slug=f"thema-{number}") for number in range(10 * with_terms)]
        self.regions = [
            Region.objects.create(name=f"Region {number}", slug=f"region-{number}", locale=Locale.objects.get(language_code="de"))
            for number in range(6 * with_terms)
        ]

    def add(self, language: str, texts: Iterable[Text]) -> list[int]:
        """Publish pages in a language and return their ids in the order of the texts."""
        ids: list[int] = []
        batch: list[Text] = []
        for text in texts:
            batch.append(text)
            if len(batch) == BATCH:
                ids += self._add(language, batch)
                batch = []
        return ids + (self._add(language, batch) if batch else [])

    @transaction.atomic
    def _add(self, language: str, texts: list[Text]) -> list[int]:
        pages = [self._page(language, text) for text in texts]
        # Rows of the base table first: their ids are those of the others.
        bases = [Page(**{f.attname: getattr(page, f.attname) for f in Page._meta.concrete_fields}) for page in pages]
        Page.objects.bulk_create(bases)
        by_model: dict[type[BasePage], list[BasePage]] = {}
        for page, base in zip(pages, bases, strict=True):
            page.pk = page.page_ptr_id = base.pk
            by_model.setdefault(type(page), []).append(page)
        for model, group in by_model.items():
            fields = model._meta.local_concrete_fields
            for start in range(0, len(group), 100):
                query = InsertQuery(model)
                query.insert_values(fields, group[start : start + 100])
                query.get_compiler(connection=connection).execute_sql()
            parent = self.parents[language, model]
            parent.numchild += len(group)
            Page.objects.filter(pk=parent.pk).update(numchild=parent.numchild)
            for name, terms in (("topics", self.topics), ("regions", self.regions)):
                of_model = [(page, text) for page, text in zip(pages, texts, strict=True) if type(page) is model]
                self._link(model, name, [(page.pk, terms[number].pk) for page, text in of_model for number in getattr(text, name)])
        now = timezone.now()
        PublishedVersion.objects.bulk_create(PublishedVersion(page_id=base.pk, completed_at=now) for base in bases)
        return [base.pk for base in bases]

    @staticmethod
    def _link(model: type[BasePage], name: str, pairs: list[tuple[int, int]]) -> None:
        through: type[models.Model] = getattr(model, name).through
        target = model._meta.get_field(name)
        own, other = target.m2m_column_name(), target.m2m_reverse_name()
        through.objects.bulk_create(through(**{own: page, other: term}) for page, term in pairs)

    def _page(self, language: str, text: Text) -> BasePage:
        model: type[BasePage] = NewsPage if text.date else ContentPage
        parent = self.parents[language, model]
        self._number += 1
        slug = f"{'n' if text.date else 's'}{self._number}"
        now = timezone.now()
        body = "".join(f"<p>{html.escape(paragraph)}</p>" for paragraph in text.paragraphs)
        values: dict[str, object] = {"date": datetime.date.fromisoformat(text.date), "lead": ""} if text.date else {}
        number = int(parent.__dict__.setdefault("_children", parent.numchild)) + 1
        parent._children = number
        return model(
            title=text.title, draft_title=text.title, slug=slug, url_path=f"{parent.url_path}{slug}/",
            path=model._get_path(parent.path, parent.depth + 1, number), depth=parent.depth + 1, numchild=0,
            locale_id=parent.locale_id, translation_key=uuid.uuid4(), content_type=ContentType.objects.get_for_model(model),
            live=True, has_unpublished_changes=False, first_published_at=now, last_published_at=now, show_in_menus=False,
            body=json.dumps([{"type": "text", "id": str(uuid.uuid4()), "value": body}]), **values,
        )  # fmt: skip
