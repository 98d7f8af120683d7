"""A page's text as Markdown (CommonMark with tables), for those who read with programs: made from the pieces in which a page is read
beside another one (`portal.models.side_by_side`), so that a new kind of block needs nothing for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urljoin

from bs4 import BeautifulSoup, NavigableString, Tag
from bs4.element import PageElement, PreformattedString
from django.http import HttpRequest

from portal.blocks import walking
from portal.blocks.needs import needs_of
from portal.discovery.head import absolute
from portal.language.languages import direction_of
from portal.models import BasePage
from portal.models.side_by_side import Piece, Side
from portal.pages import links, readers
from portal.pages.addresses import address_of
from portal.pages.cards import Card

SUFFIX = ".md"
HOME = "index"
"""What the home page of a language is called, whose address ends with the language."""

_SILENT = {"svg", "script", "style", "button", "form", "template", "input", "select", "textarea", "iframe", "video", "audio"}
"""Elements that say nothing that can be read as text."""

_ON_THEIR_OWN = {
    "address", "article", "aside", "blockquote", "details", "dd", "div", "dl", "dt", "figcaption", "figure", "footer", "h1", "h2", "h3",
    "h4", "h5", "h6", "header", "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table", "ul",
}  # fmt: skip
"""Elements that begin a paragraph of their own."""

_SEPARATE = {"span", "small", "time"}
"""Elements that templates set beside each other without a space, because the styles separate them."""

_MARKS = {"strong": "**", "b": "**", "em": "*", "i": "*"}


def address(page: BasePage) -> str:
    """Return where a page's text is as Markdown."""
    found = address_of(page).rstrip("/")
    return f"{found}{SUFFIX}" if found.count("/") > 1 else f"{found}/{HOME}{SUFFIX}"


def of_page(page: BasePage, request: HttpRequest) -> str:
    """Return a page as it is read by whoever asks, in its own language, with its address at the end."""
    links.prepare(page, walking.references(page) | page.linked_ids(), needs_of(page))
    reader = readers.of(request).showing(page)
    own = absolute(address_of(page))
    parts = [_piece(piece, page.language_code, own) for piece in Side(page, reader, request).pieces()]
    parts += _blocks(_tree(page.shown_once(request), own))
    if entries := page.entries(request):
        parts += [f"## {page.entries_heading}" if page.entries_heading else "", *map(_card, entries)]
    return "\n\n".join(filter(None, [*parts, f"<{own}>"])) + "\n"


def _tree(html: str, own: str) -> BeautifulSoup:
    """Return HTML with addresses as a browser resolves them, from that of the page: those of mail and telephone stay as they are."""
    tree = BeautifulSoup(html, "html.parser")
    for name in ("href", "src"):
        for tag in tree.select(f"[{name}]:not([{name}^='#'])"):
            tag[name] = urljoin(own, str(tag[name]))
    return tree


def _piece(piece: Piece, language: str, own: str) -> str:
    tree = _tree(piece.html, own)
    text = f"{'#' * piece.level} {_line(tree)}" if piece.level else "\n\n".join(_blocks(tree))
    if not text or piece.language == language:
        return text
    # What stands in another language is marked as HTML, which Markdown takes.
    return f'<div lang="{piece.language}" dir="{direction_of(piece.language)}">\n\n{text}\n\n</div>'


def _card(card: Card) -> str:
    title = f"**[{_escaped(card.link.title)}]({_target(absolute(card.link.address))})**"
    return f"{title}  \n{_escaped(card.text)}" if card.text else title


# --- from HTML to Markdown -------------------------------------------------------------------------------------------------


def _escaped(text: str) -> str:
    """Return text that Markdown reads as it stands; without the places where a word may break, which are for the eye."""
    text = re.sub(r"\s+", " ", text.replace("\xad", "").replace("\u200b", ""))
    return re.sub(r"([\\`*_\[\]<>|])", r"\\\1", text)


def _target(address: str) -> str:
    """Return where a link leads, as Markdown takes it whatever stands in it."""
    return f"<{address}>" if re.search(r"[()\s]", address) else address


def _is_silent(tag: Tag) -> bool:
    return tag.name in _SILENT or tag.get("aria-hidden") == "true" or tag.has_attr("hidden")


def _inline(node: Tag | NavigableString) -> str:
    """Return what runs within a line."""
    if not isinstance(node, Tag):
        return "" if isinstance(node, PreformattedString) else _escaped(str(node))
    if _is_silent(node):
        return ""
    if node.name == "br":
        return "  \n"
    if node.name == "img":
        return f"![{_escaped(str(node['alt']))}]({_target(str(node.get('src', '')))})" if node.get("alt") else ""
    inner = "".join(_run(node))
    if not inner.strip():
        return " " if inner else ""
    before, after = " " * inner[0].isspace(), " " * inner[-1].isspace()
    if node.name == "a" and (target := str(node.get("href", ""))):
        return f"{before}[{inner.strip()}]({_target(target)}){after}" if not target.startswith("#") else inner
    mark = _MARKS.get(node.name, "")
    return f"{before}{mark}{inner.strip()}{mark}{after}" if mark else inner


def _spaced(child: PageElement) -> str:
    """Return what runs within a line, with a space before it where it is separate from the element before it."""
    before = child.previous_sibling
    is_separate = isinstance(child, Tag) and isinstance(before, Tag) and not {child.name, before.name}.isdisjoint(_SEPARATE)
    return " " * is_separate + _inline(child)  # type: ignore[arg-type]


def _run(node: Tag) -> Iterator[str]:
    """Yield what runs within an element."""
    for child in node.children:
        yield _spaced(child)


def _line(node: Tag) -> str:
    return _tidied("".join(_run(node)))


def _tidied(text: str) -> str:
    """Return a paragraph whose first characters begin nothing else: no list, no heading, no number."""
    text = re.sub(r"[ \t]*\n[ \t]*", "  \n", re.sub(r" {2,}(?!\n)", " ", text)).strip()
    return re.sub(r"^(?:([#+\-=]|~~~)|(\d+)([.)])(?=\s|$))", lambda m: f"\\{m[1]}" if m[1] else f"{m[2]}\\{m[3]}", text)


def _blocks(node: Tag) -> Iterator[str]:
    """Yield the paragraphs of an element, as Markdown."""
    running = ""
    for child in node.children:
        if isinstance(child, Tag) and not _is_silent(child) and (child.name in _ON_THEIR_OWN or child.find(list(_ON_THEIR_OWN))):
            if text := _tidied(running):
                yield text
            running = ""
            yield from _block(child)
        else:
            running += _spaced(child)
    if text := _tidied(running):
        yield text


def _block(tag: Tag) -> Iterator[str]:
    """Yield the paragraphs that an element which stands on its own is."""
    if re.fullmatch(r"h[1-6]", tag.name):
        if text := _line(tag):
            yield f"{'#' * int(tag.name[1])} {text}"
    elif tag.name in ("ul", "ol"):
        yield from _list(tag)
    elif tag.name == "table":
        yield from _table(tag)
    elif tag.name == "blockquote":
        yield "\n>\n".join("> " + text.replace("\n", "\n> ") for text in _blocks(tag))
    elif tag.name in ("dt", "summary"):
        if text := _line(tag):
            yield f"**{text.replace('**', '')}**"
    elif tag.name == "pre":
        yield f"```\n{tag.get_text().strip()}\n```"
    else:
        yield from _blocks(tag)


def _list(tag: Tag) -> Iterator[str]:
    """Yield a list, its entries with all that stands in them indented below their mark."""
    entries = []
    for number, item in enumerate(tag.find_all("li", recursive=False), int(str(tag.get("start") or 1))):
        mark = f"{number}. " if tag.name == "ol" else "- "
        if text := "\n\n".join(_blocks(item)):
            entries.append(mark + re.sub(r"\n(?!\n)", "\n" + " " * len(mark), text))
    if entries:
        # Entries of one line each stand together.
        yield ("\n\n" if any("\n\n" in entry for entry in entries) else "\n").join(entries)


def _table(tag: Tag) -> Iterator[str]:
    """Yield the caption of a table and its rows; cells hold one line each."""
    if tag.caption and (text := _line(tag.caption)):
        yield f"**{text.replace('**', '')}**"
    rows = [[_line(cell).replace("\n", " ") for cell in row.find_all(["th", "td"])] for row in tag.find_all("tr")]
    rows = [row for row in rows if any(row)]
    if rows:
        width = max(map(len, rows))
        filled = [row + [""] * (width - len(row)) for row in rows]
        yield "\n".join(_row(row) for row in [filled[0], ["---"] * width, *filled[1:]])


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
