"""Settings of the test suite: fast password hashing, state in a temporary folder, cache in memory."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

# Set before the base settings read it; the folder vanishes with the machine's temporary files.
os.environ.setdefault("PORTAL_VAR", tempfile.mkdtemp(prefix="portal-test-"))
os.environ.setdefault("PORTAL_URL", "http://testserver")
# Base forms of words are made once for all runs.
os.environ.setdefault("PORTAL_DICTIONARIES", str(Path(__file__).resolve().parents[2] / "var" / "dictionaries"))

from .base import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
CACHES = {name: {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": name} for name in ("default", "counters")}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
WAGTAIL_PASSWORD_RESET_ENABLED = True
SEARCH_RATE = SEARCH_SUGGESTION_RATE = 1_000_000
# Each worker of a run keeps its own files: some tests compare the whole folder.
MEDIA_ROOT = VAR_DIR / f"media-{os.environ.get('PYTEST_XDIST_WORKER', 'single')}"  # noqa: F405
