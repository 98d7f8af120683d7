"""Programs that ask for pages by themselves: search engines, chat programs that draw a preview of a link, checks."""

from __future__ import annotations

import re

from django.http import HttpRequest

# CUBOT makes phones.
_ROBOT = re.compile(
    r"(?<!cu)bot|crawl|spider|slurp|preview|externalhit|whatsapp/|curl|wget|python|http-?client|headless|monitor", re.IGNORECASE
)


def is_robot(request: HttpRequest) -> bool:
    """Return whether a program says that it is one, or does not say what it is: browsers do."""
    agent = request.headers.get("User-Agent", "")
    return not agent or bool(_ROBOT.search(agent))
