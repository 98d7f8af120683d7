"""Images and documents. Own models from the first migration, so that fields can be added without moving files."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from django.core.cache import cache
from django.core.files import File
from django.core.files.base import ContentFile
from django.db import models
from django.urls import reverse
from django.utils.translation import pgettext_lazy
from PIL.Image import DecompressionBombError
from wagtail.documents.models import AbstractDocument, Document
from wagtail.images.exceptions import InvalidFilterSpecError
from wagtail.images.models import (
    AbstractImage,
    AbstractRendition,
    Filter,
    Image,
    SourceImageIOError,
    WagtailImageField,
    WagtailImageFieldFile,
    get_upload_to,
)
from wagtail.search import index

from portal import changes, tags
from portal.language.languages import Language, languages_by_code
from portal.uploads import access, photographs
from portal.uploads.rights import Rights, state

logger = logging.getLogger(__name__)

AVIF = "format-avif"
"""What the filters of sizes in AVIF hold."""


class StoredFirst(models.Model):
    """A file of the library: it is stored before its row is saved, and goes again when that fails, so that neither stays alone."""

    class Meta:
        abstract = True

    def save(self, *args: object, **kwargs: object) -> None:
        """Store the file, then save the row with all that follows from the file."""
        stored = None
        if self.file and not self.file._committed:
            self.file.save(self.file.name, self.file.file, save=False)
            stored = self.file.name
        try:
            super().save(*args, **kwargs)
        except BaseException:
            if stored:
                self.file.storage.delete(stored)
            raise


@contextmanager
def _as_missing(image: AbstractImage) -> Iterator[None]:
    """Let a picture that cannot be read, or a size that cannot be stored, count as one that is missing: pages and lists open.

    Wagtail shows a placeholder for a missing file, and fails for a broken one.
    """
    try:
        yield
    except (SourceImageIOError, InvalidFilterSpecError):
        raise
    except (OSError, SyntaxError, ValueError, DecompressionBombError) as error:
        logger.warning("No size of the photograph %s can be made: %s", image.pk, error)
        raise SourceImageIOError(str(error)) from error


class PhotographFile(WagtailImageFieldFile):
    """The file of a photograph, which is stored without its metadata, whichever way it comes in."""

    def save(self, name: str, content: File, save: bool = True) -> None:
        """Store the file without its metadata; the fields of the photograph take over whom it names.

        Raises:
            OSError: it is no picture that can be read, or cannot be stored.
        """
        content.seek(0)
        cleaned = self.instance.take_metadata(content.read())
        super().save(name, ContentFile(cleaned, name=name), save)


class PhotographField(WagtailImageField):
    """A field for photographs."""

    attr_class = PhotographFile


class PortalImage(StoredFirst, Rights, AbstractImage):
    """A photograph. Its alternative text belongs to the place where it is used (`ImageBlock`), its credit to itself."""

    file = PhotographField(
        pgettext_lazy("admin", "file"), upload_to=get_upload_to, width_field="width", height_field="height"
    )
    is_clean = models.BooleanField(default=False, editable=False)
    """The stored file and its renditions hold no metadata."""

    credit = models.CharField(
        pgettext_lazy("admin", "credit"),
        max_length=255,
        blank=True,
        help_text=pgettext_lazy("admin", "Who made the photograph, as it is to be named: “IOM 2023 / Name”."),
    )

    copyright = models.CharField(
        pgettext_lazy("admin", "rights holder"),
        max_length=255,
        blank=True,
        help_text=pgettext_lazy("admin", "Who holds the rights, where the credit does not say so: “© IOM 2023”."),
    )

    admin_form_fields = (*Image.admin_form_fields, "credit", "copyright", *Rights.admin_fields)
    # Lists of pictures that are searched are narrowed down by their rights too.
    search_fields: ClassVar[list] = [
        *AbstractImage.search_fields,
        *(index.FilterField(name) for name in ("is_withdrawn", "usable_until", "consent_on", "consent_filed")),
    ]

    is_shown_otherwise = False
    """It went out of use, or came back, when it was last saved."""

    class Meta(AbstractImage.Meta):
        verbose_name = pgettext_lazy("admin", "image")
        verbose_name_plural = pgettext_lazy("admin", "images")

    def __str__(self) -> str:
        """Name it to those who work with it, with its state."""
        return f"{self.title} ({said})" if (said := state(self)) else self.title

    def save(self, *args: object, **kwargs: object) -> None:
        """Save it, with what is known about its use."""
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "hidden_since", "kept_until"}
        stored = type(self)._base_manager.filter(pk=self.pk).first() if self.pk else None
        self.is_shown_otherwise = self.note_rights(stored)
        super().save(*args, **kwargs)

    @classmethod
    def of_answers(cls) -> models.QuerySet[PortalImage]:
        """Return photographs as answers read them together: with their forms, and whether readers may see them."""
        return access.with_restrictions(cls.objects.prefetch_related("renditions"))

    def take_metadata(self, data: bytes) -> bytes:
        """Return an image file without its metadata; credit and copyright that it names fill the fields that are empty."""
        credit, copyright_ = photographs.named_rights(data)
        self.credit = self.credit or credit
        self.copyright = self.copyright or copyright_
        cleaned = photographs.without_metadata(data)
        self.is_clean, self.file_size = True, len(cleaned)
        self.file_hash = hashlib.sha1(cleaned, usedforsecurity=False).hexdigest()
        return cleaned

    def get_renditions(self, *filters: Filter | str) -> dict[str, AbstractRendition]:
        """Return the photograph in sizes and formats: in AVIF where all of its sizes are there.

        AVIF takes ten times the CPU of the others, seconds for a page with a large photograph: the runner makes it
        (`portal.jobs.pictures`), and until then the other formats are shown alone. Some of its sizes alone would be worse than
        none: browsers choose the format first.
        """
        given = [Filter(spec) if isinstance(spec, str) else spec for spec in filters]
        later = [wanted for wanted in given if AVIF in wanted.spec]
        if len(later) < len(given) and later and not self._has_all(later):
            given = [wanted for wanted in given if wanted not in later]
        return super().get_renditions(*given)

    def _has_all(self, sizes: list[Filter]) -> bool:
        """Return whether all of some sizes are there. That some are missing is remembered until the runner made any: no query each."""
        asked = [self.pk, self.file_hash, *((size.spec, size.get_cache_key(self)) for size in sizes)]
        told = changes.counters().peek(tags.slots(tags.FILES))
        key = f"sizes-missing:{hashlib.sha256(repr((told, asked)).encode()).hexdigest()}"
        if cache.get(key):
            return False
        if len(self.find_existing_renditions(*sizes)) == len(set(sizes)):
            return True
        cache.set(key, True)
        return False

    def create_rendition(self, filter: Filter) -> AbstractRendition:  # noqa: A002 (Wagtail's name)
        """Return the photograph in a size that there was not yet.

        Raises:
            SourceImageIOError: it cannot be read, or the size not be stored.
        """
        with _as_missing(self):
            return super().create_rendition(filter)

    def create_renditions(self, *filters: Filter) -> dict[Filter, AbstractRendition]:
        """Return the photograph in sizes that there were not yet.

        Raises:
            SourceImageIOError: it cannot be read, or a size not be stored.
        """
        with _as_missing(self):
            return super().create_renditions(*filters)

    def generate_rendition_file(self, filter: Filter, *, source: File | None = None) -> File:  # noqa: A002 (Wagtail's name)
        """Return the photograph in one size and format, without metadata even if its own file still holds some."""
        with super().generate_rendition_file(filter, source=source) as file:
            file.seek(0)
            return File(ContentFile(photographs.without_metadata(file.read())), name=file.name)

    @property
    def rights(self) -> str:
        """Return what is said beside the photograph: who made it, and who holds the rights and by which licence, where that says more."""
        others = [part for part in (self.copyright, self.licence) if part and part not in self.credit]
        return " · ".join(filter(None, [self.credit, *others]))

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

    @property
    def url(self) -> str:
        """Return its address; that of a picture which is out of use is for those who work with it."""
        return super().url if self.image.is_usable else reverse("hidden_picture", args=[self.image_id, self.pk])


class PortalDocument(StoredFirst, AbstractDocument):  # noqa: DJ008 (Wagtail defines it)
    """A file for download."""

    language = models.CharField(
        pgettext_lazy("admin", "language"),
        max_length=20,
        blank=True,
        help_text=pgettext_lazy(
            "admin", "The language that the file is written in. Readers are told, and can search by it."
        ),
    )

    is_shared = models.BooleanField(
        pgettext_lazy("admin", "available by link"),
        default=False,
        help_text=pgettext_lazy(
            "admin",
            "Whoever knows the address can open the file. Without this, a file is public only while a page that is online refers to it.",
        ),
    )
    page_count = models.PositiveIntegerField(null=True, editable=False)
    """How many pages a PDF has, read from the file; None of others, and of one that was not read yet or cannot be."""
    is_tagged = models.BooleanField(null=True, editable=False)
    """A PDF says that its text is tagged, so that programs that read aloud find headings and lists; None where that is not known."""
    awaits_review = models.BooleanField(default=False, editable=False)
    """The file was available by link before anybody could decide so, and nobody has looked at that since."""

    admin_form_fields = (*Document.admin_form_fields, "language", "is_shared")

    class Meta(AbstractDocument.Meta):
        verbose_name = pgettext_lazy("admin", "document")
        verbose_name_plural = pgettext_lazy("admin", "documents")

    @classmethod
    def of_answers(cls) -> models.QuerySet[PortalDocument]:
        """Return documents as answers read them together: with whether readers may open them."""
        return access.with_restrictions(cls.objects.all())

    @property
    def written_in(self) -> Language | None:
        """Return the language that the file is written in; None where it is not known, or none of the portal's."""
        return languages_by_code().get(self.language)
