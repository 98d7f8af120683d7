"""Two texts as one: what is gone and what is new, word by word."""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher

from django.utils.safestring import SafeString
from wagtail.admin.compare import TextDiff

_MARKS = "".join(one for one in map(chr, range(0x300, 0x10000)) if unicodedata.category(one).startswith("M"))
_LETTERS = rf"[\w{_MARKS}\u00ad\u200c\u200d]+"
"""What a word is made of: combining marks, such as Arabic ones, and what joins or parts unseen, belong to it."""

_JOINED = rf"(?:[.,:/@٫٬'’‑-]{_LETTERS})*"
_WORDS = re.compile(rf"\d{{1,3}}(?:[ \u00a0\u2009\u202f]\d{{3}})+(?![\w]){_JOINED}|{_LETTERS}{_JOINED}|[\W]")
"""A figure is one word, whatever parts its thousands, and the stop behind it none of it."""


def difference(before: str, after: str) -> SafeString:
    """Return two texts as one, what is gone and what is new marked.

    Wagtail's comparison takes “1.200” for two words, and nothing that has less than five letters for a word that stayed.
    """
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    parts: list[tuple[str, str]] = []
    for kind, start, end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        gone, here = "".join(old[start:end]), "".join(new[new_start:new_end])
        if kind != "equal" and len(parts) > 1 and parts[-1][0] == parts[-1][1] and parts[-1][0].isspace():
            # A space between two changes: they are one.
            space = parts.pop()[0]
            last_gone, last_here = parts.pop()
            gone, here = f"{last_gone}{space}{gone}", f"{last_here}{space}{here}"
        parts.append((gone, here))
    found = TextDiff([])
    for gone, here in parts:
        changed = [("equal", gone)] if gone == here else [("deletion", gone), ("addition", here)]
        found.changes += [(kind, text) for kind, text in changed if text]
    return SafeString(found.to_html())
