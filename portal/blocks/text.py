"""Blocks of running text."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import pgettext_lazy
from wagtail.rich_text import RichText

from portal.facts.texts import FilledText
from portal.language.dates import KnownDate
from portal.pages import marks

from . import base as blocks
from .anchors import anchor_of
from .dates import PartialDateBlock
from .links import LinkBlock

# What editors may do in running text. Headings of the page are blocks of their own, so that the contents list knows them.
TEXT_FEATURES = ["h3", "h4", "bold", "italic", "ol", "ul", "link", "document-link"]
SHORT_TEXT_FEATURES = ["bold", "italic", "ol", "ul", "link", "document-link"]


class HeadingBlock(blocks.CharBlock):
    """A heading in the text; it appears in the contents of the page and can be linked to."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(max_length=120, **kwargs)

    def to_python(self, value: str | None) -> str:
        """Return the text; what is not stored is empty."""
        return value or ""

    class Meta:
        icon = "title"
        label = pgettext_lazy("admin", "Heading")
        description = pgettext_lazy(
            "admin", "A heading that structures the page. From three on, the page shows a list of contents."
        )
        template = "blocks/heading.html"
        preview_value = "So läuft die Aufnahme ab"

    def get_context(self, value: str, parent_context: dict | None = None) -> dict:
        """Add the anchor, made from the text."""
        context = super().get_context(value, parent_context=parent_context)
        context["anchor"] = anchor_of(value, parent_context)
        return context


class RichTextBlock(blocks.RichTextBlock):
    """Rich text in which words can be marked (`portal.pages.marks`)."""

    @property
    def features(self) -> list[str]:
        """Return what its editor offers: all marks beside the features that it was made with."""
        return [*self._features, *marks.names()]

    @features.setter
    def features(self, features: list[str]) -> None:
        self._features = features

    def to_python(self, value: str | None) -> FilledText:
        """Return the text, which shows its facts by their values."""
        return FilledText(value)

    def normalize(self, value: object) -> FilledText:
        """Return the text, whatever it was given as."""
        return FilledText(value.source) if isinstance(value, RichText) else FilledText(value and str(value))

    def value_from_form(self, value: str) -> FilledText:
        """Return the text that the editor wrote."""
        return FilledText(value)


class TextBlock(RichTextBlock):
    """Paragraphs, lists, smaller headings, links."""

    def __init__(self, **kwargs: object) -> None:
        kwargs.setdefault("features", TEXT_FEATURES)
        super().__init__(**kwargs)

    class Meta:
        icon = "pilcrow"
        label = pgettext_lazy("admin", "Text")
        description = pgettext_lazy("admin", "Paragraphs with lists, links and smaller headings.")
        template = "blocks/text.html"
        preview_value = (
            "<p>Die Internationale Organisation für Migration gehört zum System der <b>Vereinten Nationen</b>.</p>"
        )


class QuoteBlock(blocks.StructBlock):
    """What somebody said, with who said it."""

    text = blocks.TextBlock(
        label=pgettext_lazy("admin", "Quotation"),
        help_text=pgettext_lazy("admin", "Word for word, without quotation marks."),
    )
    attribution = blocks.CharBlock(
        label=pgettext_lazy("admin", "Who said it"),
        max_length=200,
        help_text=pgettext_lazy("admin", "Name and office at that time."),
    )

    class Meta:
        icon = "openquote"
        label = pgettext_lazy("admin", "Quotation")
        description = pgettext_lazy("admin", "A sentence that somebody really said, with name and office.")
        template = "blocks/quote.html"
        preview_value = {"text": "Migration ist so alt wie die Menschheit.", "attribution": "Beispiel"}


class NoticeBlock(blocks.StructBlock):
    """Something that readers must not miss."""

    level = blocks.ChoiceBlock(
        choices=[
            ("info", pgettext_lazy("admin", "Information")),
            ("success", pgettext_lazy("admin", "Good news")),
            ("warning", pgettext_lazy("admin", "Warning")),
            ("danger", pgettext_lazy("admin", "Danger")),
        ],
        default="info",
        label=pgettext_lazy("admin", "Kind"),
        help_text=pgettext_lazy("admin", "Sets colour and sign."),
    )
    heading = blocks.CharBlock(
        required=False,
        max_length=120,
        label=pgettext_lazy("admin", "Heading"),
        help_text=pgettext_lazy("admin", "May be left empty."),
    )
    text = RichTextBlock(
        features=SHORT_TEXT_FEATURES,
        label=pgettext_lazy("admin", "Text"),
        help_text=pgettext_lazy("admin", "One to three sentences."),
    )

    class Meta:
        icon = "warning"
        label = pgettext_lazy("admin", "Notice")
        description = pgettext_lazy(
            "admin", "A coloured box for something that readers must not miss: a suspension, a deadline, a warning."
        )
        template = "blocks/notice.html"
        preview_value = {
            "level": "warning",
            "heading": "Aufnahmen sind ausgesetzt",
            "text": "<p>Das deutsche Resettlement-Programm ruht seit April 2025.</p>",
        }


class CalloutBlock(blocks.StructBlock):
    """A box that leads on to the next step."""

    heading = blocks.CharBlock(
        max_length=120, label=pgettext_lazy("admin", "Heading"), help_text=pgettext_lazy("admin", "A few words.")
    )
    text = RichTextBlock(
        features=SHORT_TEXT_FEATURES,
        label=pgettext_lazy("admin", "Text"),
        help_text=pgettext_lazy("admin", "One to three sentences."),
    )
    link = LinkBlock(
        required=False,
        label=pgettext_lazy("admin", "Button"),
        help_text=pgettext_lazy("admin", "Where readers go from here; may be left empty."),
    )

    class Meta:
        icon = "help"
        label = pgettext_lazy("admin", "Call-out")
        description = pgettext_lazy("admin", "A quiet box with an optional button, for the next step.")
        template = "blocks/callout.html"
        preview_value = {"heading": "Haben Sie Fragen?", "text": "<p>Schreiben Sie uns.</p>"}


@dataclass(frozen=True)
class Source:
    """A source as it is shown; `language` is that of its title where it is not that of the text around it."""

    title: str
    url: str = ""
    date: KnownDate | None = None
    language: str = ""
    authority: str = ""


class SourceValue(blocks.StructValue):
    """A source as an editor named it."""

    def plain(self, language: str = "") -> Source:
        """Return what is shown of it."""
        return Source(self["title"], self["url"], KnownDate.read(self.get("date") or ""), language, self.get("authority") or "")


class SourceBlock(blocks.StructBlock):
    """A source: what it is called and where it can be read."""

    title = blocks.CharBlock(
        max_length=250,
        label=pgettext_lazy("admin", "Title"),
        help_text=pgettext_lazy("admin", "Who published what, and when."),
    )
    url = blocks.URLBlock(
        required=False,
        label=pgettext_lazy("admin", "Address"),
        help_text=pgettext_lazy("admin", "Where it can be read, if it is public."),
    )
    authority = blocks.CharBlock(
        required=False,
        max_length=150,
        label=pgettext_lazy("admin", "Authority"),
        help_text=pgettext_lazy("admin", "Who publishes it, if the title does not say so: an authority, an organisation."),
    )
    date = PartialDateBlock(
        required=False,
        label=pgettext_lazy("admin", "Date of the source"),
        help_text=pgettext_lazy(
            "admin", "As printed there: 16.10.2024, 10.2024 or 2024. Left empty, the page says that the source is undated."
        ),
    )

    class Meta:
        icon = "doc-full"
        label = pgettext_lazy("admin", "Source")
        description = pgettext_lazy("admin", "Where the facts of this page come from.")
        template = "blocks/source.html"
        value_class = SourceValue
        preview_value = {"title": "IOM: World Migration Report 2024", "url": "https://worldmigrationreport.iom.int/", "date": "2024"}
