"""Keyboards: which keys lie side by side, so that one is pressed for the other."""

from __future__ import annotations

from functools import cache

from .tokens import fold

# The rows of the keys, from the top; a blank is a key that gives no single letter.
_LAYOUTS = {
    "de": ("qwertzuiopü", "asdfghjklöä", "yxcvbnm"),
    "en": ("qwertyuiop", "asdfghjkl", "zxcvbnm"),
    "uk": ("йцукенгшщзхї", "фівапролджє", "ячсмитьбю"),
    "ar": ("ضصثقفغعهخحجد", "شسيبلاتنمكط", "ئءؤر ىةوزظ"),
}


@cache
def neighbours(language: str) -> frozenset[tuple[str, str]]:
    """Return all pairs of letters whose keys lie side by side; English is typed on German keyboards too."""
    found: set[tuple[str, str]] = set()
    for layout in ([_LAYOUTS["en"], _LAYOUTS["de"]] if language == "en" else [_LAYOUTS.get(language, _LAYOUTS["de"])]):
        places = [(letter, row, column) for row, keys in enumerate(layout) for column, letter in enumerate(keys) if letter != " "]
        for one, row, column in places:
            for other, other_row, other_column in places:
                step = other_column - column
                # Each row is moved a little to the right of the one above.
                if (other_row == row and abs(step) == 1) or (other_row == row + 1 and step in (-1, 0)):
                    found |= {(fold(one), fold(other)), (fold(other), fold(one))}
    return frozenset(found)
