"""The faults of modelsearch itself, for which `search.upstream` stands in; when a test fails, a release has mended that fault."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.search.backends import get_search_backend

from portal.models import Topic
from search.backends import database
from search.upstream import filters
from tests.builders import make_home, make_topic


def test_a_word_with_a_colon_is_lost() -> None:
    """django-modelsearch#60."""
    found, query = filters._parse_query_string("Migrant:innen Beratung")
    assert (found.dict(), query.query_string) == ({"Migrant": "innen"}, "Beratung")


@pytest.mark.django_db
class TestIndex:
    @pytest.fixture
    def index(self) -> database.AnalysedIndex:
        make_home()
        make_topic("Schutz")
        return get_search_backend().get_index_for_model(Topic)

    @pytest.mark.once
    def test_each_save_reads_the_titles_of_all(self, index: database.AnalysedIndex) -> None:
        with CaptureQueriesContext(connection) as queries:
            database.StockIndex._refresh_title_norms(index)
        [average] = [each["sql"] for each in queries if "AVG(" in each["sql"]]
        assert "object_id" not in average

    def test_a_rebuild_that_was_interrupted_is_kept(self, index: database.AnalysedIndex) -> None:
        rebuilder = database.StockRebuilder(index)
        rebuilder.start()
        database.IndexEntry.objects.all().delete()
        database.StockRebuilder.__del__(rebuilder)
        assert not database.IndexEntry.objects.exists()

    def test_the_portals_is_taken_back(self, index: database.AnalysedIndex) -> None:
        before = set(database.IndexEntry.objects.values_list("pk", flat=True))
        rebuilder = database.AnalysedRebuilder(index)
        rebuilder.start()
        database.IndexEntry.objects.all().delete()
        rebuilder.__del__()
        assert set(database.IndexEntry.objects.values_list("pk", flat=True)) == before != set()
