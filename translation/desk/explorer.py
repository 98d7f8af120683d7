"""The same states where pages are listed, edited and read: in the explorer, beside the form, in the userbar, on the start page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import pgettext_lazy
from django_filters import ChoiceFilter
from wagtail.admin.ui.components import MediaContainer
from wagtail.admin.ui.side_panels import BaseSidePanel
from wagtail.admin.ui.tables import Column
from wagtail.admin.userbar import BaseItem
from wagtail.admin.views.pages.edit import EditView
from wagtail.admin.views.pages.listing import GenericPageFilterSet
from wagtail.models import Locale, Page

from portal.admin.start import LINES, Box, Line, beginning_of_pages
from portal.language.languages import SOURCE_LANGUAGE
from portal.listing.explorer import KindIndexView
from portal.pages import versions
from portal.pages.versions import locales_by_id
from translation.checks.ease import Reading
from translation.permissions import working_locale_ids
from translation.views.pages import TranslatedPageViewSet

from . import matrix, progress, texts
from .matrix import Cell
from .names import name_of
from .states import State, with_reviews, with_states


def cells_of(
    pages: Iterable[Page], locales: list[Locale], counted: progress.Counted | None = None
) -> dict[int, list[tuple[Locale, Cell]]]:
    """Return by the ids of pages their cells: of a page of the source those in these languages, of a version its own.

    Three queries; one where their progress is `counted`, or does not matter.
    """
    pages = [page for page in pages if page.depth > 1]
    found = matrix.cells({page.translation_key for page in pages}, locales, counted) if locales else {}
    by_id, result = locales_by_id(), {}
    for page in pages:
        is_source = by_id[page.locale_id].language_code == SOURCE_LANGUAGE
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
        if locales_by_id()[instance.locale_id].language_code != SOURCE_LANGUAGE:
            own = ((cell.state.value, cell.label) for _locale, cell in cells)
            return format_html_join(" ", '<span class="portal-cell portal-cell--{}">{}</span>', own)
        line = '<span class="portal-cell portal-cell--{}"><abbr title="{}">{}</abbr> {}</span>'
        rows = ((cell.state.value, name_of(locale), _short(locale), cell.label) for locale, cell in cells)
        return format_html('<span class="portal-cells">{}</span>', format_html_join("", line, rows))


class ChooserColumn(TranslationsColumn):
    """The same in the page chooser, which has no place to hand in more than a column. One query for all that is shown."""

    def __init__(self, user: AbstractBaseUser) -> None:
        super().__init__("translations", label=pgettext_lazy("admin", "Translations"))
        self.locales = matrix.locales_for(user)

    def get_cell_context_data(self, instance: Page, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        """Give all pages of the table their cells once, and return what stands in this one's."""
        if not hasattr(instance, "cells"):
            pages = list(parent_context["table"].data)
            cells = cells_of(pages, self.locales, ({}, {}))
            for page in pages:
                page.cells = cells.get(page.pk, [])
        return super().get_cell_context_data(instance, parent_context)


def chooser_columns(request: HttpRequest) -> list[Column]:
    """Return what the page chooser shows to those who work in a language."""
    return [ChooserColumn(request.user)] if working_locale_ids(request.user) else []


def _short(locale: Locale) -> str:
    """Return what a language is called where there is little room: its code, or the first letters of its name where that has another."""
    code = locale.language_code
    return "".join(word[0] for word in name_of(locale).split()) if "-" in code else code.upper()


def _is_from_pages(request: HttpRequest) -> bool:
    """Return whether somebody was at a list or a form of pages before."""
    # Whatever a client sends: nothing is parsed that could be broken. What stands behind the question mark is where somebody wanted to go.
    return reverse("wagtailadmin_explore_root") in request.headers.get("Referer", "").partition("?")[0]


class DeskIndexView(KindIndexView):
    """The explorer, with the states of what it lists."""

    def get(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Lead whoever comes from elsewhere to “Pages” where the menu's entry leads; the breadcrumbs still open the list of home pages.

        From elsewhere are the typed address, also by way of the login, and links that others wrote: where somebody was says the `Referer`.
        """
        if not kwargs and not request.GET and not _is_from_pages(request) and (home := beginning_of_pages(request.user)):
            return redirect("wagtailadmin_explore", home)
        return super().get(request, *args, **kwargs)

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


# --- where one page is edited or read ---------------------------------------------------------------------------------------


CHANGED = frozenset({State.OUT_OF_DATE, State.WITHDRAWN})
"""States in which somebody has to do something, because the source was changed."""


def known_cells(user: AbstractBaseUser, page: Page) -> tuple[Page | None, list[tuple[str, Cell]]]:
    """Return the page's source, if a person may know of it, and what it is in the languages that they see, by these languages' names."""
    locales = matrix.locales_for(user)
    source = matrix.sources_for(user).filter(translation_key=page.translation_key).first() if locales else None
    if source is None:
        return None, []
    (cells,) = matrix.cells([page.translation_key], locales).values()
    return source, [(name_of(locale), cell) for locale, cell in zip(locales, cells, strict=True)]


class TranslationsSidePanel(BaseSidePanel):
    """The states of a page beside its form."""

    class SidePanelToggle(BaseSidePanel.SidePanelToggle):
        """The button that opens it; its number says how many versions are out of date."""

        aria_label = pgettext_lazy("admin", "Toggle translations")
        icon_name = "wagtail-localize-language"
        counter_classname = "w-bg-critical-200"

        def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, object]:
            """Count."""
            number = sum(cell.state in CHANGED for _name, cell in self.panel.cells)
            return {**super().get_context_data(parent_context), "count": number}

    name = "translations"
    title = pgettext_lazy("admin", "Translations")
    template_name = "translation_desk/side_panel.html"
    order = 150

    @cached_property
    def _known(self) -> tuple[Page | None, list[tuple[str, Cell]]]:
        return known_cells(self.request.user, self.object)

    @property
    def source(self) -> Page | None:
        """Return the page of the source, if the person may know of it."""
        return self._known[0]

    @property
    def reading(self) -> Reading | None:
        """Return how hard the last draft is to read, where it is the page of the source that is written here."""
        is_source = self.source is not None and self.source.pk == self.object.pk
        return texts.reading_of(self.object) if is_source else None

    @property
    def cells(self) -> list[tuple[str, Cell]]:
        """Return what it is in each language."""
        return self._known[1]


class DeskEditView(EditView):
    """Wagtail's editor of pages, with the states beside the form."""

    def get_side_panels(self) -> MediaContainer:
        """Add the panel, where the person may know of the page's source."""
        panels = super().get_side_panels()
        if self.page.pk and not self.expects_json_response:
            panel = TranslationsSidePanel(self.page, self.request)
            if panel.source is not None:
                return MediaContainer([*panels, panel])
        return panels


class TranslationsItem(BaseItem):
    """The states of the page that somebody reads who works on it."""

    template_name = "translation_desk/userbar_item.html"

    def __init__(self, source: Page, cells: list[tuple[str, Cell]]) -> None:
        self.source, self.cells = source, cells


def add_to_userbar(request: HttpRequest, items: list[BaseItem], page: Page | None) -> None:
    """Say in the userbar what the page is in each language, to those who work in any."""
    if page is None or not page.pk or getattr(request, "is_preview", False) or not request.user.is_authenticated:
        return
    source, cells = known_cells(request.user, page)
    if source is not None:
        items.append(TranslationsItem(source, cells))


def start_boxes(request: HttpRequest) -> Iterator[Box]:
    """Yield what is out of date in the languages that a person works in, the oldest change first."""
    rows = Page.objects.filter(locale__in=working_locale_ids(request.user)).exclude(locale__language_code=SOURCE_LANGUAGE)
    found = with_reviews(with_states(rows)).filter(state__in=CHANGED).order_by("published_version__source_changed_at", "pk")
    pages = list(found.select_related("locale")[:LINES])
    keys = [page.translation_key for page in pages]
    sources = dict(_sources().filter(translation_key__in=keys).values_list("translation_key", "pk"))
    lines = [
        Line(
            page.get_admin_display_title(),
            reverse("translation_desk_page", args=[sources[page.translation_key]]),
            str(page.locale.get_display_name()),
            Cell(page.locale_id, State(page.state), is_in_review=page.is_in_review).label,
        )
        for page in pages
        if page.translation_key in sources
    ]
    address = f"{reverse('translation_desk')}?state={State.OUT_OF_DATE.value}"
    count = found.count() if len(lines) == LINES else len(lines)
    yield Box("translations", pgettext_lazy("admin", "The German page was changed"), lines, address, count, order=50)


class DeskPageViewSet(TranslatedPageViewSet):
    """Wagtail's screens of all pages, with the states in the explorer and beside the form."""

    index_view_class = DeskIndexView
    edit_view_class = DeskEditView
