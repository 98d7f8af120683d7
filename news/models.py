"""News: the index with its filters, and the items."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.search import index
from wagtail_localize.fields import SynchronizedField, TranslatableField

from portal.blocks import CONTENT_BLOCKS
from portal.blocks.fields import StreamField
from portal.blocks.illustrations import Illustration
from portal.blocks.media import Figure
from portal.blocks.people import ContactBlock
from portal.discovery.head import ORGANIZATION, WORLDWIDE_NAME, editors_name
from portal.language.choices import TextChoices
from portal.language.dates import DatePrecision
from portal.listing.declarations import Listing, Schema, When
from portal.listing.pages import IndexPage, ListedPage
from portal.models import BasePage, BodyMixin, CoverMixin, GoalsMixin, LeadMixin, SourcesMixin, TopicsMixin

from .forms import NewsPageForm
from .provenance import Kind, OriginalMixin


class Scope(TextChoices):
    """Whom an item concerns."""

    GLOBAL = "global", _("Worldwide")
    LOCAL = "local", _("Germany")


class NewsIndexPage(IndexPage):
    """All news of a language, filtered by kind, topic and year."""

    illustration_default: ClassVar[str] = Illustration.NEWSPAPER
    parent_page_types: ClassVar[list[str]] = ["home.HomePage"]
    subpage_types: ClassVar[list[str]] = ["news.NewsPage"]
    max_count_per_parent = 1
    template = "pages/news_index_page.html"
    page_description = pgettext_lazy("admin", "The list of all news.")

    class Meta:
        verbose_name = pgettext_lazy("admin", "news index")
        verbose_name_plural = pgettext_lazy("admin", "news indexes")


class NewsPage(OriginalMixin, LeadMixin, CoverMixin, BodyMixin, TopicsMixin, GoalsMixin, SourcesMixin, ListedPage):
    """A news item or a look back by the editors, a story, or a statement or press release of IOM."""

    kind = models.CharField(
        pgettext_lazy("admin", "kind"),
        max_length=20,
        choices=Kind.as_choices,
        default=Kind.NEWS,
        help_text=pgettext_lazy(
            "admin",
            "“Statement” and “press release” are for texts that IOM itself published, word for word. What the editors write about them "
            "is a news item, or a look back if it lies in the past. Visitors can filter by it.",
        ),
    )
    scope = models.CharField(
        pgettext_lazy("admin", "scope"),
        max_length=10,
        choices=Scope.as_choices,
        default=Scope.LOCAL,
        help_text=pgettext_lazy("admin", "Whom it concerns."),
    )
    place = models.CharField(
        pgettext_lazy("admin", "dateline place"),
        max_length=100,
        blank=True,
        help_text=pgettext_lazy("admin", "Where it was written, as in “Geneva – …”."),
    )
    date = models.DateField(
        pgettext_lazy("admin", "date"),
        help_text=pgettext_lazy("admin", "If only month or year are known, choose the first day and say so below."),
    )
    date_precision = models.CharField(
        pgettext_lazy("admin", "what is known of the date"),
        max_length=5,
        choices=DatePrecision.as_choices,
        default=DatePrecision.DAY,
        help_text=pgettext_lazy("admin", "No more is shown than is known."),
    )
    image_alt = models.CharField(
        pgettext_lazy("admin", "alternative text of the photograph"),
        max_length=250,
        blank=True,
        help_text=pgettext_lazy(
            "admin", "What the photograph shows, for people who do not see it. Left empty, it counts as decoration."
        ),
    )
    image_caption = models.CharField(
        pgettext_lazy("admin", "caption"),
        max_length=300,
        blank=True,
        help_text=pgettext_lazy("admin", "Who, what, where, when."),
    )
    body = StreamField(
        CONTENT_BLOCKS,
        verbose_name=pgettext_lazy("admin", "content"),
        blank=True,
        help_text=pgettext_lazy("admin", "What the item says."),
    )
    contact = StreamField(
        [("contact", ContactBlock())],
        verbose_name=pgettext_lazy("admin", "contact"),
        blank=True,
        max_num=1,
        help_text=pgettext_lazy("admin", "Whom the press may ask."),
    )

    base_form_class = NewsPageForm
    illustration_default: ClassVar[str] = Illustration.NEWSPAPER
    parent_page_types: ClassVar[list[str]] = ["news.NewsIndexPage"]
    subpage_types: ClassVar[list[str]] = []
    shows_picture = True
    template = "pages/news_page.html"
    page_description = pgettext_lazy("admin", "A news item, look back, story, statement or press release.")

    listing = Listing(
        kind="news",
        label=_("News item"),
        plural=_("News"),
        all_label=_("All news"),
        further_label=_("Further news"),
        empty_label=_("There is no news yet."),
        kinds="kind",
        when=When(start="date", precision="date_precision", ages=True),
        filters=("kind", "topics", "when.year", "goals"),
        facts=("kind", "scope", "goals", "topics", "regions"),
        schema=Schema("NewsArticle", author="schema_author", datePublished="schema_date", isBasedOn="original_url"),
        feeds=("rss", "atom"),
        feed_path="feed",
        description=_("News of IOM Germany and looks back, statements, press releases and stories."),
        author="author_name",
        records={"date": "date", "date_precision": "date_precision", "goals": "goals"},
    )

    content_panels: ClassVar[list] = [
        *BasePage.content_panels,
        FieldRowPanel([FieldPanel("kind"), FieldPanel("scope")]),
        FieldRowPanel([FieldPanel("date"), FieldPanel("date_precision"), FieldPanel("place")]),
        *OriginalMixin.original_panels,
        *LeadMixin.lead_panels,
        *BodyMixin.body_panels,
        *SourcesMixin.sources_panels,
        FieldPanel("contact"),
    ]
    promote_panels: ClassVar[list] = [
        MultiFieldPanel(
            [FieldPanel("image"), FieldPanel("image_alt"), FieldPanel("image_caption"), FieldPanel("illustration")],
            pgettext_lazy("admin", "Picture"),
        ),
        *TopicsMixin.topics_panels,
        *GoalsMixin.goals_panels,
        *BasePage.promote_panels,
    ]
    search_fields: ClassVar[list] = [
        *BasePage.search_fields,
        *LeadMixin.lead_search_fields,
        *BodyMixin.body_search_fields,
        index.FilterField("date"),
        index.FilterField("kind"),
    ]
    translatable_fields: ClassVar[list] = [
        *BasePage.translatable_fields,
        TranslatableField("place"),
        *LeadMixin.lead_translatable_fields,
        *BodyMixin.body_translatable_fields,
        *SourcesMixin.sources_translatable_fields,
        TranslatableField("contact"),
        TranslatableField("image_alt"),
        TranslatableField("image_caption"),
        SynchronizedField("kind", overridable=False),
        SynchronizedField("scope", overridable=False),
        SynchronizedField("date", overridable=False),
        SynchronizedField("date_precision", overridable=False),
        *OriginalMixin.original_translatable_fields,
        *CoverMixin.cover_translatable_fields,
        *TopicsMixin.topics_translatable_fields,
        *GoalsMixin.goals_translatable_fields,
    ]

    class Meta:
        verbose_name = pgettext_lazy("admin", "news item")
        verbose_name_plural = pgettext_lazy("admin", "news items")
        indexes = (models.Index(fields=["-date"]),)

    @property
    def author_name(self) -> str:
        """Return who wrote the item: IOM, or the editors."""
        return WORLDWIDE_NAME if self.is_in_words_of_iom else editors_name()

    @property
    def schema_author(self) -> dict[str, str]:
        """Return who wrote the item, for machines."""
        return ORGANIZATION if self.is_in_words_of_iom else {"@type": "Organization", "name": editors_name()}

    @property
    def schema_date(self) -> str:
        """Return the date for schema.org, which refuses one without its day."""
        return self.known_date.machine if self.date_precision == DatePrecision.DAY else ""

    @property
    def figure(self) -> Figure:
        """Return the picture above the text; a drawing says nothing."""
        image = self.picture["image"]
        if not image:
            return Figure(self.picture, is_wide=True)
        return Figure(
            self.picture,
            alt=self.image_alt,
            alt_language=self.foreign_language_of("image_alt"),
            caption=self.image_caption,
            caption_language=self.foreign_language_of("image_caption"),
            credit=image.rights,
            is_wide=True,
        )
