"""What the process does before it splits: the databases are made once, and every fault begins with a copy of them."""

from __future__ import annotations

import pytest


@pytest.mark.django_db
def test_on_the_empty_database() -> None:
    """Make it."""


def test_on_the_content(content: None) -> None:
    """Make it."""
