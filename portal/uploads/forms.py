"""Forms of the admin for the portal's own fields."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from functools import partial
from typing import ClassVar

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.html import format_html
from django.utils.text import format_lazy
from django.utils.translation import pgettext, pgettext_lazy
from PIL import Image
from wagtail.admin.widgets import AdminDateInput
from wagtail.documents.forms import BaseDocumentForm
from wagtail.images.forms import BaseImageForm

from portal.buckets import Away
from portal.language.languages import LANGUAGES
from portal.uploads.lists import notes
from portal.uploads.rights import explanation
from portal.uploads.storage import check_room

logger = logging.getLogger(__name__)


class _StoredWhole:
    """A form with a file: it says at the field that the disk is full, and replaces an older file once the new one is there."""

    def clean(self) -> dict[str, object]:
        """Refuse a file for which there is no room, before anything is saved."""
        values = super().clean()
        if "file" in self.changed_data and (file := values.get("file")):
            try:
                check_room(file.size)
            except OSError as error:
                logger.error("An uploaded file of %d bytes cannot be stored: %s", file.size, error)  # noqa: TRY400
                no_room = pgettext(
                    "admin",
                    "The file cannot be stored: there is no room left on the server. Nothing was changed. Please tell the administration.",
                )
                away = pgettext(
                    "admin",
                    "The file cannot be stored: the storage for files does not answer. Nothing was changed. Please try again later.",
                )
                self.add_error("file", away if isinstance(error, Away) else no_room)
        return values

    def save(self, commit: bool = True) -> models.Model:
        """Save, and delete the file that was replaced when that is certain."""
        former = self.original_file  # type: ignore[has-type]
        self.original_file = None
        instance = super().save(commit)
        if commit and former and "file" in self.changed_data and former.name != instance.file.name:
            transaction.on_commit(lambda: former.storage.delete(former.name))
            if hasattr(instance, "renditions"):
                instance.renditions.all().delete()
        return instance


class ImageForm(_StoredWhole, BaseImageForm):
    """A photograph; who uploads it is told what becomes of its metadata, and who looks at it what became of itself."""

    class Meta(BaseImageForm.Meta):
        widgets: ClassVar[dict] = {
            **BaseImageForm.Meta.widgets, "consent_on": AdminDateInput, "usable_until": AdminDateInput,
        }  # fmt: skip

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            # What is not there yet cannot be withdrawn.
            self.fields.pop("is_withdrawn", None)
        elif said := explanation(self.instance):
            field = self.fields["usable_until" if self.instance.is_over else "is_withdrawn"]
            field.help_text = format_html("{} {}", field.help_text, said)
        if "file" in self.fields:
            field = self.fields["file"]
            note = pgettext(
                "admin",
                "Place, camera and all other data in a photograph are removed when it is saved;"
                " credit and copyright that it names are kept.",
            )
            field.help_text = format_lazy("{} {}", field.help_text, note)
            field.to_python = partial(self._read_picture, field.to_python)

    def _read_picture(self, to_python: Callable[[object], object], data: object) -> object:
        """Return the uploaded picture.

        Wagtail 8 opens it a second time, more closely than it checks, and does not expect that to fail (a picture that breaks off).

        Raises:
            ValidationError: it is none, or broken, or has too many pixels.
        """
        self._check_pixels(data)
        try:
            return to_python(data)
        except (OSError, SyntaxError, ValueError) as error:
            messages = self.fields["file"].error_messages
            raise ValidationError(messages["invalid_image"], code="invalid_image") from error

    def _check_pixels(self, data: object) -> None:
        """Refuse by its header what would take minutes and gigabytes to open: Wagtail counts pixels when all of them are there.

        Raises:
            ValidationError: the picture, or all pictures of an animation together, have too many.
        """
        if not hasattr(data, "seek"):
            return
        try:
            picture = Image.open(data)
            pixels: float = picture.width * picture.height * getattr(picture, "n_frames", 1)
        except Image.DecompressionBombError:
            pixels = math.inf
        except (OSError, SyntaxError, ValueError):
            # The field itself says what is wrong.
            pixels = 0
        finally:
            data.seek(0)
        if pixels > settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS:
            text = pgettext(
                "admin",
                "This picture has too many pixels: %(millions)d million are possible, all pictures of an animation together.",
            )
            raise ValidationError(
                text % {"millions": settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS // 1_000_000}, code="file_too_many_pixels"
            )


class DocumentForm(_StoredWhole, BaseDocumentForm):
    """A file for download. Its language is chosen here and not in the model: a further language is no migration."""

    language = forms.ChoiceField(
        label=pgettext_lazy("admin", "Language"),
        required=False,
        choices=[("", pgettext_lazy("admin", "Another, or none")), *((each.code, each.name) for each in LANGUAGES)],
        help_text=pgettext_lazy(
            "admin", "The language that the file is written in. Readers are told, and can search by it."
        ),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "file" in self.fields:
            field = self.fields["file"]
            field.help_text = format_lazy("{} {}", field.help_text, notes([self.instance])[self.instance.pk])

    def save(self, commit: bool = True) -> models.Model:
        """Save; whether the file is available by link was looked at."""
        self.instance.awaits_review = False
        return super().save(commit)
