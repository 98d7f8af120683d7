"""What a page or snippet is in one language."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.utils.translation import pgettext_lazy

from portal.language.choices import TextChoices


class State(TextChoices):
    """What a page is in a language. `ALIAS` and `MISSING` are the same to visitors: they read German."""

    MISSING = "missing", pgettext_lazy("admin, state of a translation", "missing")
    ALIAS = "alias", pgettext_lazy("admin, state of a translation", "not translated")
    ORDERED = "ordered", pgettext_lazy("admin, state of a translation", "ordered")
    IN_WORK = "in_work", pgettext_lazy("admin, state of a translation", "in work")
    IN_REVIEW = "in_review", pgettext_lazy("admin, state of a translation", "in review")
    TRANSLATED = "translated", pgettext_lazy("admin, state of a translation", "translated")
    WITHDRAWN = "withdrawn", pgettext_lazy("admin, state of a translation", "withdrawn")
    OUT_OF_DATE = "out_of_date", pgettext_lazy("admin, state of a translation", "out of date")
    OFFLINE = "offline", pgettext_lazy("admin, state of a translation", "offline")


@dataclass(frozen=True)
class Cell:
    """What a page or snippet is in a language.

    Args:
        locale_id: the language.
        page_id: its version there; None where there is none.
        done: how many of its texts are translated, of `total`; both 0 where it is not translated text by text.
        words_left: how many words the other texts have in the source.
        changed_at: since when the source says something else.
        withdrawn_at: since when nobody reads the version any more.
        is_opened: a snippet that is translated text by text.
        is_in_review: a new text waits for a review, whatever the state says of the old one.
    """

    locale_id: int
    state: State = State.MISSING
    page_id: int | None = None
    done: int = 0
    total: int = 0
    words_left: int = 0
    changed_at: datetime.datetime | None = None
    withdrawn_at: datetime.datetime | None = None
    is_opened: bool = False
    is_in_review: bool = False

    @property
    def percent(self) -> int:
        """Return how much is translated, in whole per cent; 100 only where all is."""
        return 100 * self.done // self.total if self.total else 0

    @property
    def label(self) -> str:
        """Return the state in words; of a withdrawn version whose new text waits for a review, both."""
        names = [self.state, *([State.IN_REVIEW] if self.is_in_review and self.state != State.IN_REVIEW else [])]
        return " · ".join(str(name.label) for name in names)
