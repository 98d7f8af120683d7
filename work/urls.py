"""Addresses of all changes, below the prefix of each language."""

from __future__ import annotations

from django.urls import path

from . import views

urlpatterns = [
    path("updates/", views.updates, name="updates"),
    path("updates.rss", views.feed, name="updates_feed"),
]
