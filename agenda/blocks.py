"""A target of a goal, in the words of the United Nations."""

from __future__ import annotations

from typing import Any

from django.utils.translation import pgettext_lazy
from wagtail.blocks import RegexBlock, StructValue

from portal.blocks import base as blocks
from portal.blocks.links import PageBlock
from portal.pages import links

DIRECT, RELATED = "direct", "related"

LETTERS = {
    "a": pgettext_lazy("number of a target", "%(goal)s.a"),
    "b": pgettext_lazy("number of a target", "%(goal)s.b"),
    "c": pgettext_lazy("number of a target", "%(goal)s.c"),
    "d": pgettext_lazy("number of a target", "%(goal)s.d"),
}
"""How targets are called that have a letter: that of the reader's alphabet, where the United Nations use it."""


def shown_number(number: str) -> str:
    """Return the number of a target as the active language writes it."""
    goal, _dot, target = number.partition(".")
    return LETTERS[target] % {"goal": goal} if target in LETTERS else number


class TargetBlock(blocks.StructBlock):
    """A target word for word, with how it has to do with migration."""

    number = RegexBlock(
        regex=r"(?:[1-9]|1[0-7])\.(?:[1-9][0-9]?|[a-d])",
        max_length=5,
        label=pgettext_lazy("admin", "Number"),
        help_text=pgettext_lazy("admin", "As the United Nations count: 10.7 or 10.c"),
    )
    text = blocks.TextBlock(
        label=pgettext_lazy("admin", "Wording"),
        help_text=pgettext_lazy("admin", "Word for word, from a source that is named below."),
    )
    relation = blocks.ChoiceBlock(
        choices=[
            (DIRECT, pgettext_lazy("admin", "About migration or mobility itself")),
            (RELATED, pgettext_lazy("admin", "Does not name migration, but concerns it")),
        ],
        default=DIRECT,
        label=pgettext_lazy("admin", "Relation to migration"),
        help_text=pgettext_lazy("admin", "Those about migration itself come first and are counted on the tile of the goal."),
    )
    note = blocks.CharBlock(
        required=False,
        max_length=300,
        label=pgettext_lazy("admin", "Note"),
        help_text=pgettext_lazy("admin", "In our own words: what the target has to do with migration, where it does not say so itself."),
    )
    page = PageBlock(
        required=False,
        label=pgettext_lazy("admin", "Page"),
        help_text=pgettext_lazy("admin", "That explains the target."),
    )

    class Meta:
        icon = "list-ul"
        label = pgettext_lazy("admin", "Target")
        description = pgettext_lazy("admin", "A target of the goal, word for word.")
        template = "blocks/target.html"
        preview_value = {"number": "10.7", "text": "Eine geordnete, sichere, reguläre und verantwortungsvolle Migration erleichtern"}

    def get_context(self, value: StructValue, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """Add the link to the page that explains it, in the reader's language."""
        context = super().get_context(value, parent_context=parent_context)
        found = links.resolve_one(value["page"].pk) if value.get("page") else None
        context.update(link=found.plain() if found else None, number=shown_number(value.get("number") or ""))
        return context
