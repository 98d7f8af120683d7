"""How often one visitor may ask: enough for anybody who reads, too little to keep the portal busy."""

from __future__ import annotations

import hashlib
import time

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

WINDOW = 60
"""Seconds in which requests are counted together."""


def client_address(request: HttpRequest) -> str:
    """Return the address that a request comes from: behind the proxy of an `https` portal, what that proxy has seen."""
    if settings.IS_HTTPS and (forwarded := request.headers.get("X-Forwarded-For", "")):
        return forwarded.rpartition(",")[2].strip()
    return request.META.get("REMOTE_ADDR", "")


def is_too_many(request: HttpRequest, kind: str, most: int) -> bool:
    """Count a request and return whether its client has made more than `most` of a kind within a minute.

    The address is kept as a hash, with the key of this portal, until the minute is over.
    """
    window = int(time.time()) // WINDOW
    source = f"{settings.SECRET_KEY}{client_address(request)}"
    key = f"search:rate:{kind}:{window}:{hashlib.sha256(source.encode()).hexdigest()[:24]}"
    if cache.add(key, 1, WINDOW):
        return most < 1
    try:
        return cache.incr(key) > most
    except ValueError:
        # It ran out between the two calls.
        return False
