"""A news item in German, English and Arabic."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoDbBlocker
from wagtail.models import Locale, Page

from news.models import NewsPage
from tests.builders import add, make_alias, make_home, make_news, make_news_index, publish, translate
from tests.translation.desk.items import CODES, WORDS
from translation import demo_accounts, roles


@pytest.fixture(scope="module")
def shared_page(module_database: DjangoDbBlocker) -> Page:
    """A German news item, translated into English and Arabic, beside one that nobody translated."""
    with module_database.unblock():
        index = make_news_index(make_home())
        page = make_news(index, "Rückkehr", lead="Sie zahlen 20 Euro.")
        for code in CODES:
            translate(page, code, words={"Rückkehr": f"{code} return", "Sie zahlen 20 Euro.": f"{WORDS[code]} 20."})
        other = make_news(index, "Asyl", lead="Ein Satz.")
        for code in CODES:
            make_alias(other, code)
        roles.set_up_roles()
        demo_accounts.create_demo_accounts("geheim")
        for user in User.objects.all():
            User.objects.filter(pk=user.pk).update(email=f"{user.username}@example.org")
        return page


@pytest.fixture
def page(shared_page: Page) -> NewsPage:
    return NewsPage.objects.get(pk=shared_page.pk)


@pytest.fixture
def easy(page: NewsPage) -> NewsPage:
    """The page in Leichte Sprache, in a tree of its own."""
    above = None
    for source in (page.get_ancestors().get(depth=2).specific, page.get_parent().specific):
        above = source.copy_for_translation(Locale.objects.get(language_code="de-simple"))
        publish(above)
    values = {"title": "Zurück", "lead": "Kappenblaurabe.", "date": page.date}
    return add(above, NewsPage(**values, locale=above.locale, translation_key=page.translation_key))
