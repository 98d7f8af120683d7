"""The settings of the tests, without the translation desk."""

from __future__ import annotations

from portal.settings.test import *  # noqa: F403

INSTALLED_APPS = [app for app in INSTALLED_APPS if app != "translation.desk"]  # noqa: F405
