"""What the tests of the translation share, beside the people of `tests.people`."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from wagtail.models import Page


@pytest.fixture(autouse=True)
def no_public_rendering(monkeypatch: pytest.MonkeyPatch) -> None:
    """A preview answers without the page's template."""
    monkeypatch.setattr(Page, "make_preview_request", lambda self, *args, **kwargs: HttpResponse("preview"))
