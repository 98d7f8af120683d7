"""Addresses of the files of data sets, below the prefix of each language."""

from __future__ import annotations

from django.urls import path

from . import views

urlpatterns = [
    path("data/<uuid:key>.<str:name>", views.data_file, name="data_file"),
    path("data/<uuid:key>/<int:version>.csv", views.data_version, name="data_version"),
]
