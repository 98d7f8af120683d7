"""What stories are told with beside text: series of photographs, interviews, recordings, films that lie elsewhere. None needs a script."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import pgettext, pgettext_lazy

from portal.uploads import access

from . import base as blocks
from .files import DocumentChooserBlock, ImageBlock
from .media import Figure, FigureBlock, shown
from .text import SHORT_TEXT_FEATURES, RichTextBlock

SOUND_TYPES = {"mp3": "audio/mpeg"}


class GalleryBlock(blocks.ListBlock):
    """Photographs that belong together, each with its caption and credit."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(FigureBlock(), **{"min_num": 2, **kwargs})

    class Meta:
        icon = "image"
        label = pgettext_lazy("admin", "Series of photographs")
        description = pgettext_lazy("admin", "Two or more photographs in their order, each with caption and credit.")
        template = "blocks/gallery.html"

    def get_preview_value(self) -> list:
        """Return the example of a photograph twice."""
        return self.normalize([self.child_block.get_preview_value()] * 2)


class ExchangeBlock(blocks.StructBlock):
    """A question of an interview with its answer."""

    question = blocks.CharBlock(
        max_length=300,
        label=pgettext_lazy("admin", "Question"),
        help_text=pgettext_lazy("admin", "As it was asked."),
    )
    answer = RichTextBlock(
        features=SHORT_TEXT_FEATURES,
        label=pgettext_lazy("admin", "Answer"),
        help_text=pgettext_lazy("admin", "Word for word, as it was authorised."),
    )

    class Meta:
        icon = "help"
        label = pgettext_lazy("admin", "Question and answer")
        description = pgettext_lazy("admin", "A question of an interview with its answer.")
        template = "blocks/exchange.html"
        preview_value = {"question": "Wie begann das Projekt?", "answer": "<p>Mit einem Anruf.</p>"}


class InterviewBlock(blocks.StructBlock):
    """An interview: who answers, the questions with their answers."""

    person = blocks.CharBlock(
        max_length=150,
        label=pgettext_lazy("admin", "Who answers"),
        help_text=pgettext_lazy("admin", "Name and office, as they may be published."),
    )
    exchanges = blocks.ListBlock(
        ExchangeBlock(),
        label=pgettext_lazy("admin", "Questions and answers"),
        help_text=pgettext_lazy("admin", "In the order in which they were asked."),
    )

    class Meta:
        icon = "openquote"
        label = pgettext_lazy("admin", "Interview")
        description = pgettext_lazy("admin", "Questions to one person, with the answers.")
        template = "blocks/interview.html"
        preview_value = {
            "person": "Vorname Name, Amt",
            "exchanges": [{"question": "Wie begann das Projekt?", "answer": "<p>Mit einem Anruf.</p>"}],
        }


@dataclass(frozen=True)
class Recording:
    """A recording as it is shown, `size` in bytes; without an address readers have its transcript alone."""

    title: str
    transcript: str
    text: str = ""
    length: str = ""
    url: str = ""
    type: str = ""
    size: int | None = None


class SoundBlock(blocks.StructBlock):
    """A recording that lies on the portal itself, with its transcript."""

    title = blocks.CharBlock(
        max_length=120,
        label=pgettext_lazy("admin", "Title"),
        help_text=pgettext_lazy("admin", "What the recording is called."),
    )
    description = blocks.TextBlock(
        required=False,
        label=pgettext_lazy("admin", "What is heard"),
        help_text=pgettext_lazy("admin", "One or two sentences: who speaks, about what."),
    )
    sound = DocumentChooserBlock(
        label=pgettext_lazy("admin", "Recording"),
        help_text=pgettext_lazy("admin", "An MP3 file."),
    )
    length = blocks.CharBlock(
        required=False,
        max_length=40,
        label=pgettext_lazy("admin", "Length"),
        help_text=pgettext_lazy("admin", "As readers say it: 2 minutes 30 seconds."),
    )
    transcript = blocks.TextBlock(
        label=pgettext_lazy("admin", "Transcript of the recording"),
        help_text=pgettext_lazy("admin", "All that is said, in words, for people who do not hear it."),
    )

    class Meta:
        icon = "media"
        label = pgettext_lazy("admin", "Recording")
        description = pgettext_lazy("admin", "A recording from the portal itself, with transcript and download.")
        template = "blocks/sound.html"
        preview_value = {"title": "Aufnahme", "description": "Wer spricht und worüber.", "transcript": "Guten Tag."}

    def clean(self, value: blocks.StructValue) -> blocks.StructValue:
        """Refuse files that not every browser plays.

        Raises:
            StructBlockValidationError: at the field.
        """
        value = super().clean(value)
        if value.get("sound") and value["sound"].file_extension.lower() not in SOUND_TYPES:
            raise blocks.StructBlockValidationError({"sound": ValidationError(pgettext("admin", "Browsers play MP3 files."))})
        return value

    def get_context(self, value: blocks.StructValue, parent_context: dict | None = None) -> dict:
        """Add the recording, where whoever reads the page may open it."""
        context = super().get_context(value, parent_context=parent_context)
        file = {}
        if sound := shown(value.get("sound")):
            media_type = SOUND_TYPES.get(sound.file_extension.lower(), "")
            file = {"url": sound.url, "type": media_type, "size": sound.get_file_size()}
        words = {"text": value.get("description") or "", "length": value.get("length") or ""}
        context["recording"] = Recording(value["title"], value.get("transcript") or "", **words, **file)
        return context


@dataclass(frozen=True)
class OutsideFilm:
    """A film that lies elsewhere: its `host` is told before anybody goes there."""

    title: str
    url: str
    host: str
    text: str = ""
    poster: Figure | None = None


class OutsideFilmBlock(blocks.StructBlock):
    """A film that lies elsewhere: a picture and a link. Nothing is loaded from there before somebody follows it."""

    title = blocks.CharBlock(
        max_length=120,
        label=pgettext_lazy("admin", "Title"),
        help_text=pgettext_lazy("admin", "What the film is called."),
    )
    url = blocks.URLBlock(
        max_length=500,
        label=pgettext_lazy("admin", "Address"),
        help_text=pgettext_lazy("admin", "Where it can be watched. Readers are told the name of the site."),
    )
    poster = ImageBlock(
        required=False,
        label=pgettext_lazy("admin", "Photograph"),
        help_text=pgettext_lazy("admin", "A picture from our own library; with an alternative text, or marked as decoration."),
    )
    description = blocks.TextBlock(
        required=False,
        label=pgettext_lazy("admin", "What it shows"),
        help_text=pgettext_lazy("admin", "One or two sentences; say whether it has captions, and in which language it is."),
    )

    class Meta:
        icon = "link-external"
        label = pgettext_lazy("admin", "Film on another site")
        description = pgettext_lazy("admin", "A picture and a link to a film elsewhere; nothing is loaded from there.")
        template = "blocks/outside_film.html"
        preview_value = {"title": "Film", "url": "https://www.iom.int/", "description": "Was der Film zeigt."}

    def get_context(self, value: blocks.StructValue, parent_context: dict | None = None) -> dict:
        """Add the film; its picture where whoever reads the page may see it."""
        context = super().get_context(value, parent_context=parent_context)
        image, poster = value.get("poster"), None
        if image and access.is_shown(image):
            poster = Figure({"image": image}, alt=image.contextual_alt_text or "", credit=image.rights)
        host = (urlsplit(value["url"]).hostname or "").removeprefix("www.")
        context["film"] = OutsideFilm(value["title"], value["url"], host, value.get("description") or "", poster)
        return context
