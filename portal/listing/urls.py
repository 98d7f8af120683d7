"""Addresses of the feeds of all kinds, and of single events as calendars, below the prefix of each language."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.urls import URLPattern, path, re_path

from .declarations import Listing, listings
from .feeds import feed, formats_of, item_calendar, path_of


def _patterns(listing: Listing) -> Iterator[URLPattern]:
    """Yield the addresses of a kind's feeds: of all of it, and of one topic."""
    names = "|".join(formats_of(listing))
    for topic in ("", r"/(?P<topic_slug>[-\w]+)"):
        address = rf"^{re.escape(path_of(listing))}{topic}\.(?P<name>{names})$"
        yield re_path(address, feed, {"kind": listing.kind}, name=f"feed_{listing.kind}")
    if "ics" in listing.feeds:
        address = f"{path_of(listing)}/items/<uuid:key>.ics"
        yield path(address, item_calendar, {"kind": listing.kind}, name=f"feed_item_{listing.kind}")


urlpatterns = [pattern for listing in listings().values() if listing.feeds for pattern in _patterns(listing)]
