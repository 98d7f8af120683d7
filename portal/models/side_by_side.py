"""Two versions of a page side by side: paragraph beside paragraph, each in its language.

A translation keeps the ids of the blocks that it was made from, so that the same text is found in both by its field and the id of its
block. A rich text stands paragraph by paragraph where both have the same ones, else as a whole; what is in one version alone takes the
whole width. A page in Leichte Sprache is no translation, block by block: it stands beside the other as a whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bs4 import BeautifulSoup, Tag
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils import translation
from django.utils.html import format_html, linebreaks
from django.utils.safestring import SafeString, mark_safe
from wagtail.blocks import ListBlock, RichTextBlock, StreamValue, StructValue
from wagtail.fields import StreamField
from wagtail_localize.fields import TranslatableField

from portal.blocks import walking
from portal.blocks.layout import QuestionBlock
from portal.blocks.needs import needs_of
from portal.language import typography
from portal.language.languages import languages_by_code
from portal.pages import links, readers, versions
from portal.pages.addresses import address_of
from portal.pages.links import Link
from portal.pages.readers import Reader

if TYPE_CHECKING:
    from portal.models import BasePage

PARAMETER = "neben"
"""The parameter of an address that names the language beside that of the page."""

_HEADINGS = {"h2": 2, "h3": 3, "h4": 4}
_NAMING = ("aria-labelledby", "aria-describedby", "aria-controls", "for", "headers")
"""Attributes that name other elements by their ids."""


@dataclass(frozen=True)
class Piece:
    """What stands in one version: a heading (of a `level`, with its anchor) or a text; the same `key` names it in all languages.

    `is_text` says that it is running text, of which each paragraph may stand beside its own.
    """

    key: str
    html: str
    language: str
    level: int = 0
    anchor: str = ""
    is_text: bool = False


@dataclass(frozen=True)
class Row:
    """One or two pieces beside each other."""

    cells: tuple[Piece, ...]

    @property
    def level(self) -> int:
        """Return the level of the heading that the row is; 0 for text."""
        return self.cells[0].level

    @property
    def anchor(self) -> str:
        """Return the anchor of the heading."""
        return self.cells[0].anchor


@dataclass(frozen=True)
class Side:
    """One of the two versions, and for whom its texts are made: who reads a version follows its links to pages in its language."""

    page: BasePage
    reader: Reader
    request: HttpRequest

    @property
    def code(self) -> str:
        """Return the code of the language of the version."""
        return self.page.language_code

    @contextmanager
    def speaking(self, language: str = "") -> Iterator[None]:
        """Make texts in the language of the version, or in the one in which a part of it still stands."""
        with translation.override(language or self.code), readers.answering(self.reader):
            yield

    def pieces(self) -> list[Piece]:
        """Return all that the version says, in the order in which it is read."""
        with self.speaking():
            found = [self._heading(self.page.heading_field, str(getattr(self.page, self.page.heading_field)), 1)]
            for name, field in text_fields(type(self.page)):
                if not self.page.shows(name):
                    continue
                if isinstance(field, StreamField):
                    found += self._field(name)
                elif text := getattr(self.page, name):
                    html = linebreaks(text, autoescape=True)
                    piece = Piece(name, html, versions.language_of(self.page, name), is_text=True)
                    found += self._below_heading(name, [piece], *self.page.heading_above(name))
            place = 1 + any(piece.key == "lead" for piece in found)
            found[place:place] = self._at_the_top()
        return found

    def _at_the_top(self) -> Iterator[Piece]:
        """Yield what stands above the text: whether the page still holds, and what is said of it at a glance."""
        if notice := self.page.state_notice:
            html = render_to_string("components/notice.html", {"level": notice["level"], "text": notice["heading"]})
            yield Piece("state", html, self.code)
        if glance := self.page.glance():
            yield Piece("glance", render_to_string("components/glance.html", {"facts": glance}), self.code)

    def _heading(self, key: str, text: str, level: int, anchor: str = "", language: str = "") -> Piece:
        code = language or versions.language_of(self.page, key)
        return Piece(key, format_html("{}", typography.soft_hyphens(text, code)), code, level, anchor)

    def _field(self, name: str) -> Iterator[Piece]:
        for (text, anchor), blocks in self.page.parts_of(name):
            yield from self._below_heading(name, list(self._blocks(blocks, name, 3 if text else 2)), text, anchor)

    def _below_heading(self, name: str, found: list[Piece], text: str, anchor: str) -> list[Piece]:
        # Sources of an answer that says nothing are none.
        if found and text and (name == "sources" or any(not piece.key.endswith(":source") for piece in found)):
            return [self._heading(f"{name}:heading:{anchor}", text, 2, anchor, self.code), *found]
        return found

    def _blocks(self, blocks: Iterable[StreamValue.StreamChild], at: str, level: int, language: str = "") -> Iterator[Piece]:
        first = level
        for child in blocks:
            key, code = f"{at}:{child.id}:{child.block_type}", language or versions.language_of(self.page, str(child.id))
            anchor = getattr(self.page, "anchors", {}).get(child.id, "")
            if child.block_type == "heading":
                yield self._heading(key, str(child.value), first, anchor, code)
                level = 3
            elif streams := _streams(child.value):
                yield self._heading(key, str(child.value.get("heading") or ""), 2, anchor, code)
                for name, stream in streams:
                    yield from self._blocks(stream, f"{key}.{name}", 3, code)
            elif isinstance(child.block, ListBlock) and isinstance(child.block.child_block, QuestionBlock):
                for item in child.value.bound_blocks:
                    html = format_html('<div class="accordion">{}</div>', self._rendered(item, level, code))
                    yield Piece(f"{key}.{item.id}", html, code)
            elif (html := self._rendered(child, level, code)) and not html.isspace():
                if child.block_type == "source":
                    html = format_html('<ul class="sources__list">{}</ul>', html)
                yield Piece(key, html, code, is_text=isinstance(child.block, RichTextBlock))

    def _rendered(self, bound: Any, level: int, language: str) -> SafeString:
        with self.speaking(language):
            context = {"page": self.page, "reader": self.reader, "request": self.request, "block": bound, "level": level}
            return SafeString(bound.render(context))


def text_fields(model: type[BasePage]) -> list[tuple[str, models.Field]]:
    """Return the fields of a page type in which it says something at length, in the order of its form; its sources come last."""
    translated = {field.field_name for field in model.translatable_fields if isinstance(field, TranslatableField)}
    # Texts that hold one value in each line stand at a glance.
    lines = model.listing.lines if model.listing else ()
    names = [name for name in _names(model.content_panels) if name in translated and name not in {model.heading_field, *lines}]
    fields = [(name, model._meta.get_field(name)) for name in names]
    found = [(name, field) for name, field in fields if isinstance(field, (StreamField, models.TextField))]
    return sorted(found, key=lambda entry: entry[0] == "sources")


def _names(panels: list[Any]) -> Iterator[str]:
    for panel in panels:
        if name := getattr(panel, "field_name", None):
            yield name
        yield from _names(getattr(panel, "children", ()))


def _streams(value: object) -> list[tuple[str, StreamValue]]:
    """Return the streams of blocks that stand in a block of its own: the content of a section, and what is beside it."""
    entries = value.items() if isinstance(value, StructValue) else ()
    return [(name, inner) for name, inner in entries if isinstance(inner, StreamValue)]


def beside(left: list[Piece], right: list[Piece]) -> list[Row]:
    """Return two versions as rows: what has the same key stands together, what one version has alone follows what stands before it there.
    """
    left_by_key, right_by_key = _by_key(left), _by_key(right)
    alone: dict[object, list[Piece]] = {}
    last: object = None
    for key, piece in right_by_key.items():
        if key in left_by_key:
            last = key
        else:
            alone.setdefault(last, []).append(piece)
    rows = [_alone(piece, is_second=True) for piece in alone.get(None, ())]
    for key, piece in left_by_key.items():
        rows += _together(piece, right_by_key[key]) if key in right_by_key else [_alone(piece)]
        rows += [_alone(other, is_second=True) for other in alone.get(key, ())]
    return rows


def _by_key(pieces: list[Piece]) -> dict[tuple[str, int], Piece]:
    """Return pieces by their keys: one that stands twice, as a block that was copied with its id, counts as two."""
    seen: Counter[str] = Counter()
    found = {}
    for piece in pieces:
        found[piece.key, seen[piece.key]] = piece
        seen[piece.key] += 1
    return found


def _alone(piece: Piece, is_second: bool = False) -> Row:
    suffix = piece.language if is_second else ""
    anchor = f"{piece.anchor}-{suffix}" if piece.anchor and suffix else piece.anchor
    return Row((replace(piece, html=_prepared(piece.html, suffix, has_outline=True), anchor=anchor),))


def _together(left: Piece, right: Piece) -> list[Row]:
    if left.language == right.language:
        # Not translated yet: both say the same.
        return [_alone(left)]
    if left.is_text and right.is_text:
        ours, theirs = _paragraphs(left.html), _paragraphs(right.html)
        if [tag.name for tag in ours] == [tag.name for tag in theirs] != []:
            return [Row((_part(left, one), _part(right, other, is_second=True))) for one, other in zip(ours, theirs, strict=True)]
    if left.level:
        return [Row((left, right))]
    return [Row((replace(left, html=_prepared(left.html)), replace(right, html=_prepared(right.html, right.language))))]


def _paragraphs(html: str) -> list[Tag]:
    """Return the elements of which a text consists; none where something stands outside of them."""
    nodes = list(BeautifulSoup(html, "html.parser").children)
    if any(not isinstance(node, Tag) and str(node).strip() for node in nodes):
        return []
    return [node for node in nodes if isinstance(node, Tag)]


def _part(piece: Piece, tag: Tag, is_second: bool = False) -> Piece:
    if level := _HEADINGS.get(tag.name):
        return replace(piece, html=mark_safe(tag.decode_contents()), level=level)  # noqa: S308 (cut from what was rendered)
    return replace(piece, html=_prepared(str(tag), piece.language if is_second else ""))


def _prepared(html: str, language: str = "", has_outline: bool = False) -> SafeString:
    """Return HTML as it stands in a row: all open. Ids of the second version get its language behind them, so that none is there twice;
    its headings stand beside those that say the same and are no further ones, unless the version has an outline of its own.
    """
    if not any(mark in html for mark in ("<details", "id=", "<h")):
        return SafeString(html)
    tree = BeautifulSoup(html, "html.parser")
    for details in tree.find_all("details"):
        details["open"] = ""
    if language:
        for heading in () if has_outline else tree.find_all(["h2", "h3", "h4", "h5", "h6"]):
            heading["role"] = "presentation"
        ids = {tag["id"] for tag in tree.find_all(id=True)}
        for tag in tree.find_all(id=True):
            tag["id"] = f"{tag['id']}-{language}"
        for name in _NAMING:
            for tag in tree.select(f"[{name}]"):
                named = tag[name] if isinstance(tag[name], list) else str(tag[name]).split()
                tag[name] = " ".join(f"{one}-{language}" if one in ids else one for one in named)
    return SafeString(str(tree))


def _whole(pieces: list[Piece], is_second: bool) -> Piece:
    """Return a version without its heading as one piece, with its own outline."""
    html = "".join(_outlined(piece) for piece in pieces[1:])
    language = pieces[0].language
    return Piece("whole", _prepared(html, language if is_second else "", has_outline=True), language)


def _outlined(piece: Piece) -> str:
    if not piece.level:
        return piece.html
    anchor = format_html(' id="{}"', piece.anchor) if piece.anchor else ""
    return format_html("<h{level}{anchor}>{html}</h{level}>", level=piece.level, anchor=anchor, html=SafeString(piece.html))


def rows_of(left: Side, right: Side) -> list[Row]:
    """Return two versions as rows."""
    ours, theirs = left.pieces(), right.pieces()
    if all(languages_by_code()[side.code].follows_source for side in (left, right)):
        return beside(ours, theirs)
    return [Row((ours[0], theirs[0])), Row((_whole(ours, is_second=False), _whole(theirs, is_second=True)))]


def answer(page: BasePage, request: HttpRequest) -> HttpResponse:
    """Answer with a page beside the version that the address names, or lead to the page where there is none that may be read."""
    links.prepare(page, walking.references(page), needs_of(page))
    reader = readers.of(request).showing(page)
    named = request.GET.getlist(PARAMETER)
    row = reader.others.get(named[0]) if len(named) == 1 else None
    if row is None:
        return HttpResponseRedirect(page.address)
    other = row.specific
    other.published_version = row.published_version
    versions.set_locales([other])
    links.prepare(other, walking.references(other), needs_of(other))
    language = languages_by_code()[other.language_code]
    sides = Side(page, reader, request), Side(other, replace(reader, language=language, path=address_of(other), page=other), request)
    context = {
        "page": page,
        "self": page,
        "reader": reader,
        "rows": rows_of(*sides),
        "plain": [_plain(side) for side in sides],
        "shown_once": page.shown_once(request),
        # Who holds the sheet may read either language: the code leads to both, as they are by then.
        "sheet": f"{reader.path}?{PARAMETER}={other.language_code}",
    }
    return TemplateResponse(request, "pages/side_by_side.html", context)


def _plain(side: Side) -> Link:
    """Return the link to a version alone, called as its language calls itself."""
    language = languages_by_code()[side.code]
    return Link(address_of(side.page), language.name, language.code)
