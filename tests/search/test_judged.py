"""The judged queries on the initial content: what visitors type finds what answers it."""

from __future__ import annotations

import pytest

from tests.search.judging import judge_all, success

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
