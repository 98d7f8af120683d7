"""The faults of treebeard itself, for which `portal.upstream` stands in: when one fails, a release has mended that."""

from __future__ import annotations

import pytest
from wagtail.models import Page

from tests.builders import make_content_page, make_home, make_section

pytestmark = pytest.mark.django_db


def test_a_page_whose_number_of_children_is_wrong_takes_none() -> None:
    """django-treebeard#235."""
    source = make_content_page(make_section(make_home()), "Beratung")
    Page.objects.filter(pk=source.pk).update(numchild=1)
    with pytest.raises(AttributeError, match="_inc_path"):
        make_content_page(Page.objects.get(pk=source.pk), "Darunter")
