"""What a news item is and whose words it holds: IOM's own, or what the editors wrote about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail_localize.fields import SynchronizedField

from portal.language.choices import TextChoices
from portal.language.dates import DatePrecision, KnownDate
from portal.language.languages import SOURCE_LANGUAGE, current_language


class Kind(TextChoices):
    """What an item is. Statements and press releases are words that IOM itself published; all else is by the editors."""

    NEWS = "news", _("News item")
    RETROSPECT = "retrospect", _("Looking back")
    STATEMENT = "statement", _("Statement")
    PRESS_RELEASE = "press_release", _("Press release")
    STORY = "story", _("Story")


WORDS_OF_IOM = frozenset({Kind.STATEMENT, Kind.PRESS_RELEASE})


@dataclass(frozen=True)
class Provenance:
    """What is said of the origin of a text; `language` and `direction` are those of the original's title where they are others.

    A date of which the day is known (`is_day`) stands in a sentence of its own wording. There may be no original at all.
    """

    title: str
    url: str
    language: str
    direction: str
    date: KnownDate | None
    is_day: bool
    is_summary: bool
    is_own_translation: bool


class OriginalLanguage(TextChoices):
    """Languages in which IOM publishes what items are about."""

    GERMAN = "de", pgettext_lazy("admin", "German")
    ENGLISH = "en", pgettext_lazy("admin", "English")
    FRENCH = "fr", pgettext_lazy("admin", "French")
    SPANISH = "es", pgettext_lazy("admin", "Spanish")
    ARABIC = "ar", pgettext_lazy("admin", "Arabic")
    UKRAINIAN = "uk", pgettext_lazy("admin", "Ukrainian")
    RUSSIAN = "ru", pgettext_lazy("admin", "Russian")


class OriginalMixin(models.Model):
    """What IOM itself published of it: title, address, date; and whether its words stand here in a translation of our own."""

    original_title = models.CharField(
        pgettext_lazy("admin", "title of the original"),
        max_length=250,
        blank=True,
        help_text=pgettext_lazy("admin", "As IOM wrote it, in the language of the original."),
    )
    original_url = models.URLField(
        pgettext_lazy("admin", "address of the original"),
        max_length=500,
        blank=True,
        help_text=pgettext_lazy("admin", "The page itself, not the home page of an office. Required for statements and press releases."),
    )
    original_language = models.CharField(
        pgettext_lazy("admin", "language of the original"),
        max_length=2,
        choices=OriginalLanguage.as_choices,
        default=OriginalLanguage.GERMAN,
        help_text=pgettext_lazy("admin", "So that programs which read aloud pronounce the title rightly."),
    )
    original_date = models.DateField(
        pgettext_lazy("admin", "date of the original"),
        null=True,
        blank=True,
        help_text=pgettext_lazy("admin", "As printed there; left empty where nothing is printed."),
    )
    original_date_precision = models.CharField(
        pgettext_lazy("admin", "what is known of this date"),
        max_length=5,
        choices=DatePrecision.as_choices,
        default=DatePrecision.DAY,
        help_text=pgettext_lazy("admin", "No more is shown than is known."),
    )
    is_own_translation = models.BooleanField(
        pgettext_lazy("admin", "own translation of IOM's words"),
        default=False,
        help_text=pgettext_lazy(
            "admin",
            "Quotations or the whole text were translated here, not by IOM. A sentence says so. Statements and press releases "
            "say it in every other language by themselves.",
        ),
    )

    original_panels: ClassVar[list] = [
        MultiFieldPanel(
            [
                FieldPanel("original_title"),
                FieldPanel("original_url"),
                FieldRowPanel([FieldPanel("original_date"), FieldPanel("original_date_precision")]),
                FieldPanel("original_language"),
                FieldPanel("is_own_translation"),
            ],
            pgettext_lazy("admin", "The original by IOM"),
        )
    ]
    original_translatable_fields: ClassVar[list] = [
        SynchronizedField("original_title", overridable=False),
        SynchronizedField("original_url", overridable=False),
        SynchronizedField("original_language", overridable=False),
        SynchronizedField("original_date", overridable=False),
        SynchronizedField("original_date_precision", overridable=False),
        SynchronizedField("is_own_translation", overridable=False),
    ]

    class Meta:
        abstract = True

    @property
    def is_in_words_of_iom(self) -> bool:
        """Return whether IOM itself published this text; else the editors wrote it."""
        return self.kind in WORDS_OF_IOM

    @property
    def provenance(self) -> Provenance:
        """Return what is said of the origin of the text."""
        foreign = self.original_language != current_language().code
        date = self.original_date
        return Provenance(
            title=self.original_title or self.original_url,
            url=self.original_url,
            language=self.original_language if foreign else "",
            direction="rtl" if self.original_language == OriginalLanguage.ARABIC else "ltr",
            date=KnownDate.of(date, self.original_date_precision) if date else None,
            is_day=self.original_date_precision == DatePrecision.DAY,
            is_summary=self.kind == Kind.RETROSPECT or bool(self.original_url and not self.is_in_words_of_iom),
            is_own_translation=self.is_own_translation
            or (self.is_in_words_of_iom and self.locale.language_code != SOURCE_LANGUAGE),
        )
