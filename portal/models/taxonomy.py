"""Topics and regions: translatable snippets that pages are tagged with and lists are filtered by.

Pages of every language refer to the terms of the source language; their names in the reader's language are read by translation key.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, TypedDict

from django.db import models
from django.utils.translation import get_language, pgettext_lazy
from wagtail.admin.panels import FieldPanel
from wagtail.models import RevisionMixin, TranslatableMixin
from wagtail.search import index
from wagtail_localize.fields import SynchronizedField, TranslatableField

from portal import changes
from portal.blocks.illustrations import Illustration
from portal.language.languages import SOURCE_LANGUAGE
from portal.language.slugs import slug_for_title
from portal.models.conflicts import RevisionForm

from .publication import FinishedMixin


class Term(FinishedMixin, TranslatableMixin, RevisionMixin, index.Indexed, models.Model):
    """A word of a controlled vocabulary, unique in each language.

    Pages refer to the term of the source language, in every language alike; what a reader sees is its version in the
    reader's language (`localized`).
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
    panels: tuple[FieldPanel, ...] = (FieldPanel("name"), FieldPanel("slug"))
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

    panels: ClassVar[tuple[FieldPanel, ...]] = (*Term.panels, FieldPanel("illustration"))
    translatable_fields = [*Term.translatable_fields, SynchronizedField("illustration", overridable=False)]

    class Meta(Term.Meta):
        verbose_name = pgettext_lazy("admin", "topic")
        verbose_name_plural = pgettext_lazy("admin", "topics")


class Region(Term):
    """A part of the world that a page is about."""

    class Meta(Term.Meta):
        verbose_name = pgettext_lazy("admin", "region")
        verbose_name_plural = pgettext_lazy("admin", "regions")


class Name(TypedDict):
    """The name of a topic or region; `language` is set where it is not the language asked for."""

    name: str
    language: str


@changes.kept("terms", lambda language: (changes.TERMS, changes.LOCALES))
def _names(language_code: str) -> dict[object, Name]:
    found: dict[object, Name] = {}
    tables = [
        model.objects.filter(locale__language_code__in={language_code, SOURCE_LANGUAGE}, is_finished=True)
        .order_by()
        .values_list("translation_key", "name", "locale__language_code")
        for model in (Topic, Region)
    ]
    for translation_key, name, code in tables[0].union(tables[1]):
        if code == language_code or translation_key not in found:
            # Leichte Sprache uses the German names as its own.
            language = "" if code in {language_code, language_code.split("-")[0]} else code
            found[translation_key] = Name(name=name, language=language)
    return found


def names() -> dict[object, Name]:
    """Return the names of all topics and regions by translation key, in the active language where they have one."""
    return _names(get_language() or SOURCE_LANGUAGE)


def localized(terms: Sequence[Term]) -> list[dict[str, Any]]:
    """Return `name` (in the active language), its `language` where it is another, and `slug` of terms."""
    if not terms:
        return []
    if get_language() == SOURCE_LANGUAGE:
        return [{"name": term.name, "language": "", "slug": term.slug} for term in terms]
    by_key = names()
    return [
        {**by_key.get(term.translation_key, Name(name=term.name, language=SOURCE_LANGUAGE)), "slug": term.slug}
        for term in terms
    ]


def topics(terms: list[Topic]) -> list[dict[str, str]]:
    """Return topics as `name`, `language` and `slug` in the active language."""
    return localized(terms)


def regions(terms: list[Region]) -> list[dict[str, str]]:
    """Return regions as `name`, `language` and `slug` in the active language."""
    return localized(terms)
