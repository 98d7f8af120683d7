"""Rows of lists: the same whichever way they come about, and read from an index of the database alone."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable

import pytest
from django.core.checks import CheckMessage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Locale, Page

from home.models import HomePage, OurWorkPage
from news.models import NewsIndexPage, NewsPage
from portal.listing import lists, rows
from portal.listing.checks import check_listings, check_sections
from portal.listing.declarations import When, listings
from portal.models import ListRow, ListVersion, PublishedVersion
from portal.models.page_form import BasePageForm
from tests.builders import add, make_alias, make_news, make_topic, publish, translate
from tests.translation.test_trees import drop_unique_key
from translation.aliases import show_source
from translation.trees import repair
from work.models import ServicePage

pytestmark = pytest.mark.django_db


def stored() -> list[tuple[object, ...]]:
    """Return all rows with their terms, without the ids that they were given."""
    columns = [field.attname for field in ListRow._meta.concrete_fields if field.name != "id"]
    return [
        (*(getattr(row, name) for name in columns), *sorted(row.terms.values_list("name", "value")))
        for row in ListRow.objects.order_by("page_id", "index_key")
    ]


def live_rows() -> list[tuple[str, str]]:
    found = ListRow.objects.filter(is_live=True).values_list("page__title", "locale__language_code")
    return sorted(found)


def test_saved_one_by_one_or_made_anew_they_are_the_same(home: HomePage, index: NewsIndexPage) -> None:
    topic, other = make_topic(), make_topic("Schutz")
    plain = make_news(index, "Schlicht", topics=[topic])
    translate(plain, "en")
    translate(make_news(index, "Halb", kind="story"), "uk", leave_out=1)
    make_news(index, "Entwurf", live=False)
    make_alias(make_news(index, "Alias", date=datetime.date(2022, 1, 1)), "en")
    offline = make_news(index, "Offline")
    offline.unpublish()
    returned = translate(make_news(index, "Zurück"), "en")
    show_source(returned, Page.objects.get(translation_key=returned.translation_key, locale__language_code="de"))
    make_news(index, "Gelöscht").delete()
    elsewhere = add(home, NewsIndexPage(title="Archiv"))
    moved = make_news(index, "Umgezogen")
    moved.move(NewsIndexPage.objects.get(pk=elsewhere.pk), pos="last-child")
    plain = NewsPage.objects.get(pk=plain.pk)
    plain.kind, plain.date, plain.topics = "story", datetime.date(2023, 5, 1), [topic, other]
    publish(plain)
    one_by_one = stored()
    assert live_rows() == [
        ("Alias", "de"), ("EN Schlicht", "en"), ("Halb", "de"), ("Schlicht", "de"), ("Umgezogen", "de"), ("Zurück", "de"),
    ]  # fmt: skip
    german = ListRow.objects.get(page=plain)
    assert sorted(german.terms.values_list("name", "value")) == [
        ("kind", "story"), ("topics", str(topic.pk)), ("topics", str(other.pk)), ("when.year", "2023"),
    ]  # fmt: skip
    assert ListRow.objects.get(page=moved).index_key == elsewhere.translation_key
    ListRow.objects.all().delete()
    rows.rebuild()
    assert stored() == one_by_one


def test_a_list_goes_along_when_its_page_is_linked_with_another_german_one(home: HomePage, index: NewsIndexPage) -> None:
    """Pages in Leichte Sprache are linked by hand, in the form; each version is asked for."""
    simple = Locale.objects.get(language_code="de-simple")
    start = HomePage(title="Start", hero_title="Hallo", hero_text="Text", locale=simple, translation_key=home.translation_key)
    own = NewsIndexPage(title="Neues", locale=simple, translation_key=index.translation_key)
    add(add(home.get_parent(), start), own)
    make_news(index, "Meldung")
    make_news(own, "Einfach", locale=simple)
    archive = add(home, NewsIndexPage(title="Archiv"))
    form_class = type("Form", (BasePageForm,), {"Meta": type("Meta", (), {"model": NewsIndexPage, "fields": ["title"]})})
    for german, key in ((str(archive.pk), archive.translation_key), ("", None)):
        form = form_class({"title": own.title, "counterpart": german}, instance=NewsIndexPage.objects.get(pk=own.pk))
        assert form.is_valid(), form.errors
        form.save(commit=False)
        stands = NewsIndexPage.objects.get(pk=own.pk)
        assert key in (stands.translation_key, None)
        assert [page.title for page in lists.whole(stands, NewsPage)[:9]] == ["Einfach"]
        assert [page.title for page in lists.whole(index, NewsPage)[:9]] == ["Meldung"]
        linked = stored()
        rows.rebuild()
        assert stored() == linked


def test_lists_know_where_the_check_of_the_trees_hung_pages_and_which_index_is_which(home: HomePage, index: NewsIndexPage) -> None:
    """Paths and keys are mended in the rows of pages alone."""
    lost, kept = make_news(index, "Verloren"), make_news(index, "Geblieben")
    other = add(home, NewsIndexPage(title="Archiv"))
    item = make_news(other, "Alt")
    Page.objects.filter(pk=lost.pk).update(path="0001009900ZZ", url_path="/nirgends/verloren/")
    drop_unique_key()
    Page.objects.filter(pk=other.pk).update(translation_key=index.translation_key)
    repair()
    for page in (index, other):
        page.refresh_from_db()
    assert other.translation_key != index.translation_key
    found = ListRow.objects.filter(locale=home.locale).values_list("page_id", "index_key")
    assert sorted(found) == [(kept.pk, index.translation_key), (item.pk, other.translation_key)]


def test_an_older_portal_gets_its_rows_at_the_next_start_once(index: NewsIndexPage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "BATCH", 2)
    for title in "ABC":
        make_news(index, title)
    ListRow.objects.all().delete()
    said: list[str] = []
    rows.bring_up_to_date(said.append)
    rows.bring_up_to_date(said.append)
    assert live_rows() == [("A", "de"), ("B", "de"), ("C", "de")]
    assert len(said) == 1
    ListVersion.objects.update(digest="of another declaration")
    rows.bring_up_to_date(said.append)
    rows.bring_up_to_date(said.append)
    assert len(said) == 2


def test_what_is_not_finished_any_more_is_in_no_list(index: NewsIndexPage) -> None:
    item = make_news(index)
    version = PublishedVersion.objects.get(page=item)
    version.completed_at = None
    version.save()
    assert live_rows() == []


def test_what_goes_offline_leaves_the_list_of_its_language_and_comes_back(index: NewsIndexPage) -> None:
    item = make_news(index)
    english = translate(item, "en")
    both = [("EN Meldung", "en"), ("Meldung", "de")]
    english.unpublish()
    assert live_rows() == both[1:]
    publish(english)
    assert live_rows() == both
    # With the original its translations go, and with it they come back.
    item.unpublish()
    assert live_rows() == []
    publish(item)
    assert live_rows() == both


@pytest.mark.once
def test_pages_in_bulk_take_the_same_queries(index: NewsIndexPage) -> None:
    numbers = []
    rows.write(rows.listed_pages())  # from here on the types of all kinds are known
    for count in (1, 19):
        for n in range(count):
            make_news(index, f"Meldung {count} {n}", topics=[make_topic(f"Thema {count} {n}")])
        with CaptureQueriesContext(connection, ) as queries:
            rows.write(rows.listed_pages())
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]


@pytest.fixture
def many(index: NewsIndexPage) -> NewsIndexPage:
    """Return an index of 60 items, several of them on each day."""
    for n in range(60):
        make_news(index, f"{n:02}", date=datetime.date(2024, 1, 1 + n // 4), kind="story" if n % 3 else "news")
    return index


def test_each_page_of_a_list_follows_the_one_before(many: NewsIndexPage) -> None:
    found = lists.PageList(lists.of_index(many), NewsPage, NewsPage.listing)
    titles = [f"{n:02}" for n in reversed(range(60))]
    for size in (7, 10, 60):
        pages = lists.ListPaginator(found, size)
        assert [page.title for number in pages.page_range for page in pages.get_page(number)] == titles
    assert [page.title for page in found.first(3)] == titles[:3]


@pytest.mark.parametrize(("order", "when"), [("upcoming", When(start="date")), ("closing", When(closes="date"))])
def test_what_is_over_follows_what_is_to_come_page_by_page(
    index: NewsIndexPage, order: str, when: When, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is to come first, by its date; then what was over last."""
    listing = dataclasses.replace(NewsPage.listing, order=order, when=when)
    monkeypatch.setattr(NewsPage, "listing", listing)
    for days in (-2, 1, -1, 0, 2):
        item = make_news(index, str(days), date=timezone.localdate() + datetime.timedelta(days=days))
        if days in (1, 0, -1):
            translate(item, "en", title=str(days))
    english = index.get_translation(Locale.objects.get(language_code="en"))
    for place, coming, past in ((index, ["0", "1", "2"], ["-1", "-2"]), (english, ["0", "1"], ["-1"])):
        for is_past, expected in ((None, [*coming, *past]), (False, coming), (True, past)):
            found = lists.PageList(lists.of_index(place), NewsPage, listing, is_past=is_past)
            for size in (1, 2, 5):
                pages = lists.ListPaginator(found, size)
                titles = [page.title for number in pages.page_range for page in pages.get_page(number)]
                assert (is_past, size, titles) == (is_past, size, expected)
            assert [page.title for page in found.first(4)] == expected[:4]


def test_first_and_last_pages_read_one_index_and_pass_over_nothing(many: NewsIndexPage) -> None:
    found = lists.PageList(lists.of_index(many), NewsPage, NewsPage.listing)
    assert found.count() == 60
    for piece, offset in ((slice(0, 10), None), (slice(50, 60), None), (slice(40, 50), "OFFSET 10")):
        with CaptureQueriesContext(connection) as queries:
            assert len(found[piece]) == 10
        sql = queries.captured_queries[-1]["sql"]
        assert len(queries) == 1
        assert ("OFFSET" not in sql) if offset is None else (offset in sql)
    if connection.vendor != "sqlite":
        return
    for order in (("-start", "-published_at", "-page_id"), ("start", "published_at", "page_id")):
        plan = lists.of_index(many).order_by(*order).values("page_id")[:10].explain()
        assert "COVERING INDEX portal_list_by_start" in plan
        assert "TEMP B-TREE" not in plan


def test_a_list_by_name_is_in_the_order_of_the_letters(index: NewsIndexPage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Accents and capitals count for nothing; each language has the order of its own names."""
    listing = dataclasses.replace(NewsPage.listing, order="name")
    monkeypatch.setattr(NewsPage, "listing", listing)
    for title, arabic in (("Zoo", "أب"), ("äther", "تونس"), ("Apfel", "بيت"), ("Éclair", "اب ثان"), ("Apfel", "جار")):
        translate(make_news(index, title), "ar", title=arabic)
    for place, order in (
        (index, ["Apfel", "Apfel", "äther", "Éclair", "Zoo"]),
        (index.get_translation(Locale.objects.get(language_code="ar")), ["أب", "اب ثان", "بيت", "تونس", "جار"]),
    ):
        found = lists.PageList(lists.of_index(place), NewsPage, listing)
        for size in (2, 5):
            pages = lists.ListPaginator(found, size)
            assert [page.title for number in pages.page_range for page in pages.get_page(number)] == order


def test_an_index_of_several_kinds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert check_listings(None) == []
    monkeypatch.setattr(NewsIndexPage, "listed_models", classmethod(lambda cls: [NewsPage, ServicePage]))
    assert [(error.obj, error.id) for error in check_listings(None)] == [(NewsIndexPage, "portal.E014")]


def test_each_fault_of_a_declaration_is_named_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    declared = NewsPage.listing

    def found(checks: Callable[[object], list[CheckMessage]] = check_listings, **changed: object) -> list[tuple[object, str, str]]:
        monkeypatch.setattr(NewsPage, "listing", dataclasses.replace(declared, **changed))
        return [(error.obj, error.id, error.msg.rpartition(": ")[2].strip(".")) for error in checks(None)]

    assert found() == found(check_sections) == []
    assert [(model, code) for model, code, _name in found(filters=("kind", "nirgends"))] == [(NewsPage, "portal.E010")]
    # What another kind is called, and what all other pages are.
    assert found(kind=ServicePage.listing.kind, kinds="") == [
        (model, "portal.E011", "service") for model in listings() if model in (NewsPage, ServicePage)
    ]
    assert found(kind="page", kinds="") == [(NewsPage, "portal.E011", "page")]
    monkeypatch.setattr(NewsPage, "listing", declared)
    for kinds, indexes in (
        (("theme",), ["work.ProjectIndexPage", "work.ServiceIndexPage", "work.ThemePage"]),
        (("theme", "service", "project", "news"), ["news.NewsIndexPage"]),
    ):
        monkeypatch.setattr(OurWorkPage, "kinds", kinds)
        assert {(error.obj, error.id) for error in check_sections(None)} == {(OurWorkPage, "portal.E013")}
        assert sorted(error.msg.split(" or ")[1].split()[0] for error in check_sections(None)) == indexes
    monkeypatch.setattr(NewsIndexPage, "listed_models", classmethod(lambda cls: []))
    assert [(error.obj, error.id) for error in check_listings(None)] == [(NewsPage, "portal.E012")]
