"""What editors see of a kind in the list of its index, in the two languages of the admin."""

from __future__ import annotations

import datetime

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from wagtail.models import GroupPagePermission, Locale
from wagtail.users.models import UserProfile

from home.models import HomePage
from news.models import NewsIndexPage
from portal.models import Topic
from tests.builders import make_content_page, make_news, make_topic

pytestmark = pytest.mark.django_db


def sign_in(client: Client, language: str) -> None:
    user = get_user_model().objects.create_superuser(f"admin-{language}")
    UserProfile.objects.create(user=user, preferred_language=language)
    client.force_login(user)


@pytest.mark.parametrize(
    ("language", "names", "row"),
    [("de", ["Datum", "Art"], ("26. Januar 2024", "Reportage")), ("en", ["Date", "Kind"], ("26 January 2024", "Story"))],
)
def test_columns_stand_behind_the_title(
    client: Client, home: HomePage, index: NewsIndexPage, language: str, names: list[str], row: tuple[str, str]
) -> None:
    make_news(index, "Meldung", kind="story")
    sign_in(client, language)
    table = client.get(f"/admin/pages/{index.pk}/").context_data["table"]
    own = [column for column in table.columns.values() if column.name.startswith("kind_")]
    columns = [column.name for column in table.columns.values()]
    assert columns[columns.index("title") + 1 :][:2] == ["kind_date", "kind_name"]
    with translation.override(language):
        assert [str(column.label) for column in own] == names
    page = client.get(f"/admin/pages/{index.pk}/").text
    assert [text in page for text in row] == [True, True]
    # Below a page that is no index it is Wagtail's list.
    plain = client.get(f"/admin/pages/{home.pk}/")
    assert [name for name in plain.context_data["table"].columns if name.startswith("kind_")] == []
    assert [name for name in plain.context_data["filters"].filters if name.startswith("kind_")] == []


def test_filters_of_the_kind_combine_with_wagtails(client: Client, home: HomePage, index: NewsIndexPage) -> None:
    topic = make_topic("Schutz")
    english = Locale.objects.get(language_code="en")
    Topic.objects.create(name="Protection", slug="schutz", translation_key=topic.translation_key, locale=english)
    make_news(index, "Alt", date=datetime.date(2023, 5, 1), topics=[topic])
    make_news(index, "Neu", kind="story", topics=[topic])
    make_news(index, "Ohne", kind="story")
    make_content_page(home, "Daneben")
    sign_in(client, "de")
    address = f"/admin/pages/{index.pk}/"
    filters = client.get(address).context_data["filters"].filters
    assert [name for name in filters if name.startswith("kind_")] == ["kind_kind", "kind_topics", "kind_when_year"]
    # A topic is offered once, not once for each language.
    assert [term.name for term in filters["kind_topics"].queryset] == ["Schutz"]
    for query, expected in (
        ({}, ["Alt", "Neu", "Ohne"]),
        ({"kind_kind": "story"}, ["Neu", "Ohne"]),
        ({"kind_topics": topic.pk}, ["Alt", "Neu"]),
        ({"kind_topics": topic.pk, "kind_kind": "story"}, ["Neu"]),
        ({"kind_when_year_from": "2024-01-26"}, ["Neu", "Ohne"]),
        ({"kind_when_year_to": "2024-01-25"}, ["Alt"]),
    ):
        listed = client.get(address, query).context_data["object_list"]
        assert (query, sorted(page.title for page in listed)) == (query, expected)


def test_the_page_says_how_many_lie_below_it(client: Client, home: HomePage, index: NewsIndexPage) -> None:
    """Of a hundred thousand each would be looked at; who sees some of them alone gets the number of these."""
    items = [make_news(index, f"Meldung {number}", kind="story" if number else "news") for number in range(3)]
    beside = make_content_page(home, "Daneben")
    address = f"/admin/pages/{index.pk}/"

    def count(query: str = "") -> tuple[int, bool]:
        """Return how many are said, and whether the pages were counted for it."""
        with CaptureQueriesContext(connection) as queries:
            found = client.get(address + query).context_data["paginator"].count
        return found, any('COUNT(*) AS "__count" FROM "wagtailcore_page"' in query["sql"] for query in queries)

    sign_in(client, "de")
    assert count() == (3, False)
    assert count("?q=Meldung+1") == (1, True)
    assert count("?kind_kind=story") == (2, True)
    for number, (pages, said) in enumerate((((home,), (3, False)), ((items[0], beside), (1, True)))):
        group = Group.objects.create(name=f"Gruppe {number}")
        group.permissions.add(Permission.objects.get(codename="access_admin"))
        for page in pages:
            permission = Permission.objects.get(codename="change_page")
            GroupPagePermission.objects.create(group=group, page=page, permission=permission)
        user = get_user_model().objects.create_user(f"wer-{number}")
        user.groups.add(group)
        client.force_login(user)
        assert count() == said
