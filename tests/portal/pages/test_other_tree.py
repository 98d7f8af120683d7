"""A tree beside that of the site (a copied home page, kept aside) has no addresses: nothing of it is found anywhere."""

from __future__ import annotations

import pytest
from django.test import Client
from wagtail.models import Page, Site

from home.models import HomePage
from news.models import NewsPage
from portal.pages import restrictions
from tests.builders import make_home, make_news, make_news_index, make_topic, publish, translate

pytestmark = pytest.mark.django_db

SEARCH = {"de": "suche", "en": "search"}
ADDRESSES = (
    "/{0}/", "/{0}/feed.rss", "/{0}/feed.atom", "/{0}/feed/schutz.rss", "/sitemap-{0}.xml", "/api/v2/pages/?locale={0}",
    "/api/v2/pages/?type=news.NewsPage&kind=news&locale={0}", "/{0}/{1}/?q=Satz&format=json",
)  # fmt: skip
BODY = [("section", {"heading": "Neu", "background": "plain", "content": [{"type": "latest_news", "value": {"kind": "news", "count": 3}}]})]


@pytest.fixture
def home() -> HomePage:
    home = make_home(body=BODY)
    translate(make_news(make_news_index(home), "Zebra", topics=[make_topic("Schutz")]), "en")
    return HomePage.objects.get(pk=home.pk)


def found(client: Client) -> dict[str, tuple[int, int, int]]:
    """Return for each address its status, and how often it says the title of the item and of its copy."""
    counts = {}
    for code, word in SEARCH.items():
        for address in ADDRESSES:
            response = client.get(address.format(code, word))
            counts[f"{code} {address}"] = (response.status_code, response.text.count("Zebra"), response.text.count("Doppel"))
    return counts


def test_it_is_in_no_list_feed_search_or_index_until_the_site_begins_there(client: Client, home: HomePage) -> None:
    before = found(client)
    assert {(status, copied) for status, _own, copied in before.values()} == {(200, 0)}

    other = home.copy(recursive=True, to=Page.get_first_root_node(), update_attrs={"slug": "archiv", "title": "Archiv"})
    item = NewsPage.objects.get(title="Zebra", path__startswith=other.path)
    item.title = "Doppel"
    publish(item)
    assert found(client) == before
    assert restrictions.is_restricted(item)

    site = Site.objects.get()
    site.root_page = other
    site.save()
    after = found(client)
    german = {address: counts for address, counts in after.items() if address.startswith("de")}
    assert {(status, own) for status, own, _copied in german.values()} == {(200, 0)}
    assert {own: copied for _status, own, copied in after.values() if copied} != {}
    assert [address for address, (_status, _own, copied) in german.items() if not copied] == ["de /sitemap-{0}.xml"]
