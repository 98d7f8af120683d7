"""The table of requirements in docs/security.md: each of level 1 once, with a test that there is, a reason, or the operator's part."""

from __future__ import annotations

import re
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parents[1]
LEVEL_1 = re.findall(r"\S+", """
1.2.1 1.2.2 1.2.3 1.2.4 1.2.5 1.3.1 1.3.2 1.5.1 2.1.1 2.2.1 2.2.2 2.3.1 3.2.1 3.2.2 3.3.1 3.4.1 3.4.2 3.5.1 3.5.2 3.5.3 4.1.1 4.4.1
5.2.1 5.2.2 5.3.1 5.3.2 6.1.1 6.2.1 6.2.2 6.2.3 6.2.4 6.2.5 6.2.6 6.2.7 6.2.8 6.3.1 6.3.2 6.4.1 6.4.2 7.2.1 7.2.2 7.2.3 7.2.4 7.4.1
7.4.2 8.1.1 8.2.1 8.2.2 8.3.1 9.1.1 9.1.2 9.1.3 9.2.1 10.4.1 10.4.2 10.4.3 10.4.4 10.4.5 11.3.1 11.3.2 11.4.1 12.1.1 12.2.1 12.2.2
13.4.1 14.2.1 14.3.1 15.1.1 15.2.1 15.3.1
""")
"""Those of OWASP ASVS 5.0.0: https://github.com/OWASP/ASVS/tree/v5.0.0/5.0"""
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([^|]+) \| (\w+) \| (.+) \|$", re.MULTILINE)


def test_each_requirement_stands_in_the_table_with_what_holds_it() -> None:
    rows = ROW.findall((BASE_DIR / "docs" / "security.md").read_text(encoding="utf-8"))
    assert [number for number, *_rest in rows] == LEVEL_1
    for number, _text, how, where in rows:
        assert how in {"test", "reason", "operator"}, number
        named = re.findall(r"`(tests/[\w/]+\.py)(?::(\w+))?`", where)
        assert bool(named) == (how == "test"), number
        for path, function in named:
            assert f"def {function or 'test_'}" in (BASE_DIR / path).read_text(encoding="utf-8"), (number, path, function)
