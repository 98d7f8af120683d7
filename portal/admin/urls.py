"""Addresses of the admin that stand before Wagtail's own; those carry the names."""

from __future__ import annotations

from django.urls import URLPattern, path
from wagtail.admin.auth import require_admin_access
from wagtail.utils.urlpatterns import decorate_urlpatterns

from . import choosers, help, privacy

urlpatterns: list[URLPattern] = decorate_urlpatterns(
    [
        path("choose-page/", choosers.BrowseView.as_view()),
        path("choose-page/<int:parent_page_id>/", choosers.BrowseView.as_view()),
        path("pages/<int:page_id>/privacy/", privacy.PrivacyView.as_view()),
        path("help/", help.show, name="portal_help_start"),
        path("help/<slug:topic>/", help.show, name="portal_help"),
    ],
    require_admin_access,
)
