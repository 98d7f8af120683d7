"""The judged queries on the initial content: what visitors type finds what answers it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests import support
from tests.search.judging import judge_all, results, success

pytestmark = pytest.mark.content

AT_LEAST = 0.95
AT_LEAST_IN_EACH_CLASS = 0.85


def test_visitors_find_what_answers_their_query(content: None) -> None:
    judgements = judge_all()
    assert len(judgements) >= 120
    missed = "\n".join(
        f"{judgement.language} {judgement.kind}: {judgement.query} → {', '.join(judgement.found) or 'nothing'}"
        for judgement in judgements
        if not judgement.succeeded
    )
    share = sum(judgement.succeeded for judgement in judgements) / len(judgements)
    assert share >= AT_LEAST, f"success@3 is {share:.3f}:\n{missed}"
    for kind, (value, number) in success(judgements, "kind").items():
        assert value >= AT_LEAST_IN_EACH_CLASS, f"{kind}: {value:.3f} of {number}:\n{missed}"


@pytest.mark.skipif("not support.on_postgresql()", reason="compares PostgreSQL with SQLite")
def test_both_databases_find_the_same(content: None, tmp_path: Path, kept: Path) -> None:
    # What a run on SQLite has kept, where there was one on the same code.
    state = support.build_state(tmp_path, support.State(tmp_path / "migrated"), kept)
    said = support.manage(
        state, "shell", "-c", "import json; from tests.search.judging import results; print('RESULTS' + json.dumps(results()))"
    )
    on_sqlite = json.loads(next(line for line in said.splitlines() if line.startswith("RESULTS")).removeprefix("RESULTS"))
    on_postgresql = results()
    assert on_sqlite.keys() == on_postgresql.keys()
    assert {query: found for query, found in on_sqlite.items() if found != on_postgresql[query]} == {}
