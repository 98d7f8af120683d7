"""Publications: what IOM and others have published, how it is cited, where it can be had; and the list of them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.models import Page
from wagtail.search import index
from wagtail_localize.fields import SynchronizedField, TranslatableField

from portal.blocks import CONTENT_BLOCKS
from portal.blocks.fields import StreamField
from portal.blocks.illustrations import Illustration
from portal.blocks.media import DownloadsBlock
from portal.language.choices import TextChoices
from portal.language.dates import DatePrecision
from portal.language.languages import SOURCE_LANGUAGE
from portal.listing.declarations import Listing, Schema, When
from portal.listing.pages import IndexPage, ListedPage
from portal.models import BasePage, BodyMixin, CoverMixin, GoalsMixin, LeadMixin, SourcesMixin, TopicsMixin
from portal.models.fields import ChoicesField
from research import citations
from research.validators import validate_doi, validate_isbn


class PublicationKind(TextChoices):
    """What a publication is."""

    REPORT = "report", _("Report")
    STUDY = "study", _("Study")
    BULLETIN = "bulletin", _("Data bulletin")
    BROCHURE = "brochure", _("Brochure")
    NOTE = "note", _("Background note")
    APPEAL = "appeal", _("Appeal for funds")


class PublicationLanguage(TextChoices):
    """In which languages publications are, by their BCP 47 tags."""

    GERMAN = "de", pgettext_lazy("language", "German")
    ENGLISH = "en", pgettext_lazy("language", "English")
    UKRAINIAN = "uk", pgettext_lazy("language", "Ukrainian")
    ARABIC = "ar", pgettext_lazy("language", "Arabic")
    FRENCH = "fr", pgettext_lazy("language", "French")
    SPANISH = "es", pgettext_lazy("language", "Spanish")
    RUSSIAN = "ru", pgettext_lazy("language", "Russian")


class PublicationIndexPage(IndexPage):
    """All publications of a language, filtered by kind, year, language and topic."""

    illustration_default: ClassVar[str] = Illustration.NEWSPAPER
    parent_page_types: ClassVar[list[str]] = ["home.DataAndResearchPage"]
    subpage_types: ClassVar[list[str]] = ["research.PublicationPage"]
    max_count_per_parent = 1
    template = "pages/publication_index_page.html"
    page_description = pgettext_lazy("admin", "The list of all publications, with filters.")

    class Meta:
        verbose_name = pgettext_lazy("admin", "list of publications")
        verbose_name_plural = pgettext_lazy("admin", "lists of publications")


class PublicationPage(LeadMixin, CoverMixin, BodyMixin, TopicsMixin, GoalsMixin, SourcesMixin, ListedPage):
    """A publication, under the title that it bears. It is shown here, and read at its publisher or in a file."""

    kind = models.CharField(
        pgettext_lazy("admin", "kind"),
        max_length=10,
        choices=PublicationKind.as_choices,
        default=PublicationKind.REPORT,
        help_text=pgettext_lazy("admin", "Visitors can filter by it."),
    )
    authors = models.TextField(
        pgettext_lazy("admin", "authors"),
        max_length=600,
        help_text=pgettext_lazy("admin", "As the publication names them, one in each line: “Julia Black”, or an organisation by its name."),
    )
    published_on = models.DateField(
        pgettext_lazy("admin", "published on"),
        help_text=pgettext_lazy("admin", "If only month or year are known, choose the first day and say so below."),
    )
    published_precision = models.CharField(
        pgettext_lazy("admin", "what is known of the date"),
        max_length=5,
        choices=DatePrecision.as_choices,
        default=DatePrecision.YEAR,
        help_text=pgettext_lazy("admin", "No more is shown than is known."),
    )
    languages = ChoicesField(
        pgettext_lazy("admin", "languages"),
        options=PublicationLanguage.as_choices,
        help_text=pgettext_lazy("admin", "Those in which the publication itself can be read."),
    )
    page_count = models.PositiveIntegerField(
        pgettext_lazy("admin", "number of pages"),
        null=True,
        blank=True,
        help_text=pgettext_lazy("admin", "Only where it is known."),
    )
    doi = models.CharField(
        pgettext_lazy("admin", "DOI"),
        max_length=100,
        blank=True,
        validators=[validate_doi],
        help_text=pgettext_lazy("admin", "Only where the publication states one: 10.18356/9789290688303"),
    )
    isbn = models.CharField(
        pgettext_lazy("admin", "ISBN"),
        max_length=20,
        blank=True,
        validators=[validate_isbn],
        help_text=pgettext_lazy("admin", "Only where the publication states one: 978-92-9268-598-0"),
    )
    publisher_url = models.URLField(
        pgettext_lazy("admin", "address at the publisher"),
        max_length=500,
        blank=True,
        help_text=pgettext_lazy("admin", "Of IOM or of whoever published it, of nobody else. Left empty, there is no link."),
    )
    documents = StreamField(
        [("downloads", DownloadsBlock())],
        verbose_name=pgettext_lazy("admin", "files"),
        blank=True,
        max_num=1,
        help_text=pgettext_lazy("admin", "The publication as a file, one for each language."),
    )
    body = StreamField(
        CONTENT_BLOCKS,
        verbose_name=pgettext_lazy("admin", "content"),
        blank=True,
        help_text=pgettext_lazy("admin", "What it is about and what it found, in our own words."),
    )

    illustration_default: ClassVar[str] = Illustration.NEWSPAPER
    parent_page_types: ClassVar[list[str]] = ["research.PublicationIndexPage"]
    subpage_types: ClassVar[list[str]] = []
    template = "pages/publication_page.html"
    page_description = pgettext_lazy("admin", "A report, a study, a brochure: who wrote it, when, in which languages, where to get it.")
    reserved_anchors: ClassVar[frozenset[str]] = frozenset({"documents", "cite"})

    listing = Listing(
        kind="publication",
        label=_("Publication"),
        plural=_("Publications"),
        all_label=_("All publications"),
        further_label=_("Further publications"),
        empty_label=_("There are no publications here yet."),
        kinds="kind",
        when=When(start="published_on", precision="published_precision", ages=True),
        filters=("kind", "languages", "when.year", "topics", "goals"),
        facts=("when", "authors", "languages", "page_count", "doi", "isbn", "goals", "topics", "regions"),
        lines=("authors",),
        labels={
            "authors": _("Authors"),
            "languages": _("Languages of the publication"),
            "page_count": _("Number of pages"),
            "doi": _("DOI"),
            "isbn": _("ISBN"),
        },
        schema=Schema(
            "Book",
            **{"@type": "schema_type"},
            headline="title",
            author="schema_authors",
            datePublished="schema_date",
            inLanguage="languages",
            isbn="isbn",
            numberOfPages="page_count",
            sameAs="schema_addresses",
        ),
        records={
            name: name for name in ("kind", "authors", "languages", "page_count", "doi", "isbn", "publisher_url", "documents", "goals")
        }
        | {"published": "published_on"},
    )

    content_panels: ClassVar[list] = [
        *BasePage.content_panels,
        *LeadMixin.lead_panels,
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("kind"), FieldPanel("published_on"), FieldPanel("published_precision")]),
                FieldPanel("authors"),
                FieldPanel("languages"),
                FieldRowPanel([FieldPanel("page_count"), FieldPanel("doi"), FieldPanel("isbn")]),
            ],
            pgettext_lazy("admin", "Publication"),
        ),
        MultiFieldPanel([FieldPanel("publisher_url"), FieldPanel("documents")], pgettext_lazy("admin", "Where to get it")),
        *BodyMixin.body_panels,
        *SourcesMixin.sources_panels,
    ]
    promote_panels: ClassVar[list] = [
        *CoverMixin.cover_panels,
        *TopicsMixin.topics_panels,
        *GoalsMixin.goals_panels,
        *BasePage.promote_panels,
    ]
    search_fields: ClassVar[list] = [
        *BasePage.search_fields,
        *LeadMixin.lead_search_fields,
        *BodyMixin.body_search_fields,
        *(index.SearchField(name) for name in ("authors", "doi", "isbn", "documents")),
    ]
    translatable_fields: ClassVar[list] = [
        *BasePage.translatable_fields,
        *LeadMixin.lead_translatable_fields,
        *BodyMixin.body_translatable_fields,
        *SourcesMixin.sources_translatable_fields,
        TranslatableField("documents"),
        *(
            SynchronizedField(name, overridable=False)
            for name in (
                "kind", "authors", "published_on", "published_precision", "languages", "page_count", "doi", "isbn", "publisher_url",
            )
        ),
        *CoverMixin.cover_translatable_fields,
        *TopicsMixin.topics_translatable_fields,
        *GoalsMixin.goals_translatable_fields,
    ]  # fmt: skip

    class Meta:
        verbose_name = pgettext_lazy("admin", "publication")
        verbose_name_plural = pgettext_lazy("admin", "publications")

    @property
    def author_names(self) -> list[str]:
        """Return the authors one by one."""
        return [line.strip() for line in self.authors.splitlines() if line.strip()]

    @property
    def doi_url(self) -> str:
        """Return where the DOI leads."""
        return f"https://doi.org/{self.doi}" if self.doi else ""

    def get_context(self, request: HttpRequest, *args: object, **kwargs: object) -> dict[str, object]:
        """Add how to cite it, as text and for programs."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        return {**context, "citation": citations.text(self), "bibtex": citations.bibtex(self)}

    @property
    def title_language(self) -> str:
        """Return the language of the publication where its title is kept as it is: it is not there in the page's, nor translated."""
        if not self.languages or self.language_code.partition("-")[0] in self.languages:
            return ""
        others = Page.objects.filter(translation_key=self.translation_key, locale__language_code=SOURCE_LANGUAGE).exclude(title=self.title)
        return "" if self.language_code != SOURCE_LANGUAGE and others.exists() else self.languages[0]

    # --- for machines -------------------------------------------------------------------------------------------------------

    @property
    def schema_type(self) -> str:
        """Return what it is in the words of schema.org."""
        return "ScholarlyArticle" if self.kind == PublicationKind.STUDY else "Book"

    @property
    def schema_authors(self) -> list[dict[str, str]]:
        """Return who wrote it."""
        return citations.authors_for_machines(self)

    @property
    def schema_date(self) -> str:
        """Return when it was published, as far as that is known."""
        date = self.listing.known_date(self)
        return date.machine if date else ""

    @property
    def schema_addresses(self) -> list[str]:
        """Return where it is at home: its DOI, its page at the publisher."""
        return [address for address in (self.doi_url, self.publisher_url) if address]
