"""All that bends wagtail-localize: its faults mended where they are, its views asked before the originals.

Each module says what it bends, with the issue of wagtail-localize where there is one, and when it can go. For each fault
`tests/translation/upstream/test_upstream.py` holds a test of wagtail-localize as it is, which fails once a release mends it; the tests
of what the portal promises instead stand in `test_patches.py` beside it. `docs/upstream/` holds what is worth giving back.
"""

from __future__ import annotations


def apply() -> None:
    """Put everything in place. Called once, when the apps are ready."""
    from translation.upstream import editor, following, names, restarting, texts, writing

    for module in (writing, texts, editor, restarting, following, names):
        module.apply()
