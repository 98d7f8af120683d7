"""Numbers by which publications are known."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.utils.translation import pgettext

_DOI = re.compile(r"10\.\d{4,9}/[\x21-\x7e]+", re.ASCII)


def validate_doi(text: str) -> None:
    """Refuse what is no DOI (ISO 26324): the prefix `10.`, the registrant, a slash, the rest; without an address before it.

    Raises:
        ValidationError: it is none.
    """
    if not _DOI.fullmatch(text):
        raise ValidationError(pgettext("admin", "This is no DOI. It begins with “10.” and has a slash: 10.18356/9789290688303."))


def validate_isbn(text: str) -> None:
    """Refuse what is no ISBN: ten or thirteen digits, the last of which proves the others (ISO 2108).

    Raises:
        ValidationError: it is none.
    """
    digits = text.replace("-", "").replace(" ", "")
    if not re.fullmatch(r"\d{9}[\dX]|97[89]\d{10}", digits, re.ASCII) or not _is_proven(digits):
        raise ValidationError(pgettext("admin", "This is no ISBN: a digit is wrong, missing or too many."))


def _is_proven(digits: str) -> bool:
    numbers = [10 if digit == "X" else int(digit) for digit in digits]
    if len(numbers) == 10:
        return sum(number * (10 - place) for place, number in enumerate(numbers)) % 11 == 0
    return sum(number * (1, 3)[place % 2] for place, number in enumerate(numbers)) % 10 == 0
