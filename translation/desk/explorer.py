"""The same states where pages are listed and edited: columns and filters of the explorer, the status panel, the userbar."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import pgettext_lazy
from django_filters import ChoiceFilter
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.pages.listing import GenericPageFilterSet
from wagtail.models import Locale, Page

from portal.language.languages import SOURCE_LANGUAGE, languages_by_code
from portal.listing.explorer import KindIndexView
from portal.pages import versions
from translation.views.pages import TranslatedPageViewSet

from . import matrix
from .matrix import Cell


def name_of(locale: Locale) -> str:
    """Return what a language calls itself."""
    language = languages_by_code().get(locale.language_code)
    return language.name if language else str(locale.get_display_name())


def cells_of(pages: Iterable[Page], locales: list[Locale]) -> dict[int, list[tuple[Locale, Cell]]]:
    """Return by the ids of pages their cells: of a page of the source those in these languages, of a version its own. Three queries."""
    pages = [page for page in pages if page.depth > 1]
    found = matrix.cells({page.translation_key for page in pages}, locales) if locales else {}
    result = {}
    for page in pages:
        is_source = page.locale.language_code == SOURCE_LANGUAGE
        own = zip(locales, found.get(page.translation_key, ()), strict=False)
        result[page.pk] = [(locale, cell) for locale, cell in own if is_source or locale.pk == page.locale_id]
    return result


def missing_in(pages: QuerySet, locale: Locale) -> QuerySet:
    """Return the pages of the source that were never finished in a language."""
    finished = versions.once_finished(Page.objects.filter(locale=locale)).values("translation_key")
    return pages.filter(pk__in=_sources().exclude(translation_key__in=finished).values("pk"))


def outdated_in(pages: QuerySet, locale: Locale) -> QuerySet:
    """Return the pages of the source whose version in a language says something else by now, withdrawn or not."""
    outdated = Q(published_version__source_changed_at__isnull=False) | Q(published_version__withdrawn_at__isnull=False)
    found = Page.objects.filter(outdated, locale=locale, alias_of=None).values("translation_key")
    return pages.filter(pk__in=_sources().filter(translation_key__in=found).values("pk"))


def _sources() -> QuerySet:
    return Page.objects.filter(locale__language_code=SOURCE_LANGUAGE, alias_of=None, depth__gt=1).order_by()


class TranslationsColumn(Column):
    """The states of a page in a list."""

    def get_value(self, instance: Page) -> SafeString:
        """Return each language with its state, as the matrix says it."""
        cells = getattr(instance, "cells", [])
        if instance.locale.language_code != SOURCE_LANGUAGE:
            own = ((cell.state.value, cell.state.label) for _locale, cell in cells)
            return format_html_join(" ", '<span class="portal-cell portal-cell--{}">{}</span>', own)
        rows = ((cell.state.value, locale.language_code, name_of(locale), cell.state.label) for locale, cell in cells)
        line = '<span class="portal-cell portal-cell--{}"><abbr title="{}">{}</abbr> {}</span>'
        codes = ((state, name, code.removeprefix("de-").upper(), label) for state, code, name, label in rows)
        return format_html('<span class="portal-cells">{}</span>', format_html_join("", line, codes))


class DeskIndexView(KindIndexView):
    """The explorer, with the states of what it lists."""

    @cached_property
    def locales(self) -> list[Locale]:
        """Return the languages that this person sees."""
        return matrix.locales_for(self.request.user)

    @cached_property
    def explorable_columns(self) -> list[Column]:
        """Put the states before the last column, which leads to the pages below."""
        found = list(super().explorable_columns)
        if self.locales:
            found.insert(len(found) - 1, TranslationsColumn("translations", label=pgettext_lazy("admin", "Translations")))
        return found

    @cached_property
    def filters(self) -> GenericPageFilterSet | None:
        """Add “missing in …” and “out of date in …”."""
        if self.locales:
            by_code = {locale.language_code: locale for locale in self.locales}
            choices = [(code, name_of(locale)) for code, locale in by_code.items()]
            own = {
                name: ChoiceFilter(label=label, choices=choices, method=lambda pages, _name, code, ask=ask: ask(pages, by_code[code]))
                for name, label, ask in (
                    ("missing_in", pgettext_lazy("admin", "Missing in"), missing_in),
                    ("outdated_in", pgettext_lazy("admin", "Out of date in"), outdated_in),
                )
            }
            self.filterset_class = type(self.filterset_class)("TranslationFilterSet", (self.filterset_class,), own)  # type: ignore[has-type]
        return super().filters

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """Give the pages that are shown their cells, and the page above them its own."""
        context = super().get_context_data(**kwargs)
        pages = list(context["object_list"])
        cells = cells_of(pages, self.locales)
        for page in pages:
            page.cells = cells.get(page.pk, [])
        return context


class DeskPageViewSet(TranslatedPageViewSet):
    """Wagtail's screens of all pages, with the states in the explorer."""

    index_view_class = DeskIndexView
