"""The search page, at an address of each language's own."""

from __future__ import annotations

from django.urls import path

from portal.languages import search_route

from .views import SearchView

urlpatterns = [path(search_route, SearchView.as_view(), name="search")]
