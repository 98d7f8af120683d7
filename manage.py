#!/usr/bin/env python
"""Django's command line for the portal."""

from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line

from portal.settings.environment import SettingError

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.production")
    for stream in (sys.stdout, sys.stderr):
        # Names and sentences hold more than ASCII; a terminal without it gets question marks instead of an error.
        stream.reconfigure(errors="replace")
    try:
        execute_from_command_line(sys.argv)
    except SettingError as error:
        sys.exit(str(error))
