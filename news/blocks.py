"""Blocks that show news on other pages."""

from __future__ import annotations

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from portal.languages import SOURCE_LANGUAGE


class LatestNewsBlock(blocks.StructBlock):
    """The newest news, one of them large."""

    featured = blocks.PageChooserBlock(
        required=False,
        page_type="news.NewsPage",
        label=_("Shown large"),
        help_text=_("Left empty, the newest is shown large."),
    )
    count = blocks.IntegerBlock(
        default=6, min_value=1, max_value=12, label=_("How many"), help_text=_("Beside the large one.")
    )

    class Meta:
        icon = "doc-full-inverse"
        label = _("Latest news")
        description = _("The newest news, one of them large. It keeps itself up to date.")
        template = "blocks/latest_news.html"
        preview_value = {"count": 3}

    def get_context(self, value: blocks.StructValue, parent_context: dict | None = None) -> dict:
        """Add the featured item and the newest others, in the reader's language."""
        from news.models import NewsPage

        context = super().get_context(value, parent_context=parent_context)
        language_code = get_language() or SOURCE_LANGUAGE
        featured = value.get("featured")
        items = NewsPage.objects.latest_in(language_code, value["count"] + 1)
        lead_key = featured.translation_key if featured else None
        lead = next((item for item in items if item.translation_key == lead_key), None)
        if lead is None and featured is not None:
            lead = NewsPage.objects.version_of(featured, language_code)
        if lead is None:
            lead = items[0] if items else None
        context["featured"] = lead
        context["items"] = [item for item in items if item != lead][: value["count"]]
        return context
