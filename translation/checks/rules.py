"""What is checked, and what a finding says."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import pgettext, pgettext_lazy

from portal.language.choices import TextChoices

LONGEST = 50_000
"""Characters of a text that is sent, whichever way: no text of a page is as long."""


class Rule(TextChoices):
    """A rule of translations. Those in `BLOCKING` stop publication; the others need a word of whoever lets them stand."""

    MISSING = "missing", pgettext_lazy("admin, check", "The translation is missing.")
    LINKS = "links", pgettext_lazy("admin, check", "A link of the German text is missing, or stands there twice: %(found)s")
    PLACEHOLDERS = "placeholders", pgettext_lazy("admin, check", "These placeholders differ: %(found)s")
    TAGS = "tags", pgettext_lazy("admin, check", "These signs have no partner, or must not stand here: %(found)s")
    TOO_LONG = "too_long", pgettext_lazy("admin, check", "The text is too long: %(found)s characters")
    NUMBERS = "numbers", pgettext_lazy("admin, check", "These numbers differ: %(found)s")
    DATES = "dates", pgettext_lazy("admin, check", "These dates differ: %(found)s")
    DOUBLED = "doubled", pgettext_lazy("admin, check", "A word or a space stands there twice: %(found)s")
    QUOTES = "quotes", pgettext_lazy("admin, check", "These quotation marks are not usual in this language: %(found)s")
    END = "end", pgettext_lazy("admin, check", "The German text ends with another mark: %(found)s")
    BRACKETS = "brackets", pgettext_lazy("admin, check", "A bracket is missing: %(found)s")
    UNTRANSLATED = "untranslated", pgettext_lazy("admin, check", "The text is the German one.")
    LOOKALIKES = "lookalikes", pgettext_lazy("admin, check", "Latin and Cyrillic letters stand in one word: %(found)s")
    STRETCHED = "stretched", pgettext_lazy("admin, check", "A word is stretched with a line: %(found)s")
    INVISIBLE = "invisible", pgettext_lazy("admin, check", "There are characters that nobody sees: %(found)s")
    DIRECTION = "direction", pgettext_lazy("admin, check", "This could be shown in the wrong order: %(found)s")
    TWO_WAYS = "two_ways", pgettext_lazy("admin, check", "The same German text is translated otherwise on this page: %(found)s")
    TERMS = "terms", pgettext_lazy("admin, check", "The portal uses another term: %(found)s")


BLOCKING = frozenset({Rule.MISSING, Rule.LINKS, Rule.PLACEHOLDERS, Rule.TAGS, Rule.TOO_LONG})


@dataclass(frozen=True)
class Pair:
    """A text and its translation, as translators see them (`checks.marked`).

    Args:
        code: the language of the translation.
        limit: how many characters fit; None where there is no limit.
        is_rich: it may hold bold and italic.
    """

    source: str
    target: str
    code: str
    limit: int | None = None
    is_rich: bool = True


@dataclass(frozen=True)
class Finding:
    """A rule that a translation breaks, and the words or signs that it is about."""

    rule: Rule
    found: str = ""

    @property
    def is_blocking(self) -> bool:
        """Return whether it stops publication."""
        return self.rule in BLOCKING

    @property
    def text(self) -> str:
        """Return it as a sentence."""
        return str(self.rule.label) % {"found": self.found}


def listed(found: object) -> str:
    """Return words or signs as a list to read."""
    return pgettext("admin, between the items of a list", ", ").join(str(one) for one in found)  # type: ignore[attr-defined]
