"""The goals of the 2030 Agenda, a page for each: the targets that concern migration, and what of the portal serves the goal."""

from __future__ import annotations

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.blocks import StreamValue
from wagtail.search import index
from wagtail_localize.fields import SynchronizedField, TranslatableField

from agenda.blocks import DIRECT, RELATED, TargetBlock
from portal.blocks import CONTENT_BLOCKS
from portal.blocks.fields import StreamField
from portal.blocks.illustrations import Illustration
from portal.listing import goals
from portal.listing.declarations import BY_NAME, Listing
from portal.models import BasePage, BodyMixin, LeadMixin, SourcesMixin
from portal.models.goals import Goal
from portal.models.told import Blocks
from portal.pages import cards


class GoalPage(LeadMixin, BodyMixin, SourcesMixin, BasePage):
    """A goal, under the short title that the United Nations give it in the language of the page."""

    number = models.CharField(
        pgettext_lazy("admin", "number"),
        max_length=2,
        choices=Goal.as_options,
        help_text=pgettext_lazy("admin", "Each goal has one page in a language."),
    )
    targets = StreamField(
        [("target", TargetBlock())],
        verbose_name=pgettext_lazy("admin", "targets"),
        blank=True,
        help_text=pgettext_lazy("admin", "Those targets of the goal that concern migration, word for word."),
    )
    body = StreamField(
        CONTENT_BLOCKS,
        verbose_name=pgettext_lazy("admin", "content"),
        blank=True,
        help_text=pgettext_lazy("admin", "What else is to be said of the goal; may be left empty."),
    )

    illustration_default: ClassVar[str] = Illustration.AGENDA
    parent_page_types: ClassVar[list[str]] = ["home.Agenda2030Page"]
    subpage_types: ClassVar[list[str]] = []
    template = "pages/goal_page.html"
    show_in_menus_default = False
    page_description = pgettext_lazy("admin", "One of the 17 goals. What of the portal serves it is shown on it by itself.")
    entries_heading = _("In this portal on the goal")
    reserved_anchors: ClassVar[frozenset[str]] = frozenset({"targets", "related-targets", "serving"})

    listing = Listing(
        kind="goal",
        label=_("Goal of the 2030 Agenda"),
        plural=_("Goals of the 2030 Agenda"),
        empty_label=_("There are no goals here yet."),
        order=BY_NAME,
        records={"number": "number", "targets": "targets"},
    )

    content_panels: ClassVar[list] = [
        *BasePage.content_panels,
        FieldPanel("number"),
        *LeadMixin.lead_panels,
        FieldPanel("targets"),
        *BodyMixin.body_panels,
        *SourcesMixin.sources_panels,
    ]
    search_fields: ClassVar[list] = [
        *BasePage.search_fields,
        *LeadMixin.lead_search_fields,
        index.SearchField("targets"),
        *BodyMixin.body_search_fields,
    ]
    translatable_fields: ClassVar[list] = [
        *BasePage.translatable_fields,
        *LeadMixin.lead_translatable_fields,
        TranslatableField("targets"),
        *BodyMixin.body_translatable_fields,
        *SourcesMixin.sources_translatable_fields,
        SynchronizedField("number", overridable=False),
    ]

    class Meta:
        verbose_name = pgettext_lazy("admin", "goal of the 2030 Agenda")
        verbose_name_plural = pgettext_lazy("admin", "goals of the 2030 Agenda")

    def clean(self) -> None:
        """Refuse a second page of a goal, and targets of another one.

        Raises:
            ValidationError: at the field.
        """
        super().clean()
        others = GoalPage.objects.filter(number=self.number, locale=self.locale_id).exclude(translation_key=self.translation_key)
        if self.number and others.exists():
            raise ValidationError({"number": pgettext("admin", "This goal has a page already.")})
        numbers = [target.value.get("number") or "" for target in self.targets]
        foreign = [number for number in numbers if number and number.partition(".")[0] != self.number]
        if self.number and foreign:
            text = pgettext("admin", "No target of goal %(goal)s: %(targets)s.")
            raise ValidationError({"targets": text % {"goal": self.number, "targets": ", ".join(foreign)}})

    @property
    def target_count(self) -> int:
        """Return how many of its targets are about migration itself."""
        return len(self._targets(DIRECT))

    def _targets(self, relation: str) -> list[StreamValue.StreamChild]:
        return [block for block in self.targets if (block.value.get("relation") or DIRECT) == relation]

    def parts_of(self, name: str) -> list[tuple[tuple[str, str], Blocks]]:
        """Return the targets on migration apart from those that do not name it."""
        if name != "targets":
            return super().parts_of(name)
        return [
            ((gettext("Targets on migration"), "targets"), self._targets(DIRECT)),
            ((gettext("Related targets"), "related-targets"), self._targets(RELATED)),
        ]

    def linked_ids(self) -> set[int]:
        """Return the pages of the goals before and after it."""
        return goals.page_ids(goals.beside(self.number))

    def entries(self, request: HttpRequest) -> list[cards.Card]:
        """Return what serves the goal."""
        return [card for kind in goals.serving(self.number, self.language_code) for card in kind.cards]

    def get_context(self, request: HttpRequest, *args: object, **kwargs: object) -> dict[str, object]:
        """Add the targets, what serves the goal, and the goals beside it."""
        return {
            **super().get_context(request, *args, **kwargs),
            "targets": self._targets(DIRECT),
            "related_targets": self._targets(RELATED),
            "serving": goals.serving(self.number, self.language_code),
            "beside": [tile for number in goals.beside(self.number) if (tile := goals.tile(number)).link],
        }
