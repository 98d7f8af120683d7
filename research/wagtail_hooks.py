"""What data sets do when pages are written in bulk."""

from __future__ import annotations

from wagtail import hooks
from wagtail.models import Page

from portal.language.languages import SOURCE_LANGUAGE

from . import history
from .models import DataPage


@hooks.register("pages_written")
def store_tables(pages: list[Page]) -> None:
    """Store the tables of data sets that a load has written."""
    history.store([page for page in pages if isinstance(page, DataPage) and page.locale.language_code == SOURCE_LANGUAGE and page.live])
