"""What is wrong with a record, and where."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_LONGEST = 400


@dataclass(frozen=True)
class Place:
    """Where a record stands: file and line (1 for a file that holds one record)."""

    path: Path
    line: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


class RecordError(ValueError):
    """A record cannot be loaded; the message names the reason, `place` the file and line."""

    def __init__(self, place: Place, reason: str) -> None:
        self.place = place
        # One line, however long the value is that it quotes.
        self.reason = " ".join(reason.split())
        if len(self.reason) > _LONGEST:
            self.reason = f"{self.reason[: _LONGEST - 1]}…"
        super().__init__(f"{place}: {self.reason}")


class LoadError(Exception):
    """A load failed; `errors` lists all that is wrong, and nothing was written."""

    def __init__(self, errors: list[RecordError]) -> None:
        self.errors = errors
        super().__init__("\n".join(str(error) for error in errors))
