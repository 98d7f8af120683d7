"""Processes, questions, cards, and the wide sections of the home page and the five sections."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from portal import cards, links

from .links import LinkBlock, PageBlock
from .text import SHORT_TEXT_FEATURES

ICONS = [
    ("house", _("House")),
    ("plane", _("Aeroplane")),
    ("undo-2", _("Way back")),
    ("shield", _("Shield")),
    ("chart-column", _("Diagram")),
    ("handshake", _("Handshake")),
    ("mail", _("Letter")),
    ("briefcase", _("Briefcase")),
    ("users", _("People")),
    ("globe", _("Globe")),
]


class StepBlock(blocks.StructBlock):
    """One step of a process."""

    heading = blocks.CharBlock(max_length=80, label=_("Step"), help_text=_("A few words."))
    text = blocks.TextBlock(label=_("Text"), help_text=_("One or two sentences."))

    class Meta:
        icon = "list-ol"
        label = _("Step")
        description = _("One step of a process.")
        template = "blocks/step.html"
        preview_value = {"heading": "Visum", "text": "Wir helfen beim Antrag."}


class StepsBlock(blocks.ListBlock):
    """A process in numbered steps."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(StepBlock(), **kwargs)

    class Meta:
        icon = "list-ol"
        label = _("Steps")
        description = _("A process in numbered steps.")
        template = "blocks/steps.html"
        preview_value = [{"heading": "Auswahl", "text": "Das UNHCR schlägt Personen vor."}]


class QuestionBlock(blocks.StructBlock):
    """A question with its answer."""

    question = blocks.CharBlock(max_length=200, label=_("Question"), help_text=_("As a visitor would ask it."))
    answer = blocks.RichTextBlock(features=SHORT_TEXT_FEATURES, label=_("Answer"), help_text=_("Begin with the answer itself."))

    class Meta:
        icon = "help"
        label = _("Question")
        description = _("A question with its answer.")
        template = "blocks/question.html"
        preview_value = {"question": "Kostet die Begleitung etwas?", "answer": "<p>Nein.</p>"}


class AccordionBlock(blocks.ListBlock):
    """Questions that open to show the answer."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(QuestionBlock(), **kwargs)

    class Meta:
        icon = "help"
        label = _("Questions and answers")
        description = _("Questions that open to show their answer.")
        template = "blocks/accordion.html"
        preview_value = [{"question": "Kostet die Begleitung etwas?", "answer": "<p>Nein.</p>"}]


class MilestoneBlock(blocks.StructBlock):
    """One point in time."""

    label = blocks.CharBlock(max_length=20, label=_("Year"), help_text=_("A year, or “Today”."))
    heading = blocks.CharBlock(max_length=120, label=_("Heading"), help_text=_("A few words."))
    text = blocks.TextBlock(label=_("Text"), help_text=_("One or two sentences."))
    current = blocks.BooleanBlock(required=False, label=_("Today"), help_text=_("Marks the last point as the present."))

    class Meta:
        icon = "date"
        label = _("Milestone")
        description = _("One point in time.")
        template = "blocks/milestone.html"
        preview_value = {"label": "1951", "heading": "Gründung", "text": "Die IOM entsteht."}


class TimelineBlock(blocks.ListBlock):
    """History along the route line."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(MilestoneBlock(), **kwargs)

    class Meta:
        icon = "history"
        label = _("Timeline")
        description = _("History in a few dated points.")
        template = "blocks/timeline.html"
        preview_value = [{"label": "1951", "heading": "Gründung", "text": "Die IOM entsteht."}]


class TaskBlock(blocks.StructBlock):
    """A thing that visitors want to do."""

    icon = blocks.ChoiceBlock(choices=ICONS, label=_("Sign"), help_text=_("Shown beside the title."))
    title = blocks.CharBlock(max_length=60, label=_("Title"), help_text=_("What the visitor wants to do: “Bring my family”."))
    text = blocks.CharBlock(max_length=160, label=_("Text"), help_text=_("What the page offers, in one sentence."))
    page = PageBlock(label=_("Page"), help_text=_("Where it leads."))

    class Meta:
        icon = "pick"
        label = _("Task")
        description = _("A thing that visitors want to do.")
        template = "blocks/task.html"
        preview_value = {"icon": "house", "title": "Familie nachholen", "text": "Begleitung im Visumverfahren."}

    def get_context(self, value: blocks.StructValue, parent_context: dict | None = None) -> dict:
        """Add the link to the page, in the reader's language."""
        context = super().get_context(value, parent_context=parent_context)
        context["link"] = links.resolve_one(value["page"].pk) if value.get("page") else None
        return context


class TasksBlock(blocks.ListBlock):
    """The things that most visitors come for."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(TaskBlock(), **kwargs)

    class Meta:
        icon = "pick"
        label = _("Tasks")
        description = _("What most visitors come for, as large links with a sign.")
        template = "blocks/tasks.html"
        preview_value = [{"icon": "house", "title": "Familie nachholen", "text": "Begleitung im Visumverfahren."}]


class CardsBlock(blocks.StructBlock):
    """Chosen pages as cards."""

    pages = blocks.ListBlock(
        PageBlock(),
        label=_("Pages"),
        help_text=_("Shown in this order. A page that does not exist in the reader's language is left out."),
    )

    class Meta:
        icon = "grip"
        label = _("Cards")
        description = _("Chosen pages as cards with picture, title and lead.")
        template = "blocks/cards.html"
        preview_value = {"pages": []}

    def get_context(self, value: blocks.StructValue, parent_context: dict | None = None) -> dict:
        """Add the pages in the reader's language, ready to be shown as cards."""
        context = super().get_context(value, parent_context=parent_context)
        context["cards"] = cards.for_pages([page for page in value["pages"] if page])
        return context


class SubpagesBlock(blocks.StaticBlock):
    """The pages below this one as cards."""

    class Meta:
        icon = "folder-open-inverse"
        label = _("Pages below this one")
        description = _("All pages directly below this one, as cards. It keeps itself up to date.")
        admin_text = _("Shows the pages directly below this one, as cards.")
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
        label = _("Site map")
        description = _("All pages of the reader's language in their order. It keeps itself up to date.")
        admin_text = _("Shows all pages of the portal.")
        template = "blocks/site_map.html"
        preview_value = None

    def get_context(self, value: object, parent_context: dict | None = None) -> dict:
        """Add the tree of pages."""
        from portal.navigation import site_map

        context = super().get_context(value, parent_context=parent_context)
        context["tree"] = site_map()
        return context


class SectionBlock(blocks.StructBlock):
    """A wide section with heading, ground colour and blocks; made by `section_block` with the blocks it takes."""

    class Meta:
        icon = "placeholder"
        label = _("Section")
        description = _("A wide section of the page: a heading, a ground colour and blocks in it.")
        template = "blocks/section.html"
        preview_value = {
            "heading": "IOM in Zahlen",
            "background": "night",
            "content": [{"type": "key_figures", "value": {"figures": [{"value": "175", "label": "Mitgliedsstaaten"}]}}],
            "aside": [],
        }

    def get_context(self, value: blocks.StructValue, parent_context: dict | None = None) -> dict:
        """Add the anchor of the heading."""
        from .text import heading_anchor

        context = super().get_context(value, parent_context=parent_context)
        context["anchor"] = heading_anchor(value["heading"])
        return context


def section_block(content: tuple, aside: tuple) -> SectionBlock:
    """Return a section block whose content and aside take the given blocks, as (name, block) pairs."""
    return SectionBlock(
        [
            ("heading", blocks.CharBlock(max_length=120, label=_("Heading"), help_text=_("What the section is about."))),
            (
                "link",
                LinkBlock(required=False, label=_("Link beside the heading"), help_text=_("For more; may be left empty.")),
            ),
            (
                "background",
                blocks.ChoiceBlock(
                    choices=[("plain", _("White")), ("sand", _("Sand")), ("night", _("Night blue"))],
                    default="plain",
                    label=_("Ground"),
                    help_text=_("Night blue once per page at most."),
                ),
            ),
            ("content", blocks.StreamBlock(content, label=_("Content"), help_text=_("What the section shows."))),
            (
                "aside",
                blocks.StreamBlock(
                    aside, required=False, max_num=2, label=_("Beside it"), help_text=_("A box beside the content.")
                ),
            ),
        ]
    )
