"""Whatever editors do, in whatever order: rows, menus, site maps, filters and search are what they would be if all were built anew."""

from __future__ import annotations

import datetime
import random
import re
from collections.abc import Iterable

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import transaction
from django.db.models import Count
from django.http import QueryDict
from django.test import Client
from django.utils import timezone
from wagtail.models import Page, Revision, Site

from news.models import NewsIndexPage, NewsPage
from portal import changes, navigation
from portal.listing import lists, rows
from portal.models import ListRow, Topic
from portal.navigation.reading import reading
from portal.pages import restrictions, versions
from search import indexing
from search.models import Document, Posting, Term
from tests.builders import (
    add,
    let_pass,
    make_content_page,
    make_home,
    make_news,
    make_news_index,
    make_section,
    make_topic,
    publish,
    translate,
)

pytestmark = pytest.mark.django_db(transaction=True)

CODES = ("de", "en", "ar")
STEPS = 16


# --- what follows from changes, as it is kept and as it is built anew ---------------------------------------------------


def listed() -> list[tuple[object, ...]]:
    """Return all rows of lists with their terms, without ids of their own."""
    columns = [field.attname for field in ListRow._meta.concrete_fields if field.name != "id"]
    return [
        (*(getattr(row, name) for name in columns), *sorted((term.name, term.value) for term in row.terms.all()))
        for row in ListRow.objects.prefetch_related("terms").order_by("page_id", "index_key")
    ]


def listed_anew() -> list[tuple[object, ...]]:
    """Return the same of rows that are made anew; nothing of it stays."""
    with transaction.atomic():
        ListRow.objects.all().delete()
        rows.rebuild()
        found = listed()
        transaction.set_rollback(True)
    return found


def searched_anew() -> dict[int, str]:
    """Return what the search would hold of each page."""
    real = list(versions.real(Page.objects.all()).select_related("content_type"))
    return {item.document.page_id: item.document.digest for item in indexing._analysed(indexing._specific(real))}


def miscounted() -> list[tuple[str, int, int]]:
    """Return the terms of the search that count other documents than they have."""
    counted = dict(Posting.objects.order_by().values_list("term_id").annotate(number=Count("document_id")))
    terms = Term.objects.values_list("pk", "term", "documents")
    return [(term, number, counted.get(pk, 0)) for pk, term, number in terms if number != counted.get(pk, 0)]


def kept() -> dict[str, object]:
    """Return what is kept for visitors, in three languages."""
    found: dict[str, object] = {"restrictions": restrictions.restricted_paths(), "homes": navigation.homes()}
    opened = Page.objects.filter(depth__gt=2, numchild__gt=0, locale__language_code="de").order_by("path")
    for code in CODES:
        with reading(code):
            found |= {f"{code} menu": navigation.menu(), f"{code} site map": navigation.site_map()}
            for page in opened:
                found[f"{code} site map below {page}"] = navigation.site_map(QueryDict(f"below={page.pk}"))
        found[f"{code} documents"] = indexing.statistics(code)
    for index in NewsIndexPage.objects.select_related("locale"):
        values = {name: sorted(known) for name, known in lists.values(index, NewsPage).items()}
        found[f"list {index.pk}"] = (values, lists.whole(index, NewsPage).count())
    return found


def check(done: list[str]) -> None:
    """Compare what stands with what is built anew, and lists with the tree."""
    changes.settle()
    stands = kept()
    assert listed() == listed_anew(), done
    assert dict(Document.objects.values_list("page_id", "digest")) == searched_anew(), done
    assert miscounted() == [], done
    for index in NewsIndexPage.objects.select_related("locale"):
        real = versions.real(NewsPage.objects.descendant_of(index).filter(locale=index.locale))
        assert sorted(lists.of_index(index).values_list("page_id", flat=True)) == sorted(real.values_list("pk", flat=True)), done
    changes.announce(changes.EVERYTHING)
    anew = kept()
    assert {name: value for name, value in stands.items() if value != anew[name]} == {}, done


def addresses(nodes: Iterable[object]) -> set[str]:
    """Return the addresses in menus and site maps."""
    found: set[str] = set()
    for node in nodes:
        found |= {node.address, *addresses(getattr(node, "children", ())), *addresses(getattr(node, "links", ()))}
    return found


def check_addresses(client: Client, done: list[str]) -> None:
    """Ask as a visitor for all that menus, site maps, feeds and sitemaps name."""
    for code in CODES:
        with reading(code):
            named = addresses(navigation.menu()) | addresses(navigation.site_map())
        for path in (f"/{code}/feed.rss", f"/{code}/feed.atom", f"/sitemap-{code}.xml"):
            if (response := client.get(path)).status_code == 200:
                found = re.findall(r"http://testserver(/[^<\"?#&]*/)(?=[<\"])", response.text)
                named |= {url for url in found if url.startswith(f"/{code}/")}
        assert [(path, status) for path in sorted(named) if (status := client.get(path).status_code) != 200] == [], done


# --- somebody in a hurry ---------------------------------------------------------------------------------------------------


class Editor:
    """Does something, on some page: in the admin where a form of a few fields does it, else by the ways that its views go."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311
        self.client = Client()
        self.client.force_login(User.objects.create_superuser("admin"))
        self.number = 0

    def act(self) -> str:
        """Do one thing and return what it was; what the admin refuses is refused."""
        name = self.random.choice(sorted(name for name in vars(Editor) if name.startswith("do_")))
        getattr(self, name)()
        return name

    def _title(self, word: str) -> str:
        self.number += 1
        return f"{word} {self.number}"

    def _any(self, **conditions: object) -> Page:
        """Return any page below a home page; where all are gone, a new section."""
        pages = list(Page.objects.filter(**{"depth__gt": 2, **conditions}).order_by("path"))
        return self.random.choice(pages).specific if pages else make_section(Site.objects.get().root_page.specific, self._title("Bereich"))

    def _german(self, **conditions: object) -> Page:
        return self._any(locale__language_code="de", **conditions)

    def _post(self, address: str, **data: object) -> None:
        ticked = {name: "on" for name in data.pop("maybe", ()) if self.random.random() < 0.5}
        assert self.client.post(f"/admin/{address}", {**data, **ticked}).status_code in (200, 302, 403), address

    def do_create_news(self) -> None:
        if index := NewsIndexPage.objects.filter(locale__language_code="de").order_by("path").first():
            topics = self.random.sample(list(Topic.objects.filter(locale__language_code="de").order_by("pk")), k=1)
            date = datetime.date(self.random.choice([2023, 2024]), 1, self.random.randint(1, 28))
            make_news(index, self._title("Meldung"), live=self.random.random() < 0.8, date=date, topics=topics)

    def do_create_page(self) -> None:
        parent = self._german(content_type__model__in=["contentpage", "ourworkpage"])
        make_content_page(parent, self._title("Seite"), show_in_menus=self.random.random() < 0.5)

    def do_edit(self) -> None:
        page = self._german().get_latest_revision_as_object()
        page.title = self._title("Neu")
        if isinstance(page, NewsPage):
            page.date += datetime.timedelta(days=self.random.randint(-400, 400))
            page.kind = self.random.choice(["news", "story"])
        revision = page.save_revision()
        if self.random.random() < 0.7:
            revision.publish()

    def do_rename(self) -> None:
        page = self._german(live=True)
        page.slug += "-x"
        publish(page)

    def do_translate(self) -> None:
        translate(self._german(live=True), self.random.choice(["en", "ar"]), leave_out=self.random.choice([0, 0, 1]))

    def do_take_translation_back(self) -> None:
        page = self._any(alias_of=None, locale__language_code__in=["en", "ar"])
        if page.locale.language_code != "de":
            self.client.post(f"/admin/localize/page/{page.pk}/convert_to_alias/")

    def do_move(self) -> None:
        page = self._any(alias_of=None)
        parents = Page.objects.filter(locale_id=page.locale_id, depth__gt=1).exclude(path__startswith=page.path).order_by("path")
        parent = self.random.choice([parent for parent in parents if page.can_move_to(parent.specific)] or [page.get_parent()])
        self._post(f"pages/{page.pk}/move/{parent.pk}/confirm/")

    def do_reorder(self) -> None:
        page = self._german()
        self._post(f"pages/{page.pk}/set_position/?position=0")

    def do_copy(self) -> None:
        page = self._german()
        data = {"new_title": self._title("Kopie"), "new_slug": f"kopie-{self.number}", "new_parent_page": page.get_parent().pk}
        self._post(f"pages/{page.pk}/copy/", maybe=("copy_subpages", "publish_copies", "alias"), **data)

    def do_copy_home_or_begin_there(self) -> None:
        homes = Page.objects.filter(depth=2, locale__language_code="de").order_by("path")
        if len(homes) == 1:
            homes[0].specific.copy(recursive=True, to=Page.get_first_root_node(), update_attrs={"slug": "zweite", "title": "Zweite"})
        else:
            site = Site.objects.get()
            site.root_page = next(home for home in homes if home.pk != site.root_page_id)
            site.save()

    def do_unpublish(self) -> None:
        self._post(f"pages/{self._any(live=True, alias_of=None).pk}/unpublish/", maybe=("include_descendants",))

    def do_delete(self) -> None:
        self._post(f"pages/{self._any().pk}/delete/")

    def do_delete_by_code(self) -> None:
        self._any(depth__gt=3).delete()

    def do_several(self) -> None:
        ids = [f"id={page.pk}" for page in self._german().get_siblings().order_by("path")[:3]]
        action = self.random.choice(["publish", "unpublish", "delete"])
        self._post(f"bulk/wagtailcore/page/{action}/?{'&'.join(ids)}", maybe=("include_descendants",))

    def do_privacy(self) -> None:
        self._post(f"pages/{self._any().pk}/privacy/", restriction_type=self.random.choice(["login", "none"]), password="")

    def do_restore(self) -> None:
        revision = self.random.choice(list(Revision.page_revisions.order_by("pk")))
        if Page.objects.filter(pk=revision.object_id, alias_of=None).exists():
            # Its short name may be another page's by now.
            try:
                revision.publish()
            except ValidationError:
                return

    def do_schedule(self) -> None:
        page = self._german().get_latest_revision_as_object()
        setattr(page, self.random.choice(["go_live_at", "expire_at"]), timezone.now() + datetime.timedelta(hours=1))
        page.save_revision().publish()

    def do_let_time_pass(self) -> None:
        let_pass(hours=2)
        call_command("publish_scheduled", verbosity=0)

    def do_delete_topic(self) -> None:
        make_topic(self._title("Thema"))
        Topic.objects.filter(locale__language_code="de").order_by("pk").first().delete()

    def do_rename_topic(self) -> None:
        topic = Topic.objects.filter(locale__language_code="de").order_by("pk").first()
        topic.slug += "-x"
        topic.save()


@pytest.mark.parametrize("seed", range(2))
def test_any_sequence_of_actions(client: Client, seed: int) -> None:
    home = make_home()
    section = make_section(home)
    make_content_page(section, "A", show_in_menus=True)
    index = make_news_index(home)
    make_news(add(home, NewsIndexPage(title="Archiv")), "Alt")
    topics = [make_topic("Schutz"), make_topic("Asyl")]
    for number in range(3):
        make_news(index, f"Meldung {number}", topics=topics[:number])
    translate(NewsPage.objects.get(title="Meldung 2"), "en")
    editor, done = Editor(seed), []
    check(done)
    for _step in range(STEPS):
        done.append(editor.act())
        check(done)
    check_addresses(client, done)
