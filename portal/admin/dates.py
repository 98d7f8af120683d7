"""Dates and times in the admin are typed and shown as its language writes them: `24.12.2026 08:00` in German.

A patch of Wagtail 8: its three widgets take their format when they are made, once for the process and all its languages, and give it to
their script, which puts the present minute where it cannot read what was typed. Here the format follows from the language at the moment
of rendering, is the first that Django's form fields read in that language, and the script leaves what was typed alone: what cannot be
read is an error of the field. It can go when Wagtail chooses the format by language.
"""

from __future__ import annotations

from django.utils.formats import get_format
from wagtail.admin.datetimepicker import to_datetimepicker_format
from wagtail.admin.widgets import AdminDateInput, AdminDateTimeInput, AdminTimeInput


def format_of(key: str) -> str:
    """Return how a field is written in the active language.

    Args:
        key: `DATE_INPUT_FORMATS`, `TIME_INPUT_FORMATS` or `DATETIME_INPUT_FORMATS`.
    """
    formats = get_format(key)
    return next((found for found in formats if "%S" not in found and "%f" not in found), formats[0])


def _choose_when_rendered(widget: type, key: str) -> None:
    init, config = widget.__init__, widget.get_config

    def __init__(self: object, attrs: dict | None = None, format: str | None = None, **options: object) -> None:
        self.fixed_format = format
        init(self, attrs, format=format, **options)

    def get_config(self: object) -> dict[str, object]:
        return {**config(self), "validateOnBlur": False}

    def chosen(self: object) -> str:
        return self.fixed_format or format_of(key)

    def ignore(self: object, value: object) -> None:
        """Wagtail sets what is chosen here."""

    # Those that were made before have no format of their own either.
    widget.fixed_format = None
    widget.__init__ = __init__
    widget.get_config = get_config
    widget.format = property(chosen, ignore)
    widget.js_format = property(lambda self: to_datetimepicker_format(self.format), ignore)


def install() -> None:
    """Let the widgets choose. Called once, when the apps are ready, and before any form is made."""
    _choose_when_rendered(AdminDateInput, "DATE_INPUT_FORMATS")
    _choose_when_rendered(AdminTimeInput, "TIME_INPUT_FORMATS")
    _choose_when_rendered(AdminDateTimeInput, "DATETIME_INPUT_FORMATS")
    AdminDateTimeInput.js_time_format = property(
        lambda self: to_datetimepicker_format(format_of("TIME_INPUT_FORMATS")), lambda self, value: None
    )
