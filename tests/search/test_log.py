"""Counting what was asked never waits for the database, nothing that was counted is lost, and what is old goes."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import psycopg
import pytest
from django.core.signals import request_finished
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from portal import jobs
from search import log
from search.models import AskedQuery, Click
from tests import support
from tests.builders import make_content_page, make_home

BROWSER = {"User-Agent": "Mozilla/5.0"}


@contextmanager
def written_by_another(portal: support.Portal) -> Iterator[None]:
    """Let another process write for as long as the block lasts."""
    if support.on_postgresql():
        with psycopg.connect(portal.environment["DATABASE_URL"]) as connection:
            connection.execute("LOCK TABLE search_askedquery IN ACCESS EXCLUSIVE MODE")
            yield
        return
    with closing(sqlite3.connect(portal.folder / "db.sqlite3", isolation_level=None)) as connection:
        connection.execute("PRAGMA busy_timeout = 600000")
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


def search(portal: support.Portal, language: str) -> int:
    """Search as a person does; an answer that waited for the database (SQLite: 20 seconds) is none."""
    address = f"{portal.url}/{language}/{'suche' if language == 'de' else 'search'}/?{urlencode({'q': 'zaehlwort'})}"
    with urlopen(Request(address, headers=BROWSER), timeout=support.PATIENCE) as answer:
        answer.read()
        return answer.status


def counted(portal: support.Portal) -> int:
    """Return how often the word was counted."""
    code = "from search.models import AskedQuery as A; print('N', sum(a.searches for a in A.objects.filter(query='zaehlwort')))"
    return int(portal.manage("shell", "-c", code).rpartition("N ")[2])


def test_searches_answer_while_another_writes_and_are_counted_later(live_portal: support.Portal) -> None:
    with written_by_another(live_portal), ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda language: search(live_portal, language), ["de", "en"] * 12))
    assert answers == [200] * 24
    # Each process of the server keeps its own; it writes them with the next search that it answers.
    asked = len(answers)

    def all_are_counted() -> bool:
        nonlocal asked
        with ThreadPoolExecutor(6) as pool:
            asked += len(list(pool.map(lambda _: search(live_portal, "de"), range(6))))
        return counted(live_portal) == asked

    support.wait_for(all_are_counted, "The number of searches")


@pytest.mark.django_db
def test_what_was_asked_is_deleted_after_ninety_days_and_not_before() -> None:
    page = make_content_page(make_home(), "Rückkehr")
    for age in (0, 1, 89, 90, 91, 400):
        day = timezone.localdate() - datetime.timedelta(days=age)
        for language in ("de", "ar"):
            AskedQuery.objects.create(day=day, language=language, query="hilfe")
            Click.objects.create(day=day, language=language, query="hilfe", page=page)
    assert jobs.periodic_jobs()["delete-old-searches"].function() == 2 * 2 * 2
    for model in (AskedQuery, Click):
        ages = sorted((timezone.localdate() - row.day).days for row in model.objects.filter(language="ar"))
        assert (model, ages) == (model, [0, 1, 89, 90])
        assert model.objects.count() == 8


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "is_kept"),
    [
        ("x" * 80, True),
        ("x" * 81, False),
        (" ".join(["wort"] * 8), True),
        (" ".join(["wort"] * 9), False),
        ("gesetz 2024", True),
        ("akte 12345", False),
        ("030 12 3", True),
        ("030 12 34", False),
        ("www.example.org", False),
        ("помощь беженцам", True),
        ("ЯКІ ДОКУМЕНТИ", True),
    ],
)
def test_how_long_and_of_what_sort_a_query_may_be_to_be_counted(query: str, is_kept: bool) -> None:
    make_home()
    Client().get("/de/suche/", {"q": query}, headers=BROWSER)
    assert list(AskedQuery.objects.values_list("query", flat=True)) == ([query.casefold()] if is_kept else [])


@pytest.mark.django_db
def test_the_same_query_of_another_day_language_or_page_is_counted_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    home = make_home()
    pages = [make_content_page(home, f"Hilfe {number}") for number in range(12)]
    today = timezone.localdate()
    for days, language in ((0, "de"), (0, "de"), (0, "ar"), (1, "de")):
        with monkeypatch.context() as patch:
            patch.setattr(log.timezone, "localdate", lambda days=days: today - datetime.timedelta(days=days))
            log.count_query("hilfe", language, 3 + days, "all")
            log.count_click("hilfe", language, pages[days].pk, 5)
    assert set(AskedQuery.objects.values_list("day", "language", "searches", "results")) == {
        (today, "de", 2, 3), (today, "ar", 1, 3), (today - datetime.timedelta(days=1), "de", 1, 4),
    }  # fmt: skip
    assert set(Click.objects.values_list("day", "language", "page", "clicks", "positions")) == {
        (today, "de", pages[0].pk, 2, 10), (today, "ar", pages[0].pk, 1, 5), (today - datetime.timedelta(days=1), "de", pages[1].pk, 1, 5),
    }  # fmt: skip
    AskedQuery.objects.all().delete()
    # Who turns the page asks nothing new.
    for page in (1, 2):
        Client().get("/de/suche/", {"q": "Hilfe", "page": page}, headers=BROWSER)
    assert list(AskedQuery.objects.values_list("query", "searches", "results")) == [("hilfe", 1, 12)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("agent", "is_counted"),
    [("Mozilla/5.0 (Android 8; Mobile) Firefox/100", True), ("GoogleBot/2.1", False), ("curl/8", False), ("", False)],
)
def test_people_are_counted_and_programs_are_not(agent: str, is_counted: bool) -> None:
    make_home()
    Client().get("/de/suche/", {"q": "Hilfe"}, headers={"user-agent": agent})
    assert AskedQuery.objects.exists() is is_counted


@pytest.mark.django_db
def test_what_the_database_refuses_waits_for_the_next_and_what_is_wrong_is_let_go() -> None:
    counted = []

    def refused_once() -> None:
        if not counted:
            counted.append("refused")
            raise OperationalError("database is locked")
        counted.append("first")

    log._write(refused_once)
    assert (counted, len(log._waiting)) == (["refused"], 1)
    log._write(lambda: counted.append("second"))
    assert (counted, len(log._waiting)) == (["refused", "first", "second"], 0)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_postgresql_does_not_wait_for_a_table_that_another_holds() -> None:
    """There alone: SQLite is asked above, where it is served."""
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL")
    refused: list[type] = []

    def change() -> None:
        try:
            AskedQuery.objects.create(day=timezone.localdate(), language="de", query="hilfe")
        except OperationalError as error:
            refused.append(type(error.__cause__))
            raise

    with connection.cursor() as cursor:
        # If nothing else ended it, this would.
        cursor.execute("SET statement_timeout = '30s'")
    given = connection.get_connection_params()
    with psycopg.connect(**{name: given[name] for name in ("dbname", "user", "password", "host", "port") if name in given}) as another:
        another.execute("LOCK TABLE search_askedquery IN ACCESS EXCLUSIVE MODE")
        log._write(change)
    with connection.cursor() as cursor:
        cursor.execute("RESET statement_timeout")
    assert refused == [psycopg.errors.LockNotAvailable]
    log._write(lambda: None)
    assert (len(log._waiting), AskedQuery.objects.count()) == (0, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("query", [{"q": "Hilfe"}, {"q": "Hilfe", "format": "json"}])
def test_an_answer_that_is_counted_ends_its_request_like_any_other(query: dict[str, str]) -> None:
    """What waits for the end of a request, as the announcement of changes, hears of it once."""
    make_home()
    ended: list[object] = []
    receiver = lambda **kwargs: ended.append(kwargs["sender"])  # noqa: E731
    request_finished.connect(receiver)
    try:
        Client().get("/de/suche/", query, headers=BROWSER)
    finally:
        request_finished.disconnect(receiver)
    assert (len(ended), AskedQuery.objects.count()) == (1, 1)
