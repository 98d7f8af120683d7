"""News: the index with its filters, and the items."""

from __future__ import annotations

from typing import ClassVar
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.search import index
from wagtail_localize.fields import SynchronizedField, TranslatableField

from portal.blocks import CONTENT_BLOCKS
from portal.blocks.fields import StreamField
from portal.blocks.illustrations import Illustration
from portal.blocks.media import Figure
from portal.blocks.people import ContactBlock
from portal.discovery.head import absolute, versions_of
from portal.language.choices import TextChoices
from portal.language.dates import DatePrecision, KnownDate
from portal.language.languages import SOURCE_LANGUAGE
from portal.models import BasePage, BodyMixin, CoverMixin, LeadMixin, SourcesMixin, Topic, TopicsMixin, taxonomy
from portal.pages import cards, versions
from portal.pages.cards import Card, Form, Metaline
from portal.pages.links import Link

from .forms import NewsFilterForm, NewsPageForm
from .managers import NewsManager
from .provenance import Kind, OriginalMixin

ITEMS_PER_PAGE = 10


class Scope(TextChoices):
    """Whom an item concerns."""

    GLOBAL = "global", _("Worldwide")
    LOCAL = "local", _("Germany")


class NewsIndexPage(LeadMixin, CoverMixin, BasePage):
    """All news of a language, filtered by kind, topic and year."""

    illustration_default: ClassVar[str] = Illustration.NEWSPAPER
    parent_page_types: ClassVar[list[str]] = ["home.HomePage"]
    subpage_types: ClassVar[list[str]] = ["news.NewsPage"]
    max_count_per_parent = 1
    template = "pages/news_index_page.html"
    page_description = pgettext_lazy("admin", "The list of all news.")

    content_panels: ClassVar[list] = [*BasePage.content_panels, *LeadMixin.lead_panels]
    promote_panels: ClassVar[list] = [*CoverMixin.cover_panels, *BasePage.promote_panels]
    search_fields: ClassVar[list] = [*BasePage.search_fields, *LeadMixin.lead_search_fields]
    translatable_fields: ClassVar[list] = [
        *BasePage.translatable_fields,
        *LeadMixin.lead_translatable_fields,
        *CoverMixin.cover_translatable_fields,
    ]

    class Meta:
        verbose_name = pgettext_lazy("admin", "news index")
        verbose_name_plural = pgettext_lazy("admin", "news indexes")

    def items(self) -> models.QuerySet:
        """Return the real items below this page, newest first."""
        return versions.real(NewsPage.objects.child_of(self)).newest_first()

    def filter_form(self, request: HttpRequest) -> NewsFilterForm:
        """Return the form of filters, its choices made from the items that there are."""
        names = taxonomy.names()
        topics = (
            Topic.objects.filter(pk__in=NewsPage.topics.through.objects.values("topic_id"))
            .values_list("slug", "translation_key")
            .distinct()
        )
        found = set(self.items().order_by().values_list("kind", "date__year").distinct())
        kinds = {kind for kind, _year in found}
        return NewsFilterForm(
            request.GET,
            kinds=[(kind, label) for kind, label in Kind.choices if kind in kinds],
            topics=sorted(
                ((slug, names[key]["name"]) for slug, key in topics), key=lambda choice: choice[1].casefold()
            ),
            years=sorted({year for _kind, year in found}, reverse=True),
        )

    def get_context(self, request: HttpRequest, *args: object, **kwargs: object) -> dict[str, object]:
        """Add the filters and one page of items."""
        context = super().get_context(request, *args, **kwargs)
        form = self.filter_form(request)
        filters = form.filters()
        fields = {"kind": "kind", "topic": "topics__slug", "year": "date__year"}
        items = self.items().filter(**{fields[name]: value for name, value in filters.items()}).defer_streamfields()
        page = Paginator(items, ITEMS_PER_PAGE).get_page(request.GET.get("page"))
        entries = [card.shown_as(Form.ITEM) for card in cards.of(page.object_list)]
        # On the first page without filters the newest item stands large above the list.
        leading = entries.pop(0).shown_as(Form.ROW) if entries and page.number == 1 and not filters else None
        original = versions_of(request, self).original
        context.update(
            form=form,
            list_url=self.address,
            original_list=original.get_url() if original and original.pk != self.pk else "",
            is_filtered=bool(filters),
            filter_query=urlencode(filters),
            results=page,
            leading=leading,
            entries=entries,
        )
        return context


class NewsPage(OriginalMixin, LeadMixin, CoverMixin, BodyMixin, TopicsMixin, SourcesMixin, BasePage):
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

    objects = NewsManager()

    base_form_class = NewsPageForm
    search_kinds: ClassVar[dict[str, str | Promise]] = dict(Kind.choices)
    illustration_default: ClassVar[str] = Illustration.NEWSPAPER
    parent_page_types: ClassVar[list[str]] = ["news.NewsIndexPage"]
    subpage_types: ClassVar[list[str]] = []
    template = "pages/news_page.html"
    page_description = pgettext_lazy("admin", "A news item, look back, story, statement or press release.")
    show_in_menus_default = False

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
    ]

    class Meta:
        verbose_name = pgettext_lazy("admin", "news item")
        verbose_name_plural = pgettext_lazy("admin", "news items")
        indexes = (models.Index(fields=["-date"]),)

    @property
    def card_kind(self) -> str:
        """Return the word above the title on cards."""
        return self.get_kind_display()

    @property
    def search_kind(self) -> str:
        """Return which of `search_kinds` the item is."""
        return self.kind

    @property
    def known_date(self) -> KnownDate:
        """Return the date in the active language, with what is known of it."""
        return KnownDate.of(self.date, self.date_precision)

    @property
    def card_date(self) -> KnownDate:
        """Return the date above a card's title."""
        return self.known_date

    @property
    def dateline(self) -> Metaline:
        """Return the line above the title of the item itself."""
        return Metaline(
            badge=self.get_kind_display(),
            date=self.known_date,
            place=self.place,
            place_language=self._own_language("place"),
        )

    @property
    def figure(self) -> Figure:
        """Return the picture above the text; a drawing says nothing."""
        image = self.picture["image"]
        if not image:
            return Figure(self.picture, is_wide=True)
        return Figure(
            self.picture,
            alt=self.image_alt,
            alt_language=self._own_language("image_alt"),
            caption=self.image_caption,
            caption_language=self._own_language("image_caption"),
            credit=image.rights,
            is_wide=True,
        )

    def _own_language(self, name: str) -> str:
        """Return the source's language for a field that was published untranslated."""
        return SOURCE_LANGUAGE if name in versions.untranslated_in(self) else ""

    def further_items(self, count: int = 3) -> list[Card]:
        """Return the newest other items of the same language as cards; those that share a topic come first."""
        topic_ids = [topic.pk for topic in self.topic_list]
        others = NewsPage.objects.real_in(self.language_code).exclude(pk=self.pk)
        shared = models.Exists(
            NewsPage.topics.through.objects.filter(newspage_id=models.OuterRef("pk"), topic_id__in=topic_ids)
        )
        newest = others.annotate(shares_topic=shared).order_by("-shares_topic", "-date", "-pk")
        return cards.of(newest.defer_streamfields()[:count])

    def get_context(self, request: HttpRequest, *args: object, **kwargs: object) -> dict[str, object]:
        """Add topics and regions in the reader's language and further items."""
        context = super().get_context(request, *args, **kwargs)
        url = self.address
        # The index is the parent: its address is this one's without the last part.
        index_url = url.rstrip("/").rpartition("/")[0] + "/"
        context.update(
            topics=taxonomy.topics(self.topic_list),
            regions=taxonomy.regions(list(self.regions.all())),
            index_url=index_url,
            all_news=Link(index_url, gettext("All news")),
            further=self.further_items(),
            share_url=absolute(url),
        )
        return context
