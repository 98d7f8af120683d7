"""What the search adds to Wagtail's admin and to the start of the portal."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from django.core.management import call_command
from wagtail import hooks

from portal.languages import LANGUAGES

from . import analysis, indexing, maintained


@hooks.register("index_together")
def index_together() -> AbstractContextManager[None]:
    """Put the search's own index off while many pages are loaded."""
    return indexing.together()


@hooks.register("prepare_portal")
def bring_index_up_to_date(say: Callable[[str], None]) -> None:
    """Make the dictionaries, and the index where it was made with another analysis."""
    analysis.preload([language.code for language in LANGUAGES])
    maintained.load_initial_synonyms()
    if not indexing.is_current():
        say("Indexing the pages for the search …")
        call_command("update_index", verbosity=0)


@hooks.register("preload_portal")
def preload_analysis() -> None:
    """Read the dictionaries before the server's processes are forked: they share what is read."""
    analysis.preload([language.code for language in LANGUAGES])
