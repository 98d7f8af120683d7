"""Where the editor of translations enters Wagtail's admin."""

from __future__ import annotations

from django.urls import URLPattern, path
from wagtail import hooks

from . import editor, history_views


@hooks.register("register_admin_urls")
def register_urls() -> list[URLPattern]:
    """Add the editor's addresses."""
    one = "translations/edit/<int:translation_id>/"
    return [
        path("translations/<int:page_id>/in/<slug:language_code>/edit/", editor.edit, name="translation_edit"),
        path(one, editor.show, name="translation_editor"),
        path(f"{one}news/", editor.news, name="translation_editor_news"),
        path(f"{one}texts/<int:segment_id>/", editor.save, name="translation_editor_save"),
        path(f"{one}texts/<int:segment_id>/alike/", editor.alike, name="translation_editor_alike"),
        path(f"{one}texts/<int:segment_id>/comments/", editor.comment, name="translation_editor_comment"),
        path(f"{one}texts/<int:segment_id>/history/", history_views.show, name="translation_editor_history"),
    ]
