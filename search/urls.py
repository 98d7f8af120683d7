"""The search of each language, at an address of its own."""

from __future__ import annotations

from django.urls import include, path

from portal.language.languages import search_route

from . import views

urlpatterns = [
    path(
        search_route,
        include(
            [
                path("", views.SearchView.as_view(), name="search"),
                path("suggestions/", views.suggest, name="search_suggestions"),
                path("click/", views.click, name="search_click"),
            ]
        ),
    ),
]
