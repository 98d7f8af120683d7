"""Photographs, films and files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import pgettext, pgettext_lazy
from wagtail.documents import get_document_model
from wagtail.documents.models import AbstractDocument
from wagtail.images import get_image_model
from wagtail.models import Page

from portal.language.languages import Language, current_language
from portal.uploads import access

from . import base as blocks
from .files import DocumentChooserBlock, ImageBlock, ImageChooserBlock
from .walking import Part, stored_parts, walk


@dataclass(frozen=True)
class Figure:
    """A picture with what is said of it; the languages are those of its texts where they are not that of the text around them.

    `picture` is what `components/picture.html` takes; a wide one stands above a text and is loaded at once.
    """

    picture: object
    alt: str = ""
    alt_language: str = ""
    caption: str = ""
    caption_language: str = ""
    credit: str = ""
    is_wide: bool = False


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

    def get_context(self, value: blocks.StructValue, parent_context: dict | None = None) -> dict:
        """Add the photograph, where whoever reads the page may see it."""
        context = super().get_context(value, parent_context=parent_context)
        image = value.get("image")
        if image and access.is_shown(image):
            alt = image.contextual_alt_text or ""
            context["figure"] = Figure({"image": image}, alt=alt, caption=value.get("caption") or "", credit=image.rights)
        return context

    def get_searchable_content(self, value: blocks.StructValue) -> list[str]:
        """Return what is said of the photograph, where readers see it."""
        image = value.get("image")
        return [] if image and access.hidden_pictures([image.pk]) else super().get_searchable_content(value)

    def get_preview_value(self) -> blocks.StructValue:
        """Return the newest photograph as an example, or an empty block while there is none."""
        image = get_image_model().objects.order_by("-pk").first()
        return self.normalize(
            {"image": image, "caption": pgettext("admin", "Who, what, where, when.") if image else ""}
        )


def hidden_figures(parts: Iterable[Part]) -> list[str]:
    """Return where photographs stand that readers do not see, of stored blocks: each `at`. No query where none stands."""
    figures = {part.at: part.value["image"] for part in parts if isinstance(part.block, FigureBlock) and part.value.get("image")}
    # A picture in another block (the poster of a film): what is said of it goes, and the block stays.
    figures |= {part.at: part.value for part in parts if isinstance(part.block, ImageBlock) and part.value}
    ids = {at: image.get("image") if isinstance(image, dict) else image for at, image in figures.items()}
    hidden = access.hidden_pictures(filter(None, ids.values())) if ids else frozenset()
    return [at for at, pk in ids.items() if pk in hidden]


def shown(document: AbstractDocument | None) -> AbstractDocument | None:
    """Return a document if whoever reads the page may open it."""
    return document if document and access.is_shown(document) else None


@dataclass(frozen=True)
class Download:
    """A file as it is shown, `size` in bytes; its `language`, and of a PDF its `pages` and whether it is tagged, where that is known."""

    title: str
    url: str
    type: str
    size: int
    text: str = ""
    language: Language | None = None
    pages: int | None = None
    is_tagged: bool | None = None


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

    def get_context(self, value: blocks.StructValue, parent_context: dict | None = None) -> dict:
        """Add the document, where whoever reads the page may open it."""
        context = super().get_context(value, parent_context=parent_context)
        if document := shown(value.get("document")):
            context["download"] = Download(
                title=document.title,
                url=document.url,
                type=document.file_extension.upper(),
                size=document.get_file_size(),
                text=value.get("description") or "",
                language=document.written_in,
                pages=document.page_count,
                is_tagged=document.is_tagged,
            )
        return context


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


VIDEO_TYPES = {"mp4": "video/mp4", "webm": "video/webm"}


@dataclass(frozen=True)
class Film:
    """A film as it is shown, `size` in bytes; without an address it is not there yet. Its captions are in the `language`.

    `poster` is the picture shown before it plays, with its `credit`; `is_silent` says that nothing is to be heard in it.
    """

    title: str
    language: Language
    text: str = ""
    poster: object = None
    credit: str = ""
    is_silent: bool = False
    url: str = ""
    type: str = ""
    size: int | None = None
    length: str = ""
    captions: str = ""
    transcript: str = ""


class VideoBlock(blocks.StructBlock):
    """A film that lies on the portal itself, with captions, transcript and download; while there is none it says so."""

    title = blocks.CharBlock(
        max_length=120,
        label=pgettext_lazy("admin", "Title"),
        help_text=pgettext_lazy("admin", "What the film is called."),
    )
    description = blocks.TextBlock(
        required=False,
        label=pgettext_lazy("admin", "What it shows"),
        help_text=pgettext_lazy("admin", "One or two sentences, also for people who do not play it."),
    )
    video = DocumentChooserBlock(
        required=False,
        label=pgettext_lazy("admin", "Film"),
        help_text=pgettext_lazy(
            "admin", "MP4 or WebM, at least 320 × 240 pixels. Left empty, the page says that the film is not there yet."
        ),
    )
    poster = ImageChooserBlock(
        required=False,
        label=pgettext_lazy("admin", "Picture before it plays"),
        help_text=pgettext_lazy("admin", "From our own library. Left empty, browsers show the beginning of the film."),
    )
    is_silent = blocks.BooleanBlock(
        required=False,
        label=pgettext_lazy("admin", "Without sound"),
        help_text=pgettext_lazy("admin", "Nothing is heard in it, as in a film in sign language: it needs a transcript, and no captions."),
    )
    captions = DocumentChooserBlock(
        required=False,
        label=pgettext_lazy("admin", "Captions"),
        help_text=pgettext_lazy("admin", "A WebVTT file (.vtt) in the language of the page."),
    )
    length = blocks.CharBlock(
        required=False,
        max_length=40,
        label=pgettext_lazy("admin", "Length"),
        help_text=pgettext_lazy("admin", "As readers say it: 2 minutes 30 seconds."),
    )
    transcript = blocks.TextBlock(
        required=False,
        label=pgettext_lazy("admin", "Transcript"),
        help_text=pgettext_lazy("admin", "What is said or signed, in words."),
    )

    class Meta:
        icon = "media"
        label = pgettext_lazy("admin", "Film")
        description = pgettext_lazy("admin", "A film from the portal itself, with captions, transcript and download.")
        template = "blocks/video.html"
        preview_value = {"title": "Willkommen", "description": "Was der Film zeigt.", "transcript": ""}

    def clean(self, value: blocks.StructValue) -> blocks.StructValue:
        """Refuse files that no browser plays.

        Raises:
            StructBlockValidationError: at the field.
        """
        value = super().clean(value)
        errors = {}
        if value.get("video") and value["video"].file_extension.lower() not in VIDEO_TYPES:
            errors["video"] = ValidationError(pgettext("admin", "Browsers play MP4 and WebM files."))
        if value.get("captions") and value["captions"].file_extension.lower() != "vtt":
            errors["captions"] = ValidationError(pgettext("admin", "Captions are a WebVTT file (.vtt)."))
        if value.get("video") and not value.get("captions") and not value.get("is_silent"):
            errors["captions"] = ValidationError(pgettext("admin", "A film needs captions: not everybody hears it."))
        if value.get("video") and not value.get("transcript"):
            errors["transcript"] = ValidationError(pgettext("admin", "A film needs a transcript: not everybody sees or hears it."))
        if errors:
            raise blocks.StructBlockValidationError(errors)
        return value

    def get_context(self, value: blocks.StructValue, parent_context: dict | None = None) -> dict:
        """Add the film with its captions, where whoever reads the page may open them."""
        context = super().get_context(value, parent_context=parent_context)
        video, captions, poster = shown(value.get("video")), shown(value.get("captions")), value.get("poster")
        file: dict[str, object] = {}
        if poster and access.is_shown(poster):
            file = {"poster": poster, "credit": poster.rights}
        if video:
            media_type = VIDEO_TYPES.get(video.file_extension.lower(), "")
            file |= {"url": video.url, "type": media_type, "size": video.get_file_size()}
        context["film"] = Film(
            title=value["title"],
            language=current_language(),
            text=value.get("description") or "",
            **file,
            length=value.get("length") or "",
            captions=captions.url if captions else "",
            is_silent=bool(value.get("is_silent")),
            transcript=value.get("transcript") or "",
        )
        return context


def holds_film(page: Page) -> bool:
    """Return whether a page shows a film that is there, in whichever of its texts."""
    return any(part.name == "video" and part.value.get("video") for whole in stored_parts(page) for part in walk(whole))
