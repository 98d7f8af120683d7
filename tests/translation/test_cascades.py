"""What happens to a German page happens to its versions in the languages that follow."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoDbBlocker
from wagtail.models import GroupPagePermission, Locale, Page, PageLogEntry

from home.models import ContentPage, HomePage
from portal import changes
from tests.builders import add, make_alias, make_content_page, make_home, make_section, publish, submit, translate
from translation import cascades, roles
from translation.trees import find_problems

pytestmark = pytest.mark.django_db

CODES = ("en", "uk")


@dataclass
class Trees:
    """Two German sections: below the first a page with a page below it, and two others beside it.

    In English and Ukrainian `page` is translated, `below` an alias, `begun` submitted and not finished, `other` an alias. In Leichte
    Sprache `page` has a counterpart.
    """

    home: Page
    first: Page
    second: Page
    page: Page
    below: Page
    begun: Page
    other: Page
    easy: Page

    def of(self, page: Page, code: str) -> Page | None:
        """Return the version of a page in a language as it is now."""
        return Page.objects.filter(translation_key=page.translation_key, locale__language_code=code).first()

    def titles(self, parent: Page, code: str) -> list[str]:
        """Return the keys of the pages below a page in a language, in their order, by their German titles."""
        names = dict(Page.objects.filter(locale__language_code="de").values_list("translation_key", "title"))
        children = self.of(parent, code).get_children()
        return [names.get(key, "?") for key in children.values_list("translation_key", flat=True)]


@pytest.fixture(scope="module")
def shared_trees(module_database: DjangoDbBlocker) -> Trees:
    with module_database.unblock():
        return build()


@pytest.fixture
def trees(shared_trees: Trees, db: None) -> Trees:
    changes.announce(changes.EVERYTHING)
    return copy.deepcopy(shared_trees)


def build() -> Trees:
    home = make_home()
    first, second = make_section(home), make_section(home, "Einblicke")
    page = make_content_page(first, "Rückkehr")
    below = make_content_page(page, "Beratung")
    begun = make_content_page(first, "Schutz")
    other = make_content_page(first, "Zahlen")
    for code in CODES:
        translate(page, code)
        for source in (second, below, begun, other):
            make_alias(source, code)
        submit(begun, code).save_target(publish=False)
    simple = Locale.objects.get(language_code="de-simple")
    easy_home = add(
        Page.get_first_root_node(),
        HomePage(
            title="Start",
            hero_title="Hallo",
            hero_text="Hier steht es.",
            locale=simple,
            translation_key=home.translation_key,
        ),
    )
    easy = add(easy_home, ContentPage(title="Nach Hause", locale=simple, translation_key=page.translation_key))
    roles.set_up_roles()
    return Trees(home, first, second, page, below, begun, other, easy)


@pytest.fixture
def moderator(trees: Trees, client: Client) -> Client:
    """Who may change, publish and delete in the German tree, and nowhere else."""
    user = User.objects.create_user("freigabe", password="x")
    groups = Group.objects.filter(name__in=["Redaktion", "Freigabe"])
    user.groups.add(*groups)
    # Pages with others below them take a right of its own, which no role has from the start.
    bulk_delete = Permission.objects.get(codename="bulk_delete_page")
    GroupPagePermission.objects.create(group=groups[0], page=trees.home, permission=bulk_delete)
    client.force_login(user)
    return client


def fresh(page: Page) -> Page:
    return type(page).objects.get(pk=page.pk)


def choice_logged(page: Page) -> list[tuple[str, str, set[str]]]:
    return [
        (entry.data["action"], entry.data["choice"], {page["language"] for page in entry.data["pages"]})
        for entry in PageLogEntry.objects.filter(page_id=page.pk, action=cascades.LOG_ACTION).order_by("pk")
    ]


@pytest.fixture
def easy_stays(trees: Trees) -> object:
    """Compare the page in Leichte Sprache before and after."""
    before = Page.objects.filter(locale=trees.easy.locale).values()
    stored = list(before)
    yield
    assert list(before.all()) == stored
    assert not any(Page.find_problems())


@pytest.mark.usefixtures("easy_stays")
class TestMoving:
    @pytest.mark.parametrize("code", CODES)
    def test_from_code(self, trees: Trees, code: str) -> None:
        fresh(trees.page).move(fresh(trees.second), "last-child")
        assert trees.titles(trees.first, code) == ["Schutz", "Zahlen"]
        assert trees.titles(trees.second, code) == ["Rückkehr"]
        assert trees.titles(trees.page, code) == ["Beratung"]
        assert trees.of(trees.below, code).url_path == (
            trees.of(trees.second, code).url_path + trees.of(trees.page, code).slug + "/beratung/"
        )
        assert choice_logged(trees.page) == [("move", "all", set(CODES))]

    @pytest.mark.parametrize("code", CODES)
    def test_aliases_and_what_was_begun_always_follow(self, trees: Trees, code: str) -> None:
        with cascades.chosen(cascades.SOURCE_ONLY):
            for page in (trees.other, trees.begun):
                fresh(page).move(fresh(trees.second), "first-child")
        assert trees.titles(trees.second, code) == ["Schutz", "Zahlen"]
        assert not choice_logged(trees.other)

    @pytest.mark.parametrize(("choice", "place"), [(None, "second"), ("all", "second"), ("source", "first")])
    def test_in_the_admin(self, trees: Trees, moderator: Client, choice: str | None, place: str) -> None:
        url = reverse("wagtailadmin_pages:move_confirm", args=[trees.page.pk, trees.second.pk])
        response = moderator.get(url)
        assert {page.locale.language_code for page in response.context["finished_translations"]} == set(CODES)
        assert 'name="translations"' in response.content.decode()
        response = moderator.post(url, {"translations": choice} if choice else {})
        assert response.status_code == 302
        assert fresh(trees.page).get_parent().pk == trees.second.pk
        for code in CODES:
            parent = trees.of(getattr(trees, place), code)
            assert trees.of(trees.page, code).get_parent() == parent
        assert choice_logged(trees.page) == [("move", choice or "all", set(CODES))]
        assert PageLogEntry.objects.get(action=cascades.LOG_ACTION).user.username == "freigabe"
        history = moderator.get(reverse("wagtailadmin_pages:history", args=[trees.page.pk])).content.decode()
        assert trees.of(trees.page, "en").title in history

    def test_nothing_is_asked_where_nothing_is_translated(self, trees: Trees, moderator: Client) -> None:
        url = reverse("wagtailadmin_pages:move_confirm", args=[trees.other.pk, trees.second.pk])
        assert 'name="translations"' not in moderator.get(url).content.decode()

    @pytest.mark.parametrize("code", CODES)
    def test_bulk(self, trees: Trees, moderator: Client, code: str) -> None:
        url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "move"])
        ids = f"?id={trees.page.pk}&id={trees.other.pk}"
        assert moderator.post(url + ids, {"chooser": trees.second.pk}).status_code == 302
        assert trees.titles(trees.second, code) == ["Rückkehr", "Zahlen"]

    @pytest.mark.parametrize("code", CODES)
    def test_a_slug_that_is_taken_there(self, trees: Trees, code: str) -> None:
        """The German slug is free, but a translation there has the same."""
        translated = translate(make_content_page(trees.second, "Anderes"), code, title="Zahlen")
        Page.objects.filter(pk=translated.pk).update(slug="zahlen")
        fresh(trees.other).move(fresh(trees.second), "last-child")
        assert trees.of(trees.other, code).slug == "zahlen-1"
        assert trees.of(trees.other, code).url_path.endswith("/zahlen-1/")

    @pytest.mark.parametrize("code", CODES)
    def test_a_slug_that_a_view_of_the_portal_has_there(self, trees: Trees, code: str) -> None:
        Page.objects.filter(pk=trees.of(trees.page, code).pk).update(slug="poshuk")
        fresh(trees.page).move(fresh(trees.home), "last-child")
        assert trees.of(trees.page, code).url_path == trees.of(trees.home, code).url_path + "poshuk-1/"

    @pytest.mark.parametrize("code", CODES)
    def test_a_destination_without_a_version(self, trees: Trees, code: str) -> None:
        third = make_section(trees.home, "Mitmachen")
        fresh(trees.page).move(third, "last-child")
        assert trees.titles(third, code) == ["Rückkehr"]
        assert trees.of(third, code).alias_of_id == third.pk


@pytest.mark.usefixtures("easy_stays")
class TestReordering:
    @pytest.mark.parametrize("code", CODES)
    @pytest.mark.parametrize("position", ["0", "1", "2", None])
    def test_in_the_explorer(self, trees: Trees, moderator: Client, code: str, position: str | None) -> None:
        for page in (trees.begun, trees.page, trees.other):
            url = reverse("wagtailadmin_pages:set_page_position", args=[page.pk])
            moderator.post(url + (f"?position={position}" if position else ""))
            assert trees.titles(trees.first, code) == trees.titles(trees.first, "de")
        assert not choice_logged(trees.page)

    @pytest.mark.parametrize("code", CODES)
    def test_from_code(self, trees: Trees, code: str) -> None:
        fresh(trees.other).move(fresh(trees.page), "left")
        assert trees.titles(trees.first, code) == ["Zahlen", "Rückkehr", "Schutz"]
        fresh(trees.other).move(fresh(trees.begun), "right")
        assert trees.titles(trees.first, code) == ["Rückkehr", "Schutz", "Zahlen"]

    @pytest.mark.parametrize("code", CODES)
    def test_a_version_that_is_made_later(self, trees: Trees, code: str) -> None:
        """Of a page that came in between."""
        page = ContentPage(title="Mittendrin", live=False)
        fresh(trees.page).add_sibling(pos="right", instance=page)
        make_alias(publish(page), code)
        assert trees.titles(trees.first, code) == ["Rückkehr", "Mittendrin", "Schutz", "Zahlen"]

    def test_what_another_language_has_besides_keeps_its_place(self, trees: Trees) -> None:
        lone = make_content_page(trees.of(trees.first, "en").specific, "Only English")
        fresh(lone).move(trees.of(trees.page, "en"), "left")
        fresh(trees.other).move(fresh(trees.page), "left")
        assert trees.titles(trees.first, "en") == ["?", "Zahlen", "Rückkehr", "Schutz"]


@pytest.mark.usefixtures("easy_stays")
class TestUnpublishing:
    @pytest.mark.parametrize("code", CODES)
    def test_from_code_and_back(self, trees: Trees, code: str) -> None:
        for page in (trees.page, trees.below, trees.begun, trees.other):
            fresh(page).unpublish()
            assert not trees.of(page, code).live
        assert choice_logged(trees.page) == [("unpublish", "all", set(CODES))]
        for page in (trees.page, trees.below, trees.other):
            publish(fresh(page))
        assert trees.of(trees.below, code).live
        assert trees.of(trees.other, code).live

    @pytest.mark.parametrize("choice", [None, "all", "source"])
    def test_in_the_admin(self, trees: Trees, moderator: Client, choice: str | None) -> None:
        url = reverse("wagtailadmin_pages:unpublish", args=[trees.page.pk])
        assert 'name="translations"' in moderator.get(url).content.decode()
        data = {"include_descendants": "on"} | ({"translations": choice} if choice else {})
        assert moderator.post(url, data).status_code == 302
        for code in CODES:
            assert trees.of(trees.page, code).live == (choice == "source")
            assert not trees.of(trees.below, code).live
        assert choice_logged(trees.page) == [("unpublish", choice or "all", set(CODES))]

    def test_bulk(self, trees: Trees, moderator: Client) -> None:
        url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "unpublish"])
        moderator.post(f"{url}?id={trees.page.pk}&id={trees.begun.pk}", {"include_descendants": "on"})
        for page in (trees.page, trees.below, trees.begun):
            assert [trees.of(page, code).live for code in CODES] == [False, False]


@pytest.mark.usefixtures("easy_stays")
class TestDeleting:
    @pytest.mark.parametrize(
        "delete", [lambda page: page.delete(), lambda page: Page.objects.filter(pk=page.pk).delete()]
    )
    def test_from_code(self, trees: Trees, delete: Callable[[Page], object]) -> None:
        pages = [trees.first, trees.page, trees.below, trees.begun, trees.other]
        delete(fresh(trees.first))
        keys = [page.translation_key for page in pages]
        left = Page.objects.filter(translation_key__in=keys)
        assert [page.locale.language_code for page in left] == ["de-simple"]
        assert not Page.objects.filter(title="Beratung").exists()
        (entry,) = choice_logged(trees.first)
        assert entry == ("delete", "all", set(CODES))

    @pytest.mark.parametrize("choice", [None, "all", "source"])
    def test_in_the_admin(self, trees: Trees, moderator: Client, choice: str | None) -> None:
        url = reverse("wagtailadmin_pages:delete", args=[trees.page.pk])
        response = moderator.get(url)
        assert 'name="translations"' in response.content.decode()
        assert moderator.post(url, {"translations": choice} if choice else {}).status_code == 302
        for code in CODES:
            assert (trees.of(trees.page, code) is not None) == (choice == "source")
            assert trees.of(trees.below, code) is None
        assert choice_logged(trees.page) == [("delete", choice or "all", set(CODES))]

    def test_a_kept_translation_below_what_goes_moves_up(self, trees: Trees) -> None:
        deep = translate(trees.below, "en")
        middle = trees.of(trees.page, "en")
        middle.alias_of = trees.page
        middle.save(update_fields=["alias_of"], clean=False)
        with cascades.chosen("source"):
            fresh(trees.page).delete()
        kept = trees.of(trees.below, "en")
        assert kept.pk == deep.pk
        assert kept.get_parent() == trees.of(trees.first, "en")
        assert trees.of(trees.page, "en") is None

    def test_an_alias_in_the_same_tree_goes_too(self, trees: Trees) -> None:
        alias = trees.other.create_alias(parent=trees.second)
        fresh(trees.other).delete()
        assert not Page.objects.filter(pk=alias.pk).exists()

    def test_bulk(self, trees: Trees, moderator: Client) -> None:
        url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "delete"])
        moderator.post(f"{url}?id={trees.page.pk}&id={trees.other.pk}")
        for page in (trees.page, trees.below, trees.other):
            assert [trees.of(page, code) for code in CODES] == [None, None]

    def test_a_page_of_another_language_takes_nothing_along(self, trees: Trees) -> None:
        trees.of(trees.page, "en").delete()
        assert trees.of(trees.page, "uk")
        assert fresh(trees.page).live


@pytest.mark.usefixtures("easy_stays")
class TestCopying:
    @pytest.mark.parametrize("code", CODES)
    @pytest.mark.parametrize("options", [{}, {"publish_copies": "on"}])
    def test_in_the_admin(self, trees: Trees, moderator: Client, code: str, options: dict[str, str]) -> None:
        url = reverse("wagtailadmin_pages:copy", args=[trees.page.pk])
        data = {"new_title": "Kopie", "new_slug": "kopie", "new_parent_page": trees.second.pk, "copy_subpages": "on"}
        assert moderator.post(url, data | options).status_code == 302
        copy = fresh(trees.second).get_children().get()
        assert trees.of(copy, code).alias_of_id == copy.pk
        assert trees.of(copy, code).live == copy.live == bool(options)
        assert trees.titles(copy, code) == ["Beratung"]
        assert [problem for problem in find_problems() if problem.page_id == copy.pk] == []


@pytest.mark.usefixtures("easy_stays")
class TestManyAtOnce:
    """The bulk actions of the explorer ask as well, and once."""

    @pytest.mark.parametrize(("choice", "stays"), [(None, False), ("all", False), ("source", True)])
    @pytest.mark.parametrize("action", ["move", "unpublish", "delete"])
    def test_the_choice(self, trees: Trees, moderator: Client, action: str, choice: str | None, stays: bool) -> None:
        url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", action])
        url += f"?id={trees.page.pk}&id={trees.other.pk}"
        response = moderator.get(url)
        assert {page.pk for page in response.context["finished_translations"]} == {
            trees.of(trees.page, code).pk for code in CODES
        }
        assert response.content.decode().count('name="translations"') == 2
        before = [trees.of(trees.page, code) for code in CODES]
        data = {"chooser": trees.second.pk} | ({"translations": choice} if choice else {})
        assert moderator.post(url, data).status_code == 302
        after = [trees.of(trees.page, code) for code in CODES]
        is_as_before = [
            new is not None and new.live == old.live and new.get_parent().pk == old.get_parent().pk
            for old, new in zip(before, after, strict=True)
        ]
        assert is_as_before == [stays, stays]
        assert choice_logged(trees.page) == [(action, choice or "all", set(CODES))]
        assert action != "unpublish" or not any(trees.of(trees.other, code).live for code in CODES)

    def test_nothing_is_asked_where_nothing_is_translated(self, trees: Trees, moderator: Client) -> None:
        url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "delete"])
        assert 'name="translations"' not in moderator.get(f"{url}?id={trees.other.pk}").content.decode()


class TestSlugs:
    def test_aliases_and_what_was_begun_take_the_german_slug(
        self, trees: Trees, django_capture_on_commit_callbacks: Callable
    ) -> None:
        translated = trees.of(trees.page, "en").slug
        for page in (trees.page, trees.begun, trees.other, trees.home):
            page = fresh(page)
            page.slug = f"neu-{page.slug}"
            with django_capture_on_commit_callbacks(execute=True):
                publish(page)
        for code in CODES:
            assert trees.of(trees.begun, code).slug == "neu-schutz"
            assert trees.of(trees.other, code).slug == "neu-zahlen"
            assert trees.of(trees.page, code).slug == translated
        assert fresh(trees.easy).slug == "nach-hause"

    def test_a_slug_that_is_taken_gets_a_number(
        self, trees: Trees, django_capture_on_commit_callbacks: Callable
    ) -> None:
        Page.objects.filter(pk=trees.of(trees.page, "en").pk).update(slug="neu")
        page = fresh(trees.other)
        page.slug = "neu"
        with django_capture_on_commit_callbacks(execute=True):
            publish(page)
        assert (trees.of(page, "en").slug, trees.of(page, "uk").slug) == ("neu-1", "neu")
