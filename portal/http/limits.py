"""Where a request comes from, and how often one visitor may ask: enough for anybody who reads, too little to keep the portal busy."""

from __future__ import annotations

import hashlib
import math
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest

WINDOW = 60
"""Seconds in which requests are counted together, from the first one on."""


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _outside(peer: str, forwarded: str) -> str:
    """Return the address from which the outermost trusted proxy was asked, `peer` where nothing is known or no proxy trusted.

    `X-Forwarded-For` grows at its end: what stands before the entry of the outermost trusted proxy, anybody may have written.
    """
    trusted = settings.TRUSTED_PROXIES
    hops = [hop.strip() for hop in forwarded.split(",")] if forwarded else []
    if isinstance(trusted, int):
        return hops[-trusted] if 0 < trusted <= len(hops) and _parsed(hops[-trusted]) else peer
    seen = peer
    while hops and (address := _parsed(seen)) and any(address in network for network in trusted):
        if not _parsed(hop := hops.pop()):
            break
        seen = hop
    return seen


def client_address(request: HttpRequest) -> str:
    """Return the address that a request comes from; `X-Forwarded-For` is believed as far as `TRUSTED_PROXIES` says.

    Of an IPv6 address it is the network: a single client has all addresses of one. Empty where there is none.
    """
    return client(request.META.get("REMOTE_ADDR", ""), request.headers.get("X-Forwarded-For", ""))


def client(peer: str, forwarded: str) -> str:
    """Return the same for the address of a connection and the value of `X-Forwarded-For`."""
    text = _outside(peer, forwarded)
    address = _parsed(text)
    if address is None:
        return text[:64]
    return str(address) if address.version == 4 else str(ip_network((address, 64), strict=False))


OF_ALL, OF_ONE = 1024**3, 512 * 1024**2
"""Bytes of bodies that a process holds at once, of all and of one address: who sends films as nobody in particular fills no disk."""


class Room:
    """The bytes of the bodies that are read or waited for. Used from one thread alone."""

    def __init__(self) -> None:
        self.held: Counter[str] = Counter()

    @contextmanager
    def of(self, address: str) -> Iterator[Callable[[int], int]]:
        """Give what makes room for so many bytes more, until the block ends; it says which status refuses them, 0 for none."""
        mine = 0

        def take(number: int) -> int:
            nonlocal mine
            if self.held.total() + number > OF_ALL:
                return 503
            if self.held[address] + number > OF_ONE:
                return 429
            self.held[address] += number
            mine += number
            return 0

        try:
            yield take
        finally:
            self.held[address] -= mine
            if not self.held[address]:
                del self.held[address]


def seconds_to_wait(request: HttpRequest, kind: str, most: int, window: int = WINDOW) -> int:
    """Count a request; return for how long its client must wait if it has made `most` of a kind within `window` seconds, else 0.

    For what is asked often and must never wait for the database. The address is kept as a hash, with the key of this portal, until
    that time is over. Two requests at the very same time may count as one.
    """
    source = f"{settings.SECRET_KEY}:{client_address(request)}"
    key = f"{kind}:{hashlib.sha256(source.encode(errors='replace')).hexdigest()[:32]}"
    now = time.time()
    number, end = caches["counters"].get(key, (0, 0.0))
    if end <= now:
        number, end = 0, now + window
    if number >= most:
        return math.ceil(end - now)
    caches["counters"].set(key, (number + 1, end), timeout=math.ceil(end - now))
    return 0
