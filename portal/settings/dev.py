"""Settings of `make dev`: error pages with traces, static files without collecting, the component page."""

from __future__ import annotations

from .base import *  # noqa: F403

DEBUG = True
if not SENDS_MAIL:  # noqa: F405
    EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    WAGTAIL_PASSWORD_RESET_ENABLED = True
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
