"""Addresses of the admin that stand before Wagtail's own; those carry the names."""

from __future__ import annotations

from django.urls import URLPattern, path
from wagtail.admin.auth import require_admin_access
from wagtail.utils.urlpatterns import decorate_urlpatterns

from portal.uploads import tags

from . import bulk, choosers, help, malformed, page_types, privacy, redirects

urlpatterns: list[URLPattern] = decorate_urlpatterns(
    [
        path("choose-page/", choosers.BrowseView.as_view()),
        path("choose-page/<int:parent_page_id>/", choosers.BrowseView.as_view()),
        path("choose-page/search/", choosers.SearchView.as_view()),
        path("choose-page/chosen-multiple/", choosers.ChosenMultipleView.as_view()),
        path("choose-external-link/", choosers.ExternalLinkView.as_view()),
        path("bulk/<str:app_label>/<str:model_name>/<str:action>/", bulk.act),
        path("tag-autocomplete/", tags.complete),
        path("tag-autocomplete/taggit/tag/", tags.complete),
        path("redirects/", redirects.ListView.as_view()),
        path("redirects/results/", redirects.ListView.as_view(results_only=True)),
        path("redirects/import/process/", malformed.process_import),
        path("snippets/choose/<slug:app_label>/<slug:model_name>/create/", malformed.no_form),
        path("reports/page-types-usage/", page_types.PageTypesView.as_view()),
        path("reports/page-types-usage/results/", page_types.PageTypesView.as_view(results_only=True)),
        path("pages/<int:page_id>/privacy/", privacy.PrivacyView.as_view()),
        path("help/", help.show, name="portal_help_start"),
        path("help/<slug:topic>/", help.show, name="portal_help"),
    ],
    require_admin_access,
)
