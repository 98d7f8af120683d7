"""Wagtail's lists, chooser and form of pictures: with tags on files that a person works with, and what becomes of a picture."""

from __future__ import annotations

from datetime import timedelta

import django_filters
from django.db import models
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import pgettext_lazy
from wagtail.admin.ui.tables import BaseColumn, Column
from wagtail.images.views.chooser import ImageChooseView
from wagtail.images.views.images import EditView, ImagesFilterSet, IndexView

from portal.uploads import tags
from portal.uploads.rights import Rights, explanation, state


class State(models.TextChoices):
    """By what pictures are found that need somebody's eye."""

    HIDDEN = "hidden", pgettext_lazy("admin", "withdrawn or expired")
    ENDING = "ending", pgettext_lazy("admin", "usable for 30 more days at most")
    LIMITED = "limited", pgettext_lazy("admin", "with a consent or a last day")

    def of(self, images: QuerySet) -> QuerySet:
        """Return those pictures that are in this state."""
        today = timezone.localdate()
        if self == State.HIDDEN:
            return images.filter(Q(is_withdrawn=True) | Q(usable_until__lt=today))
        if self == State.ENDING:
            return images.filter(is_withdrawn=False, usable_until__range=(today, today + timedelta(days=30)))
        return images.filter(Q(usable_until__isnull=False) | Q(consent_on__isnull=False) | ~Q(consent_filed=""))


class PicturesFilter(ImagesFilterSet):
    """Wagtail's filters for pictures, with a person's own tags, and by what becomes of a picture."""

    state = django_filters.ChoiceFilter(
        label=pgettext_lazy("admin", "Rights"), choices=State.choices, method="filter_state", empty_label=pgettext_lazy("admin", "All")
    )

    def __init__(self, *args: object, request: HttpRequest, **kwargs: object) -> None:
        super().__init__(*args, request=request, **kwargs)
        if "tag" in self.filters:
            names = tags.tags_seen_by(request.user, self._meta.model).values_list("name", flat=True)[: tags.MOST]
            self.filters["tag"].extra["choices"] = [(name, name) for name in names]

    def filter_state(self, images: QuerySet, name: str, value: str) -> QuerySet:
        """Return the pictures in a state."""
        return State(value).of(images)


class StateColumn(Column):
    """Whether a picture may be shown, and until when."""

    def get_value(self, instance: Rights) -> str:
        """Return the state."""
        return state(instance)


class PicturesView(IndexView):
    """Wagtail's list of pictures."""

    filterset_class = PicturesFilter

    @cached_property
    def columns(self) -> list[BaseColumn]:
        """Return Wagtail's columns of the layout that has any, and the state after the title."""
        columns = list(super().columns)
        if columns:
            columns.insert(3, StateColumn("state", label=pgettext_lazy("admin", "Rights")))
        return columns


class PictureView(EditView):
    """Wagtail's form of a picture."""

    def get_success_message(self) -> str:
        """Say at once what became of a picture that was taken out of use."""
        said = explanation(self.object)
        return format_html("{} {}", super().get_success_message(), said) if said else super().get_success_message()


class ChoosePictureView(ImageChooseView):
    """Wagtail's chooser of pictures."""

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """Return the values for the template."""
        popular = tags.tags_seen_by(self.request.user, self.model)[: tags.MOST]
        return {**super().get_context_data(**kwargs), "popular_tags": popular}
