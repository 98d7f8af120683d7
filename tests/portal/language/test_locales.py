"""The languages of the portal in the admin; in a module without content, whose pages would protect each language."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from portal.language.locales import set_up_locales
from tests.admin_crawl import client_of, visible


@pytest.mark.parametrize(
    ("code", "said"), [("de", "Alle Sprachen des Portals sind schon angelegt."), ("en", "All languages of the portal are there already.")]
)
def test_no_language_to_add_is_said(db: None, code: str, said: str) -> None:
    User.objects.create_superuser("verwaltung")
    locales = set_up_locales()
    client = client_of("verwaltung", code)
    html = client.get("/admin/locales/new/").content.decode()
    assert [text.partition(". ")[0] + "." for text in visible(html) if text.startswith(said)] == [said]
    assert "language_code" not in html
    locales["ar"].delete()
    html = client.get("/admin/locales/new/").content.decode()
    assert said not in html
    assert 'value="ar"' in html
