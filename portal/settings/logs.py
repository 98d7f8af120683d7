"""What the log says of people: nothing. Addresses of mail and of machines, and what was asked for, are taken out of every line."""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from ipaddress import ip_address

_MAIL = re.compile(r"[\w.+%-]+@[\w-]+(\.[\w-]+)+")
_QUERY = re.compile(r"(?<=[\w/])\?[^\s\"'<>]+")
_ADDRESS = re.compile(r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7})(?![\w.:]*\w)")


def without_people(text: str) -> str:
    """Return a text without mail addresses, addresses of machines, and what stands behind the `?` of an address."""

    def hide(found: re.Match[str]) -> str:
        try:
            ip_address(found[0])
        except ValueError:
            return found[0]
        return "[address]"

    return _ADDRESS.sub(hide, _MAIL.sub("[mail]", _QUERY.sub("?…", text)))


class JsonFormatter(logging.Formatter):
    """A line of JSON for each record: when, how bad, whose, what, and where it came from."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        values = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": without_people(record.getMessage()),
        }
        if record.exc_info:
            values["exception"] = without_people(self.formatException(record.exc_info))
        return json.dumps(values, ensure_ascii=False)
