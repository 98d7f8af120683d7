"""Blocks that show news on other pages."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import get_language, gettext, pgettext_lazy

from portal.blocks import base as blocks
from portal.blocks.links import PageBlock
from portal.language.languages import SOURCE_LANGUAGE
from portal.listing import lists
from portal.pages import cards, links
from portal.pages.cards import Form


class LatestNewsBlock(blocks.StructBlock):
    """The newest news, one of them large."""

    featured = PageBlock(
        required=False,
        page_type="news.NewsPage",
        label=pgettext_lazy("admin", "Shown large"),
        help_text=pgettext_lazy("admin", "Left empty, the newest is shown large."),
    )
    count = blocks.IntegerBlock(
        default=6,
        min_value=1,
        max_value=12,
        label=pgettext_lazy("admin", "How many"),
        help_text=pgettext_lazy("admin", "Beside the large one."),
    )

    class Meta:
        icon = "doc-full-inverse"
        label = pgettext_lazy("admin", "Latest news")
        description = pgettext_lazy("admin", "The newest news, one of them large. It keeps itself up to date.")
        template = "blocks/latest_news.html"
        preview_value = {"count": 3}

    def get_context(self, value: blocks.StructValue, parent_context: dict | None = None) -> dict:
        """Add the featured item and the newest others, in the reader's language."""
        from news.models import NewsPage

        context = super().get_context(value, parent_context=parent_context)
        featured = links.resolve_one(value["featured"].pk) if value.get("featured") else None
        items = cards.of(
            lists.latest(
                NewsPage.listing,
                NewsPage,
                get_language() or SOURCE_LANGUAGE,
                value["count"] + 1,
                first=featured.page.pk if featured else None,
            )
        )
        if items:
            badge = gettext("In focus") if value.get("featured") else ""
            context["featured"] = items[0].shown_as(Form.STORY, meta=replace(items[0].meta, badge=badge))
            # The list beside it is short: titles, no pictures.
            context["items"] = [item.shown_as(Form.ITEM, picture=None, text="") for item in items[1:]]
        return context
