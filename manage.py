#!/usr/bin/env python
"""Django's command line for the portal."""

from __future__ import annotations

import gc
import os
import sys

from django.core.management import execute_from_command_line

from portal.settings.environment import SettingError

# What is loaded stays: to look for what does not, as often as Python does it, takes a fifth of the time of loading.
gc.set_threshold(10_000, 10, 10)

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.production")
    for stream in (sys.stdout, sys.stderr):
        # Names and sentences hold more than ASCII; a terminal without it gets question marks instead of an error.
        stream.reconfigure(errors="replace")
    try:
        execute_from_command_line(sys.argv)
    except SettingError as error:
        sys.exit(str(error))
