"""Production settings with an app whose migration fails, or does harm that only a look at the pages shows: `FAILING` says which."""

from __future__ import annotations

import os

from portal.settings.production import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "tests.portal.operation.harmful"]  # noqa: F405
MIGRATION_MODULES = {"harmful": f"tests.portal.operation.harmful.{os.environ['FAILING']}"}
