"""The mixins that page types add to the base page.

Each brings its fields, its panels, its search fields and the list of what wagtail-localize translates and what it keeps in step
with the source; a page type adds them up.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Value
from django.forms import CheckboxSelectMultiple
from django.utils.functional import cached_property
from django.utils.translation import pgettext_lazy
from modelcluster.fields import ParentalManyToManyField
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.blocks import StreamValue
from wagtail.search import index
from wagtail_localize.fields import SynchronizedField, TranslatableField

from portal.blocks import facts
from portal.blocks.anchors import anchors
from portal.blocks.fields import StreamField
from portal.blocks.illustrations import SOBER, Illustration, illustration_url
from portal.blocks.text import Source, SourceBlock
from portal.language.languages import SOURCE_LANGUAGE
from portal.models.fields import ChoicesField
from portal.models.goals import Goal
from portal.pages import versions
from portal.uploads import access


class LeadMixin(models.Model):
    """One to three sentences below the title; cards and search results show them too."""

    lead = models.TextField(
        pgettext_lazy("admin", "lead"),
        blank=True,
        max_length=500,
        help_text=pgettext_lazy(
            "admin", "One to three sentences below the title. Also shown on cards and in search results."
        ),
    )

    lead_panels: ClassVar[list] = [FieldPanel("lead")]
    lead_search_fields: ClassVar[list] = [index.SearchField("lead", boost=2)]
    lead_translatable_fields: ClassVar[list] = [TranslatableField("lead")]

    class Meta:
        abstract = True


class CoverMixin(models.Model):
    """The picture of a page: an uploaded photograph, else a drawing of its own, else its topic's."""

    image = models.ForeignKey(
        "portal.PortalImage",
        verbose_name=pgettext_lazy("admin", "photograph"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text=pgettext_lazy("admin", "At least 1280 pixels wide, 16:9. Takes precedence over the drawing."),
    )
    illustration = models.CharField(
        pgettext_lazy("admin", "drawing"),
        max_length=40,
        choices=Illustration.as_choices,
        blank=True,
        help_text=pgettext_lazy(
            "admin", "Shown where there is no photograph. Left empty, the first topic's drawing is used."
        ),
    )

    cover_panels: ClassVar[list] = [
        MultiFieldPanel([FieldPanel("image"), FieldPanel("illustration")], pgettext_lazy("admin", "Picture")),
    ]
    cover_translatable_fields: ClassVar[list] = [
        SynchronizedField("image"),
        SynchronizedField("illustration", overridable=False),
    ]

    class Meta:
        abstract = True

    @cached_property
    def topic_drawing(self) -> str:
        """Return the drawing of the first topic that has one; cards are told those of all pages together (`portal.pages.cards`)."""
        return next((topic.illustration for topic in getattr(self, "topic_list", ()) if topic.illustration), "")

    @cached_property
    def picture(self) -> dict[str, object]:
        """Return the photograph, or the address of the drawing: own, topic's, the page type's; the last stands in for one shown before."""
        name = self.illustration or self.topic_drawing
        image = self.image if self.image_id and access.is_shown(self.image) else None
        default = illustration_url(self.illustration_default)
        return {"image": image, "url": illustration_url(name) if name else default, "spare": "" if name in SOBER else default}


class BodyMixin(models.Model):
    """The panels and fields of a page with a `body`; each page type declares which blocks it takes."""

    body_panels: ClassVar[list] = [FieldPanel("body")]
    body_search_fields: ClassVar[list] = [index.SearchField("body")]
    body_translatable_fields: ClassVar[list] = [TranslatableField("body")]

    class Meta:
        abstract = True

    @cached_property
    def shown_body(self) -> StreamValue:
        """Return the body as visitors get it in the active language: facts by their values, nothing that waits for one."""
        return facts.body(self.body)

    reserved_anchors: ClassVar[frozenset[str]] = frozenset()
    """What the page calls parts of its own."""

    @cached_property
    def anchors(self) -> dict[str, str]:
        """Return the anchors of the headings by the ids of their blocks."""
        return anchors(self.shown_body, self.reserved_anchors, versions.anchors_of(self))


class MenuMixin(models.Model):
    """A section of the portal: its name and introduction in the main menu."""

    menu_title = models.CharField(
        pgettext_lazy("admin", "title in the menu"),
        max_length=60,
        blank=True,
        help_text=pgettext_lazy("admin", "Left empty, the page's title is used."),
    )
    menu_intro = models.TextField(
        pgettext_lazy("admin", "introduction in the menu"),
        blank=True,
        help_text=pgettext_lazy("admin", "Shown beside the links when the menu is open."),
    )

    menu_panels: ClassVar[list] = [
        MultiFieldPanel([FieldPanel("menu_title"), FieldPanel("menu_intro")], pgettext_lazy("admin", "Main menu")),
    ]
    menu_translatable_fields: ClassVar[list] = [TranslatableField("menu_title"), TranslatableField("menu_intro")]

    class Meta:
        abstract = True


class SourcesMixin(models.Model):
    """Where the facts of a page come from."""

    sources = StreamField(
        [("source", SourceBlock())],
        verbose_name=pgettext_lazy("admin", "sources"),
        blank=True,
        help_text=pgettext_lazy("admin", "Where the facts of this page come from; shown at its end."),
    )

    sources_panels: ClassVar[list] = [FieldPanel("sources")]
    sources_translatable_fields: ClassVar[list] = [TranslatableField("sources")]

    class Meta:
        abstract = True

    @property
    def source_list(self) -> list[Source]:
        """Return the sources as they are shown; those that stand in the source language still say so."""
        untranslated = versions.untranslated_in(self)
        return [block.value.plain(SOURCE_LANGUAGE if block.id in untranslated else "") for block in self.sources]


class GoalsMixin(models.Model):
    """The goals of the 2030 Agenda that the page serves: the pages of the goals list it, and it links to them."""

    goals = ChoicesField(
        pgettext_lazy("admin", "goals of the 2030 Agenda"),
        options=Goal.as_options,
        db_default=models.Value([], models.JSONField()),
        help_text=pgettext_lazy("admin", "Those that it serves by what it is about. It is listed on their pages."),
    )

    goals_panels: ClassVar[list] = [FieldPanel("goals")]
    goals_translatable_fields: ClassVar[list] = [SynchronizedField("goals", overridable=False)]

    class Meta:
        abstract = True


class TopicsMixin(models.Model):
    """Topics and regions. Every language refers to the terms of the source language (see `Term`)."""

    topics = ParentalManyToManyField(
        "portal.Topic",
        verbose_name=pgettext_lazy("admin", "topics"),
        blank=True,
        related_name="+",
        help_text=pgettext_lazy(
            "admin", "What the page is about; the first topic's drawing stands in for a missing picture."
        ),
    )
    regions = ParentalManyToManyField(
        "portal.Region",
        verbose_name=pgettext_lazy("admin", "regions"),
        blank=True,
        related_name="+",
        help_text=pgettext_lazy("admin", "Where in the world."),
    )

    topics_panels: ClassVar[list] = [
        MultiFieldPanel(
            [
                FieldPanel("topics", widget=CheckboxSelectMultiple),
                FieldPanel("regions", widget=CheckboxSelectMultiple),
            ],
            pgettext_lazy("admin", "Topics and regions"),
        ),
    ]
    topics_translatable_fields: ClassVar[list] = [
        SynchronizedField("topics", overridable=False),
        SynchronizedField("regions", overridable=False),
    ]

    class Meta:
        abstract = True

    @cached_property
    def term_lists(self) -> dict[str, list[Any]]:
        """The `topics` and the `regions` as they are stored, or as a draft has them. One query for both, asked once."""
        fields = {name: self._meta.get_field(name) for name in ("topics", "regions")}
        # Where modelcluster keeps what is not stored yet.
        if not self.pk or fields.keys() & getattr(self, "_cluster_related_objects", {}).keys():
            return {name: list(getattr(self, name).all()) for name in fields}
        columns = ("pk", "translation_key", "locale_id", "name", "slug")
        parts = []
        for name, field in fields.items():
            rows = field.remote_field.through.objects.filter(**{field.m2m_field_name(): self})
            terms = field.related_model.objects.filter(pk__in=rows.values(field.m2m_reverse_field_name())).order_by()
            drawing = F("illustration") if name == "topics" else Value("")
            parts.append(terms.annotate(drawing=drawing, field=Value(name)).values_list(*columns, "drawing", "field"))
        found: dict[str, list[Any]] = {name: [] for name in fields}
        for *values, drawing, name in parts[0].union(parts[1], all=True).order_by("name"):
            term = fields[name].related_model(**dict(zip(columns, values, strict=True)))
            term.illustration = drawing
            found[name].append(term)
        return found

    @property
    def topic_list(self) -> list[Any]:
        """Return the topics: those that were read with others' (`prefetch_related`), or its own."""
        were_read = "topics" in getattr(self, "_prefetched_objects_cache", {})
        return list(self.topics.all()) if were_read else self.term_lists["topics"]
