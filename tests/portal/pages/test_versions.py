"""Real versions, the answer to an address, slugs over the life of a page, links between languages."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.http import Http404
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Locale, Page, PageViewRestriction
from wagtail_localize.models import Translation, TranslationSource

from home.models import HomePage, OurWorkPage
from portal import changes, navigation
from portal.blocks import walking
from portal.language.languages import LANGUAGES, languages_by_code
from portal.pages import cards, links, readers, versions
from portal.pages.links import Link
from portal.pages.readers import Reader
from tests.builders import (
    make_alias,
    make_content_page,
    make_home,
    make_section,
    publish,
    submit,
    translate,
    translate_texts,
)

pytestmark = pytest.mark.django_db


def real_ids() -> set[int]:
    return set(versions.real(Page.objects.all()).values_list("pk", flat=True))


class TestRealVersions:
    def test_a_published_source_is_real_a_draft_is_not(self, home: HomePage) -> None:
        draft = make_content_page(home, live=False)
        assert home.pk in real_ids()
        assert draft.pk not in real_ids()

    def test_an_alias_is_not_real(self, home: HomePage) -> None:
        page = make_content_page(home)
        alias = make_alias(page)
        assert alias.live
        assert alias.pk not in real_ids()

    def test_a_complete_translation_is_real(self, home: HomePage) -> None:
        page = make_content_page(home)
        english = translate(page)
        assert english.pk in real_ids()
        assert set(versions.translations(page)) == {"de", "en"}

    def test_of_a_row_that_was_read_the_same_is_said(self, home: HomePage) -> None:
        page = make_content_page(home, lead="Ein Satz.")
        english, half = translate(page), translate(page, "ar", leave_out=1)
        alias = make_alias(make_content_page(home, "Anderes"))
        draft = make_content_page(home, "Entwurf", live=False)
        pages = [Page.objects.get(pk=each.pk) for each in (page, english, half, alias, draft)]
        assert [versions.is_finished(each) for each in pages] == [True, True, False, False, False]
        assert [each.pk in real_ids() for each in pages] == [True, True, False, False, False]

    def test_a_translation_with_a_segment_missing_is_not_real_until_it_is_complete(self, home: HomePage) -> None:
        page = make_content_page(home, lead="Ein Satz.")
        english = translate(page, leave_out=1)
        assert english.live
        assert english.pk not in real_ids()

        translation_ = submit(page)
        translate_texts(translation_)
        translation_.source.create_or_update_translation(Locale.objects.get(language_code="en"), publish=False)
        publish(type(english).objects.get(pk=english.pk))
        assert english.pk in real_ids()

    def test_a_later_change_of_the_source_does_not_make_it_unreal(self, home: HomePage) -> None:
        page = make_content_page(home, lead="Ein Satz.")
        english = translate(page)
        page.lead = "Ein anderer Satz."
        publish(page)
        submit(page)
        publish(english)
        assert english.pk in real_ids()

    def test_a_submitted_alias_that_is_still_german_is_not_real(self, home: HomePage) -> None:
        """wagtail-localize turns a live alias into a live page with German text on submission."""
        translate(home)
        page = make_content_page(home, lead="Ein Satz.")
        make_alias(page)
        translation_ = submit(page)
        target, _created = translation_.source.create_or_update_translation(
            translation_.target_locale, publish=False, fallback=True
        )
        assert target.alias_of_id is None
        assert target.pk not in real_ids()

    def test_a_page_written_by_hand_is_real(self, home: HomePage) -> None:
        english_home = translate(home)
        page = make_content_page(english_home, title="Only in English")
        assert page.locale.language_code == "en"
        assert page.pk in real_ids()

    def test_a_private_page_is_not_real(self, home: HomePage) -> None:
        page = make_content_page(home)
        PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
        assert page.pk not in real_ids()


class TestAddress:
    def route(self, home: Page, *path: str) -> Page:
        with translation.override(home.locale.language_code):
            return home.route(RequestFactory().get("/"), list(path)).page

    @pytest.mark.once
    def test_deep_addresses_take_a_fixed_number_of_queries(
        self, home: HomePage, django_assert_num_queries: object
    ) -> None:
        page = make_section(home)
        path = [page.slug]
        for number in range(6):
            page = make_content_page(page, title=f"Ebene {number}")
            path.append(page.slug)
        home = HomePage.objects.select_related("locale").get(pk=home.pk)
        self.route(home, *path)
        with django_assert_num_queries(2):
            assert self.route(home, *path[:2]).title == "Ebene 0"
        with django_assert_num_queries(2):
            assert self.route(home, *path) == page

    def test_drafts_and_their_aliases_are_not_found(self, home: HomePage) -> None:
        draft = make_content_page(home, title="Entwurf", live=False)
        english_home = translate(home)
        alias = make_alias(draft)
        for language_home, slug in ((home, draft.slug), (english_home, alias.slug), (home, "weg")):
            with pytest.raises(Http404):
                self.route(language_home, slug)

    def test_an_alias_and_a_translation_that_was_begun_open_with_the_sources_text(self, home: HomePage) -> None:
        page = make_content_page(home, title="Seite", lead="Ein Satz.")
        english_home = translate(home)
        alias = make_alias(page)
        found = self.route(english_home, alias.slug)
        assert (found.pk, found.shown_at.pk) == (page.pk, alias.pk)
        submitted, _created = TranslationSource.update_or_create_from_instance(page)
        Translation.objects.create(source=submitted, target_locale=alias.locale).save_target(publish=False)
        # What was drafted meanwhile is nobody's to read.
        Page.objects.filter(pk=alias.pk).update(title="Draft", live=True)
        found = self.route(english_home, alias.slug)
        assert (found.title, found.shown_at.pk) == ("Seite", alias.pk)
        page.unpublish()
        with pytest.raises(Http404):
            self.route(english_home, alias.slug)

    def test_an_address_of_another_language_is_not_answered_by_the_default_tree(self, home: HomePage) -> None:
        make_content_page(home, title="Seite")
        with translation.override("en"), pytest.raises(Http404):
            home.route(RequestFactory().get("/en/seite/"), ["seite"])


class TestSlug:
    def test_it_follows_the_title_until_first_publication_then_stays(self, home: HomePage) -> None:
        page = make_content_page(home, title="Über uns", live=False)
        assert page.slug == "ueber-uns"
        page.title = "Für Migrant:innen"
        page.save()
        assert page.slug == "fuer-migrant-innen"
        page = publish(page)
        page.title = "Ganz anders"
        page = publish(page)
        assert page.slug == "fuer-migrant-innen"

    def test_a_persons_choice_stays(self, home: HomePage) -> None:
        page = make_content_page(home, title="Über uns", slug="wir", live=False)
        page.title = "Das Team"
        page = publish(page)
        assert page.slug == "wir"

    def test_a_translation_gets_one_from_its_own_title(self, home: HomePage) -> None:
        english_home = translate(home, title="Home")
        page = make_content_page(home, title="Rückkehr")
        make_alias(page)
        english = translate(page, title="Assisted return")
        assert english_home.slug == "home"
        assert english.slug == "assisted-return"
        page.title = "Freiwillige Rückkehr"
        publish(page)
        english = translate(page, title="Voluntary return")
        assert english.slug == "assisted-return"

    def test_siblings_get_numbers(self, home: HomePage) -> None:
        assert make_content_page(home, title="Projekt").slug == "projekt"
        assert make_content_page(home, title="Projekt").slug == "projekt-2"

    def test_a_changed_slug_leaves_a_redirect(self, home: HomePage, django_capture_on_commit_callbacks: object) -> None:
        page = make_content_page(home, title="Alt")
        page.slug = "neu"
        with django_capture_on_commit_callbacks(execute=True):
            publish(page)
        assert Redirect.objects.get().old_path == "/de/alt"
        assert Redirect.objects.get().redirect_page_id == page.pk

    @pytest.mark.parametrize("slug", ["suche", "search", "komponenten"])
    def test_addresses_of_the_portals_views_are_refused(self, home: HomePage, slug: str) -> None:
        page = make_content_page(home, title="X")
        page.slug = slug
        with pytest.raises(ValidationError):
            page.full_clean()


class TestLinks:
    def test_a_link_leads_to_the_readers_language_else_to_the_source(self, home: HomePage) -> None:
        page = make_content_page(home, title="Rückkehr")
        other = make_content_page(home, title="Nur deutsch")
        aliased = make_content_page(home, title="Noch deutsch")
        english = translate(page, title="Return")
        make_alias(aliased)
        with translation.override("en"):
            found = links.resolve([page.pk, other.pk, aliased.pk, english.pk])
            assert (found[page.pk].address, found[page.pk].hreflang, found[page.pk].mark) == ("/en/return/", "", "")
            assert found[english.pk].address == "/en/return/"
            assert (found[other.pk].address, found[other.pk].hreflang) == ("/de/nur-deutsch/", "de")
            fallback = found[aliased.pk]
            assert (fallback.address, fallback.hreflang, fallback.mark) == ("/en/noch-deutsch/", "de", "in German")
            assert (fallback.title, fallback.language) == ("Noch deutsch", "de")

    def test_links_inside_a_fallback_stay_with_the_reader(self, home: HomePage) -> None:
        page = make_content_page(home, title="Rückkehr")
        translate(page, title="Return")
        with readers.answering(Reader(languages_by_code()["en"])), translation.override("de"):
            link = links.resolve_one(page.pk)
            assert (link.address, link.title, link.hreflang, link.mark) == ("/en/return/", "Rückkehr", "en", "")

    def test_a_link_to_a_draft_leads_nowhere(self, home: HomePage) -> None:
        draft = make_content_page(home, live=False)
        assert links.resolve([draft.pk, 999_999]) == {draft.pk: None, 999_999: None}

    def test_links_in_rich_text_use_the_same_function(self, home: HomePage) -> None:
        page = make_content_page(home, title="Rückkehr")
        other = make_content_page(home, title="Nur deutsch")
        text = f'<p><a id="{page.pk}" linktype="page">a</a> <a id="{other.pk}" linktype="page">b</a></p>'
        article = make_content_page(home, title="Artikel", body=[("text", text)])
        translate(page, title="Return")
        with translation.override("en"):
            html = str(article.body)
        assert '<a href="/en/return/">' in html
        assert '<a href="/de/nur-deutsch/" hreflang="de">' in html

    def test_references_of_a_page_are_found_in_blocks_and_texts(self, home: HomePage) -> None:
        first, second = make_content_page(home, title="A"), make_content_page(home, title="B")
        text = f'<p><a id="{second.pk}" linktype="page">b</a></p>'
        page = make_content_page(home, title="C", body=[("cards", {"pages": [first]}), ("text", text)])
        assert walking.references(page) == {first.pk, second.pk}

    @pytest.mark.once
    def test_many_links_cost_as_many_queries_as_one(self, home: HomePage, django_assert_num_queries: object) -> None:
        pages = [make_content_page(home, title=f"S {number}") for number in range(20)]
        links.resolve([home.pk])
        for group in (pages[:1], pages):
            with django_assert_num_queries(1):
                links.resolve([page.pk for page in group])

    @pytest.mark.once
    def test_twenty_cards_cost_as_many_queries_as_one(self, home: HomePage, django_assert_max_num_queries: object) -> None:
        pages = [make_content_page(home, title=f"S {number}") for number in range(20)]
        versions.locales_by_id()
        for group in (pages[:1], pages):
            with django_assert_max_num_queries(6):
                found = cards.for_pages(group)
            assert [card.link.title for card in found] == [page.title for page in group]
            assert all(card.link.address for card in found)
            # Twenty with one drawing are a list of texts.
            assert [bool(card.picture) for card in found] == [len(group) == 1] * len(group)


class TestNavigation:
    def test_the_menu_comes_from_the_tree(self, home: HomePage) -> None:
        section = make_section(home, menu_title="Arbeit", menu_intro="Was wir tun.")
        make_content_page(section, title="Resettlement")
        make_content_page(section, title="Versteckt", show_in_menus=False)
        make_content_page(home, title="Impressum", show_in_menus=False)
        entry = navigation.menu()[0]
        assert [entry.title for entry in navigation.menu()] == ["Arbeit"]
        assert entry.intro == "Was wir tun."
        assert [link.address for link in entry.links] == ["/de/unsere-arbeit/resettlement/"]

    def test_an_untranslated_page_stands_in_the_menu_and_says_so(self, home: HomePage) -> None:
        section = make_section(home)
        page = make_content_page(section, title="Resettlement")
        translate(section, title="Our work")
        make_alias(page)
        with translation.override("en"):
            (entry,) = navigation.menu()
            assert (entry.title, entry.mark) == ("Our work", "")
            assert entry.links == (Link("/en/our-work/resettlement/", "Resettlement", "de", "de", "in German"),)
        page.unpublish()
        with translation.override("en"):
            assert navigation.menu()[0].links == ()

    @pytest.mark.django_db(transaction=True)
    def test_a_publication_an_unpublication_and_a_move_empty_the_cache(self) -> None:
        home = make_home()
        section = make_section(home)
        assert [entry.title for entry in navigation.menu()] == ["Unsere Arbeit"]
        section.title = "Arbeit"
        section = publish(section)
        assert [entry.title for entry in navigation.menu()] == ["Arbeit"]
        section.unpublish()
        assert navigation.menu() == []
        section = publish(type(section).objects.get(pk=section.pk))
        assert [entry.title for entry in navigation.menu()] == ["Arbeit"]
        type(section).objects.get(pk=section.pk).delete()
        assert navigation.menu() == []

    @pytest.mark.once
    def test_twenty_menu_pages_cost_as_many_queries_as_one(self, home: HomePage, django_assert_num_queries: object) -> None:
        section = make_section(home)
        make_content_page(section)
        navigation.menu()
        changes.announce(changes.EVERYTHING)
        with CaptureQueriesContext(connection) as captured:
            navigation.menu()
        for number in range(19):
            make_content_page(section, title=f"S {number}")
        changes.announce(changes.EVERYTHING)
        with django_assert_num_queries(len(captured)):
            assert len(navigation.menu()[0].links) == 20
        with django_assert_num_queries(0):
            navigation.menu()

    def test_language_links_lead_to_the_same_page_else_home_and_say_so(self, home: HomePage) -> None:
        page = make_content_page(home, title="Rückkehr")
        other = make_content_page(home, title="Nur deutsch")
        translate(page, title="Return")
        make_alias(other, "uk")
        entries = {entry.language: entry for entry in navigation.language_links(readers.current().showing(page))}
        assert list(entries) == [language.code for language in LANGUAGES]
        assert (entries["de"].is_current, entries["en"].address, entries["en"].mark) == (True, "/en/return/", "")
        entries = {entry.language: entry for entry in navigation.language_links(readers.current().showing(other), query="a=b")}
        assert (entries["en"].address, entries["en"].mark) == ("/en/", "nur Startseite")
        assert (entries["uk"].address, entries["uk"].mark) == ("/uk/nur-deutsch/?a=b", "auf Deutsch")
        assert (entries["de-simple"].address, entries["de-simple"].mark) == ("/de-simple/", "nur Startseite")


def test_a_section_stands_once_below_the_home_page() -> None:
    home = make_home()
    make_section(home)
    assert not OurWorkPage.can_create_at(HomePage.objects.get(pk=home.pk))
