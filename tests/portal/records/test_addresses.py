"""Old addresses that records give lead to their pages, and are taken from nobody."""

from __future__ import annotations

from pathlib import Path

import pytest
from wagtail.contrib.redirects.models import Redirect

from home.models import HomePage
from portal.records.errors import LoadError
from portal.records.loading import load
from tests.portal.records.test_records import HOME, SECTION, SECTION_EN, changed, write

pytestmark = pytest.mark.django_db

BARE = changed(HOME, body=None)


@pytest.mark.parametrize("to_page", [True, False])
def test_an_address_that_leads_elsewhere_is_left_and_its_owner_named(tmp_path: Path, to_page: bool) -> None:
    load(write(tmp_path, [BARE]))
    home = HomePage.objects.get(locale__language_code="de")
    owner = {"redirect_page": home} if to_page else {"redirect_link": "https://www.iom.int/"}
    Redirect.objects.create(old_path="/de/alt", **owner)
    before = list(Redirect.objects.values())
    path = write(tmp_path, [BARE, changed(SECTION, redirect_from=["/de/Alt/"])])
    with pytest.raises(LoadError) as caught:
        load(path)
    named = "the page “Startseite”" if to_page else "“https://www.iom.int/”"
    assert str(caught.value) == f"{path}:2: “redirect_from”: /de/Alt/ leads to {named} already"
    assert list(Redirect.objects.values()) == before


def test_each_version_has_its_own_and_keeps_them_when_it_is_loaded_again(tmp_path: Path) -> None:
    home_en = {**BARE, "id": "home.en", "lang": "en", "title": "Home", "translation_of": "home"}
    records = [BARE, home_en, changed(SECTION, redirect_from=["/alt", "/de/frueher"]), changed(SECTION_EN, redirect_from=["/old"])]
    for _time in range(2):
        load(write(tmp_path, records), overwrite=True)
        found = Redirect.objects.order_by("old_path").values_list("old_path", "redirect_page__title", "is_permanent")
        assert list(found) == [("/alt", "Unsere Arbeit", True), ("/de/frueher", "Unsere Arbeit", True), ("/old", "Our work", True)]
