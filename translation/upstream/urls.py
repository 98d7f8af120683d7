"""The addresses of wagtail-localize that the views of this folder answer.

They stand before the originals, the first match wins. They carry no names: names are resolved by the originals.
"""

from __future__ import annotations

from django.urls import path

from translation.upstream.views import actions, pofile, report, segments, snippets_api, submit, update

localize_patterns = [
    path("submit/page/<int:page_id>/", submit.SubmitPageView.as_view()),
    path("submit/snippet/<slug:app_label>/<slug:model_name>/<str:pk>/", submit.SubmitSnippetView.as_view()),
    path("update/<int:translation_source_id>/", update.UpdateView.as_view()),
    path("translate/<int:translation_id>/strings/<int:string_segment_id>/edit/", segments.edit_string),
    path("translate/<int:translation_id>/overrides/<int:overridable_segment_id>/edit/", segments.edit_override),
    path("translate/<int:translation_id>/pofile/download/", pofile.download),
    path("translate/<int:translation_id>/pofile/upload/", pofile.upload),
    path("translate/<int:translation_id>/machine_translate/", actions.machine_translate),
    path("translate/<int:translation_id>/preview/", actions.preview),
    path("translate/<int:translation_id>/preview/<str:mode>/", actions.preview),
    path("translate/<int:translation_id>/disable/", actions.stop),
    path("page/<int:page_id>/convert_to_alias/", actions.convert_to_alias),
    path("reports/translations/", report.ReportView.as_view()),
    path("reports/translations/results/", report.ReportView.as_view(results_only=True)),
    path("api/snippets/<slug:app_label>/<slug:model_name>/", snippets_api.SnippetViewSet.as_view({"get": "list"})),
    path(
        "api/snippets/<slug:app_label>/<slug:model_name>/<str:pk>/",
        snippets_api.SnippetViewSet.as_view({"get": "retrieve"}),
    ),
]
