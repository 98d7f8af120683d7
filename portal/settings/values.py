"""Settings as they stand in the environment: texts, numbers, words; an empty value is as good as none."""

from __future__ import annotations

import os
import re


class SettingError(Exception):
    """A setting cannot work; the message is one line that says what would."""


def text(name: str, default: str = "") -> str:
    """Return a setting, the default where it is missing or empty."""
    return os.environ.get(name, "").strip() or default


def words(name: str) -> list[str]:
    """Return a setting that lists words between commas."""
    return [word for part in text(name).split(",") if (word := part.strip())]


def number(name: str, default: int, least: int = 0, most: int = 10**9) -> int:
    """Return a setting that is a whole number.

    Raises:
        SettingError: it is none, or not within the bounds.
    """
    given = text(name, str(default))
    if not re.fullmatch("-?[0-9]{1,18}", given):
        raise SettingError(f"{name}={given} is no number.")
    if not least <= (value := int(given)) <= most:
        raise SettingError(f"{name}={given} is out of range: {least} to {most} is possible.")
    return value


def yes(name: str, default: bool) -> bool:
    """Return a setting that is yes or no.

    Raises:
        SettingError: it is neither.
    """
    given = text(name, "yes" if default else "no").lower()
    if given not in {"yes", "no"}:
        raise SettingError(f"{name}={given} is neither yes nor no.")
    return given == "yes"


def choice(name: str, default: str, choices: tuple[str, ...]) -> str:
    """Return a setting that is one of some words.

    Raises:
        SettingError: it is another one.
    """
    if (given := text(name, default)) not in choices:
        raise SettingError(f"{name}={given} is unknown; possible: {', '.join(choices)}.")
    return given
