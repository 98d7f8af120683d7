"""What the desk keeps beside wagtail-localize's models: which texts of the source a version is true to."""

from __future__ import annotations

from django.db import models
from wagtail.models import Page

from .order_models import Notice as Notice
from .order_models import NoticeChoice as NoticeChoice
from .order_models import Order as Order
from .order_models import OrderItem as OrderItem


class SourceTexts(models.Model):
    """The texts of the source that a version in another language says in that language.

    `texts` names them by their content path (`body.<id>.text`), in the order in which they stand there: each by the id of
    wagtail-localize's `String`, which holds it, and by the attributes of its tags (addresses of links) as wagtail-localize stores them.

    It is what the version's translator saw, not what the source's next draft for translators holds: `TranslationSource` is renewed when a
    change is handed over, while visitors read the old version still. Since when the source says something else stands with the
    version (`PublishedVersion.source_changed_at`).
    """

    page = models.OneToOneField(Page, on_delete=models.CASCADE, primary_key=True, related_name="source_texts")
    texts = models.JSONField(default=dict)

    def __str__(self) -> str:
        return str(self.page_id)
