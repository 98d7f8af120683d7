"""The harness itself: what a test finds does not depend on those before it."""

from __future__ import annotations

import ast
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, build_opener

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker
from wagtail.models import Page

from home.models import HomePage
from tests import databases as harness
from tests import left_behind, support
from tests.builders import make_home
from tests.conftest import BEGINNING

FIRST = "written by a fixture of the module"


def names() -> list[str]:
    return list(User.objects.exclude(username__in=["admin"]).values_list("username", flat=True))


@pytest.fixture(scope="module")
def person(module_database: DjangoDbBlocker) -> int:
    with module_database.unblock():
        return User.objects.create_user(FIRST).pk


# Run twice, the second time after all the others: any order is right.
@pytest.mark.parametrize("time", [1, 2])
class TestWhatATestFinds:
    @pytest.mark.django_db
    def test_nothing_but_the_root(self, time: int) -> None:
        assert (Page.objects.count(), HomePage.objects.count(), names()) == (1, 0, [])
        make_home()

    def test_the_initial_content(self, time: int, content: None) -> None:
        assert HomePage.objects.get(locale__language_code="de").title == "Startseite"
        HomePage.objects.update(title="changed")

    @pytest.mark.django_db(transaction=True)
    def test_nothing_where_it_may_commit(self, time: int) -> None:
        assert (Page.objects.count(), names()) == (1, [])
        make_home()
        User.objects.create_user("committed")

    @pytest.mark.django_db(transaction=True)
    def test_the_content_where_it_may_commit(self, time: int, content_database: None) -> None:
        assert HomePage.objects.get(locale__language_code="de").title == "Startseite"
        HomePage.objects.update(title="changed")

    def test_what_the_module_has_written(self, time: int, person: int, db: None) -> None:
        assert names() == [FIRST]
        User.objects.all().delete()

    @pytest.mark.django_db(transaction=True)
    def test_what_the_module_has_written_where_it_may_commit(self, time: int, person: int) -> None:
        assert names() == [FIRST]
        User.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_two_connections_see_what_is_committed_and_no_more() -> None:
    """Another thread reads beside a transaction that has written, and sees it once it is committed."""
    seen = []

    def look() -> None:
        seen.append(names())
        connection.close()

    def in_a_thread() -> None:
        thread = threading.Thread(target=look)
        thread.start()
        thread.join(support.PATIENCE)

    with transaction.atomic():
        User.objects.create_user("someone")
        in_a_thread()
    in_a_thread()
    assert seen == [[], ["someone"]]


def test_what_commits_is_never_what_others_share(django_db_setup: None) -> None:
    shared = connection.settings_dict["NAME"]
    assert shared == harness.databases.bases[harness.EMPTY].name
    harness.databases.choose(harness.Wanted(alone=True))
    harness.databases.isolate()
    own = connection.settings_dict["NAME"]
    harness.databases.choose(harness.Wanted())
    assert (own != shared, connection.settings_dict["NAME"]) == (True, shared)


def at(portal: support.Portal, path: str) -> int:
    with pytest.raises(HTTPError) as answer:
        build_opener(NoRedirect).open(f"{portal.url}{path}", timeout=support.PATIENCE)
    return answer.value.status


class NoRedirect(HTTPRedirectHandler):
    """Leaves a redirect to whoever asked."""

    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


@pytest.mark.once
def test_what_is_left_on_the_served_portal_is_seen_and_can_be_taken_back(live_portal: support.Portal) -> None:
    before = left_behind.rows(live_portal)
    with left_behind.taken_back(live_portal):
        leave = 'Redirect.objects.create(old_path="/liegt-herum", redirect_link="/de/")'
        live_portal.manage("shell", "-c", f"from wagtail.contrib.redirects.models import Redirect; {leave}")
        found = left_behind.differences(before, left_behind.rows(live_portal))
        assert (found, at(live_portal, "/liegt-herum")) == (["wagtailredirects_redirect: + /liegt-herum, /de/, None"], 301)
    assert left_behind.rows(live_portal) == before
    assert at(live_portal, "/liegt-herum") == 404


def test_a_thread_that_goes_on_is_seen() -> None:
    is_done = threading.Event()

    def go_on() -> None:
        is_done.wait()

    thread = threading.Thread(target=go_on, daemon=True)
    thread.start()
    found = left_behind.threads()
    is_done.set()
    thread.join()
    assert (found, left_behind.threads()) == (["thread: + tests.test_harness.test_a_thread_that_goes_on_is_seen.<locals>.go_on"], [])


def test_the_modules_that_begin_are_there() -> None:
    assert [name for name in BEGINNING if not (support.BASE_DIR / name).exists()] == []


ASKED_AGAIN = {"tests/journeys/test_browser.py", "tests/portal/operation/test_debian.py"}
"""Where one attempt may take a second or five: it is repeated for as long as `support.PATIENCE`."""


def hasty(tree: ast.Module) -> Iterator[int]:
    """Yield the lines in which something is waited for by a number of seconds of its own; what is shorter than one is a pause."""

    def is_number(node: ast.expr) -> bool:
        return isinstance(node, ast.Constant) and isinstance(node.value, int | float) and node.value >= 1

    def is_clock(node: ast.expr) -> bool:
        return getattr(getattr(node, "func", None), "attr", "") == "monotonic"

    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", "")
            numbers = [keyword.value for keyword in node.keywords if keyword.arg == "timeout"]
            numbers += node.args[:1] if name in {"join", "wait", "result", "settimeout"} else []
            if any(is_number(number) for number in numbers):
                yield node.lineno
        elif isinstance(node, ast.BinOp) and is_number(node.right) and is_clock(node.left):
            yield node.lineno
        elif isinstance(node, ast.Compare) and isinstance(node.left, ast.BinOp) and is_clock(node.left.left):
            if any(is_number(number) for number in node.comparators):
                yield node.lineno


def test_nobody_waits_by_the_speed_of_this_machine() -> None:
    """What is waited for comes later on a busy machine: only `support.PATIENCE` says that it does not come at all."""
    tests = Path(__file__).parent
    found = {
        str(path.relative_to(tests.parent)): lines
        for path in sorted(tests.rglob("test_*.py"))
        if (lines := [*hasty(ast.parse(path.read_text(encoding="utf-8")))])
    }
    assert set(found) == ASKED_AGAIN, found
