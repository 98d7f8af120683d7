"""Topics and regions: translatable snippets that pages are tagged with and lists are filtered by."""

from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext_lazy
from wagtail.admin.panels import FieldPanel
from wagtail.models import RevisionMixin, TranslatableMixin
from wagtail.search import index
from wagtail_localize.fields import SynchronizedField, TranslatableField

from portal.admin.conflicts import RevisionForm
from portal.illustrations import Illustration
from portal.slugs import slug_for_title

from .publication import FinishedMixin


class Term(FinishedMixin, TranslatableMixin, RevisionMixin, index.Indexed, models.Model):
    """A word of a controlled vocabulary, unique in each language.

    Pages refer to the term of the source language, in every language alike; what a reader sees is its version in the
    reader's language (`portal.taxonomy`).
    """

    name = models.CharField(
        pgettext_lazy("admin", "name"), max_length=100, help_text=pgettext_lazy("admin", "As visitors read it.")
    )
    slug = models.SlugField(
        pgettext_lazy("admin", "short name in addresses"),
        max_length=100,
        blank=True,
        help_text=pgettext_lazy(
            "admin",
            "Stands in the address of filtered lists, the same in every language. Left empty, it is made from the name.",
        ),
    )

    base_form_class = RevisionForm
    search_fields = (
        index.SearchField("name", boost=2),
        index.AutocompleteField("name"),
        index.FilterField("locale_id"),
    )
    panels = (FieldPanel("name"), FieldPanel("slug"))
    translatable_fields = [TranslatableField("name"), SynchronizedField("slug", overridable=False)]

    class Meta(TranslatableMixin.Meta):
        abstract = True
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(fields=["locale", "slug"], name="%(app_label)s_%(class)s_slug_per_locale"),
        )

    def __str__(self) -> str:
        return self.name

    def full_clean(self, *args: object, **kwargs: object) -> None:
        """Fill an empty slug from the name, by the rules of the language."""
        if not self.slug:
            self.slug = slug_for_title(self.name, self.locale.language_code)
        super().full_clean(*args, **kwargs)


class Topic(Term):
    """A field of work: resettlement, return, protection …"""

    illustration = models.CharField(
        pgettext_lazy("admin", "drawing"),
        max_length=40,
        choices=Illustration.as_choices,
        blank=True,
        help_text=pgettext_lazy(
            "admin", "Shown on pages about this topic that have neither a photograph nor a drawing of their own."
        ),
    )

    panels = (*Term.panels, FieldPanel("illustration"))
    translatable_fields = [*Term.translatable_fields, SynchronizedField("illustration", overridable=False)]

    class Meta(Term.Meta):
        verbose_name = pgettext_lazy("admin", "topic")
        verbose_name_plural = pgettext_lazy("admin", "topics")


class Region(Term):
    """A part of the world that a page is about."""

    class Meta(Term.Meta):
        verbose_name = pgettext_lazy("admin", "region")
        verbose_name_plural = pgettext_lazy("admin", "regions")
