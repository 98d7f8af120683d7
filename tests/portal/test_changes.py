"""A change reaches everything that was built from what it changed, once, after its commit, however it was cut off."""

from __future__ import annotations

import contextlib
import os
import re
import threading
import time
from collections.abc import Callable, Hashable, Iterable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Locale, Page, PageViewRestriction

from agenda.models import GoalPage
from home.models import Agenda2030Page, DataAndResearchPage, HomePage, OurWorkPage, TakePartPage
from news.models import NewsIndexPage
from participate import links  # noqa: F401 (as below)
from participate.models import ContactPage, ContactTopic, EventIndexPage, EventPage
from portal import changes, navigation
from portal.counters import ALL, ANY, SLOTS, Counters, SharedCounters
from portal.discovery import (
    release,
    sitemaps,  # noqa: F401 (as below)
)
from portal.http import keeping  # noqa: F401 (as below)
from portal.models import Alert, Fact, Footer, Topic
from portal.pages import restrictions
from portal.settings import environment
from portal.templatetags import navigation_tags  # noqa: F401 (what it keeps is known once it is imported)
from research.models import DataIndexPage, DataPage
from search import log
from search.models import BlockedSuggestion, Document, PromotedResult, Synonyms
from tests import support
from tests.builders import (
    add,
    make_content_page,
    make_fact,
    make_news,
    make_news_index,
    make_reader,
    make_section,
    make_topic,
    publish,
    translate,
)
from work.models import ServicePage, ThemePage

pytestmark = pytest.mark.django_db


def numbers() -> tuple[int, ...]:
    """Return all numbers there are."""
    return changes.counters().read(range(SLOTS))


def raised(before: tuple[int, ...]) -> set[int]:
    """Return the slots whose numbers are others than before, beside the one that is raised with every other."""
    found = {slot for slot, (old, new) in enumerate(zip(before, numbers(), strict=True)) if old != new}
    assert (ANY in found) == bool(found)
    return found - {ANY}


def slots(*tags: changes.Tag) -> set[int]:
    return {changes._slot(tag) for tag in tags}


# --- every kept value --------------------------------------------------------------------------------------------------


def german() -> Locale:
    return Locale.objects.get(language_code="de")


def add_footer() -> None:
    footer = Footer(locale=german(), about="IOM")
    footer.save()


def add_alert() -> None:
    Alert.objects.create(name="Büro", heading="Büro zu", text="Bis morgen.", is_published=True, locale=german())


def add_timed_alert() -> None:
    ends_at = timezone.now() + timedelta(hours=1)
    Alert.objects.create(name="Sturm", heading="Sturm", text="Bis gleich.", is_published=True, locale=german(), ends_at=ends_at)


def delete_document() -> None:
    from search import indexing

    indexing.remove({Document.objects.first().pk})


def restrict() -> None:
    PageViewRestriction.objects.create(page=Page.objects.get(title="Resettlement"), restriction_type="login")


def news_index() -> NewsIndexPage:
    return NewsIndexPage.objects.get()


def news_list() -> tuple[Hashable, ...]:
    index = news_index()
    return str(index.translation_key), index.locale_id, "news.newspage"


def group_of_readers() -> Group:
    """Return a group whose members read what visitors say of pages."""
    group = Group.objects.create(name="Rückmeldungen")
    group.permissions.add(Permission.objects.get(content_type__app_label="participate", codename="view_feedback"))
    return group


def add_form() -> None:
    make_reader()
    add(HomePage.objects.get(locale=german()), ContactPage(title="Rückmeldung", purpose="helpful"))


def service() -> ServicePage:
    return add(add(OurWorkPage.objects.get(), ThemePage(title="Rückkehr")), ServicePage(title="Beratung", lead="Ein Satz."))


def add_data() -> None:
    section = add(HomePage.objects.get(locale=german()), DataAndResearchPage(title="Daten"))
    add(add(section, DataIndexPage(title="Zahlen")), DataPage(title="Reihe", csv="year;a\n2024;1\n", counted="x"))


def add_figure() -> None:
    add_data()
    page = Page.objects.get(pk=DataPage.objects.get().pk)
    Fact.objects.create(locale=german(), kind="figure", name="Zahl", dataset=page, row="2024", column="a")


def add_goal() -> None:
    section = add(HomePage.objects.get(locale=german()), Agenda2030Page(title="Agenda"))
    add(section, GoalPage(title="Ziel 10", number="10", lead="Ein Satz."))


def event() -> EventPage:
    index = add(add(HomePage.objects.get(locale=german()), TakePartPage(title="Mitmachen")), EventIndexPage(title="Termine"))
    starts_at = timezone.now() + timedelta(days=1)
    return add(index, EventPage(title="Treffen", lead="Ein Satz.", starts_at=starts_at, ends_at=starts_at + timedelta(hours=1)))


def put_off() -> None:
    page = EventPage.objects.get()
    page.ends_at += timedelta(hours=1)
    publish(page)


def tell_change() -> None:
    service = ServicePage.objects.get()
    service.change_note = f"Neuer Antrag {service.change_note}"
    publish(service)


SCENARIOS: dict[str, tuple[tuple[Hashable, ...] | Callable[[], tuple[Hashable, ...]], Callable[[], object]]] = {
    "restrictions": ((), restrict),
    "locales": ((), lambda: Locale.objects.create(language_code="fr")),
    "roots": ((), lambda: publish(at_slug(HomePage.objects.get(locale=german()), "anfang"))),
    "root_paths": ((), lambda: publish(at_slug(HomePage.objects.get(locale=german()), "anfang"))),
    "homes": ((), lambda: publish(retitled(HomePage.objects.get(locale=german()), "Anfang"))),
    "menu": (("de",), lambda: publish(retitled(Page.objects.get(title="Unsere Arbeit").specific, "Arbeit"))),
    "menu-html": (("de", (), ""), lambda: publish(retitled(Page.objects.get(title="Unsere Arbeit").specific, "Arbeit"))),
    "footer": (("de",), add_footer),
    "footer-html": (("de", 2026), add_footer),
    "sitemap_parts": ((1, 0), lambda: make_news(news_index())),
    "sitemap_beginnings": ((1, 0, ""), restrict),
    "site-map": (("de", "de", 0), lambda: publish(retitled(Page.objects.get(title="Unsere Arbeit").specific, "Arbeit"))),
    "list_values": (news_list, lambda: make_news(news_index(), topics=[make_topic("Asyl")])),
    "list_count": (news_list, lambda: make_news(news_index())),
    "list_first": (("news.newspage", "de", (), 3), lambda: make_news(news_index())),
    "list_coming": (lambda: ("participate.eventpage", event().language_code), put_off),
    "list_listed": (lambda: ("participate.eventpage", "de", event().pk), put_off),
    "terms": (("de",), lambda: make_topic("Asyl")),
    "alerts": (("ar",), add_alert),
    "moments": ((), add_timed_alert),
    "facts": (("ar",), lambda: make_fact("phone", "112")),
    "released": ((), lambda: release.set_released(not release.is_released())),
    "search-term-labels": (("portal.topic", "de"), lambda: make_topic("Asyl")),
    "search-statistics": (("de",), delete_document),
    "search-synonyms": (("de",), lambda: Synonyms.objects.create(locale=german(), expressions="visum\neinreise")),
    "search-words": (("de",), lambda: Synonyms.objects.create(locale=german(), expressions="visum\neinreise")),
    "search-promoted": (
        ("de",), lambda: PromotedResult.objects.create(locale=german(), queries="visum", page=Page.objects.get(title="Resettlement")),
    ),
    "recipients": ((), lambda: group_of_readers().user_set.add(User.objects.create_user("leserin"))),
    "contact_topics": (("ar",), lambda: ContactTopic.objects.create(name="Presse", locale=german())),
    "form_links": (("de",), add_form),
    "change_notes": (lambda: (service().pk,), tell_change),
    "all_change_notes": (lambda: (service().language_code,), tell_change),
    "data_tables": ((), add_data),
    "figures": (("ar",), add_figure),
    "goal_pages": (("agenda.goalpage",), add_goal),
    "goal_serving": (("10", "de"), lambda: make_news(news_index(), goals=["10"])),
    "search-blocked": (("de",), lambda: BlockedSuggestion.objects.create(locale=german(), text="visum")),
}  # fmt: skip
"""For each kept value its arguments, and a change that it must show."""


def at_slug(page: Page, slug: str) -> Page:
    page.slug = slug
    return page


def retitled(page: Page, title: str) -> Page:
    page.title = title
    return page


@pytest.fixture
def site(home: HomePage) -> HomePage:
    """Return a home page with a section and a page below it."""
    make_content_page(make_section(home), title="Resettlement")
    make_news(make_news_index(home))
    return home


def test_every_kept_value_has_a_scenario() -> None:
    texts = (path.read_text(encoding="utf-8") for app in support.APPS for path in (support.BASE_DIR / app).rglob("*.py"))
    # What no module of the tests has imported is not known to `changes` yet.
    declared = {name for text in texts for name in re.findall(r'\bkept\(\s*"([\w-]+)"', text)}
    assert set(SCENARIOS) == set(changes.KEPT) == declared


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_commit_between_reading_and_writing_leaves_nothing_old(site: HomePage, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    value, (given, change) = changes.KEPT[name], SCENARIOS[name]
    args = given() if callable(given) else given
    build, changed = value.build, []

    def interrupted(*arguments: Hashable) -> object:
        built = build(*arguments)
        if not changed:
            changed.append(True)
            change()
        return built

    monkeypatch.setattr(value, "build", interrupted)
    changes.announce(changes.EVERYTHING)
    old = value(*args)
    assert changed
    now = value(*args)
    assert now != old
    changes.announce(changes.EVERYTHING)
    assert value(*args) == now


@pytest.mark.parametrize("name", SCENARIOS)
def test_what_is_rolled_back_was_never_kept(site: HomePage, name: str) -> None:
    value, (given, change) = changes.KEPT[name], SCENARIOS[name]
    args = given() if callable(given) else given
    before = value(*args)
    with contextlib.suppress(LookupError), transaction.atomic():
        change()
        assert value(*args) != before
        raise LookupError
    assert value(*args) == before
    changes.announce(changes.EVERYTHING)
    assert value(*args) == before


def test_what_is_written_raw_and_rolled_back_was_never_kept(site: HomePage) -> None:
    before = navigation.menu()
    with contextlib.suppress(LookupError), transaction.atomic():
        Page.objects.filter(title="Unsere Arbeit").update(title="Arbeit")
        assert [entry.title for entry in navigation.menu()] == ["Arbeit", "Aktuelles"]
        raise LookupError
    assert navigation.menu() == before


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_kept_value_is_taken_without_a_query(site: HomePage, name: str, django_assert_num_queries: Callable) -> None:
    value, (given, _change) = changes.KEPT[name], SCENARIOS[name]
    args = given() if callable(given) else given
    found = value(*args)
    with django_assert_num_queries(0):
        assert value(*args) == found
        # Another process finds it where all keep it.
        changes._in_process.clear()
        assert value(*args) == found


def test_a_request_that_remembers_what_was_private_builds_no_menu_from_it(site: HomePage) -> None:
    with restrictions.remembered():
        assert restrictions.restricted_paths() == frozenset()
        restrict()
        menu = navigation.menu()
    assert "Resettlement" not in str(menu)
    assert menu == navigation.menu()


# --- once, after the commit --------------------------------------------------------------------------------------------


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[frozenset[changes.Tag]]:
    """Return what is announced, in a list that grows."""
    told: list[frozenset[changes.Tag]] = []
    monkeypatch.setattr(changes, "_listeners", [(changes.Order.LISTS, told.append)])
    return told


def test_a_transaction_is_announced_once_and_after_its_commit(heard: list) -> None:
    one, two = changes.page("1"), changes.page("2")
    before = numbers()
    with transaction.atomic():
        changes.announce(one)
        with contextlib.suppress(LookupError), transaction.atomic():
            raise LookupError
        with transaction.atomic():
            changes.announce(one, two)
        assert (heard, raised(before)) == ([], set())
    assert heard == [frozenset({one, two})]
    assert raised(before) == slots(one, two)


def test_what_is_rolled_back_is_not_announced(heard: list) -> None:
    before = numbers()
    with contextlib.suppress(LookupError), transaction.atomic():
        changes.announce(changes.TERMS)
        raise LookupError
    assert (heard, raised(before)) == ([], set())


def test_what_could_not_be_told_is_told_later_and_the_intent_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    advance, is_away = Counters.advance, [True]

    def advance_if_there(self: Counters, slots: Iterable[int]) -> None:
        if is_away:
            raise DatabaseError
        advance(self, slots)

    monkeypatch.setattr(Counters, "advance", advance_if_there)
    with pytest.raises(DatabaseError), transaction.atomic():
        changes.announce(changes.TERMS)
    with pytest.raises(DatabaseError):
        changes.settle()
    assert threading.get_ident() in changes.counters()._intending
    is_away.clear()
    before = numbers()
    changes.settle()
    assert raised(before) == slots(changes.TERMS)
    assert threading.get_ident() not in changes.counters()._intending


def test_those_who_listen_are_called_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[str] = []
    monkeypatch.setattr(changes, "_receivers", {})
    for name, order in (("search", changes.Order.SEARCH), ("versions", changes.Order.VERSIONS), ("lists", changes.Order.LISTS)):
        changes.receiver(changes.Event.PUBLISHED, order=order)(lambda change, name=name: called.append(name))
    changes.happened(changes.Event.PUBLISHED, Page())
    changes.happened(changes.Event.MOVED, Page())
    assert called == ["versions", "lists", "search"]


def test_nobody_hears_before_the_last_receiver_has_written(heard: list, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    monkeypatch.setattr(changes, "_receivers", {})
    changes.receiver(changes.Event.SAVED, order=changes.Order.TAGS)(lambda change: changes.announce(changes.TERMS))
    changes.receiver(changes.Event.SAVED, order=changes.Order.LISTS)(lambda change: seen.append(len(heard)))
    changes.happened(changes.Event.SAVED, Page())
    assert (seen, heard) == ([0], [frozenset({changes.TERMS})])


# --- what is announced -------------------------------------------------------------------------------------------------


def test_drafts_sessions_searches_and_clicks_raise_nothing(site: HomePage) -> None:
    page = Page.objects.get(title="Resettlement").specific
    user = User.objects.create_superuser("admin", "", "password")
    translated = translate(page, "en")
    client = Client()
    # The first look at a portal writes the row of its settings.
    client.get("/de/")
    before = numbers()
    draft = make_content_page(site, title="Entwurf", live=False)
    for one in (page, translated, draft):
        one.title = "Ein Entwurf"
        revision = one.save_revision(user=user)
        one.save_revision(user=user, overwrite_revision=revision)
    client.force_login(user)
    assert client.get("/de/").status_code == 200
    log.count_query("visum", "de", 3, "all")
    log.count_click("visum", "de", page.pk, 1)
    client.get("/de/search/?q=visum")
    assert client.get("/admin/").status_code == 200
    client.logout()
    assert raised(before) == set()


def test_a_page_deep_in_the_tree_leaves_menus_alone(site: HomePage) -> None:
    deep = make_content_page(Page.objects.get(title="Resettlement").specific, title="Darunter")
    menus = slots(*(changes.menu(code) for code in ("de", "en", "uk", "ar", "de-simple")))
    before = numbers()
    publish(retitled(deep, "Tief darunter"))
    assert raised(before) & menus == set()
    assert slots(changes.PAGES, changes.page(deep.translation_key), changes.kind("home.contentpage")) <= raised(before)
    before = numbers()
    deep.move(Page.objects.get(pk=site.pk), pos="last-child")
    assert menus <= raised(before)
    before = numbers()
    Page.objects.get(pk=deep.pk).move(Page.objects.get(title="Resettlement"), pos="last-child")
    assert menus <= raised(before)


def test_news_touch_the_lists_of_news(home: HomePage) -> None:
    index = make_news_index(home)
    before = numbers()
    make_news(index)
    assert slots(changes.kind("news.newspage")) <= raised(before)
    assert not slots(changes.kind("home.contentpage"), changes.TERMS, changes.REDIRECTS) & raised(before)


def test_redirects_terms_and_files_touch_their_own(home: HomePage) -> None:
    before = numbers()
    Redirect.objects.create(old_path="/de/alt", redirect_link="https://example.org/")
    assert raised(before) == slots(changes.REDIRECTS)
    before = numbers()
    topic = make_topic()
    assert raised(before) == slots(changes.TERMS, changes.snippets("portal.topic"))
    before = numbers()
    Topic.objects.filter(pk=topic.pk).delete()
    assert raised(before) == slots(changes.TERMS, changes.snippets("portal.topic"))


# --- one builds, the others wait ---------------------------------------------------------------------------------------


@pytest.fixture
def slow() -> Iterator[tuple[changes.Kept[int], list[int], threading.Event]]:
    """Return a kept value that is built when an event is set, and the number of its builds."""
    builds, go = [], threading.Event()

    def build() -> int:
        builds.append(1)
        go.wait(support.PATIENCE)
        return 7

    value = changes.kept("slow-in-a-test", lambda: (changes.TERMS,))(build)
    yield value, builds, go
    go.set()
    del changes.KEPT["slow-in-a-test"]


def ask(value: changes.Kept[int], count: int) -> tuple[list[threading.Thread], list[int]]:
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(value())) for _ in range(count)]
    for thread in threads:
        thread.start()
    return threads, found


def test_one_thread_builds_and_the_others_take_what_it_built(slow: tuple) -> None:
    value, builds, go = slow
    threads, found = ask(value, 8)
    go.set()
    for thread in threads:
        thread.join()
    assert (found, len(builds)) == ([7] * 8, 1)


def test_who_waited_too_long_builds_for_itself(slow: tuple, monkeypatch: pytest.MonkeyPatch) -> None:
    value, builds, go = slow
    monkeypatch.setattr(changes, "WAIT", 0.05)
    threads, found = ask(value, 2)
    while len(builds) < 2:
        threading.Event().wait(0.01)
    go.set()
    for thread in threads:
        thread.join()
    assert (found, len(builds)) == ([7, 7], 2)


# --- the file ----------------------------------------------------------------------------------------------------------


def test_processes_share_the_numbers_and_a_new_file_begins_elsewhere(tmp_path: Path) -> None:
    one, other = Counters(tmp_path / "one"), Counters(tmp_path / "one")
    before = one.read([ALL, 1, 2])
    assert other.read([ALL, 1, 2]) == before
    other.advance([1])
    assert one.read([ALL, 1, 2]) == (before[0], before[1] + 1, before[2])
    one.advance([ALL])
    assert other.read([ALL]) != (before[0],)
    assert Counters(tmp_path / "two").read([ALL]) != (before[0],)


def test_no_advance_is_lost_between_threads(tmp_path: Path) -> None:
    files = [Counters(tmp_path / "one") for _ in range(4)]
    (before,) = files[0].read([5])
    threads = [threading.Thread(target=lambda own=own: [own.advance([5]) for _ in range(50)]) for own in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert files[0].read([5]) == (before + 200,)


def test_a_process_that_told_everything_and_ended_is_not_taken_for_one_that_died(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = Counters(tmp_path / "one")
    (before,) = here.read([ALL])
    told = os.pipe()
    hold, go = os.pipe()
    pid = os.fork()
    if not pid:
        here.intend()
        os.write(told[1], b".")
        os.read(hold, 1)
        here.settle()
        os._exit(0)
    os.read(told[0], 1)
    take = here._take

    def take_late(cell: int) -> bool:
        """Between the look at its intent and the lock the process settles and ends."""
        os.write(go, b".")
        os.waitpid(pid, 0)
        return take(cell)

    monkeypatch.setattr(here, "_take", take_late)
    assert (here.make_good(), here.read([ALL])) == (False, (before,))
    for descriptor in (*told, hold, go):
        os.close(descriptor)


class TestSeveralMachines:
    @pytest.fixture
    def machines(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[SharedCounters, SharedCounters]:
        """Return the numbers of two machines, each with a state folder of its own, that have heard of each other."""
        found = SharedCounters(tmp_path / "one"), SharedCounters(tmp_path / "two")
        for machine in found:
            machine.read([ALL])
        return found

    def test_they_hear_of_each_other_within_a_quarter_of_a_second(self, machines: tuple[SharedCounters, SharedCounters]) -> None:
        here, there = machines
        (mine,), (others, untouched) = here.read([5]), there.read([5, 6])
        here.advance([5])
        assert here.read([5]) == (mine + 1,)
        time.sleep(0.25)
        assert there.read([5, 6]) == (others + 1, untouched)
        before = here.read([ALL])
        there.advance([ALL])
        time.sleep(0.25)
        assert here.read([ALL]) != before

    def test_what_one_has_built_is_not_looked_for_by_the_other(self, machines: tuple[SharedCounters, SharedCounters]) -> None:
        here, there = machines
        assert here.identity != there.identity

    @pytest.mark.parametrize(
        ("values", "named"),
        [
            ({}, "DATABASE_URL"),
            ({"DATABASE_URL": "postgres://a:b@db/portal"}, "CACHE_URL"),
            ({"DATABASE_URL": "postgres://a:b@db/portal", "CACHE_URL": "redis://cache/0"}, ""),
        ],
    )
    def test_they_need_what_both_can_reach(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, values: dict[str, str], named: str
    ) -> None:
        for name in ("DATABASE_URL", "CACHE_URL"):
            monkeypatch.delenv(name, raising=False)
        for name, value in {"PORTAL_MACHINES": "2", **values}.items():
            monkeypatch.setenv(name, value)
        if not named:
            assert environment.machines(tmp_path) == 2
            return
        with pytest.raises(environment.SettingError, match=f"^PORTAL_MACHINES=2, .*{named}="):
            environment.machines(tmp_path)
