"""Processes, questions, cards, and the wide sections of the home page and the five sections."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import pgettext_lazy

from portal.pages import cards, links
from portal.pages.links import Link

from . import base as blocks
from . import walking
from .anchors import anchor_of
from .links import LinkBlock, PageBlock
from .text import SHORT_TEXT_FEATURES, RichTextBlock, Source, SourceBlock

ICONS = [
    ("house", pgettext_lazy("admin", "House")),
    ("plane", pgettext_lazy("admin", "Aeroplane")),
    ("undo-2", pgettext_lazy("admin", "Way back")),
    ("shield", pgettext_lazy("admin", "Shield")),
    ("chart-column", pgettext_lazy("admin", "Diagram")),
    ("handshake", pgettext_lazy("admin", "Handshake")),
    ("mail", pgettext_lazy("admin", "Letter")),
    ("briefcase", pgettext_lazy("admin", "Briefcase")),
    ("users", pgettext_lazy("admin", "People")),
    ("globe", pgettext_lazy("admin", "Globe")),
]


class StepBlock(blocks.StructBlock):
    """One step of a process."""

    heading = blocks.CharBlock(
        max_length=80, label=pgettext_lazy("admin", "Step"), help_text=pgettext_lazy("admin", "A few words.")
    )
    text = blocks.TextBlock(
        label=pgettext_lazy("admin", "Text"), help_text=pgettext_lazy("admin", "One or two sentences.")
    )

    class Meta:
        icon = "list-ol"
        label = pgettext_lazy("admin", "Step")
        description = pgettext_lazy("admin", "One step of a process.")
        template = "blocks/step.html"
        preview_value = {"heading": "Visum", "text": "Wir helfen beim Antrag."}


class StepsBlock(blocks.ListBlock):
    """A process in numbered steps."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(StepBlock(), **kwargs)

    class Meta:
        icon = "list-ol"
        label = pgettext_lazy("admin", "Steps")
        description = pgettext_lazy("admin", "A process in numbered steps.")
        template = "blocks/steps.html"
        preview_value = [{"heading": "Auswahl", "text": "Das UNHCR schlägt Personen vor."}]


@dataclass(frozen=True)
class Question:
    """A question as it is shown: its answer, where it can be linked to, where all of it is explained, the sources."""

    question: str
    answer: object
    anchor: str
    link: Link | None
    sources: list[Source]


class QuestionBlock(blocks.StructBlock):
    """A question with its answer."""

    question = blocks.CharBlock(
        max_length=200,
        label=pgettext_lazy("admin", "Question"),
        help_text=pgettext_lazy("admin", "As a visitor would ask it."),
    )
    answer = RichTextBlock(
        features=SHORT_TEXT_FEATURES,
        label=pgettext_lazy("admin", "Answer"),
        help_text=pgettext_lazy("admin", "Begin with the answer itself."),
    )
    page = PageBlock(
        required=False,
        label=pgettext_lazy("admin", "Page"),
        help_text=pgettext_lazy("admin", "Where all of it is explained: the service that the question is about. May be left empty."),
    )
    sources = blocks.ListBlock(
        SourceBlock(),
        default=[],
        required=False,
        label=pgettext_lazy("admin", "Sources"),
        help_text=pgettext_lazy("admin", "Where the answer comes from; needed where it concerns rights or money."),
    )

    class Meta:
        icon = "help"
        label = pgettext_lazy("admin", "Question")
        description = pgettext_lazy("admin", "A question with its answer, where it is explained, and the sources.")
        template = "blocks/question.html"
        preview_value = {"question": "Kostet die Begleitung etwas?", "answer": "<p>Nein.</p>"}

    def get_context(self, value: blocks.StructValue, parent_context: dict | None = None) -> dict:
        """Add what is shown: the link leads to the page in the reader's language; the anchor is that of the list around it."""
        context = super().get_context(value, parent_context=parent_context)
        found = links.resolve_one(value["page"].pk) if value.get("page") else None
        sources = [source.plain() for source in value.get("sources") or ()]
        anchor = (parent_context or {}).get("anchor") or ""
        context["question"] = Question(value["question"], value["answer"], anchor, found.plain() if found else None, sources)
        return context


class AccordionBlock(blocks.ListBlock):
    """Questions that open to show the answer."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(QuestionBlock(), **kwargs)

    class Meta:
        icon = "help"
        label = pgettext_lazy("admin", "Questions and answers")
        description = pgettext_lazy("admin", "Questions that open to show their answer.")
        template = "blocks/accordion.html"
        preview_value = [{"question": "Kostet die Begleitung etwas?", "answer": "<p>Nein.</p>"}]


class MilestoneBlock(blocks.StructBlock):
    """One point in time."""

    label = blocks.CharBlock(
        max_length=40, label=pgettext_lazy("admin", "Year"), help_text=pgettext_lazy("admin", "A year, or “Today”.")
    )
    heading = blocks.CharBlock(
        max_length=120, label=pgettext_lazy("admin", "Heading"), help_text=pgettext_lazy("admin", "A few words.")
    )
    text = blocks.TextBlock(
        label=pgettext_lazy("admin", "Text"), help_text=pgettext_lazy("admin", "One or two sentences.")
    )
    current = blocks.BooleanBlock(
        required=False,
        label=pgettext_lazy("admin", "Today"),
        help_text=pgettext_lazy("admin", "Marks the last point as the present."),
    )

    class Meta:
        icon = "date"
        label = pgettext_lazy("admin", "Milestone")
        description = pgettext_lazy("admin", "One point in time.")
        template = "blocks/milestone.html"
        preview_value = {"label": "1951", "heading": "Gründung", "text": "Die IOM entsteht."}


class TimelineBlock(blocks.ListBlock):
    """History along the route line."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(MilestoneBlock(), **kwargs)

    class Meta:
        icon = "history"
        label = pgettext_lazy("admin", "Timeline")
        description = pgettext_lazy("admin", "History in a few dated points.")
        template = "blocks/timeline.html"
        preview_value = [{"label": "1951", "heading": "Gründung", "text": "Die IOM entsteht."}]


@dataclass(frozen=True)
class Task:
    """A thing that visitors want to do: its sign, its title with where it leads (nowhere while the page is not there), a sentence."""

    icon: str
    link: Link
    text: str

    @property
    def is_directed(self) -> bool:
        """Return whether the sign points the way in which text runs."""
        return self.icon in {"undo-2", "plane"}


class TaskBlock(blocks.StructBlock):
    """A thing that visitors want to do."""

    icon = blocks.ChoiceBlock(
        choices=ICONS, label=pgettext_lazy("admin", "Sign"), help_text=pgettext_lazy("admin", "Shown beside the title.")
    )
    title = blocks.CharBlock(
        max_length=60,
        label=pgettext_lazy("admin", "Title"),
        help_text=pgettext_lazy("admin", "What the visitor wants to do: “Bring my family”."),
    )
    text = blocks.CharBlock(
        max_length=160,
        label=pgettext_lazy("admin", "Text"),
        help_text=pgettext_lazy("admin", "What the page offers, in one sentence."),
    )
    page = PageBlock(label=pgettext_lazy("admin", "Page"), help_text=pgettext_lazy("admin", "Where it leads."))

    class Meta:
        icon = "pick"
        label = pgettext_lazy("admin", "Task")
        description = pgettext_lazy("admin", "A thing that visitors want to do.")
        template = "blocks/task.html"
        preview_value = {"icon": "house", "title": "Familie nachholen", "text": "Begleitung im Visumverfahren."}

    def get_context(self, value: blocks.StructValue, parent_context: dict | None = None) -> dict:
        """Add the link to the page, in the reader's language."""
        context = super().get_context(value, parent_context=parent_context)
        found = links.resolve_one(value["page"].pk) if value.get("page") else None
        link = found.plain(value["title"]) if found else Link("", value["title"])
        context["task"] = Task(value["icon"], link, value["text"])
        return context


class TasksBlock(blocks.ListBlock):
    """The things that most visitors come for."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(TaskBlock(), **kwargs)

    class Meta:
        icon = "pick"
        label = pgettext_lazy("admin", "Tasks")
        description = pgettext_lazy("admin", "What most visitors come for, as large links with a sign.")
        template = "blocks/tasks.html"
        preview_value = [{"icon": "house", "title": "Familie nachholen", "text": "Begleitung im Visumverfahren."}]


class CardsBlock(blocks.StructBlock):
    """Chosen pages as cards."""

    pages = blocks.ListBlock(
        PageBlock(),
        label=pgettext_lazy("admin", "Pages"),
        help_text=pgettext_lazy(
            "admin", "Shown in this order. A page that is not in the reader's language yet says so."
        ),
    )

    class Meta:
        icon = "grip"
        label = pgettext_lazy("admin", "Cards")
        description = pgettext_lazy("admin", "Chosen pages as cards with picture, title and lead.")
        template = "blocks/cards.html"
        preview_value: ClassVar[dict[str, list[int]]] = {"pages": []}

    def get_context(self, value: blocks.StructValue, parent_context: dict | None = None) -> dict:
        """Add the pages in the reader's language, ready to be shown as cards."""
        context = super().get_context(value, parent_context=parent_context)
        context["cards"] = cards.for_pages(page for page in value["pages"] if page)
        return context

    def shown_pages(self, value: dict | None) -> set[int]:
        """Return the pages that are chosen, by what is stored."""
        return {int(part.value) for part in walking.walk(walking.Part(self, value)) if isinstance(part.block, PageBlock)}


class SubpagesBlock(blocks.StaticBlock):
    """The pages below this one as cards."""

    shows_children = True

    class Meta:
        icon = "folder-open-inverse"
        label = pgettext_lazy("admin", "Pages below this one")
        description = pgettext_lazy("admin", "All pages directly below this one, as cards. It keeps itself up to date.")
        admin_text = pgettext_lazy("admin", "Shows the pages directly below this one, as cards.")
        template = "blocks/cards.html"
        preview_value = None

    def get_context(self, value: object, parent_context: dict | None = None) -> dict:
        """Add the children of the page that is being rendered."""
        context = super().get_context(value, parent_context=parent_context)
        page = (parent_context or {}).get("page")
        context["cards"] = cards.for_children(page) if page is not None and page.pk else []
        return context


class SiteMapBlock(blocks.StaticBlock):
    """All pages of the language, as a tree."""

    class Meta:
        icon = "site"
        label = pgettext_lazy("admin", "Site map")
        description = pgettext_lazy(
            "admin", "All pages of the reader's language in their order. It keeps itself up to date."
        )
        admin_text = pgettext_lazy("admin", "Shows all pages of the portal.")
        template = "blocks/site_map.html"
        preview_value = None


class SectionBlock(blocks.StructBlock):
    """A wide section with heading, ground colour and blocks; made by `section_block` with the blocks it takes."""

    class Meta:
        icon = "placeholder"
        label = pgettext_lazy("admin", "Section")
        description = pgettext_lazy("admin", "A wide section of the page: a heading, a ground colour and blocks in it.")
        template = "blocks/section.html"
        preview_value = {
            "heading": "IOM in Zahlen",
            "background": "night",
            "content": [{"type": "key_figures", "value": {"figures": [{"value": "175", "label": "Mitgliedsstaaten"}]}}],
            "aside": [],
        }

    def get_context(self, value: blocks.StructValue, parent_context: dict | None = None) -> dict:
        """Add the anchor of the heading."""
        context = super().get_context(value, parent_context=parent_context)
        context["anchor"] = anchor_of(value["heading"], parent_context)
        return context


def section_block(content: tuple, aside: tuple) -> SectionBlock:
    """Return a section block whose content and aside take the given blocks, as (name, block) pairs."""
    return SectionBlock(
        [
            (
                "heading",
                blocks.CharBlock(
                    max_length=120,
                    label=pgettext_lazy("admin", "Heading"),
                    help_text=pgettext_lazy("admin", "What the section is about."),
                ),
            ),
            (
                "link",
                LinkBlock(
                    required=False,
                    label=pgettext_lazy("admin", "Link beside the heading"),
                    help_text=pgettext_lazy("admin", "For more; may be left empty."),
                ),
            ),
            (
                "background",
                blocks.ChoiceBlock(
                    choices=[
                        ("plain", pgettext_lazy("admin", "White")),
                        ("sand", pgettext_lazy("admin", "Sand")),
                        ("night", pgettext_lazy("admin", "Night blue")),
                    ],
                    default="plain",
                    label=pgettext_lazy("admin", "Ground"),
                    help_text=pgettext_lazy("admin", "Night blue once per page at most."),
                ),
            ),
            (
                "content",
                blocks.StreamBlock(
                    content,
                    label=pgettext_lazy("admin", "Content"),
                    help_text=pgettext_lazy("admin", "What the section shows."),
                ),
            ),
            (
                "aside",
                blocks.StreamBlock(
                    aside,
                    required=False,
                    max_num=2,
                    label=pgettext_lazy("admin", "Beside it"),
                    help_text=pgettext_lazy("admin", "A box beside the content."),
                ),
            ),
        ]
    )
