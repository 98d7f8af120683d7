"""Content records: data files that become pages and snippets, in every language (see `docs/content.md`).

`reading` turns files into records, `checking` holds them against each other, `values` turns record values into field values,
`pairing` a translation's record into wagtail-localize's segments, `loading` all of them into pages; `indexing` adds them to the
indexes at once.
"""

from __future__ import annotations
