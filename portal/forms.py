"""Forms of the admin for the portal's own fields."""

from __future__ import annotations

from django import forms
from django.db import models
from django.utils.text import format_lazy
from django.utils.translation import pgettext, pgettext_lazy
from wagtail.documents.forms import BaseDocumentForm
from wagtail.images.forms import BaseImageForm

from portal.languages import LANGUAGES
from portal.uploads.lists import notes


class ImageForm(BaseImageForm):
    """A photograph; who uploads it is told what becomes of its metadata."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        if "file" in self.fields:
            field = self.fields["file"]
            note = pgettext(
                "admin",
                "Place, camera and all other data in a photograph are removed when it is saved;"
                " credit and copyright that it names are kept.",
            )
            field.help_text = format_lazy("{} {}", field.help_text, note)


class DocumentForm(BaseDocumentForm):
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
