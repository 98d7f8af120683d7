"""The addresses of wagtail-localize and of translatable snippets that the guarded views answer.

They stand before the originals, the first match wins. They carry no names: names are resolved by the originals.
"""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path
from wagtail.models import TranslatableMixin
from wagtail.snippets.models import get_snippet_models

from translation.files import views as files
from translation.guards import guarded_snippet_patterns
from translation.upstream.urls import localize_patterns
from translation.views import own_tree


def admin_patterns() -> list[URLPattern | URLResolver]:
    """Return all guarded addresses, as they stand below the admin's prefix."""
    return [
        path("localize/", include(localize_patterns)),
        path("languages/<slug:language_code>/add/<int:page_id>/", own_tree.add_version, name="add_version"),
        path("translation-files/apply/", files.apply, name="translation_files_apply"),
        path("translation-files/<int:translation_id>/", files.of_translation, name="translation_files"),
        path("translation-files/<int:translation_id>/<str:file_format>/", files.download, name="translation_file"),
        *(
            path(f"{model.snippet_viewset.url_prefix}/", include(guarded_snippet_patterns(model)))
            for model in get_snippet_models()
            if issubclass(model, TranslatableMixin)
        ),
    ]
