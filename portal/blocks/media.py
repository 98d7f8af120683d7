"""Photographs and files."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageBlock


class FigureBlock(blocks.StructBlock):
    """A photograph with caption; its alternative text belongs to this use."""

    image = ImageBlock(
        label=_("Photograph"),
        help_text=_("Say in the alternative text what the photograph shows here, or mark it as decoration."),
    )
    caption = blocks.CharBlock(required=False, max_length=300, label=_("Caption"), help_text=_("Who, what, where, when."))

    class Meta:
        icon = "image"
        label = _("Photograph")
        description = _("A photograph with caption and credit.")
        template = "blocks/image.html"
        preview_value = None


class DownloadBlock(blocks.StructBlock):
    """A file with a sentence on what is in it."""

    document = DocumentChooserBlock(label=_("File"), help_text=_("Type and size are shown by themselves."))
    description = blocks.CharBlock(required=False, max_length=250, label=_("What is in it"), help_text=_("One sentence."))

    class Meta:
        icon = "download"
        label = _("Download")
        description = _("A file for download.")
        template = "blocks/download.html"
        preview_value = None


class DownloadsBlock(blocks.ListBlock):
    """Files for download."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(DownloadBlock(), **kwargs)

    class Meta:
        icon = "download"
        label = _("Downloads")
        description = _("Files for download, with type and size.")
        template = "blocks/downloads.html"
        preview_value = []
