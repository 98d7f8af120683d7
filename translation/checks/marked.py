"""Texts as translators see them: wagtail-localize's inline tags as signs that stand for them, and never as markup.

`<a id="a1">Kontakt</a>` is `⟦a1⟧Kontakt⟦/a1⟧`, `<b>` is `⟦b⟧`, `<br/>` a line end. What belongs to no pair is text like any other, so
that nothing somebody typed is lost and nothing they typed is markup.
"""

from __future__ import annotations

import html
import re

TOKEN = re.compile(r"⟦(/?)(a\d+|b|i|em|strong|code|abbr|acronym)⟧")
_TAG = re.compile(r'<(/?)(a|b|i|em|strong|code|abbr|acronym|br)(?: id="(a\d+)")?\s*(/?)>')


def to_marked(data: str) -> str:
    """Return a text of wagtail-localize as translators see it; tags that none of its texts has stay as they are typed."""
    found: list[str] = []
    links: list[str] = []
    position = 0
    for match in _TAG.finditer(data):
        found.append(_text(data[position : match.start()]))
        position = match.end()
        closes, name, link, _empty = match.groups()
        if name == "br":
            found.append("\n")
        elif name != "a":
            found.append(f"⟦{closes}{name}⟧")
        elif closes:
            found.append(f"⟦/{links.pop() if links else 'a0'}⟧")
        else:
            links.append(link or "a0")
            found.append(f"⟦{links[-1]}⟧")
    found.append(_text(data[position:]))
    return "".join(found)


def _text(data: str) -> str:
    return html.unescape(data.replace("\n", " "))


def to_html(marked: str) -> str:
    """Return what somebody typed as wagtail-localize stores it: well formed, whatever it is."""
    found: list[str] = []
    open_: list[tuple[str, int]] = []
    position = 0
    text = marked.replace("\r\n", "\n").replace("\r", "\n")
    for match in TOKEN.finditer(text):
        found.append(_html(text[position : match.start()]))
        position = match.end()
        closes, name = match.groups()
        if not closes:
            open_.append((name, len(found)))
        elif open_ and open_[-1][0] == name:
            _name, start = open_.pop()
            found[start] = f'<a id="{name}">' if name[0] == "a" and name[1:].isdigit() else f"<{name}>"
            found.append("</a>" if name[0] == "a" and name[1:].isdigit() else f"</{name}>")
            continue
        found.append(match[0])
    found.append(_html(text[position:]))
    return "".join(found)


def _html(text: str) -> str:
    return html.escape(text, quote=False).replace("\n", "<br/>")


def words(marked: str) -> str:
    """Return the text alone, without what stands for tags."""
    return TOKEN.sub("", marked)


def tokens(marked: str) -> list[str]:
    """Return what stands for tags, in order, as `a1` and `/a1`."""
    return [f"{closes}{name}" for closes, name in TOKEN.findall(marked)]


def pairs(marked: str) -> list[str]:
    """Return the names of the pairs of signs that stand in a text, one name for each pair."""
    kept = re.findall(r'<(?:a id="(a\d+)"|(b|i|em|strong|code|abbr|acronym))>', to_html(marked))
    return [link or name for link, name in kept]
