"""The statement on accessibility: what the law asks public bodies to say (BITV 2.0, § 7; Commission Decision (EU) 2018/1523), as fields."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import pgettext_lazy

from portal.facts.shown import ShownFact
from portal.pages import links
from portal.pages.links import Link

from . import base as blocks
from .facts import FactChooserBlock, shown_facts
from .links import PageBlock
from .text import SHORT_TEXT_FEATURES, RichTextBlock


class BarrierBlock(blocks.StructBlock):
    """Something that some people cannot use, why that is so, and what they can do instead."""

    name = blocks.CharBlock(
        max_length=120, label=pgettext_lazy("admin", "Barrier"), help_text=pgettext_lazy("admin", "What cannot be used, in a few words.")
    )
    text = RichTextBlock(
        features=SHORT_TEXT_FEATURES,
        label=pgettext_lazy("admin", "Text"),
        help_text=pgettext_lazy("admin", "Whom it concerns, and what they can do instead."),
    )
    reason = blocks.ChoiceBlock(
        choices=[
            ("open", pgettext_lazy("admin", "not done yet")),
            ("burden", pgettext_lazy("admin", "disproportionate burden")),
            ("exempt", pgettext_lazy("admin", "not covered by the law")),
            ("others", pgettext_lazy("admin", "content of others")),
        ],
        default="open",
        label=pgettext_lazy("admin", "Reason"),
        help_text=pgettext_lazy("admin", "Why it is not accessible, in the terms of the law. Readers get it as a sentence."),
    )

    class Meta:
        icon = "warning"
        label = pgettext_lazy("admin", "Barrier")
        description = pgettext_lazy("admin", "Something that is not accessible yet, with its reason.")
        template = "blocks/barrier.html"
        preview_value = {"name": "Alte PDF-Dateien", "text": "<p>Sie haben keine Tags.</p>", "reason": "open"}


@dataclass(frozen=True)
class Statement:
    """The statement as it is shown; None and nothing stand for what is not known."""

    status: str
    method: ShownFact | None
    day: ShownFact | None
    barriers: list[object]
    link: Link | None
    arbitration: object


class AccessibilityBlock(blocks.StructBlock):
    """The fields of the statement. Each that is empty is left out; facts without a value stand in the list of missing facts."""

    status = blocks.ChoiceBlock(
        choices=[
            ("full", pgettext_lazy("admin", "fully accessible")),
            ("partial", pgettext_lazy("admin", "partly accessible")),
            ("none", pgettext_lazy("admin", "not accessible")),
        ],
        required=False,
        label=pgettext_lazy("admin", "Verdict"),
        help_text=pgettext_lazy("admin", "What the last assessment found. Left empty, the statement says that there was none yet."),
    )
    method = FactChooserBlock(
        required=False,
        label=pgettext_lazy("admin", "Method"),
        help_text=pgettext_lazy("admin", "A fact that says how it was assessed, and by whom: “self-assessment by the office”."),
    )
    assessed_on = FactChooserBlock(
        required=False,
        label=pgettext_lazy("admin", "Day of the assessment"),
        help_text=pgettext_lazy("admin", "A fact with the day on which it was last assessed."),
    )
    barriers = blocks.ListBlock(
        BarrierBlock(),
        default=[],
        required=False,
        label=pgettext_lazy("admin", "Barriers"),
        help_text=pgettext_lazy("admin", "All that is known, each with its reason."),
    )
    page = PageBlock(
        required=False,
        label=pgettext_lazy("admin", "Where barriers are reported"),
        help_text=pgettext_lazy("admin", "The page with the form. While nobody gets what it brings, there is no way to it."),
    )
    arbitration = RichTextBlock(
        features=SHORT_TEXT_FEATURES,
        required=False,
        label=pgettext_lazy("admin", "If the answer does not help"),
        help_text=pgettext_lazy("admin", "Who mediates, and whether they are responsible for IOM."),
    )

    class Meta:
        icon = "view"
        label = pgettext_lazy("admin", "Statement on accessibility")
        description = pgettext_lazy("admin", "Verdict, method, day, barriers with reasons, where to report them, who mediates.")
        template = "blocks/accessibility.html"
        preview_value = {
            "status": "partial",
            "barriers": [{"name": "Alte PDF-Dateien", "text": "<p>Sie haben keine Tags.</p>", "reason": "open"}],
        }

    def get_context(self, value: blocks.StructValue, parent_context: dict | None = None) -> dict:
        """Add what is shown: facts that have a value, the link to the form if there is one."""
        context = super().get_context(value, parent_context=parent_context)
        method, day = (next(iter(shown_facts([value.get(name)])), None) for name in ("method", "assessed_on"))
        found = links.resolve_one(value["page"].pk) if value.get("page") else None
        link = found.plain() if found else None
        context["statement"] = Statement(
            value.get("status") or "", method, day, value["barriers"].bound_blocks, link, value.get("arbitration")
        )
        return context
