"""The languages of the portal as Wagtail's locales; those that follow it are kept in step with the source's tree."""

from __future__ import annotations

from wagtail.models import Locale
from wagtail_localize.models import LocaleSynchronization

from portal.language.languages import LANGUAGES, SOURCE_LANGUAGE


def set_up_locales() -> dict[str, Locale]:
    """Make the locales that are not there yet and return all by language code. Run twice it changes nothing."""
    locales = {language.code: Locale.objects.get_or_create(language_code=language.code)[0] for language in LANGUAGES}
    source = locales[SOURCE_LANGUAGE]
    for language in LANGUAGES:
        locale = locales[language.code]
        if (
            language.follows_source
            and locale != source
            and not LocaleSynchronization.objects.filter(locale=locale).exists()
        ):
            LocaleSynchronization.objects.create(locale=locale, sync_from=source)
    return locales
