"""What a change of the source means for its finished versions: the choices, and the one that holds where nobody chose."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.utils.translation import pgettext_lazy

from portal.language.choices import TextChoices

if TYPE_CHECKING:
    from .texts import TextChange


class Effect(TextChoices):
    """What becomes of finished versions when a page of the source is published with a change."""

    BY_CHANGE = "by_change", pgettext_lazy("admin, effect", "As the change is: spaces and quotation marks are small, all else is content")
    SMALL = "small", pgettext_lazy("admin, effect", "Small change: the versions stay true")
    CONTENT = "content", pgettext_lazy("admin, effect", "Content changed: the versions are out of date, and say so")
    WRONG = "wrong", pgettext_lazy("admin, effect", "The old versions are wrong now: nobody reads them any more")


_UNSEEN = re.compile(r"""[\s\u00ad\u200b-\u200f\u2060„“”‚‘’«»‹›"']+""")
"""What may change without a word being another one. No stop, comma or dash is: between figures, or before one, they change it."""


def is_small(changes: list[TextChange]) -> bool:
    """Return whether texts say the same, word by word and figure by figure, at the same addresses."""
    return all(_UNSEEN.sub("", change.before) == _UNSEEN.sub("", change.after) for change in changes)
