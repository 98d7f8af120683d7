"""Records of the initial content that came with a newer portal and were not loaded: the administrator reads of them on the start page."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import cache

from django.conf import settings
from django.db.models import prefetch_related_objects
from django.http import HttpRequest
from django.utils.translation import pgettext
from wagtail.admin.admin_url_finder import AdminURLFinder

from portal.admin.start import Box, Line
from portal.language.languages import LANGUAGES
from portal.models import DeclinedRecord, LoadedRecord

from .errors import LoadError
from .objects import is_edited, typed_by_people
from .reading import Record, read

logger = logging.getLogger(__name__)


@cache
def _records() -> tuple[Record, ...]:
    """Return the records beside the code, read once by each process: they change with the code alone."""
    try:
        return tuple(read(settings.BASE_DIR / "content"))
    except LoadError as error:
        logger.warning("The initial content cannot be read: %s", error)
        return ()


def outstanding() -> list[tuple[Record, LoadedRecord | None]]:
    """Return the records that a load would bring in: new ones, and those that changed since they were loaded.

    What a person has edited or deleted since is left alone by a load and is not outstanding, nor what a load found not to fit; nor is
    anything in a portal whose content came from elsewhere.
    """
    loaded = LoadedRecord.objects.in_bulk(field_name="record_id")
    changed = [(record, loaded.get(record.id)) for record in _records() if loaded]
    changed = [(record, stored) for record, stored in changed if stored is None or stored.digest != record.digest]
    prefetch_related_objects([stored for _record, stored in changed if stored is not None], "object")
    typed = typed_by_people() if changed else set()
    declined = set(DeclinedRecord.objects.values_list("record_id", "digest")) if changed else set()
    return [
        (record, stored)
        for record, stored in changed
        if (record.id, record.digest) not in declined and (stored is None or (stored.object is not None and not is_edited(stored, typed)))
    ]


def outstanding_box(request: HttpRequest) -> Iterator[Box]:
    """Yield the box of the start page for administrators, who alone can load them."""
    if not request.user.is_superuser:
        return
    urls = AdminURLFinder(request.user)
    new, changed = pgettext("admin", "new"), pgettext("admin", "changed since it was loaded")
    names = {language.code: language.name for language in LANGUAGES}
    lines = [
        Line(
            str(record.get("title") or record.id),
            (urls.get_edit_url(stored.object) if stored else "") or "",
            names.get(record.lang, record.lang),
            changed if stored else new,
        )
        for record, stored in outstanding()
    ]
    title = pgettext("admin", "Texts of this version that are not loaded yet: manage.py load_content loads them")
    yield Box("outstanding-records", title, lines, order=5)
