"""The settings of the tests, with the two kinds."""

from __future__ import annotations

from portal.settings.test import *  # noqa: F403
from portal.settings.test import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.portal.listing.sample_kinds"]
