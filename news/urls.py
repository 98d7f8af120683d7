"""Addresses of the feeds, below the prefix of each language."""

from __future__ import annotations

from django.urls import re_path

from .feeds import feed

urlpatterns = [
    re_path(r"^feed\.(?P<kind>rss|atom)$", feed, name="feed"),
    re_path(r"^feed/(?P<topic_slug>[-\w]+)\.(?P<kind>rss|atom)$", feed, name="feed_of_topic"),
]
