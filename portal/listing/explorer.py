"""What the list of an index in Wagtail's admin shows of a kind: its dates and kinds as columns, its filters."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property
from django.utils.translation import pgettext_lazy
from django_filters import ChoiceFilter, DateFromToRangeFilter, Filter, ModelMultipleChoiceFilter
from wagtail.admin.filters import DateRangePickerWidget
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.pages.listing import ExplorableIndexView, GenericPageFilterSet
from wagtail.models import Page

from portal.language.languages import SOURCE_LANGUAGE
from portal.models.fields import ChoicesField

from .declarations import Listing, choices, field_of, label


class KindIndexView(ExplorableIndexView):
    """Wagtail's list of the pages below another one, with what their kind declares where that is an index."""

    @cached_property
    def listed_model(self) -> type[Page] | None:
        """Return the page type that the index is of; None where the page is no index."""
        model = self.parent_page.specific_class
        return model.listed_model() if hasattr(model, "listed_model") else None

    @cached_property
    def explorable_columns(self) -> list[Column]:
        """Put the columns of the kind behind the title."""
        found = list(super().explorable_columns)
        if self.listed_model is not None:
            place = next((n for n, column in enumerate(found) if column.name == "title"), 0) + 1
            found[place:place] = columns(self.listed_model.listing)
        return found

    @cached_property
    def filters(self) -> GenericPageFilterSet | None:
        """Add the filters of the kind to Wagtail's own."""
        if self.listed_model is not None:
            self.filterset_class = filterset(self.listed_model, self.filterset_class)  # type: ignore[has-type]
        return super().filters

    def get_paginator(self, queryset: QuerySet[Page], *args: object, **kwargs: object) -> Paginator[Page]:
        """Let the page say how many lie below it where all of these are listed: to count them, each would be looked at."""
        found: Paginator[Page] = super().get_paginator(queryset, *args, **kwargs)
        if not self.is_searching and not self.is_filtering and self._lists_all():
            found.count = self.parent_page.numchild
        return found

    def _lists_all(self) -> bool:
        """Return whether the user may see all that lies below the page: who works on it or on one above it."""
        worked_on = self.permission_policy.instances_with_direct_explore_permission(self.request.user)
        return any(self.parent_page.path.startswith(page.path) for page in worked_on)


def columns(listing: Listing) -> list[Column]:
    """Return the columns of a kind: when it is, and which of several kinds."""
    found = []
    if listing.when.names():
        found.append(Column("kind_date", label=pgettext_lazy("admin", "Date"), accessor=lambda page: getattr(page.known_date, "text", "")))
    if listing.kinds:
        found.append(Column("kind_name", label=pgettext_lazy("admin", "Kind"), accessor=lambda page: page.card_kind))
    return found


def filterset(model: type[Page], base: type[GenericPageFilterSet]) -> type[GenericPageFilterSet]:
    """Return Wagtail's filters with those of a kind before them."""
    own = {f"kind_{name.replace('.', '_')}": found for name in model.listing.filters if (found := _filter(model, name))}
    return type(base)(f"{model.__name__}FilterSet", (base,), own)  # type: ignore[misc]


def _filter(model: type[Page], name: str) -> Filter | None:
    listing = model.listing
    if name == "when.year":
        start = listing.when.start
        if field_of(model, start) is None:
            return None
        return DateFromToRangeFilter(
            field_name=f"{model._meta.model_name}__{start}", label=label(listing, model, "when"), widget=DateRangePickerWidget
        )
    found, path = field_of(model, name), f"{model._meta.model_name}__{name}"
    if found is None:
        return None
    if isinstance(found, ChoicesField):
        # A list inside one column: the database cannot be asked for one of its values everywhere.
        return None
    if known := choices(model, name):
        return ChoiceFilter(field_name=path, label=label(listing, model, name), choices=list(known.items()))
    if found.related_model is not None:
        terms = found.related_model._default_manager.all()
        if field_of(found.related_model, "locale") is not None:
            terms = terms.filter(locale__language_code=SOURCE_LANGUAGE)
        return ModelMultipleChoiceFilter(field_name=path, label=label(listing, model, name), queryset=terms)
    return Filter(field_name=path, label=label(listing, model, name))
