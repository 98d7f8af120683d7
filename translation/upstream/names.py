"""Names that wagtail-localize shows in English because it never asks for a translation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy
from wagtail.admin.menu import MenuItem
from wagtail_localize.models import LocaleSynchronization, Translation
from wagtail_localize.views.report import TranslationsReportFilterSet
from wagtail_localize.wagtail_hooks import TranslationsReportMenuItem

# Not collected into the portal's own catalogs: the words are those of the packages, the German ones stand in `portal/admin/upstream`.
_upstream = gettext_lazy

_former = [
    Translation._meta.verbose_name,
    *(TranslationsReportFilterSet.base_filters[name].label for name in ("source_locale", "target_locale")),
    LocaleSynchronization._meta.get_field("sync_from").verbose_name,
]

def apply() -> None:
    """Give each a name that follows the admin's language.

    Without an issue of wagtail-localize 1.14. Each can go when it marks the name for translation.
    """
    options = Translation._meta
    options.verbose_name, options.verbose_name_plural = _upstream("translation"), _upstream("translations")
    for name, label in (("source_locale", "Source locale"), ("target_locale", "Target locale")):
        TranslationsReportFilterSet.base_filters[name].label = _upstream(label)
    LocaleSynchronization._meta.get_field("sync_from").verbose_name = _upstream("Sync from")


def name_report(menu_items: list[MenuItem]) -> None:
    """Give the report on translations a name that follows the admin's language: it gets that of whoever signs in first.

    As above.
    """
    for item in menu_items:
        if isinstance(item, TranslationsReportMenuItem):
            item.label = _upstream("Translations")
