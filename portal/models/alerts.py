"""Alerts: what stands above the pages of the portal for a while, in all languages."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import pgettext, pgettext_lazy
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.models import Page, PreviewableMixin, RevisionMixin, TranslatableMixin
from wagtail_localize.fields import SynchronizedField, TranslatableField
from wagtail_localize.models import Translation

from portal.blocks.fields import StreamField
from portal.blocks.links import LinkBlock, PageBlock
from portal.language import texts
from portal.language.choices import TextChoices
from portal.language.languages import LANGUAGES, SOURCE_LANGUAGE, languages_by_code
from portal.pages import readers, versions

from .conflicts import RevisionForm
from .publication import FinishedMixin


class Level(TextChoices):
    """How much an alert matters; the values are those of notices."""

    INFORMATION = "info", pgettext_lazy("admin", "Information")
    WARNING = "warning", pgettext_lazy("admin", "Warning")
    DANGER = "danger", pgettext_lazy("admin", "Danger")


class Scope(TextChoices):
    """On which pages an alert stands."""

    SITE = "site", pgettext_lazy("admin", "on all pages")
    BELOW = "below", pgettext_lazy("admin", "on these pages and all below them")
    PAGES = "pages", pgettext_lazy("admin", "on these pages alone")


class State(TextChoices):
    """What visitors see of an alert now."""

    DRAFT = "draft", pgettext_lazy("admin", "prepared, not published")
    PLANNED = "planned", pgettext_lazy("admin", "begins at its time")
    SHOWN = "shown", pgettext_lazy("admin", "to be seen now")
    OVER = "over", pgettext_lazy("admin", "over")


class Alert(PreviewableMixin, FinishedMixin, TranslatableMixin, RevisionMixin, models.Model):
    """One alert. The row of the source language says when and where it stands; those of the others hold its text alone.

    A text in another language is shown while it is that of the German text which stands there now; else German is shown, marked as such.
    """

    name = models.CharField(
        pgettext_lazy("admin", "name in the admin"), max_length=100, help_text=pgettext_lazy("admin", "Visitors do not see it.")
    )
    heading = models.CharField(
        pgettext_lazy("admin", "heading"), max_length=80, help_text=pgettext_lazy("admin", "What it is about, in a few words.")
    )
    text = models.TextField(
        pgettext_lazy("admin", "text"),
        max_length=300,
        help_text=pgettext_lazy("admin", "One to three short sentences: what is the matter, and what readers can do."),
    )
    link = StreamField(
        [("link", LinkBlock())],
        verbose_name=pgettext_lazy("admin", "link"),
        blank=True,
        max_num=1,
        help_text=pgettext_lazy("admin", "Where readers learn more; may be left empty."),
    )
    level = models.CharField(pgettext_lazy("admin", "level"), max_length=10, choices=Level.as_choices, default=Level.INFORMATION)
    is_published = models.BooleanField(
        pgettext_lazy("admin", "published"),
        default=False,
        help_text=pgettext_lazy(
            "admin", "Visitors see it from its beginning to its end, in all languages. The group for approval is told by mail."
        ),
    )
    starts_at = models.DateTimeField(
        pgettext_lazy("admin", "from"), null=True, blank=True, help_text=pgettext_lazy("admin", "Left empty, it begins at once.")
    )
    ends_at = models.DateTimeField(
        pgettext_lazy("admin", "until"), null=True, blank=True, help_text=pgettext_lazy("admin", "It ends by itself.")
    )
    scope = models.CharField(pgettext_lazy("admin", "where"), max_length=10, choices=Scope.as_choices, default=Scope.SITE)
    pages = StreamField(
        [("page", PageBlock(label=pgettext_lazy("admin", "Page")))],
        verbose_name=pgettext_lazy("admin", "pages"),
        blank=True,
        help_text=pgettext_lazy("admin", "The German pages; it stands on them in all languages. Needed unless it stands on all pages."),
    )
    translated_text = models.TextField(blank=True, editable=False)
    """Of a translation the text that it translates: once the alert has another one, it is not shown any more."""
    told = models.TextField(blank=True, editable=False)
    """What was told last to those who are told of alerts (`portal.admin.alerts`)."""

    base_form_class = RevisionForm
    panels: ClassVar[list] = [
        FieldPanel("name"),
        MultiFieldPanel([FieldPanel("heading"), FieldPanel("text"), FieldPanel("link")], pgettext_lazy("admin", "Text")),
        MultiFieldPanel([FieldPanel("level"), FieldPanel("scope"), FieldPanel("pages")], pgettext_lazy("admin", "Level and place")),
        MultiFieldPanel(
            [FieldPanel("is_published"), FieldRowPanel([FieldPanel("starts_at"), FieldPanel("ends_at")])],
            pgettext_lazy("admin", "Publication"),
        ),
    ]
    source_fields: ClassVar[tuple[str, ...]] = ("level", "scope", "pages", "is_published", "starts_at", "ends_at")
    """What the row of the source language says for all of them."""
    translatable_fields: ClassVar[list] = [
        TranslatableField("heading"),
        TranslatableField("text"),
        TranslatableField("link"),
        *(SynchronizedField(name, overridable=False) for name in ("name", *source_fields, "translated_text")),
    ]

    class Meta(TranslatableMixin.Meta):
        ordering = ("name",)
        verbose_name = pgettext_lazy("admin", "alert")
        verbose_name_plural = pgettext_lazy("admin", "alerts")
        permissions = (("be_told_of_alert", "Is told by mail of published alerts"),)

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        """Store which German text the row's own belongs to; what is written by hand belongs to the one that stands there now."""
        texts.make_plain(self)
        # It belongs to the row: an earlier revision knows of an earlier mail.
        self.told = Alert.objects.filter(pk=self.pk).values_list("told", flat=True).first() or "" if self.pk else ""
        if self.is_source:
            self.translated_text = self.whole_text
        elif not self._is_translated():
            source = Alert.objects.filter(translation_key=self.translation_key, locale__language_code=SOURCE_LANGUAGE).first()
            self.translated_text = source.whole_text if source else ""
        super().save(*args, **kwargs)

    @property
    def is_source(self) -> bool:
        """Return whether this is the row that says when and where the alert stands."""
        return self.locale_id is not None and self.locale.language_code == SOURCE_LANGUAGE

    @property
    def whole_text(self) -> str:
        """Return all that translations translate, in one text."""
        links = [str(value) for block in self.link for value in (block.value.page_id or "", block.value["url"], block.value["label"])]
        return "\n".join([self.heading, self.text, *links])

    @property
    def preview_modes(self) -> list[tuple[str, str]]:
        """Return the languages in which readers would get it: all of them, from a text in another one than German that one."""
        own = self.locale.language_code if self.locale_id else SOURCE_LANGUAGE
        return [(language.code, language.name) for language in LANGUAGES if own in {SOURCE_LANGUAGE, language.code}]

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """Show it above the home page of a language, as its readers would see it there."""
        language = languages_by_code()[mode_name if mode_name in dict(self.preview_modes) else self.default_preview_mode]
        request.previewed_alert = self
        request.reader = readers.Reader(language, f"/{language.code}/")
        with translation.override(language.code), readers.answering(request.reader):
            home = versions.real(Page.objects.filter(depth=2, locale__language_code=language.code)).first()
            if home is None:
                response = super().serve_preview(request, mode_name)
            else:
                response = home.specific.serve_preview(request, home.specific.default_preview_mode)
            response.headers["Content-Language"] = language.code
            return response.render()

    def get_preview_template(self, request: HttpRequest, mode_name: str) -> str:
        """Return what stands below it where there is no home page yet: nothing."""
        return "alert_preview.html"

    def _is_translated(self) -> bool:
        """Return whether the row is written by the translation of its source."""
        translations = Translation.objects.filter(source__object_id=self.translation_key, target_locale_id=self.locale_id, enabled=True)
        return translations.exclude(source__locale_id=self.locale_id).exists()

    def clean(self) -> None:
        """Ask for what a published alert needs.

        Raises:
            ValidationError: it would never be seen, nobody would know where, or it would never end.
        """
        if not self.is_source:
            return
        errors: dict[str, Any] = {}
        if self.scope == Scope.SITE and self.pages:
            errors["scope"] = pgettext("admin", "It stands on all pages, and pages are named. Please choose one.")
        elif self.scope != Scope.SITE and not self.pages:
            errors["pages"] = pgettext("admin", "Please name the pages.")
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            errors["ends_at"] = pgettext("admin", "It would end before it begins.")
        elif self.is_published and self.ends_at is None:
            errors["ends_at"] = pgettext("admin", "Please say until when it is shown.")
        elif self.is_published and self.ends_at is not None and self.ends_at <= timezone.now():
            errors["ends_at"] = pgettext("admin", "This time is over: please give another one, or take the alert back.")
        if errors:
            raise ValidationError(errors)

    def state_at(self, moment: datetime) -> State:
        """Return what visitors see of it at a moment."""
        if not self.is_published:
            return State.DRAFT
        if self.ends_at is not None and self.ends_at <= moment:
            return State.OVER
        return State.PLANNED if self.starts_at is not None and self.starts_at > moment else State.SHOWN
