"""XLIFF 2.1 and 1.2, written: a translation as agencies and their tools read it (OASIS, XLIFF 2.1 and 1.2)."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree as ET

from wagtail_localize.models import Translation

from portal.language.languages import SOURCE_LANGUAGE
from translation.files.inline import Kind, Mark, Parts
from translation.files.units import Unit, reference_of

NS_2 = "urn:oasis:names:tc:xliff:document:2.0"
NS_SIZE = "urn:oasis:names:tc:xliff:sizerestriction:2.0"
NS_1 = "urn:oasis:names:tc:xliff:document:1.2"
XML_SPACE = "xml:space"

# `type` and `subType` (2.1, 4.7.3 “fmt” for formatting, “link”), `ctype` (1.2, 2.3).
_SUBTYPES = {"b": "xlf:b", "i": "xlf:i", "br": "xlf:lb"}
_CTYPES = {"b": "bold", "i": "italic", "br": "lb", "a": "link"}
NAMES_OF_SUBTYPES = {subtype: name for name, subtype in _SUBTYPES.items()}
NAMES_OF_CTYPES = {ctype: name for name, ctype in _CTYPES.items()}
OWN_SUBTYPE, OWN_CTYPE = "html:", "x-html-"
"""Before the name of an HTML tag that has no name of its own in the standard."""


def write_2(translation: Translation, units: Iterable[Unit], notes: Iterable[str] = ()) -> bytes:
    """Return a translation as XLIFF 2.1."""
    root = ET.Element(
        "xliff",
        {"xmlns": NS_2, "xmlns:slr": NS_SIZE, "version": "2.1", "srcLang": SOURCE_LANGUAGE, "trgLang": _language(translation)},
    )
    file = ET.SubElement(root, "file", {"id": "f1", "original": reference_of(translation), XML_SPACE: "preserve"})
    ET.SubElement(file, "slr:profiles", {"generalProfile": "xliff:codepoints"})
    _notes_2(file, notes)
    for unit in units:
        limit = {"slr:sizeRestriction": str(unit.max_length)} if unit.max_length else {}
        one = ET.SubElement(file, "unit", {"id": unit.key, "name": unit.path, **limit})
        _notes_2(one, [unit.note])
        state = "translated" if unit.data else "initial"
        segment = ET.SubElement(one, "segment", {"state": state})
        _fill(ET.SubElement(segment, "source"), unit.source, _element_2)
        if unit.data:
            _fill(ET.SubElement(segment, "target"), unit.target, _element_2)
    return _written(root)


def write_1(translation: Translation, units: Iterable[Unit], notes: Iterable[str] = ()) -> bytes:
    """Return a translation as XLIFF 1.2."""
    root = ET.Element("xliff", {"xmlns": NS_1, "version": "1.2"})
    file = ET.SubElement(
        root,
        "file",
        {
            "original": reference_of(translation),
            "source-language": SOURCE_LANGUAGE,
            "target-language": _language(translation),
            "datatype": "html",
            XML_SPACE: "preserve",
        },
    )
    if notes := [note for note in notes if note]:
        header = ET.SubElement(file, "header")
        for note in notes:
            ET.SubElement(header, "note").text = note
    body = ET.SubElement(file, "body")
    for unit in units:
        limit = {"maxwidth": str(unit.max_length), "size-unit": "char"} if unit.max_length else {}
        one = ET.SubElement(body, "trans-unit", {"id": unit.key, "resname": unit.path, **limit})
        _fill(ET.SubElement(one, "source"), unit.source, _element_1)
        if unit.data:
            _fill(ET.SubElement(one, "target", {"state": "translated"}), unit.target, _element_1)
        if unit.note:
            ET.SubElement(one, "note").text = unit.note
    return _written(root)


def _language(translation: Translation) -> str:
    return translation.target_locale.language_code


def _notes_2(parent: ET.Element, notes: Iterable[str]) -> None:
    if notes := [note for note in notes if note]:
        found = ET.SubElement(parent, "notes")
        for note in notes:
            ET.SubElement(found, "note").text = note


def _element_2(mark: Mark) -> tuple[str, dict[str, str]]:
    subtype = _SUBTYPES.get(mark.name, f"{OWN_SUBTYPE}{mark.name}")
    values = {"id": mark.number, "type": "link" if mark.name == "a" else "fmt", "subType": subtype}
    return "ph" if mark.kind is Kind.SINGLE else "pc", values


def _element_1(mark: Mark) -> tuple[str, dict[str, str]]:
    values = {"id": mark.number, "ctype": _CTYPES.get(mark.name, f"{OWN_CTYPE}{mark.name}")}
    return "x" if mark.kind is Kind.SINGLE else "g", values


def _fill(parent: ET.Element, parts: Parts, element: object) -> None:
    """Write the parts of a text into an element."""
    opened = [parent]
    for part in parts:
        top = opened[-1]
        if isinstance(part, str):
            if len(top):
                top[-1].tail = (top[-1].tail or "") + part
            else:
                top.text = (top.text or "") + part
        elif part.kind is Kind.CLOSE:
            opened.pop()
        else:
            name, values = element(part)  # type: ignore[operator]  # one of the two above
            child = ET.SubElement(top, name, values)
            if part.kind is Kind.OPEN:
                opened.append(child)


def _written(root: ET.Element) -> bytes:
    for unit in root.iter():
        # One text a line: people read these files too.
        if unit.tag in ("unit", "trans-unit", "file"):
            unit.tail = "\n"
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)
