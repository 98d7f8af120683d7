"""What templates say of text in another language than that around it, and of fields that were refused."""

from __future__ import annotations

import re

from django import template
from django.forms import BoundField
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from portal.language.languages import SOURCE_LANGUAGE, current_language

register = template.Library()

_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")
_OTHER_SCRIPT = re.compile(r"[\u0370-\u1fff\u2c80-\ud7ff\uf900-\ufeff]")
_GERMAN_ADDRESS = re.compile(r"\b\d{5}\s+[A-ZÄÖÜ]|(?:stra(?:ß|ss)e|str\.|platz|allee|ufer|damm|weg|ring)\s+\d|\bDeutschland\b|[äöüÄÖÜß]")


@register.filter
def address_lines(text: str) -> SafeString:
    """Return the lines of an address; those that stand as on an envelope say their direction, German ones their language."""
    if current_language().code.partition("-")[0] == SOURCE_LANGUAGE:
        return format_html_join(SafeString("<br>"), "{}", ((line,) for line in text.splitlines()))
    is_rtl = current_language().direction == "rtl"

    def line_of(line: str) -> SafeString | str:
        if not _LATIN.search(line) or _OTHER_SCRIPT.search(line):
            return line
        if _GERMAN_ADDRESS.search(line):
            return format_html('<span lang="{}" dir="ltr">{}</span>', SOURCE_LANGUAGE, line)
        return format_html('<span dir="ltr">{}</span>', line) if is_rtl else line

    return format_html_join(SafeString("<br>"), "{}", ((line_of(line),) for line in text.splitlines()))


@register.filter
def refused(field: BoundField, reason: str) -> SafeString:
    """Return the field of a form that was refused; `reason` is the `id` of the words that say why."""
    return field.as_widget(attrs={"aria-invalid": "true", "aria-describedby": reason})
