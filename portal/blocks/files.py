"""Choosers of pictures and documents that ask for all files of a page together: as many blocks as there are, one query for each kind.

They stand in place of Wagtail's own, which ask for those of each kind of block, and in a list for those of each use.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from wagtail.documents.blocks import DocumentChooserBlock as WagtailDocumentChooserBlock
from wagtail.images.blocks import ImageBlock as WagtailImageBlock
from wagtail.images.blocks import ImageChooserBlock as WagtailImageChooserBlock

from portal.pages import readers


class FileChooserMixin:
    """Takes what it chooses from what was read for the answer."""

    def bulk_to_python(self: Any, values: list[int | None]) -> list[Model | None]:
        """Return the files in the order of their ids, each an object of its own: a picture holds the text of its use."""
        return readers.current().found.files_of(self.model_class, values)


class ImageChooserBlock(FileChooserMixin, WagtailImageChooserBlock):
    """Chooses a photograph."""


class DocumentChooserBlock(FileChooserMixin, WagtailDocumentChooserBlock):
    """Chooses a document."""


class ImageBlock(WagtailImageBlock):
    """Chooses a photograph, with an alternative text for this use."""

    def __init__(self, required: bool = True, **kwargs: Any) -> None:
        super().__init__(required=required, **kwargs)
        self.child_blocks["image"] = chooser = ImageChooserBlock(required=required)
        chooser.set_name("image")
