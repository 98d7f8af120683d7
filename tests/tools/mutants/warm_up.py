"""What the process does before it splits: the databases are made once, and every fault begins with a copy of them.

What a first search loads is loaded then too, so that it is not counted as what some test takes.
"""

from __future__ import annotations

import pytest
from django.test import Client

from tests.builders import make_home


@pytest.mark.django_db
def test_on_the_empty_database() -> None:
    """Make it."""
    make_home()
    assert Client().get("/de/suche/", {"q": "Hilfe"}).status_code == 200


def test_on_the_content(content: None) -> None:
    """Make it."""
