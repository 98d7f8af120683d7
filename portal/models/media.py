"""Images and documents. Own models from the first migration, so that fields can be added without moving files."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import pgettext_lazy
from wagtail.documents.models import AbstractDocument, Document
from wagtail.images.models import AbstractImage, AbstractRendition, Image

from portal.languages import Language, languages_by_code


class PortalImage(AbstractImage):
    """A photograph. Its alternative text belongs to the place where it is used (`ImageBlock`), its credit to itself."""

    credit = models.CharField(
        pgettext_lazy("admin", "credit"),
        max_length=255,
        blank=True,
        help_text=pgettext_lazy("admin", "Who made the photograph, as it is to be named: “IOM 2023 / Name”."),
    )

    copyright = models.CharField(
        pgettext_lazy("admin", "copyright"),
        max_length=255,
        blank=True,
        help_text=pgettext_lazy("admin", "Who holds the rights, where the credit does not say so: “© IOM 2023”."),
    )

    admin_form_fields = (*Image.admin_form_fields, "credit", "copyright")

    class Meta(AbstractImage.Meta):
        verbose_name = pgettext_lazy("admin", "image")
        verbose_name_plural = pgettext_lazy("admin", "images")

    @property
    def default_alt_text(self) -> str:
        """Return no text: a title or a file name is no alternative text."""
        return ""


class PortalRendition(AbstractRendition):
    """An image in one size and format."""

    image = models.ForeignKey(PortalImage, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        unique_together = (("image", "filter_spec", "focal_point_key"),)
        indexes: ClassVar[list] = [models.Index(fields=["file"], name="portal_rendition_file")]


class PortalDocument(AbstractDocument):
    """A file for download."""

    language = models.CharField(
        pgettext_lazy("admin", "language"),
        max_length=20,
        blank=True,
        help_text=pgettext_lazy("admin", "The language that the file is written in. Readers are told, and can search by it."),
    )

    is_shared = models.BooleanField(
        pgettext_lazy("admin", "available by link"),
        default=False,
        help_text=pgettext_lazy(
            "admin",
            "Whoever knows the address can open the file. Without this, a file is public only while a page that is online refers to it.",
        ),
    )
    awaits_review = models.BooleanField(default=False, editable=False)
    """The file was available by link before anybody could decide so, and nobody has looked at that since."""

    admin_form_fields = (*Document.admin_form_fields, "language", "is_shared")

    class Meta(AbstractDocument.Meta):
        verbose_name = pgettext_lazy("admin", "document")
        verbose_name_plural = pgettext_lazy("admin", "documents")

    @property
    def written_in(self) -> Language | None:
        """Return the language that the file is written in; None where it is not known, or none of the portal's."""
        return languages_by_code().get(self.language)
