"""A change is everybody's with its commit and nobody else's before: real transactions, and a second connection that reads."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.test import Client
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, PageViewRestriction

from portal import changes, navigation
from portal.models import ListRow
from portal.pages import restrictions
from search.models import Document
from tests import support
from tests.builders import make_content_page, make_home, make_news, make_news_index, publish, translate


def elsewhere(look: Callable[[], object]) -> object:
    """Return what another visitor sees at this moment, through a connection of their own."""

    def through_another_connection() -> object:
        try:
            return look()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(through_another_connection).result(timeout=support.PATIENCE)


def seen() -> dict[str, object]:
    """Return what is made of a page and its news in all that is kept, and what its addresses answer."""
    answers = {code: Client().get(address).content.decode() for code, address in (("de", "/de/rueckkehr/"), ("en", "/en/return/"))}
    return {
        "private": {page.title for page in Page.objects.filter(depth__gt=2) if restrictions.is_restricted(page)},
        "asked for a password": {code for code, text in answers.items() if 'type="password"' in text},
        "in the menu": [entry.title for entry in navigation.menu()],
        "listed": sorted(ListRow.objects.filter(is_live=True).values_list("page__title", flat=True)),
        "found": sorted(Document.objects.filter(title__startswith="Melde").values_list("title", flat=True)),
    }


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_taken_back", [True, False])
def test_others_see_a_change_with_its_commit_and_not_before(is_taken_back: bool) -> None:
    home = make_home()
    page = make_content_page(home, "Rückkehr", show_in_menus=True)
    translate(page, "en", title="Return")
    index = make_news_index(home)
    before = elsewhere(seen)
    assert (before["private"], before["listed"], before["found"]) == (set(), [], [])
    assert seen() == before
    with contextlib.suppress(LookupError), transaction.atomic():
        PageViewRestriction.objects.create(page=page, restriction_type="password", password="sesam")  # noqa: S106
        make_news(index, title="Meldeschein")
        index.title = "Presse"
        publish(index)
        here = seen()
        assert here["private"] == {"Rückkehr", "Return"}
        assert here["asked for a password"] == {"de", "en"}
        assert (here["listed"], here["found"]) == (["Meldeschein"], ["Meldeschein"])
        assert elsewhere(seen) == before
        if is_taken_back:
            raise LookupError
    after = before if is_taken_back else here
    assert elsewhere(seen) == after
    assert seen() == after


@pytest.mark.django_db(transaction=True)
def test_what_follows_from_a_change_is_written_with_it_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[frozenset[changes.Tag]] = []
    monkeypatch.setattr(changes, "_listeners", [(changes.Order.LISTS, heard.append)])
    monkeypatch.setattr(changes, "_receivers", {})

    def write(change: changes.Change) -> None:
        Redirect.objects.create(old_path="/alt", redirect_link="/neu")
        changes.announce(changes.REDIRECTS)

    def fail(change: changes.Change) -> None:
        raise LookupError

    changes.receiver(changes.Event.RENAMED, order=changes.Order.TAGS)(write)
    changes.receiver(changes.Event.RENAMED, order=changes.Order.SEARCH)(fail)
    heard.clear()
    with pytest.raises(LookupError):
        changes.happened(changes.Event.RENAMED, Page())
    assert (elsewhere(Redirect.objects.count), set().union(*heard) - {changes.REDIRECTS}) == (0, set())
    changes._receivers.clear()
    changes.receiver(changes.Event.RENAMED, order=changes.Order.TAGS)(write)
    changes.happened(changes.Event.RENAMED, Page())
    assert elsewhere(Redirect.objects.count) == 1
    assert changes.REDIRECTS in heard[-1]
