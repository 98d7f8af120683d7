"""What tests of addresses share: a page with one below it, in three languages."""

from __future__ import annotations

import pytest
from wagtail.models import Page

from tests.builders import make_alias, make_content_page, make_home, make_section, translate


@pytest.fixture
def section() -> Page:
    return make_section(make_home())


@pytest.fixture
def page(section: Page) -> Page:
    """Return a German page with a page below it, both translated into English, both aliases in Ukrainian."""
    page = make_content_page(section, "Rückkehr")
    below = make_content_page(page, "Beratung")
    translate(below, "en")
    make_alias(below, "uk")
    return page
