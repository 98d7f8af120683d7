"""What is found, in which order, and what is said about it: alike on both databases."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone
from wagtail import blocks
from wagtail.models import Page, PageViewRestriction

from portal.blocks.walking import Part
from search import engine, extraction, facets, indexing, maintained, service
from search.models import Document, FacetValue, Posting, PromotedResult, Synonyms, Term
from search.query import parse
from search.service import Outcome, Request, Step
from tests.builders import make_content_page, make_news, make_news_index, make_topic, translate

pytestmark = pytest.mark.django_db


def text(*paragraphs: str) -> list[tuple[str, str]]:
    """Return a body of paragraphs."""
    return [("text", f"<p>{paragraph}</p>") for paragraph in paragraphs]


def search(query: str, language: str = "de", **options: object) -> Outcome:
    return service.search(Request(query, language, **options))


def titles(query: str, language: str = "de", **options: object) -> list[str]:
    return [hit.page.title for hit in search(query, language, **options).hits]


class TestSteps:
    def test_all_words_come_first_pages_with_some_follow(self, home: Page) -> None:
        make_content_page(home, title="Eins", body=text("Hilfe für Familien beim Nachzug."))
        make_content_page(home, title="Zwei", body=text("Hilfe beim Umzug."))
        outcome = search("Hilfe Familien")
        assert outcome.step == Step.ALL
        assert [(hit.page.title, hit.is_partial) for hit in outcome.hits] == [("Eins", False), ("Zwei", True)]
        assert (outcome.total, outcome.partial_from) == (1, 1)

    def test_a_compound_finds_its_parts_and_they_find_it(self, home: Page) -> None:
        make_content_page(home, title="Geschrieben", body=text("Der Familiennachzug dauert."))
        make_content_page(home, title="Umschrieben", body=text("Der Nachzug der Familie dauert."))
        assert titles("Familiennachzug") == ["Geschrieben", "Umschrieben"]
        assert set(titles("Familien Nachzug")) == {"Geschrieben", "Umschrieben"}
        assert set(titles("Nachzug")) == {"Geschrieben", "Umschrieben"}

    def test_a_compound_is_found_by_all_its_parts_in_one_page_or_by_none(self, home: Page) -> None:
        make_content_page(home, title="Familie", body=text("Die Familie bleibt."))
        make_content_page(home, title="Nachzug", body=text("Der Nachzug dauert."))
        assert titles("Familiennachzug") == []
        assert titles("Familiennachzug dauert") == ["Nachzug"]
        assert titles("Familiennachzug bleibt") == ["Familie"]

    def test_what_a_verb_begins_with_is_no_part_of_a_compound(self, home: Page) -> None:
        """A leader and a return are no deportation."""
        make_content_page(home, title="Rückkehr", body=text("Führungskräfte beraten zur Rückkehr."))
        outcome = search("Rückführung")
        assert (outcome.step, outcome.hits, outcome.corrected_text) == (Step.NONE, [], "")
        assert titles("Kräfte") == ["Rückkehr"]

    def test_another_spelling_is_tried_and_said(self, home: Page) -> None:
        make_content_page(home, title="Resettlement")
        outcome = search("resetlement")
        assert (outcome.step, outcome.corrected_text) == (Step.SPELLING, "Resettlement".lower())
        assert [hit.page.title for hit in outcome.hits] == ["Resettlement"]
        assert titles("tesettlement") == ["Resettlement"]

    def test_words_typed_as_one_are_taken_apart(self, home: Page) -> None:
        make_content_page(home, title="Resettlement", body=text("Ein Programm des Bundes."))
        assert search("resettlementprogramm").total == 1

    @pytest.mark.parametrize("query", ["Überprüfung", "uberprufung"])
    def test_no_stopword_is_taken_from_a_word(self, home: Page, query: str) -> None:
        make_content_page(home, title="Alles über die Prüfung")
        outcome = search(query)
        assert (outcome.step, outcome.total, outcome.corrected_text) == (Step.NONE, 0, "")

    def test_any_words_are_tried_last(self, home: Page) -> None:
        make_content_page(home, title="Rückkehr", body=text("Wir beraten zur freiwilligen Rückkehr."))
        outcome = search("Wie beantrage ich die freiwillige Rückkehr bei meinem Sachbearbeiter?")
        assert outcome.step == Step.ANY
        assert [hit.page.title for hit in outcome.hits] == ["Rückkehr"]

    def test_nothing_is_nothing(self, home: Page) -> None:
        make_content_page(home, title="Rückkehr")
        outcome = search("Quantenphysik")
        assert (outcome.step, outcome.total, outcome.hits) == (Step.NONE, 0, [])

    def test_stopwords_alone_are_sought_all_the_same(self, home: Page) -> None:
        make_content_page(home, title="Wer wir sind")
        make_content_page(home, title="Anderes", body=text("Wir sind da."))
        assert titles("wer wir sind")[0] == "Wer wir sind"


class TestQueries:
    def test_a_phrase_stands_word_for_word(self, home: Page) -> None:
        make_content_page(home, title="Eins", body=text("Die freiwillige Rückkehr."))
        make_content_page(home, title="Zwei", body=text("Rückkehr, und zwar freiwillig."))
        for query in ('"freiwillige Rückkehr"', "„freiwillige Rückkehr“", "»freiwillige Rückkehr«", "“freiwillige Rückkehr”"):
            assert titles(query) == ["Eins"]

    def test_a_phrase_does_not_run_over_the_end_of_a_paragraph(self, home: Page) -> None:
        make_content_page(home, title="Eins", body=[("heading", "Die freiwillige"), ("text", "<p>Rückkehr beginnt.</p>")])
        assert search('"freiwillige Rückkehr"').step == Step.ANY

    def test_a_phrase_that_stands_nowhere_is_sought_by_its_words(self, home: Page) -> None:
        make_content_page(home, title="Eins", body=text("Rückkehr, und zwar freiwillig."))
        outcome = search('"freiwillige Rückkehr"')
        assert (outcome.step, len(outcome.hits)) == (Step.ANY, 1)

    def test_a_word_after_a_minus_is_left_out(self, home: Page) -> None:
        make_content_page(home, title="Eins", body=text("Rückkehr nach Ghana."))
        make_content_page(home, title="Zwei", body=text("Rückkehr nach Irak."))
        assert titles("Rückkehr -Ghana") == ["Zwei"]

    @pytest.mark.parametrize("query", ["-Ghana", "- Ghana", "Rück-kehr", "Rückkehr -", "Rückkehr - Ghana", "--Ghana Rückkehr"])
    def test_no_minus_is_syntax_by_accident(self, home: Page, query: str) -> None:
        make_content_page(home, title="Eins", body=text("Rückkehr nach Ghana. Rück-kehr."))
        assert titles(query) == ["Eins"]

    def test_synonyms_find_each_other_phrases_too(self, home: Page) -> None:
        make_content_page(home, title="Eins", body=text("Das Unterstützungsprogramm Familiennachzug hilft."))
        make_content_page(home, title="Zwei", body=text("FAP hilft."))
        assert titles("FAP") == ["Zwei"]
        Synonyms.objects.create(locale=home.locale, expressions="FAP\nUnterstützungsprogramm Familiennachzug")
        assert titles("FAP") == ["Zwei", "Eins"]
        assert set(titles("Unterstützungsprogramm Familiennachzug")) == {"Eins", "Zwei"}
        assert set(titles("fap hilfe")) == {"Eins", "Zwei"}

    def test_promoted_results_stand_above_whatever_the_order_of_words(self, home: Page) -> None:
        make_content_page(home, title="Geld", body=text("Hilfe mit Geld."))
        page = make_content_page(home, title="StarthilfePlus")
        PromotedResult.objects.create(locale=home.locale, queries="finanzielle Hilfe\nGeld", page=page, text="Ein Satz.")
        outcome = search("Hilfen, finanzielle")
        assert [hit.page.title for hit in outcome.promoted] == ["StarthilfePlus"]
        assert outcome.promoted[0].snippet[0].text == "Ein Satz."
        assert search("Hilfe").promoted == []
        page.unpublish()
        assert search("Geld").promoted == []


class TestOrder:
    def test_titles_count_most_then_headings_and_leads_then_text(self, home: Page) -> None:
        filler = "Ein Satz ohne Belang steht hier, und noch einer dazu."
        make_content_page(home, title="A Text", body=text("Etwas zum Visum.", filler))
        make_content_page(home, title="B Überschrift", body=[("heading", "Visum"), ("text", f"<p>Etwas zum Thema. {filler}</p>")])
        make_content_page(home, title="C Visum", body=text("Etwas zum Thema.", filler))
        assert titles("Visum") == ["C Visum", "B Überschrift", "A Text"]

    def test_rare_words_count_more(self, home: Page) -> None:
        for number in range(5):
            make_content_page(home, title=f"Seite {number}", body=text("Migration."))
        make_content_page(home, title="Selten", body=text("Kafala."))
        assert titles("Migration Kafala")[0] == "Selten"

    def test_words_side_by_side_count_more(self, home: Page) -> None:
        make_content_page(home, title="Getrennt", body=text("Schutz gibt es. Ganz anderes steht hier. Kinder gibt es."))
        make_content_page(home, title="Beisammen", body=text("Schutz Kinder gibt es. Ganz anderes steht hier. Gibt es."))
        assert titles("Schutz Kinder")[0] == "Beisammen"

    def test_of_equal_news_the_newer_comes_first(self, home: Page) -> None:
        index = make_news_index(home)
        today = timezone.localdate()
        make_news(index, title="Alt", lead="Rückkehr im Fokus.", date=today - datetime.timedelta(days=1500))
        make_news(index, title="Neu", lead="Rückkehr im Fokus.", date=today)
        assert titles("Rückkehr")[:2] == ["Neu", "Alt"]

    def test_newest_first_where_asked_for(self, home: Page) -> None:
        index = make_news_index(home)
        make_news(index, title="Rückkehr Rückkehr", lead="Rückkehr.", date=datetime.date(2020, 1, 1))
        make_news(index, title="Neues", lead="Auch zur Rückkehr.", date=datetime.date(2024, 1, 1))
        assert titles("Rückkehr")[0] == "Rückkehr Rückkehr"
        assert titles("Rückkehr", by_date=True)[:2] == ["Neues", "Rückkehr Rückkehr"]


class TestScores:
    """What both stages count, of the documents themselves."""

    @staticmethod
    def found(query: str) -> tuple[dict[str, float], dict[str, float]]:
        """Return the scores of what holds anything of a query by title: as the database sums them up, and looked at closely."""
        planned = engine.plan(parse(query, "de", maintained.synonyms("de")))
        candidates = engine.with_any(planned)
        names = {each.pk: Page.objects.get(pk=each.pk).title for each in candidates}
        summed = {names[each.pk]: each.score for each in candidates}
        engine.complete(planned, candidates)
        return summed, {names[each.pk]: each.score for each in candidates}

    def test_both_count_a_plain_word_by_its_rarity_and_no_less_may_be_too_little(self, home: Page) -> None:
        for number in range(6):
            make_content_page(home, title=f"Seite {number}", body=text("Migration."))
        make_content_page(home, title="Beides", body=text("Migration Kafala."))
        summed, closely = self.found("Migration Kafala")
        assert summed == pytest.approx(closely)
        # What every page holds counts next to nothing.
        assert 0 < closely["Seite 0"] < 0.2 < closely["Beides"]

    def test_of_synonyms_the_best_counts_and_another_one_a_little(self, home: Page) -> None:
        Synonyms.objects.create(locale=home.locale, expressions="FAP\nKafala")
        for title, words in (("Eins", "FAP hilft"), ("Zwei", "Kafala hilft"), ("Drei", "FAP Kafala")):
            make_content_page(home, title=title, body=text(words))
        _summed, closely = self.found("FAP")
        assert closely["Eins"] > closely["Zwei"] > 0
        assert closely["Drei"] == pytest.approx(closely["Eins"] + 0.3 * closely["Zwei"])

    def test_how_many_documents_hold_a_word(self, home: Page) -> None:
        for title in ("Eins", "Zwei"):
            make_content_page(home, title=title, body=text("Kafala."))
        planned = engine.plan(parse("Kafala Quantenphysik", "de"))
        assert {term: planned.documents(term) for term in planned.query.terms | {"nirgends"}} == {
            term: Posting.objects.filter(term__term=term).count() for term in planned.query.terms | {"nirgends"}
        }
        assert sorted(planned.documents(term) for term in planned.query.terms)[-1] == 2


class TestManyMatches:
    @pytest.fixture
    def many(self, home: Page) -> list[str]:
        return sorted(make_content_page(home, title=f"Hilfe {number}", body=text("Migration.")).title for number in range(12))

    def test_the_pages_of_results_are_all_results_once_each(self, many: list[str]) -> None:
        for by_date in (False, True):
            found = [search("Hilfe", page=page, by_date=by_date) for page in (1, 2)]
            assert [(each.page, each.pages, each.total, len(each.hits)) for each in found] == [(1, 2, 12, 10), (2, 2, 12, 2)]
            assert sorted(hit.page.title for outcome in found for hit in outcome.hits) == many
            # Beyond the last there is the last.
            last = [hit.page.title for hit in found[1].hits]
            assert [hit.page.title for hit in search("Hilfe", page=99, by_date=by_date).hits] == last

    def test_a_word_that_every_page_holds_finds_them_all_and_tells_nothing_beside_a_rare_one(
        self, home: Page, many: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        make_content_page(home, title="Selten", body=text("Kafala ohne das häufige Wort."))
        make_content_page(home, title="Beides", body=text("Migration und Kafala."))
        assert (search("Migration").total, search("Migration").step) == (13, Step.ALL)
        # Asked for with a word that no page holds, the rare word finds, and the common one counts for what was found.
        query = "Migration Kafala Quantenphysik"
        monkeypatch.setattr(engine, "POSTINGS", 10)
        outcome = search(query)
        assert (outcome.step, [hit.page.title for hit in outcome.hits]) == (Step.ANY, ["Beides", "Selten"])
        # Alone it finds nevertheless.
        found = [hit.page.title for page in (1, 2) for hit in search("Migration Quantenphysik", page=page).hits]
        assert sorted(found) == sorted([*many, "Beides"])


    def test_common_words_find_as_long_as_few_postings_are_read(
        self, home: Page, many: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        make_content_page(home, title="Selten", body=text("Kafala ohne das häufige Wort."))
        make_content_page(home, title="Beides", body=text("Migration und Kafala."))
        planned = engine.plan(parse("Migration Kafala", "de"))

        def found() -> list[str]:
            return sorted(Page.objects.get(pk=each.pk).title for each in engine.with_any(planned))

        # Two documents hold the rare word, thirteen the common one.
        assert found() == sorted([*many, "Beides", "Selten"])
        for postings, expected in ((15, [*many, "Beides", "Selten"]), (14, ["Beides", "Selten"]), (1, ["Beides", "Selten"])):
            monkeypatch.setattr(engine, "POSTINGS", postings)
            assert found() == sorted(expected)

    def test_what_holds_little_of_what_was_asked_is_left_out_where_something_holds_more(self, home: Page, many: list[str]) -> None:
        make_content_page(home, title="Selten", body=text("Kafala ohne das häufige Wort."))
        outcome = search("Migration Kafala Quantenphysik")
        assert (outcome.step, [hit.page.title for hit in outcome.hits]) == (Step.ANY, ["Selten"])
        assert search("Migration Quantenphysik").total == 12


class TestFacets:
    def test_they_are_counted_each_under_the_choices_in_the_others(self, home: Page) -> None:
        index = make_news_index(home)
        topic = make_topic("Rückkehr")
        make_news(index, title="Hilfe eins", kind="news", date=datetime.date(2023, 1, 1), topics=[topic])
        make_news(index, title="Hilfe zwei", kind="story", date=datetime.date(2024, 1, 1))
        make_content_page(home, title="Hilfe drei")
        shown = {facet.name: {o.value: o.number for o in facet.options} for facet in search("Hilfe").facets}
        assert shown["type"] == {"news": 1, "story": 1, "page": 1}
        assert shown["year"] == {"2024": 1, "2023": 1}
        outcome = search("Hilfe", filters=[("year", "2023")])
        assert [hit.page.title for hit in outcome.hits] == ["Hilfe eins"]
        shown = {facet.name: {o.value: o.number for o in facet.options} for facet in outcome.facets}
        assert shown["year"] == {"2024": 1, "2023": 1}
        assert search("Hilfe", filters=[("year", "2023"), ("type", "story")]).total == 0

    def test_more_matches_than_are_looked_at_are_narrowed_down_by_the_database(
        self, home: Page, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        index = make_news_index(home)
        for year in range(2015, 2025):
            make_news(index, title=f"Hilfe {year}", date=datetime.date(year, 1, 1))
        monkeypatch.setattr(engine, "LIMIT", 4)
        outcome = search("Hilfe")
        assert (outcome.total, outcome.is_capped) == (3, True)
        assert titles("Hilfe", filters=[("year", "2015")]) == ["Hilfe 2015"]


class TestOnlyRealPages:
    def test_drafts_aliases_and_unpublished_pages_are_not_found(self, home: Page) -> None:
        page = make_content_page(home, title="Resettlement")
        make_content_page(home, title="Resettlement Entwurf", live=False)
        assert titles("Resettlement") == ["Resettlement"]
        assert titles("Resettlement", "en") == []
        page.unpublish()
        assert titles("Resettlement") == []
        assert not Document.objects.filter(pk=page.pk).exists()
        page.get_latest_revision().publish()
        assert titles("Resettlement") == ["Resettlement"]

    def test_a_protected_page_and_those_below_are_gone_at_once(self, home: Page) -> None:
        section = make_content_page(home, title="Bereich")
        make_content_page(section, title="Resettlement")
        restriction = PageViewRestriction.objects.create(page=section, restriction_type="login")
        assert titles("Resettlement") == []
        assert not Document.objects.filter(title="Resettlement").exists()
        restriction.delete()
        assert titles("Resettlement") == ["Resettlement"]

    def test_a_translation_is_found_in_its_language_alone(self, home: Page) -> None:
        page = make_content_page(home, title="Aufnahme")
        translate(page, title="Admission of refugees")
        assert titles("refugee", "en") == ["Admission of refugees"]
        outcome = search("refugee", "de")
        assert outcome.total == 0
        assert [(other.language.code, other.total) for other in outcome.others] == [("en", 1)]

    def test_a_deleted_page_leaves_nothing(self, home: Page) -> None:
        page = make_content_page(home, title="Einzigartig")
        page.delete()
        assert not Posting.objects.filter(document_id=page.pk).exists()
        assert not Term.objects.filter(term="einzigart", documents__gt=0).exists()


class TestIndex:
    def test_values_of_facets_may_hold_anything(self, home: Page, monkeypatch: pytest.MonkeyPatch) -> None:
        odd = ["", "a\\b", 'say "a"', "{a,b}", "NULL", "%s", "a\tb"]
        monkeypatch.setattr(facets, "values_of", lambda page, files: {"odd": odd})
        page = make_content_page(home, title="Eins")
        stored = FacetValue.objects.filter(document_id=page.pk).values_list("value", flat=True)
        assert sorted(stored) == sorted(odd)

    def test_blocks_that_are_not_to_be_searched_are_left_out(self) -> None:
        class Note(blocks.StructBlock):
            text = blocks.CharBlock()

        stream = blocks.StreamBlock([("note", Note(search_index=False)), ("seen", Note())])
        found = extraction.PageText()
        raw = [{"type": kind, "value": {"text": kind}} for kind in ("note", "seen")]
        extraction._read_block(Part(stream, raw), found)
        assert found.in_order == ["seen"]

    def test_what_has_not_changed_is_not_written_again(self, home: Page, django_assert_num_queries: object) -> None:
        page = make_content_page(home, title="Resettlement")
        before = Document.objects.get(pk=page.pk).digest
        page.save_revision().publish()
        assert Document.objects.get(pk=page.pk).digest == before

    def test_counts_of_terms_stay_true(self, home: Page) -> None:
        page = make_content_page(home, title="Resettlement", body=text("Kafala Kafala"))
        other = make_content_page(home, title="Resettlement zwei")
        page.body = text("Anderes")
        page.save_revision().publish()
        other.title = "Umbenannt"
        other.save_revision().publish()
        counted = {
            (term.language, term.term): Posting.objects.filter(term=term).count() for term in Term.objects.all()
        }
        assert counted == {(term.language, term.term): term.documents for term in Term.objects.all()}

    def test_a_rebuild_gives_the_same(self, home: Page) -> None:
        from django.core.management import call_command

        make_content_page(home, title="Resettlement", body=text("Kafala Kafala"))
        before = sorted(Posting.objects.values_list("term__term", "document_id", "frequency", "length"))
        assert not indexing.is_current()
        call_command("update_index", verbosity=0)
        assert sorted(Posting.objects.values_list("term__term", "document_id", "frequency", "length")) == before
        assert indexing.is_current()
