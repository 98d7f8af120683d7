"""The texts of an HTML page, each in its language."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field

from portal.language import typography

_TAG = re.compile(
    r"<!--.*?-->|<(script|style|textarea|title|template|pre|code)\b.*?</\1\s*>|<(/?)([a-zA-Z][\w:-]*)[^>]*>", re.DOTALL
)
_LANGUAGE = re.compile(r'\slang="([^"]*)"')
# Elements that stand inside a sentence; every other begins a text of its own.
_INLINE = frozenset(
    {"a", "abbr", "b", "bdi", "cite", "data", "em", "i", "mark", "q", "s", "small", "span", "strong", "sub", "sup", "time", "u", "wbr"}
)  # fmt: skip


_IN_OTHER_SCRIPTS = frozenset({"ar", "uk"})
"""Languages in whose texts Latin letters are always another language's."""

_IN_BRACKETS = re.compile(r"(?<=[(«„“])[A-ZÄÖÜa-zäöü][A-ZÄÖÜa-zäöüß.\- \u00a0]+(?=[)»“”])")
_GERMAN = re.compile(
    r"[äöüÄÖÜß]|(?:amt|dienste?|stellen?|kurs|sprache|handel|nachzug|bescheinigung|telefon|kasse|center|land|haven|Kita|Impressum"
    r"|AufenthG|AsylG|Inneren?|Innern)\b"
)
"""What tells German words from English ones and from names: letters, and the ends of the words that such texts explain."""


def _marked(words: re.Match[str]) -> str:
    return f'<span lang="de" dir="ltr">{words[0]}</span>' if _GERMAN.search(words[0]) else words[0]


@dataclass
class _Texts:
    """The texts of one language: their places among the parts of the page, and what they say."""

    places: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def hold_together(self, parts: list[str], language: str) -> None:
        """Put the texts back into the page. No text becomes longer or shorter."""
        text = typography.hold_together("".join(self.texts), language)
        start = 0
        for place, original in zip(self.places, self.texts, strict=True):
            end = start + len(original)
            if place >= 0:
                parts[place] = text[start:end]
            start = end


def hold_lines_together(html: str, language_code: str) -> str:
    """Return an HTML page in whose texts lines break only where they may (`typography.hold_together`).

    Attributes, scripts, what is typed and `<title>` stay as they are. Sentences go on through inline elements: in “§ <b>24</b>” the
    space does not break. German words that a text in another script names in brackets say their language. All texts of one language
    are looked at together: asking for each would take ten times as long.
    """
    parts: list[str] = []
    found: dict[str, _Texts] = defaultdict(_Texts)
    current = found[language_code]
    # Elements that brought a language: name, how many of that name are open in it, and what is current after it.
    languages: list[tuple[str, _Texts]] = []
    depths: list[int] = []
    position = 0
    for tag in _TAG.finditer(html):
        start, end = tag.span()
        if start > position:
            current.places.append(len(parts))
            current.texts.append(html[position:start])
            parts.append(html[position:start])
        position = end
        parts.append(tag[0])
        name = tag[3]
        if name is None:
            continue
        if name not in _INLINE:
            current.places.append(-1)
            current.texts.append("\n")
        if tag[2]:
            if languages and languages[-1][0] == name:
                depths[-1] -= 1
                if not depths[-1]:
                    current = languages.pop()[1]
                    depths.pop()
        elif " lang=" in tag[0] and (language := _LANGUAGE.search(tag[0])) and name != "html":
            languages.append((name, current))
            depths.append(1)
            current = found[language[1]]
            current.places.append(-1)
            current.texts.append("\n")
        elif languages and languages[-1][0] == name:
            depths[-1] += 1
    current.places.append(len(parts))
    current.texts.append(html[position:])
    parts.append(html[position:])
    for code, texts in found.items():
        texts.hold_together(parts, code)
        if code in _IN_OTHER_SCRIPTS:
            for place in texts.places:
                if place >= 0:
                    parts[place] = _IN_BRACKETS.sub(_marked, parts[place])
    return "".join(parts)
