"""The command that checks the page trees: every way in which they can be broken is found and mended."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Q
from pytest_django import DjangoAssertNumQueries, DjangoDbBlocker
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Locale, Page, PageViewRestriction
from wagtail.query import PageQuerySet
from wagtail_localize.models import LocaleSynchronization

from home.models import ContentPage, HomePage
from portal import changes
from portal.changes import Event
from portal.language.languages import LANGUAGES
from portal.models import BasePage
from portal.pages import restrictions
from portal.pages.versions import is_finished
from tests.builders import add, make_alias, make_content_page, make_home, make_section, publish, submit, translate
from translation import cascades
from translation.trees import RULES, find_problems

pytestmark = pytest.mark.django_db

FOLLOWING = [language.code for language in LANGUAGES if language.follows_source and language.code != "de"]


class Portal:
    """German pages `section` > `page` > `below`, `other`, `draft`, translated into English as far as `page`; aliases elsewhere.

    `begun` is submitted into all languages. Leichte Sprache has a home page and a page beside `page`.
    """

    def __init__(self) -> None:
        self.home = make_home()
        self.section = make_section(self.home)
        self.page = make_content_page(self.section, "Rückkehr")
        self.below = make_content_page(self.page, "Beratung")
        self.other = make_content_page(self.section, "Zahlen")
        self.begun = make_content_page(self.section, "Schutz")
        self.draft = make_content_page(self.section, "Entwurf", live=False)
        translate(self.page, "en")
        for page in (self.home, self.section, self.page, self.below, self.other, self.begun, self.draft):
            for code in FOLLOWING:
                if not self.of(page, code):
                    make_alias(page, code)
        for code in FOLLOWING:
            submit(self.begun, code).save_target(publish=False)
        simple = Locale.objects.get(language_code="de-simple")
        home = HomePage(title="Start", hero_title="Hallo", hero_text="Text", locale=simple)
        home.translation_key = self.home.translation_key
        page = ContentPage(title="Nach Hause", locale=simple, translation_key=self.page.translation_key)
        self.easy = add(add(Page.get_first_root_node(), home), page)

    def of(self, page: Page, code: str = "uk") -> Page | None:
        return Page.objects.filter(translation_key=page.translation_key, locale__language_code=code).first()


@pytest.fixture(scope="module")
def shared_portal(module_database: DjangoDbBlocker) -> Portal:
    with module_database.unblock():
        return Portal()


@pytest.fixture
def portal(shared_portal: Portal, db: None) -> Portal:
    changes.announce(changes.EVERYTHING)
    return copy.deepcopy(shared_portal)


@pytest.fixture(autouse=True)
def committed(django_capture_on_commit_callbacks: Callable) -> Callable:
    """Wagtail tells of a new slug with the commit."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def check(*arguments: str) -> tuple[bool, str]:
    """Run the command and return whether all is well, and what it printed."""
    out = StringIO()
    try:
        call_command("check_trees", *arguments, stdout=out)
    except CommandError:
        return False, out.getvalue()
    return True, out.getvalue()


def store(page: Page, **values: object) -> None:
    """Write to the database what no code of ours would."""
    assert Page.objects.filter(pk=page.pk).update(**values) == 1


@contextmanager
def without_cascade() -> Iterator[None]:
    """Delete as if nobody looked after aliases."""
    receivers = changes._receivers[Event.DELETING]
    cascade = next(entry for entry in receivers if entry[1] is cascades.delete_followers)
    receivers.remove(cascade)
    try:
        yield
    finally:
        receivers.append(cascade)


def move_branch(page: Page, parent: Page, step: str = "000Z") -> None:
    """Hang a page with its branch elsewhere, by its path alone."""
    for row in Page.objects.filter(path__startswith=page.path):
        store(row, path=parent.path + step + row.path[len(page.path) :])


def swap(one: Page, other: Page) -> None:
    """Let two leaves change their places."""
    store(one, path="ZZZZ")
    store(other, path=one.path)
    store(one, path=other.path)


def drop_unique_key() -> None:
    """Take away the database's own rule that a page has one version in each language."""
    table = Page._meta.db_table
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, table)
        columns = {"translation_key", "locale_id"}
        name = next(key for key, value in constraints.items() if value["unique"] and set(value["columns"]) == columns)
        # PostgreSQL alters no table whose deferred constraints wait for the end of the transaction.
        connection.check_constraints()
        sql = "DROP INDEX {1}" if connection.vendor == "sqlite" else "ALTER TABLE {0} DROP CONSTRAINT {1}"
        cursor.execute(sql.format(connection.ops.quote_name(table), connection.ops.quote_name(name)))


def lose_path(portal: Portal) -> None:
    page = portal.of(portal.page)
    for row in Page.objects.filter(path__startswith=page.path):
        store(row, path="0001009900ZZ" + row.path[len(page.path) :])


def lose_german_path(portal: Portal) -> None:
    for row in Page.objects.filter(path__startswith=portal.page.path):
        store(row, path="0001009900ZZ" + row.path[len(portal.page.path) :])


def cut_path(portal: Portal) -> None:
    page = portal.of(portal.other)
    store(page, path=page.path[:-1])


def misspell_path(portal: Portal) -> None:
    page = portal.of(portal.other)
    store(page, path=page.path[:-1] + "?")


def take_over(portal: Portal) -> None:
    """Two English versions of one page: the second was that of another page."""
    drop_unique_key()
    store(portal.of(portal.other, "en"), translation_key=portal.page.translation_key)


def delete_source(portal: Portal) -> None:
    with without_cascade():
        for page in (portal.other, portal.begun):
            type(page).objects.get(pk=page.pk).delete()
    assert portal.of(portal.other).alias_of is None


def delete_alias(portal: Portal) -> None:
    portal.of(portal.page).delete()
    portal.of(portal.begun, "ar").delete()


def move_alias(portal: Portal) -> None:
    """With its slug taken there."""
    alias = portal.of(portal.other)
    alias.move(portal.of(portal.page), "last-child")


def move_translation(portal: Portal) -> None:
    translated = portal.of(portal.page, "en")
    translated.move(portal.of(portal.home, "en"), "last-child")


def bury_home(portal: Portal) -> None:
    move_branch(portal.of(portal.home), portal.of(portal.home, "ar"))


def copy_restriction(portal: Portal) -> None:
    """As earlier versions of wagtail-localize left them; another one of English alone stays."""
    restrict(portal.page, "eins")
    for page in (portal.of(portal.page, "en"), portal.of(portal.page), portal.easy):
        restrict(page, "eins")
    restrict(portal.of(portal.page, "en"), "zwei")


def restrict(page: Page, password: str) -> None:
    PageViewRestriction.objects.create(page=page, restriction_type="password", password=password)


BREAKS = [
    ("path", lose_path),
    ("path", lose_german_path),
    ("path", cut_path),
    ("path", misspell_path),
    ("numbers", lambda portal: store(portal.of(portal.page), depth=9)),
    ("numbers", lambda portal: store(portal.section, numchild=0)),
    ("url_path", lambda portal: store(portal.of(portal.page), url_path="/nirgends/")),
    ("url_path", lambda portal: store(portal.below, url_path="/nirgends/")),
    ("twins", take_over),
    ("locale", lambda portal: move_branch(portal.of(portal.page), portal.of(portal.section, "ar"))),
    ("locale", lambda portal: move_branch(portal.of(portal.page, "en"), portal.section)),
    ("locale", lambda portal: move_branch(portal.other, portal.of(portal.section, "en"))),
    ("locale", lambda portal: move_branch(portal.easy, portal.section)),
    ("orphan", delete_source),
    ("copy", lambda portal: portal.other.create_alias(parent=portal.home)),
    ("copy", lambda portal: portal.of(portal.page, "en").create_alias(update_slug="copy")),
    ("missing", delete_alias),
    ("place", move_alias),
    ("place", move_translation),
    ("locale", bury_home),
    ("order", lambda portal: swap(portal.of(portal.other), portal.of(portal.begun))),
    ("order", lambda portal: swap(portal.of(portal.other, "en"), portal.of(portal.begun, "en"))),
    ("slug", lambda portal: store(portal.of(portal.other), slug="anders")),
    ("live", lambda portal: store(portal.of(portal.other), live=False)),
    ("live", lambda portal: store(portal.of(portal.draft), live=True)),
    ("restriction", copy_restriction),
]


def test_a_healthy_tree(portal: Portal) -> None:
    assert check() == (True, "")
    assert check("--repair") == (True, "")
    assert not any(Page.find_problems())


def test_every_rule_is_tested() -> None:
    # What breaks “refused” is no data, and mends nowhere.
    assert {rule for rule, _damage in BREAKS} == set(RULES) - {"refused"}


def test_copies_of_a_restriction_are_taken_away_and_others_stay(portal: Portal) -> None:
    copy_restriction(portal)
    versions = [portal.page, portal.of(portal.page, "en"), portal.of(portal.page), portal.easy]
    assert {problem.page_id for problem in find_problems()} == {page.pk for page in versions[1:]}
    assert check("--repair")[0]
    left = PageViewRestriction.objects.order_by("password").values_list("page_id", "password")
    assert list(left) == [(portal.page.pk, "eins"), (versions[1].pk, "zwei")]
    assert all(Page.objects.get(pk=page.pk).get_view_restrictions().exists() for page in versions)


@pytest.mark.parametrize("answers", ["public", "get_view_restrictions", "own_list"])
def test_what_is_private_and_not_refused_is_named(portal: Portal, monkeypatch: pytest.MonkeyPatch, answers: str) -> None:
    restrict(portal.section, "eins")
    bound = Page.objects.filter(
        translation_key__in=[each.translation_key for each in portal.section.get_descendants(inclusive=True)]
    )
    tops = bound.filter(Q(translation_key=portal.section.translation_key) | Q(pk=portal.easy.pk))
    assert (bound.count(), tops.count()) == (6 * 4 + 1, 5)
    assert check("--repair") == (True, "")
    # Each as Wagtail has it, or as if the portal had forgotten something: restrictions bind what they are set on.
    if answers == "public":
        own = lambda self: Q(path__startswith=portal.section.path)  # noqa: E731
        monkeypatch.setattr(PageQuerySet, "private_q", own)
    elif answers == "own_list":
        monkeypatch.setattr(restrictions, "restricted_paths", lambda: frozenset({portal.section.path}))
    else:
        none = lambda self: self.view_restrictions.all()  # noqa: E731
        for model in (Page, BasePage):
            monkeypatch.setattr(model, "get_view_restrictions", none)
    followers = set(tops if answers == "get_view_restrictions" else bound) - set(
        portal.section.get_descendants(inclusive=True)
    )
    is_well, out = check("--repair")
    assert not is_well
    assert {int(line.split()[1]) for line in out.splitlines()} == {page.pk for page in followers}, out
    assert all(line.startswith("refused: ") for line in out.splitlines())


@pytest.mark.parametrize(("rule", "damage"), BREAKS)
def test_found_and_mended(portal: Portal, committed: Callable, rule: str, damage: Callable[[Portal], None]) -> None:
    texts = set(Page.objects.filter(alias_of=None).values_list("title", flat=True))
    damage(portal)
    is_well, out = check()
    assert not is_well
    assert any(line.startswith(f"{rule}: ") for line in out.splitlines()), out
    with committed():
        is_well, out = check("--repair")
    assert is_well, out
    assert any(line.startswith(f"Mended: {rule}: ") for line in out.splitlines()), out
    assert check() == (True, "")
    assert not any(Page.find_problems())
    assert portal.of(portal.page, "de").get_parent() == portal.of(portal.section, "de")
    if damage is not delete_source:
        assert texts <= set(Page.objects.filter(alias_of=None).values_list("title", flat=True))


def test_all_at_once(portal: Portal, committed: Callable) -> None:
    """Whatever comes together is mended together, as far as the damages leave each other alone."""
    for damage in (move_alias, move_translation, delete_alias):
        damage(portal)
    store(portal.section, numchild=0)
    store(portal.of(portal.below, "ar"), url_path="/nirgends/", slug="x", live=False)
    with committed():
        assert check("--repair")[0]
    assert check() == (True, "")


def test_it_finds_what_treebeard_finds(portal: Portal) -> None:
    store(portal.of(portal.page), depth=9)
    store(portal.section, numchild=0)
    store(portal.of(portal.other), path="0001009900ZZ")
    assert {pk for found in Page.find_problems() for pk in found} <= {problem.page_id for problem in find_problems()}


def test_changed_addresses_leave_redirects(portal: Portal, committed: Callable) -> None:
    store(portal.of(portal.other), slug="anders", url_path="/startseite-uk/unsere-arbeit/anders/")
    store(portal.of(portal.below), url_path="/startseite-uk/nirgends/")
    with committed():
        check("--repair")
    assert dict(Redirect.objects.values_list("old_path", "redirect_page_id")) == {
        "/uk/unsere-arbeit/anders": portal.of(portal.other).pk,
        "/uk/nirgends": portal.of(portal.below).pk,
    }


def test_a_translation_that_was_kept_in_its_place(portal: Portal) -> None:
    other = make_section(portal.home, "Einblicke")
    for code in FOLLOWING:
        make_alias(other, code)
    with cascades.chosen(cascades.SOURCE_ONLY):
        ContentPage.objects.get(pk=portal.page.pk).move(other, "last-child")
    assert portal.of(portal.page, "en").get_parent() == portal.of(portal.section, "en")
    assert check() == (True, "")


def test_an_alias_that_was_once_finished_keeps_its_slug(portal: Portal) -> None:
    page = portal.of(portal.page, "en")
    store(page, alias_of=portal.page.pk)
    assert page.slug != portal.page.slug
    assert check() == (True, "")


def test_what_was_written_there_by_hand_is_no_orphan(portal: Portal) -> None:
    make_content_page(portal.of(portal.section, "en").specific, "Only English", live=False)
    publish(make_content_page(portal.of(portal.section, "en").specific, "Only English, too"))
    assert check() == (True, "")


def test_what_was_never_finished_is_an_orphan_without_its_source(portal: Portal) -> None:
    """It was published all the same, with texts in German."""
    assert not is_finished(translate(portal.other, "en", leave_out=1))
    gone = (portal.other, portal.page, portal.below)
    versions = {portal.of(page, code).pk for page in gone for code in FOLLOWING} - {portal.of(portal.page, "en").pk}
    with without_cascade():
        for page in gone[:2]:
            type(page).objects.get(pk=page.pk).delete()
    assert {problem.page_id for problem in find_problems() if problem.kind == "orphan"} == versions


def test_what_cannot_be_mended_is_left(portal: Portal) -> None:
    """A language that has no home page of its own has no place for a page."""
    german = make_content_page(portal.section, "Heimatlos")
    for code in FOLLOWING:
        make_alias(german, code)
    LocaleSynchronization.objects.filter(locale__language_code="ar").delete()
    french = Locale.objects.create(language_code="fr")
    store(portal.of(german, "ar"), locale=french)
    is_well, out = check("--repair")
    assert not is_well
    assert out.startswith("locale: ")
    assert portal.of(german, "fr")


@pytest.mark.once
def test_the_same_number_of_queries_whatever_the_size(
    portal: Portal, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    find_problems()
    with django_assert_num_queries(4):
        assert find_problems() == []
    for number in range(10):
        page = make_content_page(portal.page, f"Seite {number}")
        for code in FOLLOWING:
            make_alias(page, code)
    find_problems()
    with django_assert_num_queries(4):
        assert find_problems() == []
    Page.objects.filter(depth__gt=3).update(depth=9)
    with django_assert_num_queries(4):
        assert len(find_problems()) > 40
