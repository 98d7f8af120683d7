"""The footer: a translatable snippet, one in each language."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import RevisionMixin, TranslatableMixin
from wagtail_localize.fields import TranslatableField

from portal.blocks.links import LinkBlock, LinkColumnBlock


class Footer(TranslatableMixin, RevisionMixin, models.Model):
    """What stands at the end of every page: a sentence about the office, columns of links, the legal links."""

    title = models.CharField(_("name in the admin"), max_length=100, default="Footer", help_text=_("Visitors do not see it."))
    about = models.TextField(_("about the office"), help_text=_("One or two sentences below the word-mark."))
    body = StreamField(
        [("column", LinkColumnBlock())],
        verbose_name=_("columns"),
        blank=True,
        help_text=_("At most four columns of links."),
        block_counts={"column": {"max_num": 4}},
    )
    legal = StreamField(
        [("link", LinkBlock())],
        verbose_name=_("legal links"),
        blank=True,
        help_text=_("Imprint, data protection, accessibility: the last line of every page."),
    )

    panels = (FieldPanel("title"), FieldPanel("about"), FieldPanel("body"), FieldPanel("legal"))
    translatable_fields = [TranslatableField("about"), TranslatableField("body"), TranslatableField("legal")]

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("footer")
        verbose_name_plural = _("footers")
        # One footer in each language.
        constraints = (models.UniqueConstraint(fields=["locale"], name="one_footer_per_locale"),)

    def __str__(self) -> str:
        return f"{self.title} ({self.locale})"
