"""The footer: a translatable snippet, one in each language."""

from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext_lazy
from wagtail.admin.panels import FieldPanel
from wagtail.models import RevisionMixin, TranslatableMixin
from wagtail_localize.fields import SynchronizedField, TranslatableField

from portal.blocks.fields import StreamField
from portal.blocks.links import LinkBlock, LinkColumnBlock
from portal.models.conflicts import RevisionForm

from .publication import FinishedMixin


class Footer(FinishedMixin, TranslatableMixin, RevisionMixin, models.Model):
    """What stands at the end of every page: a sentence about the office, columns of links, the legal links."""

    title = models.CharField(
        pgettext_lazy("admin", "name in the admin"),
        max_length=100,
        default="Footer",
        help_text=pgettext_lazy("admin", "Visitors do not see it."),
    )
    about = models.TextField(
        pgettext_lazy("admin", "about the office"),
        help_text=pgettext_lazy("admin", "One or two sentences below the word-mark."),
    )
    body = StreamField(
        [("column", LinkColumnBlock())],
        verbose_name=pgettext_lazy("admin", "columns"),
        blank=True,
        help_text=pgettext_lazy("admin", "At most four columns of links."),
        block_counts={"column": {"max_num": 4}},
    )
    legal = StreamField(
        [("link", LinkBlock())],
        verbose_name=pgettext_lazy("admin", "legal links"),
        blank=True,
        help_text=pgettext_lazy("admin", "Imprint, data protection, accessibility: the last line of every page."),
    )

    sign_language_page = models.ForeignKey(
        "wagtailcore.Page",
        verbose_name=pgettext_lazy("admin", "page in German Sign Language"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text=pgettext_lazy("admin", "Linked above the menu of every page."),
    )

    base_form_class = RevisionForm
    panels = (
        FieldPanel("title"),
        FieldPanel("about"),
        FieldPanel("body"),
        FieldPanel("legal"),
        FieldPanel("sign_language_page"),
    )
    translatable_fields = [
        TranslatableField("about"),
        TranslatableField("body"),
        TranslatableField("legal"),
        SynchronizedField("sign_language_page"),
    ]

    class Meta(TranslatableMixin.Meta):
        verbose_name = pgettext_lazy("admin", "footer")
        verbose_name_plural = pgettext_lazy("admin", "footers")
        # One footer in each language.
        constraints = (models.UniqueConstraint(fields=["locale"], name="one_footer_per_locale"),)

    def __str__(self) -> str:
        return f"{self.title} ({self.locale})"
