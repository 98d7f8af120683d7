"""XLIFF 2.0, 2.1 and 1.2, read: what any tool may make of a file, as far as it says which text is translated as what.

A file is hostile until it was read: no entities, no DTD, no deep nesting; what is no XLIFF is refused before it is looked at.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse
from django.utils.translation import pgettext

from translation.files import inline
from translation.files.inline import Kind, Mark, Part, Parts
from translation.files.units import Content, Entry, UnusableFileError, parse_reference
from translation.files.xliff import NAMES_OF_CTYPES, NAMES_OF_SUBTYPES, NS_1, NS_2, OWN_CTYPE, OWN_SUBTYPE

MAX_DEPTH = 100
"""So deep are elements nested at most."""

_UNFINISHED_2 = frozenset({"initial"})
_UNFINISHED_1 = frozenset({"new", "needs-translation", "needs-l10n", "needs-adaptation"})


def read(data: bytes) -> list[Content]:
    """Return what an XLIFF file says, by its `file` elements.

    Raises:
        UnusableFileError: it is no XLIFF, or broken.
    """
    root = _root(data)
    namespace, _brace, name = root.tag.removeprefix("{").partition("}")
    version = root.get("version", "")
    if name != "xliff" or not ((namespace == NS_2 and version in ("2.0", "2.1")) or (namespace == NS_1 and version == "1.2")):
        raise UnusableFileError(pgettext("admin", "This is no XLIFF file of version 2.1, 2.0 or 1.2."))
    try:
        return list(_files_2(root) if namespace == NS_2 else _files_1(root))
    except inline.TagError as error:
        text = pgettext("admin", "The file is broken: tags of a text do not fit together (%(tag)s).")
        raise UnusableFileError(text % {"tag": error}) from error


def _root(data: bytes) -> Element:
    depth, root = 0, None
    try:
        for event, element in iterparse(io.BytesIO(data), events=("start", "end"), forbid_dtd=True):
            depth += 1 if event == "start" else -1
            root = element if root is None else root
            if depth > MAX_DEPTH:
                raise UnusableFileError(pgettext("admin", "The file is nested too deep."))
    except DefusedXmlException as error:
        raise UnusableFileError(pgettext("admin", "The file holds a DTD or entities. Such files are not read.")) from error
    except (ParseError, ValueError, LookupError) as error:
        raise UnusableFileError(pgettext("admin", "The file is broken: %(error)s") % {"error": error}) from error
    if root is None:
        raise UnusableFileError(pgettext("admin", "The file is empty."))
    return root


def _local(element: Element, namespace: str) -> str:
    """Return the name of an element of XLIFF itself; nothing of one of another namespace, a module's or a tool's."""
    found, _brace, name = element.tag.removeprefix("{").partition("}") if isinstance(element.tag, str) else ("", "", "")
    return name if found == namespace else ""


# --- 2.0 and 2.1 -------------------------------------------------------------------------------------------------------------


def _files_2(root: Element) -> Iterator[Content]:
    for file in root.iter(f"{{{NS_2}}}file"):
        reference, moment = parse_reference(file.get("original", ""))
        content = Content(reference, root.get("trgLang", ""), moment)
        content.entries.extend(_entry_2(unit) for unit in file.iter(f"{{{NS_2}}}unit"))
        yield content


def _entry_2(unit: Element) -> Entry:
    source: list[Part] = []
    targets: list[tuple[int, list[Part]]] = []
    is_finished, has_target = True, False
    for place, one in enumerate((one for one in unit if _local(one, NS_2) in ("segment", "ignorable")), start=1):
        texts = {_local(child, NS_2): child for child in one}
        own = list(_parts_2(texts["source"])) if "source" in texts else []
        source += own
        target = texts.get("target")
        is_segment = _local(one, NS_2) == "segment"
        if target is not None:
            has_target |= is_segment
            order = target.get("order", "")
            targets.append((int(order) if order.isascii() and order.isdigit() and len(order) < 9 else place, list(_parts_2(target))))
        else:
            # What lies between two segments is the same in the translation where nothing else is said.
            targets.append((place, [] if is_segment else own))
            is_finished &= not is_segment
        if is_segment and one.get("state", "") in _UNFINISHED_2:
            is_finished = False
    found = [part for _order, parts in sorted(targets, key=lambda pair: pair[0]) for part in parts] if has_target else []
    return Entry(unit.get("id", ""), unit.get("name", ""), inline.joined(source), inline.joined(found), is_finished)


def _parts_2(element: Element) -> Iterator[Part]:
    opened: dict[str, Mark] = {}
    yield element.text or ""
    for child in element:
        name = _local(child, NS_2)
        number = child.get("copyOf") or child.get("id", "")
        mark = Mark(Kind.OPEN, number, _name_2(child))
        match name:
            case "pc":
                yield mark
                yield from _parts_2(child)
                yield Mark(Kind.CLOSE, number, mark.name)
            case "sc":
                opened[child.get("id", "")] = mark
                yield mark
            case "ec":
                begun = opened.get(child.get("startRef", ""))
                number = begun.number if begun is not None else child.get("startRef") or number
                yield Mark(Kind.CLOSE, number, begun.name if begun is not None else mark.name)
            case "ph":
                yield Mark(Kind.SINGLE, number, mark.name)
            case "cp":
                yield _character(child.get("hex", ""))
            case "mrk":
                yield from _parts_2(child)
        yield child.tail or ""


def _name_2(element: Element) -> str:
    subtype = element.get("subType", "") or element.get("subTypeStart", "")
    if subtype.startswith(OWN_SUBTYPE):
        return subtype.removeprefix(OWN_SUBTYPE)
    return NAMES_OF_SUBTYPES.get(subtype, "")


def _character(code: str) -> str:
    """Return the character that XML cannot hold and a file names instead; what is none at all is left out."""
    try:
        found = chr(int(code, 16))
        found.encode()
    except (ValueError, OverflowError):
        return ""
    return found


# --- 1.2 ---------------------------------------------------------------------------------------------------------------------


def _files_1(root: Element) -> Iterator[Content]:
    for file in root.iter(f"{{{NS_1}}}file"):
        reference, moment = parse_reference(file.get("original", ""))
        content = Content(reference, file.get("target-language", ""), moment)
        content.entries.extend(_entry_1(unit) for unit in file.iter(f"{{{NS_1}}}trans-unit"))
        yield content


def _entry_1(unit: Element) -> Entry:
    texts = {_local(child, NS_1): child for child in reversed(unit)}
    source, target = texts.get("source"), texts.get("target")
    return Entry(
        unit.get("id", ""),
        unit.get("resname", ""),
        _text_1(source),
        _text_1(target),
        target is None or target.get("state", "") not in _UNFINISHED_1,
    )


def _text_1(element: Element | None) -> Parts:
    return inline.joined(_parts_1(element)) if element is not None else ()


def _parts_1(element: Element) -> Iterator[Part]:
    yield element.text or ""
    for child in element:
        number = child.get("rid") or child.get("id", "")
        name = _name_1(child.get("ctype", ""))
        match _local(child, NS_1):
            case "g":
                yield Mark(Kind.OPEN, child.get("id", ""), name)
                yield from _parts_1(child)
                yield Mark(Kind.CLOSE, child.get("id", ""), name)
            case "bx" | "bpt":
                yield Mark(Kind.OPEN, number, name)
            case "ex" | "ept":
                yield Mark(Kind.CLOSE, number, name)
            case "x" | "ph":
                yield Mark(Kind.SINGLE, child.get("id", ""), name)
            case "it":
                kind = Kind.CLOSE if child.get("pos") == "close" else Kind.OPEN
                yield Mark(kind, number, name)
            case "mrk":
                yield from _parts_1(child)
        yield child.tail or ""


def _name_1(ctype: str) -> str:
    if ctype.startswith(OWN_CTYPE):
        return ctype.removeprefix(OWN_CTYPE)
    return NAMES_OF_CTYPES.get(ctype, "")
