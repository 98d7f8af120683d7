"""Content records: data files that become pages and snippets, in every language (see `docs/content.md`).

`reading` turns files into records, `values` record values into field values, `pairing` a translation's record into
wagtail-localize's segments, `loading` all of them into pages.
"""

from __future__ import annotations
