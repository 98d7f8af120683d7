"""Rules of Leichte Sprache, sentence by sentence: hints for whoever writes it, no gate.

After the rules of Netzwerk Leichte Sprache and DIN SPEC 33429: short sentences and words, active, no genitive, no subjunctive, no
abbreviations, no signs inside words, few negations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import pgettext_lazy

from portal.language.choices import TextChoices

MOST_WORDS = 12
LONGEST_WORD = 16
"""Letters of a word, or of a part of one between hyphens and middle dots."""

_SENTENCE = re.compile(r"(?<!\s\w\.)(?<=[.!?:])\s+|\n+")
_WORD = re.compile(r"[^\W\d_]+(?:[-·][^\W\d_]+)*")
_PASSIVE = re.compile(r"\b(?:wird|werden|wurden?|worden)\b", re.IGNORECASE)
# Bounded, as nobody knows what is typed: each “ge” of a word without end would be followed to its end.
_PARTICIPLE = re.compile(r"\b(?:\w{0,40}?ge[a-zäöü]{3,40}(?:t|en)|(?:be|ver|er|ent|zer)[a-zäöü]{3,}t|[a-zäöü]{3,}iert)\b")
_GENITIVE = re.compile(r"\b(?:des|eines|keines|dieses|jedes|[mds]eines|Ihres|ihres|unseres) (?:[a-zäöüß]+en )?[A-ZÄÖÜ]\w*s\b")
_SUBJUNCTIVE = re.compile(r"\b(?:würde|könnte|müsste|dürfte|hätte|wäre|möge|käme|gäbe)(?:n|st)?\b", re.IGNORECASE)
_ABBREVIATION = re.compile(r"\b(?:z\. ?B|d\. ?h|u\. ?a|usw|bzw|ca|etc|inkl|ggf|evtl|max|min|Nr|Abs|Tel|Str|vgl)\.")
_SIGNS_OF_GENDER = re.compile(r"\b\w+(?:[*:_]|/-?)in(?:nen)?\b|\b[A-ZÄÖÜ][a-zäöüß]+Innen\b")
_NEGATION = re.compile(r"\b(?:nicht|kein(?:e[nmrs]?)?|nie|niemand|nirgends)\b", re.IGNORECASE)


class EasyRule(TextChoices):
    """What makes a sentence hard to read."""

    LONG = "long", pgettext_lazy("admin, rule of Leichte Sprache", "long sentence")
    WORD = "word", pgettext_lazy("admin, rule of Leichte Sprache", "long word: divide it with a hyphen or a middle dot")
    PASSIVE = "passive", pgettext_lazy("admin, rule of Leichte Sprache", "passive: say who does it")
    GENITIVE = "genitive", pgettext_lazy("admin, rule of Leichte Sprache", "genitive")
    SUBJUNCTIVE = "subjunctive", pgettext_lazy("admin, rule of Leichte Sprache", "subjunctive")
    ABBREVIATION = "abbreviation", pgettext_lazy("admin, rule of Leichte Sprache", "abbreviation: write it out")
    GENDER = "gender", pgettext_lazy("admin, rule of Leichte Sprache", "a sign inside a word that stands for genders")
    NEGATION = "negation", pgettext_lazy("admin, rule of Leichte Sprache", "several negations")


@dataclass(frozen=True)
class Hint:
    """A sentence, and what makes it hard."""

    sentence: str
    rules: tuple[EasyRule, ...]


def hints(text: str) -> list[Hint]:
    """Return the hard sentences of a text."""
    found = ((sentence.strip(), tuple(_rules(sentence))) for sentence in _SENTENCE.split(text))
    return [Hint(sentence, rules) for sentence, rules in found if rules]


def _rules(sentence: str) -> Iterator[EasyRule]:
    words = _WORD.findall(sentence)
    if len(words) > MOST_WORDS:
        yield EasyRule.LONG
    if any(len(part) > LONGEST_WORD for word in words for part in re.split("[-·]", word)):
        yield EasyRule.WORD
    if _PASSIVE.search(sentence) and _PARTICIPLE.search(sentence):
        yield EasyRule.PASSIVE
    for rule, pattern in (
        (EasyRule.GENITIVE, _GENITIVE), (EasyRule.SUBJUNCTIVE, _SUBJUNCTIVE), (EasyRule.ABBREVIATION, _ABBREVIATION),
        (EasyRule.GENDER, _SIGNS_OF_GENDER),
    ):  # fmt: skip
        if pattern.search(sentence):
            yield rule
    if len(_NEGATION.findall(sentence)) > 1:
        yield EasyRule.NEGATION
