"""Events, vacancies and tenders: twenty entries ask the database as often as two."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from home.models import TakePartPage
from participate.models import EventIndexPage, EventPage, TenderIndexPage, TenderPage, VacancyIndexPage, VacancyPage
from tests.builders import add, make_topic
from tests.participate.test_dated_kinds import DAY, TODAY, section  # noqa: F401 (a fixture)

pytestmark = pytest.mark.django_db


@pytest.mark.once
@pytest.mark.parametrize("count", [2, 20])
def test_queries(client: Client, section: TakePartPage, count: int) -> None:  # noqa: F811
    fields = {"lead": "Ein Satz.", "place": "Berlin", "topics": [make_topic()]}
    for index, model, own in (
        (EventIndexPage(title="Termine"), EventPage, {"starts_at": TODAY + DAY}),
        (VacancyIndexPage(title="Stellen"), VacancyPage, {"closes_at": TODAY + DAY, "reference": "1", "answer_url": "https://iom.int/"}),
        (TenderIndexPage(title="Vergabe"), TenderPage, {"closes_at": TODAY + DAY, "reference": "1"}),
    ):
        add(section, index)
        for number in range(count):
            add(index, model(title=f"Seite {number}", **fields, **own))
    rests = ("", "?topic=rueckkehr", "seite-0/")
    addresses = [f"/de/mitmachen/{slug}/{rest}" for slug in ("termine", "stellen", "vergabe") for rest in rests]
    numbers = {}
    for address in addresses:
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        numbers[address] = len(queries)
    assert max(numbers.values()) <= 9, numbers
