"""What a real installation imports is what `requirements.txt` brings: the developers' packages hide what is missing."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

from tests import support

ROOT = Path(__file__).parents[3]
OWN = {*support.APPS, "manage"}


def needed(tree: ast.AST) -> Iterator[str]:
    """Yield the packages that a module imports as it is imported itself, where it does not reckon with their absence."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.partition(".")[0]
        elif not isinstance(node, (ast.Try, ast.FunctionDef)):
            yield from needed(node)


def test_nothing_is_imported_that_the_lock_does_not_bring() -> None:
    locked = {line.partition("==")[0].partition("[")[0] for line in (ROOT / "requirements.txt").read_text().splitlines() if "==" in line}
    distributions = packages_distributions()
    missing = set()
    for package in OWN - {"manage"}:
        for path in (ROOT / package).rglob("*.py"):
            # The clients of search servers are extras, imported where SEARCH_BACKEND names one.
            if path.parent.name == "backends" and path.stem in {"elasticsearch", "opensearch"}:
                continue
            # The client of Redis is there where CACHE_URL names it, and this module is imported then alone.
            if path == ROOT / "portal" / "caches.py":
                continue
            for name in needed(ast.parse(path.read_text(encoding="utf-8"))):
                brought = {re.sub(r"[-_.]+", "-", found).lower() for found in distributions.get(name, ())}
                if name not in sys.stdlib_module_names | OWN and not brought & locked:
                    missing.add((str(path.relative_to(ROOT)), name))
    assert missing == set()
