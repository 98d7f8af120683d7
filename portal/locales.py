"""The languages of the portal as Wagtail's locales; every other language follows the tree of the source language."""

from __future__ import annotations

from wagtail.models import Locale
from wagtail_localize.models import LocaleSynchronization

from portal.languages import LANGUAGES, SOURCE_LANGUAGE


def set_up_locales() -> dict[str, Locale]:
    """Make the locales that are not there yet and return all by language code. Run twice it changes nothing."""
    locales = {language.code: Locale.objects.get_or_create(language_code=language.code)[0] for language in LANGUAGES}
    source = locales[SOURCE_LANGUAGE]
    for code, locale in locales.items():
        if code != SOURCE_LANGUAGE and not LocaleSynchronization.objects.filter(locale=locale).exists():
            LocaleSynchronization.objects.create(locale=locale, sync_from=source)
    return locales
