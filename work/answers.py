"""The seven questions that a service answers, in this order, and what an answer is made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _
from wagtail.blocks import StreamValue
from wagtail.rich_text import RichText

from portal.blocks.data import FactsBlock, TableBlock
from portal.blocks.layout import AccordionBlock, StepsBlock
from portal.blocks.links import LinksBlock
from portal.blocks.media import DownloadsBlock
from portal.blocks.people import ContactBlock
from portal.blocks.text import NoticeBlock, Source, SourceBlock, TextBlock
from portal.language.languages import SOURCE_LANGUAGE

ANSWER_BLOCKS = [
    ("text", TextBlock()),
    ("notice", NoticeBlock()),
    ("steps", StepsBlock()),
    ("table", TableBlock()),
    ("accordion", AccordionBlock()),
    ("facts", FactsBlock()),
    ("links", LinksBlock()),
    ("downloads", DownloadsBlock()),
    ("contact", ContactBlock()),
    ("source", SourceBlock()),
]


class Question(NamedTuple):
    """A question: the field with its answer, its anchor, which is the same in every language, and what visitors read."""

    field: str
    anchor: str
    text: str | Promise


QUESTIONS = (
    Question("eligibility", "for-whom", _("Is this for me?")),
    Question("benefits", "what-you-get", _("What do I get?")),
    Question("requirements", "what-you-need", _("What do I need?")),
    Question("costs", "costs", _("What does it cost?")),
    Question("duration", "duration", _("How long does it take?")),
    Question("next_steps", "next-steps", _("What do I do next?")),
    Question("alternatives", "who-helps", _("Who helps if this is not for me?")),
)


@dataclass(frozen=True)
class Answer:
    """An answer as it is shown: its question with its anchor, its blocks, its sources."""

    anchor: str
    question: str
    blocks: list[StreamValue.StreamChild]
    sources: list[Source]


def answers(values: Iterator[tuple[Question, StreamValue]], untranslated: frozenset[str]) -> Iterator[Answer]:
    """Yield the answers that say something; sources alone are none."""
    for question, stream in values:
        blocks = [block for block in stream if block.block_type != "source" and _says_something(block.value)]
        if blocks:
            sources = [
                block.value.plain(SOURCE_LANGUAGE if block.id in untranslated else "")
                for block in stream
                if block.block_type == "source"
            ]
            yield Answer(question.anchor, str(question.text), blocks, sources)


def _says_something(value: object) -> bool:
    """Return whether a block shows anything: an editor leaves empty paragraphs behind."""
    return bool(strip_tags(value.source).replace("\xa0", " ").strip()) if isinstance(value, RichText) else bool(value)
