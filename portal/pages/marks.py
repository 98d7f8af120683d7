"""Marks inside rich text: words that mean more than their letters, as those in another language.

A mark is one declaration. From it come the button in the editor and what is stored (`portal.admin.marks`), what visitors get, and how a
record writes it. A new kind derives from `Mark` and is registered when its app is loaded; every text in which words can be marked
(`portal.blocks.text.RichTextBlock`) offers it.

All are stored like links without an address (`<a linktype="lang-en">`): of all elements, wagtail-localize 1.14 lets only `<a>` keep
attributes while a sentence is translated. So translators move a mark with its words and cannot change it.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import pgettext_lazy
from wagtail.rich_text import LinkHandler

from portal.language.languages import LANGUAGES, Language


class Mark(LinkHandler):
    """A kind of mark. What visitors get is the tag that `expand_db_attributes` returns, as of every link in rich text."""

    identifier: ClassVar[str]
    """Its name: of the editor's feature, and of what is stored."""
    label: ClassVar[str | Promise]
    """What stands on the button: a few letters."""
    description: ClassVar[str | Promise]
    """What the button does, in a sentence."""
    attributes: ClassVar[tuple[str, ...]] = ()
    """What is stored beside its name, as the id of a fact."""
    scripts: ClassVar[tuple[str, ...]] = ()
    """Static files by which the editor lets somebody choose the attributes."""
    options: ClassVar[dict[str, Any]] = {}
    """What the scripts are told: addresses of choosers, words that they show."""
    mutability: ClassVar[str] = "MUTABLE"
    """Whether the editor lets somebody write on inside a mark with attributes; `IMMUTABLE` ones are deleted whole."""
    scheme: ClassVar[str]
    """How links begin by which a record sets the mark: `lang` of `[Family Assistance](lang:en)`."""
    written: ClassVar[str] = ""
    """What follows the scheme there: `en`. A mark with attributes reads them from it, in a `stored` of its own."""

    @classmethod
    def in_editor(cls, attrs: dict[str, str]) -> dict[str, str]:
        """Return what the editor's scripts are told of one mark beside its attributes; it is not stored."""
        return {}

    @classmethod
    def stored(cls, name: str) -> dict[str, str] | None:
        """Return the attributes that are stored for what follows the scheme in a record; None where the mark is another one."""
        return {"linktype": cls.identifier} if name == cls.written else None


_registered: dict[str, type[Mark]] = {}


def register(mark: type[Mark]) -> type[Mark]:
    """Add a kind of mark; to be used as a decorator too."""
    _registered[mark.identifier] = mark
    return mark


def registered() -> list[type[Mark]]:
    """Return all marks, in the order in which the editor shows them."""
    return list(_registered.values())


def names() -> list[str]:
    """Return the features that a rich text with marks has."""
    return list(_registered)


def schemes() -> list[str]:
    """Return how links of records begin that set a mark."""
    return list(dict.fromkeys(mark.scheme for mark in _registered.values()))


def stored(scheme: str, name: str) -> dict[str, str] | None:
    """Return the attributes that are stored for a link of a record; None where no mark is written so."""
    found = (mark.stored(name) for mark in _registered.values() if mark.scheme == scheme)
    return next((attributes for attributes in found if attributes is not None), None)


class LanguageMark(Mark):
    """Words in another language, a name or a quotation: visitors get `lang` and `dir`."""

    scheme = "lang"
    language: ClassVar[Language]

    @classmethod
    def expand_db_attributes(cls, attrs: dict[str, str]) -> str:
        """Return the opening tag."""
        return format_html('<a lang="{}" dir="{}">', cls.language.code, cls.language.direction)


for _language in LANGUAGES:
    if _language.hreflang:
        _description = pgettext_lazy("admin", "These words are in another language: %(language)s.") % {"language": _language.name}
        _own = {"identifier": f"lang-{_language.code}", "written": _language.code, "label": _language.code, "language": _language}
        _own |= {"description": _description}
        register(type("LanguageMark", (LanguageMark,), _own))
