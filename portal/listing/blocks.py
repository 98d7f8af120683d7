"""The block that shows the first pages of a kind on other pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import get_language, gettext, pgettext_lazy
from wagtail.models import Page

from portal.blocks import base as blocks
from portal.blocks.links import PageBlock
from portal.language.languages import SOURCE_LANGUAGE
from portal.models.goals import Goal
from portal.pages import cards, links
from portal.pages.cards import Form

from . import goals, lists
from .declarations import Text, listings, model_of


def _kinds() -> list[tuple[str, Text]]:
    return [(listing.kind, listing.title) for listing in listings().values()]


class ListedPageBlock(PageBlock):
    """Chooses a page of any kind that is declared."""

    @cached_property
    def target_models(self) -> list[type[Page]]:
        """Return the page types of all kinds."""
        return list(listings())


LEAD, LIST = "lead", "list"


class LatestBlock(blocks.StructBlock):
    """The first pages of a kind, one of them large, or all as a list of titles: the newest, or what comes next."""

    kind = blocks.ChoiceBlock(
        choices=_kinds,
        default="news",
        label=pgettext_lazy("admin", "Of what"),
        help_text=pgettext_lazy("admin", "The kind of content that is shown."),
    )
    featured = ListedPageBlock(
        required=False,
        label=pgettext_lazy("admin", "Shown large"),
        help_text=pgettext_lazy("admin", "One of them; left empty, it is the newest, or what comes next."),
    )
    count = blocks.IntegerBlock(
        default=6,
        min_value=1,
        max_value=12,
        label=pgettext_lazy("admin", "How many"),
        help_text=pgettext_lazy("admin", "Beside the large one."),
    )
    form = blocks.ChoiceBlock(
        choices=[
            (LEAD, pgettext_lazy("admin", "One large, the others beside it")),
            (LIST, pgettext_lazy("admin", "A list of titles, in columns")),
        ],
        default=LEAD,
        label=pgettext_lazy("admin", "Look"),
        help_text=pgettext_lazy("admin", "A list takes a third of the room. Three, four, six or eight fill its rows."),
    )

    class Meta:
        icon = "doc-full-inverse"
        label = pgettext_lazy("admin", "Latest news, next events …")
        description = pgettext_lazy("admin", "The newest news, the next events or others, one of them large. It keeps itself up to date.")
        template = "blocks/latest.html"
        preview_value = {"kind": "news", "count": 3}

    def get_context(self, value: blocks.StructValue, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """Add the featured page and the first others, in the reader's language."""
        context = super().get_context(value, parent_context=parent_context)
        model = model_of(value.get("kind") or "news")
        if model is None:
            return context
        is_list = value.get("form") == LIST
        context["nothing"] = model.listing.empty_label
        featured = value["featured"].pk if value.get("featured") else None
        items = [cards.card_of(page) for page in cards.shown_for(self._ids(value, featured))]
        if items and is_list:
            context["cards"] = [item.shown_as(Form.ITEM, picture=None, text="") for item in cards.with_telling_kinds(items)]
        elif items:
            badge = gettext("In focus") if value.get("featured") else ""
            context["featured"] = items[0].shown_as(Form.STORY, meta=replace(items[0].meta, badge=badge))
            # The list beside it is short: titles, no pictures.
            context["items"] = [item.shown_as(Form.ITEM, picture=None, text="") for item in items[1:]]
        return context

    def _ids(self, value: Mapping[str, Any], featured: int | None) -> list[int]:
        """Return the ids of the pages that are shown, in the active language; `featured` is chosen in whatever language."""
        model, count = model_of(value.get("kind") or "news"), value.get("count") or self.child_blocks["count"].get_default()
        link = links.resolve_one(featured) if featured else None
        code, first = get_language() or SOURCE_LANGUAGE, link.page.pk if link else None
        return lists.latest_ids(model, code, count if value.get("form") == LIST else count + 1, first) if model else []

    def shown_pages(self, value: dict[str, Any] | None) -> set[int]:
        """Return them by what is stored, and the one that is chosen."""
        return {*self._ids(value, None), *filter(None, [value.get("featured")])} if value else set()


class GoalsBlock(blocks.StaticBlock):
    """The 17 goals of the 2030 Agenda as a grid: those with targets about migration in their colours."""

    class Meta:
        icon = "site"
        label = pgettext_lazy("admin", "Goals of the 2030 Agenda")
        description = pgettext_lazy("admin", "All 17 goals as a grid of tiles that lead to their pages. It keeps itself up to date.")
        admin_text = pgettext_lazy("admin", "Shows all 17 goals.")
        template = "blocks/goals.html"
        preview_value = None

    def linked_pages(self) -> set[int]:
        """Return the pages of the goals."""
        return goals.page_ids(Goal.values)

    def get_context(self, value: object, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """Add the tiles, with their links in the reader's language."""
        return {**super().get_context(value, parent_context=parent_context), "tiles": goals.tiles()}


class GoalNumbersBlock(GoalsBlock):
    """The goals as one line of numbers in their colours, for pages that hold much else; their names are read and shown where one points."""

    class Meta:
        icon = "site"
        label = pgettext_lazy("admin", "Goals of the 2030 Agenda, numbers")
        description = pgettext_lazy("admin", "The 17 goals as small numbered tiles that lead to their pages.")
        admin_text = pgettext_lazy("admin", "Shows all 17 goals.")
        template = "blocks/goal_numbers.html"
        preview_value = None
