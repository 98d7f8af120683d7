"""What languages are called at the desk."""

from __future__ import annotations

from wagtail.models import Locale

from portal.language.languages import languages_by_code


def name_of(locale: Locale) -> str:
    """Return what a language calls itself."""
    language = languages_by_code().get(locale.language_code)
    return language.name if language else str(locale.get_display_name())
