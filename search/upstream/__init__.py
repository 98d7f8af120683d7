"""All that bends modelsearch. Its backends are extended at documented points in `search/backends/`; what is not such a point is here.

Each names the issue where there is one, and when it can go; `tests/search/upstream` shows each fault in modelsearch as it is, and fails
once a release mends it.
"""

from __future__ import annotations


def apply() -> None:
    """Put in place what no class can extend. Called once, when the apps are ready."""
    from search.upstream import filters

    filters.apply()
