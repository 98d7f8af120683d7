"""What visitors read is counted alike with the page cache and without it."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError
from django.utils import timezone

from portal import changes
from portal.http import counting
from portal.models import FallbackVisits
from tests import builders
from tests.portal.shell.in_process import ShellClient

pytestmark = pytest.mark.django_db


def visit(reader: ShellClient, address: str) -> None:
    """Read a page in all ways in which it is counted (five times) and is not."""
    tag = reader.get(address).headers["ETag"]
    assert reader.get(address, headers={"If-None-Match": tag}).status_code == 304
    assert reader.get(address).status_code == 200
    changes._deliver(frozenset({changes.TERMS}))
    assert reader.get(address).status_code == 200
    assert reader.get(f"{address}?utm_source=x").status_code == 200
    assert reader.head(address).status_code == 200
    assert reader.get(f"{address}nirgends/").status_code == 404


@pytest.mark.parametrize("is_on", [True, False])
def test_fallbacks_are_counted_alike_with_the_cache_and_without(settings: Any, is_on: bool) -> None:
    settings.PAGE_CACHE = is_on
    counting._counts.clear()
    home = builders.make_home()
    page = builders.make_content_page(builders.make_section(home))
    aliases = {code: builders.make_alias(page, code) for code in ("en", "ar")}
    reader = ShellClient()
    for alias in aliases.values():
        visit(reader, alias.get_url())
    visit(reader, page.get_url())
    assert (reader.hits > 0) == is_on
    reader.force_login(User.objects.create_superuser("liest", "liest@example.org", "p"))
    assert reader.get(aliases["en"].get_url()).status_code == 200
    counting.write()
    counting.write()
    found = list(FallbackVisits.objects.order_by("language").values_list("day", "translation_key", "language", "number"))
    assert found == [(timezone.localdate(), page.translation_key, code, 5) for code in ("ar", "en")]
    counting.count(counting.Counted(str(page.translation_key), "en"), "GET")
    counting.write()
    assert FallbackVisits.objects.get(language="en").number == 6


def test_what_cannot_be_written_is_written_later(monkeypatch: pytest.MonkeyPatch) -> None:
    counting._counts.clear()
    page = builders.make_home()
    counting.count(counting.Counted(str(page.translation_key), "en"), "GET")
    with monkeypatch.context() as away:
        away.setattr(FallbackVisits.objects, "get_or_create", lambda **values: (_ for _ in ()).throw(DatabaseError("away")))
        with pytest.raises(DatabaseError):
            counting.write()
    counting.write()
    assert FallbackVisits.objects.get().number == 1
