"""The templates of what visitors see, as they are sent: indentation stays in the files."""

from __future__ import annotations

import re

from django.template import Origin
from django.template.loaders import filesystem

_INDENTATION = re.compile(r"(?:(?<=\n)|^)[ \t]+|[ \t]+(?=\n)")


class Loader(filesystem.Loader):
    """Loads a template of HTML without the spaces at both ends of its lines, which no browser shows: once, when it is compiled.

    Lines stay lines, so that errors name the right one. No template holds text whose spaces count (`pre`, `textarea`).
    """

    def get_contents(self, origin: Origin) -> str:
        """Return the source of a template."""
        source = super().get_contents(origin)
        return _INDENTATION.sub("", source) if str(origin.name).endswith(".html") else source
