"""The texts of an HTML page, each in its language."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from django.conf.locale import LANG_INFO

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


_FROM_THE_RIGHT = frozenset(code for code, info in LANG_INFO.items() if info.get("bidi"))
_NUMBERS = re.compile(
    r"""(?<![\w.,:/+@=?&\#%~-])(?:
    # a reference, an address, the name of a file, whole: VN-2026-07/A.2, team-1@iom.int, report-2024.pdf
    (?=[A-Za-z/_.@-]*\d)(?=[\d/_.@-]*[A-Za-z])[A-Za-z\d]++(?:[-/_.@]++[A-Za-z\d]++)++(?![?=&\#%:~+]*\w)
    |(?:\+|\(\+?|0)\d[\d()/]*(?:[ \u00a0-][\d()/]*\d\)?)+   # a telephone number in groups
    |\+\d+                                                  # or in one
    |\d[\d.,:]*(?:[ \u00a0]?[-×x][ \u00a0]?\d(?:[\d.,:]*\d)?)+ # 10 x 15, 10:00-16:00
    )(?!\w)""",
    re.VERBOSE,
)
"""What is read from left to right as a whole, but stands group by group from the right in a text that runs so. Other numbers that follow
each other are words of the sentence, a dash between years reads with it."""
_WITHOUT_ELEMENTS = ("<bdi", "<option", "<text", "<tspan", "</tspan")


def _marked(words: re.Match[str]) -> str:
    return f'<span lang="de" dir="ltr">{words[0]}</span>' if _GERMAN.search(words[0]) else words[0]


@dataclass
class _Sentence:
    """A text of one language that goes on through inline elements: where its parts begin and end in the page."""

    language: str
    places: list[tuple[int, int]] = field(default_factory=list)

    def end(self, html: str, held: list[tuple[int, int, str]]) -> None:
        """Add to `held` which parts of the page are to be others, so that lines break where they may, and begin another sentence."""
        places, self.places = self.places, []
        said = "".join([html[start:end] for start, end in places])
        if not said or said.isspace():
            return
        text = _held_together(said, self.language)
        if text == said and self.language not in _IN_OTHER_SCRIPTS | _FROM_THE_RIGHT:
            return
        position = 0
        for start, end in places:
            part = text[position : position + end - start]
            position += end - start
            if self.language in _IN_OTHER_SCRIPTS:
                part = _IN_BRACKETS.sub(_marked, part)
            if self.language in _FROM_THE_RIGHT and not html.startswith(_WITHOUT_ELEMENTS, html.rfind("<", 0, start)):
                part = _NUMBERS.sub(r'<bdi dir="ltr">\g<0></bdi>', part)
            held.append((start, end, part))


_held_together = lru_cache(maxsize=5_000)(typography.hold_together)
"""Most of what stands on a page stands on others too, and on the same one when it is answered again."""


def hold_lines_together(html: str, language_code: str) -> str:
    """Return an HTML page in whose texts lines break only where they may (`typography.hold_together`).

    Attributes, scripts, what is typed and `<title>` stay as they are. Sentences go on through inline elements: in “§ <b>24</b>” the
    space does not break. German words that a text in another script names in brackets say their language. Telephone numbers,
    references and sizes keep their order in texts that run from right to left.
    """
    held: list[tuple[int, int, str]] = []
    current = _Sentence(language_code)
    # Elements that brought a language: name, how many of that name are open in it, and the sentence around it.
    languages: list[tuple[str, _Sentence]] = []
    depths: list[int] = []
    position = 0
    for tag in _TAG.finditer(html):
        start, end = tag.span()
        if start > position:
            current.places.append((position, start))
        position = end
        name = tag[3]
        if name is None:
            continue
        if current.places and name not in _INLINE:
            current.end(html, held)
        if tag[2]:
            if languages and languages[-1][0] == name:
                depths[-1] -= 1
                if not depths[-1]:
                    current.end(html, held)
                    current = languages.pop()[1]
                    depths.pop()
        elif " lang=" in tag[0] and (language := _LANGUAGE.search(tag[0])) and name != "html":
            languages.append((name, current))
            depths.append(1)
            current = _Sentence(language[1])
        elif languages and languages[-1][0] == name:
            depths[-1] += 1
    current.places.append((position, len(html)))
    for sentence in (current, *(around for _name, around in languages)):
        sentence.end(html, held)
    parts: list[str] = []
    position = 0
    for start, end, part in sorted(held):
        parts += html[position:start], part
        position = end
    return "".join([*parts, html[position:]])
