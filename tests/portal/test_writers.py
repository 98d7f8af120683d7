"""Two who change the same pages at once: one waits for the other, and both get done what they began."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from django.db import DatabaseError, connection, transaction
from wagtail.models import Page

from home.models import HomePage
from portal import changes
from tests import support
from tests.builders import make_content_page, publish, translate

pytestmark = pytest.mark.django_db(transaction=True)

ACTIONS: dict[str, Callable[[Page], object]] = {
    "deleted": lambda page: page.delete(),
    "unpublished": lambda page: page.unpublish(),
    "moved": lambda page: page.move(page.get_parent().get_children().get(title="Ziel"), pos="last-child"),
    "translation published": lambda page: publish(page.get_translation(page.locale.__class__.objects.get(language_code="en"))),
}


def waits_for_a_lock() -> bool:
    """Return whether another connection to this database waits for somebody."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = current_database()"
        )
        return cursor.fetchone()[0] > 0


def in_another_connection(change: Callable[[], object]) -> Callable[[], object]:
    def run() -> object:
        try:
            return change()
        finally:
            connection.close()

    return run


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer at a time")
@pytest.mark.parametrize("second", ACTIONS)
@pytest.mark.parametrize("first", ["unpublished", "translation published"])
def test_who_comes_second_waits_and_neither_fails(home: HomePage, first: str, second: str) -> None:
    """The first has locked one row of a page when the second begins; then it goes on."""
    make_content_page(home, "Ziel")
    page = make_content_page(home, "Seite")
    translate(page, "en", title="Page")
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Page.objects.select_for_update().get(pk=page.pk)
            other: Future[object] = pool.submit(in_another_connection(lambda: ACTIONS[second](Page.objects.get(pk=page.pk).specific)))
            support.wait_for(lambda: waits_for_a_lock() or other.done(), "The second")
            assert not other.done()
            ACTIONS[first](page)
        other.result(timeout=support.PATIENCE)
    left = {} if second == "deleted" else {"Seite", "Page"}
    assert set(Page.objects.filter(title__in=["Seite", "Page"]).values_list("title", flat=True)) == set(left)


def test_a_deletion_that_fails_leaves_the_tree_as_it_was(home: HomePage, monkeypatch: pytest.MonkeyPatch) -> None:
    page = make_content_page(home, "Seite")
    translate(page, "en", title="Page")
    before = list(Page.objects.order_by("path").values_list("path", "numchild"))

    def refuse(change: changes.Change) -> None:
        raise LookupError

    monkeypatch.setattr(changes, "_receivers", {changes.Event.DELETING: [(changes.Order.SEARCH, refuse)]})
    with pytest.raises(LookupError):
        page.delete()
    assert list(Page.objects.order_by("path").values_list("path", "numchild")) == before


def test_in_a_transaction_that_failed_the_errors_are_those_of_django(home: HomePage) -> None:
    page = make_content_page(home, "Seite")

    @transaction.atomic
    def fail() -> None:
        with contextlib.suppress(DatabaseError), connection.cursor() as cursor:
            cursor.execute("SELECT nothing FROM nowhere")
        Page.objects.filter(pk=page.pk).update(title="Anders")
        raise DatabaseError  # SQLite goes on after a statement that failed

    with pytest.raises(DatabaseError):
        fail()
    assert Page.objects.get(pk=page.pk).title == "Seite"
