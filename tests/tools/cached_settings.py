"""The production settings with Django's cache middleware where its documentation puts it, and no page cache: for `bench_caches` alone."""

from __future__ import annotations

import os

from portal.settings.production import *  # noqa: F403
from portal.settings.production import CACHES, MIDDLEWARE

PAGE_CACHE = False
# Without what the portal says of its pages (`no-cache`), which Django heeds.
MIDDLEWARE = [name for name in MIDDLEWARE if name != "portal.http.keeping.KeepingMiddleware"]
MIDDLEWARE = ["django.middleware.cache.UpdateCacheMiddleware", *MIDDLEWARE, "django.middleware.cache.FetchFromCacheMiddleware"]
CACHES["pages"] = dict(CACHES["default"])
if os.environ["BENCH_CACHE"] == "process":
    CACHES["pages"] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 2000}}
CACHE_MIDDLEWARE_ALIAS = "pages"
