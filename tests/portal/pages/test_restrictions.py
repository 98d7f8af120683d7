"""A restriction binds every version of a page: computed, never copied."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker
from wagtail.models import Locale, Page, PageViewRestriction

from home.models import ContentPage, HomePage
from portal import changes, navigation
from portal.language.languages import languages_by_code
from portal.models.pages import BasePageForm
from portal.pages import links, readers, restrictions, versions
from portal.pages.readers import Reader
from search import suggestions
from search.models import Document
from tests.builders import add, make_alias, make_content_page, make_home, make_section, publish, submit, translate
from translation import cascades

pytestmark = pytest.mark.django_db

KINDS = (PageViewRestriction.PASSWORD, PageViewRestriction.LOGIN, PageViewRestriction.GROUPS)


@dataclass
class Pages:
    """A German section with a page and one below it: translated to English, begun in Arabic, in Leichte Sprache apart."""

    home: HomePage
    section: Page
    page: Page
    below: Page
    outside: Page

    def versions(self, *pages: Page) -> list[Page]:
        """Return all versions of pages, in all languages."""
        return list(Page.objects.filter(translation_key__in=[page.translation_key for page in pages]))


@pytest.fixture(scope="module")
def shared_pages(module_database: DjangoDbBlocker) -> Pages:
    with module_database.unblock():
        return build()


@pytest.fixture
def pages(shared_pages: Pages, db: None) -> Pages:
    changes.announce(changes.EVERYTHING)
    return copy.deepcopy(shared_pages)


def build() -> Pages:
    home = make_home()
    section = make_section(home)
    page = make_content_page(section, "Rückkehr")
    below = make_content_page(page, "Beratung")
    outside = make_content_page(home, "Daneben")
    for source in (page, below, outside):
        translate(source, "en", title=f"{source.title} in English")
        make_alias(source, "uk")
    begun = submit(page, "ar")
    begun.source.create_or_update_translation(begun.target_locale, publish=False, fallback=True, copy_parent_pages=True)
    easy = home.copy_for_translation(Locale.objects.get(language_code="de-simple"))
    easy.save_revision().publish()
    easy = HomePage.objects.get(pk=easy.pk)
    # Leichte Sprache has a tree of its own: its pages stand where they stand.
    for source in (page, outside):
        add(easy, ContentPage(title=f"{source.title} einfach", locale=easy.locale, translation_key=source.translation_key))
    return Pages(home, section, page, below, outside)


def restrict(page: Page, kind: str = PageViewRestriction.PASSWORD, password: str = "sesam") -> PageViewRestriction:  # noqa: S107
    restriction = PageViewRestriction.objects.create(page=page, restriction_type=kind, password=password)
    if kind == PageViewRestriction.GROUPS:
        restriction.groups.add(Group.objects.get_or_create(name="Leser")[0])
    return restriction


def of(page: Page, code: str) -> Page:
    return Page.objects.get(translation_key=page.translation_key, locale__language_code=code).specific


def private() -> set[int]:
    """Return the ids of all private pages, as each of those who can be asked says; they agree."""
    everywhere = Page.objects.filter(depth__gt=1)
    answers = {
        "restrictions.public": set(everywhere.values_list("pk", flat=True))
        - set(restrictions.public(everywhere).values_list("pk", flat=True)),
        "is_restricted": {page.pk for page in everywhere if restrictions.is_restricted(page)},
        "get_view_restrictions": {page.pk for page in everywhere if page.specific.get_view_restrictions().exists()},
        "not specific": {page.pk for page in everywhere if page.get_view_restrictions().exists()},
        "Wagtail's not_public": set(everywhere.not_public().values_list("pk", flat=True)),
        "Wagtail's public": set(everywhere.values_list("pk", flat=True))
        - set(everywhere.public().values_list("pk", flat=True)),
    }
    assert {name: found for name, found in answers.items() if found != answers["is_restricted"]} == {}
    return answers["is_restricted"]


def ids(found: list[Page]) -> set[int]:
    return {page.pk for page in found}


def test_a_restriction_binds_every_version_and_all_below(pages: Pages) -> None:
    for kind in KINDS:
        restriction = restrict(pages.page, kind)
        assert private() == ids(pages.versions(pages.page, pages.below))
        restriction.delete()
        assert private() == set()


def test_a_page_above_binds_leichte_sprache_that_stands_elsewhere(pages: Pages) -> None:
    restrict(pages.section)
    bound = pages.versions(pages.section, pages.page, pages.below)
    assert private() == ids(bound)
    easy = of(pages.page, "de-simple")
    below_easy = add(easy.specific, ContentPage(title="Nur einfach", locale=easy.locale))
    assert private() == {*ids(bound), below_easy.pk}


def test_versions_made_later_and_pages_moved_there_are_bound(pages: Pages) -> None:
    restrict(pages.page)
    late = make_content_page(pages.page, "Später")
    translate(late, "en", title="Later")
    assert private() == ids(pages.versions(pages.page, pages.below, late))
    pages.outside.move(Page.objects.get(pk=pages.page.pk), pos="last-child")
    assert private() == ids(pages.versions(pages.page, pages.below, late, pages.outside))
    assert PageViewRestriction.objects.count() == 1
    copied = pages.page.copy(to=pages.home, update_attrs={"slug": "kopie"}, recursive=True)
    assert copied.pk in private()
    PageViewRestriction.objects.filter(page=pages.page).delete()
    assert private() == {copied.pk, *copied.get_descendants().values_list("pk", flat=True)}


def test_who_moves_away_from_what_is_private_is_public_and_what_stays_there_is_not(pages: Pages) -> None:
    """Privacy above, after a move of everything, of German alone, and of a translation alone."""
    restrict(pages.section)
    pages.page.move(Page.objects.get(pk=pages.home.pk), pos="last-child")
    assert private() == ids(pages.versions(pages.section))
    pages.page.refresh_from_db()
    pages.page.move(Page.objects.get(pk=pages.section.pk), pos="last-child")
    bound = ids(pages.versions(pages.section, pages.page, pages.below))
    assert private() == bound
    with cascades.chosen(cascades.SOURCE_ONLY):
        Page.objects.get(pk=pages.page.pk).move(Page.objects.get(pk=pages.home.pk), pos="last-child")
    english = of(pages.page, "en")
    assert english.get_parent().translation_key == pages.section.translation_key
    assert private() == {
        *ids(pages.versions(pages.section)), english.pk, *english.get_descendants().values_list("pk", flat=True),
    }  # fmt: skip


def test_a_section_private_in_one_language_binds_what_comes_there_and_lets_go_what_leaves(pages: Pages) -> None:
    arabic_home = of(pages.home, "ar")
    section = of(pages.section, "ar")
    restrict(section)
    inside = {section.pk, *section.get_descendants().values_list("pk", flat=True)}
    assert private() == inside
    # A German page goes into the section: in Arabic alone it is private then.
    make_alias(pages.outside, "ar")
    pages.outside.move(Page.objects.get(pk=pages.section.pk), pos="last-child")
    coming = of(pages.outside, "ar")
    assert coming.get_parent().pk == section.pk
    assert private() == {*inside, coming.pk}
    coming.move(arabic_home, pos="last-child")
    assert private() == inside
    # What is written below a page that became private while it was written is private from its first moment on.
    below = add(section, ContentPage(title="هنا", locale=section.locale))
    assert private() == {*inside, below.pk}


def test_an_alias_in_the_same_language_is_bound_and_keeps_nothing(pages: Pages) -> None:
    restriction = restrict(pages.page)
    alias = pages.page.specific.create_alias(parent=pages.home, update_slug="spiegel", recursive=True)
    mirrored = {alias.pk, *alias.get_descendants().values_list("pk", flat=True)}
    assert private() == ids(pages.versions(pages.page, pages.below)) | mirrored
    restriction.delete()
    assert private() == set()


def test_where_both_restrict_both_hold_and_lifting_one_leaves_the_other(pages: Pages, client: Client) -> None:
    english = of(pages.page, "en")
    first, second = restrict(pages.page, password="eins"), restrict(english, password="zwei")
    assert set(english.get_view_restrictions()) == {first, second}
    assert set(of(pages.page, "uk").get_view_restrictions()) == {first}
    for restriction in (first, second):
        assert "Rückkehr in English" not in client.get(english.get_url()).content.decode()
        data = {"password": restriction.password, "return_url": english.get_url()}
        client.post(f"/de/_util/authenticate_with_password/{restriction.pk}/{english.pk}/", data)
    assert "Rückkehr in English" in client.get(english.get_url()).content.decode()
    first.delete()
    assert private() == {english.pk, *english.get_descendants().values_list("pk", flat=True)}


def test_one_password_opens_all_versions(pages: Pages, client: Client) -> None:
    restriction = restrict(pages.section)
    bound = [*pages.versions(pages.page, pages.below)]
    addresses = [page.get_url() for page in bound]
    asked = {address for address in addresses if 'type="password"' in client.get(address).content.decode()}
    assert asked == set(addresses)
    data = {"password": "sesam", "return_url": addresses[0]}
    client.post(f"/de/_util/authenticate_with_password/{restriction.pk}/{pages.page.pk}/", data)
    assert {address for address in addresses if 'type="password"' in client.get(address).content.decode()} == set()


def test_a_version_private_alone_is_marked_and_the_others_are_public(pages: Pages, client: Client) -> None:
    english = of(pages.page, "en")
    restrict(english)
    assert private() == {english.pk, *english.get_descendants().values_list("pk", flat=True)}
    found = versions.versions_of(pages.page)
    assert (set(found.real), set(found.fallbacks), set(found.restricted)) == ({"de", "de-simple"}, {"uk", "ar"}, {"en"})
    german = client.get(pages.page.get_url()).content.decode()
    assert "Rückkehr in English" not in german
    entry = next(entry for entry in navigation.language_links(readers.current().showing(pages.page)) if entry.language == "en")
    assert (entry.address, str(entry.mark)) == (english.get_url(), "geschützt")
    with readers.answering(Reader(languages_by_code()["en"])):
        link = links.resolve_one(pages.page.pk)
        assert (link.address, link.title, link.mark) == (english.get_url(), "Rückkehr", "geschützt")
    assert "Rückkehr in English" not in client.get("/en/").content.decode()


def test_a_restriction_of_english_alone_stays_through_the_work_on_it(pages: Pages) -> None:
    english = of(pages.page, "en")
    own = restrict(english, password="nur hier")
    translation = submit(pages.page, "en")
    ways: dict[str, Callable] = {
        "save": lambda: translation.save_target(publish=False),
        "publish": lambda: translation.save_target(publish=True),
        "update": lambda: translation.source.update_target_view_restrictions(translation.target_locale),
        "PO": lambda: translation.import_po(translation.export_po()),
        "segments": lambda: translation.source.update_from_db(),
    }
    for is_bound_too in (True, False):
        if is_bound_too:
            restrict(pages.page, password="auch hier")
        else:
            pages.page.view_restrictions.all().delete()
        for way, work in ways.items():
            work()
            rows = list(english.view_restrictions.values_list("pk", "password"))
            assert (way, rows) == (way, [(own.pk, "nur hier")])
    assert english.pk in private()
    assert pages.page.pk not in private()


def test_a_translation_kept_when_its_source_goes_stays_private(pages: Pages) -> None:
    restrict(pages.page)
    english = of(pages.page, "en")
    with cascades.chosen(cascades.SOURCE_ONLY):
        Page.objects.get(pk=pages.page.pk).delete()
    assert Page.objects.get(pk=english.pk).live
    assert english.pk in private()


def test_translations_kept_when_a_private_section_goes_stay_private_and_have_no_twins(pages: Pages) -> None:
    """What stays below another private page needs nothing of its own; what loses all that bound it gets the same, once."""
    groups = restrict(pages.section, PageViewRestriction.GROUPS)
    restrict(pages.page, password="eins")
    english, below = of(pages.page, "en"), of(pages.below, "en")
    own = restrict(english, password="eins")
    restrict(of(pages.section, "en"), password="nur Englisch")
    outside = of(pages.outside, "en")
    with cascades.chosen(cascades.SOURCE_ONLY):
        Page.objects.get(pk=pages.section.pk).delete()
    assert {english.pk, below.pk} <= private()
    assert outside.pk not in private()
    found = {
        page.pk: sorted((row.restriction_type, row.password, [group.name for group in row.groups.all()])
                        for row in Page.objects.get(pk=page.pk).specific.view_restrictions.all())
        for page in (english, outside)
    }  # fmt: skip
    assert (groups.restriction_type, own.password) == ("groups", "eins")
    assert found[outside.pk] == []
    assert [row[:2] for row in found[english.pk]].count(("password", "eins")) == 1
    assert ("groups", "sesam", ["Leser"]) in found[english.pk]
    client = Client()
    assert "Rückkehr in English" not in client.get(Page.objects.get(pk=english.pk).specific.get_url()).content.decode()


def test_copies_and_pages_unlinked_from_a_private_one_stay_private(pages: Pages) -> None:
    restrict(pages.page)
    copied = of(pages.page, "en").copy(to=of(pages.home, "en"), update_attrs={"slug": "copy"}, recursive=True)
    assert {copied.pk, *copied.get_descendants().values_list("pk", flat=True)} <= private()
    easy = of(pages.page, "de-simple")
    form_class = type("Form", (BasePageForm,), {"Meta": type("Meta", (), {"model": ContentPage, "fields": ["title"]})})
    form = form_class({"title": easy.title, "counterpart": ""}, instance=easy)
    assert form.is_valid(), form.errors
    form.save()
    easy.refresh_from_db()
    assert easy.translation_key != pages.page.translation_key
    assert easy.pk in private()


def test_a_page_that_is_linked_with_a_private_one_is_found_no_more_nor_is_what_stands_below(pages: Pages) -> None:
    restrict(pages.page)
    home = of(pages.home, "de-simple")
    linked = add(home, ContentPage(title="Allein", locale=home.locale))
    under = add(linked, ContentPage(title="Darunter", locale=home.locale))
    easy = {linked.pk, under.pk}
    assert set(Document.objects.filter(page__in=easy).values_list("pk", flat=True)) == easy
    form_class = type("Form", (BasePageForm,), {"Meta": type("Meta", (), {"model": ContentPage, "fields": ["title"]})})
    form = form_class({"title": "Allein", "counterpart": str(pages.below.pk)}, instance=ContentPage.objects.get(pk=linked.pk))
    assert form.is_valid(), form.errors
    # As a draft: which page it stands beside holds at once.
    form.save(commit=False)
    assert easy <= private()
    assert set(Document.objects.filter(page__in=easy).values_list("pk", flat=True)) == set()


def test_the_search_forgets_and_remembers_all_versions(pages: Pages) -> None:
    found = {page.pk for page in pages.versions(pages.page, pages.below) if versions.is_real(page)}
    assert found <= set(Document.objects.values_list("pk", flat=True))
    assert "Rückkehr" in str(suggestions.suggest("Rückk", "de"))
    restriction = restrict(pages.page)
    assert "Rückkehr" not in str(suggestions.suggest("Rückk", "de"))
    assert found.isdisjoint(Document.objects.values_list("pk", flat=True))
    restriction.delete()
    assert found <= set(Document.objects.values_list("pk", flat=True))
    restrict(pages.section)
    outside = {page.pk for page in pages.versions(pages.outside) if versions.is_real(page)}
    assert outside <= set(Document.objects.values_list("pk", flat=True))
    pages.outside.move(Page.objects.get(pk=pages.page.pk), pos="last-child")
    assert set(Document.objects.values_list("pk", flat=True)).isdisjoint(found | outside)


@pytest.mark.once
@pytest.mark.parametrize("count", [1, 30])
def test_what_is_private_costs_two_queries_however_much_there_is(pages: Pages, count: int) -> None:
    for number in range(count):
        page = make_content_page(pages.page, f"Seite {number}")
        restrict(page)
        make_alias(page, "en")
    with CaptureQueriesContext(connection) as captured, restrictions.remembered():
        for page in [pages.page] * 5:
            restrictions.is_restricted(page)
        list(restrictions.public(Page.objects.all()))
    # One of the two for what apps close; the third reads the pages.
    assert len(captured) == 3


def test_more_private_pages_than_a_database_takes_in_one_condition(pages: Pages) -> None:
    paths = {f"{number:012d}" for number in range(5000)} | {pages.page.path}
    found = Page.objects.filter(restrictions.at_or_below(paths))
    assert ids(found) == {pages.page.pk, pages.below.pk}


def test_copied_rows_go_and_others_stay_at_the_upgrade(pages: Pages, capsys: pytest.CaptureFixture) -> None:
    migration = import_module("portal.migrations.0005_copied_restrictions")
    source = restrict(pages.page)
    groups = restrict(pages.below, PageViewRestriction.GROUPS)
    copied = [restrict(of(pages.page, "en")), restrict(of(pages.page, "uk"))]
    other_password = restrict(of(pages.page, "ar"), password="anders")
    other_groups = restrict(of(pages.below, "en"), PageViewRestriction.GROUPS)
    other_groups.groups.set([Group.objects.create(name="Andere")])
    alone, alone_too = (restrict(of(pages.outside, code), password=f"nur {code}") for code in ("en", "uk"))
    make_alias(pages.below, "ar")
    begun_alone = restrict(of(pages.below, "ar"), password="nur hier")
    migration.delete_copies(apps, None)
    left = set(PageViewRestriction.objects.values_list("pk", flat=True))
    assert left == {row.pk for row in (source, groups, other_password, other_groups, alone, alone_too, begun_alone)}
    assert left.isdisjoint(row.pk for row in copied)
    said = capsys.readouterr().out
    named = {page.pk for page in Page.objects.all() if re.search(rf"\b{page.pk} “{re.escape(page.title)}”", said)}
    assert named == {row.page_id for row in (other_password, other_groups, alone, alone_too, begun_alone)}


def test_a_private_page_asks_whoever_comes(pages: Pages, client: Client) -> None:
    restrict(pages.page, PageViewRestriction.LOGIN)
    english = of(pages.page, "en")
    answer = client.get(english.get_url())
    assert answer.status_code == 302
    client.force_login(User.objects.create_user("leserin", password="x"))
    answer = client.get(english.get_url())
    assert (answer.status_code, "private" in answer.headers["Cache-Control"]) == (200, True)


def test_the_committed_state_alone_decides(pages: Pages, django_capture_on_commit_callbacks: Callable) -> None:
    """What is written in bulk announces itself; a transaction sees what it wrote before that."""
    assert private() == set()
    with transaction.atomic():
        PageViewRestriction.objects.bulk_create([PageViewRestriction(page=pages.page, restriction_type="login")])
        assert private() == ids(pages.versions(pages.page, pages.below))
        changes.announce(changes.RESTRICTIONS)
    assert private() == ids(pages.versions(pages.page, pages.below))
    assert publish(of(pages.page, "en")).pk in private()
