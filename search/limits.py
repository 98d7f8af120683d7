"""How often one visitor may ask: enough for anybody who reads, too little to keep the portal busy."""

from __future__ import annotations

import hashlib
import ipaddress
import math
import time

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest

WINDOW = 60
"""Seconds in which requests are counted together, from the first one on."""


def client_address(request: HttpRequest) -> str:
    """Return the address that a request comes from: behind the proxy of an `https` portal, what that proxy has seen.

    Of an IPv6 address it is the network: a single client has all addresses of one.
    """
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.IS_HTTPS else ""
    text = forwarded.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", "")
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return text
    if address.version == 4:
        return text
    return str(address.ipv4_mapped or ipaddress.ip_network((address, 64), strict=False))


def seconds_to_wait(request: HttpRequest, kind: str, most: int) -> int:
    """Count a request; return for how long its client must wait if it has made `most` of a kind within a minute, else 0.

    The address is kept as a hash, with the key of this portal, until the minute is over. Two requests at the very same time may
    count as one.
    """
    source = f"{settings.SECRET_KEY}:{client_address(request)}"
    key = f"search:{kind}:{hashlib.sha256(source.encode(errors='replace')).hexdigest()[:32]}"
    now = time.time()
    number, end = caches["counters"].get(key, (0, 0.0))
    if end <= now:
        number, end = 0, now + WINDOW
    if number >= most:
        return math.ceil(end - now)
    caches["counters"].set(key, (number + 1, end), timeout=math.ceil(end - now))
    return 0
