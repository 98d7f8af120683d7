"""Data sets in the words of schema.org (`Dataset`). Name, description, creator and files are what search engines for data require."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.discovery.head import absolute
from portal.models import taxonomy

from . import files as data_files

if TYPE_CHECKING:
    from .datasets import Table
    from .models import DataPage

LICENCES = {
    "cc-by-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "cc-by-3.0-igo": "https://creativecommons.org/licenses/by/3.0/igo/",
}


def description(page: DataPage) -> str:
    """Return what is counted, where the figures begin to mislead, and the lead: at most 5,000 characters, as they are read."""
    return " ".join(filter(None, [page.lead, page.counted, *page.notes]))[:5000]


def creators(page: DataPage) -> list[dict[str, str]]:
    """Return who published the figures: the authority of each source, else its title."""
    names = dict.fromkeys(source.authority or source.title for source in page.source_list)
    return [{"@type": "Organization", "name": name} for name in names]


def period(table: Table | None) -> str:
    """Return from when to when the figures are: `2014/2025`; nothing of what is no series."""
    if table is None or not table.is_series:
        return ""
    keys = sorted(row.key for row in table.rows)
    return keys[0] if keys[0] == keys[-1] else f"{keys[0]}/{keys[-1]}"


def places(page: DataPage) -> list[str]:
    """Return the names of the regions."""
    return [region["name"] for region in taxonomy.localized(page.term_lists["regions"])]


def measures(page: DataPage) -> list[dict[str, str]]:
    """Return the columns with numbers."""
    names = page.table.measures if page.table else ()
    return [{"@type": "PropertyValue", "name": page.words.label(name).text, "alternateName": name} for name in names]


def files(page: DataPage) -> list[dict[str, str]]:
    """Return the files with their types."""
    return [
        {"@type": "DataDownload", "name": str(file.title), "encodingFormat": file.media_type, "contentUrl": absolute(file.url)}
        for file in data_files.downloads(page)
    ]
