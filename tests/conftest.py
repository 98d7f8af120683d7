"""Fixtures of all tests.

Most tests make the few objects they need with `tests.builders`, below the `home` page that stands here. Two sets work on the
initial content, which is prepared once a run and copied: `content` (in this process, taken back after each test) and `live_portal`
(served over HTTP). Which database a test works on is chosen before its fixtures (`tests.databases`), so that tests run in any order;
`--shuffle 7` tries one.
"""

from __future__ import annotations

import datetime
import gc
import os
import random
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.cache import caches
from django.db import connection, transaction
from django.test import TransactionTestCase
from django.utils import timezone, translation
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_django import DjangoDbBlocker

from home.models import HomePage
from news.models import NewsIndexPage
from portal import changes
from portal.counters import Counters
from tests import left_behind, support
from tests.builders import make_home, make_news_index
from tests.databases import CONTENT, EMPTY, Wanted, databases

pytest_plugins = ["tests.people"]
ONE_MINUTE = datetime.timedelta(minutes=1)
NEEDING_TOOLS = ("browser", "nu", "gettext")
BEGINNING = (
    "tests/test_leaks.py",
    # Needs no content: a second worker has something to do while the first one prepares it.
    "tests/translation/test_publishing.py",
    # The first one has this for its second; so the next two are the second one's, and need no content either.
    "tests/test_admin_language.py",
    "tests/portal/listing/test_sample_kinds.py",
    "tests/portal/test_sequences.py",
    "tests/portal/operation/test_backups.py",
    "tests/portal/serving/test_first_hour.py",
    "tests/journeys/test_crawl.py",
    "tests/journeys/test_browser.py",
)
"""The modules that take a minute or more begin: what comes last is short, so that no worker is left alone with it."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that tries another order."""
    parser.addoption("--shuffle", metavar="SEED", help="run the modules, and the tests of each, in an order that the seed says")


def pytest_configure(config: pytest.Config) -> None:
    """Give this run a name of its own, which all its workers know."""
    if not hasattr(config, "workerinput"):
        config.option.testrunuid = os.environ["PYTEST_XDIST_TESTRUNUID"] = uuid.uuid4().hex


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark what works on the initial content."""
    if {"content_database", "live_portal"} & set(getattr(item, "fixturenames", ())):
        item.add_marker("content")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what this run is not for; begin with what is long, so that no worker is left alone with it at the end."""
    chosen, left_out = [], []
    asked_for = config.option.markexpr or ""
    for item in items:
        names = set(getattr(item, "fixturenames", ()))
        other_command = any(item.get_closest_marker(marker) and marker not in asked_for for marker in ("check_all", "long"))
        (left_out if other_command or support.on_postgresql() and not _concerns_postgresql(item, names) else chosen).append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
    modules = defaultdict(list)
    for item in chosen:
        modules[item.location[0]].append(item)
    files = sorted(modules.values(), key=_turn)
    if seed := config.option.shuffle:
        order = random.Random(seed)  # noqa: S311
        files = [order.sample(module, len(module)) for module in order.sample(files, len(files))]
    items[:] = [item for module in files for item in module]


def pytest_collection_finish() -> None:
    """Look seldom for garbage, and never again among the code that is loaded by now: that was a twentieth of the CPU of tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def _turn(module: list[pytest.Item]) -> tuple[int, bool]:
    """Return when the tests of a module have their turn: those that take a minute, those with a served portal, all others."""
    name = module[0].location[0]
    place = BEGINNING.index(name) if name in BEGINNING else len(BEGINNING)
    return place, not any("live_portal" in item.fixturenames for item in module)


def _concerns_postgresql(item: pytest.Item, names: set[str]) -> bool:
    """Return whether a test touches the database, and is not one whose result is the same on every database."""
    if any(item.get_closest_marker(marker) for marker in ("browser", "nu", "once")):
        return False
    return "migrated" in names or any(item.get_closest_marker(marker) for marker in ("django_db", "postgresql"))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Choose the database of a test before any of its fixtures is made, and let it inherit nothing.

    Leave it out where this machine lacks its tool; in CI that is a failure.
    """
    _let_midnight_pass()
    databases.choose(_wanted(item))
    _forget()
    for marker in NEEDING_TOOLS:
        if item.get_closest_marker(marker) and (lack := support.missing(marker)):
            if support.IN_CI:
                pytest.fail(lack, pytrace=False)
            pytest.skip(lack)


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef) -> None:
    """Just before a test's transaction would begin, let a test without one have a database for itself."""
    if fixturedef.argname == "_django_db_helper":
        databases.isolate()


def _let_midnight_pass() -> None:
    """Begin no test in the last minute of a German day: what it calls today would be yesterday before it ends."""
    while (timezone.localtime() + ONE_MINUTE).date() != timezone.localdate():
        time.sleep(0.5)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line each what was left out and how to get it."""
    reasons: dict[str, int] = defaultdict(int)
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if (reason := reason.removeprefix("Skipped: ")).startswith("needs "):
            reasons[reason] += 1
    if reasons:
        terminalreporter.section("left out on this machine")
    for reason, count in sorted(reasons.items()):
        terminalreporter.write_line(f"{count} {'test' if count == 1 else 'tests'}: {reason}")
    if support.on_postgresql():
        terminalreporter.write_line("Tests of the browser and those that touch no database run with SQLite only.")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Leave nothing behind on the PostgreSQL server, once all workers are done; a run that left everything out is no success."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if session.exitstatus == pytest.ExitCode.OK and reporter and reporter.stats.get("skipped") and not reporter.stats.get("passed"):
        session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED
    if not hasattr(session.config, "workerinput") and support.on_postgresql() and not session.config.option.collectonly:
        support.drop_databases()


def _wanted(item: pytest.Item) -> Wanted:
    """Return which database a test works on."""
    names = set(getattr(item, "fixturenames", ()))
    marker = item.get_closest_marker("django_db")
    return Wanted(
        CONTENT if "content_database" in names else EMPTY,
        item.location[0],
        "module_database" in names,
        bool(marker and marker.kwargs.get("transaction")) or bool({"transactional_db", "own_db"} & names),
    )


def _forget() -> None:
    """Empty what this process remembers of database and language."""
    translation.activate("de")
    translation.deactivate()
    for name in caches:
        caches[name].clear()
    changes.announce(changes.EVERYTHING)
    ContentType.objects.clear_cache()


def _open_transactions() -> list[transaction.Atomic]:
    """Return the blocks that are open, without those in which a test case takes back what its test does."""
    return [block for block in connection.atomic_blocks if not block._from_testcase]


@pytest.fixture(scope="session", autouse=True)
def _commits_announce(django_test_environment: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let what a test commits be announced then, as on the portal: its test case commits nothing, and would never tell.

    The workers of a run share a state folder, and no database: each has numbers of its own.
    """
    changes._counters = Counters(tmp_path_factory.mktemp("changes") / "changes")
    leave, is_open = transaction.Atomic.__exit__, changes._in_transaction

    def leave_and_tell(self: transaction.Atomic, kind: type | None, *rest: object) -> None:
        leave(self, kind, *rest)
        if connection.in_atomic_block and not _open_transactions():
            waiting = [entry for entry in connection.run_on_commit if isinstance(entry[1], changes._Announcement)]
            connection.run_on_commit = [entry for entry in connection.run_on_commit if entry not in waiting]
            for _savepoints, tell, _robust in waiting if kind is None else []:
                tell()

    transaction.Atomic.__exit__ = leave_and_tell
    changes._in_transaction = lambda: bool(_open_transactions())
    yield
    transaction.Atomic.__exit__, changes._in_transaction = leave, is_open


# The database


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that all workers of this run share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def migrated(shared_folder: Path, kept: Path, django_test_environment: None) -> support.State:
    """Return a migrated database without content, made once a run."""
    return support.build_migrated(shared_folder, kept)


@pytest.fixture(scope="session")
def django_db_setup(migrated: support.State, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Give each worker its copy of the migrated database instead of migrating in each; see `tests.databases`."""
    databases.begin(django_db_blocker)
    databases.add(EMPTY, migrated)
    # What a test without a transaction around it has written goes with its copy: there is nothing to flush.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda self: None)
        yield
    databases.end()


@pytest.fixture(scope="module")
def module_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> DjangoDbBlocker:
    """Let fixtures of a module write, `with module_database.unblock()`, what all tests that use them start from.

    It goes into a copy of the database for these tests of this module; those beside them do not see it.
    """
    return django_db_blocker


@pytest.fixture
def own_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let a test change the schema of a database of its own."""
    databases.isolate()
    with django_db_blocker.unblock():
        yield


# The pages that most tests begin with


@pytest.fixture
def home(db: None) -> HomePage:
    """Return a German home page that nothing stands below."""
    return make_home()


@pytest.fixture
def index(home: HomePage) -> NewsIndexPage:
    """Return the list of news below it, without any."""
    return make_news_index(home)


# The initial content


@pytest.fixture(scope="session")
def kept(pytestconfig: pytest.Config) -> Path:
    """Return the folder of what is kept for the runs to come, as long as the code is the same."""
    return pytestconfig.cache.mkdir("database")


@pytest.fixture(scope="session")
def portal_state(shared_folder: Path, migrated: support.State, kept: Path) -> support.State:
    """Return a prepared portal with the initial content, made once a run."""
    return support.build_state(shared_folder, migrated, kept)


@pytest.fixture(scope="session")
def content_database(django_db_setup: None, portal_state: support.State) -> None:
    """Give each worker its copy of the initial content."""
    databases.add(CONTENT, portal_state)


@pytest.fixture
def content(content_database: None, db: None) -> None:
    """Work on the initial content; what the test changes is taken back."""


@pytest.fixture(scope="session")
def live_portal(portal_state: support.State, tmp_path_factory: pytest.TempPathFactory) -> Iterator[support.Portal]:
    """Serve the initial content with the production settings and server: `live_portal.url`.

    Each worker has its own copy; a test that changes something there undoes it: a module that leaves something behind fails.
    """
    database = f"{support.run_name()}_live_{support.worker_name()}" if portal_state.database else ""
    with support.served(portal_state, tmp_path_factory.mktemp("live"), database) as portal, left_behind.watching(portal):
        yield portal


@pytest.fixture(scope="module", autouse=True)
def _nothing_left_behind() -> Iterator[None]:
    """Fail the module after whose tests the served portal is not what it was: the one after it would, or not, as the order is.

    So does one whose threads go on: one that asked on and on took half of what the machine could do from all tests after it.
    """
    yield
    left = left_behind.news() + left_behind.threads()
    assert not left, "\n".join(left)


# The browser


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium once a worker."""
    # Playwright keeps an event loop in this thread; Django would refuse every query beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=support.chromium_path(), args=support.CHROMIUM_ARGUMENTS
        )
        expect.set_options(timeout=support.PATIENCE * 1000)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Browser, live_portal: support.Portal) -> Iterator[Callable[..., Page]]:
    """Return a function that opens an address of the portal in a context of its own.

    Its keywords are those of Playwright's `new_context`. `page.outside` lists the requests to other hosts, `page.errors`
    what scripts and the Content-Security-Policy complained of. For axe, pass `bypass_csp=True`.
    """
    contexts = []

    def open_page(path: str = "/de/", **options: object) -> Page:
        context = browser.new_context(
            **{
                "base_url": live_portal.url, "reduced_motion": "reduce", "locale": "de-DE",
                "viewport": {"width": 1280, "height": 900}, **options,
            }
        )  # fmt: skip
        # Five seconds for what is expected, and thirty for what is done, are those of an idle machine.
        context.set_default_timeout(support.PATIENCE * 1000)
        contexts.append(context)
        page = context.new_page()
        page.outside, page.errors = [], []
        page.on(
            "request",
            lambda request: page.outside.append(request.url)
            if not request.url.startswith((live_portal.url, "data:", "blob:", "about:"))
            else None,
        )
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.on(
            "console",
            lambda message: page.errors.append(message.text)
            if message.type == "error" and "Failed to load resource" not in message.text
            else None,
        )
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
