"""Photographs that were stored before their metadata was removed: their files and all renditions are rewritten."""

from __future__ import annotations

import logging
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from django.core.files.base import ContentFile
from django.db.models.fields.files import FieldFile
from wagtail.images import get_image_model

from portal.uploads import photographs

if TYPE_CHECKING:
    from portal.models import PortalImage

logger = logging.getLogger(__name__)


def clean_photographs(again: bool = False) -> tuple[int, int]:
    """Clean the photographs that are not clean yet, or all; return how many are, and how many could not be read.

    A file that cannot be read is logged and left for the next time: no picture is lost.
    """
    cleaned = failed = 0
    for image in get_image_model().objects.filter(**({} if again else {"is_clean": False})).iterator():
        try:
            _clean(image)
            cleaned += 1
        except (OSError, ValueError) as error:
            logger.warning("The photograph %s (%s) could not be cleaned: %s", image.pk, image.file.name, error)
            failed += 1
    return cleaned, failed


def _clean(image: PortalImage) -> None:
    with image.file.open("rb") as file:
        data = file.read()
    _replace(image.file, data, image.take_metadata(data))
    for rendition in image.renditions.all():
        with rendition.file.open("rb") as file:
            data = file.read()
        _replace(rendition.file, data, photographs.without_metadata(data))
    image.save(update_fields=["credit", "copyright", "is_clean", "file_size", "file_hash"])


def _replace(file: FieldFile, before: bytes, after: bytes) -> None:
    """Put another content in the place of a file, under the same name: written aside first, so that no half one is ever there."""
    if before == after:
        return
    if replace := getattr(file.storage, "replace", None):
        # A storage without files of this machine replaces as a whole.
        replace(file.name, ContentFile(after))
        return
    path = Path(file.path)
    descriptor, aside = tempfile.mkstemp(dir=path.parent, prefix=".cleaning-")
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(after)
            out.flush()
            os.fsync(out.fileno())
        Path(aside).chmod(path.stat().st_mode)
        Path(aside).replace(path)
    finally:
        Path(aside).unlink(missing_ok=True)
