"""Facts inside rich text: the mark that stands for one, and what becomes of the text around it.

The words of a mark are the fact's name: editors and translators read it, visitors get the value. What waits for a value is left out whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bs4 import BeautifulSoup, Tag
from django.apps import apps
from django.db.models import Model
from django.urls import reverse_lazy
from django.utils.safestring import mark_safe
from django.utils.translation import pgettext, pgettext_lazy
from wagtail.rich_text import RichText, expand_db_html

from portal.pages import marks

from . import shown
from .shown import ShownFact

_MARK = re.compile(r'<a (?=[^>]*\blinktype="fact")(?=[^>]*\bid="(?P<id>\d+)")[^>]*>.*?</a>', re.DOTALL)
_IN_SENTENCE = re.compile(rf"{_MARK.pattern}(?P<stop>\.(?!\.))?", re.DOTALL)
"""A mark with the full stop behind it: an abbreviation at the end of a sentence brings its own."""
_LINKTYPE = 'linktype="fact"'
_HEADINGS = {"h2": 2, "h3": 3, "h4": 4}
_GONE = "gone"
"""The element that stands, while a text is cut, where something was left out."""


@marks.register
class FactMark(marks.Mark):
    """A fact that is kept once, in the middle of a sentence."""

    identifier = "fact"
    label = pgettext_lazy("admin", "Fact")
    description = pgettext_lazy("admin", "Insert a phone number, address, fee or deadline that is kept in one place")
    attributes = ("id",)
    scripts = ("wagtailadmin/js/chooser-modal.js", "portal/js/facts.js")
    mutability = "IMMUTABLE"
    options = {"chooserUrls": {"factChooser": reverse_lazy("wagtailsnippetchoosers_portal_fact:choose")}}
    scheme = "fact"

    @classmethod
    def stored(cls, name: str) -> dict[str, str] | None:
        """Return nothing: which fact a record names is known to its loader (`portal.records`)."""
        return None

    @classmethod
    def in_editor(cls, attrs: dict[str, str]) -> dict[str, str]:
        """Return what the editor shows beside the name: the value, or that there is none."""
        fact = shown.get(attrs.get("id"))
        hint = pgettext("admin", "no value yet: visitors do not see this paragraph")
        return {"value": fact.line if fact else "", "hint": "" if fact else hint}

    @staticmethod
    def get_model() -> type[Model]:
        """Return the model that is referred to."""
        return apps.get_model("portal", "Fact")

    @classmethod
    def extract_references(cls, attrs: dict[str, str]) -> Iterator[tuple[type[Model], str, str, str]]:
        """Tell the reference index which fact is used."""
        if attrs.get("id"):
            yield cls.get_model(), attrs["id"], "", ""

    @classmethod
    def expand_db_attributes(cls, attrs: dict[str, str]) -> str:
        """Return an element without an address: where a text was not filled in, the name is all that there is."""
        return "<a>"


def uses(html: str) -> bool:
    """Return whether there are facts in a rich text."""
    return _LINKTYPE in html


def filled(html: str) -> str:
    """Return a stored rich text with the values of its facts in the active language.

    A paragraph, heading or list item with a fact that has no value is left out; with it what then stands above nothing: a heading, a line
    that ends with a colon above a list. Nothing is left of a text in which nothing else stood.
    """
    if not uses(html):
        return html
    left = _left(html)
    # Below the text, so that no sentence is torn apart; what several come from once.
    notes = dict.fromkeys(fact.note for fact in _noted(left))
    return _IN_SENTENCE.sub(_value, left) + "".join(f"<p>{note}</p>" for note in notes)


def named_below(html: str) -> list[ShownFact]:
    """Return the facts of a stored rich text whose source is named below it."""
    return _noted(_left(html))


def _left(html: str) -> str:
    """Return what is left of a text without that which waits for a value."""
    waits = any(shown.get(match["id"]) is None for match in _MARK.finditer(html))
    return _without_missing(html) if waits else html


def _noted(html: str) -> list[ShownFact]:
    found = (shown.get(match["id"]) for match in _MARK.finditer(html))
    return [fact for fact in found if fact is not None and fact.note]


def _value(match: re.Match[str]) -> str:
    fact, stop = shown.get(match["id"]), match["stop"] or ""
    return fact.value_html + ("" if fact.line.endswith(".") else stop) if fact else stop


def _without_missing(html: str) -> str:
    soup = BeautifulSoup(html, "html.parser")
    for mark in soup.find_all("a", linktype="fact"):
        if mark.decomposed or shown.get(mark.get("id")) is not None:
            continue
        around = mark.find_parent("li") or mark.find_parent(["p", "h2", "h3", "h4"]) or mark
        if around.parent is not None:  # it waits for two of them, and is gone already
            around.replace_with(soup.new_tag(_GONE))
    for list_ in reversed(soup.find_all(["ul", "ol"])):
        if list_.find("li") is None and list_.find(_GONE):
            list_.replace_with(soup.new_tag(_GONE, attrs={"class": "list"}))
    blocks = [node for node in soup.children if isinstance(node, Tag)]
    for position in reversed(range(len(blocks))):
        if _stands_above_nothing(blocks, position):
            gone = soup.new_tag(_GONE, attrs={"level": blocks[position].name})
            blocks[position].replace_with(gone)
            blocks[position] = gone
    for gone in soup.find_all(_GONE):
        gone.decompose()
    return str(soup)


def _stands_above_nothing(blocks: list[Tag], position: int) -> bool:
    """Return whether a block leads to something that was left out, and to nothing else."""
    block, below = blocks[position], blocks[position + 1 :]
    if block.name == "p":
        leads_on = block.get_text().rstrip().endswith(":")
        return leads_on and bool(below) and below[0].name == _GONE and below[0].get("class") == ["list"]
    if block.name not in _HEADINGS:
        return False
    ends = (i for i, other in enumerate(below) if _HEADINGS.get(str(other.get("level", other.name)), 9) <= _HEADINGS[block.name])
    section = below[: next(ends, len(below))]
    return bool(section) and all(other.name == _GONE for other in section)


class FilledText(RichText):
    """Rich text that shows its facts by their values."""

    def __html__(self) -> str:
        """Return what visitors get."""
        return mark_safe(expand_db_html(filled(self.source)))  # noqa: S308 (what editors wrote, as Wagtail's own)
