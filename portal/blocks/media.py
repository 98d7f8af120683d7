"""Photographs and files."""

from __future__ import annotations

from django.utils.translation import pgettext, pgettext_lazy
from wagtail import blocks
from wagtail.documents import get_document_model
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images import get_image_model
from wagtail.images.blocks import ImageBlock


class FigureBlock(blocks.StructBlock):
    """A photograph with caption; its alternative text belongs to this use."""

    image = ImageBlock(
        label=pgettext_lazy("admin", "Photograph"),
        help_text=pgettext_lazy(
            "admin", "Say in the alternative text what the photograph shows here, or mark it as decoration."
        ),
    )
    caption = blocks.CharBlock(
        required=False,
        max_length=300,
        label=pgettext_lazy("admin", "Caption"),
        help_text=pgettext_lazy("admin", "Who, what, where, when."),
    )

    class Meta:
        icon = "image"
        label = pgettext_lazy("admin", "Photograph")
        description = pgettext_lazy("admin", "A photograph with caption and credit.")
        template = "blocks/image.html"

    def get_preview_value(self) -> blocks.StructValue:
        """Return the newest photograph as an example, or an empty block while there is none."""
        image = get_image_model().objects.order_by("-pk").first()
        return self.normalize(
            {"image": image, "caption": pgettext("admin", "Who, what, where, when.") if image else ""}
        )


class DownloadBlock(blocks.StructBlock):
    """A file with a sentence on what is in it."""

    document = DocumentChooserBlock(
        label=pgettext_lazy("admin", "File"), help_text=pgettext_lazy("admin", "Type and size are shown by themselves.")
    )
    description = blocks.CharBlock(
        required=False,
        max_length=250,
        label=pgettext_lazy("admin", "What is in it"),
        help_text=pgettext_lazy("admin", "One sentence."),
    )

    class Meta:
        icon = "download"
        label = pgettext_lazy("admin", "Download")
        description = pgettext_lazy("admin", "A file for download.")
        template = "blocks/download.html"

    def get_preview_value(self) -> blocks.StructValue:
        """Return the newest file as an example, or an empty block while there is none."""
        return self.normalize({"document": get_document_model().objects.order_by("-pk").first(), "description": ""})


class DownloadsBlock(blocks.ListBlock):
    """Files for download."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(DownloadBlock(), **kwargs)

    class Meta:
        icon = "download"
        label = pgettext_lazy("admin", "Downloads")
        description = pgettext_lazy("admin", "Files for download, with type and size.")
        template = "blocks/downloads.html"

    def get_preview_value(self) -> list:
        """Return one example file, or none while there is none."""
        value = self.child_block.get_preview_value()
        return self.normalize([value] if value["document"] else [])
