"""How texts are stored: one form of line ends, letters and spaces, so that a text that did not change is the same text, and no controls.

A form posts `\\r\\n`, a record holds `\\n`; one keyboard types “é” as one sign, another as two; whoever pastes from a document brings
spaces that do not break. To wagtail-localize each of these is another text, whose translations are missing. They are stored
in one form whatever way they come in (`portal.signals`); where lines must not break is decided when a page is
shown (`portal.language.typography`).
"""

from __future__ import annotations

import json
import re
import unicodedata

from django.db.models import CharField, Model, TextField
from wagtail.fields import StreamField

# Line ends: CR LF, CR, vertical tab and form feed (as presentations and word processors break lines), next line, line separator,
# paragraph separator.
_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# What no text holds and XML takes in no form: control characters, and what is no character at all.
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f\ufffe\uffff]")
_ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f&]")
# Spaces of a width or that do not break: no-break, en quad to hair space, narrow no-break, medium mathematical.
_SPACE = re.compile("[\u00a0\u2000-\u200a\u202f\u205f]")
_SPACE_ENTITY = re.compile(r"&(?:nbsp|emsp|ensp|thinsp|hairsp|numsp|puncsp|#160|#8239|#8201|#x0*(?:a0|202f|2009));", re.IGNORECASE)


def plain(text: str) -> str:
    """Return a text in the form in which it is stored; markup may stand in it."""
    if text.isascii() and not _ODD.search(text):
        return text
    text = _CONTROL.sub("", _SPACE.sub(" ", _LINE_END.sub("\n", unicodedata.normalize("NFC", text))))
    return _SPACE_ENTITY.sub(" ", text) if "<" in text else text


def plain_html(html: str) -> str:
    """Return a segment of wagtail-localize, which is always markup, in the form in which it is stored.

    The line ends of plain texts are `<br/>` there, those of forms `\\r<br/>`.
    """
    return _SPACE_ENTITY.sub(" ", plain(html.replace("\r<br", "<br")))


def plain_value(value: object) -> object:
    """Return what JSON can hold with all texts in it in their stored form; texts that are JSON themselves stay JSON."""
    if isinstance(value, str):
        return _plain_json(value) if value[:1] in ("[", "{") else plain(value)
    if isinstance(value, list):
        return [plain_value(item) for item in value]
    if isinstance(value, dict):
        return {name: plain_value(item) for name, item in value.items()}
    return value


def _plain_json(text: str) -> str:
    """Return a text that looks like JSON, as a revision keeps a StreamField; what is none is a text."""
    try:
        data = json.loads(text)
    except ValueError:
        return plain(text)
    found = plain_value(data)
    return text if found == data else json.dumps(found)


def make_plain(instance: Model) -> None:
    """Bring the texts of an object's fields into their stored form, before it is saved."""
    for field in instance._meta.concrete_fields:
        if field.attname not in instance.__dict__:
            # It was deferred, and will not be written.
            continue
        if isinstance(field, StreamField):
            _make_stream_plain(instance, field)
        elif isinstance(field, (CharField, TextField)):
            value = instance.__dict__[field.attname]
            if isinstance(value, str) and (found := plain(value)) != value:
                setattr(instance, field.attname, found)


def _make_stream_plain(instance: Model, field: StreamField) -> None:
    value = getattr(instance, field.attname)
    data = field.stream_block.get_prep_value(value)
    if (found := plain_value(data)) != data:
        setattr(instance, field.attname, field.stream_block.to_python(found))
